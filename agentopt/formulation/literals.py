"""Numbers and labels given as Python or JSON values, read into `Entries`.

What a person or a model writes for `demand[m]` or `cost[p, m]` comes in many shapes: one number for all, a
nested mapping, a mapping with tuple or `"seattle, chicago"` keys, lists aligned with the sets, rows of
labels and a number, numpy arrays, pandas objects (recognised by what they offer, not by import).
Dictionaries from whole indices to numbers, the shape programs hold data in, are read by `dictionaries`
without a Python frame per entry; aligned arrays cost a copy.
"""

from __future__ import annotations

__all__ = ["aligned", "labels_of", "plain_codes", "read_values"]

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any

import numpy as np

from agentopt.errors import BindingError
from agentopt.formulation.dictionaries import whole_indices
from agentopt.formulation.entries import Entries, Space
from agentopt.formulation.instance import MAX_POINTS, Codes, Label, Labels, Values, canonical

_NUMBERS = (int, float, np.integer, np.floating, Decimal, Fraction)
_SHAPES = (
    "give nested mappings, a mapping with keys such as `a, b`, lists in the sets' order, "
    "or rows `[label, ..., number]`"
)

Leaf = tuple[tuple[object, ...], object]


def read_values(space: Space, data: object, source: str) -> Entries | Values:
    """Entries, or a flat row-major array when the data has a number for every index in order.

    Raises:
        BindingError: a shape, key or number that does not fit.
    """
    data = _plain(data)
    if isinstance(data, _NUMBERS) and not isinstance(data, bool):
        if space.size > MAX_POINTS:
            raise BindingError(
                f"{source}: `{space.name}` ranges over {space.size:,} indices",
                hint="write it as its `default`",
            )
        return np.full(space.size, _number(data, space.name, (), source))
    if isinstance(data, np.ndarray):
        return aligned(space, data, source)
    if isinstance(data, Mapping):
        fast = whole_indices(space, data, source)
        return fast if fast is not None else _slow(space, _leaves(space, data, source), source)
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return _listed(space, data, source)
    raise BindingError(
        f"{source}: `{space.name}` is given as {_kind(data)}, not as numbers",
        hint=_SHAPES if space.sets else "give a number",
    )


def _plain(data: object) -> object:
    """Mappings and arrays for what pandas and numpy scalars offer."""
    if isinstance(data, np.ndarray):
        return data.item() if data.ndim == 0 else data
    index, columns, to_numpy = (getattr(data, name, None) for name in ("index", "columns", "to_numpy"))
    if callable(to_numpy) and hasattr(index, "tolist"):
        rows = index.tolist()  # type: ignore[union-attr]  # hasattr on the line above
        table = to_numpy()
        if columns is None:
            return dict(zip(rows, table.tolist(), strict=True))
        names = columns.tolist()
        return {
            row: dict(zip(names, cells, strict=True)) for row, cells in zip(rows, table.tolist(), strict=True)
        }
    if callable(to_numpy):
        return np.asarray(to_numpy())
    return data


def aligned(space: Space, array: np.ndarray[Any, Any], source: str) -> Values:
    """A flat copy of an array whose axes are the sets.

    Raises:
        BindingError: the shape is another, or the array holds no numbers.
    """
    if array.shape != space.shape:
        wanted = " x ".join(f"{len(s)} (`{s.name}`)" for s in space.sets) or "a single number"
        raise BindingError(
            f"{source}: `{space.name}` has the shape {' x '.join(map(str, array.shape))}, expected {wanted}",
            hint="give one axis per set, in the order of `over` and of the sets' elements",
        )
    if array.dtype.kind not in "iufb":
        array = np.array(
            [_number(v, space.name, (), source) for v in array.reshape(-1).tolist()], dtype=float
        ).reshape(array.shape)
    return np.array(array, dtype=np.float64).reshape(-1)


def _slow(space: Space, leaves: Iterator[Leaf], source: str) -> Entries:
    found = list(leaves)
    arity = space.arity
    values = np.array([_number(v, space.name, key, source) for key, v in found], dtype=np.float64)
    codes = space.labels.known(chain.from_iterable(key for key, _ in found)).reshape(len(found), arity)
    return Entries(
        [codes[:, k] for k in range(arity)], values, lambda n, k: found[n][0][k], _nowhere(source), source
    )


def _nowhere(source: str) -> Callable[[int], str]:
    return lambda entry: source


def _leaves(space: Space, data: Mapping[Any, Any], source: str) -> Iterator[Leaf]:
    """Whole indices and what stands at them, at any depth of nesting."""
    stack: list[tuple[tuple[object, ...], object]] = [((), data)]
    while stack:
        prefix, node = stack.pop()
        left = space.arity - len(prefix)
        if left == 0 and not isinstance(node, Mapping | list | tuple):
            yield prefix, node
        elif isinstance(node, Mapping) and left > 0:
            inner = [
                (
                    prefix
                    + _key(space, key, left, nested=isinstance(value, Mapping | list | tuple), source=source),
                    value,
                )
                for key, value in node.items()
            ]
            stack.extend(reversed(inner))
        elif isinstance(node, list | tuple) and left > 0:
            stack.extend(
                reversed([(prefix + key, value) for key, value in _rest(space, prefix, node, source)])
            )
        else:
            raise _depth(space, prefix, node, source)


def _rest(
    space: Space, prefix: tuple[object, ...], node: Sequence[object], source: str
) -> Iterator[tuple[tuple[Label, ...], object]]:
    """A list inside a mapping: aligned with the set whose labels come next."""
    start = 0
    for bound in space.sets:
        if start == len(prefix):
            break
        start += bound.arity
    if start != len(prefix) or len(node) != len(bound):
        raise BindingError(
            f"{source}: `{space.name}` has a list of {len(node)} at `{', '.join(map(str, prefix))}`, "
            f"expected {len(bound)}, one for each element of `{bound.name}`",
            hint=_SHAPES,
        )
    yield from zip(space.labels.tuples(bound.codes), node, strict=True)


def _key(space: Space, key: object, left: int, *, nested: bool, source: str) -> tuple[object, ...]:
    """The labels a key stands for: itself, the parts of a tuple, or those of `"a, b"`."""
    if isinstance(key, tuple):
        parts = tuple(chain.from_iterable(k if isinstance(k, tuple) else (k,) for k in key))
    elif (
        isinstance(key, str)
        and left > 1
        and "," in key
        and not (nested and space.labels.find(key) is not None)
    ):
        text = key.strip()
        text = text[1:-1] if text[:1] + text[-1:] in ("()", "[]") else text
        parts = tuple(part.strip().strip("'\"") for part in text.split(","))
    else:
        parts = (key,)
    if len(parts) > left or (len(parts) < left and not nested):
        names = ", ".join(s.name for s in space.sets)
        raise BindingError(
            f"{source}: the key `{_shown(key)}` of `{space.name}` has {_count(len(parts), 'label')}, "
            f"expected {left} (the parameter ranges over {names or 'nothing'})",
            hint=_SHAPES,
        )
    return parts


def _depth(space: Space, prefix: tuple[object, ...], node: object, source: str) -> BindingError:
    at = f" at `{', '.join(map(str, prefix))}`" if prefix else ""
    names = ", ".join(s.name for s in space.sets)
    found = _kind(node)
    return BindingError(
        f"{source}: `{space.name}` has {found}{at}, where "
        + (f"labels of {names} are still to come" if len(prefix) < space.arity else "a number is expected"),
        hint=_SHAPES if space.sets else "give a number, or say `over` which sets it ranges",
    )


def _listed(space: Space, data: Sequence[Any], source: str) -> Entries | Values:
    """Lists aligned with the sets, or rows of labels and a number."""
    if not space.sets:
        raise _depth(space, (), data, source)
    rows = _are_rows(space, data)
    shape = _shape(data)
    if shape == space.shape and not (rows and space.arity > 1):
        flat: Any = data
        for _ in range(len(space.shape) - 1):
            flat = list(chain.from_iterable(flat))
        numbers = [_number(v, space.name, (), source, at=n) for n, v in enumerate(flat)]
        return np.array(numbers, dtype=np.float64)
    if shape == space.shape and rows:
        raise BindingError(
            f"{source}: the lists of `{space.name}` may be rows `[label, ..., number]` or follow the sets",
            hint="give a mapping from labels to numbers",
        )
    if rows:
        return _slow(space, ((tuple(row[:-1]), row[-1]) for row in data), source)
    wanted = " x ".join(f"{len(s)} (`{s.name}`)" for s in space.sets)
    found = " x ".join(map(str, shape)) if shape is not None else "lists of different lengths"
    raise BindingError(
        f"{source}: the lists of `{space.name}` are {found}, expected {wanted}",
        hint=_SHAPES,
    )


def _are_rows(space: Space, data: Sequence[Any]) -> bool:
    arity = space.arity
    if not data or not all(isinstance(r, list | tuple) and len(r) == arity + 1 for r in data):
        return False
    if any(isinstance(cell, list | tuple | Mapping) for row in data for cell in row):
        return False
    texts = any(isinstance(cell, str) for row in data for cell in row[:-1])
    return texts or all(space.labels.find(cell) is not None for row in data for cell in row[:-1])


def _shape(data: object) -> tuple[int, ...] | None:
    """The shape of nested lists, None if ragged."""
    if not isinstance(data, list | tuple):
        return ()
    if not data:
        return (0,)
    inner = {_shape(each) for each in data}
    if len(inner) != 1 or None in inner:
        return None
    (shape,) = inner
    return None if shape is None else (len(data), *shape)


def _number(
    value: object, name: str, key: tuple[object, ...], source: str, *, at: int | None = None
) -> float:
    if isinstance(value, _NUMBERS) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise BindingError(f"{source}: `{name}` holds a number beyond 1e308") from None
    if isinstance(value, np.bool_):
        return float(bool(value))
    place = f"[{', '.join(map(str, key))}]" if key else (f" (number {at + 1})" if at is not None else "")
    hint = ""
    if isinstance(value, str):
        hint = "write numbers without quotes, thousands separators or units"
    elif value is None:
        hint = f"give a number, or leave the index out and give `{name}` a `default`"
    raise BindingError(f"{source}: `{name}{place}` is {_kind(value)}, not a number", hint=hint)


def _kind(value: object) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case str():
            return f"the text `{_shown(value)}`"
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case int() | float():
            return "a number"
    return f"a `{type(value).__name__}`"


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def plain_codes(labels: Labels, data: object) -> Codes | None:
    """Codes of the elements of a list of texts and integers, or of tuples of them; None for any other list.

    The shape programs hold sets in, read without a Python frame per element; what needs a closer look
    (repeated or empty elements, other types) is left to `labels_of`.

    >>> plain_codes(Labels(), [("a", 1), ("b", 1)]).tolist(), plain_codes(Labels(), ["a", "a"])
    ([[0, 1], [2, 1]], None)
    """
    if not isinstance(data, list | tuple) or not data:
        return None
    arity, parts, kinds = 1, data, set(map(type, data))
    if kinds <= {tuple, list}:
        arity = len(data[0])
        if not arity or set(map(len, data)) != {arity}:
            return None
        parts = list(chain.from_iterable(data))
        kinds = set(map(type, parts))
    if not kinds <= {str, int} or "" in parts:
        return None
    codes = labels.codes(parts).reshape(-1, arity)
    if (blank := labels.find("")) is not None and (codes == blank).any():
        return None
    key = codes[:, 0].astype(np.int64)
    for k in range(1, arity):
        key = key * len(labels) + codes[:, k]
    # A key that wraps around can only make elements look alike, and those are then looked at closely.
    return codes if len(np.unique(key)) == len(data) else None


def labels_of(data: object, name: str, source: str) -> list[tuple[Label, ...]]:
    """The elements of a set given as a Python or JSON collection, each once, in order.

    Raises:
        BindingError: an element is empty or of another length than the first.

    >>> labels_of(["a", 2, " a "], "S", "the text")
    [('a',), (2,)]
    """
    if isinstance(data, np.ndarray) or hasattr(data, "tolist"):
        data = data.tolist()
    if isinstance(data, str | bytes) or not hasattr(data, "__iter__"):
        raise BindingError(f"{source}: `{name}` is {_kind(data)}, not a list of elements")
    found: dict[tuple[Label, ...], None] = {}
    arity = 0
    for number, element in enumerate(data, 1):
        parts = tuple(element) if isinstance(element, list | tuple) else (element,)
        for part in parts or (None,):
            blank = part is None or (isinstance(part, str) and not part.strip())
            if blank or isinstance(part, list | tuple | dict) or part != part:
                raise BindingError(
                    f"{source}: element {number} of `{name}` is `{_shown(element)}`, not a label",
                    hint="a label is a text or a number",
                )
        arity = arity or len(parts)
        if len(parts) != arity:
            raise BindingError(
                f"{source}: element {number} of `{name}`, `{_shown(element)}`, has "
                f"{_count(len(parts), 'label')}, but element 1 has {_count(arity, 'label')}"
            )
        found[tuple(canonical(part) for part in parts)] = None
    return list(found)
