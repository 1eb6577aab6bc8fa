"""`agentopt synth`: problems in words with their formulation and answer, made from their structure."""

from __future__ import annotations

__all__ = ["app"]

import sys
from pathlib import Path
from typing import Annotated

import typer

from agentopt.cli.options import AsJson
from agentopt.errors import UsageError

app = typer.Typer(no_args_is_help=False, rich_markup_mode=None)

_EVERY = 50
"""Rows between two lines of progress."""


@app.command(help="Make problems: one JSON object a line, the same for the same seed.")
def generate(
    family: Annotated[
        str, typer.Option("--family", metavar="F|all", help="A family of `agentopt synth families`, or all.")
    ] = "all",
    difficulty: Annotated[int, typer.Option("--difficulty", metavar="1-5", help="1 is small and plain.")] = 2,
    number: Annotated[int, typer.Option("--n", metavar="N", help="Problems of each family.")] = 10,
    seed: Annotated[
        int, typer.Option("--seed", metavar="S", help="Of the first problem; the next have S+1, ...")
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.jsonl", help="Write there; by default to standard output."),
    ] = None,
    solve: Annotated[
        bool,
        typer.Option("--solve", help="Solve each; those without an optimum are drawn again and counted."),
    ] = False,
) -> None:
    """Fields: id, family, difficulty, seed, question, formulation, tables, answer, status."""
    from agentopt.display.terminal import write_out
    from agentopt.synthesis.generator import FAMILIES
    from agentopt.synthesis.rows import rows

    if number < 1:
        raise UsageError(f"`--n {number}` makes no problem", hint="give 1 or more")
    if seed < 0:
        raise UsageError(f"`--seed {seed}` is negative", hint="give 0 or more")
    if out is not None and (out.is_dir() or not out.parent.is_dir()):
        raise UsageError(f"{out} cannot be written", hint="name a file in a folder that exists")
    families = list(FAMILIES) if family == "all" else [family]
    count, redrawn = 0, 0
    lines: list[str] = []
    for row in rows(families, difficulty=difficulty, number=number, seed=seed, solved=solve):
        count, redrawn = count + 1, redrawn + row.redrawn
        if out is None:
            write_out(row.line)
        else:
            lines.append(row.line)
        if count % _EVERY == 0:
            print(f"{count} of {number * len(families)} problems", file=sys.stderr)
    if out is not None:
        out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    again = f", {redrawn} drawn again for want of an optimum" if solve else ""
    print(
        f"{count} problems of {len(families)} {'family' if len(families) == 1 else 'families'}{again}",
        file=sys.stderr,
    )


@app.command(help="List the families, and what a higher difficulty means in each.")
def families(as_json: AsJson = False) -> None:
    """Names, what is asked, what grows."""
    from agentopt.display.listing import listing
    from agentopt.synthesis.generator import FAMILIES

    found = [{"name": name, "about": each.about, "harder": each.harder} for name, each in FAMILIES.items()]
    heads = {"name": "family", "about": "what is asked", "harder": "at a higher difficulty"}
    listing(found, heads, as_json=as_json, empty="there are no families")
