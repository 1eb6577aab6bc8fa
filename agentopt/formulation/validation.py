"""Plain data to a `Formulation`, with every problem told at once in the words of the formulation.

Pydantic reports one error for each arm of a union and names its own machinery in the path; here a path is
what the person wrote (`constraints.meet_demand`), and each problem says what was found and what was expected.
"""

from __future__ import annotations

__all__ = ["describe", "problems", "unpaired", "validate"]

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import ValidationError

from agentopt.errors import FormulationError, nearest
from agentopt.formulation.diagnostics import Diagnostic
from agentopt.formulation.elements import (
    Constraint,
    Formulation,
    IndexSet,
    Objective,
    Parameter,
    Variable,
    Waiver,
)
from agentopt.formulation.fields import Element
from agentopt.formulation.uncertainty import Restriction, Risk, Scenarios, Uncertain, Uncertainty

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MAX_LISTED = 25

_ELEMENTS: dict[str, type[Element]] = {
    "sets": IndexSet,
    "parameters": Parameter,
    "variables": Variable,
    "objective": Objective,
    "constraints": Constraint,
    "waived": Waiver,
    "uncertainty": Uncertainty,
}
_UNCERTAINTY: dict[str, type[Element]] = {
    "parameters": Uncertain,
    "scenarios": Scenarios,
    "risk": Risk,
    "constraints": Restriction,
}
_EXPECTED = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "model": "a mapping",
    "dict": "a mapping",
    "finite": "a finite number (null for no bound)",
}
_MEANT = {
    "continuous": "did you mean `real`?",
    "bool": "did you mean `binary`?",
    **dict.fromkeys(("permutation", "sequence"), "use integers and `alldifferent(...)`"),
    "interval": "use its start, and `no_overlap((start[j], length[j]) for j in J)`",
}
_SYNONYMS = {
    "expression": ("that", "minimize", "formula"),
    "expr": ("that", "minimize", "formula"),
    "constraint": ("that",),
    "statement": ("that",),
    "type": ("domain", "role"),
    "vtype": ("domain",),
    "lb": ("lower",),
    "ub": ("upper",),
    "lower_bound": ("lower",),
    "upper_bound": ("upper",),
    "min": ("lower", "minimize"),
    "max": ("upper", "maximize"),
    "initial": ("start",),
    "index": ("over", "with"),
    "indices": ("over", "with"),
    "indexed_by": ("over",),
    "sets": ("over", "of"),
    "description": ("meaning", "because"),
    "definition": ("meaning", "formula"),
    "comment": ("because", "meaning"),
    "units": ("unit",),
    "forall": ("for",),
    "for_all": ("for",),
    "foreach": ("for",),
    "values": ("elements", "value"),
    "members": ("elements",),
    "data": ("values",),
    "file": ("from",),
    "table": ("from",),
    "source": ("from", "quote", "because"),
    "objectives": ("objective",),
    "params": ("parameters",),
    "subject_to": ("constraints",),
    "goal": ("objective",),
}


def validate(data: object, *, source: str = "") -> Formulation:
    """The formulation that plain data (of a YAML or JSON document) states.

    Raises:
        FormulationError: listing every problem, each with its path.

    >>> validate({"variables": {"x": {}}}).variables["x"].lower
    0
    """
    subject = f"`{source}`" if source else "this"
    if not isinstance(data, Mapping):
        raise FormulationError(
            f"{subject} is not a formulation: expected a mapping with `sets`, `parameters`, `variables`, "
            f"`objective` and `constraints`, found {describe(data)}",
            hint="`agentopt formulation schema` shows the form",
        )
    if unpaired(data):
        raise FormulationError(f"{subject} holds half a character (an unpaired surrogate)", hint="delete it")
    try:
        return Formulation.model_validate(data)
    except ValidationError as error:
        found = problems(error, data)
    except RecursionError:
        raise FormulationError(f"{subject} is not a formulation: values are nested too deeply") from None
    lines = [f"{d.element}: {d.message}" + (f"; {d.hint}" if d.hint else "") for d in found[:MAX_LISTED]]
    if len(found) > MAX_LISTED:
        lines.append(f"… and {len(found) - MAX_LISTED} more")
    if len(found) == 1:
        raise FormulationError(lines[0] if not source else f"`{source}`: {lines[0]}")
    listed = "\n".join(f"  {line}" for line in lines)
    raise FormulationError(f"{subject} is not a formulation: {len(found)} problems\n{listed}")


def unpaired(data: object) -> bool:
    r"""Whether a text in the data cannot be written as UTF-8; JSON escapes can make one.

    >>> unpaired({"title": "half a smile: \ud83d"}), unpaired(["\U0001f600"])
    (True, False)
    """
    stack: list[object] = [data]
    while stack:
        match stack.pop():
            case str() as text:
                if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
                    return True
            case Mapping() as inner:
                stack += [*inner, *inner.values()]
            case list() as inner:
                stack += inner
    return False


def problems(error: ValidationError, data: object) -> list[Diagnostic]:
    """One diagnostic for each place pydantic complains about, in the order of the document."""
    groups: dict[tuple[str | int, ...], list[ErrorDetails]] = {}
    for each in error.errors(include_url=False):
        path, matches = _path(each["loc"], data, missing=each["type"] in ("missing", "extra_forbidden"))
        if matches:
            groups.setdefault(path, []).append(each)
    return [_diagnostic(path, errors) for path, errors in groups.items()]


def _path(loc: Sequence[str | int], data: object, *, missing: bool) -> tuple[tuple[str | int, ...], bool]:
    """The part of a pydantic location that is in the data; whether its arm of a union is the data's."""
    path: list[str | int] = []
    current = data
    for place, part in enumerate(loc):
        if isinstance(current, Mapping) and part in current:
            current = current[part]
            path.append(part)
        elif isinstance(current, Mapping) and missing and place == len(loc) - 1:
            path.append(part)
        elif isinstance(current, list) and isinstance(part, int) and part < len(current):
            current = current[part]
            path.append(part)
        elif isinstance(current, list) and (named := _named(current, part)) is not None:
            current = named
            path.append(part)
        elif isinstance(part, str) and "[" in part:
            is_list = part.startswith("list[")
            if is_list != isinstance(current, list) and isinstance(current, Mapping | list):
                return tuple(path), False
    return tuple(path), True


def _named(entries: list[object], name: str | int) -> object | None:
    return next((e for e in entries if isinstance(e, Mapping) and e.get("name") == name), None)


def _diagnostic(path: tuple[str | int, ...], errors: Sequence[ErrorDetails]) -> Diagnostic:
    first = errors[0]
    kind = first["type"]
    parent, field = _join(path[:-1]) or "formulation", path[-1] if path else ""
    if kind == "extra_forbidden":
        return Diagnostic("error", parent, f"unknown field `{field}`", _field_hint(path))
    if kind == "missing":
        return Diagnostic("error", parent, f"the field `{field}` is missing")
    element = _join(path) or "formulation"
    if kind == "value_error":
        return Diagnostic("error", element, first["msg"].removeprefix("Value error, "))
    found = describe(first["input"])
    if kind in ("literal_error", "enum"):
        expected = str(first.get("ctx", {}).get("expected", ""))
        names = expected.replace("'", "").replace(" or ", ", ").split(", ")
        given = str(first["input"]).casefold()
        hint = _MEANT[given] if given in _MEANT else nearest(given, names)
        return Diagnostic("error", element, f"expected {expected.replace(chr(39), '`')}, found {found}", hint)
    kinds = dict.fromkeys(_expected(e) for e in errors)
    if "a number" in kinds:
        kinds.pop("a whole number", None)
    hint = ""
    if element.startswith("constraints.") and element.count(".") == 1 and isinstance(first["input"], str):
        hint = "write `that:` before the statement"
    elif element == "objective":
        kinds, hint = {"a mapping": None}, "write `minimize:` or `maximize:` with the expression"
    return Diagnostic("error", element, f"expected {' or '.join(kinds)}, found {found}", hint)


def _expected(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "greater_than":
            return f"a number greater than {context['gt']:g}"
        case "greater_than_equal":
            return f"{context['ge']:g} or more"
        case kind:
            return _EXPECTED.get(kind.split("_")[0], error["msg"])


def _field_hint(path: tuple[str | int, ...]) -> str:
    section, field = str(path[0]), str(path[-1])
    model = Formulation if len(path) == 1 else _ELEMENTS.get(section)
    if model is Uncertainty and len(path) > 2:
        model = _UNCERTAINTY.get(str(path[1]))
    if model is None:
        return ""
    known = [info.alias or name for name, info in model.model_fields.items()]
    for synonym in _SYNONYMS.get(field.casefold().replace(" ", "_").replace("-", "_"), ()):
        if synonym in known:
            return f"did you mean `{synonym}`?"
    return nearest(field, known) or f"known fields: {', '.join(known)}"


def _join(path: Sequence[str | int]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def describe(value: object) -> str:
    """A value as a message shows it: short, and with its kind when it is not a scalar.

    >>> describe({"a": 1}), describe("x"), describe(None)
    ('a mapping with `a`', '"x"', 'nothing')
    """
    match value:
        case None:
            return "nothing"
        case str():
            text = value if len(value) <= 60 else value[:57] + "..."
            return json.dumps(text, ensure_ascii=False)
        case Mapping():
            keys = ", ".join(f"`{str(k)[:30]}`" for k in list(value)[:4])
            return f"a mapping with {keys}" if keys else "an empty mapping"
        case list():
            return f"a list of {len(value)}"
        case _:
            return f"`{str(value)[:60]}`"
