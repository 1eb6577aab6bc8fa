"""The study of spoiled formulations: one place is changed, right ones are left alone, faults are found."""

from __future__ import annotations

import random

import pytest

from agentopt.benchmarks.mutant_kinds import KINDS, mutants
from agentopt.benchmarks.mutants import Subject, corpus, main, study, table
from agentopt.formulation.elements import Formulation

SUBJECTS = {subject.name: subject for subject in corpus()}
FEW = [SUBJECTS[name] for name in ("transport", "knapsack", "sales", "examples/shipping")]


def test_the_corpus_is_large_and_its_names_differ():
    assert len(SUBJECTS) == len(corpus()) >= 20


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_fault_changes_some_formulation_and_leaves_the_right_one_alone(kind):
    count = 0
    for subject in SUBJECTS.values():
        before = subject.formulation.model_dump_json()
        for what, spoiled in KINDS[kind](subject.formulation):
            count += 1
            assert what
            assert spoiled != subject.formulation
        assert subject.formulation.model_dump_json() == before
    assert count >= 5


def test_the_same_seed_spoils_the_same_places():
    formulation = SUBJECTS["transport"].formulation
    first = [what for _, what, _ in mutants(formulation, 2, random.Random(7))]
    assert first == [what for _, what, _ in mutants(formulation, 2, random.Random(7))]


def test_right_formulations_are_left_alone_and_most_faults_are_found():
    found = study(FEW, each=2, seed=1, seconds=60.0)
    assert found.alarms == ()
    assert found.verified == len(FEW)
    counted = [r for r in found.results if r.layer != "equivalent"]
    killed = [r for r in counted if r.layer != "survived"]
    assert len(killed) >= 0.6 * len(counted)
    assert {r.layer for r in found.results} >= {"battery", "check"}


def test_an_accused_right_formulation_is_a_false_alarm():
    parts = SUBJECTS["transport"].formulation.model_dump(by_alias=True, exclude_unset=True)
    parts["constraints"]["meet_need"]["that"] = "sum(send[m,s] for m in MILLS) <= need[s]"
    wrong = Subject("wrong", "", Formulation.model_validate(parts))
    found = study([wrong], each=0, seconds=60.0)
    assert [name for name, _ in found.alarms] == ["wrong"]
    assert "false alarm: wrong: crush" in table(found)


def test_the_command_prints_a_table(capsys, monkeypatch):
    monkeypatch.setattr("agentopt.benchmarks.mutants.corpus", lambda: FEW[:1])
    assert main(["--each", "1", "--seconds", "60"]) == 0
    printed = capsys.readouterr().out
    assert "flipped comparison" in printed
    assert "0 false alarms" in printed
