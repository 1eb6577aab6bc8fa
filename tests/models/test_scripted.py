"""Scripts: what is said to whom, and files that are none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agentopt.errors import ModelError, UsageError
from agentopt.models.scripted import Line, Scripted
from tests.models.conftest import ask


def said(model: Scripted, *components: str) -> list[str]:
    return [model.generate([ask("x", component=component)])[0].text for component in components]


def test_replies_by_component_repeat_a_text_and_use_up_a_list() -> None:
    model = Scripted({"solve/read": "always", "formulate": ["first", "second"]})
    assert said(model, "solve/read", "direct/formulate", "solve/read", "formulate") == [
        "always",
        "first",
        "always",
        "second",
    ]
    with pytest.raises(ModelError, match="the replies for `formulate` are used up after 4 calls"):
        said(model, "formulate")
    with pytest.raises(ModelError, match="the replies for `repair` has none that fits"):
        said(model, "repair")


def test_lines_end_as_they_say() -> None:
    model = Scripted([Line(reply="half", stop="length", times=1), Line(stop="error", error="no")])
    first, second = model.generate([ask("x"), ask("y")])
    assert (first.text, first.stop, second.text, second.error) == ("half", "length", "", "no")


def test_what_was_asked_is_kept() -> None:
    model = Scripted(["a", "b"])
    requests = [ask("one"), ask("two", component="c")]
    model.generate(requests)
    assert model.asked == requests


def test_each_text_is_said_once_however_many_threads_ask() -> None:
    model = Scripted([f"{number}" for number in range(64)])
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda _: said(model, "")[0], range(64)))
    assert sorted(found, key=int) == [f"{number}" for number in range(64)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not YAML or JSON"),
        ("5", "cannot be understood"),
        ("- reply: x\n  componnt: y", "cannot be understood at [0]"),
        ("- a\n- match: '('", "cannot be understood at [1]"),
        ("- {stop: never}", "cannot be understood at [0]"),
        ("!!python/object/apply:os.system ['true']", "is not YAML or JSON"),
        ("read: [1, 2]", "cannot be understood"),
    ],
)
def test_what_is_no_script_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "script.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        Scripted.load(path)
    assert said in caught.value.message


def test_a_script_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        Scripted.load(tmp_path / "none.yaml")
