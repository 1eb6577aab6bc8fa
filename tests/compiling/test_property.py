"""Random formulations: the arrays give every row and objective the value the naive evaluator gives it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentopt.compiling import compile_instance
from agentopt.compiling.arrays import Compiled
from agentopt.compiling.evaluate import objective_value, row_values
from agentopt.formulation.parse import parse_domain, parse_expression
from tests.compiling.models import instance
from tests.compiling.naive import Naive

SETS = {
    "I": {"elements": ["a", "b", "c"]},
    "T": {"first": 1, "last": 4},
    "D": {"elements": ["mon", "tue", "wed"]},
    "L": {"elements": [["a", "b"], ["b", "c"], ["c", "a"], ["b", "a"]]},
}
PARAMETERS = {
    "c": {"over": ["I"], "values": {"a": 2, "b": -1.5, "c": 4}},
    "g": {"over": ["I", "T"], "values": [[1, 2, 3, 4], [5, -6, 7, 8], [0, 0, 1, 0]]},
    "q": {"over": ["T", "I"], "values": {"1, a": 3, "4, c": -2, "2, b": 0.5}, "default": 0},
    "f": {"over": ["L"], "values": {"a, b": 1, "b, c": 2, "c, a": 3, "b, a": 4}},
    "k": {"value": 2},
}
VARIABLES = {
    "x": {"over": ["I"]},
    "y": {"over": ["I", "T"]},
    "z": {"over": ["L"]},
    "v": {"over": ["D"]},
    "s": {},
}
BASE = {"sets": SETS, "parameters": PARAMETERS, "variables": VARIABLES}

# (what a generator adds, the index of I it binds, the index of T it binds)
GENERATORS = [
    ("i in I", "i", None),
    ("j in I", "j", None),
    ("t in T", None, "t"),
    ("t in T if t > 1", None, "t"),
    ("r in range(2, 5)", None, "r"),
    ("(i, j) in L", "i", None),
    ("(j, i) in L if f[j,i] >= 2", "j", None),
    ("i in I for j in I if (i, j) in L", "j", None),
    ("i in I for j in I if i != j", "i", None),
    ("i in I, t in T if g[i,t] > 1", "i", "t"),
    ("t in T for r in T if r <= t", None, "r"),
    ("t in T for r in range(1, t)", None, "t"),
    ("i in {'a', 'c'}", "i", None),
    ("i in I if i != 'b'", "i", None),
    ("(i, t) in I * {2, 3}", "i", "t"),
    ("t in T if t == 2 or t == k + 2", None, "t"),
]
LEAVES = [
    "s",
    "3",
    "k",
    "x[{i}]",
    "c[{i}]*x[{i}]",
    "x[{i}]*{t}",
    "g[{i},{t}]*y[{i},{t}]",
    "q[{t},{i}]*y[{i},{t}]",
    "-y[{i},{t}]/k",
    "(y[{i},t2]*2 - x[{i}] for_t2)",
    "z['a','b']",
    "(z[{i},b2] for_b2)",
    "g[{i},{t}]",
    "2*(x[{i}] - s)",
    "k*(x[{i}] + c[{i}]*(s - 1))",
    "(x[{i}] if {t} <= 2 else 3*s)",
    "(c[{i}] if {i} == 'a' else g[{i},1])*x[{i}]",
    "y[{i},min({t} + 1, 4)]",
    "v[first(D)]",
    "(v[d2] - v[d2 - 1] for_d2)",
    "len(T)*x[a]",
]
NONLINEAR = [
    "x[{i}]*s",
    "x[{i}]**2",
    "(x[{i}] - s)*(s + {t})",
    "exp(0.1*x[{i}])",
    "log(x[{i}] + 1)*s",
    "sqrt(x[{i}]*s)",
    "x[{i}]**3/(s + 1)",
    "2**x[{i}]",
    "max(x[{i}]**3, s)",
    "abs(sin(x[{i}]) - s)",
    "norm(y[{i},m] for m in T)",
    "prod(y[{i},m] for m in T if m < 4)",
]
SPELLED = {
    "(y[{i},t2]*2 - x[{i}] for_t2)": "sum(y[{i},t2]*2 - x[{i}] for t2 in T if t2 != {t})",
    "(z[{i},b2] for_b2)": "sum(z[n,b2] for (n, b2) in L if n == {i})",
    "(v[d2] - v[d2 - 1] for_d2)": "sum(v[d2] - v[d2 - 1] for d2 in D if d2 > first(D))",
}


@st.composite
def expressions(draw: st.DrawFn, i: str, t: str, leaves: tuple[str, ...], depth: int = 2) -> str:
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        if depth and draw(st.booleans()):
            generator, own_i, own_t = draw(st.sampled_from(GENERATORS))
            inner = draw(expressions(own_i or i, own_t or t, leaves, depth - 1))
            parts.append(f"{draw(st.sampled_from(['', '2*', '-', 'k*']))}sum({inner} for {generator})")
        else:
            leaf = draw(st.sampled_from(leaves))
            parts.append(SPELLED.get(leaf, leaf).format(i=i, t=t))
    return draw(st.sampled_from([" + ", " - "])).join(parts)


@st.composite
def statements(draw: st.DrawFn, leaves: tuple[str, ...]) -> tuple[str, str]:
    domain, i, t = draw(st.sampled_from([("", None, None), *GENERATORS]))
    # Names of other loops would be rebound; the literals are always legal.
    left = draw(expressions(i or "'b'", t or "2", leaves))
    right = draw(expressions(i or "'b'", t or "2", leaves, 0))
    return domain, f"{left} {draw(st.sampled_from(['<=', '>=', '==']))} {right}"


def check(model: Compiled, domain: str, that: str, seed: int) -> None:
    naive, labels = Naive(model.instance), model.instance.labels
    columns = np.random.default_rng(seed).uniform(0.1, 2.0, model.num_columns)
    point: dict = {}
    for block in model.variables:
        values = columns[block.start : block.start + len(block.codes)].tolist()
        point[block.name] = dict(zip(labels.tuples(block.codes), values, strict=True))
    tree = parse_expression(that)
    scopes = list(naive.points(parse_domain(domain) if domain else (), {}, point))
    (rows,) = model.rows
    got = row_values(model, columns)
    found = {
        tuple(label): (float(got[k]), float(model.row_lower[k]), float(model.row_upper[k]))
        for k, label in enumerate(labels.tuples(rows.codes))
    }
    assert len(found) == len(scopes) == model.num_rows
    for scope in scopes:
        value, low, high = found[tuple(scope[name] for name in rows.indices)]
        left, right = (naive.value(part, scope, point) for part in tree.operands)
        side = low if math.isfinite(low) else high
        assert value - side == pytest.approx(left - right, rel=1e-9, abs=1e-7)


RELAXED = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@RELAXED
@given(statements(tuple(LEAVES)), st.integers(0, 99))
def test_linear_rows_have_the_values_of_the_formulation(statement: tuple[str, str], seed: int) -> None:
    domain, that = statement
    model = compile_instance(instance(**BASE, constraints={"c": {"for": domain or None, "that": that}}))
    assert model.problem_class == "LP"
    check(model, domain, that, seed)


@RELAXED
@given(statements((*LEAVES, *NONLINEAR, *NONLINEAR)), st.integers(0, 99))
def test_nonlinear_rows_have_the_values_of_the_formulation(statement: tuple[str, str], seed: int) -> None:
    domain, that = statement
    check(
        compile_instance(instance(**BASE, constraints={"c": {"for": domain or None, "that": that}})),
        domain,
        that,
        seed,
    )


@RELAXED
@given(expressions("'b'", "2", (*LEAVES, *NONLINEAR)), st.integers(0, 99))
def test_objectives_have_the_values_of_the_formulation(expression: str, seed: int) -> None:
    model = compile_instance(instance(**BASE, objective={"maximize": expression}))
    columns = np.random.default_rng(seed).uniform(0.1, 2.0, model.num_columns)
    point = model.values_by_name(columns)
    point["s"] = {(): point["s"]}
    value = Naive(model.instance).value(parse_expression(expression), {}, point)
    assert objective_value(model.objective, columns) == pytest.approx(value, rel=1e-9, abs=1e-7)
