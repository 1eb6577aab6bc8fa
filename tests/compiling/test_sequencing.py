"""Sequencing statements: rows that say the same, and columns worked out from what they are about."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from agentopt.compiling.arrays import Compiled, ProblemClass
from agentopt.compiling.completing import completed
from agentopt.compiling.evaluate import max_violation
from agentopt.compiling.standing import standing
from agentopt.errors import CompileError
from tests.compiling.models import compiled


def jobs(form: str, count: int = 3, **parameters: object) -> Compiled:
    return compiled(
        sets={"J": {"first": 1, "last": count}},
        parameters={name: {"over": ["J"], "values": values} for name, values in parameters.items()},
        variables={
            "start": {"over": ["J"], "domain": "integer", "upper": 4},
            "use": {"over": ["J"], "domain": "binary"},
        },
        constraints={"form": {"that": form}},
    )


def points(problem: Compiled, count: int, highest: int) -> list[tuple[tuple[int, ...], bool]]:
    """Every choice of starts and uses, and whether the rows take it, the restating columns worked out."""
    found = []
    for starts in itertools.product(range(highest + 1), repeat=count):
        for use in itertools.product((0, 1), repeat=count):
            values = np.full(problem.num_columns, np.nan)
            values[: 2 * count] = [*starts, *use]
            found.append(((*starts, *use), max_violation(problem, completed(problem, values)) <= 1e-9))
    return found


def test_tasks_do_not_overlap_exactly_where_the_rows_hold() -> None:
    length = [2, 1, 0]
    problem = jobs("no_overlap((start[j], length[j], use[j]) for j in J)", length=length)
    for point, holds in points(problem, 3, 4):
        spans = [(s, s + d) for s, d, u in zip(point[:3], length, point[3:], strict=True) if u]
        apart = all(a[1] <= b[0] or b[1] <= a[0] for a, b in itertools.combinations(spans, 2))
        assert holds == apart, point


def test_needs_fit_exactly_where_the_rows_hold() -> None:
    length, need = [2, 1, 2], [2, 1, 2]
    problem = jobs(
        "cumulative(3, (start[j], length[j], need[j], use[j]) for j in J)", length=length, need=need
    )
    for point, holds in points(problem, 3, 3):
        running = [
            sum(
                n
                for s, d, n, u in zip(point[:3], length, need, point[3:], strict=True)
                if u and s <= t < s + d
            )
            for t in range(8)
        ]
        assert holds == (max(running) <= 3), point


def test_arcs_are_one_tour_exactly_where_the_rows_hold() -> None:
    problem = compiled(
        sets={"N": {"first": 1, "last": 4}},
        variables={"go": {"over": ["N", "N"], "domain": "binary"}},
        constraints={"tour": {"that": "circuit(go[i,j] for i in N for j in N if i != 1 or j != 1)"}},
    )
    for following in itertools.product(range(4), repeat=4):
        if following[0] == 0 or len({*following}) < 4:
            continue
        taken = np.zeros((4, 4))
        taken[np.arange(4), following] = 1
        values = np.full(problem.num_columns, np.nan)
        values[:16] = taken.reshape(-1)
        reached, node = {0}, following[0]
        while node not in reached:
            reached.add(node)
            node = following[node]
        one = all(node in reached or following[node] == node for node in range(4))
        assert (max_violation(problem, completed(problem, values)) <= 1e-9) == one, following


def test_the_class_is_cp_and_the_statement_is_kept() -> None:
    problem = jobs("no_overlap((start[j], 1) for j in J)")
    assert problem.problem_class is ProblemClass.CP
    assert [each.kind for each in standing(problem)] == ["no_overlap"]


@pytest.mark.parametrize("change", ["side", "column", "price", "row"])
def test_a_statement_whose_rows_were_changed_stands_for_nothing(change: str) -> None:
    problem = jobs("no_overlap((start[j], 1) for j in J)")
    first, column = problem.structures[0].rows[0], problem.structures[0].columns[0]
    if change == "side":
        upper = problem.row_upper.copy()
        upper[first] += 1
        problem = replace(problem, row_upper=upper)
    elif change == "column":
        upper = problem.upper.copy()
        upper[column] = 0
        problem = replace(problem, upper=upper)
    elif change == "row":
        matrix = problem.matrix
        values = matrix.values.copy()
        values[matrix.starts[column]] *= 2
        problem = replace(problem, matrix=replace(matrix, values=values))
    else:
        from agentopt.compiling.arrays import CompiledObjective

        cost = np.zeros(problem.num_columns)
        cost[column] = 1.0
        problem = replace(problem, objectives=(CompiledObjective("price", "minimize", cost),))
    assert standing(problem) == ()


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("no_overlap((start[j], length[j]) for j in J)", "a length in `no_overlap` may be below zero"),
        ("cumulative(3, (start[j], 1, length[j]) for j in J)", "a need in `cumulative` is below zero"),
        ("routes(9, 3, (use[j], 1) for j in J)", "an arc of `routes` has two ends"),
        ("routes(9, 3, (use[j], 1) for i in J for j in J if i < j)", "no arc of `routes` leaves its depot"),
    ],
)
def test_what_cannot_be_stated_is_an_error(form: str, message: str) -> None:
    with pytest.raises(CompileError, match=message):
        jobs(form, length=[-1, 2, 3])


def test_starts_without_an_end_ask_for_a_bound() -> None:
    with pytest.raises(CompileError, match=r"`start\[1\]` has none that can be proven"):
        compiled(
            sets={"J": {"first": 1, "last": 2}},
            variables={"start": {"over": ["J"], "domain": "integer"}},
            constraints={"form": {"that": "no_overlap((start[j], 1) for j in J)"}},
        )
