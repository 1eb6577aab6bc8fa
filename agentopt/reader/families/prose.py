"""Records in prose: runs of things with numbers, and parallel lists."""

from __future__ import annotations

__all__ = ["Prose"]

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise, permutations

from agentopt.reader.families.listing import Amount, Column, Records, is_drawn
from agentopt.reader.families.nouns import AFTER_NAME, NO_NAME, OPENERS, stem, words
from agentopt.reader.families.units import NO_UNIT, Unit, is_unit, unit_at, unit_in
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token

MAX_NUMBERS = 120
"""Numbers of a text that are searched for runs."""

SAID = words(
    """
    weigh weighs weighing weighed weight worth value valued cost costs costing price priced profit
    return returns returning benefit npv score scores scoring rated rating points point reward gain
    brings bringing yields yielding yield earning earns pays paying saves saving savings revenue income
    takes taking needs needing requires requiring uses using occupies occupying lasts lasting runs
    running measures measuring long wide size sized volume length duration time budget capacity each
    apiece about around roughly approximately estimated expected generating generate generates insured
    attracts attracting reach reaches reaching demand order orders its it this that which is are be
    being only just exactly one has having also another then next plus
    """
)
"""Words that say what a number is, and are no part of a name."""

_STOPS = (NO_NAME | AFTER_NAME | OPENERS | SAID) - words("city january february march")
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6}
_ENDS = frozenset(',;.:()[]{}–—|/!?•*=>"“”') | words("and while whereas but plus & +")
_JOINS = frozenset(",;/|") | words("and & plus then")


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What stands between a number and the one before it: the name in it, and the words by the number."""

    name: tuple[int, int]
    bare: tuple[str, ...]
    words: frozenset[str]


@dataclass(frozen=True)
class Prose:
    """A text without its drawn tables.

    Attributes:
        hidden: tokens of tables.
        named: number tokens that are part of names or count lines.
    """

    text: str
    tokens: Sequence[Token]
    hidden: frozenset[int]
    named: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, tokens: Sequence[Token], tables: Sequence[Table]) -> Prose:
        """The text without its tables, but with its lists; numbers that only name things are told."""
        drawn = [table for table in tables if is_drawn(table) and table.layout != "attached"]
        hidden = frozenset(at for table in drawn for at in range(table.first, table.last))
        bare = cls(text, tokens, hidden)
        return cls(text, tokens, hidden, {**bare._enumerators(), **bare._numbered(), **bare._idle()})

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """The number tokens that may be data."""
        return tuple(
            at
            for at, token in enumerate(self.tokens)
            if token.is_number and at not in self.hidden and at not in self.named
        )

    def amount(self, at: int) -> Amount:
        """The number at a token with its unit."""
        value = self.tokens[at].value
        assert value is not None
        return Amount(value, unit_at(self.tokens, at)[0], at)

    def end(self, at: int) -> int:
        """The token after a number and its unit."""
        return unit_at(self.tokens, at)[1]

    def between(self, one: int, other: int) -> Sequence[Token]:
        """The tokens from the end of one number to another."""
        return self.tokens[self.end(one) : other]

    # Numbers that are no data.

    def _enumerators(self) -> dict[int, str]:
        """`1.`, `2)` and `(3)` at the beginning of lines."""
        found: list[int] = []
        for at, token in enumerate(self.tokens[:-1]):
            if not token.is_number or token.kind != "integer" or at in self.hidden:
                continue
            first = at - 1 if at and self.tokens[at - 1].text in "(#" else at
            opens = first == 0 or "\n" in self.text[self.tokens[first - 1].end : self.tokens[first].start]
            closed = self.tokens[at + 1].text in ".):" and self.tokens[at + 1].start == token.end
            if opens and closed and token.value == len(found) + 1:
                found.append(at)
        return dict.fromkeys(found, "counts the lines") if len(found) > 1 else {}

    def _numbered(self) -> dict[int, str]:
        """`project 1`, `weeks 1, 2 and 3`: numbers that tell things of one noun apart."""
        found: dict[str, list[int]] = {}
        for at, token in enumerate(self.tokens[:-1]):
            dotted = self.tokens[at + 1].text == "." and token.lower in ("pos", "no", "nr", "item")
            at += dotted
            if token.kind != "word" or at in self.hidden or not self._may_be_id(at + 1):
                continue
            noun = stem(token.text)
            if (
                (noun in _STOPS - {"order"} and not dotted)
                or len(noun) < 2
                or (is_unit(noun) and noun not in _PERIODS)
            ):
                continue
            here = at + 1
            while self._may_be_id(here):
                found.setdefault(noun, []).append(here)
                after = here + 1
                while after < len(self.tokens) and self.tokens[after].lower in (
                    "and",
                    ",",
                    "or",
                    "to",
                    "-",
                    "–",
                ):
                    after += 1
                if after == here + 1 or token.lower == noun:
                    break
                here = after
        named: dict[int, str] = {}
        for noun, places in found.items():
            values = sorted({int(self.tokens[at].value or 0) for at in places})
            counted = values == list(range(1, len(values) + 1))
            verb = len(places) == 1 and self.tokens[places[0] - 2].lower == "to"  # `to shift nine crates`
            if (len(values) > 1 and counted) or (noun in _PERIODS and values[-1] < 60 and not verb):
                named.update(dict.fromkeys(places, f"names a {noun}"))
        return named

    def _may_be_id(self, at: int) -> bool:
        if at >= len(self.tokens) or at in self.hidden:
            return False
        token = self.tokens[at]
        known = token.kind in ("integer", "spelled") and token.value is not None and 0 < token.value < 100
        return known and unit_at(self.tokens, at)[0] == NO_UNIT

    def _idle(self) -> dict[int, str]:
        """A lone `one` or `half`, the range of a scale (`1-10`), and years."""
        found: dict[int, str] = {}
        tokens = self.tokens
        for at, token in enumerate(tokens):
            if not token.is_number or at in self.hidden:
                continue
            unit = unit_at(tokens, at)[0]
            if token.value in (0, 1) and token.kind in ("spelled", "one") and not unit.kind:
                found[at] = "no data: a single one"
            after = tokens[at + 1].lower if at + 1 < len(tokens) else ""
            before = tokens[at - 1].lower if at else ""
            broken = after == "-" or before in _BROKEN
            if token.kind == "factor" and not unit.kind and not token.text[0].isdigit() and broken:
                found[at] = "no data: a part"
            beside = tokens[at + 1] if at + 1 < len(tokens) else None
            if beside is not None and beside.start == token.end and re.fullmatch(r"[x×]\d+", beside.lower):
                found[at] = "a profile"
            if at + 2 < len(tokens) and self._is_scale(at):
                found |= {at: "the scale of a score", at + 2: "the scale of a score"}
            dated = token.text.isdecimal() and len(token.text) == 4 and 1980 <= int(token.text) <= 2100
            if dated and not unit.kind and (before in _DATES or before in _MONTHS):
                found[at] = "a date"
        return found

    def _is_scale(self, at: int) -> bool:
        """Whether `1-10` or `0 to 10` is a scale of scores."""
        low, joint, high = self.tokens[at : at + 3]
        ranged = joint.text in ("-", "–", "—", "to", "..") and high.is_number and low.value in (0, 1)
        near = {token.lower for token in self.tokens[max(0, at - 6) : at + 7]}
        framed = at > 0 and self.tokens[at - 1].text in "(["
        return ranged and high.value in (5, 10, 100) and (framed or bool(near & {"scale", "scored", "rated"}))

    # Numbers that limit.

    def limits(self, pattern: re.Pattern[str]) -> frozenset[int]:
        """The numbers whose clause says that they limit.

        Args:
            pattern: of the clause, in lower case, with `#` for the number.
        """
        return frozenset(at for at in self.numbers if pattern.search(self.phrase(at)))

    def phrase(self, at: int) -> str:
        """The clause of a number in lower case, with `#` for the number and one blank between words."""
        before, after = self.clause(at)
        return " ".join([*(t.lower for t in before), "#", *(t.lower for t in after), ""]).replace("’", "'")

    def sentence(self, at: int) -> str:
        """The sentence of a token, on one line."""
        first, last = at, at
        while first > 0 and self.tokens[first - 1].sentence == self.tokens[at].sentence:
            first -= 1
        while last + 1 < len(self.tokens) and self.tokens[last + 1].sentence == self.tokens[at].sentence:
            last += 1
        return self.said(first, last + 1)

    def is_remark(self, left: Sequence[int], used: Collection[int]) -> bool:
        """Whether what is left is a number or two in one sentence apart from all that is used."""
        sentences = {self.tokens[at].sentence for at in left}
        beside = {self.tokens[at].sentence for at in used}
        return len(left) <= 2 and len(sentences) <= 1 and not sentences & beside

    # Lists of numbers.

    def lists(self, taken: Collection[int] = (), least: int = 3) -> list[list[int]]:
        """Numbers with nothing but commas and units between them: `4, 8 kg, 1 and 2 kg`."""
        found: list[list[int]] = []
        run: list[int] = []
        for at in self.numbers:
            if at in taken:
                continue
            joined = bool(run) and self._joined(run[-1], at) and not self._alternate(run, at)
            if not joined:
                if len(run) >= least:
                    found.append(run)
                run = []
            run.append(at)
        return [*found, run] if len(run) >= least else found

    def _alternate(self, run: Sequence[int], at: int) -> bool:
        """Whether counts and sizes take turns: `5x 140 cm, 7x 95 cm`."""
        kinds = [self.amount(each).unit.kind for each in (*run, at)][:3]
        return "x" in [t.lower for t in self.between(run[-1], at)] or (
            len(kinds) == 3 and kinds[0] == kinds[2] != kinds[1]
        )

    def _joined(self, one: int, other: int) -> bool:
        between = [token.lower for token in self.between(one, other)]
        after = self.end(one)
        noun = self.tokens[after].lower if after < len(self.tokens) else ""
        if between and between[0] == noun and noun.isalpha() and noun not in _JOINS | _STOPS:
            between = between[1:]  # `30 children, 25 children`
        signs = [word for word in between if word not in "$€£"]
        blank = self.tokens[one].sentence == self.tokens[other].sentence
        newline = "\n" in self.text[self.tokens[one].end : self.tokens[other].start]
        return blank and all(word in _JOINS for word in signs) and len(between) <= 3 and not newline

    def list_column(self, run: Sequence[int]) -> Column:
        """The numbers of a list, with the words that lead to it and follow it in its sentence."""
        before = self._before(run[0])
        after = self._after(run[-1])
        amounts = [self.amount(at) for at in run]
        unit = next((each.unit for each in reversed(amounts) if each.unit.kind), NO_UNIT)
        if not unit.kind:
            unit = _unit_of_words(before[-4:])
        said = [token for token in (*before[-8:], *after[:4]) if token.kind == "word"]
        amounts = self._scaled(amounts)
        return Column(
            frozenset(stem(token.text) for token in said),
            tuple(each if each.unit.kind else Amount(each.value, unit, each.token) for each in amounts),
        )

    def unit_said(self, of: Collection[str]) -> Unit:
        """The unit that prose gives for a measure: `what each costs (thousand dollars)`, `weights in kg`.

        Args:
            of: stems of the words that call the measure.
        """
        for at, token in enumerate(self.tokens[:-2]):
            if at in self.hidden or token.kind != "word" or stem(token.text) not in of:
                continue
            opens = self.tokens[at + 1].lower
            span = [t for t in self.tokens[at + 2 : at + 5] if t.sentence == token.sentence]
            if opens == "(":
                closed = next((n for n, t in enumerate(span) if t.text == ")"), 0)
                unit = unit_in(span[:closed])
            else:
                unit = unit_in(span[: 1 + (len(span) > 1 and span[0].lower.startswith("thousand"))])
            if opens in ("(", "in") and unit.kind:
                return unit
        return NO_UNIT

    def told_column(self, places: Sequence[int]) -> Column:
        """Numbers that stand by the names of things, with the words that lead to the first of them."""
        said = {stem(token.text) for token in self._before(places[0])[-6:] if token.kind == "word"}
        return Column(frozenset(said), tuple(self.amount(at) for at in places))

    def _scaled(self, amounts: list[Amount]) -> list[Amount]:
        """`20, 35 and 30 thousand`: the scale of the last holds for all that are as small."""
        last = self.tokens[amounts[-1].token].lower.split()
        scale = _SCALES.get(last[-1], 1)
        small = all(each.value < 1000 for each in amounts[:-1])
        if scale == 1 or not small or not last[0][0].isdigit():
            return amounts
        return [*(Amount(each.value * scale, each.unit, each.token) for each in amounts[:-1]), amounts[-1]]

    def _before(self, at: int) -> list[Token]:
        """The tokens before a number, back to another number or the beginning of its sentence."""
        found: list[Token] = []
        for here in range(at - 1, max(-1, at - 25), -1):
            token = self.tokens[here]
            if here in self.hidden or token.sentence != self.tokens[at].sentence:
                break
            if token.is_number and here not in self.named:
                break
            if "\n" in self.text[token.end : self.tokens[here + 1].start] and token.text not in ":":
                break
            found.insert(0, token)
        return found

    def _after(self, at: int) -> list[Token]:
        """The tokens after a number, up to another number or the end of its sentence or line."""
        found: list[Token] = []
        for here in range(at + 1, min(len(self.tokens), at + 25)):
            token = self.tokens[here]
            if here in self.hidden or token.sentence != self.tokens[at].sentence:
                break
            if (token.is_number and here not in self.named) or "\n" in self.text[
                self.tokens[here - 1].end : token.start
            ]:
                break
            found.append(token)
        return found

    def clause(self, at: int) -> tuple[list[Token], list[Token]]:
        """What stands before and after a number, up to its neighbours, the sentence and the line."""
        return self._before(at), self._after(at)

    # Runs of records.

    def run(
        self, sizes: Sequence[int], taken: Collection[int] = (), nouns: Collection[str] = ()
    ) -> tuple[Records, frozenset[int]] | None:
        """The longest run of records among the numbers not taken, and the tokens it uses.

        Args:
            sizes: how many numbers a record may have.
            taken: tokens that are not looked at.
            nouns: words that are no name of a thing, such as the bin.
        """
        factors = {
            at for at in self.numbers if self.tokens[at].kind == "factor" and self.tokens[at].text.isalpha()
        }
        numbers = [at for at in self.numbers if at not in taken and at not in factors][:MAX_NUMBERS]
        best: _Run | None = None
        for size in sizes:
            for first in range(len(numbers)):
                found = self._run_from(numbers, first, size, frozenset(nouns))
                if found is not None and (best is None or found.covered > best.covered):
                    best = found
        return None if best is None else (best.records(), frozenset(at for row in best.rows for at in row))

    def _run_from(self, numbers: Sequence[int], first: int, size: int, nouns: frozenset[str]) -> _Run | None:
        rows: list[tuple[int, ...]] = []
        names: list[_Chunk] = []
        seen: set[tuple[str, ...]] = set()
        at = first
        while at + size <= len(numbers):
            row = tuple(numbers[at : at + size])
            chunk = self._chunk(numbers[at - 1] if at else -1, row[0], nouns)
            counted = size == 2 and self._is_count(row)
            if not counted and (not chunk.bare or chunk.bare in seen):
                break
            if any(self._starts_other(one, other) for one, other in pairwise(row)):
                break
            inside = {self._chunk(one, other, nouns).bare for one, other in pairwise(row)}
            if (rows and not self._alike(rows[0], row)) or inside & {*seen, chunk.bare} - {()}:
                break
            seen.add(chunk.bare)
            rows.append(row)
            names.append(chunk)
            at += size
        if len(rows) < 2 or (size == 1 and len(rows) < 2):
            return None
        inner = Counter(self._chunk(one, other, nouns).bare for row in rows for one, other in pairwise(row))
        inner.pop((), None)
        if size > 1 and len(inner) >= len(rows) > 2 and max(inner.values(), default=0) == 1:
            return None
        return _Run(self, tuple(rows), tuple(names))

    def _starts_other(self, one: int, other: int) -> bool:
        """Whether two numbers are of no one record: in other lines, or other sentences not about "it"."""
        between = self.between(one, other)
        newline = "\n" in self.text[self.tokens[one].end : self.tokens[other].start]
        spoken = {token.lower for token in between} & _SPEAKERS
        opens = next(
            (t.lower for t in between if t.sentence != self.tokens[one].sentence and t.kind == "word"), ""
        )
        other_sentence = self.tokens[one].sentence != self.tokens[other].sentence and opens not in _IT
        return len(between) > 14 or newline or bool(spoken) or other_sentence

    def _is_count(self, row: Sequence[int]) -> bool:
        """Whether two numbers are a count and a size: `4 x 1.2 m`, `6 bars of 4.5 m`, `6 off, 1450 mm`."""
        one, other = (self.amount(at) for at in row)
        whole = one.value.denominator == 1 and not one.unit.kind and one.value > 0
        near = self.between(row[0], row[1])
        close = len(near) <= 6 and not any(token.text in ".:;!?" for token in near)
        return whole and bool(other.unit.kind) and close

    def _alike(self, one: Sequence[int], other: Sequence[int]) -> bool:
        """Whether two records have numbers of the same units, in whatever order."""
        kinds = [self.amount(at).unit.kind for at in one], [self.amount(at).unit.kind for at in other]
        if len(set(kinds[0]) - {""}) != len(set(kinds[1]) - {""}) and "" not in kinds[0] + kinds[1]:
            return False
        ordered = all(a == b or "" in (a, b) for a, b in zip(*kinds, strict=True))
        return ordered or sorted(kinds[0]) == sorted(kinds[1])

    def _chunk(self, before: int, at: int, nouns: frozenset[str]) -> _Chunk:
        """What stands before a number: the last part of it that names something."""
        begin = max(self.end(before) if before >= 0 else 0, at - 30)
        parts: list[tuple[int, int]] = []
        start = begin
        for here in range(begin, at + 1):
            token = self.tokens[here]
            cut = here == at or (token.lower in _ENDS) or here in self.hidden
            line = here > begin and "\n" in self.text[self.tokens[here - 1].end : token.start]
            if cut or line:
                if here > start:
                    parts.append((start, here))
                start = here if line and not cut else here + 1
        for first, last in reversed(parts):
            name = self._name(first, last, nouns)
            if name is not None:
                said = [token for token in self.tokens[begin:at] if token.kind == "word"]
                bare = tuple(stem(token.text) for token in self.tokens[name[0] : name[1]])
                words_by = frozenset(stem(t.text) for t in said) - frozenset(bare)
                return _Chunk(name, bare, words_by)
        said = [token for token in self.tokens[begin:at] if token.kind == "word"]
        return _Chunk((at, at), (), frozenset(stem(token.text) for token in said))

    def _name(self, first: int, last: int, nouns: frozenset[str]) -> tuple[int, int] | None:
        """The name in a part of a sentence: its first words that are no words of sentences."""
        begin = first
        while begin < last and not self._is_content(begin, nouns):
            begin += 1
        end = begin
        while end < last and (self._is_content(end, nouns) or self._is_glue(end, last)):
            end += 1
        while end > begin and not self._is_content(end - 1, nouns):
            end -= 1
        return (begin, end) if end > begin else None

    def _is_content(self, at: int, nouns: frozenset[str]) -> bool:
        token = self.tokens[at]
        if at in self.named:
            return self.named[at] != "counts the lines"
        if token.kind != "word":
            return False
        capital = token.text[0].isupper() and len(token.text) == 1 and token.text != "I"
        plain = token.lower not in _STOPS and stem(token.text) not in _STOPS and stem(token.text) not in nouns
        return capital or (plain and not is_unit(token.text))

    def _is_glue(self, at: int, last: int) -> bool:
        token = self.tokens[at]
        return (token.text in "-'’.&" and at + 1 < last) or token.lower in ("of", "the", "for")

    def said(self, first: int, last: int) -> str:
        """Tokens as written, on one line."""
        return " ".join(self.text[self.tokens[first].start : self.tokens[last - 1].end].split())


_SPEAKERS = words("i we i've we've i'm we're you")
_IT = words("it its it's this that they their she he")
_BROKEN = words("no not never in into nor any")
"""Before a half that only says that nothing is split: `no half episodes`, `not sawn in half`."""
_DATES = words("in for by of since year until spring summer autumn winter")
_MONTHS = words("january february march april may june july august september october november december")


def _likeness(one: tuple[str, str, str], other: tuple[str, str, str]) -> float:
    """How well two numbers of two records go together."""
    kinds, cues, nouns = zip(one, other, strict=True)
    kind = (4 if kinds[0] else 1) if kinds[0] == kinds[1] else (-5 if all(kinds) else -1)
    cue = 0 if not all(cues) else 2 if cues[0] == cues[1] else -2
    return kind + cue + 2 * (bool(nouns[0]) and nouns[0] == nouns[1])


_PERIODS = words("week month day quarter period year shift season")


def _unit_of_words(said: Sequence[Token]) -> Unit:
    return unit_in([token for token in said if token.kind == "word" or token.text in "$€£"])


@dataclass(frozen=True, slots=True)
class _Run:
    """Records in prose.

    Attributes:
        rows: the number tokens of each.
        names: what stands before each.
    """

    prose: Prose
    rows: tuple[tuple[int, ...], ...]
    names: tuple[_Chunk, ...]

    @property
    def covered(self) -> int:
        """How many numbers are explained."""
        return len(self.rows) * len(self.rows[0])

    def records(self) -> Records:
        """The records, their numbers in the same order in each."""
        rows = [self._ordered(row) for row in self.rows]
        columns = [self._column([row[at] for row in rows]) for at in range(len(rows[0]))]
        legend = self._legend(len(columns))
        columns = [replace(c, words=c.words | said) for c, said in zip(columns, legend, strict=True)]
        names, given = self._names()
        heads = {stem(name.split()[0]) for name in names}
        noun = next(iter(heads)) if given and len(heads) == 1 else ""
        return Records(names, tuple(columns), given, noun)

    def _legend(self, width: int) -> list[frozenset[str]]:
        """What the words beside them say the numbers are: `name / days / points`, `price and saving`."""
        first, last = self.names[0].name[0], self.rows[-1][-1] + 1
        for begin, end in ((max(0, first - 30), first), (last, min(len(self.prose.tokens), last + 30))):
            parts, drawn = self._parts(begin, end)
            if len(drawn) in (width, width + 1) and width > 1:
                return drawn[-width:]
            cued = [part for part in parts if any(word in CUES for word in part)]
            telling = [part for part in parts if any(word in CUES or is_unit(word) for word in part)]
            for some in (cued, telling):
                if len(some) == width > 1:
                    return some
        return [frozenset()] * width

    def _parts(self, begin: int, end: int) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
        """The parts of the last sentence without numbers in a range, and those apart by slashes."""
        parts: list[set[str]] = [set()]
        drawn: list[set[str]] = []
        for at in range(begin, end):
            token = self.prose.tokens[at]
            if token.text in ".?!" or (token.is_number and at not in self.prose.named):
                if begin > self.rows[0][0] and any(parts) and not token.is_number:
                    break
                parts, drawn = [set()], []
            elif token.text in "/,;|>()" or token.lower in ("and", "with", "plus", "then"):
                if token.text == "/":
                    drawn = [*(drawn or [parts[-1]]), set()]
                parts.append(set())
            elif token.kind == "word":
                parts[-1].add(stem(token.text))
                if drawn:
                    drawn[-1].add(stem(token.text))
        return list(map(frozenset, parts)), list(map(frozenset, drawn))

    def _names(self) -> tuple[tuple[str, ...], bool]:
        after = self._trailing()
        found = after or [self.prose.said(*each.name) if each.bare else "" for each in self._openings()]
        if all(found) and len(set(found)) == len(found):
            return tuple(found), True
        return tuple(f"item {n}" for n in range(1, len(found) + 1)), False

    def _openings(self) -> list[_Chunk]:
        """What stands before the records; of a sentence that leads to the first one, its last name."""
        first, *others = self.names
        if not first.bare:
            return [first, *others]
        said = frozenset().union(*(each.words for each in others))
        begin, end = first.name
        last = self.rows[0][0]
        here = end
        while here < last:
            found = self.prose._name(here, last, frozenset())
            if found is None or any(self.prose.tokens[at].lower in _ENDS for at in range(here, found[0])):
                break
            bare = tuple(stem(token.text) for token in self.prose.tokens[found[0] : found[1]])
            if not set(bare) & said:
                begin, end = found
            here = found[1]
        return [replace(first, name=(begin, end)), *others]

    def _trailing(self) -> list[str]:
        """The names where they follow the numbers: `350 kg (Miller), 420 kg (Santos)`."""
        found = []
        for row in self.rows:
            after = self.prose.tokens[self.prose.end(row[-1]) :][:6]
            opens = after[0].lower if after else ""
            if opens not in ("(", "for", "in", "from", "at", "on", "by"):
                return []
            begin = self.prose.end(row[-1]) + 1
            name = self.prose._name(begin, self._stop(begin), frozenset())
            if name is None:
                return []
            found.append(self.prose.said(*name))
        return found if len(set(found)) == len(found) else []

    def _stop(self, begin: int) -> int:
        here = begin
        tokens = self.prose.tokens
        while here < len(tokens) and tokens[here].lower not in _ENDS and here < begin + 6:
            here += 1
        return here

    def _ordered(self, row: Sequence[int]) -> tuple[int, ...]:
        """The numbers of a record in the order of the first one, by their units and the words beside them."""
        if row == self.rows[0] or len(row) > 4:
            return tuple(row)
        model = [self._marks(self.rows[0], at) for at in self.rows[0]]
        best = max(
            permutations(row),
            key=lambda order: sum(
                _likeness(one, self._marks(row, at)) + 0.5 * (at == row[place])
                for place, (one, at) in enumerate(zip(model, order, strict=True))
            ),
        )
        return tuple(best)

    def _marks(self, row: Sequence[int], at: int) -> tuple[str, str, str]:
        """What tells the numbers of a record apart: unit, word of gain or use, noun after it."""
        before, after = self.prose.clause(at)
        near = [token.lower for token in before[-5:] if token.text not in ",;"]
        said = [CUES.get(stem(word), "") for word in (*reversed(near), *(t.lower for t in after[:2]))]
        behind = self.prose.end(at)
        token = self.prose.tokens[behind] if behind < len(self.prose.tokens) else None
        noun = stem(token.text) if token is not None and token.kind == "word" else ""
        cue = next((each for each in said if each), "")
        return self.prose.amount(at).unit.kind, cue, "" if noun in _STOPS - SAID else noun

    def _column(self, places: Sequence[int]) -> Column:
        """The words that stand by the numbers in at least half of the records."""
        count: Counter[str] = Counter()
        names = {part for each in self.names for part in each.bare}
        for at in places:
            before, after = self.prose.clause(at)
            end = next((n for n, t in enumerate(after) if t.text in ",;." or t.lower in _JOINS), len(after))
            near = [t for t in (*before[-5:], *after[: min(end, 3)]) if t.kind == "word"]
            count.update({stem(token.text) for token in near} - names)
        most = {word for word, times in count.items() if 2 * times >= len(places)}
        most |= {word for word, times in count.items() if times > 1 and word in CUES}
        amounts = self._scaled([self.prose.amount(at) for at in places])
        unit = next((each.unit for each in amounts if each.unit.kind), NO_UNIT)
        return Column(
            frozenset(most),
            tuple(each if each.unit.kind else Amount(each.value, unit, each.token) for each in amounts),
        )

    def _scaled(self, amounts: list[Amount]) -> list[Amount]:
        """`A costs $30 thousand, B costs 45`: the scale of the first holds for all that are as small."""
        first, *others = amounts
        scale = _SCALES.get(self.prose.tokens[first.token].lower.split()[-1], 1)
        plain = all(self.prose.tokens[each.token].kind == "integer" for each in others)
        if scale == 1 or not plain or any(each.value >= 1000 for each in others):
            return amounts
        return [first, *(replace(each, value=each.value * scale) for each in others)]


CUES: Mapping[str, str] = {
    **dict.fromkeys(
        words(
            """
            worth value valued profit return returning benefit npv score scoring rated rating reward gain
            bring bringing yield yielding earn earning pay paying save saving revenue income generate
            generating point mark joy happiness utility appeal attract visitor reach reaching enjoyment
            priority importance
            """
        ),
        "value",
    ),
    **dict.fromkeys(
        words(
            """
            cost costing price priced weigh weighing weight need needing require requiring take taking use
            using occupy occupying budget outlay investment invest spend fee size volume length time duration
            """
        ),
        "cost",
    ),
}
"""What the words by a number say it is: something gained, or something used up."""
