"""Engine cards: every shipped one loads, faults have place and hint, options are checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentopt.assets import shipped
from agentopt.errors import EngineError, SettingsError
from agentopt.solvers import cards, engines
from agentopt.solvers.card import load
from agentopt.solvers.options import checked
from agentopt.solvers.registry import ENGINES

HIGHS = (shipped("solvers") / "highs.toml").read_text(encoding="utf-8")


def test_every_engine_of_the_table_has_a_card_and_every_card_an_engine() -> None:
    assert set(cards()) == set(ENGINES) == set(engines())


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_a_card_says_what_a_person_needs(name: str) -> None:
    card = cards()[name]
    assert card.licence
    assert card.install.startswith("pip install")
    assert card.summary.endswith(".")
    for option in card.options.values():
        assert option.means.endswith(".")
        assert (option.type == "choice") == bool(option.choices)


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_the_engine_knows_every_option_of_its_card(name: str) -> None:
    from agentopt.solvers import Limits
    from agentopt.solvers.classes import refusal
    from tests.solvers.problems import KNOWN
    from tests.solvers.test_contract import model

    example = {"bool": "true", "int": "2", "float": "0.5", "str": "mumps"}
    engine = engines()[name]
    if not engine.available():
        pytest.skip(engine.available().reason)
    known = (model(each) for each in KNOWN if each.feature in engine.features)
    problem = next((each for each in known if not refusal(engine, each)), None)
    if problem is None:
        pytest.skip("none of the small problems is of the kind that this engine takes")
    for option, described in cards()[name].options.items():
        value = described.choices[0] if described.choices else example[described.type]
        if described.maximum is not None and described.maximum < 0.5:
            value = described.maximum
        engine.solve(problem, Limits(seconds=5), {option: value})


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ('licence = "MIT"', 'license = "MIT"', "unknown key `license`|`licence`", ""),
        (
            'title = "HiGHS"',
            'title = "HiGHS"\nsumary = "x"',
            "unknown key `sumary`",
            "did you mean `summary`?",
        ),
        ("[gap]", "[gap]\nsmal = 1", r"unknown key `gap\.smal`", "did you mean `small`?"),
        ("LP = 100\n", 'LP = "first"\n', r"`priority\.LP`.*found 'first'", ""),
        ("[priority]", "[priority]\nLPP = 1", r"priority\.LPP", ""),
        (
            'name = "highs"',
            'name = "high"',
            "is for `high`, but its file is named `highs`",
            "rename it to high.toml",
        ),
        ('name = "highs"', "name = ", "is not TOML", ""),
    ],
)
def test_a_faulty_card_is_named_with_place_and_hint(
    tmp_path: Path, old: str, new: str, message: str, hint: str
) -> None:
    assert old in HIGHS
    path = tmp_path / "highs.toml"
    path.write_text(HIGHS.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError, match=message) as raised:
        load(path)
    assert str(path.relative_to(tmp_path)) in raised.value.message
    assert hint in raised.value.hint


def test_a_project_may_change_a_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / ".agentopt" / "solvers"
    folder.mkdir(parents=True)
    (folder / "highs.toml").write_text(HIGHS.replace("large = 1e-4", "large = 0.05"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert cards()["highs"].gap.large == 0.05
    assert cards()["scip"].gap.large == 1e-4


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("threads", "two", "'two', not a whole number from 0"),
        ("threads", 1.5, "1.5, not a whole number from 0"),
        ("threads", -1, "-1, not a whole number from 0"),
        ("threads", True, "True, not a whole number from 0"),
        ("mip_heuristic_effort", 2, "2, not a number from 0 to 1"),
        ("mip_heuristic_effort", "nan", "'nan', not a number"),
        ("presolve", "of", "'of', not one of off, choose, on"),
    ],
)
def test_a_value_outside_an_options_type_or_range_is_an_error(
    option: str, value: object, message: str
) -> None:
    with pytest.raises(EngineError, match=message):
        checked(cards()["highs"], {option: value})


def test_text_is_converted_and_the_engines_own_names_are_taken() -> None:
    found = checked(
        cards()["highs"], {"threads": " 2 ", "mip_rel_gap": "1e-3", "presolve": False, "mip_max_leaves": "9"}
    )
    assert found.known["threads"] == 2
    assert found.known["mip_gap"] == 1e-3
    assert found.known["presolve"] == "off"
    assert found.native == {"mip_max_leaves": "9"}


def test_a_card_may_say_only_what_differs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / ".agentopt" / "solvers"
    folder.mkdir(parents=True)
    path = folder / "highs.toml"
    path.write_text('name = "highs"\nextends = true\n[options.presolve]\ndefault = "off"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    card, shipped_card = cards()["highs"], load(shipped("solvers") / "highs.toml")
    assert card.options["presolve"].default == "off"
    assert checked(card, {}).known["presolve"] == "off"
    assert card.options["presolve"].choices == shipped_card.options["presolve"].choices
    assert card.refused == shipped_card.refused
    path.write_text('name = "highs"\nextends = true\n[options.presolve]\ndefualt = "off"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"unknown key `options\.presolve\.defualt`") as raised:
        cards()
    assert str(path.relative_to(tmp_path)) in raised.value.message
