"""Every mistake is found before data is read: at its place, once, with what to write; right models pass."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentopt.errors import FormulationError
from agentopt.formulation.check import check, require
from agentopt.formulation.diagnostics import Diagnostic, render_all
from agentopt.formulation.elements import Formulation
from agentopt.formulation.extents import extent
from agentopt.formulation.parse import parse_expression
from tests.formulation.texts import expressions

BASE: dict[str, Any] = {
    "sets": {
        "P": {"elements": ["a", "b", "c"]},
        "M": {"elements": ["u", "v"]},
        "T": {"first": 1, "last": 6},
        "L": {"of": ["P", "M"], "with": ["p", "m"], "where": "dist[p,m] <= 5"},
        "E": {"elements": [["a", "b"], ["b", "c"]]},
        "DAYS": {"from": "days.csv", "column": "day"},
    },
    "parameters": {
        "cost": {"over": "P", "values": {"a": 1, "b": 2, "c": 3}},
        "dist": {"over": ["P", "M"], "values": [[1, 2], [3, 4], [5, 6]]},
        "cap": {"value": 10},
        "demand": {"over": ["M", "T"], "default": 1},
        "load": {"over": "DAYS", "from": "days.csv", "column": "load"},
    },
    "variables": {
        "x": {"over": "P"},
        "y": {"over": ["P", "M"]},
        "z": {"over": "L"},
        "s": {"over": ["P", "T"]},
        "d": {"over": "DAYS"},
        "e": {"over": "E"},
        "n": {"domain": "integer", "upper": 5},
        "use": {"over": "P", "domain": "binary"},
        "w": {},
    },
    "objective": {"minimize": "sum(cost[p]*x[p] for p in P)"},
}


def stated(**changes: Any) -> Formulation:
    """The base formulation with elements added or replaced."""
    data = copy.deepcopy(BASE)
    for section, value in changes.items():
        data[section] = {**data[section], **value} if section in BASE and isinstance(value, dict) else value
    return Formulation.model_validate(data)


def about(found: list[Diagnostic], *paths: str) -> list[Diagnostic]:
    return [d for d in found if d.element.startswith(paths)]


def findings(that: str, for_: str | None = None) -> list[Diagnostic]:
    constraint = {"that": that} if for_ is None else {"that": that, "for": for_}
    return about(check(stated(constraints={"c": constraint})), "constraints.c")


RIGHT = [
    ("x[p] <= cap*use[p]", "p in P"),
    ("sum(y[p,m] for p in P) >= demand[m,t]", "m in M, t in T"),
    ("z[p,m] <= cap", "p, m in L"),
    ("z[p,m] <= cap", "p in P, m in M if (p, m) in L"),
    ("sum(y[p,m] for m in M if (p,m) in L) <= 5", "p in P"),
    ("s[p,t] == s[p,t-1] + x[p]", "p in P, t in T if t > 1"),
    ("s[p,t] == s[p,prev(t)] + x[p]", "p in P, t in T if t > first(T)"),
    ("s[p,first(T)] == 0", "p in P"),
    ("x[a] + x['b'] <= 3", None),
    ("e[i,j] <= x[i]", "i, j in E"),
    ("d[k] <= load[k]", "k in DAYS"),
    ("d['mon'] <= 1", None),
    ("2 <= w <= 9", None),
    ("w*w + exp(w) <= cap**2", None),
    ("abs(w - n) <= 1", None),
    ("min(w, n) >= 1", None),
    ("w >= max(cost[p] for p in P)", None),
    ("w >= max(x[p] for p in P)", None),
    ("norm(x[p] for p in P) <= 2", None),
    ("prod(x[p] for p in P) >= 1", None),
    ("count(use[p] for p in P) <= 2", None),
    ("any(x[p] >= 1 for p in P)", None),
    ("all(x[p] >= 1 for p in P)", None),
    ("n != 1", None),
    ("n < 3", None),
    ("implies(use[p], x[p] <= 1)", "p in P"),
    ("iff(use[p] == 1, x[p] >= 1)", "p in P"),
    ("use['a'] and use['b']", None),
    ("use['a'] or x['a'] >= 1", None),
    ("not use['a']", None),
    ("at_most(2, use[p] for p in P)", None),
    ("at_least(1, x[p] >= 1 for p in P)", None),
    ("exactly(2, use['a'], use['b'], use['c'])", None),
    ("sos1(x[p] for p in P)", None),
    ("sos2(x['a'], x['b'], x['c'])", None),
    ("alldifferent(n, w)", None),
    ("piecewise(w, (0, 0), (10, 5), (cap, cap)) <= 3", None),
    ("x[p] <= (1 if p == 'a' else 2)", "p in P"),
    ("x[p] <= (cost[p] if cost[p] > 1 else 0)", "p in P"),
    ("x[p] <= ord(p)", "p in P"),
    ("t*w <= 100", "t in T"),
    ("len(P)*w <= 1", None),
    ("w <= 9**9**9", None),
]


@pytest.mark.parametrize(("that", "for_"), RIGHT)
def test_a_right_statement_passes_without_a_word(that, for_):
    assert findings(that, for_) == []


WRONG = [
    # names
    ("demnd[m,1] <= w", "m in M", 0, "`demnd` is not a parameter or variable", "did you mean `demand`?"),
    ("w <= capp", None, 5, "`capp` is not a parameter, variable, set or index", "did you mean `cap`?"),
    ("w <= k", None, 5, "`k` is neither declared nor bound", "k in"),
    ("w <= Cap", None, 5, "`Cap` is not a", "did you mean `cap`?"),
    ("foo(w) <= 1", None, 0, "`foo` is not a function", "did you mean `floor`?"),
    ("abs[w] <= 1", None, 0, "`abs` is a function", "round brackets"),
    # free indices
    ("x[p] <= 1", None, 2, "the index `p` is not bound by any `for`", "add `for: p in P`"),
    ("x[q] <= 1", "p in P", 2, "the index `q` is not bound", "`p in P, q in P`"),
    ("sum(y[p,m] for p in P) <= 1", None, 8, "the index `m` is not bound", "m in M"),
    # arity and order
    ("x <= 1", None, 0, "indexed over P and stands without an index", "write `x[p]`"),
    ("x[p,m] <= 1", "p in P, m in M", 0, "has 2 indices, but `x` is over P", "write `x[p]`"),
    ("y[p] <= 1", "p in P", 0, "has 1 index, but `y` is over P, M", "write `y[p, m]`"),
    ("y[m,p] <= 1", "p in P, m in M", 0, "in another order: expected P, M", "did you mean `y[p, m]`?"),
    ("z[m,p] <= 1", "p, m in L", 0, "in another order", "did you mean `z[p, m]`?"),
    ("w[p] <= 1", "p in P", 0, "`w` is a single number and takes no index", "write `w`"),
    ("P[1] <= w", None, 0, "`P` is a set and takes no index", "membership"),
    ("p[1] <= w", "p in P", 0, "`p` is an index and takes none", "parameter"),
    ("sum(y[p,m] for p,m in P) <= 1", None, 15, "have 1 label, but 2 indices", "write `for p in P`"),
    # membership
    ("x[m] <= 1", "m in M", 2, "`m` ranges over M, but index 1 of `x[m]` is one of P", "index of P"),
    ("x['z'] <= 1", None, 2, "`z` is not an element of P", "a, b, c"),
    ("x[1] <= 1", None, 2, "`1` is not an element of P", "a, b, c"),
    ("e['a','z'] <= 1", None, 6, "`z` is not an element of E, column 2", "b, c"),
    ("x[first(M)] <= 1", None, 2, "`first(M)` ranges over M", "index of P"),
    ("w <= (1 if p == 'q' else 0)", "p in P", 16, "`q` is not an element of P", "a, b, c"),
    ("w <= (1 if p == t else 0)", "p in P, t in T", 11, "no element in common", ""),
    ("sum(y[p,m] for m in M if (m,p) in L) <= 1", "p in P", 25, "another order", "did you mean `(p, m)`?"),
    ("sum(y[p,m] for m in M if p in L) <= 1", "p in P", 25, "1 label stands before `in`", "in L"),
    # sets and their uses
    ("P <= 1", None, 0, "`P` is a set, and a number is expected", "len(P)"),
    ("sum(P) <= 1", None, 4, "`P` is a set, and a number is expected", "len(P)"),
    ("sum(x[p] for p in Q) <= 1", None, 18, "`Q` is not a set", "known sets: P, M, T"),
    ("sum(x[p] for p in cost) <= 1", None, 18, "`cost` is a parameter, and a set is expected", ""),
    ("sum(x[p] for p in w) <= 1", None, 18, "`w` is a variable, and a set is expected", ""),
    ("sum(x[p] for p in P - L) <= 1", None, 18, "has 1 label an element and `L` has 2", ""),
    ("s[p,T] <= 1", "p in P", 4, "`T` is a set, and an index is expected", ""),
    ("ord(P) <= w", None, 0, "`ord` takes an index, not a set", "ord(t)"),
    ("first(L) <= w", None, 6, "set of single elements", ""),
    ("len(w) <= 1", None, 4, "`w` is a variable, and a set is expected", ""),
    # kinds
    ("w", None, 0, "a constraint compares something, and `w` does not", "<="),
    ("w <= p", "p in P", 0, "`p` is a label of P, and is compared with a number", "ord(p)"),
    ("w + 1 <= w*p", "p in P", 11, "`p` is a label of P, and a number is expected", "ord(p)"),
    ("w <= 'a'", None, 5, 'the text `"a"` is compared with a number', ""),
    ("w <= a", None, 5, "the element `a` is compared with a number", ""),
    ("w <= 1 + a", None, 9, "the element `a` stands where a number", ""),
    ("(w <= 1) + 1 <= 2", None, 1, "is a condition, and a number is expected", "binary"),
    (
        "w <= 1 if cap > 2 else 3",
        None,
        0,
        "one branch of `if` is a statement",
        "`w <= (1 if cap > 2 else 3)`",
    ),
    ("implies(x['a'], w <= 1)", None, 8, "`x` stands as a condition but is not binary", "x["),
    ("x[p] <= (1 if w > 1 else 0)", "p in P", 14, "`w` is a variable, and the condition", "implies"),
    ("sum(x[p] for p in P if w > 1) <= 1", None, 23, "`w` is a variable, and a condition", "implies"),
    ("x[x['a']] <= 1", None, 2, "`x` is a variable, and an index", "parameter"),
    ("x[x] <= 1", None, 2, "stands without an index", "x["),
    ("floor(w) <= 1", None, 6, "`w` is a variable, and `floor`", "parameter"),
    ("sum(s['a',i] for i in range(1, w)) <= 1", None, 31, "the end of a `range`", "parameter"),
    # indices
    ("sum(x[p] for p in P) <= 1", "p in P", 13, "the index `p` is already bound outside", "rename"),
    ("sum(z[p,m] for p, m in L) <= 1", "p in P", 15, "already bound outside", "if (p, m) in L"),
    # forms
    ("implies(w <= 1)", None, 0, "`implies` takes two statements, not 1", "implies(use"),
    ("implies(p == 'a', cap <= 1)", "p in P", 0, "is about no variable", "implies(use"),
    ("at_most(2)", None, 0, "takes a number and then what is counted", "at_most(2, use"),
    ("at_most(w, use[p] for p in P)", None, 8, "`w` is a variable, and the number of", "parameter"),
    ("sos2(w)", None, 0, "two or more variables", "sos2(x[i]"),
    ("sos1(1, w)", None, 5, "`1` holds no variable", "sos1(x[i]"),
    ("piecewise(w, (0, 0)) <= 3", None, 0, "two or more points", "piecewise(x"),
    ("piecewise(w, (1, 0), (0, 2)) <= 3", None, 0, "do not go from left to right", "sort"),
    ("piecewise(w, (n, 0), (9, 2)) <= 3", None, 14, "a point of `piecewise`", "parameter"),
    # statements that decide nothing
    ("1 <= 2", None, 0, "it holds no variable", "remove it"),
    ("w <= w", None, 0, "both sides are the same, so it always holds", ""),
    ("w < w", None, 0, "both sides are the same, so it never holds", ""),
    ("1 <= w >= 0", None, 0, "a chain of comparisons turns around", "`1 <= w` and `w >= 0`"),
    ("w != 1", None, 0, "`!=` between real quantities", "abs(a - b) >= 0.01"),
    ("w/0 <= 1", None, 2, "a division by zero", ""),
    ("w + <= 1", None, 4, "does not parse", ""),
]


@pytest.mark.parametrize(("that", "for_", "position", "message", "hint"), WRONG)
def test_a_mistake_is_one_error_at_its_place_with_what_to_write(that, for_, position, message, hint):
    errors = [d for d in findings(that, for_) if d.severity == "error"]
    assert len(errors) == 1, [e.message for e in errors]
    (error,) = errors
    assert error.element == "constraints.c.that"
    assert error.text == that
    assert error.position == position
    assert message in error.message
    assert hint in error.hint


@pytest.mark.parametrize(
    ("for_", "position", "message", "hint"),
    [
        ("p in Q", 5, "`Q` is not a set", "known sets"),
        ("p in PP", 5, "`PP` is not a set", "did you mean `P`?"),
        ("p in L", 0, "have 2 labels, but 1 index is named", "write `for p, m in L`"),
        ("p in P if w > 1", 10, "`w` is a variable", "implies"),
        ("p in P if P", 10, "is no condition", "p in PLANTS"),
        ("p in P, p in P", 8, "already bound", "rename"),
        ("p, p in L", 0, "named twice", "its own name"),
        ("cap in P", 0, "the name of something declared", "rename"),
        ("sum in P", 0, "the name of a function", "rename"),
        ("p of P", None, "does not parse", ""),
    ],
)
def test_a_wrong_for_is_an_error_of_the_for(for_, position, message, hint):
    errors = [
        d for d in findings("w <= 1", for_) if d.severity == "error" and d.element == "constraints.c.for"
    ]
    assert len(errors) == 1
    assert errors[0].text == for_
    assert position is None or errors[0].position == position
    assert message in errors[0].message
    assert hint in errors[0].hint


@pytest.mark.parametrize(
    ("that", "for_", "message"),
    [
        ("w < 1", None, "a strict inequality between real quantities"),
        ("cap <= 1", None, "it holds no variable"),
        ("(p, m) in L", "p in P, m in M", "it holds no variable"),
        ("w <= 1", "p in P", "it does not mention `p` of its `for`"),
        ("n >= 6", None, "it cannot hold: `6` is at least 6 and `n` at most 5"),
        ("n == 6", None, "it cannot hold: `6` is at least 6 and `n` at most 5"),
        ("n <= 7", None, "it never binds: `n` is at most 5 and `7` at least 7"),
        ("0 <= n <= 7", None, "it never binds"),
        ("use[p] + use['a'] <= 3", "p in P", "it never binds"),
        ("w >= -1", None, "it never binds: `-1` is at most -1 and `w` at least 0"),
        ("w + n <= -cap", None, "it cannot hold: `w + n` is at least 0 and `-cap` at most -10"),
        ("sum(x[p] for p in P) >= -1", None, "it never binds"),
        ("cost[p]*n <= 16", "p in P", "it never binds: `cost[p]*n` is at most 15"),
        ("n**2 <= 26 and n >= 1", None, "it never binds"),
    ],
)
def test_what_is_worth_a_look_is_a_warning(that, for_, message):
    (found,) = findings(that, for_)
    assert found.severity == "warning"
    assert message in found.message


@pytest.mark.parametrize(
    ("that", "for_"),
    [
        ("w >= 0", None),
        ("n <= 5", None),
        ("x[p] <= 100*use[p]", "p in P"),
        ("sum(use[p] for p in P) <= 2", None),
        ("load[k] <= d[k]", "k in DAYS"),
        ("cost[p]*n <= 15", "p in P"),
        ("n*0 + w <= 1", None),
    ],
)
def test_a_statement_that_may_matter_is_left_alone(that, for_):
    assert findings(that, for_) == []


@given(
    expressions(5),
    st.dictionaries(
        st.sampled_from(["x", "y", "use", "cost", "limit", "i", "j", "t"]),
        st.tuples(st.integers(-4, 4), st.integers(0, 5), st.floats(0, 1)),
        min_size=8,
    ),
)
@settings(max_examples=300, deadline=None)
def test_an_extent_holds_every_value(text, spans):
    import math

    try:
        node = parse_expression(text)
    except FormulationError:
        return
    known = {name: (float(low), float(low + width)) for name, (low, width, _) in spans.items()}
    point = {name: low + width * part for name, (low, width, part) in spans.items()}
    value = _value(node, point)
    if value is None or not math.isfinite(value):
        return
    low, high = extent(node, known)
    slack = 1e-9 * max(1.0, abs(value))
    assert low - slack <= value <= high + slack


def _value(node: Any, point: dict[str, float]) -> float | None:
    """The value of scalar arithmetic at a point; None for anything else."""
    from agentopt.formulation import tree as t

    def all_of(nodes: tuple[Any, ...]) -> list[float] | None:
        found = [_value(each, point) for each in nodes]
        return None if None in found else [v for v in found if v is not None]

    match node:
        case t.Number(value=value):
            return float(value)
        case t.Name(id=name):
            return point[name]
        case t.Negate(operand=operand):
            inner = _value(operand, point)
            return None if inner is None else -inner
        case t.Add(terms=terms):
            parts = all_of(terms)
            return None if parts is None else sum(parts)
        case t.Multiply(factors=factors):
            parts = all_of(factors)
            if parts is None:
                return None
            product = 1.0
            for each in parts:
                product *= each
            return product
        case t.Divide(numerator=top, denominator=bottom):
            parts = all_of((top, bottom))
            return None if parts is None or not parts[1] else parts[0] / parts[1]
        case t.Power(base=base, exponent=t.Number(value=2)):
            inner = _value(base, point)
            return None if inner is None else inner * inner
        case t.Call(function="abs", arguments=(argument,)):
            inner = _value(argument, point)
            return None if inner is None else abs(inner)
        case t.Call(function="min" | "max" as function, arguments=arguments):
            parts = all_of(arguments)
            return None if parts is None else (min if function == "min" else max)(parts)
        case _:
            return None


# -- declarations ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "path", "message", "hint"),
    [
        ({"parameters": {"P": {"value": 1}}}, "parameters.P", "`P` is taken by a set", "P_parameter"),
        ({"variables": {"cap": {}}}, "variables.cap", "`cap` is taken by a parameter", "cap_variable"),
        ({"variables": {"2x": {}}}, "variables.2x", "`2x` is not a name", "variable_2x"),
        ({"variables": {"my var": {}}}, "variables.my var", "is not a name", "my_var"),
        ({"variables": {"ﬁt": {}}}, "variables.ﬁt", "is not a name", "fit"),
        ({"variables": {"class": {}}}, "variables.class", "a reserved word", "class_"),
        ({"variables": {"max": {}}}, "variables.max", "a function of the language", "max_of"),
        ({"variables": {"v" * 101: {}}}, "variables." + "v" * 101, "is not a name", ""),
        ({"variables": {"v": {"over": "Q"}}}, "variables.v.over", "`Q` is not a set", "known sets"),
        ({"variables": {"v": {"over": "DAY"}}}, "variables.v.over", "`DAY` is not a set", "`DAYS`"),
        ({"variables": {"v": {"over": "cap"}}}, "variables.v.over", "`cap` is a parameter, not a set", ""),
        ({"variables": {"v": {"lower": 3, "upper": 2}}}, "variables.v", "lower bound 3 exceeds", "swap"),
        ({"variables": {"v": {"upper": -2}}}, "variables.v", "lower bound 0 exceeds", "`lower: null`"),
        ({"variables": {"v": {"lower": "cap", "upper": 9}}}, "variables.v", "at least 10", "correct"),
        ({"variables": {"v": {"lower": "w"}}}, "variables.v.lower", "`w` is a variable", "parameter"),
        ({"variables": {"v": {"upper": "cost[p]"}}}, "variables.v.upper", "`p` is not bound", "sum("),
        (
            {"variables": {"v": {"over": "P", "upper": "cost[p]"}}},
            "variables.v.upper",
            "`p` is not bound",
            "add `with: [p]`",
        ),
        (
            {"variables": {"v": {"over": "P", "with": ["p", "q"], "upper": "cost[p]"}}},
            "variables.v.with",
            "2 index names for 1 labels",
            "one for each",
        ),
        (
            {"variables": {"v": {"over": ["P", "M"], "with": ["p", "p"], "upper": "cost[p]"}}},
            "variables.v.with",
            "named twice",
            "",
        ),
        ({"variables": {"v": {"over": "P", "with": "cap"}}}, "variables.v.with", "declared", "rename"),
        ({"variables": {"v": {"over": "P", "with": "sum"}}}, "variables.v.with", "cannot name", "`i`"),
        ({"variables": {"v": {"domain": "semicontinuous"}}}, "variables.v", "needs an `upper`", "largest"),
        ({"parameters": {"q": {"values": 3}}}, "parameters.q", "ranges over no set", "`value`"),
        ({"parameters": {"q": {"formula": "w + 1"}}}, "parameters.q.formula", "`w` is a variable", ""),
        ({"parameters": {"q": {"formula": "P"}}}, "parameters.q.formula", "`P` is a set", "len(P)"),
        (
            {"parameters": {"q": {"formula": "q + 1"}}},
            "parameters.q",
            "depends on itself: `q` → `q`",
            "numbers",
        ),
        (
            {"sets": {"A": {"formula": "B"}, "B": {"formula": "A"}}},
            "sets.A",
            "depends on itself: `A` → `B` → `A`",
            "elements",
        ),
        ({"sets": {"A": {"of": "Q"}}}, "sets.A.of", "`Q` is not a set", "known sets"),
        ({"sets": {"A": {"formula": "P | Q"}}}, "sets.A.formula", "`Q` is not a set", ""),
        ({"sets": {"A": {"formula": "P | L"}}}, "sets.A.formula", "1 label an element", ""),
        ({"sets": {"A": {"formula": "P +"}}}, "sets.A.formula", "does not parse", ""),
        (
            {"sets": {"A": {"of": "P", "with": "p", "where": "x[p] > 1"}}},
            "sets.A.where",
            "`x` is a variable",
            "",
        ),
        (
            {"sets": {"A": {"of": "P", "with": "p", "where": "q > 1"}}},
            "sets.A.where",
            "`q` is neither",
            "`with`",
        ),
        ({"sets": {"A": {"first": 1}}}, "sets.A", "`first` is given without `last`", "both"),
        ({"sets": {"A": {"last": "cpa"}}}, "sets.A.last", "neither a whole number nor", "`cap`"),
        ({"sets": {"A": {"last": "cost"}}}, "sets.A.last", "neither a whole number nor", ""),
        ({"sets": {"A": {"last": 3, "step": 0}}}, "sets.A.step", "a step of 0", ""),
        ({"sets": {"A": {"elements": [["a", "b"], ["c"]]}}}, "sets.A.elements", "1 and 2 labels", ""),
        ({"objective": {"minimize": "w <= 1"}}, "objective.minimize", "a quantity, not a statement", "`w`"),
        ({"objective": {"minimize": "implies(use['a'], n)"}}, "objective.minimize", "a quantity", ""),
        ({"objective": {"minimize": "sum(x[p])"}}, "objective.minimize", "`p` is not bound", "sum("),
        (
            {"objective": [{"name": "a", "minimize": "w"}, {"name": "a", "maximize": "n"}]},
            "objective[1]",
            "names two objectives",
            "",
        ),
        (
            {"objective": [{"minimize": "w"}, {"maximize": "v"}]},
            "objective[1].maximize",
            "the element `v` stands",
            "",
        ),
        ({"report": {"r": "x[p]"}}, "report.r", "`p` is not bound", ""),
        ({"report": {"r": "w >= 1"}}, "report.r", "a report is a quantity", ""),
        ({"constraints": {" ": {"that": "w <= 1"}}}, "constraints", "a name is empty", ""),
    ],
)
def test_a_wrong_declaration_is_one_error_at_its_field(changes, path, message, hint):
    errors = [d for d in check(stated(**changes)) if d.severity == "error"]
    assert [e.element for e in errors] == [path], [e.message for e in errors]
    assert message in errors[0].message
    assert hint in errors[0].hint


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"variables": {"v": {}}}, "variables.v", "no objective or constraint mentions it"),
        ({"parameters": {"q": {"value": 1}}}, "parameters.q", "nothing uses this parameter"),
        ({"sets": {"A": {"last": 3}}}, "sets.A", "nothing uses this set"),
        ({"sets": {"P": {"elements": ["a", "b", "c", "a"]}}}, "sets.P.elements", "`a` is listed twice"),
        ({"objective": None}, "objective", "there is no objective"),
        ({"objective": {"minimize": "cap"}}, "objective.minimize", "it depends on no variable"),
        (
            {"parameters": {"cap": {"value": 10, "quote": "ten cars"}}},
            "parameters.cap.quote",
            "is not in the text",
        ),
    ],
)
def test_what_is_unused_or_odd_is_a_warning(changes, path, message):
    found = check(stated(**changes), text="The capacity is 10 cars.")
    assert any(d.severity == "warning" and d.element == path and message in d.message for d in found)


def test_a_formulation_without_variables_decides_nothing():
    (error,) = (d for d in check(Formulation()) if d.severity == "error")
    assert error.message == "there is no variable, so nothing to decide"


def test_a_quoted_passage_is_found_in_spite_of_case_and_punctuation():
    f = stated(parameters={"cap": {"value": 10, "quote": "The capacity: 10 cars"}})
    assert not about(check(f, text="the Capacity\n is 10; the capacity, 10 CARS."), "parameters.cap.quote")


def test_all_mistakes_are_told_at_once_errors_first():
    f = stated(
        constraints={
            "one": {"that": "x <= 1"},
            "two": {"that": "w < 1"},
            "three": {"for": "p in Q", "that": "x[p] <= demnd"},
            "four": {"that": "w +"},
        },
        variables={"v": {"upper": -1}},
    )
    found = check(f)
    assert [d.severity for d in found] == sorted(d.severity for d in found)
    errors = [d.element for d in found if d.severity == "error"]
    assert sorted(errors) == [
        "constraints.four.that",
        "constraints.one.that",
        "constraints.three.for",
        "constraints.three.that",
        "variables.v",
    ]


def test_a_mark_stands_under_the_place():
    found = findings("sum(cost[p]*x[p] for p in P) <= capp")
    assert found[0].render() == (
        "error: constraints.c.that: `capp` is not a parameter, variable, set or index\n"
        "    sum(cost[p]*x[p] for p in P) <= capp\n"
        "                                    ^\n"
        "  hint: did you mean `cap`?"
    )
    long = "w + " * 100 + "capp <= 1"
    lines = findings(long)[0].render().splitlines()
    assert lines[1][lines[2].index("^") :].startswith("capp")
    assert len(lines[1]) <= 104
    assert render_all([*found, *found]).count("capp` is not") == 2


def test_require_raises_with_every_error():
    require(stated(constraints={"c": {"that": "w <= 1"}}))
    with pytest.raises(FormulationError, match="2 errors") as error:
        require(stated(constraints={"c": {"that": "w <= q"}, "d": {"that": "x <= 1"}}))
    assert "constraints.c.that" in error.value.message
    assert "constraints.d.that" in error.value.message


@given(expressions(8), st.one_of(st.none(), st.just("i in P, t in T")))
@settings(max_examples=200, deadline=None)
def test_any_statement_is_checked_without_a_crash(that, for_):
    for each in findings(that, for_):
        assert each.message
        assert each.position is None or 0 <= each.position <= len(that)


def test_a_very_long_statement_makes_short_findings():
    that = " and ".join(["w <= q"] * 20_000)
    (error,) = (d for d in findings(that) if d.severity == "error")
    assert len(error.render()) < 500
