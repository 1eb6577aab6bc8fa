"""Rows as they are found."""

from __future__ import annotations

__all__ = ["Rows", "everything", "relation_of", "terms"]

from collections.abc import Sequence
from dataclasses import dataclass, field

from agentopt.reader.reading import Relation, Row, Term
from agentopt.reader.rules.scene import Figure, Scene


@dataclass(slots=True)
class Rows:
    """What was read: rows, the tokens they use, and what was assumed."""

    rows: list[Row] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Add a row unless it says what another already says."""
        self.used.update(row.tokens())
        if not any(
            (each.left, each.relation, each.right, each.token)
            == (row.left, row.relation, row.right, row.token)
            for each in self.rows
        ):
            self.rows.append(row)


def terms(decisions: Sequence[int]) -> tuple[Term, ...]:
    """One of each of the decisions."""
    return tuple(Term(each) for each in sorted(set(decisions)))


def everything(view: Scene) -> tuple[Term, ...]:
    """One of every decision."""
    return tuple(Term(each) for each in range(view.count))


def relation_of(figure: Figure) -> tuple[Relation, bool] | None:
    """The relation stated for a number and whether it is strict."""
    return None if figure.comparison is None else (figure.comparison.relation, figure.comparison.strict)
