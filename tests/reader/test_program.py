"""The optimum of a reading, in whole numbers, beside every point of a small box."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from agentopt.reader import program as programs
from agentopt.reader.program import Program, optimum


def _random(rng: np.random.Generator, sense: str) -> Program:
    size, rows = int(rng.integers(2, 4)), int(rng.integers(2, 5))
    matrix = np.vstack([rng.integers(-3, 8, (rows, size)), np.eye(size)]).astype(float)
    limits = np.concatenate([rng.integers(1, 30, rows), np.full(size, 7)]).astype(float)
    relations = tuple(rng.choice(["<=", ">=", "=="], rows, p=[0.6, 0.3, 0.1])) + ("<=",) * size
    return Program(sense, rng.integers(-5, 10, size).astype(float), matrix, relations, limits, whole=True)  # type: ignore[arg-type]


def _best(given: Program) -> float | None:
    """By trying every point."""
    fits = {"<=": np.less_equal, ">=": np.greater_equal, "==": np.equal}
    values = [
        float(given.objective @ point)
        for point in map(np.array, itertools.product(range(8), repeat=len(given.objective)))
        if all(
            fits[relation](row @ point, limit)
            for row, relation, limit in zip(given.matrix, given.relations, given.limits, strict=True)
        )
    ]
    if not values:
        return None
    return max(values) if given.sense == "maximize" else min(values)


@pytest.mark.parametrize("nodes", [0, 60])
@pytest.mark.parametrize("sense", ["maximize", "minimize"])
def test_the_optimum_in_whole_numbers_is_that_of_all_points(
    monkeypatch: pytest.MonkeyPatch, sense: str, nodes: int
) -> None:
    monkeypatch.setattr(programs, "_MOST_NODES", nodes)  # with none, all is left to HiGHS
    rng = np.random.default_rng(1)
    seen = set()
    for _ in range(150):
        given = _random(rng, sense)
        status, value = optimum(given)
        best = _best(given)
        seen.add(status)
        assert status == ("infeasible" if best is None else "optimal")
        if best is not None:
            assert value == pytest.approx(best)
    assert seen == {"infeasible", "optimal"}
