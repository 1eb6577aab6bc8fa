"""Fills templates: mentions of decisions, numbers with units, who decides; and makes verbs agree."""

from __future__ import annotations

__all__ = ["Env", "Writer"]

import random
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from agentopt.synthesis.banks import Banks, Phrases
from agentopt.synthesis.comparing import find_comparing
from agentopt.synthesis.mix.agents import Agent, agree
from agentopt.synthesis.mix.naming import article, one_unit
from agentopt.synthesis.mix.numbers import fraction_words, in_digits, in_words, percent_words, times_words
from agentopt.synthesis.mix.plan import Attr, Plan
from agentopt.synthesis.templates import Slot, Template, draw, parse

Env = Mapping[str, Callable[[], str]]
"""What fills the slots of a template, by name; called anew for every slot."""

_MONEY = "$€£"
_SCALED = re.compile(r"(hundred|thousand|million|billion|dozen)s? ?(.*)")
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "dozen": 12}
_WORDS_OF_MONEY = ("dollars", "cents", "euros", "USD", "EUR")


class Writer:
    """What is common to all sentences of one text: the plan, the manner, and who decides."""

    def __init__(self, plan: Plan, banks: Banks, rng: random.Random, difficulty: int) -> None:
        self.plan = plan
        self.banks = banks
        self.rng = rng
        self.breadth = (difficulty - 1) / 4
        self.agent = Agent.draw(plan.domain, banks.words, rng)
        self.verb = rng.choice([plan.domain.verb, plan.domain.verb, *plan.domain.more_verbs])
        drawn = rng.random()
        self.words_up_to = 0 if drawn < 0.72 else 10 if drawn < 0.95 else 20
        self.worded = plan.casual and rng.random() < 0.05
        self.spelled = self.breadth * (0.9 if self.words_up_to else 0.03)
        measures = plan.domain.measure
        self.measure: tuple[str, str] | None = None
        self.currency = ""
        if plan.casual and measures and measures[0].startswith("dollar") and rng.random() < 0.6:
            self.currency = rng.choice("$$$€£")
        elif measures and rng.random() < 0.5:
            one, _, many = rng.choice(measures).partition("/")
            self.measure = one, many or one
        if plan.casual and not plan.domain.whole and rng.random() < 0.08:
            unit = rng.choice(("g", "kg", "ml", "litres", "grams", "units"))
            self.measure = f"{rng.choice((10, 50, 100, 100, 100, 250))} {unit}", "portions"
        self.short = rng.random() < (0.55 if plan.casual else 0.3)
        self.said: set[int] = set()
        self.introduced = False
        self.written: set[int] = set()
        self.loose = plan.casual and rng.random() < 0.25
        self.after = ""

    # numbers

    def number(
        self, key: int, *, money: str = "", plain: bool = False, scale: str = "", share: bool = False
    ) -> str:
        """A number, marked; with its currency before it, or a scale (thousand) as part of it."""
        value = self.plan.book.values[key]
        words: str | None = (
            in_words(value)
            if value <= max(self.words_up_to, 10) and self.rng.random() < self.spelled
            else None
        )
        if money:
            digits = in_digits(value, self.rng, breadth=self.breadth, places=2)
            return money + self.plan.book.mark("number", key, digits)
        odd = "" if words or scale or plain else self._odd(value)
        if share:
            words = odd = ""
        text = words or odd or in_digits(value, self.rng, breadth=0.0 if scale else self.breadth)
        if scale:
            self.plan.book.values[key] = value * _SCALES[scale]
            text = f"{text} {scale}"
        return self.plan.book.mark("number", key, text)

    def _odd(self, value: Fraction) -> str:
        """A number in words, as a fraction or in dozens, where the text has it so; else empty."""
        if self.worded:
            return in_words(value) or ""
        if not self.plan.casual:
            return ""
        if value < 1 and value.denominator <= 5 and self.rng.random() < 0.08:
            return f"{value.numerator}/{value.denominator}" if value else ""
        if value >= 24 and value % 12 == 0 and self.rng.random() < 0.04:
            dozens = value / 12
            return f"{in_words(dozens) if dozens <= 20 else int(dozens)} dozen"
        return ""

    def share(self, key: int, *, kind: str) -> str:
        """A share or multiplier, marked."""
        value = self.plan.book.values[key]
        if kind == "pct":
            text = percent_words(value, self.rng, breadth=self.breadth)
        elif kind == "frac":
            text = fraction_words(value, self.rng, article=self.after.startswith(" of "))
        else:
            text = times_words(value, self.rng)
            if text.endswith(" times"):
                return self.plan.book.mark("number", key, text[:-6]) + " times"
        return self.plan.book.mark("number", key, text)

    def quantity(self, attr: Attr, key: int, phrase: str) -> str:
        """A noun phrase of an attribute: `3 hours of labor`, `$5`."""
        return self.fill(phrase, self.attr_env(attr, key))

    def attr_env(self, attr: Attr, key: int, limit_unit: str | None = None) -> Env:
        """The number, unit and noun of an attribute; a currency or percent sign goes with the number."""
        rng = self.rng
        other = attr.units.get(key, "")
        unit = other or (attr.unit if limit_unit is None else limit_unit)
        said = one_unit(unit) if self.plan.book.values[key] == 1 else unit
        found: dict[str, Callable[[], str]] = {
            "n": lambda: self.number(key),
            "amount": lambda: self.fill(rng.choice(attr.entry.phrase), found),
            "unit": lambda: said,
            "units": lambda: unit,
            "res": lambda: attr.res,
        }
        if self._is_half(key, unit) and rng.random() < 0.5:
            found["n"] = lambda: self.plan.book.mark("number", key, "half")
            found["unit"] = lambda: f"{article(one_unit(unit))} {one_unit(unit)}"
            return found
        if self.worded and unit == "$":
            unit = "dollars"
            said = "dollar" if self.plan.book.values[key] == 1 else unit
        if other:
            found |= {"n": lambda: f"{self.number(key)} {said}", "unit": str, "units": str}
        elif unit and unit in _MONEY:
            found |= {"n": lambda: self.number(key, money=unit), "unit": str, "units": str}
        elif unit in ("%", "percent"):
            sign = "%" if unit == "%" else " percent"
            found |= {
                "n": lambda: self.number(key, plain=True, share=unit == "%") + sign,
                "unit": str,
                "units": str,
            }
        elif (scaled := _SCALED.match(unit)) is not None:
            scale, rest = scaled.groups()
            found |= {
                "n": lambda: self.number(key, plain=True, scale=scale),
                "unit": lambda: rest,
                "units": lambda: rest,
            }
        elif unit in _WORDS_OF_MONEY:
            found |= {"n": lambda: f"{self.number(key)} {said}", "unit": str, "units": str}
        return found

    def _is_half(self, key: int, unit: str) -> bool:
        """Whether a number may be written as `half an hour`."""
        plain = unit.isalpha() and unit not in _WORDS_OF_MONEY and not _SCALED.match(unit)
        return plain and self.plan.casual and self.plan.book.values[key] == Fraction(1, 2)

    def verb_of(self, attr: Attr, env: Env) -> str:
        """What a decision does with an attribute: a verb of its own, or a common one in casual texts."""
        general: Sequence[str] = ()
        if self.plan.casual and self.rng.random() < 0.25:
            kind = (
                attr.kind
                if attr.kind != "goal"
                else {"max": "earn", "min": "cost"}[attr.entry.sense or "max"]
            )
            if kind in ("use", "need") or attr.unit in tuple(_MONEY):
                general = self.banks.words.get(f"verbs_{kind}", ())
        return self.fill(self.rng.choice(general or attr.entry.verbs), env)

    # decisions

    def mention(self, v: int, form: str) -> str:
        """A decision: `s` singular, `p` plural, `a` with an article, `l` and `i` in a first list."""
        name = self.plan.names[v]
        if self.introduced and form in "sp" and self.rng.random() < 0.025 * self.breadth:
            return self._by_order(v)
        short = bool(name.short) and v in self.said and (self.short or self.rng.random() < 0.15)
        self.said.add(v)
        alike = short and self.plan.casual and form in "ap" and name.short == name.short_plural
        if alike and self.rng.random() < 0.25:
            return self._one_of(name.short, v, form)
        one, many = (name.short, name.short_plural) if short else (name.singular, name.plural)
        if self.measure is None or form in "li":
            if form in "pl":
                return self.decision(v, many)
            if form == "i":
                return self.decision(v, one) if name.mass else f"{article(one)} {self.decision(v, one)}"
            if form == "s" or (name.mass and form == "a" and self.rng.random() < 0.5):
                return self.decision(v, one)
            if name.mass:
                return f"{self.rng.choice(('a', 'one', 'each', 'every'))} unit of {self.decision(v, one)}"
            before = self.rng.random()
            word = (
                article(one)
                if before < 0.5
                else "each"
                if before < 0.75
                else "one"
                if before < 0.87
                else "every"
            )
            return f"{word} {self.decision(v, one)}"
        what = self.decision(v, many)
        if form == "p":
            return f"{self.measure[1]} of {what}"
        if form == "s":
            return f"{self.measure[0]} of {what}"
        word = self.rng.choice((article(self.measure[0]), "each", "one", "every"))
        return f"{word} {self.measure[0]} of {what}"

    def _one_of(self, short: str, v: int, form: str) -> str:
        """`a large one`, `small ones`."""
        if form == "p":
            return f"{self.decision(v, short)} ones"
        word = self.rng.choice((article(short), article(short), "each", "the", "every"))
        return f"{word} {self.decision(v, short)} one"

    def _by_order(self, v: int) -> str:
        """A decision by its place in the list: `the latter`, `the second type`."""
        if len(self.plan.names) == 2 and self.rng.random() < 0.6:
            return f"the {self.decision(v, ('former', 'latter')[v])}"
        place = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")[v]
        word = self.rng.choice(("type", "kind", "one", self.plan.head[0]))
        return f"the {self.decision(v, place)} {word}"

    def listed_first(self) -> str:
        """All decisions where they are introduced; from here on there are a first and a second."""
        self.introduced = True
        which = range(len(self.plan.names))
        shared = self.plan.names[0].plural.rpartition(" ")[2]
        firsts = [name.plural.rpartition(" ") for name in self.plan.names]
        if shared and all(first and last == shared for first, _, last in firsts) and self.rng.random() < 0.4:
            elided = [self.decision(v, firsts[v][0]) for v in which[:-1]]
            return self.join([*elided, self.mention(which[-1], "l")])
        return self.listed(which, form="l" if self.rng.random() < 0.85 else "i")

    def decision(self, v: int, text: str) -> str:
        """A mention of a decision, marked."""
        return self.plan.book.mark("decision", v, text)

    def listed(self, which: Sequence[int], *, form: str = "p", last: str = "and") -> str:
        """Several decisions: `desks, chairs and shelves`."""
        return self.join([self.mention(v, form) for v in which], last=last)

    def join(self, parts: Sequence[str], *, last: str = "and") -> str:
        """Parts with commas and a word before the last, which a loose hand leaves out now and then."""
        if len(parts) < 2:
            return "".join(parts)
        if self.loose and len(parts) > 2 and last == "and" and self.rng.random() < 0.4:
            return ", ".join(parts)
        oxford = "," if len(parts) > 2 and self.rng.random() < 0.5 else ""
        return f"{', '.join(parts[:-1])}{oxford} {last} {parts[-1]}"

    # templates

    def everywhere(self) -> dict[str, Callable[[], str]]:
        """The slots that any template may hold."""
        plan, agent, rng = self.plan, self.agent, self.rng
        return {
            "agent": lambda: agent.subject(rng),
            "they": lambda: agent.they,
            "them": lambda: agent.them,
            "their": lambda: agent.their,
            "name": lambda: agent.first,
            "make": lambda: self.verb[0],
            "makes": lambda: self.verb[1],
            "made": lambda: self.verb[2],
            "making": lambda: self.verb[3],
            "all": lambda: plan.head[1],
            "one": lambda: plan.head[0],
            "many": lambda: in_words(Fraction(len(plan.names))) or "several",
            "vlist": lambda: self.listed(range(len(plan.names))),
            "vlist_or": lambda: self.listed(range(len(plan.names)), last="or"),
            "res": self._goal_noun,
            "goal": lambda: self.goal(),
            "unit": lambda: self.measure[1] if self.measure else "",
            "units": lambda: self.measure[1] if self.measure else "",
        }

    def goal(self) -> str:
        """The noun phrase of the objective."""
        if self.plan.counted:
            return f"the number of {self.plan.head[1]}"
        return self.fill(self.plan.goal, {"res": self._goal_noun, "unit": str, "units": str})

    def noise_env(self) -> Env:
        """The slots of numbers that are no data."""
        rng = self.rng
        month = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ]
        return {
            "year": lambda: str(rng.randint(1890, 2030)),
            "age": lambda: str(rng.randint(6, 95)),
            "count": lambda: str(
                rng.choice((rng.randint(2, 20), rng.randint(20, 400), 10 * rng.randint(50, 900)))
            ),
            "date": lambda: f"{rng.choice(month)} {rng.randint(1, 28)}",
            "time": lambda: f"{rng.randint(1, 12)}:{rng.choice(('00', '15', '30', '45'))}",
            "price": lambda: f"${rng.randint(2, 900)}",
            "number": lambda: str(rng.randint(1, 300)),
            "name": lambda: self.agent.first,
            "res": lambda: self._goal_noun(),
        }

    def _goal_noun(self) -> str:
        return next((attr.res for attr in self.plan.attrs if attr.goal), "total")

    def pair_env(self, v: int, w: int | None = None) -> Env:
        """The slots of one decision, or of two."""
        found = {
            "v": lambda: self.mention(v, "s"),
            "vs": lambda: self.mention(v, "p"),
            "a_v": lambda: self.mention(v, "a"),
        }
        if w is not None:
            found |= {
                "w": lambda: self.mention(w, "s"),
                "ws": lambda: self.mention(w, "p"),
                "a_w": lambda: self.mention(w, "a"),
            }
        return found

    def fill(self, template: Template | str, env: Env, *, anchor: int | None = None) -> str:
        """A template with its slots filled; its comparing word is marked as the anchor of a row."""
        pieces = draw(parse(template) if isinstance(template, str) else template, self.rng)
        return self.fill_drawn(pieces, env, anchor=anchor)

    def fill_drawn(self, pieces: list[str | Slot], env: Env, *, anchor: int | None = None) -> str:
        """The same of a template whose choices are made."""
        if anchor is not None and (found := find_comparing(pieces)) is not None:
            at, start, end = found
            piece = pieces[at]
            assert isinstance(piece, str)
            pieces[at] = piece[:start] + self.plan.book.mark("anchor", anchor, piece[start:end]) + piece[end:]
        common = self.everywhere()
        parts: list[str] = []
        for at, piece in enumerate(pieces):
            if isinstance(piece, str):
                parts.append(piece)
                continue
            after = pieces[at + 1] if at + 1 < len(pieces) else ""
            self.after = after if isinstance(after, str) else ""
            filled = (env.get(piece.name) or common[piece.name])()
            if piece.name == "unit" and parts and parts[-1] == "-":
                filled = one_unit(filled)
            parts.append(filled)
        return agree("".join(parts), self.agent)

    def section(self, section: str, env: Env | None = None) -> str:
        """A sentence of a section; empty if the bank has none."""
        template = self.phrase(section)
        return "" if template is None else self.fill(template, env or {})

    def phrases(self, section: str) -> Phrases | None:
        """The templates of a section, in a casual text now and then those of its casual sister."""
        if self.plan.casual and self.rng.random() < 0.5:
            found = self.banks.phrases.get(f"casual_{section}")
            if found and found.templates:
                return found
        return self.banks.phrases.get(section)

    def phrase(self, section: str) -> Template | None:
        """A template of a section; None if there is none."""
        found = self.phrases(section)
        if not found or not found.templates:
            return None
        return found.templates[int(self.rng.random() * len(found.templates))]
