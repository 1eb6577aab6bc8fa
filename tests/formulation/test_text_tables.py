"""Lines split many at a time give the table that reading record by record gives."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agentopt.errors import BindingError
from agentopt.formulation import text_tables
from agentopt.formulation.text_tables import delimited

CELLS = st.sampled_from(["a", "b", "17", "2.5", "é", "a b", "", " ", " c", "d ", "\t"])
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\n\n", ",\n", ",,\n"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Lines mostly of one width, with what people and programs do to them."""
    width = draw(st.integers(1, 3))
    text = "x,y,z"[: 2 * width - 1] + "\n"
    for _ in range(draw(st.integers(0, 12))):
        odd = draw(st.integers(0, 9)) == 0
        count = draw(st.integers(0, 4)) if odd else width
        text += ",".join(draw(CELLS) for _ in range(count)) + (draw(ENDS) if odd else "\n")
    return text if draw(st.booleans()) else text.rstrip("\n")


def read(text: str) -> object:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(text.encode())
        try:
            table = delimited(path, "", "t.csv")
        except BindingError as error:
            return error.message, error.hint
    places = [table.at(row) for row in range(len(table))]
    return {c.name: [c[row] for row in range(len(c))] for c in table.columns.values()}, places


@settings(deadline=None, max_examples=400)
@given(text=texts(), size=st.integers(1, 30))
@example("x,y\na,1\nb,2\nc,3,\nd\n", 1)
@example("x,y\na,1\n\nb,2\nc\n", 4)
@example("x,y\na,1\r\nb,2\rc,3\n", 4)
@example("x,y\na,1\nb\nc,2,3\nd,4\n", 30)
def test_blocks_of_lines_read_as_record_by_record(text: str, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_tables, "_CHUNK", 1)
        patch.setattr(text_tables, "_BLOCK", size)
        quick = read(text)
        patch.setattr(text_tables, "_blocks", lambda text, start: [text[start:]] if text[start:] else [])
        patch.setattr(text_tables, "_split", lambda *_: None)
        assert quick == read(text)


def test_a_fault_far_down_a_long_file_is_at_its_row(tmp_path: Path) -> None:
    rows = [f"p{n % 7},m{n},{n}.5" for n in range(30_000)]
    rows[25_000] += ",more"
    (tmp_path / "t.csv").write_text("\n".join(["plant,market,cost", *rows]))
    with pytest.raises(BindingError, match=r"t\.csv, row 25002 has 4 cells, but the heading has 3"):
        delimited(tmp_path / "t.csv", "", "t.csv")


def test_a_cell_too_long_for_a_table_is_at_its_row(tmp_path: Path) -> None:
    rows = [f"p{n},{n}" for n in range(9000)]
    rows[8000] = "p" * 200_000 + ",1"
    (tmp_path / "t.csv").write_text("\n".join(["plant,cost", *rows]))
    with pytest.raises(BindingError, match=r"t\.csv, row 8002 cannot be read as delimited text"):
        delimited(tmp_path / "t.csv", "", "t.csv")


def test_a_long_file_with_quotes_has_the_cells_of_one_without(tmp_path: Path) -> None:
    plain = "plant,cost\n" + "".join(f"p{n},{n}\n" for n in range(3000))
    for name, text in (("a.csv", plain), ("b.csv", plain.replace("p2999", '"p2999"'))):
        (tmp_path / name).write_text(text)
    one, two = (delimited(tmp_path / name, "", name) for name in ("a.csv", "b.csv"))
    for heading in ("plant", "cost"):
        cells = [[t.columns[heading][row] for row in range(len(t))] for t in (one, two)]
        assert cells[0] == cells[1]
        assert len(cells[0]) == 3000
