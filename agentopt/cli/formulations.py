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
        help="A .yaml, .json, .lp or .mps file (also .gz), a folder with formulation.yaml, or example:NAME.",
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
    from agentopt.agents.subjects import formulation_file, is_model_file, read_subject
    from agentopt.cli.working import Work, perform, title_of

    path = formulation_file(file)
    subject = read_subject(path)
    settings = settled(engine, verify, runs)
    work = Work(
        "formulation solve",
        subject,
        settings,
        engine.engine_option,
        title=title_of(subject, path.stem),
        file=path if is_model_file(path) else None,
    )
    return perform(work, data.data, output)


@app.command(help="Find what is wrong with a formulation and its data.")
@spread
def check(file: _File, data: DataOptions, json: AsJson = False) -> int:
    """Without data first; then bound to its tables and compiled."""
    from agentopt.agents.subjects import formulation_file, read_subject
    from agentopt.cli.checking import checked

    found = checked(read_subject(formulation_file(file)), data.data)
    if json:
        write_json(found.as_json())
    else:
        write_out(found.as_text())
    return 0 if found.ok else 1


@app.command(help="Show a formulation as mathematics.")
def show(
    file: _File,
    form: Annotated[
        Literal["text", "latex", "html", "yaml", "json"], typer.Option("--as", help="How it is written.")
    ] = "text",
    as_json: AsJson = False,
) -> None:
    """The formulation itself, without the numbers of its tables."""
    from agentopt.api import load_formulation
    from agentopt.formulation import render
    from agentopt.formulation.io import dumps

    formulation = load_formulation(file)
    match "json" if as_json else form:
        case "latex":
            write_out(render.latex(formulation))
        case "html":
            write_out(render.html(formulation))
        case "yaml":
            write_out(dumps(formulation))
        case "json":
            write_out(dumps(formulation, "json"))
        case _:
            write_out(render.text(formulation))


@app.command(help="Write it as .lp, .mps (also .gz), .nl, Pyomo (.py), .yaml, .json.")
@spread
def export(
    file: _File,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Its suffix says what is written.")],
    data: DataOptions,
    json: AsJson = False,
) -> None:
    """Write a file."""
    from agentopt.agents.subjects import formulation_file
    from agentopt.api import export as write

    if out.is_dir() or not out.parent.is_dir():
        what = "is a folder" if out.is_dir() else f"cannot be written: there is no folder {out.parent}"
        raise UsageError(f"{out} {what}", hint="name a file in a folder that exists")
    written = write(formulation_file(file), out, data=list(data.data))
    if json:
        write_json({"file": str(written), "bytes": written.stat().st_size})
    else:
        write_out(str(written))


@app.command(help="Print the JSON schema of formulations.")
def schema(
    decoding: Annotated[
        bool, typer.Option("--decoding", help="The one that constrains what a language model writes.")
    ] = False,
    as_json: AsJson = True,
) -> None:
    """For editors, and for servers that decode by a schema."""
    from agentopt.formulation.schema import decoding_schema, json_schema

    write_json(decoding_schema() if decoding else json_schema())
