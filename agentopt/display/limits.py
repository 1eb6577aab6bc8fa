"""The constraints that hold the answer back: at which limit, and what one more unit of it would change."""

from __future__ import annotations

__all__ = ["Limit", "limits"]

from dataclasses import dataclass

import numpy as np

from agentopt.agents.answer import Answer
from agentopt.agents.findings import row_name
from agentopt.compiling.arrays import ProblemClass
from agentopt.compiling.evaluate import row_values

_TIGHT = 1e-6


@dataclass(frozen=True)
class Limit:
    """A row at its limit.

    Attributes:
        name: constraint and index.
        sign: which way the limit holds, `≤`, `≥` or `=`.
        price: what one more unit of the limit changes the objective by; None where there are no such prices.
        because: why it holds, in words.
    """

    name: str
    sign: str
    limit: float
    price: float | None
    because: str


def limits(answer: Answer, most: int) -> tuple[list[Limit], int, int]:
    """At most so many rows at their limit, the dearest where there are more; how many are, and are not.

    Inequalities come before equations, which count only where they have a price. Nothing without a point.
    """
    compiled, solution = answer.compiled, answer.solution
    if compiled is None or solution is None or solution.values is None or not solution.has_point:
        return [], 0, 0
    duals = solution.duals if compiled.problem_class is ProblemClass.LP else None
    with np.errstate(all="ignore"):
        activity = row_values(compiled, solution.values)
        scale = _TIGHT * np.maximum(1.0, np.abs(activity))
        low = np.abs(activity - compiled.row_lower) <= scale
        high = np.abs(activity - compiled.row_upper) <= scale
    equal = compiled.row_lower == compiled.row_upper
    own = np.zeros(compiled.num_rows, dtype=bool)
    because: dict[int, str] = {}
    constraints = compiled.instance.formulation.constraints
    for block in compiled.rows:
        own[block.start : block.start + len(block.codes)] = not block.auxiliary
        if block.name in constraints:
            because[block.start] = constraints[block.name].because
    prices = np.zeros(compiled.num_rows) if duals is None else np.where(np.abs(duals) > 1e-9, duals, 0.0)
    tight = np.flatnonzero(own & np.where(equal, prices != 0, low | high))
    slack = int(np.count_nonzero(own & ~equal & ~low & ~high))
    shown = tight
    if len(tight) > most:
        shown = tight[np.argsort(-np.abs(prices[tight]), kind="stable")][:most]
    shown = shown[np.argsort(equal[shown], kind="stable")]
    starts = sorted(because)
    found = []
    for row in shown.tolist():
        start = max((each for each in starts if each <= row), default=-1)
        limit = compiled.row_upper[row] if high[row] else compiled.row_lower[row]
        sign = "=" if equal[row] else "≤" if high[row] else "≥"
        price = None if duals is None else float(prices[row])
        found.append(Limit(row_name(compiled, row), sign, float(limit), price, because.get(start, "")))
    return found, len(tight), slack
