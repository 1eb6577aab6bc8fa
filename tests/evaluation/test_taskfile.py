"""Task files: what they hold, how rows are split, and what is said of those that make no sense."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentopt.assets import shipped
from agentopt.errors import UsageError
from agentopt.evaluation.scorers import FAILED
from agentopt.evaluation.taskfile import Stated, read_task
from agentopt.evaluation.trials import Outcome, Trial
from agentopt.models.scripted import Line, Scripted
from agentopt.sandbox import availability

ROWS = [{"id": f"r{n}", "question": f"What is {n} plus {n}?", "answer": 2 * n} for n in range(12)]


def write(
    folder: Path, head: str, data: str = 'file = "rows.jsonl"\nval = 4\ntest = 4', *, rest: str = ""
) -> Path:
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    path = folder / "task.toml"
    path.write_text(f'name = "sums"\n{head}\n[data]\n{data}\n{rest}')
    return path


def test_a_task_is_read_once_and_needs_its_files_no_more(tmp_path: Path) -> None:
    (tmp_path / "prompt.md").write_text("Add.\n")
    head = 'prompt_file = "prompt.md"\nplace = "after"'
    stated = read_task(write(tmp_path, head, 'file = "rows.jsonl"\ntrain = 2\nval = 4\ntest = 6\nseed = 3'))
    for path in tmp_path.iterdir():
        path.unlink()
    again = Stated.loads(stated.model_dump_json(), tmp_path)
    assert again == stated
    task = again.task()
    assert dict(task.seed.texts) == {"prompt": "Add."}
    assert [len(part) for part in (task.data.train, task.data.val, task.data.test)] == [2, 4, 6]
    (message,) = task.render(task.seed, task.data.val[0])
    assert message.content == f"{task.data.val[0].inputs['question']}\n\nAdd."


def test_splits_are_the_same_for_the_same_seed_and_share_nothing(tmp_path: Path) -> None:
    one, two, other = (
        read_task(
            write(tmp_path, 'prompt = "Add."', f'file = "rows.jsonl"\nval = 6\ntest = 6\nseed = {seed}')
        )
        for seed in (1, 1, 2)
    )
    assert one == two
    assert {row.id for row in one.val} != {row.id for row in other.val}
    assert {row.id for row in one.val}.isdisjoint(row.id for row in one.test)


def test_a_file_for_each_split_and_the_other_layout(tmp_path: Path) -> None:
    for name, low in (("a", 0), ("b", 3)):
        rows = [
            {"inputs": {"text": f"t{n}", "hint": "h"}, "target": "x", "accept": ["y"]}
            for n in range(low, low + 3)
        ]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    stated = read_task(
        write(
            tmp_path, 'prompt = "?"\nplace = "{hint}: {prompt} {text}"', 'val = "a.jsonl"\ntest = "b.jsonl"'
        )
    )
    task = stated.task()
    found = task.evaluate([Trial(task.seed, task.data.val, "val")], Scripted(["x", "y", "z"]))
    assert [each.score for each in found[0].feedback] == [1.0, 1.0, 0.0]
    assert task.render(task.seed, task.data.val[1])[0].content == "h: ? t1"


@pytest.mark.parametrize(
    ("head", "data", "rest", "said", "hint"),
    [
        ('prompt = "?"\nscorer = "exakt"', "", "", "the scorer `exakt`, which is none", "exact"),
        ("", "", "", "gives the prompt nowhere", "prompt_file"),
        ('prompt = "?"\npromt = "?"', "", "", "unknown key `promt`", "`prompt`"),
        ('prompt_file = "none.md"', "", "", "none.md cannot be read: there is no such file", "relative"),
        ('prompt = "?"', 'file = "none.jsonl"', "", "none.jsonl cannot be read", "relative"),
        ('prompt = "?"', 'file = "rows.jsonl"\nval = 0', "", "validation split has no examples", "val = 30"),
        ('prompt = "?"', 'file = "rows.jsonl"\nval = 1', "", "the validation split has 1 example,", "two"),
        ('prompt = "?"', 'file = "rows.jsonl"\nval = 4\ntest = 1', "", "split of one example", "test = 0"),
        ('prompt = "?"', 'file = "rows.jsonl"\nval = 9\ntest = 9', "", "has 12 usable rows", "fewer"),
        ('prompt = "?"', 'file = "rows.jsonl"\nval = "a.jsonl"', "", "names both a file for val", "either"),
        ('prompt = "?"', "val = 4", "", "names no rows", "file ="),
        ('prompt = "?"\nplace = "sytem"', "", "", "no place for a prompt", "system"),
        ('prompt = "?"', "", '[scorer]\nkind = "judge"', "a judge needs a rubric", "rubric"),
        ('prompt = "?"', "", '[scorer]\nkind = "python"', "a Python scorer needs a file", "score.py"),
        ('prompt = "?"', "", '[scorer]\ntolerence = 1.0', "unknown key `scorer.tolerence`", "`tolerance`"),
        ('prompt = "?"', "", '[reply]\ntemperature = "hot"', "`reply.temperature` is 'hot'", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_what_to_type(
    tmp_path: Path, head: str, data: str, rest: str, said: str, hint: str
) -> None:
    path = write(tmp_path, head, data or 'file = "rows.jsonl"\nval = 4', rest=rest)
    with pytest.raises(UsageError) as caught:
        read_task(path)
    assert said in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('{"question": "?"', "line 1 is not JSON"),
        (
            '{"id": "a", "question": "?", "answer": 1}\n{"id": "a", "question": "?", "answer": 1}',
            "stands twice",
        ),
        ('{"answer": 1}', "neither a `question` nor `inputs`"),
        ('{"inputs": {"n": 3}, "target": 1}', "the input `n` is not a text"),
        ('{"question": "?"}', "has no usable row"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, lines: str, said: str) -> None:
    path = write(tmp_path, 'prompt = "?"')
    (tmp_path / "rows.jsonl").write_text(lines)
    with pytest.raises(UsageError, match=said):
        read_task(path)


def test_a_judge_marks_replies_and_its_own_failures_are_no_wrong_answers(tmp_path: Path) -> None:
    stated = read_task(
        write(tmp_path, 'prompt = "Add."', rest='[scorer]\nkind = "judge"\nrubric = "Is it kind?"')
    )
    task = stated.task([shipped("prompts")])
    assert task.calls_per_example == 2
    marks = [
        "<remark>kind</remark><points>8</points>",
        "<points>2</points>",
        "<points>11</points>",
        "I cannot say.",
    ]
    model = Scripted([*(Line(component="judge/score", reply=each, times=1) for each in marks),
                      Line(component="prompt", reply="dear friend: 4")])  # fmt: skip
    (found,) = task.evaluate([Trial(task.seed, task.data.val, "val")], model)
    assert [each.score for each in found.feedback] == [0.8, 0.2, None, None]
    assert [each.outcome for each in found.feedback[:2]] == [Outcome.RIGHT, Outcome.WRONG]
    assert found.feedback[0].comment == "kind"
    assert all(each.comment.startswith(FAILED) for each in found.feedback[2:])
    shown = model.asked[-1].messages[-1].content
    assert "Is it kind?" in shown
    assert "dear friend: 4" in shown


@pytest.mark.skipif(bool(availability()), reason="programs cannot be confined here")
def test_a_python_function_scores_in_the_sandbox(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text(
        "import re\n"
        "def score(reply, target, inputs):\n"
        "    print('thinking')\n"
        "    if 'crash' in reply:\n"
        "        raise ValueError('no')\n"
        "    found = re.findall(r'[0-9]+', reply)\n"
        "    if not found:\n"
        "        return None\n"
        "    return [1 / (1 + abs(int(found[-1]) - target)), inputs['question'][:4]]\n"
    )
    stated = read_task(
        write(tmp_path, 'prompt = "Add."', rest='[scorer]\nkind = "python"\nfile = "score.py"')
    )
    task = stated.task()
    answer = stated.val[0].target
    (found,) = task.evaluate(
        [Trial(task.seed, task.data.val, "val")], Scripted([f"It is {answer}", "hm", "crash", "100000"])
    )
    task.grader.close()  # type: ignore[union-attr]  # a program
    assert [each.outcome for each in found.feedback] == [
        Outcome.RIGHT, Outcome.UNPARSED, Outcome.UNMEASURED, Outcome.WRONG,
    ]  # fmt: skip
    assert found.feedback[0].comment == "What"
    assert "ValueError: no" in found.feedback[2].comment
    assert found.feedback[3].score is not None
    assert 0 < found.feedback[3].score < 0.01


def test_a_program_without_the_function_is_refused(tmp_path: Path) -> None:
    (tmp_path / "score.py").write_text("def scores(reply, target):\n    return 1\n")
    with pytest.raises(UsageError, match="defines no function `score`") as caught:
        read_task(write(tmp_path, 'prompt = "?"', rest='[scorer]\nkind = "python"\nfile = "score.py"'))
    assert "`scores`" in caught.value.hint
