"""The journal of a search: every trial and what came of it, in the order the search asked for them.

It holds no times and nothing that depends on the order in which replies arrived, so that a run that was
killed and resumed ends with the same bytes as one that was not.
"""

from __future__ import annotations

__all__ = ["SearchJournal", "Used"]

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from agentopt.errors import RunError
from agentopt.evaluation.trials import Call, Candidate, Evaluation, Feedback, Outcome, Splits, Trial

FORM = 1
"""Of the lines; a journal of another form is refused."""


@dataclass(frozen=True)
class Used:
    """Replies that a search has used, and their tokens; those from a cache count as well."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def plus(self, other: Used) -> Used:
        """Both together."""
        return Used(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )


class SearchJournal:
    """The journal in a file, or in memory without one.

    Args:
        path: of the file; an earlier one is replayed before anything is added.
        given: what the search is a function of, besides its data: task, method, settings, seed.
        data: to find examples by.

    Raises:
        RunError: the file is of another search, damaged, or cannot be written.
    """

    def __init__(self, path: Path | None, given: Mapping[str, JsonValue], data: Splits) -> None:
        self._path = path
        self._data = data
        self._texts: dict[str, Candidate] = {}
        self._position = 0
        self._trials = 0
        self._descriptor = -1
        begin = json.loads(_line({"kind": "begin", "form": FORM, **given}))
        lines = self._opened(path)
        if not lines:
            self._lines: list[dict[str, Any]] = []
            self._append(begin)
            return
        if lines[0] != begin:
            differing = sorted(key for key in {*begin, *lines[0]} if begin.get(key) != lines[0].get(key))
            raise RunError(
                f"{path} is the journal of another search: it differs in {', '.join(differing)}",
                hint="start a new run, or give the same task, method, settings and seed",
            )
        self._lines = lines[1:]

    @property
    def replayed(self) -> int:
        """How many trials were taken from the file so far."""
        return min(self._position, len(self._lines))

    @property
    def is_replaying(self) -> bool:
        """Whether the next trial is in the file already."""
        return self._position < len(self._lines)

    def known(self, ask: int) -> Sequence[int]:
        """Which requests of an ask to the optimizer model were not answered when it was first made."""
        line = self._lines[self._position] if self.is_replaying else {}
        if line.get("kind") != "lost" or line.get("ask") != ask:
            return ()
        self._position += 1
        return [int(place) for place in line["replies"]]

    def note(self, ask: int, places: Sequence[int]) -> None:
        """Write down which requests of an ask were not answered: the search went on without them.

        Raises:
            RunError: trials that followed on the answers are in the journal already.
        """
        if self.is_replaying:
            raise RunError(
                f"{self._path}: a reply of the optimizer model that this search rests on is lost",
                hint="put `asked.sqlite` back beside the journal, or start a new run",
            )
        self._append({"kind": "lost", "ask": ask, "replies": list(places)})
        self._position += 1

    def replay(self, trial: Trial) -> tuple[Evaluation, Used] | None:
        """What came of the next trial when it was first made; None once the journal is at its end.

        Raises:
            RunError: the journal has another trial in this place.
        """
        if not self.is_replaying:
            return None
        line = self._lines[self._position]
        self._trials += 1
        self._texts[trial.candidate.id] = trial.candidate
        if self._described(trial) != {
            name: line.get(name) for name in ("candidate", "split", "examples", "trace")
        }:
            raise RunError(
                f"{self._path}, trial {self._trials}: the search asks for something else than it did "
                "when this journal was written",
                hint="resume with the version and prompts that began the run, or start a new one",
            )
        self._position += 1
        feedback = tuple(
            _feedback(kept, self._data, name)
            for kept, name in zip(line["feedback"], line["examples"], strict=True)
        )
        return Evaluation(trial, feedback), Used(**line["used"])

    def record(self, evaluation: Evaluation, used: Used) -> None:
        """Add a trial; on return it is on disk."""
        trial = evaluation.trial
        self._trials += 1
        line: dict[str, Any] = {"kind": "trial", "number": self._trials, **self._described(trial)}
        if trial.candidate.id not in self._texts:
            self._texts[trial.candidate.id] = trial.candidate
            line |= {
                "texts": dict(trial.candidate.texts),
                "parents": list(trial.candidate.parents),
                "origin": trial.candidate.origin,
            }
        line["feedback"] = [_kept(each) for each in evaluation.feedback]
        line["used"] = asdict(used)
        self._append(line)
        self._position += 1

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _described(self, trial: Trial) -> dict[str, Any]:
        return {
            "candidate": trial.candidate.id,
            "split": trial.split,
            "examples": [example.id for example in trial.examples],
            "trace": trial.trace,
        }

    def _opened(self, path: Path | None) -> list[dict[str, Any]]:
        """The lines of the file, half a line at its end cut off; the file is open for appending then."""
        if path is None:
            return []
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
            content = path.read_bytes()
            whole = content[: content.rfind(b"\n") + 1]
            if len(whole) < len(content):
                os.ftruncate(self._descriptor, len(whole))
        except OSError as error:
            raise RunError(f"{path} cannot be opened: {error.strerror}") from error
        try:
            return [json.loads(line) for line in whole.splitlines()]
        except ValueError as error:
            self.close()
            raise RunError(f"{path} is damaged: {error}", hint="start a new run") from error

    def _append(self, line: Mapping[str, Any]) -> None:
        if self._descriptor < 0:
            return
        left = memoryview(_line(line).encode())
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
            os.fsync(self._descriptor)
        except OSError as error:
            raise RunError(
                f"{self._path} cannot be written: {error.strerror}",
                hint="see that the disk has room, then resume the run",
            ) from error


def _line(data: Mapping[str, Any]) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _kept(feedback: Feedback) -> dict[str, JsonValue]:
    kept: dict[str, JsonValue] = {
        "score": feedback.score,
        "outcome": feedback.outcome.value,
        "output": feedback.output,
        "comment": feedback.comment,
    }
    if feedback.trace:
        kept["trace"] = [{**asdict(call), "inputs": list(call.inputs)} for call in feedback.trace]
    return kept


def _feedback(kept: Mapping[str, Any], data: Splits, name: str) -> Feedback:
    trace = tuple(Call(**{**call, "inputs": tuple(call["inputs"])}) for call in kept.get("trace", ()))
    return Feedback(
        data.by_id[name], kept["score"], Outcome(kept["outcome"]), kept["output"], kept["comment"], trace
    )


def candidates_in(lines: Sequence[Mapping[str, Any]]) -> dict[str, Candidate]:
    """The candidates of a journal's lines, by id, for reports."""
    return {
        line["candidate"]: Candidate(line["texts"], tuple(line["parents"]), line["origin"])
        for line in lines
        if "texts" in line
    }
