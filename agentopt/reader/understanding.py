"""What a reader understood of a text: a formulation, and an account of every number."""

from __future__ import annotations

__all__ = ["Account", "Understanding"]

from dataclasses import dataclass

from agentopt.formulation.elements import Formulation


@dataclass(frozen=True, slots=True)
class Account:
    """How one number was read.

    Attributes:
        token: its index among the tokens of the text; -1 for a number of a table.
        words: what it was read as, in words ("hours of labor for one desk").
        table: for a number of an attached table, its file and cell ("costs.csv, row 2, Chicago").
    """

    token: int
    words: str
    table: str = ""


@dataclass(frozen=True, slots=True)
class Understanding:
    """A problem as one reader understood it.

    Attributes:
        family: the class of problem ("mix", "transportation", ...).
        formulation: what is to be solved; its parameters quote the text.
        account: every number that was used, or understood to be no data (the year, a number in a name).
        doubts: what was assumed where the words leave a choice, for a person to check; empty if nothing was.
    """

    family: str
    formulation: Formulation
    account: tuple[Account, ...]
    doubts: tuple[str, ...] = ()

    def tokens(self) -> frozenset[int]:
        """The number tokens accounted for."""
        return frozenset(each.token for each in self.account if each.token >= 0)
