"""Arrays from bound formulations; LP, MPS and Pyomo views of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentopt.compiling.compiler import compile_instance
    from agentopt.compiling.files import export, read

__all__ = ["compile_instance", "export", "read"]

_HOMES = {"compile_instance": "compiler", "export": "files", "read": "files"}


def __getattr__(name: str) -> object:
    """Import the module of a public name when it is first asked for."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"agentopt.compiling.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
