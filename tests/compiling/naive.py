"""A slow, obvious evaluator of formulations at a point: what the compiler is compared with."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Iterator, Mapping

from agentopt.formulation import tree as t
from agentopt.formulation.instance import Instance, Label, canonical

COMPARE = {
    "<=": lambda a, b: a <= b + 1e-9,
    ">=": lambda a, b: a >= b - 1e-9,
    "==": lambda a, b: a == b if isinstance(a, str) or isinstance(b, str) else abs(a - b) <= 1e-9,
    "!=": lambda a, b: a != b,
    "<": operator.lt,
    ">": operator.gt,
}

Point = Mapping[str, Mapping[tuple[Label, ...], float]]
Scope = dict[str, Label]


class Naive:
    def __init__(self, instance: Instance) -> None:
        labels = instance.labels
        self.sets = {name: labels.tuples(s.codes) for name, s in instance.sets.items()}
        self.parameters = {
            name: (dict(zip(labels.tuples(p.codes), p.values.tolist(), strict=True)), p.default)
            for name, p in instance.parameters.items()
        }

    def domain(self, expr: t.Expr, scope: Scope, point: Point) -> list[tuple[Label, ...]]:
        match expr:
            case t.Name(id=name):
                return self.sets[name]
            case t.Call(function="range", arguments=arguments):
                return [(k,) for k in range(*(int(self.value(a, scope, point)) for a in arguments))]
            case t.SetLiteral(elements=elements):
                return [(self.label(e, scope, point),) for e in elements]
            case t.SetOperation(operator=sign, left=left, right=right):
                a, b = self.domain(left, scope, point), self.domain(right, scope, point)
                if sign == "*":
                    return [x + y for x in a for y in b]
                if sign == "|":
                    return list(dict.fromkeys(a + b))
                return [x for x in a if (x in b) == (sign == "&")]
        raise NotImplementedError(expr)

    def points(self, generators: tuple[t.Generator, ...], scope: Scope, point: Point) -> Iterator[Scope]:
        if not generators:
            yield scope
            return
        first, rest = generators[0], generators[1:]
        for element in self.domain(first.domain, scope, point):
            inner = {**scope, **dict(zip(first.targets, element, strict=True))}
            if all(self.value(c, inner, point) for c in first.conditions):
                yield from self.points(rest, inner, point)

    def label(self, expr: t.Expr, scope: Scope, point: Point) -> Label:
        match expr:
            case t.Label(text=text):
                return canonical(text)
            case t.Name(id=name) if name not in scope and name not in self.parameters:
                return canonical(name)
            case t.Name(id=name) if name in scope:
                return scope[name]
            case t.Add(terms=(inner, offset)) if isinstance(self.value(inner, scope, point), str):
                order = self.order(self.value(inner, scope, point))
                place = order.index(self.value(inner, scope, point)) + int(self.value(offset, scope, point))
                return order[place]
            case t.Call(function="first" | "last" as end, arguments=(inner,)):
                return self.domain(inner, scope, point)[0 if end == "first" else -1][0]
        return canonical(self.value(expr, scope, point))

    def value(self, expr: t.Expr, scope: Scope, point: Point) -> float:
        def at(e: t.Expr) -> float:
            return self.value(e, scope, point)

        match expr:
            case t.Number(value=value):
                return value
            case t.Label(text=text):
                return canonical(text)
            case t.Name(id=name):
                if name in scope:
                    return scope[name]
                return point[name][()] if name in point else self.parameters[name][0][()]
            case t.Item(name=name, keys=keys):
                index = tuple(self.label(k, scope, point) for k in keys)
                if name in point:
                    return point[name][index]
                values, default = self.parameters[name]
                return values[index] if default is None else values.get(index, default)
            case t.Negate(operand=operand):
                return -at(operand)
            case t.Add(terms=terms):
                return sum(map(at, terms))
            case t.Multiply(factors=factors):
                return math.prod(map(at, factors))
            case t.Divide(numerator=a, denominator=b):
                return at(a) / at(b)
            case t.Power(base=a, exponent=b):
                return at(a) ** at(b)
            case t.Call(function="first" | "last"):
                return self.label(expr, scope, point)
            case t.Call(function="len", arguments=(inner,)):
                return len(self.domain(inner, scope, point))
            case t.Call(function=function, arguments=arguments):
                values = [at(a) for a in arguments]
                if function in {"min", "max", "abs"}:
                    return {"min": min, "max": max, "abs": abs}[function](
                        *([values] if function != "abs" else values)
                    )
                return getattr(math, function)(*values)
            case t.Choice(condition=c, then=a, otherwise=b):
                return at(a) if at(c) else at(b)
            case t.Compare(operands=operands, operators=operators):
                links = zip(operands, operators, operands[1:], strict=False)
                return all(self.compare(o, a, b, scope, point) for a, o, b in links)
            case t.Member(keys=keys, domain=domain, negated=negated):
                element = tuple(self.label(k, scope, point) for k in keys)
                return (element in self.domain(domain, scope, point)) != negated
            case t.And(operands=operands):
                return all(map(at, operands))
            case t.Or(operands=operands):
                return any(map(at, operands))
            case t.Not(operand=operand):
                return not at(operand)
            case t.Aggregate(function=function, body=body, generators=generators):
                values = [self.value(body, s, point) for s in self.points(generators, scope, point)]
                return self.fold(function, values)
            case t.Form(kind=kind, arguments=arguments):
                return self.form(kind, arguments, scope, point)
        raise NotImplementedError(expr)

    def compare(self, sign: str, left: t.Expr, right: t.Expr, scope: Scope, point: Point) -> bool:
        a, b = (
            self.label(e, scope, point) if self.is_bare(e, scope, point) else self.value(e, scope, point)
            for e in (left, right)
        )
        if isinstance(a, str) and isinstance(b, str) and sign not in {"==", "!="}:
            order = self.order(a)
            a, b = order.index(a), order.index(b)
        return COMPARE[sign](a, b)

    def is_bare(self, expr: t.Expr, scope: Scope, point: Point) -> bool:
        if not isinstance(expr, t.Name):
            return False
        return expr.id not in scope and expr.id not in point and expr.id not in self.parameters

    def order(self, label: Label) -> list[Label]:
        """The elements of the first one-dimensional set that has a label."""
        return next([e[0] for e in s] for s in self.sets.values() if s and len(s[0]) == 1 and (label,) in s)

    def fold(self, function: str, values: list[float]) -> float:
        if function == "norm":
            return math.sqrt(sum(v * v for v in values))
        if function == "count":
            return sum(map(bool, values))
        return {"sum": sum, "prod": math.prod, "min": min, "max": max, "any": any, "all": all}[function](
            values
        )

    def form(self, kind: str, arguments: tuple[t.Expr, ...], scope: Scope, point: Point) -> float:
        values: list[float] = []
        for argument in arguments:
            if isinstance(argument, t.Aggregate) and argument.function == "each":
                values += [
                    self.value(argument.body, s, point)
                    for s in self.points(argument.generators, scope, point)
                ]
            else:
                values.append(self.value(argument, scope, point))
        first, rest = values[0], values[1:]
        match kind:
            case "implies":
                return not first or bool(rest[0])
            case "iff":
                return bool(first) == bool(rest[0])
            case "at_most":
                return sum(map(bool, rest)) <= first
            case "at_least":
                return sum(map(bool, rest)) >= first
            case "exactly":
                return sum(map(bool, rest)) == first
            case "alldifferent":
                return len(set(values)) == len(values)
            case "sos1" | "sos2":
                at = [k for k, v in enumerate(values) if abs(v) > 1e-9]
                width = 1 if kind == "sos1" else 2
                return not at or at[-1] - at[0] < width
            case "piecewise":
                xs, ys = rest[0::2], rest[1::2]
                for (x0, y0), (x1, y1) in itertools.pairwise(zip(xs, ys, strict=True)):
                    if x0 <= first <= x1:
                        return y0 + (first - x0) * (y1 - y0) / (x1 - x0)
                return math.nan
        raise NotImplementedError(kind)
