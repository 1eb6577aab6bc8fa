"""The reader of lots: problems in many hands' words are read right, and anything else is declined."""

from __future__ import annotations

import pytest

from tests.reader.families.reading import read, solved

PROBLEMS = [
    (
        (
            "A plant must deliver 100, 150 and 120 pumps in the next three months. Making a pump "
            "costs $10. Holding a pump for a month costs $2. The capacity is 130 pumps per "
            "month. Minimize total cost."
        ),
        3740,
    ),
    (
        (
            "The demand for the next four weeks is 20, 30, 40 and 10 cakes. Each week in which "
            "anything is baked has a fixed cost of $50, and storing a cake for a week costs $1. "
            "Minimize the total cost."
        ),
        140,
    ),
    (
        (
            "Demand is 40 in January, 60 in February and 50 in March. Producing a unit costs 5 "
            "dollars. At most 55 units can be made in a month. Storing a unit costs 1 dollar per "
            "month. What is the cheapest plan?"
        ),
        755,
    ),
    (
        (
            "| month | demand | production cost |\n|---|---|---|\n| May | 10 | 4 |\n| June | 20 "
            "| 9 |\n\nKeeping a unit in store for a month costs $2. Find the plan with the "
            "lowest cost."
        ),
        160,
    ),
    (
        (
            "Our brewery needs 30 barrels in week 1 and 50 barrels in week 2. Brewing costs 8 "
            "euros per barrel, the holding cost is 1 euro per barrel per week, and no more than "
            "45 barrels can be brewed in a week. We begin with 5 barrels in stock. Minimize the "
            "cost."
        ),
        605,
    ),
    (
        (
            "Customers ordered 12, 8 and 15 boats for three quarters. The production costs are "
            "100, 120 and 90 dollars respectively. Carrying a boat in inventory for a quarter "
            "costs 10 dollars. Minimize the total cost."
        ),
        3430,
    ),
    (
        (
            "Demands for the next 3 days are 10, 10 and 10 units. Setup cost is 30 per day with "
            "production, holding cost is 2 per unit and day, and the initial inventory is 10 "
            "units. Find the least cost plan."
        ),
        50,
    ),
    (
        (
            "The mill plans 3 periods. Demand: 5, 6, 7. Production cost: 2. Holding cost: 1. "
            "Capacity: 6. Minimize cost."
        ),
        38,
    ),
    (
        (
            "Orders for stoves are 60 in April and 80 in May. It costs $30 to make one stove, up "
            "to 70 stoves can be made each month, and a stove can be stored for $3 a month. At "
            "the end of the last month at least 0 stoves are left. Which plan has the least cost?"
        ),
        4230,
    ),
    (
        (
            "In the next two quarters 200 and 300 engines are needed. An engine costs 50 dollars "
            "to assemble. Inventory costs 5 dollars per engine per quarter. At most 260 engines "
            "can be assembled per quarter. What plan has minimum cost?"
        ),
        25200,
    ),
    (
        (
            "A shop sells 10, 20 and 30 lamps at demand of the next three weeks. Making one "
            "costs $4, storing one for a week costs $1, and at most 25 lamps can be made per "
            "week. Minimize the total cost."
        ),
        245,
    ),
]

PROBLEMS += [
    (
        "A potter has to deliver 30, 50 and 70 vases at the end of weeks 1, 2 and 3. No more than "
        "55 vases can be "
        "fired in a week. Firing a vase costs 4 in the first two weeks and 6 in the last one. Each "
        "vase that is "
        "still in the yard after a week's deliveries adds 1 to the bill. Five vases are standing "
        "in the yard at "
        "the outset. Find the smallest possible total cost.",
        715,
    ),
    (
        "The cafes will take 20 kegs in May, 30 in June and 40 in July. Our brewhouse turns out 32 "
        "kegs a month at "
        "most. A keg costs 5 euros to brew in May or June and 7 in July. Every keg in the cellar "
        "at a month end costs 1 "
        "euro. What will brewing and keeping cost at least?",
        528,
    ),
    (
        "We bake for 2 weeks.\n\nweek 1 2\n\nDemand is 10 loaves in week 1 and 20 in week 2. Each "
        "week in which we "
        "bake incurs 15 euros, flour comes to 2 euros for a loaf, and loaves left over at the end "
        "of a week cost 1 "
        "euro each. What is the minimal total cost?",
        90,
    ),
    (
        "Lot sizing: T = 4, d = (5, 0, 10, 5). Setup cost 12 per period, production cost 1, "
        "holding cost 1 per unit "
        "and period. Find the optimal cost.",
        49,
    ),
]

OTHERS = [
    pytest.param(
        (
            "The demand for the next three months is 10, 20 and 30. Making one costs $4. At most "
            "25 can be made a month. Minimize cost."
        ),
        id="no cost of keeping",
    ),
    pytest.param(
        (
            "The demand for the next three months is 10, 20 and 30. Making one costs $4, $6 in "
            "overtime, and storing one costs $1. Minimize cost."
        ),
        id="overtime",
    ),
    pytest.param(
        (
            "Demand is 10, 20 and 30 in three months. Making one costs $4, storing one costs $1, "
            "one sells for $9. Maximize profit."
        ),
        id="profit",
    ),
    pytest.param(
        (
            "The demand for the next three months is 10, 20 and 30. Production costs are 4 and 5 "
            "dollars. Storing one costs $1. Minimize cost."
        ),
        id="lists of other lengths",
    ),
    pytest.param(
        (
            "The demand for the next two months is 10 and 20. Making one costs $4 and storing "
            "one costs $1. There are 7 colors. Minimize cost."
        ),
        id="a number left over",
    ),
]


@pytest.mark.parametrize(("text", "answer"), PROBLEMS)
def test_problems_are_read_right(text: str, answer: float) -> None:
    assert solved("lots", text) == pytest.approx(answer)


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_not_understood_whole_is_declined(text: str) -> None:
    assert read("lots", text) is None


def test_a_table_is_read_from_a_file_and_accounted_for() -> None:
    text, tables = (
        (
            "Demand and production costs are in plan.csv. Keeping a unit for a month costs $1. "
            "Minimize the total cost."
        ),
        {"plan.csv": "month,demand,production cost\nMay,10,3\nJune,10,5\n"},
    )
    assert solved("lots", text, tables) == pytest.approx(70)
    found = read("lots", text, tables)
    assert found is not None
    assert any(each.table for each in found.account)


def test_the_formulation_is_without_fault() -> None:
    text, _ = PROBLEMS[0]
    found = read("lots", text)
    assert found is not None
    assert [each.message for each in found.formulation.check(text=text) if each.severity == "error"] == []
