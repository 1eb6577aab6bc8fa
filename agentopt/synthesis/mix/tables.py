"""Tables of decisions by attributes, with what limits them in columns and rows of their own."""

from __future__ import annotations

__all__ = ["table"]

from collections.abc import Sequence

from agentopt.synthesis.mix.filling import Writer
from agentopt.synthesis.mix.plan import Attr, Side

_BLANK = ("", "-", "–", "")
_UP = (
    "max",
    "max {}",
    "max sales",
    "at most",
    "limit",
    "maximum",
    "max per week",
    "can be sold",
    "upper limit",
    "cap",
)
_DOWN = ("min", "min {}", "at least", "minimum", "promised", "ordered", "lower limit", "must make")
_STOCK = (
    "available",
    "capacity",
    "limit",
    "max",
    "in stock",
    "total available",
    "stock",
    "at hand",
    "we have",
)
_NEED = ("required", "needed", "min", "at least", "requirement", "must reach", "target")
_COLUMNS = {
    "bound_le": (_UP,),
    "bound_ge": (_DOWN,),
    "bounds_list_le": (_UP,),
    "bounds_list_ge": (_DOWN,),
    "range": (_DOWN, _UP),
    "range_many": (_DOWN, _UP),
}


def table(writer: Writer, attrs: Sequence[Attr], *, extras: bool) -> list[str]:
    """The lines of a table, by rows or by columns, between bars, tabs or commas.

    Args:
        writer: of the text.
        attrs: the columns, in any order.
        extras: whether limits and bounds of the plan may stand in it; they are then noted as written.
    """
    rng, which = writer.rng, range(len(writer.plan.names))
    heads = [f"{attr.res} ({attr.unit})" if attr.unit and rng.random() < 0.6 else attr.res for attr in attrs]
    columns = [
        [_cell(writer, attr, attr.keys[v], in_head="(" in heads[at]) for v in which]
        for at, attr in enumerate(attrs)
    ]
    blank = rng.choice(_BLANK)
    stock = _stock(writer, attrs, blank) if extras and rng.random() < 0.4 else []
    if extras and not stock:
        for side in writer.plan.sides:
            if side.section in _COLUMNS and rng.random() < 0.75:
                writer.written.add(id(side))
                for at, titles in enumerate(_COLUMNS[side.section]):
                    heads.append(rng.choice(titles).format(writer.plan.head[1]))
                    columns.append(_bounds(writer, side, at, blank))
    form = rng.choice("ssp")
    names = [writer.mention(v, form) for v in which]
    corner = rng.choice((writer.plan.head[0], "", "item", "type"))
    rows = [
        [corner, *heads],
        *([name, *row] for name, row in zip(names, zip(*columns, strict=True), strict=True)),
    ]
    if stock:
        rows.append(stock)
    if rng.random() < 0.3:
        rows = [list(each) for each in zip(*rows, strict=True)]
    if rng.random() < 0.8:
        lines = [f"| {' | '.join(row)} |" for row in rows]
        if rng.random() < 0.9:
            lines.insert(1, "|" + "---|" * len(rows[0]))
        return lines
    between = rng.choice((" | ", "\t", ", ", "; "))
    return [between.join(row) for row in rows]


def _cell(writer: Writer, attr: Attr, key: int, *, in_head: bool, unit: str | None = None) -> str:
    """A number, with its unit now and then where that is not in the head or is another."""
    rng = writer.rng
    own = unit is not None and unit != attr.unit
    env = writer.attr_env(attr, key, unit)
    if (
        in_head
        and not own
        and not attr.units
        and attr.unit
        and attr.unit not in ("%", "percent")
        and rng.random() < 0.8
    ):
        return writer.number(key) if attr.unit in "$€£" else env["n"]()
    return f"{env['n']()} {env['unit']() if own or rng.random() < 0.3 else ''}".strip()


def _stock(writer: Writer, attrs: Sequence[Attr], blank: str) -> list[str]:
    """The row of what is available or required; empty if nothing of the sort limits the columns."""
    limits = {}
    for limit in writer.plan.limits:
        if limit.kind in ("le", "ge") and len(limit.attrs) == 1 and not limit.attrs[0].goal:
            limits[id(limit.attrs[0])] = limit
    found = [limits.get(id(attr)) for attr in attrs]
    kinds = {limit.kind for limit in found if limit}
    if len(kinds) != 1:
        return []
    cells = []
    for attr, stocked in zip(attrs, found, strict=True):
        if stocked is None:
            cells.append(blank)
            continue
        writer.written.add(id(stocked))
        cells.append(_cell(writer, attr, stocked.keys[0], in_head=False, unit=stocked.unit))
    return [writer.rng.choice(_STOCK if kinds == {"le"} else _NEED), *cells]


def _bounds(writer: Writer, side: Side, at: int, blank: str) -> list[str]:
    """A column of bounds on the decisions, blank where there is none."""
    each = len(side.keys) // len(side.v)
    keys = {v: side.keys[place * each + at] for place, v in enumerate(side.v)}
    return [writer.number(keys[v]) if v in keys else blank for v in range(len(writer.plan.names))]
