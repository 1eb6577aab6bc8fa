"""How often a network alone is right on labelled rows: the score a training run shows on its way."""

from __future__ import annotations

__all__ = ["Labelled", "labelled", "share_right"]

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agentopt.errors import UsageError
from agentopt.reader.network.reader import read
from agentopt.reader.network.weights import Network
from agentopt.reader.program import optimum, program
from agentopt.reader.tokens import tokenize


@dataclass(frozen=True)
class Labelled:
    """A problem in words and the values that count as right."""

    text: str
    values: tuple[float, ...]


def labelled(path: Path) -> list[Labelled]:
    """The rows of a JSON-lines file with `question`, `answer`, `accept`; left out without an optimum.

    Raises:
        UsageError: there is no such file, or it holds something else.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        found = [
            Labelled(row["question"], (float(row["answer"]), *map(float, row.get("accept") or ())))
            for row in rows
            if isinstance(row["answer"], int | float)
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} holds no labelled rows: {error}", hint="give JSON lines with question and answer"
        ) from error
    return found


def share_right(network: Network, rows: Sequence[Labelled]) -> float:
    """The share of rows whose optimum, in whole amounts or not, the network alone comes to within 1e-4."""
    good = 0
    for row in rows:
        tokens = tokenize(row.text)
        best = read(tokens, network, readings=1).best
        if best is None:
            continue
        found = [optimum(program(best.mix, tokens, whole=whole)) for whole in (True, False)]
        good += any(
            status == "optimal" and abs(value - label) <= max(1e-6, 1e-4 * abs(label))
            for status, value in found
            for label in row.values
        )
    return round(good / len(rows), 4) if rows else 0.0
