"""CP-SAT beside another engine: its points go out, better ones come in, from a process of its own."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

pytest.importorskip("ortools")

from agentopt.compiling.arrays import Compiled
from agentopt.compiling.evaluate import max_violation, objective_value
from agentopt.formulation.instance import Values
from agentopt.solvers import Feature, Limits, PointStatus, Solution, Termination, engine
from agentopt.solvers import race as racing
from agentopt.solvers.base import Report
from agentopt.solvers.sharing import Shared, SharingEngine
from agentopt.solvers.watching import Stop
from tests.compiling.models import compiled


def split(size: int = 40, rows: int = 5, perfect: Sequence[bool] = ()) -> Compiled:
    """A market split problem: points are easy, the proof is not (Cornuéjols and Dawande).

    Args:
        size: goods.
        rows: markets.
        perfect: goods that together are to be exactly one share of every market.
    """
    rng = random.Random(5)
    weights = [[rng.randint(0, 99) for _ in range(size)] for _ in range(rows)]
    half = [sum(row) // 2 for row in weights]
    if perfect:
        half = [sum(w for w, taken in zip(row, perfect, strict=True) if taken) for row in weights]
    variables: dict[str, object] = {f"x{j}": {"domain": "binary"} for j in range(size)}
    variables |= {f"{name}{i}": {"domain": "integer", "upper": 5000} for i in range(rows) for name in "uv"}
    constraints = {
        f"c{i}": {"that": " + ".join(f"{w}*x{j}" for j, w in enumerate(row)) + f" + u{i} - v{i} == {half[i]}"}
        for i, row in enumerate(weights)
    }
    total = " + ".join(f"u{i} + v{i}" for i in range(rows))
    return compiled(variables=variables, objective={"minimize": total}, constraints=constraints)


@dataclass
class Other:
    """The other side: keeps what is offered, gives what it is told to, and stops when told to."""

    gives: list[Values] = field(default_factory=list)
    stop: Stop = field(default_factory=Stop)
    offered: list[Values] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)

    def offer(self, values: Values) -> None:
        self.offered.append(values)
        self.came.set()

    def take(self) -> Values | None:
        return self.gives.pop() if self.gives else None


def test_it_says_that_it_shares_and_races_only_what_it_takes() -> None:
    found = engine("cpsat")
    assert Feature.SHARES in found.features
    assert isinstance(found, SharingEngine)
    whole = compiled(
        variables={"x": {"domain": "integer", "upper": 9}},
        objective={"maximize": "x"},
        constraints={"c": {"that": "2*x <= 13"}},
    )
    chosen = racing.second(whole, "auto")
    assert chosen is not None
    assert chosen.name == "cpsat"
    endless = compiled(
        variables={"x": {"domain": "integer"}, "y": {"domain": "integer"}},
        objective={"minimize": "x + y"},
        constraints={"c": {"that": "3*x - 5*y == 0.123456789"}},
    )
    assert racing.second(endless, "cpsat") is None


def test_points_go_out_as_they_are_found_and_a_stop_comes_in() -> None:
    model, other = split(), Other()
    chosen = engine("cpsat")
    assert isinstance(chosen, SharingEngine)

    def stop_at_first() -> None:
        assert other.came.wait(60)
        other.stop.ask(Termination.INTERRUPTED, "another engine was first")

    threading.Thread(target=stop_at_first).start()
    found = chosen.solve(model, Limits(seconds=60), {"threads": 2}, None, shared=other)
    assert found.termination is Termination.INTERRUPTED
    objective = model.objective
    assert objective is not None
    reached = [objective_value(objective, each) for each in other.offered]
    assert reached == sorted(reached, reverse=True)
    assert all(max_violation(model, each) < 1e-9 for each in other.offered)
    assert found.objective == reached[-1]


def test_a_better_point_of_another_is_begun_from() -> None:
    """A market split that has a perfect answer, which nobody finds in the time but who is told."""
    rng = random.Random(5)
    chosen = [rng.random() < 0.5 for _ in range(40)]
    model = split(perfect=chosen)
    objective = model.objective
    assert objective is not None
    planted = np.zeros(model.num_columns)
    planted[[k for k, block in enumerate(model.variables) if block.name[0] == "x"]] = chosen
    assert max_violation(model, planted) < 1e-9
    assert objective_value(objective, planted) == 0
    other = Other()

    def give_once_it_searches() -> None:
        assert other.came.wait(60)
        other.gives.append(planted)

    threading.Thread(target=give_once_it_searches).start()
    cpsat = engine("cpsat")
    assert isinstance(cpsat, SharingEngine)
    found = cpsat.solve(model, Limits(seconds=60), {"threads": 2}, None, shared=other)
    assert (found.termination, found.objective, found.bound) == (Termination.OPTIMAL, 0.0, 0.0)
    assert found.values is not None
    assert (found.values == planted).all()
    assert found.log.count("Starting CP-SAT solver") == 2


def test_a_race_hands_the_first_engines_points_to_cpsat_in_its_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """HiGHS's part is played by one that offers a point and waits; CP-SAT begins from it."""
    model = split()
    objective = model.objective
    assert objective is not None
    values = np.zeros(model.num_columns)
    names = [block.name for block in model.variables]
    for i, upper in enumerate(model.row_upper.tolist()):
        values[names.index(f"u{i}")] = upper
    assert max_violation(model, values) < 1e-9

    class First:
        name, features = "highs", frozenset({Feature.MILP, Feature.SHARES})

        def available(self) -> bool:
            return True

        def solve(
            self,
            compiled: Compiled,
            limits: Limits,
            options: Mapping[str, object],
            report: Report | None = None,
            *,
            shared: Shared | None = None,
        ) -> Solution:
            assert shared is not None
            shared.offer(values)
            while shared.stop.reason is None:
                taken = shared.take()
                if taken is not None:
                    got.append(taken)
                time.sleep(0.01)
            return Solution(Termination.INTERRUPTED, PointStatus.NONE, "highs")

    got: list[Values] = []
    monkeypatch.setattr(racing, "engine", lambda name: First() if name == "highs" else engine(name))
    monkeypatch.setattr(racing, "cores", lambda: 2)
    found = engine("race").solve(model, Limits(seconds=8), {"head_start": 0, "second": "cpsat"})
    assert found.objective is not None
    assert found.objective < objective_value(objective, values)
    assert got, "the first engine was given no point of CP-SAT"
    assert all(objective_value(objective, each) < objective_value(objective, values) for each in got)
