"""What is known of two groups of things and the numbers of every pair, while it is read."""

from __future__ import annotations

__all__ = ["ContradictionError", "Paired", "Typed", "Words", "data_of", "merge", "put", "scaled"]

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar

from agentopt.reader.families.grids import Attributes
from agentopt.reader.families.ledger import Datum, Ledger
from agentopt.reader.families.names import Names


@dataclass(frozen=True, slots=True)
class Words:
    """What tells the two groups and the attributes of a class apart.

    Attributes:
        row_nouns, column_nouns: nouns that name the one or the other group.
        row_cues, column_cues: words of a sentence that say something of the one or the other.
        attributes: words that say an attribute, in headings and near numbers.
        of_rows, of_columns: the attributes of either group; all others are of pairs.
        by_place: whether "from" comes before a name of the rows and "to" before one of the columns.
        ones: whether "one" is a rule of the class and no data ("each does exactly one task").
    """

    row_nouns: frozenset[str]
    column_nouns: frozenset[str]
    row_cues: frozenset[str]
    column_cues: frozenset[str]
    attributes: Attributes
    of_rows: frozenset[str]
    of_columns: frozenset[str]
    by_place: bool = True
    ones: bool = False


@dataclass(slots=True)
class Paired:
    """What is known of two groups.

    Attributes:
        rows, columns: the two groups, in their order.
        nouns: what the things of either are called; "" where the text does not say.
        pairs: the numbers of pairs, by attribute ("" where none is named).
        single: the numbers of single things, by attribute and name.
        barred: pairs marked as not allowed by a dash in a table.
        empty: those of them whose cell is empty.
        ledger: the account so far.
        lane: the most that any single pair may take, where the text limits it.
        factor: what every number of a pair is to be multiplied by: the cost of a kilometre, of distances.
        loose: whether names and sides were tried until a reading was whole.
        doubts: what the words leave open.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    nouns: tuple[str, str]
    ledger: Ledger
    names: Names
    pairs: dict[str, dict[tuple[str, str], Datum]] = field(default_factory=dict)
    single: dict[str, dict[str, Datum]] = field(default_factory=dict)
    barred: set[tuple[str, str]] = field(default_factory=set)
    totals: list[Datum] = field(default_factory=list)
    empty: set[tuple[str, str]] = field(default_factory=set)
    lane: Datum | None = None
    factor: Datum | None = None
    loose: bool = False
    doubts: list[str] = field(default_factory=list)


_Key = TypeVar("_Key")


Typed = Callable[[int], str]
"""The attribute that the words around a number token say, "" for none."""


class ContradictionError(Exception):
    """One number is given twice, differently."""


def put(into: dict[_Key, Datum], key: _Key, datum: Datum) -> None:
    """Note a number; what was said before may not differ.

    Raises:
        ContradictionError: it does.
    """
    if key in into and into[key].value != datum.value:
        raise ContradictionError
    into.setdefault(key, datum)


def merge(pairs: dict[str, dict[tuple[str, str], Datum]]) -> None:
    """Numbers of pairs that no word names are of the one kind that some word names."""
    named = [attribute for attribute in pairs if attribute not in ("", "amount")]
    if len(named) == 1 and len(pairs) > 1:
        for plain in ("", "amount"):
            for pair, datum in pairs.pop(plain, {}).items():
                put(pairs[named[0]], pair, datum)


def scaled(found: Paired, rates: dict[tuple[str, str], Datum]) -> dict[tuple[str, str], Fraction]:
    """The numbers of pairs, times what each unit of distance costs where that is said."""
    times = found.factor.value if found.factor is not None else Fraction(1)
    return {pair: datum.value * times for pair, datum in rates.items()}


def data_of(found: Paired) -> set[int]:
    """The tokens of the numbers that were read."""
    told = [datum for of in found.pairs.values() for datum in of.values()]
    told += [datum for alone in found.single.values() for datum in alone.values()]
    return {datum.token for datum in (*told, *found.totals)}
