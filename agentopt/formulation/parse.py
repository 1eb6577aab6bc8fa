"""Text of an expression to its tree, by a whitelist over Python's own grammar.

`ast.parse` only reads; nothing is ever evaluated. What the whitelist does not name is an `ExpressionError`
with its position and what to write instead, because a language model repairs from that text. The liberties
over Python's grammar are those of `agentopt.formulation.spelling`.
"""

from __future__ import annotations

__all__ = ["parse_domain", "parse_expression"]

import ast
import math
import tokenize
import warnings
from collections.abc import Sequence
from functools import lru_cache

from agentopt.errors import ExpressionError, nearest
from agentopt.formulation import tree as t
from agentopt.formulation.spelling import OVER_SETS, Spelling, complain, relax, short, spell, surround

MAX_DEPTH = 100
"""How many levels a tree may have; later stages walk trees by recursion."""
MAX_CHAIN = 20
MAX_NAME = 100
MAX_LABEL = 1000
"""The longest chain of comparisons, name and quoted label, in parts and characters."""

_COMPARE: dict[type[ast.cmpop], t.CompareOperator] = {
    ast.LtE: "<=",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.Lt: "<",
    ast.Gt: ">",
    ast.NotEq: "!=",
}
_SET_OPERATORS: dict[type[ast.operator], t.SetOperator] = {
    ast.Sub: "-",
    ast.Mult: "*",
    ast.BitOr: "|",
    ast.BitAnd: "&",
}
_KNOWN = t.FUNCTIONS | t.AGGREGATES | t.ORDER_FUNCTIONS | t.CONSTRAINT_FORMS | {"pow", "range", "len"}
_CACHED = 2000
"""Longer texts are not kept; a tree takes a hundred times the room of its text."""


def parse_expression(text: str) -> t.Expr:
    """The tree of an expression or a statement.

    Raises:
        ExpressionError: the text does not parse or leaves the language; `position` tells where.

    >>> parse_expression("sum(cost[p]*x[p] for p in PLANTS) <= budget").operators
    ('<=',)
    """
    return (_kept_expression if len(text) <= _CACHED else _expression)(text)


def _expression(text: str) -> t.Expr:
    body, spelling = _python(spell(text))
    return _Reader(spelling).expression(body)


_kept_expression = lru_cache(maxsize=4096)(_expression)


def parse_domain(text: str) -> tuple[t.Generator, ...]:
    """The generators of a `for:` text: `"p in PLANTS, (i, j) in ARCS if i != p"`.

    >>> [g.targets for g in parse_domain("p in PLANTS, i, j in ARCS")]
    [('p',), ('i', 'j')]
    """
    return (_kept_domain if len(text) <= _CACHED else _domain)(text)


def _domain(text: str) -> tuple[t.Generator, ...]:
    spelling = spell(text)
    leading = "" if spelling.python.startswith("for ") else "for "
    body, spelling = _python(surround(f"[0 {leading}", spelling, "]"))
    if not isinstance(body, ast.ListComp):
        raise ExpressionError(
            f"`{short(text)}` is not of the form `p in PLANTS, t in MONTHS if ...`", position=0
        )
    return _Reader(spelling).generators(body.generators)


_kept_domain = lru_cache(maxsize=4096)(_domain)


def _python(spelling: Spelling) -> tuple[ast.expr, Spelling]:
    """The Python expression, after the liberties taken with commas and brackets where they are needed."""
    try:
        try:
            return _ast(spelling.python), spelling
        except SyntaxError as first:
            try:
                relaxed = relax(spelling)
                return _ast(relaxed.python), relaxed
            except (SyntaxError, tokenize.TokenError):
                raise complain(spelling, first) from None
    except (RecursionError, MemoryError, ValueError):
        raise ExpressionError(
            f"`{short(spelling.written)}` has too many terms, or nests them too deeply, to be read",
            hint=OVER_SETS,
            position=0,
        ) from None


def _ast(text: str) -> ast.expr:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        return ast.parse(text, mode="eval").body


class _Reader:
    """One pass over a Python expression, keeping only what the language has."""

    def __init__(self, spelling: Spelling) -> None:
        self.spelling = spelling
        self.depth = 0

    def error(self, node: ast.expr, message: str, hint: str = "") -> ExpressionError:
        text = short(self.spelling.written)
        return ExpressionError(f"{message} (in `{text}`)", hint=hint, position=self.at(node)[0])

    def at(self, node: ast.expr) -> tuple[int, int]:
        end = node.col_offset if node.end_col_offset is None else node.end_col_offset
        return (self.spelling.place(node.col_offset), self.spelling.place(end))

    def written(self, node: ast.expr) -> str:
        start, end = self.at(node)
        return short(self.spelling.written[start:end])

    def expression(self, node: ast.expr) -> t.Expr:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(node, f"an expression is nested more than {MAX_DEPTH} deep", OVER_SETS)
        found = self.read(node)
        self.depth -= 1
        return found

    def read(self, node: ast.expr) -> t.Expr:
        match node:
            case ast.BinOp():
                return self.operation(node)
            case ast.Constant(value=bool()):
                raise self.error(node, "true and false are not numbers here", "write 1 or 0")
            case ast.Constant(value=int() | float() as value):
                # A whole number may be beyond the floats: compare before anything converts it.
                if abs(value) > 1e300 or not math.isfinite(value):
                    raise self.error(node, f"`{self.written(node)}` is too large a number")
                return t.Number(value, at=self.at(node))
            case ast.Constant(value=str() as value):
                if len(value) > MAX_LABEL:
                    raise self.error(node, f"a label of {len(value):,} characters; at most {MAX_LABEL:,}")
                if any("\ud800" <= c <= "\udfff" for c in value):
                    raise self.error(node, "a label holds half a character", "write the whole character")
                return t.Label(value, at=self.at(node))
            case ast.Name(id=name):
                return t.Name(self.named(node, name), at=self.at(node))
            case ast.Subscript(value=ast.Name(id=name), slice=keys):
                self.named(node, name)
                parts = keys.elts if isinstance(keys, ast.Tuple) else [keys]
                return t.Item(name, tuple(self.expression(k) for k in parts), at=self.at(node))
            case ast.Subscript(value=ast.Subscript()):
                raise self.error(node, "an index follows an index", "write `x[i, j]`, not `x[i][j]`")
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self.expression(operand)
                if isinstance(inner, t.Number):
                    return t.Number(-inner.value, at=self.at(node))
                return t.Negate(inner, at=self.at(node))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.expression(operand)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return t.Not(self.expression(operand), at=self.at(node))
            case ast.BoolOp(op=op, values=values):
                operands = tuple(self.expression(v) for v in values)
                kind = t.And if isinstance(op, ast.And) else t.Or
                return kind(operands, at=self.at(node))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return t.Choice(
                    self.expression(test), self.expression(body), self.expression(orelse), at=self.at(node)
                )
            case ast.Compare():
                return self.comparison(node)
            case ast.Call():
                return self.call(node)
            case ast.Set(elts=elements):
                return t.SetLiteral(tuple(self.expression(e) for e in elements), at=self.at(node))
            case ast.GeneratorExp() | ast.ListComp():
                raise self.error(node, "a `for` stands outside a function", "write `sum(... for ...)`")
            case ast.Tuple():
                raise self.error(node, "a tuple stands where a number is expected")
            case ast.Attribute():
                raise self.error(node, f"`.{node.attr}` is not part of the language", "use plain names only")
            case _:
                raise self.error(node, f"`{self.written(node)}` is not part of the language")

    def named(self, node: ast.expr, name: str) -> str:
        if len(name) > MAX_NAME:
            raise self.error(node, f"a name of {len(name):,} characters; at most {MAX_NAME}", "shorten it")
        return name

    def operation(self, node: ast.BinOp) -> t.Expr:
        """A chain of + and -, or of *, read along its left spine without recursion."""
        at = self.at(node)
        match node.op:
            case ast.Add() | ast.Sub():
                terms: list[t.Expr] = []
                current: ast.expr = node
                while isinstance(current, ast.BinOp) and isinstance(current.op, ast.Add | ast.Sub):
                    right = self.expression(current.right)
                    terms.append(t.Negate(right, at=right.at) if isinstance(current.op, ast.Sub) else right)
                    current = current.left
                terms.append(self.expression(current))
                return t.Add(tuple(reversed(terms)), at=at)
            case ast.Mult():
                factors: list[t.Expr] = []
                current = node
                while isinstance(current, ast.BinOp) and isinstance(current.op, ast.Mult):
                    factors.append(self.expression(current.right))
                    current = current.left
                factors.append(self.expression(current))
                return t.Multiply(tuple(reversed(factors)), at=at)
            case ast.Div():
                return t.Divide(self.expression(node.left), self.expression(node.right), at=at)
            case ast.Pow():
                return t.Power(self.expression(node.left), self.expression(node.right), at=at)
            case ast.Mod():
                return t.Call("mod", (self.expression(node.left), self.expression(node.right)), at=at)
            case ast.BitXor():
                raise self.error(node, "`^` is not a power", "write `**`")
            case ast.BitOr():
                return t.SetOperation("|", self.expression(node.left), self.expression(node.right), at=at)
            case ast.BitAnd():
                return t.SetOperation("&", self.expression(node.left), self.expression(node.right), at=at)
            case _:
                raise self.error(node, f"the operator in `{self.written(node)}` is not part of the language")

    def comparison(self, node: ast.Compare) -> t.Expr:
        if any(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
            if len(node.ops) > 1:
                raise self.error(node, "`in` cannot be chained", "join conditions with `and`")
            keys = node.left.elts if isinstance(node.left, ast.Tuple) else [node.left]
            return t.Member(
                tuple(self.expression(k) for k in keys),
                self.domain(node.comparators[0]),
                negated=isinstance(node.ops[0], ast.NotIn),
                at=self.at(node),
            )
        if len(node.ops) > MAX_CHAIN:
            raise self.error(node, f"a chain of {len(node.ops):,} comparisons", "join statements with `and`")
        operators: list[t.CompareOperator] = []
        for op in node.ops:
            if type(op) not in _COMPARE:
                raise self.error(node, "`is` is not part of the language", "write `==`")
            operators.append(_COMPARE[type(op)])
        operands = tuple(self.expression(each) for each in [node.left, *node.comparators])
        return t.Compare(operands, tuple(operators), at=self.at(node))

    def call(self, node: ast.Call) -> t.Expr:
        if not isinstance(node.func, ast.Name):
            raise self.error(node, f"`{self.written(node.func)}` is not a function of the language")
        name = node.func.id
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise self.error(node, f"`{name}` takes plain arguments only")
        at, arguments = self.at(node), node.args
        generator = next((a for a in arguments if isinstance(a, ast.GeneratorExp | ast.ListComp)), None)
        if name in t.CONSTRAINT_FORMS:
            return t.Form(name, self.form_arguments(arguments, tuples=name in t.TUPLE_FORMS), at=at)
        if generator is not None:
            if name not in t.AGGREGATES or len(arguments) != 1:
                raise self.error(
                    node,
                    f"`{name}` does not take a `for`",
                    f"the functions that do: {', '.join(sorted(t.AGGREGATES))}",
                )
            return self.aggregate(name, generator)
        values = tuple(self.expression(a) for a in arguments)
        if name == "pow" and len(values) == 2:
            return t.Power(values[0], values[1], at=at)
        if name == "sum" and values:
            # A sum in front is read as `a + b + c` is, without brackets.
            first = values[0].terms if len(values) > 1 and isinstance(values[0], t.Add) else values[:1]
            return t.Add((*first, *values[1:]), at=at) if len(values) > 1 else values[0]
        if name == "prod" and values:
            factors = (
                values[0].factors if len(values) > 1 and isinstance(values[0], t.Multiply) else values[:1]
            )
            return t.Multiply((*factors, *values[1:]), at=at) if len(values) > 1 else values[0]
        if name in t.FUNCTIONS | t.ORDER_FUNCTIONS | {"range"}:
            self.check_arity(node, name, len(values))
            return t.Call(name, values, at=at)
        if name in t.AGGREGATES:
            body = "x[i] >= 1" if name in {"count", "any", "all"} else "x[i]"
            raise self.error(node, f"`{name}` takes a `for`", f"write `{name}({body} for i in I)`")
        if name == "pow":
            raise self.error(node, f"`pow` takes 2 arguments, not {len(values)}", "write `x**2`")
        raise self.error(
            node,
            f"`{name}` is not a function of the language",
            nearest(name, _KNOWN) or f"write `{name}[...]` for a parameter or variable at an index",
        )

    def check_arity(self, node: ast.Call, name: str, given: int) -> None:
        least, most = {"min": (1, 999), "max": (1, 999), "mod": (2, 2), "round": (1, 1), "range": (1, 3)}.get(
            name, (1, 1)
        )
        if not least <= given <= most:
            wanted = "one or more" if most > 9 else str(least) if least == most else f"{least} to {most}"
            noun = "argument" if wanted == "1" else "arguments"
            raise self.error(node, f"`{name}` takes {wanted} {noun}, not {given}")

    def form_arguments(self, arguments: Sequence[ast.expr], *, tuples: bool) -> tuple[t.Expr, ...]:
        found: list[t.Expr] = []
        for argument in arguments:
            match argument:
                case (
                    ast.GeneratorExp(elt=ast.Tuple() as member) | ast.ListComp(elt=ast.Tuple() as member)
                ) if tuples:
                    generators = self.generators(argument.generators)
                    found.append(t.Aggregate("each", self.member(member), generators, at=self.at(argument)))
                case ast.Tuple() if tuples:
                    found.append(self.member(argument))
                case ast.GeneratorExp() | ast.ListComp():
                    found.append(self.aggregate("each", argument))
                case ast.Tuple(elts=parts) | ast.List(elts=parts):
                    found.extend(self.expression(p) for p in parts)
                case _:
                    found.append(self.expression(argument))
        return tuple(found)

    def member(self, node: ast.Tuple) -> t.Form:
        return t.Form("tuple", tuple(self.expression(part) for part in node.elts), at=self.at(node))

    def aggregate(self, name: str, node: ast.GeneratorExp | ast.ListComp) -> t.Aggregate:
        return t.Aggregate(
            name, self.expression(node.elt), self.generators(node.generators), at=self.at(node)
        )

    def generators(self, nodes: Sequence[ast.comprehension]) -> tuple[t.Generator, ...]:
        found = []
        for node in nodes:
            if node.is_async:
                raise self.error(node.target, "`async` is not part of the language", "write `for`")
            targets = node.target.elts if isinstance(node.target, ast.Tuple) else [node.target]
            names = [each.id for each in targets if isinstance(each, ast.Name)]
            if len(names) != len(targets):
                raise self.error(node.target, "an index must be a plain name")
            conditions = tuple(self.expression(c) for c in node.ifs)
            found.append(
                t.Generator(tuple(names), self.domain(node.iter), conditions, at=self.at(node.target))
            )
        return tuple(found)

    def domain(self, node: ast.expr) -> t.Expr:
        """A set: its name, `range(a, b)`, `{...}`, or an operation on sets."""
        match node:
            case ast.BinOp(op=op, left=left, right=right) if type(op) in _SET_OPERATORS:
                self.depth += 1
                if self.depth > MAX_DEPTH:
                    raise self.error(node, f"a set is nested more than {MAX_DEPTH} deep")
                operator = _SET_OPERATORS[type(op)]
                found = t.SetOperation(operator, self.domain(left), self.domain(right), at=self.at(node))
                self.depth -= 1
                return found
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return t.SetLiteral(tuple(self.expression(p) for p in parts), at=self.at(node))
            case ast.Name() | ast.Set() | ast.Call(func=ast.Name(id="range")):
                return self.expression(node)
            case _:
                raise self.error(node, f"`{self.written(node)}` is not a set", "name a set after `in`")
