"""Tests of the engine on the model's own arrays: what must hold for any model whatever.

Scaling an objective scales its optimum; a relaxation or a dropped row cannot make it worse; a dual bounds
what a change of its row can gain; the optimum of a linear model is convex in its right-hand sides; the
order in which elements are listed does not matter. A breach is a fault of the engine or of the compiler,
never of the model.
"""

from __future__ import annotations

__all__ = ["try_engine"]

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np

from agentopt.compiling.arrays import Compiled, CompiledObjective, ProblemClass
from agentopt.errors import AgentoptError
from agentopt.formulation import tree as t
from agentopt.formulation.instance import BoundSet, Instance
from agentopt.solvers.solution import Solution, Termination
from agentopt.verification.battery import TOLERANCE
from agentopt.verification.case import Case, shown

FACTOR = 3.0
MAX_ROWS = 3

Outcome = tuple[str, bool, str]
"""The check, whether it holds, and a sentence."""


def try_engine(case: Case, value: Fraction) -> None:
    """Run every test there is time for.

    Args:
        case: with a point that the engine claims optimal, and a `resolve`.
        value: its exact objective.
    """
    if (
        case.resolve is None
        or len(case.compiled.levels) != 1
        or case.solution.termination is not Termination.OPTIMAL
    ):
        return
    v = float(value)
    tests: tuple[Callable[[Case, float], Outcome | None], ...] = (
        _scaled,
        _relaxed,
        _dropped,
        _subgradient,
        _convex,
        _exchanged,
    )
    for test in tests:
        if case.left <= case.cost:
            case.say("unknown", "time", "the time ended before every test of the engine was run")
            return
        outcome = test(case, v)
        if outcome is not None:
            check, holds, said = outcome
            case.num_tests += 1
            case.say("not_falsified" if holds else "failed", check, said)


def _solve(case: Case, compiled: Compiled) -> Solution | None:
    found = case.again(compiled)
    if found is None or found.termination is not Termination.OPTIMAL or found.objective is None:
        return None
    return found


def _margin(case: Case, *values: float, gap: float | None = 0.0) -> float:
    return (TOLERANCE + (case.solution.gap or 0.0) + (gap or 0.0)) * max(1.0, *map(abs, values))


def _level(case: Case) -> CompiledObjective:
    return case.compiled.levels[0]


def _sign(case: Case) -> float:
    """1 for minimization, -1 for maximization: turns objectives into something to be minimized."""
    return 1.0 if _level(case).sense == "minimize" else -1.0


def _scaled(case: Case, value: float) -> Outcome | None:
    level = _level(case)
    if level.nonlinear is not None:
        return None
    quadratic = level.quadratic and (*level.quadratic[:2], level.quadratic[2] * FACTOR)
    scaled = replace(
        level, cost=level.cost * FACTOR, offset=level.offset * FACTOR, quadratic=quadratic, weight=1.0
    )
    found = _solve(case, replace(case.compiled, objectives=(scaled,)))
    if found is None or found.objective is None:
        return None
    holds = abs(found.objective - FACTOR * value) <= FACTOR * _margin(case, value, gap=found.gap)
    return (
        "objective-scaling",
        holds,
        f"with the objective times {FACTOR:g} the engine finds {shown(found.objective)}, "
        f"{FACTOR:g} times {shown(value)}{'' if holds else ' was to be expected'}",
    )


def _relaxed(case: Case, value: float) -> Outcome | None:
    compiled = case.compiled
    if compiled.problem_class is not ProblemClass.MILP or (compiled.integrality >= 2).any():
        return None
    relaxed = replace(
        compiled, integrality=np.zeros_like(compiled.integrality), problem_class=ProblemClass.LP
    )
    found = _solve(case, relaxed)
    if found is None or found.objective is None:
        return None
    holds = _sign(case) * (found.objective - value) <= _margin(case, value, gap=found.gap)
    return (
        "relaxation",
        holds,
        f"with fractions allowed the best is {shown(found.objective)}, "
        f"{'no worse' if holds else 'worse'} than {shown(value)}",
    )


def _rows(case: Case) -> list[int]:
    """A few rows spread over the model."""
    m = case.compiled.num_rows
    return sorted({int(k) for k in np.linspace(0, m - 1, min(MAX_ROWS, m))}) if m else []


def _dropped(case: Case, value: float) -> Outcome | None:
    compiled = case.compiled
    low, high = compiled.row_lower.copy(), compiled.row_upper.copy()
    rows = _rows(case)
    if not rows or compiled.nonlinear:
        return None
    low[rows], high[rows] = -np.inf, np.inf
    found = _solve(case, replace(compiled, row_lower=low, row_upper=high))
    if found is None or found.objective is None:
        return None
    holds = _sign(case) * (found.objective - value) <= _margin(case, value, gap=found.gap)
    return (
        "dropped-row",
        holds,
        f"without {len(rows)} of the rows the best is {shown(found.objective)}, "
        f"{'no worse' if holds else 'worse'} than "
        f"{shown(value)}",
    )


def _moved(case: Case, row: int, step: float) -> Solution | None:
    compiled = case.compiled
    low, high = compiled.row_lower.copy(), compiled.row_upper.copy()
    low[row] += step
    high[row] += step
    return _solve(case, replace(compiled, row_lower=low, row_upper=high))


def _step(case: Case, row: int) -> float:
    sides = [abs(s) for s in (case.compiled.row_lower[row], case.compiled.row_upper[row]) if np.isfinite(s)]
    return 0.05 * max(1.0, *sides) if sides else 1.0


def _subgradient(case: Case, value: float) -> Outcome | None:
    """The optimum under another right-hand side is no better than the dual says."""
    duals = case.solution.duals
    if case.compiled.problem_class is not ProblemClass.LP or duals is None or not len(duals):
        return None
    row = int(np.argmax(np.abs(duals)))
    if not duals[row]:
        return None
    step = _step(case, row) * (1 if _sign(case) * duals[row] < 0 else -1)
    found = _moved(case, row, step)
    if found is None or found.objective is None:
        return None
    promised = value + float(duals[row]) * step
    holds = _sign(case) * (found.objective - promised) >= -_margin(case, value, promised)
    return (
        "subgradient",
        holds,
        f"with a limit moved by {shown(step)} the best is {shown(found.objective)}, "
        f"{'within' if holds else 'beyond'} the {shown(promised)} that its shadow price promises at best",
    )


def _convex(case: Case, value: float) -> Outcome | None:
    """The optimum of a linear model is convex in its right-hand sides."""
    if case.compiled.problem_class is not ProblemClass.LP or not case.compiled.num_rows:
        return None
    row = _rows(case)[len(_rows(case)) // 2]
    step = _step(case, row)
    one, other = _moved(case, row, step), _moved(case, row, -step)
    if one is None or other is None or one.objective is None or other.objective is None:
        return None
    middle = (one.objective + other.objective) / 2
    holds = _sign(case) * (value - middle) <= _margin(case, value, one.objective, other.objective)
    return (
        "convexity",
        holds,
        f"between {shown(one.objective)} and {shown(other.objective)} for a limit moved up and "
        f"down, the best is "
        f"{shown(value)}{'' if holds else ', more than halfway'}",
    )


def _exchanged(case: Case, value: float) -> Outcome | None:
    """Listing the elements of sets the other way round must not matter, where nothing depends on
    their order.
    """
    from agentopt.compiling import compile_instance

    if _ordered(case.evaluator.parsed):
        return None
    turned = _turned(case.instance)
    try:
        found = _solve(case, compile_instance(turned))
    except AgentoptError:
        return None
    if found is None or found.objective is None:
        return None
    holds = abs(found.objective - value) <= _margin(case, value, gap=found.gap)
    return (
        "exchange",
        holds,
        f"with the elements of all sets listed the other way round the best is {shown(found.objective)}"
        f"{', the same' if holds else f', not {shown(value)}'}",
    )


def _ordered(parsed: object) -> bool:
    """Whether an expression depends on the order of a set."""
    from agentopt.formulation.resolve import Parsed

    assert isinstance(parsed, Parsed)
    roots: list[t.Node] = [o.expression for o in parsed.objectives]
    for constraint in parsed.constraints.values():
        roots += [constraint.statement, *constraint.generators]
    for part in (parsed.filters, parsed.formulas, parsed.set_formulas):
        roots += [formula.expression for formula in part.values()]
    for variable in parsed.variables.values():
        roots += [side.expression for side in (variable.lower, variable.upper) if side is not None]
    targets = {target for root in roots for target in _targets(root)}
    for root in roots:
        for node in t.walk(root):
            if isinstance(node, t.Call) and node.function in t.ORDER_FUNCTIONS - {"len"}:
                return True
            if isinstance(node, t.Form) and node.kind == "sos2":
                return True
            if isinstance(node, t.Item) and any(
                not isinstance(key, t.Name | t.Label | t.Number) for key in node.keys
            ):
                return True
            if isinstance(node, t.Compare) and _is_ordering(node, targets):
                return True
    return False


def _is_ordering(compare: t.Compare, targets: set[str]) -> bool:
    """Whether a comparison asks which of two indices comes first."""
    if all(operator in {"==", "!="} for operator in compare.operators):
        return False
    return any(_bare(side) & targets for side in compare.operands)


def _bare(expr: t.Expr) -> set[str]:
    """The names a side of a comparison is made of, those inside brackets and sums aside."""
    match expr:
        case t.Name(id=name):
            return {name}
        case t.Add(terms=parts) | t.Multiply(factors=parts):
            return {name for part in parts for name in _bare(part)}
        case t.Negate(operand=operand):
            return _bare(operand)
    return set()


def _targets(root: t.Node) -> set[str]:
    return {target for node in t.walk(root) if isinstance(node, t.Generator) for target in node.targets}


def _turned(instance: Instance) -> Instance:
    from agentopt.formulation.instance import BoundParameter

    sets = {
        name: BoundSet(name, bound.codes[::-1].copy(), bound.components)
        for name, bound in instance.sets.items()
    }
    parameters = {
        name: BoundParameter(name, p.over, p.codes, p.values, p.default)
        for name, p in instance.parameters.items()
    }
    return replace(instance, sets=sets, parameters=parameters)
