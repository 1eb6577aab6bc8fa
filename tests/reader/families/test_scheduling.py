"""The reader of schedules: problems in many hands' words are read right, and anything else is declined."""

from __future__ import annotations

import pytest

from tests.reader.families.reading import read, solved

PROBLEMS = [
    (
        (
            "Jobs A, B and C take 3, 5 and 2 hours on one machine. Find the order that minimizes "
            "the sum of completion times."
        ),
        17,
    ),
    (
        (
            "Five tasks take 4, 7, 3, 6 and 5 minutes. They are done by two identical workers. "
            "All tasks should be finished as early as possible."
        ),
        13,
    ),
    (
        (
            "Job A takes 4 hours and is due at 5, job B takes 3 hours and is due at 3, job C "
            "takes 2 hours and is due at 9. In which order should they run on the machine to "
            "minimize total tardiness?"
        ),
        2,
    ),
    (
        (
            "Minimize the weighted sum of completion times of three jobs on one machine: A (3 "
            "hours, weight 1), B (1 hours, weight 4), C (2 hours, weight 2)."
        ),
        16,
    ),
    (
        (
            "| job | time | due |\n|---|---|---|\n| J1 | 4 | 4 |\n| J2 | 2 | 3 |\n| J3 | 3 | 10 "
            "|\n\nFind the order with the smallest maximum lateness."
        ),
        2,
    ),
    (
        (
            "Order A needs 3 hours on M1, then 2 hours on M2. Order B needs 4 hours on M2, then "
            "1 hours on M1. Minimize the makespan."
        ),
        6,
    ),
    (
        (
            "Repairs take 2, 2, 3, 4 and 5 hours. There are 2 mechanics. How soon can all work "
            "be finished? Minimize the makespan."
        ),
        8,
    ),
    (
        (
            "The oven bakes one batch at a time. Batch A takes 30 minutes and is due after 30 "
            "minutes. Batch B takes 20 minutes and is due after 40 minutes. Minimize the total "
            "delay."
        ),
        10,
    ),
    (
        (
            "| part | M1 | M2 |\n|---|---|---|\n| P1 | 3 | 2 |\n| P2 | 1 | 4 |\n\nEvery part "
            "visits the machines in the order of the columns. Minimize the makespan."
        ),
        7,
    ),
    (
        (
            "Four programs need 10, 20, 30 and 40 minutes. They run on 2 servers. What is the "
            "shortest time in which all programs can be finished?"
        ),
        50,
    ),
    (
        (
            "Ship A needs 8 hours, ship B needs 3 hours and ship C needs 5 hours at the only "
            "dock. Minimize the total of the completion times."
        ),
        27,
    ),
    (
        (
            "J1 takes 2 days, J2 takes 1 days and J3 takes 4 days. One painter does one job at a "
            "time. Find the order with the least sum of completion times."
        ),
        11,
    ),
    (
        (
            "Jobs A, B and C take 3, 5 and 2 hours and are released at 0, 1 and 4. Find the "
            "order that minimizes the sum of completion times."
        ),
        20,
    ),
    (
        "Jobs A, B and C take 3, 5 and 2 hours on one machine. Minimize the average completion time.",
        17 / 3,
    ),
    (
        (
            "Three guests ring at the desk of a small inn. Check-in takes 6, 2 and 4 minutes, and the "
            "receptionist serves them one by one. How little can they wait altogether, if she picks "
            "a clever order?"
        ),
        8,
    ),
    (
        (
            "Every frame has to be sanded first and then varnished; there is one sander and one booth. The "
            "oak frame needs 3 hours of sanding and 2 of varnishing, the pine frame 1 and 4, the ash frame 5 "
            "and 1. When can the last frame be ready at the earliest?"
        ),
        10,
    ),
    (
        (
            "My essays: history, 3 days of work, promised in 3 days; physics, 2 days, promised in 4; art, 4 "
            "days, promised in 5. I write one after the other. How few of them can be late?"
        ),
        2,
    ),
    (
        (
            "Rooms in order: Room 1: Clean 2, Paint 3. Room 2: Paint 4, Clean 1. One painter, one cleaner, "
            "hours. Each room follows its own order. Minimum makespan?"
        ),
        7,
    ),
    (
        (
            "Clients charge 5, 3 and 8 dollars per hour of delay. Their orders take 4, 2 and 3 hours and are "
            "due after 4, 5 and 6 hours. There is a single machine. Find the minimal total penalty."
        ),
        20,
    ),
    (
        (
            "Two packers, equally quick, share five pallets that take 3 h, 3 h, 2 h, 2 h and 2 h. They leave "
            "together, once everything is done, and want that as early as possible. After how many hours?"
        ),
        6,
    ),
    (
        (
            "The lamp takes 4 days and is due on day 4, each day of delay costing 10 pounds. "
            "The chair takes 3 days, due day 3, 20 pounds a day. The desk: 2 days, due day "
            "12, 5 pounds. She works on one thing at a time and begins at the start of day "
            "1. What is the least she has to pay in penalties?"
        ),
        30,
    ),
    (
        (
            "One boat builder repairs one boat at a time. Each boat costs its owner money "
            "for every hour until it is ready:\n- boat Swan - repair 3 h - 12 $/h\n- boat "
            "Heron - repair 1 h - 2 $/h\n- boat Tern - repair 2 h - 10 $/h\nMinimum total cost "
            "to the owners?"
        ),
        92,
    ),
    (
        (
            "Five parts (A to E) wait for one of two interchangeable milling centres. Hours: "
            "A = 5, B = 4, C = 3, D = 3, E = 3. Minimise the hour at which the last centre "
            "falls idle."
        ),
        9,
    ),
    (
        (
            "There is a single lathe and a single press.\n\n| job | first | then |\n"
            "|---|---|---|\n| P | lathe, 4 min | press, 3 min |\n| Q | press, 5 min | lathe, 2 "
            "min |\n\nAll are there at 9:00. After how many minutes, counted from 9:00, is the "
            "last job finished at the earliest?"
        ),
        8,
    ),
]

OTHERS = [
    pytest.param(
        "Jobs A, B and C take 3, 5 and 2 hours on one machine. Minimize the total tardiness.",
        id="no due times",
    ),
    pytest.param("Jobs A, B and C take 3, 5 and 2 hours. Minimize the makespan.", id="no number of machines"),
    pytest.param(
        (
            "Jobs A, B and C take 3, 5 and 2 hours on 2 machines, and A must be done before B "
            "can start. Minimize the makespan."
        ),
        id="precedence",
    ),
]


@pytest.mark.parametrize(("text", "answer"), PROBLEMS)
def test_problems_are_read_right(text: str, answer: float) -> None:
    assert solved("scheduling", text) == pytest.approx(answer)


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_not_understood_whole_is_declined(text: str) -> None:
    assert read("scheduling", text) is None


def test_a_number_left_over_is_told() -> None:
    found = read(
        "scheduling",
        "Jobs A, B and C take 3, 5 and 2 hours on one machine, which uses 40 kW. Find the order that "
        "minimizes the sum of completion times.",
    )
    assert found is not None
    assert any("40 kW" in doubt for doubt in found.doubts)


def test_a_table_is_read_from_a_file_and_accounted_for() -> None:
    text, tables = (
        "The jobs are in jobs.csv. One machine does them all. Find the order with the least total tardiness.",
        {"jobs.csv": "job,hours,due\nA,4,4\nB,2,3\n"},
    )
    assert solved("scheduling", text, tables) == pytest.approx(2)
    found = read("scheduling", text, tables)
    assert found is not None
    assert any(each.table for each in found.account)


def test_the_formulation_is_without_fault() -> None:
    text, _ = PROBLEMS[0]
    found = read("scheduling", text)
    assert found is not None
    assert [each.message for each in found.formulation.check(text=text) if each.severity == "error"] == []
