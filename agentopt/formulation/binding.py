"""A formulation and its data, bound: sets and parameters in place, in the order they depend on each other.

Data comes from the formulation itself, from tables it names, and from what the caller passes by name, which
wins. A problem with one element does not hide problems with others: what can be bound is bound, and all
that was found is raised together.
"""

from __future__ import annotations

__all__ = ["bind"]

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Literal

from agentopt.errors import AgentoptError, BindingError, nearest
from agentopt.formulation import tree as t
from agentopt.formulation.binder import Binder
from agentopt.formulation.elements import Formulation, IndexSet, Parameter
from agentopt.formulation.instance import Instance
from agentopt.formulation.resolve import Parsed, parse
from agentopt.formulation.tables import Shelf

Node = tuple[Literal["set", "parameter"], str]

_SHOWN = 10


def bind(
    f: Formulation,
    data: Mapping[str, object] | None = None,
    *,
    tables: Sequence[Path] = (),
    folder: Path | None = None,
) -> Instance:
    """Put numbers into a formulation.

    Args:
        f: the formulation.
        data: elements of sets and values of parameters by name, in place of what the formulation says:
            lists, mappings (nested, or from tuples to numbers), numpy arrays along the sets, pandas
            objects, numbers.
        tables: files and folders in which the tables the formulation names are looked up first.
        folder: where the formulation's own tables are; without it only `tables` are read.

    Raises:
        BindingError: something is missing, contradictory or of the wrong kind; the message says where.

    >>> f = Formulation.model_validate(
    ...     {
    ...         "sets": {"I": {"elements": ["a", "b"]}},
    ...         "parameters": {"c": {"over": "I", "values": {"a": 1, "b": 2}}},
    ...     }
    ... )
    >>> bind(f).parameters["c"].values.tolist()
    [1.0, 2.0]
    >>> bind(f, {"I": ["a"], "c": [7]}).parameters["c"].values.tolist()
    [7.0]
    """
    given = dict(data or {})
    for name in given:
        if name not in f.sets and name not in f.parameters:
            raise BindingError(
                f"data was given for `{name}`, which is neither a set nor a parameter of the formulation",
                hint=nearest(name, [*f.sets, *f.parameters]),
            )
    parsed = parse(f)
    shelf = Shelf(tuple(tables), folder)
    binder = Binder(parsed, given, shelf)
    failed: dict[Node, AgentoptError | None] = {}
    wants = {node: tuple(_wants(parsed, given, node)) for node in _nodes(f)}
    for node in _order(wants):
        if any(each in failed for each in wants[node]):
            failed[node] = None
            continue
        try:
            binder.bind_set(node[1]) if node[0] == "set" else binder.bind_parameter(node[1])
        except AgentoptError as error:
            failed[node] = error
    errors = [error for error in failed.values() if error is not None]
    if errors:
        raise _together(errors)
    if f.uncertainty is not None:
        names = ", ".join(f"`{name}`" for name in f.uncertainty.parameters)
        binder.warn(
            f"{names} taken as stated, though uncertain: `agentopt robust` decides for all that may be"
        )
    for path in shelf.unused():
        binder.warn(f"{path.name} was given, but nothing is read from it")
    return binder.instance()


def _together(errors: Sequence[AgentoptError]) -> AgentoptError:
    if len(errors) == 1:
        return errors[0]
    lines = [f"{len(errors)} things do not fit:"]
    for error in errors[:_SHOWN]:
        lines.append(f"- {error.message}" + (f" ({error.hint})" if error.hint else ""))
    if len(errors) > _SHOWN:
        lines.append(f"- and {len(errors) - _SHOWN} more")
    return BindingError("\n".join(lines), hint=errors[0].hint)


def _nodes(f: Formulation) -> Iterator[Node]:
    yield from (("set", name) for name in f.sets)
    yield from (("parameter", name) for name in f.parameters)


def _order(wants: Mapping[Node, tuple[Node, ...]]) -> list[Node]:
    try:
        return list(TopologicalSorter(wants).static_order())
    except CycleError as error:
        circle = " needs ".join(f"`{name}`" for _, name in reversed(error.args[1]))
        raise BindingError(
            f"sets and parameters are defined by each other in a circle: {circle}",
            hint="give one of them numbers of its own",
        ) from None


def _wants(parsed: Parsed, given: Mapping[str, object], node: Node) -> Iterator[Node]:
    """The sets and parameters that have to be bound before one of them can be."""
    f = parsed.formulation
    kind, name = node
    element: IndexSet | Parameter
    if kind == "set":
        element = f.sets[name]
        if name in given:
            return
        yield from (("set", each) for each in element.of or () if each in f.sets)
        ends = [end for end in (element.first, element.last) if isinstance(end, str)]
        yield from (("parameter", end) for end in ends if end in f.parameters)
        formula = parsed.filters.get(name) or parsed.set_formulas.get(name)
    else:
        element = f.parameters[name]
        yield from (("set", each) for each in element.over if each in f.sets)
        formula = None if name in given else parsed.formulas.get(name)
    if formula is None:
        return
    for found in t.walk(formula.expression):
        names = (
            (found.id,) if isinstance(found, t.Name) else (found.name,) if isinstance(found, t.Item) else ()
        )
        for each in names:
            if each in formula.indices:
                continue
            if each in f.sets:
                yield ("set", each)
            if each in f.parameters:
                yield ("parameter", each)
