"""A model as exact rows: from the formulation where every statement is a polynomial comparison, else from
the arrays.

The formulation's own rows are read with symbols for the variables, so a fault of the compiler cannot hide
in them. Where a reformulation added columns (absolute values, logic), there is nothing to read them from;
then the numbers of the arrays are taken as the decimals they print as, and the certificate says so.
"""

from __future__ import annotations

__all__ = ["Program", "Row", "Side", "from_arrays", "from_formulation"]

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from agentopt.compiling.arrays import Compiled, Integrality
from agentopt.formulation import tree as t
from agentopt.verification.elements import Codes, Env, Missing, Scope, Value, decimal
from agentopt.verification.exact import Evaluator
from agentopt.verification.point import Answer
from agentopt.verification.polynomials import Polynomial
from agentopt.verification.rows import bounds
from agentopt.verification.statements import integral

Side = Fraction | None
Sense = Literal["minimize", "maximize"]


@dataclass(frozen=True, slots=True)
class Row:
    """low <= body <= high, None for no side; `compiled` is its number among the compiled rows, if it
    is one.
    """

    body: Polynomial
    low: Fraction | None
    high: Fraction | None
    compiled: int | None = None


@dataclass(frozen=True)
class Program:
    """An exact model over the columns of a compiled one.

    Attributes:
        objective: to be minimized (the negative of what is maximized).
        sense: of the model.
        rows: in order.
        lower, upper: of each column, None for no bound; those of a semi-continuous one hold 0 too.
        whole: columns that are integers.
        semi: columns that are 0 or within their bounds.
        source: what it was read from.
    """

    objective: Polynomial
    sense: Sense
    rows: tuple[Row, ...]
    lower: tuple[Fraction | None, ...]
    upper: tuple[Fraction | None, ...]
    whole: frozenset[int]
    semi: frozenset[int]
    source: Literal["formulation", "arrays"]

    @property
    def degree(self) -> int:
        """The most columns multiplied anywhere."""
        return max([self.objective.degree, *(row.body.degree for row in self.rows)])


def from_formulation(evaluator: Evaluator, answer: Answer, deadline: float) -> Program:
    """The exact rows of a formulation with one objective or none.

    Args:
        evaluator: with `answer.symbols` for its point.
        answer: says which column is which.
        deadline: on the monotonic clock.

    Raises:
        Missing: a statement is no comparison of polynomials, or time ran out.
        NotPolynomial: an expression is none.
    """
    with evaluator.until(deadline):
        return _read(evaluator, answer)


def _read(evaluator: Evaluator, answer: Answer) -> Program:
    compiled, formulation = answer.compiled, evaluator.instance.formulation
    if any(block.auxiliary for block in compiled.variables):
        raise Missing("a reformulation added columns")
    if len({each.priority for each in formulation.objectives}) > 1:
        raise Missing("objectives are settled one after the other")
    lower: list[Fraction | None] = [None] * compiled.num_columns
    upper: list[Fraction | None] = [None] * compiled.num_columns
    whole, semi = set[int](), set[int]()
    for name, variable in formulation.variables.items():
        start = answer.blocks[name].start
        for k, (_, _, low, high) in enumerate(bounds(evaluator, answer, name, variable)):
            column = start + k
            if variable.domain.startswith("semi"):
                low = min(low, Fraction(0)) if low is not None else None
                high = max(high, Fraction(0)) if high is not None else None
                semi.add(column)
            if variable.domain in {"integer", "binary", "semiinteger"}:
                whole.add(column)
            lower[column], upper[column] = low, high
    rows = [row for name in evaluator.parsed.constraints for row in _rows(evaluator, compiled, name)]
    objective = Polynomial({})
    sense: Sense = "minimize"
    if evaluator.parsed.objectives:
        sense = evaluator.parsed.objectives[0].objective.sense
    for parsed in evaluator.parsed.objectives:
        weight = decimal(parsed.objective.weight) * (1 if parsed.objective.sense == sense else -1)
        objective = objective + _polynomial(evaluator.number(parsed.expression, {})({})) * weight
    return Program(
        -objective if sense == "maximize" else objective,
        sense,
        tuple(rows),
        tuple(lower),
        tuple(upper),
        frozenset(whole),
        frozenset(semi),
        "formulation",
    )


def _polynomial(value: object) -> Polynomial:
    if isinstance(value, Polynomial):
        return value
    if isinstance(value, Fraction):
        return Polynomial({(): value})
    raise Missing("a number that is not rational")


def _rows(evaluator: Evaluator, compiled: Compiled, name: str) -> Iterator[Row]:
    constraint = evaluator.parsed.constraints[name]
    walk, scope = evaluator.walk(constraint.generators, {})
    targets = [target for generator in constraint.generators for target in generator.targets]
    places = [
        {tuple(codes): block.start + k for k, codes in enumerate(block.codes.tolist())}
        for block in compiled.rows
        if block.name == name and not block.auxiliary
    ]
    read = [each for compare in _compares(constraint.statement) for each in _links(evaluator, compare, scope)]
    if len(places) != len(read):
        places = [{}] * len(read)
    for env in walk({}):
        codes: Codes = tuple(env[target] for target in targets)
        for link, place in zip(read, places, strict=True):
            body = _polynomial(link.body(env))
            low, high = (
                None if side is None else _polynomial(side(env)).constant - body.constant
                for side in (link.low, link.high)
            )
            yield Row(
                body - body.constant if body.constant else body,
                None if low is None else low + link.step,
                None if high is None else high - link.step,
                place.get(codes),
            )


@dataclass(frozen=True, slots=True)
class _Link:
    """low <= body <= high at every element, as the arrays have it: so that duals of the one fit the other."""

    body: Value
    low: Value | None
    high: Value | None
    step: Fraction = Fraction(0)


def _links(evaluator: Evaluator, compare: t.Compare, scope: Scope) -> Iterator[_Link]:
    """A chain between data is one row, any other one row a link, of the left side less the right one."""
    operands, operators = compare.operands, compare.operators
    if "!=" in operators:
        raise Missing("`!=` is no row")
    ranged = operators in (("<=", "<="), (">=", ">="))
    if ranged and evaluator.is_data(operands[0]) and evaluator.is_data(operands[2]):
        low, body, high = (evaluator.number(each, scope) for each in operands)
        yield _Link(body, low, high) if operators[0] == "<=" else _Link(body, high, low)
        return
    for left, operator, right in zip(operands, operators, operands[1:], strict=False):
        strict = operator in {"<", ">"} and integral(evaluator, left) and integral(evaluator, right)
        body = evaluator.number(t.Add((left, t.Negate(right))), scope)
        yield _Link(
            body,
            _zero if operator in {">=", ">", "=="} else None,
            _zero if operator in {"<=", "<", "=="} else None,
            Fraction(int(strict)),
        )


def _zero(env: Env) -> Fraction:
    return Fraction(0)


def _compares(statement: t.Expr) -> Iterator[t.Compare]:
    match statement:
        case t.And(operands=operands):
            for operand in operands:
                yield from _compares(operand)
        case t.Compare():
            yield statement
        case _:
            raise Missing("a statement is no comparison")


def from_arrays(compiled: Compiled) -> Program:
    """The exact rows of the arrays of a linear or quadratic model.

    Raises:
        Missing: it has general nonlinear parts or several objectives to settle one after the other.
    """
    if compiled.nonlinear or len(compiled.levels) > 1:
        raise Missing("the model has general nonlinear parts, or several objectives")
    level = compiled.objective
    if level is not None and level.nonlinear is not None:
        raise Missing("the objective has general nonlinear parts")
    objective = Polynomial({})
    sense: Sense = "minimize"
    if level is not None:
        sense = level.sense
        terms: dict[tuple[int, ...], Fraction] = {
            (int(j),): decimal(level.cost[j]) for j in np.flatnonzero(level.cost)
        }
        terms[()] = decimal(level.offset)
        if level.quadratic is not None:
            for i, j, value in zip(*(part.tolist() for part in level.quadratic), strict=True):
                terms[tuple(sorted((i, j)))] = decimal(value) / (2 if i == j else 1)
        objective = Polynomial(terms)
    bodies: list[dict[tuple[int, ...], Fraction]] = [{} for _ in range(compiled.num_rows)]
    columns = np.repeat(np.arange(compiled.num_columns), np.diff(compiled.matrix.starts)).tolist()
    for i, j, value in zip(
        compiled.matrix.indices.tolist(), columns, compiled.matrix.values.tolist(), strict=True
    ):
        bodies[i][(j,)] = bodies[i].get((j,), Fraction(0)) + decimal(value)
    for part in compiled.quadratic_rows:
        for i, j, value in zip(part.first.tolist(), part.second.tolist(), part.values.tolist(), strict=True):
            bodies[part.row][tuple(sorted((i, j)))] = decimal(value)
    kinds = compiled.integrality
    semi = np.flatnonzero(kinds >= Integrality.SEMICONTINUOUS)
    lower, upper = compiled.lower.copy(), compiled.upper.copy()
    lower[semi], upper[semi] = np.minimum(lower[semi], 0), np.maximum(upper[semi], 0)
    return Program(
        -objective if sense == "maximize" else objective,
        sense,
        tuple(
            Row(Polynomial(body), _finite(low), _finite(high), k)
            for k, (body, low, high) in enumerate(
                zip(bodies, compiled.row_lower.tolist(), compiled.row_upper.tolist(), strict=True)
            )
        ),
        tuple(map(_finite, lower.tolist())),
        tuple(map(_finite, upper.tolist())),
        frozenset(
            np.flatnonzero((kinds == Integrality.INTEGER) | (kinds == Integrality.SEMIINTEGER)).tolist()
        ),
        frozenset(semi.tolist()),
        "arrays",
    )


def _finite(value: float) -> Fraction | None:
    return None if np.isinf(value) else decimal(value)
