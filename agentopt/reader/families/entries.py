"""Records in prose: a label and its numbers, over and over, whatever the label is.

`The hatchback needs 20 minutes of washing and 30 of polishing, the estate 35 and 15` holds two records of
two numbers. A record begins where words stand before a number that stand nowhere else: these are its label.
Words that come back beside the numbers of several records say what a number is, or on which machine.
"""

from __future__ import annotations

__all__ = ["Figure", "Record", "Records", "records_in"]

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from agentopt.reader.families.clauses import sentences
from agentopt.reader.families.linksymbols import is_rate
from agentopt.reader.families.nouns import TYPE_NOUNS, stem, words
from agentopt.reader.tokens import Token

TIMES = words(
    """
    min mins minute minutes h hr hrs hour hours s sec secs second seconds d day days week weeks month months
    """
)
"""Units of time."""

_PLAIN = words(
    """
    a able about after afterwards again all alone also altogether always am an and another any are arrive
    arrives as
    at available be been before being below both but by can comes could data day days deadline did do
    does done
    due during each early earliest either end ends every everything exactly expected figures first follow
    following
    for from get gets given goes going had has have he here his hour hours how however i if in into is it its
    itself job jobs just last lasting lasts late later least length like list long longer make me minute
    minutes
    more most must my need needed needing needs next no not now of off on once one only onto open or
    order our out over own
    per place please point priority processing promised ready release released require required requires
    requiring respectively run running runs same second she should since so some spend spends start
    starts still
    such take takes taking task tasks than that the their them then there these they third this those through
    time times to today together too total two unit units until up us usually wants wanted was way we
    week weeks weight
    weights were what when where which while who whole will with within without work working would yet
    you your
    duration durations importance penalty day's job's time-units h min mins hr hrs d s sec secs roughly
    about around
    plus finally lastly thereafter subsequently another least approximately estimated lateness delay
    hence well cost costs costing charge charges charged pay pays paying
    """
)
"""Words that neither name a job nor a machine."""

_ENDS = frozenset({",", ";", ".", ":", "and", "then", "→", ")", "|", "/", "-", "–", "—", "but", "while"})
_OF = words("of on at in by with for")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with the words around it.

    Attributes:
        at: its token.
        before: the words since the number before it, in lower case.
        after: the words behind it, up to a comma or the next number.
        keys: the words that may say on which machine.
    """

    at: int
    before: str
    after: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A label with its numbers."""

    label: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Records:
    """What was found.

    Attributes:
        records: in the order of the text.
        counts: numbers that count something, with its noun.
        names: numbers that are part of a name.
    """

    records: tuple[Record, ...]
    counts: tuple[tuple[int, str], ...]
    names: frozenset[int]


def records_in(text: str, tokens: Sequence[Token], hidden: Collection[int] = ()) -> Records:
    """The records of a text; one record with all numbers where nothing labels them.

    >>> from agentopt.reader.tokens import tokenize
    >>> text = "The van needs 20 minutes of washing and 30 of polishing, the bus 35 and 15."
    >>> [(each.label, len(each.figures)) for each in records_in(text, tokenize(text)).records]
    [('van', 2), ('bus', 2)]
    """
    return _Finder(text, tokens, hidden).records()


class _Finder:
    """Finds the records of one text."""

    def __init__(self, text: str, tokens: Sequence[Token], hidden: Collection[int]) -> None:
        self.text, self.tokens, self.hidden = text, tokens, hidden
        self.names = self._names()
        said = " ".join(token.lower for token in tokens)
        told = re.findall(r"\bthe (first|second|third|fourth|fifth|sixth)\b", said)
        self.ordinals = frozenset(told) if len(set(told)) > 2 else frozenset()
        self.starts = {span.start for span in sentences(text, tokens, hidden)}

    def _names(self) -> frozenset[int]:
        """The numbers that are part of a name: `order 1`, `order 2`, each noun counting up from one."""
        after: dict[str, dict[int, set[str]]] = {}
        for at, token in enumerate(self.tokens[:-1]):
            number = self.tokens[at + 1]
            if token.kind != "word" or number.kind != "integer" or not number.text.isdecimal():
                continue
            follows = self.tokens[at + 2].lower if at + 2 < len(self.tokens) else "."
            if (
                at not in self.hidden
                and follows not in TIMES
                and token.lower not in _PLAIN - {"job", "task", "order"}
            ):
                after.setdefault(stem(token.text), {})[at + 1] = {follows}
        found: set[int] = set()
        for noun, places in after.items():
            values = sorted({int(self.tokens[at].text) for at in places})
            told = noun in TYPE_NOUNS | _NOUNS or all(
                said & {":", "(", "needs", "takes"} for said in places.values()
            )
            if len(noun) > 1 and told and (values == list(range(1, len(values) + 1)) or noun in _NOUNS):
                found.update(places)
        return frozenset(found)

    def records(self) -> Records:
        """The numbers, with what is said around them, put together."""
        data, counts = self._sorted()
        gaps = [self._gap(at, data[n - 1] if n else -1) for n, at in enumerate(data)]
        seen = Counter(key for head, tail in gaps for key in {*map(self._key, head), *map(self._key, tail)})
        for tail_key in set(map(self._key, self._tail(data[-1]))) if data else ():
            seen[tail_key] += 1
        records: list[tuple[str, list[Figure]]] = []
        for number, at in enumerate(data):
            head, _ = gaps[number]
            fresh = [each for each in head if seen[self._key(each)] == 1]
            ahead = [each for each in head if each not in fresh]
            stop = data[number + 1] if number + 1 < len(data) else len(self.tokens)
            keys = tuple(dict.fromkeys(map(self._key, [*ahead, *self._tail(at)])))
            figure = Figure(
                at, self._said(data[number - 1] + 1 if number else 0, at), self._behind(at, stop), keys
            )
            if fresh or not records:
                records.append((self._label(head, fresh), [figure]))
            else:
                records[-1][1].append(figure)
        return Records(
            tuple(Record(label, tuple(figures)) for label, figures in records), tuple(counts), self.names
        )

    def _sorted(self) -> tuple[list[int], list[tuple[int, str]]]:
        """The numbers that are data, and those that count."""
        data: list[int] = []
        counts: list[tuple[int, str]] = []
        for at, token in enumerate(self.tokens):
            if not token.is_number or at in self.hidden or at in self.names:
                continue
            if is_rate(self.tokens, at):
                continue
            noun = self._counted(at)
            if noun:
                counts.append((at, noun))
            elif self._unit(at) or token.kind == "one" or self._is_listed(at):
                data.append(at)
            elif token.kind == "spelled":
                counts.append((at, ""))
            elif not self._is_glued(at):
                data.append(at)
            else:
                counts.append((at, "name"))
        return data, counts

    def _is_listed(self, at: int) -> bool:
        """Whether a number in words stands in a list of numbers: `two, four and six hours`."""
        pairs = (self.tokens[max(0, at - 2) : at][::-1], self.tokens[at + 1 : at + 3])
        beside = any(
            len(pair) == 2 and pair[0].lower in (",", "and", "or") and pair[1].is_number for pair in pairs
        )
        return self.tokens[at].kind == "spelled" and beside

    def _is_glued(self, at: int) -> bool:
        """Whether a number is part of a word such as `3D`."""
        after = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        return after is not None and after.start == self.tokens[at].end and after.text[0].isupper()

    def _unit(self, at: int) -> str:
        after = self.tokens[at + 1].text if at + 1 < len(self.tokens) else ""
        if after == "-" and at + 2 < len(self.tokens):
            after = self.tokens[at + 2].text
        unit = after if len(after) == 1 else after.lower()
        return unit if unit in TIMES else ""

    def _counted(self, at: int) -> str:
        """The noun that a number counts: `three orders`, `2 identical ovens`; not `20 minutes`."""
        token = self.tokens[at]
        if token.kind not in ("integer", "spelled") or self._unit(at):
            return ""
        before = self.tokens[at - 1].text if at else ""
        if before and before in "$€£":
            return ""
        for ahead in range(at + 1, min(at + 5, len(self.tokens))):
            word = self.tokens[ahead]
            if ahead in self.starts or ahead in self.hidden:
                break
            if word.text == "-" and ahead < at + 4:
                continue
            if word.kind != "word" or word.sentence != token.sentence:
                break
            if word.lower in TIMES or (
                word.lower in _PLAIN
                and word.lower
                not in ("jobs", "tasks", "orders", "job", "of", "the", "these", "our", "own", "early")
            ):
                return ""
            if stem(word.text) in _AMOUNTS:
                return ""
            if stem(word.text) != word.lower or word.lower in ("people", "men", "women", "staff"):
                return stem(word.text)
        if token.kind == "spelled" or token.value == 1:
            after = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
            return stem(after.text) if after is not None and self._is_content(at + 1) else ""
        return ""

    def _gap(self, at: int, before: int) -> tuple[list[int], list[int]]:
        """The content words before a number: those that lead to it, and those of the number before."""
        tail = self._tail(before) if before >= 0 else []
        taken = tail[-1] + 1 if tail else before + 1
        content = [each for each in range(taken, at) if self._is_content(each)]
        # A label stands in the same sentence, or alone in a line above.
        begin = max((start for start in self.starts if start <= at), default=0)
        near = [each for each in content if each >= begin]
        if not near and content and self.tokens[begin - 1].text == ":":
            above = max((start for start in self.starts if start < begin), default=0)
            near = [each for each in content if each >= above]
        return near, tail

    def _tail(self, at: int) -> list[int]:
        """The content words right behind a number that say what it is for: `of washing`, `on the lathe`."""
        found: list[int] = []
        led = False
        for ahead in range(at + 1, min(at + 9, len(self.tokens))):
            token = self.tokens[ahead]
            if token.lower in _ENDS or (token.is_number and ahead not in self.names) or ahead in self.starts:
                break
            led = led or token.lower in _OF
            if led and self._is_content(ahead):
                found.append(ahead)
        return found

    def _is_content(self, at: int) -> bool:
        token = self.tokens[at]
        if at in self.hidden or token.kind != "word":
            return False
        if at + 1 in self.names:
            return True
        if len(token.text) == 1:
            return token.text.isupper() and token.text != "I" and not self._is_article(at)
        if token.lower in self.ordinals:
            return at > 0 and self.tokens[at - 1].lower == "the"
        return token.lower not in _PLAIN and stem(token.text) not in _AMOUNTS

    def _is_article(self, at: int) -> bool:
        after = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        if self.tokens[at].text != "A" or after is None or after.kind != "word":
            return False
        return after.lower not in _PLAIN

    def _key(self, at: int) -> str:
        named = at + 1 in self.names
        return stem(self.tokens[at].text) + (f" {self.tokens[at + 1].text}" if named else "")

    def _label(self, head: Sequence[int], fresh: Sequence[int]) -> str:
        """The words of a label: the fresh ones, with those that stand beside them."""
        if not fresh:
            return ""
        begin = next((at for at in reversed(fresh) if at - 1 not in fresh), fresh[0])
        kept = [begin]
        for at in head:
            if at == kept[-1] + 1:
                kept.append(at)
        words_of = [
            self.tokens[at].text + (f" {self.tokens[at + 1].text}" if at + 1 in self.names else "")
            for at in kept
        ]
        return " ".join(words_of[:4])

    def _said(self, start: int, stop: int) -> str:
        begin = max((each for each in self.starts if each <= stop), default=0)
        return " ".join(self.tokens[each].lower for each in range(max(start, begin, stop - 14), stop))

    def _behind(self, at: int, stop: int) -> str:
        found = []
        for ahead in range(at + 1, min(stop, at + 9)):
            if ahead in self.starts or self.tokens[ahead].text in ",;.)":
                break
            found.append(self.tokens[ahead].lower)
        return " ".join(found)


_NOUNS = words(
    "job task order operation batch lot process project customer test part patient program "
    "machine station step stage"
)

_AMOUNTS = words("dollar euro cent pound point percent unit kilometer kilometre mile")
"""What is measured and not counted."""
