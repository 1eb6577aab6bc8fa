"""Vehicle routes by PyVRP: hybrid genetic search, good routes soon, and no proof.

Recognised is a model that is one `routes(...)` with a linear objective. What comes back is the best of many
rounds of search; whether there is better is not known. CP-SAT, asked for by name, proves small ones.
"""

from __future__ import annotations

__all__ = ["Vrp"]

import math
from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.formulation.instance import Values
from agentopt.solvers.solution import Termination
from agentopt.solvers.specialist import Clock, Outcome, Specialist
from agentopt.solvers.tour_shape import Tours, recognised

FINEST = 10_000
"""Into how many parts a unit of cost is cut where costs are no short decimals."""


class Vrp(Specialist[Tours]):
    """The vehicle routing engine, through `pyvrp`.

    >>> from agentopt.solvers.card import cards
    >>> Vrp(cards()["vrp"]).name
    'vrp'
    """

    proves = False

    def recognise(self, compiled: Compiled) -> Tours | str:
        """The tours of a model, or why there are none."""
        return _shape(compiled)

    def work(self, shape: Tours, clock: Clock, options: Mapping[str, object]) -> Outcome:
        """Solve them."""
        return worked(shape, clock, options)


def _shape(compiled: Compiled) -> Tours | str:
    found = recognised(compiled, "routes")
    if isinstance(found, str):
        return found
    known = found.costs[np.isfinite(found.costs)]
    if (known < 0).any():
        return "an arc costs less than nothing"
    if _factor([*found.load.tolist(), found.capacity], 10**9) is None:
        return "its loads are no short decimal numbers"
    return found


def _factor(numbers: list[float], most: int) -> int | None:
    """The least number that makes all numbers whole, up to a limit."""
    factor = 1
    for number in {*numbers}:
        factor = math.lcm(factor, Fraction(repr(number)).denominator)
        if factor > most:
            return None
    return factor


def worked(tours: Tours, clock: Clock, options: Mapping[str, object]) -> Outcome:
    """Good routes."""
    from pyvrp import Model

    model = Model()
    places = [model.add_location(node, 0, name=str(node)) for node in range(tours.num_nodes)]
    parts = _factor([*tours.load.tolist(), tours.capacity], 10**9) or 1
    model.add_depot(places[0])
    for node in range(1, tours.num_nodes):
        model.add_client(places[node], delivery=[round(float(tours.load[node]) * parts)])
    model.add_vehicle_type(tours.num_vehicles, capacity=[round(tours.capacity * parts)])
    known = tours.costs[np.isfinite(tours.costs)]
    scale = _factor(known.tolist(), FINEST) or FINEST
    for tail, head in np.argwhere(np.isfinite(tours.costs)).tolist():
        if tail != head:
            distance = round(float(tours.costs[tail, head]) * scale)
            model.add_edge(places[tail], places[head], distance=distance)
    stop = _Stop(clock, int(str(options["iterations"])), tours, scale)
    found = model.solve(stop=stop, seed=int(str(options["random_seed"])), collect_stats=False, display=False)
    values = _point(tours, found.best) if found.is_feasible() else None
    if values is None:
        return Outcome(Termination.ERROR, message="no routes were found", iterations=found.num_iterations)
    ended = clock.ending if clock.over() else Termination.LOCALLY_OPTIMAL
    message = f"the best of {found.num_iterations:,} rounds of search; nothing is proved"
    return Outcome(ended, values, message=message, iterations=found.num_iterations)


def _point(tours: Tours, best: object) -> Values | None:
    """The columns of the routes found; None where they take an arc that is not there."""
    routes = []
    for route in best.routes():  # type: ignore[attr-defined]  # pyvrp is not typed
        routes.append([0, *(stop.idx + 1 for stop in route if stop.is_client())])
    for route in routes:
        if not np.isfinite(tours.costs[route, np.roll(route, -1)]).all():
            return None
    return tours.point(routes)


class _Stop:
    """Stops the search when time is over, or nothing better came for some rounds."""

    def __init__(self, clock: Clock, rounds: int, tours: Tours, scale: int) -> None:
        self.clock, self.rounds, self.tours, self.scale = clock, rounds, tours, scale
        self.best, self.waited = math.inf, 0

    def __call__(self, best_cost: float) -> bool:
        if best_cost < self.best:
            self.best, self.waited = best_cost, 0
        self.waited += 1
        shown = self.tours.value(self.best / self.scale) if math.isfinite(self.best) else None
        return self.clock.over(shown) or self.waited > self.rounds

    def fraction_remaining(self) -> float | None:
        """Not known: it depends on what is found."""
        return None
