"""Tasks as files: a prompt, rows, how they are split, and a scorer.

    name = "navigate"
    prompt = "Answer Yes or No."
    scorer = "exact"

    [data]
    file = "navigate.jsonl"
    train = 20
    val = 30
    test = 50

What a file names (rows, prompt, rubric, scoring program) is read once: the `Stated` task holds it all, so
that a run is a function of its own folder and goes on when files were changed or moved.
"""

from __future__ import annotations

__all__ = ["Stated", "read_task"]

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from agentopt.errors import RunError, UsageError, nearest
from agentopt.evaluation.graders import Judge, Program
from agentopt.evaluation.placing import placed
from agentopt.evaluation.rows import read_rows, split_rows
from agentopt.evaluation.scorers import SCORERS, Scorer, exact, numeric
from agentopt.evaluation.tasks import PromptTask
from agentopt.evaluation.trials import Candidate, Example, Splits
from agentopt.models.base import Sampling

Kind = Literal["exact", "numeric", "choice", "judge", "python"]
Parts = tuple[tuple[Example, ...], tuple[Example, ...], tuple[Example, ...]]

M = TypeVar("M", bound=BaseModel)
KINDS = (*SCORERS, "judge", "python")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScorerTable(_Strict):
    """`[scorer]`.

    Attributes:
        kind: one of the scorers by name, `judge` or `python`.
        tolerance: of `numeric`, relative.
        rubric, rubric_file: of `judge`; `most` its points, `model` who judges, the task's model if empty.
        file, function, seconds: of `python`.
        right_from: of `judge` and `python`: the score from which on a reply counts as right.
    """

    kind: Kind = "exact"
    tolerance: float = Field(default=1e-6, ge=0)
    rubric: str = ""
    rubric_file: str = ""
    most: float = Field(default=10.0, gt=0)
    model: str = ""
    file: str = ""
    function: str = "score"
    seconds: float = Field(default=10.0, gt=0)
    right_from: float | None = None
    source: str = ""


class DataTable(_Strict):
    """`[data]`: one `file` with how many rows each split takes, or a file for each split.

    Without any counts a quarter is for training, a quarter for validation, the rest for the test.
    """

    file: str = ""
    train: int | str | None = None
    val: int | str | None = None
    test: int | str | None = None
    seed: int = 0


class ReplyTable(_Strict):
    """`[reply]`: how replies are drawn."""

    temperature: float = Field(default=0.0, ge=0)
    max_tokens: int | None = Field(default=None, ge=1)


class TaskFile(_Strict):
    """What a task file may hold."""

    name: str = Field(min_length=1)
    prompt: str | None = None
    prompt_file: str = ""
    place: str = "system"
    data: DataTable
    scorer: ScorerTable = ScorerTable()
    reply: ReplyTable = ReplyTable()


class Row(_Strict):
    """An example, as a stated task keeps it."""

    id: str
    inputs: dict[str, str]
    target: JsonValue = None
    accept: list[JsonValue] = Field(default_factory=list)


class Stated(_Strict):
    """A task with all that its files held.

    Attributes:
        name: for reports.
        prompt: the seed's text.
        place: as `placed` reads it.
        train, val, test: the examples.
        scorer: with the texts of its files.
        reply: how replies are drawn.
    """

    name: str
    prompt: str
    place: str
    train: list[Row]
    val: list[Row]
    test: list[Row]
    scorer: ScorerTable
    reply: ReplyTable

    @property
    def splits(self) -> Splits:
        """The examples."""
        return Splits(*(tuple(map(_example, part)) for part in (self.train, self.val, self.test)))

    def task(self, prompts: Sequence[Path] = ()) -> PromptTask:
        """The task; with a scoring program, close its `grader` after use.

        Raises:
            UsageError: the scoring program is none.
            AvailabilityError: it cannot be confined here.
        """
        grader = self._grader(tuple(prompts))
        inputs = {name for row in (*self.train, *self.val, *self.test) for name in row.inputs}
        return PromptTask(
            self.name,
            Candidate({"prompt": self.prompt}),
            self.splits,
            self._scorer(),
            placed(self.place, inputs),
            Sampling(temperature=self.reply.temperature, max_tokens=self.reply.max_tokens),
            1 + (0 if grader is None else grader.calls_per_reply),
            grader,
        )

    @classmethod
    def loads(cls, text: str | bytes, where: Path) -> Stated:
        """A stated task that was kept as JSON.

        Raises:
            RunError: it is damaged.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise RunError(
                f"{where} is damaged: {error.errors()[0]['msg']}", hint="start the search anew"
            ) from error

    def _scorer(self) -> Scorer:
        if self.scorer.kind == "numeric":
            tolerance = self.scorer.tolerance
            return lambda reply, target: numeric(reply, target, tolerance=tolerance)
        return SCORERS.get(self.scorer.kind, exact)

    def _grader(self, prompts: tuple[Path, ...]) -> Judge | Program | None:
        given = self.scorer
        if given.kind == "judge":
            right = 0.5 if given.right_from is None else given.right_from
            return Judge(given.rubric, given.most, right, prompts)
        if given.kind == "python":
            right = 1.0 if given.right_from is None else given.right_from
            return Program(given.source, given.function, given.seconds, right)
        return None


def read_task(path: Path) -> Stated:
    """The task a file states, with what the files it names hold.

    Raises:
        UsageError: a file is missing, a key is unknown or ill-typed, or a split is too small.
    """
    folder = path.parent
    found = _parsed(_text(path, "the task"), path)
    if (found.prompt is None) == (not found.prompt_file):
        raise UsageError(
            f"{path} gives the prompt {'twice' if found.prompt else 'nowhere'}",
            hint='either `prompt = "…"` or `prompt_file = "prompt.md"`',
        )
    prompt = found.prompt
    if prompt is None:
        prompt = _text(folder / found.prompt_file, "the prompt").strip()
    scorer = _scorer(found.scorer, folder, path)
    parts = _split(found.data, folder, path, needs_target=scorer.kind in SCORERS)
    _worth_trying(parts, path)
    inputs = {name for part in parts for each in part for name in each.inputs}
    placed(found.place, inputs)
    stated = Stated(
        name=found.name,
        prompt=prompt,
        place=found.place,
        train=[_row(each) for each in parts[0]],
        val=[_row(each) for each in parts[1]],
        test=[_row(each) for each in parts[2]],
        scorer=scorer,
        reply=found.reply,
    )
    Splits(*parts)  # no example in two splits
    return stated


def _worth_trying(parts: Parts, path: Path) -> None:
    _, val, test = parts
    if len(val) < 2:
        raise UsageError(
            f"{path}: the validation split has {len(val) or 'no'} example{'s' if not val else ''}, "
            "and candidates are told apart by it",
            hint="`val = 30` under `[data]`; two is the least",
        )
    if len(test) == 1:
        raise UsageError(
            f"{path}: no verdict can rest on a test split of one example",
            hint="`test = 50` under `[data]`, or `test = 0` to do without a verdict",
        )


def _parsed(text: str, path: Path) -> TaskFile:
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not TOML: {error}") from error
    if isinstance(written.get("scorer"), str):
        written["scorer"] = {"kind": written["scorer"]}
    try:
        return TaskFile.model_validate(written)
    except ValidationError as error:
        raise _unfit(error.errors()[0], path) from error


def _unfit(first: Any, path: Path) -> UsageError:
    where, kind = ".".join(str(part) for part in first["loc"] if part not in ("int", "str")), first["type"]
    tables: dict[str, type[BaseModel]] = {"data": DataTable, "scorer": ScorerTable, "reply": ReplyTable}
    if kind == "extra_forbidden":
        head, _, last = where.rpartition(".")
        known = [name for name in tables.get(head, TaskFile).model_fields if name != "source"]
        return UsageError(
            f"{path} has the unknown key `{where}`", hint=nearest(last, known) or f"known: {', '.join(known)}"
        )
    if where == "scorer.kind":
        return UsageError(
            f"{path} names the scorer `{first['input']}`, which is none",
            hint=nearest(str(first["input"]), KINDS) or f"one of {', '.join(KINDS)}",
        )
    if kind == "missing":
        return UsageError(
            f"{path} lacks `{where}`", hint="see `agentopt optimize --help` for a whole task file"
        )
    return UsageError(f"{path}: `{where}` is {first['input']!r:.60}: {first['msg']}")


def _scorer(given: ScorerTable, folder: Path, path: Path) -> ScorerTable:
    """The scorer with the texts of its files."""
    if given.source:
        raise UsageError(f"{path} has the unknown key `scorer.source`", hint='`file = "score.py"`')
    if given.kind == "judge":
        if bool(given.rubric) == bool(given.rubric_file):
            raise UsageError(
                f"{path}: a judge needs a rubric, once",
                hint='`rubric = "…"` or `rubric_file = "rubric.md"` under `[scorer]`',
            )
        if given.rubric_file:
            rubric = _text(folder / given.rubric_file, "the rubric").strip()
            return given.model_copy(update={"rubric": rubric, "rubric_file": ""})
    if given.kind == "python":
        if not given.file:
            raise UsageError(
                f"{path}: a Python scorer needs a file", hint='`file = "score.py"` under `[scorer]`'
            )
        source = _text(folder / given.file, "the scorer")
        Program(source, given.function)
        return given.model_copy(update={"source": source, "file": ""})
    return given


def _split(given: DataTable, folder: Path, path: Path, *, needs_target: bool) -> Parts:
    sizes = {name: getattr(given, name) for name in ("train", "val", "test")}
    files = [name for name, size in sizes.items() if isinstance(size, str)]
    if files:
        if given.file or any(isinstance(size, int) and size for size in sizes.values()):
            raise UsageError(
                f"{path} names both a file for {files[0]} and rows to draw",
                hint="either `file` with counts, or a file for each split",
            )
        return tuple(  # type: ignore[return-value]  # three of them
            read_rows(folder / size, needs_target=needs_target) if isinstance(size, str) else ()
            for size in sizes.values()
        )
    if not given.file:
        raise UsageError(f"{path} names no rows", hint='`file = "rows.jsonl"` under `[data]`')
    rows = read_rows(folder / given.file, needs_target=needs_target)
    if not rows:
        raise UsageError(
            f"{folder / given.file} has no usable row", hint="rows need an `answer` or a `target`"
        )
    counts = [size for size in sizes.values() if size is not None]
    if any(not isinstance(size, int) or size < 0 for size in counts):
        raise UsageError(f"{path}: the counts of `[data]` are whole numbers from 0 on")
    if not counts:
        quarter = len(rows) // 4
        sizes = {"train": quarter, "val": quarter, "test": len(rows) - 2 * quarter}
    train, val, test = (int(size or 0) for size in sizes.values())
    return split_rows(rows, train, val, test, seed=given.seed, where=str(folder / given.file))


def _text(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise UsageError(
            f"{what} {path} cannot be read: {'there is no such file' if missing else error.strerror}",
            hint="paths are relative to the task file" if what != "the task" else "",
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{what} {path} is not UTF-8 text") from error


def _row(example: Example) -> Row:
    return Row(id=example.id, inputs=dict(example.inputs), target=example.target, accept=list(example.accept))


def _example(row: Row) -> Example:
    return Example(row.id, row.inputs, row.target, tuple(row.accept))
