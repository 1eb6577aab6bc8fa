"""Language models: a batch in, a batch out; endpoints, scripts, recordings and their wrappers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentopt.models.base import Message, Model, Reply, Request, Sampling, Usage, Watch
    from agentopt.models.cache import Cached
    from agentopt.models.capabilities import Capabilities
    from agentopt.models.metered import Metered
    from agentopt.models.openai import Endpoint
    from agentopt.models.recorded import Recorded, Replayed
    from agentopt.models.registry import connect
    from agentopt.models.retries import Patience
    from agentopt.models.scripted import Scripted

__all__ = [
    "Cached",
    "Capabilities",
    "Endpoint",
    "Message",
    "Metered",
    "Model",
    "Patience",
    "Recorded",
    "Replayed",
    "Reply",
    "Request",
    "Sampling",
    "Scripted",
    "Usage",
    "Watch",
    "connect",
]

_HOMES = {
    **dict.fromkeys(("Message", "Model", "Reply", "Request", "Sampling", "Usage", "Watch"), "base"),
    "Cached": "cache",
    "Capabilities": "capabilities",
    "Endpoint": "openai",
    "Metered": "metered",
    "Patience": "retries",
    "Recorded": "recorded",
    "Replayed": "recorded",
    "Scripted": "scripted",
    "connect": "registry",
}


def __getattr__(name: str) -> object:
    """Import the module of a public name when it is first asked for."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"agentopt.models.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
