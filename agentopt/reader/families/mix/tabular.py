"""Tables of a product mix: decisions by attributes, in either orientation, with limits at the margins.

A column or row of limits is told by its heading (`max`, `available`, `needed`); a second table may give more of the
same decisions, or the limits of the first one's attributes.
"""

# ruff: noqa: E501  # a pattern stays on one line
from __future__ import annotations

__all__ = ["Tabled", "tabled"]

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from agentopt.reader.families.mix.sheet import Attribute, Line, Number
from agentopt.reader.families.mix.wording import COST, GAIN, LOWER, MONEY, UPPER, Names, key, keys, unit_in
from agentopt.reader.families.nouns import words
from agentopt.reader.measures import Measure, measure
from agentopt.reader.reading import IMPLIED, Relation
from agentopt.reader.tables import Cell, Table
from agentopt.reader.tokens import Token, tokenize

Sense = Literal["minimize", "maximize"]

_DEMAND = frozenset(map(key, words("demand order sale market")))
_FOREIGN = frozenset(map(key, words("fixed setup startup initial period week month shift from to")))
_RESOURCES = frozenset(
    map(key, words("resource nutrient department machine component requirement constraint"))
)
_WORTH = frozenset(map(key, GAIN | COST | MONEY)) - {"sale"}
_UPPER, _LOWER = frozenset(map(key, UPPER)), frozenset(map(key, LOWER))


@dataclass(slots=True)
class Tabled:
    """What the tables of a text say."""

    names: Names
    attributes: list[Attribute] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    labels: dict[int, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)


def tabled(tables: Sequence[Table], tokens: Sequence[Token], sense: Sense) -> Tabled | None:
    """All tables together; None where one of them is not understood."""
    found: Tabled | None = None
    waiting = list(tables)
    for table in tables:
        turned = _turned(table)
        if turned is None:
            continue
        table_ = _transposed(table) if turned else table
        body = [row for row in table_.rows if not _limits_row(row[0].text)]
        labels = [row[0].text.strip("*_` ") for row in body]
        if len(body) < 2 or len(set(labels)) < len(labels) or not all(labels):
            return None
        found = Tabled(Names(labels))
        waiting.remove(table)
        if not _read(found, table_, tokens, sense):
            return None
        break
    if found is None:
        return None
    for table in waiting:
        if not _more(found, table, tokens, sense):
            return None
    for table in tables:
        for cell in (*table.header, *(row[0] for row in table.rows)):
            if cell.value is None:
                found.labels |= {at: f"part of the name {cell.text}" for at in cell.tokens}
    return found


def _shape(table: Table) -> bool:
    return bool(
        table.layout != "list" and len(table.header) > 1 and table.is_even and len(table.rows) > 1
    ) and all(cell.value is not None or cell.is_blank for row in table.rows for cell in row[1:])


def _turned(table: Table) -> bool | None:
    """Whether the decisions stand across the top; None for a table that is no sheet."""
    if not _shape(table) or len(table.header) < 3:
        return None
    across = [keys(tokenize(cell.text)) for cell in table.header[1:]]
    down = [keys(tokenize(row[0].text)) for row in table.rows]
    corner = keys(tokenize(table.header[0].text))

    def speaks(labels: Sequence[frozenset[str]], cells: Sequence[Cell]) -> int:
        return sum(
            2 * bool(label & _WORTH) + bool(unit_in(cell.text))
            for label, cell in zip(labels, cells, strict=True)
        )

    top = speaks(across, table.header[1:])
    side = speaks(down, [row[0] for row in table.rows]) + bool(corner & _RESOURCES)
    return None if top == side else side > top


def _transposed(table: Table) -> Table:
    grid = [list(table.header), *map(list, table.rows)]
    turned = [tuple(row[at] for row in grid) for at in range(len(table.header))]
    return Table(table.name, turned[0], tuple(turned[1:]), table.layout, table.first, table.last)


def _marks(label: str) -> frozenset[str]:
    """All words of a label, the small ones too."""
    return frozenset(key(token.text) for token in tokenize(label) if token.kind == "word")


def _limits_row(label: str) -> bool:
    return bool(_marks(label) & (_UPPER | _LOWER))


def _relation(heading: str) -> Relation | None:
    """Whether a margin is of limits from above or below; None for other words."""
    said = _marks(heading)
    if said & {"max", "maximum"}:
        return "<="
    if said & {"minimum"} or heading.lower().lstrip(" *_").startswith("min"):
        return ">="
    if said & _UPPER and not said & _LOWER:
        return "<="
    return ">=" if said & (_LOWER - {"min"}) else None


def _number(cell: Cell, tokens: Sequence[Token], unit: Measure | None, *, shares: bool) -> Number:
    """A cell as a number; its own unit goes before that of its heading."""
    token = next((at for at in cell.tokens), IMPLIED)
    here = tokenize(cell.text)
    at = next(at for at, each in enumerate(here) if each.is_number)
    own = measure(here, at)
    value = cell.value or Fraction(0)
    if shares and here[at].kind != "percent":
        value /= 100
    return Number(value, own or unit, token, cell.place)


def _attribute(
    found: Tabled, heading: str, cells: dict[int, Cell], tokens: Sequence[Token]
) -> Attribute | None:
    unit = unit_in(heading)
    shares = "%" in heading
    numbers = {
        at: _number(cell, tokens, unit, shares=shares) for at, cell in cells.items() if cell.value is not None
    }
    known = {number.unit for number in numbers.values()}
    kinds = {each.kind for each in known if each is not None}
    if len(kinds) > 1 or not numbers:
        return None
    unit = unit or next((each for each in known if each is not None), None)
    percent = shares or all("%" in cell.text for cell in cells.values() if cell.value is not None)
    said = " ".join(token.text for token in tokenize(heading) if token.kind == "word")
    return Attribute(said or heading, keys(tokenize(heading)), unit, numbers, percent)


def _read(found: Tabled, table: Table, tokens: Sequence[Token], sense: Sense) -> bool:
    """Take a table with a decision to a row."""
    rows = {found.names.one(row[0].text): row for row in table.rows if not _limits_row(row[0].text)}
    if None in rows or len(rows) != len(found.names.names):
        return False
    margins = [row for row in table.rows if _limits_row(row[0].text)]
    for column, head in enumerate(table.header[1:], 1):
        heading = head.text
        said = _marks(heading)
        cells = {at: row[column] for at, row in rows.items() if at is not None}
        if not heading or said & _FOREIGN or head.value is not None:
            return False
        if all(cell.is_blank for cell in cells.values()):
            return False
        relation = _relation(heading)
        if relation is None and said & _DEMAND and not said & _WORTH:
            relation = "<=" if sense == "maximize" else ">="
            verb = "at most" if relation == "<=" else "at least"
            found.doubts.append(f"“{heading}” is taken to mean {verb}.")
        if relation is not None and not (said & _WORTH):
            unit = unit_in(heading)
            if unit is not None and unit.kind in ("money", "time"):
                return False
            for at, cell in sorted(cells.items()):
                if cell.value is not None:
                    number = _number(cell, tokens, None, shares=False)
                    because = f"{heading} of {found.names.names[at]}"
                    found.lines.append(
                        Line("limit", None, (at,), relation, number, anchor=number.token, because=because)
                    )
            if any(row[column].value is not None for row in margins):
                return False
            continue
        attribute = _attribute(found, heading, cells, tokens)
        if attribute is None:
            return False
        found.attributes.append(attribute)
        for row in margins:
            if row[column].value is not None and not _limit(
                found, attribute, row[0].text, row[column], tokens
            ):
                return False
    return True


def _limit(found: Tabled, attribute: Attribute, label: str, cell: Cell, tokens: Sequence[Token]) -> bool:
    relation = _relation(label)
    if relation is None:
        return False
    number = _number(cell, tokens, unit_in(label), shares=attribute.is_share and "%" not in cell.text)
    if number.unit is None:
        number = Number(number.value, attribute.unit, number.token, number.place)
    everything = tuple(range(len(found.names.names)))
    because = f"{label}: {attribute.words}"
    if attribute.is_share:
        found.lines.append(
            Line(
                "ratio",
                attribute,
                everything,
                relation,
                number,
                everything,
                anchor=number.token,
                because=because,
            )
        )
        return True
    found.lines.append(
        Line("limit", attribute, everything, relation, number, anchor=number.token, because=because)
    )
    return True


def _more(found: Tabled, table: Table, tokens: Sequence[Token], sense: Sense) -> bool:
    """Take another table: more of the decisions, or the limits of their attributes."""
    if not table.header or not table.is_even or table.layout == "list":
        return False
    if all(found.names.one(row[0].text) is not None for row in table.rows):
        return _read(found, table, tokens, sense)
    if len(table.header) < 2:
        return False
    for row in table.rows:
        said = keys(tokenize(row[0].text))
        scored = sorted(
            ((len(each.stems & said), at) for at, each in enumerate(found.attributes)), reverse=True
        )
        if not scored or not scored[0][0] or (len(scored) > 1 and scored[0][0] == scored[1][0]):
            return False
        for head, cell in zip(table.header[1:], row[1:], strict=True):
            if cell.is_blank:
                continue
            if cell.value is None or keys(tokenize(head.text)) & _WORTH:
                return False
            if not _limit(found, found.attributes[scored[0][1]], head.text, cell, tokens):
                return False
    return True
