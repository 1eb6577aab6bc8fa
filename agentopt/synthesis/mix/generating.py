"""Draws a product mix and writes it, with the meaning of every number by its token."""

from __future__ import annotations

__all__ = ["generate", "problem"]

import random
from pathlib import Path

from agentopt.errors import UsageError
from agentopt.synthesis.banks import banks
from agentopt.synthesis.mix.composing import compose
from agentopt.synthesis.mix.filling import Writer
from agentopt.synthesis.mix.manner import blemished
from agentopt.synthesis.mix.mapping import Drawn, Meaning, mapped
from agentopt.synthesis.mix.plan import Plan
from agentopt.synthesis.mix.structure import draw_plan
from agentopt.synthesis.mix.tellings import draw_text, read_tellings
from agentopt.synthesis.problem import Problem

_TRIES = 200
_TOLD = 0.55
"""Share of the problems that are whole tellings with numbers drawn anew."""


def generate(*, difficulty: int, seed: int, folder: Path | None = None) -> Drawn:
    """A problem; a pure function of its arguments and the banks.

    Args:
        difficulty: 1 (small, plain wording) to 5.
        seed: of the generator of random numbers.
        folder: of the banks, by default the shipped ones.

    Raises:
        UsageError: the banks lack the words for any problem.
    """
    rng = random.Random(f"mix {difficulty} {seed}")
    if rng.random() < _TOLD and (told := _told(rng, difficulty, folder)) is not None:
        return told
    found = banks(folder)
    for tries in range(1, _TRIES + 1):
        plan = draw_plan(found, rng, difficulty)
        writer = Writer(plan, found, rng, difficulty)
        marked = compose(writer)
        if marked is None:
            continue
        drawn = mapped(_meaning(plan), marked, tries)
        if drawn is not None:
            return drawn
    raise UsageError("no problem could be written from the banks", hint="python -m agentopt.synthesis.check")


def problem(*, difficulty: int, seed: int, folder: Path | None = None) -> Problem:
    """The same as a problem, without a formulation: whoever needs one makes it from the reading."""
    drawn = generate(difficulty=difficulty, seed=seed, folder=folder)
    return Problem("mix", difficulty, seed, drawn.text, None, reading=drawn.reading)


def _told(rng: random.Random, difficulty: int, folder: Path | None) -> Drawn | None:
    """A problem of the bank of tellings, of about this difficulty; None if there is none."""
    near = [each for each in read_tellings(folder) if abs(each.difficulty - difficulty) <= 1]
    if not near:
        return None
    told = draw_text(rng.choice(near), rng)
    return mapped(told.meaning, blemished(told.marked, rng, 0.5))


def _meaning(plan: Plan) -> Meaning:
    return Meaning(
        plan.book,
        len(plan.names),
        plan.sense,
        plan.objective,
        plan.rows,
        [attr.keys for attr in plan.attrs],
        tuple(side.section for side in plan.sides),
    )
