"""The reader of paths and flows: problems in many words are read right, anything else is declined."""

from __future__ import annotations

import pytest

from tests.reader.families.reading import read, solved

PROBLEMS = [
    ("Roads: A-B 4, A-C 2, B-C 1, B-D 5, C-D 8. Find the shortest way from A to D.", 8),
    (
        (
            "From A to B takes 4 minutes, from A to C takes 2 minutes, from C to B takes 1 "
            "minute and from B to D takes 5 minutes. What is the quickest way from A to D?"
        ),
        8,
    ),
    (
        (
            "Pipes and capacities: S->A 10, S->B 5, A->B 4, A->T 8, B->T 7. What is the maximum "
            "flow from S to T?"
        ),
        15,
    ),
    (
        (
            "Bonn to Kassel is 240 km, Bonn to Mainz 160 km, Kassel to Leipzig 250 km, Mainz to "
            "Leipzig 380 km. What is the shortest route from Bonn to Leipzig?"
        ),
        490,
    ),
    (
        (
            "| from | to | km |\n|---|---|---|\n| X | Y | 7 |\n| X | Z | 3 |\n| Z | Y | 2 |\n| Y "
            "| W | 4 |\n\nFind the shortest path from X to W."
        ),
        9,
    ),
    (
        (
            "The line from R1 to R2 has a capacity of 6, the line from R1 to R3 has a capacity "
            "of 4, the line from R2 to R4 has a capacity of 3 and the line from R3 to R4 has a "
            "capacity of 9. Maximize the flow of data from R1 to R4."
        ),
        7,
    ),
    (
        (
            "Send 10 barrels from A to D at minimum cost. The pipeline from A to B costs 2 and "
            "has a capacity of 6, the pipeline from A to C costs 5 and has a capacity of 8, the "
            "pipeline from B to D costs 3 and has a capacity of 9 and the pipeline from C to D "
            "costs 1 and has a capacity of 8."
        ),
        54,
    ),
    (
        (
            "Node 1 to node 2: 5, node 1 to node 3: 9, node 2 to node 3: 2, node 3 to node 4: 6. "
            "What is the shortest path from node 1 to node 4?"
        ),
        13,
    ),
    ("A: B 3, C 6\nB: C 2, D 7\nC: D 1\nThe numbers are hours. What is the fastest way from A to D?", 6),
    (
        (
            "Flights cost: Oslo to Rome 200 euros, Oslo to Paris 90 euros, Paris to Rome 80 "
            "euros, Rome to Athens 70 euros, Paris to Athens 160 euros. What is the cheapest way "
            "to fly from Oslo to Athens?"
        ),
        240,
    ),
    (
        (
            "Between A and B there are 3 km, between B and C there are 4 km, between A and C "
            "there are 9 km. Find the shortest route from A to C."
        ),
        7,
    ),
    ("A→1: 6; A→2: 4; 1→2: 3; 1→B: 2; 2→B: 9. What is the greatest flow from A to B?", 9),
    (
        (
            "Four stations K, L, M and N are joined by cables that carry power both ways: K "
            "and L 12 MW, K and M 7 MW, L and M 4 MW, L and N 5 MW, M and N 9 MW. What is "
            "the most power that can go from K to N?"
        ),
        14,
    ),
    (
        (
            "From the Mill it is 5 minutes to the Bridge and 8 to the Tower. The Bridge and "
            "the Tower are 2 minutes apart. The Castle can be reached from the Bridge in 9 "
            "minutes or from the Tower in 4. Every path takes equally long in both "
            "directions. What is the quickest way from the Mill to the Castle?"
        ),
        11,
    ),
    (
        (
            "We must get 5 pallets from Lund to Ystad. The table says how many pallets a leg "
            "can still take and what a pallet costs on it.\n\n| from | to | free places | fare "
            "|\n|---|---|---|---|\n| Lund | Malmo | 4 | 3 |\n| Lund | Sjobo | 3 | 2 |\n| Malmo | "
            "Ystad | 5 | 4 |\n| Sjobo | Ystad | 2 | 6 |\n\nWhat is the lowest freight bill?"
        ),
        36,
    ),
]

OTHERS = [
    pytest.param(
        "Roads: A-B 4, A-C 2, B-C 1. Find the shortest tour from A to A that visits every city.",
        id="a round trip",
    ),
    pytest.param(
        "A to B is 4 km, A to C is 3 km, D to E is 2 km. What is the shortest route from A to E?", id="no way"
    ),
    pytest.param("Roads: A-B 4, A-C 2, B-C 1, B-D 5. Find the shortest way.", id="no ends"),
    pytest.param(
        (
            "Cables: A-B 4, A-C 2, B-C 1, B-D 5. Connect all houses from A to D with the "
            "shortest cable, a spanning tree."
        ),
        id="a spanning tree",
    ),
    pytest.param(
        "A to B (4, 5), A to C (2, 3), B to D (1, 6), C to D (3, 3). Send 4 units from A to D.",
        id="two numbers that are not told apart",
    ),
]


@pytest.mark.parametrize(("text", "answer"), PROBLEMS)
def test_problems_are_read_right(text: str, answer: float) -> None:
    assert solved("network", text) == pytest.approx(answer)


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_not_understood_whole_is_declined(text: str) -> None:
    assert read("network", text) is None


def test_a_number_left_over_is_told() -> None:
    found = read(
        "network",
        "Roads: A-B 4, A-C 2, B-C 1, B-D 5. A car uses 7 liters. What is the shortest way from A to D?",
    )
    assert found is not None
    assert any("7 liters" in doubt for doubt in found.doubts)


def test_a_table_is_read_from_a_file_and_accounted_for() -> None:
    text, tables = (
        "The roads are in roads.csv. What is the shortest route from Ulm to Linz?",
        {"roads.csv": "from,to,km\nUlm,Hof,90\nHof,Linz,200\nUlm,Graz,150\nGraz,Linz,110\n"},
    )
    assert solved("network", text, tables) == pytest.approx(260)
    found = read("network", text, tables)
    assert found is not None
    assert any(each.table for each in found.account)


def test_the_formulation_is_without_fault() -> None:
    text, _ = PROBLEMS[0]
    found = read("network", text)
    assert found is not None
    assert [each.message for each in found.formulation.check(text=text) if each.severity == "error"] == []
