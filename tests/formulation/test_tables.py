"""Tables are read as they are, from where they may be read, and every fault is at its cell."""

from __future__ import annotations

import json
import sqlite3
import sys
import zipfile
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from agentopt.errors import AvailabilityError, BindingError
from agentopt.formulation import table_files
from agentopt.formulation.instance import Labels
from agentopt.formulation.tables import Shelf, describe, read

RECORDS = [
    {"plant": "seattle", "supply": 350, "cost": 1.5},
    {"plant": "san-diego", "supply": 600, "cost": 2.25},
]


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def csv_file(folder: Path) -> Path:
    return write(folder / "t.csv", "plant,supply,cost\nseattle,350,1.5\nsan-diego,600,2.25\n")


def tsv_file(folder: Path) -> Path:
    return write(folder / "t.tsv", "plant\tsupply\tcost\nseattle\t350\t1.5\nsan-diego\t600\t2.25\n")


def semicolons(folder: Path) -> Path:
    return write(folder / "s.csv", "\ufeffplant;supply;cost\r\nseattle;350;1.5\r\nsan-diego;600;2.25\r\n")


def utf16(folder: Path) -> Path:
    return write(
        folder / "u.csv", "plant,supply,cost\nseattle,350,1.5\nsan-diego,600,2.25\n".encode("utf-16")
    )


def records(folder: Path) -> Path:
    return write(folder / "t.json", json.dumps(RECORDS))


def lines(folder: Path) -> Path:
    return write(folder / "t.jsonl", "\n".join(json.dumps(r) for r in RECORDS))


def columns(folder: Path) -> Path:
    return write(folder / "c.json", json.dumps({k: [r[k] for r in RECORDS] for k in RECORDS[0]}))


def rows(folder: Path) -> Path:
    return write(folder / "r.json", json.dumps([list(RECORDS[0]), *(list(r.values()) for r in RECORDS)]))


def excel(folder: Path) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append([])
    book.active.append(list(RECORDS[0]))
    for record in RECORDS:
        book.active.append(list(record.values()))
    book.save(folder / "t.xlsx")
    return folder / "t.xlsx"


def sqlite(folder: Path) -> Path:
    with sqlite3.connect(folder / "t.sqlite") as connection:
        connection.execute("create table plants (plant text, supply integer, cost real)")
        connection.executemany("insert into plants values (:plant, :supply, :cost)", RECORDS)
    connection.close()
    return folder / "t.sqlite"


def parquet(folder: Path) -> Path:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pyarrow.Table.from_pylist(RECORDS), folder / "t.parquet")
    return folder / "t.parquet"


FORMATS = [csv_file, tsv_file, semicolons, utf16, records, lines, columns, rows, excel, sqlite, parquet]


@pytest.mark.parametrize("make", FORMATS, ids=lambda f: f.__name__)
def test_every_format_reads_to_the_same_table(make, tmp_path):
    table = read(make(tmp_path))
    assert list(table.columns) == ["plant", "supply", "cost"]
    assert [table.columns["plant"][k] for k in range(len(table))] == ["seattle", "san-diego"]
    assert table.numbers(table.columns["supply"]).tolist() == [350, 600]
    assert table.numbers(table.columns["cost"]).tolist() == [1.5, 2.25]
    assert not table.warnings


@pytest.mark.parametrize("make", FORMATS, ids=lambda f: f.__name__)
def test_every_format_is_described_the_same(make, tmp_path):
    (summary,) = describe([make(tmp_path)])
    assert [(c.name, c.kind, c.num_distinct) for c in summary.columns] == [
        ("plant", "text", 2),
        ("supply", "integer", 2),
        ("cost", "number", 2),
    ]
    assert (summary.num_rows, summary.rows[0]) == (2, ("seattle", "350", "1.5"))


def test_rows_are_numbered_as_in_the_file(tmp_path):
    table = read(write(tmp_path / "t.csv", "\na,b\n1,2\n\n,\n3,4\n"))
    assert [table.at(0), table.at(1, "b")] == ["t.csv, row 3", "t.csv, row 6, column `b`"]
    assert read(excel(tmp_path)).at(0) == "t.xlsx, row 3"
    assert read(records(tmp_path)).at(1) == "t.json, record 2"


def test_cells_with_separators_quotes_and_line_breaks_survive(tmp_path):
    table = read(write(tmp_path / "t.csv", 'a,b\n"x, y","he said ""no""\nand left"\n'))
    assert (table.columns["a"][0], table.columns["b"][0]) == ("x, y", 'he said "no"\nand left')


def test_latin_1_is_read_with_a_warning(tmp_path):
    table = read(write(tmp_path / "t.csv", "stadt\nZ\xfcrich\n".encode("latin-1")))
    assert table.columns["stadt"][0] == "Zürich"
    assert "byte 7 is not UTF-8" in table.warnings[0]


def test_a_column_of_many_different_cells_keeps_them(tmp_path):
    body = "".join(f"k{n},{n % 7}\n" for n in range(80_000))
    table = read(write(tmp_path / "t.csv", "key,value\n" + body))
    assert (table.columns["key"][79_999], table.columns["key"][0]) == ("k79999", "k0")
    assert table.columns["key"].codes is None
    assert np.array_equal(table.numbers(table.columns["value"]), np.arange(80_000) % 7)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "t.csv is empty"),
        ("\n\n", "t.csv is empty"),
        ("a,b\n1,2\n1,2,3\n", "t.csv, row 3 has 3 cells, but the heading has 2"),
        ("a,b\n1\n", "t.csv, row 2 has 1 cells, but the heading has 2"),
        ("a,b,a\n1,2,3\n", "the columns 1 and 3 are both named `a`"),
        ('a,b\n1,"2\n', "cannot be read as delimited text"),
        (b"a,b\n\0\0", "t.csv is not a text file"),
    ],
)
def test_a_damaged_csv_is_refused_with_its_row(text, message, tmp_path):
    with pytest.raises(BindingError, match=message):
        read(write(tmp_path / "t.csv", text))


@pytest.mark.parametrize(
    ("cell", "hint"),
    [
        ('"1,200"', "nothing between thousands"),
        ('"3,5"', "a point for decimals"),
        ("1_000", "nothing between thousands"),
        ("20%", "write 20% as 0.2"),
        ("$4", "leave the currency to `unit`"),
        ("n/a", "leave the cell empty"),
        ("nan", "leave the cell empty"),
        ("inf", "plain number"),
        ("twelve", "plain number"),
    ],
)
def test_nothing_is_guessed_from_a_cell_that_is_no_plain_number(cell, hint, tmp_path):
    table = read(write(tmp_path / "t.csv", f"k,v\na,1\nb,{cell}\nc,2\n"))
    with pytest.raises(BindingError) as error:
        table.numbers(table.columns["v"])
    shown = cell.strip('"')
    assert error.value.message == f"t.csv, row 3, column `v`: `{shown}` is not a number"
    assert hint in error.value.hint


def test_a_missing_column_names_the_nearest(tmp_path):
    with pytest.raises(BindingError, match=r"t\.csv has no column `suply`; its columns are `plant`") as error:
        read(csv_file(tmp_path)).column("suply")
    assert error.value.hint == "did you mean `supply`?"
    assert read(csv_file(tmp_path)).column(" Supply ").name == "supply"


def test_a_missing_file_names_the_nearest(tmp_path):
    csv_file(tmp_path)
    write(tmp_path / "plants.csv", "plant\na\n")
    with pytest.raises(
        BindingError, match=r"there is no table `plant\.csv`; there are plants\.csv, t\.csv"
    ) as error:
        Shelf((), tmp_path).table("plant.csv")
    assert error.value.hint == "did you mean `plants.csv`?"


@pytest.mark.parametrize(
    "ref", ["../t.csv", "a/../../t.csv", "/etc/passwd", "C:\\t.csv", "..\\t.csv", "", "#x"]
)
def test_a_reference_cannot_leave_its_folder(ref, tmp_path):
    (tmp_path / "inner").mkdir()
    csv_file(tmp_path)
    with pytest.raises(BindingError, match="is not a file name inside the given folders"):
        Shelf((), tmp_path / "inner").table(ref)


def test_a_link_cannot_leave_its_folder(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "t.csv").symlink_to(csv_file(tmp_path))
    for shelf in (Shelf((), tmp_path / "inner"), Shelf([tmp_path / "inner"])):
        with pytest.raises(BindingError, match="is a link that leaves its folder"):
            shelf.table("t.csv")


def test_given_tables_come_before_the_formulation_s_own(tmp_path):
    for name in ("own", "given"):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "t.csv", f"k\n{name}\n")
    for given in (tmp_path / "given", tmp_path / "given" / "t.csv"):
        table = Shelf([given], tmp_path / "own").table("data/t.csv" if given.is_dir() else "t.csv")
        assert table.columns["k"][0] == "given"
    assert Shelf((), tmp_path / "own").table("t.csv").columns["k"][0] == "own"


def test_two_given_tables_of_one_name_are_refused(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        csv_file(tmp_path / name)
    with pytest.raises(BindingError, match=r"`t\.csv` may be .*a/t\.csv or .*b/t\.csv"):
        Shelf([tmp_path / "a", tmp_path / "b"]).table("t.csv")


def test_a_workbook_with_several_sheets_asks_which(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "plants"
    book.active.append(["plant"])
    book.active.append(["seattle"])
    sheet = book.create_sheet("lanes")
    for row in (["from", "day", "miles"], ["seattle", datetime(2026, 3, 1), 2060], [None, None, None]):
        sheet.append(row)
    book.save(tmp_path / "book.xlsx")
    with pytest.raises(BindingError, match="has 2 sheets: `plants`, `lanes`"):
        read(tmp_path / "book.xlsx")
    with pytest.raises(BindingError, match="no sheet `lane`") as error:
        read(f"{tmp_path}/book.xlsx#lane")
    assert error.value.hint == "did you mean `lanes`?"
    table = read("book.xlsx#lanes", tmp_path)
    assert (len(table), table.numbers(table.columns["miles"]).tolist()) == (1, [2060])
    assert [s.ref for s in describe([tmp_path])] == ["book.xlsx#plants", "book.xlsx#lanes"]
    assert describe([tmp_path])[1].rows == (("seattle", "2026-03-01", "2060"),)
    assert describe([tmp_path])[1].columns[1].kind == "date"


def test_a_database_with_several_tables_asks_which_and_is_not_written(tmp_path):
    path = sqlite(tmp_path)
    with sqlite3.connect(path) as connection:
        connection.execute('create table "odd ""name""" (a)')
        connection.execute("create view v as select 1")
    connection.close()
    with pytest.raises(BindingError, match="has 2 tables: `plants`"):
        read(path)
    assert len(read(f'{path}#odd "name"')) == 0
    with pytest.raises(BindingError, match="no table `v`"):
        read(f"{path}#v")


@pytest.mark.parametrize("suffix", [".xlsx", ".sqlite", ".parquet", ".json"])
def test_a_file_that_is_not_what_it_says_is_refused(suffix, tmp_path):
    with pytest.raises(BindingError, match=f"t{suffix} cannot be read as"):
        read(write(tmp_path / f"t{suffix}", "{not a table"))


@pytest.mark.parametrize("name", ["t.xls", "t.pdf", "t"])
def test_an_unknown_format_is_refused_with_what_to_do(name, tmp_path):
    with pytest.raises(BindingError, match="has a format that is not read") as error:
        read(write(tmp_path / name, "x"))
    assert "save it as .xlsx" in error.value.hint or ".csv" in error.value.hint


@pytest.mark.parametrize(
    ("document", "ref", "column", "cells"),
    [
        ({"a": {"x": 1, "y": 2}, "b": {"x": 3}}, "t.json", "x", [1, 3]),
        ({"a": 1, "b": 2}, "t.json", "key", ["a", "b"]),
        ([5, 6], "t.json", "value", [5, 6]),
        ({"data": {"plants": [{"p": 1}]}, "name": "x"}, "t.json#data.plants", "p", [1]),
        ({"costs": {"a": 1}, "plants": ["x", "y"]}, "t.json#plants", "value", ["x", "y"]),
    ],
)
def test_json_comes_in_several_shapes(document, ref, column, cells, tmp_path):
    write(tmp_path / "t.json", json.dumps(document))
    table = read(ref, tmp_path)
    assert [table.columns[column][k] for k in range(len(table))] == cells


@pytest.mark.parametrize(
    ("text", "ref", "message"),
    [
        ("[" * 100_000, "t.json", "nested too deeply"),
        ('[{"a": NaN}]', "t.json", "NaN is not a number"),
        ('"words"', "t.json", "not a table"),
        ("[]", "t.json", "not a table"),
        ('{"plants": [{"p": 1}], "n": 3}', "t.json", "holds several tables: `plants`"),
        ('{"plants": [{"p": 1}], "n": 3}', "t.json#plant", "there is no `plant` among `plants`, `n`"),
        ('[["a", "b"], [1]]', "t.json", "row 2 has 1 cells"),
    ],
)
def test_json_that_is_no_table_is_refused(text, ref, message, tmp_path):
    write(tmp_path / "t.json", text)
    with pytest.raises(BindingError, match=message):
        read(ref, tmp_path)


def test_parquet_without_its_package_says_what_to_install(tmp_path, monkeypatch):
    path = write(tmp_path / "t.parquet", "x")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(AvailabilityError, match="reading Parquet needs pyarrow") as error:
        read(path)
    assert error.value.hint == 'pip install "agentopt[parquet]"'


def test_a_summary_shows_a_few_rows_and_never_the_whole_table(tmp_path):
    body = "".join(f"00{n % 9},{'long ' * 40}{n},{n}\n" for n in range(5_000))
    write(tmp_path / "t.csv", "code,words,n,hidden\n".replace(",hidden", "") + body)
    write(tmp_path / "wide.csv", ",".join(f"c{n}" for n in range(100)) + "\n" + ",".join(["1"] * 100) + "\n")
    write(tmp_path / "evil.csv", 'name\n"ignore this\nand \x1b[31mthat"\n')
    evil, table, wide = describe([tmp_path])
    assert [c.kind for c in table.columns] == ["text", "text", "integer"]
    assert (table.columns[2].low, table.columns[2].high) == (0, 4999)
    text = table.render()
    assert "table t.csv: 5,000 rows, 3 columns" in text
    assert len(text) < 600
    assert "- and 60 more columns" in wide.render()
    assert evil.rows == (("ignore this and ?[31mthat",),)


def test_a_folder_is_described_in_spite_of_what_cannot_be_read(tmp_path):
    csv_file(tmp_path)
    write(tmp_path / "broken.json", "{")
    write(tmp_path / "mixed.json", json.dumps({"plants": [{"p": 1}], "deep": {"a": {"b": {}}, "c": 1}}))
    summaries = {s.ref: s for s in describe([tmp_path])}
    assert list(summaries) == ["broken.json", "mixed.json#plants", "mixed.json#deep", "t.csv"]
    assert "warning: broken.json cannot be read as JSON" in summaries["broken.json"].render()
    assert summaries["mixed.json#deep"].columns == ()
    with pytest.raises(BindingError, match=r"broken\.json cannot be read as JSON"):
        describe([tmp_path / "broken.json"])


def test_describing_a_missing_file_names_the_nearest(tmp_path):
    csv_file(tmp_path)
    with pytest.raises(BindingError, match="there is no file") as error:
        describe([tmp_path / "tt.csv"])
    assert error.value.hint == "did you mean `t.csv`?"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("C1,1.5\nC2,2.5\nC34,7\n", ["column_1", "column_2"]),
        ("a_1,b_2,0\na_3,b_4,b_5\na_6,b_7,0\n", ["column_1", "column_2", "column_3"]),
        ("0.5,-1\n2,3\n", ["column_1", "column_2"]),
        ("plant,1,2\nLyon,3,4\n", ["plant", "1", "2"]),
        ("1,2\n3,4\n", ["1", "2"]),
        ("x1,x2\n3,4\n", ["x1", "x2"]),
        ("C1,1.5\n", ["C1", "1.5"]),
    ],
)
def test_a_first_row_made_like_the_rows_below_it_is_data(tmp_path, text, columns):
    (tmp_path / "t.csv").write_text(text)
    table = read("t.csv", tmp_path)
    assert list(table.columns) == columns
    named = columns[0] == "column_1"
    assert len(table) == text.count("\n") - (not named)
    assert named == any("no row of column names" in warning for warning in table.warnings)


# -- what people and strangers hand in ---------------------------------------------------------------------


def test_windows_text_keeps_its_quotes_and_currency_signs(tmp_path):
    table = read(write(tmp_path / "t.csv", "name,price\n“best” café,3 €\n".encode("cp1252")))
    assert (table.columns["name"][0], table.columns["price"][0]) == ("“best” café", "3 €")
    assert "read as Windows-1252" in table.warnings[0]
    odd = read(write(tmp_path / "u.csv", b"a,b\n\x81\xfc,1\n"))
    assert odd.columns["a"][0] == "\x81ü"


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffgröße,n\n1,2\n".encode(),
        "größe,n\n1,2\n".encode("utf-16"),
        "größe;n\r\n1;2\r\n".encode(),
        "größe\tn\n1\t2\n".encode(),
        "größe|n\r1|2\r".encode(),
        ' größe , "n"\n\n1,2\n,\n\n'.encode(),
        "größe,n,\n1,2,\n".encode(),
    ],
    ids=["byte-order-mark", "utf-16", "semicolons", "tabs", "old-mac", "spaces-and-blanks", "trailing-comma"],
)
def test_every_dialect_of_csv_is_one_table(content, tmp_path):
    table = read(write(tmp_path / "t.csv", content))
    assert list(table.columns) == ["größe", "n"]
    assert table.numbers(table.columns["größe"]).tolist() == [1]
    assert table.numbers(table.columns["n"]).tolist() == [2]


@pytest.mark.parametrize(
    "cell", ["1,5", "1.234,5", "1 234", "12%", "$3", "1_000", "Infinity", "nan", "0x1F", "½"]
)
def test_a_number_in_another_notation_is_an_error_at_its_cell(cell, tmp_path):
    table = read(write(tmp_path / "t.csv", f"name;value\na;1\nb;{cell}\n"))
    with pytest.raises(BindingError, match="row 3, column `value`") as error:
        table.numbers(table.columns["value"])
    assert cell in error.value.message
    assert error.value.hint


def workbook(path: Path, *rows: list[object]) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "data"
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_workbook_gives_dates_as_labels_and_numbers_stored_as_text(tmp_path):
    rows = [["day", "n"], [datetime(2026, 3, 1), "12"], [datetime(2026, 3, 2, 10, 30), " 7.5 "]]
    table = read(workbook(tmp_path / "t.xlsx", *rows))
    assert table.numbers(table.columns["n"]).tolist() == [12, 7.5]
    labels = Labels()
    codes = table.label_codes(table.columns["day"], labels.codes)
    assert [labels[c] for c in codes] == ["2026-03-01", "2026-03-02 10:30:00"]
    with pytest.raises(BindingError, match="row 2, column `day`"):
        table.numbers(table.columns["day"])


def test_an_error_value_or_a_truth_in_a_workbook_is_no_number(tmp_path):
    table = read(workbook(tmp_path / "t.xlsx", ["a", "b"], ["#N/A", True]))
    for name, cell in (("a", "#N/A"), ("b", "True")):
        with pytest.raises(BindingError, match=f"row 2, column `{name}`: `{cell}` is not a number"):
            table.numbers(table.columns[name])


SHEET = "xl/worksheets/sheet1.xml"
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ENTITIES = "".join(f'<!ENTITY {b} "{f"&{a};" * 30}">' for a, b in zip("abcdefg", "bcdefgh", strict=True))
CELL = (
    f'<worksheet xmlns="{SPREADSHEET}"><sheetData><row r="1">'
    '<c r="A1" t="inlineStr"><is><t>{}</t></is></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    "sheet",
    [
        f'<!DOCTYPE x [<!ENTITY a "{"x" * 1000}">{ENTITIES}]>' + CELL.format("&h;"),
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + CELL.format("&a;"),
        CELL.format("x")[:-40],
        CELL.format("x").replace('"A1"', '"QQQQQQ1"'),
        CELL.format("x").replace('t="inlineStr"><is><t>x</t></is>', 't="s"><v>99999</v>'),
        "no XML at all",
        None,
    ],
    ids=["entities", "another-file", "cut-off", "column-QQQQQQ", "no-such-text", "no-xml", "no-sheet"],
)
def test_a_damaged_or_hostile_workbook_is_refused(sheet, tmp_path):
    whole = workbook(tmp_path / "whole.xlsx", ["a"], [1])
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.namelist():
            content = source.read(entry) if entry != SHEET else (sheet or "").encode()
            if entry != SHEET or sheet is not None:
                target.writestr(entry, content)
    with pytest.raises(BindingError, match=r"t\.xlsx (cannot be read as a workbook|has no sheet)"):
        read(path)


def test_a_workbook_that_unpacks_beyond_the_limit_is_not_unpacked(tmp_path, monkeypatch):
    path = workbook(tmp_path / "t.xlsx", ["a"], ["x" * 30_000])
    monkeypatch.setattr(table_files, "MAX_BYTES", 20_000)
    with pytest.raises(BindingError, match=r"t\.xlsx unpacks to \S+ bytes; at most 20,000 are read"):
        read(path)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = write(tmp_path / "t.csv", "a\n" + "1\n" * 5000)
    monkeypatch.setattr(table_files, "MAX_BYTES", 10_000)
    with pytest.raises(BindingError, match=r"t\.csv has 10,002 bytes; at most 10,000 are read"):
        read(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('[{"a": ' + "9" * 5000 + "}]", "a number of 5,000 digits is too large"),
        ('[{"a": 1, "b": 2, "a": 3}]', "`a` is given twice in one record"),
        (r'[{"a": "\ud800"}]', "half a character"),
        ('[{"a": NaN}]', "NaN is not a number"),
    ],
)
def test_hostile_json_is_refused(text, message, tmp_path):
    for name in ("t.json", "t.jsonl"):
        with pytest.raises(BindingError, match=message):
            read(write(tmp_path / name, text))


def test_a_record_on_one_line_may_hold_a_line_separator(tmp_path):
    table = read(write(tmp_path / "t.jsonl", '{"a": "x\u2028y"}\n{"a": "z"}\n'))
    assert table.columns["a"][0] == "x\u2028y"


def test_a_database_with_broken_text_is_refused(tmp_path):
    path = tmp_path / "t.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table t as select cast(x'ff' as text) as a")
    connection.close()
    with pytest.raises(BindingError, match=r"t\.db cannot be read as an SQLite database"):
        read(path)


def test_a_binary_cell_is_no_label_and_no_number(tmp_path):
    path = tmp_path / "t.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table t as select x'00ff' as a")
    connection.close()
    table = read(path)
    with pytest.raises(BindingError, match="row 1, column `a`"):
        table.label_codes(table.columns["a"], Labels().codes)
    with pytest.raises(BindingError, match="row 1, column `a`"):
        table.numbers(table.columns["a"])


def test_a_folder_is_no_table(tmp_path):
    (tmp_path / "plants.csv").mkdir()
    with pytest.raises(BindingError, match=r"`plants.csv` is a folder, not a table"):
        read("plants.csv", tmp_path)
