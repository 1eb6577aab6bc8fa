"""A mixed-integer model that no engine proves in the time of a test; as a program, Ctrl-C is sent to it."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np

from agentopt.compiling.arrays import (
    Compiled,
    CompiledObjective,
    Integrality,
    ProblemClass,
    RowBlock,
    SparseMatrix,
    VariableBlock,
)
from tests.compiling.models import compiled


def hard(rows: int = 20, columns: int = 200, seed: int = 1) -> Compiled:
    """A multi-dimensional knapsack: points are easy, the proof is not."""
    rng = np.random.default_rng(seed)
    dense = rng.integers(1, 1000, (columns, rows)).astype(float)
    base = compiled(variables={"x": {}}, objective={"minimize": "x"}, constraints={})
    cost = dense.sum(axis=1) / rows + rng.integers(0, 500, columns)
    return replace(
        base,
        variables=(VariableBlock("x", 0, np.zeros((columns, 0), dtype=np.int64)),),
        rows=(RowBlock("r", 0, np.zeros((rows, 0), dtype=np.int64)),),
        objectives=(CompiledObjective("o", "maximize", np.round(cost)),),
        matrix=SparseMatrix(
            rows,
            columns,
            np.arange(columns + 1) * rows,
            np.tile(np.arange(rows, dtype=np.int32), columns),
            dense.reshape(-1),
        ),
        lower=np.zeros(columns),
        upper=np.ones(columns),
        row_lower=np.full(rows, -np.inf),
        row_upper=np.floor(dense.sum(axis=0) / 2),
        integrality=np.full(columns, Integrality.INTEGER, dtype=np.int8),
        problem_class=ProblemClass.MILP,
    )


def main(engine: str) -> None:
    """Solve until told to stop; one line when an incumbent is there, one with the outcome."""
    from agentopt.solvers import Limits, solve
    from agentopt.solvers.solution import Progress

    said: list[bool] = []

    def report(progress: Progress) -> None:
        if progress.incumbent is not None and not said:
            said.append(True)
            print("running", flush=True)

    found = solve(hard(), engine=engine, limits=Limits(seconds=120), report=report)
    print(
        found.termination.value, found.has_point, found.bound is not None, found.message, sep="|", flush=True
    )


if __name__ == "__main__":
    main(sys.argv[1])
