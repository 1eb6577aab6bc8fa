"""Plans under uncertainty for a person at a terminal: what is decided now, against what, at what price."""

from __future__ import annotations

__all__ = ["prices_text", "robust_text", "stochastic_text"]

import math
from collections.abc import Iterator, Mapping, Sequence

from agentopt.agents.answer import Answer
from agentopt.display.figures import aligned, figure, percent
from agentopt.display.listing import bold, columns, dim
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import Label
from agentopt.formulation.uncertainty import Measure, Risk
from agentopt.uncertainty.robust import Priced, Robust
from agentopt.uncertainty.stochastic import Stochastic

MAX_LISTED = 40
_POLICIES = {
    "adaptive": "later decisions may be anything, once all is known",
    "affine": "later decisions follow a linear rule",
    "static": "every decision is made before",
}
_METHODS = {
    "milp": "found and bounded by a mixed-integer program whose big-M are proved by linear programs",
    "vertices": "every vertex of the set was looked at",
    "bilinear": "found and bounded by SCIP over the whole set",
    "duality": "a constraint for every case, exactly restated by linear programming duality",
}


def stochastic_text(found: Stochastic, title: str) -> str:
    """What came of a problem with scenarios."""
    f = found.equivalent.formulation
    unit = _unit(f)
    lines = [bold(title)] if title else []
    if found.value is None:
        lines += ["", f"There is no plan for all scenarios: {found.answer.status}."]
        lines += _why(found.answer)
        return "\n".join(lines)
    count = len(found.scenarios)
    measure = _measure(found.equivalent.risk, found.sense)
    lines += ["", f"{measure}: {figure(found.value)}{unit}, over {count} scenarios."]
    lines += ["", bold("Decided now"), _decisions(found.first_stage)]
    lines += ["", bold("What it comes to"), _scenarios(found)]
    lines += ["", *_worth(found, unit)]
    if found.answer.certificate is not None:
        verdict = found.answer.certificate.verdict
        lines += ["", f"Certificate  {verdict}, for the deterministic equivalent of all scenarios"]
    return "\n".join(lines)


def robust_text(found: Robust, title: str) -> str:
    """What came of a problem with an uncertainty set."""
    unit = _unit(found.stages.compiled.instance.formulation)
    lines = [bold(title)] if title else []
    if found.value is None:
        lines += ["", _nothing(found)]
        return "\n".join(lines)
    way = "at most" if found.sense == "minimize" else "at least"
    lines += ["", f"Whatever happens within the set, the objective is {way} {figure(found.value)}{unit}."]
    lines += _proved(found, unit)
    if found.nominal is not None:
        lines.append(
            f"If all were as stated, the best would be {figure(found.nominal)}{unit}: being safe costs "
            f"{figure(abs(found.value - found.nominal))}{unit}{_share(found.value, found.nominal)}."
        )
    lines += ["", f"{bold('Decided now')}  ({_POLICIES[found.policy]})", _decisions(found.plan)]
    if found.worst:
        lines += ["", bold("The worst case for this plan"), _worst(found)]
    if found.reaction and found.policy != "static":
        head = "What is done then" if found.worst else "What is done later if all is as stated"
        lines += ["", bold(head), _decisions(found.reaction)]
    if found.prices:
        lines += ["", bold("The price of robustness"), prices_text(found.prices, found.nominal)]
    return "\n".join(lines)


def prices_text(prices: Sequence[Priced], nominal: float | None) -> str:
    """A line for each budget."""
    values = aligned([each.value for each in prices])
    chance = any(each.chance is not None for each in prices)
    rows = []
    for each, value in zip(prices, values, strict=True):
        row = [figure(each.budget), value if each.value is not None else "no plan"]
        row.append("" if each.value is None or nominal is None else _share(each.value, nominal, plain=True))
        if chance:
            row.append("" if each.chance is None else percent(each.chance))
        row.append("" if each.solved else "not closed")
        rows.append(row)
    heads = ["budget", "objective", "change"]
    table = columns([*heads, *(["a limit is missed at most"] if chance else []), ""], rows)
    if not chance:
        return table
    return (
        table
        + "\n"
        + dim(
            "The chance is for numbers that vary independently and symmetrically (Bertsimas and Sim, 2004)."
        )
    )


def _proved(found: Robust, unit: str) -> Iterator[str]:
    if found.status == "optimal":
        yield f"No plan of this kind does better in its worst case (gap {percent(found.gap or 0.0)})."
    elif found.bound is not None:
        yield (
            f"Stopped early: no plan of this kind does better than {figure(found.bound)}{unit} "
            f"(gap {percent(found.gap or 0.0)})."
        )
    yield f"The worst case: {_METHODS[found.method]}."
    if found.rounds:
        yield f"{len(found.rounds)} rounds of column-and-constraint generation, {found.seconds:.1f} s."
    if found.missed is not None:
        yield f"Checked afresh over the set, row by row: missed by {found.missed:.1e} at most."


def _nothing(found: Robust) -> str:
    if found.status == "infeasible":
        if found.nominal is None:
            return "There is no plan, even if all is as stated; `agentopt diagnose` says why."
        return (
            "There is no plan that works in every case of the set. Lower the budget (`--budget`; `--price` "
            "shows how far it goes), or let what is missing be bought at a cost."
        )
    if found.status == "unbounded":
        return "The objective is better without limit; `agentopt diagnose` says which limit is missing."
    return "No plan was found in the time given."


def _measure(risk: Risk, sense: str) -> str:
    worst = "smallest" if sense == "maximize" else "largest"
    match risk.measure:
        case Measure.EXPECTED:
            return "Expected value of the objective"
        case Measure.WORST:
            return f"The {worst} value in any scenario"
    tail = f"mean of the worst {percent(1 - risk.level)}"
    if risk.weight == 1:
        return f"The {tail}"
    return f"{figure(risk.weight)} of the {tail} and {figure(1 - risk.weight)} of the expected value"


def _scenarios(found: Stochastic) -> str:
    shown = found.scenarios[:MAX_LISTED]
    cells = [aligned([getattr(each, name) for each in shown]) for name in ("value", "mean_plan", "informed")]
    rows = [
        [each.name, percent(each.probability), *(cell[k] or "no answer" for cell in cells)]
        for k, each in enumerate(shown)
    ]
    table = columns(["scenario", "probability", "this plan", "plan for the mean", "had it been known"], rows)
    return table + _rest(len(found.scenarios) - len(shown))


def _worth(found: Stochastic, unit: str) -> Iterator[str]:
    worth, knowing = found.value_of_stochastic_solution, found.value_of_perfect_information
    if worth is not None:
        what = (
            "a plan made for mean values fails in a scenario"
            if math.isinf(worth)
            else f"{figure(_near(worth))}{unit} better than the plan made for mean values"
        )
        yield f"Value of the stochastic solution  {what}"
    if knowing is not None:
        yield f"Value of perfect information      {figure(_near(knowing))}{unit}"


def _near(value: float) -> float:
    return 0.0 if abs(value) < 1e-9 else value


def _worst(found: Robust) -> str:
    stated = {(step.name, step.key): step.stated for step in found.stages.polytope.steps}
    moved = [(place, value) for place, value in found.worst.items() if abs(value - stated[place]) > 1e-9]
    if not moved:
        return "all is as stated"
    rows = [[_label(*place), figure(stated[place]), figure(value)] for place, value in moved[:MAX_LISTED]]
    return columns(["number", "stated", "in the worst case"], rows) + _rest(len(moved) - MAX_LISTED)


def _decisions(decided: Mapping[str, float | Mapping[tuple[Label, ...], float]]) -> str:
    rows = []
    for name, value in decided.items():
        if isinstance(value, Mapping):
            rows += [[_label(name, key), figure(each)] for key, each in value.items() if abs(each) > 1e-9]
        else:
            rows.append([name, figure(value)])
    if not rows:
        return "nothing: all decisions are 0"
    return columns([], rows[:MAX_LISTED]) + _rest(len(rows) - MAX_LISTED)


def _label(name: str, key: Sequence[Label]) -> str:
    return f"{name}[{', '.join(map(str, key))}]" if key else name


def _rest(count: int) -> str:
    return f"\n{dim(f'({count:,} more)')}" if count > 0 else ""


def _share(value: float, nominal: float, *, plain: bool = False) -> str:
    if not nominal:
        return ""
    change = value / nominal - 1
    text = f"{'+' if change >= 0 else '−'}{percent(abs(change))}"
    return text if plain else f" ({text})"


def _unit(f: Formulation) -> str:
    unit = f.objectives[0].unit if f.objectives else None
    return f" {unit}" if unit else ""


def _why(answer: Answer) -> list[str]:
    if answer.diagnosis is None or answer.compiled is None:
        return []
    from agentopt.diagnosis import told

    return [f"  {line}" for line in told(answer.compiled, answer.diagnosis)]
