"""By how much a sequencing statement is violated at a point, from its own words.

Tasks in order of their starts may not overlap, and what runs at the start of each must fit. Arcs are
followed from node to node. Nothing of the compiler's restatement is used.
"""

from __future__ import annotations

__all__ = ["element", "sequence_gaps"]

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from agentopt.formulation import tree as t
from agentopt.verification.elements import Env, Missing, Scope
from agentopt.verification.enclosures import Number, ends
from agentopt.verification.exact import Evaluator
from agentopt.verification.gap import ABSOLUTE, FALSE, NONE, Gap
from agentopt.verification.polynomials import Polynomial

_Node = tuple[int, ...]
_Value = Callable[[Env], Number]
_Truth = Callable[[Env], bool]


def sequence_gaps(
    evaluator: Evaluator,
    form: t.Form,
    scope: Scope,
    truth: Callable[[Evaluator, t.Expr, Scope], _Truth],
) -> Callable[[Env], Gap]:
    """How much a form is violated, as a function of the indices; `truth` says whether a condition holds."""
    match form.kind:
        case "no_overlap":
            tasks = [_tasks(evaluator, each, scope, truth, 2) for each in form.arguments]
            return lambda env: _no_overlap([task for part in tasks for task in part(env)])
        case "cumulative":
            limit = _number(evaluator, form.arguments[0], scope)
            tasks = [_tasks(evaluator, each, scope, truth, 3) for each in form.arguments[1:]]
            return lambda env: _cumulative([task for part in tasks for task in part(env)], limit(env))
        case "circuit":
            arcs = _arcs(evaluator, form.arguments[0], scope, truth)
            return lambda env: _circuit(arcs(env))
        case _:
            depot, capacity = (
                evaluator.code(form.arguments[0], scope),
                _number(evaluator, form.arguments[1], scope),
            )
            arcs = _arcs(evaluator, form.arguments[2], scope, truth)
            return lambda env: _routes(arcs(env), (depot(env),), capacity(env))


@dataclass(frozen=True)
class _Task:
    start: Number
    length: Number
    need: Number


@dataclass(frozen=True)
class _Arc:
    tail: _Node
    head: _Node
    taken: bool
    load: Number


def _number(evaluator: Evaluator, expr: t.Expr, scope: Scope) -> _Value:
    value = evaluator.number(expr, scope)

    def plain(env: Env) -> Number:
        found = value(env)
        if isinstance(found, Polynomial):
            raise Missing("a statement about symbols has no value")
        return found

    return plain


def _tasks(
    evaluator: Evaluator,
    member: t.Expr,
    scope: Scope,
    truth: Callable[[Evaluator, t.Expr, Scope], _Truth],
    size: int,
) -> Callable[[Env], list[_Task]]:
    """The tasks of one argument that are done."""
    walk, inner, body = _walked(evaluator, member, scope)
    assert isinstance(body, t.Form)
    parts = [_number(evaluator, each, inner) for each in body.arguments[:size]]
    done = truth(evaluator, body.arguments[size], inner) if len(body.arguments) > size else None

    def tasks(env: Env) -> list[_Task]:
        found = []
        for each in walk(env):
            if done is None or done(each):
                start, length, *need = (part(each) for part in parts)
                found.append(_Task(start, length, need[0] if need else Fraction(0)))
        return found

    return tasks


def _arcs(
    evaluator: Evaluator,
    member: t.Expr,
    scope: Scope,
    truth: Callable[[Evaluator, t.Expr, Scope], _Truth],
) -> Callable[[Env], list[_Arc]]:
    walk, inner, written = _walked(evaluator, member, scope)
    assert isinstance(member, t.Aggregate)
    body = written
    targets = [target for generator in member.generators for target in generator.targets]
    half = len(targets) // 2
    load: _Value | None = None
    if isinstance(written, t.Form) and written.kind == "tuple":
        body, load = written.arguments[0], _number(evaluator, written.arguments[1], inner)
    taken = truth(evaluator, body, inner)

    def arcs(env: Env) -> list[_Arc]:
        found = []
        for each in walk(env):
            nodes = tuple(each[target] for target in targets)
            carried = Fraction(0) if load is None else load(each)
            found.append(_Arc(nodes[:half], nodes[half:], taken(each), carried))
        return found

    return arcs


def _walked(
    evaluator: Evaluator, member: t.Expr, scope: Scope
) -> tuple[Callable[[Env], Iterator[Env]], Scope, t.Expr]:
    """The points of one argument, to be looked at one after the other, the scope there, and the member."""
    if isinstance(member, t.Aggregate) and member.function == "each":
        walk, inner = evaluator.walk(member.generators, scope)
        return walk, inner, member.body
    return lambda env: iter([env]), scope, member


def _no_overlap(tasks: list[_Task]) -> Gap:
    """The most by which one task starts before the one in front of it has ended."""
    if any(ends(task.length)[1] < 0 for task in tasks):
        return FALSE
    ordered = sorted(tasks, key=lambda task: (ends(task.start)[0], ends(task.start + task.length)[0]))
    low = high = Fraction(0)
    for task, after in itertools.pairwise(ordered):
        (least, most), (early, late) = ends(task.start + task.length), ends(after.start)
        low, high = max(low, least - late), max(high, most - early)
    return Gap(low, high, ABSOLUTE)


def _cumulative(tasks: list[_Task], capacity: Number) -> Gap:
    """The most by which the need of what runs exceeds the capacity; starts within a hair count as one."""
    if any(ends(task.length)[1] < 0 for task in tasks):
        return FALSE
    room = ends(capacity)[0]
    spans = [
        (ends(task.start)[0], ends(task.start + task.length)[0], ends(task.need)[1])
        for task in tasks
        if ends(task.length)[1] > ABSOLUTE
    ]
    # What ends makes room before what starts takes it.
    events = sorted(
        [(start, 1, need) for start, _, need in spans]
        + [(end - ABSOLUTE, 0, -need) for _, end, need in spans]
    )
    running = worst = Fraction(0)
    for _, _, need in events:
        running += need
        worst = max(worst, running - room)
    return Gap(worst, worst, ABSOLUTE) if worst > 0 else NONE


def _degrees(arcs: list[_Arc]) -> tuple[dict[_Node, list[_Arc]], dict[_Node, int], set[_Node]]:
    nodes = {arc.tail for arc in arcs} | {arc.head for arc in arcs}
    leaving: dict[_Node, list[_Arc]] = {node: [] for node in nodes}
    entering = dict.fromkeys(nodes, 0)
    for arc in arcs:
        if arc.taken:
            leaving[arc.tail].append(arc)
            entering[arc.head] += 1
    return leaving, entering, nodes


def _circuit(arcs: list[_Arc]) -> Gap:
    """Whether the arcs taken are one tour; nodes whose arc to themselves is taken stand aside."""
    leaving, entering, nodes = _degrees(arcs)
    if any(len(leaving[node]) != 1 or entering[node] != 1 for node in nodes):
        return FALSE
    touring = [node for node in sorted(nodes) if leaving[node][0].head != node]
    if not touring:
        return NONE
    node, seen = touring[0], set[_Node]()
    while node not in seen:
        seen.add(node)
        node = leaving[node][0].head
    return NONE if len(seen) == len(touring) else FALSE


def _routes(arcs: list[_Arc], depot: _Node, capacity: Number) -> Gap:
    """Whether the arcs taken are tours from the depot through all other nodes, and the most load too much."""
    leaving, entering, nodes = _degrees(arcs)
    others = nodes - {depot}
    if any(len(leaving[node]) != 1 or entering[node] != 1 for node in others):
        return FALSE
    if len(leaving.get(depot, [])) != entering.get(depot, 0):
        return FALSE
    seen: set[_Node] = set()
    worst = Fraction(0)
    for first in leaving.get(depot, []):
        arc, carried = first, Fraction(0)
        while arc.head != depot:
            seen.add(arc.head)
            carried += ends(arc.load)[1]
            arc = leaving[arc.head][0]
        worst = max(worst, carried - ends(capacity)[0])
    if seen != others:
        return FALSE
    return Gap(worst, worst, ABSOLUTE) if worst > 0 else NONE


def element(evaluator: Evaluator, arguments: Sequence[t.Expr], scope: Scope) -> _Value:
    """The value at a place, counted from 1."""
    place = _number(evaluator, arguments[0], scope)
    walked = [_walked(evaluator, each, scope) for each in arguments[1:]]
    members = [(walk, _number(evaluator, body, inner)) for walk, inner, body in walked]

    def picked(env: Env) -> Number:
        low, high = ends(place(env))
        at = round((low + high) / 2)
        found = [value(each) for walk, value in members for each in walk(env)]
        if not 1 <= at <= len(found):
            raise Missing(f"`element` has no place {at}")
        return found[at - 1]

    return picked
