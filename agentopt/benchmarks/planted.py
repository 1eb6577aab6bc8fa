"""Random formulations with contradictions planted in them, of eight kinds, one to three in each.

A formulation is feasible without its plants by construction. That the plants are all the contradictions there
are is not assumed but checked: for every choice of one member from each plant, leaving the choice out must
leave a point, which is found and checked apart from what is measured (scipy's HiGHS, rows re-evaluated from
the arrays). If S were an irreducible conflict other than a plant, some choice would miss S altogether and
leave S without a point. Formulations that fail the check are drawn again.
"""

from __future__ import annotations

__all__ = ["Planted", "drawn", "has_point", "planted"]

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import Any

import numpy as np

from agentopt.compiling import compile_instance
from agentopt.compiling.arrays import Compiled
from agentopt.diagnosis.members import Kind, Member, members, without
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import Label

Named = tuple[Kind, str, tuple[Label, ...]]
"""Kind, name and index of a member."""

MAX_CHOICES = 400


@dataclass
class Draft:
    """A formulation as it is written, and what was planted in it."""

    rng: Random
    parts: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {"sets": {}, "parameters": {}, "variables": {}, "constraints": {}}
    )
    plants: list[frozenset[Named]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    def add(self, section: str, name: str, **fields: object) -> str:
        """Declare an element."""
        self.parts[section][name] = fields
        return name

    def rule(self, name: str, that: str, because: str = "", **more: str) -> str:
        """State a constraint."""
        return self.add("constraints", name, that=that, because=because or f"the rule {name}", **more)


@dataclass(frozen=True, eq=False)
class Planted:
    """A formulation with its truth: every irreducible conflict it has, by kind, name and index."""

    compiled: Compiled
    plants: frozenset[frozenset[Named]]
    kinds: tuple[str, ...]


def planted(rng: Random, count: int) -> Planted:
    """A formulation with `count` conflicts, each of its own decisions, which share rows that always hold."""
    while True:
        draft = Draft(rng)
        _ground(draft)
        for number in range(count):
            kind = rng.choice(sorted(_KINDS))
            draft.kinds.append(kind)
            _KINDS[kind](draft, f"p{number}")
        _links(draft)
        compiled = compile_instance(bind(Formulation.model_validate(draft.parts)))
        if _are_all(compiled, draft.plants):
            return Planted(compiled, frozenset(draft.plants), tuple(draft.kinds))


# -- what is not in contradiction ----------------------------------------------------------------------------


def _ground(draft: Draft) -> None:
    """Decisions and rows that a point drawn at random meets."""
    rng = draft.rng
    size = rng.randint(3, 8)
    items = [f"i{k}" for k in range(size)]
    draft.add("sets", "ITEMS", elements=items)
    point = [rng.randint(0, 20) for _ in items]
    whole = rng.random() < 0.4
    draft.add("variables", "make", over=["ITEMS"], domain="integer" if whole else "real", upper=60)
    draft.parts["objective"] = {"minimize": "sum(make[i] for i in ITEMS)"}
    for row in range(rng.randint(2, 6)):
        chosen = rng.sample(range(size), rng.randint(2, min(4, size)))
        weights = [rng.choice([-2, -1, 1, 1, 2, 3]) for _ in chosen]
        value = sum(w * point[k] for w, k in zip(weights, chosen, strict=True))
        sum_ = " + ".join(f"{w}*make['{items[k]}']" for w, k in zip(weights, chosen, strict=True))
        room = rng.choice([0, 3, 10])
        way = rng.choice(["<=", ">="])
        draft.rule(f"g{row}", f"{sum_} {way} {value + room if way == '<=' else value - room}")


def _links(draft: Draft) -> None:
    """Rows over decisions of plants and ground together, so loose that they cannot matter."""
    names = [n for n, v in draft.parts["variables"].items() if not v.get("over")]
    for number, name in enumerate(draft.rng.sample(names, min(2, len(names)))):
        draft.rule(f"link{number}", f"{name} + sum(make[i] for i in ITEMS) <= 1000000")


# -- what is ------------------------------------------------------------------------------------------------


def _plant(draft: Draft, *found: Named) -> None:
    draft.plants.append(frozenset(found))


def _rule(name: str, *key: Label) -> Named:
    return "constraint", name, key


def _short(draft: Draft, tag: str) -> None:
    """What is asked for exceeds what there is."""
    rng = draft.rng
    sources, targets = rng.randint(1, 3), rng.randint(1, 3)
    have = [rng.randint(20, 100) for _ in range(sources)]
    want = [rng.randint(20, 100) for _ in range(targets)]
    lack = sum(have) - sum(want) + rng.randint(5, 60)
    if lack > 0:
        want[rng.randrange(targets)] += lack
    s = draft.add("sets", f"{tag}S", elements=[f"s{k}" for k in range(sources)])
    t = draft.add("sets", f"{tag}T", elements=[f"t{k}" for k in range(targets)])
    draft.add(
        "parameters", f"{tag}_have", over=[s], values={f"s{k}": v for k, v in enumerate(have)}, unit="t"
    )
    draft.add(
        "parameters", f"{tag}_want", over=[t], values={f"t{k}": v for k, v in enumerate(want)}, unit="t"
    )
    ship = draft.add("variables", f"{tag}_ship", over=[s, t], unit="t")
    draft.rule(f"{tag}_sent", f"sum({ship}[s,t] for t in {t}) <= {tag}_have[s]", **{"for": f"s in {s}"})
    draft.rule(f"{tag}_got", f"sum({ship}[s,t] for s in {s}) >= {tag}_want[t]", **{"for": f"t in {t}"})
    _plant(
        draft,
        *(_rule(f"{tag}_sent", f"s{k}") for k in range(sources)),
        *(_rule(f"{tag}_got", f"t{k}") for k in range(targets)),
    )


def _crossing(draft: Draft, tag: str) -> None:
    """A rule asks for more than a limit allows."""
    most = draft.rng.randint(5, 50)
    name = draft.add("variables", f"{tag}_x", upper=most)
    if draft.rng.random() < 0.5:
        draft.rule(f"{tag}_least", f"{name} >= {most + draft.rng.randint(1, 9)}")
        _plant(draft, _rule(f"{tag}_least"), ("upper", name, ()))
    else:
        other = draft.add("variables", f"{tag}_y", lower=draft.rng.randint(most + 1, most + 20))
        draft.rule(f"{tag}_same", f"{name} == {other}")
        _plant(draft, _rule(f"{tag}_same"), ("upper", name, ()), ("lower", other, ()))


def _circle(draft: Draft, tag: str) -> None:
    """Each comes after another, in a circle."""
    size = draft.rng.randint(2, 5)
    names = [draft.add("variables", f"{tag}_at{k}", lower=None) for k in range(size)]
    for k, name in enumerate(names):
        after = names[(k + 1) % size]
        draft.rule(f"{tag}_order{k}", f"{after} >= {name} + {draft.rng.randint(1, 9)}")
    _plant(draft, *(_rule(f"{tag}_order{k}") for k in range(size)))


def _shares(draft: Draft, tag: str) -> None:
    """Shares of a total that add up to more than all of it."""
    size = draft.rng.randint(2, 4)
    names = [draft.add("variables", f"{tag}_part{k}") for k in range(size)]
    draft.rule(f"{tag}_total", f"{' + '.join(names)} == {draft.rng.randint(10, 100)}")
    share = draft.rng.randint(105, 130) / 100 / size
    for k, name in enumerate(names):
        draft.rule(f"{tag}_share{k}", f"{name} >= {share:.3f}*({' + '.join(names)})")
    _plant(draft, _rule(f"{tag}_total"), *(_rule(f"{tag}_share{k}") for k in range(size)))


def _parity(draft: Draft, tag: str) -> None:
    """Whole numbers whose even combination is to be odd."""
    a, b = (draft.add("variables", f"{tag}_{n}", domain="integer", upper=20) for n in "nm")
    draft.rule(f"{tag}_odd", f"2*{a} + 4*{b} == {2 * draft.rng.randint(3, 12) + 1}")
    _plant(draft, _rule(f"{tag}_odd"), ("whole", a, ()), ("whole", b, ()))


def _choice(draft: Draft, tag: str) -> None:
    """At least so many, and at most fewer, of a group."""
    size = draft.rng.randint(3, 6)
    most = draft.rng.randint(1, size - 2)
    group = draft.add("sets", f"{tag}G", elements=[f"c{k}" for k in range(size)])
    pick = draft.add("variables", f"{tag}_pick", over=[group], domain="binary")
    draft.rule(f"{tag}_most", f"sum({pick}[c] for c in {group}) <= {most}")
    draft.rule(f"{tag}_least", f"sum({pick}[c] for c in {group}) >= {most + 1}")
    _plant(draft, _rule(f"{tag}_most"), _rule(f"{tag}_least"))


def _implied(draft: Draft, tag: str) -> None:
    """A chain of implications from what is chosen to what is not."""
    size = draft.rng.randint(2, 4)
    names = [draft.add("variables", f"{tag}_y{k}", domain="binary") for k in range(size)]
    for k in range(size - 1):
        draft.rule(f"{tag}_if{k}", f"implies({names[k]}, {names[k + 1]})")
    draft.rule(f"{tag}_first", f"{names[0]} >= 1")
    draft.rule(f"{tag}_last", f"{names[-1]} <= 0")
    chain = (_rule(f"{tag}_if{k}") for k in range(size - 1))
    _plant(draft, _rule(f"{tag}_first"), _rule(f"{tag}_last"), *chain)


def _budget(draft: Draft, tag: str) -> None:
    """Least amounts that cost more than the budget, one of them with a discount that does not save it."""
    size = draft.rng.randint(2, 4)
    names = [draft.add("variables", f"{tag}_buy{k}") for k in range(size)]
    prices = [draft.rng.randint(2, 9) for _ in names]
    least = [draft.rng.randint(3, 12) for _ in names]
    spent = sum(p * q for p, q in zip(prices, least, strict=True))
    low = spent - min(p * q for p, q in zip(prices, least, strict=True))
    draft.add("parameters", f"{tag}_money", value=draft.rng.randint(low, spent - 1), unit="dollar")
    sum_ = " + ".join(f"{p}*{n}" for p, n in zip(prices, names, strict=True))
    draft.rule(f"{tag}_cost", f"{sum_} <= {tag}_money")
    for k, (name, amount) in enumerate(zip(names, least, strict=True)):
        draft.rule(f"{tag}_need{k}", f"{name} >= {amount}")
    _plant(draft, _rule(f"{tag}_cost"), *(_rule(f"{tag}_need{k}") for k in range(size)))


_KINDS: dict[str, Callable[[Draft, str], None]] = {
    "budget": _budget,
    "choice": _choice,
    "circle": _circle,
    "crossing": _crossing,
    "implied": _implied,
    "parity": _parity,
    "shares": _shares,
    "short": _short,
}


# -- the truth ----------------------------------------------------------------------------------------------


def _are_all(compiled: Compiled, plants: list[frozenset[Named]]) -> bool:
    """Whether leaving out any choice of one member from each plant leaves a point."""
    by_name = {(m.kind, m.name, m.key): m for m in members(compiled)}
    choices = list(product(*(sorted(each, key=repr) for each in plants)))
    if len(choices) > MAX_CHOICES:
        return False
    return all(
        has_point(without(compiled, [by_name[name] for name in choice])) for choice in choices
    ) and not any(has_point(_only(compiled, by_name, each)) for each in plants)


def _only(compiled: Compiled, by_name: dict[Named, Member], plant: frozenset[Named]) -> Compiled:
    return without(compiled, (m for name, m in by_name.items() if name not in plant))


def has_point(model: Compiled) -> bool:
    """Whether scipy finds a point, which is then checked row by row."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csc_matrix

    matrix = csc_matrix(
        (model.matrix.values, model.matrix.indices, model.matrix.starts),
        shape=(model.num_rows, model.num_columns),
    )
    found = milp(
        np.zeros(model.num_columns),
        constraints=LinearConstraint(matrix, model.row_lower, model.row_upper),
        bounds=Bounds(model.lower, model.upper),
        integrality=model.integrality,
    )
    if found.x is None:
        return False
    rows = matrix @ found.x
    excess = [model.row_lower - rows, rows - model.row_upper, model.lower - found.x, found.x - model.upper]
    off = max(float(part.max(initial=0.0)) for part in excess)
    return bool(
        off <= 1e-6 and np.abs(found.x - np.round(found.x))[model.integrality == 1].max(initial=0.0) < 1e-6
    )


def drawn(seed: int, number: int) -> Iterator[Planted]:
    """So many formulations, with one, two and three conflicts in turn."""
    for k in range(number):
        yield planted(Random(f"{seed}/{k}"), 1 + k % 3)
