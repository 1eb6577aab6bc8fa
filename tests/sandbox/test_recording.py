"""The model of a program is kept, whichever way it is built and solved, and whatever is printed about it."""

from __future__ import annotations

import json

import pytest

from agentopt.sandbox import Ending, Job
from tests.sandbox.test_sandbox import PYOMO

HIGHSPY = """
import highspy
h = highspy.Highs()
h.silent()
x = h.addIntegral(lb=0, ub=9, name="bread")
h.addConstr(15 * x <= 100)
"""


NONLINEAR = "model.taste = pyo.Constraint(expr=pyo.exp(model.make['cake'] / 10) <= 40)"

WAYS = {
    "appsi": "pyo.SolverFactory('appsi_highs').solve(model)",
    "contributed": "pyo.SolverFactory('highs').solve(model, tee=True)",
    "scip": "pyo.SolverFactory('scip_direct').solve(model)",
    "class": "from pyomo.contrib.appsi.solvers import Highs; Highs().solve(model)",
    "glpk": """
with pyo.SolverFactory('glpk') as opt:
    opt.options['tmlim'] = 9
    opt.solve(model, keepfiles=True)
""",
    "gurobi": """
assert pyo.SolverFactory('gurobi').available()
pyo.SolverFactory('gurobi', solver_io='python').solve(model)
""",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_pyomo_model_is_kept_whatever_solves_it(sandbox, way):
    outcome = sandbox.run(Job(f"{PYOMO}\n{WAYS[way]}\nprint('the profit is a million')\n"))
    assert outcome.ok, outcome.error
    assert outcome.num_models == 1
    assert outcome.claimed == pytest.approx(560)
    assert outcome.model is not None
    assert outcome.model.name == "model.lp"
    assert outcome.model.names["make(rye_bread)"] == ("make", ("rye bread",))
    assert outcome.model.names["c_u_work_"] == ("work", ())
    other = [note for note in outcome.notes if "stood in for it" in note]
    assert bool(other) == (way in ("glpk", "gurobi"))


@pytest.mark.parametrize("solve", ["h.maximize(2 * x)", "h.changeColCost(0, -2); h.run()", "h.solve()"])
def test_a_model_of_highspy_is_kept(sandbox, solve):
    outcome = sandbox.run(Job(f"{HIGHSPY}\n{solve}\n"))
    assert outcome.ok, outcome.error
    assert outcome.model is not None
    assert outcome.model.name == "model.mps"
    assert b"bread" in outcome.model.text


def test_the_last_model_solved_counts(sandbox):
    source = f"""{PYOMO}
opt = pyo.SolverFactory('appsi_highs')
opt.solve(model)
model.market = pyo.Constraint(expr=model.make['cake'] <= 5)
opt.solve(model)
"""
    outcome = sandbox.run(Job(source))
    assert outcome.num_models == 2
    assert outcome.model is not None
    assert b"c_u_market_" in outcome.model.text


@pytest.mark.parametrize("source", [PYOMO, HIGHSPY, f"{PYOMO}\nbuilt, model = model, None"])
def test_a_model_left_in_a_variable_is_kept(sandbox, source):
    outcome = sandbox.run(Job(source))
    assert outcome.model is not None
    assert outcome.claimed is None


def test_a_model_is_kept_though_the_program_fails_after(sandbox):
    outcome = sandbox.run(
        Job(f"{PYOMO}\npyo.SolverFactory('appsi_highs').solve(model)\nprint(model.costs)\n")
    )
    assert outcome.ending is Ending.RAISED
    assert "has no attribute 'costs'" in outcome.error
    assert outcome.model is not None


def test_a_model_without_an_objective_is_kept_as_it_is(sandbox):
    source = PYOMO.replace("model.gain = ", "unused = ")
    outcome = sandbox.run(Job(f"{source}\nprint(len(list(model.component_objects(pyo.Objective))))"))
    assert outcome.model is not None
    assert outcome.output == "0\n"


def test_a_nonlinear_model_is_spelled_out(sandbox):
    outcome = sandbox.run(Job(f"{PYOMO}\n{NONLINEAR}\n"))
    assert outcome.model is not None
    assert outcome.model.name == "model.json"
    kept = json.loads(outcome.model.text)
    assert kept["sense"] == "maximize"
    assert any("exp(" in row["body"] for row in kept["rows"])


@pytest.mark.parametrize(
    "more",
    [
        "model.second = pyo.Objective(expr=model.make['cake'])",
        f"{NONLINEAR}; model.one = pyo.SOSConstraint(var=model.make, sos=1)",
    ],
)
def test_what_can_be_kept_no_way_is_said(sandbox, more):
    outcome = sandbox.run(Job(f"{PYOMO}\n{more}\n"))
    assert outcome.model is None
    assert any("cannot be kept" in note for note in outcome.notes)


def test_a_program_without_a_model_has_none(sandbox):
    outcome = sandbox.run(Job("print(sum(range(5)))"))
    assert outcome.model is None
    assert outcome.num_models == 0
