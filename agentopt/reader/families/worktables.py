"""Tables of jobs: a row a job, with columns of durations, due times and weights, or a column a machine."""

from __future__ import annotations

__all__ = ["Route", "Sheet", "part_of", "route_of", "sheet_of"]

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from agentopt.reader.tables import Cell, Table

_PARTS: tuple[tuple[str, str], ...] = (
    (
        "due",
        r"\bdue\b|deadline|promised|wanted|\bby\b|no later than|until|latest|must be (?:done|ready|"
        r"out|finished)|"
        r"collect\w*|deliver\w* (?:date|time|by)|target|is needed (?:in|at|after)|picked up|within|from now|"
        r"to go\b|hand(?:ed)? (?:it |them )?in|"
        r"submit\w*|left\b|\bd\b",
    ),
    (
        "release",
        r"releas\w*|arriv\w*|available|earliest|cannot (?:start|begin)|can (?:only )?(?:start|begin)|"
        r"not before|"
        r"comes? in|is there (?:at|from)|gets? in|ready (?:at|from|to start)|from hour|shows? up|"
        r"lands? at|\br\b",
    ),
    (
        "weight",
        r"weight|weigh|priorit|importan|penalt|urgen|fine\b|per (?:hour|day|minute|week) (?:late|"
        r"of (?:delay|lateness))|"
        r"value|worth|factor|\bw\b",
    ),
    (
        "duration",
        r"takes?\b|time\b|times\b|duration|hours?\b|minutes?\b|\bmin\b|\bmins\b|days?\b|length|"
        r"processing|work|needs?\b|"
        r"lasts?\b|runs?\b|prints?\b|effort|\bp\b|\bh\b|service|requires?",
    ),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the columns of a table hold.

    Attributes:
        label: the column of the names; None where there is none.
        parts: the columns of what a job has, by its kind.
        machines: of a shop, the machines with their columns.
        unused: columns of numbers that say nothing.
    """

    table: Table
    label: int | None
    parts: Mapping[str, int]
    machines: tuple[tuple[str, int], ...] = ()
    unused: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """A table that tells of each job the machines on its way, with how long each takes.

    Attributes:
        rows: the cell of a job's name, and its machines in order, each with a cell of its duration.
    """

    table: Table
    rows: tuple[tuple[Cell, tuple[tuple[str, Cell], ...]], ...]


def part_of(before: str, after: str = "") -> str:
    """What a number is by the words before and behind it: the last that say something before it.

    >>> part_of("promised in", "days"), part_of("", "minutes of washing"), part_of("the estate")
    ('due', 'duration', '')
    """
    point = re.search(r"\b(?:hour|minute|day|time|t =|week|day no \.?)$", before)
    if point and not after.startswith(("minute", "hour", "day", "min", "h ")):
        for part, pattern in _PARTS[:2]:
            if re.search(pattern, " ".join(before.split()[-8:])):
                return part
        return "release" if re.search(r"\bat (?:hour|minute|day|time)$", before) else "due"
    unit = re.match(r"(?:points?|euros?|dollars?|pounds?|cents?|%)\b|[$€£]", after)
    found = [
        (match.end(), -order, part)
        for order, (part, pattern) in enumerate(_PARTS)
        for match in re.finditer(pattern, before)
    ]
    told = [part for part, pattern in _PARTS if re.search(pattern, after)]
    if before.endswith(("$", "€", "£")) or unit:
        return "weight"
    strong = [each for each in found if each[2] != "duration"]
    if strong:
        return (
            max(strong)[2]
            if max(strong)[2] == max(found)[2]
            or (max(found)[2] == "duration" and _is_near(before, max(strong)[0]))
            else max(found)[2]
        )
    if told and told[0] in ("due", "weight", "release") and not found:
        return told[0]
    if found:
        return max(found)[2]
    return told[0] if told else ""


def _is_near(before: str, end: int) -> bool:
    """Whether a word that says what a number is stands only a few words before it."""
    return len(before[end:].split()) <= 3


def sheet_of(table: Table) -> Sheet | None:
    """What a table says of jobs; None where it is no table of jobs."""
    if not table.is_even or not table.header or len(table.rows) < 2 or table.layout == "list":
        return None
    heads = [cell.text.lower() for cell in table.header]
    valued = [
        at
        for at in range(len(heads))
        if all(row[at].value is not None or row[at].is_blank for row in table.rows)
        and any(row[at].value is not None for row in table.rows)
    ]
    label = next((at for at in range(len(heads)) if at not in valued), None)
    if label is None:
        counts = [row[0].value for row in table.rows] == list(range(1, len(table.rows) + 1))
        label = 0 if counts or re.search(r"job|task|order|id\b|no\b|#|nr", heads[0]) else None
        valued = [at for at in valued if at != label]
    if not valued or len(valued) < len(heads) - 1 - sum(at not in valued for at in range(len(heads))) + 0:
        return None
    parts: dict[str, int] = {}
    rest = []
    for at in valued:
        part = _column(heads[at])
        if part and part not in parts:
            parts[part] = at
        else:
            rest.append(at)
    if len(valued) > 1 and (not parts or set(parts) == {"duration"}) and rest:
        machines = tuple((_machine(table.header[at].text), at) for at in valued)
        return Sheet(table, label, {}, machines) if len({name for name, _ in machines}) > 1 else None
    if "duration" not in parts and len(rest) == 1:
        parts["duration"] = rest.pop()
    if "duration" not in parts or any(row[at].value is None for row in table.rows for at in parts.values()):
        return None
    return Sheet(table, label, parts, unused=tuple(rest))


_STOP = re.compile(
    r"(.*?[^\s,;:(=–-])[\s,;:(=–-]+(\d+(?:\.\d+)?)\s*"
    r"(?:min|mins|minutes?|h|hrs?|hours?|days?|d|s|sec|seconds?)?\.?\)?"
)
_NEXT = re.compile(r"\s*(?:→|->|>|;|\bthen\b|,(?=\s*[A-Za-z][^,]*\d))\s*")


def route_of(table: Table) -> Route | None:
    """The ways of jobs through machines that a table writes in its cells; None where it has none."""
    if not table.header or len(table.rows) < 2 or table.layout == "list":
        return None
    rows = []
    for label, *cells in table.rows:
        stops = [stop for cell in cells if not cell.is_blank for stop in _stops(cell)]
        machines = [machine for machine, _ in stops]
        if "" in machines or not machines or len(set(machines)) < len(machines) or label.is_blank:
            return None
        rows.append((label, tuple(stops)))
    seen = [machine for _, stops in rows for machine, _ in stops]
    return Route(table, tuple(rows)) if 1 < len(set(seen)) < len(seen) else None


def _stops(cell: Cell) -> list[tuple[str, Cell]]:
    """The machines and durations of a cell; a machine without a name where it is not understood."""
    parts = _NEXT.split(cell.text)
    found = []
    for at, part in enumerate(parts):
        stop = _STOP.fullmatch(part)
        if stop is None or len(cell.tokens) not in (0, len(parts)):
            return [("", cell)]
        name = stop[1].strip()
        given = Cell(part, Fraction(stop[2]), cell.tokens[at : at + 1], cell.place)
        found.append((name[0].upper() + name[1:], given))
    return found


def _machine(head: str) -> str:
    """The machine of a column, without the unit of its times."""
    return (
        re.sub(
            r"\s*[(\[].*?[)\]]|\b(?:minutes|hours|min|time on|time)\b", "", head, flags=re.IGNORECASE
        ).strip()
        or head
    )


def _column(head: str) -> str:
    """What a column holds, by its head; of a machine's column ""."""
    bare = re.sub(r"_[ij]\b|[(\[].*?[)\]]", "", head).replace("_", " ")
    for part, pattern in _PARTS:
        if part != "duration" and re.search(pattern, bare):
            return part
    plain = re.sub(
        r"\b(?:processing|process|job|working|work|run|running|printing|service|repair|estimated|est|"
        r"expected|the|its|"
        r"in|of|for|needed|required|taken|per|each)\b|[^a-z ]",
        " ",
        bare,
    ).strip()
    return (
        "duration"
        if re.fullmatch(
            r"(?:time|times|duration|hours?|minutes?|min|mins|days?|h|p|length|takes|needs|effort|)", plain
        )
        else ""
    )
