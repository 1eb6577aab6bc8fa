"""When a call that failed is tried again, and how long before.

Again: no connection, a timeout, a connection that broke, 408, 409, 429, any 5xx, a reply that is not JSON.
Not again: every other 4xx. Delays double, with jitter, and never come before a server's `Retry-After`.
"""

from __future__ import annotations

__all__ = ["Failure", "Patience", "retry_after"]

import email.utils
import math
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

RETRIED_STATUSES = frozenset({408, 409, 425, 429})


@dataclass(frozen=True)
class Patience:
    """How long is waited, and how often is tried.

    Attributes:
        connect_seconds: for a connection.
        attempt_seconds: for one attempt, from the connection to the last byte.
        call_seconds: for one request with all its attempts and the waits between them.
        max_retries: further attempts after the first.
        first_delay, max_delay: seconds before the first further attempt, and at most before any.
    """

    connect_seconds: float = 10.0
    attempt_seconds: float = 1800.0
    call_seconds: float = 3600.0
    max_retries: int = 5
    first_delay: float = 0.5
    max_delay: float = 30.0

    def delay(self, retries: int, rng: random.Random, *, at_least: float | None = None) -> float:
        """Seconds to wait after so many retries (0 after the first attempt).

        >>> Patience(first_delay=1, max_delay=8).delay(10, random.Random(0)) <= 8
        True
        >>> Patience().delay(0, random.Random(0), at_least=3) >= 3
        True
        """
        ceiling = min(self.max_delay, self.first_delay * 2.0 ** min(retries, 30))
        waited = ceiling * rng.uniform(0.5, 1.0)
        # Those told to wait equally long do not come back at once.
        return waited if at_least is None else max(waited, at_least + rng.uniform(0.0, self.first_delay))


Kind = Literal["unreachable", "refused", "busy", "failing", "timeout", "broken", "malformed"]


@dataclass(frozen=True)
class Failure:
    """Why an attempt gave no reply.

    Attributes:
        kind: `unreachable`: no connection; `refused`: a 4xx; `busy`: 429; `failing`: a 5xx; `timeout`;
            `broken`: the connection ended within the reply; `malformed`: an answer that is not one.
        message: one line for a person, without keys.
        hint: something to type.
        status: of HTTP; 0 where there was none.
        field: of the body, that the server named as the fault.
        wait: seconds the server asked to wait.
        again: whether another attempt may help.
        partial: what had arrived of the text.
        lost: earlier attempts that the server may have charged for.
    """

    kind: Kind
    message: str
    hint: str = ""
    status: int = 0
    field: str = ""
    wait: float | None = None
    again: bool = True
    partial: str = ""
    lost: int = 0

    @property
    def billed(self) -> bool:
        """Whether the server may have written, and charged for, a reply that did not arrive."""
        return self.kind in ("timeout", "broken", "malformed")

    @property
    def calls(self) -> int:
        """Attempts that the server may have charged for, this one included."""
        return self.lost + int(self.billed)


def retry_after(headers: Mapping[str, str], *, now: float | None = None) -> float | None:
    """Seconds that `Retry-After` (seconds or a date) or `retry-after-ms` ask for; None for none, or nonsense.

    >>> retry_after({"retry-after": "7"}), retry_after({"retry-after": "soon"})
    (7.0, None)
    """
    try:
        if "retry-after-ms" in headers:
            return _seconds(float(headers["retry-after-ms"]) / 1000)
        text = headers.get("retry-after", "")
        if text.strip().replace(".", "", 1).isdigit():
            return _seconds(float(text))
        when = email.utils.parsedate_to_datetime(text) if text else None
    except (ValueError, TypeError, OverflowError):
        return None
    return None if when is None else max(0.0, when.timestamp() - (time.time() if now is None else now))


def _seconds(asked: float) -> float | None:
    return max(0.0, asked) if math.isfinite(asked) else None
