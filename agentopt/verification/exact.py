"""Expressions of a formulation evaluated exactly at a point, one index at a time, without the compiler's
code.

A number of the data stands for the decimal that `repr` prints; a value of the point for the double it is.
Derived parameters are computed again from what they are derived from. The result is a `Fraction`, an
`Enclosure` where a function leaves the rationals, or, with symbols for the variables, a `Polynomial`.
Whether a statement holds is measured (`agentopt.verification.gap`).
"""

from __future__ import annotations

__all__ = ["Evaluator", "Point"]

import math
from collections.abc import Callable
from fractions import Fraction

from agentopt.formulation import tree as t
from agentopt.formulation.instance import Instance
from agentopt.verification.elements import Coder, Codes, Elements, Env, Missing, Scope, Truth, Value, decimal
from agentopt.verification.enclosures import Enclosure, Number, apply, ends, power, root
from agentopt.verification.gap import ABSOLUTE
from agentopt.verification.polynomials import Polynomial, total

Point = Callable[[str, Codes], Number | Polynomial]
"""The value of a variable at an index, given as codes of labels."""


class Evaluator(Elements):
    """Turns trees into functions of the indices in sight.

    Args:
        instance: the bound formulation.
        point: the values of the variables.
    """

    def __init__(self, instance: Instance, point: Point) -> None:
        from agentopt.formulation.resolve import parse

        super().__init__(instance)
        self.point = point
        self.parsed = parse(instance.formulation)
        self._parameters: dict[str, Callable[[Codes], Number]] = {}
        self._derived: set[str] = set()

    # -- data ------------------------------------------------------------------------------------------------

    def parameter(self, name: str) -> Callable[[Codes], Number]:
        """The value of a parameter by codes.

        Raises:
            Missing: on a call, when there is no value at an index.
        """
        found = self._parameters.get(name)
        if found is None:
            formula = self.parsed.formulas.get(name)
            derived = formula is not None and self.instance.sources.get(name) == "derived"
            found = self._formula(name) if derived and name not in self._derived else self._table(name)
            self._parameters[name] = found
        return found

    def _table(self, name: str) -> Callable[[Codes], Number]:
        parameter = self.instance.parameters[name]
        values = parameter.by_codes
        exact: dict[Codes, Fraction] = {}

        def look(codes: Codes) -> Number:
            found = exact.get(codes)
            if found is None:
                value = values.get(codes, parameter.default)
                if value is None or value != value:
                    raise Missing(f"`{name}` has no value at {self.shown(codes)}")
                found = exact[codes] = decimal(value)
            return found

        return look

    def _formula(self, name: str) -> Callable[[Codes], Number]:
        """A derived parameter, from its formula; a table if it cannot be evaluated that way."""
        formula = self.parsed.formulas[name]
        table = self._table(name)
        declared = self.instance.formulation.parameters[name]
        scope = self.scope(formula.indices, declared.over)
        self._derived.add(name)  # a formula that refers to itself is looked up
        body = self.number(formula.expression, scope)
        self._derived.discard(name)
        known: dict[Codes, Number] = {}

        def look(codes: Codes) -> Number:
            found = known.get(codes)
            if found is None:
                table(codes)
                value = body(dict(zip(formula.indices, codes, strict=True)))
                assert not isinstance(value, Polynomial)
                found = known[codes] = value
            return found

        return look

    # -- numbers ---------------------------------------------------------------------------------------------

    def number(self, expr: t.Expr, scope: Scope) -> Value:
        """The value of an expression as a function of the indices.

        Raises:
            Missing: the expression cannot be evaluated; on a call, at these indices.
        """
        match expr:
            case t.Number(value=value):
                constant = decimal(value) if isinstance(value, float) else Fraction(value)
                return lambda env: constant
            case t.Name(id=name):
                return self._name(name, scope)
            case t.Item(name=name, keys=keys):
                return self._item(name, [self.code(key, scope) for key in keys])
            case t.Negate(operand=operand):
                inner = self.number(operand, scope)
                return lambda env: -inner(env)
            case t.Add(terms=terms):
                parts = [self.number(term, scope) for term in terms]
                return lambda env: total(part(env) for part in parts)
            case t.Multiply(factors=factors):
                return self._product([self.number(factor, scope) for factor in factors])
            case t.Divide(numerator=top, denominator=bottom):
                above, below = self.number(top, scope), self.number(bottom, scope)

                def divided(env: Env) -> Number | Polynomial:
                    by = below(env)
                    if isinstance(by, Polynomial):
                        raise Missing("a division by a variable is no polynomial")
                    return above(env) / by

                return divided
            case t.Power(base=base, exponent=exponent):
                root_, times = self.number(base, scope), self.number(exponent, scope)

                def raised(env: Env) -> Number | Polynomial:
                    number, n = root_(env), times(env)
                    if isinstance(number, Polynomial):
                        return number.power(n)
                    if isinstance(n, Polynomial):
                        raise Missing("a variable in an exponent is no polynomial")
                    return power(number, n)

                return raised
            case t.Call(function=function, arguments=arguments):
                return self._call(function, arguments, scope)
            case t.Aggregate(function=function, body=body, generators=generators):
                return self._aggregate(function, body, generators, scope)
            case t.Choice(condition=condition, then=then, otherwise=otherwise):
                chosen = self.truth(condition, scope)
                first, second = self.number(then, scope), self.number(otherwise, scope)
                return lambda env: first(env) if chosen(env) else second(env)
            case t.Form(kind="piecewise", arguments=(inner_, *points)):
                return _piecewise(self.number(inner_, scope), [self.number(p, scope) for p in points])
            case t.Form(kind="element", arguments=parts_):
                from agentopt.verification.sequences import element

                return element(self, parts_, scope)
        return self._indicator(expr, scope)

    def _product(self, parts: list[Value]) -> Value:
        if len(parts) == 2:
            first, second = parts
            return lambda env: first(env) * second(env)

        def product(env: Env) -> Number | Polynomial:
            result = parts[0](env)
            for part in parts[1:]:
                result = result * part(env)
            return result

        return product

    def _name(self, name: str, scope: Scope) -> Value:
        if name in scope:

            def numeric(env: Env) -> Number:
                value = self._number_of(env[name])
                if value is None:
                    raise Missing(
                        f"the index `{name}` is used as a number, but is {self.shown((env[name],))}"
                    )
                return value

            return numeric
        return self._item(name, [])

    def _item(self, name: str, keys: list[Coder]) -> Value:
        if name in self.instance.formulation.variables:
            point = self.point
            if len(keys) == 1:
                key = keys[0]
                return lambda env: point(name, (key(env),))
            return lambda env: point(name, tuple([key(env) for key in keys]))
        if name not in self.instance.parameters:
            raise Missing(f"`{name}` is not a parameter or variable")
        look = self.parameter(name)
        if not keys:
            return lambda env: look(())
        if len(keys) == 1:
            only = keys[0]
            return lambda env: look((only(env),))
        return lambda env: look(tuple([key(env) for key in keys]))

    def _call(self, function: str, arguments: tuple[t.Expr, ...], scope: Scope) -> Value:
        if function == "len":
            size = Fraction(len(self.domain(arguments[0])))
            return lambda env: size
        if function == "ord":
            domain, at = self._order(arguments[0], scope), self.code(arguments[0], scope)
            if domain is None:
                raise Missing("`ord` needs an index of an ordered set")
            positions = domain.positions
            return lambda env: Fraction(positions.get((at(env),), -1) + 1)
        if function in {"prev", "next", "first", "last"}:
            code = self.code(t.Call(function, arguments), scope)

            def label(env: Env) -> Number:
                value = self._number_of(code(env))
                if value is None:
                    raise Missing(f"`{function}(...)` is used as a number, but is not one")
                return value

            return label
        parts = [self.number(a, scope) for a in arguments]
        if function in {"min", "max"}:
            return lambda env: _extreme(function, [_plain(part(env)) for part in parts])
        if function == "mod":
            return lambda env: _modulo(_plain(parts[0](env)), _plain(parts[1](env)))
        return lambda env: apply(function, _plain(parts[0](env)))

    def _aggregate(
        self, function: str, body: t.Expr, generators: tuple[t.Generator, ...], scope: Scope
    ) -> Value:
        walk, inner = self.walk(generators, scope)
        if function in {"any", "all"}:
            return self._indicator(t.Aggregate(function, body, generators), scope)
        value = self.number(body, inner) if function != "count" else self._indicator(body, inner)
        if function in {"sum", "count"}:
            return lambda env: total(value(each) for each in walk(env))
        if function == "norm":
            return lambda env: root(_plain(total(_square(value(each)) for each in walk(env))))

        def folded(env: Env) -> Number | Polynomial:
            found = [value(each) for each in walk(env)]
            if function == "prod":
                result: Number | Polynomial = Fraction(1)
                for each in found:
                    result = result * each
                return result
            if not found:
                raise Missing(f"`{function}` over no elements")
            return _extreme(function, [_plain(each) for each in found])

        return folded

    def _indicator(self, expr: t.Expr, scope: Scope) -> Value:
        """A statement used as a number: 1, 0, or between where it may count either way."""
        if self.is_data(expr):
            truth = self.truth(expr, scope)
            return lambda env: Fraction(int(truth(env)))
        from agentopt.verification.statements import gaps

        holds, fails = gaps(self, expr, scope), gaps(self, t.Not(expr), scope)

        def indicated(env: Env) -> Number:
            yes, no = holds(env).holds, fails(env).holds
            return Enclosure(Fraction(0), Fraction(1)) if yes == no else Fraction(int(yes))

        return indicated

    # -- conditions on data ----------------------------------------------------------------------------------

    def is_data(self, expr: t.Expr) -> bool:
        """Whether no variable stands in an expression."""
        variables = self.instance.formulation.variables
        return not any(
            (isinstance(n, t.Name) and n.id in variables) or (isinstance(n, t.Item) and n.name in variables)
            for n in t.walk(expr)
        )

    def degree(self, expr: t.Expr) -> float:
        """The most variables multiplied; infinite for what is no polynomial, abs, min and max aside."""
        if self.is_data(expr):
            return 0
        match expr:
            case t.Name() | t.Item():
                return 1
            case t.Negate(operand=operand):
                return self.degree(operand)
            case t.Add(terms=parts) | t.Call(function="abs" | "min" | "max", arguments=parts):
                return max(self.degree(part) for part in parts)
            case t.Multiply(factors=factors):
                return sum(self.degree(factor) for factor in factors)
            case t.Divide(numerator=top, denominator=bottom) if self.is_data(bottom):
                return self.degree(top)
            case t.Power(base=base, exponent=t.Number(value=value)) if value >= 0:
                return self.degree(base) * value
            case t.Aggregate(function="sum" | "min" | "max", body=body):
                return self.degree(body)
            case t.Choice(then=then, otherwise=otherwise):
                return max(self.degree(then), self.degree(otherwise))
            case t.Form(kind="piecewise", arguments=(inner, *_)):
                return self.degree(inner)
            case t.Compare() | t.And() | t.Or() | t.Not() | t.Form() | t.Aggregate():
                return (
                    1
                    if not (isinstance(expr, t.Aggregate) and expr.function in {"prod", "norm"})
                    else math.inf
                )
        return math.inf

    def whole(self, name: str) -> bool:
        """Whether every value of a parameter is an integer."""
        parameter = self.instance.parameters[name]
        values = parameter.values[parameter.values == parameter.values]
        return bool((values == values.round()).all()) and float(parameter.default or 0).is_integer()

    def truth(self, expr: t.Expr, scope: Scope) -> Truth:
        """Whether a condition on data holds."""
        match expr:
            case t.And(operands=operands):
                parts = [self.truth(each, scope) for each in operands]
                return lambda env: all(part(env) for part in parts)
            case t.Or(operands=operands):
                parts = [self.truth(each, scope) for each in operands]
                return lambda env: any(part(env) for part in parts)
            case t.Not(operand=operand):
                inner = self.truth(operand, scope)
                return lambda env: not inner(env)
            case t.Member(keys=keys, domain=domain, negated=negated):
                codes = [self.code(key, scope) for key in keys]
                inside = self.members(self.domain(domain))
                return lambda env: (tuple([c(env) for c in codes]) in inside) != negated
            case t.Compare(operands=operands, operators=operators):
                links = [
                    self._compare(a, o, b, scope)
                    for a, o, b in zip(operands, operators, operands[1:], strict=False)
                ]
                return links[0] if len(links) == 1 else lambda env: all(link(env) for link in links)
            case t.Aggregate(function="any" | "all" as function, body=body, generators=generators):
                walk, inner_scope = self.walk(generators, scope)
                each = self.truth(body, inner_scope)
                fold = any if function == "any" else all
                return lambda env: fold([each(e) for e in walk(env)])
        value = self.number(expr, scope)
        return lambda env: value(env) != 0

    def _compare(self, left: t.Expr, operator: str, right: t.Expr, scope: Scope) -> Truth:
        first, second = self.is_label(left, scope), self.is_label(right, scope)
        if operator in {"==", "!="} and (first or second):
            if (first or isinstance(left, t.Number)) and (second or isinstance(right, t.Number)):
                one, other = self.code(left, scope), self.code(right, scope)
                same = operator == "=="
                return lambda env: (one(env) == other(env)) == same
        elif first and second and not (self._counts(left, scope) and self._counts(right, scope)):
            domain = self._order(left, scope) or self._order(right, scope)
            if domain is None:
                raise Missing(f"`{operator}` compares labels that belong to no ordered set")
            places = domain.positions
            here, there = self.code(left, scope), self.code(right, scope)
            return lambda env: _ordered(
                Fraction(places.get((here(env),), -1)), operator, Fraction(places.get((there(env),), -1))
            )
        low, high = self.number(left, scope), self.number(right, scope)
        return lambda env: _ordered(_plain(low(env)), operator, _plain(high(env)))


def _plain(value: Number | Polynomial) -> Number:
    if isinstance(value, Polynomial):
        raise Missing("this is no polynomial of the variables")
    return value


def _square(value: Number | Polynomial) -> Number | Polynomial:
    return value * value


def _extreme(function: str, values: list[Number]) -> Number:
    fold = min if function == "min" else max
    low, high = fold(ends(v)[0] for v in values), fold(ends(v)[1] for v in values)
    return low if low == high else Enclosure(low, high)


def _modulo(value: Number, by: Number) -> Number:
    if isinstance(value, Enclosure) or isinstance(by, Enclosure):
        raise Missing("`mod` of a number that is not rational")
    return value % by


def _ordered(a: Number, operator: str, b: Number) -> bool:
    (low, high), (least, most) = ends(a), ends(b)
    if low != high or least != most:
        # Data that is not rational: compared at the middle, as floats would.
        low = high = (low + high) / 2
        least = most = (least + most) / 2
    return {
        "<=": low <= least,
        ">=": low >= least,
        "<": low < least,
        ">": low > least,
        "==": low == least,
        "!=": low != least,
    }[operator]


def _piecewise(inner: Value, points: list[Value]) -> Value:
    """The polyline through points; beyond its ends there is no value."""

    def along(env: Env) -> Number:
        at = _plain(inner(env))
        found = [_plain(point(env)) for point in points]
        xs, ys = found[0::2], found[1::2]
        x = sum(ends(at), Fraction(0)) / 2
        slack = ABSOLUTE * max(Fraction(1), abs(x))
        if x < ends(xs[0])[0] - slack or x > ends(xs[-1])[1] + slack:
            raise Missing(f"`piecewise` has no value at {float(x):g}")
        for k in range(len(xs) - 1):
            if x <= ends(xs[k + 1])[0] or k == len(xs) - 2:
                return ys[k] + (at - xs[k]) * (ys[k + 1] - ys[k]) / (xs[k + 1] - xs[k])
        raise Missing("`piecewise` needs two points")

    return along
