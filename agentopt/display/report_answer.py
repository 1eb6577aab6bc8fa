"""The top of a report: the answer in words and one figure, and the facts beside it."""

from __future__ import annotations

__all__ = ["STATUS_TONES", "result"]

from agentopt.agents.answer import Answer, Status
from agentopt.budget import Spend
from agentopt.display.figures import figure, minus, percent, span
from agentopt.display.markup import Html, element

STATUS_TONES: dict[Status, str] = {
    "optimal": "good",
    "locally optimal": "warn",
    "feasible": "warn",
    "formulated": "plain",
    "infeasible": "bad",
    "unbounded": "bad",
    "infeasible or unbounded": "bad",
    "not solved": "bad",
    "no formulation": "bad",
}


def result(answer: Answer) -> Html:
    """What came of it."""
    return element(
        "section",
        *(_value(answer) if answer.objective is not None else ()),
        element("p", _said(answer), class_="said"),
        element("dl", *(element("div", *pair) for pair in _facts(answer)), class_="facts"),
        class_="result",
        id="answer",
    )


def _value(answer: Answer) -> tuple[Html, ...]:
    objectives = answer.formulation.objectives if answer.formulation is not None else ()
    if not objectives:
        return ()
    first = objectives[0]
    if len(objectives) > 1:
        what, unit = "Combined value of the objectives", ""
    else:
        kind = "Least" if first.sense == "minimize" else "Greatest"
        kind = kind if answer.status in ("optimal",) else "Value of the"
        name = first.meaning or first.name.replace("_", " ") or "objective"
        what, unit = f"{kind} {name}", first.unit or ""
    return (
        element("p", what, class_="what"),
        element(
            "p",
            minus(figure(answer.objective)),
            element("span", unit, class_="unit") if unit else None,
            class_="value",
        ),
    )


def _said(answer: Answer) -> str:
    """The first paragraph of the explanation; all of it where there is no point to show in tables."""
    if answer.status == "formulated":
        return "The formulation was reached and holds; it was not solved."
    if not answer.explanation:
        return f"The outcome: {answer.status}."
    if not answer.variables:
        return answer.explanation
    head = answer.explanation.split("\n\n")[0]
    value, dot, rest = head.partition(". ")
    return (
        rest
        if dot
        and ":" in value
        and answer.objective is not None
        and answer.formulation
        and answer.formulation.objectives
        else head
    )


def _facts(answer: Answer) -> list[tuple[Html, Html]]:
    found: list[tuple[str, str]] = []
    solution, compiled = answer.solution, answer.compiled
    if compiled is not None:
        size = f"{compiled.problem_class}, {compiled.num_columns:,} × {compiled.num_rows:,}"
        found.append(("Class, columns × rows", size))
    if solution is not None:
        found.append(("Engine", f"{solution.engine} {solution.version}".strip()))
        if solution.bound is not None and answer.objective is not None:
            gap = f" (gap {percent(solution.gap)})" if solution.gap else ""
            found.append(("Proved bound", minus(figure(solution.bound)) + gap))
        found.append(("Engine time", span(solution.seconds)))
        if solution.nodes > 1:
            found.append(("Nodes", f"{solution.nodes:,}"))
    if answer.votes is not None:
        found.append(("Vote", f"{answer.votes[0]} of {answer.votes[1]} samples agree"))
    if answer.repairs:
        found.append(("Repairs", f"{answer.repairs}"))
    if answer.spend.calls:
        found.append(("Language model", _spent(answer.spend)))
    return [(element("dt", name), element("dd", value)) for name, value in found]


def _spent(spend: Spend) -> str:
    price = "" if not spend.dollars else f", ${spend.dollars:.4g}"
    calls = f"{spend.calls:,} call{'s' if spend.calls != 1 else ''}"
    return f"{calls}, {spend.tokens:,} tokens{price}"
