"""Evaluation of data over frames: numbers, conditions, codes of index expressions, and generators.

Every result broadcasts over its frame: shape () or one length per axis, 1 where the value does not vary.
Nothing here knows variables. Values missing from a parameter are errors that name the parameter and the
index.
"""

from __future__ import annotations

__all__ = ["Data", "Env", "MissingValue"]

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from agentopt.errors import CompileError, nearest
from agentopt.formulation import tree as t
from agentopt.formulation.frames import MAX_POINTS, Frame, Ints, shaped
from agentopt.formulation.instance import BoundSet, Instance, Label, Values
from agentopt.formulation.lookup import ParameterTable, SetIndex
from agentopt.formulation.places import first_point, item_text, key_text

Env = Mapping[str, str]
"""Index names of an expression to the names their columns have in the frame, where the two differ."""

Bools = NDArray[np.bool_]

_COMPARE = {
    "<=": np.less_equal,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    ">": np.greater,
}
_UNARY = {
    name: getattr(np, name)
    for name in (
        *("exp", "log", "log10", "log2", "sqrt", "abs", "floor", "ceil"),
        *("sin", "cos", "tan", "sinh", "cosh", "tanh"),
    )
}
_UNARY |= {"asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "round": np.round}
MAX_RANGE = 50_000_000
_ORDINAL = frozenset({"prev", "next", "first", "last"})


class MissingValue(CompileError):  # noqa: N818 - a finding that callers may settle, not always a fault
    """A parameter has no value at an index that is used."""


class Data:
    """The sets and parameters of an instance, ready for vectorised look-ups."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.labels = instance.labels
        self._indices: dict[str, SetIndex] = {}
        self._tables: dict[str, ParameterTable] = {}
        self._by_number: tuple[Values, Ints] | None = None
        self._literals: dict[t.Expr, BoundSet] = {}

    # -- sets ------------------------------------------------------------------------------------------------

    def index_of(self, bound: BoundSet) -> SetIndex:
        """The position table of a set."""
        found = self._indices.get(bound.name)
        if found is None:
            found = self._indices[bound.name] = SetIndex(bound.codes)
        return found

    def domain(self, expr: t.Expr, env: Env) -> BoundSet:
        """A set named or spelled out in a generator, without reference to indices."""
        match expr:
            case t.Name(id=name) if name in self.instance.sets:
                return self.instance.sets[name]
            case t.Name(id=name):
                raise CompileError(f"`{name}` is not a set", hint=nearest(name, self.instance.sets))
        found = self._literals.get(expr)
        if found is None:
            name = f"#{len(self._literals)}"
            found = self._literals[expr] = BoundSet(name, self._literal(expr, env))
        return found

    def _literal(self, expr: t.Expr, env: Env) -> Ints:
        match expr:
            case t.SetLiteral(elements=elements):
                codes = np.array([self._element(e, env) for e in elements], dtype=np.int32)
                return _distinct(codes.reshape(-1, 1))
            case t.Call(function="range", arguments=arguments):
                return self.labels.codes(_range(*(self.scalar(a, env) for a in arguments))).reshape(-1, 1)
            case t.SetOperation(operator=operator, left=left, right=right):
                first, second = self.domain(left, env), self.domain(right, env)
                if operator == "*":
                    a, b = first.codes, second.codes
                    if len(a) * len(b) > MAX_POINTS:
                        raise CompileError(
                            f"a product of {len(a) * len(b):,} elements", hint="list the tuples that matter"
                        )
                    return np.hstack([np.repeat(a, len(b), axis=0), np.tile(b, (len(a), 1))])
                if first.arity != second.arity:
                    raise CompileError(
                        f"elements of `{first.name}` have {first.arity} labels, "
                        f"of `{second.name}` {second.arity}"
                    )
                if operator == "|":
                    return _distinct(np.vstack([first.codes, second.codes]))
                inside = self.index_of(second).find([first.codes[:, k] for k in range(first.arity)]) >= 0
                return first.codes[inside if operator == "&" else ~inside]
        raise CompileError(f"`{type(expr).__name__}` is not a set")

    def _element(self, expr: t.Expr, env: Env) -> int:
        """The code of an element spelled out in a set; a quoted label or a number may be a new one."""
        match expr:
            case t.Label(text=text):
                return self.labels.code(text)
            case t.Number(value=value):
                return self.labels.code(value)
        code = int(self.codes(expr, Frame(), env))
        if code < 0:
            raise CompileError(
                f"`{key_text(expr)}` in a set is no element of any set", hint="quote a label: `{'a', 'b'}`"
            )
        return code

    # -- numbers ---------------------------------------------------------------------------------------------

    def scalar(self, expr: t.Expr, env: Env | None = None) -> float:
        """The value of an expression without free indices."""
        return float(np.asarray(self.number(expr, Frame(), env or {})).reshape(-1)[0])

    def number(self, expr: t.Expr, frame: Frame, env: Env) -> Values:
        """The value of a data expression at each point of a frame, broadcastable."""
        match expr:
            case t.Number(value=value):
                return np.asarray(float(value))
            case t.Name(id=name):
                return self._name(name, frame, env)
            case t.Item(name=name, keys=keys):
                return self._parameter(name, keys, frame, env)
            case t.Negate(operand=operand):
                return np.asarray(-self.number(operand, frame, env))
            case t.Add(terms=terms):
                total = self.number(terms[0], frame, env)
                for term in terms[1:]:
                    total = (
                        total - self.number(term.operand, frame, env)
                        if isinstance(term, t.Negate)
                        else total + self.number(term, frame, env)
                    )
                return np.asarray(total)
            case t.Multiply(factors=factors):
                product = self.number(factors[0], frame, env)
                for factor in factors[1:]:
                    product = product * self.number(factor, frame, env)
                return np.asarray(product)
            case t.Divide(numerator=numerator, denominator=denominator):
                below = self.number(denominator, frame, env)
                if (below == 0).any():
                    raise CompileError("a division by zero in data", hint="leave such indices out with `if`")
                return np.asarray(self.number(numerator, frame, env) / below)
            case t.Power(base=base, exponent=exponent):
                with np.errstate(all="ignore"):
                    power = np.power(self.number(base, frame, env), self.number(exponent, frame, env))
                return _finite(np.asarray(power), "a power")
            case t.Call(function=function, arguments=arguments):
                return self._call(function, arguments, frame, env)
            case t.Aggregate(function=function, body=body, generators=generators):
                return self._aggregate(function, body, generators, frame, env)
            case t.Choice():
                return self._choice(expr, frame, env)
            case t.Compare() | t.Member() | t.And() | t.Or() | t.Not():
                return self.truth(expr, frame, env).astype(float)
        raise CompileError(f"`{type(expr).__name__.lower()}` stands where a number is expected")

    def _name(self, name: str, frame: Frame, env: Env) -> Values:
        index = frame.indices.get(env.get(name, name))
        if index is not None:
            numeric = self.labels.numeric[index.codes]
            if np.isnan(numeric).any():
                shown = self.labels[int(index.codes[np.flatnonzero(np.isnan(numeric))[0]])]
                raise CompileError(f"the index `{name}` is used as a number, but `{shown}` is not one")
            return shaped(numeric, index.axis, len(frame.lengths))
        if name in self.instance.parameters:
            return self._parameter(name, (), frame, env)
        known = [*self.instance.parameters, *self.instance.formulation.variables]
        raise CompileError(f"`{name}` is not a number here", hint=nearest(name, known))

    def _parameter(self, name: str, keys: Sequence[t.Expr], frame: Frame, env: Env) -> Values:
        parameter = self.instance.parameters.get(name)
        if parameter is None:
            raise CompileError(f"`{name}` is not a parameter", hint=nearest(name, self.instance.parameters))
        columns = [self.codes(key, frame, env) for key in keys]
        if 0 in frame.lengths:
            return np.zeros(frame.lengths)  # no point, so nothing is asked and nothing is missing
        table = self._tables.get(name)
        indices = [self.index_of(self.instance.sets[each]) for each in parameter.over]
        if table is None:
            table = self._tables[name] = ParameterTable(parameter, indices)
        positions = self.positions(name, parameter.over, columns)
        for position in positions:
            if (position < 0).any():
                self._missing(name, keys, columns, frame, env, np.broadcast_to(position < 0, frame.lengths))
        values = table.get(positions, len(frame.lengths))
        # A sum is NaN as soon as one value is: one pass without a temporary.
        if parameter.default is None and np.isnan(values.sum()):
            self._missing(name, keys, columns, frame, env, np.broadcast_to(np.isnan(values), frame.lengths))
        return values

    def positions(self, name: str, over: Sequence[str], columns: Sequence[Ints]) -> list[Ints]:
        """Positions in each set of `over` of codes given one column per label."""
        sets = [self.instance.sets[each] for each in over]
        if sum(s.arity for s in sets) != len(columns):
            raise CompileError(
                f"`{name}` has {sum(s.arity for s in sets)} indices ({', '.join(over) or 'none'}), "
                f"but {len(columns)} are given"
            )
        found, start = [], 0
        for bound in sets:
            found.append(self.index_of(bound).find(columns[start : start + bound.arity]))
            start += bound.arity
        return found

    def _missing(
        self, name: str, keys: Sequence[t.Expr], columns: Sequence[Ints], frame: Frame, env: Env, bad: Bools
    ) -> None:
        raise MissingValue(
            f"{self.shown(name, keys, columns, frame, env, bad)} has no value",
            hint=f"give it one, a `default` to `{name}`, or leave it out with `if`",
        )

    def shown(
        self, name: str, keys: Sequence[t.Expr], columns: Sequence[Ints], frame: Frame, env: Env, bad: Bools
    ) -> str:
        """An item at the first point of a frame where `bad` holds, for messages."""
        point = first_point(bad)
        codes = [int(np.broadcast_to(c, frame.lengths)[point]) for c in columns]
        indices = {
            n.id: frame.indices[env.get(n.id, n.id)]
            for key in keys
            for n in t.walk(key)
            if isinstance(n, t.Name) and env.get(n.id, n.id) in frame.indices
        }
        at = {n: self.labels[int(index.codes[point[index.axis]])] for n, index in indices.items()}
        return item_text(name, keys, [self.labels[c] if c >= 0 else None for c in codes], at)

    def _call(self, function: str, arguments: Sequence[t.Expr], frame: Frame, env: Env) -> Values:
        if function == "len" and len(arguments) == 1:
            return np.asarray(float(len(self.domain(arguments[0], env))))
        if function == "ord":
            return self._ordinal(arguments[0], frame, env) + 1.0
        if function in _ORDINAL:
            codes = self.codes(t.Call(function, tuple(arguments)), frame, env)
            numeric = np.append(self.labels.numeric, np.nan)[np.maximum(codes, -1)]
            return _finite(np.asarray(numeric), f"`{function}(...)` used as a number")
        values = [self.number(a, frame, env) for a in arguments]
        if function in {"min", "max"}:
            fold = np.minimum if function == "min" else np.maximum
            result = values[0]
            for value in values[1:]:
                result = fold(result, value)
            return np.asarray(result)
        if function == "mod":
            return np.asarray(np.mod(values[0], values[1]))
        if function not in _UNARY:
            raise CompileError(f"`{function}` is not a function of numbers", hint=nearest(function, _UNARY))
        with np.errstate(all="ignore"):
            return _finite(np.asarray(_UNARY[function](values[0])), f"`{function}(...)`")

    def _aggregate(
        self, function: str, body: t.Expr, generators: Sequence[t.Generator], frame: Frame, env: Env
    ) -> Values:
        from agentopt.formulation.generators import expand  # mutual recursion: conditions are data

        axes = self.axes(t.Aggregate(function, body, tuple(generators)), frame, env)
        base = frame.project(axes)
        inner, inner_env = expand(self, base, env, generators)
        conditions = function in {"count", "any", "all"}
        values = (
            self.truth(body, inner, inner_env).astype(float)
            if conditions
            else self.number(body, inner, inner_env)
        )
        folded = _fold(function, values, inner)
        shape = [1] * len(frame.lengths)
        for axis in axes:
            shape[axis] = frame.lengths[axis]
        full = np.broadcast_to(folded, base.lengths)
        return full.reshape(shape) if frame.lengths else full.reshape(())

    def _choice(self, expr: t.Choice, frame: Frame, env: Env) -> Values:
        axes = self.axes(expr, frame, env)
        base = frame.project(axes).merge(range(len(axes)))
        chosen = np.broadcast_to(self.truth(expr.condition, base, env), base.lengths).reshape(-1)
        values = np.empty(len(chosen))
        for mask, branch in ((chosen, expr.then), (~chosen, expr.otherwise)):
            if mask.any():
                part = base.filter(0, mask) if base.lengths else base
                values[mask] = np.broadcast_to(self.number(branch, part, env), part.lengths).reshape(-1)
        return self._restore(values, axes, frame).astype(np.float64, copy=False)

    def _restore(self, flat: NDArray[np.generic], axes: Sequence[int], frame: Frame) -> NDArray[np.generic]:
        shape = [1] * len(frame.lengths)
        for axis in axes:
            shape[axis] = frame.lengths[axis]
        return flat.reshape(shape)

    # -- conditions ------------------------------------------------------------------------------------------

    def truth(self, expr: t.Expr, frame: Frame, env: Env) -> Bools:
        """Whether a condition on data holds at each point, broadcastable."""
        match expr:
            case t.And(operands=operands) | t.Or(operands=operands):
                return self._connective(expr, operands, frame, env)
            case t.Not(operand=operand):
                return ~self.truth(operand, frame, env)
            case t.Member(keys=keys, domain=domain, negated=negated):
                index = self.index_of(self.domain(domain, env))
                if len(keys) != index.arity:
                    raise CompileError(f"{len(keys)} labels before `in`, but elements have {index.arity}")
                inside = index.find([self.codes(k, frame, env) for k in keys]) >= 0
                return ~inside if negated else inside
            case t.Compare(operands=operands, operators=operators):
                held: Bools = np.asarray(True)
                for left, operator, right in zip(operands, operators, operands[1:], strict=False):
                    held = held & self._compare(left, operator, right, frame, env)
                return held
        return np.asarray(self.number(expr, frame, env) != 0)

    def _connective(self, expr: t.And | t.Or, operands: Sequence[t.Expr], frame: Frame, env: Env) -> Bools:
        """`and`/`or` as in Python: a later operand is looked at only where earlier ones do not decide."""
        stop = isinstance(expr, t.Or)
        try:
            held = self.truth(operands[0], frame, env)
            for operand in operands[1:]:
                other = self.truth(operand, frame, env)
                held = held | other if stop else held & other
            return held
        except MissingValue:
            axes = self.axes(expr, frame, env)
            base = frame.project(axes).merge(range(len(axes)))
            result = np.broadcast_to(self.truth(operands[0], base, env), base.lengths).reshape(-1).copy()
            for operand in operands[1:]:
                open_ = result != stop
                if open_.any():
                    part = base.filter(0, open_) if base.lengths else base
                    result[open_] = np.broadcast_to(self.truth(operand, part, env), part.lengths).reshape(-1)
            return self._restore(result, axes, frame).astype(bool)

    def _compare(self, left: t.Expr, operator: str, right: t.Expr, frame: Frame, env: Env) -> Bools:
        first, second = self._is_label(left, frame, env), self._is_label(right, frame, env)
        if operator in {"==", "!="} and (first or second):
            if (first or isinstance(left, t.Number)) and (second or isinstance(right, t.Number)):
                same = self.codes(left, frame, env) == self.codes(right, frame, env)
                return np.asarray(same if operator == "==" else ~same)
        elif (
            first
            and second
            and not (self._is_numeric(left, frame, env) and self._is_numeric(right, frame, env))
        ):
            domain = self._order(left, frame, env) or self._order(right, frame, env)
            if domain is None:
                raise CompileError(f"`{operator}` compares labels that belong to no ordered set")
            index = self.index_of(domain)
            positions = [index.find([self.codes(side, frame, env)]) for side in (left, right)]
            return np.asarray(_COMPARE[operator](positions[0], positions[1]))
        return np.asarray(_COMPARE[operator](self.number(left, frame, env), self.number(right, frame, env)))

    # -- labels ----------------------------------------------------------------------------------------------

    def codes(self, expr: t.Expr, frame: Frame, env: Env) -> Ints:
        """The label an index expression denotes at each point, as codes; -1 where there is no such label."""
        match expr:
            case t.Label(text=text):
                return np.asarray(self._known(text))
            case t.Number(value=value):
                return np.asarray(self._known(value))
            case t.Name(id=name):
                index = frame.indices.get(env.get(name, name))
                if index is not None:
                    return shaped(index.codes, index.axis, len(frame.lengths))
                if name not in self.instance.parameters:
                    return np.asarray(self._known(name))
            case t.Call(function="first" | "last" as end, arguments=(inner,)):
                codes = self.domain(inner, env).codes
                if not len(codes):
                    return np.asarray(-1)
                return np.asarray(codes[0, 0] if end == "first" else codes[-1, 0])
            case t.Call(function="prev" | "next" as step, arguments=(inner,)):
                return self._shifted(inner, -1 if step == "prev" else 1, frame, env)
            case t.Add(terms=(inner, offset)) if self._is_text(inner, frame, env):
                return self._shifted(inner, int(self.scalar(offset, env)), frame, env)
        return self._coded(self.number(expr, frame, env))

    def _known(self, label: Label) -> int:
        code = self.labels.find(label)
        return -1 if code is None else code

    def _coded(self, numbers: Values) -> Ints:
        if self._by_number is None or len(self._by_number[0]) != np.count_nonzero(
            ~np.isnan(self.labels.numeric)
        ):
            numeric = self.labels.numeric
            order = np.argsort(numeric, kind="stable")[: np.count_nonzero(~np.isnan(numeric))]
            self._by_number = (numeric[order], order)
        values, codes = self._by_number
        if not len(values):
            return np.full(numbers.shape, -1)
        place = np.minimum(np.searchsorted(values, numbers), len(values) - 1)
        return np.where(values[place] == numbers, codes[place], -1)

    def _shifted(self, inner: t.Expr, steps: int, frame: Frame, env: Env) -> Ints:
        domain = self._order(inner, frame, env)
        if domain is None:
            raise CompileError("`prev` and `next` need an index of an ordered set", hint="write `prev(t)`")
        position = self.index_of(domain).find([self.codes(inner, frame, env)])
        moved = position + steps
        inside = (position >= 0) & (moved >= 0) & (moved < len(domain))
        return (
            np.where(inside, domain.codes[:, 0][np.where(inside, moved, 0)], -1) if len(domain) else position
        )

    def _ordinal(self, expr: t.Expr, frame: Frame, env: Env) -> Values:
        domain = self._order(expr, frame, env)
        if domain is None:
            raise CompileError("`ord` needs an index of an ordered set", hint="write `ord(t)`")
        return self.index_of(domain).find([self.codes(expr, frame, env)]).astype(float)

    def _order(self, expr: t.Expr, frame: Frame, env: Env) -> BoundSet | None:
        match expr:
            case t.Name(id=name):
                index = frame.indices.get(env.get(name, name))
                return index.domain if index is not None else None
            case t.Call(function="first" | "last", arguments=(inner,)):
                return self.domain(inner, env)
            case t.Call(function="prev" | "next", arguments=(inner,)) | t.Add(terms=(inner, *_)):
                return self._order(inner, frame, env)
        return None

    def _is_label(self, expr: t.Expr, frame: Frame, env: Env) -> bool:
        match expr:
            case t.Label():
                return True
            case t.Name(id=name):
                return env.get(name, name) in frame.indices or (
                    name not in self.instance.parameters and self.labels.find(name) is not None
                )
            case t.Call(function=function):
                return function in _ORDINAL
            case t.Add(terms=(inner, _)):
                return self._is_text(inner, frame, env)
        return False

    def _is_text(self, expr: t.Expr, frame: Frame, env: Env) -> bool:
        """Whether an expression is an index over labels that are not all numbers: `t - 1` is a place."""
        return self._is_label(expr, frame, env) and not self._is_numeric(expr, frame, env)

    def _is_numeric(self, expr: t.Expr, frame: Frame, env: Env) -> bool:
        domain = self._order(expr, frame, env)
        if domain is not None and domain.arity == 1:
            return not np.isnan(self.labels.numeric[domain.codes[:, 0]]).any()
        codes = self.codes(expr, frame, env)
        return bool((codes >= 0).all()) and not np.isnan(self.labels.numeric[codes]).any()

    # -- structure -------------------------------------------------------------------------------------------

    def axes(self, expr: t.Expr, frame: Frame, env: Env) -> list[int]:
        """The axes of a frame an expression's names refer to, ascending."""
        found = set()
        for node in t.walk(expr):
            if isinstance(node, t.Name):
                index = frame.indices.get(env.get(node.id, node.id))
                if index is not None:
                    found.add(index.axis)
        return sorted(found)


def _range(*ends: float) -> range:
    """The integers of a `range(...)`."""
    if not all(np.isfinite(e) and float(e).is_integer() for e in ends):
        raise CompileError(f"a `range` from {' to '.join(f'{e:g}' for e in ends[:2])} has no integer ends")
    if len(ends) > 2 and ends[2] == 0:
        raise CompileError("the step of a `range` is zero")
    found = range(*map(int, ends))
    if (count := (found.stop - found.start) // found.step) > MAX_RANGE:
        raise CompileError(f"a `range` of {count:,} elements", hint=f"at most {MAX_RANGE:,} are read")
    return found


def _distinct(codes: Ints) -> Ints:
    _, first = np.unique(codes, axis=0, return_index=True)
    return codes[np.sort(first)]


def _finite(values: Values, what: str) -> Values:
    if not np.isfinite(values).all():
        raise CompileError(f"{what} has no finite value", hint="leave such indices out with `if`")
    return values


def _fold(function: str, values: NDArray[np.generic], frame: Frame) -> Values:
    """Fold values over a frame onto its root."""
    if function in {"sum", "count"}:
        return np.asarray(frame.fold(np.asarray(values, dtype=float)))
    if function == "norm":
        return np.asarray(np.sqrt(frame.fold(np.square(np.asarray(values, dtype=float)))))
    flat = np.broadcast_to(np.asarray(values, dtype=float), frame.lengths).reshape(-1)
    rows = np.broadcast_to(frame.parent_numbers(), frame.lengths).reshape(-1)
    operation, start = {
        "prod": (np.multiply, 1.0),
        "max": (np.maximum, -np.inf),
        "min": (np.minimum, np.inf),
        "any": (np.maximum, 0.0),
        "all": (np.minimum, 1.0),
    }[function]
    result = np.full(frame.root_size, start)
    operation.at(result, rows, flat)
    if function in {"min", "max"}:
        _finite(result, f"`{function}` over no elements")
    return result.reshape(frame.root)
