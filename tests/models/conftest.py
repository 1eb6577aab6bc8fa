"""A loopback server, endpoints that do not wait long, and a home of one's own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agentopt.models.base import Message, Request, Sampling
from agentopt.models.openai import Endpoint
from agentopt.models.retries import Patience
from tests.models.loopback import Loopback, serve

QUICK = Patience(
    connect_seconds=20, attempt_seconds=60, call_seconds=90, max_retries=4, first_delay=0.01, max_delay=0.05
)


def ask(text: str, **changes: Any) -> Request:
    """A request of one user message; sampling fields are taken out of the changes."""
    sampling = {name: changes.pop(name) for name in list(changes) if name in Sampling.__dataclass_fields__}
    return Request((Message("user", text),), Sampling(**sampling), **changes)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No key, price or probe of whoever runs the tests is seen."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in (
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "AGENTOPT_API_KEY",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serve() as state:
        yield state


@pytest.fixture
def endpoint(server: Loopback) -> Iterator[Callable[..., Endpoint]]:
    made: list[Endpoint] = []

    def make(**settings: Any) -> Endpoint:
        settings = {"patience": QUICK, "rng": random.Random(0), **settings}
        made.append(
            Endpoint(settings.pop("address", server.address), settings.pop("model", "tiny"), **settings)
        )
        return made[-1]

    yield make
    for each in made:
        each.close()
