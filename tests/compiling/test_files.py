"""Model files: what is written reads back to the same model, for every class a format has words for."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from agentopt.compiling import compile_instance, export, read
from agentopt.compiling.arrays import Compiled
from agentopt.compiling.evaluate import objective_value
from agentopt.errors import CompileError, FormulationError, UsageError
from tests.compiling.models import compiled, optimum

PLANT = {
    "title": "Plant",
    "sets": {"I": {"elements": ["new york", "e3", "x-1"]}, "T": {"first": 1, "last": 3}},
    "parameters": {
        "c": {"over": ["I", "T"], "values": [[1, 2.5, 0.1], [3, 1, 2], [0.3333333333333333, 1, 1]]}
    },
    "variables": {
        "make": {"over": ["I", "T"], "upper": 10},
        "open": {"over": ["I"], "domain": "binary"},
        "lots": {"domain": "integer", "lower": -3, "upper": 40},
        "free": {"lower": None},
    },
    "objective": {
        "minimize": "sum(c[i,t]*make[i,t] for i in I, t in T) + 4*sum(open[i] for i in I) + free + 2.5"
    },
    "constraints": {
        "need": {"for": "t in T", "that": "sum(make[i,t] for i in I) >= 3 + t"},
        "only_if": {"for": "i in I", "that": "sum(make[i,t] for t in T) <= 20*open[i]"},
        "window": {"that": "-2 <= free + lots <= 5"},
        "tie": {"that": "free == lots - 1"},
        "choice": {"that": "at_most(2, open[i] for i in I)"},
    },
}


def same(one: Compiled, other: Compiled) -> None:
    assert (one.num_columns, one.num_rows) == (other.num_columns, other.num_rows)
    for name in ("lower", "upper", "integrality", "row_lower", "row_upper"):
        assert np.array_equal(np.sort(getattr(one, name)), np.sort(getattr(other, name))), name
    assert np.array_equal(np.sort(one.matrix.values), np.sort(other.matrix.values))


@pytest.mark.parametrize("suffix", [".lp", ".mps", ".lp.gz", ".mps.gz"])
def test_a_model_written_and_read_back_has_the_same_optimum(tmp_path: Path, suffix: str) -> None:
    model = compiled(**PLANT)
    back = read(export(model, tmp_path / f"model{suffix}"))
    assert optimum(back) == pytest.approx(optimum(model))
    if "mps" in suffix:
        same(model, back)


@pytest.mark.parametrize("suffix", [".lp", ".mps"])
def test_a_file_as_a_formulation_compiles_to_the_same_optimum(tmp_path: Path, suffix: str) -> None:
    back = read(export(compiled(**PLANT), tmp_path / f"model{suffix}"))
    again = compile_instance(back.instance)
    assert optimum(again) == pytest.approx(optimum(back))


@pytest.mark.parametrize("suffix", [".lp", ".mps"])
def test_maximizing_semicontinuous_and_quadratic_survive(tmp_path: Path, suffix: str) -> None:
    model = compiled(
        variables={"s": {"domain": "semicontinuous", "lower": 2, "upper": 6}, "x": {"upper": 4}},
        objective={"maximize": "3*s - x**2 + x*s - s**2 + 1"},
        constraints={"c": {"that": "s + x <= 7"}},
    )
    back = read(export(model, tmp_path / f"m{suffix}"))
    assert back.objectives[0].sense == "maximize"
    assert sorted(back.integrality.tolist()) == [0, 2]
    names = [name for block in back.variables for (name,) in back.instance.labels.tuples(block.codes)]
    point = {"s": 2.5, "x": 1.5}
    value = objective_value(back.objectives[0], np.array([point[name] for name in names]))
    assert value == pytest.approx(3 * 2.5 - 1.5**2 + 1.5 * 2.5 - 2.5**2 + 1)


def test_names_are_readable(tmp_path: Path) -> None:
    text = export(compiled(**PLANT), tmp_path / "m.lp").read_text()
    assert "make_new_york_1" in text
    assert "need_2:" in text
    assert "0.3333333333333333" in text


def test_numbers_keep_every_digit(tmp_path: Path) -> None:
    value = 0.1 + 0.2
    model = compiled(
        variables={"x": {}}, objective={"minimize": f"{value!r}*x"}, constraints={"c": {"that": "x >= 1"}}
    )
    for suffix in (".lp", ".mps"):
        assert read(export(model, tmp_path / f"m{suffix}")).objectives[0].cost.tolist() == [value]


def test_a_nonlinear_model_is_not_written_as_lp(tmp_path: Path) -> None:
    model = compiled(variables={"x": {}}, objective={"minimize": "exp(x)"})
    with pytest.raises(CompileError, match="nonlinear"):
        export(model, tmp_path / "m.lp")
    assert not list(tmp_path.iterdir())
    assert export(model, tmp_path / "m.nl").stat().st_size > 0


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("m.mps", b"", "is empty"),
        ("m.lp", b" \n\n", "is empty"),
        ("m.mps", b"\x7fELF\x00\x01\x02", "not text"),
        ("m.mps", b"\xff\xd8\xfe\x10junk", "not a section"),
        ("m.lp", b"\xff\xd8\xfe\x10junk", "Minimize or Maximize"),
        ("m.mps", b"* only a comment\n", "no section"),
        ("m.mps.gz", b"not gzip at all", "gzip"),
        ("m.mps.gz", gzip.compress(b"NAME x\nROWS\n" * 1000, mtime=0)[:-20], "gzip"),
    ],
)
def test_damaged_files_are_errors_that_name_the_file(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FormulationError, match=message) as caught:
        read(tmp_path / name)
    assert name in caught.value.message


def test_unknown_suffixes_and_missing_files_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="kind of model file"):
        read(tmp_path / "model.txt")
    with pytest.raises(UsageError, match="no file"):
        read(tmp_path / "model.mps")
    with pytest.raises(UsageError, match="kind of model file"):
        export(compiled(**PLANT), tmp_path / "model.gms")


def test_ranges_negative_and_missing_bounds_of_mps_are_read(tmp_path: Path) -> None:
    (tmp_path / "m.mps").write_text(
        "NAME t\nROWS\n N obj\n L a\n G b\n E c\n E d\nCOLUMNS\n x obj 1 a 1\n x b 1\n y obj -1 a 2\n y c 1\n"
        " M1 'MARKER' 'INTORG'\n z c 1 d 1\n M2 'MARKER' 'INTEND'\nRHS\n RHS obj -5 a 4\n RHS b 1 c 2\n"
        "RANGES\n RNG a 3 b 2\n RNG c 1 d -1\n"
        "BOUNDS\n UP BND x -2\n MI BND x\n FR BND y\n UP BND z 7\nENDATA\n"
    )
    model = read(tmp_path / "m.mps")
    rows = {
        name: (model.row_lower[b.start + k], model.row_upper[b.start + k])
        for b in model.rows
        for k, (name,) in enumerate(model.instance.labels.tuples(b.codes))
    }
    assert rows == {"a": (1, 4), "b": (1, 3), "c": (2, 3), "d": (-1, 0)}
    columns = {
        name: (model.lower[b.start + k], model.upper[b.start + k])
        for b in model.variables
        for k, (name,) in enumerate(model.instance.labels.tuples(b.codes))
    }
    assert columns == {"x": (-np.inf, -2), "y": (-np.inf, np.inf), "z": (0, 7)}
    assert model.objectives[0].offset == 5
    assert model.problem_class == "MILP"
