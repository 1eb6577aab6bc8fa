"""The options of commands, as data: each group is a dataclass whose fields are annotated as typer wants them.

`spread` turns a function of such groups into one typer can read, with every field an option of its own, so
that an option is declared once however many commands have it.
"""

from __future__ import annotations

__all__ = [
    "AsJson",
    "DataOptions",
    "EngineOptions",
    "ModelOptions",
    "OutputOptions",
    "RunOptions",
    "VerifyOptions",
    "assigned",
    "given_settings",
    "settled",
    "spread",
]

import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import typer

from agentopt.cli import completing
from agentopt.errors import UsageError

if TYPE_CHECKING:
    from agentopt.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True)
class DataOptions:
    """What a problem is solved with."""

    data: Annotated[
        list[Path],
        typer.Option("--data", metavar="FILE|DIR", help="Tables the problem refers to. Repeatable."),
    ] = field(default_factory=list)


@dataclass(frozen=True)
class ModelOptions:
    """How a problem in words becomes a formulation."""

    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            metavar="MODEL",
            autocompletion=completing.models,
            help="builtin, or a language model: openai:NAME, URL#NAME, ...; or both: builtin,URL#NAME.",
        ),
    ] = None
    strategy: Annotated[
        str | None,
        typer.Option(
            "--strategy",
            metavar="NAME",
            autocompletion=completing.strategies,
            help="How the model is asked; see `agentopt strategies`.",
        ),
    ] = None
    prompts: Annotated[
        Path | None,
        typer.Option("--prompts", metavar="DIR", help="Prompt files that override the shipped ones."),
    ] = None
    budget: Annotated[
        str | None,
        typer.Option(
            "--budget", metavar="CAPS", help="What the model may cost: calls=20,tokens=1M,dollars=2,time=10m."
        ),
    ] = None
    vote: Annotated[
        str | None, typer.Option("--vote", metavar="N", help="Draw N formulations and vote over them.")
    ] = None
    ask: Annotated[bool, typer.Option("--ask", help="Ask you where the answer would change the model.")] = (
        False
    )
    cross_check: Annotated[
        str | None,
        typer.Option(
            "--cross-check", metavar="builtin", help="Compare with what the built-in reader comes to."
        ),
    ] = None
    unsafe: Annotated[
        bool,
        typer.Option(
            "--unsafe", help="Run programs a model writes without a sandbox where the system has none."
        ),
    ] = False
    cache: Annotated[
        bool | None, typer.Option("--cache/--no-cache", help="Keep replies, and do not pay for them twice.")
    ] = None


@dataclass(frozen=True)
class EngineOptions:
    """What solves the formulation, and where it must stop."""

    engine: Annotated[
        str | None,
        typer.Option(
            "--engine",
            metavar="NAME",
            autocompletion=completing.engines,
            help="Instead of choosing by class; see `agentopt engines list`.",
        ),
    ] = None
    engine_option: Annotated[
        list[str],
        typer.Option("--engine-option", metavar="NAME=VALUE", help="An option of the engine. Repeatable."),
    ] = field(default_factory=list)
    time_limit: Annotated[
        str | None, typer.Option("--time-limit", metavar="TIME", help="Of the engine: 90, 10m, 1h30m.")
    ] = None
    mip_gap: Annotated[
        str | None,
        typer.Option("--mip-gap", metavar="GAP", help="Relative gap at which an answer is good enough."),
    ] = None
    threads: Annotated[str | None, typer.Option("--threads", metavar="N", help="Of the engine.")] = None
    memory_limit: Annotated[
        str | None, typer.Option("--memory-limit", metavar="SIZE", help="Of the engine: 500M, 8G.")
    ] = None


@dataclass(frozen=True)
class VerifyOptions:
    """How the answer is tested, and what random choices start from."""

    seed: Annotated[
        str | None, typer.Option("--seed", metavar="N", help="Of sampling and of the tests of the answer.")
    ] = None
    battery: Annotated[
        bool | None,
        typer.Option("--battery/--no-battery", help="Run the tests that could refute the model."),
    ] = None


@dataclass(frozen=True)
class RunOptions:
    """Where what happens is kept."""

    runs: Annotated[
        Path | None,
        typer.Option("--runs", "--run-dir", metavar="DIR", help="Where the folders of runs are kept."),
    ] = None


@dataclass(frozen=True)
class OutputOptions:
    """What is printed and written."""

    json: AsJson = False
    out: Annotated[
        list[Path],
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Also write the answer (.json, .csv, .html) or the model (.yaml, .lp, .mps). Repeatable.",
        ),
    ] = field(default_factory=list)
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False


T = TypeVar("T")


def spread(function: Callable[..., T]) -> Callable[..., T]:
    """The function with every dataclass among its parameters replaced by that class's fields."""
    hints = get_type_hints(function, include_extras=True)
    groups = {
        name: hint
        for name, hint in hints.items()
        if name != "return" and is_dataclass(hint) and isinstance(hint, type)
    }
    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in groups:
            parameters += _fields(groups[parameter.name])
        else:
            parameters.append(
                parameter.replace(annotation=hints[parameter.name], kind=inspect.Parameter.KEYWORD_ONLY)
            )

    @functools.wraps(function)
    def called(**given: Any) -> T:  # whatever the fields are
        for name, group in groups.items():
            given[name] = group(**{each.name: given.pop(each.name) for each in fields(group)})
        return function(**given)

    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # `inspect` reads it
    called.__annotations__ = {each.name: each.annotation for each in parameters}
    del called.__wrapped__
    return called


def _fields(group: type) -> Iterable[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    for each in fields(group):
        made = each.default_factory() if each.default_factory is not MISSING else each.default
        yield inspect.Parameter(
            each.name, inspect.Parameter.KEYWORD_ONLY, default=made, annotation=hints[each.name]
        )


def settled(*groups: object) -> Settings:
    """The settings in force, with what the command line gave.

    Raises:
        SettingsError, UsageError: a value is of another kind than its setting.
    """
    from agentopt.settings import load

    return load(given_settings(*groups))


def given_settings(*groups: object) -> dict[str, object]:
    """What the command line sets, by the name of the setting."""
    from agentopt.settings import Settings

    given: dict[str, object] = {}
    for group in groups:
        for each in fields(group):  # type: ignore[arg-type]  # a dataclass
            if each.name in Settings.model_fields:
                given[each.name] = getattr(group, each.name)
    for flag in ("ask", "unsafe"):
        if given.get(flag) is False:
            given[flag] = None
    if "cache" in given:
        given["cache"] = "off" if given["cache"] is False else None
    return {name: value for name, value in given.items() if value is not None}


def assigned(options: Iterable[str]) -> dict[str, object]:
    """Options of an engine from `NAME=VALUE`; numbers and `true`, `false` are read as such.

    Raises:
        UsageError: one has no `=`.

    >>> assigned(["presolve=off", "mip_rel_gap=1e-6", "threads=2", "output_flag=true"])
    {'presolve': 'off', 'mip_rel_gap': 1e-06, 'threads': 2, 'output_flag': True}
    """
    found: dict[str, object] = {}
    for each in options:
        name, equals, value = each.partition("=")
        if not equals or not name.strip():
            raise UsageError(
                f"`--engine-option {each}` is not of the form NAME=VALUE",
                hint="for instance `--engine-option presolve=off`; see `agentopt engines show NAME`",
            )
        found[name.strip()] = _value(value.strip())
    return found


def _value(text: str) -> object:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text
