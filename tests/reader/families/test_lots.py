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

PROBLEMS += [
    (
        "Our workshop must hand over 120 pumps in week 1, 90 in week 2, 150 in week 3 and 60 in "
        "week 4. We can assemble 110 pumps a week in regular hours at $30 each, and up to 25 more "
        "per week in overtime at $38 each. A pump that waits in the depot over a weekend costs us "
        "$1.50. There is no stock to begin with except 12 pumps. Minimise the total cost.",
        12420,
    ),
    (
        "|  | Jan | Feb | Mar |\n|---|---|---|---|\n| Orders (t) | 50 | 70 | 90 |\n| Plant limit "
        "(t) | 80 | 60 | 80 |\n| Price of production (€/t) | 10 | 12 | 14 |\n\nInventory is "
        "charged at €1 per tonne for each month end. Opening stock: 5 t. The silo takes at most 30 "
        "t. What is the minimal total cost?",
        2500,
    ),
    (
        "A dairy has contracts for 200 wheels of cheese every month from May to August. Producing "
        "one wheel costs 20 in May, 24 in June, 21 in July and 26 in August. The dairy can produce "
        "260 wheels a month. It costs 1.5 to store a wheel for one month. How should it produce so "
        "that its costs are minimal?",
        17840,
    ),
    (
        "For each of the next six days a hospital laundry has to supply clean sheets: 30, 50, 20, "
        "80, 40 and 10 bundles. Starting the washing line costs 100 whenever it is used on a day. "
        "A bundle kept overnight costs 2. The washing itself costs 3 a bundle. Which days should "
        "the line run? Report the least total cost.",
        1150,
    ),
    (
        "- Horizon: 3 months\n- Demand: 100, 140, 180\n- Production capacity: 150 per month\n- "
        "Unit production cost: $5\n- Holding cost: $0.5 per unit per month\n- Initial inventory: "
        "20\n- Required final inventory: 10\n\nFind the cheapest production plan.",
        2090,
    ),
    (
        "A blender needs 3 hours of machine time. The factory has 300 hours in April, 360 hours in "
        "May and 240 hours in June. Customers have ordered 80 blenders for April, 110 for May and "
        "100 for June. Blenders finished early sit in the warehouse at a cost of 4 dollars per "
        "month each. A blender costs 50 dollars to make in April and May, but 53 in June. Keep the "
        "total cost as low as possible.",
        14860,
    ),
    (
        "A sawmill wants a plan for four weeks at lowest cost. Week 1: demand 40 m3, sawing cost "
        "90 per m3. Week 2: demand 60 m3, sawing cost 85 per m3. Week 3: demand 30 m3, sawing cost "
        "100 per m3. Week 4: demand 70 m3, sawing cost 95 per m3. The saw can cut 65 m3 a week. "
        "Stock left in the yard at the end of a week costs 4 per m3. Back orders are not allowed.",
        18290,
    ),
    (
        "Bakery flour purchases: it uses 12 sacks in the first week, 15 in the second week, 9 in "
        "the third week, and 20 in the fourth week. Placing an order costs $25 no matter how much "
        "is ordered, a sack costs $18, and each sack left at the end of a week costs $1 to store. "
        "The store room has space for 25 sacks. A safety stock of 2 sacks must be kept at the end "
        "of every week. It begins with 4 sacks. What order plan has the lowest cost?",
        1064,
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
            "one costs $1. Late units cost $7 each. Minimize cost."
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


def test_a_remark_that_is_not_used_is_a_doubt() -> None:
    text = (
        "The demand for the next two months is 10 and 20. Making one costs $4 and storing one costs $1. "
        "We employ 35 people. Minimize cost."
    )
    found = read("lots", text)
    assert found is not None
    assert found.doubts == ("“We employ 35 people.” is not used.",)


def test_capacities_that_do_not_suffice_are_a_doubt() -> None:
    text = (
        "Demand is 40 in May and 60 in June. At most 30 units can be made in a month. Making one costs $4 "
        "and keeping one in store for a month costs $1. Minimize cost."
    )
    found = read("lots", text)
    assert found is not None
    assert found.doubts == ("So read, what can be made does not suffice.",)
