"""Right formulations of small problems, with their words, as a careful modeller writes them."""

from __future__ import annotations

__all__ = ["MODELS", "Case", "over", "scalar"]

from collections.abc import Mapping
from typing import NamedTuple


class Case(NamedTuple):
    """A problem in words and its formulation."""

    text: str
    parts: Mapping[str, object]


def over(name: str, values: object, role: str = "data", **more: object) -> dict[str, object]:
    """A parameter over one set, or several."""
    return {"over": name.split(), "values": values, "role": role, **more}


def scalar(value: float, role: str = "data", quote: str = "") -> dict[str, object]:
    """A parameter that is one number."""
    return {"value": value, "role": role} | ({"quote": quote} if quote else {})


MODELS: dict[str, Case] = {
    "diet": Case(
        "A kitchen buys rice, beans and eggs at 2, 3 and 5 dollars per kg. Each kg of rice has "
        "70 grams of protein, of "
        "beans 210 and of eggs 130; each has 3600, 3400 and 1400 kcal. The meals require at "
        "least 400 grams of protein "
        "and at least 9000 kcal. Minimize the cost of the food.",
        {
            "sets": {
                "FOODS": {"elements": ["rice", "beans", "eggs"]},
                "NUTRIENTS": {"elements": ["protein", "energy"]},
            },
            "parameters": {
                "cost": over("FOODS", [2, 3, 5], "cost"),
                "content": over("FOODS NUTRIENTS", [[70, 3600], [210, 3400], [130, 1400]], "rate"),
                "required": over("NUTRIENTS", [400, 9000], "requirement"),
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
        "Two mills supply three shops. Mill north has up to 350 sacks and mill south up to 600. "
        "The shops need at least "
        "325, 300 and 275 sacks. Sending a sack from north costs 2.5, 1.7 and 1.8 dollars, from "
        "south 2.4, 1.8 and 1.4. "
        "Minimize the cost of transport.",
        {
            "sets": {"MILLS": {"elements": ["north", "south"]}, "SHOPS": {"elements": ["a", "b", "c"]}},
            "parameters": {
                "supply": over("MILLS", [350, 600], "capacity"),
                "need": over("SHOPS", [325, 300, 275], "requirement"),
                "cost": over("MILLS SHOPS", [[2.5, 1.7, 1.8], [2.4, 1.8, 1.4]], "cost"),
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
        "A hiker packs items with values 12, 9, 15, 7 and 11 and weights 4, 3, 6, 2 and 5 kg. "
        "The pack holds at most 11 "
        "kg. Maximize the value carried.",
        {
            "sets": {"ITEMS": {"first": 1, "last": 5}},
            "parameters": {
                "value": over("ITEMS", [12, 9, 15, 7, 11], "reward"),
                "weight": over("ITEMS", [4, 3, 6, 2, 5], "rate"),
                "pack": scalar(11, "capacity", "at most 11 kg"),
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
        "A firm may open depots at 4 sites for 90, 120, 80 and 110 dollars a day; a depot "
        "serves at most 40, 60, 35 and "
        "50 pallets. Five towns must receive 20, 15, 25, 10 and 18 pallets. Serving a pallet "
        "costs as in the table. "
        "Minimize the total cost.",
        {
            "sets": {"SITES": {"first": 1, "last": 4}, "TOWNS": {"elements": ["u", "v", "w", "x", "y"]}},
            "parameters": {
                "opening": over("SITES", [90, 120, 80, 110], "cost"),
                "most": over("SITES", [40, 60, 35, 50], "capacity"),
                "need": over("TOWNS", [20, 15, 25, 10, 18], "requirement"),
                "cost": over(
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
                "minimize": (
                    "sum(opening[s]*open[s] for s in SITES) + sum(cost[s,t]*serve[s,t] for s in "
                    "SITES for t in TOWNS)"
                )
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
        "A workshop makes chairs and tables that earn a profit of 45 and 80 dollars. A chair "
        "takes 5 board feet and 10 "
        "hours, a table 20 board feet and 15 hours. There are at most 400 board feet and 450 "
        "hours. Maximize the profit.",
        {
            "sets": {"GOODS": {"elements": ["chair", "table"]}, "MEANS": {"elements": ["boards", "hours"]}},
            "parameters": {
                "profit": over("GOODS", [45, 80], "reward"),
                "takes": over("GOODS MEANS", [[5, 10], [20, 15]], "rate"),
                "available": over("MEANS", [400, 450], "capacity"),
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
        "Over 5 weeks demand is 30, 50, 20, 60 and 40 barrels. A week's production is at most "
        "45 barrels at 7 dollars "
        "each; storing a barrel for a week costs 0.5 dollars. 10 barrels are in store. Minimize the cost.",
        {
            "sets": {"WEEKS": {"first": 1, "last": 5}},
            "parameters": {
                "demand": over("WEEKS", [30, 50, 20, 60, 40], "requirement"),
                "most": scalar(45, "capacity", "at most 45 barrels"),
                "making_cost": scalar(7, "cost", "7 dollars"),
                "storing_cost": scalar(0.5, "cost", "0.5 dollars"),
                "initial": scalar(10, "data", "10 barrels are in store"),
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
        "Four nurses take four shifts, one each. How much each nurse likes each shift is given "
        "in points. Maximize the "
        "points.",
        {
            "sets": {"NURSES": {"elements": ["ann", "bo", "cy", "di"]}, "SHIFTS": {"first": 1, "last": 4}},
            "parameters": {
                "points": over(
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
        "A refinery blends 3 oils with 1.2, 0.8 and 2.0 percent sulphur at costs of 60, 75 and "
        "50 dollars a barrel into "
        "1000 barrels with at most 1.1 percent sulphur. At most 500 barrels of each oil can be "
        "bought. Minimize cost.",
        {
            "sets": {"OILS": {"first": 1, "last": 3}},
            "parameters": {
                "sulphur": over("OILS", [0.012, 0.008, 0.02], "ratio"),
                "cost": over("OILS", [60, 75, 50], "cost"),
                "total": scalar(1000, "requirement", "1000 barrels"),
                "limit": scalar(0.011, "ratio", "at most 1.1 percent sulphur"),
                "most": scalar(500, "capacity", "At most 500 barrels of each oil"),
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
        "A town chooses stations among 6 places so that every one of 5 districts has at least 1 "
        "station that reaches it. "
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
                "cost": over("PLACES", [7, 5, 9, 6, 4, 8], "cost"),
                "least": scalar(1, "requirement", "at least 1 station"),
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
        "Water flows from the spring to the town through pipes with given capacities. Maximize "
        "the flow that leaves the "
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
            "parameters": {"capacity": over("PIPES", [8, 5, 3, 6, 7], "capacity")},
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
                    "that": (
                        "sum(flow[i,j] for (i,j) in PIPES if j == k) == sum(flow[i,j] for (i,j) in "
                        "PIPES if i == k)"
                    ),
                    "because": "Water flows from the spring to the town",
                },
            },
        },
    ),
    "staffing": Case(
        "A clinic needs at least 4, 6, 5, 7, 8, 3 and 2 nurses on the days of a week. A nurse "
        "works 5 days in a row "
        "and then rests for 2. Minimize the number of nurses.",
        {
            "sets": {"DAYS": {"first": 0, "last": 6}},
            "parameters": {"needed": over("DAYS", [4, 6, 5, 7, 8, 3, 2], "requirement")},
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
        "Rolls of 100 cm are cut by 4 patterns into pieces of 45, 36 and 31 cm. At least 97, "
        "610 and 395 pieces are "
        "required. Minimize the number of rolls.",
        {
            "sets": {"PATTERNS": {"first": 1, "last": 4}, "SIZES": {"elements": ["long", "middle", "short"]}},
            "parameters": {
                "pieces": over("PATTERNS SIZES", [[2, 0, 0], [0, 2, 0], [0, 1, 2], [1, 0, 1]], "rate"),
                "required": over("SIZES", [97, 610, 395], "requirement"),
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
        "Invest 100 thousand dollars in 4 funds that return 5, 7, 9 and 11 percent. At most 40 "
        "percent may go into one "
        "fund, and at least 30 percent must be in the first two. Maximize the return.",
        {
            "sets": {"FUNDS": {"first": 1, "last": 4}},
            "parameters": {
                "returns": over("FUNDS", [0.05, 0.07, 0.09, 0.11], "reward"),
                "money": scalar(100, "capacity", "100 thousand dollars"),
                "most": scalar(0.4, "ratio", "At most 40 percent"),
                "least": scalar(0.3, "ratio", "at least 30 percent"),
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
        "Two plants share a load of 50 megawatts. Running them costs 0.02 and 0.03 dollars "
        "times the square of the load "
        "and 3 and 2 dollars a megawatt. Each runs at 40 megawatts at most. Minimize the cost.",
        {
            "sets": {"PLANTS": {"first": 1, "last": 2}},
            "parameters": {
                "curve": over("PLANTS", [0.02, 0.03], "cost"),
                "slope": over("PLANTS", [3, 2], "cost"),
                "load": scalar(50, "requirement", "a load of 50 megawatts"),
                "most": scalar(40, "capacity", "at 40 megawatts at most"),
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
        "Six jobs of 7, 5, 9, 4, 6 and 8 minutes go to 2 machines. Minimize the time when the "
        "last machine ends.",
        {
            "sets": {"JOBS": {"first": 1, "last": 6}, "MACHINES": {"first": 1, "last": 2}},
            "parameters": {"minutes": over("JOBS", [7, 5, 9, 4, 6, 8], "data")},
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
        "Choose among 5 projects with gains 10, 8, 12, 6 and 9 and costs 4, 3, 5, 2 and 4, "
        "within a budget of 11. "
        "Project 1 needs project 4, and at most 3 projects may be chosen. Maximize the gain.",
        {
            "sets": {"PROJECTS": {"first": 1, "last": 5}},
            "parameters": {
                "gain": over("PROJECTS", [10, 8, 12, 6, 9], "reward"),
                "cost": over("PROJECTS", [4, 3, 5, 2, 4], "cost"),
                "budget": scalar(11, "capacity", "within a budget of 11"),
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
}
