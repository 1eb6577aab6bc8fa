"""Mathematical notation of trees: one walk for every script.

The walk knows the language and puts brackets where they are needed; a `Script` sets what it is given.
"""

from __future__ import annotations

__all__ = ["domain", "write"]

from collections.abc import Sequence

from agentopt.formulation import tree as t
from agentopt.formulation.scripts import Script

_CHOICE, _OR, _AND, _NOT, _COMPARE, _UNION, _MEET, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(12)
_RELATIONS = {"<=": "≤", ">=": "≥", "==": "=", "<": "<", ">": ">", "!=": "≠"}
_SETS = {"|": ("∪", _UNION), "&": ("∩", _MEET), "-": ("∖", _SUM), "*": ("×", _PRODUCT)}
_BIG = {"sum": "∑", "prod": "∏", "any": "⋁", "all": "⋀"}
_LOGIC = {"implies": "⇒", "iff": "⇔"}


def write(node: t.Node, script: Script) -> str:
    """A tree in a script.

    >>> from agentopt.formulation.parse import parse_expression
    >>> from agentopt.formulation.scripts import SCRIPTS
    >>> write(parse_expression("sum(c[i]*x[i] for i in I if i != 1) <= b"), SCRIPTS["text"])
    '∑{i ∈ I : i ≠ 1} c[i]·x[i] ≤ b'
    """
    return _Writer(script).text(node, _CHOICE)


def domain(generators: Sequence[t.Generator], script: Script) -> str:
    """The domain of a constraint or sum: `p ∈ PLANTS, t ∈ T : t > 1`."""
    return _Writer(script).domain(generators)


class _Writer:
    def __init__(self, script: Script) -> None:
        self.s = script

    def text(self, node: t.Node, least: int) -> str:
        text, level = self.write(node)
        return self.s.brackets(text) if level < least else text

    def join(self, nodes: Sequence[t.Node], symbol: str, level: int) -> str:
        parts: list[str] = []
        for node in nodes:
            parts += [self.s.sign(symbol)] if parts else []
            parts.append(self.text(node, level))
        return self.s.row(parts)

    def list(self, nodes: Sequence[t.Node]) -> str:
        return self.join(nodes, ",", _CHOICE)

    def write(self, node: t.Node) -> tuple[str, int]:
        """A node, and how tightly it binds."""
        s = self.s
        match node:
            case t.Number(value=value):
                text = repr(value)
                return s.number(text), _SUM if text.startswith("-") else _ATOM
            case t.Label(text=text):
                return s.words(text), _ATOM
            case t.Name(id=name):
                return s.name(name), _ATOM
            case t.Item(name=name, keys=keys):
                return s.indexed(s.name(name), self.list(keys)), _ATOM
            case t.Negate(operand=operand):
                return s.row([s.sign("−"), self.text(operand, _PRODUCT)]), _SUM
            case t.Add(terms=terms):
                return self.sum(terms), _SUM
            case t.Multiply(factors=factors):
                parts = [
                    self.text(each, _PRODUCT if k == len(factors) - 1 else _SIGN)
                    for k, each in enumerate(factors)
                ]
                between = s.sign("·")
                return s.row([p for part in parts for p in (between, part)][1:]), _PRODUCT
            case t.Divide(numerator=top, denominator=bottom):
                if s.raised:
                    return s.fraction(self.text(top, _CHOICE), self.text(bottom, _CHOICE)), _SIGN
                return s.fraction(self.text(top, _PRODUCT), self.text(bottom, _SIGN)), _PRODUCT
            case t.Power(base=base, exponent=exponent):
                above = self.text(exponent, _CHOICE if s.raised else _SIGN)
                return s.power(self.text(base, _ATOM), above), _POWER
            case t.Call():
                return self.call(node)
            case t.Aggregate():
                return self.aggregate(node)
            case t.Generator():
                return self.domain((node,)), _CHOICE
            case t.Choice(condition=condition, then=then, otherwise=otherwise):
                parts = [self.text(then, _OR), s.words(" if "), self.text(condition, _OR), s.words(" else ")]
                return s.row([*parts, self.text(otherwise, _CHOICE)]), _CHOICE
            case t.Compare(operands=operands, operators=operators):
                parts = [self.text(operands[0], _UNION)]
                for operator, operand in zip(operators, operands[1:], strict=True):
                    parts += [s.sign(_RELATIONS[operator]), self.text(operand, _UNION)]
                return s.row(parts), _COMPARE
            case t.Member(keys=keys, domain=inside, negated=negated):
                left = self.text(keys[0], _UNION) if len(keys) == 1 else s.brackets(self.list(keys))
                return s.row([left, s.sign("∉" if negated else "∈"), self.text(inside, _UNION)]), _COMPARE
            case t.And(operands=operands):
                return self.join(operands, "∧", _NOT), _AND
            case t.Or(operands=operands):
                return self.join(operands, "∨", _AND), _OR
            case t.Not(operand=operand):
                return s.row([s.sign("¬"), self.text(operand, _ATOM)]), _NOT
            case t.Form():
                return self.form(node)
            case t.SetOperation(operator=operator, left=left_set, right=right_set):
                symbol, level = _SETS[operator]
                parts = [self.text(left_set, level), s.sign(symbol), self.text(right_set, level + 1)]
                return s.row(parts), level
            case t.SetLiteral(elements=elements):
                return s.brackets(self.list(elements), "{", "}"), _ATOM
            case _:
                raise TypeError(type(node).__name__)

    def sum(self, terms: Sequence[t.Expr]) -> str:
        parts = [self.text(terms[0], _SUM)]
        for term in terms[1:]:
            minus = isinstance(term, t.Negate)
            shown = term.operand if isinstance(term, t.Negate) else term
            parts += [self.s.sign("−" if minus else "+"), self.text(shown, _PRODUCT)]
        return self.s.row(parts)

    def call(self, node: t.Call) -> tuple[str, int]:
        s, function, arguments = self.s, node.function, node.arguments
        if function in ("prev", "next") and len(arguments) == 1:
            sign, one = s.sign("−" if function == "prev" else "+"), s.number("1")
            return s.row([self.text(arguments[0], _SUM), sign, one]), _SUM
        inside = self.list(arguments)
        if function == "range":
            ends = arguments if len(arguments) > 1 else (t.Number(0), *arguments)
            parts = [self.text(ends[0], _SUM), s.sign("…"), self.text(_minus_one(ends[1]), _SUM)]
            if len(ends) > 2:
                parts += [s.words(" by "), self.text(ends[2], _SUM)]
            return s.brackets(s.row(parts), "{", "}"), _ATOM
        match function:
            case "abs" | "len":
                return s.brackets(inside, "|", "|"), _ATOM
            case "sqrt":
                return s.root(inside), _ATOM
            case "floor":
                return s.brackets(inside, "⌊", "⌋"), _ATOM
            case "ceil":
                return s.brackets(inside, "⌈", "⌉"), _ATOM
            case _:
                return s.row([s.name(function), s.brackets(inside)]), _ATOM

    def aggregate(self, node: t.Aggregate) -> tuple[str, int]:
        s, below = self.s, self.domain(node.generators)
        if node.function == "each":
            return s.indexed(s.brackets(self.text(node.body, _CHOICE)), below), _ATOM
        if node.function in ("sum", "prod"):
            return s.big(_BIG[node.function], below, self.text(node.body, _PRODUCT)), _PRODUCT
        if node.function == "norm":
            return s.indexed(s.brackets(self.text(node.body, _CHOICE), "‖", "‖"), below), _ATOM
        symbol = _BIG.get(node.function, node.function)
        return s.big(symbol, below, s.brackets(self.text(node.body, _CHOICE))), _PRODUCT

    def form(self, node: t.Form) -> tuple[str, int]:
        s, arguments = self.s, node.arguments
        if node.kind in _LOGIC and len(arguments) == 2:
            return self.join(arguments, _LOGIC[node.kind], _NOT), _CHOICE
        if node.kind == "tuple":
            return s.brackets(self.list(arguments)), _ATOM
        if node.kind == "piecewise":
            points = arguments[1:]
            pairs = [s.brackets(self.list(points[k : k + 2])) for k in range(0, len(points), 2)]
            parts = [self.text(arguments[0], _CHOICE), *pairs]
            inside = s.row([p for part in parts for p in (s.sign(","), part)][1:])
        else:
            inside = self.list(arguments)
        return s.row([s.words(node.kind.replace("_", " ")), s.brackets(inside)]), _ATOM

    def domain(self, generators: Sequence[t.Generator]) -> str:
        s = self.s
        parts: list[str] = []
        conditions: list[str] = []
        for each in generators:
            names = [p for name in each.targets for p in (s.sign(","), s.name(name))][1:]
            left = s.row(names) if len(each.targets) == 1 else s.brackets(s.row(names))
            parts += [s.sign(","), s.row([left, s.sign("∈"), self.text(each.domain, _UNION)])]
            conditions += [p for c in each.conditions for p in (s.sign(","), self.text(c, _OR))]
        tail = [s.sign(":"), *conditions[1:]] if conditions else []
        return s.row([*parts[1:], *tail])


def _minus_one(node: t.Expr) -> t.Expr:
    """The last element of a `range` that ends before `node`."""
    match node:
        case t.Number(value=value):
            return t.Number(value - 1)
        case t.Add(terms=(*rest, t.Number(value=1))):
            return rest[0] if len(rest) == 1 else t.Add(tuple(rest))
        case _:
            return t.Add((node, t.Negate(t.Number(1))))
