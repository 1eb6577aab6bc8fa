"""Problems of every family, made again by family, difficulty and seed."""

from __future__ import annotations

__all__ = ["FAMILIES", "Family", "Made", "generate", "made", "optimum"]

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module

from agentopt.errors import CompileError, UsageError, nearest
from agentopt.formulation.elements import Formulation
from agentopt.synthesis.problem import OUT_OF_SCOPE, Problem

DIFFICULTIES = range(1, 6)
MAX_DRAWS = 50
"""Draws for one problem until one has an optimum."""


@dataclass(frozen=True, slots=True)
class Family:
    """A class of problems that can be made.

    Attributes:
        module: what makes them; it has `generate(rng, difficulty)`.
        about: what is asked in them.
        harder: what a higher difficulty means.
    """

    module: str
    about: str
    harder: str


_FAMILIES = "agentopt.synthesis.families"

FAMILIES: dict[str, Family] = {
    "mix": Family(
        "agentopt.synthesis.mix.generating",
        "how much of each of a few things, within limits",
        "more things, limits and side constraints; freer wording",
    ),
    "transportation": Family(
        f"{_FAMILIES}.transportation",
        "what to ship from where to where",
        "more places, profits, demands that are limits, odder layouts",
    ),
    "assignment": Family(
        f"{_FAMILIES}.assignment",
        "who does what",
        "more of both sides, more workers than tasks, odder layouts",
    ),
    "facility": Family(
        f"{_FAMILIES}.facility",
        "what to open, and who serves whom",
        "more places, demands and capacities, odder layouts",
    ),
    "knapsack": Family(
        f"{_FAMILIES}.knapsack", "which items to take", "more items, second limits, rules, odder layouts"
    ),
    "bins": Family(
        f"{_FAMILIES}.bins",
        "the least number of bins, or of bars to cut",
        "more items, items in numbers, tables",
    ),
    "lots": Family(
        f"{_FAMILIES}.lots",
        "what to make and to store in each period",
        "more periods, setups, limits of stock, numbers by period, tables",
    ),
    "network": Family(
        f"{_FAMILIES}.network",
        "a shortest path, a greatest or a cheapest flow",
        "more places and links, costs with capacities, tables",
    ),
    "scheduling": Family(
        f"{_FAMILIES}.scheduling",
        "the order of jobs, or their machines",
        "more jobs, due times with weights, job shops, tables",
    ),
    OUT_OF_SCOPE: Family(
        "agentopt.synthesis.scope",
        "texts that are no such problem",
        "everyday texts, sums, other problems, questions, then problems with something left out",
    ),
}
"""The families by name."""


@dataclass(frozen=True, slots=True)
class Made:
    """A problem with its optimum.

    Attributes:
        problem: the problem.
        answer: its optimum; None when out of scope or not asked for.
        draws: how many were drawn until one had an optimum.
    """

    problem: Problem
    answer: float | None
    draws: int


def generate(family: str, *, difficulty: int, seed: int) -> Problem:
    """A problem; a pure function of its arguments.

    Args:
        family: one of `FAMILIES`.
        difficulty: 1 (small, plain wording) to 5.
        seed: of all that is drawn.

    Raises:
        UsageError: there is no such family or difficulty.

    >>> problem = generate("bins", difficulty=1, seed=0)
    >>> problem == generate("bins", difficulty=1, seed=0), problem.family
    (True, 'bins')
    """
    if family not in FAMILIES:
        hint = nearest(family, FAMILIES) or f"one of {', '.join(FAMILIES)}"
        raise UsageError(f"there is no family `{family}` of problems", hint=hint)
    if difficulty not in DIFFICULTIES:
        raise UsageError(f"a difficulty of {difficulty}", hint="give 1, 2, 3, 4 or 5")
    module = import_module(FAMILIES[family].module)
    if family == "mix":
        return _written(module.problem(difficulty=difficulty, seed=seed))
    draw: Callable[[random.Random, int], Problem] = module.generate
    return replace(draw(random.Random(f"{family} {difficulty} {seed}"), difficulty), seed=seed)


def _written(problem: Problem) -> Problem:
    """A product mix with the formulation that its reading states."""
    from agentopt.reader.formulating import understanding
    from agentopt.reader.tokens import tokenize

    if problem.formulation is not None or problem.reading is None:
        return problem
    read = understanding(problem.reading, problem.text, tokenize(problem.text))
    return replace(problem, formulation=read.formulation)


def optimum(formulation: Formulation) -> float | None:
    """The optimum of a formulation without tables, or None where it has none."""
    from agentopt.compiling import compile_instance
    from agentopt.formulation.binding import bind
    from agentopt.solvers.settling import solve
    from agentopt.solvers.solution import Termination

    found = solve(compile_instance(bind(formulation)))
    return found.objective if found.termination is Termination.OPTIMAL else None


def made(family: str, *, difficulty: int, seed: int) -> Made:
    """A problem that has an optimum: the first of the seed, then of seeds beside it.

    Raises:
        UsageError: there is no such family or difficulty, or none of many draws has an optimum.
    """
    for draws in range(1, MAX_DRAWS + 1):
        problem = generate(family, difficulty=difficulty, seed=seed if draws == 1 else seed + draws * 10**9)
        if problem.formulation is None:
            return Made(problem, None, draws)
        try:
            answer = optimum(problem.formulation)
        except CompileError:
            answer = None
        if answer is not None:
            return Made(problem, answer, draws)
    raise UsageError(
        f"none of {MAX_DRAWS} problems of `{family}` has an optimum",
        hint="try another --seed or --difficulty",
    )
