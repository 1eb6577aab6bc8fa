"""Random convex quadratic problems, half of them unbounded: HiGHS alone calls most of those optimal."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from agentopt.compiling.arrays import (
    Compiled,
    CompiledObjective,
    ProblemClass,
    RowBlock,
    SparseMatrix,
    VariableBlock,
)
from agentopt.compiling.compiler import with_convexity
from agentopt.solvers import Limits, Termination, engines
from tests.compiling.models import compiled

NUMBER = 100
BASE = compiled(variables={"x": {}}, objective={"minimize": "x"}, constraints={})


def random_qp(seed: int) -> tuple[Compiled, bool]:
    """A problem that is feasible at zero, with a singular Hessian; and whether it is unbounded."""
    from scipy.optimize import linprog

    rng = np.random.default_rng(seed)
    columns, rows = int(rng.integers(2, 8)), int(rng.integers(1, 4))
    half = rng.integers(-3, 4, (columns, int(rng.integers(1, columns)))).astype(float)
    hessian = half @ half.T
    first, second = np.tril_indices(columns)
    kept = hessian[first, second] != 0
    cost = rng.integers(-5, 6, columns).astype(float)
    dense = rng.integers(-2, 3, (rows, columns)).astype(float)
    free = rng.random(columns) < 0.3
    triplets = (first[kept], second[kept], hessian[first, second][kept])
    model = with_convexity(
        replace(
            BASE,
            variables=(VariableBlock("x", 0, np.zeros((columns, 0), dtype=np.int64)),),
            rows=(RowBlock("r", 0, np.zeros((rows, 0), dtype=np.int64)),),
            objectives=(CompiledObjective("o", "minimize", cost, 0.0, triplets),),
            matrix=SparseMatrix(
                rows,
                columns,
                np.arange(columns + 1) * rows,
                np.tile(np.arange(rows, dtype=np.int32), columns),
                dense.T.reshape(-1).copy(),
            ),
            lower=np.where(free, -np.inf, 0.0),
            upper=np.full(columns, np.inf),
            row_lower=np.full(rows, -np.inf),
            row_upper=rng.integers(0, 9, rows).astype(float),
            integrality=np.zeros(columns, dtype=np.int8),
            problem_class=ProblemClass.QP,
        )
    )
    falls = linprog(
        cost,
        A_ub=dense,
        b_ub=np.zeros(rows),
        A_eq=hessian,
        b_eq=np.zeros(columns),
        bounds=[(-1 if each else 0, 1) for each in free],
    )
    return model, falls.fun < -1e-9


def test_unbounded_ones_are_called_so_and_the_others_have_the_optimum_of_a_second_engine() -> None:
    highs, ipopt = engines()["highs"], engines()["ipopt"]
    kinds: Counter[str] = Counter()
    for seed in range(NUMBER):
        model, unbounded = random_qp(seed)
        if model.convex is not True or model.objectives[0].quadratic is None:
            continue
        found = highs.solve(model, Limits(seconds=20), {})
        expected = Termination.UNBOUNDED if unbounded else Termination.OPTIMAL
        assert found.termination is expected, f"seed {seed}: {found.message}"
        kinds[found.termination.value] += 1
        if unbounded:
            assert found.ray is not None, f"seed {seed}"
            assert model.objectives[0].cost @ found.ray < 0, f"seed {seed}"
        else:
            other = ipopt.solve(model, Limits(), {"starts": 1})
            assert found.objective == pytest.approx(other.objective, rel=1e-5, abs=1e-5), f"seed {seed}"
    assert min(kinds.values()) > NUMBER / 10
