"""Programs from the command line: answer, data, what is kept in the run, and going on unpaid."""

from __future__ import annotations

import json

import pytest

from agentopt.sandbox import availability
from tests.agents.conftest import OPTIMUM, TEXT
from tests.agents.programs import RIGHT, fenced

pytestmark = pytest.mark.skipif(bool(availability()), reason=availability() or "confined")


def test_a_program_is_run_told_kept_and_not_paid_twice(home):
    script = home.write("replies.json", json.dumps({"code/formulate": fenced(RIGHT)}))
    asked = ("solve", TEXT, "--model", f"scripted:{script}", "--strategy", "code", "-q")
    done = home.agentopt(*asked)
    assert done.status == 0, done.err
    assert "Greatest value of the objective: 560" in done.out
    (run,) = home.runs.iterdir()
    assert f"the program whose model this is: {run / 'program.py'}" in done.out
    assert (run / "program.py").read_text() == RIGHT.rstrip("\n")
    assert "workshop" in (run / "formulation.yaml").read_text()
    again = home.agentopt("runs", "resume", run.name, "--json", "-q")
    assert again.json["program"] == RIGHT.rstrip("\n")
    assert again.json["objective"] == OPTIMUM
    assert again.json["spend"]["calls"] == 1


def test_the_doctor_says_whether_programs_can_be_confined(home):
    found = {each["what"]: each for each in home.agentopt("doctor", "--json").json}
    assert found["sandbox"]["state"] == "ok"
