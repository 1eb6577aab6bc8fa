"""The traveling salesman problem, exactly: rows for subtours as they are needed, over HiGHS.

After Dantzig, Fulkerson and Johnson (1954) and what followed: a linear program over the near links of each
town; cuts for sets of towns that are left less often than a tour must, found as components and minimum cuts
(Stoer and Wagner 1997); links that would help are priced in. Its bound and a tour from local search fix most
links at zero; an integer program over the rest, with a cut for each subtour it comes up with, ends in
the best tour. A problem whose costs depend on the direction has arcs for links and is treated alike.
"""

from __future__ import annotations

__all__ = ["Tsp"]

from collections.abc import Mapping

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.solvers.solution import Termination
from agentopt.solvers.specialist import Clock, Outcome, Specialist
from agentopt.solvers.tour_shape import Tours, recognised
from agentopt.solvers.tsp_links import Links, components, weak_cuts
from agentopt.solvers.tsp_search import length, local_search

NEAR = 10
"""Links of each town the first linear program has."""


class Tsp(Specialist[Tours]):
    """The traveling salesman engine.

    >>> from agentopt.solvers.card import cards
    >>> Tsp(cards()["tsp"]).name
    'tsp'
    """

    def recognise(self, compiled: Compiled) -> Tours | str:
        """The tours of a model, or why there are none."""
        return _shape(compiled)

    def work(self, shape: Tours, clock: Clock, options: Mapping[str, object]) -> Outcome:
        """Solve them."""
        return worked(shape, clock, options)


def _shape(compiled: Compiled) -> Tours | str:
    found = recognised(compiled, "circuit")
    if isinstance(found, Tours) and found.num_nodes < 3:
        return "it has fewer than three nodes"
    return found


def worked(tours: Tours, clock: Clock, options: Mapping[str, object]) -> Outcome:
    """The shortest tour."""
    costs = tours.costs
    # Between three towns a link and its way back would be one.
    symmetric = len(costs) > 4 and bool((costs == costs.T).all())
    tour = local_search(costs, symmetric, clock)
    best = np.inf if tour is None else length(costs, tour)
    links = Links(costs, symmetric)
    links.add(_near(costs, symmetric, tour))
    bound, rounds = _relaxed(links, tours, best, clock)
    if bound == np.inf and tour is None:
        return Outcome(Termination.INFEASIBLE, message="no tour has all its arcs")
    if not clock.over():
        links.fix(best - bound - (1 - 1e-6 if tours.whole else -1e-9), links.reduced_costs())
        found, bound, more = _whole(links, tours, best, bound, clock)
        rounds += more
        if found is not None and length(costs, found) < best:
            tour, best = found, length(costs, found)
    if tour is None:
        done = bound == np.inf
        return Outcome(Termination.INFEASIBLE if done else clock.ending, iterations=rounds)
    values = tours.point([tour])
    if bound >= best - (1 - 1e-6 if tours.whole else 1e-6 * max(1.0, abs(best))):
        return Outcome(Termination.OPTIMAL, values, tours.value(best), "optimal", rounds)
    return Outcome(clock.ending, values, tours.value(bound), iterations=rounds)


def _near(costs: np.ndarray, symmetric: bool, tour: list[int] | None) -> np.ndarray:
    """Pairs (k, 2) of the first links: near ones, and those of the tour."""
    count = len(costs)
    away = costs + np.where(np.eye(count, dtype=bool), np.inf, 0.0)
    heads = np.argsort(away, axis=1)[:, : min(NEAR, count - 1)]
    pairs = [np.stack([np.repeat(np.arange(count), heads.shape[1]), heads.reshape(-1)], axis=1)]
    if tour is not None:
        pairs.append(np.stack([tour, np.roll(tour, -1)], axis=1))
    found = np.concatenate(pairs)
    found = found[np.isfinite(costs[found[:, 0], found[:, 1]])]
    return np.unique(np.sort(found, axis=1) if symmetric else found, axis=0)


def _relaxed(links: Links, tours: Tours, best: float, clock: Clock) -> tuple[float, int]:
    """The linear program with all the cuts and links it asks for; its value is a bound. Rounds, too."""
    bound, rounds = -np.inf, 0
    while True:
        rounds += 1
        value = links.solve()
        if value is None:
            # Too few links for any tour, or none at all: all of them, once.
            if not links.add_all():
                return np.inf, rounds
            continue
        if clock.over(None if best == np.inf else tours.value(best), tours.value(bound)):
            return bound, rounds
        cuts = weak_cuts(links.weights())
        if links.cut(cuts):
            continue
        helpful = links.helpful()
        if not len(helpful):
            return value, rounds
        # A bound holds once reduced costs are what they are; the worst of them may all be taken twice a node.
        links.add(helpful)


def _whole(
    links: Links, tours: Tours, best: float, bound: float, clock: Clock
) -> tuple[list[int] | None, float, int]:
    """The best tour along the links that are left, and the bound; infinite where no tour is better."""
    rounds = 0
    links.integral()
    while not clock.over(None if best == np.inf else tours.value(best), tours.value(bound)):
        rounds += 1
        value = links.solve(clock.left)
        if value is None:
            return None, (np.inf if links.closed else bound), rounds
        if not links.closed:
            return None, max(bound, links.bound), rounds
        bound = max(bound, links.bound)
        parts = components(links.weights() > 0.5)
        if len(parts) == 1:
            return links.tour(), max(bound, value), rounds
        links.cut(parts)
    return None, bound, rounds
