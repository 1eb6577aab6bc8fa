"""Binding one set or one parameter, given those it depends on."""

from __future__ import annotations

__all__ = ["Binder"]

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from agentopt.errors import BindingError, nearest
from agentopt.formulation.elements import IndexSet, Parameter
from agentopt.formulation.entries import Space, place
from agentopt.formulation.instance import BoundParameter, BoundSet, Codes, Instance, Labels, product
from agentopt.formulation.literals import labels_of, read_values
from agentopt.formulation.lookup import SetIndex
from agentopt.formulation.resolve import Parsed

MAX_ELEMENTS = 50_000_000
"""How many elements a set may have; a range or product beyond it is a mistake, not a model."""


class Binder:
    """What is bound so far, and how to bind the next."""

    def __init__(
        self, parsed: Parsed, given: Mapping[str, object], *, tables: Sequence[Path], folder: Path | None
    ) -> None:
        self.parsed = parsed
        self.given = given
        self.labels = Labels()
        self.sets: dict[str, BoundSet] = {}
        self.parameters: dict[str, BoundParameter] = {}
        self.sources: dict[str, str] = {}
        self.warnings: list[str] = []
        self._indices: dict[str, SetIndex] = {}

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

    # -- sets ------------------------------------------------------------------------------------------------

    def bind_set(self, name: str) -> None:
        """Bind a set whose dependencies are bound."""
        declared = self.parsed.formulation.sets[name]
        components: tuple[str, ...] = ()
        if name in self.given:
            source = "the data given"
            codes = self._listed(labels_of(self.given[name], name, source))
        elif declared.elements is not None:
            source = "the formulation"
            codes = self._listed(labels_of(declared.elements, name, f"sets.{name}"))
        elif declared.last is not None:
            source = "the formulation"
            codes = self._range(name, declared)
        elif declared.of is not None:
            source = "derived"
            components = tuple(declared.of)
            codes = self._product(name, declared)
        else:
            raise BindingError(
                f"sets.{name}: the set has no elements",
                hint=f"give it `elements`, a range, a table or a formula, or pass data for `{name}`",
            )
        self.sets[name] = BoundSet(name, codes, components)
        self.sources[name] = source

    def _listed(self, elements: Sequence[tuple[object, ...]]) -> Codes:
        if not elements:
            return np.empty((0, 1), dtype=np.int32)
        return self.labels.codes(part for element in elements for part in element).reshape(len(elements), -1)

    def _range(self, name: str, declared: IndexSet) -> Codes:
        first = 1 if declared.first is None else self._end(name, "first", declared.first)
        last = self._end(name, "last", declared.last)
        if declared.step == 0:
            raise BindingError(f"sets.{name}.step: a step of 0 goes nowhere", hint="write 1")
        count = max(0, (last - first) // declared.step + 1)
        if count > MAX_ELEMENTS:
            raise BindingError(
                f"sets.{name}: a range of {count:,} elements", hint=f"at most {MAX_ELEMENTS:,} are read"
            )
        return self.labels.codes(range(first, first + count * declared.step, declared.step)).reshape(count, 1)

    def _end(self, name: str, field: str, value: int | str | None) -> int:
        if isinstance(value, int):
            return value
        text = str(value).strip()
        if text.lstrip("+-").isdecimal():
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
        size = 1
        for factor in factors:
            size *= len(factor)
        if size > MAX_ELEMENTS:
            raise BindingError(
                f"sets.{name}: a product of {size:,} elements",
                hint="list the pairs that matter, or filter smaller sets",
            )
        return product([factor.codes for factor in factors])

    def _set(self, name: str, field: str) -> BoundSet:
        found = self.sets.get(name)
        if found is None:
            raise BindingError(
                f"{field}: `{name}` is not a set", hint=nearest(name, self.parsed.formulation.sets)
            )
        return found

    def index(self, name: str) -> SetIndex:
        """The position table of a bound set."""
        if name not in self._indices:
            self._indices[name] = SetIndex(self.sets[name].codes)
        return self._indices[name]

    # -- parameters ------------------------------------------------------------------------------------------

    def bind_parameter(self, name: str) -> None:
        """Bind a parameter whose dependencies are bound."""
        declared = self.parsed.formulation.parameters[name]
        space = self._space(name, declared)
        if name in self.given:
            self._place(space, declared, self.given[name], f"the data given for `{name}`")
            self.sources[name] = "the data given"
        elif declared.value is not None:
            self._place(space, declared, declared.value, f"parameters.{name}.value")
            self.sources[name] = "the text" if declared.quote else "the formulation"
        elif declared.values is not None:
            self._place(space, declared, declared.values, f"parameters.{name}.values")
            self.sources[name] = "the formulation"
        elif declared.default is not None:
            self._place(space, declared, {} if space.sets else declared.default, f"parameters.{name}.default")
            self.sources[name] = "its default"
        else:
            raise BindingError(
                f"parameters.{name}: the parameter has no numbers",
                hint=f"give it a `value`, `values`, a table or a `formula`, or pass data for `{name}`",
            )

    def _space(self, name: str, declared: Parameter) -> Space:
        sets = [self._set(each, f"parameters.{name}.over") for each in declared.over]
        return Space(name, sets, [self.index(s.name) for s in sets], self.labels, [None] * len(sets))

    def _place(self, space: Space, declared: Parameter, data: object, source: str) -> None:
        found = read_values(space, data, source)
        if isinstance(found, np.ndarray):
            over = tuple(s.name for s in space.sets)
            bound = BoundParameter(space.name, over, space.codes, found, declared.default, shape=space.shape)
        else:
            bound = place(space, found, declared.default, self.warnings.append)
        self.parameters[space.name] = bound
