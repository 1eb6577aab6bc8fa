"""`agentopt formulation`: what can be done with a formulation or model file without a language model."""

from __future__ import annotations

__all__ = ["app"]

from pathlib import Path
from typing import Annotated, Literal

import typer

from agentopt.cli import completing
from agentopt.cli.options import (
    AsJson,
    DataOptions,
    EngineOptions,
    OutputOptions,
    RunOptions,
    VerifyOptions,
    settled,
    spread,
)
from agentopt.display.terminal import write_json, write_out
from agentopt.errors import UsageError

app = typer.Typer(no_args_is_help=False, rich_markup_mode=None)

_File = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        autocompletion=completing.examples,
        help="A .yaml, .json, .lp or .mps file (also .gz), a folder with a formulation.yaml, or example:NAME.",
    ),
]


@app.command(help="Solve a formulation or model file.")
@spread
def solve(
    file: _File,
    data: DataOptions,
    engine: EngineOptions,
    verify: VerifyOptions,
    runs: RunOptions,
    output: OutputOptions,
) -> int:
    """Bind, compile, solve, verify, explain."""
    from agentopt.agents.subjects import formulation_file, read_subject
    from agentopt.cli.working import Work, perform, title_of

    path = formulation_file(file)
    subject = read_subject(path)
    settings = settled(engine, verify, runs)
    work = Work(
        "formulation solve", subject, settings, engine.engine_option, title=title_of(subject, path.stem)
    )
    return perform(work, data.data, output)
