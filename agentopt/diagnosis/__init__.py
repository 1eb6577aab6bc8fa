"""Why a model has no answer: conflicts and repairs, directions without end, numbers that are hard."""

from __future__ import annotations

from agentopt.diagnosis.conflicts import Conflict, Conflicts
from agentopt.diagnosis.diagnosing import SECONDS, Diagnosis, diagnose
from agentopt.diagnosis.members import Member
from agentopt.diagnosis.repairs import Change, Repair
from agentopt.diagnosis.telling import told

__all__ = [
    "SECONDS",
    "Change",
    "Conflict",
    "Conflicts",
    "Diagnosis",
    "Member",
    "Repair",
    "diagnose",
    "told",
]
