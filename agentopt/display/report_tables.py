"""The decisions of a report as tables: by one index, pivoted by two, listed by more; long ones cut."""

from __future__ import annotations

__all__ = ["decision_tables", "numbers_row", "table"]

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from agentopt.display.decisions import ZERO, Decision
from agentopt.display.figures import aligned, figure, minus
from agentopt.display.markup import Html, element, join
from agentopt.display.wording import says
from agentopt.formulation.instance import Codes

MAX_ROWS = 60
MAX_COLUMNS = 12
_MAX_PIVOT = 20_000
"""Entries of a decision that are looked through for a pivot."""

_WHOLE = "answer.json has them all"


def decision_tables(decisions: Sequence[Decision]) -> Html:
    """Every decision, those over the same indices together."""
    return join([*_scalars([d for d in decisions if d.arity == 0]), *_indexed(decisions)])


def table(
    head: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    caption: Html | None = None,
    foot: object = None,
) -> Html:
    """A table that scrolls sideways where it must; cells are markup from `element` or texts.

    The caption stands before the table, whose width it would else be squeezed to.
    """
    cells = [each if isinstance(each, Html) else element("th", each, scope="col") for each in head]
    body = [element("tr", *(c if isinstance(c, Html) else element("td", c) for c in row)) for row in rows]
    above = None if caption is None else element("p", caption, class_="caption")
    whole = element(
        "div",
        element(
            "table",
            element("thead", element("tr", *cells)),
            element("tbody", *body),
            element("tfoot", foot) if foot is not None else None,
        ),
        class_="wide",
    )
    return whole if above is None else join([above, whole])


def numbers_row(
    values: Sequence[float | None], *, binary: bool = False, shown: Sequence[str] | None = None
) -> list[Html]:
    """A column of numbers as cells that line up; zeros are faint."""
    if shown is None:
        shown = ["" if v is None else "●" if v > 0.5 else "·" for v in values] if binary else aligned(values)
    found = []
    for value, text in zip(values, shown, strict=True):
        faint = value is not None and abs(value) <= ZERO
        words = "0" if faint and not binary else text
        found.append(element("td", words, class_="num zero" if faint else "num"))
    return found


def _scalars(found: Sequence[Decision]) -> Iterator[Html]:
    if not found:
        return
    shown = found[:MAX_ROWS]
    cells = numbers_row([float(d.values[0]) if len(d) else None for d in shown])
    has_unit = any(d.unit for d in shown)
    has_meaning = any(d.meaning for d in shown)
    head: list[object] = ["Decision", *(["Meaning"] if has_meaning else []), _head_number("Value")]
    rows = []
    for decision, cell in zip(shown, cells, strict=True):
        yes_no = decision.binary and len(decision)
        value = element("td", "yes" if decision.values[0] > 0.5 else "no", class_="num") if yes_no else cell
        rows.append(
            [
                element("th", element("span", decision.name, class_="name"), scope="row"),
                *([decision.meaning] if has_meaning else []),
                value,
                *([decision.unit] if has_unit else []),
            ]
        )
    yield table([*head, *([""] if has_unit else [])], rows)
    if len(found) > len(shown):
        yield _more(f"{len(found) - len(shown):,} more decisions; {_WHOLE}.")


def _indexed(decisions: Sequence[Decision]) -> Iterator[Html]:
    done: set[str] = set()
    for decision in decisions:
        if decision.arity == 0 or decision.name in done:
            continue
        if decision.arity == 1 and not decision.binary:
            together = [
                d
                for d in decisions
                if d.arity == 1 and not d.binary and d.heads == decision.heads and len(d) == len(decision)
            ]
            together = [d for d in together if bool(np.array_equal(d.codes, decision.codes))][:MAX_COLUMNS]
            done.update(d.name for d in together)
            yield _by_index(together)
        elif decision.arity == 1:
            yield _chosen(decision)
        else:
            pivot = _pivot(decision)
            yield _listed(decision) if pivot is None else pivot
        done.add(decision.name)


def _by_index(together: Sequence[Decision]) -> Html:
    """Decisions over one set, a column each; rows that are zero throughout go when there are many."""
    first = together[0]
    keep, note = _kept(np.max(np.abs([d.values for d in together]), axis=0) > ZERO)
    columns = [numbers_row(d.values[keep].tolist()) for d in together]
    rows = [
        [element("th", label, scope="row"), *cells]
        for (label,), *cells in zip(first.labels(keep), *columns, strict=True)
    ]
    if len(together) == 1:
        head: list[object] = [first.heads[0], _head_number("Value")]
        return join([table(head, rows, caption=_caption(first)), *note])
    head = [
        first.heads[0],
        *(
            element(
                "th",
                element("span", d.name, class_="name"),
                scope="col",
                class_="num",
            )
            for d in together
        ),
    ]
    return join([table(head, rows, caption=join(map(_caption, together), " · ")), *note])


def _chosen(decision: Decision) -> Html:
    """A yes or no for each element: those that are chosen."""
    names = [str(label) for (label,) in decision.labels(decision.used[:MAX_ROWS])]
    more = len(decision.used) - len(names)
    listed = ", ".join(names) + (f" and {more:,} more" if more > 0 else "") if names else "none"
    count = f" ({len(decision.used):,} of {len(decision):,} {decision.heads[0]})"
    return element(
        "p", _caption(decision), ": ", element("strong", listed), element("span", count, class_="soft")
    )


def _pivot(decision: Decision) -> Html | None:
    """The last index across, or the first of two if only that fits; None where neither does."""
    if len(decision) > _MAX_PIVOT:
        return None
    across = decision.arity - 1
    if decision.arity == 2 and len(decision.order(1)) > MAX_COLUMNS >= len(decision.order(0)):
        across = 0
    columns = decision.order(across)
    if not 1 < len(columns) <= MAX_COLUMNS:
        return None
    labels = decision.labels()
    cells: dict[tuple[object, ...], dict[object, float]] = {}
    for label, value in zip(labels, decision.values.tolist(), strict=True):
        cells.setdefault(label[:across] + label[across + 1 :], {})[label[across]] = value
    some = np.array([any(abs(v) > ZERO for v in row.values()) for row in cells.values()])
    if len(cells) > 8 and len(decision.used) < 0.15 * len(cells) * len(columns):
        return None
    keep, note = _kept(some)
    names = [list(cells)[place] for place in keep.tolist()]
    body = [[cells[name].get(column) for column in columns] for name in names]
    heads = [head for place, head in enumerate(decision.heads) if place != across]
    over = decision.heads[across]
    caption = join([_caption(decision), f"; {over} across" if over else ""])
    head: list[object] = [*heads, *(_head_number(column) for column in columns)]
    if len(names) < 2 or not _adds_up(decision):
        flat = iter(numbers_row([v for row in body for v in row], binary=decision.binary))
        rows = [[*_row_heads(name), *(next(flat) for _ in columns)] for name in names]
        return join([table(head, rows, caption=caption), *note])
    return join([_with_sums(head, names, body, caption, whole=len(names) == len(cells)), *note])


def _adds_up(decision: Decision) -> bool:
    """Whether sums over the indices of a decision mean something, as those of times and levels do not."""
    said = (decision.name, decision.meaning)
    moment = says("start", decision.name) or says("end", decision.name)
    return (
        decision.arity == 2
        and not decision.binary
        and bool(decision.unit)
        and not (moment or says("level", *said))
    )


def _with_sums(
    head: list[object],
    names: Sequence[tuple[object, ...]],
    body: Sequence[Sequence[float | None]],
    caption: Html,
    *,
    whole: bool,
) -> Html:
    """A pivot with the sum of each row, and where no row is left out, of each column."""
    across = [_sum(row) for row in body]
    down = [_sum(column) for column in zip(*body, strict=True)]
    flat = [value for row in body for value in row]
    shown = aligned([*flat, *across, *down, _sum(across)])
    cells = iter(numbers_row(flat, shown=shown[: len(flat)]))
    sums = iter(shown[len(flat) :])
    rows = [
        [*_row_heads(name), *(next(cells) for _ in down), element("td", next(sums), class_="num sum")]
        for name in names
    ]
    foot = element(
        "tr",
        element("th", "sum", scope="row", colspan=len(names[0]) if len(names[0]) > 1 else None),
        *(element("td", next(sums), class_="num") for _ in [*down, None]),
    )
    return table([*head, _head_number("sum")], rows, caption=caption, foot=foot if whole else None)


def _sum(values: Sequence[float | None]) -> float:
    return float(sum(value for value in values if value is not None))


def _row_heads(name: Sequence[object]) -> list[Html]:
    return [element("th", part, scope="row") for part in name]


def _listed(decision: Decision) -> Html:
    """Index by index, those that are not zero."""
    used = decision.used[:MAX_ROWS]
    cells = numbers_row(decision.values[used].tolist(), binary=decision.binary)
    rows = [
        [*(element("th", part, scope="row") for part in label), cell]
        for label, cell in zip(decision.labels(used), cells, strict=True)
    ]
    head = [
        *(h or "" for h in decision.heads),
        _head_number("" if decision.binary else "Value"),
    ]
    zeros, more = len(decision) - len(decision.used), len(decision.used) - len(used)
    left = [f"{more:,} more" if more else "", f"{zeros:,} are zero and left out" if zeros else ""]
    note = "; ".join(part for part in left if part)
    if not rows:
        return element("p", _caption(decision), f": all {len(decision):,} are zero")
    return join(
        [table(head, rows, caption=_caption(decision)), _more(f"{note}; {_WHOLE}.") if note else None]
    )


def _kept(some: NDArray[np.bool_]) -> tuple[Codes, list[Html]]:
    """Positions of the rows to show, and a note on the others: zeros go first, then the end of the list."""
    keep: Codes = np.arange(len(some))
    notes: list[str] = []
    if len(some) > MAX_ROWS or (len(some) > 12 and np.count_nonzero(some) < len(some) / 2):
        keep = np.flatnonzero(some)
        if len(keep) < len(some):
            notes.append(f"{len(some) - len(keep):,} are zero and left out")
    if len(keep) > MAX_ROWS:
        notes.insert(0, f"{len(keep) - MAX_ROWS:,} more")
        keep = keep[:MAX_ROWS]
    return keep, [_more(f"{'; '.join(notes)}; {_WHOLE}.")] if notes else []


def _caption(decision: Decision) -> Html:
    words = ", ".join(part for part in (decision.meaning, decision.unit) if part)
    return join([element("span", decision.name, class_="name"), f" {words}" if words else ""])


def _head_number(words: object) -> Html:
    return element(
        "th", minus(figure(words)) if isinstance(words, float) else words, scope="col", class_="num"
    )


def _more(words: str) -> Html:
    return element("p", words, class_="more soft small")
