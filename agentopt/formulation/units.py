"""Units."""

from __future__ import annotations

from agentopt.formulation.diagnostics import Diagnostic
from agentopt.formulation.resolve import Parsed


def check_units(parsed: Parsed) -> list[Diagnostic]:
    """Units."""
    return []
