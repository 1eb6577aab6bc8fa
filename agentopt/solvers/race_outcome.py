"""What a race came to, from what each engine came to and what they shared."""

from __future__ import annotations

__all__ = ["outcome"]

from collections.abc import Sequence
from dataclasses import replace

from agentopt.solvers.race_board import Board
from agentopt.solvers.solution import PointStatus, Solution, Termination
from agentopt.solvers.watching import Stop

_NO_POINT = frozenset({Termination.INFEASIBLE, Termination.UNBOUNDED})

_MORE = (
    Termination.TIME_LIMIT,
    Termination.MEMORY_LIMIT,
    Termination.ITERATION_LIMIT,
    Termination.INTERRUPTED,
    Termination.INFEASIBLE_OR_UNBOUNDED,
    Termination.ERROR,
)
"""Why a race without a proof ended: the first of these that some engine says."""


def outcome(
    board: Board, found: Sequence[tuple[str, Solution]], stop: Stop, notes: Sequence[str] = ()
) -> Solution:
    """The solution of a race.

    Args:
        board: what was shared.
        found: (engine, its solution), in the order they were started; at least one.
        stop: why the race was stopped from outside, if it was.
        notes: what is to be said beside it.
    """
    log = "\n".join(f"--- {name}\n{each.log}" for name, each in found if each.log)
    nodes = sum(each.nodes for _, each in found)
    common = {"log": log, "nodes": nodes, "iterations": sum(each.iterations for _, each in found)}
    proof = next((pair for pair in found if pair[1].termination is Termination.OPTIMAL), None) or next(
        (pair for pair in found if pair[1].termination in _NO_POINT), None
    )
    if proof is not None:
        name, solution = proof
        against = _against(board, solution)
        if against:
            return _open(board, solution, Termination.ERROR, f"{name} {against}", notes, common)
        message = "; ".join([f"{solution.message or solution.termination} ({name})", *notes])
        solution = replace(solution, message=message, **common)  # type: ignore[arg-type]  # its own fields
        return solution if solution.termination in _NO_POINT else _with_best(board, solution)
    first = found[0][1] if found else Solution(Termination.ERROR, PointStatus.NONE, "race")
    if board.closed:
        message = f"point by {board.finder}, bound by {_prover(board)}"
        return _open(board, first, Termination.OPTIMAL, message, notes, common)
    if stop.reason is not None:
        return _open(board, first, stop.reason, stop.message, notes, common)
    reasons = {each.termination: each.message for _, each in reversed(found)}
    termination = next((each for each in _MORE if each in reasons), first.termination)
    return _open(board, first, termination, reasons.get(termination, ""), notes, common)


def _against(board: Board, solution: Solution) -> str:
    """What a shared point says against a proof; empty where nothing does."""
    shown = (
        "" if board.objective is None else f"{board.finder} found a feasible point of {board.objective:.10g}"
    )
    if solution.termination is Termination.INFEASIBLE and board.refuted_infeasible:
        return f"says there is no point, but {shown}"
    optimal = solution.termination is Termination.OPTIMAL
    if optimal and solution.bound is not None and board.refuted(solution.bound):
        return f"says nothing is better than {solution.bound:.10g}, but {shown}"
    return ""


def _open(
    board: Board,
    base: Solution,
    termination: Termination,
    message: str,
    notes: Sequence[str],
    common: dict[str, object],
) -> Solution:
    """The best point and the best bound of all."""
    message = "; ".join(filter(None, [message, *notes]))
    # A contradicted bound is nobody's.
    bound = board.bound if termination is not Termination.ERROR else None
    found = replace(
        base,
        termination=termination,
        bound=bound,
        message=message,
        duals=None,
        reduced_costs=None,
        ray=None,
        **common,  # type: ignore[arg-type]  # its own fields
    )
    return _with_best(board, found)


def _with_best(board: Board, solution: Solution) -> Solution:
    """The solution at the best point there is; the point it had goes to its pool."""
    if board.best is None:
        return solution
    own = solution.objective
    if solution.has_point and own is not None and board.sign * (own - (board.objective or 0.0)) <= 0:
        return solution
    pool = solution.pool
    if solution.values is not None and solution.has_point:
        pool = (solution.values, *pool)
    return replace(
        solution, point=PointStatus.FEASIBLE, values=board.best, objective=board.objective, pool=pool
    )


def _prover(board: Board) -> str:
    return max(board.bounds, key=lambda name: board.sign * board.bounds[name])
