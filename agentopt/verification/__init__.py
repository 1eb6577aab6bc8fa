"""Independent verification of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentopt.verification.verifier import verify

__all__ = ["verify"]


def __getattr__(name: str) -> object:
    """Import the verifier when it is first asked for."""
    if name == "verify":
        from agentopt.verification.verifier import verify

        return verify
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
