"""The cases of the building benchmark and how each layer builds them; run in a process of its own per measurement.

Usage: `python building_cases.py FAMILY NONZEROS BUILDER` prints one line of JSON. This file imports nothing of
agentopt unless asked to build with it, so it also runs under an interpreter that only has the peers.

Every builder ends with the model inside a HiGHS object (Pyomo's through APPSI). Data is what a JSON loader gives:
labels and dictionaries keyed by tuples; `floor`, `linopy` and `agentopt-arrays` get numpy arrays instead.
"""

from __future__ import annotations

__all__ = ["BUILDERS", "FAMILIES", "main"]

import gc
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
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
    """The same data as labels and dictionaries."""
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


def hand_over(
    cost: Any, matrix: Any, bounds: tuple[Any, Any], rows: tuple[Any, Any], integrality: Any, offset: float = 0.0
) -> Any:
    """A HiGHS object holding the arrays; `matrix` is (starts, indices, values)."""
    import highspy

    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    starts, indices, values = matrix
    status = highs.passModel(
        len(cost),
        len(rows[0]),
        len(values),
        1,
        1,
        offset,
        cost,
        *bounds,
        *rows,
        np.ascontiguousarray(starts, dtype=np.int32),
        np.ascontiguousarray(indices, dtype=np.int32),
        values,
        np.ascontiguousarray(integrality, dtype=np.int32),
    )
    if status == highspy.HighsStatus.kError:
        raise RuntimeError("HiGHS refused the model")
    return highs


def floor(family: str, data: Case, _: Case) -> Any:
    """What somebody who knows the structure writes by hand with numpy and scipy."""
    import scipy.sparse as sp

    inf = np.inf

    def passed(cost: Any, a: Any, bounds: tuple[Any, Any], rows: tuple[Any, Any], integrality: Any) -> Any:
        a = a.tocsc()
        return hand_over(cost, (a.indptr, a.indices, a.data), bounds, rows, integrality)

    if family == "transport":
        m = data["m"]
        n = m * m
        k = np.arange(n)
        a = sp.csc_matrix(
            (np.ones(2 * n), np.column_stack([k // m, m + k % m]).ravel(), np.arange(0, 2 * n + 1, 2)), shape=(2 * m, n)
        )
        rows = np.r_[np.full(m, -inf), data["demand"]], np.r_[data["supply"], np.full(m, inf)]
        return passed(data["cost"].ravel(), a, (np.zeros(n), np.full(n, inf)), rows, np.zeros(n))
    if family == "facility":
        m = data["m"]
        n = m * m
        k = np.arange(n)
        i, j, one, y = k // m, k % m, np.ones(n), np.arange(m)
        values = np.concatenate([one, one, -one, data["demand"][j], -data["capacity"]])
        at = np.concatenate([j, m + k, m + k, m + n + i, m + n + y]), np.concatenate([k, k, n + i, k, n + y])
        a = sp.coo_matrix((values, at), shape=(m + n + m, n + m))
        rows = np.r_[np.ones(m), np.full(n + m, -inf)], np.r_[np.ones(m), np.zeros(n + m)]
        bounds = np.zeros(n + m), np.r_[np.full(n, inf), np.ones(m)]
        return passed(np.r_[data["cost"].ravel(), data["fixed"]], a, bounds, rows, np.r_[np.zeros(n), np.ones(m)])
    (products, lines), t = data["allowed"].shape, PERIODS
    p, r = np.nonzero(data["allowed"])
    pairs = len(p)
    pp, rr, tt = np.repeat(p, t), np.repeat(r, t), np.tile(np.arange(t), pairs)
    made, kept = np.arange(pairs * t), pairs * t + np.arange(products * t)
    kp, kt = np.repeat(np.arange(products), t), np.tile(np.arange(t), products)
    later = kt < t - 1
    values = np.concatenate([np.ones(pairs * t), -np.ones(products * t), np.ones(later.sum()), data["use"][pp]])
    at = (
        np.concatenate([pp * t + tt, kp * t + kt, (kp * t + kt + 1)[later], products * t + rr * t + tt]),
        np.concatenate([made, kept, kept[later], made]),
    )
    n = pairs * t + products * t
    a = sp.coo_matrix((values, at), shape=(products * t + lines * t, n))
    side = data["demand"].copy()
    side[:, 0] -= data["initial"]
    rows = np.r_[side.ravel(), np.full(lines * t, -inf)], np.r_[side.ravel(), np.repeat(data["capacity"], t)]
    cost = np.r_[data["cost"][pp, rr], data["hold"][kp]]
    return passed(cost, a, (np.zeros(n), np.full(n, inf)), rows, np.zeros(n))


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
        "objective": {"minimize": "sum(fixed[i]*y[i] for i in I) + sum(cost[i,j]*x[i,j] for i in I for j in J)"},
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
            "minimize": "sum(cost[p,l]*x[p,l,t] for (p,l) in PL for t in T) + sum(hold[p]*v[p,t] for p in P for t in T)"
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


def _agentopt(family: str, given: Case) -> Any:
    from agentopt.compiling import compile_instance
    from agentopt.formulation.binding import bind
    from agentopt.formulation.elements import Formulation

    compiled = compile_instance(bind(Formulation.model_validate(FORMULATIONS[family]), given))
    (objective,), matrix = compiled.objectives, compiled.matrix
    return hand_over(
        objective.cost,
        (matrix.starts, matrix.indices, matrix.values),
        (compiled.lower, compiled.upper),
        (compiled.row_lower, compiled.row_upper),
        compiled.integrality,
        objective.offset,
    )


def agentopt(family: str, _: Case, given: Case) -> Any:
    """This package, from dictionaries."""
    return _agentopt(family, given)


def agentopt_arrays(family: str, data: Case, given: Case) -> Any:
    """This package, from labels and numpy arrays."""
    arrays = {name: data.get(name, value) for name, value in given.items()}
    if family == "production":
        arrays["cost"] = data["cost"][np.nonzero(data["allowed"])]
    return _agentopt(family, arrays)


def pyomo_model(family: str, d: Case) -> Any:
    """The Pyomo model a careful user writes."""
    import pyomo.environ as pe

    m = pe.ConcreteModel()
    if family == "production":
        pairs = set(d["PL"])
        m.P, m.L, m.T = (pe.Set(initialize=d[name]) for name in ("P", "L", "T"))
        m.PL = pe.Set(initialize=d["PL"], dimen=2)
        m.x = pe.Var(m.PL, m.T, domain=pe.NonNegativeReals)
        m.v = pe.Var(m.P, m.T, domain=pe.NonNegativeReals)
        m.cost = pe.Objective(
            expr=sum(d["cost"][p, r] * m.x[p, r, t] for p, r in d["PL"] for t in d["T"])
            + sum(d["hold"][p] * m.v[p, t] for p in d["P"] for t in d["T"])
        )

        def balance(m: Any, p: str, t: int) -> Any:
            before = m.v[p, t - 1] if t > 1 else d["initial"][p]
            return before + sum(m.x[p, r, t] for r in d["L"] if (p, r) in pairs) == d["demand"][p, t] + m.v[p, t]

        def within(m: Any, r: str, t: int) -> Any:
            terms = [d["use"][p] * m.x[p, r, t] for p in d["P"] if (p, r) in pairs]
            return sum(terms) <= d["capacity"][r] if terms else pe.Constraint.Skip

        m.balance = pe.Constraint(m.P, m.T, rule=balance)
        m.within = pe.Constraint(m.L, m.T, rule=within)
        return m
    one, two = d["I"], d["J"]
    m.I, m.J = pe.Set(initialize=one), pe.Set(initialize=two)
    m.x = pe.Var(m.I, m.J, domain=pe.NonNegativeReals)
    shipping = sum(d["cost"][i, j] * m.x[i, j] for i in one for j in two)
    if family == "transport":
        m.cost = pe.Objective(expr=shipping)
        m.within = pe.Constraint(m.I, rule=lambda m, i: sum(m.x[i, j] for j in two) <= d["supply"][i])
        m.meet = pe.Constraint(m.J, rule=lambda m, j: sum(m.x[i, j] for i in one) >= d["demand"][j])
        return m
    m.y = pe.Var(m.I, domain=pe.Binary)
    m.cost = pe.Objective(expr=sum(d["fixed"][i] * m.y[i] for i in one) + shipping)
    m.served = pe.Constraint(m.J, rule=lambda m, j: sum(m.x[i, j] for i in one) == 1)
    m.opened = pe.Constraint(m.I, m.J, rule=lambda m, i, j: m.x[i, j] <= m.y[i])
    m.within = pe.Constraint(
        m.I, rule=lambda m, i: sum(d["demand"][j] * m.x[i, j] for j in two) <= d["capacity"][i] * m.y[i]
    )
    return m


def pyomo(family: str, _: Case, given: Case) -> Any:
    """Pyomo, handed to HiGHS by APPSI."""
    from pyomo.contrib.appsi.solvers import Highs

    solver = Highs()
    solver.set_instance(pyomo_model(family, given))
    return solver


def linopy(family: str, data: Case, given: Case) -> Any:
    """linopy, from labelled arrays, handed to highspy."""
    import linopy as lp
    import pandas as pd
    import xarray as xr
    from linopy.io import to_highspy

    m = lp.Model()
    names = {"P": "p", "L": "l", "T": "t"} if family == "production" else {"I": "i", "J": "j"}
    index = {short: pd.Index(given[name], name=short) for name, short in names.items()}

    def labelled(values: Any, *axes: str) -> Any:
        return xr.DataArray(values, coords=[index[a] for a in axes])

    if family == "production":
        allowed = labelled(np.repeat(data["allowed"][:, :, None], PERIODS, 2), "p", "l", "t")
        x = m.add_variables(lower=0, coords=[index["p"], index["l"], index["t"]], name="x", mask=allowed)
        v = m.add_variables(lower=0, coords=[index["p"], index["t"]], name="v")
        side = data["demand"].copy()
        side[:, 0] -= data["initial"]
        m.add_constraints(x.sum("l") + v.shift(t=1) - v == labelled(side, "p", "t"), name="balance")
        m.add_constraints(
            (labelled(data["use"], "p") * x).sum("p") <= labelled(data["capacity"], "l"), name="within"
        )
        m.add_objective((labelled(data["cost"], "p", "l") * x).sum() + (labelled(data["hold"], "p") * v).sum())
        return to_highspy(m)
    x = m.add_variables(lower=0, coords=[index["i"], index["j"]], name="x")
    cost = (labelled(data["cost"], "i", "j") * x).sum()
    if family == "transport":
        m.add_constraints(x.sum("j") <= labelled(data["supply"], "i"), name="within")
        m.add_constraints(x.sum("i") >= labelled(data["demand"], "j"), name="meet")
        m.add_objective(cost)
        return to_highspy(m)
    y = m.add_variables(binary=True, coords=[index["i"]], name="y")
    m.add_constraints(x.sum("i") == 1, name="served")
    m.add_constraints(x - y <= 0, name="opened")
    m.add_constraints((labelled(data["demand"], "j") * x).sum("j") - labelled(data["capacity"], "i") * y <= 0, name="in")
    m.add_objective(cost + (labelled(data["fixed"], "i") * y).sum())
    return to_highspy(m)


BUILDERS: dict[str, Callable[[str, Case, Case], Any]] = {
    "agentopt": agentopt,
    "agentopt-arrays": agentopt_arrays,
    "floor": floor,
    "linopy": linopy,
    "pyomo": pyomo,
}


def resident() -> float:
    """Resident memory now, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def measure(family: str, nonzeros: float, builder: str) -> Case:
    """Time one builder with the floor timed beside it in the same process; peak memory of its first build."""
    small = case(family, 300)
    for warm in (builder, "floor"):
        BUILDERS[warm](family, small, dictionaries(family, small))
    data = case(family, nonzeros)
    given = dictionaries(family, data)
    repeats = 1 if builder == "pyomo" and nonzeros > 3e4 else 5
    gc.collect()
    before = resident()
    times, floors, peak, model = [], [], 0.0, None
    for k in range(repeats):
        start = time.perf_counter()
        model = BUILDERS[builder](family, data, given)
        times.append(time.perf_counter() - start)
        peak = peak if k else resident() - before
        del model
        gc.collect()
        for _ in range(max(1, 3 // repeats)):
            start = time.perf_counter()
            beside = floor(family, data, given)
            floors.append(time.perf_counter() - start)
            size = beside.getNumNz()
            del beside
    return {
        "family": family,
        "builder": builder,
        "nonzeros": size,
        "seconds": statistics.median(times),
        "floor": statistics.median(floors),
        "ratio": statistics.median(times) / statistics.median(floors),
        "peak_mb": peak,
    }


def main() -> None:
    """Measure what the command line names."""
    family, nonzeros, builder = sys.argv[1:4]
    print(json.dumps(measure(family, float(nonzeros), builder)))


if __name__ == "__main__":
    main()
