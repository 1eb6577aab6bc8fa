"""Dictionaries from whole indices to numbers, as programs hold them: read without a Python frame per entry.

`{("seattle", "chicago"): 2.5, ...}` in the order a comprehension over the sets makes it is recognised as the
parameter's own table; in any other order its keys become codes a chunk at a time.
"""

from __future__ import annotations

__all__ = ["whole_indices"]

import operator
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice, product
from typing import Any

import numpy as np

from agentopt.formulation.entries import Entries, Space
from agentopt.formulation.instance import Values

_PLAIN = {int, float, np.float64, np.float32, np.int64, np.int32}

_CHUNK = 1 << 8
"""Keys of a dictionary read at a time; they stay in the processor's cache between passes."""


def whole_indices(space: Space, data: Mapping[Any, Any], source: str) -> Entries | Values | None:
    """The numbers of a mapping from whole indices to numbers; None if it has another shape."""
    if not data:
        return None
    values = _floats(data)
    if values is None or _in_order(space, data):
        return values
    arity, count = space.arity, len(data)
    if not arity and list(data) != [()]:
        return None
    flat = space.labels.known(chain.from_iterable(_flat_keys(data, arity)))
    if len(flat) != arity * count:
        return None
    flat = flat.reshape(count, arity)
    keys = data.keys()
    listed: list[tuple[object, ...]] = []

    def raw(entry: int, k: int) -> object:
        if not listed:
            listed.extend(key if isinstance(key, tuple) else (key,) for key in keys)
        return listed[entry][k]

    return Entries([flat[:, k] for k in range(arity)], values, raw, lambda entry: source, source)


def _floats(data: Mapping[Any, Any]) -> Values | None:
    """The values of a mapping of plain numbers; None if it holds anything else."""
    count = len(data)
    try:
        # What is no float refuses `conjugate`: it is checked and read in one pass.
        return np.fromiter(map(float.conjugate, data.values()), dtype=np.float64, count=count)
    except TypeError:
        pass
    if not set(map(type, data.values())) <= _PLAIN:
        return None
    try:
        return np.fromiter(data.values(), dtype=np.float64, count=count)
    except OverflowError:
        return None


def _flat_keys(data: Mapping[Any, Any], arity: int) -> Iterator[Iterable[object]]:
    """The labels of all keys, one after the other; ends early at a key that is no whole index.

    In chunks: keys of a shuffled dictionary lie all over memory, and are fetched once for all that is done.
    """
    keys = iter(data)
    while chunk := list(islice(keys, _CHUNK)):
        kinds = set(map(type, chunk))
        if kinds == {tuple}:
            if set(map(len, chunk)) != {arity} or any(isinstance(label, tuple) for label in chunk[0]):
                return
            yield chain.from_iterable(chunk)
        elif arity == 1 and tuple not in kinds:
            yield chunk
        else:
            return


def _in_order(space: Space, data: Mapping[Any, Any]) -> bool:
    """Whether the keys are all indices in row-major order, as a comprehension over the sets makes them.

    Comparing stops at the first key that differs, so asking costs little and saves looking up every label.
    """
    if not space.sets or len(data) != space.size:
        return False
    elements = [space.labels.tuples(s.codes) for s in space.sets]
    if space.arity == len(space.sets):
        lists = [[label for (label,) in each] for each in elements]
        expected: Iterable[object] = lists[0] if len(lists) == 1 else product(*lists)
    elif len(elements) == 1:
        expected = elements[0]
    else:
        return False
    return all(map(operator.eq, data, expected))
