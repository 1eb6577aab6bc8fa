"""Small models against arrays written by hand, and what the compiler says when something is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from agentopt.compiling import compile_instance
from agentopt.compiling.arrays import Integrality
from agentopt.compiling.evaluate import max_violation, objective_value, row_values
from agentopt.errors import CompileError, ExpressionError
from tests.compiling.models import compiled, dense, optimum

INF = np.inf


def test_a_transportation_model_has_the_arrays_one_writes_by_hand() -> None:
    model = compiled(
        sets={"P": {"elements": ["a", "b"]}, "M": {"elements": ["x", "y", "z"]}},
        parameters={
            "cost": {"over": ["P", "M"], "values": [[1, 2, 3], [4, 5, 6]]},
            "supply": {"over": ["P"], "values": {"a": 10, "b": 20}},
        },
        variables={"ship": {"over": ["P", "M"], "upper": 9}},
        objective={"minimize": "sum(cost[p,m]*ship[p,m] for p in P, m in M) + 7"},
        constraints={
            "have": {"for": "p in P", "that": "sum(ship[p,m] for m in M) <= supply[p]"},
            "need": {"for": "m in M", "that": "2*sum(ship[p,m] for p in P) >= 3"},
        },
    )
    assert dense(model).tolist() == [
        [1, 1, 1, 0, 0, 0],
        [0, 0, 0, 1, 1, 1],
        [2, 0, 0, 2, 0, 0],
        [0, 2, 0, 0, 2, 0],
        [0, 0, 2, 0, 0, 2],
    ]
    assert model.row_lower.tolist() == [-INF, -INF, 3, 3, 3]
    assert model.row_upper.tolist() == [10, 20, INF, INF, INF]
    assert model.upper.tolist() == [9] * 6
    (objective,) = model.objectives
    assert objective.cost.tolist() == [1, 2, 3, 4, 5, 6]
    assert objective.offset == 7
    assert [(r.name, r.start, model.instance.labels.tuples(r.codes)) for r in model.rows] == [
        ("have", 0, [("a",), ("b",)]),
        ("need", 2, [("x",), ("y",), ("z",)]),
    ]
    assert model.problem_class == "LP"


def test_offsets_first_and_last_link_periods() -> None:
    model = compiled(
        sets={"T": {"elements": ["jan", "feb", "mar"]}},
        parameters={"d": {"over": ["T"], "values": [4, 5, 6]}},
        variables={"make": {"over": ["T"]}, "stock": {"over": ["T"]}},
        constraints={
            "start": {"that": "stock[first(T)] == make[first(T)] - d[first(T)]"},
            "flow": {"for": "t in T if t > first(T)", "that": "stock[t-1] + make[t] == d[t] + stock[t]"},
        },
    )
    assert dense(model).tolist() == [
        [-1, 0, 0, 1, 0, 0],
        [0, 1, 0, 0, 1, -1 + 0] if False else [0, 1, 0, 1, -1, 0],
        [0, 0, 1, 0, 1, -1],
    ]
    assert model.row_lower.tolist() == [-4, 5, 6]


def test_one_coefficient_is_the_sum_of_all_that_is_said_about_a_variable() -> None:
    model = compiled(
        sets={"I": {"elements": ["a", "b"]}},
        variables={"x": {"over": ["I"]}},
        constraints={"c": {"for": "i in I", "that": "3*x[i] + sum(x[j] for j in I) >= x[i] + 2*x['a']"}},
    )
    assert dense(model).tolist() == [[1, 1], [-1, 3]]


def test_cancelled_coefficients_are_not_in_the_matrix() -> None:
    model = compiled(variables={"x": {}, "y": {}}, constraints={"c": {"that": "x + y >= x + 1"}})
    assert model.matrix.values.tolist() == [1.0]


def test_ranges_are_one_row_and_other_chains_are_several() -> None:
    model = compiled(
        variables={"x": {}, "y": {}},
        constraints={"r": {"that": "1 <= x + y <= 4"}, "c": {"that": "x <= y <= 3"}},
    )
    assert model.row_lower.tolist() == [1, -INF, -INF]
    assert model.row_upper.tolist() == [4, 0, 3]


def test_strict_comparisons_are_exact_between_integers_and_closed_with_a_warning_otherwise() -> None:
    model = compiled(
        variables={"n": {"domain": "integer"}, "x": {}},
        constraints={"whole": {"that": "3*n < 7"}, "real": {"that": "x > 2"}},
    )
    assert model.row_upper[0] == 6
    assert model.row_lower[1] == 2
    assert model.strict == ("real",)
    assert "`real`" in model.warnings[0]


def test_every_domain_has_its_kind_and_bounds() -> None:
    model = compiled(
        sets={"T": {"first": 1, "last": 3}},
        parameters={"u": {"over": ["T"], "values": [5, 6, 7]}},
        variables={
            "r": {"lower": None},
            "n": {"domain": "integer", "upper": 8},
            "b": {"domain": "binary"},
            "s": {"domain": "semicontinuous", "lower": 2, "upper": 9},
            "k": {"domain": "semiinteger", "upper": 4},
            "x": {"over": ["T"], "with": ["t"], "lower": "-t", "upper": "2*u[t]", "start": "u[t] - t"},
        },
    )
    kinds = Integrality
    assert model.integrality.tolist() == [
        kinds.CONTINUOUS,
        kinds.INTEGER,
        kinds.INTEGER,
        kinds.SEMICONTINUOUS,
        kinds.SEMIINTEGER,
        *[kinds.CONTINUOUS] * 3,
    ]
    assert model.lower.tolist() == [-INF, 0, 0, 2, 0, -1, -2, -3]
    assert model.upper.tolist() == [INF, 8, 1, 9, 4, 10, 12, 14]
    assert model.start is not None
    assert model.start[5:].tolist() == [4, 4, 4]
    assert np.isnan(model.start[:5]).all()


def test_sets_of_tuples_index_variables_and_rows() -> None:
    model = compiled(
        sets={"N": {"elements": ["s", "u", "t"]}, "A": {"elements": [["s", "u"], ["u", "t"], ["s", "t"]]}},
        variables={"flow": {"over": ["A"]}},
        constraints={
            "balance": {
                "for": "n in N if n != 's' and n != 't'",
                "that": "sum(flow[i,j] for (i, j) in A if j == n)"
                " == sum(flow[i,j] for (i, j) in A if i == n)",
            },
            "cap": {"for": "(i, j) in A", "that": "flow[i,j] <= 4"},
        },
    )
    assert dense(model).tolist() == [[1, -1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_a_reference_outside_a_variables_domain_names_the_element_and_how_to_leave_it_out() -> None:
    with pytest.raises(CompileError) as caught:
        compiled(
            sets={"MONTHS": {"elements": ["jan", "feb"]}},
            variables={"stock": {"over": ["MONTHS"]}},
            constraints={"flow": {"for": "t in MONTHS", "that": "stock[t] >= stock[t-1]"}},
        )
    assert "constraint `flow`" in caught.value.message
    assert "`stock[" in caught.value.message
    assert "MONTHS" in caught.value.message
    assert "if t > first" in caught.value.hint


def test_several_objectives_are_kept_and_merged_by_priority_and_weight() -> None:
    model = compiled(
        variables={"x": {"upper": 4}, "y": {"upper": 4}},
        objective=[
            {"name": "profit", "maximize": "3*x + y", "priority": 2},
            {"name": "waste", "minimize": "x", "weight": 2, "priority": 1},
            {"name": "use", "maximize": "y", "priority": 1},
        ],
    )
    assert [each.name for each in model.objectives] == ["profit", "waste", "use"]
    first, second = model.levels
    assert (first.sense, first.cost.tolist()) == ("maximize", [3, 1])
    assert (second.sense, second.cost.tolist()) == ("minimize", [2, -1])


def test_quadratic_and_nonlinear_parts_decide_the_class() -> None:
    def kind(objective: str, statement: str = "x >= 1", domain: str = "real") -> str:
        return compiled(
            variables={"x": {"domain": domain, "upper": 5}, "y": {"upper": 5}},
            objective={"minimize": objective},
            constraints={"c": {"that": statement}},
        ).problem_class

    assert kind("x + y") == "LP"
    assert kind("x**2 + y") == "QP"
    assert kind("x**2 + y", domain="integer") == "MIQP"
    assert kind("x", "x*y <= 1") == "QCP"
    assert kind("x", "x*y <= 1", domain="integer") == "MIQCP"
    assert kind("exp(x) + y") == "NLP"
    assert kind("x", "y**3 <= 8", domain="integer") == "MINLP"
    assert kind("x*y", domain="binary") == "MILP"


def test_convexity_of_the_objective_is_settled() -> None:
    def convex(sense: str, objective: str) -> bool | None:
        return compiled(variables={"x": {"upper": 1}, "y": {"upper": 1}}, objective={sense: objective}).convex

    assert convex("minimize", "x**2 + y**2") is True
    assert convex("minimize", "(x - y)**2") is True
    assert convex("minimize", "2*x*y") is False
    assert convex("maximize", "x**2") is False
    assert convex("maximize", "x - (x + 2*y)**2") is True
    assert convex("minimize", "x**2 + y**2 - 2.001*x*y") is False
    assert convex("minimize", "x") is None


def test_the_quadratic_objective_is_the_triangle_of_its_hessian() -> None:
    model = compiled(variables={"x": {}, "y": {}}, objective={"minimize": "3*x**2 + 4*x*y + y*y + 5*x"})
    first, second, values = model.objectives[0].quadratic
    assert sorted(zip(first.tolist(), second.tolist(), values.tolist(), strict=True)) == [
        (0, 0, 6.0),
        (1, 0, 4.0),
        (1, 1, 2.0),
    ]
    assert objective_value(model.objectives[0], np.array([2.0, 3.0])) == 12 + 24 + 9 + 10


def test_values_at_a_point_and_violations_come_from_the_arrays() -> None:
    model = compiled(
        variables={"x": {"upper": 5}, "y": {}},
        constraints={"c": {"that": "x*y + exp(x) <= 3"}, "d": {"that": "x + y >= 1"}},
    )
    point = np.array([1.0, 2.0])
    assert row_values(model, point) == pytest.approx([2 + np.e, 3])
    assert max_violation(model, point) == pytest.approx(np.e - 1)


def test_a_statement_about_data_alone_is_kept_and_decides_feasibility() -> None:
    model = compiled(
        variables={"x": {}}, parameters={"a": {"value": 3}}, constraints={"c": {"that": "a <= 2"}}
    )
    assert optimum(model) is None


def test_contradictory_bounds_are_warned_about() -> None:
    model = compiled(variables={"x": {"lower": 3, "upper": 2}})
    assert "lower bound 3 of `x` exceeds its upper bound 2" in model.warnings[0]


def test_an_empty_frame_makes_no_rows() -> None:
    model = compiled(
        sets={"I": {"elements": ["a", "b"]}},
        variables={"x": {"over": ["I"]}},
        objective={"maximize": "sum(x[i] for i in I if i == 'c')"},
        constraints={"none": {"for": "i in I if i == 'c'", "that": "x[i] <= 1"}},
    )
    assert model.num_rows == 0
    assert model.objectives[0].cost.tolist() == [0, 0]


def test_a_division_by_a_zero_of_the_data_is_an_error() -> None:
    with pytest.raises(CompileError, match="division by zero"):
        compiled(variables={"x": {}}, parameters={"a": {"value": 0}}, constraints={"c": {"that": "x/a <= 1"}})


def test_rounding_a_variable_is_refused() -> None:
    with pytest.raises(CompileError, match="takes data only"):
        compiled(variables={"x": {"upper": 9}}, constraints={"c": {"that": "floor(x) <= 1"}})


def test_a_text_that_does_not_parse_is_reported_as_such() -> None:
    with pytest.raises(ExpressionError):
        compiled(variables={"x": {}}, constraints={"c": {"that": "x <= "}})


def test_a_large_structured_model_equals_the_same_model_in_flat_form() -> None:
    sets = {"I": {"first": 1, "last": 60}, "J": {"first": 1, "last": 50}}
    variables = {"x": {"over": ["I", "J"]}, "y": {"over": ["I"]}}
    fast = compiled(
        sets=sets,
        variables=variables,
        constraints={
            "a": {
                "for": "i in I",
                "that": "sum(i*x[i,j] for j in J) <= y[i] + sum(x[i,j] for j in J if j < 3)",
            },
            "b": {"for": "i in I, j in J if j > 1", "that": "x[i,j] - x[i,j-1] <= y[i]"},
        },
    )
    slow = compiled(
        sets=sets,
        variables=variables,
        constraints={
            "a": {
                "for": "i in I",
                "that": "sum(i*x[h,j] - (1 if j < 3 else 0)*x[h,j]"
                " for (h, j) in I * J if h == i and j >= 0*h) "
                "- sum(y[h] for h in I if not h != i) <= 0",
            },
            "b": {
                "for": "i in I, j in J if j > 1",
                "that": "sum(x[h,k]*(1 if k == j else -1)"
                " for (h, k) in I * J if h == i and k <= j and k >= j - 1) <= y[i]",
            },
        },
    )
    assert fast.matrix.values.size > 4096
    assert np.array_equal(dense(fast), dense(slow))


def test_compiling_twice_gives_the_same_arrays() -> None:
    one = compiled(
        variables={"x": {"upper": 3}, "y": {"domain": "binary"}},
        constraints={"c": {"that": "iff(y, x >= 1)"}},
    )
    two = compile_instance(one.instance)
    assert np.array_equal(dense(one), dense(two))
    assert one.row_upper.tolist() == two.row_upper.tolist()


def test_the_size_of_a_model_is_told_for_one_column_and_for_many() -> None:
    one = compiled(variables={"x": {}}, constraints={"a": {"that": "x >= 1"}, "b": {"that": "x <= 2"}})
    assert one.size == "LP, 1 column, 2 rows"
