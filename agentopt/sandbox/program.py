"""Running one program in this process and writing down how it went: the child's side of a job.

The report is a file in the program's folder, since a library may print to standard output. A program that
ends itself past Python (`os._exit`, a crash) leaves none; the server still knows how the process ended.
"""

from __future__ import annotations

__all__ = ["PROGRAM", "REPORT", "TESTS", "run_program"]

import contextlib
import json
import linecache
import sys
import traceback
from pathlib import Path

from agentopt.sandbox.recording import Recorder

PROGRAM, TESTS, REPORT = "program.py", "tests.py", "_report.json"
"""The program and its tests as tracebacks call them, and the file of a folder that tells how they went."""

MAX_MESSAGE = 2000


def run_program(source: str, tests: str, recorder: Recorder) -> int:
    """Run a program, then its tests in its names; the status the process is to end with.

    Args:
        source: the program.
        tests: functions called `test_...`, each called on what the program left in its variables; one that
            raises has failed. Not run where the program did not come to its end.
        recorder: watches what models are solved.
    """
    names: dict[str, object] = {"__name__": "__main__", "__builtins__": __builtins__}
    report: dict[str, object] = {"status": 0}
    try:
        _execute(source, PROGRAM, names)
    except SystemExit as error:
        report["status"] = _status(error.code)
        if report["status"]:
            report["error"] = f"SystemExit: the program ended itself with status {report['status']}"
    except BaseException as error:  # the program's own; a border of the house
        report |= {"status": 1, "error": _told(error, source, PROGRAM)}
    if report["status"] == 0:
        recorder.look(names)  # what a failed program leaves in a variable may be half a model
    if report["status"] == 0 and tests:
        report["tests"] = _tested(tests, names)
    report |= {
        "num_models": recorder.num_models,
        "claimed": recorder.claimed,
        "notes": [each[:MAX_MESSAGE] for each in recorder.notes[:20]],
    }
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # the program may have replaced them
            stream.flush()
    Path(REPORT).write_text(json.dumps(report), encoding="utf-8")
    return int(bool(report["status"]))


def _execute(source: str, name: str, names: dict[str, object]) -> None:
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec"), names)  # what the sandbox is for


def _status(code: object) -> int:
    if code is None:
        return 0
    return code & 0xFF if isinstance(code, int) else 1


def _tested(tests: str, names: dict[str, object]) -> list[dict[str, object]]:
    """What became of each test."""
    known = set(names)
    try:
        _execute(tests, TESTS, names)
    except BaseException as error:  # a border of the house
        return [{"name": "tests", "passed": False, "message": _told(error, tests, TESTS)}]
    found = []
    for name in [each for each in names if each.startswith("test") and each not in known]:
        test = names[name]
        if not callable(test):
            continue
        message = ""
        try:
            test()
        except BaseException as error:  # a border of the house
            message = _told(error, tests, TESTS)
        found.append({"name": name, "passed": not message, "message": message})
    return found


def _told(error: BaseException, source: str, name: str) -> str:
    """An exception with the lines of the program it passed through, innermost last."""
    if isinstance(error, MemoryError):
        return "MemoryError: the program asked for more memory than it may use"
    told = traceback.TracebackException.from_exception(error, lookup_lines=False)
    lines = source.splitlines()
    where = []
    for frame in told.stack:
        if frame.filename == name and frame.lineno is not None:
            text = lines[frame.lineno - 1].strip() if frame.lineno <= len(lines) else ""
            where.append(f"line {frame.lineno}: {text}")
    what = "".join(told.format_exception_only()).strip()
    if len(what) > MAX_MESSAGE:
        what = f"{what[: MAX_MESSAGE // 2]} … {what[-MAX_MESSAGE // 2 :]}"
    return "\n".join([*where[-6:], what])
