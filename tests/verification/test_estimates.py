"""The error bounds of large models hold, and what they cannot clear is looked at exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentopt.compiling import compile_instance
from agentopt.formulation.parse import parse_expression
from agentopt.verification.case import Case
from agentopt.verification.estimates import CLEAR, Estimates
from agentopt.verification.exact import Evaluator
from agentopt.verification.point import Answer
from agentopt.verification.rows import Report, bounds, check_bounds
from agentopt.verification.statements import gaps
from tests.compiling.models import instance
from tests.compiling.test_property import BASE, LEAVES, expressions, statements
from tests.verification.answers import SHIPPING, certified, hand, model, said

RELAXED = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@RELAXED
@given(statements(tuple(LEAVES)), st.integers(0, 99), st.sampled_from([1e-6, 1.0, 1e6]))
def test_cleared_rows_hold_and_open_ones_are_the_others(statement, seed, scale):
    domain, that = statement
    bound = instance(**BASE, constraints={"c": {"for": domain or None, "that": that}})
    compiled = compile_instance(bound)
    answer = Answer(compiled, np.random.default_rng(seed).uniform(-1, 1, compiled.num_columns) * scale)
    evaluator = Evaluator(bound, answer)
    constraint = evaluator.parsed.constraints["c"]
    found = Estimates(evaluator, answer).rows(constraint)
    if found is None:
        return
    walk, scope = evaluator.walk(constraint.generators, {})
    measure = gaps(evaluator, constraint.statement, scope)
    exact = {tuple(sorted(env.items())): measure(env).high for env in walk({})}
    open_ = {tuple(sorted(env.items())) for env in found.open}
    assert len(exact) == found.num_rows
    assert open_ <= set(exact)
    for env, violation in exact.items():
        if env not in open_:
            assert violation <= Fraction(found.worst) <= Fraction(CLEAR)


@RELAXED
@given(expressions("'b'", "2", tuple(LEAVES)), st.integers(0, 99))
def test_an_enclosed_objective_contains_the_exact_one(expression, seed):
    bound = instance(**BASE)
    compiled = compile_instance(bound)
    answer = Answer(compiled, np.random.default_rng(seed).uniform(-1e3, 1e3, compiled.num_columns))
    evaluator, tree = Evaluator(bound, answer), parse_expression(expression)
    found = Estimates(evaluator, answer).objective(tree)
    if found is not None:
        assert found.low <= evaluator.number(tree, {})({}) <= found.high


def test_cancellation_leaves_a_row_open():
    compiled = model(
        {
            "sets": {"I": {"first": 1, "last": 3}},
            "variables": {"x": {"over": ["I"], "lower": None}},
            "constraints": {"c": {"that": "x[1] + x[2] + x[3] <= 0.5"}},
        }
    )
    answer = Answer(compiled, np.array([1e17, 1.0, -1e17]))
    evaluator = Evaluator(compiled.instance, answer)
    found = Estimates(evaluator, answer).rows(evaluator.parsed.constraints["c"])
    assert found is not None
    assert found.open == ({},)


@pytest.mark.parametrize("spoil", [0.0, 1e-5])
def test_large_models_are_verified_the_same_way(monkeypatch, spoil):
    monkeypatch.setattr("agentopt.verification.case.MIN_ESTIMATED", 0)
    compiled = model(SHIPPING)
    point = [50 - spoil, 300, 0, 275, 0, 275]
    certificate = certified(compiled, hand(point, 1707.5 - 2.5 * spoil))
    if spoil:
        assert said(certificate, "failed", "rows")[0].statement.startswith("meet_demand[new-york]")
    else:
        (feasible,) = said(certificate, "proved", "feasible")
        assert feasible.data["estimated"] == 5
        assert certificate.verdict == "verified"


def test_a_small_model_is_evaluated_in_fractions_alone():
    compiled = model(SHIPPING)
    case = Case(compiled.instance, compiled, hand([0.0] * 6, 0.0), 0.0)
    assert case.estimates is None


DERIVED: dict[str, object] = {
    "sets": {"I": {"elements": ["a", "b"]}, "J": {"first": 1, "last": 3}},
    "parameters": {
        "base": {"over": ["I", "J"], "values": [[0.1, 0.2, 0.3], [1.5, 2.5, 3.5]]},
        "cost": {"over": ["I", "J"], "with": ["i", "j"], "formula": "1.1 * base[i,j] + 0.3"},
        "dear": {"over": ["J"], "with": ["k"], "formula": "2 * cost['a',k]"},
    },
    "variables": {
        "x": {"over": ["I", "J"], "with": ["i", "j"], "lower": "base[i,j] / 2", "upper": "3 * cost[i,j]"}
    },
    "objective": {"minimize": "sum(cost[i,j]*x[i,j] for i in I for j in J) + sum(dear[j] for j in J)"},
    "constraints": {
        "c": {"for": "j in J", "that": "sum(cost[i,j]*x[i,j] for i in I) + dear[j] >= 1"},
    },
}


@RELAXED
@given(st.integers(0, 99), st.sampled_from([0.5, 1.0, 3.0]))
def test_derived_parameters_are_written_out_and_their_errors_bounded(seed, scale):
    compiled = model(DERIVED)
    values = np.random.default_rng(seed).uniform(0, scale, compiled.num_columns)
    answer = Answer(compiled, values)
    evaluator = Evaluator(compiled.instance, answer)
    estimates = Estimates(evaluator, answer)
    (objective,) = evaluator.parsed.objectives
    found = estimates.objective(objective.expression)
    assert found is not None
    assert found.low <= evaluator.number(objective.expression, {})({}) <= found.high
    rows = estimates.rows(evaluator.parsed.constraints["c"])
    assert rows is not None
    assert rows.num_rows == 3
    clear = estimates.bounds("x")
    assert clear is not None
    report = Report()
    check_bounds(evaluator, answer, report, float("inf"))
    each = bounds(evaluator, answer, "x", compiled.instance.formulation.variables["x"])
    exact = [max(low - value, value - high, Fraction(0)) <= CLEAR for _, value, low, high in each]
    assert clear.tolist() == exact
    assert report.num_rows == 6


def test_a_derived_value_that_is_not_its_formula_does_not_pass():
    # The table of a derived parameter is not trusted: its formula is evaluated again.
    compiled = model(DERIVED)
    table = compiled.instance.parameters["cost"]
    table.values[:] = 100.0
    answer = Answer(compiled, np.full(6, 0.05))
    evaluator = Evaluator(compiled.instance, answer)
    found = Estimates(evaluator, answer).objective(evaluator.parsed.objectives[0].expression)
    assert found is not None
    assert found.high < 20


@pytest.mark.parametrize("formula", ["sum(base[i,k] for k in J)", "floor(base[i,1])", "own[i] + 1"])
def test_a_formula_that_cannot_stand_in_an_expression_is_left_to_exact_evaluation(formula):
    parts = {
        **DERIVED,
        "parameters": {
            "base": DERIVED["parameters"]["base"],
            "own": {"over": ["I"], "with": ["i"], "formula": "floor(base[i,1])"},
            "cost": {"over": ["I"], "with": ["i"], "formula": formula},
        },
        "variables": {"x": {"over": ["I"]}},
        "objective": {"minimize": "sum(cost[i]*x[i] for i in I)"},
        "constraints": {},
    }
    compiled = model(parts)
    answer = Answer(compiled, np.ones(2))
    evaluator = Evaluator(compiled.instance, answer)
    assert Estimates(evaluator, answer).objective(evaluator.parsed.objectives[0].expression) is None
