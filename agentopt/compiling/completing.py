"""The columns that restate a sequencing statement, worked out from those it is about.

A constraint solver never sees them; with their values its point is one of the whole arrays.
"""

from __future__ import annotations

__all__ = ["completed"]

import numpy as np

from agentopt.compiling.arrays import Compiled, Indices, Structure
from agentopt.formulation.instance import Values


def completed(compiled: Compiled, values: Values) -> Values:
    """A point at which the sequencing statements hold, with the columns of their restatements set.

    Args:
        compiled: the model.
        values: shape (n,); what stands in the columns of restatements is not looked at.
    """
    point = values.copy()
    for structure in compiled.structures:
        if structure.restated:
            _KINDS[structure.kind](structure, point)
    return point


def _all_different(structure: Structure, point: Values) -> None:
    pick = structure.auxiliary["pick"]
    members = np.round(structure.parts["member"].at(point) - structure.numbers["low"][0]).astype(np.int64)
    point[pick] = 0.0
    point[pick[np.arange(len(pick)), members]] = 1.0


def _element(structure: Structure, point: Values) -> None:
    here = structure.auxiliary["here"]
    place = round(float(structure.parts["place"].at(point)[0])) - 1
    point[here] = 0.0
    point[here[place]] = 1.0
    target = structure.parts["value"].columns[0]
    point[target] = structure.parts["member"].at(point)[place]


def _no_overlap(structure: Structure, point: Values) -> None:
    first = structure.auxiliary["first"]
    start, length = structure.parts["start"].at(point), structure.parts["length"].at(point)
    one, other = np.triu_indices(len(start), 1)
    # Of tasks that start together, one without length is first.
    early = start[one] + length[one] <= start[other] + 1e-9
    point[first] = early


def _cumulative(structure: Structure, point: Values) -> None:
    at, other = structure.auxiliary["at"], structure.auxiliary["other"]
    start, length = structure.parts["start"].at(point), structure.parts["length"].at(point)
    done = structure.parts["present"].at(point)[other] > 0.5
    begun = start[other] <= start[at]
    still = start[at] < start[other] + length[other]
    # What is left out runs at no time, and may count as not begun or as over.
    point[structure.auxiliary["begun"]] = begun & (done | ~still)
    point[structure.auxiliary["open"]] = still


def _circuit(structure: Structure, point: Values) -> None:
    root = int(structure.auxiliary["root"][0])
    _walk(structure, point, root, structure.auxiliary["position"])


def _routes(structure: Structure, point: Values) -> None:
    carried, load = structure.auxiliary["load"], structure.numbers["load"]
    point[carried] = load[1:]
    following = _following(structure, point)
    for first in following.get(0, []):
        node, total, position = first, 0.0, 0
        while node != 0:
            total, position = total + load[node], position + 1
            point[carried[node - 1]] = total
            if "position" in structure.auxiliary:
                point[structure.auxiliary["position"][node - 1]] = position
            node = following[node][0]


def _walk(structure: Structure, point: Values, root: int, position: Indices) -> None:
    point[position] = 1.0
    following = _following(structure, point)
    node, step = following[root][0], 1
    while node != root:
        point[position[node - (node > root)]] = step
        node, step = following[node][0], step + 1


def _following(structure: Structure, point: Values) -> dict[int, list[int]]:
    """The nodes that follow each node along the arcs taken."""
    taken = np.flatnonzero(structure.parts["arc"].at(point) > 0.5)
    tails = structure.numbers["tail"][taken].astype(np.int64).tolist()
    heads = structure.numbers["head"][taken].astype(np.int64).tolist()
    found: dict[int, list[int]] = {}
    for tail, head in zip(tails, heads, strict=True):
        found.setdefault(tail, []).append(head)
    return found


_KINDS = {
    "alldifferent": _all_different,
    "element": _element,
    "no_overlap": _no_overlap,
    "cumulative": _cumulative,
    "circuit": _circuit,
    "routes": _routes,
}
