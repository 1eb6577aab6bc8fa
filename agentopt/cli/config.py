"""`agentopt config`: settings, their values and where each comes from."""

from __future__ import annotations

__all__ = ["app"]

from pathlib import Path

import typer

from agentopt.cli.options import AsJson
from agentopt.display.listing import listing, paragraph
from agentopt.display.terminal import write_out

app = typer.Typer(rich_markup_mode=None)


@app.command(help="Show every setting, its value and where that comes from.")
def show(as_json: AsJson = False) -> None:
    """One line a setting; keys are not among them."""
    from agentopt.settings import load, project_file, user_file

    rows = [
        {
            "name": name,
            "value": _plain(value),
            "origin": str(origin),
            "source": origin.source,
            "place": origin.place,
            "meaning": meaning,
        }
        for name, value, origin, meaning in load().rows()
    ]
    heads = {"name": "setting", "value": "value", "origin": "from", "meaning": "meaning"}
    listing(rows, heads, as_json=as_json, empty="there are no settings")
    if not as_json:
        own = project_file(Path()) or Path("agentopt.toml")
        places = f"{user_file()}, in {own} (this project), as AGENTOPT_NAME, or as an option of a command."
        write_out("\n" + paragraph(f"Set one in {places}"))


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
