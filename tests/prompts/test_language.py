"""What the prompts teach is true: every worked example holds and solves, every expression shown parses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from agentopt.agents import Context, Problem, run
from agentopt.formulation.check import check
from agentopt.formulation.elements import Formulation, Role
from agentopt.formulation.parse import parse_domain, parse_expression
from agentopt.formulation.schema import from_reply
from agentopt.prompts import load

SHIPPED = Path(__file__).parents[2] / "prompts"
LANGUAGE = load("shared/language", [SHIPPED]).render()[0].content
EXAMPLES = load("shared/examples", [SHIPPED]).render()[0].content

WELLS = {
    "wells.csv": "well,opening_cost,yield\nold,100,30\nnew,150,60\nfar,10,5\n",
    "villages.csv": "village,need\nnorth,20\nsouth,25\n",
    "pipes.csv": "well,village,cost_per_m3\nold,north,1\nnew,north,3\nnew,south,2\nfar,south,9\n",
}


def examples() -> list[tuple[str, Formulation]]:
    """The text and the formulation of each worked example."""
    found = []
    for part in re.split(r"^# Example .*$", EXAMPLES, flags=re.MULTILINE)[1:]:
        start = part.index("{")
        found.append((part[:start].split("Problem:")[1], from_reply(json.loads(part[start:]))))
    return found


@pytest.mark.parametrize(("place", "optimum"), [(0, 2220.0), (1, 150 + 3 * 20 + 2 * 25.0), (2, 846.0)])
def test_a_worked_example_solves_to_its_optimum(place, optimum, tmp_path):
    for name, text in WELLS.items():
        (tmp_path / name).write_text(text)
    text, formulation = examples()[place]
    answer = run(Problem(text, (tmp_path,), formulation), Context(battery=False))
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(optimum)


def test_the_worked_examples_have_no_findings():
    for text, formulation in examples():
        assert not [d.render() for d in check(formulation, text=text)]


def test_the_worked_examples_quote_their_problems():
    for text, formulation in examples():
        for name, parameter in formulation.parameters.items():
            assert parameter.quote is None or parameter.quote in text, name
        for name, constraint in formulation.constraints.items():
            assert constraint.because in text, name


@pytest.mark.parametrize(
    "text", [t for t in re.findall(r"`([^`\n]+)`", LANGUAGE) if re.search(r"[<>=(*]", t)]
)
def test_every_expression_shown_parses(text):
    if text.startswith(("{", "[", '"')) or text in ("<=", ">=", "==", "**", "+ - * /", "<", ">", ">= 0"):
        return
    if text.startswith("for: "):
        parse_domain(json.loads(text.removeprefix("for: ")))
    elif not re.fullmatch(r"[<>]=? \d+", text):
        parse_expression(text.replace("(... for ...)", "(x for x in I)").replace("...", "x"))


def test_every_field_and_role_is_taught():
    words = set(re.findall(r"[a-z_]+", LANGUAGE))
    for kind in (
        "sets",
        "parameters",
        "variables",
        "constraints",
        "objective",
        "report",
        "assumptions",
        "waived",
    ):
        assert kind in words
    for role in Role:
        assert role.value in words
