"""The natural plot of an answer, if it has one: chosen by structure, and by what things are called.

A schedule where starts have durations; bands where quantities go from one set to another; lines where a set
is an order in time; a grid for two sets; bars for one. Where a guess would be needed there is no plot: the
columns of a model file, decisions of yes and no over one set, sets that are too large to be seen at once.
"""

from __future__ import annotations

__all__ = ["MAX_PLOTS", "plots"]

from collections.abc import Iterator, Mapping, Sequence

from agentopt.agents.answer import Answer
from agentopt.display.decisions import ZERO, Decision
from agentopt.display.markup import Html, element, join
from agentopt.display.order import is_ordered
from agentopt.display.plot_bars import Bars, bars
from agentopt.display.plot_flows import Flows, bands, ring
from agentopt.display.plot_grid import Grid, grid
from agentopt.display.plot_lines import Lines, lines
from agentopt.display.plot_schedule import schedule
from agentopt.display.schedules import find_schedule
from agentopt.display.wording import carries
from agentopt.formulation.instance import Label

MAX_PLOTS = 4
_MAX_BARS = 40
_MAX_BANDS = 80
_MAX_NODES = 30
_MAX_SERIES = 8
_MAX_GRID = (40, 40)
_MAX_ENTRIES = 20_000
_FILE_SETS = frozenset(["COLUMNS", "INTEGER_COLUMNS", "SEMICONTINUOUS_COLUMNS", "SEMIINTEGER_COLUMNS"])


def plots(answer: Answer, decisions: Sequence[Decision]) -> list[Html]:
    """Figures, most telling first; none where no plot is natural."""
    usable = [d for d in decisions if len(d) and _FILE_SETS.isdisjoint(d.heads) and _finite(d)]
    found: list[Html] = []
    left = list(usable)
    planned = find_schedule(usable)
    if planned is not None:
        found.append(schedule(planned.drawn))
        left = [d for d in left if d.name not in planned.names]
    for way in (_flows, _lines, _grids, _bars):
        for names, figure in way(left if way is _flows else [d for d in left if len(d) <= _MAX_ENTRIES]):
            found.append(figure)
            left = [d for d in left if d.name not in names]
    return found[:MAX_PLOTS]


Found = Iterator[tuple[set[str], Html]]


def _flows(decisions: Sequence[Decision]) -> Found:
    for decision in decisions:
        if not (carries(decision.name, decision.meaning) and len(decision.used)):
            continue
        ends = _ends(decision)
        if ends is None or float(decision.values.min()) < -ZERO:
            continue
        amounts: dict[tuple[Label, Label], float] = {}
        values = decision.values[decision.used].tolist()
        for label, value in zip(decision.labels(decision.used), values, strict=True):
            pair = (label[ends[0]], label[ends[1]])
            amounts[pair] = amounts.get(pair, 0.0) + value
        heads = decision.heads[ends[0]], decision.heads[ends[1]]
        summed = [head for place, head in enumerate(decision.heads) if place not in ends]
        if heads[0] == heads[1]:
            nodes = [n for n in decision.order(ends[0]) if any(n in pair for pair in amounts)]
            nodes += [n for n in decision.order(ends[1]) if n not in nodes and any(n in p for p in amounts)]
            sources = targets = _followed(nodes, amounts)
        else:
            sources = [n for n in decision.order(ends[0]) if any(n == s for s, _ in amounts)]
            targets = [n for n in decision.order(ends[1]) if any(n == t for _, t in amounts)]
        if len(amounts) > _MAX_BANDS or max(len(sources), len(targets)) > _MAX_NODES or len(amounts) < 2:
            continue
        given = Flows(
            f"plot-{decision.name}",
            _caption(
                [decision], _more(decision.unit, f"summed over {' and '.join(summed)}" if summed else "")
            ),
            f"{decision.name} from {heads[0]} to {heads[1]}",
            [str(n) for n in sources],
            [str(n) for n in targets],
            [(sources.index(s), targets.index(t), amount) for (s, t), amount in amounts.items()],
            decision.unit,
            heads,
            counted=not decision.binary or bool(summed),
        )
        yield {decision.name}, ring(given) if heads[0] == heads[1] else bands(given)


def _followed(nodes: Sequence[Label], amounts: Mapping[tuple[Label, Label], float]) -> list[Label]:
    """The nodes in the order in which flows lead from one to the next, so that a tour becomes a ring.

    >>> _followed(["a", "b", "c"], {("a", "c"): 1.0, ("c", "b"): 1.0, ("b", "a"): 1.0})
    ['a', 'c', 'b']
    """
    found: list[Label] = []
    for first in nodes:
        at: Label | None = first
        while at is not None and at not in found:
            found.append(at)
            at = next((t for s, t in amounts if s == at and t not in found), None)
    return found


def _ends(decision: Decision) -> tuple[int, int] | None:
    """The two index columns a flow goes between: all there are, or the two that are no order in time."""
    places = [p for p in range(decision.arity) if not is_ordered(decision, p)]
    if len(places) != 2 or decision.arity > 3 or not all(decision.heads[p] for p in places):
        return None
    if decision.heads[places[0]] == decision.heads[places[1]] and decision.arity > 2:
        return None
    return places[0], places[1]


def _lines(decisions: Sequence[Decision]) -> Found:
    """Decisions over one ordered set, those of one unit together; or over it and a small set."""
    done: set[str] = set()
    for decision in decisions:
        if decision.name in done or decision.binary or not len(decision.used):
            continue
        if decision.arity == 1 and is_ordered(decision, 0):
            alike = [
                d
                for d in decisions
                if d.arity == 1 and not d.binary and d.heads == decision.heads and d.unit == decision.unit
            ][:_MAX_SERIES]
            drawn = _over_time(alike, 0)
            done.update(d.name for d in alike)
            if drawn is not None:
                yield {d.name for d in alike}, drawn
        elif decision.arity == 2 and is_ordered(decision, 0) != is_ordered(decision, 1):
            time = 0 if is_ordered(decision, 0) else 1
            if len(decision.order(1 - time)) <= _MAX_SERIES:
                drawn = _over_time([decision], time)
                if drawn is not None:
                    yield {decision.name}, drawn


def _over_time(alike: Sequence[Decision], time: int) -> Html | None:
    first = alike[0]
    labels = first.order(time)
    for decision in alike[1:]:
        labels += [label for label in decision.order(time) if label not in labels]
    numeric = [float(label) for label in labels if not isinstance(label, str)]
    if len(numeric) == len(labels):
        labels = [label for _, label in sorted(zip(numeric, labels, strict=True), key=lambda pair: pair[0])]
    if len(labels) < 3:
        return None
    series: list[tuple[str, list[float | None]]] = []
    for decision in alike:
        values = dict(zip(decision.labels(), decision.values.tolist(), strict=True))
        if decision.arity == 1:
            series.append((decision.name, [values.get((label,)) for label in labels]))
        else:
            for other in decision.order(1 - time):
                keys = [(label, other) if time == 0 else (other, label) for label in labels]
                series.append((str(other), [values.get(key) for key in keys]))
    positions = sorted(numeric) if len(numeric) == len(labels) else [float(k) for k in range(len(labels))]
    return lines(
        Lines(
            f"plot-{first.name}",
            _caption(alike, f"by {first.heads[1 - time]}" if first.arity == 2 else ""),
            f"{', '.join(d.name for d in alike)} over {first.heads[time]}",
            positions,
            [str(label) for label in labels],
            series,
            first.unit,
            first.heads[time],
        )
    )


def _grids(decisions: Sequence[Decision]) -> Found:
    for decision in decisions:
        if decision.arity != 2 or not len(decision.used) or decision.heads[0] == decision.heads[1]:
            continue
        rows, columns = decision.order(0), decision.order(1)
        if not (1 < len(rows) <= _MAX_GRID[0] and 1 < len(columns) <= _MAX_GRID[1]):
            continue
        if decision.binary and len(rows) * len(columns) < 6:
            continue
        values = dict(zip(decision.labels(), decision.values.tolist(), strict=True))
        yield (
            {decision.name},
            grid(
                Grid(
                    f"plot-{decision.name}",
                    _caption([decision], decision.unit),
                    f"{decision.name} by {decision.heads[0]} and {decision.heads[1]}",
                    [str(row) for row in rows],
                    [str(column) for column in columns],
                    [[values.get((row, column)) for column in columns] for row in rows],
                    decision.unit,
                    (decision.heads[0], decision.heads[1]),
                    decision.binary,
                )
            ),
        )


def _bars(decisions: Sequence[Decision]) -> Found:
    """Quantities over one set, up to three decisions of one unit together; or single quantities."""
    done: set[str] = set()
    for decision in decisions:
        if decision.name in done or decision.arity != 1 or decision.binary:
            continue
        alike = [
            d
            for d in decisions
            if d.arity == 1 and not d.binary and d.heads == decision.heads and d.unit == decision.unit
        ][:3]
        done.update(d.name for d in alike)
        if not any(d.unit or d.meaning for d in alike):
            continue  # an index more than a quantity, for all that is said of it
        values = [dict(zip(d.labels(), d.values.tolist(), strict=True)) for d in alike]
        labels = [(label,) for label in decision.order(0)]
        some = [label for label in labels if any(abs(v.get(label, 0.0)) > ZERO for v in values)]
        labels = labels if len(labels) <= 12 else some
        if len(some) >= 2 and len(labels) <= _MAX_BARS:
            series = [(d.name, [v.get(k, 0.0) for k in labels]) for d, v in zip(alike, values, strict=True)]
            title = f"{', '.join(d.name for d in alike)} by {decision.heads[0]}"
            names = [str(label[0]) for label in labels]
            caption = _caption(alike)
            given = Bars(
                f"plot-{decision.name}", caption, title, names, series, decision.unit, decision.heads[0]
            )
            yield {d.name for d in alike}, bars(given)
    yield from _single(decisions)


def _single(decisions: Sequence[Decision]) -> Found:
    """Quantities without an index, of one unit that is stated; only where there is nothing else."""
    alone = [d for d in decisions if d.arity == 0 and not d.binary]
    units = {d.unit for d in alone}
    if len(alone) != len(decisions) or len(units) != 1 or not alone[0].unit or not 2 <= len(alone) <= 15:
        return
    if not any(len(d.used) for d in alone):
        return
    series = [("value", [float(d.values[0]) for d in alone])]
    caption = element("span", "The decisions side by side")
    yield (
        {d.name for d in alone},
        bars(Bars("plot-scalars", caption, "The decisions", [d.name for d in alone], series, alone[0].unit)),
    )


def _caption(decisions: Sequence[Decision], more: str = "") -> Html:
    parts = [
        join([element("span", d.name, class_="name"), f" {d.meaning}" if d.meaning else ""])
        for d in decisions
    ]
    return join([join(parts, " · "), f", {more}" if more else ""])


def _more(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _finite(decision: Decision) -> bool:
    return bool(abs(decision.values).max() < 1e15)
