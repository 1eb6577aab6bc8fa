"""One sandbox for all tests; where the kernel has none, what needs it is skipped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agentopt.sandbox import Sandbox, availability


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    reason = availability()
    if reason:
        pytest.skip(reason)
    with Sandbox() as made:
        yield made
