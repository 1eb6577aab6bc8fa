"""What the numbers of records of jobs are: kinds of times and weights, or times on machines."""

from __future__ import annotations

__all__ = ["distinct", "lists_of", "machines_of", "role_of", "roles_of", "turned"]

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from agentopt.reader.families.entries import Figure, Record
from agentopt.reader.families.worktables import part_of


def distinct(labels: Sequence[str]) -> list[str]:
    """The labels as names, all different."""
    seen: Counter[str] = Counter()
    names = []
    for number, label in enumerate(labels, 1):
        name = label or f"job {number}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return names


def role_of(figure: Figure, label: str = "") -> str:
    """What a number is, by the words beside it; "" where nothing says so. A label says nothing."""
    before = re.sub(rf"\b{re.escape(label.lower())}\b", "", figure.before) if label else figure.before
    near = re.split(r"[,;)]", before)[-1]
    return part_of(near if re.sub(r"\b(?:and|then)\b", "", near).strip() else before, figure.after)


def roles_of(records: Sequence[Record]) -> list[str] | None:
    """What the numbers of a record are, by their places; None where they are no different things."""
    size = len(records[0].figures)
    if size == 1:
        said = {role_of(record.figures[0], record.label) for record in records} - {"", "duration"}
        return None if said else ["duration"]
    roles = []
    for at in range(size):
        votes = Counter(role for record in records if (role := role_of(record.figures[at], record.label)))
        roles.append(votes.most_common(1)[0][0] if votes else "")
    if roles.count("") == 1 and "duration" not in roles:
        roles[roles.index("")] = "duration"
    whole = "" not in roles and len(set(roles)) == size and "duration" in roles
    return roles if whole else None


def machines_of(records: Sequence[Record]) -> list[list[str]] | None:
    """The machine of every number of every record: by the words beside it, or by its place."""
    said = Counter(key for record in records for figure in record.figures for key in set(figure.keys))
    places: dict[str, set[int]] = {}
    for record in records:
        for place, figure in enumerate(record.figures):
            for key in figure.keys:
                places.setdefault(key, set()).add(place)
    size = len(records[0].figures)
    rows: list[list[str]] = []
    for record in records:
        row = []
        for place, figure in enumerate(record.figures):
            own = [key for key in figure.keys if sum(key in other.keys for other in record.figures) == 1]
            own.sort(key=lambda key: (-len(places[key]), -said[key]))  # what moves about is a machine
            row.append(own[0] if own else rows[0][place] if rows else "")
        if rows and (set(row) - set(rows[0]) or "" in row):
            row = rows[0]
        rows.append(row)
    first = rows[0]
    if "" in first or len(set(first)) < size:
        rows = [[f"machine {place}" for place in range(1, size + 1)]] * len(records)
    return rows if all(len(set(row)) == size for row in rows) else None


def turned(records: Sequence[Record]) -> list[Record]:
    """A record a job out of a record a machine."""
    names = [figure.keys[0] if figure.keys else "" for figure in records[0].figures]
    names = distinct(names) if all(names) else [f"job {number}" for number in range(1, len(names) + 1)]
    return [
        Record(
            name,
            tuple(replace(record.figures[at], keys=(record.label,)) for record in records),
        )
        for at, name in enumerate(names)
    ]


def lists_of(record: Record) -> list[tuple[Figure, ...]]:
    """The runs of numbers in a record that stand in one list."""
    found: list[list[Figure]] = []
    for figure in record.figures:
        bare = re.sub(
            r"\b(?:and|then|or|minutes?|mins?|hours?|hrs?|h|days?|weeks?|min|respectively|,|;)\b|[,;&/]",
            "",
            figure.before,
        )
        if found and not bare.strip():
            found[-1].append(figure)
        else:
            found.append([figure])
    return [tuple(each) for each in found]
