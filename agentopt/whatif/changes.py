"""Changes to a problem as a person types them, and the problem they make.

Every change ends up in the formulation or its data, so that a changed problem is a problem like any other: it
is checked, bound, solved and verified in the same way, and solving it afresh must give the same answer.

    set     demand[topeka]=300   demand[topeka]=+10%   freight*=1.1   supply[*]+=50
    force   ship[seattle, topeka]>=100   open[denver]
    forbid  ship[seattle, topeka]
    add     sum(ship[p,m] for p in PLANTS) <= 500 for m in MARKETS
    drop    within_supply[seattle]   within_supply
"""

from __future__ import annotations

__all__ = ["KINDS", "Change", "Kind", "changed"]

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from agentopt.agents.context import Problem
from agentopt.errors import UsageError, nearest
from agentopt.formulation import tree as t
from agentopt.formulation.elements import Constraint, Formulation
from agentopt.formulation.instance import BoundParameter, Instance, Label, canonical
from agentopt.formulation.parse import parse_domain
from agentopt.formulation.unparse import unparse_domain
from agentopt.whatif.spelling import Place, expression, place, spelled

Kind = Literal["set", "force", "forbid", "add", "drop"]

KINDS: tuple[Kind, ...] = ("set", "force", "forbid", "add", "drop")

_ASSIGNED = re.compile(r"^(?P<left>[^=<>!]*?)\s*(?P<sign>[+*/-]?=)\s*(?P<right>[^=].*)$", re.DOTALL)
_COMPARED = re.compile(r"^(?P<left>.*?)\s*(?P<sign><=|>=|==|=|<|>)\s*(?P<right>.+)$", re.DOTALL)
_SHARE = re.compile(r"^([+-]?\d+(?:\.\d*)?)\s*%$")


@dataclass(frozen=True)
class Change:
    """One change as it was typed."""

    kind: Kind
    text: str

    def __str__(self) -> str:
        return f"{self.kind} {self.text}"


def changed(problem: Problem, instance: Instance, changes: Sequence[Change]) -> Problem:
    """The problem after changes, in their order.

    Args:
        problem: with a formulation.
        instance: it bound to its data, as it is before any change.
        changes: what is to be changed.

    Raises:
        UsageError: a change names nothing there is, or does not say what it wants.
        ExpressionError: a statement does not parse.
    """
    assert problem.formulation is not None
    maker = _Maker(problem.formulation, dict(problem.data), instance)
    for each in changes:
        maker.make(each)
    return replace(problem, text="", formulation=maker.formulation, data=maker.data)


class _Maker:
    def __init__(self, formulation: Formulation, data: dict[str, object], instance: Instance) -> None:
        self.formulation, self.data, self.instance = formulation, data, instance
        self.tables: dict[str, dict[tuple[Label, ...], float]] = {}

    def make(self, change: Change) -> None:
        match change.kind:
            case "set":
                self.set(change)
            case "force":
                self.state(change, self.forced(change))
            case "forbid":
                self.state(change, f"{spelled(self.decision(change.text, change))} == 0")
            case "add":
                self.add(change)
            case "drop":
                self.drop(change)

    # -- data ------------------------------------------------------------------------------------------------

    def set(self, change: Change) -> None:
        """Give a parameter other values."""
        found = _ASSIGNED.match(change.text.strip())
        if found is None:
            raise UsageError(
                f"`{change.text}` does not say what is set to what",
                hint="for instance `--set demand[topeka]=300`, `--set freight=+10%`",
            )
        where = place(found["left"], self.instance)
        self.known_parameter(where.name)
        table = self.table(where.name)
        keys = self.matching(where, table)
        for key in keys:
            value = _valued(found["sign"], found["right"].strip(), table.get(key), change)
            table[key] = float(f"{value:.12g}")
        bound = self.instance.parameters[where.name]
        # Rows of labels and value, which a run can keep as JSON.
        self.data[where.name] = table[()] if not bound.over else [[*k, value] for k, value in table.items()]

    def known_parameter(self, name: str) -> None:
        if name in self.instance.parameters:
            return
        if name in self.formulation.variables:
            raise UsageError(
                f"`{name}` is a decision, which is not set but found",
                hint=f"fix it with `--force '{name}=...'`, or bar it with `--forbid {name}`",
            )
        known = list(self.instance.parameters)
        raise UsageError(
            f"there is no parameter `{name}`", hint=nearest(name, known) or f"there are: {_listed(known)}"
        )

    def table(self, name: str) -> dict[tuple[Label, ...], float]:
        """The values of a parameter by index, changes so far included."""
        if name not in self.tables:
            self.tables[name] = _table(self.instance, self.instance.parameters[name])
        return self.tables[name]

    def matching(self, where: Place, table: Mapping[tuple[Label, ...], float]) -> list[tuple[Label, ...]]:
        """The indices meant; a `*` stands for every label of its place."""
        over = self.instance.parameters[where.name].over
        arity = sum(self.instance.sets[each].arity for each in over)
        key = where.key if where.key or not arity else ("*",) * arity
        if len(key) != arity:
            raise UsageError(
                f"`{where.text}` has {len(key)} index{'es' if len(key) != 1 else ''}, "
                f"but `{where.name}` has {arity}",
                hint=f"it ranges over {', '.join(over)}" if over else "it has no index",
            )
        if "*" in key:
            found = [
                each for each in table if all(k in ("*", label) for k, label in zip(key, each, strict=True))
            ]
            if found:
                return found
        labels = tuple(self.label(label, where) for label in key)
        if labels in table or self.instance.parameters[where.name].default is not None:
            return [labels]
        raise UsageError(
            f"`{where.name}` has no value at `{', '.join(map(str, labels))}`",
            hint=f"it has values at {_listed([', '.join(map(str, each)) for each in table])}",
        )

    def label(self, label: Label, where: Place) -> Label:
        if self.instance.labels.find(label) is not None:
            return canonical(label)
        known = [str(self.instance.labels[code]) for code in range(len(self.instance.labels))]
        raise UsageError(
            f"`{label}` of `{where.text}` is no element of any set", hint=nearest(str(label), known)
        )

    # -- statements ------------------------------------------------------------------------------------------

    def forced(self, change: Change) -> str:
        """A statement about one decision."""
        found = _COMPARED.match(change.text.strip())
        if found is None:
            where = self.decision(change.text, change)
            if self.formulation.variables[where.name].domain != "binary":
                raise UsageError(
                    f"`{change.text}` is an amount: say how much",
                    hint=f"for instance `--force '{change.text.strip()}>=1'`",
                )
            return f"{spelled(where)} == 1"
        where = self.decision(found["left"], change)
        sign = "==" if found["sign"] == "=" else found["sign"]
        return f"{spelled(where)} {sign} {expression(found['right'], self.formulation, self.instance)}"

    def decision(self, text: str, change: Change) -> Place:
        where = place(text, self.instance)
        known = self.formulation.variables
        if where.name not in known:
            hint = nearest(where.name, known) or f"decisions: {_listed(list(known))}"
            if where.name in self.instance.parameters:
                hint = f"`{where.name}` is a parameter: use `--set`"
            raise UsageError(f"there is no decision `{where.name}`", hint=hint)
        for label in where.key:
            self.label(label, where)
        return where

    def add(self, change: Change) -> None:
        """A statement in the language of formulations."""
        that, domain = _split_for(change.text.strip())
        bound = tuple(target for each in parse_domain(domain) for target in each.targets) if domain else ()
        self.state(change, expression(that, self.formulation, self.instance, bound), domain)

    def state(self, change: Change, that: str, domain: str | None = None) -> None:
        number = 1
        while f"whatif_{number}" in self.formulation.constraints:
            number += 1
        stated = Constraint.model_validate({"that": that, "for": domain, "because": f"what if: {change}"})
        self.restated({**self.formulation.constraints, f"whatif_{number}": stated})

    def drop(self, change: Change) -> None:
        """Leave a constraint out, all of it or at one index."""
        where = place(change.text, self.instance)
        known = self.formulation.constraints
        if where.name not in known:
            raise UsageError(
                f"there is no constraint `{where.name}`",
                hint=nearest(where.name, known) or f"constraints: {_listed(list(known))}",
            )
        if not where.key:
            self.restated({n: c for n, c in known.items() if n != where.name})
            return
        declared = known[where.name]
        generators = parse_domain(declared.for_) if declared.for_ else ()
        targets = [target for each in generators for target in each.targets]
        if len(targets) != len(where.key):
            raise UsageError(f"`{where.name}` has {len(targets)} indices, not {len(where.key)}")
        apart = [
            t.Compare((t.Name(target), _node(self.label(label, where))), ("!=",))
            for target, label in zip(targets, where.key, strict=True)
        ]
        condition: t.Expr = apart[0] if len(apart) == 1 else t.Or(tuple(apart))
        last = generators[-1]
        narrowed = replace(last, conditions=(*last.conditions, condition))
        domain = unparse_domain((*generators[:-1], narrowed))
        less = Constraint.model_validate({**declared.model_dump(by_alias=True), "for": domain})
        self.restated({**known, where.name: less})

    def restated(self, constraints: Mapping[str, Constraint]) -> None:
        self.formulation = self.formulation.model_copy(update={"constraints": dict(constraints)})


def _table(instance: Instance, bound: BoundParameter) -> dict[tuple[Label, ...], float]:
    if not bound.over:
        return {(): float(bound.values[0])}
    return dict(zip(instance.labels.tuples(bound.codes), bound.values.tolist(), strict=True))


def _valued(sign: str, text: str, before: float | None, change: Change) -> float:
    """The new value."""
    share = _SHARE.match(text)
    try:
        amount = float(share[1]) / 100 if share else float(text.replace("_", ""))
    except ValueError:
        raise UsageError(
            f"`{text}` of `{change.text}` is not a number", hint="a number, or a share such as +10%"
        ) from None
    if sign == "=" and not share:
        return amount
    if before is None:
        raise UsageError(f"`{change.text}` changes a value that is not there", hint="set it: `=NUMBER`")
    if share:
        if sign == "=" and text[0] not in "+-":
            raise UsageError(
                f"`{change.text}`: is it {text} of what it is, or {text} more?",
                hint=f"write `=+{text}` for more, `=-{text}` for less, `*={amount:g}` for the share",
            )
        return before * (1 + (amount if sign in ("=", "+=") else -amount))
    match sign:
        case "+=":
            return before + amount
        case "-=":
            return before - amount
        case "*=":
            return before * amount
    if amount == 0:
        raise UsageError(f"`{change.text}` divides by zero")
    return before / amount


def _split_for(text: str) -> tuple[str, str | None]:
    """A statement and the `for` behind it, outside all brackets."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += (text[at] in ")]") - (text[at] in "([")
        if depth == 0 and re.match(r"\sfor\s", text[at:]):
            return text[:at].strip(), text[at + 5 :].strip()
    return text, None


def _node(label: Label) -> t.Expr:
    return t.Label(label) if isinstance(label, str) else t.Number(label)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
