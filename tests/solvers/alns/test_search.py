"""The search: it improves on points, learns, is never worse, and ends with HiGHS's proof."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from agentopt.compiling.arrays import Compiled
from agentopt.compiling.evaluate import max_violation, objective_value
from agentopt.errors import EngineError
from agentopt.solvers import Limits, Termination, engine
from agentopt.solvers.alns.acceptance import acceptance
from agentopt.solvers.alns.bandits import BANDITS, bandit
from agentopt.solvers.alns.search import Search
from agentopt.solvers.race_board import Board, Lane
from tests.compiling.models import compiled


def covering(columns: int = 24, rows: int = 14) -> Compiled:
    rng = np.random.default_rng(3)
    covers = rng.random((rows, columns)) < 0.25
    covers[np.arange(rows), np.arange(rows)] = True
    costs = rng.integers(5, 30, columns)
    return compiled(
        variables={f"x{j}": {"domain": "binary"} for j in range(columns)},
        objective={"minimize": " + ".join(f"{costs[j]}*x{j}" for j in range(columns))},
        constraints={
            f"r{i}": {"that": " + ".join(f"x{j}" for j in range(columns) if covers[i, j]) + " >= 1"}
            for i in range(rows)
        },
    )


@pytest.mark.parametrize("rule", ["hill-climbing", "annealing"])
@pytest.mark.parametrize("name", sorted(BANDITS))
def test_the_search_alone_improves_a_poor_point_to_the_optimum(name: str, rule: str) -> None:
    problem = covering()
    objective = problem.objective
    assert objective is not None
    best = engine("highs").solve(problem, Limits(), {}).objective
    assert best is not None
    reached = threading.Event()
    board = Board(problem, 0.0, lambda: None)
    assert board.offer("somebody", np.ones(problem.num_columns))
    first = board.objective
    assert first is not None
    seen: list[float] = [first]

    lane = Lane("neighbourhoods", board)

    def heard(progress: object) -> bool:
        assert board.objective is not None
        seen.append(board.objective)
        if board.objective <= best + 1e-6:
            reached.set()
            lane.stop.ask(Termination.INTERRUPTED, "reached")
        return False

    options = {"bandit": name, "acceptance": rule, "random_seed": 2, "sub_seconds": 5.0}
    found = Search({"threads": 1}).solve(problem, Limits(seconds=60), options, heard, shared=lane)
    assert reached.is_set()
    assert seen == sorted(seen, reverse=True)
    assert found.values is not None
    assert max_violation(problem, found.values) <= 1e-6
    assert objective_value(objective, found.values) == pytest.approx(best)
    assert found.bound is None


def test_the_engine_ends_with_highs_proof() -> None:
    problem = covering()
    best = engine("highs").solve(problem, Limits(), {})
    found = engine("alns").solve(problem, Limits(seconds=60), {"head_start": 0})
    assert found.termination is Termination.OPTIMAL
    assert found.engine == "alns"
    assert found.objective == pytest.approx(best.objective)
    assert found.bound == pytest.approx(best.objective)


def test_an_unknown_bandit_is_an_error_that_lists_them() -> None:
    with pytest.raises(EngineError, match="thompson, epsilon-greedy, softmax, ucb1"):
        engine("alns").solve(covering(), Limits(), {"bandit": "gittins"})


@pytest.mark.parametrize("name", sorted(BANDITS))
def test_a_bandit_comes_to_prefer_the_arm_that_pays(name: str) -> None:
    rng = np.random.default_rng(0)
    chooser = bandit(name, 4)
    pulls = np.zeros(4)
    for _ in range(600):
        arm = chooser.choose(rng)
        pulls[arm] += 1
        chooser.learn(arm, float(rng.random() < (0.8 if arm == 2 else 0.1)))
    assert pulls.argmax() == 2
    assert pulls[2] > 300
    assert (pulls > 0).all()


def test_acceptance_rules_take_what_is_no_loss_and_annealing_cools() -> None:
    rng = np.random.default_rng(0)
    for rule in (acceptance("hill-climbing"), acceptance("annealing")):
        assert rule.accepts(0.0, rng)
        assert rule.accepts(-1.0, rng)
    annealing = acceptance("annealing")
    early = sum(annealing.accepts(0.002, rng) for _ in range(20))
    for _ in range(400):
        annealing.accepts(0.002, rng)
    assert early > 10
    assert not any(annealing.accepts(0.002, rng) for _ in range(20))
    assert not any(acceptance("hill-climbing").accepts(0.002, rng) for _ in range(20))
