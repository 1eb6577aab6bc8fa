"""`agentopt engines`: what solves which class, and what is installed."""

from __future__ import annotations

__all__ = ["app"]

import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from agentopt.cli import completing
from agentopt.cli.options import AsJson
from agentopt.display.listing import bold, card, columns, listing, paragraph, shown
from agentopt.display.terminal import write_json, write_out

if TYPE_CHECKING:
    from agentopt.solvers.card import Card

app = typer.Typer(rich_markup_mode=None)


@app.command("list", help="List the engines: what each solves, and whether it is installed.")
def list_(as_json: AsJson = False) -> None:
    """One line an engine."""
    from agentopt.solvers.registry import cards, engines

    known = cards()
    rows = []
    for name, engine in engines().items():
        about, available = known.get(name), engine.available()
        classes: list[str] = [] if about is None else list(about.priority)
        rows.append(
            {
                "name": name,
                "available": bool(available),
                "version": available.version,
                "classes": classes or sorted(map(str, engine.features)),
                "features": sorted(engine.features),
                "licence": "" if about is None else about.licence,
                "summary": "" if about is None else about.summary,
                "reason": available.reason,
                "fix": available.fix,
                "status": f"version {available.version}" if available else f"missing: {available.fix}",
            }
        )
    heads = {"name": "name", "status": "installed", "classes": "solves"}
    listing(rows, heads, as_json=as_json, empty="there are no engines")


@app.command(help="Show what is known of an engine, with its options.")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", autocompletion=completing.engines)],
    as_json: AsJson = False,
) -> None:
    """The card of an engine."""
    from agentopt.solvers.registry import cards, engine

    found, about = engine(name), cards().get(name)
    available = found.available()
    facts: dict[str, object] = {
        "name": name,
        "available": bool(available),
        "version": available.version,
        "reason": available.reason,
        "fix": available.fix,
        "features": sorted(found.features),
    }
    if as_json:
        write_json({**facts, **({} if about is None else {"card": about.model_dump(mode="json")})})
        return
    status = f"yes, version {available.version}" if available else f"no: {available.reason}"
    lines: dict[str, object] = {"installed": status}
    if not available:
        lines["to install"] = available.fix
    if about is not None:
        lines |= {"licence": about.licence, "homepage": about.homepage}
    lines["features"] = facts["features"]
    write_out(bold(about.title if about is not None else name))
    if about is not None:
        write_out(paragraph(about.summary))
    write_out("\n" + card(lines))
    if about is not None and about.tuned is not None:
        write_out("\n" + paragraph(_tuned(about)))
    if about is not None and about.options:
        rows = [
            [option, _kind(each.type, each.choices), shown(each.default), each.means]
            for option, each in about.options.items()
        ]
        write_out("\n" + columns(["option", "is", "default", "means"], rows))


def _tuned(about: Card) -> str:
    """What the tuned defaults rest on, in a sentence."""
    found = about.tuned
    assert found is not None
    low, high = found.ratio_interval
    return (
        f"Tuned on {found.date} with version {found.engine_version}: {found.measure}, on {found.instances} "
        f"instances it was not tuned on, {found.ratio:.3f} of what it was (95 %: {low:.3f} to {high:.3f}; "
        f"p = {found.p_value:.2g}); run {found.run}."
    )


def _kind(kind: str, choices: tuple[str, ...]) -> str:
    return "\n".join(textwrap.wrap(", ".join(choices), 24)) if choices else kind
