"""Solutions on disk, as arrays without pickles, so that a resumed solve need not solve again."""

from __future__ import annotations

__all__ = ["load_solution", "save_solution"]

import json
import os
from dataclasses import fields
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from agentopt.compiling.arrays import Basis
from agentopt.errors import RunError
from agentopt.solvers.solution import PointStatus, Solution, Termination

_ARRAYS = ("values", "duals", "reduced_costs", "ray")


def save_solution(path: Path, solution: Solution) -> None:
    """Write a solution whole (temporary name, fsync, rename). The pool is not kept.

    Raises:
        RunError: the file cannot be written.
    """
    skipped = {*_ARRAYS, "pool", "basis", "matrices"}
    plain = {f.name: getattr(solution, f.name) for f in fields(solution) if f.name not in skipped}
    arrays = {name: getattr(solution, name) for name in _ARRAYS if getattr(solution, name) is not None}
    if solution.basis is not None:
        arrays |= {"basis_columns": solution.basis.columns, "basis_rows": solution.basis.rows}
    arrays |= {f"matrix_{k}": matrix for k, matrix in enumerate(solution.matrices)}
    buffer = BytesIO()
    np.savez(buffer, _plain=np.array(json.dumps(plain)), **arrays)
    part = path.with_suffix(".part")
    try:
        with part.open("wb") as file:
            file.write(buffer.getvalue())
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise RunError(
            f"{path}: the solution cannot be written: {error.strerror}",
            hint="make room on the disk, then resume the run",
        ) from error


def load_solution(path: Path) -> Solution | None:
    """The solution `save_solution` wrote, or None when there is none that can be read."""
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as kept:
            arrays: dict[str, object] = {name: kept[name] for name in kept.files if name in _ARRAYS}
            matrices = sum(name.startswith("matrix_") for name in kept.files)
            arrays["matrices"] = tuple(kept[f"matrix_{k}"] for k in range(matrices))
            known = {each.name for each in fields(Solution)}
            stated = json.loads(str(kept["_plain"]))
            plain = {name: value for name, value in stated.items() if name in known}
            if "basis_columns" in kept.files:
                arrays["basis"] = Basis(kept["basis_columns"], kept["basis_rows"])
    except (OSError, ValueError, KeyError, BadZipFile):
        return None
    return Solution(
        **{
            **plain,
            **arrays,
            "termination": Termination(plain["termination"]),
            "point": PointStatus(plain["point"]),
            "options": tuple((str(k), str(v)) for k, v in plain["options"]),
        }
    )
