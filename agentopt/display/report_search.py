"""The report of a search: one HTML page made of the run's journal, whole or as far as it came.

Score over calls, the candidates with what each changed in its parent, a table of examples, and what was said
in the trials that kept it. The page loads nothing and runs nothing, as every report.
"""

from __future__ import annotations

__all__ = ["search_report"]

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agentopt.display.markup import Html, cut, element, join, text
from agentopt.display.plot_lines import Lines, lines
from agentopt.display.report import page
from agentopt.display.report_tables import table
from agentopt.display.report_trace import manifest
from agentopt.display.searching import difference
from agentopt.errors import RunError
from agentopt.runs import Run

MAX_CANDIDATES = 100
MAX_EXAMPLES = 300
MAX_CALLS = 60
MAX_TEXT = 8_000

Line = Mapping[str, Any]


@dataclass
class _Candidate:
    """What the journal knows of one text."""

    id: str
    texts: Mapping[str, str]
    parents: Sequence[str]
    origin: str
    scores: dict[str, float | None] = field(default_factory=dict)

    @property
    def score(self) -> float:
        had = [score for score in self.scores.values() if score is not None]
        return sum(had) / len(had) if had else math.nan


@dataclass
class _Story:
    """A journal, read."""

    candidates: dict[str, _Candidate] = field(default_factory=dict)
    points: list[tuple[int, float, float]] = field(default_factory=list)
    validation: list[str] = field(default_factory=list)
    calls: list[tuple[str, str, Line]] = field(default_factory=list)
    shown: dict[str, dict[str, Line]] = field(default_factory=dict)

    @property
    def best(self) -> _Candidate | None:
        whole = [each for each in self.candidates.values() if len(each.scores) == len(self.validation)]
        fit = [each for each in whole if not math.isnan(each.score)]
        return max(fit, key=lambda each: each.score, default=None)


def search_report(run: Run) -> str:
    """The page of a search.

    Raises:
        RunError: its task or its journal is damaged.
    """
    task, answer = _json(run, "task.json"), _json(run, "answer.json") if run.has("answer.json") else {}
    story = _story(_lines(run), [row["id"] for row in task["val"]])
    seed = next(iter(story.candidates.values()), None)
    best = story.candidates.get(str(answer.get("best", ""))) or story.best
    rows = {row["id"]: row for part in ("train", "val", "test") for row in task[part]}
    sections: list[tuple[str, str, Html | None]] = [
        ("score", "Score over calls", _curve(story)),
        ("change", "What changed", _changed(seed, best)),
        ("candidates", "Candidates", _candidates(story, best)),
        ("examples", "Examples", _examples(story, seed, best, rows)),
        ("trace", "What was said", _calls(story)),
        ("run", "The run", manifest(run.manifest)),
    ]
    there = [(name, head, part) for name, head, part in sections if part]
    return page(f"Search: {task['name']}", _outcome(answer, story), there, run)


def _outcome(answer: Line, story: _Story) -> Html:
    verdict = answer.get("verdict") or {}
    status = str(answer.get("status", "not finished"))
    tone = "good" if status == "improved" else "warn" if status == "not finished" else "plain"
    spend, faults = answer.get("spend", {}), answer.get("faults", {})
    facts = {
        "validation": f"{answer['validation']['seed']:.3g} → {answer['validation']['best']:.3g}"
        if answer
        else "",
        "candidates": len(story.candidates),
        "calls": spend.get("calls"),
        "tokens": spend and spend["prompt_tokens"] + spend["completion_tokens"],
        "faults": ", ".join(f"{count} {name}" for name, count in faults.items() if count) or "none",
    }
    return element(
        "section",
        element("p", element("span", status, class_=f"pill {tone}")),
        element("p", verdict.get("words") or "There is no verdict.", class_="said"),
        element(
            "dl",
            *(
                element("div", element("dt", name), element("dd", value))
                for name, value in facts.items()
                if value not in ("", None)
            ),
            class_="facts",
        ),
        class_="result",
        id="answer",
    )


def _curve(story: _Story) -> Html | None:
    if len(story.points) < 2 or story.points[0][0] == story.points[-1][0]:
        return None
    calls = [point[0] for point in story.points]
    return lines(
        Lines(
            "score",
            text("Validation score of every candidate and of the best so far, over replies used"),
            "Score over calls",
            calls,
            [f"{count}" for count in calls],
            [
                ("best so far", [point[2] for point in story.points]),
                ("tried", [point[1] for point in story.points]),
            ],
            "score",
            "replies used",
        )
    )


def _changed(seed: _Candidate | None, best: _Candidate | None) -> Html | None:
    if seed is None or best is None:
        return None
    if seed.id == best.id:
        return element("p", "No text did better on the validation split than the one it began with.")
    return element("pre", difference(seed.texts, best.texts), class_="source")


def _candidates(story: _Story, best: _Candidate | None) -> Html | None:
    """Every candidate with what it changed in its first parent."""
    parts: list[Html] = []
    for each in list(story.candidates.values())[:MAX_CANDIDATES]:
        parent = story.candidates.get(each.parents[0]) if each.parents else None
        change = (
            difference(parent.texts, each.texts) if parent is not None else "\n".join(each.texts.values())
        )
        score = "–" if math.isnan(each.score) else f"{each.score:.3g}"
        mark = (
            element("span", "best", class_="pill good") if best is not None and each.id == best.id else None
        )
        parts.append(
            element(
                "details",
                element(
                    "summary",
                    element("span", each.id, class_="name"),
                    element("span", each.origin, class_="soft"),
                    mark,
                    element("span", score, class_="num"),
                ),
                element("p", f"from {', '.join(each.parents)}", class_="soft small")
                if each.parents
                else None,
                element("pre", cut(change, MAX_TEXT, "trials.jsonl")),
                class_="call",
                id=f"c-{each.id}",
            )
        )
    left = len(story.candidates) - len(parts)
    more = element("p", f"{left:,} more candidates are in trials.jsonl.", class_="soft") if left > 0 else None
    return join([*parts, *([more] if more else [])]) if parts else None


def _examples(
    story: _Story, seed: _Candidate | None, best: _Candidate | None, rows: Mapping[str, Line]
) -> Html | None:
    """The validation examples, under seed and best."""
    if seed is None or best is None:
        return None
    cells = []
    for name in story.validation[:MAX_EXAMPLES]:
        row = rows.get(name, {})
        words = " ".join(str(value) for value in row.get("inputs", {}).values())
        one, other = (story.shown.get(each.id, {}).get(name, {}) for each in (seed, best))
        cells.append(
            [
                element("th", name, scope="row"),
                element("td", cut(words, 300), class_="soft"),
                element("td", _said(one)),
                element("td", _said(other)),
            ]
        )
    return table(["Example", "Input", "Seed", "Best"], cells)


def _said(found: Line) -> str:
    if not found:
        return "–"
    score = found.get("score")
    shown = "not measured" if score is None else f"{score:.3g}"
    return f"{shown}: {cut(str(found.get('comment') or found.get('output') or ''), 200)}"


def _calls(story: _Story) -> Html | None:
    parts = []
    for candidate, example, call in story.calls[:MAX_CALLS]:
        parts.append(
            element(
                "details",
                element(
                    "summary",
                    element("span", f"{call['component']} on {example}", class_="name"),
                    element("span", candidate, class_="soft"),
                ),
                element("p", "prompt", class_="role"),
                element("pre", cut(str(call["prompt"]), MAX_TEXT)),
                element("p", "reply", class_="role"),
                element("pre", cut(str(call["reply"]), MAX_TEXT)),
                class_="call",
            )
        )
    left = len(story.calls) - len(parts)
    more = element("p", f"{left:,} more calls are in trials.jsonl.", class_="soft") if left > 0 else None
    return join([*parts, *([more] if more else [])]) if parts else None


def _story(found: Sequence[Line], validation: list[str]) -> _Story:
    story, used, best = _Story(validation=validation), 0, -math.inf
    for line in found:
        if line.get("kind") != "trial":
            continue
        name = str(line["candidate"])
        if "texts" in line:
            story.candidates[name] = _Candidate(name, line["texts"], line["parents"], line["origin"])
        each = story.candidates[name]
        used += int(line["used"]["calls"])
        for example, feedback in zip(line["examples"], line["feedback"], strict=True):
            story.calls += [(name, example, call) for call in feedback.get("trace", ())]
            if line["split"] == "val":
                each.scores[example] = feedback["score"]
                story.shown.setdefault(name, {})[example] = feedback
        if set(line["examples"]) == set(validation) and not math.isnan(each.score):
            best = max(best, each.score)
            story.points.append((used, each.score, best))
    return story


def _lines(run: Run) -> list[Line]:
    """The journal's whole lines; half a line at its end belongs to a run under way or killed."""
    if not run.has("trials.jsonl"):
        return []
    content = run.read("trials.jsonl")
    try:
        return [json.loads(line) for line in content[: content.rfind(b"\n") + 1].splitlines()]
    except ValueError as error:
        raise RunError(f"{run.folder / 'trials.jsonl'} is damaged: {error}") from error


def _json(run: Run, name: str) -> Any:
    try:
        return json.loads(run.read(name))
    except ValueError as error:
        raise RunError(f"{run.folder / name} is damaged: {error}", hint="start the search anew") from error
