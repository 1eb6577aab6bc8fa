"""Language-model agents that solve optimization problems stated in words.

    import agentopt

    answer = agentopt.solve("example:bakery")
    print(answer.explanation)

Names are imported when first used, so that `import agentopt` is quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentopt.agents.answer import Answer
    from agentopt.api import formulate, solve
    from agentopt.asking import blackbox, diagnose, what_if
    from agentopt.budget import Budget
    from agentopt.errors import AgentoptError
    from agentopt.formulation.elements import Formulation

__all__ = [
    "AgentoptError",
    "Answer",
    "Budget",
    "Formulation",
    "__version__",
    "blackbox",
    "diagnose",
    "formulate",
    "solve",
    "what_if",
]

__version__ = "0.1.0"

_HOMES = {
    "AgentoptError": "errors",
    "Answer": "agents.answer",
    "Budget": "budget",
    "Formulation": "formulation.elements",
    "blackbox": "asking",
    "diagnose": "asking",
    "formulate": "api",
    "solve": "api",
    "what_if": "asking",
}


def __getattr__(name: str) -> object:
    """Import the module of a public name when it is first asked for."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"agentopt.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
