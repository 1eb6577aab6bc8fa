"""What may be asked of a problem from Python beside its answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import agentopt
from agentopt.errors import UsageError


def test_an_answer_is_changed_without_being_solved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = agentopt.solve("example:shipping")
    step = agentopt.what_if(answer, "set demand[topeka]=300", "forbid ship[seattle, topeka]")
    fresh = agentopt.what_if("example:shipping", "set demand[topeka]=300", "forbid ship[seattle, topeka]")
    assert step.outcome.objective == pytest.approx(fresh.outcome.objective)
    assert step.difference is not None
    assert step.difference.before == pytest.approx(148770)
    assert answer.solution is not None
    assert step.outcome.solution.iterations <= answer.solution.iterations


def test_a_question_is_told_by_its_price_or_its_conflict() -> None:
    priced = agentopt.what_if("example:shipping", "why not ship[seattle, topeka]>=10")
    assert priced.difference is not None
    assert (priced.difference.change or 0) > 0
    barred = agentopt.what_if("example:shipping", "why not ship[seattle, topeka]>=100000")
    assert barred.outcome.diagnosis is not None
    assert barred.outcome.diagnosis.kind == "infeasible"


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match="is no change") as raised:
        agentopt.what_if("example:shipping", "sweep demand[topeka]=1:2:3")
    assert "why not" in raised.value.hint
    with pytest.raises(UsageError, match="an answer has its data"):
        agentopt.what_if(agentopt.solve("example:shipping"), "drop within_supply", data={"freight": 1})
    with pytest.raises(UsageError, match="not solved yet"):
        agentopt.what_if("A loaf earns 2 dollars and takes an hour.", "set x=1")


def test_no_answer_is_explained_from_a_source_or_from_an_answer() -> None:
    data = {"demand": {"new-york": 5000, "chicago": 300, "topeka": 275, "austin": 150}}
    reasons = agentopt.diagnose("example:shipping", data=data)
    assert reasons.status == "infeasible"
    assert reasons.diagnosis is not None
    assert reasons.diagnosis.conflicts is not None
    assert "5000" in str(reasons) or "5,000" in str(reasons)
    again = agentopt.diagnose(agentopt.solve("example:shipping", data=data))
    assert again.sentences == reasons.sentences
    well = agentopt.diagnose("example:bakery")
    assert (well.status, well.diagnosis) == ("optimal", None)
    assert well.sentences


def test_a_function_is_searched_with_constraints_and_gone_on_with(tmp_path: Path) -> None:
    calls: list[float] = []

    def height(x: float, kind: str) -> dict[str, object]:
        calls.append(x)
        return {"value": x if kind == "up" else -x, "constraints": {"low": x - 3.0}}

    variables: Mapping[str, Mapping[str, object]] = {
        "x": {"lower": 0, "upper": 5},
        "kind": {"choices": ["up", "down"]},
    }
    found = agentopt.blackbox(
        height, variables, maximize=True, evaluations=60, engine="random", history=tmp_path / "kept.jsonl"
    )
    assert found.best is not None
    assert found.best.point["kind"] == "up"
    assert 2.0 < (found.value or 0) <= 3.0
    assert len(calls) == 60
    more = agentopt.blackbox(
        height, variables, maximize=True, evaluations=70, engine="random", history=tmp_path / "kept.jsonl"
    )
    assert (more.reused, len(calls)) == (60, 70)


def test_a_study_in_a_file_says_the_rest_itself(tmp_path: Path) -> None:
    (tmp_path / "bowl.py").write_text("def height(x): return (x - 1) ** 2\n")
    study = tmp_path / "study.yaml"
    study.write_text("variables: {x: {lower: 0, upper: 2}}\nminimize: {python: bowl.py:height}\n")
    found = agentopt.blackbox(study, evaluations=20, engine="random")
    assert found.value is not None
    assert found.value < 0.1
    with pytest.raises(UsageError, match="says what its variables"):
        agentopt.blackbox(study, {"x": {"lower": 0, "upper": 1}})
    with pytest.raises(UsageError, match="needs the variables"):
        agentopt.blackbox(lambda x: x)
