"""Formulations from the annotated models of the NL4OPT benchmark: right models nobody wrote for our checks.

An annotation names an objective and constraints of a few kinds over a few things, in words of the text:
`{"type": "linear", "limit": "40", "operator": "LESS_OR_EQUAL", "terms": {"chair": "3", "table": "5"}}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentopt.verification.quantities import quantities

_OPERATORS = {"LESS_OR_EQUAL": "<=", "GREATER_OR_EQUAL": ">=", "EQUAL": "=="}
_ROLES = {"<=": "capacity", ">=": "requirement", "==": "data"}


def formulation(annotation: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    """The formulation an annotated model amounts to, with the roles a reader would give.

    Raises:
        KeyError, IndexError: the annotation mentions something it does not declare, or a number that is none.
    """
    mentions = annotation["mentions"]
    things = {thing: f"thing {place}" for place, thing in enumerate(dict.fromkeys(mentions.values()), 1)}

    def name(mention: str) -> str:
        return things[mentions.get(mention, mention)]

    def table(terms: Mapping[str, str]) -> dict[str, Any]:
        rows = {name(mention): number(value) for mention, value in terms.items()}
        return {"over": ["THINGS"], "default": 0, "values": [list(row) for row in rows.items()]}

    objective = annotation["objective"]
    sense = "maximize" if objective["direction"].startswith("max") else "minimize"
    terms = objective.get("terms") or dict.fromkeys(objective["vars"], "1")
    role = "reward" if sense == "maximize" else "cost"
    parameters = [{"name": "worth", "role": role, **table(terms)}]
    constraints = []
    for place, each in enumerate(annotation["constraints"]):
        limit, use, sign = f"limit_{place}", f"use_{place}", _OPERATORS[each["operator"]]
        given = {"name": limit, "role": _ROLES[sign]}
        match each["type"]:
            case "linear":
                parameters.append({"name": use, "role": "rate", **table(each["terms"])})
                left, right = f"sum({use}[t]*make[t] for t in THINGS)", limit
            case "sum":
                left, right = "sum(make[t] for t in THINGS)", limit
            case "upperbound" | "lowerbound":
                given["role"] = "bound"
                left, right = f'make["{name(each["var"])}"]', limit
            case "ratio":
                given["role"] = "ratio"
                left, right = f'make["{name(each["var"])}"]', f"{limit}*sum(make[t] for t in THINGS)"
            case "xby":
                given["role"] = "ratio"
                left, right = f'make["{name(each["x_var"])}"]', f'{limit}*make["{name(each["y_var"])}"]'
            case _:
                left, right = f'make["{name(each["x_var"])}"]', f'make["{name(each["y_var"])}"]'
        words = each.get("limit", each.get("param"))
        if words is not None:
            parameters.append({**given, "value": number(words), "quote": words})
        constraints.append({"name": f"rule_{place}", "that": f"{left} {sign} {right}"})
    return {
        "sets": [{"name": "THINGS", "elements": list(things.values())}],
        "parameters": parameters,
        "variables": [{"name": "make", "over": ["THINGS"], "domain": "integer" if whole else "real"}],
        "objective": {sense: "sum(worth[t]*make[t] for t in THINGS)"},
        "constraints": constraints,
    }


def number(words: str) -> float:
    """The number some words mean; a percentage is a share."""
    first = quantities(words)[0]
    return float(first.value / 100 if first.kind == "percent" else first.value)
