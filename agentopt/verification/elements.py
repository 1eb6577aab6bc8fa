"""Sets, labels and the walk over generators, one element at a time: what exact evaluation rests on."""

from __future__ import annotations

__all__ = [
    "Axis",
    "Coder",
    "Codes",
    "Elements",
    "Env",
    "Late",
    "Missing",
    "Scope",
    "Truth",
    "Value",
    "decimal",
]

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction

from agentopt.errors import AgentoptError
from agentopt.formulation import tree as t
from agentopt.formulation.instance import BoundSet, Instance
from agentopt.verification.enclosures import Number
from agentopt.verification.polynomials import Polynomial

Codes = tuple[int, ...]
Env = dict[str, int]
Value = Callable[[Env], Number | Polynomial]
Truth = Callable[[Env], bool]
Coder = Callable[[Env], int]


@dataclass(frozen=True, slots=True)
class Axis:
    """What an index ranges over: the set whose order it follows, if any, and whether all labels are
    numbers.
    """

    order: BoundSet | None
    numeric: bool


Scope = Mapping[str, Axis]
"""The indices in sight."""


class Missing(AgentoptError):  # noqa: N818 - says what could not be evaluated; verification reports it as unknown
    """An expression has no value here: data or a variable is missing at an index, or it is not defined."""


class Late(Missing):
    """The time for an evaluation ended within it."""


_CLOCK = 1024
"""Elements walked between looks at the clock."""


def decimal(value: float) -> Fraction:
    """The number as printed: 0.1 is one tenth."""
    number = float(value)
    return Fraction(int(number)) if number.is_integer() else Fraction(repr(number))


class Elements(ABC):
    """The sets and labels of an instance; what numbers and conditions mean is for the class that inherits."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.labels = instance.labels
        self.deadline = float("inf")
        self._members: dict[str, set[Codes]] = {}
        self._numeric: dict[int, Fraction | None] = {}
        self._literal_sets: dict[t.Expr, BoundSet] = {}

    @contextmanager
    def until(self, deadline: float) -> Iterator[None]:
        """Within, walks that go on past a moment of the monotonic clock raise `Late`."""
        before, self.deadline = self.deadline, min(self.deadline, deadline)
        try:
            yield
        finally:
            self.deadline = before

    def look_at_clock(self) -> None:
        """Raise `Late` if the time is over."""
        if time.monotonic() > self.deadline:
            raise Late("the time for it ended")

    @abstractmethod
    def number(self, expr: t.Expr, scope: Scope) -> Value:
        """The value of an expression as a function of the indices."""

    @abstractmethod
    def truth(self, expr: t.Expr, scope: Scope) -> Truth:
        """Whether a condition on data holds, as a function of the indices."""

    def scope(self, indices: Sequence[str], over: Sequence[str]) -> dict[str, Axis]:
        """What index names mean that run over sets."""
        found = [axis for name in over for axis in self.axes(self.instance.sets[name])]
        return dict(zip(indices, found, strict=False))

    def axes(self, bound: BoundSet) -> list[Axis]:
        """What the indices of a generator over a set mean, one for each label of an element."""
        order = bound if bound.arity == 1 else None
        columns = (bound.codes[:, k].tolist() for k in range(bound.arity))
        return [Axis(order, all(self._number_of(c) is not None for c in column)) for column in columns]

    def shown(self, codes: Codes) -> str:
        """Codes as labels, for messages."""
        return ", ".join(str(self.labels[c]) if c >= 0 else "nothing" for c in codes) or "all"

    # -- sets ------------------------------------------------------------------------------------------------

    def domain(self, expr: t.Expr) -> BoundSet:
        """A set that does not depend on an index."""
        if isinstance(expr, t.Name):
            if expr.id not in self.instance.sets:
                raise Missing(f"`{expr.id}` is not a set")
            return self.instance.sets[expr.id]
        found = self._literal_sets.get(expr)
        if found is None:
            import numpy as np

            rows = list(dict.fromkeys(self._rows(expr)))
            arity = len(rows[0]) if rows else 1
            codes = np.array(rows, dtype=np.int64).reshape(len(rows), arity)
            found = self._literal_sets[expr] = BoundSet(f"#exact{len(self._literal_sets)}", codes)
        return found

    def _rows(self, expr: t.Expr) -> list[Codes]:
        match expr:
            case t.SetLiteral(elements=elements):
                return [(self._element(each),) for each in elements]
            case t.Call(function="range", arguments=arguments):
                return [(self.labels.code(k),) for k in range(*(self._whole(a, {}, {}) for a in arguments))]
            case t.SetOperation(operator=operator, left=left, right=right):
                first, second = (self.domain(side) for side in (left, right))
                one = [tuple(row) for row in first.codes.tolist()]
                other = [tuple(row) for row in second.codes.tolist()]
                if operator == "*":
                    return [a + b for a in one for b in other]
                if operator == "|":
                    return one + other
                inside = set(other)
                return [row for row in one if (row in inside) == (operator == "&")]
        raise Missing(f"`{type(expr).__name__}` is not a set")

    def _element(self, expr: t.Expr) -> int:
        match expr:
            case t.Label(text=text):
                return self.labels.code(text)
            case t.Number(value=value):
                return self.labels.code(value)
        return self.code(expr, {})({})

    def _whole(self, expr: t.Expr, scope: Scope, env: Env) -> int:
        value = self.number(expr, scope)(env)
        if not isinstance(value, Fraction) or value.denominator != 1:
            raise Missing("a `range` has an end that is not an integer")
        return value.numerator

    def members(self, bound: BoundSet) -> set[Codes]:
        """The elements of a set as codes."""
        found = self._members.get(bound.name)
        if found is None:
            found = self._members[bound.name] = {tuple(row) for row in bound.codes.tolist()}
        return found

    def walk(
        self, generators: tuple[t.Generator, ...], scope: Scope
    ) -> tuple[Callable[[Env], Iterator[Env]], dict[str, Axis]]:
        """Every point the generators add to an environment, and the scope there.

        The environment passed is changed in place while walking.
        """
        inner: dict[str, Axis] = dict(scope)
        steps: list[tuple[tuple[str, ...], Callable[[Env], list[Codes]], list[Truth]]] = []
        for generator in generators:
            rows = self._domain_rows(generator, inner)
            domain = generator.domain
            depends = isinstance(domain, t.Call) and any(
                isinstance(n, t.Name) and n.id in inner for n in t.walk(domain)
            )
            bound = None if depends else self.domain(domain)
            conditions = list(generator.conditions)
            joined = None if depends else self._joined(generator, inner)
            if joined is not None:
                place, outer, condition = joined
                conditions.remove(condition)
                rows = _grouped(rows({}), place, outer)
            if bound is not None and len(bound) and bound.arity != len(generator.targets):
                raise Missing(f"elements of `{bound.name}` have {bound.arity} labels")
            axes = [Axis(None, True)] if bound is None else self.axes(bound)
            inner |= dict(zip(generator.targets, axes, strict=False))
            steps.append((generator.targets, rows, [self.truth(c, inner) for c in conditions]))

        def visit(env: Env, depth: int) -> Iterator[Env]:
            if depth == len(steps):
                yield env
                return
            targets, rows, conditions = steps[depth]
            kept = {name: env[name] for name in targets if name in env}
            single = targets[0] if len(targets) == 1 else None
            self.look_at_clock()
            for count, row in enumerate(rows(env), 1):
                if not count % _CLOCK:
                    self.look_at_clock()
                if single is not None:
                    env[single] = row[0]
                else:
                    env.update(zip(targets, row, strict=True))
                if not conditions or all(condition(env) for condition in conditions):
                    yield from visit(env, depth + 1)
            for name in targets:
                env.pop(name, None)
            env.update(kept)

        return lambda env: visit(env, 0), inner

    def _joined(self, generator: t.Generator, scope: Scope) -> tuple[int, str, t.Expr] | None:
        """A condition that ties a target to an index in sight: the place of the target, the index, itself."""
        for condition in generator.conditions:
            match condition:
                case t.Compare(operands=(t.Name(id=one), t.Name(id=other)), operators=("==",)):
                    for target, outer in ((one, other), (other, one)):
                        if target in generator.targets and outer in scope and outer not in generator.targets:
                            return generator.targets.index(target), outer, condition
        return None

    def _domain_rows(self, generator: t.Generator, scope: Scope) -> Callable[[Env], list[Codes]]:
        domain = generator.domain
        if isinstance(domain, t.Call) and domain.function == "range":
            parts = [self.number(a, scope) for a in domain.arguments]

            def ranged(env: Env) -> list[Codes]:
                found = [part(env) for part in parts]
                if not all(isinstance(f, Fraction) and f.denominator == 1 for f in found):
                    raise Missing("a `range` has an end that is not an integer")
                return [(self.labels.code(k),) for k in range(*(int(f) for f in found))]  # type: ignore[arg-type]  # just checked

            return ranged
        rows = [tuple(row) for row in self.domain(domain).codes.tolist()]
        return lambda env: rows

    # -- labels ----------------------------------------------------------------------------------------------

    def code(self, expr: t.Expr, scope: Scope) -> Coder:
        """The label an index expression denotes, as a code; -1 where there is none."""
        match expr:
            case t.Label(text=text):
                known = self._known(text)
                return lambda env: known
            case t.Number(value=value):
                known = self._known(value)
                return lambda env: known
            case t.Name(id=name) if name in scope:
                return lambda env: env[name]
            case t.Name(id=name) if name not in self.instance.parameters:
                known = self._known(name)
                return lambda env: known
            case t.Call(function="first" | "last" as end, arguments=(inner,)):
                codes = self.domain(inner).codes
                place = -1 if not len(codes) else int(codes[0 if end == "first" else -1, 0])
                return lambda env: place
            case t.Call(function="prev" | "next" as step, arguments=(inner,)):
                return self._shifted(inner, lambda env: -1 if step == "prev" else 1, scope)
            case t.Add(terms=(inner, offset)) if self._is_place(inner, scope):
                by = self.number(offset, scope)
                return self._shifted(inner, lambda env: int(by(env)), scope)  # type: ignore[arg-type]  # data
        number = self.number(expr, scope)

        def coded(env: Env) -> int:
            value = number(env)
            return self._known(float(value)) if isinstance(value, Fraction) else -1

        return coded

    def _known(self, label: object) -> int:
        found = self.labels.find(label)
        return -1 if found is None else found

    def _shifted(self, inner: t.Expr, steps: Callable[[Env], int], scope: Scope) -> Coder:
        domain, at = self._order(inner, scope), self.code(inner, scope)
        if domain is None:
            raise Missing("`prev` and `next` need an index of an ordered set")
        positions, codes = domain.positions, domain.codes[:, 0].tolist()

        def moved(env: Env) -> int:
            place = positions.get((at(env),))
            target = -1 if place is None else place + steps(env)
            return codes[target] if 0 <= target < len(codes) else -1

        return moved

    def _order(self, expr: t.Expr, scope: Scope) -> BoundSet | None:
        match expr:
            case t.Name(id=name):
                return scope[name].order if name in scope else None
            case t.Call(function="first" | "last", arguments=(inner,)):
                return self.domain(inner)
            case t.Call(function="prev" | "next", arguments=(inner,)) | t.Add(terms=(inner, *_)):
                return self._order(inner, scope)
        return None

    def is_label(self, expr: t.Expr, scope: Scope) -> bool:
        """Whether an expression denotes an element of a set."""
        match expr:
            case t.Label():
                return True
            case t.Name(id=name):
                return name in scope or (
                    name not in self.instance.parameters
                    and name not in self.instance.formulation.variables
                    and self.labels.find(name) is not None
                )
            case t.Call(function=function):
                return function in {"prev", "next", "first", "last"}
            case t.Add(terms=(inner, _)):
                return self._is_place(inner, scope)
        return False

    def _is_place(self, expr: t.Expr, scope: Scope) -> bool:
        """Whether an expression is an index over labels that are not all numbers: `t - 1` is a place."""
        return self.is_label(expr, scope) and not self._counts(expr, scope)

    def _counts(self, expr: t.Expr, scope: Scope) -> bool:
        """Whether the labels an index expression may denote are all numbers."""
        domain = self._order(expr, scope)
        if domain is not None and domain.arity == 1:
            return all(self._number_of(c) is not None for c in domain.codes[:, 0].tolist())
        if isinstance(expr, t.Add):
            return self._counts(expr.terms[0], scope)
        if isinstance(expr, t.Name) and expr.id in scope:
            return scope[expr.id].numeric
        code = self.code(expr, {})({})
        return code >= 0 and self._number_of(code) is not None

    def _number_of(self, code: int) -> Fraction | None:
        if code not in self._numeric:
            label = self.labels[code] if code >= 0 else ""
            self._numeric[code] = None if isinstance(label, str) else decimal(label)
        return self._numeric[code]


def _grouped(rows: list[Codes], place: int, outer: str) -> Callable[[Env], list[Codes]]:
    """The rows whose label at a place is that of an index in sight."""
    groups: dict[int, list[Codes]] = {}
    for row in rows:
        groups.setdefault(row[place], []).append(row)
    return lambda env: groups.get(env[outer], [])
