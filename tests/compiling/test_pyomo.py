"""Pyomo models: readable names, and the same function values as the arrays for every class."""

from __future__ import annotations

import runpy

import numpy as np
import pytest

from agentopt.compiling import pyomo_model, pyomo_script
from agentopt.compiling.evaluate import objective_value, row_values
from tests.compiling.models import compiled, optimum
from tests.compiling.test_files import PLANT

pyo = pytest.importorskip("pyomo.environ")

EVERYTHING = {
    "sets": {"I": {"elements": ["a", "b"]}},
    "variables": {
        "x": {"over": ["I"], "lower": 0.1, "upper": 3},
        "n": {"domain": "integer", "upper": 5, "start": 2},
        "s": {"domain": "semicontinuous", "lower": 1, "upper": 4},
        "y": {"domain": "binary"},
    },
    "objective": {
        "minimize": "sum(exp(x[i])*n for i in I) + norm(x[i] for i in I) + x['a']*x['b'] - log2(x['a'] + s)"
    },
    "constraints": {
        "curve": {"for": "i in I", "that": "sin(x[i]) + x[i]**3 - tanh(n) <= 9 + x[i]*s"},
        "folds": {"that": "prod(x[i] for i in I) + max(x['a']**3, n) - min(x['b']**1.5, s) <= 50"},
        "logic": {"that": "implies(y, n >= 2)"},
        "data": {"for": "i in I", "that": "(exp(x[i]) if i == 'a' else abs(x[i] - s**3)) >= -1"},
    },
}


def test_rows_and_objective_of_every_class_have_the_values_of_the_arrays() -> None:
    model = compiled(**EVERYTHING)
    built = pyomo_model.build(model)
    point = np.random.default_rng(0).uniform(1.0, 2.0, model.num_columns)
    for variable, value in zip(pyomo_model.columns(built), point.tolist(), strict=True):
        variable.set_value(value, skip_validation=True)
    expected = row_values(model, point)
    for constraint, value in zip(pyomo_model.rows(built), expected.tolist(), strict=True):
        assert pyo.value(constraint.body) == pytest.approx(value)
    assert pyo.value(built.objective) == pytest.approx(objective_value(model.objectives[0], point))
    assert built.n.domain is pyo.Integers
    assert (built.s.lb, built.s.ub) == (0, 4)


def test_components_carry_the_names_and_indices_of_the_formulation() -> None:
    built = pyomo_model.build(compiled(**PLANT))
    assert built.make["new york", 2].ub == 10
    assert built.open["e3"].is_binary()
    assert built.need[1].lower == 4
    assert (built.window.lower, built.window.upper) == (-2, 5)


def test_pyomo_and_the_arrays_have_the_same_optimum() -> None:
    model = compiled(**PLANT)
    built = pyomo_model.build(model)
    pyo.SolverFactory("appsi_highs").solve(built)
    assert pyo.value(built.objective) == pytest.approx(optimum(model))


CURVED: dict[str, object] = {
    "variables": {"x": {"upper": 4}, "y": {"upper": 4}},
    "objective": {"maximize": "x*y - 0.5*x**2"},
    "constraints": {"room": {"that": "x + y <= 5"}},
}


@pytest.mark.parametrize("parts", [PLANT, CURVED], ids=["linear", "curved"])
def test_the_script_solves_the_model_where_only_packages_are_installed(parts, tmp_path) -> None:
    model = compiled(**parts)
    path = tmp_path / "model.py"
    path.write_text(pyomo_script.text(model), encoding="utf-8")
    written = runpy.run_path(str(path), run_name="__main__")["model"]
    assert pyo.value(written.objective) == pytest.approx(25 / 6 if parts is CURVED else optimum(model))
