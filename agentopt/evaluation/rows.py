"""Rows of a JSON Lines file as examples: `question`/`answer`/`accept`, or `inputs`/`target`."""

from __future__ import annotations

__all__ = ["read_rows", "split_rows"]

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue

from agentopt.errors import UsageError
from agentopt.evaluation.trials import Example

_FORM = 'a line is `{"id": "1", "question": "…", "answer": "…"}`, or `{"inputs": {…}, "target": "…"}`'


def read_rows(path: Path, *, needs_target: bool = True) -> tuple[Example, ...]:
    """The examples of a file; what else a row holds is passed over.

    A row with `tables` has them as further inputs. A row whose answer is `null` is left out where a target is
    needed: it says itself that there is nothing to compare with.

    Raises:
        UsageError: the file is missing, a line is no row, or two rows have one id.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        why = "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror
        raise UsageError(
            f"the rows {path} cannot be read: {why}", hint="paths are relative to the task file"
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"the rows {path} are not UTF-8 text: {error.reason} at byte {error.start}"
        ) from error
    found: dict[str, Example] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        example = _example(_object(line, where), where, f"{path.stem}/{number}")
        if example.id in found:
            raise UsageError(f"{where}: the id `{example.id}` stands twice", hint="give every row its own id")
        if example.target is not None or not needs_target:
            found[example.id] = example
    return tuple(found.values())


def split_rows(
    rows: Sequence[Example], train: int, val: int, test: int, *, seed: int = 0, where: str = "the data"
) -> tuple[tuple[Example, ...], tuple[Example, ...], tuple[Example, ...]]:
    """So many examples each, drawn without replacement; the same for the same seed and rows.

    Raises:
        UsageError: there are not enough.

    >>> rows = [Example(str(n), {"question": "?"}) for n in range(10)]
    >>> [len(part) for part in split_rows(rows, 2, 3, 5)]
    [2, 3, 5]
    """
    wanted = train + val + test
    if wanted > len(rows):
        raise UsageError(
            f"{where} has {len(rows)} usable rows, and train={train}, val={val}, test={test} take {wanted}",
            hint="ask for fewer, or bring more rows",
        )
    drawn = random.Random(seed).sample(list(rows), wanted)
    return tuple(drawn[:train]), tuple(drawn[train : train + val]), tuple(drawn[train + val :])


def _object(line: str, where: str) -> Mapping[str, JsonValue]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{where} is not JSON: {error}", hint=_FORM) from error
    if not isinstance(row, dict):
        raise UsageError(f"{where} is no object", hint=_FORM)
    return row


def _example(row: Mapping[str, JsonValue], where: str, name: str) -> Example:
    given = row.get("id", name)
    inputs: dict[str, str] = {}
    if isinstance(row.get("question"), str):
        inputs["question"] = str(row["question"])
        tables = row.get("tables")
        inputs |= {key: str(value) for key, value in tables.items()} if isinstance(tables, dict) else {}
        target, accept = row.get("answer"), row.get("accept")
    else:
        kept = row.get("inputs")
        if not isinstance(kept, dict) or not kept:
            raise UsageError(f"{where} has neither a `question` nor `inputs`", hint=_FORM)
        if odd := next((key for key, value in kept.items() if not isinstance(value, str)), None):
            raise UsageError(f"{where}: the input `{odd}` is not a text", hint=_FORM)
        inputs |= {key: str(value) for key, value in kept.items()}
        target, accept = row.get("target"), row.get("accept")
    if accept is not None and not isinstance(accept, list):
        raise UsageError(f"{where}: `accept` is not a list", hint='`"accept": [12, 12.5]`')
    return Example(str(given), inputs, target, tuple(accept or ()))
