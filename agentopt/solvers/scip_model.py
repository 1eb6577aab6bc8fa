"""The compiled model as a SCIP problem: rows as expressions, nonlinear graphs as expression trees.

SCIP's objective is linear: another one is put into a row, with a column `t` for its value. Functions SCIP
has no words for are stated exactly with those it has: `tanh` by `exp`, `max` by `abs`, inverse functions by
a column whose function is the argument.
"""

from __future__ import annotations

__all__ = ["Built", "build"]

import functools
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from agentopt.compiling.arrays import Compiled, CompiledObjective, Graph, Integrality
from agentopt.errors import EngineError
from agentopt.formulation.instance import Values

MAX_EXPANDED = 16
"""Products with more terms than this are left as products; SCIP's polynomials would be multiplied out."""


@dataclass
class Built:
    """What was made: SCIP's variable for each column, and how many rows there are.

    Attributes:
        epigraph: the column of the objective's value, where the objective is not linear.
    """

    variables: list[Any]
    epigraph: Any = None


def build(compiled: Compiled, model: Any) -> Built:
    """Put plain columns (no semi-continuous ones), rows and the first objective into an empty SCIP model.

    Raises:
        EngineError: an expression has no exact form in SCIP.
    """
    from pyscipopt.scip import ExprCons

    variables = _variables(compiled, model)
    maker = _Expressions(compiled, model, variables)
    for i, body in enumerate(maker.rows()):
        low, high = float(compiled.row_lower[i]), float(compiled.row_upper[i])
        if low == -math.inf and high == math.inf:
            continue
        if isinstance(body, float):
            # A row that turned out constant; rows without any entries were looked at before.
            low, high, body = low - body, high - body, maker.zero()
        model.addCons(ExprCons(body, _side(low), _side(high)), name=f"r{i}")
    built = Built(variables)
    objective = compiled.objective
    if objective is not None:
        _objective(maker, objective, built)
    return built


def _side(value: float) -> float | None:
    """A side of a row or bound as SCIP takes it: None where there is none."""
    return None if math.isinf(value) else value


def _variables(compiled: Compiled, model: Any) -> list[Any]:
    found = []
    bounds = zip(compiled.lower.tolist(), compiled.upper.tolist(), compiled.integrality.tolist(), strict=True)
    for j, (low, high, kind) in enumerate(bounds):
        whole = kind == Integrality.INTEGER
        vtype = "C" if not whole else "B" if (low, high) == (0.0, 1.0) else "I"
        found.append(
            model.addVar(
                f"x{j}",
                vtype=vtype,
                lb=_side(low),
                ub=_side(high),
            )
        )
    return found


def _objective(maker: _Expressions, objective: CompiledObjective, built: Built) -> None:
    from pyscipopt.scip import ExprCons

    model, sense = maker.model, objective.sense
    used = np.flatnonzero(objective.cost)
    linear = maker.polynomial(used.tolist(), objective.cost[used].tolist())
    if objective.quadratic is None and objective.nonlinear is None:
        model.setObjective(linear + objective.offset, sense=sense)
        return
    total: Any = linear
    if objective.quadratic is not None:
        first, second, values = objective.quadratic
        factors = np.where(first == second, 0.5, 1.0) * values
        total = total + maker.products(first.tolist(), second.tolist(), factors.tolist())
    if objective.nonlinear is not None:
        total = total + maker.graph(objective.nonlinear.graph)[0]
    total = total + objective.offset
    built.epigraph = model.addVar("t", lb=None, ub=None)
    sides = (None, 0.0) if sense == "minimize" else (0.0, None)
    model.addCons(ExprCons(total - built.epigraph, *sides), name="objective")
    model.setObjective(built.epigraph, sense=sense)


@dataclass
class _Expressions:
    """Makes SCIP expressions; a number stays a float until it meets a variable."""

    compiled: Compiled
    model: Any
    variables: list[Any]
    terms: list[Any] = field(init=False)

    def __post_init__(self) -> None:
        from pyscipopt.scip import Term

        self.terms = [Term(variable) for variable in self.variables]

    def zero(self) -> Any:
        """An expression that is zero, for a row without variables."""
        return self.variables[0] * 0.0

    def polynomial(self, columns: Sequence[int], values: Sequence[float]) -> Any:
        """Sum of values times columns."""
        from pyscipopt.scip import Expr

        return Expr({self.terms[j]: value for j, value in zip(columns, values, strict=True)})

    def products(self, first: Sequence[int], second: Sequence[int], values: Sequence[float]) -> Any:
        """Sum of values times products of two columns, each pair once."""
        from pyscipopt.scip import Expr

        return Expr(
            {self.terms[i] * self.terms[j]: value for i, j, value in zip(first, second, values, strict=True)}
        )

    def rows(self) -> list[Any]:
        """The body of every row."""
        compiled, matrix = self.compiled, self.compiled.matrix
        owner = np.repeat(np.arange(matrix.num_columns), np.diff(matrix.starts))
        order = np.argsort(matrix.indices, kind="stable")
        columns, values = owner[order].tolist(), matrix.values[order].tolist()
        ends = np.cumsum(np.bincount(matrix.indices, minlength=matrix.num_rows)).tolist()
        bodies: list[Any] = []
        start = 0
        for end in ends:
            bodies.append(self.polynomial(columns[start:end], values[start:end]) if end > start else 0.0)
            start = end
        for row in compiled.quadratic_rows:
            part = self.products(row.first.tolist(), row.second.tolist(), row.values.tolist())
            bodies[row.row] = part + bodies[row.row]
        for nonlinear in compiled.nonlinear:
            for i, part in zip(nonlinear.rows.tolist(), self.graph(nonlinear.graph), strict=True):
                bodies[i] = part + bodies[i]
        return bodies

    # -- graphs ----------------------------------------------------------------------------------------------

    def graph(self, graph: Graph) -> list[Any]:
        """The N expressions of a graph."""
        if graph.operation == "constant":
            assert graph.values is not None
            return list(graph.values.tolist())
        if graph.operation == "column":
            assert graph.columns is not None
            return [self.variables[j] for j in graph.columns.tolist()]
        operands = [self.graph(operand) for operand in graph.operands]
        if graph.parents is not None:
            groups: list[list[Any]] = [[] for _ in range(graph.size)]
            for parent, part in zip(graph.parents.tolist(), operands[0], strict=True):
                groups[parent].append(part)
            return [self.folded(graph.operation, group) for group in groups]
        if graph.operation == "power":
            self.check_power(graph)
        apply = self.operation(graph.operation)
        return [apply(*parts) for parts in zip(*operands, strict=True)]

    def folded(self, operation: str, parts: Sequence[Any]) -> Any:
        match operation:
            case "sum":
                return _balanced(operator.add, parts, 0.0)
            case "prod":
                return _balanced(_times, parts, 1.0)
            case "fold_max":
                return _balanced(_larger, parts, -math.inf)
            case _:
                return _balanced(_smaller, parts, math.inf)

    def operation(self, name: str) -> Callable[..., Any]:
        table: dict[str, Callable[..., Any]] = {
            "add": lambda *parts: _balanced(operator.add, parts, 0.0),
            "multiply": lambda *parts: _balanced(_times, parts, 1.0),
            "divide": _divided,
            "power": _power,
            "negate": lambda x: x * -1.0,
            "abs": abs,
            "max": lambda *parts: _balanced(_larger, parts, -math.inf),
            "min": lambda *parts: _balanced(_smaller, parts, math.inf),
            "log2": lambda x: _call("log", x) * (1.0 / math.log(2.0)),
            "log10": lambda x: _call("log", x) * (1.0 / math.log(10.0)),
            "tan": lambda x: _divided(_call("sin", x), _call("cos", x)),
            "sinh": lambda x: (_call("exp", x) + _call("exp", x * -1.0) * -1.0) * 0.5,
            "cosh": lambda x: (_call("exp", x) + _call("exp", x * -1.0)) * 0.5,
            # Of the exponent with the sign that cannot overflow, 1 - 2 / (exp(2x) + 1) is kept everywhere.
            "tanh": lambda x: _divided(-2.0, _call("exp", x * 2.0) + 1.0) + 1.0,
            "asin": self.arc_sine,
            "acos": lambda x: self.arc_sine(x) * -1.0 + math.pi / 2,
            "atan": self.arc_tangent,
        }
        for plain in ("exp", "log", "sqrt", "sin", "cos"):
            table[plain] = functools.partial(_call, plain)
        if name not in table:
            raise EngineError(f"SCIP has no form for `{name}`", hint="state it with other functions")
        return table[name]

    def arc_sine(self, x: Any) -> Any:
        """A column between -pi/2 and pi/2 whose sine is x."""
        if isinstance(x, float):
            return math.asin(x)
        angle = self.model.addVar(lb=-math.pi / 2, ub=math.pi / 2)
        self.model.addCons(_call("sin", angle) - x == 0)
        return angle

    def arc_tangent(self, x: Any) -> Any:
        """A column between -pi/2 and pi/2 whose sine is x times its cosine."""
        if isinstance(x, float):
            return math.atan(x)
        angle = self.model.addVar(lb=-math.pi / 2, ub=math.pi / 2)
        self.model.addCons(_call("sin", angle) - _times(x, _call("cos", angle)) == 0)
        return angle

    def check_power(self, graph: Graph) -> None:
        """A variable exponent is exp(y log(x)), which loses bases below zero; refuse where they count.

        With a real exponent a negative base has no power; with a whole one it has.
        """
        base, exponent = graph.operands
        if exponent.operation == "constant" or _is_nonnegative(base, self.compiled.lower):
            return
        if not _is_whole(exponent, self.compiled.integrality == Integrality.INTEGER):
            return
        raise EngineError(
            "SCIP cannot raise a base that may be negative to a variable power",
            hint="give the base a lower bound of 0",
        )


def _is_nonnegative(graph: Graph, lower: Values) -> bool:
    match graph.operation:
        case "constant":
            return bool((np.asarray(graph.values) >= 0).all())
        case "column":
            return bool((lower[graph.columns] >= 0).all())
        case "exp" | "sqrt" | "abs" | "cosh":
            return True
        case (
            "add" | "multiply" | "divide" | "sum" | "prod" | "max" | "min" | "fold_max" | "fold_min" | "power"
        ):
            return all(_is_nonnegative(operand, lower) for operand in graph.operands)
    return False


def _is_whole(graph: Graph, whole: np.ndarray) -> bool:
    match graph.operation:
        case "constant":
            assert graph.values is not None
            return bool((np.mod(graph.values, 1) == 0).all())
        case "column":
            return bool(whole[graph.columns].all())
    return all(_is_whole(operand, whole) for operand in graph.operands)


def _balanced(combine: Callable[[Any, Any], Any], parts: Sequence[Any], nothing: float) -> Any:
    """Fold in a balanced tree: SCIP's sums copy their parts, so a chain would take quadratic time."""
    found = list(parts)
    if not found:
        return nothing
    while len(found) > 1:
        pairs = [combine(a, b) for a, b in zip(found[::2], found[1::2], strict=False)]
        found = pairs + found[2 * len(pairs) :]
    return found[0]


def _times(a: Any, b: Any) -> Any:
    if isinstance(a, float) or isinstance(b, float) or _size(a) * _size(b) <= MAX_EXPANDED:
        return a * b
    return _opaque(a) * _opaque(b)


def _divided(a: Any, b: Any) -> Any:
    if isinstance(b, float):
        if b == 0.0:
            raise EngineError("an expression divides by zero", hint="look at the data it is from")
        return a * (1.0 / b)
    return _opaque(b) ** -1.0 * a


def _power(base: Any, exponent: Any) -> Any:
    if isinstance(exponent, float):
        if isinstance(base, float):
            return float(np.float64(base) ** exponent)
        if exponent in {0.0, 1.0}:
            return 1.0 if exponent == 0.0 else base
        small = exponent.is_integer() and 0 < exponent <= 4 and _size(base) <= 2
        return base ** int(exponent) if small else _opaque(base) ** exponent
    if isinstance(base, float):
        if base <= 0.0:
            raise EngineError(f"SCIP cannot raise {base:g} to a variable power", hint="use a positive base")
        return _call("exp", exponent * math.log(base))
    return _call("exp", _times(exponent, _call("log", base)))


def _larger(a: Any, b: Any) -> Any:
    """max(a, b) = (a + b + |a - b|) / 2."""
    if isinstance(a, float) and isinstance(b, float):
        return max(a, b)
    return (a + b + abs(a - b)) * 0.5


def _smaller(a: Any, b: Any) -> Any:
    if isinstance(a, float) and isinstance(b, float):
        return min(a, b)
    return (a + b - abs(a - b)) * 0.5


def _call(function: str, x: Any) -> Any:
    import pyscipopt

    if isinstance(x, float):
        return float(getattr(np, function)(x))
    return getattr(pyscipopt, function)(x)


def _size(expression: Any) -> int:
    """Terms of a polynomial; 1 for what is not multiplied out."""
    terms = getattr(expression, "terms", None)
    return 1 if terms is None else len(terms)


def _opaque(expression: Any) -> Any:
    """A polynomial as a tree, so that powers and products of it are not multiplied out."""
    from pyscipopt.scip import buildGenExprObj

    return buildGenExprObj(expression)
