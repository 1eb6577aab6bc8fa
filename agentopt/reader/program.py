"""A reading as numbers: what two readings are compared by, and solved by to see whether they can be meant."""

from __future__ import annotations

__all__ = ["Program", "optimum", "program", "same"]

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from agentopt.reader.measures import conversion, scales
from agentopt.reader.reading import IMPLIED, Mix, Relation, Term
from agentopt.reader.tokens import Token

Status = Literal["optimal", "infeasible", "unbounded"]


@dataclass(frozen=True)
class Program:
    """A linear program over amounts of at least zero.

    Attributes:
        sense: of the objective.
        objective: its coefficients, (decisions,).
        matrix: coefficients of the rows, (rows, decisions); right sides are brought to the left.
        relations: of each row.
        limits: right sides, (rows,).
        whole: whether amounts are whole numbers.
    """

    sense: Literal["minimize", "maximize"]
    objective: NDArray[np.float64]
    matrix: NDArray[np.float64]
    relations: tuple[Relation, ...]
    limits: NDArray[np.float64]
    whole: bool = False


def program(mix: Mix, tokens: Sequence[Token], *, whole: bool = False) -> Program:
    """The numbers of a reading; strict rows are taken as they are written, equality included."""
    size = len(mix.decisions)

    def vector(terms: Sequence[Term]) -> NDArray[np.float64]:
        found = np.zeros(size)
        numbers = [term.token for term in terms if term.token != IMPLIED]
        scale = scales(tokens, numbers)
        for term in terms:
            value = 1.0 if term.token == IMPLIED else _number(tokens, term.token) * float(scale[term.token])
            found[term.decision] += term.sign * value
        return found

    matrix, limits = np.zeros((len(mix.rows), size)), np.zeros(len(mix.rows))
    for at, row in enumerate(mix.rows):
        number = _number(tokens, row.token) if row.token != IMPLIED else float(row.form == "ratio")
        matrix[at] = vector(row.left)
        number *= float(conversion(tokens, row))
        if row.form == "ratio":
            matrix[at] -= number * vector(row.right)
            continue
        limits[at] = number
        if row.form == "difference":
            matrix[at] -= vector(row.right)
    relations = tuple(row.relation for row in mix.rows)
    return Program(mix.sense, vector(mix.objective), matrix, relations, limits, whole)


def _number(tokens: Sequence[Token], at: int) -> float:
    value = tokens[at].value
    assert value is not None, "a reading names number tokens"
    return float(value)


def same(one: Program, other: Program) -> bool:
    """Whether two programs state the same, whatever the order of their decisions and rows."""
    if one.sense != other.sense or one.matrix.shape != other.matrix.shape:
        return False
    size = len(one.objective)
    wanted = _signature(one, range(size))
    if size > 6:  # orders beyond 720 are found by sorting columns, which is enough unless two are alike
        return _signature(one, _sorted(one)) == _signature(other, _sorted(other))
    return any(
        np.allclose(one.objective, other.objective[list(order)]) and _signature(other, order) == wanted
        for order in permutations(range(size))
    )


def _sorted(given: Program) -> list[int]:
    columns = [
        (round(float(given.objective[at]), 6), tuple(sorted(np.round(given.matrix[:, at], 6).tolist())))
        for at in range(len(given.objective))
    ]
    return sorted(range(len(columns)), key=columns.__getitem__)


def _signature(given: Program, order: Sequence[int]) -> tuple[object, ...]:
    """Objective and set of rows, each scaled to its greatest coefficient."""
    rows = set()
    for row, relation, limit in zip(given.matrix, given.relations, given.limits, strict=True):
        scale = float(np.abs(row).max()) or 1.0
        if relation == ">=":
            scale = -scale
        if relation == "==" and (row[row != 0][:1] < 0).any():
            scale = -scale
        kind = "<=" if relation != "==" else "=="
        values = tuple((np.round(row[list(order)] / scale, 6) + 0.0).tolist())
        rows.add((kind, values, round(float(limit / scale), 6) + 0.0))
    return tuple((np.round(given.objective[list(order)], 6) + 0.0).tolist()), frozenset(rows)


def optimum(given: Program) -> tuple[Status, float]:
    """Status and best value; not a number unless optimal."""
    import highspy

    from agentopt.compiling.highs_model import silent

    size, rows = len(given.objective), len(given.limits)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = size, rows
    model.col_cost_ = given.objective
    model.col_lower_, model.col_upper_ = np.zeros(size), np.full(size, highspy.kHighsInf)
    relations = np.array(given.relations, dtype="U2")
    model.row_lower_ = np.where(relations == "<=", -highspy.kHighsInf, given.limits)
    model.row_upper_ = np.where(relations == ">=", highspy.kHighsInf, given.limits)
    model.sense_ = highspy.ObjSense.kMaximize if given.sense == "maximize" else highspy.ObjSense.kMinimize
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.arange(rows + 1, dtype=np.int32) * size
    model.a_matrix_.index_ = np.tile(np.arange(size, dtype=np.int32), rows)
    model.a_matrix_.value_ = given.matrix.ravel()
    engine = silent()
    engine.setOptionValue("time_limit", 5.0)
    engine.passModel(model)
    status, value = _solved(engine)
    if given.whole and status == "optimal":
        value = _whole_optimum(engine, given.sense, value)
        return ("infeasible" if math.isnan(value) else "optimal"), value
    return status, value


def _solved(engine: Any) -> tuple[Status, float]:
    import highspy

    engine.run()
    status = engine.getModelStatus()
    if status == highspy.HighsModelStatus.kOptimal:
        return "optimal", float(engine.getInfo().objective_function_value)
    return ("infeasible" if status == highspy.HighsModelStatus.kInfeasible else "unbounded"), math.nan


def _whole_optimum(engine: Any, sense: str, bound: float) -> float:
    """The best value in whole numbers, by branch and bound from the last basis; NaN if there is none.

    For the few columns of a reading this is some twenty times as fast as a MIP solver's start. Trees of
    more than `_MOST_NODES` are left to HiGHS.

    Args:
        engine: HiGHS with the relaxation, solved.
        sense: of the objective.
        bound: optimum of the relaxation.
    """
    import highspy

    worst = -math.inf if sense == "maximize" else math.inf
    size = engine.getNumCol()
    columns = np.arange(size, dtype=np.int32)
    best, boxes, nodes = worst, [(np.zeros(size), np.full(size, highspy.kHighsInf))], 0
    while boxes:
        nodes += 1
        low, high = boxes.pop()
        engine.changeColsBounds(size, columns, low, high)
        if nodes > _MOST_NODES:
            engine.changeColsBounds(size, columns, np.zeros(size), np.full(size, highspy.kHighsInf))
            engine.changeColsIntegrality(size, columns, np.full(size, 1, np.uint8))
            return _solved(engine)[1]
        status, value = _solved(engine)
        margin = 1e-9 * max(1.0, abs(value))
        if status != "optimal" or (value <= best + margin if sense == "maximize" else value >= best - margin):
            continue
        point = np.array(engine.getSolution().col_value)
        off = np.abs(point - np.round(point))
        at = int(off.argmax())
        if off[at] <= 1e-7:
            best = value
            if abs(value - bound) <= margin:
                break
            continue
        down, up = high.copy(), low.copy()
        down[at], up[at] = math.floor(point[at]), math.ceil(point[at])
        boxes += [(low, down), (up, high)]
    return math.nan if best == worst else best


_MOST_NODES = 60
