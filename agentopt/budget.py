"""What may be spent on language models, and the one meter that keeps to it.

A call is reserved at the most it can cost before it is sent, and settled at what it did cost. What is spent
and what is reserved together never exceed a cap, however many threads share the meter; a call that fits only
once others are settled waits for them.
"""

from __future__ import annotations

__all__ = ["Budget", "Cost", "Meter", "Reservation", "Spend"]

import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from agentopt.errors import UsageError, nearest

_EXAMPLE = "for instance `--budget calls=200,tokens=1M,dollars=2,time=10m`"
_COUNT = re.compile(r"(\d+(?:[._]\d+)*)\s*([kKmMgG]?)")
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(d|h|min|m|s|)")
_THOUSANDS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True)
class Budget:
    """Caps; None where there is none.

    Attributes:
        calls: replies paid for.
        tokens: read and written together.
        dollars: by the table of prices.
        seconds: since the meter began, on the wall clock.
    """

    calls: int | None = None
    tokens: int | None = None
    dollars: float | None = None
    seconds: float | None = None

    @classmethod
    def parse(cls, text: str) -> Budget:
        """The budget a user writes: caps separated by commas or spaces.

        Raises:
            UsageError: a cap is unknown, given twice, or not a number with a known unit.

        >>> Budget.parse("calls=200, tokens=1.5M, dollars=2, time=1h30m")
        Budget(calls=200, tokens=1500000, dollars=2.0, seconds=5400.0)
        """
        given: dict[str, float] = {}
        for part in re.split(r"[,;\s]+", re.sub(r"\s*=\s*", "=", text.strip())):
            name, equals, value = part.partition("=")
            if not equals or not value:
                raise UsageError(
                    f"`{part or text}` in a budget is not of the form NAME=NUMBER", hint=_EXAMPLE
                )
            field = _FIELDS.get(name.casefold())
            if field is None:
                raise UsageError(
                    f"a budget has no `{name}`; it may cap calls, tokens, dollars and time",
                    hint=nearest(name, _FIELDS) or _EXAMPLE,
                )
            if field in given:
                raise UsageError(f"the budget caps `{name}` twice", hint="leave one out")
            given[field] = _amount(name, field, value)
        calls, tokens = given.get("calls"), given.get("tokens")
        return cls(
            None if calls is None else int(calls),
            None if tokens is None else int(tokens),
            given.get("dollars"),
            given.get("seconds"),
        )

    def __str__(self) -> str:
        """As `parse` reads it.

        >>> str(Budget(calls=5, seconds=90.0))
        'calls=5,time=90s'
        """
        caps = (("calls", self.calls, ""), ("tokens", self.tokens, ""), ("dollars", self.dollars, ""))
        shown = [
            f"{name}={cap:.12g}{unit}"
            for name, cap, unit in (*caps, ("time", self.seconds, "s"))
            if cap is not None
        ]
        return ",".join(shown)


_FIELDS = {
    "calls": "calls",
    "tokens": "tokens",
    "dollars": "dollars",
    "time": "seconds",
    "seconds": "seconds",
}


def _amount(name: str, field: str, value: str) -> float:
    found: float | None = None
    if field == "seconds":
        parts = _TIME.findall(value.casefold())
        if parts and "".join(number + unit for number, unit in parts) == value.casefold():
            found = sum(float(number) * _SECONDS[unit] for number, unit in parts)
            found = None if len(parts) > 1 and any(not unit for _, unit in parts) else found
        wanted = "a time: 90s, 10m, 1h30m"
    elif field == "dollars":
        match = re.fullmatch(r"\$?(\d+(?:\.\d+)?)", value)
        found, wanted = float(match[1]) if match else None, "an amount: 2 or 0.50"
    else:
        match = _COUNT.fullmatch(value)
        number = float(match[1].replace("_", "")) if match and match[1].count(".") <= 1 else None
        found = None if number is None or match is None else number * _THOUSANDS[match[2].casefold()]
        found = None if found is None or found != int(found) else found
        wanted = "a whole number: 200, 50k, 1.5M"
    if found is None:
        raise UsageError(f"`{name}={value}` in the budget is not {wanted}", hint=_EXAMPLE)
    return found


@dataclass(frozen=True)
class Cost:
    """What a call costs, or may at most. `dollars` is None where no price is known."""

    calls: int = 1
    prompt_tokens: int = 0
    completion_tokens: int = 0
    dollars: float | None = None
    seconds: float = 0.0

    @property
    def tokens(self) -> int:
        """Read and written together."""
        return self.prompt_tokens + self.completion_tokens

    def plus(self, other: Cost) -> Cost:
        """Both together; in dollars only where both are.

        >>> Cost(1, 10, 5).plus(Cost(1, 1, 1)).tokens
        17
        """
        known = self.dollars is not None and other.dollars is not None
        return Cost(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            (self.dollars or 0.0) + (other.dollars or 0.0) if known else None,
            self.seconds + other.seconds,
        )


@dataclass(frozen=True)
class Spend:
    """What calls cost so far; `dollars` is None once one was paid at an unknown price.

    `seconds` adds up the time every call took, whether or not they ran at once.
    """

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    dollars: float | None = 0.0
    seconds: float = 0.0

    @property
    def tokens(self) -> int:
        """Read and written together."""
        return self.prompt_tokens + self.completion_tokens

    def plus(self, cost: Cost) -> Spend:
        """With one more call."""
        free = not (cost.calls or cost.tokens)
        unknown = self.dollars is None or (cost.dollars is None and not free)
        return Spend(
            self.calls + cost.calls,
            self.prompt_tokens + cost.prompt_tokens,
            self.completion_tokens + cost.completion_tokens,
            None if unknown else (self.dollars or 0.0) + (cost.dollars or 0.0),
            self.seconds + cost.seconds,
        )

    @classmethod
    def of(cls, usages: Iterable[Mapping[str, object]]) -> Spend:
        """What the usages written in a journal cost together; replies from a cache cost nothing.

        >>> Spend.of([{"prompt_tokens": 10, "dollars": 0.5}, {"prompt_tokens": 10, "cached": True}])
        Spend(calls=1, prompt_tokens=10, completion_tokens=0, dollars=0.5, seconds=0.0)
        """
        total = cls()
        for usage in usages:
            if not usage.get("cached"):
                known = {name: usage[name] for name in Cost.__dataclass_fields__ if name in usage}
                total = total.plus(Cost(**known))  # type: ignore[arg-type]  # as a journal wrote them
        return total


@dataclass(frozen=True, eq=False)
class Reservation:
    """Leave to spend at most `cost`; to be settled once, whatever came of the call."""

    cost: Cost


class Meter:
    """Keeps the calls of any number of threads within a budget.

    Args:
        budget: the caps.
        spent: what was spent before, of a run that goes on.
        elapsed: how many seconds it had run before.
        clock: the monotonic clock.

    >>> meter = Meter(Budget(calls=1))
    >>> (reserved,) = meter.reserve([Cost(), Cost()])
    >>> meter.settle(reserved, Cost(prompt_tokens=7))
    >>> meter.reserve([Cost()]), meter.spend().prompt_tokens
    ([], 7)
    """

    def __init__(
        self,
        budget: Budget | None = None,
        *,
        spent: Spend | None = None,
        elapsed: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.budget = budget or Budget()
        self._spent = spent or Spend()
        self._reserved: dict[Reservation, Cost] = {}
        self._clock = clock
        self._began = clock() - elapsed
        self._changed = threading.Condition()

    def reserve(self, costs: Sequence[Cost]) -> list[Reservation]:
        """Leave for as many of the calls, from the first on, as fit; waits while others hold the room.

        None is given once the budget has no room for the first call with nothing else under way, or its time
        is over. A caller must not wait for more while it holds a reservation.

        Raises:
            UsageError: dollars are capped and the price of a call is not known.
        """
        if self.budget.dollars is not None and any(cost.dollars is None for cost in costs):
            raise UsageError(
                "a budget in dollars needs the price of the model, which is not known",
                hint="cap tokens instead, or add the price to `prices.toml`",
            )
        given: list[Reservation] = []
        with self._changed:
            while costs and self._within_time() and not self._fits(costs[0]) and self._reserved:
                self._changed.wait(self.remaining_seconds())
            for cost in costs:
                if not self._within_time() or not self._fits(cost):
                    break
                given.append(Reservation(cost))
                self._reserved[given[-1]] = cost
        return given

    def more(self, reservation: Reservation, cost: Cost) -> bool:
        """Reserve for one more attempt at a call, if there is room now; never waits."""
        with self._changed:
            held = self._reserved.get(reservation)
            if held is None or not self._within_time() or not self._fits(cost):
                return False
            self._reserved[reservation] = held.plus(cost)
            return True

    def settle(self, reservation: Reservation, cost: Cost) -> None:
        """Replace what was reserved by what was spent; a second time does nothing."""
        with self._changed:
            if self._reserved.pop(reservation, None) is not None:
                self._spent = self._spent.plus(cost)
                self._changed.notify_all()

    def spend(self) -> Spend:
        """What is settled so far."""
        return self._spent

    def elapsed(self) -> float:
        """Seconds since the meter began, those of earlier runs included."""
        return self._clock() - self._began

    def remaining_seconds(self) -> float | None:
        """Seconds left of the budget's time, at least 0; None where time has no cap."""
        return None if self.budget.seconds is None else max(0.0, self.budget.seconds - self.elapsed())

    def shortage(self, cost: Cost) -> str:
        """Which cap a call does not fit under, for a person; empty if it fits."""
        budget, spent = self.budget, self._spent
        if not self._within_time():
            return f"the budget's time of {budget.seconds:g} s is over"
        if budget.calls is not None and spent.calls + cost.calls > budget.calls:
            return f"the budget of {budget.calls:,} call{'s' if budget.calls != 1 else ''} is spent"
        if budget.tokens is not None and spent.tokens + cost.tokens > budget.tokens:
            return (
                f"the budget of {budget.tokens:,} tokens has {max(0, budget.tokens - spent.tokens):,} left, "
                f"and the next call may need {cost.tokens:,}"
            )
        if budget.dollars is not None and (spent.dollars or 0.0) + (cost.dollars or 0.0) > budget.dollars:
            left = max(0.0, budget.dollars - (spent.dollars or 0.0))
            return (
                f"the budget of ${budget.dollars:g} has ${left:.4g} left, "
                f"and the next call may cost ${cost.dollars or 0.0:.4g}"
            )
        return ""

    def _within_time(self) -> bool:
        return self.remaining_seconds() != 0.0

    def _fits(self, cost: Cost) -> bool:
        budget, spent, held = self.budget, self._spent, list(self._reserved.values())
        if budget.calls is not None and spent.calls + sum(h.calls for h in held) + cost.calls > budget.calls:
            return False
        if budget.tokens is not None:
            tokens = spent.tokens + sum(h.tokens for h in held) + cost.tokens
            if tokens > budget.tokens:
                return False
        if budget.dollars is not None:
            dollars = (spent.dollars or 0.0) + sum(h.dollars or 0.0 for h in held) + (cost.dollars or 0.0)
            if dollars > budget.dollars * (1 + 1e-12):
                return False
        return True
