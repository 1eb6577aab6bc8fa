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


CASUAL: list[tuple[str, float, dict[str, str]]] = [
    (
        "Our swim coach must pick who swims which leg of the 4x100 medley relay. Times in "
        "seconds:\n"
        "\n"
        "| swimmer | back | breast | fly | free |\n"
        "|---|---|---|---|---|\n"
        "| Ana | 65 | 73 | 63 | 57 |\n"
        "| Bea | 67 | 70 | 65 | 58 |\n"
        "| Cleo | 68 | 72 | 69 | 55 |\n"
        "| Dora | 67 | 75 | 70 | 59 |\n"
        "\n"
        "What's the best total time?",
        255.0,
        {},
    ),
    (
        "I have to hand out four chores to my four kids this Saturday, one chore per kid. "
        "Minutes each would need - Tom: vacuuming 30, dishes 25, laundry 40, lawn 55. Lea: "
        "vacuuming 35, dishes 20, laundry 30, lawn 60. Ben: vacuuming 25, dishes 30, laundry 45, "
        "lawn 40. Mia: vacuuming 40, dishes 35, laundry 25, lawn 70. Which split gives the "
        "smallest total time?",
        115.0,
        {},
    ),
    (
        "Three lawyers, three cases. Estimated hours: Ms Grant would spend 22 hours on the tax "
        "case, 30 on the merger and 18 on the lease dispute. Mr Hale: 25, 24 and 20 hours. Dr "
        "Ivers: 28 on the tax case, 27 on the merger, 15 on the lease dispute. Every lawyer "
        "handles one case. Minimise the total number of hours.",
        61.0,
        {},
    ),
    (
        "Given the matrix below (rows are machines M1..M4, columns jobs J1..J4, entries are "
        "processing costs in dollars), assign each job to exactly one machine so that the total "
        "cost is minimal.\n"
        "\n"
        "     J1  J2  J3  J4\n"
        "M1   12   9  11  14\n"
        "M2    8  10   7  13\n"
        "M3   15  11  12   9\n"
        "M4   10  14   8  12\n",
        34.0,
        {},
    ),
    (
        "An agency has five translators but only four documents this month. Fees quoted (€):\n"
        "Contract - Anna 300, Bruno 280, Carla 350, Dmitri 310, Elif 295\n"
        "Manual - Anna 450, Bruno 500, Carla 430, Dmitri 470, Elif 440\n"
        "Brochure - Anna 150, Bruno 170, Carla 140, Dmitri 160, Elif 180\n"
        "Patent - Anna 600, Bruno 580, Carla 620, Dmitri 560, Elif 610\n"
        "Nobody gets more than one document. How cheap can it be?",
        1420.0,
        {},
    ),
    (
        "Dear colleagues, the school has to place 3 student teachers at 3 partner schools. The "
        "suitability points (higher is better) are in points.csv. Each school takes exactly one. "
        "Please find the placement with the highest total points.",
        26.0,
        {
            "points.csv": "student,Lincoln High,Roosevelt,Jefferson Prep\nKaren,7,5,9\n"
            "Luis,8,8,6\nMaya,4,9,7\n"
        },
    ),
    (
        "Cabs at the start of the shift: cab 11 is 4 minutes from the airport, 9 from the "
        "theatre and 7 from the mall. Cab 12 is 6 minutes from the airport, 3 from the theatre "
        "and 8 from the mall. Cab 15 needs 5 minutes to the airport, 6 to the theatre and 2 to "
        "the mall. Send one cab to each of the callers so the total driving time is minimal.",
        9.0,
        {},
    ),
    (
        "A contractor received bids from three firms for three lots. Firm Abel bids 12k for lot "
        "1, 15k for lot 2, 9k for lot 3. Firm Baker: 14k, 13k, 10k. Firm Cole: 11k, 16k, 12k. "
        "Every firm can win a single lot only. What is the minimum total price?",
        33000.0,
        {},
    ),
    (
        "Crew planning: pilots Fox, Gray and Hunt; flights 101, 202, 303. Preference scores: Fox "
        "gives flight 101 an 8, flight 202 a 3 and flight 303 a 5. Gray gives them 6, 7, 2. "
        "Hunt: 9, 4, 6. Maximise overall preference, one flight per pilot.",
        21.0,
        {},
    ),
    (
        "Worker,Welding,Painting,Sanding\n"
        "Ivo,14,10,8\n"
        "Jan,12,13,9\n"
        "Kim,11,9,10\n"
        "\n"
        "The numbers are the hours it takes. Each worker does one task. Find the allocation with "
        "the lowest total hours. Kim isn't certified for welding.",
        29.0,
        {},
    ),
    (
        "Two vets share four farm visits this week and each vet makes two visits. Hours: Ines "
        "needs 3 for Hill Farm, 5 for Mill Farm, 4 for Pond Farm and 6 for Oak Farm. Jan needs "
        "4, 4, 6 and 3. Assign the visits so that the total hours are as low as possible.",
        14,
        {},
    ),
    (
        "Our tutors charge by the hour: Ada 30 an hour, Ben 25. For the physics course Ada needs "
        "10 hours, Ben 14. For the history course it is 8 and 9 hours. One course per tutor, and "
        "the total bill should be as small as possible.",
        525,
        {},
    ),
    (
        "Three roofing crews start together, one roof each, and the van leaves when the slowest crew is "
        "through, so its time should be as short as possible. Hours:\n"
        "\n"
        "| | roof 1 | roof 2 | roof 3 |\n"
        "|---|---|---|---|\n"
        "| Kilo | 1 | 5 | 5 |\n"
        "| Lima | 2 | 9 | 7 |\n"
        "| Mike | 6 | 6 | 3 |",
        5,
        {},
    ),
]
"""As people write who think of no reader: without frames, in prose, lists and loose tables."""


@pytest.mark.parametrize(("text", "answer", "tables"), CASUAL)
def test_casual_texts_are_read_right(text: str, answer: float, tables: dict[str, str]) -> None:
    assert solved("assignment", text, tables) == pytest.approx(answer)


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
