"""The class told from trees is the class of the arrays, or an upper bound where data decides."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentopt.compiling import compile_instance
from agentopt.errors import CompileError
from agentopt.formulation.binding import bind
from agentopt.formulation.classify import Classes, Degree, classify, degree
from agentopt.formulation.elements import Formulation
from agentopt.formulation.parse import parse_expression

SHAPES = ("LP", "QP", "QCP", "NLP")
BASE: dict[str, Any] = {
    "sets": {"I": {"elements": ["a", "b"]}, "T": {"last": 3}},
    "parameters": {
        "c": {"over": "I", "values": {"a": 2, "b": 3}},
        "k": {"value": 4},
        "zero": {"value": 0},
    },
    "variables": {
        "x": {"over": "I", "upper": 9},
        "y": {"over": ["I", "T"], "upper": 9},
        "s": {"upper": 9},
        "r": {"lower": -5, "upper": 5},
    },
}
WHOLE = {"n": {"domain": "integer", "upper": 5}, "use": {"over": "I", "domain": "binary"}}
SEMI = {"q": {"domain": "semicontinuous", "lower": 2, "upper": 8}}

LINEAR = [
    "s",
    "3*r",
    "sum(c[i]*x[i] for i in I)",
    "sum(y[i,t] for i in I for t in T if t > 1)",
    "k*s - r/2",
    "x['a']",
]
QUADRATIC = ["s*r", "s**2", "sum(x[i]*x[i] for i in I)", "(s - r)*(s + k)", "x['a']*s/k"]
NONLINEAR = ["exp(s)", "s**3", "s/(r + 9)", "s*r*s", "2**s", "sqrt(s)*r", "norm(x[i] for i in I)", "sin(r)"]
CONVEX = ["abs(r)", "max(s, r)", "max(x[i] for i in I)", "sum(abs(x[i] - 1) for i in I)", "2*max(s, abs(r))"]
LOGIC = [
    "implies(s >= 1, r <= 2)",
    "s <= 1 or r <= 2",
    "not (s >= 3 and r >= 1)",
    "at_most(1, x[i] >= 2 for i in I)",
    "count(x[i] >= 2 for i in I) <= 1",
    "any(x[i] >= 2 for i in I)",
    "piecewise(s, (0, 0), (4, 8), (9, 9)) <= 7",
    "sos1(x[i] for i in I)",
]


def shape(name: str) -> tuple[bool, int]:
    """Whether a class is discrete, and how curved it is."""
    discrete = name.startswith("MI")
    bare = name.removeprefix("MI") if name != "MILP" else "LP"
    return discrete, SHAPES.index(bare)


def both(
    objective: str, constraints: list[str], extra: dict[str, Any] | None = None, sense: str = "minimize"
) -> tuple[Classes, str]:
    f = Formulation.model_validate(
        {
            **BASE,
            "variables": {**BASE["variables"], **(extra or {})},
            "objective": {sense: objective},
            "constraints": {f"c{k}": {"that": each} for k, each in enumerate(constraints)},
        }
    )
    return classify(f), compile_instance(bind(f)).problem_class.value


@pytest.mark.parametrize(
    ("objective", "constraints", "extra", "expected"),
    [
        ("s", ["x['a'] >= 1"], {}, "LP"),
        ("s", ["n >= 1"], WHOLE, "MILP"),
        ("s", ["q >= 1"], SEMI, "MILP"),
        ("s*r", ["x['a'] >= 1"], {}, "QP"),
        ("s**2", ["n >= 1"], WHOLE, "MIQP"),
        ("s", ["s*r <= 1"], {}, "QCP"),
        ("s", ["s**2 + n <= 9"], WHOLE, "MIQCP"),
        ("exp(s)", [], {}, "NLP"),
        ("s", ["log(s + 1) >= n"], WHOLE, "MINLP"),
        ("abs(r)", ["s >= 1"], {}, "LP"),
        ("-abs(r)", ["s >= 1"], {}, "MILP"),
        ("s", ["abs(r) <= 1"], {}, "LP"),
        ("s", ["abs(r) >= 1"], {}, "MILP"),
        ("s", ["1 >= abs(r)"], {}, "LP"),
        ("s", ["abs(r) == 1"], {}, "MILP"),
        ("s", ["-2*max(s, r) >= -9"], {}, "LP"),
        ("s", ["min(s, r) >= 1"], {}, "LP"),
        ("s", ["min(s, r) <= 1"], {}, "MILP"),
        ("s", ["max(s, min(r, 2)) <= 1"], {}, "MILP"),
        ("s", ["max(s, exp(r)) <= 9"], {}, "NLP"),
        ("s", ["s >= 1 and r <= 2"], {}, "LP"),
        ("s", ["all(x[i] >= 1 for i in I)"], {}, "LP"),
        ("s", ["not (s >= 3)"], {}, "LP"),
        ("s", ["not (s == 3)"], {"s": {"domain": "integer", "upper": 9}}, "MILP"),
        *[("s", [each], {}, "MILP") for each in LOGIC],
    ],
)
def test_every_class_is_told_from_trees_and_is_that_of_the_arrays(objective, constraints, extra, expected):
    told, compiled = both(objective, constraints, extra)
    assert told.problem_class == compiled == expected


@st.composite
def models(draw: st.DrawFn) -> tuple[str, list[str], dict[str, Any], str]:
    def sum_of(kinds: list[list[str]]) -> str:
        pool = [each for kind in kinds for each in kind]
        return " + ".join(draw(st.lists(st.sampled_from(pool), min_size=1, max_size=3)))

    kinds = [LINEAR, *draw(st.lists(st.sampled_from([QUADRATIC, NONLINEAR, CONVEX]), max_size=2))]
    constraints = []
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.integers(0, 4)) == 0:
            constraints.append(draw(st.sampled_from(LOGIC)))
        else:
            constraints.append(
                f"{sum_of(kinds)} {draw(st.sampled_from(['<=', '>=', '==']))} {draw(st.sampled_from(LINEAR))}"
            )
    extra = draw(st.sampled_from([{}, WHOLE, SEMI]))
    if extra is WHOLE:
        constraints.append(draw(st.sampled_from(["n >= 1", "use['a']*s <= n", "use['a'] + use['b'] >= 1"])))
    return sum_of(kinds), constraints, extra, draw(st.sampled_from(["minimize", "maximize"]))


@given(models())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_random_formulation_is_never_told_to_be_easier_than_it_is(model):
    objective, constraints, extra, sense = model
    try:
        told, compiled = both(objective, constraints, extra, sense)
    except CompileError:
        return  # no finite bound can be proven for a big-M
    claimed, found = shape(told.problem_class), shape(compiled)
    assert found[0] <= claimed[0]
    assert found[1] <= claimed[1]
    text = " ".join([objective, *constraints])
    # Products with a binary factor become linear, and `max` and `min` of curved things are nonlinear parts.
    if "use['a']*s" not in text:
        assert found == claimed


def test_what_data_makes_vanish_is_an_upper_bound():
    told, compiled = both("s + zero*s*r", ["s >= 1"])
    assert (told.problem_class, compiled) == ("QP", "LP")
    told, compiled = both("s", ["(s*r if k > 9 else s) <= 1"])
    assert (told.problem_class, compiled) == ("QCP", "LP")
    told, compiled = both("s", ["use['a']*s <= 1"], WHOLE)
    assert (told.problem_class, compiled) == ("MIQCP", "MILP")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k", Degree.DATA),
        ("k**2 + exp(k)", Degree.DATA),
        ("k*x", Degree.LINEAR),
        ("x/k", Degree.LINEAR),
        ("sum(x for i in I)", Degree.LINEAR),
        ("x**1", Degree.LINEAR),
        ("x**0", Degree.DATA),
        ("x*x", Degree.QUADRATIC),
        ("x**2", Degree.QUADRATIC),
        ("(x + y)*y", Degree.QUADRATIC),
        ("x*y*x", Degree.NONLINEAR),
        ("x**2*y", Degree.NONLINEAR),
        ("x**k", Degree.NONLINEAR),
        ("k**x", Degree.NONLINEAR),
        ("k/x", Degree.NONLINEAR),
        ("abs(x)", Degree.LINEAR),
        ("max(x, y*y)", Degree.QUADRATIC),
        ("exp(x)", Degree.NONLINEAR),
        ("prod(x for i in I)", Degree.NONLINEAR),
        ("implies(x >= 1, y <= 1)", Degree.LINEAR),
        ("x >= 1 and y*y <= 1", Degree.QUADRATIC),
        ("(x if k > 1 else y*y)", Degree.QUADRATIC),
    ],
)
def test_the_degree_of_an_expression(text, expected):
    assert degree(parse_expression(text), frozenset(["x", "y"])) == expected


def test_each_part_is_told_apart():
    told, _ = both("s*r", ["s >= 1", "abs(r) >= 1"])
    assert told.constraints == {"c0": Degree.LINEAR, "c1": Degree.LINEAR}
    assert told.objectives == {"objective": Degree.QUADRATIC}
    assert told.integer
    assert told.reformulated == ("c1",)
