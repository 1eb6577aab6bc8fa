"""Items and index expressions in words, for messages about a point of a frame."""

from __future__ import annotations

__all__ = ["first_point", "item_text", "key_text"]

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from agentopt.formulation import tree as t
from agentopt.formulation.instance import Label


def first_point(bad: NDArray[np.bool_]) -> tuple[int, ...]:
    """The first point where `bad` holds, one position per axis."""
    return tuple(int(k[0]) for k in np.nonzero(bad)) if bad.ndim else ()


def item_text(
    name: str, keys: Sequence[t.Expr], labels: Sequence[Label | None], at: Mapping[str, Label]
) -> str:
    """An item with its labels; a key that has no label is shown as written, and where it was computed.

    >>> key = t.Add((t.Name("t"), t.Negate(t.Number(1))))
    >>> item_text("stock", [t.Name("p"), key], ["bread", None], {"p": "bread", "t": 1})
    '`stock[bread, t-1]` (t is 1)'
    """
    if not labels:
        return f"`{name}`"
    texts = [key_text(k) if label is None else str(label) for k, label in zip(keys, labels, strict=True)]
    computed = {
        node.id
        for key, label in zip(keys, labels, strict=True)
        if label is None
        for node in t.walk(key)
        if isinstance(node, t.Name)
    }
    told = " and ".join(f"{n} is {at[n]}" for n in sorted(computed & set(at)))
    return f"`{name}[{', '.join(texts)}]`" + (f" ({told})" if told else "")


def key_text(key: t.Expr) -> str:
    """A short index expression as a person writes it.

    >>> key_text(t.Call("next", (t.Name("t"),)))
    'next(t)'
    """
    match key:
        case t.Name(id=name):
            return name
        case t.Label(text=text):
            return text
        case t.Number(value=value):
            return str(value)
        case t.Negate(operand=operand):
            return f"-{key_text(operand)}"
        case t.Add(terms=terms):
            return "+".join(map(key_text, terms)).replace("+-", "-")
        case t.Call(function=function, arguments=arguments):
            return f"{function}({', '.join(map(key_text, arguments))})"
    return "..."
