"""Public MPS instances: what is imported is what HiGHS reads, whatever the file holds.

They lie in the folder that `AGENTOPT_INSTANCES` names, or beside the checkout; without them this is skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from agentopt.compiling import read

BESIDE = Path(__file__).parents[3] / "shared" / "instances" / "mps"
FOLDER = Path(os.environ.get("AGENTOPT_INSTANCES") or BESIDE)
FILES = sorted(FOLDER.glob("**/*.mps.gz")) if FOLDER.is_dir() else []


@pytest.mark.skipif(not FILES, reason="no instances: set AGENTOPT_INSTANCES to a folder of MPS files")
@pytest.mark.parametrize("path", FILES or [Path()], ids=lambda path: path.name)
def test_an_instance_is_imported_whole(path: Path) -> None:
    import highspy

    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("small_matrix_value", 1e-12)
    highs.readModel(str(path))
    lp, model = highs.getLp(), read(path)
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
