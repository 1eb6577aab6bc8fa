"""Elements and numbers out of tables, for one set or one parameter.

Which columns hold the index is inferred when the formulation does not say: a column named like the set, or
like the column the set itself is read from, else one whose every cell is an element of the set and that no
other column rivals. The last kind of guess is reported as a warning.
"""

from __future__ import annotations

__all__ = ["element_codes", "table_entries"]

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from agentopt.errors import BindingError, nearest
from agentopt.formulation.elements import IndexSet, Parameter
from agentopt.formulation.entries import Entries, Space
from agentopt.formulation.instance import BoundSet, Codes, Labels
from agentopt.formulation.lookup import MAX_KEY
from agentopt.formulation.table import Column, Table, listed

Warn = Callable[[str], None]


def element_codes(table: Table, columns: Sequence[str] | None, name: str, labels: Labels) -> Codes:
    """The distinct rows of a table's columns, in order, as codes of shape (n, number of columns).

    Without `columns`, the column named like the set, or the only one.

    Raises:
        BindingError: a column is missing, or a cell is empty.
    """
    if columns is None:
        named = [c for c in table.columns if _stem(c) == _stem(name)]
        if len(named) != 1 and len(table.columns) != 1:
            raise BindingError(
                f"sets.{name}: which column of {table.name} holds the elements? Its columns are "
                + listed(table.columns),
                hint=f"add `column`, for instance `column: {next(iter(table.columns))}`",
            )
        columns = named or list(table.columns)
    found = [table.label_codes(table.column(c, f"sets.{name}: "), labels.codes) for c in columns]
    rows = np.stack(found, axis=1).astype(np.int32, copy=False)
    if not len(rows):
        return rows
    if len(labels) ** len(found) > MAX_KEY:
        _, first = np.unique(rows, axis=0, return_index=True)
    else:
        key = rows[:, 0].astype(np.int64)
        for column in found[1:]:
            key = key * len(labels) + column
        _, first = np.unique(key, return_index=True)
    return rows[np.sort(first)]


def table_entries(
    table: Table, declared: Parameter, space: Space, sets: Mapping[str, IndexSet], warn: Warn
) -> Entries:
    """The numbers of a parameter in a table: one column of them, or one column per element of the last set.

    Empty cells are left out when the parameter has a default.

    Raises:
        BindingError: columns are missing or ambiguous, a cell is empty or no number.
    """
    reader = _Reader(table, declared, space, sets, warn)
    return reader.long() if reader.value is not None else reader.wide()


def _stem(name: str) -> str:
    """A name without case, punctuation and plural, to tell that `PLANTS` and `plant` are one."""
    text = re.sub(r"[^a-z0-9]", "", name.casefold())
    if text.endswith("ies") and len(text) > 4:
        return text[:-3] + "y"
    for ending, more in (("sses", 2), ("shes", 2), ("ches", 2), ("xes", 2), ("s", 1)):
        if text.endswith(ending) and not text.endswith("ss") and len(text) > 2:
            return text[:-more]
    return text


class _Reader:
    def __init__(
        self, table: Table, declared: Parameter, space: Space, sets: Mapping[str, IndexSet], warn: Warn
    ) -> None:
        self.table, self.declared, self.space, self.sets, self.warn = table, declared, space, sets, warn
        self.path = f"parameters.{space.name}"
        self.value = self._value()

    # -- the column of numbers -------------------------------------------------------------------------------

    def _value(self) -> Column | None:
        """The column that holds the numbers; None for a wide table."""
        table, name = self.table, self.space.name
        if self.declared.column is not None:
            return table.column(self.declared.column, f"{self.path}: ")
        if self.space.sets and any(self._headed().values()):
            return None
        keys = set(self.declared.key or ())
        for candidates in (
            [c for c in table.columns if _stem(c) == _stem(name)],
            [c for c in table.columns if c not in keys]
            if len(table.columns) == self.space.arity + 1 and keys
            else [],
            list(table.columns) if not self.space.sets and len(table.columns) == 1 else [],
        ):
            if len(candidates) == 1:
                if candidates[0] != name:
                    self.warn(f"{self.path}: the column `{candidates[0]}` of {table.name} was read")
                return table.columns[candidates[0]]
        raise BindingError(
            f"{self.path}: which column of {table.name} holds the numbers? "
            f"Its columns are {listed(table.columns)}",
            hint=nearest(name, table.columns) or f"add `column`, such as `column: {list(table.columns)[-1]}`",
        )

    def _headed(self) -> dict[str, int]:
        """For each column, whether its heading is an element of the last set, and which."""
        last = self.space.sets[-1]
        if last.arity != 1:
            return {}
        names = [c for c in self.table.columns if c not in (self.declared.key or ())]
        codes = self.space.labels.known(names)
        inside = self.space.indices[-1].find([codes]) >= 0
        return {
            n: int(code) for n, code, held in zip(names, codes.tolist(), inside.tolist(), strict=True) if held
        }

    # -- long: one row per index -----------------------------------------------------------------------------

    def long(self) -> Entries:
        table, value = self.table, self.value
        assert value is not None
        if not self.space.sets:
            one = table.take(np.array([self._row(value)]))
            values = one.numbers(one.columns[value.name])
            return self._filled(
                Entries([], values, lambda entry, k: "", lambda entry: one.at(0, value.name), table.name)
            )
        keys = self._keys(self.space.sets, {value.name})
        values = table.numbers(value)
        columns = [table.label_codes(key, self.space.labels.known) for key in keys]
        return self._filled(
            Entries(
                columns,
                values,
                lambda entry, k: keys[k][entry],
                lambda entry: table.at(entry, value.name),
                table.name,
            )
        )

    def _row(self, value: Column) -> int:
        """The row of a parameter without indices: the only one, or the one that names the parameter."""
        table, name = self.table, self.space.name
        if len(table) == 1:
            return 0
        named = [
            row
            for column in table.columns.values()
            if column is not value
            for row in range(len(table))
            if isinstance(column[row], str) and _stem(str(column[row])) == _stem(name)
        ]
        if len(named) != 1:
            raise BindingError(
                f"{self.path}: {table.name} has {len(table):,} rows, and {len(named)} of them name `{name}`",
                hint="say `over` which set it ranges, or name a table of one row",
            )
        self.warn(f"{table.at(named[0], value.name)}: `{name}` is read from the row that names it")
        return named[0]

    def _filled(self, entries: Entries) -> Entries:
        empty = np.isnan(entries.values)
        if not empty.any():
            return entries
        first, count = int(np.argmax(empty)), int(np.count_nonzero(empty))
        more = f" (and {count - 1:,} more)" if count > 1 else ""
        if self.declared.default is None:
            raise BindingError(
                f"{entries.where(first)}: the cell is empty, where a number is expected{more}",
                hint=f"fill it in, or give `{self.space.name}` a `default`",
            )
        self.warn(f"{entries.where(first)}: an empty cell{more} is the default {self.declared.default:g}")
        return entries.take(np.flatnonzero(~empty))

    # -- wide: one column per element of the last set --------------------------------------------------------

    def wide(self) -> Entries:
        table, headed = self.table, self._headed()
        keys = self._keys(self.space.sets[:-1], set(headed))
        used = {key.name for key in keys} | set(headed)
        spare = [c for c in table.columns if c not in used]
        if spare:
            self.warn(
                f"{self.path}: {table.name} was read as one column per element of "
                f"`{self.space.sets[-1].name}`; not used: {listed(spare, 10)}"
            )
        names, count = list(headed), len(table)
        rows = np.tile(np.arange(count), len(names))
        values = np.concatenate([table.numbers(table.columns[n]) for n in names])
        columns = [np.tile(table.label_codes(key, self.space.labels.known), len(names)) for key in keys]
        columns.append(np.repeat(np.array(list(headed.values()), dtype=np.int32), count))

        def raw(entry: int, k: int) -> object:
            return keys[k][int(rows[entry])] if k < len(keys) else names[entry // count]

        def where(entry: int) -> str:
            return table.at(int(rows[entry]), names[entry // count])

        return self._filled(Entries(columns, values, raw, where, table.name))

    # -- key columns -----------------------------------------------------------------------------------------

    def _keys(self, sets: Sequence[BoundSet], used: set[str]) -> list[Column]:
        """The columns that hold the index over `sets`, one per label."""
        table, arity = self.table, sum(s.arity for s in sets)
        if self.declared.key is not None:
            if len(self.declared.key) != arity:
                names = ", ".join(s.name for s in sets) or "nothing"
                raise BindingError(
                    f"{self.path}.key: {len(self.declared.key)} columns are named, expected {arity} "
                    f"(the index over {names})",
                    hint="name one column of the table for each label of the index, in the order of `over`",
                )
            return [table.column(k, f"{self.path}.key: ") for k in self.declared.key]
        free = [c for c in table.columns if c not in used]
        wanted = [(k, position) for k, bound in enumerate(sets) for position in range(bound.arity)]
        found: dict[tuple[int, int], str] = {}
        for slot in wanted:
            same = [c for c in free if _stem(c) in self._names(sets[slot[0]], slot[1])]
            others = [
                s for s in wanted if self._names(sets[s[0]], s[1]) & self._names(sets[slot[0]], slot[1])
            ]
            if len(same) == 1 and others == [slot]:
                found[slot] = same[0]
        left = [c for c in free if c not in found.values()]
        for slot in (s for s in wanted if s not in found):
            held = [c for c in left if self._holds(table.columns[c], sets[slot[0]], slot[1])]
            rivals = len([s for s in wanted if s not in found])
            if len(held) == 1 or (held and len(held) == rivals == len(left)):
                found[slot] = held[0]
                left.remove(held[0])
                self.warn(
                    f"{self.path}: column `{held[0]}` of {table.name} was taken for `{sets[slot[0]].name}`"
                )
            else:
                raise BindingError(
                    f"{self.path}: which column of {table.name} holds the elements of "
                    f"`{sets[slot[0]].name}`? Its columns are {listed(table.columns)}",
                    hint=f"add `key`: the columns of the index over {', '.join(s.name for s in sets)}",
                )
        return [table.columns[found[slot]] for slot in wanted]

    def _names(self, bound: BoundSet, position: int) -> set[str]:
        """The names a column with labels of a set may have."""
        declared = self.sets.get(bound.name)
        names = {bound.name} if bound.arity == 1 else set()
        if declared is not None and declared.column is not None and position < len(declared.column):
            names.add(declared.column[position])
        if bound.components and len(bound.components) == bound.arity:
            inner = self.sets.get(bound.components[position])
            names.add(bound.components[position])
            if inner is not None and inner.column is not None and len(inner.column) == 1:
                names.add(inner.column[0])
        return {_stem(n) for n in names}

    def _holds(self, column: Column, bound: BoundSet, position: int) -> bool:
        """Whether every cell of a column is a label of a set."""
        try:
            codes = self.table.label_codes(column, self.space.labels.known)
        except BindingError:
            return False
        return bool(len(codes)) and bool(np.isin(codes, bound.codes[:, position]).all())
