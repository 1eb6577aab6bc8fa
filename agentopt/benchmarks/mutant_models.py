"""Right formulations of small problems, with their words, as a careful modeller writes them.

Some are unusual on purpose: roles that are wrong though the model is right, least utilization, sales limited by
demand, savings, soft requirements. No test may accuse any of them.
"""

from __future__ import annotations

__all__ = ["MODELS", "Case"]

from collections.abc import Mapping
from typing import NamedTuple


class Case(NamedTuple):
    """A problem in words and its formulation."""

    text: str
    parts: Mapping[str, object]


def _over(name: str, values: object, role: str = "data", **more: object) -> dict[str, object]:
    """A parameter over one set, or several."""
    return {"over": name.split(), "values": values, "role": role, **more}


def _scalar(value: float, role: str = "data", quote: str = "") -> dict[str, object]:
    return {"value": value, "role": role} | ({"quote": quote} if quote else {})


MODELS: dict[str, Case] = {
    "diet": Case(
        "A kitchen buys rice, beans and eggs at 2, 3 and 5 dollars per kg. Each kg of rice has 70 grams of protein, of "
        "beans 210 and of eggs 130; each has 3600, 3400 and 1400 kcal. The meals require at least 400 grams of protein "
        "and at least 9000 kcal. Minimize the cost of the food.",
        {
            "sets": {
                "FOODS": {"elements": ["rice", "beans", "eggs"]},
                "NUTRIENTS": {"elements": ["protein", "energy"]},
            },
            "parameters": {
                "cost": _over("FOODS", [2, 3, 5], "cost"),
                "content": _over("FOODS NUTRIENTS", [[70, 3600], [210, 3400], [130, 1400]], "rate"),
                "required": _over("NUTRIENTS", [400, 9000], "requirement"),
            },
            "variables": {"buy": {"over": ["FOODS"], "meaning": "kg bought"}},
            "objective": {"minimize": "sum(cost[f]*buy[f] for f in FOODS)"},
            "constraints": {
                "enough": {
                    "for": "n in NUTRIENTS",
                    "that": "sum(content[f,n]*buy[f] for f in FOODS) >= required[n]",
                    "because": "The meals require at least 400 grams of protein and at least 9000 kcal",
                }
            },
        },
    ),
    "transport": Case(
        "Two mills supply three shops. Mill north has up to 350 sacks and mill south up to 600. The shops need at least "
        "325, 300 and 275 sacks. Sending a sack from north costs 2.5, 1.7 and 1.8 dollars, from south 2.4, 1.8 and 1.4. "
        "Minimize the cost of transport.",
        {
            "sets": {"MILLS": {"elements": ["north", "south"]}, "SHOPS": {"elements": ["a", "b", "c"]}},
            "parameters": {
                "supply": _over("MILLS", [350, 600], "capacity"),
                "need": _over("SHOPS", [325, 300, 275], "requirement"),
                "cost": _over("MILLS SHOPS", [[2.5, 1.7, 1.8], [2.4, 1.8, 1.4]], "cost"),
            },
            "variables": {"send": {"over": ["MILLS", "SHOPS"]}},
            "objective": {"minimize": "sum(cost[m,s]*send[m,s] for m in MILLS for s in SHOPS)"},
            "constraints": {
                "within_supply": {
                    "for": "m in MILLS",
                    "that": "sum(send[m,s] for s in SHOPS) <= supply[m]",
                    "because": "Mill north has up to 350 sacks and mill south up to 600",
                },
                "meet_need": {
                    "for": "s in SHOPS",
                    "that": "sum(send[m,s] for m in MILLS) >= need[s]",
                    "because": "The shops need at least 325, 300 and 275 sacks",
                },
            },
        },
    ),
    "knapsack": Case(
        "A hiker packs items with values 12, 9, 15, 7 and 11 and weights 4, 3, 6, 2 and 5 kg. The pack holds at most 11 "
        "kg. Maximize the value carried.",
        {
            "sets": {"ITEMS": {"first": 1, "last": 5}},
            "parameters": {
                "value": _over("ITEMS", [12, 9, 15, 7, 11], "reward"),
                "weight": _over("ITEMS", [4, 3, 6, 2, 5], "rate"),
                "pack": _scalar(11, "capacity", "at most 11 kg"),
            },
            "variables": {"take": {"over": ["ITEMS"], "domain": "binary"}},
            "objective": {"maximize": "sum(value[i]*take[i] for i in ITEMS)"},
            "constraints": {
                "weight_limit": {
                    "that": "sum(weight[i]*take[i] for i in ITEMS) <= pack",
                    "because": "The pack holds at most 11 kg",
                }
            },
        },
    ),
    "facility": Case(
        "A firm may open depots at 4 sites for 90, 120, 80 and 110 dollars a day; a depot serves at most 40, 60, 35 and "
        "50 pallets. Five towns must receive 20, 15, 25, 10 and 18 pallets. Serving a pallet costs as in the table. "
        "Minimize the total cost.",
        {
            "sets": {"SITES": {"first": 1, "last": 4}, "TOWNS": {"elements": ["u", "v", "w", "x", "y"]}},
            "parameters": {
                "opening": _over("SITES", [90, 120, 80, 110], "cost"),
                "most": _over("SITES", [40, 60, 35, 50], "capacity"),
                "need": _over("TOWNS", [20, 15, 25, 10, 18], "requirement"),
                "cost": _over(
                    "SITES TOWNS",
                    [[4, 6, 9, 3, 5], [5, 3, 4, 7, 6], [8, 5, 3, 4, 7], [6, 4, 7, 5, 3]],
                    "cost",
                ),
            },
            "variables": {
                "open": {"over": ["SITES"], "domain": "binary"},
                "serve": {"over": ["SITES", "TOWNS"]},
            },
            "objective": {
                "minimize": "sum(opening[s]*open[s] for s in SITES) + sum(cost[s,t]*serve[s,t] for s in SITES for t in TOWNS)"
            },
            "constraints": {
                "only_open": {
                    "for": "s in SITES",
                    "that": "sum(serve[s,t] for t in TOWNS) <= most[s]*open[s]",
                    "because": "a depot serves at most 40, 60, 35 and 50 pallets",
                },
                "meet_need": {
                    "for": "t in TOWNS",
                    "that": "sum(serve[s,t] for s in SITES) >= need[t]",
                    "because": "Five towns must receive 20, 15, 25, 10 and 18 pallets",
                },
            },
        },
    ),
    "production": Case(
        "A workshop makes chairs and tables that earn a profit of 45 and 80 dollars. A chair takes 5 board feet and 10 "
        "hours, a table 20 board feet and 15 hours. There are at most 400 board feet and 450 hours. Maximize the profit.",
        {
            "sets": {"GOODS": {"elements": ["chair", "table"]}, "MEANS": {"elements": ["boards", "hours"]}},
            "parameters": {
                "profit": _over("GOODS", [45, 80], "reward"),
                "takes": _over("GOODS MEANS", [[5, 10], [20, 15]], "rate"),
                "available": _over("MEANS", [400, 450], "capacity"),
            },
            "variables": {"make": {"over": ["GOODS"], "domain": "integer"}},
            "objective": {"maximize": "sum(profit[g]*make[g] for g in GOODS)"},
            "constraints": {
                "within_means": {
                    "for": "r in MEANS",
                    "that": "sum(takes[g,r]*make[g] for g in GOODS) <= available[r]",
                    "because": "There are at most 400 board feet and 450 hours",
                }
            },
        },
    ),
    "inventory": Case(
        "Over 5 weeks demand is 30, 50, 20, 60 and 40 barrels. A week's production is at most 45 barrels at 7 dollars "
        "each; storing a barrel for a week costs 0.5 dollars. 10 barrels are in store. Minimize the cost.",
        {
            "sets": {"WEEKS": {"first": 1, "last": 5}},
            "parameters": {
                "demand": _over("WEEKS", [30, 50, 20, 60, 40], "requirement"),
                "most": _scalar(45, "capacity", "at most 45 barrels"),
                "making_cost": _scalar(7, "cost", "7 dollars"),
                "storing_cost": _scalar(0.5, "cost", "0.5 dollars"),
                "initial": _scalar(10, "data", "10 barrels are in store"),
            },
            "variables": {"make": {"over": ["WEEKS"]}, "store": {"over": ["WEEKS"]}},
            "objective": {"minimize": "sum(making_cost*make[t] + storing_cost*store[t] for t in WEEKS)"},
            "constraints": {
                "first_week": {
                    "that": "initial + make[1] == demand[1] + store[1]",
                    "because": "10 barrels are in store",
                },
                "balance": {
                    "for": "t in WEEKS if t > 1",
                    "that": "store[t-1] + make[t] == demand[t] + store[t]",
                    "because": "storing a barrel for a week",
                },
                "at_most": {"for": "t in WEEKS", "that": "make[t] <= most", "because": "at most 45 barrels"},
            },
        },
    ),
    "assignment": Case(
        "Four nurses take four shifts, one each. How much each nurse likes each shift is given in points. Maximize the "
        "points.",
        {
            "sets": {"NURSES": {"elements": ["ann", "bo", "cy", "di"]}, "SHIFTS": {"first": 1, "last": 4}},
            "parameters": {
                "points": _over(
                    "NURSES SHIFTS", [[9, 2, 7, 8], [6, 4, 3, 7], [5, 8, 1, 8], [7, 6, 9, 4]], "reward"
                )
            },
            "variables": {"takes": {"over": ["NURSES", "SHIFTS"], "domain": "binary"}},
            "objective": {"maximize": "sum(points[n,s]*takes[n,s] for n in NURSES for s in SHIFTS)"},
            "constraints": {
                "one_shift": {
                    "for": "n in NURSES",
                    "that": "sum(takes[n,s] for s in SHIFTS) == 1",
                    "because": "one each",
                },
                "one_nurse": {
                    "for": "s in SHIFTS",
                    "that": "sum(takes[n,s] for n in NURSES) == 1",
                    "because": "Four nurses take four shifts",
                },
            },
        },
    ),
    "blending": Case(
        "A refinery blends 3 oils with 1.2, 0.8 and 2.0 percent sulphur at costs of 60, 75 and 50 dollars a barrel into "
        "1000 barrels with at most 1.1 percent sulphur. At most 500 barrels of each oil can be bought. Minimize cost.",
        {
            "sets": {"OILS": {"first": 1, "last": 3}},
            "parameters": {
                "sulphur": _over("OILS", [0.012, 0.008, 0.02], "ratio"),
                "cost": _over("OILS", [60, 75, 50], "cost"),
                "total": _scalar(1000, "requirement", "1000 barrels"),
                "limit": _scalar(0.011, "ratio", "at most 1.1 percent sulphur"),
                "most": _scalar(500, "capacity", "At most 500 barrels of each oil"),
            },
            "variables": {"use": {"over": ["OILS"], "upper": "most"}},
            "objective": {"minimize": "sum(cost[i]*use[i] for i in OILS)"},
            "constraints": {
                "blend": {"that": "sum(use[i] for i in OILS) == total", "because": "into 1000 barrels"},
                "quality": {
                    "that": "sum(sulphur[i]*use[i] for i in OILS) <= limit*sum(use[i] for i in OILS)",
                    "because": "with at most 1.1 percent sulphur",
                },
            },
        },
    ),
    "cover": Case(
        "A town chooses stations among 6 places so that every one of 5 districts has at least 1 station that reaches it. "
        "Stations cost 7, 5, 9, 6, 4 and 8. Minimize the cost.",
        {
            "sets": {
                "PLACES": {"first": 1, "last": 6},
                "DISTRICTS": {"elements": ["n", "e", "s", "w", "c"]},
                "REACHES": {
                    "elements": [
                        [1, "n"],
                        [1, "e"],
                        [2, "n"],
                        [2, "w"],
                        [3, "s"],
                        [3, "c"],
                        [4, "c"],
                        [4, "e"],
                        [5, "s"],
                        [6, "w"],
                        [6, "c"],
                    ]
                },
            },
            "parameters": {
                "cost": _over("PLACES", [7, 5, 9, 6, 4, 8], "cost"),
                "least": _scalar(1, "requirement", "at least 1 station"),
            },
            "variables": {"build": {"over": ["PLACES"], "domain": "binary"}},
            "objective": {"minimize": "sum(cost[p]*build[p] for p in PLACES)"},
            "constraints": {
                "reached": {
                    "for": "d in DISTRICTS",
                    "that": "sum(build[p] for p in PLACES if (p, d) in REACHES) >= least",
                    "because": "every one of 5 districts has at least 1 station that reaches it",
                }
            },
        },
    ),
    "max_flow": Case(
        "Water flows from the spring to the town through pipes with given capacities. Maximize the flow that leaves the "
        "spring.",
        {
            "sets": {
                "NODES": {"elements": ["spring", "hill", "mill", "town"]},
                "PIPES": {
                    "elements": [
                        ["spring", "hill"],
                        ["spring", "mill"],
                        ["hill", "mill"],
                        ["hill", "town"],
                        ["mill", "town"],
                    ]
                },
            },
            "parameters": {"capacity": _over("PIPES", [8, 5, 3, 6, 7], "capacity")},
            "variables": {"flow": {"over": ["PIPES"]}},
            "objective": {"maximize": "sum(flow[i,j] for (i,j) in PIPES if i == 'spring')"},
            "constraints": {
                "within": {
                    "for": "(i,j) in PIPES",
                    "that": "flow[i,j] <= capacity[i,j]",
                    "because": "through pipes with given capacities",
                },
                "through": {
                    "for": "k in NODES if k != 'spring' and k != 'town'",
                    "that": "sum(flow[i,j] for (i,j) in PIPES if j == k) == sum(flow[i,j] for (i,j) in PIPES if i == k)",
                    "because": "Water flows from the spring to the town",
                },
            },
        },
    ),
    "staffing": Case(
        "A clinic needs at least 4, 6, 5, 7, 8, 3 and 2 nurses on the days of a week. A nurse works 5 days in a row "
        "and then rests for 2. Minimize the number of nurses.",
        {
            "sets": {"DAYS": {"first": 0, "last": 6}},
            "parameters": {"needed": _over("DAYS", [4, 6, 5, 7, 8, 3, 2], "requirement")},
            "variables": {"start": {"over": ["DAYS"], "domain": "integer"}},
            "objective": {"minimize": "sum(start[d] for d in DAYS)"},
            "constraints": {
                "enough": {
                    "for": "d in DAYS",
                    "that": "sum(start[s] for s in DAYS if mod(d - s, 7) <= 4) >= needed[d]",
                    "because": "A clinic needs at least 4, 6, 5, 7, 8, 3 and 2 nurses",
                }
            },
        },
    ),
    "cutting": Case(
        "Rolls of 100 cm are cut by 4 patterns into pieces of 45, 36 and 31 cm. At least 97, 610 and 395 pieces are "
        "required. Minimize the number of rolls.",
        {
            "sets": {"PATTERNS": {"first": 1, "last": 4}, "SIZES": {"elements": ["long", "middle", "short"]}},
            "parameters": {
                "pieces": _over("PATTERNS SIZES", [[2, 0, 0], [0, 2, 0], [0, 1, 2], [1, 0, 1]], "rate"),
                "required": _over("SIZES", [97, 610, 395], "requirement"),
            },
            "variables": {"cut": {"over": ["PATTERNS"], "domain": "integer"}},
            "objective": {"minimize": "sum(cut[p] for p in PATTERNS)"},
            "constraints": {
                "enough": {
                    "for": "s in SIZES",
                    "that": "sum(pieces[p,s]*cut[p] for p in PATTERNS) >= required[s]",
                    "because": "At least 97, 610 and 395 pieces are required",
                }
            },
        },
    ),
    "portfolio": Case(
        "Invest 100 thousand dollars in 4 funds that return 5, 7, 9 and 11 percent. At most 40 percent may go into one "
        "fund, and at least 30 percent must be in the first two. Maximize the return.",
        {
            "sets": {"FUNDS": {"first": 1, "last": 4}},
            "parameters": {
                "returns": _over("FUNDS", [0.05, 0.07, 0.09, 0.11], "reward"),
                "money": _scalar(100, "capacity", "100 thousand dollars"),
                "most": _scalar(0.4, "ratio", "At most 40 percent"),
                "least": _scalar(0.3, "ratio", "at least 30 percent"),
            },
            "variables": {"invest": {"over": ["FUNDS"]}},
            "objective": {"maximize": "sum(returns[f]*invest[f] for f in FUNDS)"},
            "constraints": {
                "all_money": {
                    "that": "sum(invest[f] for f in FUNDS) == money",
                    "because": "Invest 100 thousand dollars",
                },
                "spread": {
                    "for": "f in FUNDS",
                    "that": "invest[f] <= most*money",
                    "because": "At most 40 percent may go into one fund",
                },
                "safe": {
                    "that": "invest[1] + invest[2] >= least*money",
                    "because": "at least 30 percent must be in the first two",
                },
            },
        },
    ),
    "quadratic": Case(
        "Two plants share a load of 50 megawatts. Running them costs 0.02 and 0.03 dollars times the square of the load "
        "and 3 and 2 dollars a megawatt. Each runs at 40 megawatts at most. Minimize the cost.",
        {
            "sets": {"PLANTS": {"first": 1, "last": 2}},
            "parameters": {
                "curve": _over("PLANTS", [0.02, 0.03], "cost"),
                "slope": _over("PLANTS", [3, 2], "cost"),
                "load": _scalar(50, "requirement", "a load of 50 megawatts"),
                "most": _scalar(40, "capacity", "at 40 megawatts at most"),
            },
            "variables": {"run": {"over": ["PLANTS"], "upper": "most"}},
            "objective": {"minimize": "sum(curve[p]*run[p]**2 + slope[p]*run[p] for p in PLANTS)"},
            "constraints": {
                "share": {
                    "that": "sum(run[p] for p in PLANTS) >= load",
                    "because": "share a load of 50 megawatts",
                }
            },
        },
    ),
    "makespan": Case(
        "Six jobs of 7, 5, 9, 4, 6 and 8 minutes go to 2 machines. Minimize the time when the last machine ends.",
        {
            "sets": {"JOBS": {"first": 1, "last": 6}, "MACHINES": {"first": 1, "last": 2}},
            "parameters": {"minutes": _over("JOBS", [7, 5, 9, 4, 6, 8], "data")},
            "variables": {"on": {"over": ["JOBS", "MACHINES"], "domain": "binary"}, "end": {}},
            "objective": {"minimize": "end"},
            "constraints": {
                "once": {
                    "for": "j in JOBS",
                    "that": "sum(on[j,m] for m in MACHINES) == 1",
                    "because": "go to 2 machines",
                },
                "ends": {
                    "for": "m in MACHINES",
                    "that": "sum(minutes[j]*on[j,m] for j in JOBS) <= end",
                    "because": "when the last machine ends",
                },
            },
        },
    ),
    "logic": Case(
        "Choose among 5 projects with gains 10, 8, 12, 6 and 9 and costs 4, 3, 5, 2 and 4, within a budget of 11. "
        "Project 1 needs project 4, and at most 3 projects may be chosen. Maximize the gain.",
        {
            "sets": {"PROJECTS": {"first": 1, "last": 5}},
            "parameters": {
                "gain": _over("PROJECTS", [10, 8, 12, 6, 9], "reward"),
                "cost": _over("PROJECTS", [4, 3, 5, 2, 4], "cost"),
                "budget": _scalar(11, "capacity", "within a budget of 11"),
            },
            "variables": {"choose": {"over": ["PROJECTS"], "domain": "binary"}},
            "objective": {"maximize": "sum(gain[p]*choose[p] for p in PROJECTS)"},
            "constraints": {
                "within_budget": {
                    "that": "sum(cost[p]*choose[p] for p in PROJECTS) <= budget",
                    "because": "within a budget of 11",
                },
                "needs": {"that": "implies(choose[1], choose[4])", "because": "Project 1 needs project 4"},
                "few": {
                    "that": "at_most(3, (choose[p] for p in PROJECTS))",
                    "because": "at most 3 projects may be chosen",
                },
            },
        },
    ),
    # Right, but not as roles would have it.
    "least_utilization": Case(
        "A plant pays 3 and 4 dollars per ton on its two lines with capacities of 80 and 70 tons. Each line must run at "
        "60 percent of its capacity at least, and 120 tons are needed at least. Minimize the cost.",
        {
            "sets": {"LINES": {"first": 1, "last": 2}},
            "parameters": {
                "cost": _over("LINES", [3, 4], "cost"),
                "capacity": _over("LINES", [80, 70], "capacity"),
                "share": _scalar(0.6, "ratio", "60 percent"),
                "needed": _scalar(120, "requirement", "120 tons are needed at least"),
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
        "A school hires buses with 40 seats for 400 dollars and vans with 15 seats for 190 dollars. The seats must be "
        "400 in number. There are 20 drivers at most. Minimize the cost.",
        {
            "parameters": {
                "seats": _scalar(400, "capacity", "400 in number"),
                "bus_cost": _scalar(400, "cost", "400 dollars"),
                "van_cost": _scalar(190, "cost", "190 dollars"),
                "drivers": _scalar(20, "capacity", "20 drivers at most"),
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
        "A baker sells rolls and buns for a profit of 2 and 3 dollars, with demands of 60 and 40; an oven takes 80 pieces. "
        "What is not asked for cannot be sold. Maximize the profit.",
        {
            "sets": {"GOODS": {"elements": ["rolls", "buns"]}},
            "parameters": {
                "profit": _over("GOODS", [2, 3], "reward"),
                "demand": _over("GOODS", [60, 40], "requirement"),
                "oven": _scalar(80, "capacity", "an oven takes 80 pieces"),
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
        "A firm needs 100 pumps and 80 valves. Making one costs 20 and 12 dollars, buying one costs 26 and 15. Making one "
        "takes 2 and 1 hours of 200. Maximize the savings over buying all.",
        {
            "sets": {"PARTS": {"elements": ["pump", "valve"]}},
            "parameters": {
                "needed": _over("PARTS", [100, 80], "requirement"),
                "making_cost": _over("PARTS", [20, 12], "cost"),
                "buying_cost": _over("PARTS", [26, 15], "cost"),
                "takes": _over("PARTS", [2, 1], "rate"),
                "hours": _scalar(200, "capacity", "hours of 200"),
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
        "Two teams can answer 30 and 25 calls an hour. 70 calls come in; a call that is not answered costs a penalty of 5 "
        "dollars, and a team costs 40 dollars an hour. Minimize the cost.",
        {
            "sets": {"TEAMS": {"first": 1, "last": 2}},
            "parameters": {
                "most": _over("TEAMS", [30, 25], "capacity"),
                "calls": _scalar(70, "requirement", "70 calls come in"),
                "penalty": _scalar(5, "cost", "a penalty of 5 dollars"),
                "wage": _scalar(40, "cost", "a team costs 40 dollars"),
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
        "A dam must release at least 20 units to the river, which costs nothing, and sells the rest of its 90 units for a "
        "price of 3. At most 50 units can be sold. Maximize the revenue.",
        {
            "parameters": {
                "release": _scalar(20, "requirement", "at least 20 units"),
                "water": _scalar(90, "capacity", "90 units"),
                "price": _scalar(3, "reward", "a price of 3"),
                "most": _scalar(50, "capacity", "At most 50 units"),
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
