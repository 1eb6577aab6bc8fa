"""The reader of assignment: problems in many hands' words are read right, and anything else is declined."""

from __future__ import annotations

import pytest

from tests.reader.families.reading import read, solved

PROBLEMS: list[tuple[str, float, dict[str, str]]] = [
    (
        "Assign Tom, Uma and Vic to three chores: dishes, laundry and shopping. Tom needs 30 minutes for "
        "the dishes, 50 for the laundry and 40 for the shopping. Uma needs 25, 45 and 60 minutes. Vic "
        "needs 35, 40 and 45 minutes. Each does one chore. Minimize the total time.",
        105,
        {},
    ),
    (
        "Four pilots, four flights, one pilot per flight. Minimise the total cost.\n"
        "\n"
        "| | F1 | F2 | F3 | F4 |\n"
        "|---|---|---|---|---|\n"
        "| Ann | 9 | 2 | 7 | 8 |\n"
        "| Bea | 6 | 4 | 3 | 7 |\n"
        "| Cat | 5 | 8 | 1 | 8 |\n"
        "| Dot | 7 | 6 | 9 | 4 |",
        13,
        {},
    ),
    (
        "Which reviewer should get which paper? Each reviewer gets exactly one paper. Fit scores: R1: "
        "paper A 8, paper B 5, paper C 6; R2: paper A 7, paper B 9, paper C 4; R3: paper A 6, paper B 7, "
        "paper C 8. Maximize the total fit.",
        25,
        {},
    ),
    (
        "We must assign 3 machines to 3 jobs.\n"
        "Machine 1: 12, 15, 9\n"
        "Machine 2: 8, 11, 14\n"
        "Machine 3: 10, 7, 13\n"
        "The numbers are hours for jobs 1, 2 and 3. Find the assignment with the smallest total time.",
        24,
        {},
    ),
    (
        "A taxi company has 3 free cabs and 3 waiting customers. Distances in km:\n"
        "\n"
        "cab     Ms Hill   Mr Dale   Dr Moor\n"
        "Cab 1   4.5       6.2       3.1\n"
        "Cab 2   2.8       5.0       4.4\n"
        "Cab 3   6.0       3.9       5.5\n"
        "\n"
        "Assign each cab to one customer so that total distance is minimal.",
        9.8,
        {},
    ),
    (
        "Ivy can run store A at a profit of $900, store B at $750 and store C at $800. Jack would make "
        "$850 in store A, $700 in store B and $900 in store C. Kim would make $700 in store A, $650 in "
        "store B and $600 in store C. Assign one manager to each store to maximize total profit.",
        2450,
        {},
    ),
    (
        "Five workers are available for four shifts and each shift needs exactly one worker; nobody "
        "works more than one shift. Minimize the total wage.\n"
        "\n"
        "| worker | Mon | Tue | Wed | Thu |\n"
        "|---|---|---|---|---|\n"
        "| A | 80 | 90 | 75 | 60 |\n"
        "| B | 70 | 85 | 95 | 65 |\n"
        "| C | 90 | 60 | 70 | 80 |\n"
        "| D | 60 | 75 | 80 | 90 |\n"
        "| E | 85 | 65 | 60 | 70 |",
        240,
        {},
    ),
    (
        "Assign crews 1 and 2 to sites A and B. Crew 1 costs $500 at site A and $650 at site B; crew 2 "
        "costs $550 at site A and $600 at site B. One crew per site. What is the cheapest assignment?",
        1100,
        {},
    ),
    (
        "The bids of three contractors for three lots are: Acme bids $40k for lot 1, $55k for lot 2 and "
        "$38k for lot 3; Bolt bids $42k for lot 1, $50k for lot 2 and $41k for lot 3; Crane bids $45k "
        "for lot 1, $52k for lot 2 and $36k for lot 3. Each contractor wins exactly one lot. Find the "
        "lowest total cost.",
        126000,
        {},
    ),
    (
        "Assign the robots to stations at lowest total energy. Energy use: robot A uses 14, 18 and 11 "
        "kWh at stations 1, 2 and 3; robot B uses 12, 15 and 16 kWh; robot C uses 17, 13 and 10 kWh. One "
        "robot per station.",
        36,
        {},
    ),
    (
        "Dana, Eli and Fay each take one of the three shifts morning, noon and night. Their preference "
        "points are in the table; make the total as large as possible and assign exactly one person to "
        "each shift. Maximize the points.\n"
        "\n"
        "| | morning | noon | night |\n"
        "|---|---|---|---|\n"
        "| Dana | 5 | 8 | 2 |\n"
        "| Eli | 6 | 4 | 7 |\n"
        "| Fay | 9 | 3 | 6 |",
        24,
        {},
    ),
    (
        "Three ambulances have to be assigned to three calls. Ambulance 1 is 7, 12 and 9 minutes away "
        "from calls 1, 2 and 3. Ambulance 2 is 10, 6 and 8 minutes away. Ambulance 3 is 5, 11 and 13 "
        "minutes away. Each call gets one ambulance. Minimize the total driving time.",
        20,
        {},
    ),
    (
        "Allocate four trainees to three departments; one trainee stays on the bench. Training costs: "
        "trainee 1: sales $300, finance $420, legal $510; trainee 2: sales $280, finance $450, legal "
        "$480; trainee 3: sales $350, finance $390, legal $500; trainee 4: sales $310, finance $400, "
        "legal $530. Each department takes exactly one trainee. Find the lowest total cost.",
        1170,
        {},
    ),
]


@pytest.mark.parametrize(("text", "answer", "tables"), PROBLEMS)
def test_problems_in_many_words_are_read_right(text: str, answer: float, tables: dict[str, str]) -> None:
    assert solved("assignment", text, tables) == pytest.approx(answer)


@pytest.mark.parametrize(("text", "answer", "tables"), PROBLEMS)
def test_every_formulation_is_in_order(text: str, answer: float, tables: dict[str, str]) -> None:
    found = read("assignment", text, tables)
    assert found is not None
    assert found.formulation.check(text=text) == []


MATRIX = (
    "Assign each worker to one task at least total cost.\n\n| | t1 | t2 |\n|---|---|---|\n| "
    "Ann | 3 | 4 |\n| Bob | 5 | 9 |\n"
)


def test_more_workers_than_tasks_leave_one_idle_and_it_is_told() -> None:
    found = read("assignment", MATRIX + "| Cleo | 1 | 2 |\n")
    assert found is not None
    assert found.doubts == ()
    assert "Not every worker is assigned: 1 more than the others." in found.formulation.assumptions
    assert found.formulation.constraints["one_each"].that.endswith("<= 1")
    assert found.formulation.constraints["each_done"].that.endswith("== 1")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| 4 |", "| four |"),
        ("| 4 |", "| -4 |"),
        ("| 3 | 4 |", "| 3 |"),
        ("| Bob |", "| Ann |"),
        ("one task at", "one or several tasks at"),
        ("total cost.", "total cost within a budget of 20."),
        ("at least total cost", "somehow"),
    ],
)
def test_broken_tables_and_other_wishes_are_declined(old: str, new: str) -> None:
    assert solved("assignment", MATRIX) == pytest.approx(9)
    assert old in MATRIX
    assert read("assignment", MATRIX.replace(old, new, 1)) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [("| 4 |", "| |"), ("total cost.", "total cost. Ann cannot do what Bob does.")],
)
def test_what_is_not_understood_is_a_doubt(old: str, new: str) -> None:
    found = read("assignment", MATRIX.replace(old, new, 1))
    assert found is not None
    assert found.doubts


@pytest.mark.parametrize(
    "text",
    [
        "Two machines make two products. Product 1 takes 3 hours on machine A and 2 on machine B; "
        "product 2 takes 4 "
        "and 1. Machine A runs 40 hours, machine B 30 hours. Maximize the number of products.",
        "A chair takes 3 hours of cutting and 2 hours of painting, a table 5 and 4. Minimize the "
        "time for one chair.",
        "The table shows scores. Who is best?\n\n| | a | b |\n|---|---|---|\n| Ann | 3 | 4 |\n| "
        "Bob | 5 | 9 |\n",
    ],
)
def test_what_is_no_assignment_is_declined(text: str) -> None:
    assert read("assignment", text) is None
