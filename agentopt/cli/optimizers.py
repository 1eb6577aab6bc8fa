"""`agentopt optimizers`: what improves texts, what each needs, and which source it follows."""

from __future__ import annotations

__all__ = ["app"]

from typing import Annotated

import typer

from agentopt.cli import completing
from agentopt.cli.options import AsJson
from agentopt.display.listing import bold, card, columns, listing, paragraph, shown
from agentopt.display.terminal import write_json, write_out

app = typer.Typer(rich_markup_mode=None)


@app.command("list", help="List the optimizers: what each does and needs.")
def list_(as_json: AsJson = False) -> None:
    """One line an optimizer."""
    from agentopt.optimizers.registry import cards

    rows = [
        {
            "name": each.name,
            "needs": list(each.needs),
            "summary": each.summary,
            "source": each.source,
            "departs": each.departs,
        }
        for each in cards().values()
    ]
    heads = {"name": "name", "needs": "needs", "summary": "what it does"}
    listing(rows, heads, as_json=as_json, empty="there are no optimizers")


@app.command(help="Show what is known of an optimizer, with its settings.")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", autocompletion=completing.optimizers)],
    as_json: AsJson = False,
) -> None:
    """The card of an optimizer."""
    from agentopt.optimizers.registry import card as card_of

    found = card_of(name)
    if as_json:
        settings = {each.name: {"default": each.default, "means": each.means} for each in found.settings}
        write_json(
            {
                "name": found.name,
                "summary": found.summary,
                "source": found.source,
                "needs": list(found.needs),
                "departs": found.departs,
                "settings": settings,
            }
        )
        return
    write_out(bold(found.name))
    write_out(paragraph(found.summary))
    lines = {"needs": list(found.needs), "source": found.source, "departs": found.departs or "nowhere"}
    write_out("\n" + card(lines))
    rows = [[each.name, shown(each.default), each.means] for each in found.settings]
    write_out("\n" + columns(["setting", "default", "means"], rows))
