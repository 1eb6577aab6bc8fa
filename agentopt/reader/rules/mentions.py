"""Where the text speaks of each decision."""

from __future__ import annotations

__all__ = ["Mention", "mentions"]

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentopt.reader.rules import lexicon
from agentopt.reader.rules.candidates import Candidate
from agentopt.reader.rules.runs import Run
from agentopt.reader.rules.words import Words


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where the text speaks of a decision: tokens `start` to `end` (exclusive)."""

    start: int
    end: int
    decision: int


def mentions(
    words: Words, found: Sequence[Run], candidate: Candidate
) -> tuple[tuple[Mention, ...], frozenset[str]]:
    """Every place that speaks of one of the decisions of a candidate, and the stems they share."""
    matcher = _Matcher(words, found, candidate)
    places: list[Mention] = []
    for run in found:
        places.extend(matcher.places(run))
    places.extend(_referring(words, len(candidate.names)))
    return tuple(sorted(places, key=lambda each: each.start)), frozenset(matcher.shared)


def _referring(words: Words, count: int) -> Iterator[Mention]:
    """`the former`, `the latter`."""
    for at, word in enumerate(words.lower):
        if word in ("former", "latter") and words.word(at - 1) == "the":
            yield Mention(at, at + 1, 0 if word == "former" else count - 1)


class _Matcher:
    """Tells which decision a run of nouns speaks of."""

    def __init__(self, words: Words, found: Sequence[Run], candidate: Candidate) -> None:
        self.words = words
        self.names = [list(each) for each in candidate.names]
        self.starts = {start: number for number, (start, _) in enumerate(candidate.spans)}
        counts = Counter(each for name in self.names for each in set(name))
        shared = {each for each, count in counts.items() if count > 1}
        common = self._common(found)
        self.shared = shared | common
        self.distinct = [[each for each in name if each not in self.shared] for name in self.names]
        self.head = [name[-1] if name[-1] not in self.shared else None for name in self.names]
        self.amounts = _amounts(words)
        self.spans = candidate.spans
        self.plurals = {each for each in words.lower if each.endswith("s") and not each.endswith("ss")}
        # a name inside another, such as `tutors` beside `assistant tutors`
        for number, name in enumerate(self.names):
            if not self.distinct[number]:
                self.distinct[number] = [each for each in name if each not in common] or name

    def _common(self, found: Sequence[Run]) -> set[str]:
        """The nouns that `regular and premium mobile phones` share."""
        *earlier, last = self.names
        common = set(last[1:])
        for name in earlier:
            behind: set[str] = set()
            for run in found:
                if name[-1] in run.stems:
                    behind.update(run.stems[run.stems.index(name[-1]) + 1 :])
            common &= behind
        return common

    def places(self, run: Run) -> Iterator[Mention]:
        """The mentions in a run: at most one, or one for each name it holds in full."""
        scores = [(self._score(number, run), number) for number in range(len(self.names))]
        best, number = max(scores, key=lambda each: (each[0], -each[1]))
        if best <= 0:
            return
        if sum(score == best for score, _ in scores) > 1 and run.start not in self.starts:
            return
        if run.start in self.starts:
            number = self.starts[run.start]
        known = set(self.names[number]) | self.shared
        inside = [at for at in range(run.start, run.end) if self.words.stems[at] in known]
        if inside:
            yield Mention(inside[0], inside[-1] + 1, number)

    def _score(self, number: int, run: Run) -> float:
        name, distinct, head = self.names[number], self.distinct[number], self.head[number]
        held = [each for each in distinct if self._holds(run, each, name)]
        if held and head is None and len(run.stems) == 1 and not self._is_same_form(run, number):
            return 0
        if not held:
            return 0
        full = all(each in run.stems for each in name)
        if head is not None and head not in held and not full:
            only = all(each in name for each in run.stems)
            if not only or any(each in self.amounts for each in held):
                return 0
        if head is not None and not full and len(run.stems) == 1 and len(name) > 1 and self._is_amount(run):
            return 0
        if (
            len(held) < len(distinct)
            and head is None
            and len(distinct) > 1
            and not any(len(each) > 1 for each in held)
        ):
            return 0
        extra = sum(
            1
            for other, each in enumerate(self.names)
            if other != number
            for word in self.distinct[other]
            if word in run.stems and word not in name
        )
        return (
            len(held) / len(distinct)
            + 0.5 * full
            + 0.1 * sum(each in run.stems for each in name)
            - 0.6 * extra
        )

    def _is_same_form(self, run: Run, number: int) -> bool:
        """Whether a modifier alone has the form of the name: no `commuters` for commuter trains."""
        start, end = self.spans[number]
        forms = {self.words.lower[at] for at in range(start, end)}
        word = self.words.lower[run.start]
        return word in forms or (word not in self.plurals and run.stems[0] not in self.amounts)

    def _holds(self, run: Run, word: str, name: Sequence[str]) -> bool:
        """Whether a run has a word of a name; a letter or number only where it is meant as one."""
        if word not in run.stems:
            return False
        if len(word) > 1 and not word.isdigit():
            return True
        at = next(each for each in range(run.start, run.end) if self.words.stems[each] == word)
        if len(name) == 1:
            return self.words.tokens[at].text.isupper() or word.isdigit()
        return any(each in run.stems for each in name if each != word) or len(run.stems) == 1

    def _is_amount(self, run: Run) -> bool:
        """Whether a run is what an amount is of: `4 units of water`."""
        words, at = self.words, run.start
        return (
            words.word(at - 1) == "of"
            and words.word(at - 2) in lexicon.MEASURES
            and words.tag(at - 3) == "number"
            and words.tokens[at - 3].value != 1
        )


def _amounts(words: Words) -> set[str]:
    found = set()
    for at, token in enumerate(words.tokens):
        if token.is_number and token.value != 1:
            after = at + 1
            if words.word(after) in lexicon.MEASURES and words.word(after + 1) == "of":
                after += 2
            if words.tag(after) == "noun" and words.tag(after + 1) != "noun":
                found.add(words.stems[after])
    return found
