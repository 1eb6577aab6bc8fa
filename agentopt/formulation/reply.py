"""A language model's reply to a formulation: harmless habits are understood, each with a note.

Nothing is guessed; the rest is an error that names every problem. What is understood has one reading:
- unused fields that are null, empty texts or empty lists (strict decoding writes them all out);
- a wrapper with one key (`{"formulation": {...}}`); a formulation's elements in list or mapping form;
- a constraint that is just its statement, a set that is just its list, a parameter that is just its number;
- an objective as `{"sense": "minimize", "expression": ...}` or as a text `"minimize ..."`;
- other words for a field (`expression` for `that`, `lb` for `lower`) or a domain (`continuous` for `real`);
- numbers in quotes with thousands separators (`"12,000"`), infinite bounds for absent ones;
- parameter values as rows with column names (`[{"city": "Rome", "demand": 5}]`);
- expressions in backticks, `for` as a list of its parts, reports and waivers in list form.
"""

from __future__ import annotations

__all__ = ["Reading", "from_reply", "read_reply"]

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agentopt.formulation.elements import Formulation
from agentopt.formulation.validation import validate

_SECTIONS = ("sets", "parameters", "variables", "constraints")
_WRAPPERS = {"formulation", "model", "problem", "optimization_model", "result", "answer"}
_FIELDS: dict[str, dict[str, str]] = {
    "sets": {"values": "elements", "members": "elements", "description": "meaning"},
    "parameters": {
        "description": "meaning",
        "units": "unit",
        "indices": "over",
        "indexed_by": "over",
        "index_sets": "over",
        "data": "values",
        "expression": "formula",
    },
    "variables": {
        "description": "meaning",
        "units": "unit",
        "indices": "over",
        "indexed_by": "over",
        "index_sets": "over",
        "type": "domain",
        "vtype": "domain",
        "lb": "lower",
        "ub": "upper",
        "lower_bound": "lower",
        "upper_bound": "upper",
        "initial": "start",
    },
    "constraints": {
        "expression": "that",
        "expr": "that",
        "statement": "that",
        "constraint": "that",
        "forall": "for",
        "for_all": "for",
        "description": "because",
        "reason": "because",
        "quote": "because",
        "meaning": "because",
    },
    "objective": {"description": "meaning", "units": "unit"},
}
_DOMAINS = {
    **dict.fromkeys(("continuous", "float", "number", "nonnegative", "non-negative real"), "real"),
    **dict.fromkeys(("int", "integers", "whole", "general"), "integer"),
    **dict.fromkeys(("bool", "boolean", "0-1", "0/1", "{0,1}", "{0, 1}"), "binary"),
    "semi-continuous": "semicontinuous",
    "semi-integer": "semiinteger",
}
_SENSES = {
    **dict.fromkeys(("minimize", "minimise", "min", "minimum", "minimization"), "minimize"),
    **dict.fromkeys(("maximize", "maximise", "max", "maximum", "maximization"), "maximize"),
}
_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?\Z")
_PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\Z")
_INFINITE = re.compile(r"([-+]?)(inf|infinity|∞|oo)\Z", re.IGNORECASE)
_EXPRESSIONS = {
    "sets": ("where", "formula"),
    "parameters": ("formula",),
    "constraints": ("that", "for"),
    "objective": ("minimize", "maximize"),
    "variables": (),
}
_KEEPS_NULL = {("variables", "lower"), ("variables", "upper")}

Entry = dict[str, object]


@dataclass(frozen=True)
class Reading:
    """A formulation and notes on what had to be understood rather than read, one a kind and place."""

    formulation: Formulation
    notes: tuple[str, ...] = ()


def from_reply(data: object) -> Formulation:
    """The formulation in a reply's JSON; see `read_reply`, which also says what was tolerated.

    Raises:
        FormulationError: the data is not a formulation; every problem is listed with its path.

    >>> from_reply({"variables": [{"name": "x", "upper": "1,000"}]}).variables["x"].upper
    1000
    """
    return read_reply(data).formulation


def read_reply(data: object) -> Reading:
    """The formulation in a reply's JSON, and notes on every habit that was tolerated.

    Raises:
        FormulationError: the data is not a formulation; every problem is listed with its path.

    >>> read_reply({"variables": [{"name": "x"}], "constraints": {"c": "x <= 4"}}).notes
    ('constraints.c: a text was read as the statement `that`',)
    """
    reader = _Reader()
    cleaned = reader.formulation(data)
    return Reading(validate(cleaned), tuple(dict.fromkeys(reader.notes)))


class _Reader:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, path: str, text: str) -> None:
        self.notes.append(f"{path}: {text}")

    def formulation(self, data: object) -> object:
        if not isinstance(data, Mapping):
            return data
        if len(data) == 1:
            (key, inner), *_ = data.items()
            if str(key).casefold() in _WRAPPERS and isinstance(inner, Mapping):
                self.note("formulation", f"it was inside `{key}`")
                data = inner
        found = {key: value for key, value in data.items() if value is not None}
        for section in _SECTIONS:
            if section in found:
                found[section] = self.section(section, found[section])
        if "objective" in found:
            found["objective"] = self.objectives(found["objective"])
            if found["objective"] in ([], {}, None):
                del found["objective"]
        self.lists(found)
        return found

    def section(self, section: str, value: object) -> object:
        """Every element in mapping form, cleaned; anything unexpected is left for validation to name."""
        if isinstance(value, list):
            cleaned: list[object] = []
            for number, each in enumerate(value, start=1):
                if section == "constraints" and isinstance(each, str | Mapping):
                    each = {"that": each} if isinstance(each, str) else each
                    if not each.get("name"):
                        self.note(f"constraints[{number - 1}]", f"it was named `constraint_{number}`")
                        each = {**each, "name": f"constraint_{number}"}
                if isinstance(each, Mapping):
                    name = str(each.get("name"))
                    each = {"name": each.get("name"), **self.element(section, name, _but_name(each))}
                cleaned.append(each)
            return cleaned
        if isinstance(value, Mapping):
            return {
                str(name): (
                    self.element(section, str(name), shaped)
                    if isinstance(shaped := self.shorthand(section, str(name), each), Mapping)
                    else shaped
                )
                for name, each in value.items()
            }
        return value

    def shorthand(self, section: str, name: str, value: object) -> object:
        """An element that is just its most important field."""
        path = f"{section}.{name}"
        match section, value:
            case "constraints", str():
                self.note(path, "a text was read as the statement `that`")
                return {"that": value}
            case "sets", list():
                self.note(path, "a list was read as its `elements`")
                return {"elements": value}
            case "parameters", int() | float() if not isinstance(value, bool):
                self.note(path, "a number was read as its `value`")
                return {"value": value}
            case _:
                return value

    def element(self, section: str, name: str, entry: Mapping[str, object]) -> Entry:
        path = f"{section}.{name}"
        found = self.renamed(section, path, entry)
        if isinstance(found.get("name"), str) and found["name"] == name:
            del found["name"]
        found = {
            key: value
            for key, value in found.items()
            if not _absent(value) or ((section, key) in _KEEPS_NULL and value is None)
        }
        for key in _EXPRESSIONS[section]:
            self.expression(path, found, key)
        if section == "constraints" and isinstance(found.get("for"), list):
            parts = found["for"]
            if isinstance(parts, list) and parts and all(isinstance(p, str) for p in parts):
                self.note(path, "the parts of `for` were joined")
                found["for"] = ", ".join(p.removeprefix("for ").strip() for p in parts)
        if section == "variables":
            self.variable(path, found)
        if section == "parameters":
            self.parameter(name, found)
        return found

    def renamed(self, section: str, path: str, entry: Mapping[str, object]) -> Entry:
        found: Entry = {}
        for key, value in entry.items():
            meant = _FIELDS[section].get(str(key), str(key))
            if meant != key and meant in entry:
                meant = str(key)
            if meant != key:
                if value is None:
                    continue
                self.note(path, f"`{key}` was read as `{meant}`")
            found[meant] = value
        return found

    def expression(self, path: str, found: Entry, key: str) -> None:
        text = found.get(key)
        if isinstance(text, str) and len(text) > 2 and text.strip().strip("`$").strip() != text.strip():
            self.note(path, f"quoting marks around `{key}` were dropped")
            found[key] = text.strip().strip("`$").strip()

    def variable(self, path: str, found: Entry) -> None:
        domain = found.get("domain")
        if isinstance(domain, str) and (meant := _DOMAINS.get(domain.strip().casefold())):
            self.note(path, f"the domain `{domain}` was read as `{meant}`")
            found["domain"] = meant
        elif isinstance(domain, str):
            found["domain"] = domain.strip().casefold()
        for key, unbounded in (("lower", "-"), ("upper", "")):
            value = found.get(key)
            if isinstance(value, float) and value in (float("inf"), float("-inf")):
                value = str(value)
            match = _INFINITE.match(value.strip()) if isinstance(value, str) else None
            if match and match[1].replace("+", "") == unbounded:
                self.note(path, f"`{value}` was read as no {key} bound")
                found[key] = None
            else:
                self.number(path, found, key)

    def parameter(self, name: str, found: Entry) -> None:
        path = f"parameters.{name}"
        for key in ("value", "default"):
            self.number(path, found, key)
        if isinstance(found.get("value"), list | Mapping) and "values" not in found:
            self.note(path, "`value` holds several numbers and was read as `values`")
            found["values"] = found.pop("value")
        rows = found.get("values")
        if isinstance(rows, int | float) and not found.get("over") and "value" not in found:
            self.note(path, "`values` holds one number and was read as `value`")
            found["value"] = found.pop("values")
        if isinstance(rows, list) and rows and all(isinstance(row, Mapping) for row in rows):
            listed = self.rows(name, found, rows)
            if listed is not None:
                found["values"] = listed
        if "values" in found:
            found["values"] = self.numbers(path, found["values"])

    def rows(self, name: str, found: Entry, rows: list[Mapping[str, object]]) -> list[list[object]] | None:
        """Rows with column names as plain rows, if the column of the number is certain."""
        over = found.get("over")
        columns = list(rows[0])
        if any(list(row) != columns for row in rows) or len(columns) < 2:
            return None
        named = [c for c in columns if c.casefold() in ("value", "number", "amount", name.casefold())]
        numeric = [c for c in columns if all(_number(row[c]) is not None for row in rows)]
        candidates = named if len(named) == 1 else numeric
        if len(candidates) != 1 or (isinstance(over, list) and len(columns) - 1 < len(over)):
            return None
        value = candidates[0]
        index = [c for c in columns if c != value]
        if value != columns[-1] and value not in named:
            return None
        self.note(f"parameters.{name}", f"rows were read with index {', '.join(index)} and number `{value}`")
        return [[*(row[c] for c in index), row[value]] for row in rows]

    def numbers(self, path: str, values: object) -> object:
        """Values with texts such as `"12,000"` read as numbers, in the last place of rows and as leaves."""
        match values:
            case str() if _THOUSANDS.match(values.strip()):
                self.note(path, f"`{values}` was read as {_number(values)}")
                return _number(values)
            case Mapping():
                return {str(key): self.numbers(path, value) for key, value in values.items()}
            case list() if values and not isinstance(values[-1], list | Mapping):
                if any(isinstance(v, str) and not _THOUSANDS.match(v.strip()) for v in values[:-1]):
                    return [*values[:-1], self.numbers(path, values[-1])]
                return [self.numbers(path, v) for v in values] if len(values) > 1 else values
            case list():
                return [self.numbers(path, value) for value in values]
            case _:
                return values

    def number(self, path: str, found: Entry, key: str) -> None:
        value = found.get(key)
        if isinstance(value, str) and (_THOUSANDS.match(value.strip()) or _PLAIN.match(value.strip())):
            self.note(path, f"`{key}`: the text `{value}` was read as {_number(value)}")
            found[key] = _number(value)

    def objectives(self, value: object) -> object:
        if isinstance(value, list):
            cleaned = [self.objective(f"objective[{k}]", each) for k, each in enumerate(value)]
            return cleaned[0] if len(cleaned) == 1 else cleaned
        return self.objective("objective", value)

    def objective(self, path: str, value: object) -> object:
        if isinstance(value, str):
            first, _, rest = value.strip().partition(" ")
            sense = _SENSES.get(first.rstrip(":").casefold())
            if sense and rest.strip():
                self.note(path, f"a text was read as `{sense}`")
                return {sense: rest.strip().lstrip(":").strip()}
            return value
        if not isinstance(value, Mapping):
            return value
        found = self.renamed("objective", path, value)
        found = {k: v for k, v in found.items() if not _absent(v)}
        sense_key = next((k for k in ("sense", "direction", "type", "goal") if k in found), None)
        text_key = next((k for k in ("expression", "expr", "function", "formula") if k in found), None)
        sense = _SENSES.get(str(found.get(sense_key)).strip().casefold()) if sense_key else None
        if sense and sense_key and sense in found and text_key is None:
            self.note(path, f"`{sense_key}` repeats `{sense}`")
            del found[sense_key]
        elif sense and sense_key and text_key and "minimize" not in found and "maximize" not in found:
            self.note(path, f"`{sense_key}` and `{text_key}` were read as `{sense}`")
            found[sense] = found.pop(text_key)
            del found[sense_key]
        for written, meant in _SENSES.items():
            if written != meant and written in found and meant not in found:
                self.note(path, f"`{written}` was read as `{meant}`")
                found[meant] = found.pop(written)
        for key in _EXPRESSIONS["objective"]:
            self.expression(path, found, key)
        return found

    def lists(self, found: Entry) -> None:
        """Reports, assumptions and waivers in their plain form."""
        report = found.get("report")
        if isinstance(report, list):
            texts = _named_texts(report)
            if texts is not None:
                found["report"] = texts
        if isinstance(found.get("assumptions"), str):
            self.note("assumptions", "a text was read as one assumption")
            found["assumptions"] = [found["assumptions"]]
        waived = found.get("waived")
        if isinstance(waived, list):
            found["waived"] = [self.waiver(k, each) for k, each in enumerate(waived)]

    def waiver(self, place: int, value: object) -> object:
        if isinstance(value, Mapping) and isinstance(value.get("number"), int | float):
            return {**value, "number": str(value["number"])}
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            self.note(f"waived[{place}]", "no reason is given")
            return {"number": str(value), "why": "no reason given"}
        return value


def _but_name(entry: Mapping[str, object]) -> Entry:
    return {key: value for key, value in entry.items() if key != "name"}


def _absent(value: object) -> bool:
    return value is None or value in ("", [], {})


def _named_texts(report: list[object]) -> dict[str, object] | None:
    found: dict[str, object] = {}
    for entry in report:
        if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
            return None
        others = [v for k, v in entry.items() if k in ("expression", "that", "formula", "expr")]
        if len(others) != 1 or entry["name"] in found:
            return None
        found[entry["name"]] = others[0]
    return found


def _number(value: object) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if not isinstance(value, str):
        return None
    text = value.strip()
    if not (_THOUSANDS.match(text) or _PLAIN.match(text)):
        return None
    plain = text.replace(",", "")
    return int(plain) if re.fullmatch(r"[-+]?\d+", plain) else float(plain)
