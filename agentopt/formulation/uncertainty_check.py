"""Checks of what a formulation says is uncertain: names, one way of saying it, and whether it is used."""

from __future__ import annotations

__all__ = ["check_uncertainty", "mentioned", "touched"]

from collections.abc import Iterable, Iterator

from agentopt.errors import ExpressionError, nearest
from agentopt.formulation import tree as t
from agentopt.formulation.diagnostics import Diagnostic
from agentopt.formulation.parse import parse_domain, parse_expression
from agentopt.formulation.resolve import Parsed
from agentopt.formulation.uncertainty import Measure, Uncertainty


def mentioned(trees: Iterable[t.Node]) -> set[str]:
    """The names that trees mention, index names included.

    >>> sorted(mentioned([parse_expression("sum(c[i]*x[i] for i in I)")]))
    ['I', 'c', 'i', 'x']
    """
    found: set[str] = set()
    for tree in trees:
        for node in t.walk(tree):
            if isinstance(node, t.Name):
                found.add(node.id)
            elif isinstance(node, t.Item):
                found.add(node.name)
    return found


def touched(parsed: Parsed) -> frozenset[str]:
    """The uncertain parameters, and the sets and parameters that are derived from them."""
    f = parsed.formulation
    assert f.uncertainty is not None
    found = set(f.uncertainty.parameters)
    needs = {name: mentioned([each.expression]) for name, each in parsed.formulas.items()}
    needs.update({name: mentioned([each.expression]) for name, each in parsed.set_formulas.items()})
    for name, each in parsed.filters.items():
        needs.setdefault(name, set()).update(mentioned([each.expression]))
    for name, declared in f.sets.items():
        ends = [end for end in (declared.first, declared.last) if isinstance(end, str)]
        needs.setdefault(name, set()).update([*(declared.of or ()), *ends])
    for name, parameter in f.parameters.items():
        if name in f.uncertainty.parameters:
            needs.pop(name, None)
        else:
            needs.setdefault(name, set()).update(parameter.over)
    while True:
        more = {name for name, wanted in needs.items() if wanted & found} - found
        if not more:
            return frozenset(found)
        found |= more


def check_uncertainty(parsed: Parsed) -> Iterator[Diagnostic]:
    """What is wrong with the section `uncertainty`; nothing where there is none."""
    stated = parsed.formulation.uncertainty
    if stated is None:
        return
    yield from _names(parsed, stated)
    yield from _kinds(stated)
    if not parsed.faults:
        yield from _uses(parsed, stated)
    for name, each in stated.constraints.items():
        for field, text in (("for", each.for_), ("that", each.that)):
            try:
                if text:
                    parse_expression(text) if field == "that" else parse_domain(text)
            except ExpressionError as error:
                path = f"uncertainty.constraints.{name}.{field}"
                yield Diagnostic("error", path, error.message, error.hint, error.position, text or "")


def _names(parsed: Parsed, stated: Uncertainty) -> Iterator[Diagnostic]:
    f = parsed.formulation
    if not stated.parameters:
        yield Diagnostic(
            "error", "uncertainty", "no parameter is uncertain", "name them under `parameters:`, or remove it"
        )
    for name in [*stated.parameters, *stated.budgets]:
        where = "parameters" if name in stated.parameters else "budgets"
        if name not in f.parameters:
            yield Diagnostic(
                "error",
                f"uncertainty.{where}.{name}",
                f"`{name}` is not a parameter",
                nearest(name, f.parameters),
            )
        elif name not in stated.parameters:
            yield Diagnostic(
                "error",
                f"uncertainty.budgets.{name}",
                f"`{name}` is not uncertain",
                nearest(name, stated.parameters),
            )
    for name in stated.recourse:
        if name not in f.variables:
            yield Diagnostic(
                "error", "uncertainty.recourse", f"`{name}` is not a variable", nearest(name, f.variables)
            )


def _kinds(stated: Uncertainty) -> Iterator[Diagnostic]:
    """Scenarios or a set, not parts of both."""
    by_scenario = stated.scenarios is not None
    for name, each in stated.parameters.items():
        path = f"uncertainty.parameters.{name}"
        if by_scenario and each.in_a_set:
            yield Diagnostic(
                "error", path, "it has bounds, but there are scenarios", "give its `values` by scenario"
            )
        elif by_scenario and not each.in_scenarios:
            yield Diagnostic(
                "error", path, "it has no values by scenario", "give it `values`, or a table (`from`)"
            )
        elif not by_scenario and each.in_scenarios:
            yield Diagnostic(
                "error", path, "it has values by scenario, but there are none", "list them under `scenarios:`"
            )
        elif not by_scenario and not each.in_a_set:
            yield Diagnostic(
                "error",
                path,
                "it says not how far it may differ",
                "give it a `deviation`, or `lower`, `upper`",
            )
        for name_of, bound in (("deviation", each.deviation),):
            if isinstance(bound, int | float) and bound < 0:
                yield Diagnostic(
                    "error", f"{path}.{name_of}", f"{bound} is below 0", "write how far, not where"
                )
    set_parts = {"budget": stated.budget, "budgets": stated.budgets, "constraints": stated.constraints}
    for part, value in set_parts.items():
        if by_scenario and value not in (None, {}):
            yield Diagnostic(
                "error", f"uncertainty.{part}", "is for a set, but there are scenarios", "remove one of them"
            )
    if not by_scenario and stated.risk.measure is not Measure.EXPECTED:
        yield Diagnostic(
            "error",
            "uncertainty.risk",
            "a risk measure needs scenarios; against a set the worst case counts",
            "remove it, or list `scenarios:`",
        )


def _uses(parsed: Parsed, stated: Uncertainty) -> Iterator[Diagnostic]:
    """An uncertain parameter that nothing uses is a mistake: it was meant to matter."""
    f = parsed.formulation
    trees: list[t.Node] = [p.expression for p in parsed.objectives]
    for constraint in parsed.constraints.values():
        trees += [constraint.statement, *constraint.generators]
    for bounds in parsed.variables.values():
        trees += [p.expression for p in (bounds.lower, bounds.upper) if p]
    for formulas in (parsed.filters, parsed.set_formulas, parsed.formulas):
        trees += [p.expression for p in formulas.values()]
    used = mentioned(trees)
    for each in f.sets.values():
        used.update(str(end) for end in (each.first, each.last) if isinstance(end, str))
    for name in stated.parameters:
        if name in f.parameters and name not in used:
            yield Diagnostic(
                "error",
                f"uncertainty.parameters.{name}",
                "no objective or constraint mentions this parameter, so nothing depends on it",
                "use it, or remove it here",
            )
