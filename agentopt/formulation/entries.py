"""Numbers with the index each belongs to, on their way into a parameter.

Every source of numbers (a table, a nested mapping, a tuple-keyed dictionary, an array) becomes `Entries`;
one function, `place`, then checks them against the sets and makes the `BoundParameter`. Nothing here loops
in Python over entries unless there is something to complain about.

An index outside the sets is an error, since it is most often a misspelt label or a missing element. The
exception is a parameter over a set derived from others (`of` with `where`, or `formula`): its source may
list every index of the larger sets, and what the filter leaves out is not used.
"""

from __future__ import annotations

__all__ = ["Around", "Entries", "Space", "complete", "place"]

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentopt.errors import BindingError, nearest
from agentopt.formulation.instance import BoundParameter, BoundSet, Codes, Labels, Values, product
from agentopt.formulation.lookup import MAX_KEY, SetIndex

Around = Callable[[Sequence[Codes]], NDArray[np.bool_]]

_NOT_FINITE = "give a number, or leave the index out of the set"
_SHOWN = 5
_DENSE = 1 << 22


@dataclass(frozen=True, eq=False)
class Entries:
    """Numbers and the codes of their index.

    Attributes:
        columns: one code column per label of the index, each of shape (n,); -1 for a label of no set.
        values: shape (n,).
        raw: the label at (entry, column) as it was written.
        where: the place of an entry, for messages: `costs.csv, row 7`.
        source: the place of all of them: `costs.csv`.
    """

    columns: Sequence[Codes]
    values: Values
    raw: Callable[[int, int], object]
    where: Callable[[int], str]
    source: str

    def index(self, entry: int) -> str:
        """The index of an entry as text."""
        return ", ".join(str(self.raw(entry, k)) for k in range(len(self.columns)))

    def take(self, kept: Codes) -> Entries:
        """Some of the entries."""
        return Entries(
            [column[kept] for column in self.columns],
            self.values[kept],
            lambda entry, k: self.raw(int(kept[entry]), k),
            lambda entry: self.where(int(kept[entry])),
            self.source,
        )


@dataclass(frozen=True, eq=False)
class Space:
    """The product of the sets a parameter ranges over, and what lies around it.

    Attributes:
        name: the parameter.
        sets: the sets of `over`.
        indices: their position tables.
        labels: the intern table.
        around: for each set, what tells whether elements (a code column per label) lie in the larger sets
            it was derived from; None for a set that was not.
    """

    name: str
    sets: Sequence[BoundSet]
    indices: Sequence[SetIndex]
    labels: Labels
    around: Sequence[Around | None]

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each set."""
        return tuple(len(s) for s in self.sets)

    @property
    def size(self) -> int:
        """How many indices there are."""
        return math.prod(self.shape)

    @property
    def arity(self) -> int:
        """How many labels an index has."""
        return sum(s.arity for s in self.sets)

    def text(self, flat: int) -> str:
        """The index at a row-major position, as text."""
        shown: list[str] = []
        for bound, position in zip(self.sets, np.unravel_index(flat, self.shape), strict=True):
            shown.extend(str(self.labels[c]) for c in bound.codes[int(position)].tolist())
        return f"{self.name}[{', '.join(shown)}]" if shown else self.name

    def codes(self) -> Codes:
        """Every index in row-major order."""
        return product([s.codes for s in self.sets])

    def codes_at(self, flat: Codes) -> Codes:
        """The indices at row-major positions."""
        if not self.sets:
            return np.empty((len(flat), 0), dtype=np.int32)
        positions = np.unravel_index(flat, self.shape)
        return np.hstack([s.codes[p] for s, p in zip(self.sets, positions, strict=True)])

    def spans(self) -> Iterable[tuple[int, slice]]:
        """Each set's number and the index columns it takes."""
        start = 0
        for k, bound in enumerate(self.sets):
            yield k, slice(start, start + bound.arity)
            start += bound.arity


def complete(space: Space, values: Values, default: float | None, source: str) -> BoundParameter:
    """A parameter whose every number is given, in row-major order.

    Raises:
        BindingError: a number is not finite.
    """
    finite = np.isfinite(values)
    if not finite.all():
        bad = int(np.argmin(finite))
        raise BindingError(
            f"{source}: `{space.text(bad)}` is {values[bad]}, not a finite number", hint=_NOT_FINITE
        )
    over = tuple(s.name for s in space.sets)
    return BoundParameter(space.name, over, space.codes, values, default, shape=space.shape)


def place(
    space: Space, entries: Entries, default: float | None, warn: Callable[[str], None]
) -> BoundParameter:
    """Put numbers at their indices.

    Raises:
        BindingError: a value is not finite, an index lies outside the sets, comes twice with different
            values, or has no value and there is no default.
    """
    over = tuple(s.name for s in space.sets)
    if space.size > MAX_KEY:
        raise BindingError(
            f"`{space.name}` ranges over {float(space.size):.1g} indices",
            hint="let it range over a set of the tuples that have a value",
        )
    flat, entries = _positions(space, entries)
    values = entries.values
    finite = np.isfinite(values)
    if not finite.all():
        bad = int(np.flatnonzero(~finite)[0])
        raise BindingError(
            f"{entries.where(bad)}: `{space.name}[{entries.index(bad)}]` is {values[bad]}, "
            "not a finite number",
            hint=_NOT_FINITE,
        )
    size = space.size
    if size <= max(_DENSE, 4 * len(values)):
        grid = np.full(size, np.nan)
        grid[flat] = values
        filled = ~np.isnan(grid)
        count = int(np.count_nonzero(filled))
        if count < len(values):
            _repeated(space, entries, flat, warn)
        if count == size:
            return BoundParameter(space.name, over, space.codes, grid, default, shape=space.shape)
        given = np.flatnonzero(filled)
        values = grid[given]
    else:
        given, first = np.unique(flat, return_index=True)
        if len(given) < len(flat):
            _repeated(space, entries, flat, warn)
        values = values[first]
    if default is None:
        raise _missing(space, given, entries.source)
    return BoundParameter(space.name, over, lambda: space.codes_at(given), values, default)


def _positions(space: Space, entries: Entries) -> tuple[Codes, Entries]:
    """The row-major position of each entry, and the entries that have one."""
    flat: Codes = np.zeros(len(entries.values), dtype=np.int64)
    outside = np.zeros(len(entries.values), dtype=bool)
    for k, span in space.spans():
        position = space.indices[k].find(entries.columns[span])
        missing = position < 0
        if missing.any():
            _outside(space, k, span, entries, np.flatnonzero(missing))
            outside |= missing
        flat *= len(space.sets[k])
        flat += position
    if not outside.any():
        return flat, entries
    kept = np.flatnonzero(~outside)
    return flat[kept], entries.take(kept)


def _outside(space: Space, k: int, span: slice, entries: Entries, rows: Codes) -> None:
    """Complain about labels that are not in set `k`, nor in the larger sets it was derived from."""
    bound, around = space.sets[k], space.around[k]
    columns = [column[rows] for column in entries.columns[span]]
    if around is not None:
        rows = rows[~around(columns)]
        if not len(rows):
            return
    first = int(rows[0])
    label = ", ".join(str(entries.raw(first, j)) for j in range(span.start, span.stop))
    distinct = {
        tuple(str(entries.raw(int(r), j)) for j in range(span.start, span.stop)) for r in rows[:10_000]
    }
    others = f" (and {len(distinct) - 1:,} more labels)" if len(distinct) > 1 else ""
    elements = [", ".join(map(str, e)) for e in space.labels.tuples(bound.codes[:2000])]
    sample = ", ".join(elements[:_SHOWN]) + (", ..." if len(bound) > _SHOWN else "")
    raise BindingError(
        f"{entries.where(first)}: `{space.name}` has a value for `{label}`{others}, "
        f"which is not in the set `{bound.name}` ({sample or 'empty'})",
        hint=nearest(label, elements) or f"add it to `{bound.name}`, or take it out of {entries.source}",
    )


def _repeated(space: Space, entries: Entries, flat: Codes, warn: Callable[[str], None]) -> None:
    """An index that comes twice: with one value a warning, with two an error."""
    order = np.argsort(flat, kind="stable")
    same = np.flatnonzero(np.diff(flat[order]) == 0)
    for pair in same.tolist():
        one, two = int(order[pair]), int(order[pair + 1])
        if entries.values[one] != entries.values[two]:
            raise BindingError(
                f"{entries.where(two)}: `{space.name}[{entries.index(two)}]` is {entries.values[two]:g}, "
                f"but {entries.where(one)} says {entries.values[one]:g}",
                hint="an index has one value; keep one of the two, or add a column that tells them apart",
            )
    first = int(order[same[0] + 1])
    warn(
        f"{entries.where(first)}: `{space.name}[{entries.index(first)}]` is given again with the same value"
        + (f" (and {len(same) - 1:,} more)" if len(same) > 1 else "")
    )


def _missing(space: Space, given: Codes, source: str) -> BindingError:
    """The error for indices without a value; `given` is sorted."""
    count = space.size - len(given)
    first: list[int] = []
    expected = 0
    for position in [*given[:1_000_000].tolist(), space.size]:
        while expected < position and len(first) < _SHOWN:
            first.append(expected)
            expected += 1
        if len(first) >= _SHOWN:
            break
        expected = position + 1
    shown = ", ".join(f"`{space.text(f)}`" for f in first) + (", ..." if count > len(first) else "")
    noun = "index has" if count == 1 else "indices have"
    return BindingError(
        f"{source}: {count:,} {noun} no value: {shown}",
        hint=f"add what is missing, give `{space.name}` a `default`, or let it range over a set of the "
        "indices it has",
    )
