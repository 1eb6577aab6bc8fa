"""Lists of things that may be the decisions, however loosely they are strung together.

A list is a chain of names parted by commas, `and`, `or`, with prices, amounts or asides in between ("pizzas
at 9 dollars and trays at 24", "spot 8000, ad 5000"). Which list is meant shows in what recurs: a decision is
spoken of again, next to numbers, while a business, a place or a resource is not.
"""

from __future__ import annotations

__all__ = ["chains"]

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence

from agentopt.reader.rules import lexicon
from agentopt.reader.rules.candidates import Candidate
from agentopt.reader.rules.runs import Run
from agentopt.reader.rules.words import Words, stem

_MOST = 10
_WIDEST = 14
"""Tokens between two names of a list, amounts and asides included."""

_GENERIC = frozenset(map(stem, lexicon.GENERIC | lexicon.HEADS_OF_TYPE))
_NEVER = frozenset(map(stem, lexicon.MEASURES)) | frozenset(
    map(
        stem,
        lexicon.words_of(
            "profit cost revenue price time budget number amount total money demand supply capacity company "
            "day week month year today customer unit maximum minimum limit resource people half fee fees "
            "income pay wage margin earnings takings ppl kcal protein fat sugar space room points score "
            "morning evening afternoon monday tuesday wednesday thursday friday saturday sunday january "
            "february march april may june july august september october november december share rest "
            "thanks regards hi hello dear mr mrs ms dr question problem figure figures"
        ),
    )
)
_JOINTS = frozenset(
    (",", "and", "or", "&", ";", "versus", "vs", "+", "|", "/", "but", "while", "nor", "plus")
)


def chains(words: Words, found: Sequence[Run]) -> list[Candidate]:
    """The lists of things in a text, likeliest first."""
    named = [each for each in found if not _is_amount(words, each) and not _is_speech(words, each)]
    spoken = Counter(stem_ for each in named for stem_ in set(each.stems))
    best: dict[tuple[tuple[str, ...], ...], Candidate] = {}
    named = [_trimmed(words, each, spoken) for each in named]
    always = _always_amounts(words, found)
    for chain in [*_chains(words, named), *_labels(words, named)]:
        for items in _parts(chain):
            names = tuple(each.stems for each in items)
            if len({each[-1] for each in names} | set(names)) < len(names) or len(set(names)) < len(names):
                continue
            key = tuple(sorted(names))
            spans = tuple((each.start, each.end) for each in items)
            weight = _weight(words, items, spoken, always)
            if key not in best or best[key].weight < weight:
                best[key] = Candidate(spans, names, weight)
    return sorted(best.values(), key=lambda each: -each.weight)


def _is_speech(words: Words, run: Run) -> bool:
    """Whether a row is no name at all: `I'm`, `that's`, `worth`."""
    return any(
        "'" in words.lower[x] and not words.lower[x].endswith(("'s", "s'")) for x in range(run.start, run.end)
    ) or (run.stems[-1] in _SPEECH)


_SPEECH = frozenset(
    map(
        stem,
        lexicon.words_of(
            "that's it's there's he's she's what's worth thinks asks says "
            "reckons wonders insists go pls please thanks yes ok okay"
        ),
    )
)


def _trimmed(words: Words, run: Run, spoken: Counter[str]) -> Run:
    """A name without the unknown verb that ends it: `round tables seat | 10`."""
    last = run.stems[-1]
    follows = words.tag(run.end) in ("number", "preposition", "determiner", "pronoun") or words.word(
        run.end
    ) in ("$", "€", "£")
    if len(run.stems) < 2 or not follows or run.end - run.start != len(run.stems):
        return run
    others = [x for x in range(len(words)) if words.stems[x] == last and x != run.end - 1]
    before = [
        x for x in range(len(words)) if words.stems[x] == run.stems[-2] and not run.start <= x < run.end
    ]
    alone = any(words.stems[x + 1 : x + 2] != (last,) for x in before)
    plural = words.lower[run.end - 1].endswith("s") != words.lower[run.end - 2].endswith("s")
    verbal = all(words.tag(x + 1) == "number" or words.tag(x + 1) == "preposition" for x in others)
    if alone and plural and verbal and spoken[run.stems[-2]] > 1:
        return Run(run.start, run.end - 1, run.stems[:-1])
    return run


def _always_amounts(words: Words, found: Sequence[Run]) -> frozenset[str]:
    """Heads that only ever stand behind a number, as what is used or given does."""
    free, counted = set[str](), set[str]()
    for run in found:
        at = run.start - 1
        while (
            words.word(at) in ("of", "g", "kg", "hours", "minutes", "units", "more", "the")
            and at > run.start - 4
        ):
            at -= 1
        numbered = words.tag(at) == "number" and words.tokens[at].value != 1
        (counted if numbered else free).add(run.stems[-1])
    return frozenset(counted - free)


def _is_container(words: Words, run: Run) -> bool:
    """Whether a name is what others are counted in: `a tray of`, `per portion`."""
    stem_ = run.stems[-1]
    held = sum(
        words.stems[x] == stem_ and words.word(x + 1) == "of" and words.tag(x + 2) == "noun"
        for x in range(len(words))
    )
    per = sum(words.stems[x] == stem_ and words.word(x - 1) == "per" for x in range(1, len(words)))
    return len(run.stems) == 1 and words.word(run.end) != "of" and held + per > 1


def _labels(words: Words, named: Sequence[Run]) -> Iterator[list[Run]]:
    """Names that begin lines or sentences and are followed by a colon, a dash or a number."""
    starts = {start for start, _ in words.sentences}
    lines = []
    for run in named:
        at = run.start
        while (
            at > 0
            and at not in starts
            and words.lower[at - 1] in ("-", "*", "•", "|", "a", "an", "the", ")", "1", "2", "3", "4", "5")
        ):
            at -= 1
        if at in starts and words.word(run.end) in (
            ":",
            "=",
            "-",
            "–",
            "|",
            "(",
            "costs",
            "takes",
            "needs",
            "gives",
        ):
            lines.append(run)
    for size in range(2, min(len(lines), _MOST) + 1):
        for start in range(len(lines) - size + 1):
            yield lines[start : start + size]


def _is_amount(words: Words, run: Run) -> bool:
    """Whether a row of nouns only says what a number counts: `8000 people`, `3 hours of sewing`."""
    if all(each in _NEVER for each in run.stems):
        return True
    before = run.start - 1
    return words.tag(before) == "number" and words.tokens[before].value != 1 and run.stems[0] in _NEVER


def _chains(words: Words, named: Sequence[Run]) -> Iterator[list[Run]]:
    """The longest lists from each name on."""
    seen: set[int] = set()
    for number, first in enumerate(named):
        if first.start in seen:
            continue
        chain = [first]
        at = number
        while len(chain) < _MOST:
            after = next(
                (x for x in range(at + 1, min(at + 5, len(named))) if _linked(words, named, at, x)), None
            )
            if after is None:
                break
            chain.append(named[after])
            at = after
        if len(chain) > 1:
            seen.update(each.start for each in chain[:-1])
            yield chain


def _linked(words: Words, named: Sequence[Run], one: int, other: int) -> bool:
    """Whether two names are neighbours in a list."""
    first, second = named[one], named[other]
    gap = range(first.end, second.start)
    if len(gap) > _WIDEST or words.tokens[first.start].sentence != words.tokens[second.start].sentence:
        return False
    joints = [at for at in gap if words.lower[at] in _JOINTS]
    if not joints:
        return False
    between = named[one + 1 : other]
    return all(_is_skipped(words, each) for each in between)


def _is_skipped(words: Words, run: Run) -> bool:
    """Whether a name inside a list belongs to an amount: `spot (1,500 kr, 4,000 listeners) and board`."""
    near = range(max(0, run.start - 3), run.start)
    return any(words.tags[at] == "number" for at in near) or words.word(run.start - 1) in ("of", "per", "for")


def _parts(chain: Sequence[Run]) -> Iterator[list[Run]]:
    for start in range(len(chain) - 1):
        for end in range(start + 2, len(chain) + 1):
            yield list(chain[start:end])


def _weight(words: Words, items: Sequence[Run], spoken: Counter[str], always: frozenset[str]) -> float:
    """How much a list looks like what is to be decided."""
    counts = Counter(stem_ for each in items for stem_ in set(each.stems))
    weight = 0.3 * len(items)
    for each in items:
        own = [x for x in each.stems if counts[x] == 1] or list(each.stems)
        again = max(spoken[x] for x in own) - 1
        weight += (min(again, 3) - 0.8) / len(items)
        if again == 0:
            weight -= 0.6 / len(items)
        if each.stems[-1] in _NEVER or all(x in _NEVER or x in _GENERIC for x in each.stems):
            weight -= 3.0 / len(items)
        if each.stems[-1] in always:
            weight -= 1.5 / len(items)
        if any("'" in words.lower[x] for x in range(each.start, each.end)):
            weight -= 2.0 / len(items)
        if _is_container(words, each):
            weight -= 0.8 / len(items)
        if words.tag(each.start - 1) == "number" and words.tokens[each.start - 1].value != 1:
            weight -= 0.5 / len(items)
    begin, last = items[0].start, items[-1]
    near = words.lower[max(0, begin - 8) : begin]
    weight += 0.6 * ("many" in near or "much" in near) + 0.4 * bool(
        set(near) & {"between", "of", ":", "either", "both", "on"}
    )
    joined = any(words.lower[at] in ("and", "or", "&") for at in range(items[-2].end, last.start))
    gaps = sum(other.start - one.end for one, other in itertools.pairwise(items)) / (len(items) - 1)
    numbers = [words.tokens[at].value for at in range(max(0, begin - 8), begin) if words.tokens[at].is_number]
    weight += 0.8 * (bool(numbers) and numbers[-1] == len(items))
    return weight + 0.5 * joined - 0.06 * gaps - 0.02 * words.tokens[begin].sentence
