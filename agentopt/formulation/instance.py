"""A formulation bound to data: every set and parameter as arrays over interned labels.

Labels (elements of sets) are interned once to integer codes, so that everything after binding works on
integer arrays; `Labels` turns codes back into what the person wrote. An instance knows no solver.

A parameter with a value for every index is *dense*: `shape` holds the lengths of its sets, `values` is the
row-major table over their product, and its `codes` are only made if somebody asks. Code that can work on
`values.reshape(shape)` should, and never touch `codes`.
"""

from __future__ import annotations

__all__ = [
    "MAX_POINTS",
    "BoundParameter",
    "BoundSet",
    "Instance",
    "Label",
    "Labels",
    "canonical",
    "product",
]

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentopt.errors import CompileError
from agentopt.formulation.elements import Formulation

Label = str | int | float
Codes = NDArray[np.integer[Any]]
Values = NDArray[np.float64]

MAX_POINTS = 200_000_000
"""How many combinations of indices are written out; more is a mistake, not a model."""

_INTEGER = re.compile(r"(0|-?[1-9][0-9]{0,17})\Z")
_EXACT = 10**18
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+\Z")


def canonical(label: object) -> Label:
    """One spelling for a label: digits and whole floats are integers, surrounding space is dropped.

    Accents are one character with their letter, however a file writes them. A text that is not exactly how a
    number prints stays text, so that `007` and `1.10` keep their own names.

    >>> [canonical(x) for x in ("12", 12.0, " topeka ", "007", 2.5, "2.5", "1.10")]
    [12, 12, 'topeka', '007', 2.5, 2.5, '1.10']
    """
    if isinstance(label, str):
        text = label.strip()
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        if _INTEGER.match(text):
            return int(text)
        if _DECIMAL.match(text) and repr(float(text)) == text:
            return canonical(float(text))
        return text
    if isinstance(label, bool | np.bool_):
        return str(bool(label))
    if isinstance(label, int | np.integer):
        return int(label) if -_EXACT < label < _EXACT else str(label)
    if isinstance(label, float | np.floating):
        return int(label) if float(label).is_integer() else float(label)
    return str(label)


class _Spellings(dict[object, int]):
    """Codes by raw spelling; what is new goes through `canonical` once.

    A subclass of `dict` so that `map(spellings.__getitem__, labels)` runs without a Python frame per label.
    """

    def __init__(self, code: Callable[[object], int]) -> None:
        super().__init__()
        self._code = code

    def __missing__(self, label: object) -> int:
        code = self[label] = self._code(label)
        return code


def _are_names(labels: Sequence[object]) -> bool:
    """Whether all labels are texts such as `plant_1`, which are canonical as they are."""
    if set(map(type, labels)) != {str}:
        return False
    texts: Any = labels
    return all(map(str.isidentifier, texts)) and all(map(str.isascii, texts))


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
        if isinstance(labels, list) and _are_names(labels):
            fresh = [label for label in dict.fromkeys(labels) if label not in self._codes]
            self._codes.update(zip(fresh, range(len(self), len(self) + len(fresh)), strict=True))
            self._labels.extend(fresh)
            return np.fromiter(map(self._codes.__getitem__, labels), dtype=np.int32, count=len(labels))
        spellings = _Spellings(self.code)
        return np.fromiter(map(spellings.__getitem__, labels), dtype=np.int32)

    def known(self, labels: Iterable[object]) -> Codes:
        """Codes of many labels without interning: -1 for one not seen before.

        >>> labels = Labels()
        >>> labels.code("a"), labels.known(["b", "a"]).tolist(), len(labels)
        (0, [-1, 0], 1)
        """

        def code(label: object) -> int:
            found = self.find(label)
            return -1 if found is None else found

        return np.fromiter(map(_Spellings(code).__getitem__, labels), dtype=np.int32)

    @property
    def numeric(self) -> Values:
        """The numeric value of each code, NaN for text; shape (len(self),)."""
        done = len(self._numeric)
        if done != len(self._labels):
            fresh = [
                float(x) if isinstance(x, int | float) else np.nan for x in islice(self._labels, done, None)
            ]
            self._numeric = np.append(self._numeric, fresh)
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
        components: for a set derived from a product, the names of the sets its columns range over; else
            empty.
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


class BoundParameter:
    """The numbers of a parameter; treated as frozen.

    Attributes:
        name: its name in the formulation.
        over: the names of the sets it ranges over; empty for a scalar.
        codes: shape (n, arity): the index of each value, distinct rows. A scalar has shape (1, 0). Made on
            first use when given as a function.
        values: shape (n,), in the parameter's unit. Exact values of a decimal source are what `repr` prints.
        default: the value of an index not listed, or None when every index of `over` is listed.
        shape: the length of each set of `over` if every index has a value and `values` is in row-major
            order of their product; None if some have none or the order is another.
    """

    def __init__(
        self,
        name: str,
        over: tuple[str, ...],
        codes: Codes | Callable[[], Codes],
        values: Values,
        default: float | None = None,
        *,
        shape: tuple[int, ...] | None = None,
    ) -> None:
        self.name = name
        self.over = over
        self.values = values
        self.default = default
        self.shape = shape
        self._codes = codes

    def __repr__(self) -> str:
        return f"BoundParameter({self.name!r}, over={self.over!r}, {len(self.values)} values)"

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def codes(self) -> Codes:
        """The index of each value, shape (n, arity)."""
        return self._codes() if callable(self._codes) else self._codes

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
        """Codes of the product of the named sets, row-major, shape (n, total arity); (1, 0) for no sets.

        Raises:
            CompileError: it has more than `MAX_POINTS` rows.
        """
        size = math.prod(len(self.sets[name]) for name in over)
        if size > MAX_POINTS:
            raise CompileError(
                f"the product of {' and '.join(over)} has {size:,} elements",
                hint="range over a set of the tuples that matter",
            )
        return product([self.sets[name].codes for name in over])


def product(factors: Sequence[Codes]) -> Codes:
    """The row-major product of code tables, the last varying fastest.

    >>> product([np.array([[1], [2]]), np.array([[7], [8]])]).tolist()
    [[1, 7], [1, 8], [2, 7], [2, 8]]
    """
    lengths, arity = [len(codes) for codes in factors], sum(codes.shape[1] for codes in factors)
    kind = np.result_type(np.int32, *(codes.dtype for codes in factors))
    grid: Codes = np.empty((*lengths, arity), dtype=kind)
    place = 0
    for left, codes in zip(range(len(factors), 0, -1), factors, strict=True):
        for column in codes.T:
            grid[..., place] = column.reshape(-1, *(1,) * (left - 1))
            place += 1
    return grid.reshape(math.prod(lengths), arity)
