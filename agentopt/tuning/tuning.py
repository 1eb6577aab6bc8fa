"""One tuning: a search on half of the instances, and a test of its winner on the other half."""

from __future__ import annotations

__all__ = ["LEAST_INSTANCES", "Outcome", "Pair", "Plan", "tune"]

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from agentopt.errors import AvailabilityError, UsageError
from agentopt.solvers.availability import availability
from agentopt.solvers.card import cards
from agentopt.tuning.bench import Bench, Spent
from agentopt.tuning.choices import Choice, Knob
from agentopt.tuning.evidence import Comparison, compared
from agentopt.tuning.measuring import Instance
from agentopt.tuning.searching import SEARCHES, Found

LEAST_FRESH = 5
"""Fresh pairs below which no outcome, however good, would show an improvement at 5 %."""

LEAST_INSTANCES = 8

SEARCH_SHARE = 0.6
"""Of the budget; the rest is for the test."""

ALPHA = 0.05
"""Below which p-value an improvement counts as shown."""

Method = Literal["bandit", "tpe"]


@dataclass(frozen=True)
class Plan:
    """How a stream is tuned for.

    Attributes:
        knobs: what is tried.
        method: by which search.
        seed: draws which instances are for the search, and its random choices.
    """

    knobs: tuple[Knob, ...]
    method: Method = "bandit"
    seed: int = 0


@dataclass(frozen=True)
class Pair:
    """A fresh instance with and without the choice."""

    name: str
    before: float
    after: float
    finished_before: bool
    finished_after: bool


@dataclass(frozen=True)
class Outcome:
    """What came of a tuning.

    Attributes:
        choice: the winner of the search; None where no choice beat the defaults there.
        shown: whether the test showed it to be an improvement.
        why: in a sentence.
        search: what the search came to.
        pairs: of the test; `comparison` of them, None without a test.
        training: instances the search had.
        wrong: choices that were left out because an answer contradicted that of the defaults.
        seconds: of all solves together.
    """

    choice: Choice | None
    shown: bool
    why: str
    search: Found
    pairs: tuple[Pair, ...]
    comparison: Comparison | None
    training: tuple[str, ...]
    shift: float
    wrong: tuple[str, ...]
    solves: int
    seconds: float


def tune(instances: Sequence[Instance], bench: Bench, plan: Plan) -> Outcome:
    """Search for a choice of options, and test it.

    Raises:
        UsageError: there are too few instances, or the budget does not reach for a search.
        AvailabilityError: the method's package is not installed.
        EngineError: the engine does not know an option.
    """
    distinct = {each.digest: each for each in instances}
    if len(distinct) < LEAST_INSTANCES:
        raise UsageError(
            f"there are {len(distinct)} different instances; half of them are for the test, and fewer than "
            f"{LEAST_INSTANCES} cannot show anything",
            hint="give more instances of the stream",
        )
    if plan.method == "tpe":
        available = availability(cards()["tpe"])
        if not available:
            raise AvailabilityError(f"`tpe` is not available: {available.reason}", hint=available.fix)
    training, fresh = _parted(sorted(distinct.values(), key=lambda each: each.digest), plan.seed)
    cap = bench.cap
    bench.cap = cap.part(SEARCH_SHARE)
    try:
        bench.calibrate(training)
    except Spent:
        raise UsageError(
            f"the budget is used up by the defaults on {len(training)} instances",
            hint="give more, or a smaller `--time-limit`",
        ) from None
    search = SEARCHES[plan.method](plan.knobs, training, bench, plan.seed)
    bench.cap = cap
    pairs: tuple[Pair, ...] = ()
    comparison, why, shown = None, "no choice was better than the defaults where it was tried", False
    if search.choice is not None:
        pairs, stopped = _tested(search.choice, fresh, bench)
        comparison, shown, why = _judged(search.choice, pairs, bench, plan.seed, stopped)
    return Outcome(
        search.choice,
        shown,
        why,
        search,
        pairs,
        comparison,
        tuple(each.name for each in training),
        bench.shift,
        tuple(bench.wrong.values()),
        len(bench.used),
        bench.seconds,
    )


def _parted(instances: Sequence[Instance], seed: int) -> tuple[list[Instance], list[Instance]]:
    """Instances for the search and fresh ones, drawn: a stream sorted by size would mislead."""
    drawn = list(instances)
    Random(seed).shuffle(drawn)
    fresh = max(LEAST_FRESH, len(drawn) // 2)
    return drawn[fresh:], drawn[:fresh]


def _tested(choice: Choice, fresh: Sequence[Instance], bench: Bench) -> tuple[tuple[Pair, ...], str]:
    """The pairs, in turns of who is first, and why no more were made; empty where all were.

    Ending early where nothing speaks for the choice cannot make a false claim more likely.
    """
    pairs: list[Pair] = []
    changes: list[float] = []
    try:
        for number, instance in enumerate(fresh):
            bench.solve(instance, () if number % 2 == 0 else choice)
            changes.append(bench.change(instance, choice))
            usual, own = bench.solve(instance, ()), bench.solve(instance, choice)
            pairs.append(
                Pair(
                    instance.name,
                    bench.cost(instance, ()),
                    bench.cost(instance, choice),
                    usual.finished,
                    own.finished,
                )
            )
            if choice in bench.wrong:
                return tuple(pairs), "an answer contradicted that of the defaults"
            if len(pairs) * 2 >= len(fresh) and len(pairs) >= LEAST_FRESH and sum(changes) >= 0:
                return tuple(pairs), "half of the fresh instances spoke against it"
    except Spent:
        return tuple(pairs), "the budget was used up"
    return tuple(pairs), ""


def _judged(
    choice: Choice, pairs: Sequence[Pair], bench: Bench, seed: int, stopped: str
) -> tuple[Comparison | None, bool, str]:
    """The comparison, whether an improvement was shown, and why or why not."""
    if not pairs:
        return None, False, "the budget was used up before the test"
    found = compared([each.before for each in pairs], [each.after for each in pairs], bench.shift, seed)
    lost = sum(each.finished_before and not each.finished_after for each in pairs)
    won = sum(each.finished_after and not each.finished_before for each in pairs)
    after = f"; {stopped}" if stopped else ""
    if choice in bench.wrong:
        return found, False, bench.wrong[choice]
    if lost > won:
        return found, False, f"{lost} fresh instances were not finished any more, {won} newly were{after}"
    if found.ratio < 1 and found.p_value < ALPHA:
        return found, True, f"p = {found.p_value:.2g} on {found.pairs} fresh instances{after}"
    return found, False, f"p = {found.p_value:.2g} on {found.pairs} fresh instances{after}"
