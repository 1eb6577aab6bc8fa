"""The reader of facility location: problems in many words are read right, and anything else is declined."""

from __future__ import annotations

import pytest

from tests.reader.families.reading import read, solved

PROBLEMS: list[tuple[str, float, dict[str, str]]] = [
    (
        "A bookshop chain may open warehouses in Basel, Bern and Zug. The yearly cost is $70,000 in "
        "Basel, $60,000 in Bern and $50,000 in Zug. The table shows the yearly cost of serving each shop "
        "from each warehouse.\n"
        "\n"
        "| shop | Basel | Bern | Zug |\n"
        "|---|---|---|---|\n"
        "| North | 10000 | 25000 | 30000 |\n"
        "| South | 28000 | 12000 | 15000 |\n"
        "| East | 26000 | 18000 | 9000 |\n"
        "\n"
        "Minimize the total cost.",
        104000,
        {},
    ),
    (
        "Opening plant A costs $2,000, plant B $1,500. Plant A has a capacity of 100 units and plant B "
        "of 80 units. Customers 1, 2 and 3 need 30, 40 and 20 units. Unit costs:\n"
        "\n"
        "| | Customer 1 | Customer 2 | Customer 3 |\n"
        "|---|---|---|---|\n"
        "| Plant A | 5 | 9 | 7 |\n"
        "| Plant B | 8 | 4 | 6 |\n"
        "\n"
        "Which plants should be opened to minimize total cost?",
        2650,
        {},
    ),
    (
        "We can build stations S1, S2 and S3 at fixed costs of 120, 90 and 150. Serving town A costs 20 "
        "from S1, 35 from S2 and 10 from S3. Serving town B costs 45 from S1, 15 from S2 and 30 from S3. "
        "Serving town C costs 25 from S1, 40 from S2 and 20 from S3. Minimize the sum of fixed and "
        "serving costs.",
        180,
        {},
    ),
    (
        "Which depots should we open at least total cost?\n"
        "\n"
        "| Depot | Opening cost | Ulm | Hof | Jena |\n"
        "|---|---|---|---|---|\n"
        "| D1 | 400 | 60 | 90 | 120 |\n"
        "| D2 | 300 | 100 | 50 | 80 |\n"
        "| D3 | 350 | 110 | 70 | 40 |\n"
        "\n"
        "Each town is supplied by one open depot; the numbers under the towns are the costs of supplying "
        "them.",
        530,
        {},
    ),
    (
        "A clinic can be opened in Arlon for €900 and in Namur for €700. Villages V1, V2 and V3 must "
        "each be served by exactly one open clinic. Serving from Arlon costs €100 for V1, €250 for V2 "
        "and €300 for V3. Serving from Namur costs €260 for V1, €120 for V2 and €150 for V3. What is the "
        "lowest total cost?",
        1230,
        {},
    ),
    (
        "Site,Fixed cost,Capacity\n"
        "Gent,5000,300\n"
        "Mons,4000,250\n"
        "Lier,4500,200\n"
        "\n"
        "The cost per ton from each site to the customers:\n"
        "\n"
        "Site,Alfa,Beta,Ceta\n"
        "Gent,12,15,20\n"
        "Mons,18,10,14\n"
        "Lier,16,17,9\n"
        "\n"
        "Demand: Alfa 120, Beta 150, Ceta 100. Decide which sites to open to minimize the total cost.",
        12860,
        {},
    ),
    (
        "Fixed costs of opening: kitchen 1 $800, kitchen 2 $650. Costs per meal: from kitchen 1 $3 to "
        "school A, $4 to school B and $6 to school C; from kitchen 2 $5 to school A, $3 to school B and "
        "$2 to school C. School A needs 100 meals, school B 120 meals, school C 90 meals. Minimize total "
        "cost.",
        1690,
        {},
    ),
    (
        "Should we open hub X, hub Y or both? Hub X costs 1000 and hub Y costs 1200 to open. Delivering "
        "to region 1 costs 300 from hub X and 500 from hub Y. Delivering to region 2 costs 600 from hub "
        "X and 200 from hub Y. Delivering to region 3 costs 450 from hub X and 400 from hub Y. Minimize "
        "the total cost.",
        2300,
        {},
    ),
    (
        "Candidate factories: Ghent (fixed cost 900, capacity 60), Bruges (fixed cost 700, capacity 50). "
        "Demand is 30 in Lens, 25 in Lille and 20 in Calais. Shipping one pallet from Ghent costs 4 to "
        "Lens, 5 to Lille and 8 to Calais; from Bruges it costs 7 to Lens, 6 to Lille and 3 to Calais. "
        "Which factories should be opened to minimize cost?",
        1905,
        {},
    ),
    (
        "A data center can be opened at sites P, Q and R with opening costs of $40, $55 and $35. Offices "
        "M and N must be served. The cost of serving:\n"
        "\n"
        "\tM\tN\n"
        "P\t12\t30\n"
        "Q\t8\t9\n"
        "R\t25\t14\n"
        "\n"
        "Find the cheapest solution.",
        72,
        {},
    ),
    (
        "Opening a depot in Oslo costs 100 and in Bergen 140. The costs of serving customers are in "
        "serve.csv. Minimize the total cost of opening and serving.",
        210,
        {"serve.csv": "depot,C1,C2,C3\nOslo,30,60,20\nBergen,50,10,40\n"},
    ),
    (
        "Opening costs are $900 for site A, $600 for site B and $750 for site C. Capacities: site A 80, "
        "site B 60, site C 70. Demand: market 1 40, market 2 35, market 3 30. Shipping one crate from "
        "site A costs $2 to market 1, $4 to market 2 and $5 to market 3. Shipping one crate from site B "
        "costs $3 to market 1, $1 to market 2 and $4 to market 3. Shipping one crate from site C costs "
        "$5 to market 1, $3 to market 2 and $2 to market 3. Minimize the total cost.",
        1595,
        {},
    ),
    (
        "Where should we build? Fixed costs: Turin 300, Milan 450. The cost of serving each district "
        "from each place:\n"
        "\n"
        "| | D1 | D2 | D3 | D4 |\n"
        "|---|---|---|---|---|\n"
        "| Turin | 50 | 80 | 90 | 20 |\n"
        "| Milan | 60 | 30 | 25 | 70 |\n"
        "\n"
        "Minimize total cost.",
        540,
        {},
    ),
]


@pytest.mark.parametrize(("text", "answer", "tables"), PROBLEMS)
def test_problems_in_many_words_are_read_right(text: str, answer: float, tables: dict[str, str]) -> None:
    assert solved("facility", text, tables) == pytest.approx(answer)


@pytest.mark.parametrize(("text", "answer", "tables"), PROBLEMS)
def test_every_formulation_is_in_order(text: str, answer: float, tables: dict[str, str]) -> None:
    found = read("facility", text, tables)
    assert found is not None
    assert found.formulation.check(text=text) == []


CASUAL: list[tuple[str, float, dict[str, str]]] = [
    (
        "A grocery chain is thinking about where to put its new distribution centres. Candidate "
        "spots are Leeds, York and Hull; running them costs £120k, £100k and £90k a year. The "
        "four store clusters would cost (thousand pounds per year) the following to supply:\n"
        "\n"
        "| | Cluster 1 | Cluster 2 | Cluster 3 | Cluster 4 |\n"
        "|---|---|---|---|---|\n"
        "| Leeds | 20 | 35 | 50 | 40 |\n"
        "| York | 45 | 25 | 30 | 60 |\n"
        "| Hull | 60 | 50 | 20 | 25 |\n"
        "\n"
        "Which ones should be opened so that the yearly total is smallest?",
        245,
        {},
    ),
    (
        "We could rent garage North (rent $800/month) and/or garage South (rent $650/month) for "
        "our bike couriers. Serving the Docks from North costs $200 a month, from South $450. "
        "Serving Downtown costs $300 from North and $350 from South. Serving the Campus: $500 "
        "from North, $150 from South. Cheapest setup?",
        1600,
        {},
    ),
    (
        "Facility location exercise. Sites and fixed opening costs: A 1500, B 1200, C 1800. Site "
        "capacities: A 200, B 150, C 250 units. Customer demands: K1 80, K2 90, K3 70, K4 60 "
        "units. Unit transport costs:\n"
        "A: K1 4, K2 6, K3 9, K4 5\n"
        "B: K1 5, K2 3, K3 7, K4 8\n"
        "C: K1 8, K2 7, K3 3, K4 4\n"
        "Open sites and ship so that fixed plus transport cost is minimal.",
        4100.0,
        {},
    ),
    (
        "Hello, I run a small chain of laundromats and I want to set up one or more central "
        "washing plants. The data is attached: sites.csv has the annual fixed cost and max. "
        "tonnes per year, haul.csv has the cost in $ per tonne from each site to each laundromat "
        "and shops.csv the tonnes each laundromat produces. Minimise fixed plus haulage cost "
        "please.",
        21320.0,
        {
            "sites.csv": "site,annual fixed cost,max tonnes\nMill Lane,9000,400\n"
            "Dock St,7000,350\nPark Rd,8000,300\n",
            "haul.csv": "site,Shop A,Shop B,Shop C\nMill Lane,12,20,25\nDock St,18,10,22\nPark Rd,24,21,9\n",
            "shops.csv": "laundromat,tonnes\nShop A,150\nShop B,200\nShop C,180\n",
        },
    ),
    (
        "Depot decision\n"
        "\n"
        "- Depot Alpha: opening cost 5,000; capacity 120 pallets\n"
        "- Depot Beta: opening cost 4,200; capacity 100 pallets\n"
        "- Depot Gamma: opening cost 3,900; capacity 80 pallets\n"
        "\n"
        "Customers and what they need: Stark 50 pallets, Tully 40 pallets, Reed 60 pallets.\n"
        "\n"
        "Per-pallet delivery cost:\n"
        "- from Alpha: Stark 20, Tully 32, Reed 27\n"
        "- from Beta: Stark 31, Tully 18, Reed 24\n"
        "- from Gamma: Stark 25, Tully 29, Reed 15\n"
        "\n"
        "What is the minimum of opening costs and delivery costs?",
        11150.0,
        {},
    ),
    (
        "Where should we open call centres? Option Cork costs 340 to open, option Galway 280, "
        "option Sligo 210. Handling the calls of region North takes 90 from Cork, 60 from "
        "Galway, 30 from Sligo; region East takes 40, 70 and 110; region South takes 20, 65 and "
        "120; region West takes 75, 15 and 50 (same order). All figures in thousand euro. Each "
        "region is handled by one open centre. Find the lowest total cost.",
        490,
        {},
    ),
    (
        "| Site | Fixed cost | Cap | Ely | Diss | Wells |\n"
        "|---|---|---|---|---|---|\n"
        "| Alder | 700 | 90 | 4 | 8 | 10 |\n"
        "| Birch | 500 | 70 | 9 | 3 | 6 |\n"
        "| Cedar | 650 | 100 | 7 | 6 | 2 |\n"
        "| Demand | | | 40 | 35 | 45 |\n"
        "\n"
        "Columns Ely, Diss and Wells give the shipping cost per box. A site can ship only when "
        "it is open. Choose the sites that minimise fixed + shipping cost.",
        1625.0,
        {},
    ),
    (
        "A vaccination programme can set up hubs in Arba, Bole and Chiro. Setting up costs are "
        "3000 birr in Arba, 2500 birr in Bole, 2700 birr in Chiro. The woredas to be served are "
        "Doba with 100 doses, Elfata with 150 doses and Gota with 120 doses. Delivering one dose "
        "from Arba costs 8 birr to Doba, 12 to Elfata, 15 to Gota. From Bole: 11, 6, 13. From "
        "Chiro: 16, 12, 5. There's no limit on how much a hub can deliver. What is the minimum "
        "total cost?",
        6060,
        {},
    ),
    (
        "Which lockers do we switch on? Locker north costs 40/month and can take 2 blocks, "
        "locker south costs 35/month and takes 4 blocks. Trouble per block in the same money:\n"
        "block 1: north 6 south 11\n"
        "block 2: north 9 south 4\n"
        "block 3: north 4 south 7\n"
        "Every block uses one locker. Keep the monthly total low.",
        57,
        {},
    ),
]
"""As people write who think of no reader: without frames, in prose, lists and loose tables."""


@pytest.mark.parametrize(("text", "answer", "tables"), CASUAL)
def test_casual_texts_are_read_right(text: str, answer: float, tables: dict[str, str]) -> None:
    assert solved("facility", text, tables) == pytest.approx(answer)


MATRIX = (
    "Costs per unit:\n\n| Site | X | Y | Fixed cost | Capacity |\n|---|---|---|---|---|\n| A | "
    "3 | 4 | 100 | 60 |\n"
    "| B | 2 | 6 | 120 | 60 |\n| Demand | 30 | 25 | | |\n\nWhich sites should be opened to "
    "minimize total cost?\n"
)


def test_who_is_served_by_one_alone_is_served_by_one_alone() -> None:
    text = MATRIX.replace("Which", "Each customer is served by exactly one site. Which")
    found = read("facility", text)
    assert found is not None
    assert found.formulation.variables["serve"].domain == "binary"
    assert found.doubts == ()
    assert found.formulation.assumptions == ["The cost of serving is per unit."]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| 6 |", "| six |"),
        ("| 6 |", "| |"),
        ("| 6 |", "| -6 |"),
        ("| 100 |", "| |"),
        ("| 4 | 100 | 60 |", "| 4 | 100 |"),
        ("| B |", "| A |"),
        ("| 25 |", "| |"),
        ("total cost?", "total cost within a budget of 200?"),
        ("Which", "X is 30 km away. Which"),
    ],
)
def test_broken_tables_and_other_wishes_are_declined(old: str, new: str) -> None:
    assert solved("facility", MATRIX) == pytest.approx(100 + 90 + 100)
    assert old in MATRIX
    assert read("facility", MATRIX.replace(old, new, 1)) is None


def test_costs_of_nobody_knows_how_much_are_a_doubt() -> None:
    found = read("facility", MATRIX.replace("Costs per unit:", "Costs:"))
    assert found is not None
    assert found.doubts == ("Costs of serving are taken for all a customer needs.",)


def test_a_limit_on_how_many_are_opened_is_read() -> None:
    assert solved("facility", MATRIX.replace("Which", "Only one site can be opened. Which")) == 290
    assert solved("facility", MATRIX.replace("Which", "Exactly one site must be opened. Which")) == 290


@pytest.mark.parametrize(
    "text",
    [
        "A factory opened in 1990 makes 2 products. Product A costs $3 and product B $4. Build at "
        "least 10 of each. "
        "Minimize the cost.",
        "Opening a shop costs $500. It sells coffee at $3. How many cups must it sell to minimize its loss?",
    ],
)
def test_what_is_no_facility_location_is_declined(text: str) -> None:
    assert read("facility", text) is None
