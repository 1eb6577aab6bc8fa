"""The data of the building benchmark: three families, each as arrays, as dictionaries and as CSV tables.

Transportation (every plant to every market), production over twelve periods (lines that can make only some
products, stock carried over) and facility location with a link `x[i,j] <= y[i]` for every pair.
"""

from __future__ import annotations

__all__ = ["FAMILIES", "FORMULATIONS", "PERIODS", "TABLES", "Case", "Given", "from_tables", "given"]

import csv
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

FAMILIES = ("transport", "production", "facility")
PERIODS = 12

Case = dict[str, Any]


def case(family: str, nonzeros: float) -> Case:
    """Seeded data of a family with about so many nonzeros."""
    random = np.random.default_rng(1)
    if family == "transport":
        m = max(2, int((nonzeros / 2) ** 0.5))
        return {
            "m": m,
            "cost": random.integers(1, 100, (m, m)).astype(float),
            "supply": random.integers(50, 100, m).astype(float),
            "demand": np.full(m, 40.0),
        }
    if family == "facility":
        m = max(2, int((nonzeros / 4) ** 0.5))
        demand = random.integers(1, 10, m).astype(float)
        return {
            "m": m,
            "cost": random.integers(1, 100, (m, m)).astype(float),
            "fixed": random.integers(100, 999, m).astype(float),
            "demand": demand,
            "capacity": np.full(m, demand.sum() / 3),
        }
    products = max(3, int(nonzeros / (PERIODS * 8.0)))
    lines = 40 if products > 400 else max(3, products // 10)
    allowed = np.zeros((products, lines), bool)
    for p in range(products):
        allowed[p, random.choice(lines, 3, replace=False)] = True
    demand = random.integers(5, 50, (products, PERIODS)).astype(float)
    return {
        "allowed": allowed,
        "cost": random.integers(1, 50, (products, lines)).astype(float),
        "hold": random.integers(1, 5, products).astype(float),
        "use": random.integers(1, 4, products).astype(float),
        "demand": demand,
        "initial": random.integers(0, 20, products).astype(float),
        "capacity": np.full(lines, demand.sum() * 9 / lines / PERIODS),
    }


def dictionaries(family: str, data: Case) -> Case:
    """The same data as labels and dictionaries by label or tuple, in the order a comprehension makes them."""
    if family == "production":
        allowed = data["allowed"]
        products = [f"a{k}" for k in range(allowed.shape[0])]
        lines = [f"l{k}" for k in range(allowed.shape[1])]
        pairs = [(int(p), int(r)) for p, r in zip(*np.nonzero(allowed), strict=True)]
        return {
            "P": products,
            "L": lines,
            "T": list(range(1, PERIODS + 1)),
            "PL": [(products[p], lines[r]) for p, r in pairs],
            "cost": {(products[p], lines[r]): float(data["cost"][p, r]) for p, r in pairs},
            "hold": dict(zip(products, data["hold"].tolist(), strict=True)),
            "use": dict(zip(products, data["use"].tolist(), strict=True)),
            "demand": {
                (product, t): float(data["demand"][p, t - 1])
                for p, product in enumerate(products)
                for t in range(1, PERIODS + 1)
            },
            "initial": dict(zip(products, data["initial"].tolist(), strict=True)),
            "capacity": dict(zip(lines, data["capacity"].tolist(), strict=True)),
        }
    one, two = [f"p{k}" for k in range(data["m"])], [f"m{k}" for k in range(data["m"])]
    cost = data["cost"].tolist()
    found: Case = {
        "I": one,
        "J": two,
        "cost": {(i, j): cost[a][b] for a, i in enumerate(one) for b, j in enumerate(two)},
        "demand": dict(zip(two, data["demand"].tolist(), strict=True)),
    }
    for name in ("supply", "fixed", "capacity"):
        if name in data:
            found[name] = dict(zip(one, data[name].tolist(), strict=True))
    return found


@dataclass(frozen=True)
class Given:
    """One case in every form a layer may start from.

    Attributes:
        arrays: numpy arrays, in the order of the labels.
        dictionaries: lists of labels, and dictionaries from labels or tuples of labels to numbers.
        shuffled: the same dictionaries with their entries in random order.
        folder: CSV tables, one row an index.
    """

    arrays: Case
    dictionaries: Case
    shuffled: Case
    folder: Path


def given(family: str, nonzeros: float, folder: Path) -> Given:
    """Seeded data of a family with about so many nonzeros; the tables are written to `folder`."""
    arrays = case(family, nonzeros)
    listed = dictionaries(family, arrays)
    random = np.random.default_rng(2)

    def mixed(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        keys = list(value)
        return {keys[k]: value[keys[k]] for k in random.permutation(len(keys)).tolist()}

    for name, (columns, keys) in TABLES[family].items():
        rows = [
            (*(key if isinstance(key, tuple) else (key,)), *(listed[c][key] for c in columns))
            for key in listed[columns[0]]
        ]
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("w", newline="") as file:
            csv.writer(file).writerows([(*keys, *columns), *rows])
    return Given(arrays, listed, {name: mixed(value) for name, value in listed.items()}, folder)


TABLES: dict[str, dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "transport": {
        "lanes.csv": (("cost",), ("plant", "market")),
        "plants.csv": (("supply",), ("plant",)),
        "markets.csv": (("demand",), ("market",)),
    },
    "facility": {
        "lanes.csv": (("cost",), ("site", "customer")),
        "sites.csv": (("fixed", "capacity"), ("site",)),
        "customers.csv": (("demand",), ("customer",)),
    },
    "production": {
        "rates.csv": (("cost",), ("product", "line")),
        "products.csv": (("hold", "use", "initial"), ("product",)),
        "lines.csv": (("capacity",), ("line",)),
        "demand.csv": (("demand",), ("product", "period")),
    },
}
"""The CSV tables of a family: file name to its columns of numbers and its columns of labels."""

_SETS = {
    "transport": {"I": ("plants.csv", "plant"), "J": ("markets.csv", "market")},
    "facility": {"I": ("sites.csv", "site"), "J": ("customers.csv", "customer")},
    "production": {"P": ("products.csv", "product"), "L": ("lines.csv", "line")},
}


def from_tables(family: str) -> Case:
    """The formulation of a family with every set and number read from its tables."""
    stated = deepcopy(FORMULATIONS[family])
    for name, (table, column) in _SETS[family].items():
        stated["sets"][name] = {"from": table, "column": column}
    if family == "production":
        stated["sets"]["T"] = {"first": 1, "last": PERIODS}
        stated["sets"]["PL"] = {"from": "rates.csv", "column": ["product", "line"]}
    for table, (columns, keys) in TABLES[family].items():
        for column in columns:
            stated["parameters"][column] |= {"from": table, "column": column, "key": list(keys)}
    return stated


FORMULATIONS: dict[str, Case] = {
    "transport": {
        "sets": {"I": {}, "J": {}},
        "parameters": {"cost": {"over": ["I", "J"]}, "supply": {"over": "I"}, "demand": {"over": "J"}},
        "variables": {"x": {"over": ["I", "J"]}},
        "objective": {"minimize": "sum(cost[i,j]*x[i,j] for i in I for j in J)"},
        "constraints": {
            "within": {"for": "i in I", "that": "sum(x[i,j] for j in J) <= supply[i]"},
            "meet": {"for": "j in J", "that": "sum(x[i,j] for i in I) >= demand[j]"},
        },
    },
    "facility": {
        "sets": {"I": {}, "J": {}},
        "parameters": {
            "cost": {"over": ["I", "J"]},
            "fixed": {"over": "I"},
            "capacity": {"over": "I"},
            "demand": {"over": "J"},
        },
        "variables": {"x": {"over": ["I", "J"]}, "y": {"over": "I", "domain": "binary"}},
        "objective": {
            "minimize": "sum(fixed[i]*y[i] for i in I) + sum(cost[i,j]*x[i,j] for i in I for j in J)"
        },
        "constraints": {
            "served": {"for": "j in J", "that": "sum(x[i,j] for i in I) == 1"},
            "opened": {"for": "i in I, j in J", "that": "x[i,j] <= y[i]"},
            "within": {"for": "i in I", "that": "sum(demand[j]*x[i,j] for j in J) <= capacity[i]*y[i]"},
        },
    },
    "production": {
        "sets": {"P": {}, "L": {}, "T": {}, "PL": {"of": ["P", "L"]}},
        "parameters": {
            "cost": {"over": ["PL"]},
            "hold": {"over": "P"},
            "use": {"over": "P"},
            "demand": {"over": ["P", "T"]},
            "initial": {"over": "P"},
            "capacity": {"over": "L"},
        },
        "variables": {"x": {"over": ["PL", "T"]}, "v": {"over": ["P", "T"]}},
        "objective": {
            "minimize": "sum(cost[p,l]*x[p,l,t] for (p,l) in PL for t in T)"
            " + sum(hold[p]*v[p,t] for p in P for t in T)"
        },
        "constraints": {
            "balance": {
                "for": "p in P, t in T if t > 1",
                "that": "v[p,t-1] + sum(x[p,l,t] for l in L if (p,l) in PL) == demand[p,t] + v[p,t]",
            },
            "start": {
                "for": "p in P",
                "that": "initial[p] + sum(x[p,l,1] for l in L if (p,l) in PL) == demand[p,1] + v[p,1]",
            },
            "within": {
                "for": "l in L, t in T",
                "that": "sum(use[p]*x[p,l,t] for p in P if (p,l) in PL) <= capacity[l]",
            },
        },
    },
}
