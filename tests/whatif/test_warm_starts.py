"""Changed linear problems begin from the last basis: fewer iterations, the same answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agentopt.agents.context import Context
from agentopt.agents.shelf import load_solution, save_solution
from agentopt.benchmarks.warm_starts import compared, transportation
from agentopt.compiling.arrays import Basis
from agentopt.solvers import Termination, solve
from agentopt.whatif.changes import Change
from agentopt.whatif.outcomes import basis_of
from agentopt.whatif.study import Study, compiled_of, of_arrays
from agentopt.whatif.sweeping import sweep, sweep_of

CHANGES = (
    Change("set", "demand[3]=+5%"),
    Change("forbid", "ship[1, 3]"),
    Change("add", "sum(ship[p,1] for p in P) <= 100"),
    Change("drop", "within[2]"),
    Change("set", "cost[1, 1]=1"),
)


def study() -> Study:
    return Study(of_arrays(transportation(10, 20)), Context())


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_change_takes_fewer_iterations_than_a_solve_from_scratch(change: Change) -> None:
    own = study()
    step = own.step(change)
    cold = solve(compiled_of(step.problem), engine="highs")
    warm = step.outcome.solution
    assert warm.termination is cold.termination is Termination.OPTIMAL
    assert warm.objective == pytest.approx(cold.objective)
    assert cold.iterations >= 20
    assert warm.iterations <= cold.iterations / 2


def test_a_sweep_goes_from_basis_to_basis() -> None:
    own = study()
    points = sweep(own, sweep_of("demand[3]=20:60:9"))
    warm = [each.outcome.solution.iterations for each in points]
    cold = [solve(replace(each.outcome.compiled, basis=None)).iterations for each in points]
    assert sum(warm) <= sum(cold) / 2
    for each in points:
        fresh = solve(replace(each.outcome.compiled, basis=None, start=None))
        assert each.outcome.objective == pytest.approx(fresh.objective)


def test_a_basis_is_carried_over_by_names_and_new_rows_are_basic() -> None:
    own = study()
    before = own.base
    assert before.solution.basis is not None
    problem = own.changed([Change("add", "ship[1, 1] <= 5"), Change("drop", "within[2]")])
    compiled = compiled_of(problem)
    found = basis_of(before, compiled)
    assert found is not None
    assert (found.columns == before.solution.basis.columns).all()
    assert len(found.rows) == compiled.num_rows == before.compiled.num_rows
    added = next(each for each in compiled.rows if each.name == "whatif_1")
    assert found.rows[added.start] == 1
    met = [next(each for each in model.rows if each.name == "met") for model in (before.compiled, compiled)]
    assert (
        found.rows[met[1].start : met[1].start + 20]
        == before.solution.basis.rows[met[0].start : met[0].start + 20]
    ).all()


def test_a_basis_that_does_not_fit_or_makes_no_sense_does_no_harm() -> None:
    model = transportation(10, 20)
    right = solve(model, engine="highs")
    columns, rows = model.num_columns, model.num_rows
    for basis in (
        Basis(np.zeros(3, np.int8), np.ones(2, np.int8)),
        Basis(np.ones(columns, np.int8), np.ones(rows, np.int8)),
        Basis(np.zeros(columns, np.int8), np.zeros(rows, np.int8)),
    ):
        found = solve(replace(model, basis=basis), engine="highs")
        assert found.termination is Termination.OPTIMAL
        assert found.objective == pytest.approx(right.objective)


def test_a_change_without_an_answer_leaves_the_next_to_begin_from_scratch() -> None:
    own = study()
    assert own.step(Change("set", "demand[3]=100000")).outcome.solution.basis is None
    after = own.step(Change("set", "demand[3]=40"))
    assert after.outcome.objective == pytest.approx(solve(compiled_of(after.problem)).objective)


def test_a_run_keeps_the_basis(tmp_path: Path) -> None:
    found = solve(transportation(5, 8), engine="highs")
    save_solution(tmp_path / "solution.npz", found)
    kept = load_solution(tmp_path / "solution.npz")
    assert kept is not None
    assert kept.basis is not None
    assert found.basis is not None
    assert (kept.basis.columns == found.basis.columns).all()
    assert (kept.basis.rows == found.basis.rows).all()


def test_the_benchmark_compares_like_with_like() -> None:
    rows = compared("small", transportation(10, 20), 4, 30.0)
    assert rows
    assert all(each.agree for each in rows)
    assert sum(each.warm_iterations for each in rows) < sum(each.cold_iterations for each in rows) / 2
