"""Problems with known answers, one list a class, for every engine that claims the class."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agentopt.solvers.base import Feature
from agentopt.solvers.solution import Termination


@dataclass(frozen=True)
class Known:
    """A formulation's parts and what must come of them; `optimum` in the model's own sense."""

    name: str
    feature: Feature
    parts: dict[str, Any]
    optimum: float | None = None
    termination: Termination = Termination.OPTIMAL
    point: dict[str, float] = field(default_factory=dict)


def _two(lower: float | None = 0, upper: float | None = None) -> dict[str, Any]:
    return {name: {"lower": lower, "upper": upper} for name in "xy"}


BOX = _two(-1, 1)

KNOWN = [
    Known(
        "a production plan",
        Feature.LP,
        {
            "variables": _two(),
            "objective": {"maximize": "3*x + 5*y + 7"},
            "constraints": {
                "a": {"that": "x <= 4"},
                "b": {"that": "2*y <= 12"},
                "c": {"that": "3*x + 2*y <= 18"},
            },
        },
        43.0,
        point={"x": 2.0, "y": 6.0},
    ),
    Known(
        "a blend to minimize",
        Feature.LP,
        {
            "variables": _two(),
            "objective": {"minimize": "2*x + 3*y - 1"},
            "constraints": {
                "a": {"that": "x + y >= 4"},
                "b": {"that": "x + 3*y >= 6"},
                "c": {"that": "x <= 3"},
            },
        },
        8.0,
        point={"x": 3.0, "y": 1.0},
    ),
    Known(
        "a degenerate vertex",
        Feature.LP,
        {
            "variables": _two(),
            "objective": {"maximize": "x + y"},
            "constraints": {
                "a": {"that": "x + y <= 2"},
                "b": {"that": "x <= 1"},
                "c": {"that": "y <= 1"},
                "d": {"that": "2*x + y <= 3"},
                "e": {"that": "x + 2*y <= 3"},
            },
        },
        2.0,
    ),
    Known(
        "coefficients from 1e-4 to 1e6",
        Feature.LP,
        {
            "variables": _two(),
            "objective": {"minimize": "1000000*x + 0.0001*y"},
            "constraints": {"a": {"that": "0.0001*x + 0.000001*y >= 0.01"}, "b": {"that": "y <= 9000"}},
        },
        10_000_000.9,
        point={"x": 10.0, "y": 9000.0},
    ),
    Known(
        "equalities only, free variables",
        Feature.LP,
        {
            "variables": _two(None, None),
            "objective": {"minimize": "x"},
            "constraints": {"a": {"that": "x + y == 1"}, "b": {"that": "x - y == 5"}},
        },
        3.0,
        point={"x": 3.0, "y": -2.0},
    ),
    Known(
        "a fixed column and a range",
        Feature.LP,
        {
            "variables": {"x": {"lower": 2, "upper": 2}, "y": {"lower": None}},
            "objective": {"minimize": "x + y"},
            "constraints": {"a": {"that": "-3 <= x + 2*y <= 10"}},
        },
        -0.5,
    ),
    Known("no constraints", Feature.LP, {"variables": BOX, "objective": {"maximize": "x - 2*y"}}, 3.0),
    Known(
        "no objective", Feature.LP, {"variables": _two(), "constraints": {"a": {"that": "x + y == 3"}}}, 0.0
    ),
    Known(
        "bounds that cross",
        Feature.LP,
        {"variables": _two(3, 2), "objective": {"minimize": "x"}},
        termination=Termination.INFEASIBLE,
    ),
    Known(
        "rows that contradict",
        Feature.LP,
        {
            "variables": _two(),
            "objective": {"minimize": "x"},
            "constraints": {"a": {"that": "x + y <= 1"}, "b": {"that": "x + y >= 2"}},
        },
        termination=Termination.INFEASIBLE,
    ),
    Known(
        "nothing stops growth",
        Feature.LP,
        {"variables": _two(), "objective": {"maximize": "x"}, "constraints": {"a": {"that": "x - y <= 1"}}},
        termination=Termination.UNBOUNDED,
    ),
    Known(
        "infeasible, and unbounded without its rows",
        Feature.LP,
        {
            "variables": {**_two(), "z": {"lower": None}},
            "objective": {"maximize": "z"},
            "constraints": {"a": {"that": "x + y <= -1"}},
        },
        termination=Termination.INFEASIBLE,
    ),
    Known(
        "a knapsack",
        Feature.MILP,
        {
            "variables": {name: {"domain": "binary"} for name in "abcd"},
            "objective": {"maximize": "10*a + 13*b + 7*c + 8*d"},
            "constraints": {"w": {"that": "5*a + 6*b + 3*c + 4*d <= 10"}},
        },
        21.0,
        point={"b": 1.0, "d": 1.0},
    ),
    Known(
        "an integer below zero",
        Feature.MILP,
        {
            "variables": {"n": {"domain": "integer", "lower": -9, "upper": 9}, "y": {"lower": 0}},
            "objective": {"minimize": "n + y"},
            "constraints": {"a": {"that": "2*n + y >= -7"}},
        },
        -3.0,
    ),
    Known(
        "integers whose relaxation is feasible",
        Feature.MILP,
        {
            "variables": {"n": {"domain": "integer", "upper": 5}, "m": {"domain": "integer", "upper": 5}},
            "objective": {"minimize": "n"},
            "constraints": {"a": {"that": "2*n + 2*m == 3"}},
        },
        termination=Termination.INFEASIBLE,
    ),
    Known(
        "unbounded with integers",
        Feature.MILP,
        {
            "variables": {"n": {"domain": "integer", "lower": 0}, "y": {"lower": 0}},
            "objective": {"maximize": "n + y"},
            "constraints": {"a": {"that": "2*n - 2*y <= 1"}},
        },
        termination=Termination.UNBOUNDED,
    ),
    Known(
        "integers without a point, unbounded without integrality",
        Feature.MILP,
        {
            "variables": {"n": {"domain": "integer", "lower": 0}, "m": {"domain": "integer", "lower": 0}},
            "objective": {"maximize": "n"},
            "constraints": {"a": {"that": "2*n - 2*m == 1"}, "b": {"that": "m <= 50"}},
        },
        termination=Termination.INFEASIBLE,
    ),
    Known(
        "a semi-continuous batch that is worth it",
        Feature.MILP,
        {
            "variables": {
                "s": {"domain": "semicontinuous", "lower": 2, "upper": 1e6},
                "y": {"lower": 0, "upper": 10},
            },
            "objective": {"minimize": "s + 3*y"},
            "constraints": {"a": {"that": "s + y >= 1.5"}},
        },
        2.0,
        point={"s": 2.0, "y": 0.0},
    ),
    Known(
        "a semi-continuous batch that is not",
        Feature.MILP,
        {
            "variables": {"s": {"domain": "semicontinuous", "lower": 2, "upper": 9}, "y": {"lower": 0}},
            "objective": {"minimize": "s + 3*y"},
            "constraints": {"a": {"that": "s + y >= 0.5"}},
        },
        1.5,
        point={"s": 0.0, "y": 0.5},
    ),
    Known(
        "a semi-integer number",
        Feature.MILP,
        {
            "variables": {"k": {"domain": "semiinteger", "lower": 3, "upper": 8}, "y": {"upper": 0.25}},
            "objective": {"minimize": "k"},
            "constraints": {"a": {"that": "k + y >= 3.5"}},
        },
        4.0,
    ),
    Known(
        "distance to a point, cut off",
        Feature.CONVEX_QP,
        {
            "variables": _two(None, None),
            "objective": {"minimize": "(x - 2)**2 + (y - 3)**2 + x*y"},
            "constraints": {"a": {"that": "x + y <= 2"}},
        },
        5.0,
        point={"x": 0.0, "y": 2.0},
    ),
    Known(
        "a concave profit",
        Feature.CONVEX_QP,
        {
            "variables": _two(0, 10),
            "objective": {"maximize": "4*x - x**2 + 2*y - y**2 + 1"},
            "constraints": {"a": {"that": "x + y <= 2"}},
        },
        5.5,
        point={"x": 1.5, "y": 0.5},
    ),
    Known(
        "a flat direction",
        Feature.CONVEX_QP,
        {
            "variables": _two(-50, 50),
            "objective": {"minimize": "(x - y)**2 - x - y"},
            "constraints": {"a": {"that": "x + y <= 30"}},
        },
        -30.0,
    ),
    Known(
        "a convex objective along which one can fall for ever",
        Feature.CONVEX_QP,
        {
            "variables": _two(),
            "objective": {"minimize": "(x - y)**2 - x"},
            "constraints": {"a": {"that": "2*y - 2*x <= 1"}},
        },
        termination=Termination.UNBOUNDED,
    ),
    Known(
        "a convex objective and contradicting rows",
        Feature.CONVEX_QP,
        {
            "variables": _two(),
            "objective": {"minimize": "x**2 + y**2"},
            "constraints": {"a": {"that": "x + y <= 1"}, "b": {"that": "x + y >= 2"}},
        },
        termination=Termination.INFEASIBLE,
    ),
    Known("a saddle", Feature.QP, {"variables": BOX, "objective": {"minimize": "2*x*y"}}, -2.0),
    Known(
        "a concave corner",
        Feature.QP,
        {"variables": BOX, "objective": {"minimize": "-x**2 - 2*y**2 + x"}},
        -4.0,
    ),
    Known(
        "a quadratic objective of integers",
        Feature.MIQP,
        {
            "variables": {"n": {"domain": "integer", "upper": 5}, "y": {"lower": -1, "upper": 1}},
            "objective": {"minimize": "(n - 2.6)**2 + (y - n)**2"},
        },
        1.36,
        point={"n": 2.0, "y": 1.0},
    ),
    Known(
        "a disc",
        Feature.QCP,
        {
            "variables": _two(None, None),
            "objective": {"maximize": "3*x + 4*y"},
            "constraints": {"a": {"that": "x**2 + y**2 <= 25"}},
        },
        25.0,
        point={"x": 3.0, "y": 4.0},
    ),
    Known(
        "outside a disc",
        Feature.QCP,
        {
            "variables": _two(0, 10),
            "objective": {"minimize": "x + 2*y"},
            "constraints": {"a": {"that": "x**2 + y**2 >= 4"}},
        },
        2.0,
    ),
    Known(
        "whole numbers in a disc",
        Feature.MIQCP,
        {
            "variables": {n: {"domain": "integer", "lower": -9, "upper": 9} for n in "nm"},
            "objective": {"maximize": "2*n + 3*m"},
            "constraints": {"a": {"that": "n**2 + m**2 <= 20"}},
        },
        16.0,
        point={"n": 2.0, "m": 4.0},
    ),
    Known(
        "a smooth valley",
        Feature.NLP,
        {
            "variables": _two(0.1, 5),
            "objective": {"minimize": "x**3 - 3*log(x) + exp(y) - y"},
            "constraints": {"a": {"that": "x + y >= 0.5"}},
        },
        1.0 + 1.105170918 - 0.1,
        point={"x": 1.0, "y": 0.1},
    ),
    Known(
        "a nonlinear row",
        Feature.NLP,
        {
            "variables": _two(0.01, 4),
            "objective": {"maximize": "x + y"},
            "constraints": {"a": {"that": "exp(x) + exp(y) <= 4"}},
        },
        1.3862943611,
    ),
    Known(
        "a contradiction of a disc and a line",
        Feature.QCP,
        {
            "variables": _two(-5, 5),
            "objective": {"minimize": "x"},
            "constraints": {"a": {"that": "x**2 + y**2 <= 4"}, "b": {"that": "x + y >= 3"}},
        },
        termination=Termination.INFEASIBLE,
    ),
    Known(
        "two factors whose product is given",
        Feature.QCP,
        {
            "variables": _two(0, 9),
            "objective": {"minimize": "x + 2*y"},
            "constraints": {"a": {"that": "x*y >= 8"}},
        },
        8.0,
        point={"x": 4.0, "y": 2.0},
    ),
    Known(
        "the nearest point of a plane",
        Feature.NLP,
        {
            "sets": {"I": {"first": 1, "last": 3}},
            "variables": {"x": {"over": ["I"], "lower": -9, "upper": 9}},
            "objective": {"minimize": "norm(x[i] - i for i in I)"},
            "constraints": {"a": {"that": "sum(x[i] for i in I) <= 3"}},
        },
        3**0.5,
    ),
    Known(
        "a correlation that two others leave open",
        Feature.SDP,
        {
            "sets": {"I": {"first": 1, "last": 3}},
            "variables": {"r": {"over": ["I", "I"], "lower": -1, "upper": 1}},
            "objective": {"maximize": "r[1,3]"},
            "constraints": {
                "own": {"for": "i in I", "that": "r[i,i] == 1"},
                "known": {"that": "r[1,2] == 0.6 and r[2,3] == 0.8"},
                "matrix": {"that": "semidefinite(r[i,j] for i in I for j in I)"},
            },
        },
        0.96,
    ),
    Known(
        "correlations that no three quantities have",
        Feature.SDP,
        {
            "sets": {"I": {"first": 1, "last": 3}},
            "variables": {"r": {"over": ["I", "I"], "lower": -1, "upper": 1}},
            "objective": {"minimize": "r[1,2]"},
            "constraints": {
                "own": {"for": "i in I", "that": "r[i,i] == 1"},
                "apart": {"for": "i in I, j in I if i < j", "that": "r[i,j] <= -0.6"},
                "matrix": {"that": "semidefinite(r[i,j] for i in I for j in I)"},
            },
        },
        termination=Termination.INFEASIBLE,
    ),
    Known(
        "a matrix that may grow",
        Feature.SDP,
        {
            "variables": _two(0, None),
            "sets": {"I": {"first": 1, "last": 2}},
            "objective": {"maximize": "x - y"},
            "constraints": {"matrix": {"that": "semidefinite((x if i == j else 1) for i in I for j in I)"}},
        },
        termination=Termination.UNBOUNDED,
    ),
    Known(
        "waves of an integer",
        Feature.MINLP,
        {
            "variables": {"n": {"domain": "integer", "lower": 0, "upper": 8}, "y": {"lower": 0, "upper": 2}},
            "objective": {"maximize": "5*sin(n) + sqrt(y) - 0.1*n"},
            "constraints": {"a": {"that": "y**3 + n <= 9"}},
        },
        5 * 0.9092974268 + 2**0.5 - 0.2 - (2**0.5 - 7 ** (1 / 6)),
        point={"n": 2.0},
    ),
    Known(
        "jobs on one machine",
        Feature.CP,
        {
            "sets": {"J": {"elements": ["a", "b", "c"]}},
            "parameters": {
                "length": {"over": ["J"], "values": {"a": 3, "b": 2, "c": 4}},
                "due": {"over": ["J"], "values": {"a": 4, "b": 2, "c": 9}},
            },
            "variables": {
                "start": {"over": ["J"], "domain": "integer", "upper": 20},
                "late": {"over": ["J"], "domain": "integer", "upper": 40},
            },
            "objective": {"minimize": "sum(late[j] for j in J)"},
            "constraints": {
                "machine": {"that": "no_overlap((start[j], length[j]) for j in J)"},
                "lateness": {"for": "j in J", "that": "late[j] >= start[j] + length[j] - due[j]"},
            },
        },
        1.0,
    ),
    Known(
        "real starts in half hours, no end given",
        Feature.CP,
        {
            "sets": {"J": {"first": 1, "last": 3}},
            "parameters": {"length": {"over": ["J"], "values": [1.5, 2, 0.5]}},
            "variables": {"start": {"over": ["J"], "upper": 10}, "end": {}},
            "objective": {"minimize": "end"},
            "constraints": {
                "machine": {"that": "no_overlap((start[j], length[j]) for j in J)"},
                "last": {"for": "j in J", "that": "end >= start[j] + length[j]"},
                "break": {"that": "start[1] >= 0.5"},
            },
        },
        4.0,
        point={"end": 4.0},
    ),
    Known(
        "jobs that may be left out",
        Feature.CP,
        {
            "sets": {"J": {"first": 1, "last": 4}},
            "parameters": {
                "length": {"over": ["J"], "values": [3, 2, 4, 2]},
                "pay": {"over": ["J"], "values": [5, 4, 9, 2]},
            },
            "variables": {
                "start": {"over": ["J"], "domain": "integer", "upper": 9},
                "use": {"over": ["J"], "domain": "binary"},
            },
            "objective": {"maximize": "sum(pay[j]*use[j] for j in J)"},
            "constraints": {
                "machine": {"that": "no_overlap((start[j], length[j], use[j]) for j in J)"},
                "day": {"for": "j in J", "that": "start[j] + length[j] <= 7"},
            },
        },
        14.0,
    ),
    Known(
        "two hands for three jobs",
        Feature.CP,
        {
            "sets": {"J": {"first": 1, "last": 3}},
            "parameters": {
                "length": {"over": ["J"], "values": [3, 2, 4]},
                "need": {"over": ["J"], "values": [2, 1, 1]},
            },
            "variables": {
                "start": {"over": ["J"], "domain": "integer", "upper": 20},
                "end": {"domain": "integer", "upper": 30},
            },
            "objective": {"minimize": "end"},
            "constraints": {
                "hands": {"that": "cumulative(2, (start[j], length[j], need[j]) for j in J)"},
                "last": {"for": "j in J", "that": "end >= start[j] + length[j]"},
            },
        },
        7.0,
    ),
    Known(
        "a tour of five towns, one of which may be left out",
        Feature.CP,
        {
            "sets": {"N": {"first": 1, "last": 5}},
            "parameters": {
                "far": {
                    "over": ["N", "N"],
                    "values": [
                        [0, 3, 9, 8, 4],
                        [3, 0, 2, 9, 7],
                        [9, 2, 0, 5, 6],
                        [8, 9, 5, 0, 1],
                        [4, 7, 6, 1, 6],
                    ],
                }
            },
            "variables": {"go": {"over": ["N", "N"], "domain": "binary"}},
            "objective": {"minimize": "sum(far[i,j]*go[i,j] for i in N for j in N)"},
            "constraints": {
                "tour": {"that": "circuit(go[i,j] for i in N for j in N if i != j or i == 5)"},
                "nowhere": {"for": "i in N if i < 5", "that": "go[i,i] == 0"},
            },
        },
        15.0,
    ),
    Known(
        "two vans from a depot",
        Feature.CP,
        {
            "sets": {"N": {"elements": ["depot", "a", "b", "c"]}},
            "parameters": {
                "far": {
                    "over": ["N", "N"],
                    "values": [[0, 2, 3, 4], [2, 0, 1, 5], [3, 1, 0, 1], [4, 5, 1, 0]],
                },
                "load": {"over": ["N"], "values": {"depot": 0, "a": 2, "b": 2, "c": 3}},
            },
            "variables": {"go": {"over": ["N", "N"], "domain": "binary"}},
            "objective": {"minimize": "sum(far[i,j]*go[i,j] for i in N for j in N)"},
            "constraints": {
                "vans": {"that": 'routes("depot", 5, (go[i,j], load[j]) for i in N for j in N if i != j)'},
                "nowhere": {"for": "i in N", "that": "go[i,i] == 0"},
            },
        },
        12.0,
    ),
    Known(
        "the price at a place that is chosen",
        Feature.CP,
        {
            "sets": {"I": {"first": 1, "last": 4}},
            "parameters": {"price": {"over": ["I"], "values": [5, 3, 9, 4]}},
            "variables": {
                "x": {"domain": "integer", "lower": 1, "upper": 4},
                "y": {"over": ["I"], "domain": "integer", "upper": 7},
            },
            "objective": {"minimize": "element(x, price[i] for i in I) + element(x, y[i] for i in I)"},
            "constraints": {
                "least": {"for": "i in I", "that": "y[i] + i >= 5"},
                "apart": {"that": "alldifferent(y[i] for i in I)"},
                "late": {"that": "x >= 3"},
            },
        },
        5.0,
        point={"x": 4.0},
    ),
    Known(
        "more jobs than the day is long",
        Feature.CP,
        {
            "sets": {"J": {"first": 1, "last": 3}},
            "variables": {"start": {"over": ["J"], "domain": "integer", "upper": 4}},
            "constraints": {"machine": {"that": "no_overlap((start[j], 3) for j in J)"}},
        },
        termination=Termination.INFEASIBLE,
    ),
    Known(
        "five things into as few boxes as possible",
        Feature.MILP,
        {
            "sets": {"I": {"first": 1, "last": 5}, "B": {"first": 1, "last": 4}},
            "parameters": {"size": {"over": ["I"], "values": [6, 5, 4, 3, 2.5]}},
            "variables": {
                "put": {"over": ["I", "B"], "domain": "binary"},
                "use": {"over": ["B"], "domain": "binary"},
            },
            "objective": {"minimize": "sum(use[b] for b in B)"},
            "constraints": {
                "once": {"for": "i in I", "that": "sum(put[i,b] for b in B) == 1"},
                "room": {"for": "b in B", "that": "sum(size[i]*put[i,b] for i in I) <= 10*use[b]"},
                "order": {"for": "b in B if b > 1", "that": "use[b-1] >= use[b]"},
            },
        },
        3.0,
    ),
    Known(
        "more things than boxes hold",
        Feature.MILP,
        {
            "sets": {"I": {"first": 1, "last": 4}, "B": {"first": 1, "last": 2}},
            "variables": {
                "put": {"over": ["I", "B"], "domain": "binary"},
                "use": {"over": ["B"], "domain": "binary"},
            },
            "objective": {"minimize": "sum(use[b] for b in B)"},
            "constraints": {
                "once": {"for": "i in I", "that": "sum(put[i,b] for b in B) == 1"},
                "room": {"for": "b in B", "that": "sum(6*put[i,b] for i in I) <= 10*use[b]"},
            },
        },
        termination=Termination.INFEASIBLE,
    ),
    Known(
        "rods to be cut from stock",
        Feature.MILP,
        {
            "sets": {"I": {"first": 1, "last": 3}, "B": {"first": 1, "last": 8}},
            "parameters": {
                "size": {"over": ["I"], "values": [45, 36, 31]},
                "wanted": {"over": ["I"], "values": [4, 5, 3]},
            },
            "variables": {
                "cut": {"over": ["I", "B"], "domain": "integer", "upper": 9},
                "use": {"over": ["B"], "domain": "binary"},
            },
            "objective": {"minimize": "2*sum(use[b] for b in B) + 1"},
            "constraints": {
                "enough": {"for": "i in I", "that": "sum(cut[i,b] for b in B) >= wanted[i]"},
                "length": {"for": "b in B", "that": "sum(size[i]*cut[i,b] for i in I) <= 100*use[b]"},
            },
        },
        13.0,
    ),
    Known(
        "whole numbers in a sack, one of which makes room",
        Feature.MILP,
        {
            "variables": {
                "n": {"domain": "integer", "upper": 7},
                "m": {"domain": "integer", "lower": 1, "upper": 4},
                "k": {"domain": "integer", "upper": 3},
            },
            "objective": {"maximize": "2.5*n + 4*m - 3*k"},
            "constraints": {"room": {"that": "3*n + 5*m - 4*k <= 17"}},
        },
        14.5,
    ),
    Known(
        "a one-way tour",
        Feature.CP,
        {
            "sets": {"N": {"first": 1, "last": 5}},
            "parameters": {
                "far": {
                    "over": ["N", "N"],
                    "values": [
                        [0, 3, 9, 8, 4],
                        [7, 0, 2, 9, 7],
                        [9, 6, 0, 5, 6],
                        [8, 9, 5, 0, 1],
                        [2, 7, 6, 4, 0],
                    ],
                }
            },
            "variables": {"go": {"over": ["N", "N"], "domain": "binary"}},
            "objective": {"minimize": "sum(far[i,j]*go[i,j] for i in N for j in N if i != j)"},
            "constraints": {
                "tour": {"that": "circuit(go[i,j] for i in N for j in N if i != j)"},
                "nowhere": {"for": "i in N", "that": "go[i,i] == 0"},
            },
        },
        13.0,
    ),
    Known(
        "towns that no road joins",
        Feature.CP,
        {
            "sets": {"N": {"first": 1, "last": 6}},
            "variables": {"go": {"over": ["N", "N"], "domain": "binary"}},
            "objective": {"minimize": "sum(go[i,j] for i in N for j in N)"},
            "constraints": {
                "tour": {"that": "circuit(go[i,j] for i in N for j in N if i != j)"},
                "river": {"for": "i in N, j in N if (i <= 3) != (j <= 3) or i == j", "that": "go[i,j] == 0"},
            },
        },
        termination=Termination.INFEASIBLE,
    ),
    Known(
        "tasks whose starts and lengths are sums",
        Feature.CP,
        {
            "sets": {"J": {"first": 1, "last": 3}},
            "variables": {
                name: {"over": ["J"], "domain": "integer", "upper": most}
                for name, most in {"day": 2, "hour": 7, "extra": 2}.items()
            },
            "objective": {"maximize": "sum(extra[j] for j in J) - sum(10*day[j] + hour[j] for j in J)"},
            "constraints": {"one": {"that": "no_overlap((8*day[j] + hour[j], 3 + extra[j]) for j in J)"}},
        },
        -7.0,
    ),
]
