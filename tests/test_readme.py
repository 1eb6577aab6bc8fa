"""The README's blocks are run: every console command gives what is shown below it, every Python block holds.

`…` in an expected output stands for anything. The two set-up commands are what the continuous integration
runs, and are only compared with it here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def _commands() -> Iterator[tuple[str, str]]:
    for block in _blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            while command.endswith("\\"):
                more, _, expected = expected.partition("\n")
                command = f"{command[:-1]}{more.strip()}"
            yield command, expected


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    scripts = str(Path(sys.executable).parent)
    return {
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "COLUMNS": "100",
        "LANG": "C.UTF-8",
    }


@pytest.mark.parametrize(
    ("command", "expected"), list(_commands()), ids=lambda text: text.split("\n")[0][:60]
)
def test_a_command_prints_what_the_readme_shows(
    command: str, expected: str, surroundings: dict[str, str]
) -> None:
    done = subprocess.run(
        command, shell=True, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=300
    )
    pattern = ".*".join(map(re.escape, expected.strip().split("…")))
    assert re.fullmatch(pattern, done.stdout.strip(), re.DOTALL), done.stdout + done.stderr


@pytest.mark.parametrize("block", _blocks("python"), ids=lambda text: text.split("\n")[0][:60])
def test_a_python_block_holds(block: str, surroundings: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", block],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


def test_the_continuous_integration_sets_up_as_the_readme_says() -> None:
    (tests,) = [block for block in _blocks("bash") if "pytest" in block]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "pip install -e '.[test]'" in tests
    assert "-e '.[test]'" in script
    assert re.search(r"python -m pytest -n 2$", tests.strip(), re.MULTILINE)
    assert re.search(r'python" -m pytest -n 2$', script, re.MULTILINE)
