"""The two searches for a choice on the instances that are for it: a bandit, and Optuna's TPE.

Each is a function of its arguments and of what solves cost; so a search that was killed asks for the same
solves again. Each gives the choice whose mean change is lowest, or none where no choice beats the defaults.
"""

from __future__ import annotations

__all__ = ["SEARCHES", "Found", "by_bandit", "by_tpe"]

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agentopt.solvers.blackbox.engines import made
from agentopt.solvers.blackbox.proposing import Trial
from agentopt.solvers.blackbox.space import Space
from agentopt.solvers.blackbox.study import Variable
from agentopt.tuning.bandit import TsallisInf
from agentopt.tuning.bench import Bench, Spent
from agentopt.tuning.choices import Choice, Knob
from agentopt.tuning.measuring import Instance

FACTOR = math.log(4.0)
"""The change that is the best or worst a bandit tells apart: a quarter of the cost, or four times as much."""

LEAST = 3
"""Instances a choice must have been tried on to be chosen, if there are so many."""

SETTLED = 0.9
"""Weight of an arm, and rounds in a row it must have it, after which a bandit has decided."""
ROUNDS = 10

PROPOSALS = 60
PATIENCE = 12
"""Proposals of TPE at most, and in a row that are no better than the best."""

KEPT = "as it is"


@dataclass(frozen=True)
class Found:
    """What a search came to: the best choice, its mean change where it was tried, and why it ended."""

    choice: Choice | None
    change: float
    tried: int
    stopped: str


def by_bandit(knobs: Sequence[Knob], instances: Sequence[Instance], bench: Bench, seed: int) -> Found:
    """Tsallis-INF over the defaults and every change of one option, one instance a round."""
    arms: list[Choice] = [(), *(((knob.name, value),) for knob in knobs for value in knob.values)]
    bandit, rng = TsallisInf(len(arms)), np.random.default_rng(seed)
    seen: list[dict[str, float]] = [{} for _ in arms]
    stopped, decided = "every change was tried on every instance", 0
    try:
        for number in range(len(arms) * len(instances) * 4):
            instance = instances[number % len(instances)]
            arm = bandit.choose(rng)
            change = seen[arm][instance.digest] = bench.change(instance, arms[arm]) if arm else 0.0
            wrong = arms[arm] in bench.wrong
            bandit.learn(arm, 1.0 if wrong else min(1.0, max(0.0, 0.5 + 0.5 * change / FACTOR)))
            decided = decided + 1 if bandit.weights.max() >= SETTLED else 0
            if decided >= ROUNDS:
                stopped = "the bandit had decided"
                break
            if all(len(each) == len(instances) for each in seen[1:]):
                break
    except Spent:
        stopped = "its share of the budget was used"
    enough = min(LEAST, len(instances))
    means = {arms[k]: statistics.fmean(each.values()) for k, each in enumerate(seen) if len(each) >= enough}
    return _best(means, bench, sum(bool(each) for each in seen[1:]), stopped)


def by_tpe(knobs: Sequence[Knob], instances: Sequence[Instance], bench: Bench, seed: int) -> Found:
    """TPE over all options together; a proposal clearly worse than the best is not tried on all instances."""
    words = {each.name: {_word(value): value for value in each.values} for each in knobs}
    space = Space({name: Variable(choices=(KEPT, *values)) for name, values in words.items()})
    proposer = made("tpe", space, seed, PROPOSALS)
    best: dict[str, float] = {each.digest: 0.0 for each in instances}
    means: dict[Choice, float] = {}
    tried: set[Choice] = set()
    stopped, in_vain = f"{PROPOSALS} proposals were tried", 0
    try:
        for _ in range(PROPOSALS):
            (point,) = proposer.ask(1)
            choice = tuple(
                (name, words[name][str(value)]) for name, value in sorted(point.items()) if value != KEPT
            )
            changes: dict[str, float] = {}
            tried |= {choice} - {()}
            for instance in instances:
                changes[instance.digest] = bench.change(instance, choice) if choice else 0.0
                if choice in bench.wrong or _hopeless(changes, best):
                    break
            mean = statistics.fmean(changes.values())
            proposer.tell([Trial(point, mean, failure=bench.wrong.get(choice, ""))])
            in_vain += 1
            if len(changes) == len(instances) and choice not in bench.wrong:
                means[choice] = mean
                if mean < statistics.fmean(best.values()) - 1e-9:
                    best, in_vain = changes, 0
            if in_vain >= PATIENCE:
                stopped = f"{PATIENCE} proposals in a row were no better"
                break
    except Spent:
        stopped = "its share of the budget was used"
    return _best(means, bench, len(tried), stopped)


SEARCHES: Mapping[str, Callable[[Sequence[Knob], Sequence[Instance], Bench, int], Found]] = {
    "bandit": by_bandit,
    "tpe": by_tpe,
}
"""By the name they are asked for."""


def _best(means: Mapping[Choice, float], bench: Bench, tried: int, stopped: str) -> Found:
    right = {choice: mean for choice, mean in means.items() if choice and choice not in bench.wrong}
    if not right or min(right.values()) >= 0.0:
        return Found(None, 0.0, tried, stopped)
    choice = min(right, key=lambda each: (right[each], len(each)))
    return Found(choice, right[choice], tried, stopped)


def _hopeless(changes: Mapping[str, float], best: Mapping[str, float]) -> bool:
    """Whether what was seen of a choice is worse than the best by more than chance makes likely."""
    worse = [change - best[name] for name, change in changes.items()]
    if len(worse) < LEAST:
        return False
    return statistics.fmean(worse) > statistics.stdev(worse) / math.sqrt(len(worse))


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
