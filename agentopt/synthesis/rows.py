"""Generated problems as rows of a benchmark: one JSON object a line."""

from __future__ import annotations

__all__ = ["Line", "rows"]

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentopt.synthesis.generator import Made, generate, made


@dataclass(frozen=True, slots=True)
class Line:
    """A row, and how many draws before it had no optimum."""

    line: str
    redrawn: int


def rows(families: Sequence[str], *, difficulty: int, number: int, seed: int, solved: bool) -> Iterator[Line]:
    """So many problems of every family, with seeds from `seed` on.

    A row has `id`, `family`, `difficulty`, `seed`, `question`, `formulation` (null out of scope), `tables`,
    `answer` (null where it was not solved) and `status`: "optimal", "unsolved" or "out of scope".

    Raises:
        UsageError: there is no such family or difficulty.
    """
    for family in families:
        for at in range(seed, seed + number):
            if solved:
                found = made(family, difficulty=difficulty, seed=at)
            else:
                found = Made(generate(family, difficulty=difficulty, seed=at), None, 1)
            yield Line(_line(found), found.draws - 1)


def _line(found: Made) -> str:
    problem = found.problem
    status = "optimal" if found.answer is not None else "unsolved"
    if problem.formulation is None:
        formulation = None
        status = "out of scope"
    else:
        formulation = problem.formulation.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    answer = found.answer
    if answer is not None and abs(answer - round(answer)) <= 1e-9 * max(1.0, abs(answer)):
        answer = round(answer)
    row = {
        "id": f"{problem.family}/{problem.difficulty}/{problem.seed}",
        "family": problem.family,
        "difficulty": problem.difficulty,
        "seed": problem.seed,
        "question": problem.text,
        "formulation": formulation,
        "tables": dict(problem.tables),
        "answer": answer,
        "status": status,
    }
    return json.dumps(row, ensure_ascii=False)
