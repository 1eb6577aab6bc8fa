"""Formulations survive YAML and JSON unchanged; hostile and mistaken documents are refused by line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentopt.errors import FormulationError
from agentopt.formulation.elements import Formulation
from agentopt.formulation.io import MAX_CHARACTERS, dumps, load, loads
from agentopt.formulation.validation import validate
from agentopt.formulation.yaml_text import read_yaml, scalar, write_yaml
from tests.formulation.documents import FORMULATIONS, SCALARS, TEXTS

EXAMPLES = Path(__file__).parents[2] / "datasets" / "examples"

# -- round trips -------------------------------------------------------------------------------------------


@given(FORMULATIONS)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_formulation_survives_yaml_and_json(f):
    for kind in ("yaml", "json"):
        text = dumps(f, kind)
        assert loads(text, format=kind) == f
        assert dumps(loads(text), kind) == text


@given(
    st.recursive(
        st.one_of(SCALARS, st.none(), st.booleans()),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
        max_leaves=10,
    )
)
@settings(max_examples=300, deadline=None)
def test_plain_data_survives_yaml_and_other_readers_agree(data):
    import yaml

    text = write_yaml({"data": data})
    assert read_yaml(text) == {"data": data}
    # Readers of YAML 1.1 see the same but for floats without a point in their mantissa.
    assert json.dumps(_floats(yaml.safe_load(text))) == json.dumps(_floats({"data": data}))


def _floats(value: Any) -> Any:
    match value:
        case dict():
            return {str(k): _floats(v) for k, v in value.items()}
        case list():
            return [_floats(v) for v in value]
        case bool() | None:
            return value
        case int() | float():
            return float(value)
        case _:
            try:
                return float(value) if "e" in str(value) else value
            except ValueError:
                return value


@pytest.mark.parametrize("name", ["bakery", "production", "shipping"])
def test_the_shipped_examples_survive(name, tmp_path):
    f = load(EXAMPLES / name / "formulation.yaml")
    for kind in ("yaml", "json"):
        path = tmp_path / f"again.{kind}"
        path.write_text(dumps(f, kind), encoding="utf-8")
        packed = tmp_path / f"again.{kind}.gz"
        packed.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        assert load(path) == load(packed) == f


def test_list_form_and_mapping_form_are_one_formulation():
    mapped = loads("variables: {x: {upper: 4}, y: {}}\nconstraints: {c: {that: x <= y}}")
    listed = loads("variables: [{name: x, upper: 4}, {name: y}]\nconstraints: [{name: c, that: x <= y}]")
    assert mapped == listed


def test_written_yaml_keeps_a_line_for_what_fits_one():
    text = dumps(load(EXAMPLES / "shipping" / "formulation.yaml"))
    assert "  longest_haul: {meaning: no lane is longer, unit: mile, role: bound, value: 2500}\n" in text
    assert "  within_supply:\n    that: sum(ship[p,m]" in text


def test_words_that_other_readers_take_for_values_are_quoted():
    text = dumps(
        Formulation.model_validate({"title": "no", "sets": {"D": {"elements": ["on", "12", "1e3", 12]}}})
    )
    assert text == 'title: "no"\nsets:\n  D: {elements: ["on", "12", "1e3", 12]}\n'


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("007", "007"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("no", "no"),
        ("Off", "Off"),
        ("True", True),
        ("NULL", None),
        ("", None),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
    ],
)
def test_a_scalar_is_what_it_looks_like(text, value):
    found = scalar(text)
    assert (type(found), found) == (type(value), value)


def test_it_remembers_the_file_and_is_equal_all_the_same(tmp_path):
    path = tmp_path / "f.yaml"
    path.write_text("variables: {x: {}}")
    f = load(path)
    assert f.origin == path
    assert f == loads("variables: {x: {}}")
    assert loads("variables: {x: {}}").origin is None
    assert f != loads("variables: {y: {}}")


# -- what is refused ---------------------------------------------------------------------------------------

HUGE = "9" * 5000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("hello", 'found "hello"'),
        ("- a", "found a list of 1"),
        ("variables: {x: {}}\nvariables: {y: {}}", "line 2: `variables` is given twice, first in line 1"),
        ("variables:\n  x: {}\n  x: {}", "line 3: `x` is given twice, first in line 2"),
        ('{"variables": {"x": {}},\n "variables": {}}', "line 2: `variables` is given twice"),
        ("a: &a [x, x]\nb: [*a, *a]", "line 2: `*a` is an alias"),
        ("<<: *base", "line 1: `*base` is an alias"),
        ("title: !!python/object/apply:os.system [ls]", "line 1: the tag"),
        ("title: !!python/name:os.system x", "line 1: the tag"),
        ("title:\n  !new x", "line 2: the tag `!new`"),
        ("title: !!binary aGk=", "line 1: the tag"),
        ("variables: {x: {}}\n---\ntitle: b", "line 2: a second document"),
        ("? [a]\n: b", "line 1: a key is a name"),
        ("variables:\n\tx: {}", "line 2, column 1: not YAML"),
        ("variables: {x: {}\n", "not YAML"),
        ("objective: {minimize: a: b}", "line 1, column 24: not YAML"),
        ("a: \0", "not YAML: unacceptable character"),
        ("[" * 10_000, "nested more than 100 deep"),
        ("- " * 10_000, "nested more than 100 deep"),
        ('{"a":' * 100_000, "nested more than 100 deep"),
        ("\n".join(" " * k + "a:" for k in range(300)), "line 101: nested more than 100 deep"),
        ("variables: {x: {upper: .inf}}", "line 1: `.inf` is not a number"),
        ("variables: {x: {upper: .nan}}", "line 1: `.nan` is not a number"),
        ("variables: {x: {upper: 1e999}}", "line 1: `1e999` is too large"),
        (f"variables: {{x: {{upper: {HUGE}}}}}", "line 1: a number of 5,000 digits is too large"),
        ('{"variables": {"x": {"upper": NaN}}}', "`NaN` is not a number"),
        ('{"variables": {"x": {"upper": -Infinity}}}', "`-Infinity` is not a number"),
        ('{"variables": {"x": {"upper": 1e999}}}', "`1e999` is too large"),
        (f'{{"variables": {{"x": {{"upper": {HUGE}}}}}}}', "a number of 5,000 digits is too large"),
        ('{"variables": {"x": {', "line 1, column 22: not JSON"),
        ('{"variables": {"x": {}}} and more', "line 1, column 26: not JSON: extra data"),
        (r'{"title": "\ud800", "variables": {"x": {}}}', "half a character"),
    ],
)
def test_a_document_that_is_none_is_refused_with_its_line(text, message):
    with pytest.raises(FormulationError) as error:
        loads(text)
    assert message in error.value.message
    assert len(error.value.message) < 400


def test_a_truncated_document_is_said_to_be_cut_off():
    with pytest.raises(FormulationError) as error:
        loads('{"variables": {"x": {"upper"')
    assert "cut off" in error.value.hint


def test_a_text_that_starts_with_a_bracket_may_be_yaml():
    assert loads("{variables: {x: {upper: 4}}}") == loads('{"variables": {"x": {"upper": 4}}}')


def test_a_document_of_20_mb_is_refused_before_it_is_read():
    with pytest.raises(FormulationError, match="at most 20,000,000 are read"):
        loads("x" * (MAX_CHARACTERS + 1))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"variable": {}}, "formulation: unknown field `variable`; did you mean `variables`?"),
        ({"variables": {"x": {"ub": 3}}}, "variables.x: unknown field `ub`; did you mean `upper`?"),
        ({"variables": {"x": {"lowr": 3}}}, "unknown field `lowr`; did you mean `lower`?"),
        ({"variables": {"x": {"zzz": 3}}}, "unknown field `zzz`; known fields: meaning, over"),
        ({"variables": {"x": {"domain": "continuous"}}}, 'found "continuous"; did you mean `real`?'),
        ({"variables": {"x": {"domain": "permutation"}}}, "use integers and `alldifferent(...)`"),
        ({"variables": {"x": {"domain": "interval"}}}, "use its start, and `no_overlap"),
        ({"variables": {"x": {"upper": True}}}, "variables.x.upper: expected a number, found `true`"),
        (
            {"variables": {"x": {"upper": [1]}}},
            "variables.x.upper: expected text or a number, found a list of 1",
        ),
        ({"variables": {"x": 3}}, "variables.x: expected a mapping, found `3`"),
        ({"variables": [{"lower": 1}]}, "variables: in a list, every element needs a `name`"),
        ({"variables": [{"name": "x"}, {"name": "x"}]}, "`x` is declared twice"),
        ({"constraints": {"c": "x <= 1"}}, "write `that:` before the statement"),
        ({"constraints": {"c": {"for": "i in I"}}}, "constraints.c: the field `that` is missing"),
        ({"objective": "minimize x"}, "write `minimize:` or `maximize:`"),
        ({"objective": {"minimize": "x", "maximize": "y"}}, "either `minimize` or `maximize`"),
        ({"objective": {}}, "either `minimize` or `maximize`"),
        (
            {"objective": {"minimize": "x", "weight": -1}},
            "objective.weight: expected a number greater than 0",
        ),
        ({"objective": {"minimize": "x", "tolerance": -1}}, "objective.tolerance: expected 0 or more"),
        ({"parameters": {"p": {"value": 1, "formula": "q"}}}, "in one way, not by `value` and `formula`"),
        ({"parameters": {"p": {"value": "many"}}}, 'parameters.p.value: expected a number, found "many"'),
        ({"parameters": {"p": {"value": True}}}, "expected a number, found `true`"),
        ({"parameters": {"p": {"role": "price"}}}, "parameters.p.role: expected `capacity`"),
        ({"parameters": {"p": {"column": "a"}}}, "`column` and `key` need `from`"),
        ({"sets": {"I": {"elements": [1], "last": 3}}}, "in one way, not by `elements` and `last`"),
        ({"sets": {"I": {"elements": [True]}}}, "found `true`"),
        ({"sets": {"I": {"of": []}}}, "sets.I: `of` is an empty list"),
        ({"sets": {"I": {"where": "i > 1"}}}, "`where` needs `of`"),
        ({"sets": {"I": {"column": "a"}}}, "`column` needs `from`"),
    ],
)
def test_a_wrong_field_is_told_by_its_path(data, message):
    for text in (json.dumps(data), write_yaml(data)):
        with pytest.raises(FormulationError) as error:
            loads(text)
        assert message in error.value.message


def test_numbers_beyond_all_use_are_refused_in_python_too():
    for field in ("upper", "start"):
        with pytest.raises(FormulationError, match=f"x.{field}: a number of 302 digits is too large"):
            validate({"variables": {"x": {field: 10**301}}})
    with pytest.raises(FormulationError, match=r"I.elements\[0\]: a number of 302 digits"):
        validate({"sets": {"I": {"elements": [10**301]}}})


def test_every_problem_of_a_document_is_told_at_once():
    with pytest.raises(FormulationError, match="3 problems") as error:
        loads("variables: {x: {ub: 1}, y: {domain: int}}\nobjectives: {}", source="plan.yaml")
    message = error.value.message
    assert "`plan.yaml`" in message
    assert all(
        path in message for path in ("variables.x:", "variables.y.domain:", "formulation: unknown field")
    )
    with pytest.raises(FormulationError, match="and 2975 more"):
        loads(json.dumps({"variables": {f"x{k}": {"q": 1} for k in range(3000)}}))


# -- files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("f.txt", b"variables: {x: {}}", "not `.txt`"),
        ("f.yaml", b"title: caf\xe9", "is not UTF-8 text: byte 10 is 0xe9"),
        ("f.yaml.gz", b"no gzip", "cannot be read"),
        ("f.json.gz", gzip.compress(b'{"variables": {}}' * 99, mtime=0)[:-9], "cannot be read"),
        ("f.yaml", b"variables: {x: {ub: 3}}", "f.yaml`: variables.x: unknown field `ub`"),
    ],
)
def test_a_file_that_is_no_formulation_is_refused_by_name(name, content, message, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FormulationError) as error:
        load(path)
    assert message in error.value.message


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    path = tmp_path / "f.json"
    path.write_bytes(b'\xef\xbb\xbf{"variables": {"x": {}}}')
    assert list(load(path).variables) == ["x"]


def test_a_missing_file_names_the_nearest(tmp_path):
    (tmp_path / "model.yaml").write_text("{}")
    with pytest.raises(FormulationError) as error:
        load(tmp_path / "modle.yaml")
    assert error.value.hint == "did you mean `model.yaml`?"


def test_a_folder_is_no_formulation(tmp_path):
    (tmp_path / "f.yaml").mkdir()
    with pytest.raises(FormulationError, match="cannot be read"):
        load(tmp_path / "f.yaml")


def test_a_gzip_bomb_is_cut_off(tmp_path):
    path = tmp_path / "f.yaml.gz"
    path.write_bytes(gzip.compress(b"#" + b" " * (MAX_CHARACTERS + 10), compresslevel=1, mtime=0))
    with pytest.raises(FormulationError, match="at most 20,000,000 are read"):
        load(path)
