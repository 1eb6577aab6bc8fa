"""Scripted dialogues equal fresh solves; words become commands through a model, and are tried first."""

from __future__ import annotations

import json

import pytest

from agentopt.assets import folders
from agentopt.errors import ReplyError, UsageError
from agentopt.models.base import Reply
from agentopt.solvers import solve
from agentopt.whatif.dialogue import answered, read
from agentopt.whatif.study import compiled_of
from agentopt.whatif.words import understood
from tests.whatif.studies import study

SCRIPTS = {
    "shipping": [
        "set demand[topeka] = 300",
        "forbid ship[denver, chicago]",
        "add ship[seattle, chicago] + ship[seattle, topeka] >= 200",
        "set freight=+10%",
        "drop within_supply[denver]",
        "undo",
        "set demand[*]=-5%",
    ],
    "bakery": ["set flour_in_store=120", "set most_products=3", "undo", "force batches[brioche]>=2"],
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_scripted_dialogue_equals_a_fresh_solve_at_every_line(name):
    own = study(name)
    for line in SCRIPTS[name]:
        reply = answered(own, line)
        problem = own.steps[-1].problem if own.steps else own.problem
        fresh = solve(compiled_of(problem))
        assert own.current.solution.termination == fresh.termination, line
        if fresh.objective is not None:
            assert own.current.objective == pytest.approx(fresh.objective, rel=1e-6), line
        assert (reply.step is None) == (line == "undo")


def test_a_question_changes_nothing():
    own = study()
    reply = answered(own, "Why not ship[denver, topeka] >= 20?")
    assert reply.trial is not None
    assert reply.trial.difference is not None
    assert reply.trial.difference.change > 0
    assert own.changes == ()
    assert answered(own, "changes").words == "nothing is changed"


def test_a_refused_line_leaves_the_study_as_it_was():
    own = study()
    answered(own, "set freight=0.1")
    before = own.current
    with pytest.raises(UsageError):
        answered(own, "set demand[nowhere]=3")
    assert own.current is before
    answered(own, "reset")
    assert own.changes == ()
    assert answered(own, "quit").over


def test_a_misspelt_command_gets_a_hint():
    with pytest.raises(UsageError) as caught:
        read("forbit x")
    assert caught.value.hint == "did you mean `forbid`?"


class Told:
    """A model that gives one reply after another."""

    name = "told"

    def __init__(self, *replies: object) -> None:
        self.replies = [json.dumps(each) for each in replies]
        self.asked: list[str] = []

    def generate(self, requests):
        self.asked.append("\n".join(message.content for message in requests[0].messages))
        return [Reply(self.replies.pop(0))]


def test_words_become_commands_and_a_wrong_one_goes_back_once():
    own = study()
    model = Told(
        {"commands": ["set demand[topka]=300"], "unclear": ""}, {"commands": ["set demand[topeka]=300"]}
    )
    assert understood(own, "Topeka wants 300", model, folders("prompts")) == ("set demand[topeka]=300",)
    assert "did you mean `topeka`?" in model.asked[1]
    assert own.changes == ()


def test_words_that_are_not_understood_are_an_error_with_the_reason():
    model = Told({"commands": [], "unclear": "which plant?"})
    with pytest.raises(ReplyError, match="which plant"):
        understood(study(), "close the plant", model, folders("prompts"))
