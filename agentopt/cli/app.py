"""The commands as typer knows them: those not asked for are only their names and a line of help."""

from __future__ import annotations

__all__ = ["build", "run"]

import os
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

import agentopt
from agentopt.cli.main import COMMANDS
from agentopt.display.terminal import write_out
from agentopt.errors import UsageError, nearest

# A line with a backspace keeps what follows from being wrapped.
_HELP = """Solve optimization problems stated in words.

\b
  agentopt "A loaf earns $2 and takes 15 minutes ..."      short problems: no model needed
  agentopt "I bake bread and cake ..." --model URL#NAME --data recipes.csv
  agentopt formulation solve example:bakery
  agentopt doctor                                          is everything in place?
"""
_EPILOG = (
    "Exit status: 0 done, 1 negative or no answer, 2 usage, 3 missing server or engine, 130 interrupted."
)


def run(arguments: Sequence[str]) -> int:
    """Run a command; its exit status.

    Raises:
        UsageError: typer cannot make sense of the arguments.
    """
    completing = any(name.startswith("_AGENTOPT") and name.endswith("COMPLETE") for name in os.environ)
    app = build(None if completing else arguments[0])
    try:
        status = app(args=list(arguments), prog_name="agentopt", standalone_mode=False)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except typer.TyperException as error:
        raise _understood(error) from None
    return status if isinstance(status, int) else 0


def build(only: str | None = None) -> typer.Typer:
    """The application; with `only`, whole for one command."""
    app = typer.Typer(
        help=_HELP,
        epilog=_EPILOG,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_top)
    for name, command in COMMANDS.items():
        if only in (None, name):
            module = import_module(f"agentopt.cli.{command.module}")
            if command.is_group:
                app.add_typer(module.app, name=name, help=command.help)
            else:
                app.command(name, help=command.help)(getattr(module, name))
        else:
            app.command(name, help=command.help)(_elsewhere)
    return app


def _elsewhere() -> None:
    """Stands in a listing for a command that is not run."""


def _version(wanted: bool) -> None:
    if wanted:
        write_out(f"agentopt {agentopt.__version__}")
        raise typer.Exit


def _top(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,
) -> None:
    """What stands before the command."""


def _understood(error: typer.TyperException) -> UsageError:
    """What typer found wrong, in the words of the other errors."""
    message = error.format_message().rstrip(".")
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "agentopt"
    option = getattr(error, "option_name", "")
    hint = f"see `{path} --help`"
    if option and message.startswith("No such option"):
        known = [name for each in context.command.params for name in each.opts] if context else []
        message = f"`{path}` has no option `{option}`"
        hint = nearest(option, known) or hint
    elif "Did you mean" in message:
        message, _, guess = message.partition(". Did you mean ")
        hint = f"did you mean {guess.rstrip('?')}?".replace("'", "`")
    elif message.startswith("Missing command"):
        message = f"`{path}` is followed by a command"
    return UsageError(f"{message[:1].lower()}{message[1:]}".replace("'", "`"), hint=hint)
