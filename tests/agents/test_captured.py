"""A program's model as a formulation: the same optimum, the author's names; what is damaged is refused."""

from __future__ import annotations

import math

import pytest

import agentopt
from agentopt.agents.captured import MAX_TERMS, formulation_of
from agentopt.api import export
from agentopt.errors import AgentoptError, FormulationError
from agentopt.formulation.check import check
from agentopt.sandbox import CapturedModel


def lp(*lines: str, names: dict[str, tuple[str, tuple[str | int, ...]]] | None = None) -> CapturedModel:
    return CapturedModel("model.lp", "\n".join([*lines, "end"]).encode(), names or {})


def errors(formulation) -> list[str]:
    return [found.message for found in check(formulation) if found.severity == "error"]


@pytest.mark.parametrize("suffix", ["lp", "mps"])
@pytest.mark.parametrize("name", ["bakery", "production", "shipping"])
def test_the_models_of_the_examples_come_to_the_same_optimum(tmp_path, name, suffix):
    path = export(f"example:{name}", tmp_path / f"model.{suffix}")
    found = formulation_of(CapturedModel(path.name, path.read_bytes()), "An example")
    assert not errors(found)
    assert found.title == "An example"
    right = agentopt.solve(f"example:{name}").objective
    assert found.solve().objective == pytest.approx(right)


def test_components_are_variables_with_their_indices():
    names = {"make(rye_bread)": ("make", ("rye bread",)), "make(2)": ("make", (2,)), "z": ("open", ())}
    found = formulation_of(
        lp("max", "o: make(rye_bread) + 3 make(2) - z", "st", "c_u_oven_: make(rye_bread) + make(2) <= 9",
           "bounds", "make(2) <= 5", "make(rye_bread) <= 8", "binary", "z", names=names),
        "Bread",
    )  # fmt: skip
    assert found.sets["MAKE"].elements == ["rye bread", 2]
    assert found.variables["make"].upper == "make_upper[i1]"
    assert found.parameters["make_upper"].values == [["rye bread", 8], [2, 5]]
    assert found.variables["open"].domain == "binary"
    assert found.objective.maximize == "make['rye bread'] + 3*make[2] - open"
    assert found.constraints["oven"].that == "make['rye bread'] + make[2] <= 9"
    assert found.solve().objective == pytest.approx(4 + 3 * 5)


@pytest.mark.parametrize(
    ("columns", "written"),
    [
        (["x[a]", "x[b]"], "x['a'] + x['b']"),
        (["x(a,1)", "x(b,2)"], "x['a', 1] + x['b', 2]"),
        (["c0", "c1", "c2"], "c[0] + c[1] + c[2]"),
        (["x_1", "x_2", "x_10"], "x[1] + x[2] + x[10]"),
        (["bread", "cake_2"], "bread + cake_2"),
        (["sum", "for"], "sum_ + for_"),
        (["a.b", "a_b"], "a_b + a_b_2"),
    ],
)
def test_names_tell_the_families_of_columns(columns, written):
    found = formulation_of(lp("min", "o: " + " + ".join(columns), "st", f"r: {columns[0]} >= 1"), "T")
    assert not errors(found)
    assert found.objective.minimize == written
    assert found.solve().objective == pytest.approx(1)


def test_a_constant_stands_as_one():
    names = {"ONE_VAR_CONSTANT": ("ONE_VAR_CONSTANT", ())}
    found = formulation_of(
        lp("min", "o: +5 ONE_VAR_CONSTANT + x", "st", "c_e_ONE_VAR_CONSTANT: ONE_VAR_CONSTANT = 1",
           "c: x >= 2", "bounds", "1 <= ONE_VAR_CONSTANT <= 1", names=names),
        "T",
    )  # fmt: skip
    assert found.objective.minimize == "x + 5"
    assert list(found.variables) == ["x"]
    assert list(found.constraints) == ["c"]


def test_bounds_that_only_some_have_are_constraints():
    found = formulation_of(
        lp("max", "o: x[1] + x[2]", "st", "c: x[1] + x[2] <= 9", "bounds", "x[1] <= 4", "-inf <= x[2]"), "T"
    )
    assert found.variables["x"].upper is None
    assert {each.that for each in found.constraints.values()} >= {"x[1] <= 4", "x[1] >= 0"}
    assert found.solve().objective == pytest.approx(9)


def test_no_objective_is_none():
    names = {"no_objective": ("no_objective", ())}
    found = formulation_of(lp("min", "no_objective: 0 x", "st", "c: x >= 2", names=names), "T")
    assert found.objective is None
    assert found.solve().status == "optimal"


def test_products_special_sets_and_indicators_are_kept():
    found = formulation_of(
        lp("max", "o: 2 x + 3 y - [ x ^ 2 + 2 x * y ] / 2", "st", "q: [ x ^ 2 ] + y <= 9",
           "i: b = 1 -> x + y <= 3", "bounds", "x <= 4", "y <= 4", "binary", "b", "sos", "s: S1:: x:1 y:2"),
        "T",
    )  # fmt: skip
    assert not errors(found)
    assert found.objective.maximize == "2*x + 3*y - 0.5*x**2 - x*y"
    stated = [each.that for each in found.constraints.values()]
    assert "y + x**2 <= 9" in stated
    assert "implies(b == 1, x + y <= 3)" in stated
    assert "sos1(x, y)" in stated
    assert found.solve().objective == pytest.approx(12)


def test_a_row_that_contradicts_itself_is_kept():
    found = formulation_of(lp("min", "o: x", "st", "c: 0 x >= 5"), "T")
    kept = [each.that for each in found.constraints.values()]
    assert kept == ["0 >= 5"]


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (CapturedModel("model.lp", b""), "model.lp"),
        (CapturedModel("model.lp", b"max\n o: x y z <= \n"), "model.lp"),
        (CapturedModel("model.mps", bytes(100)), "no text"),
        (CapturedModel("model.mps", b"ROWS\n N o\nCOLUMNS\n x q 1\nENDATA\n"), "model.mps"),
        (CapturedModel("model.json", b"{"), "damaged"),
        (CapturedModel("model.json", b'{"sense": "minimize"}'), "damaged"),
    ],
)
def test_what_is_no_model_is_refused(model, message):
    with pytest.raises(FormulationError, match=message):
        formulation_of(model, "T")


def test_a_model_too_large_to_write_out_is_refused_with_a_way_on():
    terms = " + ".join(f"x{k}" for k in range(MAX_TERMS + 1))
    with pytest.raises(FormulationError, match="60,000 are taken over") as error:
        formulation_of(lp("min", f"o: {terms}", "st", "c: x1 >= 1"), "T")
    assert "another strategy" in error.value.hint


def test_texts_of_a_spelled_model_are_expressions_and_nothing_else():
    evil = b"""{"sense": "minimize", "objective": "__import__('os').system('id')",
    "columns": {"v1": {"name": ["x", []], "lower": 0.0, "upper": null, "domain": "real"}}, "rows": []}"""
    found = formulation_of(CapturedModel("model.json", evil), "T")
    assert errors(found)
    with pytest.raises(AgentoptError):
        found.solve()


def test_a_spelled_model_is_solved():
    text = b"""{"sense": "minimize", "objective": "exp(v1) - 2*v1", "rows": [{"name": ["cap", ["a"]],
    "lower": null, "body": "v1", "upper": 3.0}],
    "columns": {"v1": {"name": ["level", []], "lower": -5.0, "upper": 5.0, "domain": "real"}}}"""
    found = formulation_of(CapturedModel("model.json", text), "T")
    assert found.objective.minimize == "exp(level) - 2*level"
    assert found.constraints["cap_a"].because == "cap[a]"
    assert found.solve().objective == pytest.approx(2 - 2 * math.log(2), abs=1e-5)
