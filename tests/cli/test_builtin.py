"""The built-in reader from the command line: no model, bad input, a question of one key, a cascade."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.agents.test_builtin import DOUBT, JOKE, SURE, UNSURE, crates
from tests.cli.conftest import JOINERY, SCRIPT, TEXT, Done, Home

SHOP = (
    "A shop makes desks and chairs. A desk takes 3 hours of labor and earns $40, a chair takes 1 hour and "
    "earns $12. There are {} hours of labor. How many of each should it make to maximize profit?"
)


def optimum(hours: int) -> int:
    """The greatest profit of `SHOP`: desks earn more an hour, chairs fill the rest."""
    return hours // 3 * 40 + hours % 3 * 12


def test_words_need_no_model_and_one_line_says_who_reads(home: Home) -> None:
    done = home.agentopt(SURE)
    assert done.status == 0
    first = done.err.splitlines()[0]
    for part in ("the built-in reader reads short problems", "--model URL#NAME"):
        assert part in first
    assert "10      what one crate holds  that hold 10 kg each" in done.out
    assert home.agentopt("solve", SURE, "--model", "builtin", "-q").err == ""
    assert home.agentopt(SURE, "-q", environment={"AGENTOPT_MODEL": "builtin"}).status == 0


def test_a_formulation_is_reached_without_a_model(home: Home) -> None:
    done = home.agentopt("formulate", SURE, "--out", "crates.yaml", "-q")
    assert (done.status, "it was not solved" in done.out) == (0, True)
    assert home.agentopt("solve", "crates.yaml", "--json", "-q").json["objective"] == 2


def test_an_unsure_reading_is_answered_with_a_warning(home: Home) -> None:
    done = home.agentopt(UNSURE, "-q")
    assert done.status == 0
    assert f"Check how the text was read before you act on this\n  - {DOUBT}" in done.out
    found = home.agentopt(UNSURE, "-q", "--json").json
    assert (found["verdict"], found["reasons"]) == ("check", [DOUBT])
    assert {"number": "8", "meaning": "Ann with drill", "place": "8"} in found["account"]


def test_what_is_not_understood_is_a_negative_answer_that_is_kept(home: Home) -> None:
    done = home.agentopt(JOKE)
    assert done.status == 1
    assert "does not answer this" in done.out
    assert "--model openai:NAME" in done.out
    kept = json.loads((home.last_run() / "answer.json").read_text())
    assert (kept["status"], kept["verdict"], kept["formulation"]) == ("no formulation", "decline", None)
    assert "does not answer this" in (home.last_run() / "report.html").read_text()


def test_a_run_of_the_reader_is_journalled_and_resumed(home: Home) -> None:
    home.agentopt(UNSURE, "-q")
    run = home.last_run()
    entries = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
    (said,) = [each["data"] for each in entries if "built-in reader says" in str(each)]
    assert said["data"]["verdict"] == "check"
    server = {"AGENTOPT_MODEL": "http://127.0.0.1:9#x"}
    done = home.agentopt("runs", "resume", run.name, "--json", "-q", environment=server)
    assert (done.status, done.json["objective"], done.json["verdict"]) == (0, 12, "check")
    for name in ("answer.txt", "report.html"):
        assert "Check how the text was read" in (run / name).read_text()


def pressing(home: Home, keys: str, *arguments: str) -> Done:
    """Run it with a terminal as standard input, on which keys are pressed."""
    master, slave = pty.openpty()
    try:
        with subprocess.Popen(
            [SCRIPT, *arguments],
            stdin=slave,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=home.environment,
            cwd=home.folder,
        ) as process:
            assert process.stderr is not None
            said = b""
            while not said.endswith(b"> "):
                said += process.stderr.read(1)
            time.sleep(0.2)  # what was typed before the question is no answer to it
            os.write(master, keys.encode())
            out, err = process.communicate(timeout=60)
    finally:
        os.close(slave)
        os.close(master)
    return Done(process.returncode, out.decode(), (said + err).decode())


def test_one_key_settles_a_doubtful_reading(home: Home) -> None:
    done = pressing(home, "1", UNSURE, "--ask", "-q")
    assert done.status == 0
    assert "Is this what you mean?" in done.err
    assert "minimize 4 Ann, paint + 2 Ann, sand" in done.err
    assert "- Is this what you mean? yes, solve it" in done.out
    done = pressing(home, "x2", UNSURE, "--ask", "-q")
    assert (done.status, "you did not accept the reading" in done.out) == (1, True)


def test_without_a_terminal_nobody_is_asked(home: Home) -> None:
    done = home.agentopt(UNSURE, "--ask", "-q")
    assert (done.status, done.err) == (0, "")
    assert "Check how the text was read" in done.out


def test_a_cascade_pays_for_the_model_only_where_it_must(home: Home) -> None:
    model = f"builtin,{home.script(JOINERY, JOINERY)}"
    found = home.agentopt(SURE, "--model", model, "--json", "-q").json
    assert (found["objective"], found["spend"]["calls"], found["verdict"]) == (2, 0, "solve")
    done = home.agentopt(f"{TEXT} {JOKE.split('.')[0]}.", "--model", model, "--json")
    assert (done.json["objective"], done.json["verdict"]) == (1500, None)
    assert done.json["spend"]["calls"] >= 1
    assert "what it is not sure of goes to the language model" in done.err
    assert "cascade: left open by the built-in reader" in done.err


def test_a_second_opinion_is_asked_for_by_name(home: Home) -> None:
    model = home.script(crates(3), crates(2))
    found = home.agentopt(SURE, "--model", model, "--cross-check", "builtin", "--json", "-q").json
    assert (found["objective"], found["repairs"]) == (2, 1)
    assert "cross-check" in [each["check"] for each in found["certificate"]["not_falsified"]]
    done = home.agentopt(SURE, "--cross-check", "openai:x")
    assert (done.status, "'builtin'" in done.err) == (2, True)


@pytest.mark.parametrize(
    "arguments", [["--vote", "3"], ["--strategy", "orthought"], ["--model", "builtin,"]], ids=" ".join
)
def test_what_needs_a_language_model_is_refused_without_one(home: Home, arguments: list[str]) -> None:
    done = home.agentopt(SURE, *arguments)
    assert (done.status, done.out) == (2, "")
    assert "--model" in done.err
    assert not home.runs.exists()


def numbers() -> Iterator[tuple[str, str, set[int]]]:
    """Texts with a number written in some way, and the optima that are right for it."""
    written = {
        "1,000": {1000},
        "1.000": {1, 1000},
        "1 000": {1000},
        "1\u00a0000": {1000},
        "60½": {60},
        "three dozen": {36},
        "5–10": {10},
        "60": {60},
    }
    for text, hours in written.items():
        yield text, SHOP.format(text), {optimum(each) for each in hours}
    usual = SHOP.format("60")
    yield "repeated", usual.replace("How many", "There are 60 hours of labor. How many"), {optimum(60)}
    yield "euro", usual.replace("$", "€"), {optimum(60)}
    glued = "A desk takes 3h and earns 40USD, a chair takes 1h and earns 12USD. There are 60h of labor."
    yield "glued", f"A shop makes desks and chairs. {glued} What is the most it can earn?", {optimum(60)}
    yield "emoji", f"🪑 {usual} 😀", {optimum(60)}
    yield "negative profit", usual.replace("$12", "-$12"), {800}


@pytest.mark.parametrize(("text", "right"), [row[1:] for row in numbers()], ids=[row[0] for row in numbers()])
def test_a_number_in_any_notation_is_read_right_or_not_at_all(home: Home, text: str, right: set[int]) -> None:
    done = home.agentopt(text, "--json", "-q")
    found = done.json
    if found["verdict"] == "solve":
        assert (done.status, found["objective"] in right) == (0, True)
    else:
        assert found["reasons"]
        assert done.status == (found["verdict"] == "decline")


DECLINED = {
    "joke": JOKE,
    "prose": "The year 2024 had 366 days, and it rained on 120 of them in the north.",
    "no numbers": "A shop makes desks and chairs and wants to earn as much as it can.",
    "nonlinear": "Find x between 0 and 10 that maximizes x squared minus 3 times the sine of x.",
    "negative stock": SHOP.format("-60"),
    "contradiction": SHOP.format("60").replace("How many", "At least 30 desks must be made. How many"),
    "German": "Eine Bäckerei backt Brot und Kuchen. Ein Brot bringt 2 Euro und braucht 15 Minuten, ein "
    "Kuchen bringt 7 Euro und braucht 45 Minuten. Es gibt 60 Stunden. Was bringt am meisten?",
    "Chinese": "工厂生产桌子和椅子。桌子利润40元，需要3小时，椅子利润12元，需要1小时。共有60小时。",
    "only emoji": "🪑 40 🪑 12 🪑 3",
}


@pytest.mark.parametrize("name", DECLINED)
def test_what_is_no_problem_for_it_is_declined(home: Home, name: str) -> None:
    done = home.agentopt(DECLINED[name], "--json", "-q")
    assert (done.status, done.json["verdict"], done.json["objective"]) == (1, "decline", None)
    assert done.json["reasons"]


@pytest.mark.parametrize("text", [SHOP.format("60") * 4900, "7 " * 499_000, "x" * 900_000 + " y"], ids=len)
def test_a_megabyte_of_text_is_declined(home: Home, text: str) -> None:
    done = home.agentopt("solve", "-", "--json", "-q", input=text)
    assert (done.status, done.json["verdict"]) == (1, "decline")


@pytest.mark.parametrize("text", ["", "   ", "bakery"])
def test_nothing_and_a_single_word_are_refused(home: Home, text: str) -> None:
    done = home.agentopt("solve", text) if text.strip() else home.agentopt("solve", "-", input=text)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: ")
