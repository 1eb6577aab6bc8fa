"""The deterministic equivalent of a formulation with scenarios, as a formulation of its own.

Every decision that may wait, every uncertain parameter and every constraint that mentions one gets one more
index, the scenario; the objective becomes its expected value, its conditional value at risk (Rockafellar and
Uryasev, 2000), or its worst value. What comes out is a formulation like any other: it can be read, exported,
solved by any engine of its class, and its answer is certified.
"""

from __future__ import annotations

__all__ = ["Equivalent", "equivalent"]

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar, cast

from agentopt.errors import FormulationError
from agentopt.formulation import tree as t
from agentopt.formulation.check import require
from agentopt.formulation.elements import (
    Constraint,
    Formulation,
    IndexSet,
    Objective,
    Parameter,
    Variable,
)
from agentopt.formulation.resolve import Parsed, ParsedConstraint, parse
from agentopt.formulation.scope import Shapes
from agentopt.formulation.uncertainty import Measure, Risk, Uncertainty
from agentopt.formulation.uncertainty_check import mentioned, touched
from agentopt.formulation.unparse import unparse, unparse_domain

N = TypeVar("N", bound=t.Node)


@dataclass(frozen=True)
class Equivalent:
    """A deterministic equivalent.

    Attributes:
        formulation: without uncertainty.
        scenarios: the name of its set of scenarios.
        probability: the name of its parameter of probabilities.
        first_stage: the variables decided before.
        recourse: the variables that have the scenario as their first index.
        uncertain: the parameters given by scenario.
        risk: the measure in force.
    """

    formulation: Formulation
    scenarios: str
    probability: str
    first_stage: tuple[str, ...]
    recourse: tuple[str, ...]
    uncertain: tuple[str, ...]
    risk: Risk


def equivalent(f: Formulation, risk: Risk | None = None) -> Equivalent:
    """The deterministic equivalent of a formulation with scenarios.

    Args:
        f: with `uncertainty.scenarios`.
        risk: in place of the one it states.

    Raises:
        FormulationError: it has errors, has no scenarios, or needs something that has no such equivalent.

    >>> f = Formulation.model_validate(
    ...     {
    ...         "parameters": {"demand": {}},
    ...         "variables": {"order": {}, "sold": {}},
    ...         "objective": {"maximize": "5*sold - 3*order"},
    ...         "constraints": {"a": {"that": "sold <= order"}, "b": {"that": "sold <= demand"}},
    ...         "uncertainty": {
    ...             "recourse": "sold",
    ...             "scenarios": {"elements": ["low", "high"]},
    ...             "parameters": {"demand": {"values": {"low": 10, "high": 30}}},
    ...         },
    ...     }
    ... )
    >>> found = equivalent(f).formulation
    >>> found.objective.maximize
    'sum(probability[s]*(5*sold[s]) for s in SCENARIOS) - 3*order'
    >>> found.constraints["b"].that, found.constraints["b"].for_
    ('sold[s] <= demand[s]', 's in SCENARIOS')
    """
    require(f)
    stated = f.uncertainty
    if stated is None or stated.scenarios is None:
        raise FormulationError(
            "the formulation has no scenarios", hint="list them under `uncertainty: {scenarios: ...}`"
        )
    if len(f.objectives) != 1:
        raise FormulationError(
            f"there are {len(f.objectives)} objectives; a value to expect is one of one",
            hint="state one objective, or the sum of several in one expression",
        )
    return _Writer(f, stated, parse(f), risk or stated.risk).written()


class _Writer:
    def __init__(self, f: Formulation, stated: Uncertainty, parsed: Parsed, risk: Risk) -> None:
        self.f, self.stated, self.parsed, self.risk = f, stated, parsed, risk
        self.shapes = Shapes(parsed)
        self.late = touched(parsed) | set(stated.recourse)
        trees: list[t.Node] = [p.expression for p in parsed.objectives]
        for each in parsed.constraints.values():
            trees += [each.statement, *each.generators]
        taken = {*f.sets, *f.parameters, *f.variables, *mentioned(trees), *self._indices(trees)}
        self.index = _free("s", taken)
        self.scenarios = _free("SCENARIOS", taken)
        self.probability = _free("probability", taken)
        self.taken = taken
        moved = [name for name in f.sets if name in self.late]
        if moved:
            raise FormulationError(
                f"sets.{moved[0]}: the set depends on what is uncertain, so that it would differ by scenario",
                hint="keep the set as it is largest, and state the condition with numbers in the constraints",
            )

    def _indices(self, trees: Sequence[t.Node]) -> set[str]:
        """Every name that stands for an index somewhere."""
        found = {
            each
            for with_ in (
                *(p.with_ for p in self.f.parameters.values()),
                *(v.with_ for v in self.f.variables.values()),
            )
            for each in with_ or ()
        }
        for tree in trees:
            for node in t.walk(tree):
                if isinstance(node, t.Generator):
                    found.update(node.targets)
        return found

    def written(self) -> Equivalent:
        f = self.f
        assert self.stated.scenarios is not None
        declared = self.stated.scenarios
        sets = {
            self.scenarios: IndexSet(
                meaning="what may happen",
                elements=None if declared.elements is None else list(declared.elements),
                from_=declared.from_,
                column=None if declared.column is None else [declared.column],
            ),
            **f.sets,
        }
        variables = {name: self.variable(name, each) for name, each in f.variables.items()}
        constraints = {name: self.constraint(each) for name, each in self.parsed.constraints.items()}
        objective = self.objective(variables, constraints)
        found = Formulation(
            title=f.title,
            sets=sets,
            parameters=self.parameters(),
            variables=variables,
            objective=objective,
            constraints=constraints,
            report={name: self.expected_text(each.expression) for name, each in self.parsed.reports.items()},
            assumptions=list(f.assumptions),
            waived=list(f.waived),
        )
        if f.origin is not None:
            found = found.with_origin(f.origin)
        return Equivalent(
            found,
            self.scenarios,
            self.probability,
            tuple(name for name in f.variables if name not in self.stated.recourse),
            tuple(self.stated.recourse),
            tuple(self.stated.parameters),
            self.risk,
        )

    def parameters(self) -> dict[str, Parameter]:
        found = {self.probability: self.probabilities()}
        for name, each in self.f.parameters.items():
            if name in self.stated.parameters:
                given = self.stated.parameters[name]
                found[name] = Parameter(
                    meaning=each.meaning,
                    over=[self.scenarios, *each.over],
                    unit=each.unit,
                    role=each.role,
                    values=given.values,
                    from_=given.from_,
                    column=given.column,
                    key=given.key,
                    default=given.default,
                )
            elif name in self.late:
                formula = self.parsed.formulas[name]
                found[name] = each.model_copy(
                    update={
                        "over": [self.scenarios, *each.over],
                        "with_": [self.index, *formula.indices],
                        "formula": unparse(self.shift(formula.expression)),
                    }
                )
            else:
                found[name] = each
        return found

    def probabilities(self) -> Parameter:
        declared = self.stated.scenarios
        assert declared is not None
        about = {"meaning": "how likely a scenario is", "over": [self.scenarios]}
        match declared.probability:
            case None:
                return Parameter(**about, with_=[self.index], formula=f"1/len({self.scenarios})")
            case str() as column:
                assert declared.column is not None
                return Parameter(**about, from_=declared.from_, column=column, key=[declared.column])
            case values:
                return Parameter(**about, values=values)

    def variable(self, name: str, declared: Variable) -> Variable:
        formulas = self.parsed.variables[name]
        bounds = {
            side: each
            for side, each in (("lower", formulas.lower), ("upper", formulas.upper))
            if each is not None
        }
        moving = [side for side, each in bounds.items() if mentioned([each.expression]) & self.late]
        if name not in self.stated.recourse:
            if moving:
                raise FormulationError(
                    f"variables.{name}.{moving[0]}: the bound is uncertain, but `{name}` is decided before",
                    hint=f"state it as a constraint, which then holds in every scenario, or name `{name}` "
                    "under `recourse`",
                )
            return declared
        update: dict[str, object] = {"over": [self.scenarios, *declared.over], "start": None}
        if declared.with_ is not None or moving:
            update["with_"] = [self.index, *(declared.with_ or self._made_up(declared))]
        for side in moving:
            update[side] = unparse(self.shift(bounds[side].expression))
        return declared.model_copy(update=update)

    def _made_up(self, declared: Variable) -> list[str]:
        """Names for the indices of a variable whose bounds use none of them."""
        axes = self.shapes.over(declared.over) or ()
        return [_free(f"i{k + 1}", self.taken) for k in range(len(axes))]

    def constraint(self, each: ParsedConstraint) -> Constraint:
        declared = self.f.constraints[each.name]
        if not mentioned([each.statement, *each.generators]) & self.late:
            return declared
        generators = [self.own(), *(self.shift(g) for g in each.generators)]
        return Constraint(
            that=unparse(self.shift(each.statement)),
            for_=unparse_domain(generators),
            because=declared.because,
        )

    def own(self) -> t.Generator:
        return t.Generator((self.index,), t.Name(self.scenarios))

    # -- objective -------------------------------------------------------------------------------------------

    def objective(self, variables: dict[str, Variable], constraints: dict[str, Constraint]) -> Objective:
        """The measure of the objective, with the variables and constraints it needs added."""
        parsed = self.parsed.objectives[0]
        declared, expression = parsed.objective, parsed.expression
        least = declared.sense == "minimize"
        expected = self.expected_text(expression)
        value = unparse(self.shift(expression))
        measure, share = self.risk.measure, self.risk.weight
        if measure is Measure.WORST:
            worst = _free("worst", self.taken)
            variables[worst] = Variable(lower=None, unit=declared.unit, meaning="the objective at its worst")
            constraints[f"{worst}_of_all"] = Constraint(
                that=f"{worst} {'>=' if least else '<='} {value}",
                for_=f"{self.index} in {self.scenarios}",
                because="no scenario is worse",
            )
            text = worst
        elif measure is Measure.CVAR and share > 0:
            edge, beyond = _free("value_at_risk", self.taken), _free("beyond", self.taken)
            variables[edge] = Variable(lower=None, unit=declared.unit, meaning="where the worst share begins")
            variables[beyond] = Variable(
                over=[self.scenarios], unit=declared.unit, meaning="how much worse than that a scenario is"
            )
            excess = f"({value}) - {edge}" if least else f"{edge} - ({value})"
            constraints[f"{beyond}_risk"] = Constraint(
                that=f"{beyond}[{self.index}] >= {excess}",
                for_=f"{self.index} in {self.scenarios}",
                because="the mean of the worst share counts",
            )
            tail = f"sum({self.probability}[{self.index}]*{beyond}[{self.index}] for {self.own_text()})"
            sign = "+" if least else "-"
            text = f"{edge} {sign} {1 / (1 - self.risk.level)!r}*{tail}"
            if share < 1:
                text = f"{share!r}*({text}) + {1 - share!r}*({expected})"
        else:
            text = expected
        return declared.model_copy(update={declared.sense: text})

    def own_text(self) -> str:
        return f"{self.index} in {self.scenarios}"

    def expected_text(self, expression: t.Expr) -> str:
        """The expected value of an expression; terms that are the same in every scenario stay outside."""
        terms = expression.terms if isinstance(expression, t.Add) else (expression,)
        late = [each for each in terms if mentioned([each]) & self.late]
        if not late:
            return unparse(expression)
        inner = unparse(self.shift(late[0] if len(late) == 1 else t.Add(tuple(late))))
        text = f"sum({self.probability}[{self.index}]*({inner}) for {self.own_text()})"
        for each in terms:
            if each not in late:
                negative = isinstance(each, t.Negate)
                shown = unparse(t.Add((t.Number(0), each)))[4:]
                text += f" {'-' if negative else '+'} {shown}"
        return text

    # -- trees -----------------------------------------------------------------------------------------------

    def shift(self, node: N) -> N:
        """The tree with the scenario put before the indices of everything that differs by scenario."""
        changes: dict[str, Any] = {}
        for each in fields(node):
            value = getattr(node, each.name)
            if isinstance(value, t.Node):
                changes[each.name] = self.shift(value)
            elif isinstance(value, tuple):
                changes[each.name] = tuple(self.shift(v) if isinstance(v, t.Node) else v for v in value)
        return cast("N", self._here(replace(node, **changes)))

    def _here(self, node: t.Node) -> t.Node:
        """One node, whose parts are done."""
        own = t.Name(self.index)
        if isinstance(node, t.Item) and node.name in self.late:
            return replace(node, keys=(own, *node.keys))
        if isinstance(node, t.Name) and node.id in self.late:
            return t.Item(node.id, (own,))
        return node


def _free(name: str, taken: set[str]) -> str:
    """A name nothing has yet."""
    found = name
    while found in taken:
        found += "_"
    taken.add(found)
    return found
