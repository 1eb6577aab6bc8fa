"""A tree back to text: `parse_expression(unparse(tree)) == tree` for every tree the parser makes."""

from __future__ import annotations

__all__ = ["unparse", "unparse_domain"]

from collections.abc import Sequence

from agentopt.formulation import tree as t

# How tightly a node binds; a part that binds less than its place wants is put in brackets.
_CHOICE, _OR, _AND, _NOT, _COMPARE, _UNION, _MEET, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(12)
_SET_LEVELS = {"|": _UNION, "&": _MEET, "-": _SUM, "*": _PRODUCT}


def unparse(node: t.Node) -> str:
    """The text of a tree.

    >>> from agentopt.formulation.parse import parse_expression
    >>> unparse(parse_expression("sum(c[i]*(x[i]-1) for i in I if i!=1)<=b"))
    'sum(c[i]*(x[i] - 1) for i in I if i != 1) <= b'
    """
    return _text(node, _CHOICE)


def unparse_domain(generators: Sequence[t.Generator]) -> str:
    """The text of a constraint's `for`: `p in PLANTS, t in MONTHS if t > 1`."""
    return ", ".join(_generator(each) for each in generators)


def _text(node: t.Node, least: int) -> str:
    text, level = _write(node)
    return f"({text})" if level < least else text


def _write(node: t.Node) -> tuple[str, int]:
    """The text of a node and how tightly it binds."""
    match node:
        case t.Number(value=value):
            return repr(value), _ATOM if value >= 0 and not str(value).startswith("-") else _SIGN
        case t.Label(text=text):
            return _quoted(text), _ATOM
        case t.Name(id=name):
            return name, _ATOM
        case t.Item(name=name, keys=keys):
            return f"{name}[{_list(keys)}]", _ATOM
        case t.Negate(operand=operand):
            # `-2` is a number of its own, so a negated number keeps its brackets.
            inner = _text(operand, _ATOM if isinstance(operand, t.Number) else _SIGN)
            return f"-({inner})" if isinstance(operand, t.Number) else f"-{inner}", _SIGN
        case t.Add(terms=terms):
            return _sum(terms), _SUM
        case t.Multiply(factors=(first, *rest)):
            # A quotient in front keeps no brackets in Python, and neither does it here.
            parts = [_text(first, _PRODUCT if isinstance(first, t.Divide) else _SIGN)]
            return "*".join([*parts, *(_text(each, _SIGN) for each in rest)]), _PRODUCT
        case t.Divide(numerator=top, denominator=bottom):
            return f"{_text(top, _PRODUCT)}/{_text(bottom, _SIGN)}", _PRODUCT
        case t.Power(base=base, exponent=exponent):
            return f"{_text(base, _ATOM)}**{_text(exponent, _SIGN)}", _POWER
        case t.Call(function=function, arguments=arguments):
            return f"{function}({_list(arguments)})", _ATOM
        case t.Aggregate(function=function, body=body, generators=generators):
            inner = f"{_text(body, _CHOICE)} {_clauses(generators)}"
            return (inner, _ATOM) if function == "each" else (f"{function}({inner})", _ATOM)
        case t.Choice(condition=condition, then=then, otherwise=otherwise):
            return (
                f"{_text(then, _OR)} if {_text(condition, _OR)} else {_text(otherwise, _CHOICE)}",
                _CHOICE,
            )
        case t.Compare(operands=operands, operators=operators):
            text = _text(operands[0], _UNION)
            for operator, operand in zip(operators, operands[1:], strict=True):
                text += f" {operator} {_text(operand, _UNION)}"
            return text, _COMPARE
        case t.Member(keys=keys, domain=domain, negated=negated):
            left = _text(keys[0], _UNION) if len(keys) == 1 else f"({_list(keys)})"
            return f"{left} {'not in' if negated else 'in'} {_text(domain, _UNION)}", _COMPARE
        case t.And(operands=operands):
            return " and ".join(_text(each, _NOT) for each in operands), _AND
        case t.Or(operands=operands):
            return " or ".join(_text(each, _AND) for each in operands), _OR
        case t.Not(operand=operand):
            return f"not {_text(operand, _NOT)}", _NOT
        case t.Form(kind="piecewise", arguments=(quantity, *points)):
            pairs = [f"({_list(points[k : k + 2])})" for k in range(0, len(points), 2)]
            return f"piecewise({', '.join([_text(quantity, _CHOICE), *pairs])})", _ATOM
        case t.Form(kind="tuple", arguments=parts):
            return f"({_list(parts)}{',' if len(parts) == 1 else ''})", _ATOM
        case t.Form(kind=kind, arguments=arguments):
            parts = [f"({_text(a, 0)})" if _is_each(a) else _text(a, _CHOICE) for a in arguments]
            if len(arguments) == 1 and _is_each(arguments[0]):
                parts = [_text(arguments[0], 0)]
            return f"{kind}({', '.join(parts)})", _ATOM
        case t.SetOperation(operator=operator, left=left, right=right):
            level = _SET_LEVELS[operator]
            return f"{_text(left, level)} {operator} {_text(right, level + 1)}", level
        case t.SetLiteral(elements=elements):
            return f"{{{_list(elements)}}}" if elements else "()", _ATOM
        case t.Generator():
            return _generator(node), _CHOICE
        case _:
            raise TypeError(type(node).__name__)


def _sum(terms: Sequence[t.Expr]) -> str:
    text = _text(terms[0], _SUM if not isinstance(terms[0], t.Add) else _PRODUCT)
    for term in terms[1:]:
        sign, shown = ("-", term.operand) if isinstance(term, t.Negate) else ("+", term)
        text += f" {sign} {_text(shown, _PRODUCT)}"
    return text


def _list(nodes: Sequence[t.Expr]) -> str:
    return ", ".join(_text(each, _CHOICE) for each in nodes)


def _clauses(generators: Sequence[t.Generator]) -> str:
    return " ".join(f"for {_generator(each)}" for each in generators)


def _generator(node: t.Generator) -> str:
    targets = ", ".join(node.targets)
    conditions = "".join(f" if {_text(each, _OR)}" for each in node.conditions)
    return f"{targets} in {_text(node.domain, _UNION)}{conditions}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'


def _is_each(node: t.Expr) -> bool:
    return isinstance(node, t.Aggregate) and node.function == "each"
