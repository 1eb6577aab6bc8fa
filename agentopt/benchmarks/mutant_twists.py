"""Right formulations that are unusual: wrong roles, least utilization, sales limited by demand, savings.

No test may accuse any of them.
"""

from __future__ import annotations

__all__ = ["TWISTS"]

from agentopt.benchmarks.mutant_models import Case, over, scalar

TWISTS: dict[str, Case] = {
    "least_utilization": Case(
        "A plant pays 3 and 4 dollars per ton on its two lines with capacities of 80 and 70 "
        "tons. Each line must run at "
        "60 percent of its capacity at least, and 120 tons are needed at least. Minimize the cost.",
        {
            "sets": {"LINES": {"first": 1, "last": 2}},
            "parameters": {
                "cost": over("LINES", [3, 4], "cost"),
                "capacity": over("LINES", [80, 70], "capacity"),
                "share": scalar(0.6, "ratio", "60 percent"),
                "needed": scalar(120, "requirement", "120 tons are needed at least"),
            },
            "variables": {"run": {"over": ["LINES"]}},
            "objective": {"minimize": "sum(cost[k]*run[k] for k in LINES)"},
            "constraints": {
                "within": {
                    "for": "k in LINES",
                    "that": "run[k] <= capacity[k]",
                    "because": "capacities of 80 and 70 tons",
                },
                "busy": {
                    "for": "k in LINES",
                    "that": "run[k] >= share*capacity[k]",
                    "because": "Each line must run at 60 percent of its capacity at least",
                },
                "enough": {
                    "that": "sum(run[k] for k in LINES) >= needed",
                    "because": "120 tons are needed at least",
                },
            },
        },
    ),
    "seats": Case(
        "A school hires buses with 40 seats for 400 dollars and vans with 15 seats for 190 "
        "dollars. The seats must be "
        "400 in number. There are 20 drivers at most. Minimize the cost.",
        {
            "parameters": {
                "seats": scalar(400, "capacity", "400 in number"),
                "bus_cost": scalar(400, "cost", "400 dollars"),
                "van_cost": scalar(190, "cost", "190 dollars"),
                "drivers": scalar(20, "capacity", "20 drivers at most"),
            },
            "variables": {"buses": {"domain": "integer"}, "vans": {"domain": "integer"}},
            "objective": {"minimize": "bus_cost*buses + van_cost*vans"},
            "constraints": {
                "hold_all": {
                    "that": "40*buses + 15*vans >= seats",
                    "because": "The seats must be 400 in number",
                },
                "drive": {"that": "buses + vans <= drivers", "because": "There are 20 drivers at most"},
            },
        },
    ),
    "sales": Case(
        "A baker sells rolls and buns for a profit of 2 and 3 dollars, with demands of 60 and "
        "40; an oven takes 80 pieces. "
        "What is not asked for cannot be sold. Maximize the profit.",
        {
            "sets": {"GOODS": {"elements": ["rolls", "buns"]}},
            "parameters": {
                "profit": over("GOODS", [2, 3], "reward"),
                "demand": over("GOODS", [60, 40], "requirement"),
                "oven": scalar(80, "capacity", "an oven takes 80 pieces"),
            },
            "variables": {"bake": {"over": ["GOODS"], "domain": "integer"}},
            "objective": {"maximize": "sum(profit[g]*bake[g] for g in GOODS)"},
            "constraints": {
                "asked_for": {
                    "for": "g in GOODS",
                    "that": "bake[g] <= demand[g]",
                    "because": "What is not asked for cannot be sold",
                },
                "oven_space": {
                    "that": "sum(bake[g] for g in GOODS) <= oven",
                    "because": "an oven takes 80 pieces",
                },
            },
        },
    ),
    "make_or_buy": Case(
        "A firm needs 100 pumps and 80 valves. Making one costs 20 and 12 dollars, buying one "
        "costs 26 and 15. Making one "
        "takes 2 and 1 hours of 200. Maximize the savings over buying all.",
        {
            "sets": {"PARTS": {"elements": ["pump", "valve"]}},
            "parameters": {
                "needed": over("PARTS", [100, 80], "requirement"),
                "making_cost": over("PARTS", [20, 12], "cost"),
                "buying_cost": over("PARTS", [26, 15], "cost"),
                "takes": over("PARTS", [2, 1], "rate"),
                "hours": scalar(200, "capacity", "hours of 200"),
            },
            "variables": {"make": {"over": ["PARTS"]}},
            "objective": {"maximize": "sum((buying_cost[p] - making_cost[p])*make[p] for p in PARTS)"},
            "constraints": {
                "no_more": {
                    "for": "p in PARTS",
                    "that": "make[p] <= needed[p]",
                    "because": "needs 100 pumps and 80 valves",
                },
                "time": {"that": "sum(takes[p]*make[p] for p in PARTS) <= hours", "because": "hours of 200"},
            },
        },
    ),
    "soft": Case(
        "Two teams can answer 30 and 25 calls an hour. 70 calls come in; a call that is not "
        "answered costs a penalty of 5 "
        "dollars, and a team costs 40 dollars an hour. Minimize the cost.",
        {
            "sets": {"TEAMS": {"first": 1, "last": 2}},
            "parameters": {
                "most": over("TEAMS", [30, 25], "capacity"),
                "calls": scalar(70, "requirement", "70 calls come in"),
                "penalty": scalar(5, "cost", "a penalty of 5 dollars"),
                "wage": scalar(40, "cost", "a team costs 40 dollars"),
            },
            "variables": {
                "answered": {"over": ["TEAMS"]},
                "missed": {},
                "work": {"over": ["TEAMS"], "domain": "binary"},
            },
            "objective": {"minimize": "penalty*missed + sum(wage*work[k] for k in TEAMS)"},
            "constraints": {
                "all_calls": {
                    "that": "sum(answered[k] for k in TEAMS) + missed == calls",
                    "because": "70 calls come in",
                },
                "working": {
                    "for": "k in TEAMS",
                    "that": "answered[k] <= most[k]*work[k]",
                    "because": "Two teams can answer 30 and 25 calls an hour",
                },
            },
        },
    ),
    "free_requirement": Case(
        "A dam must release at least 20 units to the river, which costs nothing, and sells the "
        "rest of its 90 units for a "
        "price of 3. At most 50 units can be sold. Maximize the revenue.",
        {
            "parameters": {
                "release": scalar(20, "requirement", "at least 20 units"),
                "water": scalar(90, "capacity", "90 units"),
                "price": scalar(3, "reward", "a price of 3"),
                "most": scalar(50, "capacity", "At most 50 units"),
            },
            "variables": {"river": {}, "sold": {}},
            "objective": {"maximize": "price*sold"},
            "constraints": {
                "flow": {
                    "that": "river >= release",
                    "because": "A dam must release at least 20 units to the river",
                },
                "dam": {"that": "river + sold == water", "because": "the rest of its 90 units"},
                "market": {"that": "sold <= most", "because": "At most 50 units can be sold"},
            },
        },
    ),
}
