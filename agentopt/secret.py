"""Keeping keys out of everything that is shown or written."""

from __future__ import annotations

__all__ = ["Secret", "redact"]

import re
from collections.abc import Iterable

_LOOKS_LIKE_A_KEY = re.compile(
    r"\b(?:sk|pk|gsk|hf|xai|nvapi)[-_][A-Za-z0-9_\-*]{8,}|\bBearer\s+[^\s\"',;]{4,}"
)


class Secret:
    """A key that does not show itself; `reveal()` gives it to whoever sends it.

    >>> str(Secret("sk-1234567890abcdef")), repr(Secret(""))
    ('***', 'Secret(none)')
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(***)" if self._value else "Secret(none)"

    def __str__(self) -> str:
        return "***" if self._value else ""

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a key is not pickled")


def redact(text: str, secrets: Iterable[Secret] = ()) -> str:
    """The text without the given keys and without anything that looks like one.

    >>> redact("Incorrect API key provided: sk-proj-abcdefgh12345678.", [Secret("tiny")])
    'Incorrect API key provided: ***.'
    """
    for secret in secrets:
        if len(secret.reveal()) >= 4:
            text = text.replace(secret.reveal(), "***")
    return _LOOKS_LIKE_A_KEY.sub("***", text)
