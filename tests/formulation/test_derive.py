"""Data evaluated over whole frames equals the same data evaluated one point at a time in plain Python."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentopt.errors import BindingError, CompileError
from agentopt.formulation import lookup
from agentopt.formulation.binding import bind
from agentopt.formulation.derive import Data, MissingValue
from agentopt.formulation.elements import Formulation
from agentopt.formulation.frames import Frame, join
from agentopt.formulation.generators import expand
from agentopt.formulation.instance import Instance
from agentopt.formulation.parse import parse_domain, parse_expression

T = [1, 2, 3, 4, 5]
M = ["jan", "feb", "mar"]
E = [(1, "feb"), (3, "jan"), (3, "mar"), (5, "feb"), (2, "feb")]
HOT = {"feb"}
BASE = {t: float(t * t - 3) for t in T}
COST = {(t, m): float(t * 10 + k) for t in T for k, m in enumerate(M)}
LENGTH = {e: float(n + 1) for n, e in enumerate(E)}


@pytest.fixture(scope="module")
def instance() -> Instance:
    f = Formulation.model_validate(
        {
            "sets": {
                "T": {"elements": T},
                "M": {"elements": M},
                "E": {"elements": [list(e) for e in E]},
                "HOT": {"elements": list(HOT)},
            },
            "parameters": {
                "base": {"over": "T"},
                "cost": {"over": ["T", "M"]},
                "length": {"over": "E"},
                "half": {"over": "T", "values": {"2": 7}, "default": 0.5},
                "two": {"value": 2},
            },
        }
    )
    return bind(f, {"base": BASE, "cost": COST, "length": LENGTH})


# Each generator with what it ranges over, and each condition and body with its meaning in plain Python.
GENERATORS: dict[str, tuple[tuple[str, ...], list[tuple[object, ...]]]] = {
    "t in T": (("t",), [(t,) for t in T]),
    "s in T": (("s",), [(t,) for t in T]),
    "m in M": (("m",), [(m,) for m in M]),
    "(u, v) in E": (("u", "v"), E),
    "k in range(2, 5)": (("k",), [(2,), (3,), (4,)]),
    "h in M - HOT": (("h",), [("jan",), ("mar",)]),
}
CONDITIONS: dict[str, tuple[str, Callable[..., bool]]] = {
    "t == s": ("t s", lambda t, s: t == s),
    "t < s": ("t s", lambda t, s: t < s),
    "t != s": ("t s", lambda t, s: t != s),
    "t == s + 1": ("t s", lambda t, s: t == s + 1),
    "t - 1 == u": ("t u", lambda t, u: t - 1 == u),
    "u == t": ("u t", lambda u, t: u == t),
    "m == v": ("m v", lambda m, v: m == v),
    'm != "jan"': ("m", lambda m: m != "jan"),
    "m == feb": ("m", lambda m: m == "feb"),
    "(t, m) in E": ("t m", lambda t, m: (t, m) in E),
    "(s, m) not in E": ("s m", lambda s, m: (s, m) not in E),
    "m in HOT": ("m", lambda m: m in HOT),
    "base[t] > 1": ("t", lambda t: BASE[t] > 1),
    "cost[t, m] >= 21 or m in HOT": ("t m", lambda t, m: COST[t, m] >= 21 or m in HOT),
    "not (t > 2 and s > 2)": ("t s", lambda t, s: not (t > 2 and s > 2)),
    "1 < t <= 4": ("t", lambda t: 1 < t <= 4),
    "ord(m) == t": ("m t", lambda m, t: M.index(m) + 1 == t),
    "v < m": ("v m", lambda v, m: M.index(v) < M.index(m)),
    "k == t": ("k t", lambda k, t: k == t),
    "t > 1 and base[t-1] < 5": ("t", lambda t: t > 1 and BASE[t - 1] < 5),
    "prev(m) == v": ("m v", lambda m, v: M.index(m) > 0 and M[M.index(m) - 1] == v),
    "h == m": ("h m", lambda h, m: h == m),
    "t in {1, 5}": ("t", lambda t: t in (1, 5)),
}
BODIES: dict[str, tuple[str, Callable[..., float]]] = {
    "1": ("", lambda: 1.0),
    "t": ("t", lambda t: t),
    "base[t] * two - t/4": ("t", lambda t: BASE[t] * 2 - t / 4),
    "cost[t, m]": ("t m", lambda t, m: COST[t, m]),
    "cost[s, v] + length[u, v]": ("s u v", lambda s, u, v: COST[s, v] + LENGTH[u, v]),
    "half[t] ** 2": ("t", lambda t: (7 if t == 2 else 0.5) ** 2),
    "max(base[t], base[s], 0)": ("t s", lambda t, s: max(BASE[t], BASE[s], 0)),
    "cost[t+1, m] if t < 5 else -1": ("t m", lambda t, m: COST[t + 1, m] if t < 5 else -1),
    "cost[t, next(m)] if m != last(M) else 0": (
        "t m",
        lambda t, m: COST[t, M[M.index(m) + 1]] if m != "mar" else 0,
    ),
    "sum(cost[t, n] for n in M if n != m)": ("t m", lambda t, m: sum(COST[t, n] for n in M if n != m)),
    "sum(length[a, b] for (a, b) in E if b == m)": (
        "m",
        lambda m: sum(v for (a, b), v in LENGTH.items() if b == m),
    ),
    "count(base[r] > t for r in T)": ("t", lambda t: sum(BASE[r] > t for r in T)),
    "max(cost[r, v] for r in T if r <= t)": ("t v", lambda t, v: max(COST[r, v] for r in T if r <= t)),
    "len(E) * ord(m) + abs(base[t])": ("m t", lambda m, t: 5 * (M.index(m) + 1) + abs(BASE[t])),
    "any((t, n) in E for n in M)": ("t", lambda t: float(any((t, n) in E for n in M))),
    "mod(k, 3) + floor(base[t]/2)": ("k t", lambda k, t: k % 3 + BASE[t] // 2),
}


def points(chosen: list[str], conditions: list[str]) -> Iterator[dict[str, object]]:
    names = [name for g in chosen for name in GENERATORS[g][0]]
    for parts in itertools.product(*(GENERATORS[g][1] for g in chosen)):
        at = dict(zip(names, itertools.chain.from_iterable(parts), strict=True))
        if all(CONDITIONS[c][1](*(at[n] for n in CONDITIONS[c][0].split())) for c in conditions):
            yield at


@st.composite
def comprehensions(draw: st.DrawFn) -> tuple[list[str], list[str], list[str]]:
    chosen = draw(st.lists(st.sampled_from(sorted(GENERATORS)), min_size=1, max_size=3, unique=True))
    known = {name for g in chosen for name in GENERATORS[g][0]}
    usable = [c for c, (names, _) in CONDITIONS.items() if known.issuperset(names.split())]
    conditions = draw(st.lists(st.sampled_from(sorted(usable)), max_size=3, unique=True)) if usable else []
    return chosen, conditions, [b for b, (names, _) in BODIES.items() if known.issuperset(names.split())]


@settings(max_examples=150, deadline=None)
@given(comprehension=comprehensions())
def test_frames_hold_the_points_and_numbers_that_plain_loops_give(instance, comprehension):
    chosen, conditions, bodies = comprehension
    text = ", ".join(chosen) + (f" if {' and '.join(f'({c})' for c in conditions)}" if conditions else "")
    data = Data(instance)
    frame, env = expand(data, Frame(), {}, parse_domain(text))
    names = [name for g in chosen for name in GENERATORS[g][0]]
    found = list(
        zip(*(instance.labels.tuples(frame.column(env[n]).reshape(-1, 1)) for n in names), strict=True)
    )
    expected = list(points(chosen, conditions))
    assert sorted(map(repr, found)) == sorted(repr(tuple((at[n],) for n in names)) for at in expected)
    order = {repr(point): k for k, point in enumerate(found)}
    for body in bodies:
        values = np.broadcast_to(data.number(parse_expression(body), frame, env), frame.lengths).reshape(-1)
        for at in expected:
            wanted = BODIES[body][1](*(at[n] for n in BODIES[body][0].split()))
            assert values[order[repr(tuple((at[n],) for n in names))]] == pytest.approx(wanted), (body, at)


OUTER = {
    "tt in T": ["t"],
    "mm in M": ["m"],
    "tt in T, mm in M": ["t", "m"],
    "(tt, mm) in E": ["t", "m"],
    "mm in M, tt in T if (tt, mm) in E": ["m", "t"],
}


@settings(max_examples=100, deadline=None)
@given(outer=st.sampled_from(sorted(OUTER)), comprehension=comprehensions())
def test_sums_inside_a_frame_equal_sums_in_plain_loops(instance, outer, comprehension):
    chosen, conditions, _ = comprehension
    tied = [n for n in OUTER[outer] if n in {name for g in chosen for name in GENERATORS[g][0]}]
    conditions_and_ties = [f"({c})" for c in conditions] + [f"{n} == {n}{n}" for n in tied]
    inner = " ".join(f"for {g}" for g in chosen)
    inner += f" if {' and '.join(conditions_and_ties)}" if conditions_and_ties else ""
    data = Data(instance)
    frame, env = expand(data, Frame(), {}, parse_domain(outer))
    values = np.broadcast_to(data.number(parse_expression(f"sum(two {inner})"), frame, env), frame.lengths)
    columns = {n: instance.labels.tuples(frame.column(env[n + n]).reshape(-1, 1)) for n in tied}
    for k, value in enumerate(values.reshape(-1).tolist()):
        wanted = [at for at in points(chosen, conditions) if all(at[n] == columns[n][k][0] for n in tied)]
        assert value == 2 * len(wanted)


def evaluate(instance: Instance, text: str, domain: str = "") -> np.ndarray:
    data, frame, env = Data(instance), Frame(), {}
    if domain:
        frame, env = expand(data, frame, env, parse_domain(domain))
    return np.broadcast_to(data.number(parse_expression(text), frame, env), frame.lengths)


def test_a_condition_is_joined_and_not_filtered_out_of_a_product(instance, monkeypatch):
    def too_large(self: Frame, axes: object) -> Frame:
        raise AssertionError("a product was written out")

    monkeypatch.setattr(Frame, "merge", too_large)
    data = Data(instance)
    for text in (
        "t in T, (u, v) in E if u == t",
        "t in T, m in M if (t, m) in E",
        "t in T, s in T if s == t - 1",
    ):
        frame, _ = expand(data, Frame(), {}, parse_domain(text))
        assert len(frame.lengths) == 1


def test_an_index_before_the_first_has_no_value(instance):
    with pytest.raises(MissingValue, match="base"):
        evaluate(instance, "base[t-1]", "t in T")
    assert evaluate(instance, "base[t-1]", "t in T if t > 1").tolist() == [BASE[t] for t in T[:-1]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("m + 1", "the index `m` is used as a number, but `jan` is not one"),
        ("cost[1, winter]", "cost"),
        ("base[1, 2]", r"`base` has 1 indices \(T\), but 2 are given"),
        ("bse[1]", "`bse` is not a parameter"),
        ("1 / (two - 2)", "a division by zero"),
        ("sqrt(0 - two)", "has no finite value"),
        ("min(base[t] for t in T if t > 9)", "over no elements"),
        ("sum(1 for (a, b, c) in E)", "elements of `E` have 2 labels"),
        ("sum(1 for a in NOWHERE)", "`NOWHERE` is not a set"),
        ("sum(1 for k in range(1, 9, 0))", "zero"),
        ("count((t, m) in T for t in T)", "2 labels before `in`"),
    ],
)
def test_what_has_no_value_is_an_error_that_says_why(instance, text, message):
    with pytest.raises(CompileError, match=message):
        evaluate(instance, text, "m in M")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=8), st.lists(st.integers(0, 5), max_size=8))
def test_a_join_gives_every_pair_of_equals_in_order(left, right):
    one, two = join(np.array(left, dtype=np.int32), np.array(right, dtype=np.int32))
    expected = [(i, j) for i, a in enumerate(left) for j, b in enumerate(right) if a == b]
    assert list(zip(one.tolist(), two.tolist(), strict=True)) == expected


@pytest.mark.parametrize("dense", [0, lookup._DENSE])
@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), unique=True, max_size=20))
def test_positions_in_a_set_are_found_in_a_dense_table_and_in_a_sorted_one(dense, rows):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "_DENSE", dense)
        index = lookup.SetIndex(np.array(rows, dtype=np.int64).reshape(-1, 2))
    asked = [(a, b) for a in range(-1, 11) for b in range(-1, 11)]
    found = index.find([np.array([a for a, _ in asked]), np.array([b for _, b in asked])])
    positions = {row: n for n, row in enumerate(rows)}
    assert found.tolist() == [positions.get(each, -1) for each in asked]


@settings(max_examples=40, deadline=None)
@given(kept=st.sets(st.tuples(st.integers(1, 7), st.integers(1, 7))), dense=st.booleans())
def test_values_are_found_in_a_dense_table_and_in_a_sorted_one(kept, dense):
    f = Formulation.model_validate(
        {"sets": {"I": {"last": 7}}, "parameters": {"c": {"over": ["I", "I"], "default": -1}}}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "_DENSE", lookup._DENSE if dense else 0)
        values = evaluate(bind(f, {"c": {(i, j): 10 * i + j for i, j in kept}}), "c[i, j]", "i in I, j in I")
    expected = [[10 * i + j if (i, j) in kept else -1 for j in range(1, 8)] for i in range(1, 8)]
    assert values.tolist() == expected


MANY = {"I": {"last": 100_000}}


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        ({"sets": {"I": {"last": 10**30}}}, r"sets.I: a range of 1,000,000,\S+ elements"),
        ({"sets": {**MANY, "J": {"of": ["I", "I"]}}}, "sets.J: a product of 10,000,000,000 elements"),
        ({"sets": {**MANY, "J": {"formula": "I*I"}}}, "sets.J.formula: a product of 10,000,000,000"),
        ({"parameters": {"p": {"formula": "9**9**9"}}}, "parameters.p.formula: a power has no finite value"),
        ({"parameters": {"p": {"formula": "sum(i for i in range(10**30))"}}}, "a `range` of 1,0"),
        (
            {
                "sets": {"I": {"last": 3}},
                "parameters": {"p": {"formula": "sum(j for i in I for j in range(i, 10**11))"}},
            },
            "ranges of 299,999,999,994 elements in all",
        ),
        (
            {"sets": MANY, "parameters": {"p": {"over": ["I", "I"], "with": ["i", "j"], "formula": "i*j"}}},
            "10,000,000,000 numbers",
        ),
        ({"sets": MANY, "parameters": {"p": {"over": ["I", "I"], "value": 1}}}, "ranges over 10,000,000,000"),
    ],
)
def test_what_would_fill_memory_is_refused_before_it_is_made(elements, message):
    with pytest.raises((BindingError, CompileError), match=message):
        bind(Formulation.model_validate(elements))


def test_a_default_alone_takes_no_room():
    f = Formulation.model_validate(
        {
            "sets": MANY,
            "parameters": {"p": {"over": ["I", "I"], "default": 2}, "q": {"formula": "p[3,4] + p[5,5]"}},
        }
    )
    instance = bind(f)
    assert len(instance.parameters["p"]) == 0
    assert instance.parameters["q"].values.tolist() == [4.0]


def test_products_of_sets_and_frames_are_limited():
    instance = bind(Formulation.model_validate({"sets": MANY}))
    with pytest.raises(CompileError, match="the product of I and I has 10,000,000,000 elements"):
        instance.product(["I", "I"])
    frame, _ = expand(Data(instance), Frame(), {}, parse_domain("i in I, j in I"))
    with pytest.raises(CompileError, match="10,000,000,000 combinations of indices"):
        frame.merge([0, 1])
    with pytest.raises(CompileError, match="10,000,000,000 combinations of indices"):
        frame.column("i")
