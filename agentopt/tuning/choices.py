"""What may be tried: values of options from the engine's card, or as a person names them."""

from __future__ import annotations

__all__ = ["Choice", "Knob", "described", "knobs"]

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from agentopt.errors import UsageError
from agentopt.solvers.base import Feature
from agentopt.solvers.card import Card, Value
from agentopt.solvers.options import checked

Choice: TypeAlias = tuple[tuple[str, Value], ...]
"""Options that differ from the defaults, by name; empty for the defaults."""

_DECIDE = ("gap", "tol", "time", "target", "max_nodes", "threads", "num_workers", "regularization", "seed")
"""Parts of the names of options that change what counts as an answer, or what it may cost."""


@dataclass(frozen=True)
class Knob:
    """An option and the values of it that are tried, the default not among them."""

    name: str
    values: tuple[Value, ...]


def knobs(card: Card, classes: Iterable[Feature], asked: Sequence[str] = ()) -> tuple[Knob, ...]:
    """What is tried for instances of some classes.

    Args:
        card: of the engine; its `tune` and `tune_for`.
        classes: of the instances.
        asked: instead of all: `NAME`, or `NAME=VALUE,VALUE` for values of one's own.

    Raises:
        UsageError: there is nothing to try, or an option decides what counts as an answer.
        EngineError: a value is not of its option's type.

    >>> from agentopt.solvers.card import cards
    >>> [each.name for each in knobs(cards()["highs"], [Feature.LP], ["presolve", "solver=ipm,simplex"])]
    ['presolve', 'solver']
    """
    present = {each.value for each in classes}
    usual = {
        name: option.tune
        for name, option in card.options.items()
        if option.tune and (not option.tune_for or present & set(option.tune_for))
    }
    wanted = usual if not asked else dict(_asked(each, usual, card) for each in asked)
    found = []
    for name, values in wanted.items():
        default = card.options[name].default if name in card.options else None
        kept = tuple(dict.fromkeys(_typed(card, name, value) for value in values))
        kept = tuple(value for value in kept if value != default)
        if kept:
            found.append(Knob(name, kept))
    if not found:
        raise UsageError(
            f"{card.title} has no option worth trying for problems of class {', '.join(sorted(present))}",
            hint="name one with its values: `--option presolve=off,on`",
        )
    return tuple(found)


def described(choice: Choice) -> str:
    """A choice in a line.

    >>> described((("presolve", "off"),)), described(())
    ('presolve=off', 'the defaults')
    """
    return ", ".join(f"{name}={_word(value)}" for name, value in choice) or "the defaults"


def _asked(text: str, usual: dict[str, tuple[Value, ...]], card: Card) -> tuple[str, tuple[Value, ...]]:
    name, equals, values = (each.strip() for each in text.partition("="))
    alias = {option.native: short for short, option in card.options.items() if option.native}
    name = alias.get(name, name)
    low = f"{name} {card.options[name].native if name in card.options else ''}".lower()
    if any(part in low for part in _DECIDE) or "iteration_limit" in low or "limits/" in low:
        raise UsageError(
            f"`{name}` changes what counts as an answer or what it may cost, not how it is found",
            hint="give it as a limit (`--time-limit`, `--threads`), or leave it as it is",
        )
    if equals:
        return name, tuple(each.strip() for each in values.split(",") if each.strip())
    if name not in usual:
        raise UsageError(
            f"the card of {card.title} names no values of `{name}` to try",
            hint=f"name them: `--option {name}=VALUE,VALUE`; with values: {', '.join(usual) or 'none'}",
        )
    return name, usual[name]


def _typed(card: Card, name: str, value: Value) -> Value:
    """A value in the type of its option; of one that only the engine knows, as it looks."""
    if name in card.options:
        return checked(card, {name: value}).known[name]
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    for read in (int, float):
        try:
            return read(value)
        except ValueError:
            continue
    return value


def _word(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
