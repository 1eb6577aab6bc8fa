"""An LP engine as an oracle for multipliers and rays; nothing it says is believed without an exact check."""

from __future__ import annotations

__all__ = ["Oracle", "Outcome"]

from dataclasses import dataclass
from typing import Any

import numpy as np

from agentopt.formulation.instance import Values
from agentopt.verification.programs import Program


@dataclass(frozen=True, eq=False)
class Outcome:
    """What the oracle says: a point and multipliers, multipliers that should prove emptiness, or neither.

    `multipliers` has one entry a row of the program; `empty` says which of the two they are.
    """

    empty: bool
    multipliers: Values | None = None
    point: Values | None = None
    objective: float = np.inf


class Oracle:
    """The linear rows of a program in HiGHS, solved again and again under other bounds."""

    def __init__(self, program: Program, shift: float = 0.0) -> None:
        """Hand the rows over.

        `shift`, relative to the largest cost, moves the cost of columns that lack a bound, so that
        multipliers stay clear of what would need it.
        """
        import highspy

        from agentopt.compiling.highs_model import silent

        self.program = program
        # Its number of threads is left alone: asked for another than at the first run of the process,
        # HiGHS answers nothing.
        self._highs: Any = silent()
        n, m = len(program.lower), len(program.rows)
        cost = np.zeros(n)
        for monomial, value in program.objective.terms.items():
            if len(monomial) == 1:
                cost[monomial[0]] = float(value)
        if shift:
            step = shift * max(1.0, float(np.abs(cost).max(initial=0.0)))
            for column, (least, most) in enumerate(zip(program.lower, program.upper, strict=True)):
                if (least is None) != (most is None):
                    cost[column] += step if least is None else -step
        starts, indices, values = [0], [], []
        low, high = np.full(m, -np.inf), np.full(m, np.inf)
        for k, row in enumerate(program.rows):
            if row.body.degree <= 1:
                low[k], high[k] = _side(row.low, -np.inf), _side(row.high, np.inf)
                for (column,), value in row.body.terms.items():
                    indices.append(column)
                    values.append(float(value))
            starts.append(len(indices))
        self.lower = np.array([_side(side, -np.inf) for side in program.lower])
        self.upper = np.array([_side(side, np.inf) for side in program.upper])
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = n, m
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, self.lower, self.upper
        lp.row_lower_, lp.row_upper_ = low, high
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(starts, dtype=np.int32)
        lp.a_matrix_.index_ = np.array(indices, dtype=np.int32)
        lp.a_matrix_.value_ = np.array(values, dtype=float)
        self._highs.passModel(lp)

    def solve(self, lower: Values, upper: Values, seconds: float) -> Outcome | None:
        """The relaxation under other column bounds; None when the engine has no answer."""
        import highspy

        n = len(lower)
        highs = self._highs
        highs.changeColsBounds(n, np.arange(n, dtype=np.int32), lower, upper)
        highs.setOptionValue("time_limit", max(0.05, seconds) + highs.getRunTime())
        highs.run()
        status = highs.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            solution = highs.getSolution()
            return Outcome(
                False,
                np.array(solution.row_dual),
                np.array(solution.col_value),
                float(highs.getInfo().objective_function_value),
            )
        if status in {
            highspy.HighsModelStatus.kInfeasible,
            highspy.HighsModelStatus.kUnboundedOrInfeasible,
        }:
            return Outcome(True, self._farkas(len(self.program.rows)))
        return None

    def _farkas(self, num_rows: int) -> Values | None:
        if not num_rows:
            return np.zeros(0)
        for presolve in ("choose", "off"):
            self._highs.setOptionValue("presolve", presolve)
            if presolve == "off":
                self._highs.clearSolver()
                self._highs.run()
            found = self._highs.getDualRay()
            ray = found[-1] if len(found) > 2 and found[1] else None
            if ray is not None:
                self._highs.setOptionValue("presolve", "choose")
                return np.array(ray, dtype=float)
        self._highs.setOptionValue("presolve", "choose")
        return np.zeros(num_rows)

    def direction(self, seconds: float) -> Values | None:
        """A direction, within [-1, 1] in each column, that keeps rows and bounds and lowers the
        objective most.
        """
        import highspy

        from agentopt.compiling.highs_model import silent

        highs = silent()
        lp = self._highs.getLp()
        lp.row_lower_ = [0.0 if np.isfinite(v) else -np.inf for v in lp.row_lower_]
        lp.row_upper_ = [0.0 if np.isfinite(v) else np.inf for v in lp.row_upper_]
        lp.col_lower_ = [0.0 if np.isfinite(v) else -1.0 for v in self.lower]
        lp.col_upper_ = [0.0 if np.isfinite(v) else 1.0 for v in self.upper]
        highs.passModel(lp)
        highs.setOptionValue("time_limit", max(0.05, seconds))
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(highs.getSolution().col_value)


def _side(value: object, missing: float) -> float:
    return missing if value is None else float(value)  # type: ignore[arg-type]  # a Fraction
