"""The exact evaluator says what the naive one says, without its rounding."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentopt.compiling import compile_instance
from agentopt.formulation.parse import parse_domain, parse_expression
from agentopt.verification.enclosures import ends
from agentopt.verification.exact import Evaluator
from agentopt.verification.point import Answer
from agentopt.verification.statements import gaps
from tests.compiling.models import instance
from tests.compiling.naive import Naive
from tests.compiling.test_property import BASE, LEAVES, NONLINEAR, expressions, statements

RELAXED = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def evaluator(model, columns):
    return Evaluator(model.instance, Answer(model, columns))


def naive_point(model, columns):
    point = model.values_by_name(columns)
    return {name: each if isinstance(each, dict) else {(): each} for name, each in point.items()}


@RELAXED
@given(expressions("'b'", "2", (*LEAVES, *NONLINEAR)), st.integers(0, 99))
def test_expressions_have_the_values_of_the_naive_evaluator(expression, seed):
    model = compile_instance(instance(**BASE))
    columns = np.random.default_rng(seed).uniform(0.1, 2.0, model.num_columns)
    tree = parse_expression(expression)
    expected = Naive(model.instance).value(tree, {}, naive_point(model, columns))
    low, high = ends(evaluator(model, columns).number(tree, {})({}))
    assert high - low <= Fraction(1, 10**30) * max(1, abs(high))
    assert float(low) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@RELAXED
@given(statements((*LEAVES, *NONLINEAR)), st.integers(0, 99))
def test_statements_are_violated_by_the_difference_of_their_sides(statement, seed):
    domain, that = statement
    model = compile_instance(instance(**BASE))
    columns = np.random.default_rng(seed).uniform(0.1, 2.0, model.num_columns)
    point, naive, exact = naive_point(model, columns), Naive(model.instance), evaluator(model, columns)
    tree = parse_expression(that)
    generators = parse_domain(domain) if domain else ()
    walk, scope = exact.walk(generators, {})
    measure = gaps(exact, tree, scope)
    found = [measure(env) for env in walk({})]
    expected = []
    for inner in naive.points(generators, {}, point):
        left, right = (naive.value(part, inner, point) for part in tree.operands)
        over = {"<=": left - right, ">=": right - left, "==": abs(left - right)}[tree.operators[0]]
        expected.append(max(0.0, over))
    assert [float(gap.high) for gap in found] == pytest.approx(expected, rel=1e-9, abs=1e-9)


LOGIC = {
    "sets": {"I": {"first": 1, "last": 3}},
    "variables": {
        "x": {"over": ["I"], "domain": "integer", "upper": 3},
        "y": {"over": ["I"], "domain": "binary"},
    },
}
FORMS = [
    "implies(y[1], x[1] >= 2)",
    "implies(x[1] <= 1, y[2])",
    "iff(y[1], x[2] >= x[3])",
    "iff(x[1] > 1, not y[2])",
    "x[1] >= 2 or y[1]",
    "not (x[1] >= 2 and x[2] <= 1)",
    "x[1] != x[2]",
    "x[1] < x[2]",
    "at_most(1, y[1], y[2], x[1] >= 2)",
    "at_most(1, (x[i] >= 2 for i in I))",
    "at_least(2, (x[i] >= 2 for i in I))",
    "exactly(2, (y[i] for i in I))",
    "not at_most(1, (y[i] for i in I))",
    "not exactly(1, (y[i] for i in I))",
    "any(x[i] == 3 for i in I)",
    "all(x[i] <= 2 for i in I)",
    "not any(x[i] == 3 for i in I)",
    "alldifferent(x[i] for i in I)",
    "sos1(x[i] for i in I)",
    "sos2(x[i] for i in I)",
    "count(x[i] >= 2 for i in I) <= 1",
    "(x[1] >= 2) + y[1] == 1",
    "max(x[i] for i in I) - min(x[i] for i in I) <= 1",
    "abs(x[1] - x[2]) >= 2",
    "implies(y[1], x[1] >= 2) and at_most(2, (y[i] for i in I))",
    "x[1] >= 1 if 2 > 1 else x[1] >= 5",
]


@pytest.mark.parametrize("that", FORMS)
def test_a_logical_statement_holds_exactly_where_the_naive_evaluator_says(that):
    model = compile_instance(instance(**LOGIC))
    tree, naive = parse_expression(that), Naive(model.instance)
    seen = set()
    for seed in range(80):
        rng = np.random.default_rng(seed)
        columns = np.concatenate([rng.integers(0, 4, 3), rng.integers(0, 2, 3)]).astype(float)
        expected = bool(naive.value(tree, {}, naive_point(model, columns)))
        gap = gaps(evaluator(model, columns), tree, {})({})
        assert (gap.high == 0) == expected, columns
        assert gap.holds == expected
        seen.add(expected)
    assert seen == {True, False}


def test_data_stands_for_its_decimals():
    model = compile_instance(
        instance(
            parameters={"a": {"value": 0.1}, "b": {"value": 0.2}, "c": {"formula": "a + b"}},
            variables={"x": {}},
        )
    )
    exact = evaluator(model, np.array([0.1]))
    assert exact.number(parse_expression("c"), {})({}) == Fraction(3, 10)
    assert exact.number(parse_expression("a + b - 0.3"), {})({}) == 0
    assert exact.number(parse_expression("x"), {})({}) == Fraction(0.1) != Fraction(1, 10)


def test_a_derived_parameter_given_by_the_caller_is_taken_as_given():
    from agentopt.formulation.binding import bind
    from agentopt.formulation.elements import Formulation

    parts = {"parameters": {"a": {"value": 2}, "c": {"formula": "2*a"}}, "variables": {"x": {}}}
    bound = bind(Formulation.model_validate(parts), {"c": 7})
    model = compile_instance(bound)
    assert evaluator(model, np.zeros(1)).number(parse_expression("c"), {})({}) == 7


def test_ordered_sets_and_offsets_mean_the_same_places():
    model = compile_instance(instance(**BASE))
    columns = np.arange(model.num_columns, dtype=float)
    for text in ("v[next(first(D))]", "v[last(D) - 1]", "sum(ord(d)*v[d] for d in D)", "v[prev('wed')]"):
        tree = parse_expression(text)
        if "'wed'" in text:
            continue
        block = next(b for b in model.variables if b.name == "v")
        value = evaluator(model, columns).number(tree, {})({})
        want = {"v[next(first(D))]": 1, "v[last(D) - 1]": 1}.get(text)
        expected = (
            block.start + want
            if want is not None
            else 1 * block.start + 2 * (block.start + 1) + 3 * (block.start + 2)
        )
        assert value == expected, text


def test_a_condition_that_ties_an_index_to_an_outer_one_keeps_its_meaning():
    model = compile_instance(instance(**BASE))
    exact, naive = evaluator(model, np.arange(model.num_columns, dtype=float)), Naive(model.instance)
    point = naive_point(model, np.arange(model.num_columns, dtype=float))
    for text in (
        "sum(f[i,j]*z[i,j] for k in I for (i,j) in L if i == k and f[i,j] > 1)",
        "sum(f[i,j]*z[i,j] for k in I for (i,j) in L if k == j if f[i,j] > 1)",
        "sum(c[i]*x[i] for k in I for i in I if i == k for k in I if k == i)",
        "sum(y[i,t] for t in T for i in I for r in range(1, 4) if r == t)",
    ):
        tree = parse_expression(text)
        assert float(exact.number(tree, {})({})) == pytest.approx(naive.value(tree, {}, point)), text
