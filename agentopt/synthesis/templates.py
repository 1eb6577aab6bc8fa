"""Sentence templates: `[a|b|c]` picks one, `{slot}` is filled later, everything else stands as it is."""

from __future__ import annotations

__all__ = ["Slot", "Template", "TemplateError", "draw", "least_of", "literals", "parse", "slot_counts"]

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from agentopt.errors import AgentoptError


class TemplateError(AgentoptError):
    """A template is not well formed: brackets, braces or slots."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that is filled when a problem is written."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives, of which one is drawn."""

    options: tuple[Template, ...]


Template = tuple["str | Slot | Choice", ...]
"""Literal text, slots and choices, in order."""

_MARK = re.compile(r"[\[\]|{}]")
_SLOT = re.compile(r"\{([a-z_]+\d?)\}")


@cache
def parse(text: str) -> Template:
    """The tree of a template.

    Raises:
        TemplateError: brackets or braces do not match; the message names the column (from 1).

    >>> parse("[a|] {v}")
    (Choice(options=(('a',), ())), ' ', Slot(name='v'))
    """
    found, at = _sequence(text, 0, depth=0)
    if at < len(text):
        raise TemplateError(f"column {at + 1}: `{text[at]}` stands outside of any [brackets]")
    return found


def _sequence(text: str, at: int, *, depth: int) -> tuple[Template, int]:
    """What stands from a place to the end of an alternative, and where that is."""
    parts: list[str | Slot | Choice] = []
    while at < len(text):
        mark = _MARK.search(text, at)
        end = mark.start() if mark else len(text)
        if end > at:
            parts.append(text[at:end])
        at = end
        if mark is None or mark.group() in "|]":
            break
        if mark.group() == "[":
            choice, at = _choice(text, at, depth=depth + 1)
            parts.append(choice)
        elif (slot := _SLOT.match(text, at)) is not None:
            parts.append(Slot(slot.group(1)))
            at = slot.end()
        else:
            raise TemplateError(f"column {at + 1}: `{text[at : at + 12]}` is no {{slot}}")
    return tuple(parts), at


def _choice(text: str, at: int, *, depth: int) -> tuple[Choice, int]:
    begin, options = at, []
    while True:
        option, at = _sequence(text, at + 1, depth=depth)
        options.append(option)
        if at >= len(text):
            raise TemplateError(f"column {begin + 1}: `[` is never closed")
        if text[at] == "]":
            return Choice(tuple(options)), at + 1


def draw(template: Template, rng: random.Random) -> list[str | Slot]:
    """Literal text and slots, with every choice made."""
    found: list[str | Slot] = []
    _draw(template, rng, found)
    return found


def _draw(template: Template, rng: random.Random, found: list[str | Slot]) -> None:
    for part in template:
        if isinstance(part, Choice):
            _draw(part.options[int(rng.random() * len(part.options))], rng, found)
        else:
            found.append(part)


def slot_counts(template: Template) -> dict[str, tuple[int, int]]:
    """How often each slot stands in a text at least and at most, whatever is drawn."""
    counts: dict[str, tuple[int, int]] = {}
    for part in template:
        if isinstance(part, Slot):
            low, high = counts.get(part.name, (0, 0))
            counts[part.name] = (low + 1, high + 1)
        elif isinstance(part, Choice):
            inner = [slot_counts(option) for option in part.options]
            for name in {name for each in inner for name in each}:
                lows, highs = zip(*(each.get(name, (0, 0)) for each in inner), strict=True)
                low, high = counts.get(name, (0, 0))
                counts[name] = (low + min(lows), high + max(highs))
    return counts


def least_of(template: Template, names: frozenset[str]) -> tuple[int, int]:
    """How often any of some slots stands in a text at least and at most."""
    low = high = 0
    for part in template:
        if isinstance(part, Slot):
            low, high = low + (part.name in names), high + (part.name in names)
        elif isinstance(part, Choice):
            inner = [least_of(option, names) for option in part.options]
            low, high = low + min(each[0] for each in inner), high + max(each[1] for each in inner)
    return low, high


def literals(template: Template) -> Iterator[str]:
    """Every piece of literal text."""
    for part in template:
        if isinstance(part, str):
            yield part
        elif isinstance(part, Choice):
            for option in part.options:
                yield from literals(option)
