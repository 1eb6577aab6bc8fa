"""Every hostile program ends in time and does no harm; and the same programs, let loose, would."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from agentopt.benchmarks.hostile import PROGRAMS, Hostile, Target
from agentopt.sandbox import Job, JobLimits, Sandbox, Unconfined, availability

LIMITS = JobLimits(seconds=2.0, memory_mb=2048)
NOBODY = 65534


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_a_hostile_program_ends_and_does_no_harm(sandbox: Sandbox, program: Hostile) -> None:
    with Target(sandbox.server) as target:
        outcome = sandbox.run(Job(target.source(program), limits=LIMITS))
        assert outcome.ending in program.endings, outcome
        assert not target.harm(outcome)
    assert sandbox.run(Job("print(6 * 7)")).output == "42\n"


@pytest.mark.parametrize(
    "name",
    [
        "reading a secret",
        "writing outside",
        "locking others out of a folder",
        "symlink escape",
        "TCP",
        "signal through the owner of a pipe",
        "limits of the server",
    ],
)
def test_the_corpus_would_do_harm_were_it_let_loose(name: str) -> None:
    program = next(each for each in PROGRAMS if each.name == name)
    victim = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        time.sleep(0.1)
        with Target(victim.pid) as target:
            outcome = Unconfined().run(Job(target.source(program), limits=LIMITS))
            assert target.harm(outcome)
    finally:
        victim.communicate(b"\n")


def test_nobody_runs_it_too(tmp_path: Path) -> None:
    """Without root, where this is root and another interpreter lies where nobody may read it."""
    if availability() or os.geteuid() != 0:
        pytest.skip("not root: the other tests run without root already")
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    packages = sysconfig.get_paths()["purelib"]
    root = str(Path(__file__).parents[2])
    setup = {"PYTHONPATH": f"{root}:{packages}", "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(tmp_path)}
    probe = [python or "", "-c", "import agentopt, numpy, pyomo, highspy"]
    if (
        python is None
        or subprocess.run(probe, env=setup, user=NOBODY, cwd="/", capture_output=True).returncode
    ):
        pytest.skip("no interpreter that nobody can run has the packages")
    code = (
        "from agentopt.benchmarks.sandbox import corpus\nfrom agentopt.sandbox import JobLimits\n"
        "found = [each for each in corpus(JobLimits(seconds=2.0, memory_mb=2048)) if each.harm]\n"
        "print(len(found), found)"
    )
    ran = subprocess.run(
        [python, "-c", code], env=setup, user=NOBODY, cwd="/", capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith("0 "), ran.stdout
