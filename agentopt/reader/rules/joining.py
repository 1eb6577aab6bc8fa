"""Rows of numbers of one sentence, and how they become columns of the whole text."""

from __future__ import annotations

__all__ = ["Owners", "joined", "ranked"]

from collections.abc import Sequence
from itertools import combinations

from agentopt.reader.rules.attributes import Column, overlap
from agentopt.reader.rules.scene import Figure, Scene

Owners = list[tuple[Figure, tuple[int, ...]]]


def ranked(view: Scene, owners: Sequence[tuple[Figure, tuple[int, ...]]]) -> list[Owners]:
    """The numbers of a piece as rows: the first of every decision, the second, and so on."""
    rows: list[Owners] = []
    counts: dict[int, int] = {}
    for figure, own in owners:
        rank = max((counts.get(each, 0) for each in own), default=0)
        for each in own:
            counts[each] = rank + 1
        while len(rows) <= rank:
            rows.append([])
        rows[rank].append((figure, own))
    if len(rows) > 1:
        rows = _by_measure(rows)
    for row in rows:
        _fill(row)
    return rows


def _by_measure(rows: list[Owners]) -> list[Owners]:
    """Exchange numbers of one decision so that a row holds one kind, where the order differs."""
    model = {own[0]: [] for own in (own for row in rows for _, own in row)}  # type: dict[int, list[Figure]]
    for row in rows:
        for figure, own in row:
            model[own[0]].append(figure)
    owners = {id(figure): own for row in rows for figure, own in row}
    first = max(model.values(), key=lambda each: sum(x.kind != "count" for x in each) + 0.1 * len(each))
    result: list[Owners] = [[] for _ in rows]
    for mine in model.values():
        free = list(range(len(rows)))
        left = list(enumerate(mine))
        if mine is first or len(mine) != len(first):
            for rank, figure in left:
                result[rank].append((figure, owners[id(figure)]))
            continue
        pairs = sorted(
            (
                (_agreement(first[slot], figure) - 0.6 * abs(slot - rank), slot, rank)
                for slot in free[: len(first)]
                for rank, figure in left
            ),
            reverse=True,
        )
        used: set[int] = set()
        placed: set[int] = set()
        for _, slot, rank in pairs:
            if slot not in used and rank not in placed:
                used.add(slot)
                placed.add(rank)
                result[slot].append((mine[rank], owners[id(mine[rank])]))
    for row in result:
        row.sort(key=lambda each: each[0].token)
    return [row for row in result if row]


def _agreement(one: Figure, other: Figure) -> float:
    if one.kind == other.kind:
        return (
            1.0
            + (one.unit == other.unit) * (one.kind != "count")
            + (overlap(one.nouns, other.nouns) if one.nouns and other.nouns else 0.0)
        )
    if "count" in (one.kind, other.kind):
        return 0.2
    return -2.0


def _fill(row: Owners) -> None:
    """Give bare numbers of a row the measure and the noun of the one that has them."""
    full = next((figure for figure, _ in row if figure.kind != "count" or figure.unit), None)
    named = next((figure for figure, _ in row if figure.nouns), None)
    for figure, _ in row:
        if (
            full is not None
            and figure.kind == "count"
            and not figure.unit
            and (not figure.head or figure.head <= full.head)
        ):
            figure.kind, figure.unit = full.kind, full.unit
        if named is not None and not figure.nouns:
            figure.nouns, figure.head = named.nouns, named.head


def joined(view: Scene, rows: Sequence[Owners]) -> list[Column]:
    """Join rows of different decisions that say the same into columns."""
    groups = [list(each) for each in rows if each]
    rank = _ranks(groups)
    while True:
        best: tuple[float, int, int] | None = None
        for one, other in combinations(range(len(groups)), 2):
            if _decided(groups[one]) & _decided(groups[other]):
                continue
            score = (
                _likeness(groups[one], groups[other])
                + 0.5 * (rank[one] == rank[other])
                - 0.01 * (other - one)
            )
            if best is None or score > best[0]:
                best = (score, one, other)
        if best is None or best[0] < -1.5:
            break
        _, one, other = best
        groups[one] = sorted(groups[one] + groups[other], key=lambda each: each[0].token)
        _fill(groups[one])
        del groups[other]
        del rank[other]
    return [
        Column(
            {number: figure.token for figure, own in group for number in own}, [figure for figure, _ in group]
        )
        for group in groups
    ]


def _decided(group: Owners) -> set[int]:
    return {each for _, own in group for each in own}


def _ranks(groups: Sequence[Owners]) -> list[int]:
    counts: dict[frozenset[int], int] = {}
    ranks = []
    for each in groups:
        key = frozenset(_decided(each))
        ranks.append(counts.get(key, 0))
        counts[key] = ranks[-1] + 1
    return ranks


def _likeness(one: Owners, other: Owners) -> float:
    scores = []
    for mine, _ in one:
        for yours, _ in other:
            score = 0.0
            if mine.kind != yours.kind:
                score -= (
                    0.6
                    if "count" in (mine.kind, yours.kind) and not {mine.kind, yours.kind} & {"percent"}
                    else 3.0
                )
                if {mine.kind, yours.kind} == {"money", "count"} and (mine.nouns or yours.nouns):
                    score -= 0.8
            elif mine.kind != "count":
                score += 1.2 if mine.unit == yours.unit else 0.3
            if mine.nouns and yours.nouns:
                shared = overlap(mine.nouns, yours.nouns)
                score += 2.0 * shared if shared else -1.0
            if mine.frame and yours.frame:
                shared = overlap(mine.frame, yours.frame)
                score += 1.5 * shared if shared else -0.3
            scores.append(score)
    return sum(scores) / len(scores)
