"""Ways to spoil a formulation in one place: each yields what was done and the spoiled formulation."""

from __future__ import annotations

__all__ = ["KINDS", "mutants"]

import itertools
import random
import re
from collections.abc import Iterator

from agentopt.formulation.elements import Constraint, Formulation, Objective

_FLIP = {"<=": ">=", ">=": "<="}


def _constraint(f: Formulation, name: str, that: str) -> Formulation:
    changed = f.constraints[name].model_copy(update={"that": that})
    return f.model_copy(update={"constraints": {**f.constraints, name: changed}})


def _objective(f: Formulation, text: str, *, turn: bool = False) -> Formulation:
    assert isinstance(f.objective, Objective)
    down = (f.objective.minimize is not None) != turn
    update = {"minimize": text if down else None, "maximize": None if down else text}
    return f.model_copy(update={"objective": f.objective.model_copy(update=update)})


def _flipped(f: Formulation) -> Iterator[tuple[str, Formulation]]:
    for name, each in f.constraints.items():
        for match in re.finditer(r"<=|>=", each.that):
            if each.that.count("[", 0, match.start()) == each.that.count("]", 0, match.start()):
                that = each.that[: match.start()] + _FLIP[match[0]] + each.that[match.end() :]
                yield f"{name}: {that}", _constraint(f, name, that)


def _dropped(f: Formulation) -> Iterator[tuple[str, Formulation]]:
    for name in f.constraints:
        kept = {key: value for key, value in f.constraints.items() if key != name}
        yield name, f.model_copy(update={"constraints": kept})


def _fewer_terms(f: Formulation) -> Iterator[tuple[str, Formulation]]:
    """Without one term of a sum that is written out."""
    for place, text in _texts(f):
        for start, end in _terms(text):
            shorter = (text[:start] + text[end:]).strip().lstrip("+").strip()
            if shorter and not re.match(r"[<>=*/]", shorter):
                yield f"{place}: {shorter}", _put(f, place, shorter)


def _terms(text: str) -> Iterator[tuple[int, int]]:
    """The places of terms joined by + or - outside every bracket, sign included."""
    depth, cuts = 0, [0]
    for k, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if depth == 0 and re.match(r" [+-] |[<>=]=? ", text[k:]) and (k == 0 or text[k - 1] not in "<>="):
            cuts.append(k)
    cuts.append(len(text))
    for a, b in itertools.pairwise(cuts):
        piece = text[a:b]
        if re.match(r" [+-] ", piece) or (a == 0 and re.match(r" [+-] ", text[b:])):
            yield a, b


def _swapped(f: Formulation) -> Iterator[tuple[str, Formulation]]:
    """One parameter in place of another over the same sets."""
    for place, text in _texts(f):
        used = [name for name in f.parameters if re.search(rf"\b{name}\b", text)]
        for one in used:
            for other in f.parameters:
                if other != one and f.parameters[other].over == f.parameters[one].over:
                    changed = re.sub(rf"\b{one}\b", other, text, count=1)
                    yield f"{place}: {changed}", _put(f, place, changed)


def _wrong_sense(f: Formulation) -> Iterator[tuple[str, Formulation]]:
    if isinstance(f.objective, Objective):
        yield "objective", _objective(f, f.objective.expression, turn=True)


def _other_domain(f: Formulation) -> Iterator[tuple[str, Formulation]]:
    other = {"real": "integer", "integer": "real", "binary": "real"}
    for name, each in f.variables.items():
        if each.domain in other:
            upper = 1 if each.domain == "binary" else each.upper
            changed = each.model_copy(update={"domain": other[each.domain], "upper": upper})
            yield (
                f"{name}: {other[each.domain]}",
                f.model_copy(update={"variables": {**f.variables, name: changed}}),
            )


def _off_by_one(f: Formulation) -> Iterator[tuple[str, Formulation]]:
    for name, each in f.constraints.items():
        for pattern, into in ((r"\[(\w+)-1\]", r"[\1]"), (r"\bprev\((\w+)\)", r"\1"), (r"\[1\]", "[2]")):
            if re.search(pattern, each.that):
                that = re.sub(pattern, into, each.that, count=1)
                yield f"{name}: {that}", _constraint(f, name, that)
        if each.for_ and re.search(r"> 1\b|> first", each.for_):
            changed = each.model_copy(update={"for_": re.sub(r"> (1\b|first)", r">= \1", each.for_)})
            yield f"{name}: for {changed.for_}", _with(f, name, changed)


def _with(f: Formulation, name: str, changed: Constraint) -> Formulation:
    return f.model_copy(update={"constraints": {**f.constraints, name: changed}})


def _wrong_number(f: Formulation) -> Iterator[tuple[str, Formulation]]:
    """A number read wrongly: ten times as large, or with its digits turned."""
    for name, each in f.parameters.items():
        if each.value is not None and each.value:
            changed = each.model_copy(update={"value": each.value * 10})
            yield (
                f"{name} = {each.value * 10:g}",
                f.model_copy(update={"parameters": {**f.parameters, name: changed}}),
            )
        elif (
            isinstance(each.values, list)
            and each.values
            and all(isinstance(v, int | float) for v in each.values)
        ):
            first = each.values[0]
            assert isinstance(first, int | float)
            values = [first * 10, *each.values[1:]]
            changed = each.model_copy(update={"values": values})
            yield f"{name} = {values}", f.model_copy(update={"parameters": {**f.parameters, name: changed}})


def _texts(f: Formulation) -> Iterator[tuple[str, str]]:
    if isinstance(f.objective, Objective):
        yield "objective", f.objective.expression
    for name, each in f.constraints.items():
        yield name, each.that


def _put(f: Formulation, place: str, text: str) -> Formulation:
    return _objective(f, text) if place == "objective" else _constraint(f, place, text)


KINDS = {
    "flipped comparison": _flipped,
    "dropped constraint": _dropped,
    "dropped term": _fewer_terms,
    "swapped parameter": _swapped,
    "wrong sense": _wrong_sense,
    "integer or real": _other_domain,
    "off by one": _off_by_one,
    "wrong number": _wrong_number,
}


def mutants(f: Formulation, each: int, rng: random.Random) -> Iterator[tuple[str, str, Formulation]]:
    """Kind, place and spoiled formulation: at most `each` of a kind."""
    for kind, make in KINDS.items():
        found = list(make(f))
        for what, spoiled in rng.sample(found, min(each, len(found))):
            yield kind, what, spoiled
