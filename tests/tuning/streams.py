"""Streams of instances whose costs are made up, so that what a tuning should find is known."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from agentopt.compiling import compile_instance
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation
from agentopt.tuning.bench import Bench, Cap
from agentopt.tuning.choices import Choice, Knob
from agentopt.tuning.measuring import Instance, Ledger, Solve

KNOBS = (Knob("presolve", ("off",)), Knob("effort", (0.1, 0.2)))
LIMIT = 100.0


def instances(count: int) -> list[Instance]:
    """Instances that differ in name and digest alone; their arrays are never looked at."""
    tiny = compile_instance(bind(Formulation.model_validate({"variables": {"x": {"upper": 1}}})))
    return [Instance(f"i{k:02}", tiny, f"{k:016x}") for k in range(count)]


@dataclass
class Machine:
    """Solves by a rule: how long an instance takes, times what a choice makes of it, with noise.

    Attributes:
        effect: the factor of a choice.
        sigma: of the noise, on the logarithm.
        calls: what was asked, in order.
    """

    effect: Callable[[Choice], float] = lambda choice: 1.0
    sigma: float = 0.1
    seed: int = 0
    objective: Callable[[Choice], float] = lambda choice: 7.0
    calls: list[tuple[str, Choice]] = field(default_factory=list)

    def __call__(self, instance: Instance, choice: Choice) -> Solve:
        self.calls.append((instance.name, choice))
        size = random.Random(f"{self.seed} {instance.digest}").lognormvariate(1.0, 1.0)
        noise = random.Random(f"{self.seed} {instance.digest} {choice}").gauss(0.0, self.sigma)
        seconds = size * self.effect(choice) * 2.718281828**noise
        finished = seconds < LIMIT
        return Solve(
            finished,
            min(seconds, LIMIT),
            int(seconds * 100),
            "optimal" if finished else "time limit",
            self.objective(choice) if finished else None,
        )


def bench(
    machine: Callable[[Instance, Choice], Solve], cap: Cap | None = None, ledger: Ledger | None = None
) -> Bench:
    """A bench over a machine."""
    return Bench(machine, ledger or Ledger(None, {}), "seconds", LIMIT, cap or Cap())
