"""Text of an expression to its tree, by a whitelist over Python's own grammar.

`ast.parse` only reads; nothing is ever evaluated. Whatever the whitelist does not name is an `ExpressionError`
with its position and what to write instead, because a language model repairs from that text. Three liberties
over Python: `sum(x[p,m] for p in P, m in M)` may separate its generators by commas, `at_most(2, y[i] for i in I)`
needs no inner brackets, and `for:` texts such as `p in P, t in T if t > 1` leave out the leading `for`.
"""

from __future__ import annotations

__all__ = ["parse_domain", "parse_expression"]

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Sequence
from functools import lru_cache

from agentopt.errors import ExpressionError, nearest
from agentopt.formulation import tree as t

MAX_CHARACTERS = 200_000
MAX_DEPTH = 60

_COMPARE: dict[type[ast.cmpop], t.CompareOperator] = {
    ast.LtE: "<=",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.Lt: "<",
    ast.Gt: ">",
    ast.NotEq: "!=",
}
_SPELLINGS = {"≤": "<=", "≥": ">=", "≠": "!=", "−": "-", "–": "-", "×": "*", "·": "*", "÷": "/", "∈": " in "}
_KNOWN = t.FUNCTIONS | t.AGGREGATES | t.ORDER_FUNCTIONS | t.CONSTRAINT_FORMS | {"pow", "range", "len"}


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> t.Expr:
    """The tree of an expression or a statement.

    Raises:
        ExpressionError: the text does not parse or leaves the language; `position` tells where.

    >>> parse_expression("sum(cost[p]*x[p] for p in PLANTS) <= budget").operators
    ('<=',)
    """
    body = _python(text)
    return _Reader(text).expression(body)


@lru_cache(maxsize=4096)
def parse_domain(text: str) -> tuple[t.Generator, ...]:
    """The generators of a `for:` text: `"p in PLANTS, (i, j) in ARCS if i != p"`.

    >>> [g.targets for g in parse_domain("p in PLANTS, i, j in ARCS")]
    [('p',), ('i', 'j')]
    """
    stripped = text.strip()
    start = stripped[4:] if stripped.startswith("for ") else stripped
    body = _python(f"[0 for {start}]", shown=text, offset=text.find(start) - len("[0 for "))
    reader = _Reader(text, offset=text.find(start) - len("[0 for "))
    if not isinstance(body, ast.ListComp):
        raise ExpressionError(f"`{text}` is not of the form `p in PLANTS, t in MONTHS if ...`", position=0)
    return reader.generators(body.generators)


def _python(text: str, *, shown: str | None = None, offset: int = 0) -> ast.expr:
    """The Python expression, with the three liberties and the usual mathematical spellings resolved."""
    shown = text if shown is None else shown
    if not text.strip():
        raise ExpressionError("an expression is empty", position=0)
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(
            f"an expression has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read",
            hint="state it over sets: `sum(cost[i]*x[i] for i in ITEMS)`",
        )
    depth = 0
    for position, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth > MAX_DEPTH:
            raise ExpressionError(
                f"brackets are nested more than {MAX_DEPTH} deep", position=max(0, position + offset)
            )
    for written, meant in _SPELLINGS.items():
        text = text.replace(written, meant)
    try:
        return _ast(text)
    except SyntaxError as first:
        try:
            return _ast(_relaxed(text))
        except (SyntaxError, tokenize.TokenError, IndentationError):
            raise _syntax_error(shown, first, offset) from None
    except (RecursionError, MemoryError, ValueError) as error:
        raise ExpressionError(
            f"an expression is too deeply nested or holds an unreadable number ({type(error).__name__})",
            hint="state it over sets: `sum(cost[i]*x[i] for i in ITEMS)`",
            position=0,
        ) from None


def _ast(text: str) -> ast.expr:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        # One line in brackets: newlines inside an expression carry no meaning.
        return ast.parse(f"({text.strip()}\n)" if "\n" in text.strip() else text.strip(), mode="eval").body


def _syntax_error(text: str, error: SyntaxError, offset: int) -> ExpressionError:
    position = max(0, (error.offset or 1) - 1 + offset)
    hint = ""
    if re.search(r"(?<![<>=!])=(?!=)", text):
        hint = "write `==` for an equation"
    elif "^" in text:
        hint = "write `**` for a power"
    elif re.search(r"\d\s*[A-Za-z_]\w*\[|\)\s*\(", text):
        hint = "write `*` between factors"
    near = text[max(0, position - 10) : position + 20]
    return ExpressionError(
        f"`{_short(text)}` does not parse at position {position}, near `{near}`", hint=hint, position=position
    )


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:80]} … {text[-30:]}"


def _relaxed(text: str) -> str:
    """Turn commas between generators into `for`, and give a generator argument after a comma its brackets."""
    tokens = [k for k in tokenize.generate_tokens(io.StringIO(text).readline) if k.string]
    pieces = [k.string for k in tokens]
    # Per open bracket: where the current argument starts, the index of its first `for`, and whether its
    # current clause has seen `in`.
    stack: list[list[int]] = [[0, -1, 0]]
    opened: dict[int, int] = {}
    for index, piece in enumerate(pieces):
        top = stack[-1]
        if piece in "([{":
            stack.append([index + 1, -1, 0])
        elif piece in ")]}":
            if len(stack) == 1:
                break
            start, first_for, _ = stack.pop()
            if first_for >= 0 and start > 0 and pieces[start - 1] == ",":
                opened[start] = index
        elif piece == "for":
            top[1], top[2] = (index if top[1] < 0 else top[1]), 0
        elif piece == "in":
            top[2] = 1
        elif piece == ",":
            if top[1] >= 0 and top[2]:
                pieces[index] = "for"
                top[2] = 0
            elif top[1] < 0:
                top[0] = index + 1
    for start, end in opened.items():
        pieces[start] = "(" + pieces[start]
        pieces[end] = ")" + pieces[end]
    return " ".join(pieces)


class _Reader:
    """One pass over a Python expression, keeping only what the language has."""

    def __init__(self, text: str, offset: int = 0) -> None:
        self.text = text
        self.offset = offset

    def error(self, node: ast.AST, message: str, hint: str = "") -> ExpressionError:
        position = max(0, getattr(node, "col_offset", 0) + self.offset)
        return ExpressionError(f"{message} (in `{_short(self.text)}`)", hint=hint, position=position)

    def at(self, node: ast.expr) -> tuple[int, int]:
        return (node.col_offset + self.offset, (node.end_col_offset or node.col_offset) + self.offset)

    def expression(self, node: ast.expr) -> t.Expr:
        match node:
            case ast.BinOp():
                return self.operation(node)
            case ast.Constant(value=bool()):
                raise self.error(node, "true and false are not numbers here", "write 1 or 0")
            case ast.Constant(value=int() | float() as value):
                return t.Number(value, at=self.at(node))
            case ast.Constant(value=str() as value):
                return t.Label(value, at=self.at(node))
            case ast.Name(id=name):
                return t.Name(name, at=self.at(node))
            case ast.Subscript(value=ast.Name(id=name), slice=keys):
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
                raise self.error(node, f"`{ast.unparse(node)[:60]}` is not part of the language")

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
                raise self.error(
                    node, f"the operator in `{ast.unparse(node)[:60]}` is not part of the language"
                )

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
        operators: list[t.CompareOperator] = []
        for op in node.ops:
            if type(op) not in _COMPARE:
                raise self.error(node, "`is` is not part of the language", "write `==`")
            operators.append(_COMPARE[type(op)])
        operands = tuple(self.expression(each) for each in [node.left, *node.comparators])
        return t.Compare(operands, tuple(operators), at=self.at(node))

    def call(self, node: ast.Call) -> t.Expr:
        if not isinstance(node.func, ast.Name):
            raise self.error(node, f"`{ast.unparse(node.func)[:60]}` is not a function of the language")
        name = node.func.id
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise self.error(node, f"`{name}` takes plain arguments only")
        at, arguments = self.at(node), node.args
        generator = next((a for a in arguments if isinstance(a, ast.GeneratorExp | ast.ListComp)), None)
        if name in t.CONSTRAINT_FORMS:
            return t.Form(name, self.form_arguments(arguments), at=at)
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
        if name in {"sum", "prod"} and values:
            return (t.Add if name == "sum" else t.Multiply)(values, at=at) if len(values) > 1 else values[0]
        if name in t.FUNCTIONS | t.ORDER_FUNCTIONS | {"range"}:
            self.check_arity(node, name, len(values))
            return t.Call(name, values, at=at)
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
            wanted = str(least) if least == most else f"{least} to {most}"
            raise self.error(node, f"`{name}` takes {wanted} arguments, not {given}")

    def form_arguments(self, arguments: Sequence[ast.expr]) -> tuple[t.Expr, ...]:
        found: list[t.Expr] = []
        for argument in arguments:
            match argument:
                case ast.GeneratorExp() | ast.ListComp():
                    found.append(self.aggregate("each", argument))
                case ast.Tuple(elts=parts) | ast.List(elts=parts):
                    found.extend(self.expression(p) for p in parts)
                case _:
                    found.append(self.expression(argument))
        return tuple(found)

    def aggregate(self, name: str, node: ast.GeneratorExp | ast.ListComp) -> t.Aggregate:
        return t.Aggregate(
            name, self.expression(node.elt), self.generators(node.generators), at=self.at(node)
        )

    def generators(self, nodes: Sequence[ast.comprehension]) -> tuple[t.Generator, ...]:
        found = []
        for node in nodes:
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
            case ast.BinOp(op=ast.Sub(), left=left, right=right):
                return t.SetOperation("-", self.domain(left), self.domain(right), at=self.at(node))
            case ast.BinOp(op=ast.Mult(), left=left, right=right):
                return t.SetOperation("*", self.domain(left), self.domain(right), at=self.at(node))
            case ast.BinOp(op=ast.BitOr(), left=left, right=right):
                return t.SetOperation("|", self.domain(left), self.domain(right), at=self.at(node))
            case ast.BinOp(op=ast.BitAnd(), left=left, right=right):
                return t.SetOperation("&", self.domain(left), self.domain(right), at=self.at(node))
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return t.SetLiteral(tuple(self.expression(p) for p in parts), at=self.at(node))
            case ast.Name() | ast.Set() | ast.Call(func=ast.Name(id="range")):
                return self.expression(node)
            case _:
                raise self.error(node, f"`{ast.unparse(node)[:60]}` is not a set", "name a set after `in`")
