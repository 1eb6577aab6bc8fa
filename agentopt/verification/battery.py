"""Tests that could falsify the model: data is changed in one direction, and the answer must not move in the
other.

After "falsification battery" (arXiv 2607.16646): one-sided, with preconditions that are certified first.
Two kinds of evidence are kept apart. That the optimum moved the wrong way is a fact of two solves. Whether
it refutes the model rests on the role of a parameter, which is the modeller's word: the model is accused
only where words other than the role agree with it (`agentopt.verification.roles`), the parameter stands
alone in one row, and the old point, exactly evaluated under the new data, shows the same. Anything less is
listed as unknown, and where nothing can be certified the test is not run.
"""

from __future__ import annotations

__all__ = ["falsify"]

from dataclasses import replace
from fractions import Fraction
from functools import partial

from agentopt.errors import AgentoptError
from agentopt.formulation.elements import Role
from agentopt.formulation.instance import BoundParameter, Codes, Instance
from agentopt.solvers.solution import Solution, Termination
from agentopt.verification.case import Case, shown
from agentopt.verification.exact import Evaluator
from agentopt.verification.roles import Use, direction, uses
from agentopt.verification.rows import Report, check_rows

MORE = 1.25
"""How much a quantity is raised."""
MUCH = 1000.0
MAX_PARAMETERS = 12
TOLERANCE = 1e-5
"""Relative, one-sided."""

_CHECKS = {
    Role.CAPACITY: "capacity-monotone",
    Role.REQUIREMENT: "requirement-monotone",
    Role.COST: "cost-monotone",
    Role.REWARD: "reward-monotone",
}
_HELPS = frozenset([Role.CAPACITY, Role.REWARD])


def falsify(case: Case, value: Fraction, text: str | None) -> None:
    """Run the tests that rest on roles.

    Args:
        case: with a feasible point that the engine claims optimal, and a `resolve`.
        value: its exact objective.
        text: the words of the problem, if known.
    """
    if case.resolve is None or len(case.compiled.levels) != 1 or len(case.compiled.objectives) != 1:
        return
    found = [use for use in uses(case.evaluator.parsed) if _nonnegative(case.instance, use.name)]
    _check_sense(case, found, text)
    for use in found[:MAX_PARAMETERS]:
        if use.alone:
            _check_binds(case, use)
    passed: dict[str, list[str]] = {}
    for use in found[:MAX_PARAMETERS]:
        if case.left <= case.cost:
            case.say("unknown", "time", "the time ended before every falsification test was run")
            break
        if not use.elsewhere and (use.constraints or use.in_objective):
            _check_monotone(case, use, float(value), passed)
    for check, names in passed.items():
        role = next(role for role, name in _CHECKS.items() if name == check)
        better = "worse" if role in _HELPS else "better"
        case.say(
            "not_falsified",
            check,
            f"raising {', '.join(f'`{name}`' for name in names)} by {MORE - 1:.0%} does not make "
            f"the best answer {better}",
            parameters=names,
        )


def _nonnegative(instance: Instance, name: str) -> bool:
    values = instance.parameters[name].values
    return bool(len(values)) and bool((values >= 0).all()) and bool((values > 0).any())


def changed(instance: Instance, factors: dict[str, float]) -> Instance:
    """The instance with some parameters multiplied."""
    parameters = dict(instance.parameters)
    for name, factor in factors.items():
        old = parameters[name]
        default = None if old.default is None else old.default * factor
        parameters[name] = BoundParameter(
            name,
            old.over,
            partial(_codes, old),
            old.values * factor,
            default,
            shape=old.shape,
        )
    # A derived parameter that was changed is no longer what its formula says.
    sources = {**instance.sources, **dict.fromkeys(factors, "a falsification test")}
    return replace(instance, parameters=parameters, sources=sources)


def _codes(parameter: BoundParameter) -> Codes:
    return parameter.codes


def solved(case: Case, instance: Instance) -> Solution | None:
    """The answer under other data; None where it cannot be had."""
    from agentopt.compiling import compile_instance

    try:
        return case.again(compile_instance(instance))
    except AgentoptError:
        return None


# -- more never hurts, more never helps ----------------------------------------------------------------------


def _check_monotone(case: Case, use: Use, value: float, passed: dict[str, list[str]]) -> None:
    again = changed(case.instance, {use.name: MORE})
    solution = solved(case, again)
    if solution is None:
        return
    check = _CHECKS[use.role]
    helps = use.role in _HELPS
    sense = case.compiled.levels[0].sense
    verdict = _compare(solution, value, sense, helps, case.solution.gap or 0.0)
    if verdict is None:
        return
    case.num_tests += 1
    if verdict:
        passed.setdefault(check, []).append(use.name)
        return
    result = (
        "there is no answer"
        if solution.objective is None
        else f"the best answer has {shown(solution.objective)}"
    )
    figures = {"before": value, "after": solution.objective, "factor": MORE}
    if helps and solution.objective is not None and use.role is Role.CAPACITY and _holds(case, again):
        case.say(
            "failed",
            check,
            f"with {MORE - 1:.0%} more `{use.name}` the engine finds "
            f"{shown(solution.objective)}, though the answer with "
            f"{shown(value)} still meets every row: the engine is wrong",
            use.name,
            figures=figures,
        )
        return
    expected = "should not make the best answer worse" if helps else "should not make the best answer better"
    said = (
        f"more `{use.name}` (role: {use.role}) {expected}, but with {MORE - 1:.0%} more {result} "
        f"instead of {shown(value)}"
    )
    wrong = {Role.CAPACITY: "below", Role.REQUIREMENT: "above"}.get(use.role)
    if use.alone and use.said and use.limits == wrong:
        case.say("failed", check, f"{said}; {_row(case, use)}", use.constraints[0], figures=figures)
    else:
        case.say(
            "unknown", check, f"{said}; either the role is wrong or the model is", use.name, figures=figures
        )


def _compare(solution: Solution, value: float, sense: str, helps: bool, gap: float) -> bool | None:
    """Whether the optimum moved the allowed way; None if that cannot be told."""
    if solution.termination is Termination.INFEASIBLE:
        return not helps
    if solution.termination is Termination.UNBOUNDED:
        return helps
    if solution.termination is not Termination.OPTIMAL or solution.objective is None:
        return None
    size = max(1.0, abs(value), abs(solution.objective))
    margin = (TOLERANCE + gap + (solution.gap or 0.0)) * size
    gained = value - solution.objective if sense == "minimize" else solution.objective - value
    return gained >= -margin if helps else gained <= margin


def _holds(case: Case, instance: Instance) -> bool:
    """Whether the answer's point meets every row under other data, exactly."""
    report = Report()
    check_rows(Evaluator(instance, case.answer.rounded()), report, case.within(0.3, 5.0))
    return report.complete


def _row(case: Case, use: Use) -> str:
    name = use.constraints[0]
    constraint = case.instance.formulation.constraints[name]
    side = "a lower limit" if use.limits == "below" else "an upper limit"
    because = f" ({constraint.because})" if constraint.because else ""
    return f"`{name}` makes it {side}: {constraint.that}{because}"


# -- a limit limits ------------------------------------------------------------------------------------------


def _check_binds(case: Case, use: Use) -> None:
    """With no capacity left, or a requirement far beyond reach, the point must break a row; else the
    row is reversed.
    """
    if use.role not in {Role.CAPACITY, Role.REQUIREMENT} or use.limits == "both":
        return
    if use.role is Role.CAPACITY and not _is_used(case, use):
        return
    if use.role is Role.REQUIREMENT and any(
        v.domain.startswith("semi") for v in case.instance.formulation.variables.values()
    ):
        return
    factor = 0.0 if use.role is Role.CAPACITY else MUCH
    if use.role is Role.REQUIREMENT and not _within_reach(case, use, factor):
        return
    report = Report()
    evaluator = Evaluator(changed(case.instance, {use.name: factor}), case.answer.rounded())
    check_rows(evaluator, report, case.within(0.2, 3.0), frozenset([use.constraints[0]]))
    if report.unsettled or report.skipped:
        return
    case.num_tests += 1
    check = "crush"
    what = (
        f"with no `{use.name}` at all"
        if use.role is Role.CAPACITY
        else f"with {MUCH:,.0f} times as much `{use.name}` required"
    )
    if report.num_failed:
        case.say(
            "not_falsified",
            check,
            f"{what}, the answer would break `{use.constraints[0]}`, as it must",
            use.name,
        )
        return
    said = f"{what}, the answer would still meet `{use.constraints[0]}`; {_row(case, use)}"
    if use.said:
        case.say("failed", check, f"{said}, though it is a {use.role}", use.constraints[0])
    else:
        case.say(
            "unknown",
            check,
            f"{said}: either its role ({use.role}) is wrong or the row is",
            use.constraints[0],
        )


def _sides(case: Case, use: Use) -> list[tuple[Fraction, Fraction]] | None:
    """(what the variables make, the limit) at each index of the row a parameter stands alone in."""
    from agentopt.formulation import tree as t
    from agentopt.verification.elements import Missing
    from agentopt.verification.enclosures import ends

    constraint = case.evaluator.parsed.constraints[use.constraints[0]]
    statement = constraint.statement
    assert isinstance(statement, t.Compare)
    found = []
    try:
        walk, scope = case.evaluator.walk(constraint.generators, {})
        first, second = (case.evaluator.number(side, scope) for side in statement.operands)
        named = any(
            (isinstance(n, t.Name) and n.id == use.name) or (isinstance(n, t.Item) and n.name == use.name)
            for n in t.walk(statement.operands[0])
        )
        for env in walk({}):
            pair = [sum(ends(side(env)), Fraction(0)) / 2 for side in (first, second)]  # type: ignore[arg-type]  # a point
            found.append((pair[1], pair[0]) if named else (pair[0], pair[1]))
    except (Missing, ArithmeticError):
        return None
    return found


def _is_used(case: Case, use: Use) -> bool:
    """Whether what the capacity limits is surely more than nothing somewhere."""
    sides = _sides(case, use)
    return sides is not None and any(made > Fraction(1, 1000) for made, _ in sides)


def _within_reach(case: Case, use: Use, factor: float) -> bool:
    """Whether the raised requirement is somewhere surely above what is delivered."""
    sides = _sides(case, use)
    return sides is not None and any(
        limit > 0 and made >= 0 and made + 1 < limit * Fraction(factor) for made, limit in sides
    )


# -- sense ---------------------------------------------------------------------------------------------------


def _check_sense(case: Case, found: list[Use], text: str | None) -> None:
    """An objective of costs alone that is maximized, or of rewards alone that is minimized, against
    the words.
    """
    f = case.instance.formulation
    said = direction(f, text)
    sense = case.compiled.levels[0].sense
    parts = [use for use in found if use.in_objective]
    roles = {use.role for use in parts}
    if not said or len(roles) != 1 or not all(use.said for use in parts) or not _all_counted(case, parts):
        return
    (role,) = roles
    expected = {Role.COST: "minimize", Role.REWARD: "maximize"}.get(role)
    if expected is None or expected != said:
        return
    case.num_tests += 1
    names = ", ".join(f"`{use.name}`" for use in parts)
    if sense == expected:
        case.say(
            "not_falsified", "sense", f"the objective counts {names} and is to be {sense}d, as the words say"
        )
    else:
        case.say(
            "failed",
            "sense",
            f"the objective counts only {names} (role: {role}) and the words say {said}, but it is {sense}d",
            "objective",
        )


def _all_counted(case: Case, parts: list[Use]) -> bool:
    """Whether every term of the objective is one of the parameters times variables with a positive sign."""
    from agentopt.formulation import tree as t

    (objective,) = case.evaluator.parsed.objectives
    if any(
        isinstance(n, t.Negate | t.Divide | t.Power | t.Choice | t.Form) for n in t.walk(objective.expression)
    ):
        return False
    names = {use.name for use in parts}

    def counted(expr: t.Expr) -> bool:
        match expr:
            case t.Add(terms=terms):
                return all(counted(term) for term in terms)
            case t.Aggregate(function="sum", body=body):
                return counted(body)
        inside = {
            n.id if isinstance(n, t.Name) else n.name for n in t.walk(expr) if isinstance(n, t.Name | t.Item)
        }
        return bool(inside & names)

    variables = case.instance.formulation.variables.values()
    return counted(objective.expression) and all(
        isinstance(v.lower, int | float) and v.lower >= 0 for v in variables if v.domain != "binary"
    )
