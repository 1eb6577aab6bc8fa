"""Evaluations by a function's file or a command: values, failures of every kind, and processes ended."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from agentopt.errors import UsageError
from agentopt.solvers.blackbox.evaluating import Found, OfFunction, evaluator
from agentopt.solvers.blackbox.study import study

VARIABLES = {"x": {"lower": 0, "upper": 10}}

FILE = """
import os, sys, time
print("imported")

def square(x):
    print("noise")
    return x * x

def limited(x):
    return {"value": x, "constraints": {"c": x - 1}}

def hangs(x):
    open("pid", "w").write(str(os.getpid()))
    time.sleep(60)

def raises(x):
    raise KeyError("no such thing")

def dies(x):
    os._exit(7)

def words(x):
    return "many"

def endless(x):
    return float("inf")
"""


def found(folder: Path, name: str, x: float = 3.0, seconds: float | None = None) -> Found:
    (folder / "made.py").write_text(FILE, encoding="utf-8")
    stated = study({"variables": VARIABLES, "minimize": {"python": f"made.py:{name}"}, "seconds": seconds})
    evaluate = evaluator(stated, folder)
    try:
        evaluate.evaluate({"x": 1.0})
        return evaluate.evaluate({"x": x})
    finally:
        evaluate.close()


def test_a_function_gives_a_number_or_a_number_with_constraints(tmp_path: Path) -> None:
    assert found(tmp_path, "square") == Found(9.0)
    assert found(tmp_path, "limited") == Found(3.0, {"c": 2.0})


@pytest.mark.parametrize(
    ("name", "failure"),
    [
        ("raises", "KeyError: 'no such thing'"),
        ("dies", "its process ended with status 7"),
        ("words", "ValueError: could not convert"),
        ("endless", "it gave inf"),
    ],
)
def test_a_function_that_gives_nothing_is_a_failed_evaluation(
    tmp_path: Path, name: str, failure: str
) -> None:
    reached = found(tmp_path, name)
    assert reached.value is None
    assert failure in reached.failure


def test_a_function_that_hangs_is_ended(tmp_path: Path) -> None:
    reached = found(tmp_path, "hangs", seconds=1.0)
    assert reached.failure == "it took more than 1 s"
    number = int((tmp_path / "pid").read_text())
    for _ in range(100):
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the process still runs")


@pytest.mark.parametrize(
    ("name", "message"), [("missing", "has no attribute|missing"), ("../made.py", "cannot be imported")]
)
def test_a_function_that_is_not_there_is_an_error(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        found(tmp_path, name)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        evaluator(study({"variables": VARIABLES, "minimize": {"python": "gone.py:f"}}), tmp_path)
    with pytest.raises(UsageError, match="does not say what is evaluated"):
        evaluator(study({"variables": VARIABLES}), tmp_path)


def commanded(folder: Path, code: str, seconds: float | None = None) -> Found:
    stated = study(
        {
            "variables": VARIABLES,
            "minimize": {"command": [sys.executable, "-c", code, "{x}"]},
            "seconds": seconds,
        }
    )
    return evaluator(stated, folder).evaluate({"x": 3.0})


@pytest.mark.parametrize(
    ("code", "value", "failure"),
    [
        ("import sys; print('hello'); print(float(sys.argv[1]) * 2)", 6.0, ""),
        ('print(\'{{"value": 1, "constraints": {{"a": 2}}}}\')', 1.0, ""),
        ("import sys; sys.exit('it broke')", None, "it ended with status 1: it broke"),
        ("pass", None, "it printed nothing"),
        ("print('many')", None, "its last line is no number: 'many'"),
        ("print('NaN')", None, "it gave nan"),
        ("print('[1]')", None, "it gave no number"),
        ("print('{{}}')", None, "it gave a mapping without `value`"),
    ],
)
def test_a_command_gives_its_last_line(tmp_path: Path, code: str, value: float | None, failure: str) -> None:
    reached = commanded(tmp_path, code)
    assert reached.value == value
    assert failure in reached.failure


def test_a_command_that_hangs_is_ended(tmp_path: Path) -> None:
    assert commanded(tmp_path, "import time; time.sleep(60)", 0.5).failure == "it took more than 0.5 s"


def test_a_command_of_unknown_variables_or_programs_is_an_error(tmp_path: Path) -> None:
    stated = study({"variables": VARIABLES, "minimize": {"command": ["echo", "{z}"]}})
    with pytest.raises(UsageError, match="names no variable"):
        evaluator(stated, tmp_path)
    gone = study({"variables": VARIABLES, "minimize": {"command": ["./no-such-program"]}})
    with pytest.raises(UsageError, match="cannot be run"):
        evaluator(gone, tmp_path).evaluate({"x": 1.0})


def test_a_callers_function_may_fail_too() -> None:
    assert OfFunction(lambda x: 1 / x).evaluate({"x": 0}).failure == "ZeroDivisionError: division by zero"
