"""`agentopt prompts`: the files that steer the agents."""

from __future__ import annotations

__all__ = ["app"]

import difflib
from pathlib import Path
from typing import Annotated

import typer

from agentopt.cli import completing
from agentopt.cli.options import AsJson
from agentopt.display.listing import listing
from agentopt.display.terminal import write_json, write_out
from agentopt.errors import PromptError

app = typer.Typer(rich_markup_mode=None)

_Name = Annotated[
    str, typer.Argument(metavar="NAME", autocompletion=completing.prompts, help="As `direct/formulate`.")
]
_Folder = Annotated[
    Path | None,
    typer.Option("--prompts", metavar="DIR", help="Prompt files that override the shipped ones."),
]


def _folders(given: Path | None) -> list[Path]:
    from agentopt.assets import folders
    from agentopt.settings import load

    return folders("prompts", load({"prompts": given}).prompts)


@app.command("list", help="List the prompts, and the file each is read from.")
def list_(prompts: _Folder = None, as_json: AsJson = False) -> None:
    """One line a prompt."""
    from agentopt.prompts import catalog

    rows = [
        {
            "name": each.name,
            "description": each.description,
            "output": each.output,
            "inputs": list(each.inputs),
            "slots": list(each.slots),
            "path": str(each.path),
            "shadows": [str(path) for path in each.shadows],
            "changed": bool(each.shadows),
            "id": each.id,
        }
        for each in catalog(_folders(prompts))
    ]
    heads = {"name": "name", "changed": "changed", "description": "what it is for"}
    listing(rows, heads, as_json=as_json, empty="there are no prompts")


@app.command(help="Show a prompt as its file has it.")
def show(name: _Name, prompts: _Folder = None, as_json: AsJson = False) -> None:
    """The file, after its place."""
    from agentopt.prompts import load

    prompt = load(name, _folders(prompts))
    text = prompt.path.read_text(encoding="utf-8")
    if as_json:
        write_json(
            {
                "name": prompt.name,
                "path": str(prompt.path),
                "id": prompt.id,
                "output": prompt.output,
                "description": prompt.description,
                "inputs": dict(prompt.inputs),
                "slots": dict(prompt.slots),
                "text": text,
            }
        )
    else:
        typer.echo(f"{prompt.path}\n", err=True)
        write_out(text)


@app.command(help="Show how the prompt in use differs from the shipped one.")
def diff(name: _Name, prompts: _Folder = None, as_json: AsJson = False) -> None:
    """A unified diff; nothing where they are the same."""
    from agentopt.assets import shipped
    from agentopt.prompts import source

    used = source(name, _folders(prompts))
    try:
        original = source(name, [shipped("prompts")])
    except PromptError:
        raise PromptError(
            f"`{name}` is not a shipped prompt; it is {used}", hint=f"see `agentopt prompts show {name}`"
        ) from None
    lines = list(
        difflib.unified_diff(
            original.read_text(encoding="utf-8").splitlines(keepends=True),
            used.read_text(encoding="utf-8").splitlines(keepends=True),
            str(original),
            str(used),
        )
    )
    if as_json:
        write_json({"name": name, "shipped": str(original), "used": str(used), "diff": "".join(lines)})
    elif lines:
        write_out("".join(lines))
