"""Engines of well-kept libraries: the tree-structured Parzen estimator of Optuna, and CMA-ES of `cma`."""

from __future__ import annotations

__all__ = ["CmaEs", "Tpe"]

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from agentopt.solvers.blackbox.proposing import Trial, penalized
from agentopt.solvers.blackbox.space import Space
from agentopt.solvers.blackbox.study import Point, Variable

WORST = 1e300
"""Stands for a loss Optuna could not take otherwise."""


class Tpe:
    """Optuna's TPE (Bergstra et al. 2011), multivariate, with constraints: few evaluations, any space."""

    def __init__(self, space: Space, seed: int, evaluations: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it calls two of its options experimental
            sampler = optuna.samplers.TPESampler(
                seed=seed, multivariate=True, constant_liar=True, constraints_func=_violations
            )
            self.study = optuna.create_study(sampler=sampler)
        self.space = space
        self.asked: list[Any] = []

    def ask(self, count: int) -> list[Point]:
        """Points suggested one after the other, each knowing of those before."""
        self.asked = [self.study.ask() for _ in range(count)]
        return [
            {name: _suggested(trial, name, each) for name, each in self.space.variables.items()}
            for trial in self.asked
        ]

    def tell(self, trials: Sequence[Trial]) -> None:
        """A failed trial counts as the worst violation."""
        from optuna.trial import TrialState

        for asked, each in zip(self.asked, trials, strict=True):
            if each.failure:
                self.study.tell(asked, state=TrialState.FAIL)
                continue
            asked.set_user_attr("violation", each.violation)
            self.study.tell(asked, WORST if each.loss is None else min(WORST, max(-WORST, each.loss)))


def _violations(trial: Any) -> tuple[float, ...]:
    return (float(trial.user_attrs.get("violation", 0.0)),)


def _suggested(trial: Any, name: str, variable: Variable) -> float | int | str:
    if variable.choices:
        return str(trial.suggest_categorical(name, list(variable.choices)))
    low, high = variable.bounds
    if variable.domain == "real":
        return float(trial.suggest_float(name, low, high, log=variable.log))
    return int(trial.suggest_int(name, math.ceil(low), math.floor(high), log=variable.log))


class CmaEs:
    """CMA-ES (Hansen 2016) over the unit cube, restarted with twice the population where it has converged."""

    def __init__(self, space: Space, seed: int, evaluations: int) -> None:
        self.space, self.seed = space, seed
        self.restarts = 0
        self.rng = np.random.default_rng(seed)
        self.waiting: list[np.ndarray] = []
        self.done: list[tuple[np.ndarray, Trial]] = []
        self.asked: list[np.ndarray] = []
        self.worst: float | None = None
        self.strategy = self._start(np.full(self._dimension, 0.5))

    @property
    def _dimension(self) -> int:
        # One coordinate has no covariance to adapt; `cma` wants two.
        return max(2, self.space.dimension)

    def ask(self, count: int) -> list[Point]:
        """Members of the current generation, and of the next where more are asked for."""
        self.asked = []
        for _ in range(count):
            if not self.waiting:
                self.waiting = [np.asarray(each) for each in self.strategy.ask()]
            self.asked.append(self.waiting.pop(0))
        return [self.space.point(unit[: self.space.dimension]) for unit in self.asked]

    def tell(self, trials: Sequence[Trial]) -> None:
        """A generation is told as soon as it is whole."""
        feasible = [each.loss for each in trials if each.feasible and each.loss is not None]
        self.worst = max([*feasible, *([] if self.worst is None else [self.worst])], default=None)
        self.done += list(zip(self.asked, trials, strict=True))
        size = self.strategy.popsize
        while len(self.done) >= size:
            members, self.done = self.done[:size], self.done[size:]
            losses = penalized([trial for _, trial in members], self.worst)
            self.strategy.tell([unit for unit, _ in members], losses)
            if self.strategy.stop() and not self.waiting:
                self.restarts += 1
                self.strategy = self._start(self.rng.random(self._dimension))

    def _start(self, mean: np.ndarray) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # matplotlib's, where it is absent
            import cma

            size = int(4 + 3 * math.log(self._dimension)) * 2**self.restarts
            options = {
                "bounds": [0, 1],
                "seed": self.seed * 1000 + self.restarts + 1,
                "popsize": size,
                "verbose": -9,
            }
            return cma.CMAEvolutionStrategy(mean, 0.3, options)
