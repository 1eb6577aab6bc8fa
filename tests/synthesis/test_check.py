"""The check of the banks names what is wrong with a template, and the shipped banks are good."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentopt.assets import shipped
from agentopt.synthesis.check import check_file
from agentopt.synthesis.mix.generating import generate

ROOT = shipped("datasets") / "synthesis"
BANKS = [*ROOT.glob("domains/*.toml"), *ROOT.glob("phrases/*.toml"), ROOT / "attributes.toml"]


@pytest.mark.parametrize("path", BANKS, ids=lambda path: path.stem)
def test_shipped_banks_have_no_faults(path: Path) -> None:
    assert check_file(path) == []


@pytest.mark.parametrize(
    ("section", "template", "fault"),
    [
        ("bound_le", "at most {n} [{vs}", "never closed"),
        ("bound_le", "at most {n} {vs", "is no {slot}"),
        ("bound_le", "at most [{n}|a few] {vs}", "0 to 1 of {n}"),
        ("bound_le", "at most {n}", "holds none of {a_v} {v} {vs}"),
        ("bound_le", "at most {n} {vs} of {foo}", "{foo} is no slot"),
        ("bound_le", "at most {n} {vs} in 3 days", "digits are never written"),
        ("bound_le", "at most {n} {vs} in twelve days", "'twelve' is written literally"),
        ("bound_le", "at most {n} {vs}.", "no full stop"),
        ("compare_ge", "{vs} and {ws} are made", "no comparing word"),
        ("bounds_of", "at most {n} {vs}", "is no section"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, section: str, template: str, fault: str) -> None:
    path = tmp_path / "phrases" / "mine.toml"
    path.parent.mkdir()
    path.write_text(f'[{section}]\ntemplates = ["{template}"]\n', encoding="utf-8")
    assert any(fault in each for each in check_file(path))


def test_a_problem_is_a_function_of_difficulty_and_seed() -> None:
    assert generate(difficulty=4, seed=11) == generate(difficulty=4, seed=11)
    assert generate(difficulty=4, seed=11).text != generate(difficulty=4, seed=12).text
