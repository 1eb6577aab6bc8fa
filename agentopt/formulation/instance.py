"""A formulation bound to data: every set and parameter as arrays over interned labels.

Labels (elements of sets) are interned once to integer codes, so that everything after binding works on integer
arrays; `Labels` turns codes back into what the person wrote. An instance knows no solver.
"""

from __future__ import annotations

__all__ = ["BoundParameter", "BoundSet", "Instance", "Label", "Labels", "canonical"]

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from agentopt.formulation.elements import Formulation

Label = str | int | float
Codes = NDArray[np.int64]
Values = NDArray[np.float64]

_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})\Z")


def canonical(label: object) -> Label:
    """One spelling for a label: digits and whole floats are integers, surrounding space is dropped.

    >>> [canonical(x) for x in ("12", 12.0, " topeka ", "007", 2.5)]
    [12, 12, 'topeka', '007', 2.5]
    """
    if isinstance(label, str):
        text = label.strip()
        return int(text) if _INTEGER.match(text) else text
    if isinstance(label, bool | np.bool_):
        return str(bool(label))
    if isinstance(label, int | np.integer):
        return int(label)
    if isinstance(label, float | np.floating):
        return int(label) if float(label).is_integer() else float(label)
    return str(label)


class Labels:
    """The intern table: label to code and back. Grows while binding, then only reads.

    >>> labels = Labels()
    >>> labels.codes(["a", 3, "a"]).tolist()
    [0, 1, 0]
    >>> labels[1], float(labels.numeric[1])
    (3, 3.0)
    """

    def __init__(self) -> None:
        self._codes: dict[Label, int] = {}
        self._labels: list[Label] = []
        self._numeric: Values = np.empty(0)

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, code: int) -> Label:
        return self._labels[code]

    def code(self, label: object) -> int:
        """The code of a label, interning it when new."""
        key = canonical(label)
        found = self._codes.get(key)
        if found is None:
            found = self._codes[key] = len(self._labels)
            self._labels.append(key)
        return found

    def find(self, label: object) -> int | None:
        """The code of a label if it is known."""
        return self._codes.get(canonical(label))

    def codes(self, labels: Iterable[object]) -> Codes:
        """Codes of many labels, shape (n,); canonical forms are looked up once per distinct spelling."""
        known: dict[object, int] = {}
        found = []
        for label in labels:
            code = known.get(label)
            if code is None:
                code = known[label] = self.code(label)
            found.append(code)
        return np.array(found, dtype=np.int64)

    @property
    def numeric(self) -> Values:
        """The numeric value of each code, NaN for text; shape (len(self),)."""
        if len(self._numeric) != len(self._labels):
            self._numeric = np.array(
                [float(x) if isinstance(x, int | float) else np.nan for x in self._labels]
            )
        return self._numeric

    def tuples(self, codes: Codes) -> list[tuple[Label, ...]]:
        """Labels of each row of an (n, arity) code array."""
        columns = [[self._labels[c] for c in codes[:, k].tolist()] for k in range(codes.shape[1])]
        return list(zip(*columns, strict=True)) if columns else [()] * len(codes)


@dataclass(frozen=True, eq=False)
class BoundSet:
    """The elements of a set, in order.

    Attributes:
        name: its name in the formulation.
        codes: shape (n, arity), distinct rows in listed order.
        components: for a set derived from a product, the names of the sets its columns range over; else empty.
    """

    name: str
    codes: Codes
    components: tuple[str, ...] = ()

    @property
    def arity(self) -> int:
        """How many labels one element has."""
        return int(self.codes.shape[1])

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def positions(self) -> dict[tuple[int, ...], int]:
        """Position of each element's codes, for scalar look-ups."""
        return {tuple(row): i for i, row in enumerate(self.codes.tolist())}


@dataclass(frozen=True, eq=False)
class BoundParameter:
    """The numbers of a parameter.

    Attributes:
        name: its name in the formulation.
        over: the names of the sets it ranges over; empty for a scalar.
        codes: shape (n, arity): the index of each value, distinct rows. A scalar has shape (1, 0).
        values: shape (n,), in the parameter's unit. Exact values of a decimal source are what `repr` prints.
        default: the value of an index not listed, or None when every index of `over` is listed.
    """

    name: str
    over: tuple[str, ...]
    codes: Codes
    values: Values
    default: float | None = None

    @cached_property
    def by_codes(self) -> dict[tuple[int, ...], float]:
        """Value of each index, for scalar look-ups."""
        return dict(zip(map(tuple, self.codes.tolist()), self.values.tolist(), strict=True))


@dataclass(frozen=True, eq=False)
class Instance:
    """A formulation with the numbers in place.

    Attributes:
        formulation: what was bound.
        labels: the intern table every code refers to.
        sets: each declared set.
        parameters: each declared parameter, derived ones computed.
        sources: for reports, where each set's and parameter's data came from (`plants.csv`, `the text`, ...).
        warnings: what binding had to assume (a default that was used, elements without data).
    """

    formulation: Formulation
    labels: Labels
    sets: Mapping[str, BoundSet]
    parameters: Mapping[str, BoundParameter]
    sources: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()

    def product(self, over: Sequence[str]) -> Codes:
        """Codes of the product of the named sets, row-major, shape (n, total arity); (1, 0) for no sets."""
        frame = np.empty((1, 0), dtype=np.int64)
        for name in over:
            codes = self.sets[name].codes
            frame = np.hstack([np.repeat(frame, len(codes), axis=0), np.tile(codes, (len(frame), 1))])
        return frame
