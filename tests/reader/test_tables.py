"""Tables are found as they stand, with the token of every number."""

from __future__ import annotations

from fractions import Fraction

import pytest

from agentopt.reader.tables import Table, attached, tables_in
from agentopt.reader.tokens import tokenize


def found(text: str) -> tuple[Table, ...]:
    return tables_in(text, tokenize(text))


def one(text: str) -> Table:
    (table,) = found(text)
    return table


def header(table: Table) -> list[str]:
    return [cell.text for cell in table.header]


def numbers(table: Table) -> list[list[int | None]]:
    return [[None if cell.value is None else int(cell.value) for cell in row] for row in table.rows]


def labels(table: Table) -> list[str]:
    return [row[0].text for row in table.rows]


MATRIX = [[None, 3, 4], [None, 5, 6]]


@pytest.mark.parametrize(
    "text",
    [
        "| | X | Y |\n|---|---|---|\n| A | 3 | 4 |\n| B | 5 | 6 |",
        "| from | X | Y |\n|:---|---:|---:|\n| A | $3 | $4 |\n| B | $5 | $6 |",
        "from | X | Y\n---|---|---\nA | 3 | 4\nB | 5 | 6",
        "| | X | Y |\n| A | 3 | 4 |\n| B | 5 | 6 |",
        "    X   Y\nA   3   4\nB   5   6",
        "from\tX\tY\nA\t3\t4\nB\t5\t6",
        "\tX\tY\nA\t3\t4\nB\t5\t6",
        "from,X,Y\nA,3,4\nB,5,6",
        "from; X; Y\nA; 3; 4\nB; 5; 6",
        "name     X     Y\n----   ---   ---\nA        3     4\nB        5     6",
    ],
)
def test_a_table_is_found_in_every_layout(text: str) -> None:
    for whole in (text, f"Costs are below.\n\n{text}\n\nShip at least cost."):
        table = one(whole)
        assert header(table)[1:] == ["X", "Y"]
        assert labels(table) == ["A", "B"]
        assert numbers(table) == MATRIX
        assert table.is_even


@pytest.mark.parametrize(
    "text",
    [
        "A: 3, 4\nB: 5, 6",
        "- A: 3, 4\n- B: 5, 6",
        "A: 3 and 4; B: 5 and 6.",
        "A: $3, $4. B: $5, $6.",
        "A: 3 4\nB: 5 6",
        "A: [3, 4], B: [5, 6]",
        "A: (3, 4)\nB: (5, 6)",
        "A: 3 to X, 4 to Y\nB: 5 to X, 6 to Y",
    ],
)
def test_rows_of_a_list_are_a_table(text: str) -> None:
    table = one(text)
    assert labels(table) == ["A", "B"]
    assert numbers(table) == MATRIX


def test_words_that_all_items_share_are_the_header_of_a_list() -> None:
    table = one(
        "Pack these.\n- Tent: value 40, weight 5 kg\n- Rope: value 10 and weight 2 kg\nNo more than 6 kg."
    )
    assert header(table) == ["", "value", "weight kg"]
    assert table.name == "Pack these"


def test_every_number_cell_knows_its_token() -> None:
    rows = "| | Plant 1 | Y |\n|---|---|---|\n| A | 3 | 4 |\n| Site 2 | 5 | 1,600 |"
    text = f"In 2024 we ship.\n{rows}\nDo it for 9."
    tokens = tokenize(text)
    table = one(text)
    assert [tokens[at].text for cell in table.cells() for at in cell.tokens] == [
        "1",
        "3",
        "4",
        "2",
        "5",
        "1,600",
    ]
    outside = [
        token.text
        for at, token in enumerate(tokens)
        if not table.first <= at < table.last and token.is_number
    ]
    assert outside == ["2024", "9"]
    assert table.name == "In 2024 we ship."


def test_cells_that_commas_part_keep_their_own_numbers_although_the_text_reads_as_one() -> None:
    table = one("from,X,Y\nA,120,130\nB,5,600")
    assert numbers(table) == [[None, 120, 130], [None, 5, 600]]
    assert all(cell.tokens for row in table.rows for cell in row[1:])


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("$4", 4), ("4 kg", 4), ("-3", -3), ("-$3", -3), ("1,200", 1200), ("30%", Fraction(3, 10)),
        ("2.5", Fraction(5, 2)), ("½", Fraction(1, 2)), ("4 or 5", None), ("n/a", None), ("Plant 4", None),
        ("**7**", 7),
    ],
)  # fmt: skip
def test_a_cell_has_a_value_if_it_is_one_number(cell: str, value: Fraction | int | None) -> None:
    table = one(f"| a | b | c |\n|---|---|---|\n| x | {cell} | 1 |")
    assert table.rows[0][1].value == value
    assert table.rows[0][1].text == cell
    attachment = attached("t.csv", f'a,b,c\nx,"{cell}",1\n')
    assert attachment is not None
    assert attachment.rows[0][1].value == value


def test_uneven_rows_are_reported_as_they_stand() -> None:
    assert not one("| | X | Y |\n|---|---|---|\n| A | 3 |\n| B | 5 | 6 |").is_even
    assert not one("from,X,Y\nA,3\nB,5,6").is_even
    short = one("        X   Y   supply\nA       3   4   100\nB       5   6   200\ndemand  80  90")
    assert header(short) == ["", "X", "Y", "supply"]
    assert numbers(short)[-1] == [None, 80, 90]
    table = attached("t.csv", "from,X,Y\nA,3\nB,5,6\n")
    assert table is not None
    assert not table.is_even


def test_a_missing_entry_is_a_blank_cell() -> None:
    table = one("| | X | Y |\n|---|---|---|\n| A | 3 |  |\n| B | - | 6 |")
    assert [[cell.is_blank for cell in row] for row in table.rows] == [
        [False, False, True],
        [False, True, False],
    ]


def test_several_tables_come_in_the_order_of_the_text() -> None:
    text = (
        "Costs:\n| | X | Y |\n|---|---|---|\n| A | 3 | 4 |\n\nSupply: A 30, B 40.\n\nDemand\nX  20\nY  50\n"
    )
    assert [(table.layout, table.name) for table in found(text)] == [
        ("markdown", "Costs"),
        ("list", ""),
        ("columns", "Demand"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A bakery makes bread, cake and pie.\nIn June, it sold 30 loaves, and in July, 40.\n",
        "We open at 8:30 and close at 9:45.\nNote: be quick.",
        "Budget: 40",
        "Maximize 3x + 4y subject to x + y <= 4.",
        "||||\n|",
        "  \n \t \n",
    ],
)
def test_prose_holds_no_table(text: str) -> None:
    assert found(text) == ()


def test_an_attached_table_names_file_row_and_column() -> None:
    table = attached("costs.csv", "\ufefffrom;Chicago;Topeka\n\nSeattle;1.7;1.8\n")
    assert table is not None
    assert table.layout == "attached"
    assert table.rows[0][2].place == "costs.csv, row 3, Topeka"
    assert table.rows[0][2].tokens == ()


@pytest.mark.parametrize("text", ["", "\n\n", "\0\0", "a" * 200_000, "a,b\n" + "1,2\n" * 20_000])
def test_what_is_no_small_table_is_none(text: str) -> None:
    table = attached("t.csv", text)
    assert table is None or len(list(table.cells())) == 1


def test_a_megabyte_is_no_trouble() -> None:
    assert found("words and 12 more: " * 50_000) == ()
    assert len(one("| a | b |\n|---|---|\n" + "| x | 1 |\n" * 50_000).rows) == 50_000
