"""Claims of optimality: proved where a proof exists, refuted where something better is known, else
left as claims.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from agentopt.solvers import Termination, solve
from agentopt.verification.branching import prove
from agentopt.verification.duality import bound, implied, proves_empty, semidefinite
from agentopt.verification.exact import Evaluator
from agentopt.verification.point import Answer
from agentopt.verification.polynomials import Polynomial
from agentopt.verification.programs import from_arrays, from_formulation
from agentopt.verification.trying import objective_value
from tests.verification.answers import OPTIMUM, SHIPPING, certified, failed, hand, model, proved, said

KNAPSACK: dict[str, object] = {
    "sets": {"I": {"first": 1, "last": 6}},
    "parameters": {
        "value": {"over": ["I"], "values": [12, 9, 15, 7, 11, 4]},
        "weight": {"over": ["I"], "values": [4, 3, 6, 2, 5, 1.5]},
    },
    "variables": {"take": {"over": ["I"], "domain": "binary"}},
    "objective": {"maximize": "sum(value[i]*take[i] for i in I)"},
    "constraints": {"room": {"that": "sum(weight[i]*take[i] for i in I) <= 11.1"}},
}


def exact_program(compiled):
    blank = Answer(compiled, np.zeros(compiled.num_columns))
    return from_formulation(Evaluator(compiled.instance, blank.symbols), blank, float("inf"))


def test_the_rows_read_from_the_formulation_are_those_of_the_arrays():
    compiled = model(SHIPPING)
    read, arrays = exact_program(compiled), from_arrays(compiled)
    assert read.source == "formulation"
    assert [r.body.terms for r in read.rows] == [r.body.terms for r in arrays.rows]
    assert [(r.low, r.high, r.compiled) for r in read.rows] == [
        (r.low, r.high, r.compiled) for r in arrays.rows
    ]
    assert read.objective.terms == arrays.objective.terms
    assert (read.lower, read.upper) == (arrays.lower, arrays.upper)


RANGES: dict[str, object] = {
    "variables": {"x": {"lower": -5, "upper": 10}, "y": {"lower": None}},
    "objective": {"minimize": "x + 2*y + 100"},
    "constraints": {
        "sum": {"that": "2 <= x + y <= 9"},
        "difference": {"that": "4 >= x - y >= -3 and x <= 8"},
        "chain": {"that": "0 <= x <= y + 7"},
    },
}


def test_a_range_is_the_row_that_the_arrays_have():
    compiled = model(RANGES)
    read, arrays = exact_program(compiled), from_arrays(compiled)
    assert [r.body.terms for r in read.rows] == [r.body.terms for r in arrays.rows]
    assert [(r.low, r.high, r.compiled) for r in read.rows] == [
        (r.low, r.high, r.compiled) for r in arrays.rows
    ]


@pytest.mark.parametrize(("objective", "best"), [("minimize", 101.0), ("maximize", 115.0)])
def test_the_duals_of_ranges_prove_their_optimum(objective, best):
    compiled = model(RANGES, objective={objective: "x + 2*y + 100"})
    answer = solve(compiled)
    certificate = certified(compiled, answer)
    assert (certificate.verdict, answer.objective) == ("verified", pytest.approx(best))
    assert "the engine's duals" in said(certificate, "proved", "optimal")[0].statement


def test_any_multipliers_give_a_bound_that_holds():
    compiled = model(SHIPPING)
    program = exact_program(compiled)
    rng = np.random.default_rng(0)
    for _ in range(200):
        y = [Fraction(float(v)) for v in rng.normal(size=len(program.rows)) * rng.choice([0.1, 1, 10])]
        found = bound(program, program.objective.terms, y)
        assert found is None or found <= Fraction(OPTIMUM)


@pytest.mark.parametrize("spoil", [lambda d: d * 0.9, lambda d: -d, lambda d: d[::-1].copy()])
def test_duals_that_do_not_belong_to_the_answer_are_caught(spoil):
    compiled = model(SHIPPING)
    solution = solve(compiled)
    certificate = certified(compiled, replace(solution, duals=spoil(solution.duals)))
    assert failed(certificate) == {"duals"}
    (optimal,) = said(certificate, "proved", "optimal")
    assert "second run" in optimal.statement


def test_an_answer_without_duals_is_proved_by_those_of_another_run():
    compiled = model(SHIPPING)
    certificate = certified(compiled, replace(solve(compiled), duals=None))
    assert certificate.verdict == "verified"


def test_an_answer_that_is_not_the_best_is_refuted():
    compiled = model(SHIPPING)
    point = [325, 0, 0, 0, 300, 275]
    cost = 2.5 * 325 + 1.8 * 300 + 1.4 * 275
    certificate = certified(compiled, hand(point, cost))
    (wrong,) = said(certificate, "failed", "optimal")
    assert wrong.data == {"objective": cost, "better": OPTIMUM}


def test_a_mixed_integer_answer_is_proved_by_cases():
    compiled = model(KNAPSACK)
    certificate = certified(compiled, solve(compiled))
    (optimal,) = said(certificate, "proved", "optimal")
    assert optimal.data["by"] == "cases"
    assert optimal.data["cases"] > 1
    assert certificate.verdict == "verified"


def test_a_mixed_integer_answer_that_is_not_the_best_is_refuted():
    compiled = model(KNAPSACK)
    certificate = certified(compiled, hand([1, 1, 0, 1, 0, 0], 28))
    (wrong,) = said(certificate, "failed", "optimal")
    assert wrong.data["better"] > 28


@pytest.mark.parametrize("seed", range(25))
def test_random_integer_models_are_proved_exactly_where_the_claim_is_right(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 7)), int(rng.integers(2, 5))
    parts = {
        "sets": {"J": {"first": 1, "last": n}, "R": {"first": 1, "last": m}},
        "parameters": {
            "c": {"over": ["J"], "values": (rng.integers(-20, 20, n) / 4).tolist()},
            "a": {"over": ["R", "J"], "values": (rng.integers(-9, 10, (m, n)) / 2).tolist()},
            "b": {"over": ["R"], "values": rng.integers(3, 30, m).tolist()},
        },
        "variables": {
            "x": {"over": ["J"], "domain": "integer", "lower": 0, "upper": 4},
            "s": {"lower": -1, "upper": 3},
        },
        "objective": {"maximize": "sum(c[j]*x[j] for j in J) - 0.7*s"},
        "constraints": {"rows": {"for": "r in R", "that": "sum(a[r,j]*x[j] for j in J) <= b[r] + s"}},
    }
    compiled = model(parts)
    solution = solve(compiled)
    certificate = certified(compiled, solution)
    assert certificate.verdict == "verified", certificate
    worse = hand([0] * n + [max(-1.0, 0.0)], 0.0)
    if solution.objective > 1e-3:
        assert "optimal" in failed(certified(compiled, worse))
    program = exact_program(compiled)
    target = -Fraction(solution.objective)
    assert prove(program, target, Fraction(1, 10**6), float("inf")).closed
    assert not prove(program, target + 1, Fraction(1, 10**6), float("inf")).closed


def test_a_convex_quadratic_answer_is_proved_by_its_tangent():
    parts = {
        "variables": {"x": {}, "y": {}},
        "objective": {"minimize": "(x - 1)**2 + (y - 2)**2 + x*y"},
        "constraints": {"c": {"that": "x + y >= 4"}},
    }
    compiled = model(parts)
    certificate = certified(compiled, hand([1.5, 2.5], 0.25 + 0.25 + 3.75))
    assert "optimal" in failed(certificate) | {each.check for each in certificate.unknown}
    solution = solve(compiled)
    assert certified(compiled, solution).verdict == "verified"


def test_a_quadratic_objective_that_is_not_convex_is_not_proved_by_a_tangent():
    compiled = model(
        {"variables": {"x": {"upper": 3}, "y": {"upper": 3}}, "objective": {"minimize": "x*y - x - y"}}
    )
    certificate = certified(compiled, hand([1, 1], -1), resolve=None)
    assert "optimal" not in proved(certificate)


def test_integer_points_of_a_nonlinear_model_are_all_tried():
    parts = {
        "variables": {"x": {"domain": "integer", "upper": 10}, "y": {"domain": "integer", "upper": 10}},
        "objective": {"maximize": "x*y**2"},
        "constraints": {"c": {"that": "x**2 + y**2 <= 60"}},
    }
    compiled = model(parts)
    best = max((x * y * y, x, y) for x in range(11) for y in range(11) if x * x + y * y <= 60)
    certificate = certified(compiled, hand(list(best[1:]), best[0]))
    (optimal,) = said(certificate, "proved", "optimal")
    assert optimal.data == {"by": "every point", "points": 121}
    assert "optimal" in failed(certified(compiled, hand([1, 1], 1)))


def test_a_claim_that_cannot_be_proved_stays_a_claim_and_a_second_engine_is_only_evidence():
    compiled = model(
        {
            "variables": {"x": {"lower": 0.5, "upper": 4}, "y": {"upper": 4}},
            "objective": {"minimize": "x*y - 2*x - y"},
            "constraints": {"c": {"that": "x + y <= 5"}},
        }
    )
    solution = solve(compiled)
    assert solution.termination is Termination.OPTIMAL
    certificate = certified(compiled, solution)
    assert "optimal" not in proved(certificate)
    assert said(certificate, "unknown", "optimal")
    assert certificate.verdict == "checked"


def test_a_wrong_global_claim_is_refuted_by_the_second_engine():
    compiled = model(
        {
            "variables": {"x": {"lower": 0, "upper": 4}, "y": {"lower": 0, "upper": 4}},
            "objective": {"minimize": "x*y - 2*x - y"},
            "constraints": {"c": {"that": "x + y <= 5"}},
        }
    )
    certificate = certified(compiled, hand([0, 0], 0))
    assert "optimal" in failed(certificate)


def test_an_early_stop_says_how_far_from_the_best_it_is():
    compiled = model(SHIPPING)
    cost = 2.5 * 325 + 1.8 * 300 + 1.4 * 275
    stopped = hand([325, 0, 0, 0, 300, 275], cost, termination=Termination.TIME_LIMIT, bound=1700.0)
    certificate = certified(compiled, stopped)
    assert not certificate.failed
    assert said(certificate, "unknown", "optimal")
    assert "optimal" not in proved(certificate)


def test_bounds_are_implied_by_rows_and_never_too_tight():
    compiled = model(
        {
            "variables": {"x": {}, "y": {"lower": -2}, "z": {"lower": None}},
            "constraints": {"c": {"that": "2*x + y <= 6"}, "d": {"that": "x - z == 1"}},
        }
    )
    lower, upper = implied(exact_program(compiled))
    assert upper[0] == 4
    assert (lower[2], upper[2]) == (-1, 3)


def test_contradictions_are_only_seen_where_they_are():
    compiled = model(
        {
            "variables": {"x": {}, "y": {}},
            "constraints": {"c": {"that": "x + y <= 1"}, "d": {"that": "x + y >= 2"}},
        }
    )
    program = exact_program(compiled)
    assert proves_empty(program, [-1.0, 1.0])
    assert proves_empty(program, [1.0, -1.0])
    assert not proves_empty(program, [1.0, 1.0])
    assert not proves_empty(program, [0.0, 0.0])


def test_convexity_is_decided_exactly():
    x, y = Polynomial.column(0), Polynomial.column(1)
    assert semidefinite(x * x + y * y - 2 * (x * y))
    assert not semidefinite(x * x + y * y - Fraction(2000001, 1000000) * (x * y))
    assert not semidefinite(x * y)
    assert semidefinite(x * x + 3 * y)


SECOND: dict[str, tuple[dict[str, object], list[float]]] = {
    # A model of each class that no exact proof closes, and a point that meets it and is not the best.
    "QP": (
        {
            "variables": {"x": {"upper": 4}, "y": {"upper": 4}},
            "objective": {"minimize": "x*y - 2*x - y"},
            "constraints": {"c": {"that": "x + y <= 5"}},
        },
        [1.0, 1.0],
    ),
    "QCP": (
        {
            "variables": {"x": {"upper": 4}, "y": {"upper": 4}},
            "objective": {"maximize": "x + y"},
            "constraints": {"c": {"that": "x*y <= 2"}, "d": {"that": "x + 2*y <= 6"}},
        },
        [1.0, 1.0],
    ),
    "MIQP": (
        {
            "variables": {"x": {"upper": 4}, "n": {"domain": "integer", "upper": 9000}},
            "objective": {"minimize": "x*n - 3*n - x"},
            "constraints": {"c": {"that": "x + n <= 9000"}},
        },
        [3.5, 2.0],
    ),
    "MIQCP": (
        {
            "variables": {"x": {"upper": 4}, "n": {"domain": "integer", "upper": 9000}},
            "objective": {"maximize": "x + n"},
            "constraints": {"c": {"that": "x*n <= 20"}, "d": {"that": "n <= 100 - x"}},
        },
        [1.0, 2.0],
    ),
    "NLP": (
        {
            "variables": {"x": {"lower": 0.1, "upper": 4}},
            "objective": {"minimize": "x*log(x) - x + sin(3*x)"},
        },
        [0.2],
    ),
    "MINLP": (
        {
            "variables": {"x": {"lower": 0.1, "upper": 4}, "n": {"domain": "integer", "upper": 9000}},
            "objective": {"minimize": "x*log(x) - x + (n - 7)**2 + sin(3*x)"},
        },
        [0.2, 7.0],
    ),
}


@pytest.mark.parametrize("liar", ["hand", "scip"])
@pytest.mark.parametrize("name", SECOND)
def test_a_wrong_optimum_is_refuted_whatever_the_class_and_engine(name, liar):
    # Where the liar is the only engine that looks everywhere, a local one still finds something better.
    parts, point = SECOND[name]
    compiled = model(parts)
    assert compiled.problem_class == name
    evaluator = Evaluator(compiled.instance, Answer(compiled, np.array(point)))
    value = float(objective_value(evaluator))
    certificate = certified(compiled, hand(point, value, engine=liar))
    assert "feasible" in proved(certificate)
    assert "optimal" in failed(certificate), certificate
    assert "optimal" not in proved(certificate)


@pytest.mark.parametrize("name", SECOND)
def test_a_right_optimum_of_every_class_is_compared_and_said(name):
    compiled = model(SECOND[name][0])
    solution = solve(compiled)
    for engine in ("scip", "hand"):
        certificate = certified(compiled, replace(solution, engine=engine))
        assert not certificate.failed, certificate
        compared = [
            each
            for each in (*certificate.not_falsified, *certificate.unknown)
            if each.check == "second-engine"
        ]
        assert compared or "optimal" in proved(certificate)


def test_a_larger_integer_model_that_cases_do_not_close_is_compared_with_a_second_engine(monkeypatch):
    monkeypatch.setattr("agentopt.verification.branching.MAX_CASES", 1)
    parts = {
        "sets": {"I": {"first": 1, "last": 9}},
        "parameters": {"w": {"over": ["I"], "values": [7, 8, 9, 11, 13, 17, 19, 23, 29]}},
        "variables": {"x": {"over": ["I"], "domain": "integer", "upper": 9}},
        "objective": {"maximize": "sum((w[i] + 1/3)*x[i] for i in I)"},
        "constraints": {"c": {"that": "sum((w[i] + 0.5)*x[i] for i in I) <= 100.25"}},
    }
    compiled = model(parts)
    solution = solve(compiled)
    certificate = certified(compiled, solution)
    assert said(certificate, "not_falsified", "second-engine")
    assert "optimal" not in proved(certificate)
    values = np.zeros(9)
    values[0] = 1
    lie = replace(solution, values=values, objective=22 / 3, bound=22 / 3)
    assert "optimal" in failed(certified(compiled, lie))


def test_what_is_not_compared_with_a_second_engine_says_so():
    parts = {
        "variables": {"x": {"upper": 4}, "y": {"upper": 4}},
        "objective": [
            {"maximize": "x*y", "priority": 2},
            {"minimize": "x", "priority": 1},
        ],
    }
    compiled = model(parts)
    (line,) = said(certified(compiled, hand([4, 4], 16)), "unknown", "second-engine")
    assert "one after the other" in line.statement
