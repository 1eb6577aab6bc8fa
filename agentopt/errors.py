"""The tree of errors a user can meet: each says what is wrong, where, and what to type.

Only the command line turns these into text; everything below raises the narrowest one that fits.
"""

from __future__ import annotations

__all__ = [
    "AgentoptError",
    "AvailabilityError",
    "BindingError",
    "BudgetExceeded",
    "CompileError",
    "EngineError",
    "ExpressionError",
    "FormulationError",
    "ModelError",
    "PromptError",
    "ReplyError",
    "RunError",
    "SettingsError",
    "UsageError",
    "nearest",
]

from collections.abc import Iterable
from difflib import get_close_matches


class AgentoptError(Exception):
    """Any error about what the user gave or what the surroundings lack.

    Attributes:
        message: what is wrong and where, with the value found and what was expected.
        hint: something the user can type or change; empty when there is nothing to suggest.
        exit_code: the exit status of the command line (2 usage, 3 something is missing, 1 negative answer).
    """

    exit_code: int = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(AgentoptError):
    """A command or call was given arguments that make no sense together."""


class SettingsError(AgentoptError):
    """A configuration file or environment variable holds an unknown or ill-typed value."""


class FormulationError(AgentoptError):
    """A formulation is not well formed: unknown fields, names, indices, types or units."""


class ExpressionError(FormulationError):
    """An expression does not parse or uses something outside the language.

    Attributes:
        position: 0-based offset into the expression's text, or None.
    """

    def __init__(self, message: str, *, hint: str = "", position: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.position = position


class BindingError(AgentoptError):
    """Data does not fit the formulation; the message names file, row, column and value."""


class CompileError(AgentoptError):
    """A bound formulation cannot be turned into arrays (for instance, no finite big-M can be proven)."""


class EngineError(AgentoptError):
    """An engine was asked for something it cannot do, or failed."""


class AvailabilityError(EngineError):
    """A needed engine, server or package is not there."""

    exit_code = 3


class ModelError(AgentoptError):
    """A language model could not be reached or refused the request."""

    exit_code = 3


class ReplyError(AgentoptError):
    """A language model's reply is not what was asked for, after every permitted repair."""

    exit_code = 1


class BudgetExceeded(AgentoptError):  # noqa: N818 - it is a limit that was reached, not a fault
    """A call would exceed the budget; nothing was sent."""

    exit_code = 1


class PromptError(AgentoptError):
    """A prompt file is malformed, missing, or rendered without one of its inputs."""


class RunError(AgentoptError):
    """A run folder is missing, locked by another process, or damaged."""


def nearest(name: str, known: Iterable[str]) -> str:
    """A `did you mean` hint for a misspelt name, or the empty string.

    >>> nearest("demnd", ["demand", "supply"])
    'did you mean `demand`?'
    """
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    if not found:
        folded = {k.casefold(): k for k in known}
        found = [folded[name.casefold()]] if name.casefold() in folded else []
    return f"did you mean `{found[0]}`?" if found else ""
