"""Random small mixed-integer models through two engines: HiGHS 1.14.0 was wrong on one in forty."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from agentopt.compiling.arrays import (
    Compiled,
    CompiledObjective,
    Integrality,
    ProblemClass,
    RowBlock,
    SparseMatrix,
    VariableBlock,
)
from agentopt.compiling.evaluate import max_violation
from agentopt.solvers import Limits, Termination, engines
from tests.compiling.models import compiled

NUMBER = 300
BASE = compiled(variables={"x": {}}, objective={"minimize": "x"}, constraints={})


def random_model(seed: int) -> Compiled:
    """Up to 8 columns and 6 rows with small whole coefficients; equality rows hold at a hidden point."""
    rng = np.random.default_rng(seed)
    columns, rows = int(rng.integers(2, 9)), int(rng.integers(1, 7))
    dense = rng.integers(-6, 10, (rows, columns)) * (rng.random((rows, columns)) < 0.7)
    integrality = rng.choice([Integrality.CONTINUOUS, Integrality.INTEGER], columns, p=[0.4, 0.6]).astype(
        np.int8
    )
    integrality[0] = Integrality.INTEGER
    upper = rng.integers(1, 12, columns).astype(float)
    lower = np.where(rng.random(columns) < 0.2, -upper, 0.0)
    hidden = np.floor(rng.uniform(lower, upper + 1))
    middle = (dense @ hidden).astype(float)
    kind = rng.integers(0, 4, rows)
    slack = rng.integers(0, 5, rows)
    shift = np.where(rng.random() < 0.15, 30, 0)
    row_lower = np.where(kind == 0, -np.inf, middle - np.where(kind == 3, 0, slack) + shift)
    row_upper = np.where(kind == 1, np.inf, middle + np.where(kind == 3, 0, slack) + shift)
    nonzero = dense.T != 0
    starts = np.concatenate([[0], np.cumsum(nonzero.sum(axis=1))])
    matrix = SparseMatrix(
        rows, columns, starts, np.nonzero(nonzero)[1].astype(np.int32), dense.T[nonzero].astype(float)
    )
    sense = "maximize" if rng.random() < 0.5 else "minimize"
    cost = rng.integers(-9, 10, columns).astype(float)
    return replace(
        BASE,
        variables=(VariableBlock("x", 0, np.zeros((columns, 0), dtype=np.int64)),),
        rows=(RowBlock("r", 0, np.zeros((rows, 0), dtype=np.int64)),),
        objectives=(CompiledObjective("o", sense, cost, float(rng.integers(-3, 4))),),  # type: ignore[arg-type]
        matrix=matrix,
        lower=lower,
        upper=upper,
        row_lower=row_lower,
        row_upper=row_upper,
        integrality=integrality,
        problem_class=ProblemClass.MILP,
    )


def test_highs_and_scip_agree_on_random_models() -> None:
    highs, scip = engines()["highs"], engines()["scip"]
    kinds: Counter[str] = Counter()
    for seed in range(NUMBER):
        model = random_model(seed)
        one, two = highs.solve(model, Limits(), {}), scip.solve(model, Limits(), {})
        assert one.termination is two.termination, f"seed {seed}"
        kinds[one.termination.value] += 1
        if one.termination is Termination.OPTIMAL:
            assert one.objective == pytest.approx(two.objective, rel=1e-6, abs=1e-6), f"seed {seed}"
            for found in (one, two):
                assert found.values is not None
                # SCIP keeps rows relative to their sides, which are below a hundred.
                assert max_violation(model, found.values) <= 2e-5, f"seed {seed}, {found.engine}"
    print(f"{NUMBER} random models: {dict(kinds)}")
    assert kinds["optimal"] > NUMBER / 2
    assert kinds["infeasible"] > 5
