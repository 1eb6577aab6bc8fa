"""What is to be decided, and where the text speaks of it.

Candidates for the list of decisions come from enumerations ("desks, chairs and beds"), from things of which
the same is said with different numbers ("a van carries 8 … a bus carries 30"), and from what stands after
"per". The reader tries the best of them and keeps the one under which the most of the text makes sense.
"""

from __future__ import annotations

__all__ = ["Candidate", "candidates"]

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentopt.reader.rules import lexicon
from agentopt.reader.rules.runs import Run
from agentopt.reader.rules.words import Words, stem

_MOST_DECISIONS = 12
_GENERIC = frozenset(map(stem, lexicon.GENERIC | lexicon.HEADS_OF_TYPE))
_MEASURES = frozenset(map(stem, lexicon.MEASURES))
_NO_DECISIONS = _MEASURES | frozenset(
    map(
        stem,
        lexicon.words_of(
            "profit cost revenue price time budget number amount total hour labor labour money demand supply "
            "capacity company week day month year section kind type today customer unit maximum minimum "
            "space "
            "production production-time limit resource way process people sale worth half"
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A list of things that may be the decisions.

    Attributes:
        spans: first token and the one after the last, of each.
        names: their stems.
        weight: how likely it looks before anything else is read.
    """

    spans: tuple[tuple[int, int], ...]
    names: tuple[tuple[str, ...], ...]
    weight: float


def candidates(words: Words, found: Sequence[Run]) -> list[Candidate]:
    """The lists of things that may be decided, best first, without doubles."""
    every = [
        *_enumerated(words, found, chained=False),
        *_enumerated(words, found, chained=True),
        *_parallel(words, found),
    ]
    best: dict[tuple[tuple[str, ...], ...], Candidate] = {}
    for each in every:
        key = tuple(sorted(each.names))
        if key not in best or best[key].weight < each.weight:
            best[key] = each
    return sorted(best.values(), key=lambda each: -each.weight)


def _enumerated(words: Words, found: Sequence[Run], *, chained: bool) -> Iterator[Candidate]:
    """Lists joined by commas, `and`, `or`."""
    starts = {each.start: each for each in found}
    numbered = _numbered(words)
    seen: set[int] = set()
    for first in found:
        if first.start in seen:
            continue
        items = [first]
        joined = False
        while len(items) < _MOST_DECISIONS + 1:
            after, last = _separator(words, items[-1].end, chained=chained)
            if after is None or after not in starts:
                break
            item = starts[after]
            counted = words.word(first.start - 1) == "of" and words.stems[first.start - 2] == item.stems[-1]
            if counted and words.word(item.end) == "of" and item.end + 1 in starts:
                item = starts[item.end + 1]  # "boxes of heels and boxes of slippers"
            items.append(item)
            joined = joined or last
        seen.update(each.start for each in items)
        if len(items) < 2 or not joined:
            continue
        yield from _list_candidates(words, items, numbered)
        if len(items) > 2 and words.word(items[0].end) in (
            ",",
            ";",
        ):  # "two creams, a day cream and a night cream"
            for each in _list_candidates(words, items[1:], numbered):
                yield Candidate(each.spans, each.names, each.weight - 0.8)


def _list_candidates(words: Words, items: list[Run], numbered: Counter[str]) -> Iterator[Candidate]:
    items = [
        each for each in items if not all(stem_ in _GENERIC or stem_ in _NO_DECISIONS for stem_ in each.stems)
    ]
    if not 2 <= len(items) <= _MOST_DECISIONS or len({each.stems for each in items}) < len(items):
        return
    weight = _cues(words, items)
    weight -= sum(2.0 for each in items if numbered[each.stems[-1]]) / len(items) * 2
    weight -= 0.05 * words.tokens[items[0].start].sentence
    yield Candidate(
        tuple((each.start, each.end) for each in items), tuple(each.stems for each in items), weight
    )


def _named(words: Words, run: Run) -> tuple[str, ...]:
    return run.stems


def _separator(words: Words, at: int, *, chained: bool) -> tuple[int | None, bool]:
    """Where the next item of a list may begin, and whether an `and` or `or` stood before it."""
    if (
        chained and words.word(at) == "of" and words.tag(at + 1) == "noun"
    ):  # "large boxes of chocolates or small boxes"
        while words.tag(at + 1) == "noun":
            at += 1
        at += 1
    begin, joined = at, False
    if words.word(at) in (",", ";"):
        at += 1
    if words.word(at) in ("and", "or", "&", "plus", "nor"):
        joined = True
        at += 1
        if words.word(at) == "/" and words.word(at + 1) == "or":
            at += 2
    elif words.word(at) == "as" and words.word(at + 1) == "well" and words.word(at + 2) == "as":
        joined, at = True, at + 3
    if at == begin:
        return None, False
    while words.word(at) in (
        "by",
        "through",
        "using",
        "in",
        "with",
        "either",
        "a",
        "an",
        "the",
        "each",
        "also",
        "some",
        "use",
        "on",
    ):
        at += 1
    return at, joined


def _cues(words: Words, items: Sequence[Run]) -> float:
    """How much the words around a list say that it names what can be chosen."""
    weight = 0.0
    begin = items[0].start
    before = [words.word(at) for at in range(max(0, begin - 6), begin)]
    sentence = words.tokens[begin].sentence
    near = [
        words.word(at) for at in range(max(0, begin - 14), begin) if words.tokens[at].sentence == sentence
    ]
    if any(each in lexicon.HEADS_OF_TYPE for each in near):
        weight += 1.5
        if ":" in before or "," in before or ";" in before:
            weight += 1
    counts = [words.tokens[at].value for at in range(max(0, begin - 14), begin) if words.tokens[at].is_number]
    if counts and counts[-1] == len(items):
        weight += 2
    if "either" in before or "both" in before:
        weight += 1
    if any(words.tag(at) == "verb" for at in range(max(0, begin - 4), begin)):
        weight += 0.5
    if "many" in before or "much" in before:
        weight += 1.5
    measured = any(
        words.word(at) == "of" and words.word(at - 1) in lexicon.MEASURES for at in (begin - 1, begin - 2)
    )
    if measured or words.tag(begin - 1) == "number":
        weight -= 2
    for item in items:
        if words.tag(item.start - 1) == "number":
            weight -= 1
        if all(each in _NO_DECISIONS for each in item.stems) or item.stems[-1] in _NO_DECISIONS:
            weight -= 2
        weight += min(2, _subject(words, item)) * 1.0 / len(items)
    return weight


def _subject(words: Words, item: Run) -> int:
    """How often the words of an item begin a clause with a number, or stand after `per` or `each`."""
    count = 0
    key = item.stems[-1] if len(item.stems) == 1 else item.stems[0]
    for at in range(len(words)):
        if words.stems[at] != key or item.start <= at < item.end:
            continue
        if (
            words.word(at - 1) in ("per", "each", "every", "a", "an", "one", "the")
            or words.tag(at - 1) == "mark"
        ):
            count += 1
    return count


def _numbered(words: Words) -> Counter[str]:
    """Stems that stand behind an amount: `4 hours of welding`, `3 eggs`."""
    found: Counter[str] = Counter()
    for at, token in enumerate(words.tokens):
        if not token.is_number or token.value == 1 or token.kind in ("percent", "factor"):
            continue
        after = at + 1
        if words.word(after) in lexicon.MEASURES or words.tag(after) == "noun":
            after += 1
            if words.word(after) == "of":
                after += 1
                while words.tag(after) in ("determiner", "pronoun"):
                    after += 1
                last = after
                while words.tag(last + 1) == "noun":
                    last += 1
                if words.tag(after) == "noun":
                    found[words.stems[last]] += 1
    return found


def _parallel(words: Words, found: Sequence[Run]) -> Iterator[Candidate]:
    """Things of which the same is said with different numbers."""
    groups: dict[tuple[str, str], list[Run]] = {}
    numbered = _numbered(words)
    for number, run in enumerate(found):
        for key in _said(words, run, found, number):
            groups.setdefault(key, []).append(run)
    yield from _contrasted(words, found)
    yield from _subjects(words, found, numbered)
    for (kind, _), members in groups.items():
        distinct: dict[tuple[str, ...], Run] = {}
        for each in members:
            if not all(stem_ in _NO_DECISIONS or stem_ in _GENERIC for stem_ in each.stems):
                distinct.setdefault(each.stems, each)
        items = list(distinct.values())
        if not 2 <= len(items) <= _MOST_DECISIONS:
            continue
        spoken = sum(min(2, _subject(words, each)) for each in items) / len(items)
        spoken -= 2 * sum(numbered[each.stems[-1]] > 0 for each in items) / len(items)
        late = 0.05 * words.tokens[items[0].start].sentence
        yield Candidate(
            tuple((each.start, each.end) for each in items),
            tuple(each.stems for each in items),
            (0.4 if kind == "per" else 0.2) + spoken + 0.2 * min(len(items), 4) - late,
        )


def _contrasted(words: Words, found: Sequence[Run]) -> Iterator[Candidate]:
    """Things with one head and different modifiers, each named again: `old vans`, `new vans`."""
    counts = Counter(each.stems for each in found)
    heads: dict[str, list[Run]] = {}
    for run in found:
        if (
            len(run.stems) > 1
            and counts[run.stems] > 1
            and run.stems not in [each.stems for each in heads.get(run.stems[-1], [])]
        ):
            heads.setdefault(run.stems[-1], []).append(run)
    for head, items in heads.items():
        if 2 <= len(items) <= _MOST_DECISIONS and head not in _NO_DECISIONS:
            spoken = sum(min(2, _subject(words, each)) for each in items) / len(items)
            late = 0.05 * words.tokens[items[0].start].sentence
            yield Candidate(
                tuple((each.start, each.end) for each in items),
                tuple(each.stems for each in items),
                0.3 + spoken - late,
            )


def _subjects(words: Words, found: Sequence[Run], numbered: Counter[str]) -> Iterator[Candidate]:
    """All things of which one is spoken of with a number: `each desk takes 3 hours`, `chairs cost $5`."""
    chosen: list[Run] = []
    for run in found:
        before = words.word(run.start - 1)
        single = before in ("each", "every", "a", "an", "one", "per") or (
            before == "of" and words.word(run.start - 3) in ("each", "every", "a", "an", "one", "per")
        )
        first = words.tag(run.start - 1) in ("mark", "") and words.lower[run.end - 1].endswith("s")
        if words.word(run.end) == "of" and words.tag(run.end + 1) == "noun":
            continue  # "a tray of pasta" is a way to count pasta
        if not (single or first) or numbered[run.stems[-1]] or run.stems[-1] in _NO_DECISIONS:
            continue
        if all(each in _GENERIC or each in _NO_DECISIONS for each in run.stems) or not _has_amount(
            words, run
        ):
            continue
        chosen.append(run)
    counts = Counter(each.stems for each in chosen)
    items: list[Run] = []
    for run in sorted(chosen, key=lambda each: -len(each.stems)):
        within = any(set(run.stems) <= set(each.stems) for each in items)
        if not within:
            items.append(run)
    items.sort(key=lambda each: each.start)
    if 2 <= len(items) <= _MOST_DECISIONS:
        often = sum(min(2, counts[each.stems]) for each in items) / len(items)
        yield Candidate(
            tuple((each.start, each.end) for each in items), tuple(each.stems for each in items), 0.6 + often
        )


def _has_amount(words: Words, run: Run) -> bool:
    """Whether a number follows a run, or stands before it in its clause, with no other noun before it."""
    at = run.end
    while at < min(run.end + 9, len(words)) and words.lower[at] not in (".", ";", "?"):
        if words.tags[at] == "number":
            return True
        at += 1
    return any(words.tag(x) == "number" for x in range(run.start - 5, run.start)) and words.word(
        run.start - 1
    ) in ("each", "every", "per", "a", "an")


def _said(words: Words, run: Run, found: Sequence[Run], number: int) -> Iterator[tuple[str, str]]:
    """What is said of a run: keys that parallel things share."""
    before = words.word(run.start - 1)
    if before in ("per", "each", "every") or (
        before == "of" and words.word(run.start - 2) in lexicon.MEASURES
    ):
        yield "per", before if before == "per" else "each"
    at = run.end
    verb = ""
    while (
        at < run.end + 6
        and words.tag(at) in ("auxiliary", "pronoun", "other", "verb", "determiner", "preposition")
    ) or words.word(at) in ("$", ":", "€", "£"):
        if words.tag(at) == "verb" or words.word(at) == ":":
            verb = verb or words.stems[at]
        if words.tag(at) == "preposition" and words.word(at) != "to":
            verb = verb or words.word(at)
        at += 1
    if words.tag(at) == "number":
        yield "subject", verb
        noun = at + 1
        if words.tag(noun) == "noun":
            yield "amount", verb + " " + words.stems[noun]
