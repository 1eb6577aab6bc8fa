"""The compiled model as a Pyomo model with the names of the formulation.

`model.ship["seattle", "topeka"]` and `model.meet_demand["topeka"]` are what they say; columns and rows that a
reformulation added carry the constraint's name. `columns` and `rows` give the components in the order of the
arrays. `model.is_on["batch[a]"]` is 1 where the semi-continuous `batch["a"]` is not 0.

Pyomo solves one objective: where several are settled one after the other, `build` takes each in turn. Its
`appsi_highs` takes linear models, its `scip_direct` every class, but no `abs` (nor `max`, `min`) of nonlinear
parts; an `.nl` file states those too.
"""

from __future__ import annotations

__all__ = [
    "build",
    "columns",
    "component_name",
    "graph_values",
    "index_keys",
    "objective_name",
    "rows",
    "write",
]

import functools
import operator
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agentopt.compiling.arrays import Compiled, CompiledObjective, Graph, Integrality, RowBlock, VariableBlock
from agentopt.compiling.standing import made_of_rows
from agentopt.errors import CompileError, UsageError


def build(compiled: Compiled, *, objective: CompiledObjective | None = None) -> Any:  # Pyomo is untyped
    """A Pyomo `ConcreteModel` of the arrays, for every class of problem.

    Args:
        compiled: the arrays.
        objective: which objective; the first level of `compiled.levels` when not given.

    Raises:
        CompileError: a semi-continuous variable has no finite upper bound, or a statement has no rows.
    """
    import pyomo.environ as pyo

    made_of_rows(compiled)
    model = pyo.ConcreteModel(name=compiled.instance.formulation.title or "model")
    name_of_objective = objective_name(compiled)
    taken = {name_of_objective}
    found = _variables(pyo, model, compiled, taken)
    _semicontinuous(pyo, model, compiled, found, taken)
    bodies = _bodies(pyo, compiled, found)
    constraints: list[Any] = []
    for block in compiled.rows:
        size = len(block.codes)
        keys = index_keys(compiled, block)
        numbers = range(block.start, block.start + size)
        rules = {key: _rule(pyo, compiled, bodies, i) for key, i in zip(keys, numbers, strict=True)}
        name = component_name(block.name, taken)
        if keys == [None]:
            component = pyo.Constraint(rule=functools.partial(_given, rules[None]))
            model.add_component(name, component)
            constraints.append(component if len(component) else None)
        else:
            component = pyo.Constraint(keys, rule=functools.partial(_looked_up, rules))
            model.add_component(name, component)
            constraints.extend(component[key] if key in component else None for key in keys)  # noqa: SIM401
    chosen = compiled.objective if objective is None else objective
    sense = pyo.maximize if chosen is not None and chosen.sense == "maximize" else pyo.minimize
    expression = 0.0 if chosen is None else _objective(pyo, chosen, found)
    model.add_component(name_of_objective, pyo.Objective(expr=expression, sense=sense))
    model._agentopt = (found, constraints)
    return model


def columns(model: Any) -> list[Any]:
    """The variables of a model made by `build`, in the order of the columns."""
    return list(model._agentopt[0])


def rows(model: Any) -> list[Any]:
    """The constraints of a model made by `build`, in row order; None for a row without variables."""
    return list(model._agentopt[1])


def write(compiled: Compiled, path: Path) -> Path:
    """Write an `.nl` file, which states every class of problem.

    Raises:
        UsageError: another suffix.
    """
    if path.suffix != ".nl":
        raise UsageError(f"`{path.name}`: Pyomo models are written as `.nl`", hint="end the name with .nl")
    build(compiled).write(str(path), format="nl", io_options={"symbolic_solver_labels": True})
    return path


def _given(rule: Any, _: Any) -> Any:
    return rule


def _looked_up(rules: dict[Any, Any], _: Any, *key: Any) -> Any:
    return rules[key if len(key) != 1 else key[0]]


def component_name(name: str, taken: set[str]) -> str:
    """A component name: dots out of it, and a number after one that is taken."""
    base = name.replace(".", "_")
    candidate, number = base, 2
    while candidate in taken:
        candidate, number = f"{base}_{number}", number + 1
    taken.add(candidate)
    return candidate


def objective_name(compiled: Compiled) -> str:
    """`objective`, with a number after it only where the formulation itself calls something so."""
    blocks: list[VariableBlock | RowBlock] = [*compiled.variables, *compiled.rows]
    return component_name("objective", {block.name for block in blocks if not block.auxiliary})


def index_keys(compiled: Compiled, block: VariableBlock | RowBlock) -> list[Any]:
    """Index of each entry: None for a scalar, a label or a tuple; numbers where labels are not distinct."""
    if block.codes.shape[1] == 0 and len(block.codes) == 1:
        return [None]
    labels = compiled.instance.labels.tuples(block.codes)
    if len(set(labels)) < len(labels):
        return list(range(1, len(labels) + 1))
    return [each[0] if len(each) == 1 else each for each in labels]


def _variables(pyo: Any, model: Any, compiled: Compiled, taken: set[str]) -> list[Any]:
    found: list[Any] = []
    lower, upper = compiled.lower.tolist(), compiled.upper.tolist()
    for block in compiled.variables:
        keys = index_keys(compiled, block)
        place = {key: block.start + k for k, key in enumerate(keys)}
        component = pyo.Var() if keys == [None] else pyo.Var(keys)
        model.add_component(component_name(block.name, taken), component)
        for key, j in place.items():
            variable = component[key]
            kind = compiled.integrality[j]
            semi = kind in (Integrality.SEMICONTINUOUS, Integrality.SEMIINTEGER)
            low, high = (min(lower[j], 0.0), max(upper[j], 0.0)) if semi else (lower[j], upper[j])
            discrete = kind in (Integrality.INTEGER, Integrality.SEMIINTEGER)
            binary = discrete and low >= 0 and high <= 1
            variable.domain = pyo.Binary if binary else pyo.Integers if discrete else pyo.Reals
            variable.setlb(None if np.isinf(low) else low)
            variable.setub(None if np.isinf(high) else high)
            if compiled.start is not None and not np.isnan(compiled.start[j]):
                variable.set_value(float(compiled.start[j]), skip_validation=True)
            found.append(variable)
    return found


def _semicontinuous(pyo: Any, model: Any, compiled: Compiled, found: Sequence[Any], taken: set[str]) -> None:
    """Pyomo has no semi-continuous domain: low * on <= x <= high * on with a binary each."""
    semi = np.flatnonzero(compiled.integrality >= Integrality.SEMICONTINUOUS).tolist()
    if not semi:
        return
    for j in semi:
        if np.isinf(compiled.upper[j]) or np.isinf(compiled.lower[j]):
            raise CompileError(
                f"semi-continuous `{found[j].name}` has no finite bounds", hint="give it an upper bound"
            )
    names = {found[j].name: j for j in semi}
    on = pyo.Var(list(names), domain=pyo.Binary)
    model.add_component(component_name("is_on", taken), on)
    most = {name: found[j] - float(compiled.upper[j]) * on[name] <= 0 for name, j in names.items()}
    least = {name: found[j] - float(compiled.lower[j]) * on[name] >= 0 for name, j in names.items()}
    for name, stated in (("is_on_most", most), ("is_on_least", least)):
        model.add_component(
            component_name(name, taken),
            pyo.Constraint(list(names), rule=functools.partial(_looked_up, stated)),
        )


def _bodies(pyo: Any, compiled: Compiled, found: Sequence[Any]) -> list[Any]:
    """The expression of every row."""
    from pyomo.core.expr import LinearExpression

    matrix = compiled.matrix
    owner = np.repeat(np.arange(matrix.num_columns), np.diff(matrix.starts))
    order = np.argsort(matrix.indices, kind="stable")
    ends = np.cumsum(np.bincount(matrix.indices, minlength=matrix.num_rows)).tolist()
    by_row, values = owner[order].tolist(), matrix.values[order].tolist()
    bodies, start = [], 0
    for end in ends:
        part = LinearExpression(
            constant=0, linear_coefs=values[start:end], linear_vars=[found[j] for j in by_row[start:end]]
        )
        bodies.append(part if end > start else 0.0)
        start = end
    for row in compiled.quadratic_rows:
        bodies[row.row] = bodies[row.row] + pyo.quicksum(
            value * found[i] * found[j]
            for i, j, value in zip(row.first.tolist(), row.second.tolist(), row.values.tolist(), strict=True)
        )
    for nonlinear in compiled.nonlinear:
        for i, part in zip(nonlinear.rows.tolist(), graph_values(pyo, nonlinear.graph, found), strict=True):
            bodies[i] = bodies[i] + part
    return bodies


def _rule(pyo: Any, compiled: Compiled, bodies: Sequence[Any], i: int) -> Any:
    low, high = float(compiled.row_lower[i]), float(compiled.row_upper[i])
    body = bodies[i]
    if isinstance(body, int | float):
        return pyo.Constraint.Feasible if low <= body <= high else pyo.Constraint.Infeasible
    if np.isinf(low) and np.isinf(high):
        return pyo.Constraint.Skip
    if low == high:
        return body == low
    return (None if np.isinf(low) else low, body, None if np.isinf(high) else high)


def _objective(pyo: Any, objective: CompiledObjective, found: Sequence[Any]) -> Any:
    used = np.flatnonzero(objective.cost).tolist()
    total = pyo.quicksum(float(objective.cost[j]) * found[j] for j in used) + objective.offset
    if objective.quadratic is not None:
        first, second, values = (part.tolist() for part in objective.quadratic)
        total = total + pyo.quicksum(
            (0.5 if i == j else 1.0) * value * found[i] * found[j]
            for i, j, value in zip(first, second, values, strict=True)
        )
    if objective.nonlinear is not None:
        total = total + graph_values(pyo, objective.nonlinear.graph, found)[0]
    return total


def graph_values(pyo: Any, graph: Graph, found: Sequence[Any]) -> list[Any]:
    """The N expressions of a graph."""
    if graph.operation == "constant":
        assert graph.values is not None
        return list(graph.values.tolist())
    if graph.operation == "column":
        assert graph.columns is not None
        return [found[j] for j in graph.columns.tolist()]
    operands = [graph_values(pyo, operand, found) for operand in graph.operands]
    if graph.parents is not None:
        groups: list[list[Any]] = [[] for _ in range(graph.size)]
        for parent, part in zip(graph.parents.tolist(), operands[0], strict=True):
            groups[parent].append(part)
        return [_folded(pyo, graph.operation, group) for group in groups]
    apply = _operation(pyo, graph.operation)
    return [apply(*parts) for parts in zip(*operands, strict=True)]


def _folded(pyo: Any, operation: str, parts: Sequence[Any]) -> Any:
    match operation:
        case "sum":
            return pyo.quicksum(parts)
        case "prod":
            return functools.reduce(operator.mul, parts, 1.0)
        case "fold_max":
            return functools.reduce(_larger, parts)
        case _:
            return functools.reduce(_smaller, parts)


def _larger(a: Any, b: Any) -> Any:
    """max(a, b) = (a + b + |a - b|) / 2: Pyomo has abs but no max."""
    return (a + b + abs(a - b)) / 2


def _smaller(a: Any, b: Any) -> Any:
    return (a + b - abs(a - b)) / 2


def _operation(pyo: Any, name: str) -> Callable[..., Any]:
    table: dict[str, Callable[..., Any]] = {
        "add": lambda *parts: pyo.quicksum(parts),
        "multiply": lambda *parts: functools.reduce(operator.mul, parts),
        "divide": operator.truediv,
        "power": operator.pow,
        "negate": operator.neg,
        "abs": abs,
        "max": lambda *parts: functools.reduce(_larger, parts),
        "min": lambda *parts: functools.reduce(_smaller, parts),
        "log2": lambda x: pyo.log(x) / float(np.log(2.0)),
    }
    return table[name] if name in table else getattr(pyo, name)
