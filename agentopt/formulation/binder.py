"""Binding one set or one parameter, given those it depends on."""

from __future__ import annotations

__all__ = ["Binder"]

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from agentopt.errors import BindingError, CompileError, FormulationError, nearest
from agentopt.formulation import tree as t
from agentopt.formulation.derive import Data, Env
from agentopt.formulation.elements import IndexSet
from agentopt.formulation.entries import Around, Entries, Space, complete, place
from agentopt.formulation.frames import MAX_POINTS, Frame
from agentopt.formulation.generators import expand
from agentopt.formulation.instance import BoundParameter, BoundSet, Codes, Instance, Labels, Values, product
from agentopt.formulation.literals import labels_of, plain_codes, read_values
from agentopt.formulation.lookup import SetIndex
from agentopt.formulation.resolve import Parsed, ParsedFormula
from agentopt.formulation.table_values import element_codes, table_entries
from agentopt.formulation.tables import Shelf, Table

MAX_ELEMENTS = 50_000_000
"""How many elements a set may have; a range or product beyond it is a mistake, not a model."""


class Binder:
    """What is bound so far, and how to bind the next.

    `given` wins over what the formulation says; tables come from `shelf`.
    """

    def __init__(self, parsed: Parsed, given: Mapping[str, object], shelf: Shelf) -> None:
        self.parsed = parsed
        self.given = given
        self.shelf = shelf
        self.labels = Labels()
        self.sets: dict[str, BoundSet] = {}
        self.parameters: dict[str, BoundParameter] = {}
        self.sources: dict[str, str] = {}
        self.warnings: dict[str, None] = {}
        self._around: dict[str, Around | None] = {}
        self._data = Data(Instance(parsed.formulation, self.labels, self.sets, self.parameters))

    def instance(self) -> Instance:
        """What was bound; the sets and parameters in the order of the formulation."""
        f = self.parsed.formulation
        return Instance(
            f,
            self.labels,
            {name: self.sets[name] for name in f.sets if name in self.sets},
            {name: self.parameters[name] for name in f.parameters if name in self.parameters},
            dict(self.sources),
            tuple(self.warnings),
        )

    def warn(self, text: str) -> None:
        """Note what had to be assumed, once."""
        self.warnings[text] = None

    def table(self, ref: str) -> Table:
        """A table, its own warnings noted."""
        found = self.shelf.table(ref)
        for text in found.warnings:
            self.warn(text)
        return found

    def index(self, name: str) -> SetIndex:
        """The position table of a bound set."""
        return self._data.index_of(self.sets[name])

    # -- sets ------------------------------------------------------------------------------------------------

    def bind_set(self, name: str) -> None:
        """Bind a set whose dependencies are bound.

        Raises:
            BindingError: its elements are missing or make no sense.
        """
        declared = self.parsed.formulation.sets[name]
        components: tuple[str, ...] = ()
        around: Around | None = None
        source = "the formulation"
        if name in self.given:
            source = "the data given"
            codes = self._listed(name, declared, self.given[name], source)
        elif declared.elements is not None:
            codes = self._listed(name, declared, declared.elements, f"sets.{name}")
        elif declared.last is not None:
            codes = self._range(name, declared)
        elif declared.from_ is not None:
            source = declared.from_
            codes = element_codes(self.table(declared.from_), declared.column, name, self.labels)
        elif declared.of is not None:
            source, components = "derived", tuple(declared.of)
            codes = self._product(name, declared)
            around = self._around_product(components, filtered=declared.where is not None)
        elif declared.formula is not None:
            source = "derived"
            codes, around = self._formula_set(name)
        else:
            raise BindingError(
                f"sets.{name}: the set has no elements",
                hint=f"give it `elements`, a range, a table or a formula, or pass data for `{name}`",
            )
        if not len(codes):
            self.warn(f"the set `{name}` is empty")
        self.sets[name] = BoundSet(name, codes.astype(np.int32, copy=False), components)
        self._around[name] = around
        self.sources[name] = source

    def _listed(self, name: str, declared: IndexSet, data: object, source: str) -> Codes:
        quick = plain_codes(self.labels, data)
        if quick is not None:
            return quick
        elements = labels_of(data, name, source)
        if not elements:
            width = len(declared.column or "1") if declared.of is None else len(declared.with_ or declared.of)
            return np.empty((0, width), dtype=np.int32)
        return self.labels.codes(part for element in elements for part in element).reshape(len(elements), -1)

    def _range(self, name: str, declared: IndexSet) -> Codes:
        first = 1 if declared.first is None else self._end(name, "first", declared.first)
        last = self._end(name, "last", declared.last)
        if declared.step == 0:
            raise BindingError(f"sets.{name}.step: a step of 0 goes nowhere", hint="write 1")
        count = max(0, (last - first) // declared.step + 1)
        if count > MAX_ELEMENTS or max(abs(first), abs(last)) > 1 << 53:
            raise BindingError(
                f"sets.{name}: a range of {count:,} elements", hint=f"at most {MAX_ELEMENTS:,} are read"
            )
        return self.labels.codes(range(first, first + count * declared.step, declared.step)).reshape(count, 1)

    def _end(self, name: str, field: str, value: int | str | None) -> int:
        if isinstance(value, int):
            return value
        text = str(value).strip()
        if text.lstrip("+-").isdecimal() and len(text) < 20:
            return int(text)
        parameter = self.parameters.get(text)
        if parameter is None or parameter.over:
            raise BindingError(
                f"sets.{name}.{field}: `{text}` is neither an integer nor a parameter without indices",
                hint=nearest(text, self.parsed.formulation.parameters),
            )
        number = float(parameter.values[0])
        if not number.is_integer():
            raise BindingError(f"sets.{name}.{field}: `{text}` is {number:g}, not an integer")
        return int(number)

    def _product(self, name: str, declared: IndexSet) -> Codes:
        factors = [self._set(each, f"sets.{name}.of") for each in declared.of or ()]
        if declared.where is not None:
            return self._filtered(name, self._formula(f"sets.{name}.where", name), factors)
        size = math.prod(len(factor) for factor in factors)
        if size > MAX_ELEMENTS:
            raise BindingError(
                f"sets.{name}: a product of {size:,} elements",
                hint="list the pairs that matter, or filter smaller sets with `where`",
            )
        return product([factor.codes for factor in factors])

    def _filtered(self, name: str, formula: ParsedFormula, factors: Sequence[BoundSet]) -> Codes:
        """The points of a product where a condition holds, in row-major order."""
        generators = self._generators(f"sets.{name}.with", formula, factors)
        last = generators[-1]
        generators[-1] = t.Generator(last.targets, last.domain, (formula.expression,))
        try:
            with np.errstate(all="ignore"):
                frame, env = expand(self._data, Frame(), {}, generators)
        except CompileError as error:
            raise BindingError(f"{formula.path}: {error.message}", hint=error.hint) from None
        if frame.size > MAX_ELEMENTS:
            raise BindingError(
                f"sets.{name}: {frame.size:,} elements", hint="filter them further with `where`"
            )
        rows = np.stack([frame.column(env[each]) for each in formula.indices], axis=1)
        if len(frame.lengths) in (1, len(factors)) and len(factors) < 3:
            return rows
        # Joins leave the merged axes first; put the elements back into the order of the product.
        ranks, start = [], 0
        for factor in factors:
            columns = [rows[:, start + k] for k in range(factor.arity)]
            ranks.append(self.index(factor.name).find(columns))
            start += factor.arity
        return rows[np.lexsort(ranks[::-1])]

    def _formula_set(self, name: str) -> tuple[Codes, Around]:
        formula = self._formula(f"sets.{name}.formula", name)
        try:
            codes = self._data.domain(formula.expression, {}).codes
        except CompileError as error:
            raise BindingError(f"{formula.path}: {error.message}", hint=error.hint) from None
        leaves = [n.id for n in t.walk(formula.expression) if isinstance(n, t.Name) and n.id in self.sets]
        if isinstance(formula.expression, t.SetOperation) and formula.expression.operator == "*":
            return codes, self._around_product(leaves, filtered=True) or _anywhere
        same = [leaf for leaf in leaves if self.sets[leaf].arity == codes.shape[1]]

        def around(columns: Sequence[Codes]) -> NDArray[np.bool_]:
            held = np.zeros(len(columns[0]), dtype=bool)
            for leaf in same:
                held |= self._near(leaf, columns)
            return held

        return codes, around

    def _around_product(self, components: Sequence[str], *, filtered: bool) -> Around | None:
        if not filtered and all(self._around.get(each) is None for each in components):
            return None

        def around(columns: Sequence[Codes]) -> NDArray[np.bool_]:
            held, start = np.ones(len(columns[0]), dtype=bool), 0
            for each in components:
                arity = self.sets[each].arity
                held &= self._near(each, columns[start : start + arity])
                start += arity
            return held

        return around

    def _near(self, name: str, columns: Sequence[Codes]) -> NDArray[np.bool_]:
        """Whether elements lie in a set or in what it was derived from."""
        around = self._around.get(name)
        return np.asarray(self.index(name).find(columns) >= 0) if around is None else around(columns)

    def _set(self, name: str, field: str) -> BoundSet:
        found = self.sets.get(name)
        if found is None:
            raise BindingError(
                f"{field}: `{name}` is not a set", hint=nearest(name, self.parsed.formulation.sets)
            )
        return found

    # -- parameters ------------------------------------------------------------------------------------------

    def bind_parameter(self, name: str) -> None:
        """Bind a parameter whose dependencies are bound.

        Raises:
            BindingError: its numbers are missing, contradictory, or do not fit its sets.
        """
        declared = self.parsed.formulation.parameters[name]
        sets = [self._set(each, f"parameters.{name}.over") for each in declared.over]
        indices = [self.index(s.name) for s in sets]
        space = Space(name, sets, indices, self.labels, [self._around.get(s.name) for s in sets])
        found: Entries | Values
        path = f"parameters.{name}"
        if name in self.given:
            source, path = "the data given", f"the data given for `{name}`"
            found = read_values(space, self.given[name], path)
        elif declared.value is not None:
            source, path = ("the text" if declared.quote else "the formulation"), f"{path}.value"
            found = read_values(space, declared.value, path)
        elif declared.values is not None:
            source, path = "the formulation", f"{path}.values"
            found = read_values(space, declared.values, path)
        elif declared.from_ is not None:
            source = declared.from_
            table = self.table(declared.from_)
            found = table_entries(table, declared, space, self.parsed.formulation.sets, self.warn)
        elif declared.formula is not None:
            source, path = "derived", f"{path}.formula"
            found = self._derived(space)
        elif declared.default is not None:
            source, path = "its default", f"{path}.default"
            large = space.size > MAX_ELEMENTS
            found = _no_entries(space, path) if large else read_values(space, declared.default, path)
        else:
            stated = self.parsed.formulation.uncertainty
            if stated is not None and name in stated.parameters:
                hint = "it is uncertain: decide with `agentopt robust`, or state what it is taken for"
            else:
                hint = f"give it a `value`, `values`, a table or a `formula`, or pass data for `{name}`"
            raise BindingError(f"{path}: the parameter has no numbers", hint=hint)
        default = None if declared.default is None else float(declared.default)
        if isinstance(found, np.ndarray):
            bound = complete(space, found, default, path)
        else:
            bound = place(space, found, default, self.warn)
        self.parameters[name] = bound
        self.sources[name] = source

    def _derived(self, space: Space) -> Values:
        """A number for every index, from a formula."""
        formula = self._formula(f"parameters.{space.name}.formula", space.name)
        try:
            with np.errstate(all="ignore"):
                frame: Frame = Frame()
                env: Env = {}
                if space.sets:
                    generators = self._generators(f"parameters.{space.name}.with", formula, space.sets)
                    frame, env = expand(self._data, frame, env, generators)
                if frame.size > MAX_POINTS:
                    raise CompileError(
                        f"{frame.size:,} numbers", hint="let it range over a set of the indices that matter"
                    )
                values = self._data.number(formula.expression, frame, env)
        except CompileError as error:
            raise BindingError(f"{formula.path}: {error.message}", hint=error.hint) from None
        return np.array(np.broadcast_to(values, frame.lengths), dtype=np.float64).reshape(-1)

    # -- formulas --------------------------------------------------------------------------------------------

    def _formula(self, path: str, name: str) -> ParsedFormula:
        for fault in self.parsed.faults:
            if fault.path == path:
                raise FormulationError(f"{path}: {fault.error.message}", hint=fault.error.hint)
        parsed = self.parsed
        kind = {"where": parsed.filters, "formula": parsed.set_formulas}[path.rsplit(".", 1)[1]]
        return (parsed.formulas if path.startswith("parameters.") else kind)[name]

    def _generators(self, path: str, formula: ParsedFormula, sets: Sequence[BoundSet]) -> list[t.Generator]:
        """One generator per set, over the index names of a formula."""
        arity, names = sum(s.arity for s in sets), formula.indices
        if len(names) != arity or len(set(names)) != arity:
            raise BindingError(
                f"{path}: {', '.join(f'`{n}`' for n in names) or 'no names'} for the index over "
                f"{', '.join(s.name for s in sets)}, expected {arity} different names",
                hint="name one index for each label, such as `with: [p, m]`",
            )
        found, start = [], 0
        for bound in sets:
            found.append(t.Generator(names[start : start + bound.arity], t.Name(bound.name)))
            start += bound.arity
        return found


def _no_entries(space: Space, source: str) -> Entries:
    """Nothing given, so that every index has the default."""
    none = [np.empty(0, dtype=np.int32) for _ in range(space.arity)]
    return Entries(none, np.empty(0), lambda entry, k: "", lambda entry: source, source)


def _anywhere(columns: Sequence[Codes]) -> NDArray[np.bool_]:
    return np.ones(len(columns[0]), dtype=bool)
