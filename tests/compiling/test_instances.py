"""Public MPS instances: what is imported is what HiGHS reads, whatever the file holds.

They lie in the folder that `AGENTOPT_INSTANCES` names, or beside the checkout; without them this is skipped.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agentopt.compiling import mps_reader, read
from agentopt.solvers import solve
from agentopt.solvers.base import Limits

BESIDE = Path(__file__).parents[3] / "shared" / "instances" / "mps"
FOLDER = Path(os.environ.get("AGENTOPT_INSTANCES") or BESIDE)
FILES = sorted(FOLDER.glob("**/*.mps.gz")) if FOLDER.is_dir() else []


needs_instances = pytest.mark.skipif(
    not FILES, reason="no instances: set AGENTOPT_INSTANCES to a folder of MPS files"
)


def by_highs(path: Path) -> Any:
    import highspy

    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("small_matrix_value", 1e-12)
    highs.readModel(str(path))
    return highs


@needs_instances
@pytest.mark.parametrize("path", FILES or [Path()], ids=lambda path: path.name)
def test_an_instance_is_read_as_highs_reads_it(path: Path) -> None:
    lp = by_highs(path).getLp()
    file = mps_reader.parse(gzip.decompress(path.read_bytes()).decode(), path.name)
    assert file.columns == list(lp.col_names_)
    assert file.rows == list(lp.row_names_)
    assert file.sense == ("minimize" if int(lp.sense_) == 1 else "maximize")
    assert file.offset == lp.offset_
    for ours, theirs in (
        (file.cost, lp.col_cost_),
        (file.bounds[0], lp.col_lower_),
        (file.bounds[1], lp.col_upper_),
        (file.row_bounds[0], lp.row_lower_),
        (file.row_bounds[1], lp.row_upper_),
    ):
        assert np.array_equal(ours, np.array(theirs, dtype=float))
    kinds = [int(kind) for kind in lp.integrality_] or [0] * len(file.columns)
    assert file.integrality.tolist() == kinds
    matrix = lp.a_matrix_
    assert np.array_equal(file.matrix.starts, matrix.start_)
    for j in range(len(file.columns)):
        part = slice(matrix.start_[j], matrix.start_[j + 1])
        theirs = dict(zip(matrix.index_[part], matrix.value_[part], strict=True))
        ours = dict(zip(file.matrix.indices[part].tolist(), file.matrix.values[part].tolist(), strict=True))
        assert ours == theirs


@needs_instances
@pytest.mark.parametrize("name", ["afiro", "forplan", "gas11", "dcmulti", "dsbmip", "qjh", "primal1"])
def test_an_instance_has_the_optimum_highs_finds_in_the_file(name: str) -> None:
    import highspy

    path = FOLDER / f"{name}.mps.gz"
    if not path.is_file():
        pytest.skip(f"there is no {path.name}")
    highs = by_highs(path)
    highs.run()
    found = solve(read(path), limits=Limits(seconds=60, threads=1))
    if highs.getModelStatus() == highspy.HighsModelStatus.kUnbounded:
        assert found.termination == "unbounded"
    else:
        assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        expected = highs.getInfo().objective_function_value
        assert found.objective == pytest.approx(expected, rel=1e-4, abs=1e-6)


@needs_instances
@pytest.mark.parametrize("path", FILES or [Path()], ids=lambda path: path.name)
def test_an_instance_is_imported_whole(path: Path) -> None:
    lp, model = by_highs(path).getLp(), read(path)
    assert (model.num_rows, model.num_columns) == (lp.num_row_, lp.num_col_)
    for ours, theirs in (
        (model.matrix.values, lp.a_matrix_.value_),
        (model.lower, lp.col_lower_),
        (model.upper, lp.col_upper_),
        (model.row_lower, lp.row_lower_),
        (model.row_upper, lp.row_upper_),
        (model.objectives[0].cost, lp.col_cost_),
    ):
        assert np.array_equal(np.sort(ours), np.sort(np.array(theirs, dtype=float)))
    labels = {label for block in model.variables for (label,) in model.instance.labels.tuples(block.codes)}
    assert len(labels) == lp.num_col_
