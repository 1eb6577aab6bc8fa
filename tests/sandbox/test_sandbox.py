"""What an honest program gets, what is told of one that fails, and what becomes of it when others fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agentopt.errors import AvailabilityError, EngineError
from agentopt.sandbox import Ending, Job, JobLimits, Sandbox, Unconfined, seccomp, workshop
from agentopt.sandbox.job import read_outcome
from agentopt.sandbox.kernel import MACHINES

PYOMO = """
import pyomo.environ as pyo
model = pyo.ConcreteModel()
model.make = pyo.Var(["rye bread", "cake"], domain=pyo.NonNegativeIntegers)
model.gain = pyo.Objective(expr=2 * model.make["rye bread"] + 7 * model.make["cake"], sense=pyo.maximize)
model.work = pyo.Constraint(expr=15 * model.make["rye bread"] + 45 * model.make["cake"] <= 3600)
"""


@pytest.fixture(params=["confined", "unconfined"])
def place(request, sandbox):
    return sandbox if request.param == "confined" else Unconfined()


def test_it_prints_and_reads_the_tables_it_is_given(place):
    job = Job("print(open('loads.csv').read().upper())", files={"loads.csv": b"a,1\n"})
    outcome = place.run(job)
    assert outcome.ok
    assert outcome.output == "A,1\n\n"
    assert outcome.model is None


def test_files_it_makes_are_gone_for_the_next(sandbox):
    assert sandbox.run(Job("open('kept', 'w').write('x')")).ok
    assert sandbox.run(Job("import os; print(os.listdir())")).output == "[]\n"


def test_a_name_of_a_file_is_no_path(sandbox, tmp_path):
    outcome = sandbox.run(Job("import os; print(os.listdir())", files={f"{tmp_path}/../t.csv": b"x"}))
    assert outcome.output == "['t.csv']\n"


def test_an_exception_is_told_with_the_lines_it_passed(place):
    outcome = place.run(Job("def share(n):\n    return 1 / n\n\nprint('begun')\nshare(0)\n"))
    assert outcome.ending is Ending.RAISED
    assert outcome.error == "line 5: share(0)\nline 2: return 1 / n\nZeroDivisionError: division by zero"
    assert outcome.output == "begun\n"


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("x = (1", "SyntaxError: '(' was never closed"),
        ("import nothing_of_the_kind", "ModuleNotFoundError: No module named 'nothing_of_the_kind'"),
        ("raise SystemExit(3)", "SystemExit: the program ended itself with status 3"),
        ("raise SystemExit('no data')", "SystemExit: the program ended itself with status 1"),
        ("raise ValueError('x' * 10**6)", "ValueError: xxx"),
        ("\0", "source code string cannot contain null bytes"),
        ("bytearray(10**12)", "MemoryError: the program asked for more memory than it may use"),
    ],
)
def test_what_ended_it_is_told(sandbox, source, error):
    outcome = sandbox.run(Job(source))
    assert outcome.ending is Ending.RAISED
    assert error in outcome.error
    assert len(outcome.error) < 5000


@pytest.mark.parametrize("source", ["raise SystemExit", "raise SystemExit(0)", "exit_code = 0", ""])
def test_an_end_without_fault_is_none(sandbox, source):
    assert sandbox.run(Job(source)).ok


def test_time_is_limited_and_what_was_done_is_kept(place):
    solved = f"{PYOMO}\npyo.SolverFactory('appsi_highs').solve(model)\nprint('solved', flush=True)\n"
    began = time.monotonic()
    outcome = place.run(Job(f"{solved}while True: pass", limits=JobLimits(seconds=4)))
    assert outcome.ending is Ending.TIME
    assert time.monotonic() - began < 20
    assert "solved" in outcome.output
    assert outcome.model is not None
    assert b"make(rye_bread)" in outcome.model.text


def test_long_output_keeps_its_ends(sandbox):
    outcome = sandbox.run(Job("print('first'); print('x' * 10**6); print('last')"))
    assert outcome.output.startswith("first\n")
    assert outcome.output.endswith("last\n")
    assert "bytes left out" in outcome.output
    assert len(outcome.output) < 200_000


def test_bytes_that_are_no_text_are_shown_as_such(sandbox):
    assert "�" in sandbox.run(Job("import os; os.write(1, bytes([255, 254]))")).output


def test_tests_see_what_the_program_left(sandbox):
    tests = (
        "def test_right(): assert answer == 42\ndef test_wrong():\n    assert answer < 0, 'it is positive'\n"
    )
    outcome = sandbox.run(Job("answer = 42", tests=tests))
    assert outcome.tests is not None
    assert [(each.name, each.passed) for each in outcome.tests] == [
        ("test_right", True),
        ("test_wrong", False),
    ]
    assert "it is positive" in outcome.tests[1].message


def test_tests_that_do_not_hold_together_fail_as_one(sandbox):
    outcome = sandbox.run(Job("answer = 42", tests="def test_it(: pass"))
    assert outcome.tests is not None
    assert [each.passed for each in outcome.tests] == [False]
    assert "SyntaxError" in outcome.tests[0].message


def test_many_threads_share_a_sandbox(sandbox):
    sources = [f"import time; time.sleep(0.2); print({n})" for n in range(12)]
    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(lambda source: sandbox.run(Job(source)), sources))
    assert [outcome.output for outcome in outcomes] == [f"{n}\n" for n in range(12)]


def test_a_key_of_this_process_is_not_in_it(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-others")
    with Sandbox() as own:
        outcome = own.run(Job("import os; print(sorted(os.environ))"))
    assert "OPENAI_API_KEY" not in outcome.output
    assert "PATH" in outcome.output


def test_a_closed_sandbox_says_so():
    own = Sandbox()
    own.close()
    with pytest.raises(EngineError, match="closed or its server has ended"):
        own.run(Job("print(1)"))


def test_a_server_that_dies_takes_its_children_along_and_is_told():
    with Sandbox() as own:
        own.run(Job("pass"))
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(own.run, Job("import time\nwhile True: time.sleep(0.1)"))
            child = _child_of(own.server)
            os.kill(own.server, signal.SIGKILL)
            with pytest.raises(EngineError):
                waiting.result(20)
        assert _ends(child)


def test_a_program_whose_server_died_before_it_was_bound_to_it_does_not_begin(tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\nfrom agentopt.sandbox.confinement import confine\n"
        "from agentopt.sandbox.limits import JobLimits\n"
        "confine(Path(sys.argv[1]), JobLimits(), (), None, int(sys.argv[2]))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    ended = subprocess.run([*command, str(os.getppid())], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert f"the process {os.getppid()} that began this one has died" in ended.stderr


def test_when_the_person_dies_so_does_the_program():
    code = (
        "import os, threading, time\nfrom agentopt.sandbox import Job, Sandbox\nown = Sandbox()\n"
        "own.run(Job('pass'))\nprint(own.server, own._place, flush=True)\n"
        "threading.Thread(target=own.run, args=(Job('while True: pass'),), daemon=True).start()\n"
        "time.sleep(30)\n"
    )
    person = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert person.stdout is not None
    number, place = person.stdout.readline().split()
    server = int(number)
    child = _child_of(server)
    person.kill()
    person.communicate()
    assert _ends(server)
    assert _ends(child)
    assert not Path(place).exists()


def test_where_nothing_can_be_confined_it_refuses(monkeypatch):
    monkeypatch.setattr(workshop, "availability", lambda: "the kernel 5.4.0 has no Landlock")
    with pytest.raises(AvailabilityError, match="has no Landlock") as error:
        Sandbox()
    assert "--unsafe" in error.value.hint


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_are_told_apart(monkeypatch, system):
    from agentopt.sandbox import confinement

    monkeypatch.setattr(sys, "platform", system)
    assert f"cannot be confined on {system}" in confinement.availability()


def test_what_lies_in_place_of_its_files_is_not_followed(tmp_path):
    (tmp_path / "secret").write_text("of others")
    folder = tmp_path / "job"
    folder.mkdir()
    for name in ("_report.json", "_model.lp"):
        (folder / name).symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "_model.mps")
    (folder / "_model.json").mkdir()
    outcome = read_outcome(folder, Ending.DONE, 0, 0.1, "")
    assert outcome.model is None
    assert not outcome.error
    (folder / "_model.lp").unlink()
    os.link(tmp_path / "secret", folder / "_model.lp")
    assert read_outcome(folder, Ending.DONE, 0, 0.1, "").model is None


@pytest.mark.parametrize("report", ["", "{", "[" * 100_000, '{"status": 0}', '{"status": "x"}', "null"])
def test_a_report_that_is_none_is_passed_over(tmp_path, report):
    (tmp_path / "_report.json").write_text(report)
    (tmp_path / "_names.json").write_text(report)
    (tmp_path / "_model.lp").write_text("min\n x\nend\n")
    outcome = read_outcome(tmp_path, Ending.DONE, 0, 0.1, "")
    assert outcome.model is not None
    assert outcome.model.names == {}
    assert outcome.num_models == 0


@pytest.mark.parametrize("name", MACHINES)
def test_the_filter_fits_the_kernel_and_its_jumps_stay_inside(name):
    found = seccomp.instructions(MACHINES[name], process=7)
    assert len(found) <= 4096
    for place, (_, yes, no, _) in enumerate(found):
        assert 0 <= yes <= 255
        assert 0 <= no <= 255
        assert place + 1 + max(yes, no) <= len(found)
    assert found[-1] == (0x06, 0, 0, 0x7FFF0000)


def _child_of(server: int) -> Path:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        if children:
            return Path(f"/proc/{children[0]}")
        time.sleep(0.02)
    raise AssertionError("the program was not begun")


def _ends(process: Path | int) -> bool:
    place = process if isinstance(process, Path) else Path(f"/proc/{process}")
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            if place.joinpath("stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False
