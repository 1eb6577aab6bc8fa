"""Whether sequencing statements may still stand for their rows.

Diagnoses and tests change arrays: they loosen a row, fix a column, put a price on it. A statement whose rows
or columns are not as they were made stands for nothing any more; its rows are taken as they are.
"""

from __future__ import annotations

__all__ = ["made_of_rows", "sealed", "standing"]

import zlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from agentopt.compiling.arrays import Compiled, Structure
from agentopt.errors import CompileError


def made_of_rows(compiled: Compiled) -> None:
    """See that a model is all rows, which is what a file or a script of another system holds.

    Raises:
        CompileError: it has a statement without rows.
    """
    bare = next((each for each in compiled.structures if not each.restated), None)
    if bare is None:
        return
    if bare.kind == "semidefinite":
        raise CompileError(
            f"`{bare.name}`: a model file holds rows, and a semidefinite matrix is none",
            hint="solve it with `--engine clarabel`",
        )
    raise CompileError(
        f"`{bare.name}`: a `{bare.kind}` of this size has no rows, and a model file holds only rows",
        hint="solve it with `--engine cpsat`, or state it for fewer tasks",
    )


def sealed(compiled: Compiled) -> tuple[Structure, ...]:
    """The structures with a digest of their rows and columns as they are."""
    return tuple(
        replace(structure, digest=digest)
        for structure, digest in zip(compiled.structures, _digests(compiled), strict=True)
    )


def standing(compiled: Compiled) -> tuple[Structure, ...]:
    """The structures whose rows and columns are as they were made."""
    if not compiled.structures:
        return ()
    last = max(max(each.rows[1], 0) for each in compiled.structures)
    if (
        last > compiled.num_rows
        or max(each.columns[1] for each in compiled.structures) > compiled.num_columns
    ):
        return ()
    costs = [each.cost for each in compiled.objectives]
    return tuple(
        structure
        for structure, digest in zip(compiled.structures, _digests(compiled), strict=True)
        if structure.digest == digest
        and not any(cost[structure.columns[0] : structure.columns[1]].any() for cost in costs)
        and not _used_elsewhere(compiled, structure)
    )


def _used_elsewhere(compiled: Compiled, structure: Structure) -> bool:
    """Whether the columns that restate it stand in other rows."""
    starts = compiled.matrix.starts
    rows = compiled.matrix.indices[starts[structure.columns[0]] : starts[structure.columns[1]]]
    return bool(((rows < structure.rows[0]) | (rows >= structure.rows[1])).any())


def _digests(compiled: Compiled) -> Iterator[int]:
    matrix = compiled.matrix
    columns = np.repeat(np.arange(matrix.num_columns), np.diff(matrix.starts))
    order = np.argsort(matrix.indices, kind="stable")
    rows = matrix.indices[order]
    for structure in compiled.structures:
        first, end = structure.rows
        mine = order[np.searchsorted(rows, first) : np.searchsorted(rows, end)]
        parts = [matrix.indices[mine], columns[mine], matrix.values[mine]]
        parts += [side[first:end] for side in (compiled.row_lower, compiled.row_upper)]
        first, end = structure.columns
        parts += [part[first:end] for part in (compiled.lower, compiled.upper, compiled.integrality)]
        digest = 0
        for part in parts:
            digest = zlib.crc32(np.ascontiguousarray(part).tobytes(), digest)
        yield digest
