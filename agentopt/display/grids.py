"""The decisions of an answer as tables of text: by one index together, across by two, listed by more."""

from __future__ import annotations

__all__ = ["decision_grids", "grid"]

import sys
from collections.abc import Iterator, Sequence

import numpy as np

from agentopt.display.decisions import Decision
from agentopt.display.figures import aligned, figure
from agentopt.display.listing import bold, dim
from agentopt.display.terminal import styled, width

MAX_ROWS = 40
_GAP = "  "


def decision_grids(found: Sequence[Decision]) -> Iterator[str]:
    """A paragraph for each table; zeros are left out where there is an index."""
    scalars = [each for each in found if each.arity == 0 and len(each)]
    if scalars:
        yield _scalars(scalars)
    done: set[str] = set()
    for each in found:
        if each.arity == 0 or each.name in done:
            continue
        together = [each]
        if each.arity == 1:
            together = [d for d in found if d.arity == 1 and d.heads == each.heads and _same(d, each)]
            while len(together) > 1 and sum(len(d.name) + 10 for d in together) > width() - 20:
                together.pop()
        done.update(d.name for d in together)
        if not any(len(d.used) for d in together):
            names = " and ".join(d.name for d in together)
            yield f"{names}: all {len(each):,} are zero" if len(each) else f"{names}: there are none"
        elif each.arity == 1:
            yield _by_index(together)
        else:
            yield _across(each) or _listed(each)


def grid(heads: Sequence[str], rows: Sequence[Sequence[str]], *, left: int) -> str:
    """Cells in columns, the first `left` of them flush left and the others flush right.

    >>> print(grid(["good", "make"], [["bread", "12"], ["pie", "3"]], left=1))
    good   make
    bread    12
    pie       3
    """
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.ljust(wide) if k < left else cell.rjust(wide)
            for k, (cell, wide) in enumerate(zip(cells, widths, strict=True))
        ]
        return _GAP.join(padded).rstrip()

    head = line(heads)
    return "\n".join([*([bold(head)] if head else []), *map(line, rows)])


def _same(one: Decision, other: Decision) -> bool:
    return bool(np.array_equal(one.codes, other.codes))


def _scalars(found: Sequence[Decision]) -> str:
    shown = found[:MAX_ROWS]
    values = _numbers([float(each.values[0]) for each in shown])
    rows = []
    for each, value in zip(shown, values, strict=True):
        value = ("yes" if each.values[0] > 0.5 else "no") if each.binary else value
        rows.append([each.name, value, each.unit, each.meaning])
    wide = [max(len(row[k]) for row in rows) for k in range(4)]
    lines = [
        _GAP.join([r[0].ljust(wide[0]), r[1].rjust(wide[1]), r[2].ljust(wide[2]), dim(r[3])]).rstrip()
        for r in rows
    ]
    if len(found) > len(shown):
        lines.append(f"({len(found) - len(shown):,} more)")
    return "\n".join(lines)


def _by_index(together: Sequence[Decision]) -> str:
    """Decisions over one set side by side."""
    first = together[0]
    some = np.flatnonzero(np.any([np.abs(d.values) > 1e-7 for d in together], axis=0))
    shown = some[:MAX_ROWS]
    columns = [_cells(d, d.values[shown].tolist()) for d in together]
    heads = [first.heads[0], *(f"{d.name} [{d.unit}]" if d.unit else d.name for d in together)]
    rows = [[str(label), *cells] for (label,), *cells in zip(first.labels(shown), *columns, strict=True)]
    return "\n".join(
        [grid(heads, rows, left=1), *_notes(together, len(some) - len(shown), len(first) - len(some))]
    )


def _across(decision: Decision) -> str | None:
    """The last index across; None where it is too wide, or mostly empty."""
    if decision.arity != 2:
        return None
    columns = decision.order(1)
    cells: dict[object, dict[object, float]] = {}
    for (row, column), value in zip(decision.labels(), decision.values.tolist(), strict=True):
        cells.setdefault(row, {})[column] = value
    kept = [row for row, found in cells.items() if any(abs(v) > 1e-7 for v in found.values())]
    if not 1 < len(columns) <= 16 or len(decision.used) < 0.2 * len(kept) * len(columns):
        return None
    shown = kept[:MAX_ROWS]
    flat = [cells[row].get(column) for row in shown for column in columns]
    texts = iter(["" if v is None else t for v, t in zip(flat, _cells(decision, flat), strict=True)])
    rows = [[str(row), *(next(texts) for _ in columns)] for row in shown]
    corner = f"{decision.name} [{decision.unit}]" if decision.unit else decision.name
    text = grid([corner, *map(str, columns)], rows, left=1)
    if max(map(len, text.splitlines())) > width() + 8:
        return None
    zero = len(cells) - len(kept)
    return "\n".join([text, *_notes([decision], len(kept) - len(shown), zero, what="rows of zeros")])


def _listed(decision: Decision) -> str:
    used = decision.used
    shown = used[:MAX_ROWS]
    values = _cells(decision, decision.values[shown].tolist())
    rows = [[*map(str, labels), value] for labels, value in zip(decision.labels(shown), values, strict=True)]
    head = f"{decision.name} [{decision.unit}]" if decision.unit else decision.name
    text = grid([*decision.heads, head], rows, left=decision.arity)
    return "\n".join([text, *_notes([decision], len(used) - len(shown), len(decision) - len(used))])


def _cells(decision: Decision, values: Sequence[float | None]) -> list[str]:
    zero = "·" if styled(sys.stdout) else "0"
    if decision.binary:
        return ["" if v is None else "yes" if v > 0.5 else zero for v in values]
    return [
        zero if v is not None and abs(v) <= 1e-7 else t for v, t in zip(values, _numbers(values), strict=True)
    ]


def _numbers(values: Sequence[float | None]) -> list[str]:
    """Numbers that line up, with the sign a keyboard has."""
    if len(values) == 1:
        return [figure(values[0])]
    return [text.replace("−", "-") for text in aligned(values)]


def _notes(together: Sequence[Decision], more: int, zero: int, *, what: str = "") -> Iterator[str]:
    zeros = f"{zero:,} {what} left out" if what else f"{zero:,} {'is' if zero == 1 else 'are'} zero"
    text = "; ".join([*([f"{more:,} more"] if more else []), *([zeros] if zero else [])])
    if text:
        yield dim(f"({text})")
    for each in together:
        if each.meaning:
            yield dim(f"{each.name}: {each.meaning}" if len(together) > 1 else each.meaning)
