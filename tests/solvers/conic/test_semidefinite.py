"""Matrices that are positive semidefinite: stated, solved, checked and bounded."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from agentopt.compiling import export
from agentopt.compiling.arrays import Compiled, ProblemClass
from agentopt.compiling.pyomo_script import text
from agentopt.errors import CompileError, EngineError
from agentopt.formulation.check import check
from agentopt.formulation.classify import classify
from agentopt.formulation.elements import Formulation
from agentopt.solvers import Limits, Termination, engine, solve
from agentopt.solvers.routing import require
from agentopt.verification import verify
from agentopt.verification.matrices import implied_rows, is_semidefinite
from tests.compiling.models import compiled

CUT: dict[str, Any] = {
    "sets": {"N": {"first": 1, "last": 3}},
    "variables": {"X": {"over": ["N", "N"], "lower": -1, "upper": 1}},
    "objective": {"maximize": "sum(0.25*(1 - X[i,j]) for i in N for j in N if i != j)"},
    "constraints": {
        "one": {"for": "i in N", "that": "X[i,i] == 1"},
        "gram": {"that": "semidefinite(X[i,j] for i in N for j in N)"},
    },
}
"""The relaxed largest cut of a triangle: 9/4."""


def cut(**changes: Any) -> Compiled:
    return compiled(**{**CUT, **changes})


def test_the_relaxed_cut_of_a_triangle_is_found_and_proved() -> None:
    problem = cut()
    assert problem.problem_class is ProblemClass.SDP
    assert classify(Formulation.model_validate(CUT)).problem_class == "SDP"
    assert check(Formulation.model_validate(CUT)) == []
    found = solve(problem)
    assert found.engine == "clarabel"
    assert found.objective == pytest.approx(2.25, abs=1e-6)
    certificate = verify(problem.instance, problem, found)
    assert certificate.verdict == "verified", certificate


def test_entries_on_both_sides_of_the_diagonal_become_equal() -> None:
    problem = cut(objective={"maximize": "X[1,2] - X[2,1] + X[1,3]"})
    found = solve(problem)
    assert found.objective == pytest.approx(1.0, abs=1e-6)


def test_one_side_of_the_diagonal_is_enough() -> None:
    rows = {**CUT["constraints"], "gram": {"that": "semidefinite(X[i,j] for i in N for j in N if i <= j)"}}
    parts = {**CUT, "objective": {"maximize": "sum(0.5*(1 - X[i,j]) for i in N for j in N if i < j)"}}
    assert solve(compiled(**{**parts, "constraints": rows})).objective == pytest.approx(2.25, abs=1e-6)


def test_a_matrix_of_expressions_and_an_affine_shift() -> None:
    """The largest t for which A - t I is semidefinite is the least eigenvalue of A."""
    values = [[4, 1, 0], [1, 3, -1], [0, -1, 2]]
    found = solve(
        compiled(
            sets={"N": {"first": 1, "last": 3}},
            parameters={"A": {"over": ["N", "N"], "values": values}},
            variables={"t": {"lower": None}},
            objective={"maximize": "t"},
            constraints={
                "shift": {"that": "semidefinite(A[i,j] - (t if i == j else 0) for i in N for j in N)"}
            },
        )
    )
    assert found.objective == pytest.approx(np.linalg.eigvalsh(np.array(values))[0], abs=1e-6)


def test_a_missing_entry_is_an_error() -> None:
    rows = {"gram": {"that": "semidefinite(X[i,j] for i in N for j in N if i == j)"}}
    with pytest.raises(CompileError, match="`semidefinite` lacks an entry of its matrix"):
        cut(constraints=rows)


def test_an_odd_number_of_indices_is_a_fault_of_the_formulation() -> None:
    rows = {"gram": {"that": "semidefinite(X[i,i] for i in N)"}}
    faults = check(Formulation.model_validate({**CUT, "constraints": rows}))
    assert any("a row and a column" in each.message for each in faults)


def test_a_contradiction_is_infeasible() -> None:
    found = solve(cut(constraints={**CUT["constraints"], "far": {"that": "X[1,2] + X[2,3] + X[1,3] <= -2"}}))
    assert found.termination is Termination.INFEASIBLE
    assert "contradict" in found.message


def test_integers_beside_a_matrix_are_refused() -> None:
    problem = cut(variables={"X": {"over": ["N", "N"], "domain": "integer", "lower": -1, "upper": 1}})
    with pytest.raises(EngineError, match="variables that are not continuous"):
        require(engine("clarabel"), problem)


def test_an_engine_for_rows_refuses_a_matrix() -> None:
    with pytest.raises(EngineError, match="`scip` does not solve problems of class SDP") as raised:
        solve(cut(), engine="scip")
    assert raised.value.hint == "leave the engine out, or name one of: clarabel"


@pytest.mark.parametrize("suffix", [".mps", ".nl"])
def test_a_model_file_cannot_hold_a_matrix(tmp_path: Any, suffix: str) -> None:
    with pytest.raises(CompileError, match="a semidefinite matrix is none"):
        export(cut(), tmp_path / f"cut{suffix}")


def test_a_pyomo_script_cannot_hold_a_matrix() -> None:
    with pytest.raises(CompileError, match="a semidefinite matrix is none"):
        text(cut())


def test_a_point_outside_the_cone_is_no_answer() -> None:
    problem = cut()
    found = solve(problem)
    assert found.values is not None
    values = np.where(np.eye(3).reshape(-1) > 0, 1.0, -1.0)
    from dataclasses import replace

    wrong = replace(found, values=values, objective=3.0, bound=3.0)
    certificate = verify(problem.instance, problem, wrong)
    assert certificate.verdict == "failed"


def test_any_dual_matrix_is_made_semidefinite_before_it_counts() -> None:
    rows = implied_rows(cut(), [np.array([[1.0, 2, 0], [2, 1, 0], [0, 0, 0]])], time.monotonic() + 60)
    assert rows is not None
    # Z[1,1] becomes at least 2, so that the row holds for the matrix of ones and its like.
    assert rows[0].body.terms[(0,)] >= 2
    assert not is_semidefinite([[1, 2], [2, 1]], 0)  # type: ignore[list-item]
    assert is_semidefinite([[1, 2], [2, 1]], 1)  # type: ignore[list-item]


def test_a_time_limit_of_zero_is_kept() -> None:
    assert engine("clarabel").solve(cut(), Limits(seconds=0), {}).termination is Termination.TIME_LIMIT
