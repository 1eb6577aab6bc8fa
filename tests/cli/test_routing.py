"""Which command is meant, and what is said when none is."""

from __future__ import annotations

import pytest

import agentopt
from agentopt.cli.main import COMMANDS
from tests.cli.conftest import JOINERY, TEXT, Home


def test_help_lists_every_command(home: Home) -> None:
    done = home.agentopt("--help")
    assert (done.status, done.err) == (0, "")
    assert all(f"\n  {name}" in done.out for name in COMMANDS)


def test_without_arguments_help_is_shown(home: Home) -> None:
    assert home.agentopt().out == home.agentopt("--help").out


def test_the_version_is_the_package_s(home: Home) -> None:
    assert home.agentopt("--version").out == f"agentopt {agentopt.__version__}\n"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_with_its_options(home: Home, name: str) -> None:
    done = home.agentopt(name, "--help")
    assert done.status == 0
    assert f"agentopt {name}" in done.out
    assert "--json" in done.out or "Commands:" in done.out


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("formlate", "did you mean `agentopt formulate`?"),
        ("slove", "did you mean `agentopt solve`?"),
        ("engine", "did you mean `agentopt engines`?"),
        ("bakery", "see `agentopt --help`"),
    ],
)
def test_a_single_word_is_no_problem(home: Home, word: str, hint: str) -> None:
    done = home.agentopt(word, "something", "--model", "http://localhost:1#x")
    assert done.status == 2
    assert done.out == ""
    assert done.err == (
        f"error: `{word}` is no command, and no problem: a problem takes more than one word\n\nhint: {hint}\n"
    )


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        (["runs", "lst"], "no such command `lst`", "did you mean `list`?"),
        (
            ["solve", TEXT, "--modle", "x"],
            "`agentopt solve` has no option `--modle`",
            "did you mean `--model`?",
        ),
        (["doctor", "--jsn"], "`agentopt doctor` has no option `--jsn`", "did you mean `--json`?"),
        (
            ["formulation"],
            "`agentopt formulation` is followed by a command",
            "see `agentopt formulation --help`",
        ),
        (["solve"], "missing argument `PROBLEM`", "see `agentopt solve --help`"),
        (["solve", TEXT, "--strategy", "dirct"], "there is no strategy `dirct`", "did you mean `direct`?"),
        (["solve", TEXT, "--budget", "cals=3"], "expected a budget", "`agentopt config show`"),
        (["solve", TEXT, "--time-limit", "soon"], "expected a time such as 90", "`agentopt config show`"),
        (["solve", "example:bakry"], "there is no example `bakry`", "did you mean `bakery`?"),
    ],
)
def test_mistakes_get_the_nearest_thing_that_works(
    home: Home, arguments: list[str], error: str, hint: str
) -> None:
    done = home.agentopt(*arguments, *(["--model", home.script("x")] if "solve" in arguments[:1] else []))
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert error in done.err
    assert f"hint: {hint}" in done.err


def test_words_are_solved_without_naming_the_command(home: Home) -> None:
    done = home.agentopt(TEXT, "--model", home.script(JOINERY), "--json", "--quiet")
    assert (done.status, done.err) == (0, "")
    assert done.json["objective"] == 1500


def test_options_may_stand_before_the_words(home: Home) -> None:
    done = home.agentopt("--model", home.script(JOINERY), "--json", "-q", TEXT)
    assert (done.status, done.json["objective"]) == (0, 1500)


def test_debug_shows_where_an_error_comes_from(home: Home) -> None:
    with home.start("--debug", "engines", "show", "higs") as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert "Traceback" in err
    assert "EngineError: there is no engine `higs`" in err


def test_completion_offers_names(home: Home) -> None:
    words = {
        "_AGENTOPT_COMPLETE": "complete_bash",
        "COMP_WORDS": "agentopt solve x --strategy ",
        "COMP_CWORD": "4",
    }
    assert "five-element" in home.agentopt(environment=words).out
    words = {
        "_AGENTOPT_COMPLETE": "complete_bash",
        "COMP_WORDS": "agentopt formulation solve ",
        "COMP_CWORD": "3",
    }
    assert "example:bakery" in home.agentopt(environment=words).out
    words = {"_AGENTOPT_COMPLETE": "complete_bash", "COMP_WORDS": "agentopt for", "COMP_CWORD": "1"}
    assert home.agentopt(environment=words).out.split() == ["formulate", "formulation"]


def test_completion_can_be_shown_for_a_shell(home: Home) -> None:
    done = home.agentopt("--show-completion", environment={"SHELL": "/bin/bash"})
    assert done.status in (0, 1)
    assert "Traceback" not in done.err
