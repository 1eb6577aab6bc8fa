"""Building, solving and enumerating the small models of these tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import numpy as np

from agentopt.compiling import compile_instance
from agentopt.compiling.arrays import Compiled
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import Instance, Label


def instance(**parts: object) -> Instance:
    return bind(Formulation.model_validate(parts))


def compiled(**parts: object) -> Compiled:
    return compile_instance(instance(**parts))


def dense(model: Compiled) -> np.ndarray:
    full = np.zeros((model.num_rows, model.num_columns))
    columns = np.repeat(np.arange(model.num_columns), np.diff(model.matrix.starts))
    assert len({*zip(model.matrix.indices.tolist(), columns.tolist(), strict=True)}) == len(columns)
    full[model.matrix.indices, columns] = model.matrix.values
    return full


def solver(model: Compiled) -> object:
    import highspy

    assert not model.quadratic_rows
    assert not model.nonlinear
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("threads", 1)
    objective, matrix = model.objective, model.matrix
    cost = np.zeros(model.num_columns) if objective is None else objective.cost
    maximize = objective is not None and objective.sense == "maximize"
    status = highs.passModel(
        model.num_columns,
        model.num_rows,
        len(matrix.values),
        1,
        -1 if maximize else 1,
        0.0 if objective is None else objective.offset,
        cost,
        model.lower,
        model.upper,
        model.row_lower,
        model.row_upper,
        matrix.starts.astype(np.int32),
        matrix.indices,
        matrix.values,
        model.integrality.astype(np.int32),
    )
    assert status != highspy.HighsStatus.kError
    return highs


def optimum(model: Compiled) -> float | None:
    """The optimal value by HiGHS, None if infeasible."""
    import highspy

    highs = solver(model)
    highspy.Highs.resetGlobalScheduler(True)  # Pyomo may have started it with another number of threads
    highs.run()  # type: ignore[attr-defined]
    status = highs.getModelStatus()  # type: ignore[attr-defined]
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    assert status == highspy.HighsModelStatus.kOptimal, status
    return highs.getInfo().objective_function_value  # type: ignore[attr-defined]


def admits(model: Compiled, point: Mapping[str, Mapping[tuple[Label, ...], float]]) -> bool:
    """Whether the auxiliary columns can complete a point of the declared variables to a feasible one."""
    import highspy

    highs = solver(model)
    for block in model.variables:
        if not block.auxiliary:
            for k, index in enumerate(model.instance.labels.tuples(block.codes)):
                value = point[block.name][index]
                highs.changeColBounds(block.start + k, value, value)  # type: ignore[attr-defined]
    highs.run()  # type: ignore[attr-defined]
    status = highs.getModelStatus()  # type: ignore[attr-defined]
    assert status in {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible}, status
    return status == highspy.HighsModelStatus.kOptimal


def points(
    model: Compiled, values: Mapping[str, list[float]]
) -> Iterator[dict[str, dict[tuple[Label, ...], float]]]:
    """Every point whose variables take the listed values."""
    columns = [
        (block.name, index)
        for block in model.variables
        if not block.auxiliary
        for index in model.instance.labels.tuples(block.codes)
    ]
    for choice in itertools.product(*(values[name] for name, _ in columns)):
        found: dict[str, dict[tuple[Label, ...], float]] = {}
        for (name, index), value in zip(columns, choice, strict=True):
            found.setdefault(name, {})[index] = value
        yield found
