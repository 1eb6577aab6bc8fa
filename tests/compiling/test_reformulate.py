"""Every reformulation against enumeration: a point is feasible exactly when the statement holds there."""

from __future__ import annotations

import itertools

import pytest

from agentopt.compiling import compile_instance
from agentopt.errors import CompileError
from agentopt.formulation.parse import parse_expression
from tests.compiling.models import admits, compiled, instance, optimum, points
from tests.compiling.naive import Naive

INTEGERS = {
    "variables": {
        "x": {"domain": "integer", "lower": -2, "upper": 2},
        "z": {"domain": "integer", "lower": 0, "upper": 2},
        "y": {"domain": "binary"},
        "w": {"domain": "binary"},
    }
}
VALUES = {"x": [-2, -1, 0, 1, 2], "z": [0, 1, 2], "y": [0, 1], "w": [0, 1]}

STATEMENTS = [
    "abs(x) <= 1",
    "abs(x) >= 1",
    "abs(x) == z",
    "abs(x - z) + y >= 2",
    "z - abs(x) >= 0",
    "max(x, z, 1) <= 1",
    "max(x, z) >= 2",
    "max(x, z) == 1",
    "min(x, z) >= 0",
    "min(x, z) <= -1",
    "min(x, 1 - z) == y",
    "max(abs(x), 2*y) <= 1",
    "y*w == 1",
    "y*w + z <= 1",
    "y*x >= 1",
    "x*y - z*w == 0",
    "y*y + w >= 1",
    "implies(y, x >= 1)",
    "implies(y == 0, x <= 0)",
    "implies(x >= 1, y)",
    "implies(x > 0, y == 1)",
    "implies(x >= 1, z >= 1)",
    "implies(x >= 1 and z >= 1, y)",
    "implies(x >= 1 or z >= 2, y and w)",
    "implies(implies(y, w), x >= 1)",
    "iff(y, x >= 1)",
    "iff(x <= 0, z >= 1)",
    "iff(y, w)",
    "iff(y == 1, abs(x) == 2)",
    "x <= -1 or x >= 1",
    "x == 2 or z == 0 or y == 1",
    "not (x <= 0)",
    "not (y and w)",
    "not (x == z)",
    "not implies(y, w)",
    "not iff(y, x >= 1)",
    "y or w",
    "not y",
    "x != z",
    "x < z",
    "x + 1 > z",
    "at_most(1, y, w, x >= 1)",
    "at_least(2, y, w, x >= 1)",
    "exactly(1, y, w, z == 2)",
    "not at_most(1, y, w, x >= 1)",
    "not exactly(1, y, w)",
    "sos1(x, z, y)",
    "sos2(x, z, y, w)",
    "alldifferent(x, z, y)",
    "(x >= 1) + (z >= 1) <= y",
    "(x >= 1) + 0*z >= w",
    "(x == 1) == y",
    "piecewise(x, (-2, 2), (0, 0), (2, 1)) <= z",
    "piecewise(x, (-2, 2), (0, 0), (2, 1)) >= z",
    "piecewise(x, (-2, 0), (0, 2), (2, 0)) <= z",
    "piecewise(x, (-1, 0), (1, 2)) == z",
    "y*(x + z) <= 1",
    "1 <= abs(x) <= 1",
    "implies(y, 0 <= x <= 1)",
    "implies(y, x == 1)",
    "implies(y, x != 1)",
    "x**2 <= 10 or y",
    "iff(x >= 1, z <= 1)",
    "iff(y, w and x >= 1)",
    "iff(y or w, x == 0)",
    "iff(iff(y, w), x >= 0)",
    "iff(x != z, y)",
    "iff(x >= z, y)",
    "iff(y, at_least(1, w, z >= 2))",
    "iff(y, exactly(1, w, z == 0))",
    "implies(x != 0, y)",
    "implies(y, abs(x) >= 1)",
    "implies(abs(x) >= 2, y)",
    "implies(y, max(x, z) <= 0)",
    "implies(y, at_most(1, w, x >= 1))",
    "implies(x >= 1, implies(z >= 1, y))",
    "implies(y, piecewise(x, (-2, 2), (0, 0), (2, 2)) <= 1)",
    "abs(x) + abs(z - 1) == 2",
    "2*abs(x) - abs(z) >= 1",
    "-abs(x) >= -1",
    "abs(abs(x) - 1) <= 0",
    "abs(x + z) == abs(x) + abs(z)",
    "max(x, z) - min(x, z) <= 1",
    "max(x, z) == min(x, z)",
    "max(x, min(z, 1)) == 1",
    "min(x, z) >= max(y, w) - 1",
    "min(x, z, y) == -1",
    "-max(x, z) <= -1",
    "x*y >= -1",
    "x*y == z*w",
    "(1 - y)*x == 0",
    "x*(y - w) >= 1",
    "at_most(1, x >= 1, z >= 1, not y)",
    "exactly(2, y, w, x >= 0)",
    "at_most(0, y, w)",
    "not at_least(2, y, w, x >= 1)",
    "x - z < 1",
    "not (x < z)",
    "2*x < 3",
    "0.5*x < 1",
    "0.1*x - 0.25*z > 0.15",
    "0.5*x != 0.5*z",
    "iff(y, 0.5*x < 0.5*z)",
    "0 < z < 2",
    "sos1(x - 1, z)",
    "sos2(z, x, y)",
    "piecewise(x, (-2, 0), (-1, 2), (0, 0), (1, 2), (2, 0)) >= z",
    "piecewise(x, (-2, 0), (-1, 2), (0, 0), (1, 2), (2, 0)) == z",
    "(x >= 1)*(z >= 1) == y",
    "(x > 0) + (x < 0) == y",
    "y*(x >= 1) + w >= 1",
    "(x == 0 and y) or (z == 2 and not w)",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_admits_exactly_the_points_where_it_holds(statement: str) -> None:
    model = compiled(**INTEGERS, constraints={"c": {"that": statement}})
    naive, tree = Naive(model.instance), parse_expression(statement)
    held = {True: 0, False: 0}
    for point in points(model, VALUES):
        expected = bool(naive.value(tree, {}, point))
        if statement.startswith("piecewise(x, (-1") and abs(point["x"][()]) > 1:
            expected = False
        held[expected] += 1
        assert admits(model, point) == expected, point
    assert held[True]
    assert held[False] or statement == "x**2 <= 10 or y"


INDEXED = {
    "sets": {"I": {"elements": ["a", "b", "c"]}, "J": {"first": 1, "last": 2}},
    "parameters": {"k": {"over": ["J"], "values": {"1": 1, "2": 2}}},
    "variables": {
        "u": {"over": ["I"], "domain": "integer", "lower": 0, "upper": 2},
        "b": {"over": ["J"], "domain": "binary"},
    },
}
OVER_SETS = [
    ("j in J", "at_most(k[j], u[i] >= j for i in I)"),
    ("j in J", "exactly(1, u[i] == j for i in I)"),
    ("j in J", "implies(b[j] == 1, sum(u[i] for i in I) <= 2*j)"),
    ("j in J", "iff(b[j], any(u[i] >= j + 1 for i in I))"),
    ("j in J", "implies(all(u[i] >= j for i in I), b[j])"),
    ("j in J", "max(u[i] for i in I) <= j + b[j]"),
    ("j in J", "max(u[i]*k[j] for i in I) >= 2"),
    ("j in J", "min(u[i] + b[j] for i in I) <= 1"),
    ("", "sum(abs(u[i] - 1) for i in I) <= 1"),
    ("", "sum(abs(u[i] - 1) for i in I) >= 2"),
    ("", "count(u[i] >= 1 for i in I) == 2"),
    ("", "sos1(u[i] for i in I)"),
    ("", "sos2(u[i] for i in I)"),
    ("", "alldifferent(u[i] for i in I)"),
    ("i in I, j in J", "implies(b[j], u[i] <= 1)"),
    ("i in I", "implies(u[i] >= 1, all(b[j] for j in J if j > 1))"),
    ("i in I, j in J if j > 1", "b[j]*u[i] <= 1"),
    ("", "all(u[i] <= 1 or b[j] for i in I for j in J)"),
    ("i in I", "implies(i == 'a', u[i] == 0)"),
    ("i in I", "u[i] <= 1 or i != 'b'"),
]


@pytest.mark.parametrize(("domain", "statement"), OVER_SETS)
def test_a_statement_over_sets_admits_exactly_the_points_where_it_holds(domain: str, statement: str) -> None:
    from agentopt.formulation.parse import parse_domain

    model = compiled(**INDEXED, constraints={"c": {"that": statement, "for": domain or None}})
    naive, tree = Naive(model.instance), parse_expression(statement)
    generators = parse_domain(domain) if domain else ()
    seen = set()
    for point in points(model, {"u": [0, 1, 2], "b": [0, 1]}):
        expected = all(naive.value(tree, scope, point) for scope in naive.points(generators, {}, point))
        seen.add(expected)
        assert admits(model, point) == expected, point
    assert seen == {True, False}


@pytest.mark.parametrize("sense", ["minimize", "maximize"])
@pytest.mark.parametrize(
    "objective",
    [
        "abs(x - 1) + z",
        "abs(x + z - 1) - 2*y",
        "max(x, z, 2*y) - 3*w*z",
        "min(x, z) + y",
        "piecewise(x, (-2, 4), (0, 0), (2, 1)) + z*y",
        "piecewise(x, (-2, 0), (0, 3), (2, 1))",
        "(x >= 1) - 2*(z >= 1) + 0.5*z",
        "2*y*w - y - w",
        "-abs(x)*2 + z",
        "x*y*2 + z",
    ],
)
def test_an_objective_has_the_optimum_of_enumeration(sense: str, objective: str) -> None:
    model = compiled(**INTEGERS, objective={sense: objective}, constraints={"c": {"that": "x + z + y >= 0"}})
    naive, tree = Naive(model.instance), parse_expression(objective)
    feasible = [p for p in points(model, VALUES) if p["x"][()] + p["z"][()] + p["y"][()] >= 0]
    best = (min if sense == "minimize" else max)(naive.value(tree, {}, p) for p in feasible)
    assert optimum(model) == pytest.approx(best)


def test_an_epigraph_needs_no_binaries_where_the_direction_allows_one() -> None:
    model = compiled(
        variables={"x": {"lower": None}},
        objective={"minimize": "abs(x - 3) + max(x, 0)"},
        constraints={"c": {"that": "abs(x) <= 9"}},
    )
    assert model.problem_class == "LP"
    assert optimum(model) == pytest.approx(3)


def test_a_convex_piecewise_cost_stays_an_lp() -> None:
    model = compiled(
        variables={"x": {}}, objective={"minimize": "piecewise(x, (0, 5), (2, 1), (4, 1), (6, 9))"}
    )
    assert model.problem_class == "LP"
    assert optimum(model) == pytest.approx(1)


def test_an_unprovable_big_m_is_an_error_that_names_the_variable_and_what_to_do() -> None:
    with pytest.raises(CompileError) as caught:
        compiled(
            variables={"x": {}, "y": {"domain": "binary"}},
            constraints={"link": {"that": "implies(y == 0, x <= 0)"}},
        )
    assert "`link`" in caught.value.message
    assert "`x`" in caught.value.message
    assert caught.value.hint == "give `x` an upper bound"


UNBOUNDED = [
    ("implies(y, x >= u)", "link", "u"),
    ("iff(y, u <= 2)", "link", "u"),
    ("u >= 3 or y", "link", ""),
    ("at_most(1, y, u >= 3, w)", "link", "u"),
    ("abs(u - 1) >= 2", "link", "u"),
    ("abs(u - v) == 2", "link", "u"),
    ("max(u, v) >= 2", "link", "u"),
    ("min(u, v) <= 1", "link", "u"),
    ("max(u, v) == 2", "link", "u"),
    ("sos1(x, u)", "link", "u"),
    ("sos2(x, u, v)", "link", "u"),
    ("alldifferent(n, k)", "link", "k"),
]


@pytest.mark.parametrize(("statement", "name", "culprit"), UNBOUNDED)
def test_a_statement_without_proven_bounds_names_what_has_none_or_does_without(
    statement: str, name: str, culprit: str
) -> None:
    parts = {
        "variables": {
            "x": {"upper": 5},
            "u": {},
            "v": {},
            "n": {"domain": "integer", "upper": 3},
            "k": {"domain": "integer"},
            "y": {"domain": "binary"},
            "w": {"domain": "binary"},
        },
        "constraints": {name: {"that": statement}},
    }
    if not culprit:
        compiled(**parts)
        return
    with pytest.raises(CompileError) as caught:
        compiled(**parts)
    assert f"`{name}`" in caught.value.message
    assert f"`{culprit}`" in caught.value.message
    assert caught.value.hint == f"give `{culprit}` an upper bound"


def test_bounds_implied_by_other_rows_are_enough_for_a_big_m() -> None:
    model = compiled(
        variables={"x": {"over": "I"}, "y": {"over": "I", "domain": "binary"}},
        sets={"I": {"elements": ["a", "b"]}},
        objective={"maximize": "sum(x[i] - 3*y[i] for i in I)"},
        constraints={
            "link": {"for": "i in I", "that": "implies(y[i] == 0, x[i] <= 0)"},
            "total": {"that": "sum(x[i] for i in I) <= 10"},
        },
    )
    assert optimum(model) == pytest.approx(7)


def test_the_negation_of_a_real_comparison_is_closed_and_said_so() -> None:
    model = compiled(
        variables={"x": {"upper": 5}, "y": {"domain": "binary"}},
        constraints={"c": {"that": "iff(y, x <= 2)"}},
    )
    assert any("`c`" in warning and "real" in warning for warning in model.warnings)
    assert model.strict == ("c",)


def test_excluding_one_real_value_is_refused() -> None:
    with pytest.raises(CompileError, match="excludes a single value"):
        compiled(variables={"x": {"upper": 5}}, constraints={"c": {"that": "x != 2"}})


def test_a_non_binary_variable_is_not_a_condition() -> None:
    with pytest.raises(CompileError, match="not binary"):
        compiled(
            variables={"x": {"upper": 5}, "y": {"domain": "binary"}},
            constraints={"c": {"that": "implies(x, y)"}},
        )


def test_reformulated_models_keep_their_declared_columns_first_and_mark_the_others() -> None:
    bound = instance(**INTEGERS, constraints={"c": {"that": "abs(x) == z"}})
    model = compile_instance(bound)
    auxiliary = [block.auxiliary for block in model.variables]
    assert auxiliary == sorted(auxiliary)
    assert set(itertools.chain(*[model.values_by_name(model.lower)])) == {"x", "z", "y", "w"}
