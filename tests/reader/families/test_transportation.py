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
