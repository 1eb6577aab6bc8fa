"""The reader of transportation: problems in many words are read right, and anything else is declined."""

from __future__ import annotations

import pytest

from tests.reader.families.reading import read, solved

PROBLEMS: list[tuple[str, float, dict[str, str]]] = [
    (
        "Two quarries, North and South, dig 60 and 90 tons of gravel a day. Three road crews need "
        "gravel: Crew 1 needs 40 tons, Crew 2 needs 50 tons and Crew 3 needs 45 tons. Trucking a ton "
        "from North costs $3 to Crew 1, $5 to Crew 2 and $4 to Crew 3. From South it costs $6, $2 and $7 "
        "respectively. How should the gravel be shipped at least cost?",
        475,
        {},
    ),
    (
        "minimize total shipping cost. plants: P1 (120 units), P2 (80 units). stores: S1 needs 70, S2 "
        "needs 60, S3 needs 50. costs per unit: P1->S1 4, P1->S2 6, P1->S3 9, P2->S1 5, P2->S2 3, P2->S3 "
        "8.",
        890,
        {},
    ),
    (
        "Our bottling plants in Lyon and Metz have 300 and 250 crates in stock. Paris wants 200 crates, "
        "Dijon 150 and Reims 120. What is the cheapest way to deliver if a crate costs as follows?\n"
        "\n"
        "| | Paris | Dijon | Reims |\n"
        "|---|---|---|---|\n"
        "| Lyon | 2.5 | 1.2 | 3.1 |\n"
        "| Metz | 1.9 | 1.6 | 1.1 |",
        734,
        {},
    ),
    (
        "I have to ship 3 kinds of nothing special, just flour. Mill A can send 35 sacks and mill B 50 "
        "sacks. Bakery 1 orders 20 sacks, bakery 2 orders 30 sacks, bakery 3 orders 25 sacks. Mill A: $8 "
        "to bakery 1, $6 to bakery 2, $10 to bakery 3. Mill B: $9 to bakery 1, $12 to bakery 2, $13 to "
        "bakery 3. Minimize the cost.",
        670,
        {},
    ),
    (
        "Ship at minimum total cost.\n"
        "\n"
        "From\\To   W1   W2   W3   Supply\n"
        "F1        16   20   12   200\n"
        "F2        14   8    18   160\n"
        "F3        26   24   16   90\n"
        "Demand    180  120  150\n",
        5920,
        {},
    ),
    (
        "The school district must move chairs. Lincoln has 45 chairs and Roosevelt has 55 chairs "
        "available. Kennedy requires 30, Wilson requires 40 and Adams requires 20. Moving a chair from "
        "Lincoln to Kennedy costs $1, from Lincoln to Wilson $3, from Lincoln to Adams $2, from "
        "Roosevelt to Kennedy $2, from Roosevelt to Wilson $2 and from Roosevelt to Adams $4. What is "
        "the minimum cost of the transport?",
        155,
        {},
    ),
    (
        "Profit per ton delivered:\n"
        "\n"
        "| | Oslo | Bergen |\n"
        "|---|---|---|\n"
        "| Farm A | 30 | 45 |\n"
        "| Farm B | 25 | 50 |\n"
        "\n"
        "Farm A has 40 tons and farm B has 60 tons. Oslo takes at most 50 tons and Bergen takes at most "
        "35 tons. Maximize the total profit.",
        3200,
        {},
    ),
    (
        "Supply:\n"
        "- Depot East: 90\n"
        "- Depot West: 110\n"
        "\n"
        "Demand:\n"
        "- Shop Alpha: 60\n"
        "- Shop Beta: 80\n"
        "- Shop Gamma: 40\n"
        "\n"
        "Costs per box:\n"
        "- Depot East: 4 to Shop Alpha, 7 to Shop Beta, 6 to Shop Gamma\n"
        "- Depot West: 5 to Shop Alpha, 3 to Shop Beta, 8 to Shop Gamma\n"
        "\n"
        "Find the least expensive shipping plan.",
        730,
        {},
    ),
    (
        "There are 25 trucks in Graz and 15 in Linz, to be sent to Wels and Steyr. Wels needs 20 trucks, "
        "Steyr needs 18. A transfer from Graz to Wels costs €90, Graz to Steyr €110, Linz to Wels €40, "
        "Linz to Steyr €60. Find the cheapest transfer plan.",
        3030,
        {},
    ),
    (
        "Hospitals H1, H2 and H3 need 12, 18 and 15 units of blood. Centers C1 and C2 can provide 30 and "
        "20 units. The cost of sending one unit from C1 to H1, H2 and H3 is $6, $9 and $4. From C2 the "
        "cost is $7, $5 and $8. Minimize the total delivery cost.",
        222,
        {},
    ),
    (
        "Each of two wineries can supply 400 bottles. Restaurant A needs 250 bottles, restaurant B 200 "
        "bottles and restaurant C 300 bottles. From winery 1 a bottle costs $1.50 to restaurant A, $2 to "
        "restaurant B and $1 to restaurant C; from winery 2 it costs $1, $2.50 and $1.80. How should we "
        "ship the bottles to minimize cost?",
        1000,
        {},
    ),
    (
        "Supplies are 70 (Kiel) and 80 (Bonn); demands are 50 (Ulm), 60 (Trier) and 30 (Jena). Shipping "
        "costs per unit: Kiel-Ulm 9, Kiel-Trier 8, Kiel-Jena 4, Bonn-Ulm 5, Bonn-Trier 2, Bonn-Jena 6. "
        "Minimize the cost of shipping.",
        610,
        {},
    ),
    (
        "A grain dealer owns two silos. Silo 1 holds 500 tons, silo 2 holds 300 tons. Three mills are "
        "supplied: mill X (250 tons), mill Y (200 tons), mill Z (300 tons). Freight rates per ton are "
        "given below.\n"
        "\n"
        "silo,mill X,mill Y,mill Z\n"
        "silo 1,11,9,14\n"
        "silo 2,8,12,10\n"
        "\n"
        "Minimize the freight bill.",
        7550,
        {},
    ),
]


@pytest.mark.parametrize(("text", "answer", "tables"), PROBLEMS)
def test_problems_in_many_words_are_read_right(text: str, answer: float, tables: dict[str, str]) -> None:
    assert solved("transportation", text, tables) == pytest.approx(answer)


@pytest.mark.parametrize(("text", "answer", "tables"), PROBLEMS)
def test_every_formulation_is_in_order(text: str, answer: float, tables: dict[str, str]) -> None:
    found = read("transportation", text, tables)
    assert found is not None
    assert found.formulation.check(text=text) == []


CASUAL: list[tuple[str, float, dict[str, str]]] = [
    (
        "Hi all,\n"
        "\n"
        "quick one for the sharp minds here. We bake bread in two bakeries, Old Town and "
        "Riverside, and every morning the loaves go to three shops. Old Town can bake 320 loaves "
        "a night, Riverside manages 280. The Market Square shop wants 180 loaves, the Station "
        "shop 210 and the Hospital kiosk 150. Driving a loaf from Old Town costs us 4 cents to "
        "Market Square, 7 cents to the Station and 9 cents to the Hospital. From Riverside it's "
        "6, 5 and 3 cents respectively. What's the cheapest way to get everybody their bread?\n"
        "\n"
        "Thanks, Mo",
        2380.0,
        {},
    ),
    (
        "Three gravel pits (P1: 75 t, P2: 60 t, P3: 90 t per day) feed four road sites. "
        "Requirements: Elm Road 40 t, Birch Lane 55 t, Ring Road 70 t, Harbour Way 45 t. Haulage "
        "in € per tonne:\n"
        "\n"
        "| pit | Elm Road | Birch Lane | Ring Road | Harbour Way |\n"
        "|---|---|---|---|---|\n"
        "| P1 | 3.5 | 5 | 6 | 8 |\n"
        "| P2 | 4 | 2.5 | 7 | 6 |\n"
        "| P3 | 6 | 5.5 | 3 | 4 |\n"
        "\n"
        "Minimise the daily haulage bill.",
        737.5,
        {},
    ),
    (
        "MEMO - seed potatoes 2025\n"
        "To: logistics\n"
        "Stock on hand: Barn North 500 sacks; Barn South 350 sacks.\n"
        "Orders: Meyer 200 sacks, Olsen 300 sacks, Pratt 250 sacks.\n"
        "Freight ($/sack):\n"
        "- Barn North -> Meyer 1.20, Olsen 1.50, Pratt 2.10\n"
        "- Barn South -> Meyer 1.80, Olsen 1.10, Pratt 0.90\n"
        "Please work out the minimum total freight bill.",
        875.0,
        {},
    ),
    (
        "My uncle has two orchards. The one in Kent yields 900 crates of apples this year, the "
        "one in Surrey 700 crates. He sells to three cider makers: Alder needs 500 crates, "
        "Bramley Bros 600 and Copperfield 400. It costs £2 to move a crate from Kent to Alder, "
        "£3 from Kent to Bramley Bros and £5 from Kent to Copperfield; from Surrey the figures "
        "are £4 (Alder), £1 (Bramley Bros) and £2 (Copperfield). How should he ship in order to "
        "spend as little as possible, and what will it cost?",
        3000.0,
        {},
    ),
    (
        "Solve the following transportation problem.\n"
        "\n"
        "        D1   D2   D3   D4   Supply\n"
        "S1      19   30   50   10      7\n"
        "S2      70   30   40   60      9\n"
        "S3      40    8   70   20     18\n"
        "Demand   5    8    7   14\n"
        "\n"
        "Find the minimum transportation cost.",
        743.0,
        {},
    ),
    (
        "The blood bank keeps red cell units at Central (120 units), East (80 units) and West "
        "(100 units). Four hospitals asked for units this week - St Mary 90, General 70, "
        "Lakeside 60, Mercy 50. Courier cost per unit is given in the attached file; a dash "
        "means that route is not possible. What is the lowest courier cost that fulfils all "
        "requests?",
        1080.0,
        {"routes.csv": "from,St Mary,General,Lakeside,Mercy\nCentral,5,8,-,6\nEast,7,4,9,3\nWest,-,6,2,8\n"},
    ),
    (
        "we got 40 pallets in tulsa and 55 pallets in wichita. need to get 30 to denver, 25 to "
        "dallas, 35 to omaha. per pallet: tulsa-denver 85, tulsa-dallas 40, tulsa-omaha 60, "
        "wichita-denver 70, wichita-dallas 55, wichita-omaha 45. whats the min cost?",
        4825.0,
        {},
    ),
    (
        "A wine trader holds 400 bottles in cellar A and 300 bottles in cellar B. Restaurant "
        "Luna will buy at most 250 bottles, restaurant Sol at most 200 bottles and restaurant "
        "Mar at most 350 bottles. The margin per bottle is €6 from A to Luna, €5 from A to Sol, "
        "€4 from A to Mar, €3 from B to Luna, €7 from B to Sol and €5 from B to Mar. Maximise "
        "the total margin.",
        4000.0,
        {},
    ),
    (
        "Problem: rail cars.\n"
        "Empty cars available: yard Kilo has 14, yard Lima has 9, yard Mike has 12.\n"
        "Cars wanted: terminal Red 10, terminal Green 13, terminal Blue 8.\n"
        "Distance in km (cost is proportional to car-kilometres, minimise the total car-km):\n"
        "Kilo: Red 120, Green 200, Blue 310\n"
        "Lima: Red 180, Green 90, Blue 150\n"
        "Mike: Red 260, Green 140, Blue 75",
        3170.0,
        {},
    ),
    (
        "A city collects waste in three districts which produce 30, 45 and 25 tons a day: Nord, "
        "Mitte and Sued. There are two incinerators: Hafen can burn 60 tons a day and Berg 50 "
        "tons. Hauling a ton from Nord costs 12 dollars to Hafen and 18 to Berg, from Mitte 10 "
        "to Hafen and 9 to Berg, from Sued 20 to Hafen and 7 to Berg. All waste must be hauled "
        "away. Minimise cost.",
        960.0,
        {},
    ),
    (
        "Three wells (Alm, Bach, Cirl) supply three villages. At most 40 loads a day can go over "
        "any one road between a well and a village. The wells give 90, 80 and 100 loads a day "
        "respectively; Dorf needs 70 loads, Egg 95 and Furt 85. Litres of fuel per load:\n"
        "\n"
        "Alm: 5 to Dorf, 8 to Egg, 6 to Furt\n"
        "Bach: 9, 4, 7\n"
        "Cirl: 6, 7, 3\n"
        "\n"
        "Use as little fuel as possible.",
        1360,
        {},
    ),
    (
        "Distances in kilometres: Elm mill - Ayr 10, Elm mill - Bute 20, Oak mill - Ayr 30, Oak mill - Bute "
        "15. Trucking costs 0.5 euros per tonne and kilometre. Elm mill has 50 tonnes, Oak mill 40 tonnes. "
        "Ayr needs 30 tonnes, Bute needs 45 tonnes. Minimise the total cost.",
        500,
        {},
    ),
]
"""As people write who think of no reader: without frames, in prose, lists and loose tables."""


@pytest.mark.parametrize(("text", "answer", "tables"), CASUAL)
def test_casual_texts_are_read_right(text: str, answer: float, tables: dict[str, str]) -> None:
    assert solved("transportation", text, tables) == pytest.approx(answer)


MATRIX = (
    "Ship at least cost.\n\n| | X | Y | Supply |\n|---|---|---|---|\n"
    "| A | 3 | 4 | 30 |\n| B | 5 | 6 | 40 |\n| Demand | 20 | 45 | |\n"
)


def test_the_formulation_names_sets_and_keeps_the_words() -> None:
    text = PROBLEMS[0][0]
    found = read("transportation", text)
    assert found is not None
    formulation = found.formulation
    assert list(formulation.sets) == ["QUARRIES", "CREWS"]
    assert formulation.sets["CREWS"].elements == ["Crew 1", "Crew 2", "Crew 3"]
    assert formulation.parameters["supply"].values == {"North": 60, "South": 90}
    assert (formulation.parameters["supply"].quote or "?") in text
    assert formulation.constraints["within_supply"].because.startswith("Two quarries")
    assert found.doubts == ()
    assert formulation.assumptions == ["Amounts may be split."]


def test_the_numbers_of_a_table_and_of_names_are_in_the_account() -> None:
    found = read("transportation", MATRIX)
    assert found is not None
    assert {each.words for each in found.account} >= {
        "supply of A",
        "demand of Y",
        "cost of a unit from B to X",
    }
    found = read("transportation", PROBLEMS[0][0])
    assert found is not None
    assert any(each.words == "part of the name Crew 2" for each in found.account)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| 4 |", "| four |"),
        ("| 4 |", "| -4 |"),
        ("| 4 |", "| 4 or 5 |"),
        ("| 4 | 30 |", "| 4 |"),
        ("| 4 | 30 |", "| 4 | 30 | 7 |"),
        ("| B |", "| A |"),
        ("| 45 |", "| 451 |"),
        ("| Demand | 20 | 45 | |\n", ""),
        ("| Supply |", "| |"),
        ("least cost.", "least cost within 3 days."),
        ("Ship at least cost.", "Ship."),
    ],
)
def test_broken_tables_and_numbers_without_a_place_are_declined(old: str, new: str) -> None:
    assert solved("transportation", MATRIX) == pytest.approx(310)
    assert old in MATRIX
    assert read("transportation", MATRIX.replace(old, new, 1)) is None


def test_a_dash_in_a_table_bars_the_way_and_is_told() -> None:
    found = read("transportation", MATRIX.replace("| 6 |", "| - |").replace("| 45 |", "| 30 |"))
    assert found is not None
    assert any("Nothing goes from B to Y" in told for told in found.formulation.assumptions)
    assert "LANES" in found.formulation.sets


def test_a_ban_in_words_bars_the_way() -> None:
    text = MATRIX.replace("Ship at least cost.", "Ship at least cost. A cannot deliver to X.")
    assert solved("transportation", text) == pytest.approx(5 * 20 + 4 * 30 + 6 * 15)


@pytest.mark.parametrize(
    "text",
    [
        "A bakery makes bread and cake. Bread earns $3, cake $5. Bread takes 2 hours, cake 3 "
        "hours. There are "
        "40 hours. Ship at most 10 cakes. Maximize profit.",
        "A farm feeds hens and cows with corn and oats. Corn costs $2 a kg, oats $3 a kg. Deliver "
        "at least 40 "
        "kg of corn to the hens and 60 kg of oats to the cows. Minimize the cost.",
        "Plant A ships 40 units to store X and 50 to store Y. What did it cost at $3 a unit?",
        "Supplies are 40, 50 and 60 thousand tons at A, B and C. Minimize the cost of shipping to X and Y.",
    ],
)
def test_what_is_no_transportation_is_declined(text: str) -> None:
    assert read("transportation", text) is None
