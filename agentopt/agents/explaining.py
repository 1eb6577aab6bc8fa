"""An answer in words, from the solution data alone; no model is asked.

Decisions that are not zero, constraints that bind and what one more unit would be worth, what was assumed,
and how each number was read. Lists are cut where they stop being readable; the data behind them is whole in
the answer.
"""

from __future__ import annotations

__all__ = ["brief", "explanation", "number", "readings"]

import math
from collections.abc import Mapping

import numpy as np

from agentopt.agents.findings import column_name, row_name, why_negative
from agentopt.compiling.arrays import Compiled, Integrality, ProblemClass
from agentopt.compiling.evaluate import objective_value, row_values
from agentopt.diagnosis import Diagnosis, told
from agentopt.formulation.elements import Formulation, Objective
from agentopt.formulation.instance import Instance
from agentopt.solvers.solution import Solution, Termination

MAX_LINES = 40
"""Decisions, or constraints, that are listed."""

_TIGHT = 1e-6

_WHY_STOPPED = {
    Termination.OPTIMAL: "This is the optimum",
    Termination.LOCALLY_OPTIMAL: "This is a local optimum; nothing is known about better points elsewhere",
    Termination.TIME_LIMIT: "The time limit was reached; this is the best answer found",
    Termination.MEMORY_LIMIT: "The memory limit was reached; this is the best answer found",
    Termination.ITERATION_LIMIT: "The iteration limit was reached; this is the best answer found",
    Termination.INTERRUPTED: "The solve was interrupted; this is the best answer found",
}


def explanation(
    compiled: Compiled,
    solution: Solution,
    report: Mapping[str, float] | None = None,
    diagnosis: Diagnosis | None = None,
) -> str:
    """The answer to the problem, for the person who asked; with a diagnosis, why there is none."""
    formulation = compiled.instance.formulation
    if not solution.has_point:
        return "\n".join(_negative(compiled, solution, diagnosis))
    parts = [_headline(compiled, solution), _decisions(compiled, solution)]
    if report:
        parts.append("\n".join(["Also asked for:", *(f"  {k} = {number(v)}" for k, v in report.items())]))
    parts += [_binding(compiled, solution), _assumed(formulation)]
    return "\n\n".join(part for part in parts if part)


def brief(compiled: Compiled, solution: Solution) -> str:
    """The outcome in a few lines, for a prompt."""
    lines = [f"status: {solution.termination}"]
    if solution.has_point:
        lines.append(f"objective value: {number(solution.objective)}")
        lines.append(_decisions(compiled, solution))
    else:
        lines += why_negative(compiled, solution)
    return "\n".join(lines)


def number(value: float | None) -> str:
    """A figure for a person: whole where it is whole, otherwise at most six digits after the point.

    >>> number(12.0), number(1 / 3), number(1234567.0), number(None)
    ('12', '0.333333', '1,234,567', '-')
    """
    if value is None:
        return "-"
    if not math.isfinite(value):
        return str(value)
    if abs(value - round(value)) <= 1e-9 * max(1.0, abs(value)):
        return f"{round(value):,}"
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return text if float(text.replace(",", "")) != 0.0 else f"{value:.4g}"


def readings(instance: Instance) -> tuple[str, ...]:
    """How each number of the problem was read: parameter, value, and where it comes from."""
    found = []
    for name, parameter in instance.formulation.parameters.items():
        bound = instance.parameters.get(name)
        if bound is None:
            continue
        value = (
            number(float(bound.values[0]))
            if not bound.over and len(bound.values)
            else f"{len(bound.values)} values"
        )
        where = f"“{parameter.quote}”" if parameter.quote else instance.sources.get(name, "")
        unit = f" {parameter.unit}" if parameter.unit else ""
        found.append(f"{name} = {value}{unit}{f', from {where}' if where else ''}")
    return tuple(found)


def _headline(compiled: Compiled, solution: Solution) -> str:
    why = _WHY_STOPPED.get(solution.termination, str(solution.termination).capitalize())
    objectives = compiled.instance.formulation.objectives
    if not objectives:
        return (
            f"All constraints can be met. {why}."
            if solution.termination is not Termination.OPTIMAL
            else ("All constraints can be met; one way of doing so follows.")
        )
    if len(objectives) > 1:
        return f"{why}.\n{_several(compiled, solution)}"
    objective = objectives[0]
    gap = ""
    if solution.termination not in (Termination.OPTIMAL, Termination.LOCALLY_OPTIMAL):
        if solution.bound is not None:
            best = "less" if objective.sense == "minimize" else "more"
            share = 100 * (solution.gap or 0)
            gap = f" No answer can be {best} than {number(solution.bound)} (gap {share:.2g}%)."
        else:
            gap = " How far it is from the optimum is not known."
    return f"{_measure(objective)}: {number(solution.objective)}{_unit(objective.unit)}. {why}.{gap}"


def _several(compiled: Compiled, solution: Solution) -> str:
    """Each objective at the answer, in the order they are settled."""
    assert solution.values is not None
    declared = compiled.instance.formulation.objectives
    ranked = sorted(zip(declared, compiled.objectives, strict=True), key=lambda pair: -pair[0].priority)
    values = [objective_value(objective, solution.values) for _, objective in ranked]
    lines = []
    for (each, _), value in zip(ranked, values, strict=True):
        what = each.meaning or each.name or each.expression
        lines.append(f"  {what} = {number(value)}{_unit(each.unit)} ({each.sense}d)")
    if len(compiled.levels) > 1:
        return "\n".join(["Objectives, settled one after the other:", *lines])
    return "\n".join([f"Objectives, added up by weight to {number(solution.objective)}:", *lines])


def _measure(objective: Objective) -> str:
    kind = "Least" if objective.sense == "minimize" else "Greatest"
    what = objective.meaning or objective.name.replace("_", " ")
    return f"{kind} value of the objective ({what})" if what else f"{kind} value of the objective"


def _unit(unit: str | None) -> str:
    return f" {unit}" if unit else ""


def _decisions(compiled: Compiled, solution: Solution) -> str:
    assert solution.values is not None
    lines: list[str] = []
    hidden = zeros = 0
    for block in compiled.variables:
        if block.auxiliary:
            continue
        declared = compiled.instance.formulation.variables.get(block.name)
        values = solution.values[block.start : block.start + len(block.codes)]
        whole = compiled.integrality[block.start : block.start + len(block.codes)] == Integrality.INTEGER
        values = np.where(whole & (np.abs(values - np.round(values)) < 1e-5), np.round(values), values)
        used = np.flatnonzero(np.abs(values) > 1e-7) if block.codes.shape[1] else np.arange(len(values))
        zeros += len(values) - len(used)
        if not len(used):
            continue
        meaning = f"  ({declared.meaning})" if declared is not None and declared.meaning else ""
        unit = _unit(declared.unit) if declared is not None else ""
        shown = used[: max(0, MAX_LINES - len(lines))]
        hidden += len(used) - len(shown)
        lines += [
            f"  {column_name(compiled, block.start + place)} = {number(float(values[place]))}{unit}"
            f"{meaning if place == shown[0] else ''}"
            for place in shown.tolist()
        ]
    rest = [f"{hidden} more" if hidden else "", f"{zeros} are zero" if zeros else ""]
    tail = "; ".join(each for each in rest if each)
    if not lines:
        return "Every decision is zero."
    return "\n".join(["Decisions:", *lines, *([f"  ({tail})"] if tail else [])])


def _binding(compiled: Compiled, solution: Solution) -> str:
    """Rows at their limit; for an LP with what one more unit of the limit would change."""
    assert solution.values is not None
    activity = row_values(compiled, solution.values)
    scale = _TIGHT * np.maximum(1.0, np.abs(activity))
    low = np.abs(activity - compiled.row_lower) <= scale
    high = np.abs(activity - compiled.row_upper) <= scale
    prices = solution.duals if compiled.problem_class is ProblemClass.LP else None
    lines: list[str] = []
    count = 0
    for block in compiled.rows:
        if block.auxiliary:
            continue
        for row in range(block.start, block.start + len(block.codes)):
            equal = compiled.row_lower[row] == compiled.row_upper[row]
            if equal or not (low[row] or high[row]):
                continue
            count += 1
            if len(lines) >= MAX_LINES:
                continue
            price = ""
            if prices is not None and abs(prices[row]) > 1e-9:
                price = f": one more unit of its limit changes the objective by {number(float(prices[row]))}"
            lines.append(f"  {row_name(compiled, row)}{price}")
    if not lines:
        return ""
    if count > len(lines):
        lines.append(f"  ({count - len(lines)} more)")
    return "\n".join(["Constraints at their limit:", *lines])


def _assumed(formulation: Formulation) -> str:
    lines = [f"  {each}" for each in formulation.assumptions]
    lines += [f"  {each.number} is not used: {each.why}" for each in formulation.waived]
    return "\n".join(["Assumed:", *lines]) if lines else ""


def _negative(compiled: Compiled, solution: Solution, diagnosis: Diagnosis | None) -> list[str]:
    kind = "" if diagnosis is None else diagnosis.kind
    match solution.termination:
        case Termination.INFEASIBLE_OR_UNBOUNDED if kind == "infeasible":
            head = "There is no answer: the conditions contradict each other."
        case Termination.INFEASIBLE_OR_UNBOUNDED if kind == "unbounded":
            head = "There is no best answer: the objective can be improved without limit."
        case Termination.INFEASIBLE:
            head = "There is no answer: the conditions contradict each other."
        case Termination.UNBOUNDED:
            head = "There is no best answer: the objective can be improved without limit."
        case Termination.INFEASIBLE_OR_UNBOUNDED:
            head = (
                "There is no best answer: the conditions contradict each other or the objective has no limit."
            )
        case _:
            said = f" ({solution.message})" if solution.message else ""
            head = f"No answer was found: {solution.engine} stopped with {solution.termination}{said}."
            return [head, *([] if diagnosis is None else told(compiled, diagnosis))]
    return [head, *(f"  {line}" for line in why_negative(compiled, solution, diagnosis)[1:])]
