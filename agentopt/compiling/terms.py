"""From expressions to monomials over frames: the part of compiling that knows variables.

An expression is read as a sum of products. Products are spread over sums symbolically, and a generator
grows the frame of whatever is multiplied with it, so each monomial ends as one frame, the data factors
evaluated over it by broadcasting, and the columns of its variables. No step loops over points.
"""

from __future__ import annotations

__all__ = ["Auxiliary", "Columns", "Lift", "Monomial", "Pending", "Space", "columns_of", "monomials"]

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agentopt.errors import CompileError
from agentopt.formulation import tree as t
from agentopt.formulation.derive import Data, Env
from agentopt.formulation.frames import Frame, Ints
from agentopt.formulation.generators import expand, filtered
from agentopt.formulation.instance import Values
from agentopt.formulation.lookup import separable

MAX_DEGREE = 2
_LIFTED = frozenset({"abs", "min", "max", "count", "any", "all"})


@dataclass(frozen=True, eq=False)
class Columns:
    """Column numbers over a frame as a sum: `start` plus one contribution per axis."""

    start: int
    parts: Mapping[int, Ints]


@dataclass(frozen=True, eq=False)
class Monomial:
    """`coefficient * x[columns[0]] * ...` at every point of a frame; no columns for a constant.

    `coefficient` broadcasts over the frame.
    """

    frame: Frame
    coefficient: Values
    columns: tuple[Columns, ...]


@dataclass(frozen=True)
class Pending:
    """A factor still to be read (or, if `inverse`, a data divisor), with the names its indices go by."""

    expr: t.Expr
    env: Env
    inverse: bool = False


class Space:
    """Where each variable's columns are."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self.variables = data.instance.formulation.variables
        self.starts: dict[str, int] = {}
        self.strides: dict[str, tuple[int, ...]] = {}
        self.num_columns = 0
        for name, variable in self.variables.items():
            lengths = [len(data.instance.sets[each]) for each in variable.over]
            strides, size = [], 1
            for length in reversed(lengths):
                strides.append(size)
                size *= length
            self.starts[name], self.strides[name] = self.num_columns, tuple(reversed(strides))
            self.num_columns += size
        self._is_data: dict[int, tuple[t.Expr, bool]] = {}

    def is_data(self, expr: t.Expr) -> bool:
        """Whether an expression names no variable."""
        found = self._is_data.get(id(expr))
        if found is None:
            free = not any(
                isinstance(node, t.Form)
                or (isinstance(node, t.Name) and node.id in self.variables)
                or (isinstance(node, t.Item) and node.name in self.variables)
                for node in t.walk(expr)
            )
            found = self._is_data[id(expr)] = (expr, free)
        return found[1]

    def degree(self, expr: t.Expr) -> float:
        """The degree as a polynomial once what can be lifted is; infinite if it is none."""
        if self.is_data(expr):
            return 0
        match expr:
            case t.Name() | t.Item():
                return 1
            case t.Negate(operand=operand):
                return self.degree(operand)
            case t.Add(terms=parts):
                return max(self.degree(part) for part in parts)
            case t.Multiply(factors=parts):
                return sum(self.degree(part) for part in parts)
            case t.Divide(numerator=numerator, denominator=denominator) if self.is_data(denominator):
                return self.degree(numerator)
            case t.Power(base=base, exponent=exponent) if (power := self.small_power(exponent)) is not None:
                return power * self.degree(base)
            case t.Choice(then=then, otherwise=otherwise):
                return max(self.degree(then), self.degree(otherwise))
            case t.Aggregate(function="sum", body=body):
                return self.degree(body)
            case t.Aggregate(function="count" | "any" | "all"):
                return 1
            case t.Aggregate(function="min" | "max", body=body):
                return 1 if self.degree(body) <= MAX_DEGREE else math.inf
            case t.Call(function="abs" | "min" | "max", arguments=parts):
                return 1 if all(self.degree(part) <= MAX_DEGREE for part in parts) else math.inf
            case t.Form(kind="piecewise", arguments=parts):
                return 1 if self.degree(parts[0]) <= MAX_DEGREE else math.inf
            case t.Form(kind="element", arguments=parts):
                inner = (p.body if isinstance(p, t.Aggregate) and p.function == "each" else p for p in parts)
                return 1 if all(self.degree(part) <= 1 for part in inner) else math.inf
            case t.Compare() | t.And() | t.Or() | t.Not() | t.Form():
                return 1
        return math.inf

    def needs_rewriting(self, statement: t.Expr) -> bool:
        """Whether a statement takes more than rows over the variables as they are."""
        if isinstance(statement, t.And):
            return any(self.needs_rewriting(operand) for operand in statement.operands)
        if not isinstance(statement, t.Compare) or "!=" in statement.operators:
            return True
        return any(
            not self.is_data(node)
            for operand in statement.operands
            for node in t.walk(operand)
            if isinstance(node, t.Form | t.Compare | t.And | t.Or | t.Not)
            or (isinstance(node, t.Call | t.Aggregate) and node.function in _LIFTED)
        )

    def small_power(self, exponent: t.Expr) -> int | None:
        """An exponent that is the number 0, 1 or 2, else None."""
        if not self.is_data(exponent) or any(isinstance(n, t.Item | t.Aggregate) for n in t.walk(exponent)):
            return None
        try:
            value = self.data.scalar(exponent)
        except CompileError:
            return None  # an index: the power differs from point to point
        return int(value) if value in {0.0, 1.0, 2.0} else None

    def columns(self, name: str, keys: Sequence[t.Expr], frame: Frame, env: Env) -> Columns | Sequence[int]:
        """The columns of a variable over a frame, or the axes to merge first."""
        variable = self.variables[name]
        codes = [self.data.codes(key, frame, env) for key in keys]
        start, parts = self.starts[name], dict[int, Ints]()
        positions = self.data.positions(name, variable.over, codes)
        for position, stride in zip(positions, self.strides[name], strict=True):
            if position.size == 1:
                self._inside(name, keys, codes, frame, env, position)
                start += int(position.reshape(-1)[0]) * stride
                continue
            along = separable(position)
            if along is None:
                return [axis for axis, length in enumerate(position.shape) if length != 1]
            self._inside(name, keys, codes, frame, env, position)
            axis, column = along
            part = column if stride == 1 else column * np.int32(stride)
            parts[axis] = parts[axis] + part if axis in parts else part
        return Columns(start, parts)

    def _inside(
        self, name: str, keys: Sequence[t.Expr], codes: Sequence[Ints], frame: Frame, env: Env, position: Ints
    ) -> None:
        if (position < 0).any() and frame.size:
            bad = np.broadcast_to(position < 0, frame.lengths)
            shown = self.data.shown(name, keys, codes, frame, env, bad)
            raise CompileError(
                f"{shown} does not exist: the index is outside {' × '.join(self.variables[name].over)}",
                hint="leave it out with a condition, for instance `if t > first(MONTHS)`",
            )


@dataclass(frozen=True)
class Auxiliary:
    """Columns made over some axes of a frame: `start` plus `stride` times each hidden index."""

    start: int
    strides: Mapping[str, int]


Lift = Callable[[t.Expr, Env, Frame, int], tuple[Auxiliary, Frame]]
"""Replaces what is no polynomial by columns of its own, over the same frame with hidden indices added.

The last argument says in which direction the value is held: 1 if being too large cannot help (it is
minimized or bounded above), -1 if being too small cannot help, 0 if it must be exact.
"""


def monomials(
    space: Space, pending: Sequence[Pending], frame: Frame, lift: Lift, *, sign: float = 1.0, held: int = 0
) -> Iterator[Monomial]:
    """The monomials of a product of pending factors over a frame.

    `held` is the direction (see `Lift`) in which the whole product is held.
    """
    yield from _spread(_Reading(space, lift, held), list(pending), frame, [], [], sign)


@dataclass(frozen=True)
class _Reading:
    space: Space
    lift: Lift
    held: int


def _spread(
    reading: _Reading,
    pending: list[Pending],
    frame: Frame,
    data: list[Pending],
    items: list[Pending | Auxiliary],
    sign: float,
) -> Iterator[Monomial]:
    space = reading.space
    while pending:
        factor = pending.pop(0)
        expr, env = factor.expr, factor.env
        if space.is_data(expr):
            # A number is folded into the sign: it costs nothing and is what `2*x` and `-x` come to.
            if isinstance(expr, t.Number):
                sign *= float(expr.value)
            else:
                data.append(factor)
            continue
        match expr:
            case t.Name() | t.Item():
                items.append(factor)
            case t.Negate(operand=operand):
                sign = -sign
                pending.insert(0, Pending(operand, env))
            case t.Multiply(factors=factors):
                # Data first, so that its sign is known when a factor has to be lifted.
                ordered = sorted(factors, key=lambda f: not space.is_data(f))
                pending[:0] = [Pending(f, env) for f in ordered]
            case t.Divide(numerator=numerator, denominator=denominator) if space.is_data(denominator):
                pending.insert(0, Pending(numerator, env))
                data.append(Pending(denominator, env, inverse=True))
            case t.Power(base=base, exponent=exponent) if (power := space.small_power(exponent)) is not None:
                pending[:0] = [Pending(base, env)] * power
            case t.Add(terms=terms):
                for term in terms:
                    yield from _spread(
                        reading, [Pending(term, env), *pending], frame, list(data), list(items), sign
                    )
                return
            case t.Aggregate(function="sum" | "count", body=body, generators=generators):
                frame, inner = expand(space.data, frame, env, generators)
                pending.insert(0, Pending(body, inner))
            case t.Choice(condition=condition, then=then, otherwise=otherwise):
                for guard, branch in ((condition, then), (t.Not(condition), otherwise)):
                    part = filtered(space.data, frame, env, guard)
                    if part.size:
                        yield from _spread(
                            reading, [Pending(branch, env), *pending], part, list(data), list(items), sign
                        )
                return
            case _:
                if not frame.size:
                    return
                alone = not items and all(space.is_data(p.expr) for p in pending)
                held = _direction(space, frame, [*data, *pending], sign) * reading.held if alone else 0
                auxiliary, frame = reading.lift(expr, env, frame, held)
                items.append(auxiliary)
    if frame.size:
        yield _evaluate(space, frame, data, items, sign)


def _direction(space: Space, frame: Frame, data: Sequence[Pending], sign: float) -> int:
    """The sign all coefficients share, 0 if they do not."""
    values = np.asarray(_coefficient(space, frame, data, sign))
    return 1 if (values >= 0).all() else -1 if (values <= 0).all() else 0


def _coefficient(space: Space, frame: Frame, data: Sequence[Pending], sign: float) -> Values:
    coefficient = np.asarray(sign)
    for factor in sorted(data, key=lambda f: f.inverse):
        value = space.data.number(factor.expr, frame, factor.env)
        if factor.inverse:
            if (value == 0).any():
                raise CompileError("a division by zero in data", hint="leave such indices out with `if`")
            coefficient = coefficient / value
        elif coefficient.ndim == 0 and coefficient == 1.0:
            coefficient = value
        else:
            coefficient = coefficient * value
    return np.asarray(coefficient)


def _evaluate(
    space: Space, frame: Frame, data: Sequence[Pending], items: Sequence[Pending | Auxiliary], sign: float
) -> Monomial:
    columns: list[Columns] = []
    while len(columns) < len(items):
        found = columns_of(space, items[len(columns)], frame)
        if isinstance(found, Columns):
            columns.append(found)
        else:
            frame, columns = frame.merge(found), []
    return Monomial(frame, _coefficient(space, frame, data, sign), tuple(columns))


def columns_of(space: Space, item: Pending | Auxiliary, frame: Frame) -> Columns | Sequence[int]:
    """The columns of a factor over a frame, or the axes to merge first."""
    if isinstance(item, Auxiliary):
        parts: dict[int, Ints] = {}
        for name, stride in item.strides.items():
            index = frame.indices[name]
            part = index.codes * np.int32(stride)
            parts[index.axis] = parts[index.axis] + part if index.axis in parts else part
        return Columns(item.start, parts)
    match item.expr:
        case t.Name(id=name):
            return space.columns(name, (), frame, item.env)
        case t.Item(name=name, keys=keys):
            return space.columns(name, keys, frame, item.env)
    raise TypeError(type(item.expr).__name__)
