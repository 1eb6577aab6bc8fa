"""Things that are counted and come out as fractions: a doubt about the domain of a variable, never more.

The words decide what is counted: what a variable means, the unit it has, and what the text asks `how many`
of. Measures (hours, tonnes, litres) have a `how many` too and may be fractions. A value that is whole as it
is raises no doubt, whatever its domain.
"""

from __future__ import annotations

__all__ = ["check_counted", "counted"]

import re

import numpy as np

from agentopt.formulation.elements import Variable
from agentopt.verification.case import Case, shown

_AWAY = 1e-4
"""How far from a whole number a value is a fraction."""
_HOW_MANY = re.compile(
    r"\b(?:how many|numbers? of|count of)\s+"
    r"(?:(?:of|the|each|every|all|these|new|whole|types?|kinds?)\s+)*([a-z]{3,})",
    re.IGNORECASE,
)
_DECIDED = re.compile(
    r"\b(?:whether|(?:is |equals? )?1 if|one if|yes or no|0 or 1|0/1|binary|indicator)\b", re.IGNORECASE
)
_THINGS = re.compile(
    r"\b(?:trucks?|vans?|bus(?:es)?|cars?|vehicles?|planes?|aircraft|ships?|trains?|trips?|flights?|"
    r"workers?|people|persons?|employees?|nurses?|drivers?|staff|teams?|crews?|machines?|"
    r"warehouses?|plants?|factor(?:y|ies)|stores?|shops?|stations?|servers?|"
    r"chairs?|tables?|desks?|phones?|laptops?|computers?|bikes?|bicycles?|toys?|cows?|animals?|"
    r"houses?|apartments?|ads?|advertisements?|projects?|whole|integer)\b",
    re.IGNORECASE,
)
_MEASURE_WORDS = (
    "hour minute second day week month year kilo gram tonne ton pound ounce litre liter gallon barrel bushel "
    "acre hectare metre meter feet foot mile kilometre kilometer dollar euro cent percent share fraction "
    "megawatt kilowatt watt joule unit cubic square money fuel oil water energy power capital budget serving"
)
_MEASURES = frozenset(word[:5] for word in _MEASURE_WORDS.split())
_UNITS = frozenset(["mwh", "kwh", "lbs"])


def check_counted(case: Case, text: str | None) -> None:
    """Say which variables are real, stand for what is counted, and are fractions at the answer."""
    asked = _asked(text or "")
    for name, variable in case.instance.formulation.variables.items():
        why = counted(name, variable, asked) if variable.domain in {"real", "semicontinuous"} else ""
        if not why:
            continue
        part = case.answer.part(name)
        away = np.abs(part - np.round(part))
        fractions = np.flatnonzero(away > _AWAY * np.maximum(1.0, np.abs(part)))
        if len(fractions):
            value = float(part[fractions[0]])
            case.say(
                "unknown",
                "whole",
                f"`{name}` is {variable.domain} and comes out as {shown(value)}, though {why}: "
                "if only whole ones make sense, its domain should be integer or binary",
                name,
                value=value,
                count=len(fractions),
            )


def counted(name: str, variable: Variable, asked: frozenset[str] = frozenset()) -> str:
    """Why a variable seems to be counted, in words; empty where nothing says so.

    Args:
        name: of the variable.
        variable: its meaning, unit and bounds.
        asked: the stems of what the text asks `how many` of.

    >>> counted("x", Variable(meaning="number of trucks sent"))
    'it means "number of trucks sent"'
    >>> counted("x", Variable(meaning="number of hours worked"))
    ''
    """
    if (variable.lower, variable.upper) == (0, 1) and _DECIDED.search(variable.meaning):
        return f'it means "{variable.meaning}"'
    if variable.unit and _THINGS.fullmatch(variable.unit.strip()):
        return f"its unit is {variable.unit}"
    if variable.unit:
        return ""  # any other unit is a measure
    if _asked(variable.meaning):
        return f'it means "{variable.meaning}"'
    own = {_stem(word) for word in re.findall(r"[a-z]{3,}", f"{name} {variable.meaning}".lower())}
    if not own & _MEASURES and own & asked:
        return f"the text asks how many {min(own & asked)}…"
    return ""


def _asked(text: str) -> frozenset[str]:
    """Stems of the nouns after `how many` and `number of`, measures aside."""
    found = set[str]()
    for match in _HOW_MANY.finditer(text):
        word = match[1].lower()
        if _stem(word) not in _MEASURES and word not in _UNITS:
            found.add(_stem(word))
    return frozenset(found)


def _stem(word: str) -> str:
    return word[:5] if len(word) > 5 else word.rstrip("s")
