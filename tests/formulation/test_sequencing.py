"""The sequencing statements in the language: read, written, checked, classified."""

from __future__ import annotations

from typing import Any

import pytest

from agentopt.formulation import tree as t
from agentopt.formulation.classify import classify
from agentopt.formulation.elements import Formulation
from agentopt.formulation.parse import parse_expression
from agentopt.formulation.render import latex, text
from agentopt.formulation.unparse import unparse

STATEMENTS = [
    "no_overlap((start[j], length[j]) for j in J)",
    "no_overlap((start[1], 2), (start[2], 3, use[2]))",
    "cumulative(2, (start[j], length[j], need[j]) for j in J)",
    "cumulative(n + 1, (start[j], length[j], need[j], use[j] == 1) for j in J)",
    "circuit(go[i, j] for i in J for j in J if i != j)",
    "routes(1, 10, (go[i, j], need[j]) for i in J for j in J if i != j)",
    "element(n, length[j] for j in J) <= 5",
    "element(n, 3, 4, start[1]) >= 2",
    "alldifferent(start[j] for j in J)",
]


def formulation(that: str) -> Formulation:
    parts: dict[str, Any] = {
        "sets": {"J": {"first": 1, "last": 3}},
        "parameters": {name: {"over": ["J"], "values": [1, 2, 3]} for name in ("length", "need")},
        "variables": {
            "start": {"over": ["J"], "domain": "integer", "upper": 9},
            "use": {"over": ["J"], "domain": "binary"},
            "go": {"over": ["J", "J"], "domain": "binary"},
            "n": {"domain": "integer", "lower": 1, "upper": 3},
        },
        "constraints": {"form": {"that": that}},
    }
    return Formulation.model_validate(parts)


@pytest.mark.parametrize("written", STATEMENTS)
def test_what_is_read_is_written_again(written: str) -> None:
    tree = parse_expression(written)
    assert parse_expression(unparse(tree)) == tree


@pytest.mark.parametrize("written", STATEMENTS)
def test_statements_pass_the_checks_are_shown_and_make_the_class_cp(written: str) -> None:
    made = formulation(written)
    assert [found.message for found in made.check() if found.severity == "error"] == []
    assert classify(made).problem_class == "CP"
    assert text(made)
    assert latex(made)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("no_overlap(start[j] for j in J)", "a task of `no_overlap` is `(start, length)`"),
        ("no_overlap((start[1], 2))", "takes two or more tasks"),
        ("no_overlap((length[j], 2) for j in J)", "holds no variable"),
        ("cumulative((start[j], 1, 1) for j in J)", "takes the capacity and then the tasks"),
        ("cumulative(2, (start[j], 1) for j in J)", "a task of `cumulative` is `(start, length, need)`"),
        ("cumulative(2, (start[j], 1, n) for j in J)", "`n` is a variable"),
        ("circuit(use[j] for j in J)", "so it has two indices"),
        ("circuit(use[1], use[2])", "takes one `for` over arcs"),
        ("circuit(need[i] + need[j] for i in J for j in J)", "holds no variable"),
        ("routes(1, n, (go[i, j], 1) for i in J for j in J)", "`n` is a variable"),
        ("routes(1, 2, go[i, j] for i in J for j in J)", "takes an arc and the load of its end"),
        ("routes(go[i, j] for i in J for j in J)", "takes the depot, the capacity"),
        ("element(n) <= 2", "takes a place and the values"),
        ("element(n, length[j] for j in J)", "a constraint compares something"),
    ],
)
def test_what_is_wrong_is_said_with_an_example(written: str, message: str) -> None:
    errors = [found for found in formulation(written).check() if found.severity == "error"]
    assert any(message in found.message for found in errors), [found.message for found in errors]


def test_a_variable_may_have_the_name_of_a_statement() -> None:
    made = Formulation.model_validate(
        {
            "sets": {"J": {"first": 1, "last": 3}},
            "variables": {"routes": {"over": ["J"]}, "circuit": {}},
            "objective": {"minimize": "sum(routes[j] for j in J) + circuit"},
        }
    )
    assert [found for found in made.check() if found.severity == "error"] == []


def test_a_tuple_is_a_part_of_the_tree() -> None:
    tree = parse_expression("no_overlap((a, 2), (b, 3))")
    assert tree == t.Form(
        "no_overlap",
        (t.Form("tuple", (t.Name("a"), t.Number(2))), t.Form("tuple", (t.Name("b"), t.Number(3)))),
    )
