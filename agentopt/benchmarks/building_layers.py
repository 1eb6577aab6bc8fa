"""How each layer of the building benchmark makes the models and hands them to HiGHS.

Every builder takes a family and its data and returns what holds the HiGHS model (Pyomo's through APPSI). What
each starts from is in the docstring of `building`. Only the layer that is asked for is imported, so that an
interpreter that has just the peers can run theirs.
"""

from __future__ import annotations

__all__ = ["BUILDERS", "Builder", "floor"]

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from agentopt.benchmarks.building_cases import FORMULATIONS, PERIODS, Case, Given, from_tables

if TYPE_CHECKING:
    from agentopt.formulation.instance import Instance

Builder = Callable[[str, Given], Any]
Array = NDArray[Any]


def hand_over(
    cost: Array,
    matrix: tuple[Array, Array, Array],
    bounds: tuple[Array, Array],
    rows: tuple[Array, Array],
    integrality: Array,
    offset: float = 0.0,
) -> Any:
    """A HiGHS object holding the arrays; `matrix` is (starts, indices, values) by columns."""
    import highspy

    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy is untyped
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


# -- hand-written ----------------------------------------------------------------------------------------


def floor(family: str, data: Case) -> Any:
    """What somebody who knows the structure writes by hand with numpy and scipy, from arrays."""
    import scipy.sparse as sp

    inf = np.inf

    def passed(cost: Array, a: Any, bounds: Any, rows: Any, integrality: Array) -> Any:
        a = a.tocsc()
        return hand_over(cost, (a.indptr, a.indices, a.data), bounds, rows, integrality)

    if family == "transport":
        m = data["m"]
        n = m * m
        k = np.arange(n)
        indices = np.column_stack([k // m, m + k % m]).ravel()
        a = sp.csc_matrix((np.ones(2 * n), indices, np.arange(0, 2 * n + 1, 2)), shape=(2 * m, n))
        rows = np.r_[np.full(m, -inf), data["demand"]], np.r_[data["supply"], np.full(m, inf)]
        return passed(data["cost"].ravel(), a, (np.zeros(n), np.full(n, inf)), rows, np.zeros(n))
    if family == "facility":
        m = data["m"]
        n = m * m
        k = np.arange(n)
        i, j, one, y = k // m, k % m, np.ones(n), np.arange(m)
        values = np.concatenate([one, one, -one, data["demand"][j], -data["capacity"]])
        at = (
            np.concatenate([j, m + k, m + k, m + n + i, m + n + y]),
            np.concatenate([k, k, n + i, k, n + y]),
        )
        a = sp.coo_matrix((values, at), shape=(m + n + m, n + m))
        rows = np.r_[np.ones(m), np.full(n + m, -inf)], np.r_[np.ones(m), np.zeros(n + m)]
        bounds = np.zeros(n + m), np.r_[np.full(n, inf), np.ones(m)]
        cost = np.r_[data["cost"].ravel(), data["fixed"]]
        return passed(cost, a, bounds, rows, np.r_[np.zeros(n), np.ones(m)])
    (products, lines), t = data["allowed"].shape, PERIODS
    p, r = np.nonzero(data["allowed"])
    pairs = len(p)
    pp, rr, tt = np.repeat(p, t), np.repeat(r, t), np.tile(np.arange(t), pairs)
    made, kept = np.arange(pairs * t), pairs * t + np.arange(products * t)
    kp, kt = np.repeat(np.arange(products), t), np.tile(np.arange(t), products)
    later = kt < t - 1
    values = np.concatenate(
        [np.ones(pairs * t), -np.ones(products * t), np.ones(later.sum()), data["use"][pp]]
    )
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


def floor_arrays(family: str, given: Given) -> Any:
    """The floor from arrays."""
    return floor(family, given.arrays)


def floor_tables(family: str, given: Given) -> Any:
    """The floor from CSV tables read with pandas, trusting the order of their rows."""
    import pandas as pd

    tables = {path.stem: pd.read_csv(path) for path in given.folder.iterdir()}
    found: Case = {}
    for table in tables.values():
        for name in table.columns[table.dtypes == np.float64]:
            found[name] = table[name].to_numpy()
    if family == "production":
        rates, shape = tables["rates"], (len(tables["products"]), len(tables["lines"]))
        places = [
            table.set_index(key).index.get_indexer(rates[key])
            for table, key in ((tables["products"], "product"), (tables["lines"], "line"))
        ]
        found["allowed"], cost = np.zeros(shape, dtype=bool), np.zeros(shape)
        found["allowed"][places[0], places[1]] = True
        cost[places[0], places[1]] = found["cost"]
        return floor(family, {**found, "cost": cost, "demand": found["demand"].reshape(-1, PERIODS)})
    found["m"] = len(found["demand"])
    return floor(family, {**found, "cost": found["cost"].reshape(found["m"], -1)})


# -- this package ----------------------------------------------------------------------------------------


def _handed_over(instance: Instance) -> Any:
    from agentopt.compiling import compile_instance

    compiled = compile_instance(instance)
    (objective,), matrix = compiled.objectives, compiled.matrix
    return hand_over(
        objective.cost,
        (matrix.starts, matrix.indices, matrix.values),
        (compiled.lower, compiled.upper),
        (compiled.row_lower, compiled.row_upper),
        compiled.integrality,
        objective.offset,
    )


def _bound(family: str, data: Case) -> Any:
    from agentopt.formulation.binding import bind
    from agentopt.formulation.elements import Formulation

    return _handed_over(bind(Formulation.model_validate(FORMULATIONS[family]), data))


def agentopt(family: str, given: Given) -> Any:
    """Agentopt, from dictionaries."""
    return _bound(family, given.dictionaries)


def agentopt_shuffled(family: str, given: Given) -> Any:
    """Agentopt, from dictionaries in no order."""
    return _bound(family, given.shuffled)


def agentopt_arrays(family: str, given: Given) -> Any:
    """Agentopt, from labels and numpy arrays."""
    arrays = {name: given.arrays.get(name, value) for name, value in given.dictionaries.items()}
    if family == "production":
        arrays["cost"] = given.arrays["cost"][np.nonzero(given.arrays["allowed"])]
    return _bound(family, arrays)


def agentopt_tables(family: str, given: Given) -> Any:
    """Agentopt, from CSV tables."""
    from agentopt.formulation.binding import bind
    from agentopt.formulation.elements import Formulation

    return _handed_over(bind(Formulation.model_validate(from_tables(family)), folder=given.folder))


# -- peers -----------------------------------------------------------------------------------------------


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
            return (
                before + sum(m.x[p, r, t] for r in d["L"] if (p, r) in pairs) == d["demand"][p, t] + m.v[p, t]
            )

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


def _appsi(family: str, data: Case) -> Any:
    from pyomo.contrib.appsi.solvers import Highs

    solver = Highs()
    solver.set_instance(pyomo_model(family, data))
    return solver


def pyomo(family: str, given: Given) -> Any:
    """Build with Pyomo from dictionaries, handed to HiGHS by APPSI."""
    return _appsi(family, given.dictionaries)


def pyomo_tables(family: str, given: Given) -> Any:
    """Build with Pyomo from CSV tables read with pandas."""
    import pandas as pd

    tables = {path.stem: pd.read_csv(path) for path in given.folder.iterdir()}
    data: Case = {}
    for table in tables.values():
        keys = [name for name in table.columns if table[name].dtype != np.float64]
        for name in table.columns.difference(keys):
            data[name] = table.set_index(keys if len(keys) > 1 else keys[0])[name].to_dict()
    if family == "production":
        data |= {"P": list(data["hold"]), "L": list(data["capacity"]), "PL": list(data["cost"])}
        return _appsi(family, {**data, "T": list(range(1, PERIODS + 1))})
    one = data["supply"] if family == "transport" else data["fixed"]
    return _appsi(family, {**data, "I": list(one), "J": list(data["demand"])})


def linopy_model(family: str, data: Case) -> Any:
    """The linopy model from labelled arrays (xarray)."""
    import linopy as lp

    m = lp.Model()
    if family == "production":
        cost, demand, hold = data["cost"], data["demand"], data["hold"]
        allowed = cost.notnull().expand_dims(t=demand["t"]).transpose("p", "l", "t")
        x = m.add_variables(lower=0, coords=allowed.coords, name="x", mask=allowed)
        v = m.add_variables(lower=0, coords=demand.coords, name="v")
        before = data["initial"].where(demand["t"] == demand["t"][0], 0.0)
        m.add_constraints(x.sum("l") + v.shift(t=1) - v == demand - before, name="balance")
        m.add_constraints((data["use"] * x).sum("p") <= data["capacity"], name="within")
        m.add_objective((cost.fillna(0.0) * x).sum() + (hold * v).sum())
        return m
    x = m.add_variables(lower=0, coords=data["cost"].coords, name="x")
    cost = (data["cost"] * x).sum()
    if family == "transport":
        m.add_constraints(x.sum("j") <= data["supply"], name="within")
        m.add_constraints(x.sum("i") >= data["demand"], name="meet")
        m.add_objective(cost)
        return m
    y = m.add_variables(binary=True, coords=data["fixed"].coords, name="y")
    m.add_constraints(x.sum("i") == 1, name="served")
    m.add_constraints(x - y <= 0, name="opened")
    m.add_constraints((data["demand"] * x).sum("j") - data["capacity"] * y <= 0, name="within")
    m.add_objective(cost + (data["fixed"] * y).sum())
    return m


_AXES = {
    "production": {"cost": "pl", "hold": "p", "use": "p", "demand": "pt", "initial": "p", "capacity": "l"},
    "transport": {"cost": "ij", "supply": "i", "demand": "j"},
    "facility": {"cost": "ij", "fixed": "i", "capacity": "i", "demand": "j"},
}


def _passed_on(model: Any) -> Any:
    from linopy.io import to_highspy

    return to_highspy(model)


def linopy(family: str, given: Given) -> Any:
    """Build with linopy from labels and numpy arrays, handed to highspy."""
    import pandas as pd
    import xarray as xr

    index = {
        name.lower(): pd.Index(v, name=name.lower())
        for name, v in given.dictionaries.items()
        if len(name) == 1
    }
    data = {name: given.arrays[name] for name in _AXES[family]}
    if family == "production":
        data["cost"] = np.where(given.arrays["allowed"], data["cost"], np.nan)
    labelled = {
        name: xr.DataArray(data[name], coords=[index[a] for a in axes])
        for name, axes in _AXES[family].items()
    }
    return _passed_on(linopy_model(family, labelled))


def _from_series(family: str, series: dict[str, Any]) -> Any:
    """A model from series by label; xarray sorts the labels, as it does for anyone who writes this."""
    found = {}
    for name, axes in _AXES[family].items():
        each = series[name]
        each.index = each.index.set_names(list(axes))
        found[name] = each.to_xarray()
    return _passed_on(linopy_model(family, found))


def linopy_dictionaries(family: str, given: Given) -> Any:
    """Build with linopy from dictionaries, through pandas."""
    import pandas as pd

    return _from_series(family, {name: pd.Series(given.dictionaries[name]) for name in _AXES[family]})


def linopy_tables(family: str, given: Given) -> Any:
    """Build with linopy from CSV tables read with pandas."""
    import pandas as pd

    series = {}
    for path in given.folder.iterdir():
        table = pd.read_csv(path)
        keys = [name for name in table.columns if table[name].dtype != np.float64]
        for name in table.columns.difference(keys):
            series[name] = table.set_index(keys)[name] if len(keys) > 1 else table.set_index(keys[0])[name]
    return _from_series(family, series)


BUILDERS: dict[str, Builder] = {
    "floor": floor_arrays,
    "floor-tables": floor_tables,
    "agentopt": agentopt,
    "agentopt-shuffled": agentopt_shuffled,
    "agentopt-arrays": agentopt_arrays,
    "agentopt-tables": agentopt_tables,
    "linopy": linopy,
    "linopy-dictionaries": linopy_dictionaries,
    "linopy-tables": linopy_tables,
    "pyomo": pyomo,
    "pyomo-tables": pyomo_tables,
}
