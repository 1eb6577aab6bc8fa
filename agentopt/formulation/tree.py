"""The typed tree of an expression: what every later stage walks, and nothing else.

A tree holds names, not values. Which of them is a set, a parameter, a variable or an index of an enclosing
`for` is decided by the formulation it stands in (`agentopt.formulation.check`). Nodes are frozen and compare
by structure; `at`, the (start, end) offsets in the source text, does not take part in comparison.
"""

from __future__ import annotations

__all__ = [
    "AGGREGATES",
    "CONSTRAINT_FORMS",
    "FUNCTIONS",
    "ORDER_FUNCTIONS",
    "SEQUENCING",
    "TUPLE_FORMS",
    "VALUE_FORMS",
    "Add",
    "Aggregate",
    "And",
    "Call",
    "Choice",
    "Compare",
    "Divide",
    "Expr",
    "Form",
    "Generator",
    "Item",
    "Label",
    "Member",
    "Multiply",
    "Name",
    "Negate",
    "Node",
    "Not",
    "Number",
    "Or",
    "Power",
    "SetLiteral",
    "SetOperation",
    "SetOperator",
    "walk",
]

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Literal

_NUMERIC = (
    "exp log log10 log2 sqrt sin cos tan asin acos atan sinh cosh tanh abs min max floor ceil round mod"
)
_FORMS = (
    "implies iff at_most at_least exactly sos1 sos2 piecewise alldifferent "
    "element circuit routes no_overlap cumulative semidefinite"
)

FUNCTIONS = frozenset(_NUMERIC.split())
"""Functions of numbers. `floor ceil round mod` take data only; `min max` take one or more arguments."""

AGGREGATES = frozenset(["sum", "prod", "min", "max", "count", "any", "all", "norm"])
"""Folds over a generator: `sum(x[i] for i in I)`. `norm` is Euclidean; `count any all` take conditions."""

ORDER_FUNCTIONS = frozenset(["prev", "next", "first", "last", "ord", "len"])
"""Places in a set as listed: `prev(t)`, `next(t)`, `first(T)`, `last(T)`, `ord(t)` (from 1), `len(T)`."""

CONSTRAINT_FORMS = frozenset(_FORMS.split())
"""Statements beyond comparisons.

`piecewise(x, (x0, y0), (x1, y1), ...)` is a number: y at x on the line; so is `element(x, v1, v2, ...)`: the
x-th of the values, counted from 1.
"""

VALUE_FORMS = frozenset(["piecewise", "element"])
"""The forms that are numbers."""

TUPLE_FORMS = frozenset(["no_overlap", "cumulative", "routes"])
"""The forms whose members are tuples: tasks `(start, length)`, arcs with loads."""

SEQUENCING = frozenset(["alldifferent", "element", "circuit", "routes", "no_overlap", "cumulative"])
"""The forms a constraint solver states directly; other engines get rows and binaries for them."""


@dataclass(frozen=True, slots=True)
class Node:
    """Anything in a tree; `at` is its (start, end) place in the text it was parsed from."""

    at: tuple[int, int] | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A literal. A float stands for the decimal that `repr` prints, so 0.1 means exactly one tenth."""

    value: int | float


@dataclass(frozen=True, slots=True)
class Label(Node):
    """A quoted element of a set, as in `x["new-york"]`."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """An identifier: an index of an enclosing `for`, a scalar, a set, or a bare element of a set."""

    id: str


@dataclass(frozen=True, slots=True)
class Item(Node):
    """A parameter or variable at an index: `demand[m]`, `stock[p, t-1]`."""

    name: str
    keys: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """`-operand`."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Add(Node):
    """A sum of two or more terms; `a - b` is `Add((a, Negate(b)))`."""

    terms: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Multiply(Node):
    """A product of two or more factors."""

    factors: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Divide(Node):
    """`numerator / denominator`."""

    numerator: Expr
    denominator: Expr


@dataclass(frozen=True, slots=True)
class Power(Node):
    """`base ** exponent`; `pow(a, b)` and a superscript parse to the same."""

    base: Expr
    exponent: Expr


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of numbers (`FUNCTIONS`) or of position (`ORDER_FUNCTIONS`)."""

    function: str
    arguments: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Generator(Node):
    """`for targets in domain if conditions`; targets are index names, matched to the elements of a tuple."""

    targets: tuple[str, ...]
    domain: Expr
    conditions: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """`function(body for ... in ... if ...)` with `function` in `AGGREGATES`."""

    function: str
    body: Expr
    generators: tuple[Generator, ...]


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """`then if condition else otherwise`; the condition is on data and indices only."""

    condition: Expr
    then: Expr
    otherwise: Expr


CompareOperator = Literal["<=", ">=", "==", "<", ">", "!="]
SetOperator = Literal["|", "-", "&", "*"]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """A chain `operands[0] operators[0] operands[1] ...`; two operators of one direction state a range."""

    operands: tuple[Expr, ...]
    operators: tuple[CompareOperator, ...]


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`(p, m) in LANES`, or `not in` when `negated`."""

    keys: tuple[Expr, ...]
    domain: Expr
    negated: bool = False


@dataclass(frozen=True, slots=True)
class And(Node):
    """All operands hold."""

    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """At least one operand holds."""

    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The operand does not hold."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Form(Node):
    """A constraint form (`CONSTRAINT_FORMS`).

    `implies(a, b)`, `iff(a, b)`: arguments (a, b). `at_most(k, c1, c2, ...)` or `at_most(k, (c for ...))`:
    arguments (k, conditions or variables...); a generator argument is kept as one `Aggregate` with function
    `"each"`. `sos1`, `sos2`, `alldifferent`: variables, or one `each`. `piecewise(x, (x0, y0), ...)`:
    arguments (x, x0, y0, x1, y1, ...). `element(x, v1, v2, ...)`: arguments (x, v1, v2, ...) or (x, each).

    A member written as a tuple is a form of kind `"tuple"`, which stands nowhere else. `no_overlap((start,
    length), ...)` and `cumulative(capacity, (start, length, need), ...)` have one more part where a task may
    be left out, the condition under which it is done. `circuit(go[i, j] for i in N for j in N)`: one closed
    tour through the nodes, along the arcs whose condition holds; a node whose arc to itself is taken is left
    out. `routes(depot, capacity, (go[i, j], load[j]) for i in N for j in N)`: closed tours from the depot
    through every other node once, none with more load than the capacity. `semidefinite(x[i, j] for i in N for
    j in N)`: the matrix of these entries is symmetric and positive semidefinite.
    """

    kind: str
    arguments: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class SetOperation(Node):
    """Union `|`, difference `-`, intersection `&` or product `*` of sets, in a generator's domain or a set's
    definition.
    """

    operator: SetOperator
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class SetLiteral(Node):
    """`{a, b}` in a generator's domain, or `range(a, b)` written out as `Call("range", (a, b))`."""

    elements: tuple[Expr, ...]


Expr = (
    Number
    | Label
    | Name
    | Item
    | Negate
    | Add
    | Multiply
    | Divide
    | Power
    | Call
    | Aggregate
    | Choice
    | Compare
    | Member
    | And
    | Or
    | Not
    | Form
    | SetOperation
    | SetLiteral
)


_FIELDS = {kind: tuple(each.name for each in fields(kind)) for kind in Node.__subclasses__()}
"""The names of the fields of each kind of node."""


def walk(node: Node) -> Iterator[Node]:
    """Every node of a tree, parents first, without recursion.

    >>> [type(n).__name__ for n in walk(Add((Number(1), Negate(Name("x")))))]
    ['Add', 'Number', 'Negate', 'Name']
    """
    stack: list[Node] = [node]
    while stack:
        current = stack.pop()
        yield current
        children: list[Node] = []
        for name in _FIELDS[type(current)]:
            value = getattr(current, name)
            if type(value) in _FIELDS:
                children.append(value)
            elif type(value) is tuple:
                children.extend(v for v in value if type(v) in _FIELDS)
        stack.extend(reversed(children))
