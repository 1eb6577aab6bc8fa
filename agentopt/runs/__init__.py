"""Run folders: what a command was given, what happened, and what came of it, kept so that it can go on."""

from __future__ import annotations

__all__ = ["Entry", "Manifest", "Run", "Status", "Summary", "find", "listed"]

from agentopt.runs.journal import Entry
from agentopt.runs.listing import Summary, find, listed
from agentopt.runs.manifest import Manifest, Status
from agentopt.runs.run import Run
