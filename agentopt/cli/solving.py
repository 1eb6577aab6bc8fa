"""`agentopt solve` and `agentopt formulate`: from words, a file or standard input."""

from __future__ import annotations

__all__ = ["formulate", "solve"]

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agentopt.cli.options import (
    DataOptions,
    EngineOptions,
    ModelOptions,
    OutputOptions,
    RunOptions,
    VerifyOptions,
    settled,
    spread,
)

if TYPE_CHECKING:
    from agentopt.settings import Settings

_Text = Annotated[
    str,
    typer.Argument(
        metavar="PROBLEM", help="The problem in words, a file with it, or `-` for standard input."
    ),
]


@spread
def solve(
    problem: _Text,
    data: DataOptions,
    model: ModelOptions,
    engine: EngineOptions,
    verify: VerifyOptions,
    runs: RunOptions,
    output: OutputOptions,
) -> int:
    """Solve a problem: words, a file of words, a formulation (.yaml, .json), or a model file (.lp, .mps)."""
    settings = settled(model, engine, verify, runs)
    return _worked("solve", problem, data, settings, output, engine.engine_option)


@spread
def formulate(
    problem: _Text, data: DataOptions, model: ModelOptions, runs: RunOptions, output: OutputOptions
) -> int:
    """Get the formulation of a problem in words, checked and bound to its data, and do not solve it."""
    settings = settled(model, runs)
    return _worked("formulate", problem, data, settings, output, (), until="bind")


def _worked(
    command: str,
    problem: str,
    data: DataOptions,
    settings: Settings,
    output: OutputOptions,
    engine_options: Sequence[str],
    *,
    until: str = "explain",
) -> int:
    from agentopt.agents.context import Problem
    from agentopt.agents.subjects import decoded, read_subject
    from agentopt.cli.working import Work, perform, title_of

    subject = (
        Problem(decoded(sys.stdin.buffer.read(), "standard input"))
        if problem == "-"
        else read_subject(problem)
    )
    file = None if isinstance(subject, Problem) else Path(problem)
    work = Work(
        command, subject, settings, engine_options, until, title_of(subject, Path(problem).stem), file
    )
    return perform(work, data.data, output)
