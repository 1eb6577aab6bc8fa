"""Anything as what JSON can say: no infinities, no arrays, no keys."""

from __future__ import annotations

__all__ = ["plain"]

import math
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from enum import Enum

from pydantic import JsonValue


def plain(value: object, clean: Callable[[str], str] = str) -> JsonValue:
    """The value as JSON can say it; numbers that are not finite become null, what is unknown its text.

    Args:
        value: anything.
        clean: applied to every text.

    >>> plain({"bound": float("inf"), "index": ("a", 1)})
    {'bound': None, 'index': ['a', 1]}
    """
    if isinstance(value, Enum):
        return plain(value.value, clean)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return clean(_whole(value))
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {clean(_whole(str(name))): plain(each, clean) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each, clean) for each in value]
    if isinstance(value, AbstractSet):
        return [plain(each, clean) for each in sorted(value, key=str)]
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name), clean) for each in fields(value)}
    if hasattr(value, "tolist"):
        return plain(value.tolist(), clean)
    return clean(_whole(str(value)))


def _whole(text: str) -> str:
    """Without the halves of characters that no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
