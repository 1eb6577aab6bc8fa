"""Pyomo models and scripts of every class, solved by Pyomo's own solvers: the optimum of the arrays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import highspy
import pytest

from agentopt.compiling import pyomo_model, pyomo_script
from agentopt.compiling.arrays import Compiled, ProblemClass
from agentopt.errors import CompileError
from agentopt.solvers import solve
from agentopt.solvers.base import Limits
from tests.compiling.models import compiled
from tests.solvers.problems import KNOWN, Known

pyo = pytest.importorskip("pyomo.environ")

PROBLEMS = [each for each in KNOWN if each.optimum is not None]

MORE: dict[str, dict[str, Any]] = {
    "reformulated logic": {
        "sets": {"I": {"elements": ["new york", "b-1", 3]}},
        "variables": {"x": {"over": ["I"], "upper": 5}, "y": {"over": ["I"], "domain": "binary"}},
        "objective": {"maximize": "sum(x[i] - 2*y[i] for i in I) + max(x[i] for i in I)"},
        "constraints": {
            "link": {"for": "i in I", "that": "implies(y[i] == 0, x[i] <= 1)"},
            "some": {"that": "at_most(2, y[i] for i in I)"},
            "first": {"that": "abs(x[3] - x['b-1']) <= 2"},
        },
    },
    "quadratic rows over sets": {
        "sets": {"I": {"first": 1, "last": 3}},
        "variables": {"x": {"over": ["I"], "lower": -2, "upper": 2}, "n": {"domain": "integer", "upper": 3}},
        "objective": {"minimize": "sum(i*x[i] for i in I) - n"},
        "constraints": {
            "ball": {"that": "sum(x[i]**2 for i in I) + n*x[1] <= 4"},
            "pair": {"for": "i in I if i > 1", "that": "-1 <= x[i]*x[i-1] <= 1"},
        },
    },
    "functions": {
        "variables": {"x": {"lower": 0.1, "upper": 3}, "y": {"lower": 0.1, "upper": 2}},
        "objective": {"minimize": "exp(x) - log(y) + x**1.5 + sin(x*y) + (x - 1)**2"},
        "constraints": {
            "a": {"that": "sqrt(x) + tanh(y) >= 1.2"},
            "b": {"that": "cos(x)/y <= 3"},
            "c": {"that": "log2(x + y) + 2**x >= 1"},
        },
    },
}


def both(model: Compiled) -> tuple[float, str]:
    solution = solve(model, limits=Limits(seconds=30, threads=1))
    assert solution.objective is not None
    linear = model.problem_class in {ProblemClass.LP, ProblemClass.MILP}
    return solution.objective, "appsi_highs" if linear else "scip_direct"


def check(model: Compiled) -> None:
    value, engine = both(model)
    built = pyomo_model.build(model)
    solver = pyo.SolverFactory(engine)
    if engine == "appsi_highs":
        highspy.Highs.resetGlobalScheduler(True)  # an earlier test may have started it with more threads
        solver.options["threads"] = 1
        solver.options["mip_rel_gap"] = 0.0
    solver.solve(built)
    assert pyo.value(built.objective) == pytest.approx(value, rel=1e-4, abs=1e-4)


ROWS = [each for each in PROBLEMS if compiled(**each.parts).problem_class is not ProblemClass.SDP]
"""Those that a model of rows can state."""


@pytest.mark.parametrize("known", ROWS, ids=[each.name for each in ROWS])
def test_a_known_problem_has_its_optimum_in_pyomo(known: Known) -> None:
    model = compiled(**known.parts)
    check(model)
    assert both(model)[0] == pytest.approx(known.optimum, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("name", MORE)
def test_a_larger_problem_has_its_optimum_in_pyomo(name: str) -> None:
    check(compiled(**MORE[name]))


SCRIPTS = {
    each.name: each.parts for each in PROBLEMS if each.name.startswith(("a production", "a knap", "a semi"))
}
SCRIPTS |= {
    each.name: each.parts for each in PROBLEMS if each.name in {"a saddle", "a disc", "waves of an integer"}
}
RUN = "import runpy, sys; import pyomo.environ as pyo; "
RUN += "print(repr(pyo.value(runpy.run_path(sys.argv[1], run_name='__main__')['model'].objective)))"


@pytest.mark.parametrize("name", [*SCRIPTS, *MORE])
def test_a_script_run_on_its_own_has_the_same_optimum(name: str, tmp_path: Path) -> None:
    model = compiled(**{**SCRIPTS, **MORE}[name])
    path = tmp_path / "model.py"
    path.write_text(pyomo_script.text(model), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(path)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.splitlines()[-1]) == pytest.approx(both(model)[0], rel=1e-4, abs=1e-4)
    assert "agentopt" not in path.read_text().replace("written by agentopt", "")


def test_semicontinuous_columns_have_a_binary_that_is_named_after_them() -> None:
    model = compiled(
        sets={"I": {"elements": ["a", "b"]}},
        variables={"s": {"over": ["I"], "domain": "semicontinuous", "lower": 2, "upper": 6}},
        objective={"minimize": "sum(s[i] for i in I)"},
        constraints={"c": {"that": "s['a'] >= 1"}},
    )
    built = pyomo_model.build(model)
    solver = pyo.SolverFactory("appsi_highs")
    solver.options["threads"] = 1
    solver.solve(built)
    assert pyo.value(built.s["a"]) == pytest.approx(2)
    assert (pyo.value(built.is_on["s[a]"]), pyo.value(built.is_on["s[b]"])) == (1, 0)
    assert "is_on['s[\\'a\\']']" in pyomo_script.text(model) or "is_on[\"s['a']\"]" in pyomo_script.text(
        model
    )


def test_several_objectives_are_built_one_at_a_time() -> None:
    model = compiled(
        variables={"x": {"upper": 4}, "y": {"upper": 4}},
        objective=[
            {"name": "most", "maximize": "x + y", "priority": 2},
            {"name": "least", "minimize": "y", "priority": 1},
        ],
        constraints={"c": {"that": "x + y <= 6"}},
    )
    values = []
    for level in model.levels:
        built = pyomo_model.build(model, objective=level)
        solver = pyo.SolverFactory("appsi_highs")
        solver.options["threads"] = 1
        solver.solve(built)
        values.append(pyo.value(built.objective))
    assert values == pytest.approx([6, 0])
    with pytest.raises(CompileError, match="one objective; this model has 2 priorities"):
        pyomo_script.text(model)
