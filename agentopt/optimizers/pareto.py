"""The Pareto front over examples: who is best at what (Agrawal et al., GEPA, 2025, algorithm 2).

Members are named by their place in a pool, and ties are broken by it, so that equal pools give equal fronts.
"""

from __future__ import annotations

__all__ = ["best_by_example", "wins"]

from collections.abc import Sequence

from agentopt.evaluation.trials import Evaluation


def best_by_example(pool: Sequence[Evaluation]) -> dict[str, list[int]]:
    """For each example that somebody was measured on, the places of those who did best on it.

    >>> from agentopt.evaluation.trials import Candidate, Example, Feedback, Outcome, Trial
    >>> def scored(*values):
    ...     examples = tuple(Example(str(at), {"q": "?"}) for at in range(len(values)))
    ...     rows = zip(examples, values, strict=True)
    ...     told = tuple(Feedback(each, value, Outcome.WRONG) for each, value in rows)
    ...     return Evaluation(Trial(Candidate({"text": str(values)}), examples), told)
    >>> pool = [scored(1, 0, 0), scored(0, 0, 1), scored(1, 0, 1)]
    >>> best_by_example(pool)
    {'0': [0, 2], '1': [0, 1, 2], '2': [1, 2]}
    >>> wins(pool)
    {2: 3}
    """
    names = dict.fromkeys(name for each in pool for name in each.scores)
    best: dict[str, list[int]] = {}
    for name in names:
        measured = [(each.scores[name], place) for place, each in enumerate(pool) if name in each.scores]
        top = max(score for score, _ in measured)
        best[name] = [place for score, place in measured if score == top]
    return best


def wins(pool: Sequence[Evaluation]) -> dict[int, int]:
    """Who is on the front, with the number of examples each is best on.

    A member is dropped, the lowest mean first, if on every example that it is best on another who is still
    there is as good.
    """
    best = best_by_example(pool)
    kept = sorted({place for places in best.values() for place in places})
    for place in sorted(kept, key=lambda each: (pool[each].score, each)):
        rest = [each for each in kept if each != place]
        if all(any(each in rest for each in places) for places in best.values() if place in places):
            kept = rest
    return {place: sum(place in places for places in best.values()) for place in kept}
