"""One schema for files and one for decoding: what they allow is what is read, and replies come back whole."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from agentopt.errors import FormulationError
from agentopt.formulation.elements import Formulation
from agentopt.formulation.io import dumps, load, loads
from agentopt.formulation.schema import decoding_schema, from_reply, json_schema, read_reply
from agentopt.formulation.yaml_text import read_yaml
from tests.formulation.documents import FORMULATIONS

EXAMPLES = Path(__file__).parents[2] / "datasets" / "examples"
NAMES = ("bakery", "production", "shipping")
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
    "boolean": (bool,),
}
CHECKED = {
    *("$ref", "anyOf", "type", "enum", "properties", "required", "additionalProperties", "items"),
    *("maxItems", "maxLength", "exclusiveMinimum", "minimum"),
}
TOLD = {"$schema", "$defs", "title", "description", "default"}


def conforms(value: Any, schema: Any, root: Any) -> bool:
    """Whether a value conforms to a schema that uses the keywords above and no other."""
    if schema is True or schema == {}:
        return True
    assert set(schema) <= CHECKED | TOLD, set(schema) - CHECKED - TOLD
    if "$ref" in schema:
        found = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return conforms(value, found, root)
    if "anyOf" in schema and not any(conforms(value, each, root) for each in schema["anyOf"]):
        return False
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    truth = isinstance(value, bool)
    if kinds and not any(isinstance(value, TYPES[k]) and (not truth or k == "boolean") for k in kinds):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    match value:
        case dict():
            known = schema.get("properties", {})
            if any(name not in value for name in schema.get("required", ())):
                return False
            rest = schema.get("additionalProperties", True)
            return all(
                conforms(each, known[name], root) if name in known else rest and conforms(each, rest, root)
                for name, each in value.items()
            )
        case list():
            if len(value) > schema.get("maxItems", len(value)):
                return False
            return all(conforms(each, schema.get("items", True), root) for each in value)
        case str():
            return len(value) <= schema.get("maxLength", len(value))
        case int() | float() if not truth:
            return value > schema.get("exclusiveMinimum", -float("inf")) and value >= schema.get(
                "minimum", -float("inf")
            )
    return True


def listed(data: dict[str, Any]) -> dict[str, Any]:
    """A document in list form."""
    found = copy.deepcopy(data)
    for section in ("sets", "parameters", "variables", "constraints"):
        if section in found:
            found[section] = [{"name": name, **each} for name, each in found[section].items()]
    return found


# -- the schema of files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_examples_conform_in_both_forms(name):
    data = read_yaml((EXAMPLES / name / "formulation.yaml").read_text())
    assert conforms(data, json_schema(), json_schema())
    assert conforms(listed(data), json_schema(), json_schema())
    assert loads(json.dumps(listed(data))) == load(EXAMPLES / name / "formulation.yaml")


@given(FORMULATIONS)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_written_conforms(f):
    assert conforms(json.loads(dumps(f, "json")), json_schema(), json_schema())


@pytest.mark.parametrize(
    "data",
    [
        {"variable": {}},
        {"variables": {"x": {"ub": 3}}},
        {"variables": {"x": {"upper": True}}},
        {"variables": {"x": {"domain": "continuous"}}},
        {"variables": [{"upper": 3}]},
        {"constraints": {"c": {}}},
        {"constraints": {"c": "x <= 1"}},
        {"objective": "minimize x"},
        {"objective": {"minimize": "x", "weight": 0}},
        {"objective": {"minimize": "x", "tolerance": -1}},
        {"sets": {"I": {"elements": [True]}}},
        {"sets": {"I": {"column": 3}}},
        {"parameters": {"p": {"role": "price"}}},
        {"waived": [{"number": "3"}]},
    ],
)
def test_what_does_not_conform_is_not_read(data):
    assert not conforms(data, json_schema(), json_schema())
    with pytest.raises(FormulationError):
        loads(json.dumps(data))


# -- the schema of replies ---------------------------------------------------------------------------------


def objects(schema: Any) -> list[dict[str, Any]]:
    found, stack = [], [schema]
    while stack:
        match stack.pop():
            case dict() as node:
                found += [node] if node.get("type") == "object" else []
                stack += node.values()
            case list() as node:
                stack += node
    return found


def test_a_strict_schema_requires_and_closes_every_object_and_bounds_every_list():
    schema = decoding_schema()
    assert len(objects(schema)) >= 8
    for each in objects(schema):
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])
    text = json.dumps(schema)
    assert "x-needed" not in text
    assert text.count('"maxItems"') == text.count('"items"')
    assert schema["properties"]["constraints"]["items"]["properties"]["that"]["type"] == "string"
    assert "maxLength" not in schema["properties"]["constraints"]["items"]["properties"]["that"]
    free = json.dumps(decoding_schema(bounded=False))
    assert "maxItems" not in free
    assert "maxLength" not in free
    relaxed = decoding_schema(strict=False)
    assert relaxed["required"] == ["variables", "constraints"]
    assert "x-needed" not in json.dumps(relaxed)


def test_the_schemas_speak_of_the_same_fields():
    files, replies = json_schema(), decoding_schema()
    # What is uncertain is stated by people; a model is not asked for it.
    assert set(files["properties"]) == {*replies["properties"], "uncertainty"}
    for section in ("sets", "parameters", "variables", "constraints"):
        kind = files["properties"][section]["anyOf"][1]["items"]["$ref"].rpartition("/")[2]
        assert set(files["$defs"][kind]["properties"]) == set(
            replies["properties"][section]["items"]["properties"]
        )
    assert set(files["$defs"]["Objective"]["properties"]) == set(
        replies["properties"]["objective"]["anyOf"][0]["properties"]
    )


def filled(value: Any, schema: Any) -> Any:
    """A document as strict decoding writes it: every property there, null where nothing is said."""
    match value:
        case dict():
            properties = schema["properties"]
            return {name: filled(value.get(name), properties[name]) for name in properties}
        case list():
            return [filled(each, schema["items"]) if isinstance(each, dict) else each for each in value]
        case None if schema.get("type") == "array":
            return []
        case None if schema.get("enum") and "null" not in schema["type"]:
            return "real"
        case _:
            return value


def reply_form(data: dict[str, Any]) -> dict[str, Any]:
    """A written formulation in the form of a reply."""
    found = listed(data)
    found["report"] = [{"name": n, "expression": e} for n, e in data.get("report", {}).items()]
    for each in found.get("parameters", []):
        each.setdefault("over", [])
    for each in found.get("variables", []):
        each.setdefault("lower", 0)
    schema = decoding_schema()
    objective = found.pop("objective", None)
    whole = filled(
        found, {**schema, "properties": {k: v for k, v in schema["properties"].items() if k != "objective"}}
    )
    shapes = schema["properties"]["objective"]["anyOf"]
    if isinstance(objective, dict):
        objective = filled(objective, shapes[0])
    elif isinstance(objective, list):
        objective = [filled(each, shapes[0]) for each in objective]
    return {**whole, "objective": objective}


@pytest.mark.parametrize("name", NAMES)
def test_a_strict_reply_conforms_and_comes_back_whole(name):
    f = load(EXAMPLES / name / "formulation.yaml")
    reply = reply_form(json.loads(dumps(f, "json")))
    schema = decoding_schema()
    assert conforms(reply, schema, schema)
    reading = read_reply(reply)
    assert reading.formulation == f
    assert reading.notes == ()


X = {
    "variables": [{"name": "x"}, {"name": "y", "over": ["I"]}],
    "sets": [{"name": "I", "elements": ["a", "b"]}],
}


@pytest.mark.parametrize(
    ("reply", "meant", "note"),
    [
        ({"formulation": X}, X, "it was inside `formulation`"),
        (
            {**X, "constraints": {"c": "x <= 4"}},
            {**X, "constraints": {"c": {"that": "x <= 4"}}},
            "the statement",
        ),
        (
            {**X, "constraints": ["x <= 4"]},
            {**X, "constraints": {"constraint_1": {"that": "x <= 4"}}},
            "named",
        ),
        (
            {**X, "constraints": [{"name": "c", "expression": "x <= 4", "description": "so"}]},
            {**X, "constraints": {"c": {"that": "x <= 4", "because": "so"}}},
            "`expression` was read as `that`",
        ),
        (
            {**X, "constraints": [{"name": "c", "that": "`x <= y[i]`", "for": ["for i in I", "j in I"]}]},
            {**X, "constraints": {"c": {"that": "x <= y[i]", "for": "i in I, j in I"}}},
            "joined",
        ),
        ({**X, "objective": "maximize x"}, {**X, "objective": {"maximize": "x"}}, "read as `maximize`"),
        (
            {**X, "objective": "Minimise: x + 1"},
            {**X, "objective": {"minimize": "x + 1"}},
            "read as `minimize`",
        ),
        (
            {**X, "objective": {"sense": "max", "expression": "x"}},
            {**X, "objective": {"maximize": "x"}},
            "were read as `maximize`",
        ),
        ({**X, "objective": [{"min": "x"}]}, {**X, "objective": {"minimize": "x"}}, "`min` was read"),
        (
            {"variables": {"x": {"type": "continuous", "lb": 2, "ub": "1,000"}}},
            {"variables": {"x": {"lower": 2, "upper": 1000}}},
            "the domain `continuous` was read as `real`",
        ),
        (
            {"variables": {"x": {"domain": "Boolean"}, "y": {"lower": "-inf", "upper": "infinity"}}},
            {"variables": {"x": {"domain": "binary"}, "y": {"lower": None}}},
            "no lower bound",
        ),
        ({"sets": {"I": ["a", "b"]}}, {"sets": {"I": {"elements": ["a", "b"]}}}, "its `elements`"),
        ({"parameters": {"p": 3}}, {"parameters": {"p": {"value": 3}}}, "its `value`"),
        (
            {"parameters": {"p": {"value": "12,500.5"}}},
            {"parameters": {"p": {"value": 12500.5}}},
            "read as 12500.5",
        ),
        (
            {**X, "parameters": {"p": {"over": ["I"], "value": {"a": "1,000", "b": 2}}}},
            {**X, "parameters": {"p": {"over": ["I"], "values": {"a": 1000, "b": 2}}}},
            "read as `values`",
        ),
        (
            {**X, "parameters": {"p": {"over": ["I"], "values": [{"i": "a", "p": 5}, {"i": "b", "p": 6}]}}},
            {**X, "parameters": {"p": {"over": ["I"], "values": [["a", 5], ["b", 6]]}}},
            "rows were read with index i and number `p`",
        ),
        (
            {**X, "report": [{"name": "r", "expression": "x"}], "assumptions": "one", "waived": [1998]},
            {
                **X,
                "report": {"r": "x"},
                "assumptions": ["one"],
                "waived": [{"number": "1998", "why": "no reason given"}],
            },
            "one assumption",
        ),
    ],
)
def test_a_habit_with_one_reading_is_understood_and_noted(reply, meant, note):
    reading = read_reply(reply)
    assert reading.formulation == Formulation.model_validate(meant)
    assert any(note in each for each in reading.notes), reading.notes


@pytest.mark.parametrize(
    "reply",
    [
        [],
        "x <= 4",
        None,
        3,
        {"variables": "x and y"},
        {"variables": {"x": {"domain": "angle"}}},
        {"variables": {"x": {"upper": "about ten", "cost": 3}}},
        {"objective": {"sense": "best", "expression": "x"}},
        {"constraints": [{"name": "c", "left": "x", "right": 4}]},
        {"parameters": {"p": {"value": True}}},
        {"parameters": {"p": {"values": {"a": 1}, "value": 2}}},
        {"sets": {"I": {"elements": {"a": 1}}}},
        {"variables": [{"name": "x"}, {"name": "x"}]},
        {"title": "\ud800"},
    ],
)
def test_what_has_no_reading_is_an_error_that_names_it(reply):
    with pytest.raises(FormulationError) as error:
        from_reply(reply)
    assert error.value.message


@given(FORMULATIONS)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_reading_what_was_read_changes_nothing(f):
    try:
        first = read_reply(json.loads(dumps(f, "json"))).formulation
    except FormulationError:
        return  # an empty `that` or the like counts as left out
    assert read_reply(json.loads(dumps(first, "json"))).formulation == first
