"""Limits in the prose around a table or list: a small grammar over clauses with one number each."""

# ruff: noqa: E501  # a pattern stays on one line
from __future__ import annotations

__all__ = ["Limits"]

import itertools
import re
from collections.abc import Mapping, Sequence

from agentopt.reader.families.mix.sheet import Attribute, Line, Number
from agentopt.reader.families.mix.wording import (
    COST,
    COUNTED,
    GAIN,
    MONEY,
    Mention,
    Names,
    key,
    keys,
    unit_of,
)
from agentopt.reader.families.nouns import words
from agentopt.reader.reading import Form, Relation
from agentopt.reader.tokens import Token

_NOT = r"(?:not|no|never|cannot|nor|neither|won't|can't|don't|doesn't|mustn't|shouldn't|n't|nothing)"
_STRICT: tuple[tuple[re.Pattern[str], Relation, bool], ...] = (
    (re.compile(rf"\b{_NOT}\b[^#]{{0,60}}\b(?:more|greater|higher|over|above|beyond|exceed|exceeds|exceeding|surpass|longer)\b(?: than)?"), "<=", False),
    (re.compile(rf"\b{_NOT}\b[^#]{{0,60}}\b(?:less|fewer|below|under|lower|smaller|short of)\b(?: than)?"), ">=", False),
    (re.compile(r"^[^#]*\bmore than #[^#]*\b(?:cannot|can't|must not|may not|won't|not)\b"), "<=", False),
    (re.compile(r"\b(?:at most|at the most|up to|max|maximum|most of|limited to|limit of|cap of|capped at|within|only|as many as|ceiling|restricted to|limit|exceeding)\b|≤|<="), "<=", False),
    (re.compile(r"\b(?:at least|minimum|a minimum|at the least|at a minimum|or more|or above)\b|≥|>="), ">=", False),
    (re.compile(r"\bor (?:less|fewer|below)\b"), "<=", False),
    (re.compile(r"\b(?:exactly|precisely|equal|equals)\b"), "==", False),
    (re.compile(r"\b(?:more than|greater than|over|above|exceeds?|exceed)\b"), ">=", True),
    (re.compile(r"\b(?:less than|fewer than|under|below|lower than)\b"), "<=", True),
)  # fmt: skip
_WEAK: tuple[tuple[re.Pattern[str], Relation], ...] = (
    (re.compile(r"\b(?:available|availability|in stock|stock|on hand|at hand|in hand|capacity|budget|supply|supplies|left|at our disposal|ready|there (?:is|are)|manned|afford|can be (?:used|sold|run|worked|spent)|can (?:sell|use|run|work|spend|rent|buy)|storage|hold|holds)\b"), "<="),
    (re.compile(r"\b(?:need|needs|needed|require|requires|required|must|demands?|ordered|order|orders|owe|owes|wanted|want|wants|promised|contract|should|committed|calls for|asks for)\b"), ">="),
    (re.compile(r"\b(?:have|has|got|given|with|receive|receives|per (?:day|week|month)|a (?:day|week|month)|this (?:week|month)|total)\b"), "<="),
)  # fmt: skip
_COMPARES = re.compile(
    r"\b(?:must|may not|cannot|can't|at least|at most|no more|not more|no fewer|no less|as many|as much|twice|half|double|"
    r"exceed|only if|unless|either|equal|same number|more|fewer|less|outnumber|limited|ratio|share|never|not)\b"
)
_HARMLESS = re.compile(
    r"as (?:much|many|possible|large|high|low)[^.]*possible|\bmaximi[sz]|\bminimi[sz]|most (?:profit|money)|how (?:many|much)|"
    r"whole|integer|fraction|split|broken|part of a|cannot be divided|in part|should (?:we|i|they|he|she|it|the|be (?:made|cooked|produced|bought))|must (?:decide|choose|plan)"
)
_BREAKS = {
    ";": 4,
    ".": 4,
    ":": 0,
    "but": 3,
    "while": 3,
    "whereas": 3,
    ",": 2,
    "and": 1,
    "(": 2,
    ")": 2,
    "with": 1,
    "—": 3,
    "–": 3,
}
_GAIN, _COST = frozenset(map(key, GAIN)), frozenset(map(key, COST))
_COUNTED = frozenset(map(key, COUNTED))
_PIECES = frozenset(map(key, words("piece unit item product batch package pair")))
_MONEY = frozenset(map(key, MONEY | words("spend money invest spent cash budget capital")))
_UNITS = frozenset(map(key, words("hour minute day kg gram litre tonne dollar euro metre pound")))
_EACH = re.compile(r"\b(?:each|every|any one|apiece|any single|none of)\b(?! (?:day|week|month|year|shift))")
_TIME = words("day week month year hour night weekend daily weekly monthly today tomorrow season quarter")


class Limits:
    """The limits of a text, sentence by sentence."""

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        names: Names,
        attributes: Sequence[Attribute],
        used: Mapping[int, Attribute | None],
        sense: str,
        nouns: frozenset[str],
    ) -> None:
        self.text = text
        self.tokens, self.names, self.attributes, self.used = tokens, names, attributes, used
        self.sense, self.nouns = sense, nouns
        self.everyone = tuple(range(len(names.names)))
        self.lines: list[Line] = []
        self.no_data: dict[int, str] = {}
        self.doubts: list[str] = []

    def sentence(self, span: range) -> bool:
        """Take the limits of a sentence; False when something in it is not understood."""
        if any(self.tokens[at].lower in ("except", "unless", "apart", "besides", "otherwise") for at in span):
            return False
        numbers = self._free(span)
        if not numbers:
            return self._plain(span)
        relation: Relation | None = None
        subject: tuple[Attribute | None, tuple[int, ...]] | None = None
        bounds = self._bounds(span, numbers)
        at = 0
        while at < len(numbers):
            first, last = bounds[at]
            pair = at + 1 < len(numbers) and self._is_range(numbers[at], numbers[at + 1], first)
            if pair:
                last = bounds[at + 1][1]
            clause = _Clause(self, range(first, last), numbers[at])
            if subject is None or at == 0:
                subject = self._carried(first, span)
            done = clause.take(relation, subject, numbers[at + 1] if pair else None)
            if done is None:
                return False
            relation, subject = done
            at += 2 if pair else 1
        return True

    def _free(self, span: range) -> list[int]:
        """Numbers of a sentence that are neither used nor of no meaning."""
        mentions = self.names.find(self.tokens, span.start, span.stop)
        inside = {at for each in mentions for at in range(each.first, each.last)}
        found = []
        for at in span:
            token = self.tokens[at]
            if not token.is_number or at in self.used or at in self.no_data:
                continue
            if at in inside:
                self.no_data[at] = "part of a name"
            elif self._is_count(at, span):
                self.no_data[at] = "how many there are"
            elif self._is_unit(at):
                self.no_data[at] = "what one is counted in"
            elif self._is_ordinal(at):
                self.no_data[at] = "the number of a line"
            else:
                found.append(at)
        return found

    def _is_count(self, at: int, span: range) -> bool:
        """`three cheeses`, `the two funds`: how many are named."""
        token = self.tokens[at]
        if token.kind not in ("integer", "spelled"):
            return False
        before = " ".join(t.lower for t in self.tokens[max(span.start, at - 3) : at])
        if re.search(r"\b(?:most|least|than|exactly|up to|only|max|min|maximum|minimum)$", before):
            return False
        after = self.tokens[at + 1 : min(span.stop, at + 4)]
        group = self.names.find(self.tokens, at + 1, min(span.stop, at + 4))
        plural = any(
            t.lower.endswith("s") or t.lower in ("people", "kinds") for t in after if t.kind == "word"
        )
        if group and group[0].first <= at + 2 and len(group[0].decisions) == token.value and token.value > 1:
            return True
        return (
            token.value == len(self.everyone)
            and plural
            and unit_of(self.tokens, at) is None
            and (token.kind == "spelled" or not before.endswith(("have", "has", "are")))
        )

    def _is_unit(self, at: int) -> bool:
        """`nutrients per 100 g`: what a decision is counted in."""
        return at > 0 and self.tokens[at - 1].lower == "per"

    def _is_ordinal(self, at: int) -> bool:
        """`3. Mixing takes ...`: the number of a line."""
        if at + 1 >= len(self.tokens) or self.tokens[at].kind != "integer":
            return False
        opens = at == 0 or self.tokens[at - 1].sentence != self.tokens[at].sentence
        mark = self.tokens[at + 1]
        return opens and mark.text in ".)" and mark.start == self.tokens[at].end

    def _is_range(self, one: int, other: int, first: int) -> bool:
        before = [t.lower for t in self.tokens[max(first, one - 4) : one]]
        between = [t.lower for t in self.tokens[one + 1 : other] if t.text not in "$€£"]
        opened = "between" in before and between[-1:] == ["and"]
        return len(between) <= 2 and (opened or ("from" in before and between[-1:] == ["to"]))

    def _bounds(self, span: range, numbers: Sequence[int]) -> list[tuple[int, int]]:
        """Where the clause of each number begins and ends."""
        edges = [span.start]
        for at in span:
            if at in self.used and at < numbers[0]:
                edges[0] = at + 1
        for one, other in itertools.pairwise(numbers):
            edges.append(self._cut(one, other))
        stop = next((at for at in range(numbers[-1] + 1, span.stop) if at in self.used), span.stop)
        edges.append(stop)
        return list(itertools.pairwise(edges))

    def _cut(self, one: int, other: int) -> int:
        best, place = -1, other
        for at in range(one + 1, other):
            if at in self.used:
                return next(i for i in range(other, one, -1) if i - 1 in self.used)
            strength = _BREAKS.get(self.tokens[at].lower, -1)
            after = self.tokens[at + 1].lower if at + 1 < other else ""
            if self.tokens[at].text == "," and after in ("and", "but", "while"):
                strength = 3
            if "\n" in self.text[self.tokens[at].end : self.tokens[at + 1].start] and best < 5:
                best, place = 5, at + 1
            if strength >= best and strength > 0:
                best, place = strength, at
        return place

    def _carried(self, first: int, span: range) -> tuple[Attribute | None, tuple[int, ...]] | None:
        """The attribute of the list a clause follows in its sentence."""
        for at in range(first - 1, span.start - 1, -1):
            if at in self.used and self.used[at] is not None:
                return self.used[at], self.everyone
        return None

    def _plain(self, span: range) -> bool:
        """A sentence without a free number: a comparison of decisions, or nothing that limits."""
        if any(at in self.used for at in span):
            rest = " ".join(self.tokens[at].lower for at in span if at not in self.used)
            return not re.search(r"\b(?:must|cannot|at least|at most|as many|exceed|unless)\b", rest)
        said = " ".join(self.tokens[at].lower for at in span)
        if not _COMPARES.search(said):
            return True
        mentions = [m for m in self.names.find(self.tokens, span.start, span.stop)]
        pair = [m for m in mentions if m.decisions != self.everyone]
        if len(pair) == 2 and not set(pair[0].decisions) & set(pair[1].decisions):
            compared = self._compared(said, pair, span)
            if compared is not None:
                self.lines.append(compared)
                return True
        return bool(_HARMLESS.search(said))

    def _compared(self, said: str, pair: Sequence[Mention], span: range) -> Line | None:
        relation: Relation | None = None
        strict = False
        if re.search(rf"\b{_NOT}\b.*\b(?:more|exceed|outnumber|greater)", said):
            relation = "<="
        elif re.search(rf"\b{_NOT}\b.*\b(?:fewer|less)", said) or re.search(
            r"at least as (?:many|much)", said
        ):
            relation = ">="
        elif re.search(r"at most as (?:many|much)", said):
            relation = "<="
        elif re.search(r"\b(?:more|outnumber|exceed)", said):
            relation, strict = ">=", True
        elif re.search(r"\b(?:fewer|less)", said):
            relation, strict = "<=", True
        elif re.search(r"\b(?:as many|as much|same number|equal)", said):
            relation = "=="
        if relation is None:
            return None
        return Line("ratio", None, pair[0].decisions, relation, None, pair[1].decisions, strict, span.start)


class _Clause:
    """One clause, with the number it is about."""

    def __init__(self, limits: Limits, span: range, number: int) -> None:
        self.limits, self.span, self.at = limits, span, number
        tokens = limits.tokens
        self.tokens = tokens
        self.said = " ".join("#" if at == number else tokens[at].lower for at in span)
        self.unit = unit_of(tokens, number)
        value = tokens[number].value
        assert value is not None
        self.number = Number(value, self.unit, number)
        self.mentions = limits.names.find(tokens, span.start, span.stop)
        inside = {at for m in self.mentions for at in range(m.first, m.last)}
        self.keys = keys([tokens[at] for at in span if at not in inside and not tokens[at].is_number])
        self.all_keys = keys([tokens[at] for at in span if not tokens[at].is_number])

    def take(
        self,
        before: Relation | None,
        subject: tuple[Attribute | None, tuple[int, ...]] | None,
        upper: int | None,
    ) -> tuple[Relation | None, tuple[Attribute | None, tuple[int, ...]]] | None:
        """Enter what the clause limits; None when it is not understood."""
        relation, strict, strong = self._relation()
        if relation is None and upper is None:
            relation = before
        if upper is not None:
            value = self.tokens[upper].value
            assert value is not None
            high = Number(value, unit_of(self.tokens, upper), upper)
            low = Number(self.number.value, self.unit or high.unit, self.at)
            if self.tokens[upper].kind == "percent" and self.tokens[self.at].kind != "percent":
                return None
            pairs: list[tuple[Relation, Number]] = [(">=", low), ("<=", high)]
        else:
            pairs = [(relation or "<=", self.number)]
        compared = self._multiple(relation, strong)
        if compared is not None:
            self.limits.lines.append(compared)
            return relation, (None, compared.decisions)
        found = self._subject(subject)
        if found is None:
            return None
        if relation is None and upper is None:
            if any(each[0] is None for each in found) or self.limits.sense == "minimize":
                return None
            self.limits.doubts.append(f"“{self._quote()}” is taken to be all there is.")
        for each, number in pairs:
            for attributes, decisions, form, right in found:
                line = Line(form, attributes, decisions, each, number, right, strict, self.at)
                self.limits.lines.append(line)
        return relation, (found[-1][0], found[-1][1])

    def _relation(self) -> tuple[Relation | None, bool, bool]:
        """Relation, whether it is strict, and whether the words leave no choice: the nearest words count."""
        here = self.said.index("#")
        best: tuple[int, int, Relation, bool] | None = None
        for pattern, relation, strict in _STRICT:
            for match in pattern.finditer(self.said):
                far = here - match.end() if match.end() <= here else max(0, match.start() - here) + 6
                size = match.end() - match.start()
                if best is None or (far, -size) < best[:2]:
                    best = (far, -size, relation, strict)
        if best is not None:
            return best[2], best[3], True
        for weak, relation in _WEAK:
            if weak.search(self.said):
                return relation, False, False
        return None, False, False

    def _multiple(self, relation: Relation | None, strong: bool) -> Line | None:
        """`twice as many A as B`, `10 more A than B`."""
        named = [m for m in self.mentions if m.decisions != self.limits.everyone]
        if len(named) != 2 or set(named[0].decisions) & set(named[1].decisions):
            return None
        one, other = named
        if (
            re.search(r"# (?:times )?as (?:many|much)\b", self.said)
            or re.search(r"# times\b", self.said)
            or (self.tokens[self.at].lower in ("twice", "double", "thrice", "half") and "as" not in self.said)
        ) and (one.first < self.at < other.first or self.at < one.first):
            kind = relation if strong else ">="
            if not strong:
                self.limits.doubts.append(f"“{self._quote()}” is taken to mean at least.")
            assert kind is not None
            return Line("ratio", None, one.decisions, kind, self.number, other.decisions, anchor=self.at)
        if re.search(r"# (?:more|fewer) ", self.said) and self.at < one.first:
            kind = relation if re.search(r"at (?:least|most)|no more than|exactly", self.said) else ">="
            assert kind is not None
            if "fewer" in self.said:
                return None
            return Line("difference", None, one.decisions, kind, self.number, other.decisions, anchor=self.at)
        return None

    def _quote(self) -> str:
        return " ".join(self.tokens[at].text for at in self.span)[:60]

    def _subject(
        self, subject: tuple[Attribute | None, tuple[int, ...]] | None
    ) -> list[tuple[Attribute | None, tuple[int, ...], Form, tuple[int, ...]]] | None:
        """What is limited: an attribute, an average, a share, some decisions, each of them, or all."""
        _limits, everyone = self.limits, self.limits.everyone
        kind = self.tokens[self.at].kind
        part = tuple(m for m in self.mentions if m.decisions != everyone)
        chosen = tuple(sorted({d for m in part for d in m.decisions}))
        attributes = self._attributes()
        if attributes is None:
            return None
        average = "average" in self.said or any(each.is_share for each in attributes)
        if attributes and average and (kind == "percent" or not attributes[0].is_share):
            if part:
                return None
            return [(each, everyone, "ratio", everyone) for each in attributes]
        if kind in ("percent", "factor") and not attributes:
            return self._share(part, subject)
        if kind == "percent":
            return None
        if attributes and not self._counts_decisions(part):
            if len(attributes) > 1 and part:
                return None
            over = chosen if chosen and not self._is_aside(part) else everyone
            return [(each, over, "limit", ()) for each in attributes]
        if self.unit is not None and self.unit.kind in ("money", "time"):
            before = None if subject is None or part else subject[0]
            if before is not None and before.unit is not None and before.unit.kind == self.unit.kind:
                return [(before, everyone, "limit", ())]
            if not (self.unit.kind == "money" and self._is_money_itself()):
                return None
        each_of = _EACH.search(self.said)
        if each_of:
            after = re.match(r" (\w+)", self.said[each_of.end() :])
            plain = ("of", "must", "should", "can", "may", "has", "is", "and", "at")
            known = (
                _COUNTED
                | self.limits.nouns
                | frozenset(k for n in self.limits.names.names for k in map(key, n.split()))
            )
            if after is not None and after.group(1) not in plain and key(after.group(1)) not in known:
                return None
            if not part:
                return [(None, (d,), "limit", ()) for d in everyone]
            return [(None, (d,), "limit", ()) for d in chosen]
        if part:
            return [(None, chosen, "limit", ())]
        whole = any(m.decisions == everyone for m in self.mentions)
        if whole or self._is_total():
            return [(None, everyone, "limit", ())]
        if subject is not None and subject[0] is None and not self.keys - _COUNTED - {"$"}:
            return [(None, subject[1], "limit", ())]
        if subject is not None and subject[0] is not None and not part and self.unit is None:
            return None
        return None

    def _is_money_itself(self) -> bool:
        """Whether amounts are money: what is gained is a percentage of them."""
        return any(each.is_share for each in self.limits.attributes)

    def _counts_decisions(self, part: Sequence[Mention]) -> bool:
        """`no more than 90 large pumps`: the number stands right before a name."""
        if self.unit is not None and self.unit.kind in ("money", "time"):
            return False
        after = self.tokens[self.at + 1] if self.at + 1 < self.span.stop else None
        if part and after is not None and key(after.text) in _PIECES:
            return True
        return any(0 < m.first - self.at <= 2 for m in part)

    def _is_aside(self, part: Sequence[Mention]) -> bool:
        return len({d for m in part for d in m.decisions}) == len(self.limits.everyone)

    def _is_total(self) -> bool:
        """Whether the noun after the number counts all alike, or the clause says total."""
        if re.search(r"\b(?:in total|in all|altogether|total|overall|combined)\b", self.said):
            return True
        for token in self.tokens[self.at + 1 : min(self.span.stop, self.at + 4)]:
            if token.kind != "word" or token.is_number:
                break
            if key(token.text) in _COUNTED | self.limits.nouns:
                return True
        return False

    def _attributes(self) -> list[Attribute] | None:
        """The attributes a clause speaks of; empty for none, None when it is open which."""
        scored: list[tuple[int, Attribute]] = []
        for each in self.limits.attributes:
            if self.unit is not None and each.unit is not None and self.unit.kind != each.unit.kind:
                continue
            common = each.stems & self.keys - {"$"}
            money = each.unit is not None and each.unit.kind == "money"
            if each.unit is None and self.unit is not None:
                common -= _UNITS
            paid = bool(each.stems & _COST) or (money and self.limits.sense == "minimize")
            if self.keys & _MONEY and (paid or (money and not each.stems & _GAIN)):
                common |= {"$"}
            elif money and (self.unit is None or self.unit.kind != "money"):
                continue
            if common:
                scored.append((len(common) + len(common - _UNITS), each))
        if not scored:
            return self._by_unit()
        best = max(score for score, _ in scored)
        found = [each for score, each in scored if score == best]
        if len(found) > 1 and not re.search(r"\b(?:each|both|every)\b", self.said):
            return None
        return found

    def _by_unit(self) -> list[Attribute] | None:
        """The only attribute in the number's unit."""
        if self.unit is None:
            return []
        fits = [
            each
            for each in self.limits.attributes
            if each.unit is not None
            and each.unit.kind == self.unit.kind
            and not (self.unit.kind == "money" and (each.stems & _GAIN or self.limits.sense == "minimize"))
        ]
        if len(fits) == 1 and not any(m.decisions != self.limits.everyone for m in self.mentions):
            return fits
        return (
            []
            if self.unit.kind not in ("money", "time") or self._is_money_itself()
            else (fits if len(fits) == 1 else None)
        )

    def _share(
        self, part: Sequence[Mention], subject: tuple[Attribute | None, tuple[int, ...]] | None
    ) -> list[tuple[Attribute | None, tuple[int, ...], Form, tuple[int, ...]]] | None:
        """`at least 60% of the bikes must be city bikes`."""
        everyone = self.limits.everyone
        of = re.search(r"# of\b", self.said)
        if of and self.all_keys & _MONEY and not self._is_money_itself():
            return None
        if self.all_keys & frozenset({"hour", "time", "weight"}):
            return None
        right = everyone
        left = list(part)
        if of and part:
            after = [m for m in part if 1 < m.first - self.at <= 4]
            if after and len(part) > 1:
                right = after[0].decisions
                left = [m for m in part if m is not after[0]]
        chosen = tuple(sorted({d for m in left for d in m.decisions}))
        if not chosen and subject is not None and subject[0] is None:
            chosen = subject[1]
        if _EACH.search(self.said) and not chosen:
            return [(None, (d,), "ratio", everyone) for d in everyone]
        if not chosen or chosen == everyone:
            return None
        return [(None, chosen, "ratio", right)]
