"""`agentopt blackbox` as a person types it."""

from __future__ import annotations

import json
import signal

from tests.cli.conftest import Home

STUDY = """
title: A bowl
variables:
  x: {lower: -5, upper: 5, unit: metre}
  n: {domain: integer, lower: 0, upper: 6}
minimize: {python: bowl.py:height}
"""
BOWL = """
def height(x, n):
    if n == 5:
        raise ValueError("five is broken")
    return (x - 1) ** 2 + (n - 2) ** 2
"""


def written(home: Home) -> None:
    home.write("study.yaml", STUDY)
    home.write("bowl.py", BOWL)


def test_a_study_is_searched_kept_and_gone_on_with(home: Home) -> None:
    written(home)
    options = ("blackbox", "study.yaml", "--engine", "random", "--history", "kept.jsonl")
    done = home.agentopt(*options, "-n", "20")
    assert done.status == 0, done.err
    assert "Least value found" in done.out
    assert "Nothing is proved about other points" in done.out
    assert "20 evaluations by random (asked for)" in done.out
    assert "failed" in done.out
    assert "five is broken" in done.out
    assert "20/20" in done.err
    assert (home.last_run() / "events.jsonl").read_text().count('"evaluation"') >= 20
    more = home.agentopt(*options, "-n", "25", "--json", "--quiet")
    assert (more.json["evaluations"], more.json["reused"]) == (25, 20)
    assert more.json["objective"] >= 0
    assert more.json["point"]["n"] in range(7)
    assert more.err == ""


def test_what_cannot_be_searched_says_why(home: Home) -> None:
    written(home)
    missing = home.agentopt("blackbox", "gone.yaml")
    assert missing.status == 2
    assert "gone.yaml cannot be read" in missing.err
    home.write("bad.yaml", STUDY.replace("minimize", "minimise"))
    bad = home.agentopt("blackbox", "bad.yaml")
    assert bad.status == 2
    assert "did you mean `minimize`?" in bad.err
    home.write("bowl.py", "def other(x): return 1")
    none = home.agentopt("blackbox", "study.yaml", "-n", "3")
    assert none.status == 2
    assert "height" in none.err


def test_a_search_without_a_point_that_counts_is_a_negative_answer(home: Home) -> None:
    written(home)
    home.write("bowl.py", "def height(x, n): raise RuntimeError('never')")
    done = home.agentopt("blackbox", "study.yaml", "-n", "3", "--engine", "random")
    assert done.status == 1
    assert "No point was found that counts." in done.out
    assert "failed 3 times: RuntimeError: never" in done.out


def test_a_killed_search_is_resumed_and_ends_as_one_that_was_not(home: Home) -> None:
    written(home)
    home.write("bowl.py", "import time\n" + BOWL.replace("    if n", "    time.sleep(0.02)\n    if n", 1))
    options = ("blackbox", "study.yaml", "--engine", "random", "-n", "40", "--json")
    whole = home.agentopt(*options, "--quiet").json
    process = home.start(*options)
    assert process.stderr is not None
    for _ in range(6):
        process.stderr.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    run = home.last_run()
    kept = len((run / "evaluations.jsonl").read_text().splitlines()) - 1
    assert 0 < kept < 40
    done = home.agentopt("runs", "resume", run.name, "--json", "--quiet")
    assert done.status == 0, done.err
    assert done.json["reused"] >= kept - 1
    for name in ("objective", "point", "evaluations", "failed"):
        assert done.json[name] == whole[name]
    events = (run / "events.jsonl").read_text().splitlines()
    numbers = [e["data"]["number"] for e in map(json.loads, events) if e["kind"] == "evaluation"]
    assert numbers == list(range(1, 41))
    (run / "options.json").write_text('{"command": "blackbox", "blackbox": {"study": 1}}')
    damaged = home.agentopt("runs", "resume", run.name)
    assert damaged.status != 0
    assert "is damaged" in damaged.err
