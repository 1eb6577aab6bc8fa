"""Names of runs: sortable by time, readable, and told apart by three letters at the end."""

from __future__ import annotations

__all__ = ["is_id", "new_id", "slug"]

import re
import unicodedata
from datetime import datetime
from random import Random

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_ID = re.compile(r"\d{4}-\d{2}-\d{2}-\d{4}-[a-z0-9]+(?:-[a-z0-9]+)*")
_IDLE = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "for",
        "from",
        "in",
        "is",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
        "we",
        "i",
    ]
)


def new_id(created: datetime, title: str, random: Random) -> str:
    """A name for a run.

    >>> from datetime import UTC
    >>> new_id(datetime(2026, 11, 25, 1, 14, tzinfo=UTC), "The bakery", Random(1))
    '2026-11-25-0114-bakery-ev6'
    """
    end = "".join(random.choice(_LETTERS) for _ in range(3))
    return f"{created:%Y-%m-%d-%H%M}-{slug(title) or 'run'}-{end}"


def is_id(name: str) -> bool:
    """Whether a folder of this name can be a run."""
    return _ID.fullmatch(name) is not None


def slug(title: str, most: int = 24) -> str:
    """The first telling words of a title, as part of a file name.

    >>> slug("A bakery in Montréal makes cakes and breads"), slug("面包店")
    ('bakery-montreal-makes', '')
    """
    flat = unicodedata.normalize("NFKD", title[:400]).encode("ascii", "ignore").decode()
    words = [word for word in re.findall(r"[a-z0-9]+", flat.casefold()) if word not in _IDLE]
    found = ""
    for word in words[:6]:
        longer = f"{found}-{word}" if found else word[:most]
        if len(longer) > most:
            break
        found = longer
    return found
