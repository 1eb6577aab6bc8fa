"""The reader of knapsacks: problems in many hands' words are read right, and anything else is declined."""

from __future__ import annotations

import pytest

from tests.reader.families.reading import read, solved

PROBLEMS: list[tuple[str, float, dict[str, str]]] = [
    (
        "A clinic needs at least 30 kW of backup power and may buy second-hand gensets, one of each kind: "
        "Bravo 8 kW for 90 euros, Delta 14 kW for 150 euros, Echo 6 kW for 70 euros, Foxtrot 20 kW for 210 "
        "euros. What is the least it has to spend?",
        360,
        {},
    ),
    (
        "A fund has $90,000 and looks at four indivisible deals. Deal A costs $40 thousand and is worth $55 "
        "thousand; B costs 35 and is worth 50; C costs 30 and is worth 41; D costs 20 and is worth 26. What "
        "is the largest total worth it can buy?",
        122_000,
        {},
    ),
    (
        "The school board has 100 thousand euros. plans.csv lists what each plan costs (thousand euros) and "
        "how many pupils profit. A plan is funded in full or not at all. How many pupils can be reached?",
        290,
        {"plans.csv": "plan,cost,pupils\ngym,60,200\nlab,50,150\ngarden,45,130\nlibrary,30,90\n"},
    ),
    (
        "got 90 min left tonight, films to see: noir 50min rated 7, short 25min 4, western 60min 9, "
        "cartoon 30min 5. no half films. biggest sum of ratings",
        14,
        {},
    ),
    (
        "A thief picks from a shop: a ring worth $500 weighing 1 kg, a vase worth $900 weighing 6 kg, a "
        "laptop worth $1200 weighing 3 kg and a painting worth $1500 weighing 7 kg. His bag holds at "
        "most 10 kg. Maximize the value of the loot.",
        2700,
        {},
    ),
    (
        "Choose projects to maximize total NPV with a budget of $100k.\n"
        "\n"
        "| Project | Cost ($k) | NPV ($k) |\n"
        "|---|---|---|\n"
        "| Alpha | 40 | 60 |\n"
        "| Beta | 30 | 38 |\n"
        "| Gamma | 50 | 80 |\n"
        "| Delta | 20 | 22 |",
        140,
        {},
    ),
    (
        "Select investments for the highest total return. Investment 1 costs 5 and returns 8, investment "
        "2 costs 7 and returns 11, investment 3 costs 4 and returns 6, investment 4 costs 3 and returns "
        "4. At most 14 can be invested in total.",
        21,
        {},
    ),
    (
        "Which experiments should fly? The payload limit is 12 kg. Experiment A weighs 5 kg and scores "
        "20 points, experiment B weighs 4 kg and scores 15 points, experiment C weighs 6 kg and scores "
        "25 points, experiment D weighs 3 kg and scores 12 points. A and C cannot both fly. Maximize the "
        "total score.",
        47,
        {},
    ),
    (
        "A scout chooses what to pack: lamp (value 6, weight 2 kg), stove (value 10, weight 4 kg), tarp "
        "(value 12, weight 6 kg), rope (value 5, weight 3 kg). Capacity: 9 kg. Maximize total value.",
        21,
        {},
    ),
    (
        "The council has a budget of €60,000 and picks among: playground (€25,000, benefit 40), library "
        "(€30,000, benefit 55), bike lane (€20,000, benefit 30) and garden (€15,000, benefit 20). If the "
        "library is chosen, the garden must also be chosen. Maximize the total benefit.",
        90,
        {},
    ),
    (
        "Pick songs for a 15 minute set to maximize total applause.\n"
        "- Sunrise: 4 minutes, applause 30\n"
        "- Thunder: 6 minutes, applause 45\n"
        "- Valley: 5 minutes, applause 35\n"
        "- Willow: 3 minutes, applause 20",
        110,
        {},
    ),
    (
        "Select at most three of these projects. P1 costs 10 and has a profit of 20; P2 costs 8 and has "
        "a profit of 15; P3 costs 12 and has a profit of 26; P4 costs 6 and has a profit of 9. The "
        "budget is 30. P2 must be included. Maximize profit.",
        61,
        {},
    ),
    (
        "Which crates should go on the plane to maximize total profit? Weight is limited to 20 tons and "
        "volume to 30 cubic meters.\n"
        "\n"
        "| Crate | Profit | Weight | Volume |\n"
        "|---|---|---|---|\n"
        "| C1 | 12 | 6 | 9 |\n"
        "| C2 | 15 | 8 | 12 |\n"
        "| C3 | 9 | 5 | 6 |\n"
        "| C4 | 18 | 10 | 14 |",
        36,
        {},
    ),
    (
        "A freelancer has 40 hours this month and picks jobs for the greatest total pay. Job A takes 15 "
        "hours and pays $900. Job B takes 20 hours and pays $1,300. Job C takes 10 hours and pays $500. "
        "Job D takes 25 hours and pays $1,500.",
        2400,
        {},
    ),
    (
        "Choose charities' campaigns with the largest total reach. Campaign 1 costs $3,000 and reaches "
        "12,000 people. Campaign 2 costs $5,000 and reaches 21,000 people. Campaign 3 costs $4,000 and "
        "reaches 15,000 people. We can spend at most $8,000.",
        33000,
        {},
    ),
    (
        "Which modules should be loaded into 64 GB of memory for the greatest total utility? Module A "
        "needs 20 GB and has utility 9, module B needs 30 GB and has utility 14, module C needs 16 GB "
        "and has utility 7, module D needs 24 GB and has utility 10. Module D requires module A.",
        26,
        {},
    ),
    (
        "We select machines to buy. The lathe costs $8,000 and saves $3,000 a year, the press costs "
        "$12,000 and saves $5,000 a year, the saw costs $5,000 and saves $1,500 a year. The budget is "
        "$18,000. Maximize the total savings.",
        6500,
        {},
    ),
    (
        "Select research proposals with the highest total score. The funds are limited to $250,000 and "
        "the lab has 14 researchers available. At least one of P2 and P5 must be chosen.\n"
        "\n"
        "| Proposal | Score | Cost | Researchers |\n"
        "|---|---|---|---|\n"
        "| P1 | 80 | 100000 | 5 |\n"
        "| P2 | 60 | 70000 | 4 |\n"
        "| P3 | 75 | 90000 | 6 |\n"
        "| P4 | 40 | 60000 | 3 |\n"
        "| P5 | 30 | 50000 | 2 |",
        185,
        {},
    ),
    (
        "Four paintings can be sent to the fair: Dawn (value 90, weight 12 kg), Dusk (value 70, weight 9 "
        "kg), Noon (value 50, weight 6 kg) and Rain (value 40, weight 5 kg). The crate takes at most 20 "
        "kg. Dawn and Dusk are mutually exclusive. Which should be selected for the highest total value?",
        160,
        {},
    ),
]


PROBLEMS += [
    (
        "Proposals A, B and C would bring 50, 70 and 60 thousand visitors. Proposals A, B and C "
        "cost 20, 35 and "
        "30 thousand euros. The budget is 65 thousand euros. Select proposals to maximize visitors.",
        130_000,
        {},
    ),
    (
        "Pick jobs for the greatest pay. Job A takes 30 minutes and pays $5, job B takes 45 "
        "minutes and pays $8, "
        "job C takes 20 minutes and pays $4. There is 1 hour available.",
        9,
        {},
    ),
    (
        "hi! my drone can lift 9 kg on its last flight. what should go? first aid 3 kg (use 8), "
        "radio 2 kg (use "
        "5), blankets 4 kg (use 9), water 5 kg (use 11). looking for the most use",
        22,
        {},
    ),
    (
        "We have 30 minutes of stage time left. Acts as “name / minutes / laughs”: juggler / 8 / "
        "12, mime / 6 / 5, "
        "choir / 15 / 21, magician / 10 / 17. The mime only goes on if the juggler does too. Max laughs?",
        38,
        {},
    ),
    (
        "A diver can spend 45 dollars. Prices on the stall: mask $18, fins $22, torch $12, knife "
        "$15. She rated "
        "how useful each is: mask 30, fins 33, torch 21, knife 20. How high can the total usefulness get?",
        71,
        {},
    ),
    (
        "A baker fills a 20 litre basket for the fair. Pies take 6 litres and bring 14 in profit, "
        "tarts take 4 and "
        "bring 9, loaves take 5 and bring 10. There are 2 pies, 3 tarts and 1 loaf. What profit "
        "can the basket "
        "bring at most?",
        46,
        {},
    ),
    (
        "(1) new roof 30 / 41\n(2) new pump 12 / 17\n(3) new gate 9 / 10\n(4) new shed 21 / "
        "30\nThese are price "
        "and yearly benefit. If you take (4) you have to take (3). We have 45. Which do we pick "
        "for the highest "
        "benefit?",
        58,
        {},
    ),
    (
        "Weights: 5, 4, 6, 3. Values: 10, 40, 30, 50. Knapsack capacity 10, every item once. Maximum value?",
        90,
        {},
    ),
]


@pytest.mark.parametrize(("text", "answer", "tables"), PROBLEMS)
def test_problems_in_many_words_are_read_right(text: str, answer: float, tables: dict[str, str]) -> None:
    assert solved("knapsack", text, tables) == pytest.approx(answer)


@pytest.mark.parametrize(("text", "answer", "tables"), PROBLEMS)
def test_every_formulation_is_in_order(text: str, answer: float, tables: dict[str, str]) -> None:
    found = read("knapsack", text, tables)
    assert found is not None
    assert found.formulation.check(text=text) == []


TABLE = (
    "Choose projects for the greatest total profit. The budget is $50.\n\n| Project | Profit | "
    "Cost |\n|---|---|---|\n"
    "| A1 | 30 | 20 |\n| A2 | 50 | 30 |\n| A3 | 25 | 25 |\n"
)


@pytest.mark.parametrize(
    ("rule", "answer"),
    [
        ("", 80),
        ("At most one project can be chosen.", 50),
        ("A1 and A2 cannot both be chosen.", 55),
        ("A1 and A2 are mutually exclusive.", 55),
        ("At most one of A1 and A2 may be chosen.", 55),
        ("Exactly one of A1 and A2 must be chosen.", 55),
        ("Either A1 or A2 may be chosen, but not both.", 55),
        ("If A1 is chosen, A2 cannot be chosen.", 55),
        ("A1 cannot be chosen if A2 is chosen.", 55),
        ("A1 can only be chosen if A2 is not chosen.", 55),
        ("If A2 is chosen, A3 must be chosen too.", 55),
        ("A2 requires A3.", 30 + 25),
        ("A2 can be chosen only if A3 is chosen.", 55),
        ("A2 cannot be chosen unless A3 is chosen.", 55),
        ("A2 cannot be chosen without A3.", 55),
        ("A3 must be chosen if A2 is chosen.", 55),
        ("If A1 is not chosen, A3 must be chosen.", 80),
        ("If A3 is not chosen, A2 must not be chosen.", 55),
        ("A3 must be included.", 55),
        ("A3 is mandatory.", 55),
        ("At least one of A1 and A3 must be chosen.", 80),
        ("No more than two projects can be selected.", 80),
        ("If A2 is chosen, then A1 or A3 must be chosen.", 80),
        ("A2 depends on A3, and the same goes for A1.", 55),
        ("A2 is useless without A3.", 55),
        ("A3 is a prerequisite for A2.", 55),
        ("A1 and A2 only go together; both or neither.", 80),
        ("A1 and A2 would occupy the same site, so pick one of them at most.", 55),
        ("Nothing can be chosen in part.", 80),
    ],
)
def test_rules_are_read_as_they_are_meant(rule: str, answer: float) -> None:
    text = TABLE.replace("$50.", f"$50. {rule}")
    assert solved("knapsack", text) == pytest.approx(answer)


@pytest.mark.parametrize(
    "rule",
    [
        "Neither A1 nor A2 may be chosen unless A3 is.",
        "A1 and A2 must both be chosen or both be left.",
        "A1 must not be chosen.",
        "A1 should be chosen before A2 if possible.",
        "At least $30 must be spent.",
        "The first two cannot both be chosen.",
        "A2 costs 10 more if A1 is chosen.",
        "The rest earns 4 % interest.",
    ],
)
def test_a_rule_that_is_not_understood_is_no_rule_left_out(rule: str) -> None:
    assert read("knapsack", TABLE.replace("$50.", f"$50. {rule}")) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| 25 | 25 |", "| 25 | many |"),
        ("| 25 | 25 |", "| 25 | |"),
        ("| 25 | 25 |", "| 25 |"),
        ("| 25 | 25 |", "| 25 | -25 |"),
        ("| A3 |", "| A2 |"),
        ("The budget is $50.", ""),
        ("The budget is $50.", "The budget is $500."),
        ("The budget is $50.", "The budget is $50 and $60 next year."),
        ("Choose projects", "Choose how many of each of the projects"),
        ("the greatest total profit", "fun"),
        ("Choose projects", "Choose a fraction of the projects"),
    ],
)
def test_broken_tables_and_other_wishes_are_declined(old: str, new: str) -> None:
    assert old in TABLE
    assert read("knapsack", TABLE.replace(old, new, 1)) is None


@pytest.mark.parametrize(
    "text",
    [
        "A chair earns $40 and takes 5 hours, a table earns $70 and takes 8 hours. There are 40 "
        "hours. Which mix has the greatest profit?",
        "My cake wants 3 eggs and costs 4 dollars, my tart wants 2 eggs and costs 3 dollars, my "
        "pie wants 1 egg "
        "and costs 2 dollars. It tastes best after at least 5 hours.",
    ],
)
def test_product_mixes_and_chatter_are_declined(text: str) -> None:
    assert read("knapsack", text) is None
