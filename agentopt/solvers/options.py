"""Options of engines: checked against the card, converted from what was typed."""

from __future__ import annotations

__all__ = ["checked"]

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agentopt.errors import EngineError, nearest
from agentopt.solvers.card import Card, Option, Value


@dataclass(frozen=True)
class Checked:
    """Options by the names of the card, and the rest, which only the engine itself can judge."""

    known: Mapping[str, Value]
    native: Mapping[str, object]


def checked(card: Card, options: Mapping[str, object]) -> Checked:
    """Options in the types of the card, its defaults filled in; others go to the engine as they are.

    A card lists an option under a short name; the engine's own name for it is taken too.

    Raises:
        EngineError: a value is not of the option's type, or outside its range.

    >>> from agentopt.solvers.card import cards
    >>> checked(cards()["highs"], {"threads": "2"}).known["threads"]
    2
    """
    alias = {option.native: name for name, option in card.options.items() if option.native}
    known = {name: option.default for name, option in card.options.items() if option.default is not None}
    native: dict[str, object] = {}
    for written, value in options.items():
        name = alias.get(written, written)
        if name in card.options:
            known[name] = converted(card, name, card.options[name], value)
        else:
            native[written] = value
    return Checked(known, native)


def converted(card: Card, name: str, option: Option, value: object) -> Value:
    """A value in the type of its option, from that type or from text."""
    expected = _expected(option)
    found = _read(option, value)
    if found is None:
        raise EngineError(f"option `{name}` of {card.title} is {value!r}, not {expected}", hint=option.means)
    if option.type == "choice":
        if found not in option.choices:
            hint = nearest(str(found), option.choices) or option.means
            raise EngineError(f"option `{name}` of {card.title} is {value!r}, not {expected}", hint=hint)
    elif isinstance(found, int | float) and not isinstance(found, bool):
        low = -math.inf if option.minimum is None else option.minimum
        high = math.inf if option.maximum is None else option.maximum
        if not low <= found <= high:
            raise EngineError(
                f"option `{name}` of {card.title} is {found:g}, not {expected}", hint=option.means
            )
    return found


def unknown(card: Card, name: str, native: Iterable[str] = ()) -> EngineError:
    """The error about an option that neither the card nor the engine has."""
    hint = (
        nearest(name, [*card.options, *native]) or f"type `agentopt engines show {card.name}` for its options"
    )
    return EngineError(f"{card.title} has no option `{name}`", hint=hint)


def _read(option: Option, value: object) -> Value | None:
    if option.type == "bool":
        if isinstance(value, bool):
            return value
        return {
            "true": True,
            "on": True,
            "yes": True,
            "1": True,
            "false": False,
            "off": False,
            "no": False,
            "0": False,
        }.get(str(value).strip().casefold())
    if isinstance(value, bool):
        return ("on" if value else "off") if option.type == "choice" and "on" in option.choices else None
    if option.type in {"str", "choice"}:
        return value if isinstance(value, str) else None
    try:
        number = float(value) if isinstance(value, int | float | str) else math.nan
    except ValueError:
        return None
    if math.isnan(number):
        return None
    if option.type == "float":
        return number
    return int(number) if number.is_integer() else None


def _expected(option: Option) -> str:
    if option.type == "choice":
        return f"one of {', '.join(option.choices)}"
    kind = {"bool": "true or false", "int": "a whole number", "float": "a number", "str": "text"}[option.type]
    match option.minimum, option.maximum:
        case None, None:
            return kind
        case low, None:
            return f"{kind} from {low:g}"
        case None, high:
            return f"{kind} up to {high:g}"
        case low, high:
            return f"{kind} from {low:g} to {high:g}"
