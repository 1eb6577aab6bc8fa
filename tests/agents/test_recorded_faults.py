"""What a real reader made of faults it was told of, and what it asked (`tests/recorded/README.md`).

The problems are this project's own, so the replies are kept by what was wrong, not by the prompt: they show
that findings, as they are worded, lead a reader to the right model.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentopt.agents import Problem, run
from agentopt.agents.context import Question
from tests.agents.conftest import OPTIMUM, TEXT, Script, joinery

KEPT = Path(__file__).parents[1] / "recorded"
REPAIRS: dict[str, list[dict[str, str]]] = json.loads((KEPT / "repairs.json").read_text(encoding="utf-8"))
ASKED: dict[str, list[dict[str, str]]] = json.loads((KEPT / "questions.json").read_text(encoding="utf-8"))

FIVE = (
    "## Sets: pieces (bench, shelf)\n"
    "## Parameters: earnings 50 and 30 dollars; hours 4 and 2; 40 hours in all; at most 12 shelves\n"
    "## Variables: make, whole pieces of each kind, at least 0\n"
    "## Objective: maximize 50 bench + 30 shelf\n"
    "## Constraints: 4 bench + 2 shelf <= 40 (hours); shelf <= 12 (sales)"
)
WORKSHOP = {"name": "workshop", "that": "sum(hours[p]*make[p] for p in PIECES) <= time"}
MARKET = {"name": "market", "that": 'make["shelf"] <= sold'}
ENOUGH = {"name": "enough", "that": 'make["bench"] + make["shelf"] >= time'}


def with_constraints(*constraints: dict[str, str]) -> dict[str, object]:
    return joinery(constraints=list(constraints))


def without_a_value() -> dict[str, object]:
    parameters = joinery()["parameters"]
    assert isinstance(parameters, list)
    return joinery(
        parameters=[{**p, "values": [["bench", 4]]} if p["name"] == "hours" else p for p in parameters]
    )


def turned(constraint: dict[str, str]) -> dict[str, str]:
    return {**constraint, "that": constraint["that"].replace("<=", ">=")}


FAULTS = {
    "names": with_constraints(
        {"name": "workshop", "that": "sum(hours[p]*mke[p] for p in PIECES) <= tme"}, MARKET
    ),
    "binding": without_a_value(),
    "coverage": with_constraints(WORKSHOP),
    "infeasible": with_constraints(WORKSHOP, MARKET, ENOUGH),
    "unbounded": with_constraints(turned(WORKSHOP), turned(MARKET)),
    "doubled": with_constraints(
        {**WORKSHOP, "that": f"{WORKSHOP['that'].replace('time', '2*time')}"}, MARKET
    ),
    "each": with_constraints(WORKSHOP, {"name": "market", "for": "p in PIECES", "that": "make[p] <= sold"}),
}


def replies(kept: list[dict[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in kept:
        found.setdefault(each["component"].split("/")[1], []).append(each["reply"])
    return found


@pytest.mark.parametrize("name", REPAIRS)
def test_a_real_reader_mended_the_fault_from_its_finding(name, make_context):
    strategy, fault = name.split("/")
    model = Script({"elements": [FIVE], "formulate": [FAULTS[fault]], **replies(REPAIRS[name])})
    answer = run(Problem(TEXT), make_context(model, strategy=strategy, battery=True))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert answer.repairs == 1
    assert answer.certificate is not None
    assert answer.certificate.verdict == "verified"


BAKERY = (
    "A bakery has two ovens with 16 hours. A tray of bread takes 1 hour and earns $3, a tray of cakes takes "
    "2 hours and earns $7, and the flour is enough for 12 trays of bread and 10 of cakes. How many trays of "
    "each earn most?"
)
FARM = (
    "In 2023 a farm of 60 hectares, run by a family of 5, plants wheat and maize. A hectare of wheat earns "
    "$400 and needs 3 days of work, a hectare of maize earns $600 and needs 5 days. There are 220 days of "
    "work. Fields can be divided as one likes. What should be planted to earn most?"
)


@pytest.mark.parametrize(
    ("name", "text", "about", "optimum"),
    [("each or total", BAKERY, ["each oven"], 56.0), ("clear with waived", FARM, [], 28000.0)],
)
def test_a_real_reader_asked_only_what_changes_the_model(name, text, about, optimum, make_context):
    asked: list[Question] = []

    def first(question: Question) -> str:
        asked.append(question)
        return question.options[0]

    answer = run(Problem(text), make_context(Script(dict(replies(ASKED[name]))), ask_person=first))
    assert len(asked) == len(about)
    assert all(words in question.text for words, question in zip(about, asked, strict=True))
    assert answer.objective == pytest.approx(optimum)
    assert answer.repairs == 0
