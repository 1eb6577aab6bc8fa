"""A scripted model, a problem with its right formulation, and contexts around them."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agentopt.agents import Context, Event
from agentopt.models.base import Reply, Request, Usage

ROOT = Path(__file__).parents[2]
PROMPTS = ROOT / "prompts"
BENCHMARKS = Path(os.environ.get("AGENTOPT_BENCHMARKS") or ROOT.parent / "shared" / "benchmarks")
"""Benchmark rows, which are not in this repository: tests that need them are skipped without."""

TEXT = (
    "A joinery makes benches and shelves. A bench earns $50 and takes 4 hours; a shelf earns $30 and takes 2 "
    "hours. There are 40 hours. No more than 12 shelves can be sold. What earns most?"
)
OPTIMUM = 560.0
"""4 benches at 50 and 12 shelves at 30."""


def joinery(**changes: object) -> dict[str, object]:
    """The right formulation of `TEXT`, with some top-level fields changed."""
    return {
        "title": "Benches and shelves",
        "sets": [{"name": "PIECES", "elements": ["bench", "shelf"]}],
        "parameters": [
            {"name": "earn", "over": ["PIECES"], "role": "reward", "values": [["bench", 50], ["shelf", 30]]},
            {"name": "hours", "over": ["PIECES"], "role": "rate", "values": [["bench", 4], ["shelf", 2]]},
            {"name": "time", "value": 40, "role": "capacity", "quote": "There are 40 hours"},
            {"name": "sold", "value": 12, "role": "capacity", "quote": "No more than 12 shelves"},
        ],
        "variables": [{"name": "make", "over": ["PIECES"], "domain": "integer", "meaning": "pieces made"}],
        "objective": {"maximize": "sum(earn[p]*make[p] for p in PIECES)", "unit": "dollar"},
        "constraints": [
            {"name": "workshop", "that": "sum(hours[p]*make[p] for p in PIECES) <= time"},
            {"name": "market", "that": 'make["shelf"] <= sold'},
        ],
        **changes,
    }


def broken(that: str) -> dict[str, object]:
    """The formulation with its first constraint stated otherwise."""
    right = joinery()
    constraints = right["constraints"]
    assert isinstance(constraints, list)
    return {**right, "constraints": [{"name": "workshop", "that": that}, constraints[1]]}


Answer = str | dict[str, object] | Exception | Callable[[Request], "str | dict[str, object]"]


@dataclass
class Script:
    """Answers prompts by component, in order; the last answer of a component is given again."""

    answers: dict[str, Sequence[Answer]]
    name: str = "scripted"
    asked: list[Request] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def generate(self, requests: Sequence[Request]) -> list[Reply]:
        return [self._one(request) for request in requests]

    def _one(self, request: Request) -> Reply:
        component = request.component.split("/")[-1]
        with self.lock:
            place = sum(r.component.split("/")[-1] == component for r in self.asked)
            self.asked.append(request)
        listed = self.answers[component]
        answer = listed[min(place, len(listed) - 1)]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            answer = answer(request)
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return Reply(text, Usage(prompt_tokens=100, completion_tokens=10, dollars=0.01))

    @property
    def components(self) -> list[str]:
        return [request.component for request in self.asked]


@dataclass(frozen=True)
class Folder:
    """A run folder and nothing else."""

    folder: Path


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def make_context(events: list[Event]) -> Callable[..., Context]:
    def make(model: object = None, **changes: object) -> Context:
        settings = {"prompts": (PROMPTS,), "on_event": events.append, "battery": False, **changes}
        return Context(model=model, **settings)

    return make
