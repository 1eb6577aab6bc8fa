"""What is read out of replies, and what is said about replies that cannot be read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentopt.errors import ReplyError
from agentopt.prompts.replies import Fence, extract_fences, extract_json, extract_tags, last_fence

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda c: st.lists(c) | st.dictionaries(st.text(), c),
)


@given(
    st.dictionaries(st.text(), values),
    st.sampled_from(["{}", "Sure:\n```json\n{}\n```\nDone.", "<think>{{</think>{}"]),
)
def test_any_object_survives_with_prose_fence_or_thought_around_it(value, around):
    before, after = around.split("{}")
    assert extract_json(before + json.dumps(value) + after).value == value


@given(st.dictionaries(st.text(min_size=1), values, min_size=1), st.data())
def test_any_cut_of_an_object_is_an_error_not_a_smaller_object(value, data):
    text = json.dumps(value)
    cut = data.draw(st.integers(1, len(text) - 1))
    with pytest.raises(ReplyError):
        extract_json(text[:cut])


def test_comments_and_trailing_commas_are_tolerated_with_a_note():
    found = extract_json('{"a": [1, 2,], // twice\n /* so */ "b": "http://x # y",}')
    assert found.value == {"a": [1, 2], "b": "http://x # y"}
    assert found.notes == ("2 comments in the JSON ignored", "2 trailing commas in the JSON ignored")


def test_of_several_objects_the_last_is_taken_and_noted():
    found = extract_json('For example {"a": 1}; so\n```json\n{"a": 2}\n```')
    assert found.value == {"a": 2}
    assert "2 JSON values" in found.notes[0]


def test_braces_in_prose_are_passed_over():
    assert extract_json('Let x_{i} for i in {1, 2} and $\\{a\\}$: {"k": 3}').value == {"k": 3}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("I would make 30 tables.", "no JSON object; it begins: 'I would make 30 tables.'"),
        ("", "the reply is empty"),
        ('{"a": {"b": [1, 2', "cut off: after 17 characters 3 brackets are still open"),
        ('example {"a": 1}\n```json\n{"b": [1', "cut off"),
        ('{"a": "never closed', "cut off"),
        ('{"a": NaN}', "`NaN` is not a number"),
        ('{"a": 1, "a": 2}', "the key `a` stands twice"),
        ("{'a': 1}", "double quotes"),
        ('{"a": 1/2}', r"not valid: .*line 1"),
        ('{"a":' * 70 + "1" + "}" * 70, "nested 70 deep"),
        ('{"a": ' + "[" * 100_000, "cut off"),
        ("x" * 4_000_001, "more than the 4,000,000"),
    ],
)
def test_what_is_wrong_is_said_exactly(text, message):
    with pytest.raises(ReplyError, match=message):
        extract_json(text)


def test_many_open_braces_do_not_take_forever():
    with pytest.raises(ReplyError):
        extract_json('{"' * 200_000)


def test_fences_keep_language_and_text():
    assert extract_fences("a\n```Python\nx = 1\n```\n````\n```\n````\n```json\n{") == (
        Fence("python", "x = 1"),
        Fence("", "```"),
        Fence("json", "{"),
    )
    assert last_fence("```a\n1\n```\n```b\n2\n```", ["a"]) == "1"
    with pytest.raises(ReplyError, match="no fenced block"):
        last_fence("nothing")


def test_tags_are_found_or_their_absence_is_named():
    assert extract_tags("<a>1</a> <b> x </b> <a>2</a>", ["a", "b"]) == {"a": "2", "b": "x"}
    with pytest.raises(ReplyError, match="holds no `<c>`"):
        extract_tags("<a>1</a>", ["c"])
    with pytest.raises(ReplyError, match="`<a>` of the reply is not closed"):
        extract_tags("<a>1", ["a"])
