"""How a person names a place in a model, and a statement with bare labels in the language of formulations."""

from __future__ import annotations

__all__ = ["Place", "expression", "place", "spelled"]

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from agentopt.errors import UsageError
from agentopt.formulation import tree as t
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import Instance, Label, canonical
from agentopt.formulation.parse import parse_expression
from agentopt.formulation.unparse import unparse

_PLACE = re.compile(r"^\s*(?P<name>[A-Za-z_]\w*)\s*(?:\[(?P<key>.*)\])?\s*$", re.DOTALL)


@dataclass(frozen=True)
class Place:
    """A name and an index, `*` where any label is meant."""

    text: str
    name: str
    key: tuple[Label, ...] = ()


def place(text: str, instance: Instance) -> Place:
    """The place a text names: `demand`, `ship[seattle, new-york]`, `x[3]`, `supply[*]`.

    Raises:
        UsageError: it has not that form.
    """
    found = _PLACE.match(text)
    if found is None:
        raise UsageError(f"`{text.strip()}` is no name with an index", hint="for instance `demand[topeka]`")
    if found["key"] is None:
        return Place(text.strip(), found["name"])
    parts = [each.strip() for each in _parts(found["key"])]
    return Place(text.strip(), found["name"], tuple(_label(each) for each in parts))


def _parts(text: str) -> Iterable[str]:
    """Pieces between commas that stand outside quotes."""
    return re.findall(r"""\s*("[^"]*"|'[^']*'|[^,]+)\s*(?:,|$)""", text)


def _label(text: str) -> Label:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return canonical(text)


def spelled(where: Place) -> str:
    """A place in the language of formulations.

    >>> spelled(Place("", "ship", ("new-york", 3)))
    "ship['new-york', 3]"
    """
    if not where.key:
        return where.name
    keys = [repr(each) if isinstance(each, str) else str(each) for each in where.key]
    return f"{where.name}[{', '.join(keys)}]"


def expression(text: str, formulation: Formulation, instance: Instance, bound: Iterable[str] = ()) -> str:
    """A statement in the language of formulations, where bare labels become quoted ones.

    Args:
        text: as typed.
        formulation: what the names are from.
        instance: what the labels are from.
        bound: index names a `for` beside the statement binds.

    Raises:
        ExpressionError: it does not parse.
    """
    known = {*formulation.sets, *formulation.parameters, *formulation.variables, *bound}
    return unparse(_quoted(parse_expression(text), instance, frozenset(known)))


def _quoted(node: Any, instance: Instance, known: frozenset[str]) -> Any:  # a tree of any nodes
    """The tree with names that are labels and nothing else as labels."""
    if isinstance(node, t.Name):
        is_label = node.id not in known and instance.labels.find(node.id) is not None
        return t.Label(node.id) if is_label else node
    if isinstance(node, tuple):
        return tuple(_quoted(each, instance, known) for each in node)
    if not is_dataclass(node) or isinstance(node, type):
        return node
    inner = known
    generators = getattr(node, "generators", ())
    if generators:
        inner = known | {target for each in generators for target in each.targets}
    parts = {each.name: getattr(node, each.name) for each in fields(node) if each.name != "at"}
    return replace(node, **{name: _quoted(part, instance, inner) for name, part in parts.items()})
