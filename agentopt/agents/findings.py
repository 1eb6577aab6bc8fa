"""What later stages found, in words a model can act on and a person can read."""

from __future__ import annotations

__all__ = [
    "as_json",
    "certificate_from_json",
    "certificate_to_json",
    "column_name",
    "negative",
    "row_name",
    "unused_numbers",
    "why_negative",
]

import json
from collections.abc import Mapping, Sequence

import numpy as np
from pydantic import JsonValue

from agentopt.agents.context import Problem
from agentopt.agents.state import Reason
from agentopt.compiling.arrays import Compiled
from agentopt.diagnosis import Diagnosis, told
from agentopt.formulation.declarations import check_usage
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import Instance
from agentopt.formulation.resolve import parse
from agentopt.solvers.solution import Solution, Termination
from agentopt.verification.certificate import Certificate, Finding

MAX_NAMED = 12
"""Rows or columns a finding names."""
MAX_COVERED = 100_000
"""Characters of a text up to which its numbers are looked for in the formulation."""


def negative(solution: Solution) -> Reason | None:
    """Whether the engine says there is no optimum, and which way."""
    match solution.termination:
        case Termination.INFEASIBLE | Termination.INFEASIBLE_OR_UNBOUNDED:
            return "infeasible"
        case Termination.UNBOUNDED:
            return "unbounded"
        case _:
            return None


def why_negative(compiled: Compiled, solution: Solution, diagnosis: Diagnosis | None = None) -> list[str]:
    """Why there is no optimum, a head and then lines: by the diagnosis, or else by what the engine knows."""
    if diagnosis is not None and (lines := told(compiled, diagnosis)):
        return [
            f"the model is {diagnosis.kind if diagnosis.kind != 'open' else solution.termination}",
            *lines,
        ]
    if solution.termination is Termination.INFEASIBLE_OR_UNBOUNDED:
        return ["the engine reports that the model is infeasible or unbounded, not which"]
    if solution.termination is Termination.UNBOUNDED:
        return _why_unbounded(compiled, solution)
    return ["the model is infeasible: no values of the variables meet all constraints and bounds"]


def _why_unbounded(compiled: Compiled, solution: Solution) -> list[str]:
    found = ["the model is unbounded: the objective can be improved without limit"]
    if solution.ray is not None:
        moving = np.argsort(-np.abs(solution.ray))[:MAX_NAMED]
        for column in moving.tolist():
            step = float(solution.ray[column])
            if abs(step) > 1e-9:
                way = "grow" if step > 0 else "fall"
                found.append(f"{column_name(compiled, column)} can {way} without limit")
    return found


def row_name(compiled: Compiled, row: int) -> str:
    """A row by constraint and index: `meet_demand[topeka]`."""
    for block in compiled.rows:
        if block.start <= row < block.start + len(block.codes):
            labels = compiled.instance.labels.tuples(block.codes[row - block.start : row - block.start + 1])[
                0
            ]
            return _indexed(block.name, labels)
    return f"row {row}"


def column_name(compiled: Compiled, column: int) -> str:
    """A column by variable and index: `ship[seattle, topeka]`."""
    for block in compiled.variables:
        if block.start <= column < block.start + len(block.codes):
            place = column - block.start
            return _indexed(block.name, compiled.instance.labels.tuples(block.codes[place : place + 1])[0])
    return f"column {column}"


def _indexed(name: str, labels: Sequence[object]) -> str:
    return f"{name}[{', '.join(str(label) for label in labels)}]" if labels else name


def unused_numbers(formulation: Formulation, problem: Problem, instance: Instance | None = None) -> list[str]:
    """The numbers the formulation leaves idle, one finding each: parameters no statement uses, and numbers of
    the text it neither uses nor waives.

    With the instance, a number that stands in its tables is used. Where there are any of the text, the
    numbers that no text gives follow: one miscopied shows as both.
    """
    if problem.formulation is not None:
        return []
    idle = [d for d in check_usage(parse(formulation)) if d.element.startswith("parameters.")]
    if 0 < len(problem.text) <= MAX_COVERED:
        from agentopt.verification.traceability import coverage

        found = coverage(problem.text, formulation, instance)
        if found.unused:
            idle += found.diagnostics()[: len(found.unused) + len(found.inventions)]
    return [doubt.render().removeprefix("warning: ") for doubt in idle[:MAX_NAMED]]


_SECTIONS = ("sets", "parameters", "variables", "constraints")


def as_json(formulation: Mapping[str, JsonValue] | None, limit: int) -> str:
    """A formulation for a prompt, in the list form that replies have, an element a line; cut if very long.

    >>> print(as_json({"title": "T", "variables": {"x": {"upper": 4}}, "report": {"y": "2*x"}}, 200))
    {"title": "T",
     "variables": [
      {"name": "x", "upper": 4}],
     "report": [
      {"name": "y", "expression": "2*x"}]}
    """
    if formulation is None:
        return ""
    parts = []
    for key, value in formulation.items():
        if isinstance(value, dict) and key in (*_SECTIONS, "report"):
            listed = [
                {"name": n, **(e if isinstance(e, dict) else {"expression": e})} for n, e in value.items()
            ]
            rows = ",\n  ".join(json.dumps(each, ensure_ascii=False) for each in listed)
            parts.append(f'"{key}": [\n  {rows}]')
        else:
            parts.append(f'"{key}": {json.dumps(value, ensure_ascii=False)}')
    text = "{" + ",\n ".join(parts) + "}"
    return text if len(text) <= limit else f"{text[:limit]}\n… ({len(text) - limit:,} more characters)"


_LISTS = ("proved", "not_falsified", "unknown", "failed")


def certificate_to_json(certificate: Certificate) -> dict[str, JsonValue]:
    """A certificate as the state holds it."""
    found: dict[str, JsonValue] = {"num_tests": certificate.num_tests}
    for name in _LISTS:
        found[name] = [
            {
                "check": each.check,
                "statement": each.statement,
                "element": each.element,
                "data": json.loads(json.dumps(dict(each.data), default=str)),
            }
            for each in getattr(certificate, name)
        ]
    return found


def certificate_from_json(kept: Mapping[str, JsonValue]) -> Certificate:
    """The certificate `certificate_to_json` wrote."""
    lists = {}
    for name in _LISTS:
        entries = kept[name]
        assert isinstance(entries, list)
        lists[name] = tuple(Finding(**entry) for entry in entries if isinstance(entry, dict))  # type: ignore[arg-type]  # written by certificate_to_json
    count = kept["num_tests"]
    return Certificate(**lists, num_tests=count if isinstance(count, int) else 0)
