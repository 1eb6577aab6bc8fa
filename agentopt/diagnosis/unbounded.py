"""A model without a best answer: what grows, why nothing stops it, and which limit is likely missing.

The direction is the engine's or found anew in the cone of all directions. A suggestion is tested before it is
made: with it, no direction of improvement is left.
"""

from __future__ import annotations

__all__ = ["Growth", "Missing", "growth"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agentopt.compiling.arrays import Compiled, CompiledObjective, Integrality, ProblemClass
from agentopt.diagnosis.members import Member, members
from agentopt.diagnosis.probing import Prober
from agentopt.formulation.declarations import check_usage
from agentopt.formulation.instance import Values
from agentopt.formulation.resolve import parse

MAX_SUGGESTED = 6
_STEP = 1e-9


@dataclass(frozen=True)
class Missing:
    """A limit that may be missing.

    Attributes:
        kind: `limit` of a decision from above or below, a constraint that should hold as an `equation`, or a
            parameter that nothing uses (`unused`).
        name: column as `variable[index]`, constraint, or parameter.
        enough: whether it was shown that with it nothing grows without end.
    """

    kind: str
    name: str
    enough: bool


@dataclass(frozen=True)
class Growth:
    """A direction of improvement without end.

    Attributes:
        steps: column and step of each decision that moves, the largest first; the largest step is one.
        gain: improvement of the objective along it.
        missing: likely missing limits, those that were shown to be enough first.
    """

    steps: tuple[tuple[int, float], ...]
    gain: float
    missing: tuple[Missing, ...]


def growth(compiled: Compiled, ray: Values | None, prober: Prober) -> Growth | None:
    """The direction of an unbounded linear model; None where none is found."""
    if compiled.problem_class not in {ProblemClass.LP, ProblemClass.MILP} or compiled.objective is None:
        return None
    direction = _direction(compiled, prober)
    if direction is None:
        direction = ray
    if direction is None:
        return None
    size = float(np.abs(direction).max(initial=0.0))
    if size <= _STEP:
        return None
    direction = direction / size
    moving = [j for j in np.argsort(-np.abs(direction), kind="stable").tolist() if abs(direction[j]) > 1e-9]
    gain = abs(float(compiled.objective.cost @ direction))
    steps = tuple((j, float(direction[j])) for j in moving)
    return Growth(steps, gain, tuple(_missing(compiled, steps, prober))[:MAX_SUGGESTED])


def _direction(
    compiled: Compiled, prober: Prober, stopped: Sequence[int] = (), tied: Sequence[int] = ()
) -> Values | None:
    """The direction that improves most with the fewest moves, with columns stopped and rows as equations."""
    objective = compiled.objective
    assert objective is not None
    sign = 1.0 if objective.sense == "minimize" else -1.0
    lower = np.where(np.isfinite(compiled.lower), 0.0, -1.0)
    upper = np.where(np.isfinite(compiled.upper), 0.0, 1.0)
    lower[list(stopped)] = upper[list(stopped)] = 0.0
    row_lower = np.where(np.isfinite(compiled.row_lower), 0.0, -np.inf)
    row_upper = np.where(np.isfinite(compiled.row_upper), 0.0, np.inf)
    row_lower[list(tied)] = row_upper[list(tied)] = 0.0
    cone = replace(
        compiled,
        objectives=(CompiledObjective("gain", "minimize", sign * objective.cost),),
        lower=lower,
        upper=upper,
        row_lower=row_lower,
        row_upper=row_upper,
        integrality=np.full(compiled.num_columns, Integrality.CONTINUOUS, dtype=np.int8),
        start=None,
    )
    answer = prober.ask(cone)
    if answer.point is None or answer.value is None or answer.value > -_STEP:
        return None
    return answer.point


def _missing(compiled: Compiled, steps: Sequence[tuple[int, float]], prober: Prober) -> Iterator[Missing]:
    """Limits that would stop it, most telling first."""
    formulation = compiled.instance.formulation
    for found in check_usage(parse(formulation)):
        kind, _, name = found.element.partition(".")
        if kind == "parameters":
            yield Missing("unused", name, False)
    every = members(compiled)
    owners = [block for block in compiled.variables if not block.auxiliary]
    by_block: dict[str, list[int]] = {}
    for block in owners:
        moving = [j for j, _ in steps if block.start <= j < block.start + len(block.codes)]
        if moving:
            by_block[block.name] = list(range(block.start, block.start + len(block.codes)))
    for name, columns in by_block.items():
        enough = _direction(compiled, prober, stopped=columns) is None
        if enough:
            yield Missing("limit", name, True)
    direction = dict(steps)
    for name, rows in _one_sided(compiled, every, direction).items():
        if _direction(compiled, prober, tied=rows) is None:
            yield Missing("equation", name, True)


def _one_sided(
    compiled: Compiled, every: Sequence[Member], direction: dict[int, float]
) -> dict[str, list[int]]:
    """Constraints limited on one side only whose rows move along the direction."""
    point = np.zeros(compiled.num_columns)
    for column, step in direction.items():
        point[column] = step
    matrix = compiled.matrix
    weights = matrix.values * np.repeat(point, np.diff(matrix.starts))
    moved = np.abs(np.bincount(matrix.indices, weights=weights, minlength=matrix.num_rows)) > 1e-9
    found: dict[str, list[int]] = {}
    for each in every:
        if each.kind == "constraint" and not each.rewritten:
            found.setdefault(each.name, []).extend(each.rows)
    open_sided = np.isinf(compiled.row_lower) != np.isinf(compiled.row_upper)
    return {name: rows for name, rows in found.items() if moved[rows].any() and open_sided[rows].all()}
