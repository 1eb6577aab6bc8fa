"""The built-in reader in a solve: alone, before a model, beside one; sure, unsure and at a loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agentopt.agents import Answer, Context, Problem, Question, formulate, run
from agentopt.agents.consulting import stages
from agentopt.errors import AvailabilityError, UsageError
from agentopt.reader import judging
from agentopt.reader.judging import Outcome, Verdict
from agentopt.reader.rules.reader import read as read_by_rules
from agentopt.reader.tokens import tokenize
from agentopt.reader.understanding import Understanding
from tests.agents.conftest import OPTIMUM, PROMPTS, TEXT, Script, broken, joinery

SURE = (
    "Boxes of 4, 8, 1, 4, 2 and 1 kg are to be packed into crates that hold 10 kg each. What is the least "
    "number of crates?"
)
UNSURE = """Assign each worker to exactly one task so that the total time is least. The hours each needs:

| worker | paint | sand | drill |
|---|---|---|---|
| Ann | 4 | 2 | 8 |
| Ben | 4 | 3 |  |
| Cat | 3 | 1 | 6 |
"""
DOUBT = "The cell of Ben and drill is empty, so they are not combined."
JOKE = "Why did 3 chickens cross 2 roads? Because 1 of them was late."


@pytest.fixture
def rules_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader without its network, so that nothing here depends on what was learned."""
    monkeypatch.setattr(judging, "_network", lambda: None)


def alone(**changes: object) -> Context:
    return replace(Context(prompts=[PROMPTS], builtin=True), **changes)  # type: ignore[arg-type]  # its fields


def understood(text: str) -> Understanding:
    """What the rules make of a text."""
    found = judging._Mixed(text, tokenize(text))
    mix = read_by_rules(found.tokens).mix
    assert mix is not None
    return found._understood(mix)


def test_what_is_surely_read_is_solved_with_an_account_of_every_number() -> None:
    answer = run(Problem(SURE), alone())
    assert (answer.status, answer.objective, answer.verdict) == ("optimal", 2.0, "solve")
    assert [each.number for each in answer.account] == ["4", "8", "1", "4", "2", "1", "10"]
    assert answer.account[-1].place == "that hold 10 kg each"
    assert answer.certificate is not None
    assert answer.certificate.verdict == "verified"
    assert answer.spend.calls == 0


def test_a_formulation_is_all_there_is_when_no_more_is_asked_for() -> None:
    answer = formulate(Problem(SURE), alone())
    assert (answer.status, answer.verdict, answer.solution) == ("formulated", "solve", None)


def test_what_is_not_surely_read_is_answered_with_what_to_check() -> None:
    answer = run(Problem(UNSURE), alone())
    assert (answer.status, answer.objective, answer.verdict) == ("optimal", 12.0, "check")
    assert answer.reasons == (DOUBT,)
    assert answer.explanation.endswith(f"Check how the text was read before you act on this:\n  {DOUBT}")


@pytest.mark.usefixtures("rules_only")
def test_the_rules_alone_are_never_sure() -> None:
    answer = run(Problem(TEXT), alone())
    assert (answer.status, answer.objective, answer.verdict) == ("optimal", OPTIMUM, "check")
    assert any("weights of the learned reader are missing" in each for each in answer.reasons)
    (meaning,) = [each.meaning for each in answer.account if each.number == "12"]
    assert meaning == "at most, on shelf"


def test_what_is_not_understood_is_declined_with_ways_on() -> None:
    answer = run(Problem(JOKE), alone())
    assert (answer.status, answer.verdict, answer.ok) == ("no formulation", "decline", False)
    assert answer.formulation is None
    for part in ("does not answer this", "--model URL#NAME"):
        assert part in answer.explanation


@pytest.mark.usefixtures("rules_only")
def test_a_contradiction_is_shown_and_not_solved() -> None:
    answer = run(Problem(TEXT.replace("What earns", "At least 15 shelves must be made. What earns")), alone())
    assert (answer.status, answer.verdict) == ("no formulation", "decline")
    assert "as read, the problem is infeasible" in answer.reasons
    assert "As far as it was read, and not solved:" in answer.explanation
    assert "shelf ≤ 12" in answer.explanation
    assert "shelf ≥ 15" in answer.explanation


def asked(option: int, seen: list[Question]) -> Callable[[Question], str]:
    def answer(question: Question) -> str:
        seen.append(question)
        return question.options[option]

    return answer


def test_a_person_settles_a_doubtful_reading() -> None:
    seen: list[Question] = []
    answer = run(Problem(UNSURE), alone(ask_person=asked(0, seen)))
    assert (answer.objective, answer.questions) == (12.0, (("Is this what you mean?", "yes, solve it"),))
    assert (seen[0].one_key, seen[0].why) == (True, DOUBT)
    answer = run(Problem(UNSURE), alone(ask_person=asked(-1, seen)))
    assert (answer.status, answer.reasons[-1]) == ("no formulation", "you did not accept the reading")
    assert run(Problem(SURE), alone(ask_person=asked(-1, seen))).ok
    assert len(seen) == 2


@pytest.mark.usefixtures("rules_only")
def test_the_other_reading_is_shown_by_its_differences_and_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = understood(TEXT), understood(TEXT.replace("No more than 12", "At least 12"))
    outcome = Outcome(Verdict.DECLINE, one, ("two readings",), other, "mix")
    monkeypatch.setattr(judging, "read", lambda text, tables: outcome)
    seen: list[Question] = []
    answer = run(Problem(TEXT), alone(ask_person=asked(1, seen)))
    assert answer.objective == 600.0
    assert seen[0].text.splitlines()[-4:] == [
        "The other reading differs:",
        "  instead of  shelf ≤ 12",
        "  it says     shelf ≥ 12",
        "Is this what you mean?",
    ]
    assert run(Problem(TEXT), alone()).status == "no formulation"


def cascade(text: str, *answers: dict[str, object], **changes: object) -> tuple[Answer, Script]:
    model = Script({"formulate": answers, "repair": answers})
    return run(Problem(text), alone(model=model, **changes)), model


def test_a_cascade_asks_the_model_only_where_the_reader_is_not_sure() -> None:
    answer, model = cascade(SURE, joinery())
    assert (answer.objective, answer.verdict, model.asked) == (2.0, "solve", [])
    events: list[str] = []
    answer, model = cascade(TEXT + " " + JOKE, joinery(), on_event=lambda event: events.append(event.message))
    assert (answer.objective, answer.verdict, answer.account) == (OPTIMUM, "", ())
    assert len(model.asked) >= 1
    assert "cascade: left open by the built-in reader; scripted is asked" in events


def test_nobody_is_asked_in_a_cascade_what_the_model_will_settle() -> None:
    seen: list[Question] = []
    model = Script({"formulate": [joinery()], "repair": [joinery()], "clarify": ['{"questions": []}']})
    run(Problem(UNSURE), alone(model=model, ask_person=asked(0, seen)))
    assert seen == []


def crates(least: int) -> dict[str, object]:
    """A formulation of `SURE` that comes to so many crates."""
    numbers = ("4", "8", "1", "2", "10")
    return {
        "variables": [{"name": "crates", "domain": "integer", "upper": 9}],
        "parameters": [{"name": "least", "value": least}],
        "objective": {"minimize": "crates"},
        "constraints": [{"name": "enough", "that": "crates >= least"}],
        "waived": [{"number": number, "why": "in `least`"} for number in numbers],
    }


def cross_checked(*answers: dict[str, object]) -> tuple[Answer, Script]:
    model = Script({"formulate": answers[:1], "repair": answers[1:] or answers})
    context = Context(model=model, prompts=[PROMPTS], cross_check=True)
    return run(Problem(SURE), context), model


def test_a_second_opinion_that_agrees_is_in_the_certificate() -> None:
    answer, _ = cross_checked(crates(2))
    assert (answer.objective, answer.repairs, answer.verdict) == (2.0, 0, "")
    assert answer.certificate is not None
    assert "cross-check" in [each.check for each in answer.certificate.not_falsified]


def test_a_second_opinion_that_differs_is_sent_back_once() -> None:
    answer, model = cross_checked(crates(3), crates(2))
    assert (answer.objective, answer.repairs) == (2.0, 1)
    said = model.asked[-1].messages[-1].content
    assert "the optimum of this formulation is 3; a second reader of the problem comes to 2" in said
    answer, model = cross_checked(crates(3), crates(3))
    assert (answer.objective, len(model.asked)) == (3.0, 2)
    assert any("comes to another optimum, 2" in each for each in answer.warnings)
    assert answer.certificate is not None
    assert "cross-check" not in [each.check for each in answer.certificate.not_falsified]


def test_an_unsure_reader_has_no_second_opinion() -> None:
    model = Script({"formulate": [broken("time >= 0")], "repair": [joinery()]})
    context = Context(model=model, prompts=[PROMPTS], cross_check=True)
    answer = run(Problem(UNSURE), replace(context, max_repairs=0))
    assert not any("another optimum" in each for each in answer.warnings)


def test_attached_tables_are_read(tmp_path: Path) -> None:
    rows = UNSURE.splitlines()[2:]
    lines = [",".join(cell.strip() for cell in row.strip("|").split("|")) for row in rows if "--" not in row]
    (tmp_path / "hours.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "notes.xlsx").write_bytes(b"\0\1")
    text = "Assign each worker to exactly one task so that the total time is least; hours.csv has the hours."
    answer = run(Problem(text, tables=(tmp_path,)), alone())
    assert answer.objective == 12.0
    assert "hours.csv, row 2, paint" in [each.place for each in answer.account]


def test_a_model_specification_names_the_stages() -> None:
    assert stages("builtin , http://h/v1#a,b") == (True, "http://h/v1#a,b")
    for wrong in ("builtin,", "openai:x,builtin", "builtin,builtin"):
        with pytest.raises(UsageError):
            stages(wrong)


def test_words_need_a_reader() -> None:
    with pytest.raises(AvailabilityError):
        run(Problem(SURE), Context(prompts=[PROMPTS]))
