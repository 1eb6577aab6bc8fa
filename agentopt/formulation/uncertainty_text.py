"""What is uncertain, in words: the parameters, the set or the scenarios, and what may wait."""

from __future__ import annotations

__all__ = ["uncertainty_lines"]

from agentopt.formulation.uncertainty import Measure, Uncertain, Uncertainty


def uncertainty_lines(stated: Uncertainty) -> list[str]:
    """Lines for a person.

    >>> uncertainty_lines(
    ...     Uncertainty.model_validate({"parameters": {"d": {"deviation": 2}}, "recourse": "y"})
    ... )
    ['d  as stated, or up to 2 more or less', 'decided once known: y']
    """
    width = max((len(name) for name in stated.parameters), default=0)
    lines = [f"{name:<{width}}  {_how(each)}" for name, each in stated.parameters.items()]
    if stated.budget is not None:
        lines.append(f"at most {stated.budget} away from as stated at once")
    lines += [f"at most {limit} of {name} away at once" for name, limit in stated.budgets.items()]
    for name, each in stated.constraints.items():
        lines.append(f"{name}: {each.that}" + (f" for {each.for_}" if each.for_ else ""))
    if stated.scenarios is not None:
        declared = stated.scenarios
        where = (
            f"from {declared.from_}, column {declared.column}"
            if declared.from_ is not None
            else ", ".join(map(str, (declared.elements or ())[:12]))
        )
        lines.append(f"scenarios: {where}")
        risk = stated.risk
        tail = f", level {risk.level:g}, weight {risk.weight:g}" if risk.measure is Measure.CVAR else ""
        lines.append(f"made best: {risk.measure.value}{tail}")
    lines.append(f"decided once known: {', '.join(stated.recourse) or 'nothing'}")
    return lines


def _how(each: Uncertain) -> str:
    if each.deviation is not None:
        return f"as stated, or up to {each.deviation} more or less"
    if each.in_a_set:
        low = "as stated" if each.lower is None else str(each.lower)
        high = "as stated" if each.upper is None else str(each.upper)
        return f"from {low} to {high}"
    return f"by scenario, from {each.from_}" if each.from_ is not None else "by scenario"
