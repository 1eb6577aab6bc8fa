"""Structure-aware vote over samples (SIRL, arXiv 2505.11792, instance-enhanced self-consistency).

Each sample is a whole formulation, solved. Its features are the objective value, the direction, and how
many binary and integer variables its arrays have. A sample's score is the sum over features of the square
root of the number of samples that agree with it there; the highest wins, the earlier of equals. Samples
without a solution vote for nothing. The vote takes the place of a judge; only the winner is verified.
"""

from __future__ import annotations

__all__ = ["Features", "features", "run_vote", "winner"]

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from agentopt.agents.answer import Answer, answer_of
from agentopt.agents.calls import CallStore
from agentopt.agents.context import Context, Problem
from agentopt.agents.graph import Graph, run_graph, step
from agentopt.agents.session import Session
from agentopt.agents.state import State, applied
from agentopt.agents.strategies import graph_of, named
from agentopt.compiling.arrays import Compiled, Integrality
from agentopt.solvers.solution import Solution

MAX_THREADS = 8
RELATIVE = 1e-6


@dataclass(frozen=True)
class Features:
    """What samples are compared by; `value` is the objective, or a status word without a point."""

    value: float | str
    direction: str
    num_binary: int
    num_integer: int


def features(compiled: Compiled, solution: Solution) -> Features:
    """The features of a solved sample."""
    objectives = compiled.instance.formulation.objectives
    integer = compiled.integrality == Integrality.INTEGER
    binary = integer & (compiled.lower == 0) & (compiled.upper == 1)
    value = solution.objective if solution.has_point else None
    return Features(
        str(solution.termination) if value is None else value,
        objectives[0].sense if objectives else "none",
        int(np.count_nonzero(binary)),
        int(np.count_nonzero(integer & ~binary)),
    )


def winner(samples: Sequence[Features | None]) -> int | None:
    """The place of the winning sample; None when no sample was solved.

    A sample without a point (infeasible, unbounded) can win only over others like it.

    >>> right, wrong = Features(10.0, "maximize", 0, 2), Features(12.0, "maximize", 0, 0)
    >>> winner([wrong, right, None, right])
    1
    """
    solved = [f for f in samples if f is not None]
    if any(isinstance(f.value, float) for f in solved):
        solved = [f for f in solved if isinstance(f.value, float)]
    best, found = -1.0, None
    for place, sample in enumerate(samples):
        if sample is None or not any(sample is f for f in solved):
            continue
        score = (
            math.sqrt(sum(agree(sample.value, f.value) for f in solved))
            + math.sqrt(sum(sample.direction == f.direction for f in solved))
            + math.sqrt(sum(sample.num_binary == f.num_binary for f in solved))
            + math.sqrt(sum(sample.num_integer == f.num_integer for f in solved))
        )
        if score > best + 1e-12:
            best, found = score, place
    return found


def agree(one: float | str, other: float | str) -> bool:
    """Whether two objective values are the same, within a relative 1e-6."""
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=1e-9)


def run_vote(
    problem: Problem, context: Context, store: CallStore, folder: Path | None, *, until: str
) -> Answer:
    """Solve as many samples as the context asks for, choose one, and verify and explain it."""
    strategy = named(context.strategy)
    sampling = graph_of(strategy, until="solve")
    sessions = [Session(problem, context, store, sample) for sample in range(1, context.vote + 1)]
    with ThreadPoolExecutor(min(MAX_THREADS, len(sessions))) as pool:
        states = list(pool.map(lambda session: run_graph(sampling, session, folder), sessions))
    found = [
        features(s.compiled(state.formulation), s.solution(state.solution, state.formulation))
        if state.solution is not None and state.formulation is not None
        else None
        for state, s in zip(states, sessions, strict=True)
    ]
    place = winner(found)
    if place is None:
        return answer_of(states[0], sessions[0], store.spend)
    state, session = states[place], sessions[place]
    chosen = found[place]
    assert chosen is not None
    votes = sum(f is not None and agree(f.value, chosen.value) for f in found)
    session.emit("progress", f"{votes} of {len(found)} samples agree on {chosen.value}", votes=votes)
    if until == "explain":
        state = _finish(graph_of(strategy, cross_check=context.cross_check), state, session)
    elif until != "solve":
        state = state.model_copy(update={"solution": None})
    answer = answer_of(state, session, store.spend, until=until)
    return replace(answer, votes=(votes, len(found)))


def _finish(graph: Graph, state: State, session: Session) -> State:
    """Cross-check and verify the chosen sample, without sending it back."""
    state = state.model_copy(update={"settled": [*state.settled, "falsified", "cross-check"]})
    for name in ("cross-check", "verify"):
        if name in graph.nodes:
            state = applied(state, step(graph, name, state, session))
    return state
