"""The reader of bins: problems in many hands' words are read right, and anything else is declined."""

from __future__ import annotations

import pytest

from tests.reader.families.reading import read, solved

PROBLEMS = [
    (
        (
            "Seven hikers weighing 40, 45, 50, 55, 60, 35 and 42 kg wait for a cable car that takes "
            "at most 300 kg and never more than 3 people per ride. What is the minimum number of rides?"
        ),
        3,
    ),
    (
        (
            "We have to shift five beams of 420, 380, 610, 360 and 550 kg, and a beam is not sawn in half. "
            "Every van has a payload of 1000 kg. Determine the smallest number of vans."
        ),
        3,
    ),
    (
        (
            "Crates: 3 x 5 kg, 4 x 2 kg. A box holds at most 20 kg and at most 2 crates. "
            "How few boxes are needed?"
        ),
        4,
    ),
    (
        (
            "Six packages weigh 4, 8, 1, 4, 2 and 1 kg. A box holds at most 10 kg. What is the "
            "least number of boxes needed?"
        ),
        2,
    ),
    (
        (
            "Bars of 12 m are in stock. We need 5 pieces of 3 m, 4 pieces of 5 m and 2 pieces of "
            "7 m. How many bars are needed at least?"
        ),
        5,
    ),
    (
        (
            "A mover has to bring a sofa (40 kg), a table (25 kg), a chest (60 kg) and a bed (35 "
            "kg). Each trip of the van can carry 80 kg. Use as few trips as possible."
        ),
        3,
    ),
    (
        (
            "Files: A: 300 MB, B: 450 MB, C: 200 MB, D: 500 MB. A CD stores 700 MB. Put them on "
            "as few CDs as possible."
        ),
        3,
    ),
    (
        (
            "The sofa weighs 40 kg, the table 25 kg and the piano 60 kg. A van can take 80 kg at "
            "a time. What is the smallest number of vans?"
        ),
        2,
    ),
    (
        (
            "We cut ribbons from rolls of 10 meters: 4 ribbons of 4 meters and 3 ribbons of 3 "
            "meters. Minimize the number of rolls."
        ),
        3,
    ),
    (
        (
            "Five classes have 22, 18, 25, 30 and 12 pupils. Each bus seats 50 pupils and "
            "classes stay whole. How many buses are needed at least?"
        ),
        3,
    ),
    (
        (
            "I have songs of 5, 4, 3, 6 and 2 minutes. One side of a tape lasts 10 minutes. How "
            "many tapes do I need at least?"
        ),
        2,
    ),
    (
        (
            "| parcel | weight |\n|---|---|\n| P1 | 6 |\n| P2 | 5 |\n| P3 | 4 |\n| P4 | 5 |\n\nA "
            "bag holds 10 kg. Find the minimum number of bags."
        ),
        2,
    ),
    (
        (
            "Virtual machines need 8 GB, 16 GB, 4 GB, 12 GB and 20 GB of memory. Each server has "
            "32 GB. What is the fewest servers we can rent?"
        ),
        2,
    ),
    (
        (
            "A joiner saws 6 shelves of 80 cm and 3 shelves of 120 cm from boards that are 250 "
            "cm long. What is the least number of boards?"
        ),
        4,
    ),
]

PROBLEMS += [
    (
        "Pieces of 30 cm, 50 cm and 70 cm are cut from bars that are 1 m long. What is the least "
        "number of bars?",
        2,
    ),
    (
        "How many 25 litre crates do I need for my jars? They must stay whole: plum 9 litres, fig "
        "12 litres, quince "
        "14 litres, pear 7 litres. Looking for the minimum.",
        2,
    ),
    (
        "ribbon shop. spools are 500 cm. i cut 3x 220cm, 4x 130cm, 2x 90cm. min spools?",
        3,
    ),
    (
        "Stock tubes: 4000 mm each. The saw takes 10 mm with every cut; reckon 10 mm on top of "
        "every piece.\n"
        "Pos. 1: 4 off, 1300 mm\nPos. 2: 3 off, 990 mm\nMinimum number of stock tubes?",
        3,
    ),
    (
        "Loads of 350 kg (Adams), 420 kg (Baker), 180 kg (Clark) and 610 kg (Dixon) go out "
        "tomorrow. Each of our "
        "lorries is allowed to carry 1,000 kg. I want to send out as few lorries as possible.",
        2,
    ),
    (
        "A break may last up to 2 minutes, i.e. 120 seconds. Nine spots run 45, 30, 60, 75, 20, "
        "90, 40, 55 and 35 "
        "seconds. As few breaks as possible, please. How many are necessary?",
        4,
    ),
]

OTHERS = [
    pytest.param(
        (
            "A company uses trucks and vans. A truck holds 20 boxes and a van 10. What is the "
            "least number of trucks to move 100 boxes?"
        ),
        id="a mix of trucks",
    ),
    pytest.param(
        "Six packages weigh 4, 8, 1, 4, 2 and 1 kg. What is the least number of boxes needed?",
        id="no capacity",
    ),
    pytest.param(
        "Parcels weigh 4, 18 and 5 kg. A bag holds 10 kg. What is the least number of bags needed?",
        id="an item that fits nowhere",
    ),
    pytest.param(
        (
            "Parcels A (4 kg), B (6 kg) and C (5 kg) go into bags of 10 kg each, but A and B "
            "must not travel together. Use as few bags as possible."
        ),
        id="another rule",
    ),
    pytest.param(
        "Parcels weigh 4, 8 and 5 kg. A bag holds 10 kg and costs $3. What is the least number of bags?",
        id="costs",
    ),
    pytest.param(
        (
            "Parcels weigh 4, 8 and 5 kg. A bag holds 10 kg and at most 3 litres. What is the "
            "least number of bags?"
        ),
        id="a number left over",
    ),
]


@pytest.mark.parametrize(("text", "answer"), PROBLEMS)
def test_problems_are_read_right(text: str, answer: float) -> None:
    assert solved("bins", text) == pytest.approx(answer)


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_not_understood_whole_is_declined(text: str) -> None:
    assert read("bins", text) is None


def test_a_table_is_read_from_a_file_and_accounted_for() -> None:
    text, tables = (
        "The parcels are in parcels.csv. A bag holds 10 kg. What is the least number of bags needed?",
        {"parcels.csv": "parcel,weight,count\nlarge,6,2\nsmall,4,3\n"},
    )
    assert solved("bins", text, tables) == pytest.approx(3)
    found = read("bins", text, tables)
    assert found is not None
    assert any(each.table for each in found.account)


def test_the_formulation_is_without_fault() -> None:
    text, _ = PROBLEMS[0]
    found = read("bins", text)
    assert found is not None
    assert [each.message for each in found.formulation.check(text=text) if each.severity == "error"] == []
