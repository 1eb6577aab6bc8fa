"""Instance files of scheduling, routing and packing, read as the collections mean them."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentopt.benchmarks.classics import read
from agentopt.solvers import Limits, solve

FILES = {
    "TSP": (
        "NAME : four\nTYPE : TSP\nDIMENSION : 4\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n"
        "1 0 0\n2 0 3.4\n3 4 3.4\n4 4 0\nEOF\n",
        14.0,
    ),
    "TSP by rows": (
        "NAME: three\nDIMENSION: 3\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: LOWER_DIAG_ROW\n"
        "EDGE_WEIGHT_SECTION\n0\n5 0\n7 9 0\nEOF\n",
        21.0,
    ),
    "JSSP": ("# two jobs\n2 2\n0 3 1 2\n1 4 0 1\n", 6.0),
    "0-1 knapsack": ("3 5\n4 3\n5 4\n3 2\n1 0 1\n", 7.0),
    "multidimensional knapsack": ("2 2 5\n5 4\n3 2\n1 4\n3 4\n", 5.0),
    "bin packing": ("10 4 2\n6\n5\n5\n4\n", 2.0),
}


@pytest.mark.parametrize("kind", FILES)
def test_an_instance_has_its_optimum(kind: str, tmp_path: Path) -> None:
    text, optimum = FILES[kind]
    (tmp_path / "file").write_text(text)
    problem = read(kind.removesuffix(" by rows"), tmp_path / "file")
    found = solve(problem, engine="highs", limits=Limits(seconds=30))
    assert found.objective == optimum
