"""The table of numbers of each decision, read sentence by sentence as the pattern that comes out even.

In one sentence the numbers stand behind what they are said of ("a knight costs 120, a healer 80"), before it
("120 for a knight and 80 for a healer"), or in lists in the order of the decisions ("food: 1, 3 and 1"). Each
pattern is tried, with each choice of the numbers that may be limits set aside; the one under which every
decision gets equally many numbers counts.
"""

from __future__ import annotations

__all__ = ["Grid", "Piece", "grid"]

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from agentopt.reader.rules import lexicon
from agentopt.reader.rules.attributes import Column
from agentopt.reader.rules.joining import Owners, joined, ranked
from agentopt.reader.rules.mentions import Mention
from agentopt.reader.rules.scene import Figure, Scene


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch that is read as one: its tokens, and the numbers in it that may belong to decisions."""

    start: int
    end: int
    figures: tuple[Figure, ...]


@dataclass(slots=True)
class Grid:
    """What the sentences give each decision.

    Attributes:
        columns: attributes, complete or not.
        loose: numbers that belong to no decision.
        strain: what speaks against the patterns, in numbers that do not come out even.
    """

    columns: list[Column] = field(default_factory=list)
    loose: list[Figure] = field(default_factory=list)
    strain: float = 0.0


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a piece: the decisions of each number, and how well it comes out."""

    score: float
    owners: tuple[tuple[Figure, tuple[int, ...]], ...]
    loose: tuple[Figure, ...]


_MOST_SET_ASIDE = 3

_LISTED = frozenset(
    (
        ",",
        "and",
        "or",
        "&",
        "/",
        "|",
        "$",
        "€",
        "£",
        "%",
        "p",
        "each",
        "then",
        "+",
        "¢",
        "plus",
        "only",
        "just",
        "a",
        "per",
    )
)

_LINKS = frozenset(
    (
        "per",
        "for",
        "each",
        "every",
        "of",
        "a",
        "an",
        "on",
        "to",
        "into",
        "from",
        "in",
        "by",
        "the",
        "=",
        "at",
        "is",
        "one",
        "/",
    )
)


def grid(view: Scene, pieces: Sequence[Piece], cues: Mapping[int, float]) -> Grid:
    """Read every piece, or its whole sentence where that is better, and join what they say into columns."""
    found = Grid()
    rows: list[list[tuple[Figure, tuple[int, ...]]]] = []
    topic: tuple[int, ...] = ()
    for piece in _merged(view, pieces, cues):
        if not piece.figures:
            said = view.mentioned(piece.start, piece.end)
            if said:
                topic = (said[-1].decision,) if len({each.decision for each in said}) == 1 else ()
            continue
        best = _best(view, piece, cues, topic)
        found.loose.extend(best.loose)
        if best.score < 0:
            found.strain -= best.score
        rows.extend(ranked(view, best.owners))
        owners = {each for _, own in best.owners for each in own}
        said = view.mentioned(piece.start, piece.end)
        topic = (next(iter(owners)),) if len(owners) == 1 else () if said else topic
    found.columns = joined(view, rows)
    return found


def _merged(view: Scene, pieces: Sequence[Piece], cues: Mapping[int, float]) -> Iterator[Piece]:
    """The pieces, those of one sentence joined where they come out better together."""
    sentences: dict[int, list[Piece]] = {}
    for each in pieces:
        sentences.setdefault(view.words.tokens[each.start].sentence, []).append(each)
    for parts in sentences.values():
        if len(parts) > 1:
            whole = Piece(
                parts[0].start, parts[-1].end, tuple(figure for each in parts for figure in each.figures)
            )
            apart = sum(_best(view, each, cues, ()).score for each in parts if each.figures)
            if whole.figures and _best(view, whole, cues, ()).score >= apart:
                yield whole
                continue
        yield from parts


def _best(view: Scene, piece: Piece, cues: Mapping[int, float], topic: tuple[int, ...]) -> _Reading:
    """The pattern under which a piece comes out best."""
    doubtful = sorted(piece.figures, key=lambda each: -cues.get(each.token, 0.0))[:7]
    best = _Reading(float("-inf"), (), piece.figures)
    for width in range(min(_MOST_SET_ASIDE, len(doubtful)) + 1):
        for aside in combinations(doubtful, width):
            kept = [each for each in piece.figures if each not in aside]
            cost = sum(cues.get(each.token, 0.0) - 1.4 + _excess(view, each, kept) for each in aside)
            for score, owners in _patterns(view, piece, kept, topic):
                total = score + cost - 0.02 * width
                if total > best.score:
                    best = _Reading(total, tuple(owners), aside)
    return best


def _excess(view: Scene, figure: Figure, kept: Sequence[Figure]) -> float:
    """How much a number towers over those of its measure, as a limit does over what one takes."""
    value = view.words.tokens[figure.token].value or 0
    others = [view.words.tokens[each.token].value or 0 for each in kept if each.kind == figure.kind]
    if not others or figure.kind == "percent":
        return 0.0
    return 0.5 if value > 2 * max(others) else 0.0 if value >= max(others) else -0.2


def _patterns(
    view: Scene, piece: Piece, kept: Sequence[Figure], topic: tuple[int, ...]
) -> Iterator[tuple[float, Owners]]:
    """Ways to give the numbers of a piece to decisions, with scores."""
    if not kept:
        yield 0.0, []
        return
    said = view.mentioned(piece.start, piece.end)
    yield from _in_lists(view, piece, kept, said)
    if said:
        for mode in ("before", "after", "either"):
            yield _attached(view, piece, kept, said, mode)
    if not said and topic:
        first = view.words.word(piece.start)
        refers = first in _REFERRING or view.words.tag(piece.start) in ("verb", "auxiliary", "number")
        yield (0.6 if refers else -0.6) * len(kept), [(each, topic) for each in kept]
    each_one = [each for each in kept if _is_for_each(view, piece, each)]
    if each_one and len(each_one) == len(kept):
        yield 1.3 * len(kept), [(each, tuple(range(view.count))) for each in kept]
    if len(kept) == 1 or all(each.every for each in kept):
        spread = [each for each in kept if each.every or _is_of_all(view, piece, each)]
        if len(spread) == len(kept):
            yield 0.8 * len(kept), [(each, tuple(range(view.count))) for each in kept]


_REFERRING = frozenset(("it", "they", "each", "he", "she", "this", "these", "and", "one", "its", "both"))


def _is_for_each(view: Scene, piece: Piece, figure: Figure) -> bool:
    """Whether a number is said of each alike: `buns 65, one each`, `each one uses up 3`."""
    words = view.words
    if view.mentioned(piece.start, figure.token) and words.lower[piece.start] not in (
        "each",
        "every",
        "both",
        "either",
    ):
        return False
    for x in range(figure.token + 1, min(piece.end, figure.token + 4)):
        if words.lower[x] in ("each", "apiece"):
            return x + 1 >= piece.end or words.lower[x + 1] in (".", ",", ";", ")", "of")
        if words.lower[x] in (",", "and"):
            break
    first = words.lower[piece.start : piece.start + 2]
    return bool(set(first) & {"each", "every", "both", "either"}) and words.word(piece.start + 1) in (
        "one",
        "of",
        "kind",
        "sort",
        "need",
        "take",
        "takes",
        "needs",
        "uses",
    )


def _is_of_all(view: Scene, piece: Piece, figure: Figure) -> bool:
    said = view.words.lower[piece.start : piece.end]
    if set(said) & (lexicon.TOGETHER | {"counting"}) or ("in" in said and "all" in said):
        return False
    return bool(set(said) & {"both", "either", "each", "any", "all"}) and not view.mentioned(
        figure.token, piece.end
    )


def _in_lists(
    view: Scene, piece: Piece, kept: Sequence[Figure], said: Sequence[Mention]
) -> Iterator[tuple[float, Owners]]:
    """Rows of numbers given to rows of mentions, or to all decisions in their order."""
    groups: list[list[Figure]] = []
    for each in kept:
        if groups and _follows(view, groups[-1][-1], each):
            groups[-1].append(each)
        else:
            groups.append([each])
    split: list[list[Figure]] = []
    size = view.count
    for group in groups:
        if len(group) > size and len(group) % size == 0:
            split.extend(group[x : x + size] for x in range(0, len(group), size))
        else:
            split.append(group)
    if not any(len(group) > 1 for group in split):
        return
    owners: Owners = []
    score = 0.0
    singles: list[Figure] = []
    for group in split:
        if len(group) == 1:
            singles.append(group[0])
            continue
        row = _row(view, piece, group, said)
        if row:
            score += 1.25 * len(group)
        elif len(group) == view.count:
            row = _in_order(view)
            inside = view.mentioned(group[0].token, group[-1].token)
            score += (0.9 if not said else 0.35 if not inside else -0.5) * len(group)
        else:
            score -= 1.0 * len(group)
            continue
        owners.extend((each, (decision,)) for each, decision in zip(group, row, strict=True))
    if singles and said:
        more, attached = _attached(view, piece, singles, said, "either")
        score += more - 0.4 * len(singles)
        owners.extend(attached)
    elif singles:
        score -= 1.2 * len(singles)
    yield score, sorted(owners, key=lambda each: each[0].token)


def _in_order(view: Scene) -> list[int]:
    """The decisions in the order in which the text first names them."""
    places, size = view.mentions, view.count
    for x in range(len(places) - size + 1):
        row = places[x : x + size]
        near = all(1 <= other.start - one.end <= 3 for one, other in pairwise(row))
        if near and len({each.decision for each in row}) == size:
            return [each.decision for each in row]
    return sorted(range(size), key=lambda each: view.candidate.spans[each][0])


def _follows(view: Scene, one: Figure, other: Figure) -> bool:
    """Whether a number is the next of a row."""
    words = view.words
    gap = range(one.token + 1, other.token)
    if one.unit and not other.unit and one.kind not in ("money", "percent"):
        return False  # "30 litres, 3 per batch"
    if len(gap) > 7 or view.mentioned(one.token, other.token):
        return False
    joint = any(words.lower[x] in (",", "and", "or", "&", "/", "|", "then") for x in gap) or len(gap) <= 1
    plain = all(
        words.lower[x] in _LISTED
        or words.lower[x] in lexicon.MEASURES
        or (words.tags[x] == "noun" and words.lower[x - 1] not in (",",))
        or words.tags[x] == "other"
        for x in gap
    )
    return joint and plain


def _row(view: Scene, piece: Piece, group: Sequence[Figure], said: Sequence[Mention]) -> list[int]:
    """The row of as many mentions as a row of numbers has, nearest before it or behind it."""
    words, size = view.words, len(group)
    start = next(start for start, end in words.sentences if start <= piece.start < end)
    end = next(end for start_, end in words.sentences if start_ <= piece.start < end)
    before = view.mentioned(start, group[0].token)
    behind = view.mentioned(group[-1].token, end)
    options = [before[x : x + size] for x in range(len(before) - size, -1, -1)] + [behind[:size]]
    for option in options:
        if len(option) != size or len({each.decision for each in option}) < size:
            continue
        gaps = [range(one.end, other.start) for one, other in pairwise(option)]
        if all(
            len(gap) <= 8
            and any(words.lower[x] in (",", "and", "or", "&", "|", "/", ";") for x in gap)
            and not any(words.tags[x] == "number" or words.tags[x] == "auxiliary" for x in gap)
            for gap in gaps
        ):
            return [each.decision for each in option]
    return []


def _attached(
    view: Scene, piece: Piece, kept: Sequence[Figure], said: Sequence[Mention], mode: str
) -> tuple[float, Owners]:
    """Every number given to the mention before it, or behind it."""
    owners: Owners = []
    score = 0.0
    for each in kept:
        options: list[tuple[float, int]] = []
        if mode != "after":
            options.extend(_nearness_before(view, each, said, kept))
        if mode != "before":
            options.extend(_nearness_behind(view, each, said, kept))
        if not options:
            score -= 1.2
            continue
        near, decision = max(options)
        score += near
        owners.append((each, (decision,)))
    counts: dict[int, int] = {}
    for _, own in owners:
        counts[own[0]] = counts.get(own[0], 0) + 1
    even = len(set(counts.values())) <= 1
    if counts and even:
        score += 0.5 * len(counts) + 0.7 * (len(counts) == view.count)
    elif counts:
        score -= 1.1 * (max(counts.values()) - min(counts.values()))
    missing = {each.decision for each in said} - set(counts)
    score -= 0.35 * len(missing)
    if mode == "either":
        score -= 0.3
    return score, owners


def _nearness_before(
    view: Scene, figure: Figure, said: Sequence[Mention], kept: Sequence[Figure]
) -> Iterator[tuple[float, int]]:
    before = [each for each in said if each.end <= figure.token]
    if not before:
        return
    mention, words = before[-1], view.words
    gap = words.lower[mention.end : figure.token]
    inner = sum(mention.end <= each.token < figure.token for each in kept)
    score = 0.75 - 0.02 * len(gap) - 0.05 * inner
    if not inner and any(x in (";", "but") for x in gap):
        score -= 0.5
    if (
        mention.start - 1 >= 0
        and words.tag(mention.start - 1) == "number"
        and words.tokens[mention.start - 1].value != 1
    ):
        score -= 0.4
    if _is_listed(view, before, kept):
        score -= 0.7
    yield score, mention.decision


def _is_listed(view: Scene, before: Sequence[Mention], kept: Sequence[Figure]) -> bool:
    """Whether the last mention ends a row, of which what follows is said: `juice and water cost 3`."""
    if len(before) < 2 or before[-1].decision == before[-2].decision:
        return False
    gap = view.words.lower[before[-2].end : before[-1].start]
    return len(gap) < 4 and bool({"and", "or", "&", ","} & set(gap))


def _nearness_behind(
    view: Scene, figure: Figure, said: Sequence[Mention], kept: Sequence[Figure]
) -> Iterator[tuple[float, int]]:
    behind = [each for each in said if each.start > figure.token]
    if not behind:
        return
    mention, words = behind[0], view.words
    gap = words.lower[figure.token + 1 : mention.start]
    jumped = sum(figure.token < each.token < mention.start for each in kept)
    if jumped and not any(x in ("and", ",") for x in gap):
        return
    score = 0.45 - 0.03 * len(gap) - 0.2 * jumped
    if gap and gap[-1] in _LINKS:
        score += 0.5
    if not gap:
        score += 0.2
    if any(x in (",", ";", ":", ".") for x in gap):
        score -= 0.7
    if any(words.tags[x] == "auxiliary" for x in range(figure.token + 1, mention.start)):
        score -= 0.3
    yield score, mention.decision
