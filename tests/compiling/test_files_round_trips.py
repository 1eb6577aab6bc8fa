"""Random models of every class a file can state: written, read by us, by HiGHS and by SCIP."""

from __future__ import annotations

import gzip
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentopt.compiling import export, lp_file, lp_reader, mps_file, mps_reader, read
from agentopt.compiling.arrays import Compiled, Integrality, ProblemClass
from agentopt.compiling.flat import compiled_file
from agentopt.compiling.model_file import Draft, ModelFile
from agentopt.compiling.names import column_names, row_names
from agentopt.solvers import solve
from agentopt.solvers.base import Limits

NAMES = ["a", "new york", "free", "e3", "x-1", "été", "7", "st", "2x", "obj", "c1", "a_b", "a b", "inf"]
INFINITE = math.inf
RELAXED = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
FEW = settings(RELAXED, max_examples=25)
EXACT = st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-9)
WHOLE = st.integers(-4, 4).map(float)


@st.composite
def models(
    draw: st.DrawFn,
    numbers: st.SearchStrategy[float] = EXACT,
    *,
    kinds: tuple[Integrality, ...] = tuple(Integrality),
    quadratic: tuple[str, ...] = ("", "objective", "rows", "both"),
    boxed: bool = False,
) -> Compiled:
    """A model with up to five columns and four rows, every kind of bound and side among them."""
    draft = Draft("random", sense=draw(st.sampled_from(["minimize", "maximize"])))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    for name in names:
        column = draft.column(name)
        kind = draw(st.sampled_from(kinds))
        low, high = sorted([draw(numbers), draw(numbers)])
        if kind in {Integrality.INTEGER, Integrality.SEMIINTEGER}:
            low, high = float(math.floor(low)), float(math.ceil(high))
        if kind in {Integrality.SEMICONTINUOUS, Integrality.SEMIINTEGER}:
            low, high = abs(low), abs(low) + abs(high) + 1
        elif not boxed:
            low = draw(st.sampled_from([low, 0.0, high, -INFINITE]))
            high = draw(st.sampled_from([max(low, high), INFINITE]))
        draft.kinds[column], draft.lower[column], draft.upper[column] = kind, low, high
    columns = st.integers(0, len(names) - 1)
    rows: tuple[list[int], list[int], list[float]] = ([], [], [])
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=4, unique=True)):
        row = draft.row(name)
        low, high = sorted([draw(numbers), draw(numbers)])
        draft.row_lower[row], draft.row_upper[row] = draw(
            st.sampled_from([(low, high), (low, low), (-INFINITE, high), (low, INFINITE)])
        )
        for column in draw(st.sets(columns)):
            rows[0].append(row)
            rows[1].append(column)
            rows[2].append(draw(numbers))
    draft.entries = rows
    draft.cost = (list(range(len(names))), [draw(numbers) for _ in names])
    draft.offset = draw(numbers)
    where = draw(st.sampled_from(quadratic))
    for row in range(-1, len(draft.rows)):
        if where == "both" or where == ("objective" if row < 0 else "rows"):
            for _ in range(draw(st.integers(0, 3))):
                draft.products.append((row, draw(columns), draw(columns), draw(numbers)))
    return compiled_file(draft.file(), time.perf_counter())


def stated(file: ModelFile) -> dict[str, Any]:
    """What a file states, by name."""
    columns, rows = file.columns, file.rows
    owner = np.repeat(np.arange(len(columns)), np.diff(file.matrix.starts)).tolist()
    body: dict[str, dict[Any, float]] = {name: {} for name in rows}
    for i, j, value in zip(file.matrix.indices.tolist(), owner, file.matrix.values.tolist(), strict=True):
        body[rows[i]][columns[j]] = value
    for part in file.quadratic_rows:
        body[rows[part.row]] |= products(part.first, part.second, part.values, columns)
    return {
        "sense": file.sense,
        "offset": file.offset,
        "cost": dict(zip(columns, file.cost.tolist(), strict=True)),
        "curve": {} if file.quadratic is None else products(*file.quadratic, columns),
        "columns": {
            name: (low, high, kind)
            for name, low, high, kind in zip(
                columns, *(b.tolist() for b in file.bounds), file.integrality.tolist(), strict=True
            )
        },
        "rows": {
            name: (low, high, body[name])
            for name, low, high in zip(rows, *(b.tolist() for b in file.row_bounds), strict=True)
        },
    }


def products(first: Any, second: Any, values: Any, columns: list[str]) -> dict[Any, float]:
    return {
        frozenset([columns[i], columns[j]]): value
        for i, j, value in zip(first.tolist(), second.tolist(), values.tolist(), strict=True)
    }


def expected(model: Compiled) -> dict[str, Any]:
    """What a file of a model must state."""
    (objective,) = model.objectives
    columns, rows = column_names(model), row_names(model)
    return stated(
        ModelFile(
            "model",
            objective.sense,
            columns,
            rows,
            objective.cost,
            objective.offset,
            model.matrix,
            (model.lower, model.upper),
            (model.row_lower, model.row_upper),
            model.integrality,
            objective.quadratic,
            model.quadratic_rows,
        )
    )


def close(one: Any, other: Any) -> bool:
    """Equal but for the last place of a range's far side."""
    return bool(np.allclose(one, other, rtol=1e-15, atol=1e-10))


@RELAXED
@given(models())
def test_an_mps_file_states_the_arrays_it_was_written_from(model: Compiled) -> None:
    found = stated(mps_reader.parse(mps_file.text(model), "model.mps"))
    wanted = expected(model)
    assert found.keys() == wanted.keys()
    for name, (low, high, body) in wanted.pop("rows").items():
        other = found["rows"][name]
        assert body == other[2]
        assert close((low, high), other[:2])
        assert low in other[:2] or high in other[:2]
    del found["rows"]
    assert found == wanted


@RELAXED
@given(models())
def test_an_lp_file_states_the_arrays_it_was_written_from_with_ranges_as_two_rows(model: Compiled) -> None:
    found, wanted = stated(lp_reader.parse(lp_file.text(model), "model.lp")), expected(model)
    rows = wanted.pop("rows")
    halves = found.pop("rows")
    for name, (low, high, body) in rows.items():
        if low < high and math.isfinite(low) and math.isfinite(high):
            (upper,) = [halves.pop(f"{name}_most{end}") for end in ("", "_") if f"{name}_most{end}" in halves]
            (lower,) = [
                halves.pop(f"{name}_least{end}") for end in ("", "_") if f"{name}_least{end}" in halves
            ]
            assert upper == (-INFINITE, high, body)
            assert lower == (low, INFINITE, body)
        else:
            assert halves.pop(name) == (low, high, body)
    assert not halves
    assert found == wanted


def solved(model: Compiled, engine: str | None = None) -> float | None:
    """The optimum; None where there is none."""
    solution = solve(model, engine=engine, limits=Limits(seconds=20, threads=1))
    return solution.objective if solution.values is not None else None


def by_highs(path: Path) -> float | None:
    import highspy

    highspy.Highs.resetGlobalScheduler(True)  # an earlier test may have started it with more threads
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("mip_rel_gap", 0.0)
    assert highs.readModel(str(path)) != highspy.HighsStatus.kError, path.read_text()
    highs.run()
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    assert status == highspy.HighsModelStatus.kOptimal, (status, path.read_text())
    return float(highs.getInfo().objective_function_value)


def by_scip(path: Path) -> float | None:
    import pyscipopt

    model = pyscipopt.Model()
    model.hideOutput()
    model.readProblem(str(path))
    model.optimize()
    if model.getStatus() == "infeasible":
        return None
    assert model.getStatus() == "optimal"
    return float(model.getObjVal())


def agree(one: float | None, other: float | None) -> bool:
    return (one is None) == (other is None) and (
        one is None or math.isclose(one, other or 0.0, rel_tol=1e-5, abs_tol=1e-5)
    )


@pytest.mark.parametrize("suffix", [".lp", ".mps"])
@FEW
@given(model=models(WHOLE, quadratic=("",), boxed=True))
def test_highs_finds_the_same_optimum_in_a_linear_file(suffix: str, tmp_path: Path, model: Compiled) -> None:
    path = export(model, tmp_path / f"model{suffix}")
    value = solved(model)
    # HiGHS 1.16 reads a semi-integer column of an MPS file as semi-continuous.
    if suffix == ".lp" or not (model.integrality == Integrality.SEMIINTEGER).any():
        assert agree(value, by_highs(path)), path.read_text()
    assert agree(value, solved(read(path))), path.read_text()


@pytest.mark.parametrize("suffix", [".lp", ".mps"])
@FEW
@given(
    model=models(WHOLE, kinds=(Integrality.CONTINUOUS, Integrality.INTEGER), quadratic=("rows",), boxed=True)
)
def test_scip_finds_the_same_optimum_in_a_file_with_quadratic_rows(
    suffix: str, tmp_path: Path, model: Compiled
) -> None:
    # One engine throughout: where a quadratic row can only be touched, tolerances of engines tell.
    path = export(model, tmp_path / f"model{suffix}")
    value = solved(model, "scip")
    assert agree(value, by_scip(path)), path.read_text()
    assert agree(value, solved(read(path), "scip")), path.read_text()


CONVEX = {
    "lp": "Minimize\n obj: - 4 x - 3 y + [ 2 x^2 - 2 x*y + 3 y^2 ] / 2 + 7\nst\n c: x + y <= 3\nEnd\n",
    "mps": "NAME\nROWS\n N obj\n L c\nCOLUMNS\n x obj -4 c 1\n y obj -3 c 1\nRHS\n RHS obj -7 c 3\n"
    "QUADOBJ\n x x 2\n y x -1\n y y 3\nENDATA\n",
}


@pytest.mark.parametrize("suffix", ["lp", "mps"])
@pytest.mark.parametrize("other", ["lp", "mps"])
def test_a_quadratic_objective_is_the_same_to_highs_and_scip_and_us(
    suffix: str, other: str, tmp_path: Path
) -> None:
    path = tmp_path / f"given.{suffix}"
    path.write_text(CONVEX[suffix])
    model = read(path)
    assert model.problem_class == ProblemClass.QP
    again = export(model, tmp_path / f"again.{other}")
    value = by_highs(path)
    assert value is not None
    for found in (by_scip(path), solved(model), by_highs(again), by_scip(again), solved(read(again))):
        assert agree(value, found)


def test_a_packed_file_is_the_same_every_time_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "m.lp").write_text(CONVEX["lp"])
    model = read(tmp_path / "m.lp")
    one = export(model, tmp_path / "one.mps.gz").read_bytes()
    assert one == export(model, tmp_path / "two.mps.gz").read_bytes()
    assert gzip.decompress(one).decode() == export(model, tmp_path / "plain.mps").read_text()
