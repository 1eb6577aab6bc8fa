"""`agentopt optimize` as a person types it, against a server on loopback."""

from __future__ import annotations

import hashlib
import json
import random
import re
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentopt.benchmarks.optimizers import HIDDEN, chance_of
from tests.cli.conftest import Home
from tests.models.loopback import Body, Fault, Loopback, refusal, serve

BEGIN = "Answer."


def said(body: Body) -> str:
    return "\n".join(message["content"] for message in body["messages"])


def digest(body: Body) -> str:
    return hashlib.sha256(said(body).encode()).hexdigest()


def landscape(body: Body) -> str:
    """A pure function of what is asked: right the likelier, the more hidden instructions the prompt has."""
    asked, mark = said(body), digest(body)
    if "<text>" not in asked:
        held = sum(each in asked for each in HIDDEN)
        return f"{mark}\nyes" if chance_of(asked) < 0.2 + 0.15 * held else f"{mark}\nno"
    texts = re.findall(r"<text>(.*?)</text>\s*score", asked, re.DOTALL)
    return f"{mark} <text>{texts[-1]} {HIDDEN[int(chance_of(asked) * len(HIDDEN))]}.</text>"


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serve(answer=landscape) as state:
        yield state


def task(home: Home, *, val: int = 10, test: int = 10, rest: str = "") -> None:
    rows = [{"id": f"r{n}", "question": f"question {n}", "answer": "yes"} for n in range(40)]
    home.write("rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    home.write(
        "task.toml",
        f'name = "landscape"\nprompt = "{BEGIN}"\n[data]\nfile = "rows.jsonl"\n'
        f"train = 5\nval = {val}\ntest = {test}\n{rest}",
    )


def command(server: Loopback, *more: str) -> list[str]:
    return [
        "optimize",
        "task.toml",
        "--optimizer",
        "opro",
        "--set",
        "children=1",
        "--model",
        server.spec,
        *more,
    ]


def test_a_search_ends_with_a_verdict_a_diff_and_the_best_text(home: Home, server: Loopback) -> None:
    task(home)
    done = home.agentopt(*command(server, "--budget", "calls=120", "--out", "better.txt"))
    assert done.status == 0, done.err
    assert "new best" in done.err
    assert "/120" in done.err
    assert "test examples" in done.out
    assert f"-{BEGIN}" in done.out
    run = home.last_run()
    kept = json.loads((run / "answer.json").read_text())
    best = kept["texts"]["prompt"]
    assert (home.folder / "better.txt").read_text() == f"{best}\n" == (run / "best.txt").read_text()
    assert any(each in best for each in HIDDEN)
    assert kept["spend"]["calls"] <= 120
    assert kept["verdict"]["words"] in done.out.replace("Improved", "improved").replace("No imp", "no imp")
    asked = len(server.bodies)
    assert home.agentopt("runs", "show", "last", "--json").json == kept
    assert home.agentopt("runs", "resume", "last", "--json").json == kept
    page = Path(home.agentopt("runs", "report", "last").out.strip()).read_text()
    assert "Score over calls" in page
    assert "<script" not in page
    assert best in page
    more = home.agentopt("runs", "resume", "last", "--budget", "calls=160", "--quiet", "--json").json
    assert kept["spend"]["calls"] < more["spend"]["calls"] <= 160
    assert len(server.bodies) - asked <= 60


def test_a_dry_run_sends_nothing_and_says_what_it_would(home: Home, server: Loopback) -> None:
    task(home)
    done = home.agentopt(*command(server, "--budget", "calls=120", "--dry-run", "--json"))
    assert done.status == 0, done.err
    assert done.json["validation"]["calls"] == 10
    assert done.json["test"]["calls"] == 20
    assert done.json["candidates"] == 12
    assert "Nothing was sent." in home.agentopt(*command(server, "--dry-run")).out
    assert not server.bodies
    assert not list(home.folder.rglob("trials.jsonl"))


@pytest.mark.parametrize(
    ("more", "error"),
    [
        (["--budget", "calls=9"], "validating the seed takes up to 10 calls, and the budget allows 9"),
        (["--set", "childs=2"], "no setting `childs`"),
        (["--set", "children=two"], "is a whole number"),
        (["--optimizer", "opra"], "no optimizer `opra`"),
        (["--model", "builtin"], "a search runs its candidates on a language model"),
    ],
)
def test_what_cannot_be_is_refused_before_a_call(
    home: Home, server: Loopback, more: list[str], error: str
) -> None:
    task(home)
    done = home.agentopt(*command(server, *more))
    assert done.status == 2
    assert error in done.err
    assert not server.bodies


def test_faults_are_told_apart_from_wrong_answers(home: Home) -> None:
    def refuse(body: Body) -> Fault | None:
        return refusal("not this one") if "question 1" in said(body) and "<text>" not in said(body) else None

    with serve(answer=landscape, refuse=refuse) as server:
        task(home, val=20, test=15, rest='[scorer]\nkind = "choice"\n')
        done = home.agentopt(*command(server, "--budget", "calls=25", "--json"))
    assert done.status == 0, done.err
    faults = done.json["faults"]
    assert faults["unparsed"] > 0
    assert faults["transport"] + done.json["verdict"]["unmeasured"] >= 1


def arrived(run: Path) -> Counter[str]:
    """How often a reply to each request is kept, by the digest it carries."""
    found: Counter[str] = Counter()
    for name in ("replies.sqlite", "asked.sqlite", "test.sqlite"):
        if (run / name).exists():
            with sqlite3.connect(run / name) as file:
                tables = file.execute("select name from sqlite_master where name = 'replies'").fetchall()
                rows = file.execute("select reply from replies").fetchall() if tables else []
            found.update(re.search(r"[0-9a-f]{64}", reply)[0] for (reply,) in rows)  # type: ignore[index]
    return found


@pytest.mark.parametrize("seed", [0, 1])
def test_a_search_killed_at_random_ends_with_the_same_bytes_and_pays_for_nothing_twice(
    home: Home, server: Loopback, seed: int
) -> None:
    """SIGKILL, several times in one search, to a real process that asks a real server."""
    task(home)
    caps = ("--budget", "calls=70", "--quiet")
    assert home.agentopt(*command(server, *caps)).status == 0
    whole = home.last_run()
    wanted = Counter(map(digest, server.bodies))
    assert arrived(whole) == wanted
    server.bodies.clear()
    server.wait = 0.02
    rng = random.Random(seed)
    run, arguments = whole, command(server, *caps)
    never_again: list[tuple[int, set[str]]] = []
    for _ in range(4):
        target = len(server.bodies) + rng.randint(1, 22)
        process = home.start(*arguments)
        while len(server.bodies) < target and process.poll() is None:
            time.sleep(0.002)
        assert process.poll() is None, "killed too late"
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        while server.in_flight:
            time.sleep(0.005)
        run = max(
            (each for each in home.runs.iterdir() if each != whole), key=lambda each: each.stat().st_mtime_ns
        )
        kept, before = arrived(run), len(server.bodies)
        arguments = ["runs", "resume", run.name, "--quiet"]
        never_again.append((before, {each for each in kept if kept[each] == wanted[each]}))
    done = home.agentopt(*arguments)
    assert done.status == 0, done.err
    for before, paid in never_again:
        assert paid.isdisjoint(map(digest, server.bodies[before:]))
    assert (run / "trials.jsonl").read_bytes() == (whole / "trials.jsonl").read_bytes()
    assert arrived(run) == wanted
