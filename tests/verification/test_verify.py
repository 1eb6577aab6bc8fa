"""Certificates of points: what holds is proved, what does not is named, and the engine is not believed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agentopt.solvers import PointStatus, Solution, Termination, solve
from agentopt.verification.elements import Late
from agentopt.verification.exact import Evaluator
from agentopt.verification.point import Answer
from agentopt.verification.rows import Report, check_rows
from tests.verification.answers import OPTIMUM, SHIPPING, certified, failed, hand, model, proved, said


@pytest.fixture(scope="module")
def shipping():
    compiled = model(SHIPPING)
    return compiled, solve(compiled)


def test_a_right_answer_is_verified(shipping):
    certificate = certified(*shipping)
    assert certificate.verdict == "verified"
    assert {"feasible", "objective", "optimal"} <= proved(certificate)
    (feasible,) = said(certificate, "proved", "feasible")
    assert feasible.data["rows"] == 5
    assert feasible.data["bounds"] == 6
    (optimal,) = said(certificate, "proved", "optimal")
    assert optimal.data["by"] == "dual bound"
    assert optimal.data["source"] == "formulation"
    assert optimal.data["bound"] == pytest.approx(OPTIMUM)


@pytest.mark.parametrize("column", range(6))
def test_a_point_nudged_beyond_a_row_is_caught(shipping, column):
    compiled, solution = shipping
    for step in (1e-5, -1e-5):
        values = solution.values.copy()
        values[column] += step
        certificate = certified(compiled, replace(solution, values=values))
        rows = np.bincount(
            compiled.matrix.indices,
            compiled.matrix.values * np.repeat(values, np.diff(compiled.matrix.starts)),
        )
        broken = (rows < compiled.row_lower - 2e-6).any() or (rows > compiled.row_upper + 2e-6).any()
        assert ("rows" in failed(certificate)) == broken
        assert ("bounds" in failed(certificate)) == bool((values < -2e-6).any())
        assert ("feasible" in proved(certificate)) == (not failed(certificate))


def test_a_violated_row_is_named_with_its_index_amount_and_reason(shipping):
    compiled, solution = shipping
    values = solution.values.copy()
    values[0] -= 20
    certificate = certified(compiled, replace(solution, values=values))
    (row,) = said(certificate, "failed", "rows")
    assert row.element == "meet_demand"
    assert row.statement.startswith("meet_demand[new-york] does not hold: it is off by 20")
    assert "each market needs at least its demand" in row.statement
    assert certificate.verdict == "failed"


def test_what_floats_call_feasible_and_is_not_is_seen_exactly():
    # 0.1 + 0.2 rounds up: in floating point x >= 0.1 + 0.2 fails at 0.3, in decimals it holds.
    compiled = model(
        {
            "parameters": {"a": {"value": 0.1}, "b": {"value": 0.2}},
            "variables": {"x": {}},
            "objective": {"minimize": "x"},
            "constraints": {"c": {"that": "x >= a + b"}},
        }
    )
    assert 0.3 < 0.1 + 0.2
    (feasible,) = said(certified(compiled, hand([np.nextafter(0.3, 1)], 0.3)), "proved", "feasible")
    assert feasible.data["violation"] == 0
    (short,) = said(certified(compiled, hand([np.nextafter(0.3, 0)], 0.3)), "proved", "feasible")
    assert 0 < short.data["violation"] < 1e-16


def test_cancellation_that_floats_lose_is_a_violation():
    # In floating point 1e17 + 1 - 1e17 is 0; the row asks for at most 0.5 and the point makes it 1.
    compiled = model(
        {
            "variables": {"x": {"upper": 1e18}, "y": {}, "z": {"upper": 1e18}},
            "constraints": {"c": {"that": "abs(x + y - z) <= 0.5"}},
        }
    )
    assert 1e17 + 1.0 - 1e17 == 0.0
    values = np.zeros(compiled.num_columns)
    values[:3] = [1e17, 1.0, 1e17]
    (row,) = said(certified(compiled, hand(values.tolist(), None)), "failed", "rows")
    assert row.data["violation"] == 0.5


def test_an_objective_the_answer_does_not_have_is_caught(shipping):
    compiled, solution = shipping
    certificate = certified(compiled, replace(solution, objective=solution.objective - 1))
    (wrong,) = said(certificate, "failed", "objective")
    assert "1,706.5" in wrong.statement
    assert "1,707.5" in wrong.statement
    assert certificate.verdict == "failed"


def test_values_that_are_not_whole_are_caught():
    compiled = model({"variables": {"x": {"domain": "integer"}}, "constraints": {"c": {"that": "x <= 2.5"}}})
    assert "integrality" in failed(certified(compiled, hand([2.5], None)))
    assert "integrality" in proved(certified(compiled, hand([2 + 1e-9], None)))


def test_an_answer_that_rests_on_a_binary_being_a_little_off_is_caught():
    # 1e-7 of a binary times a big number lets x be 0.1; with the binary at 0, x must be 0.
    compiled = model(
        {
            "variables": {"y": {"domain": "binary"}, "x": {"upper": 5}},
            "objective": {"maximize": "x - 10*y"},
            "constraints": {"open": {"that": "x <= 1000000*y"}},
        }
    )
    certificate = certified(compiled, hand([1e-7, 0.1], 0.1 - 1e-6))
    (wrong,) = said(certificate, "failed", "integrality")
    assert "open" in wrong.statement
    assert certificate.verdict == "failed"


def test_rounding_that_only_moves_the_others_a_little_is_no_fault():
    compiled = model(
        {
            "variables": {"y": {"domain": "integer", "upper": 9}, "x": {"upper": 50}},
            "objective": {"maximize": "x - y"},
            "constraints": {"c": {"that": "x <= 1000*y"}, "d": {"that": "x <= 40"}},
        }
    )
    certificate = certified(compiled, hand([0.04, 40.0], 39.96))
    assert "integrality" in failed(certificate)
    compiled = model(
        {
            "variables": {"y": {"domain": "integer", "upper": 9}, "x": {"upper": 50000}},
            "objective": {"maximize": "x - y"},
            "constraints": {"c": {"that": "x == 1000*y"}, "d": {"that": "y <= 3"}},
        }
    )
    certificate = certified(compiled, hand([3 - 1e-8, 3000 - 1e-5], 2997.0))
    assert "integrality" in proved(certificate)


@pytest.mark.parametrize(
    ("values", "holds"), [([0.0], True), ([3.0], True), ([1.0], False), ([11.0], False), ([-1.0], False)]
)
def test_a_semicontinuous_value_is_zero_or_within_its_bounds(values, holds):
    compiled = model({"variables": {"x": {"domain": "semicontinuous", "lower": 2, "upper": 10}}})
    certificate = certified(compiled, hand(values, None))
    assert ("feasible" in proved(certificate)) == holds
    assert bool(failed(certificate)) != holds


def test_bounds_may_be_expressions():
    parts = {
        "sets": {"I": {"first": 1, "last": 2}},
        "parameters": {"cap": {"over": ["I"], "values": [3, 5]}},
        "variables": {"x": {"over": ["I"], "lower": "-i", "upper": "2*cap[i]", "with": ["i"]}},
    }
    compiled = model(parts)
    assert "feasible" in proved(certified(compiled, hand([6, -2], None)))
    (wrong,) = said(certified(compiled, hand([6, 10.001], None)), "failed", "bounds")
    assert wrong.statement.startswith("x[2] does not hold: it is off by 0.001")


@pytest.mark.parametrize(
    ("that", "good", "bad"),
    [
        ("implies(x >= 3, y >= 2)", [3, 2], [3, 1]),
        ("iff(x >= 3, y >= 2)", [2, 1], [2, 2]),
        ("at_most(1, x >= 1, y >= 1)", [0, 4], [1, 4]),
        ("x != y", [1, 2], [2, 2]),
        ("x < y", [1, 2], [2, 2]),
        ("alldifferent(x, y)", [1, 2], [2, 2]),
        ("sos1(x, y)", [0, 2], [1, 2]),
        ("piecewise(x, (0, 0), (2, 4), (5, 5)) >= y", [2, 4], [1, 3]),
        ("max(x, y) - min(x, y) <= 1", [3, 4], [2, 4]),
        ("1 <= x + y <= 4", [2, 2], [0, 0]),
    ],
)
def test_logic_is_evaluated_on_the_formulation_itself(that, good, bad):
    compiled = model(
        {
            "variables": {v: {"domain": "integer", "upper": 5} for v in ("x", "y")},
            "constraints": {"c": {"that": that}},
        }
    )
    for values, holds in ((good, True), (bad, False)):
        point = np.zeros(compiled.num_columns)
        point[:2] = values
        certificate = certified(compiled, hand(point.tolist(), None), resolve=None)
        assert ("feasible" in proved(certificate)) == holds
        assert (failed(certificate) == {"rows"}) != holds


def test_functions_that_leave_the_rationals_are_enclosed():
    compiled = model(
        {
            "variables": {"x": {"lower": 0.1, "upper": 5}},
            "constraints": {"c": {"that": "exp(x) + log(x) <= 2.7182818"}},
        }
    )
    assert "feasible" in proved(certified(compiled, hand([0.9999], None), resolve=None))
    assert failed(certified(compiled, hand([1.0001], None), resolve=None)) == {"rows"}


def test_what_has_no_value_is_unknown_and_not_failed():
    compiled = model({"variables": {"x": {"upper": 5}}, "constraints": {"c": {"that": "log(x) <= 1"}}})
    certificate = certified(compiled, hand([0.0], None), resolve=None)
    assert not certificate.failed
    assert "logarithm" in said(certificate, "unknown", "feasible")[0].statement
    assert certificate.verdict != "verified"


def test_a_strict_comparison_met_with_equality_is_said():
    compiled = model(
        {"variables": {"x": {}}, "objective": {"minimize": "x"}, "constraints": {"c": {"that": "x > 2"}}}
    )
    assert said(certified(compiled, solve(compiled)), "unknown", "strict")
    assert not said(certified(compiled, hand([2.5], 2.5)), "unknown", "strict")


def test_every_objective_is_computed_again():
    parts = {
        "variables": {"x": {"upper": 4}, "y": {"upper": 3}},
        "objective": [
            {"name": "first", "maximize": "x + y", "priority": 2},
            {"name": "second", "minimize": "x"},
        ],
    }
    compiled = model(parts)
    certificate = certified(compiled, hand([4, 3], 7))
    (objectives,) = said(certificate, "proved", "objective")
    assert objectives.data["values"] == {"first": 7, "second": 4}
    assert said(certified(compiled, hand([4, 3], 5)), "unknown", "objective")
    assert said(certificate, "unknown", "optimal")


def test_weighted_objectives_are_compared_as_a_sum():
    parts = {
        "variables": {"x": {"upper": 4}, "y": {"upper": 3}},
        "objective": [
            {"name": "a", "maximize": "x", "weight": 2},
            {"name": "b", "minimize": "y", "weight": 0.5},
        ],
    }
    compiled = model(parts)
    certificate = certified(compiled, hand([4, 1], 7.5))
    assert "objective" in proved(certificate)
    assert failed(certified(compiled, hand([4, 1], 8))) == {"objective"} | failed(certificate)


def test_no_point_is_unknown():
    compiled = model(SHIPPING)
    certificate = certified(compiled, Solution(Termination.TIME_LIMIT, PointStatus.NONE, "hand"))
    assert certificate.verdict == "unknown"
    assert not certificate.failed


def test_what_there_was_no_time_for_is_unknown():
    compiled = model(SHIPPING)
    certificate = certified(compiled, solve(compiled), seconds=0.0)
    assert "feasible" not in proved(certificate)
    assert said(certificate, "unknown", "feasible")
    assert not certificate.failed


def test_one_long_sum_ends_with_the_time_too():
    compiled = model(
        {
            "sets": {"I": {"first": 1, "last": 5000}},
            "variables": {"x": {"over": ["I"]}},
            "objective": {"minimize": "sum(x[i] for i in I)"},
            "constraints": {"c": {"that": "sum(abs(x[i]) for i in I) <= 1"}},
        }
    )
    values = np.zeros(compiled.num_columns)
    evaluator = Evaluator(compiled.instance, Answer(compiled, values))
    total = evaluator.number(evaluator.parsed.objectives[0].expression, {})
    assert total({}) == 0
    with evaluator.until(0.0), pytest.raises(Late):
        total({})
    assert total({}) == 0
    report = Report()
    check_rows(evaluator, report, 0.0)
    assert report.skipped == ["c"]


@pytest.mark.parametrize("how", ["raised", "kept by the engine"])
def test_ctrl_c_ends_verification_with_what_is_proved(shipping, how):
    asked = []

    def resolve(arrays):
        asked.append(arrays)
        if how == "raised":
            raise KeyboardInterrupt
        return replace(solve(arrays), termination=Termination.INTERRUPTED)

    certificate = certified(*shipping, battery=True, resolve=resolve)
    assert len(asked) == 1
    assert {"feasible", "objective", "optimal"} <= proved(certificate)
    assert "interrupted" in said(certificate, "unknown", "time")[0].statement


def test_a_feasibility_problem_needs_no_optimum():
    compiled = model({"variables": {"x": {"upper": 3}}, "constraints": {"c": {"that": "2*x == 3"}}})
    certificate = certified(compiled, solve(compiled))
    assert certificate.verdict == "verified"


def test_a_fault_of_the_compiler_cannot_hide():
    compiled = model(SHIPPING)
    solution = solve(compiled)
    spoiled = replace(compiled, row_lower=compiled.row_lower - 100)
    wrong = solve(spoiled)
    assert wrong.objective < solution.objective
    certificate = certified(spoiled, wrong)
    assert "rows" in failed(certificate)
