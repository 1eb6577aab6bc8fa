"""The console script in processes of its own, in a home of its own; problems to give it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(sys.executable).parent / "agentopt"
_KEPT = ("PATH", "LANG", "SYSTEMROOT", "PYTHONPATH")
TEXT = (
    "A chair earns 30 dollars and takes 2 boards, a table earns 50 dollars and takes 4 boards. "
    "There are 100 boards. How many of each should be made?"
)
JOINERY: dict[str, Any] = {
    "title": "Chairs and tables",
    "variables": [
        {"name": "chairs", "domain": "integer", "meaning": "chairs made"},
        {"name": "tables", "domain": "integer"},
    ],
    "parameters": [
        {"name": "chair_profit", "value": 30, "quote": "30 dollars"},
        {"name": "table_profit", "value": 50, "quote": "50 dollars"},
        {"name": "chair_boards", "value": 2, "quote": "2 boards"},
        {"name": "table_boards", "value": 4, "quote": "4 boards"},
        {"name": "boards", "value": 100, "quote": "100 boards", "role": "capacity"},
    ],
    "objective": {"maximize": "chair_profit*chairs + table_profit*tables"},
    "constraints": [{"name": "wood", "that": "chair_boards*chairs + table_boards*tables <= boards"}],
}


@dataclass(frozen=True)
class Done:
    """What came of a process."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Home:
    """A place without settings, runs or keys of whoever runs the tests."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in _KEPT}
        return {**kept, "HOME": str(self.folder), "COLUMNS": "100", "PYTHONDONTWRITEBYTECODE": "1"}

    @property
    def runs(self) -> Path:
        return self.folder / ".local/share/agentopt/runs"

    def agentopt(
        self,
        *arguments: str | Path,
        input: str | bytes = b"",
        environment: Mapping[str, str | None] | None = None,
        timeout: float = 120,
    ) -> Done:
        """Run the console script to its end; in `environment`, None takes a variable away."""
        changed = {**self.environment, **(environment or {})}
        given = input.encode() if isinstance(input, str) else input
        done = subprocess.run(
            [SCRIPT, *map(str, arguments)],
            input=given,
            capture_output=True,
            env={name: value for name, value in changed.items() if value is not None},
            cwd=self.folder,
            timeout=timeout,
            check=False,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return Done(
            done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        )

    def start(self, *arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
        """Begin it, to be watched or stopped."""
        return subprocess.Popen(
            [SCRIPT, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
            cwd=self.folder,
            **options,
        )

    def write(self, name: str, content: object) -> Path:
        """A file: text as it stands, anything else as JSON."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    def script(self, *replies: object, name: str = "replies.json") -> str:
        """A scripted model that gives each reply once to prompts for a formulation or a repair."""
        texts = [reply if isinstance(reply, str) else json.dumps(reply) for reply in replies]
        return f"scripted:{self.write(name, texts)}"

    def last_run(self) -> Path:
        return max(self.runs.iterdir(), key=lambda path: path.stat().st_mtime_ns)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def hard(home: Home) -> Path:
    """Market split (Cornuéjols and Dawande): an incumbent at once, an optimum nobody waits for."""
    rng = random.Random(5)
    weights: Sequence[Sequence[int]] = [[rng.randint(0, 99) for _ in range(40)] for _ in range(5)]
    return home.write(
        "split.json",
        {
            "title": "Split markets",
            "sets": {"I": {"first": 1, "last": 5}, "J": {"first": 1, "last": 40}},
            "parameters": {
                "a": {"over": ["I", "J"], "values": weights},
                "half": {"over": ["I"], "values": [sum(row) // 2 for row in weights]},
            },
            "variables": {
                "x": {"over": "J", "domain": "binary"},
                "over": {"over": "I"},
                "under": {"over": "I"},
            },
            "objective": {"minimize": "sum(over[i] + under[i] for i in I)"},
            "constraints": {
                "split": {
                    "for": "i in I",
                    "that": "sum(a[i,j]*x[j] for j in J) + under[i] - over[i] == half[i]",
                }
            },
        },
    )
