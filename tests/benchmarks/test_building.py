"""The building benchmark: every layer builds the same model, and the table says what was measured."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from agentopt.benchmarks import building
from agentopt.benchmarks.building_cases import FAMILIES, given
from agentopt.benchmarks.building_layers import BUILDERS, floor
from agentopt.benchmarks.building_measure import measure

OWN = ("agentopt", "agentopt-shuffled", "agentopt-arrays", "agentopt-tables")


def optimum(model: object) -> float:
    import highspy

    highs = getattr(model, "_solver_model", model)
    highs.setOptionValue("threads", 1)  # as everywhere in the tests: HiGHS refuses another number later
    highspy.Highs.resetGlobalScheduler(True)  # an earlier test may have started it with another
    highs.run()
    found: float = highs.getInfo().objective_function_value
    return found


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "layer", [*OWN, "pyomo", "linopy", "linopy-dictionaries", "linopy-tables", "floor-tables"]
)
def test_every_layer_builds_a_model_with_the_optimum_of_the_floor(
    family: str, layer: str, tmp_path: Path
) -> None:
    for peer in ("linopy", "pandas"):
        if ("linopy" in layer or layer == "floor-tables") and importlib.util.find_spec(peer) is None:
            pytest.skip(f"{peer} is not installed")
    case = given(family, 300, tmp_path)
    expected = optimum(floor(family, case.arrays))
    assert expected > 0
    assert optimum(BUILDERS[layer](family, case)) == pytest.approx(expected)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_case_has_about_the_nonzeros_asked_for(family: str, tmp_path: Path) -> None:
    nonzeros = floor(family, given(family, 5000, tmp_path).arrays).getNumNz()
    assert 4000 <= nonzeros <= 5500


def test_a_measurement_says_what_it_measured(tmp_path: Path) -> None:
    found = measure("transport", 400, "agentopt", tmp_path)
    assert json.loads(json.dumps(found)) == found
    assert found["ratio"] == pytest.approx(found["seconds"] / found["floor"])
    assert found["nonzeros"] == 392


def test_the_table_compares_with_the_peer_that_starts_from_the_same_data() -> None:
    def row(layer: str, seconds: float) -> building.Row:
        return {
            "family": "transport",
            "size": "1e3",
            "nonzeros": 968,
            "layer": layer,
            "seconds": seconds,
            "ratio": 2.0,
            "peak_mb": 3.0,
        }

    layers = {"floor": 0.5, "agentopt": 1.0, "agentopt-tables": 2.0, "linopy": 4.0, "linopy-tables": 6.0}
    rows = [row(layer, seconds) for layer, seconds in layers.items()]
    lines = building.table(
        [*rows, {"family": "transport", "size": "1e3", "layer": "pyomo", "error": "more than 3 s"}]
    ).splitlines()
    assert lines[2].split() == ["transport", "968", "agentopt", "1.0000", "2.00", "4.00", "3.0", "1.00"]
    assert lines[3].split() == [
        "transport",
        "968",
        "agentopt-tables",
        "2.0000",
        "2.00",
        "3.00",
        "3.0",
        "1.00",
    ]
    assert lines[-1].split() == ["transport", "1e3", "pyomo", "skipped:", "more", "than", "3", "s"]
