"""JSON schemas of a formulation: one for people and editors, one that constrains a model's decoding.

The decoding schema is in list form (every element carries its `name`), forbids other fields, bounds every
list and text so that a small model cannot run away, and, as strict servers demand, requires every property;
what is not used is null. `agentopt.formulation.reply` reads what comes back.
"""

from __future__ import annotations

__all__ = ["Reading", "decoding_schema", "from_reply", "json_schema", "read_reply"]

from collections.abc import Mapping
from typing import get_args

from agentopt.formulation.elements import Formulation, Role, Variable
from agentopt.formulation.reply import Reading, from_reply, read_reply

Schema = dict[str, object]

_NAME_LENGTH = 60
_BOUNDS = {"maxItems", "maxLength"}


def json_schema() -> dict[str, object]:
    """The schema of formulation files, for editors and people; a section is a mapping or a list with names.

    >>> json_schema()["$schema"]
    'https://json-schema.org/draft/2020-12/schema'
    """
    schema = Formulation.model_json_schema(by_alias=True)
    for section in ("sets", "parameters", "variables", "constraints"):
        mapped = schema["properties"][section]
        kind = mapped["additionalProperties"]["$ref"].rpartition("/")[2]
        element = schema["$defs"][kind]
        schema["$defs"][f"Named{kind}"] = {
            **element,
            "title": f"Named{kind}",
            "properties": {"name": {"type": "string"}, **element["properties"]},
            "required": ["name", *element.get("required", ())],
        }
        listed = {"type": "array", "items": {"$ref": f"#/$defs/Named{kind}"}}
        about = {key: mapped.pop(key) for key in ("title", "description", "default") if key in mapped}
        schema["properties"][section] = {**about, "anyOf": [mapped, listed, {"type": "null"}]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def decoding_schema(*, strict: bool = True, bounded: bool = True) -> dict[str, object]:
    """The schema a reply that states a formulation is decoded with.

    Args:
        strict: require every property, unused ones null, as OpenAI's strict mode wants; otherwise only what
            an element cannot be without, which makes shorter replies.
        bounded: bound lists and names (`maxItems`, `maxLength`); a few servers refuse these keywords. Other
            texts have no bound: grammar compilers (xgrammar, which vLLM uses) then allow no escapes in them,
            and `make["shelf"]` could not be written.

    >>> sorted(decoding_schema()["properties"])[:3]
    ['assumptions', 'constraints', 'objective']
    """
    found = _finish(_formulation(), strict=strict, bounded=bounded)
    assert isinstance(found, dict)
    return found


def _text(description: str = "", *, nullable: bool = True, most: int | None = None) -> Schema:
    kind: object = ["string", "null"] if nullable else "string"
    schema: Schema = {"type": kind} if most is None else {"type": kind, "maxLength": most}
    return {**schema, "description": description} if description else schema


def _number(description: str = "", kind: str = "number") -> Schema:
    schema: Schema = {"type": [kind, "null"]}
    return {**schema, "description": description} if description else schema


def _names(description: str) -> Schema:
    return {
        "type": ["array", "null"],
        "items": _text(nullable=False, most=_NAME_LENGTH),
        "maxItems": 8,
        "description": description,
    }


def _object(properties: Mapping[str, Schema], required: tuple[str, ...]) -> Schema:
    # `x-needed` is for the relaxed form and leaves before the schema is handed out.
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
        "x-needed": list(required),
    }


def _list(items: Schema, most: int) -> Schema:
    return {"type": "array", "items": items, "maxItems": most}


_NAME = _text("letters, digits and _; unique", nullable=False, most=_NAME_LENGTH)
_LABEL: Schema = {"type": ["string", "number"]}
_BOUND: Schema = {"type": ["number", "string", "null"]}


def _formulation() -> Schema:
    return _object(
        {
            "title": _text(),
            "sets": _list(_set(), 40),
            "parameters": _list(_parameter(), 120),
            "variables": _list(_variable(), 60),
            "objective": {"anyOf": [_objective(), _list(_objective(), 10), {"type": "null"}]},
            "constraints": _list(_constraint(), 150),
            "report": _list(_object({"name": _NAME, "expression": _text(nullable=False)}, ("name",)), 20),
            "assumptions": _list(_text(nullable=False), 20),
            "waived": _list(
                _object(
                    {"number": _text(nullable=False), "why": _text(nullable=False)},
                    ("number", "why"),
                ),
                80,
            ),
        },
        ("variables", "constraints"),
    )


def _set() -> Schema:
    element: Schema = {"anyOf": [_LABEL, {"type": "array", "items": _LABEL, "maxItems": 8}]}
    return _object(
        {
            "name": _NAME,
            "meaning": _text(),
            "elements": {"type": ["array", "null"], "items": element, "maxItems": 500},
            "first": {"type": ["integer", "string", "null"], "maxLength": _NAME_LENGTH},
            "last": {"type": ["integer", "string", "null"], "maxLength": _NAME_LENGTH},
            "step": _number(kind="integer"),
            "from": _text("a table"),
            "column": _names("its column, or columns for tuples"),
            "of": _names("sets whose product this is a part of"),
            "with": _names("index names `where` uses"),
            "where": _text("a condition on data"),
            "formula": _text("`A | B`, `A - B`, `A & B`"),
        },
        ("name",),
    )


def _parameter() -> Schema:
    row: Schema = {"type": "array", "items": _LABEL, "maxItems": 9}
    return _object(
        {
            "name": _NAME,
            "meaning": _text(),
            "over": _names("the sets it is indexed by; empty for a single number"),
            "unit": _text(most=_NAME_LENGTH),
            "role": {"type": ["string", "null"], "enum": [*[r.value for r in Role], None]},
            "value": _number("of a single number"),
            "values": {
                "type": ["array", "null"],
                "items": row,
                "maxItems": 2000,
                "description": "rows [label, ..., number]",
            },
            "quote": _text("the words of the problem it stands in"),
            "from": _text("a table"),
            "column": _text("its column of numbers"),
            "key": _names("its columns that hold the index"),
            "with": _names("index names `formula` uses"),
            "formula": _text("computed from other parameters"),
            "default": _number("of indices not listed"),
        },
        ("name",),
    )


def _variable() -> Schema:
    domains = list(get_args(Variable.model_fields["domain"].annotation))
    return _object(
        {
            "name": _NAME,
            "meaning": _text(),
            "over": _names("the sets it is indexed by; empty for a single decision"),
            "domain": {"type": "string", "enum": domains},
            "lower": {**_BOUND, "description": "usually 0; null only if it may be as negative as it likes"},
            "upper": {**_BOUND, "description": "null for none"},
            "with": _names("index names the bounds use"),
            "unit": _text(most=_NAME_LENGTH),
            "start": _BOUND,
        },
        ("name",),
    )


def _objective() -> Schema:
    return _object(
        {
            "name": _text(most=_NAME_LENGTH),
            "minimize": _text("an expression, or null to maximize"),
            "maximize": _text("an expression, or null to minimize"),
            "unit": _text(most=_NAME_LENGTH),
            "meaning": _text(),
            "weight": _number("1 unless there are several"),
            "priority": _number("higher is settled first", kind="integer"),
            "tolerance": _number(),
        },
        (),
    )


def _constraint() -> Schema:
    return _object(
        {
            "name": _NAME,
            "for": _text("`p in PLANTS, t in T if t > 1`; null for a single statement"),
            "that": _text("a statement: `<=`, `>=`, `==`", nullable=False),
            "because": _text("the words of the problem it states"),
        },
        ("name", "that"),
    )


def _finish(node: object, *, strict: bool, bounded: bool) -> object:
    """The schema with `x-needed` resolved, and without bounds if they are not wanted."""
    match node:
        case dict():
            kept = {k: _finish(v, strict=strict, bounded=bounded) for k, v in node.items() if k != "x-needed"}
            if "x-needed" in node and not strict:
                kept["required"] = node["x-needed"]
            return kept if bounded else {k: v for k, v in kept.items() if k not in _BOUNDS}
        case list():
            return [_finish(each, strict=strict, bounded=bounded) for each in node]
        case _:
            return node
