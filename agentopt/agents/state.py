"""The state of a solve between nodes: primitives only, so a checkpoint can be read by any later version.

Large things (arrays, solutions) are not in it; `agentopt.agents.session` keeps them, and makes them again
after a resume. Nodes return an `Update`, a mapping of some of these fields; unknown or ill-typed ones are an
error at once.
"""

from __future__ import annotations

__all__ = ["NumberRead", "Opinion", "Reason", "State", "Update", "applied"]

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Reason = Literal[
    "reply",
    "check",
    "binding",
    "compiling",
    "coverage",
    "engine",
    "program",
    "infeasible",
    "unbounded",
    "falsified",
    "judged",
    "cross-check",
]
"""Why a formulation is sent back: where it was found wanting."""

Update = dict[str, object]


class Attempt(BaseModel):
    """A formulation that got as far as a solution, with what is known of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    formulation: dict[str, JsonValue]
    solution: str
    certificate: dict[str, JsonValue] | None = None


class NumberRead(BaseModel):
    """How the built-in reader read one number.

    Attributes:
        number: as written; empty for one of an attached table.
        meaning: what it was read as, or that it is no data, or that it was not used.
        place: the words around it, or the table and cell.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: str
    meaning: str
    place: str


class Opinion(BaseModel):
    """What the built-in reader makes of a text.

    Attributes:
        verdict: `solve`, `check` (answered, and the reading is to be checked) or `decline`.
        family: the class of problem it was taken for; empty if for none.
        reasons: why not `solve`.
        account: every number of the text, and those of tables that were used.
        partial: the best reading of a text that is not solved.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    verdict: Literal["solve", "check", "decline"]
    family: str = ""
    reasons: list[str] = Field(default_factory=list)
    account: list[NumberRead] = Field(default_factory=list)
    partial: dict[str, JsonValue] | None = None


class State(BaseModel):
    """Everything a node may read and write.

    Attributes:
        calls: model calls made before the current node: the ordinal of its next one.
        tables: the attached tables, described for the prompts.
        numbers: the numbers found in the text, for the prompts.
        answers: questions put to the person and what was answered.
        draft: working text of a strategy (five elements in words, an analysis of what is wrong).
        reply: the model's last reply, kept when no formulation could be read from it.
        formulation: the current formulation.
        findings: what is wrong with it, in words the model can act on, and `reason`, where that was found.
        repairs: how often it was mended.
        settled: reasons that are not raised a second time.
        solution: the key of the current solution, kept by the session.
        kept: the last attempt that was solved, should a later one come to nothing.
        program: of a strategy in which the model writes one, the program the formulation was taken from.
        claimed: the objective value that its own solver gave.
        stopped: why no further repair is made.
        consulted: what the built-in reader makes of the text, where it was asked to read it.
        agreed: whether it comes to the same optimum as the model's formulation.
        done: whether the graph came to its end.
    """

    model_config = ConfigDict(extra="forbid")

    calls: int = 0
    tables: str = ""
    numbers: str = ""
    answers: list[tuple[str, str]] = Field(default_factory=list)
    draft: str = ""
    reply: str = ""
    formulation: dict[str, JsonValue] | None = None
    findings: list[str] = Field(default_factory=list)
    reason: Reason | None = None
    repairs: int = 0
    settled: list[Reason] = Field(default_factory=list)
    solution: str | None = None
    certificate: dict[str, JsonValue] | None = None
    kept: dict[str, JsonValue] | None = None
    warnings: list[str] = Field(default_factory=list)
    program: str = ""
    claimed: float | None = None
    stopped: str = ""
    consulted: Opinion | None = None
    agreed: bool = False
    done: bool = False


def applied(state: State, update: Mapping[str, object]) -> State:
    """The state after a node, checked: an unknown field or a wrong type is an error here, not later."""
    return State.model_validate({**state.model_dump(), **update})
