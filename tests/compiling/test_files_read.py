"""Reading MPS and LP files: every section, the rules where solvers differ, faults with their line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentopt.compiling import compile_instance, export, lp_reader, mps_reader, read
from agentopt.compiling.arrays import Compiled, Integrality
from agentopt.compiling.evaluate import objective_value, row_values
from agentopt.compiling.flat import compiled_file
from agentopt.compiling.model_file import Draft, ModelFile
from agentopt.errors import CompileError, FormulationError
from agentopt.solvers import solve
from agentopt.solvers.base import Limits
from tests.compiling.test_files_round_trips import RELAXED, models, stated

INF = np.inf
HEAD = (
    "NAME t\nROWS\n N obj\n L a\n G b\n E c\n N other\n"
    "COLUMNS\n x obj 1 a 1\n x b 2 c 1\n y obj -1 a 3\n y other 5\n"
)


def mps(text: str) -> dict[str, Any]:
    return stated(mps_reader.parse(text, "m.mps"))


def lp(text: str) -> dict[str, Any]:
    return stated(lp_reader.parse(text, "m.lp"))


def bounds(*lines: str, columns: str = "") -> dict[str, Any]:
    return mps(HEAD + columns + "BOUNDS\n" + "".join(f" {line}\n" for line in lines) + "ENDATA\n")["columns"]


def test_rows_sides_and_ranges_have_every_sign() -> None:
    for sign, on_equal in ((1, (2, 5)), (-1, (-1, 2))):
        rows = mps(
            f"{HEAD}RHS\n RHS a 4 b 1\n RHS c 2 other 9\n"
            f"RANGES\n RNG a {3 * sign} b {2 * sign}\n RNG c {3 * sign}\nENDATA\n"
        )["rows"]
        assert {name: row[:2] for name, row in rows.items()} == {"a": (1, 4), "b": (1, 3), "c": on_equal}


def test_the_objective_is_the_first_free_row_or_the_named_one_and_its_side_is_subtracted() -> None:
    found = mps(HEAD + "RHS\n RHS obj -5 a 4\nENDATA\n")
    assert (found["cost"], found["offset"], found["sense"]) == ({"x": 1, "y": -1}, 5, "minimize")
    named = mps("OBJSENSE\n    MAX\nOBJNAME\n    other\n" + HEAD + "RHS\n obj 3\n other 2\nENDATA\n")
    assert (named["cost"], named["offset"], named["sense"]) == ({"x": 0, "y": 5}, -2, "maximize")


@pytest.mark.parametrize(
    "style", ["OBJSENSE\n    MAX\n", "OBJSENSE MAXIMIZE\n", "OBJSENSE\nMAX\n", "objsense\n  max\n"]
)
def test_every_style_of_objsense_is_read(style: str) -> None:
    assert mps(style + HEAD + "ENDATA\n")["sense"] == "maximize"


def test_every_type_of_bound_is_read() -> None:
    assert bounds("LO BND x 1", "UP BND x 4")["x"] == (1, 4, 0)
    assert bounds("FX BND x -2.5")["x"] == (-2.5, -2.5, 0)
    assert bounds("FR BND x", "MI BND y")["x"] == (-INF, INF, 0)
    assert bounds("MI BND x", "UP BND x 3")["x"] == (-INF, 3, 0)
    assert bounds("UP BND x 3", "PL BND x")["x"] == (0, INF, 0)
    assert bounds("BV BND x")["x"] == (0, 1, Integrality.INTEGER)
    assert bounds("LI BND x -3", "UI BND x 1e1")["x"] == (-3, 10, Integrality.INTEGER)
    assert bounds("LO BND x 2", "SC BND x 8")["x"] == (2, 8, Integrality.SEMICONTINUOUS)
    assert bounds("SC BND x")["x"] == (0, INF, Integrality.SEMICONTINUOUS)
    assert bounds("SI BND x 1e30")["x"] == (0, INF, Integrality.SEMIINTEGER)
    assert bounds("UP x 3", "FR y") == {"x": (0, 3, 0), "y": (-INF, INF, 0)}
    assert bounds("FR BND x 0", "FR y 0") == {"x": (-INF, INF, 0), "y": (0, INF, 0)}


def test_a_negative_upper_bound_takes_an_unstated_lower_one_away_with_a_warning() -> None:
    assert bounds("UP BND x -2")["x"] == (-INF, -2, 0)
    assert bounds("LO BND x 0", "UP BND x -2")["x"] == (0, -2, 0)
    file = mps_reader.parse(HEAD + "BOUNDS\n UP BND x -2\nENDATA\n", "m.mps")
    assert ["`x`" in warning and "negative" in warning for warning in file.warnings] == [True]


@pytest.mark.parametrize("suffix", ["lp", "mps"])
def test_a_bound_below_a_lower_one_of_zero_comes_back_as_it_was(suffix: str, tmp_path: Path) -> None:
    draft = Draft("crossed")
    column = draft.column("x")
    draft.upper[column], draft.cost = -2.0, ([column], [1.0])
    back = read(export(compiled_file(draft.file(), 0.0), tmp_path / f"m.{suffix}"))
    assert (back.lower.tolist(), back.upper.tolist()) == ([0], [-2])


def test_marked_columns_without_bounds_are_binary_and_others_keep_what_is_said() -> None:
    marked = " M1 'MARKER' 'INTORG'\n n a 1\n k a 1\n M2 'MARKER' 'INTEND'\n z a 1\n"
    assert bounds("LO BND k 2", columns=marked) == {
        "x": (0, INF, 0),
        "y": (0, INF, 0),
        "n": (0, 1, Integrality.INTEGER),
        "k": (2, INF, Integrality.INTEGER),
        "z": (0, INF, 0),
    }
    assert mps(HEAD + marked + "ENDATA\n")["columns"]["k"] == (0, 1, Integrality.INTEGER)


def test_only_the_first_set_of_sides_and_bounds_counts_and_that_is_said() -> None:
    file = mps_reader.parse(
        HEAD + "RHS\n ONE a 4\n TWO a 9\nBOUNDS\n UP ONE x 1\n UP TWO x 2\nENDATA\n", "m.mps"
    )
    found = stated(file)
    assert (found["rows"]["a"][:2], found["columns"]["x"][:2]) == ((-INF, 4), (0, 1))
    assert len(file.warnings) == 2


def test_quadratic_sections_mean_what_their_names_say() -> None:
    both = " x x 4\n x y 1\n y x 1\n"
    expected = {frozenset("x"): 4, frozenset("xy"): 1}
    for section in ("QUADOBJ\n x x 4\n x y 1\n", "QSECTION obj\n x x 4\n y x 1\n", "QMATRIX\n" + both):
        assert mps(f"{HEAD}{section}ENDATA\n")["curve"] == expected
    rows = mps(
        f"{HEAD}RHS\n RHS a 1\nQCMATRIX a\n{both}QSECTION b\n x x 4\n x y 1\nQCMATRIX other\n x x 1\nENDATA\n"
    )["rows"]
    assert rows["a"][2] == {"x": 1, "y": 3, frozenset("x"): 4, frozenset("xy"): 2}
    assert rows["b"][2] == {"x": 2, frozenset("x"): 2, frozenset("xy"): 1}


def test_numbers_have_signs_and_fortran_exponents_and_none_is_too_small() -> None:
    found = mps(
        "NAME\nROWS\n N obj\n L a\nCOLUMNS\n x obj +1.5D+02 a -1d-15\n y a .5E1\nRHS\n RHS a 1e30\nENDATA\n"
    )
    assert found["cost"]["x"] == 150
    assert found["rows"] == {}
    found = mps("NAME\nROWS\n N obj\n L a\nCOLUMNS\n x obj 0 a -1d-15\nRHS\n RHS a 1D0\nENDATA\n")
    assert found["rows"] == {"a": (-INF, 1, {"x": -1e-15})}


FIXED = """NAME          NAMES WITH BLANKS
ROWS
 N  THE COST
 L  ROW 1
 G  2 ROW
COLUMNS
    COL 1     THE COST           1.0   ROW 1              1.0
    COL 1     2 ROW              1.0
    MARKER                 'MARKER'                 'INTORG'
    COL 2     THE COST           2.5   2 ROW             -1.0
    MARKER                 'MARKER'                 'INTEND'
RHS
              ROW 1              4.0   2 ROW              1.0
RANGES
    RNG 1     ROW 1              2.5
BOUNDS
 UP BND 1     COL 1              4.0
 FR BND 1     COL 2
ENDATA
"""


def test_names_of_fixed_files_may_hold_blanks() -> None:
    found = mps(FIXED)
    assert found["columns"] == {"COL 1": (0, 4, 0), "COL 2": (-INF, INF, 1)}
    assert found["rows"] == {"ROW 1": (1.5, 4, {"COL 1": 1}), "2 ROW": (1, INF, {"COL 1": 1, "COL 2": -1})}
    assert found["cost"] == {"COL 1": 1, "COL 2": 2.5}


MPS_FAULTS = [
    (HEAD + " x nosuch 1\nENDATA\n", 13, "no row `nosuch`"),
    (HEAD + " x a\nENDATA\n", 13, "not 2 words"),
    (HEAD + " z a 1.2.3\nENDATA\n", 13, "`1.2.3` is not a number"),
    (HEAD + " z a 1_0\nENDATA\n", 13, "`1_0` is not a number"),
    (HEAD + " z a nan\nENDATA\n", 13, "`nan` is not a number"),
    (HEAD + " z a inf\nENDATA\n", 13, "not a finite number"),
    (HEAD + " x a 2\nENDATA\n", 13, "has a coefficient in row `a` already"),
    (HEAD + "RHS\n RHS d 1\nENDATA\n", 14, "no row `d`"),
    (HEAD + "WHAT\n x\nENDATA\n", 13, "`WHAT` is not a section"),
    (HEAD + "BOUNDS\n XX BND x 1\nENDATA\n", 14, "`XX` is not a type of bound"),
    (HEAD + "BOUNDS\n UP BND q 1\nENDATA\n", 14, "no column `q`"),
    (HEAD + "BOUNDS\n UP x\nENDATA\n", 14, "a set, a column and a number"),
    (HEAD + "RANGES\n R a 1\n R a 2\nENDATA\n", 15, "has a range already"),
    (HEAD + "ROWS\n N z\nENDATA\n", 13, "section ROWS is there already"),
    (HEAD + " M 'MARKER' 'SOSORG'\nENDATA\n", 13, "not a marker"),
    (HEAD + "QUADOBJ\n x y 1\n y x 1\nENDATA\n", 15, "has a coefficient already"),
    (HEAD + "QMATRIX\n x y 1\nENDATA\n", 13, "not the same the other way round"),
    (HEAD + "QCMATRIX zz\n x x 1\nENDATA\n", 13, "no row `zz`"),
    (HEAD + "SOS\n x 1\nENDATA\n", 14, "members come after"),
    (HEAD + "INDICATORS\n IF a x 1\nENDATA\n", 14, "`x` is not binary"),
    (HEAD + "RHS\n RHS a 4\n", 15, "without ENDATA"),
    ("NAME t\nROWS\n Q obj\nCOLUMNS\nENDATA\n", 3, "`Q` is not a type of row"),
    ("NAME t\nROWS\n N obj\n L obj\nCOLUMNS\nENDATA\n", 4, "row `obj` is there already"),
    ("OBJNAME\n cost\n" + HEAD + "ENDATA\n", 4, "which no N row is called"),
    ("OBJSENSE\n  UP\n" + HEAD + "ENDATA\n", 1, "OBJSENSE takes MAX or MIN"),
]


@pytest.mark.parametrize(("text", "line", "said"), MPS_FAULTS, ids=[said for *_, said in MPS_FAULTS])
def test_what_is_wrong_in_an_mps_file_is_said_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(FormulationError) as caught:
        mps_reader.parse(text, "m.mps")
    assert caught.value.message.startswith(f"`m.mps`, line {line}: ")
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("NAME\nCOLUMNS\n x a 1\nENDATA\n", "no section ROWS"),
        ("NAME\nROWS\n N obj\nENDATA\n", "no section COLUMNS"),
        ("NAME\nROWS\n N obj\nCOLUMNS\nENDATA\n", "states no columns"),
        (HEAD + "RHS\n RHS c 1e30\nENDATA\n", "row `c` must be at least inf"),
        (HEAD + "BOUNDS\n FX BND x 1e30\nENDATA\n", "column `x` must be at least inf"),
    ],
)
def test_what_no_line_is_to_blame_for_is_said_too(text: str, said: str) -> None:
    with pytest.raises(FormulationError, match=said):
        mps_reader.parse(text, "m.mps")


def fault_of(parse: Callable[[str, str], ModelFile], text: str) -> str:
    """What is wrong with a text, or `read`."""
    try:
        parse(text, "m")
    except FormulationError as error:
        return error.message
    return "read"


@RELAXED
@given(st.text(alphabet=" \n\tNROWSCLUMHBDEA*xyab01.-'QSI", max_size=200))
def test_no_text_is_more_than_a_fault(text: str) -> None:
    for parse in (mps_reader.parse, lp_reader.parse):
        assert fault_of(parse, text).startswith(("`m`", "read"))


@RELAXED
@given(st.data())
def test_a_damaged_file_is_no_more_than_a_fault(data: st.DataObject) -> None:
    for text, parse in ((FIXED, mps_reader.parse), (EVERYTHING, lp_reader.parse)):
        place = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 6))
        put = data.draw(st.text(alphabet=" \n1x.<>=:[]^*/+-", max_size=4))
        damaged = text[:place] + put + text[place + cut :]
        assert fault_of(parse, damaged).startswith(("`m`", "read"))


EVERYTHING = r"""\ a comment
MAXIMISE
 profit: 3 x + 2y - z + 4.5
   - [ 2 x^2 + 2 x * y ] / 2 + 0 f
subject to
 first: x + y - 2 <= 4
 x - y >= -1
 window: -3 <= x - z <= 1e1 \ another
 turned: 7 >= z + 0.5 f + 2
 curved: x + [ x^2 - 0.5 x*z ] <= 9
 same: x[1,2] + x(3) = 2
 if: on = 1 -> x + y < 3
 free: f >= -inf
lazy constraints
 l: x + y <= 100
Bounds
 x <= 8
 -1 <= y <= 6
 -5 <= f
 2 <= s <= 6
 z = 2.5
 w free
 n <= 9
Generals
 n k
Binaries
 on
Semi-continuous
 s k
SOS
 one: S1:: x:1 y:2
 S2:: y:3 x:1 z:2
End
anything
"""


def test_an_lp_file_with_everything_is_read() -> None:
    file = lp_reader.parse(EVERYTHING, "m.lp")
    found = stated(file)
    assert (found["sense"], found["offset"]) == ("maximize", 4.5)
    assert {k: v for k, v in found["cost"].items() if v} == {"x": 3, "y": 2, "z": -1}
    assert found["curve"] == {frozenset("x"): -2, frozenset("xy"): -1}
    assert found["rows"] == {
        "first": (-INF, 6, {"x": 1, "y": 1}),
        "c2": (-1, INF, {"x": 1, "y": -1}),
        "window": (-3, 10, {"x": 1, "z": -1}),
        "turned": (-INF, 5, {"z": 1, "f": 0.5}),
        "curved": (-INF, 9, {"x": 1, frozenset("x"): 1, frozenset("xz"): -0.5}),
        "same": (2, 2, {"x[1,2]": 1, "x(3)": 1}),
        "if": (-INF, 3, {"x": 1, "y": 1}),
        "l": (-INF, 100, {"x": 1, "y": 1}),
    }
    assert found["columns"] == {
        "x": (0, 8, 0),
        "y": (-1, 6, 0),
        "z": (2.5, 2.5, 0),
        "f": (-5, INF, 0),
        "x[1,2]": (0, INF, 0),
        "x(3)": (0, INF, 0),
        "on": (0, 1, 1),
        "s": (2, 6, 2),
        "w": (-INF, INF, 0),
        "n": (0, 9, 1),
        "k": (0, INF, 3),
    }
    names = file.columns
    assert [(each.name, each.kind, [names[j] for j in each.members]) for each in file.special] == [
        ("one", 1, ["x", "y"]),
        ("set2", 2, ["x", "z", "y"]),
    ]
    (indicator,) = file.indicators
    assert (file.rows[indicator.row], names[indicator.column], indicator.value) == ("if", "on", 1)


LP_FAULTS = [
    ("max\n x + y\nst\n c: x + y <= 3\n c: x >= 2\nend", 5, "row `c` is there already"),
    ("max\n x + y\nst\n c: x + y <= 3 y\n d: x >= 2\nend", 5, "expected <=, >= or ="),
    ("max\n x + y\nst\n c: x * y <= 3\nend", 4, "expected a linear term, found `*`"),
    ("max\n x +\nst\n c: x <= 3\nend", 2, "expected a number or a column"),
    ("max\n x\nst\n c: x ? 3\nend", 4, "found `?`"),
    ("max\n x\nst\n c: x <= y\nend", 4, "expected a number, found `y`"),
    ("max\n x\nst\n c: x <=\nbounds\n x <= 4\nend", 4, "the section ends"),
    ("max\n x\nst\n c: [ x^3 ] <= 1\nend", 4, "expected `^ 2`"),
    ("max\n x\nst\n c: [ x^2 ] / 3 <= 1\nend", 4, "expected `/ 2`"),
    ("max\n x\nst\n c: x <= 1\nbounds\n 3 <= x y\nend", 6, "expected <=, >= or ="),
    ("max\n x\nst\n c: x <= 1\ngeneral\n 3\nend", 6, "expected a name"),
    ("max\n x\nst\n c: x <= 1\nsos\n s: S3:: x:1\nend", 6, "expected `S1::` or `S2::`"),
    ("max\n x\nst\n c: x <= 1\nsos\n s: S1:: x:1 x:2\nend", 6, "column twice"),
    ("max\n x\nst\n c: x <= 1\npwlobj\n x: 1\nend", 5, "`pwlobj` is not read"),
    ("\n\nx + y\nmax", 3, "begins with Minimize or Maximize, not `x + y`"),
]


@pytest.mark.parametrize(("text", "line", "said"), LP_FAULTS, ids=[said for *_, said in LP_FAULTS])
def test_what_is_wrong_in_an_lp_file_is_said_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(FormulationError) as caught:
        lp_reader.parse(text, "m.lp")
    assert caught.value.message.startswith(f"`m.lp`, line {line}: ")
    assert said in caught.value.message


def test_what_is_doubtful_in_an_lp_file_is_a_warning() -> None:
    file = lp_reader.parse("max x\nst c: x <= 3\nbounds\n x <= -1\n q <= 4\n", "m.lp")
    assert ["no End" in w or "`q`" in w or "negative" in w for w in file.warnings] == [True] * 3


SPECIAL = {
    "lp": "max\n obj: 3 x + 2 y + z + n\nst\n c: x + y + z <= 9\nbounds\n x <= 4\n y <= 3\n z <= 5\n n <= 2\n"
    "general\n n\nsos\n s: S2:: x:1 z:3 y:2\n t: S1:: z:1 n:2\nend\n",
    "mps": "OBJSENSE\n MAX\nROWS\n N obj\n L c\nCOLUMNS\n x obj 3 c 1\n y obj 2 c 1\n z obj 1 c 1\n"
    " M 'MARKER' 'INTORG'\n n obj 1\n M 'MARKER' 'INTEND'\nRHS\n RHS c 9\nBOUNDS\n UP BND x 4\n UP BND y 3\n"
    " UP BND z 5\n UP BND n 2\nSOS\n S2 SOS s 5\n SOS x 1\n SOS z 3\n SOS y 2\n S1 t\n z 1\n n:2\nENDATA\n",
}


@pytest.mark.parametrize("kind", ["lp", "mps"])
def test_special_ordered_sets_and_their_order_by_weight_hold_at_the_optimum(
    kind: str, tmp_path: Path
) -> None:
    path = tmp_path / f"m.{kind}"
    path.write_text(SPECIAL[kind])
    solution = solve(read(path), limits=Limits(threads=1))
    # x and y are neighbours, x and z are not; z and n exclude each other.
    assert solution.objective == pytest.approx(3 * 4 + 2 * 3 + 2)


INDICATOR = {
    "lp": "max\n obj: x - 2 on\nst\n c: on = 0 -> x <= 3\n d: on = 1 -> -1 <= x - y <= 2\nbounds\n x <= 10\n"
    " y <= 4\nbinary\n on\nend\n",
    "mps": "OBJSENSE MAX\nROWS\n N obj\n L c\n L d\nCOLUMNS\n x obj 1 c 1\n x d 1\n y d -1\n on obj -2\nRHS\n"
    " RHS c 3 d 2\nRANGES\n RNG d 3\nBOUNDS\n UP BND x 10\n UP BND y 4\n BV BND on\nINDICATORS\n IF c on 0\n"
    " IF d on 1\nENDATA\n",
}


@pytest.mark.parametrize("kind", ["lp", "mps"])
def test_indicators_hold_where_their_column_says_so(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"m.{kind}"
    path.write_text(INDICATOR[kind])
    solution = solve(read(path), limits=Limits(threads=1))
    assert solution.objective == pytest.approx(6 - 2)


def test_a_set_without_proven_bounds_is_an_error_that_says_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "m.lp").write_text("max\n x + y\nst\n c: x - y <= 3\nsos\n s: S1:: x:1 y:2\nend\n")
    with pytest.raises(CompileError, match="finite bounds") as caught:
        read(tmp_path / "m.lp")
    assert "upper bound" in caught.value.hint


def by_label(model: Compiled, values: np.ndarray) -> dict[Any, float]:
    return {
        (block.name, *label): float(values[block.start + k])
        for block in model.rows
        for k, label in enumerate(model.instance.labels.tuples(block.codes))
    }


@RELAXED
@given(models(kinds=(Integrality.CONTINUOUS,)), st.integers(0, 99))
def test_a_file_as_a_formulation_compiles_to_rows_of_the_same_values(model: Compiled, seed: int) -> None:
    again = compile_instance(model.instance)
    point = np.random.default_rng(seed).uniform(-2, 2, model.num_columns)
    assert [block.name for block in again.variables] == [block.name for block in model.variables]
    rows, others = by_label(model, row_values(model, point)), by_label(again, row_values(again, point))
    lows, highs = by_label(again, again.row_lower), by_label(again, again.row_upper)
    for name, low, high in zip(rows, model.row_lower.tolist(), model.row_upper.tolist(), strict=True):
        assert rows[name] - others[name] == pytest.approx(
            low - lows[name] if np.isfinite(low) else 0, abs=1e-6
        )
        assert (high - low) == pytest.approx(highs[name] - lows[name])
    (one,), (other,) = model.objectives, again.objectives
    assert objective_value(one, point) == pytest.approx(objective_value(other, point), rel=1e-9, abs=1e-6)


def test_rows_of_a_column_ascend_however_the_file_orders_their_senses() -> None:
    text = "min\n o: x + y\nst\n a: x + y <= 9\n b: x - y = 1\n c: x >= 2\n d: y + x <= 8\nend\n"
    matrix = compiled_file(lp_reader.parse(text, "m.lp"), 0.0).matrix
    for start, end in zip(matrix.starts[:-1].tolist(), matrix.starts[1:].tolist(), strict=True):
        assert (np.diff(matrix.indices[start:end]) > 0).all()
