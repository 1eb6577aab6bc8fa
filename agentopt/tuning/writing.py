"""The card that is laid over an engine's own: the options that were chosen, and what that rests on."""

from __future__ import annotations

__all__ = ["override_text", "tuned_before"]

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path

from agentopt.errors import UsageError
from agentopt.solvers.card import Card, Evidence, Value
from agentopt.tuning.choices import Choice

_HEAD = "# Written by `agentopt tune`; all else is as in the engine's own card. Remove this file to undo it."


def tuned_before(path: Path) -> Choice:
    """The options an earlier tuning set in a card that is to be written; none where there is no card.

    Raises:
        UsageError: there is a card that a person wrote, or it cannot be read.
    """
    if not path.exists():
        return ()
    try:
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    if stated.get("extends") is not True or "tuned" not in stated:
        raise UsageError(
            f"{path} is a card of your own, which is not written over",
            hint="name another folder with `--out DIR`, and put the options it gets into your card yourself",
        )
    return tuple((name, each["default"]) for name, each in stated.get("options", {}).items())


def override_text(card: Card, choice: Choice, evidence: Evidence, before: Choice = ()) -> str:
    """The card as TOML.

    Args:
        card: of the engine; an option it does not have is described whole.
        choice: the options.
        evidence: what they rest on.
        before: options of an earlier tuning, which were in force when these were compared.
    """
    lines = [_HEAD, f"name = {_written(card.name)}", "extends = true"]
    new = dict(choice)
    for name, value in before:
        if name not in new:
            lines += [
                "",
                "# Of an earlier tuning, in force when the others were compared.",
                *_option(card, name, value),
            ]
    for name, value in choice:
        lines += ["", *_option(card, name, value)]
    lines += ["", "[tuned]"]
    lines += [f"{name} = {_written(kept)}" for name, kept in evidence.model_dump().items()]
    return "\n".join(lines) + "\n"


def _option(card: Card, name: str, value: Value) -> list[str]:
    lines = [f"[options.{name}]", f"default = {_written(value)}"]
    if name not in card.options:
        kind = {bool: "bool", int: "int", float: "float", str: "str"}[type(value)]
        lines += [f"type = {_written(kind)}", 'means = "As in the engine\'s own manual."']
    return lines


def _written(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_written, value)) + "]"
    return repr(value) if isinstance(value, float) else json.dumps(value)
