"""Linear and mixed-integer programs put together piece by piece, solved by HiGHS."""

from __future__ import annotations

__all__ = ["Outcome", "Program"]

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.highs_model import silent
from agentopt.errors import EngineError
from agentopt.formulation.instance import Values

Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a program: `optimal`, `infeasible`, `unbounded` or `limit`; minimization.

    Attributes:
        value: at `point`; None without one.
        bound: no point is below it.
        point: shape (n,), or None.
    """

    status: str
    value: float | None
    bound: float
    point: Values | None


@dataclass
class Program:
    """min cost @ x subject to rows and bounds, by columns and rows added in turn.

    Attributes:
        deadline: by `time.monotonic`; None for none.
        threads: of HiGHS; None for its own choice.
    """

    deadline: float | None = None
    threads: int | None = None
    _columns: list[tuple[Values, Values, Values, Values]] = field(default_factory=list)
    _rows: list[tuple[Values, Values]] = field(default_factory=list)
    _entries: list[tuple[Indices, Indices, Values]] = field(default_factory=list)
    num_columns: int = 0
    num_rows: int = 0
    _highs: Any = None

    def columns(
        self,
        lower: Values | float,
        upper: Values | float,
        cost: Values | float = 0.0,
        *,
        integer: NDArray[np.bool_] | bool = False,
        count: int | None = None,
    ) -> Indices:
        """Add columns; their numbers."""
        parts = np.broadcast_arrays(
            np.asarray(lower, dtype=float),
            np.asarray(upper, dtype=float),
            np.asarray(cost, dtype=float),
            np.asarray(integer, dtype=float),
            np.zeros(count if count is not None else np.size(lower)),
        )
        self._columns.append((parts[0], parts[1], parts[2], parts[3]))
        start = self.num_columns
        self.num_columns += len(parts[0])
        return np.arange(start, self.num_columns)

    def rows(
        self,
        lower: Values | Sequence[float],
        upper: Values | Sequence[float],
        *entries: tuple[Indices, Indices, Values],
    ) -> Indices:
        """Add rows, with (row from 0, column, coefficient) triplets; their numbers."""
        low, high = np.asarray(lower, dtype=float), np.asarray(upper, dtype=float)
        start = self.num_rows
        self._rows.append((low, high))
        for row, column, value in entries:
            self._entries.append(
                (
                    np.asarray(row, dtype=np.int64) + start,
                    np.asarray(column, dtype=np.int64),
                    np.asarray(value, dtype=float),
                )
            )
        self.num_rows += len(low)
        return np.arange(start, self.num_rows)

    def solved(self, *, gap: float = 0.0) -> Outcome:
        """Solve it.

        Raises:
            EngineError: HiGHS does not take its numbers, or fails.
        """
        self._load()
        self._highs.setOptionValue("mip_rel_gap", gap)
        self._highs.setOptionValue("mip_abs_gap", 1e-9)
        return self._run()

    def again(self, cost: Values) -> Outcome:
        """Solve it once more with other costs, from where the last solve ended.

        Raises:
            EngineError: as `solved`.
        """
        if self._highs is None:
            self._load()
        numbers = np.arange(self.num_columns, dtype=np.int32)
        self._highs.changeColsCost(self.num_columns, numbers, np.asarray(cost, dtype=float))
        return self._run()

    def _load(self) -> None:
        import highspy

        highs = silent()
        if self.threads is not None:
            highs.setOptionValue("threads", self.threads)
        lower, upper, cost, integer = (
            np.concatenate([part[k] for part in self._columns]) if self._columns else np.empty(0)
            for k in range(4)
        )
        low, high = (
            np.concatenate([part[k] for part in self._rows]) if self._rows else np.empty(0) for k in (0, 1)
        )
        starts, indices, values = self._matrix()
        status = highs.passModel(
            self.num_columns,
            self.num_rows,
            len(values),
            int(highspy.MatrixFormat.kColwise),
            1,
            0.0,
            cost,
            lower,
            upper,
            low,
            high,
            starts,
            indices,
            values,
            integer.astype(np.int32),
        )
        if status == highspy.HighsStatus.kError:
            raise EngineError("HiGHS does not take the program's numbers", hint="look for very large ones")
        self._highs = highs

    def _matrix(self) -> tuple[NDArray[np.int32], NDArray[np.int32], Values]:
        """Compressed columns, equal places added up."""
        if not self._entries:
            return np.zeros(self.num_columns + 1, np.int32), np.empty(0, np.int32), np.empty(0)
        row, column, value = (np.concatenate([part[k] for part in self._entries]) for k in range(3))
        keys, inverse = np.unique(column.astype(np.int64) * self.num_rows + row, return_inverse=True)
        summed = np.bincount(inverse.reshape(-1), weights=value, minlength=len(keys))
        keys, summed = keys[summed != 0], summed[summed != 0]
        starts = np.zeros(self.num_columns + 1, dtype=np.int32)
        np.cumsum(np.bincount(keys // self.num_rows, minlength=self.num_columns), out=starts[1:])
        return starts, (keys % self.num_rows).astype(np.int32), summed

    def _run(self) -> Outcome:
        import highspy

        highs = self._highs
        if self.deadline is not None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                return Outcome("limit", None, -np.inf, None)
            highs.setOptionValue("time_limit", highs.getRunTime() + left)
        highs.run()
        kinds = highspy.HighsModelStatus
        status = highs.getModelStatus()
        if status == kinds.kUnboundedOrInfeasible:
            highs.setOptionValue("presolve", "off")
            highs.run()
            status = highs.getModelStatus()
        names = {kinds.kOptimal: "optimal", kinds.kInfeasible: "infeasible", kinds.kUnbounded: "unbounded"}
        name = names.get(status, "limit")
        if status == kinds.kModelEmpty:
            return Outcome("optimal", 0.0, 0.0, np.empty(0))
        info = highs.getInfo()
        has_point = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
        if name == "optimal" or (name == "limit" and has_point):
            point = np.array(highs.getSolution().col_value)
            value = float(info.objective_function_value)
            whole = any(part[3].any() for part in self._columns)
            bound = float(info.mip_dual_bound) if whole else value if name == "optimal" else -np.inf
            return Outcome(name, value, min(bound, value), point)
        return Outcome(name, None, np.inf if name == "infeasible" else -np.inf, None)
