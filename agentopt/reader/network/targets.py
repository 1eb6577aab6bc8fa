"""A reading as what the heads of the network are to say, and nothing lost on the way.

Every token has a part in naming decisions; every number, and every word that compares, may anchor a row;
pairs of tokens say which decision a number belongs to and which coefficients a limit counts. `decoding` is
the way back.
"""

from __future__ import annotations

__all__ = ["FAMILIES", "PARTS", "ROLES", "Role", "Targets", "targets"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agentopt.reader.reading import IMPLIED, Mix, Relation, Row
from agentopt.reader.tokens import Token

PARTS = ("none", "first", "inside", "later")
"""Of a token: in no mention of a decision; first token of the mention that introduces one; its further
tokens; in a later mention."""

Role = Literal["weighted", "counted", "ratio", "average", "difference"]
"""Of a row: `weighted` limits a sum of coefficients times decisions, `counted` a plain sum of decisions;
`average` is a ratio whose left side has coefficients; `ratio` and `difference` are those of `Form`."""

ROLES: tuple[tuple[Role, Relation] | None, ...] = (
    None,
    *(
        (role, relation)
        for role in ("weighted", "counted", "ratio", "average", "difference")
        for relation in ("<=", ">=", "==")
    ),
)

FAMILIES = (
    "mix",
    "transportation",
    "assignment",
    "facility",
    "knapsack",
    "bins",
    "lots",
    "network",
    "scheduling",
    "out-of-scope",
)


@dataclass(frozen=True)
class Targets:
    """What each head is to say of one text of L tokens.

    Attributes:
        parts: index into `PARTS`, (L,).
        roles: index into `ROLES`, (L,); of a token that anchors rows.
        strict, each: of an anchor: worded strictly; one row per decision rather than one for their sum, (L,).
        goal: 0 no objective coefficient, 1 added, 2 deducted, (L,).
        refers: pairs (token of a mention, first token of its decision).
        owner: pairs (coefficient, first token of a decision it belongs to).
        left, right: pairs (anchor, first token of a decision on that side).
        uses: pairs (anchor, coefficient of its row).
        alike: pairs of coefficients of one attribute, both ways.
        minimize, counts: of the objective: its direction; that it counts decisions.
        family: index into `FAMILIES`.
    """

    parts: NDArray[np.int64]
    roles: NDArray[np.int64]
    strict: NDArray[np.int64]
    each: NDArray[np.int64]
    goal: NDArray[np.int64]
    refers: frozenset[tuple[int, int]]
    owner: frozenset[tuple[int, int]]
    left: frozenset[tuple[int, int]]
    right: frozenset[tuple[int, int]]
    uses: frozenset[tuple[int, int]]
    alike: frozenset[tuple[int, int]]
    minimize: bool
    counts: bool
    family: int


def targets(tokens: Sequence[Token], reading: Mix | None, family: str = "mix") -> Targets | None:
    """The targets of a text with its reading; None if the heads cannot say it.

    What they cannot say: two rows of different kinds on one anchor, or a number that is a coefficient of
    one row and the limit of another.
    """
    size = len(tokens)
    arrays: dict[str, NDArray[np.int64]] = {
        name: np.zeros(size, np.int64) for name in ("parts", "roles", "strict", "each", "goal")
    }
    pairs: dict[str, set[tuple[int, int]]] = {
        name: set() for name in ("refers", "owner", "left", "right", "uses", "alike")
    }
    minimize = counts = False
    if reading is not None:
        firsts = _mentions(reading, arrays["parts"], pairs["refers"])
        for anchor, rows in _by_anchor(reading).items():
            if not _anchored(anchor, rows, firsts, arrays, pairs):
                return None
        minimize = reading.sense == "minimize"
        counts = all(term.token == IMPLIED for term in reading.objective)
        if not counts and any(term.token == IMPLIED for term in reading.objective):
            return None
        for term in reading.objective:
            if term.token != IMPLIED:
                arrays["goal"][term.token] = 1 if term.sign > 0 else 2
                pairs["owner"].add((term.token, firsts[term.decision]))
        _alike([[t.token for t in reading.objective if t.sign > 0]], pairs["alike"])
    return Targets(
        **arrays,  # type: ignore[arg-type]  # fields by their names
        **{name: frozenset(found) for name, found in pairs.items()},  # type: ignore[arg-type]  # the same
        minimize=minimize,
        counts=counts,
        family=FAMILIES.index(family),
    )


def _mentions(reading: Mix, parts: NDArray[np.int64], refers: set[tuple[int, int]]) -> list[int]:
    """Mark the mentions; the first token of each decision."""
    for decision in reading.decisions:
        for first, last in decision.places[1:]:
            parts[first : last + 1] = PARTS.index("later")
    firsts = []
    for decision in reading.decisions:
        first, last = decision.places[0]
        parts[first : last + 1] = PARTS.index("inside")
        parts[first] = PARTS.index("first")
        firsts.append(first)
        for begin, end in decision.places:
            refers.update((at, first) for at in range(begin, end + 1))
    return firsts


def _by_anchor(reading: Mix) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in reading.rows:
        found.setdefault(row.anchor if row.token == IMPLIED else row.token, []).append(row)
    return found


def role_of(row: Row) -> Role:
    """How the network is to see a row."""
    weighted = any(term.token != IMPLIED for term in row.left)
    if row.form == "limit":
        return "weighted" if weighted else "counted"
    if row.form == "ratio":
        return "average" if weighted else "ratio"
    return "difference"


def _anchored(
    anchor: int,
    rows: list[Row],
    firsts: list[int],
    arrays: dict[str, NDArray[np.int64]],
    pairs: dict[str, set[tuple[int, int]]],
) -> bool:
    """Write the rows of one anchor; False if they do not fit together."""
    kinds = {(role_of(row), row.relation, row.strict) for row in rows}
    if len(kinds) != 1 or anchor < 0:
        return False
    role, relation, strict = kinds.pop()
    each = role in ("counted", "ratio") and len(rows) > 1
    if len(rows) > 1 and not each and role != "weighted":
        return False
    if each and (any(len(row.left) != 1 for row in rows) or len({frozenset(row.right) for row in rows}) > 1):
        return False
    arrays["roles"][anchor] = ROLES.index((role, relation))
    arrays["strict"][anchor] = strict
    arrays["each"][anchor] = each
    for row in rows:
        pairs["left"].update((anchor, firsts[term.decision]) for term in row.left)
        pairs["right"].update((anchor, firsts[term.decision]) for term in row.right)
        for term in row.left:
            if term.token == IMPLIED:
                if role in ("weighted", "average"):
                    return False
                continue
            pairs["uses"].add((anchor, term.token))
            pairs["owner"].add((term.token, firsts[term.decision]))
        if any(term.token != IMPLIED for term in row.right) or any(t.sign < 0 for t in row.left):
            return False
    _alike([[term.token for term in row.left if term.token != IMPLIED] for row in rows], pairs["alike"])
    return True


def _alike(groups: list[list[int]], pairs: set[tuple[int, int]]) -> None:
    for group in groups:
        pairs.update((one, other) for one in group for other in group if IMPLIED not in (one, other))
