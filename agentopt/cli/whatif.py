"""`agentopt whatif`: a run or a formulation changed, solved again from its answer, and compared."""

from __future__ import annotations

__all__ = ["whatif"]

from pathlib import Path
from typing import Annotated

import typer

from agentopt.cli import completing
from agentopt.cli.options import EngineOptions, OutputOptions, RunOptions, settled, spread

_Source = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        autocompletion=completing.runs,
        help="A run (its name, its beginning or end, `last`), a formulation or model file, example:NAME.",
    ),
]
_Words = Annotated[
    str | None,
    typer.Argument(metavar="[WORDS]", help="What to change, in words; needs a language model (`--model`)."),
]
_Set = Annotated[
    list[str],
    typer.Option("--set", metavar="NAME[KEY]=VALUE", help="Change a number: 300, +10%, or += -= *= /=."),
]
_Force = Annotated[
    list[str], typer.Option("--force", metavar="STATEMENT", help="Fix a decision: x[a]=5, x[a]>=5, open[a].")
]
_Forbid = Annotated[list[str], typer.Option("--forbid", metavar="NAME[KEY]", help="Keep a decision at 0.")]
_Add = Annotated[
    list[str], typer.Option("--add", metavar="CONSTRAINT", help="As in a formulation, `for` included.")
]
_Drop = Annotated[
    list[str], typer.Option("--drop", metavar="NAME[KEY]", help="Leave a constraint out, all or at an index.")
]
_WhyNot = Annotated[
    list[str],
    typer.Option("--why-not", metavar="STATEMENT", help="What it would cost, or what it would contradict."),
]
_Sweep = Annotated[
    str | None,
    typer.Option("--sweep", metavar="NAME[KEY]=FROM:TO:POINTS", help="The objective along a parameter."),
]
_Prices = Annotated[bool, typer.Option("--prices", help="What limits are worth and how far that holds.")]
_Chat = Annotated[bool, typer.Option("--chat", help="A dialogue: a command a line; `help` lists them.")]
_Model = Annotated[
    str | None,
    typer.Option(
        "--model", "-m", metavar="MODEL", help="For WORDS and words in a dialogue: openai:NAME, URL#NAME."
    ),
]
_Data = Annotated[
    list[Path],
    typer.Option("--data", metavar="FILE|DIR", help="Tables of a formulation. Repeatable."),
]


@spread
def whatif(
    source: _Source,
    engine: EngineOptions,
    runs: RunOptions,
    output: OutputOptions,
    words: _Words = None,
    set_: _Set = [],  # noqa: B006 - typer's own
    force: _Force = [],  # noqa: B006
    forbid: _Forbid = [],  # noqa: B006
    add: _Add = [],  # noqa: B006
    drop: _Drop = [],  # noqa: B006
    why_not: _WhyNot = [],  # noqa: B006
    sweep: _Sweep = None,
    prices: _Prices = False,
    chat: _Chat = False,
    model: _Model = None,
    data: _Data = [],  # noqa: B006
) -> int:
    """Change a solved problem, solve it again, and see what is different. All changes are made together."""
    from agentopt.cli.studying import Asked, performed
    from agentopt.whatif.changes import Change, Kind

    given: tuple[tuple[Kind, list[str]], ...] = (
        ("set", set_),
        ("force", force),
        ("forbid", forbid),
        ("add", add),
        ("drop", drop),
    )
    changes = tuple(Change(kind, text) for kind, texts in given for text in texts)
    asked = Asked(source, words or "", changes, tuple(why_not), sweep, prices, chat, model, tuple(data))
    return performed(asked, settled(engine, runs), engine.engine_option, output)
