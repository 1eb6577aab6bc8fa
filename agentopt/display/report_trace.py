"""The way an answer came about: the steps, every call of a language model, and the run's manifest."""

from __future__ import annotations

__all__ = ["Call", "calls_of", "manifest", "trace"]

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from agentopt.budget import Spend
from agentopt.display.figures import span
from agentopt.display.markup import Html, cut, element, join
from agentopt.display.report_tables import table
from agentopt.runs import Entry, Manifest

MAX_CALLS = 200
MAX_TEXT = 40_000

Data = Mapping[str, JsonValue]


@dataclass(frozen=True)
class Call:
    """One call of a language model, as the journal has it; what is missing or of another kind is empty."""

    component: str
    node: str
    sample: int
    model: str
    messages: tuple[tuple[str, str], ...]
    reply: str
    stop: str
    usage: Data
    replayed: bool = False

    @property
    def key(self) -> str:
        """What tells apart calls that are not the same one told of twice."""
        return json.dumps([self.sample, self.component, self.messages, self.reply])


def calls_of(entries: Iterable[Entry]) -> list[Call]:
    """The calls in a journal; one that a resumed run replayed is not counted twice."""
    found: dict[str, Call] = {}
    for entry in entries:
        if entry.kind in ("call", "replay"):
            call = _call(entry)
            found.setdefault(call.key, call)
    return list(found.values())


def trace(entries: Sequence[Entry]) -> Html | None:
    """Steps and calls; nothing where the journal has neither."""
    calls, steps = calls_of(entries), list(_steps(entries))
    damaged = sum(entry.kind == "damaged" for entry in entries)
    parts: list[Html | None] = []
    if damaged:
        parts.append(element("p", f"{damaged} lines of the journal are damaged and left out.", class_="warn"))
    if calls:
        parts += [element("p", _total(calls)), *map(_shown, calls[:MAX_CALLS])]
        if len(calls) > MAX_CALLS:
            parts.append(element("p", f"{len(calls) - MAX_CALLS:,} more calls; events.jsonl has them all."))
    if steps:
        parts.append(
            element(
                "details",
                element("summary", f"{len(steps)} step{'s' if len(steps) != 1 else ''}"),
                _table(steps),
            )
        )
    return join(parts) if parts else None


def manifest(kept: Manifest) -> Html:
    """What was run, with what, and when."""
    rows = [
        ("Run", kept.id),
        (
            "Command",
            shlex.join(["agentopt", *kept.arguments]) if kept.arguments else f"agentopt {kept.command}",
        ),
        ("Begun", f"{kept.created:%Y-%m-%d %H:%M:%S} UTC"),
        ("Ended", f"{kept.finished:%Y-%m-%d %H:%M:%S} UTC, {kept.status}" if kept.finished else ""),
        ("Seed", str(kept.seed)),
        ("Version", f"agentopt {kept.version}, Python {kept.python}"),
        ("Packages", ", ".join(f"{name} {version}" for name, version in kept.packages.items())),
        ("Platform", kept.platform),
    ]
    return element(
        "dl",
        *(join([element("dt", name), element("dd", cut(value, 4000))]) for name, value in rows if value),
        class_="keys",
    )


def _call(entry: Entry) -> Call:
    inner = entry.data.get("data")
    data = inner if isinstance(inner, dict) else entry.data
    listed = data.get("messages")
    messages = [m for m in listed if isinstance(m, dict)] if isinstance(listed, list) else []
    usage = data.get("usage")
    sample = entry.data.get("sample")
    return Call(
        _text(data, "component"),
        _text(entry.data, "node"),
        sample if isinstance(sample, int) else 0,
        _text(data, "model"),
        tuple((_text(m, "role"), _text(m, "content")) for m in messages),
        _text(data, "reply"),
        _text(data, "stop"),
        usage if isinstance(usage, dict) else {},
        entry.kind == "replay",
    )


def _text(data: Data, name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _figure(data: Data, name: str) -> float:
    value = data.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _total(calls: Sequence[Call]) -> str:
    paid = [call.usage for call in calls if not call.usage.get("cached")]
    total = Spend.of([{n: v for n, v in usage.items() if isinstance(v, int | float)} for usage in paid])
    parts = [
        f"{len(calls)} call{'s' if len(calls) != 1 else ''}",
        f"{total.prompt_tokens:,} tokens read, {total.completion_tokens:,} written",
        span(total.seconds),
    ]
    parts += [f"${total.dollars:.4g}"] if total.dollars else []
    parts += [f"{len(calls) - len(paid)} from the cache"] if len(paid) < len(calls) else []
    return ", ".join(parts) + "."


def _shown(call: Call) -> Html:
    usage = call.usage
    how = "cached" if usage.get("cached") else span(_figure(usage, "seconds"))
    tokens = f"{_figure(usage, 'prompt_tokens'):,.0f} → {_figure(usage, 'completion_tokens'):,.0f} tokens"
    dollars = _figure(usage, "dollars")
    facts = [
        f"sample {call.sample}" if call.sample else "",
        call.model,
        tokens,
        how,
        f"${dollars:.4g}" if dollars else "",
        "cut off at the token limit" if call.stop == "length" else "",
    ]
    turns = [(role, content) for role, content in call.messages] + [("reply", call.reply)]
    return element(
        "details",
        element(
            "summary",
            element("span", call.component or call.node or "call", class_="name"),
            *(element("span", fact, class_="soft small") for fact in facts if fact),
        ),
        *(
            join([element("p", role, class_="role"), element("pre", cut(content, MAX_TEXT, "events.jsonl"))])
            for role, content in turns
        ),
        class_="call",
    )


def _steps(entries: Sequence[Entry]) -> Iterator[tuple[str, str, str]]:
    """Time since the beginning, what, and a line on it."""
    began = next((entry.time for entry in entries if entry.time is not None), None)
    for entry in entries:
        if entry.time is None or began is None or entry.kind in ("start", "call", "replay", "damaged"):
            continue
        message = _text(entry.data, "message")
        inner = entry.data.get("data")
        seconds = _figure(inner, "seconds") if isinstance(inner, dict) else 0.0
        if entry.kind == "progress" and not message:
            continue
        node = _text(entry.data, "node")
        what = f"{node}: {entry.kind}" if node else entry.kind
        line = message or (f"in {span(seconds)}" if entry.kind == "end" else "")
        yield span((entry.time - began).total_seconds()), what, cut(line, 2000)


def _table(steps: Sequence[tuple[str, str, str]]) -> Html:
    rows = [[element("td", at, class_="num"), what, line] for at, what, line in steps[:500]]
    return table([element("th", "After", scope="col", class_="num"), "Step", ""], rows)
