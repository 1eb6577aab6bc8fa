"""`agentopt tune` as a person types it."""

from __future__ import annotations

import json
import random
import signal
import time
import tomllib

from tests.cli.conftest import Home

TUNE = ("tune", "stream", "--measure", "iterations", "--time-limit", "20")


def stream(home: Home, count: int = 10) -> None:
    """Transportation problems of one shape, in which primal steps are fewer or more than dual ones."""
    for number in range(count):
        rng = random.Random(number)
        ways = [(p, m) for p in range(5) for m in range(8)]
        cost = " + ".join(f"{rng.randint(10, 99)} x{p}_{m}" for p, m in ways)
        supply = [f" s{p}: " + " + ".join(f"x{p}_{m}" for m in range(8)) + " <= 80" for p in range(5)]
        demand = [
            f" d{m}: " + " + ".join(f"x{p}_{m}" for p in range(5)) + f" >= {rng.randint(20, 45)}"
            for m in range(8)
        ]
        text = "\n".join(["Minimize", f" cost: {cost}", "Subject To", *supply, *demand, "End"])
        home.write(f"stream/t{number:02}.lp", text + "\n")


def test_a_stream_is_tuned_and_the_outcome_is_told_with_its_evidence(home: Home) -> None:
    stream(home)
    home.write("stream/broken.lp", "Minimise\n x +\n")
    home.write("stream/notes.txt", "not an instance")
    done = home.agentopt(*TUNE, "--option", "presolve=off", "--option", "solver=ipm")
    assert done.status == 0, done.err
    assert "left out: broken.lp" in done.err
    assert "notes.txt" not in done.err
    assert "2 changes tried by bandit on 5 of 10 instances" in done.out
    run = home.last_run()
    kept = json.loads((run / "answer.json").read_text())
    again = home.agentopt("runs", "show", "last", "--json")
    assert again.json == kept
    assert kept["solves"] == len((run / "solves.jsonl").read_text().splitlines()) - 1
    card = home.folder / ".agentopt/solvers/highs.toml"
    assert card.exists() == (kept["status"] == "improvement shown")


def test_an_improvement_becomes_a_card_that_is_used(home: Home) -> None:
    """Without presolve the dual method needs fewer steps than the primal one, which the user had set."""
    stream(home, 12)
    folder = home.folder / ".agentopt/solvers"
    home.write(
        ".agentopt/solvers/highs.toml",
        'name = "highs"\nextends = true\n[options.simplex_strategy]\ndefault = 4\n',
    )
    own = home.agentopt(*TUNE, "--option", "simplex_strategy=1")
    assert own.status == 2
    assert "a card of your own" in own.err
    (folder / "highs.toml").unlink()
    home.write(
        ".config/agentopt/solvers/highs.toml",
        'name = "highs"\nextends = true\n[options.presolve]\ndefault = "off"\n'
        "[options.simplex_strategy]\ndefault = 4\n",
    )
    done = home.agentopt(*TUNE, "--option", "simplex_strategy=1", "--json", "--quiet")
    assert done.status == 0, done.err
    found = done.json
    assert found["status"] == "improvement shown", found
    assert found["options"] == {"simplex_strategy": 1}
    written = tomllib.loads((folder / "highs.toml").read_text())
    assert written["options"] == {"simplex_strategy": {"default": 1}}
    assert written["tuned"]["p_value"] < 0.05
    assert written["tuned"]["instances"] == len(found["fresh"]) == 6
    shown = home.agentopt("engines", "show", "highs", "--json").json["card"]
    assert shown["options"]["simplex_strategy"]["default"] == 1
    assert shown["options"]["presolve"]["default"] == "off"
    assert "instances it was not tuned on" in home.agentopt("engines", "show", "highs").out
    assert "engine highs, tuned" in home.agentopt("doctor").out


def test_a_killed_tuning_is_resumed_and_ends_as_one_that_was_not(home: Home) -> None:
    stream(home)
    options = (*TUNE, "--option", "presolve", "--option", "solver")
    whole = home.agentopt(*options, "--json", "--quiet", "--out", "whole").json
    process = home.start(*options, "--json", "--out", "killed")
    assert process.stderr is not None
    for _ in range(4):
        process.stderr.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    run = home.last_run()
    before = len((run / "solves.jsonl").read_text().splitlines())
    time.sleep(0.05)
    done = home.agentopt("runs", "resume", run.name, "--json", "--quiet")
    assert done.status == 0, done.err
    same = {name: value for name, value in whole.items() if name not in ("run", "seconds", "card")}
    assert {name: done.json[name] for name in same} == same
    assert len((run / "solves.jsonl").read_text().splitlines()) > before
    home.write("stream/t00.lp", (home.folder / "stream/t01.lp").read_text())
    (run / "answer.json").unlink()
    changed = home.agentopt("runs", "resume", run.name)
    assert "are not what they were" in changed.err


def test_what_cannot_be_tuned_says_why(home: Home) -> None:
    stream(home, 4)
    few = home.agentopt(*TUNE)
    assert few.status == 2
    assert "4 different instances" in few.err
    assert "there is no file or folder" in home.agentopt("tune", "gone").err
    home.write("empty/notes.txt", "nothing")
    assert "no instance was found in" in home.agentopt("tune", "empty").err
    assert "method" in home.agentopt(*TUNE, "--method", "guess").err
    assert "caps time alone" in home.agentopt(*TUNE, "--budget", "dollars=2").err
