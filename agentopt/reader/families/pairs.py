"""Problems about two groups of things and a number for every pair: what tables and prose say, put together.

Transportation, assignment and facility location share it; each gives the words that tell its two groups and
its attributes apart, and makes its own sense of what was found.
"""

from __future__ import annotations

__all__ = ["Paired", "Words", "is_money", "paired", "quoted"]

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from agentopt.reader.families.clauses import Fact, Symbol, attributed, facts_of, sentences, symbols_of
from agentopt.reader.families.grids import Attributes, Grid, grid
from agentopt.reader.families.ledger import Datum, Ledger
from agentopt.reader.families.names import Mention, Names, names_in
from agentopt.reader.families.nouns import NO_NAME, stem
from agentopt.reader.families.wording import shares_scale
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token


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
        ledger: the account so far.
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


_Key = TypeVar("_Key")

Typed = Callable[[int], str]
"""The attribute that the words around a number token say, "" for none."""


class _ContradictionError(Exception):
    """One number is given twice, differently."""


def paired(
    text: str, tokens: tuple[Token, ...], tables: Sequence[Table], words: Words, typed: Typed
) -> Paired | None:
    """The two groups of a text and what is said of them; None when there are none, or they disagree."""
    if shares_scale(tokens):
        return None
    drawn = [table for table in tables if table.layout != "list"]
    grids = [grid(table, words.attributes, ragged=True) for table in drawn]
    if any(each is None for each in grids):
        return None
    known = _known([each for each in grids if each is not None], tables, words)
    hidden = [range(table.first, table.last) for table in drawn]
    names = names_in(tokens, known, hidden)
    sides = _sides(tokens, names, [each for each in grids if each is not None], words)
    if sides is None:
        return None
    found = Paired(*sides, Ledger(tokens, tables), names)
    found.ledger.names(names.mentions, (found.rows, found.columns))
    found.ledger.labels()
    found.ledger.counts(_sizes(found, words))
    if words.ones:
        found.ledger.ones()
    try:
        for table, each in zip(drawn, grids, strict=True):
            if each is not None and not _take(found, table, each, words):
                return None
        _read(text, tokens, found, {at for span in hidden for at in span}, words, typed)
        found.ledger.late_counts({len(found.rows), len(found.columns)})
    except _ContradictionError:
        return None
    return found


def _known(grids: Sequence[Grid], tables: Sequence[Table], words: Words) -> list[Sequence[str]]:
    """The names that label tables and lists, in groups."""
    groups: list[Sequence[str]] = [group for each in grids for group in (each.rows, each.columns) if group]
    for table in tables:
        if table.layout != "list":
            continue
        labels = [row[0].text for row in table.rows]
        if len(labels) > 1 and all(_is_name(label, words) for label in labels):
            groups.append(labels)
        keys = [cell.text for cell in table.header[1:]]
        if len(keys) > 1 and all(_is_name(key, words) for key in keys):
            groups.append(keys)
    return groups


def _is_name(label: str, words: Words) -> bool:
    parts = [stem(part) for part in label.split()]
    if "-" in parts or ">" in label:
        return False  # a pair
    said = {word for group in words.attributes.values() for word in group}
    return 0 < len(parts) <= 3 and not any(part in NO_NAME or part in said for part in parts)


def _sizes(found: Paired, words: Words) -> dict[str, int]:
    """How many there are of what the two groups are called."""
    rows, columns = found.nouns
    sizes = {noun: len(found.columns) for noun in (words.column_nouns - words.row_nouns) | {columns}}
    sizes |= {noun: len(found.rows) for noun in (words.row_nouns - words.column_nouns) | {rows}}
    if columns:
        sizes[columns] = len(found.columns)
    return {noun: size for noun, size in sizes.items() if noun not in ("", "from", "to")}


# The two groups.


def _sides(
    tokens: Sequence[Token], names: Names, grids: Sequence[Grid], words: Words
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, str]] | None:
    """The groups and what they are called."""
    votes = _votes(tokens, names, words)
    mentioned = Counter(mention.name for mention in names.mentions)
    for group in names.groups:
        # Whatever ships or is shipped to is named when its amount is given and again with a price.
        if len(group) == 1 and mentioned[group[0]] < 2:
            votes.pop(group[0], None)
    nouns: dict[str, str] = dict(names.nouns)
    for each in grids:
        by_attribute = {said.attribute for said in each.said if said.column is None}
        across = {said.attribute for said in each.said if said.row is None}
        for group, noun, said in (
            (each.rows, each.row_noun, by_attribute),
            (each.columns, each.column_noun, across),
        ):
            if not group:
                continue
            first = names.group(group[0])[0]
            if noun not in ("", "from", "to"):
                nouns[first] = nouns.get(first) or noun
            votes[first] = votes.get(first, 0) + 3 * (
                len(said & words.of_rows) - len(said & words.of_columns)
            )
            votes[first] += {"from": 2, "to": -2}.get(noun, 0)
    for group in names.groups:
        noun = nouns.get(group[0], "")
        if len(group) == 1 and mentioned[group[0]] < 2:
            continue
        for name in {noun, stem(group[0].split()[0])}:
            votes[group[0]] = (
                votes.get(group[0], 0) + 2 * (name in words.row_nouns) - 2 * (name in words.column_nouns)
            )
    crossed = [each for each in grids if each.rows and each.columns]
    if crossed:
        one, other = (names.group(side[0]) for side in (crossed[0].rows, crossed[0].columns))
        if one == other:
            return None
        if votes.get(one[0], 0) < votes.get(other[0], 0):
            one, other = other, one
        return one, other, (nouns.get(one[0], ""), nouns.get(other[0], ""))
    rows = [group for group in names.groups if votes.get(group[0], 0) > 0]
    columns = [group for group in names.groups if votes.get(group[0], 0) < 0]
    if not rows or not columns:
        several = [group for group in names.groups if len(group) > 1]
        if not words.by_place and len(several) == 1:
            several = [_beside(tokens, names, several[0]), *several]
            if len(several[0]) < 2:
                return None
            several.reverse()
            return several[1], several[0], (nouns.get(several[1][0], ""), nouns.get(several[0][0], ""))
        tie = len(several) == 2 and votes.get(several[0][0], 0) == votes.get(several[1][0], 0)
        if len(several) != 2 or (tie and words.by_place):
            return None
        several.sort(key=lambda group: -votes.get(group[0], 0))
        rows, columns = several[:1], several[1:]
    called = tuple(next((nouns[g[0]] for g in side if nouns.get(g[0])), "") for side in (rows, columns))
    return tuple(n for g in rows for n in g), tuple(n for g in columns for n in g), (called[0], called[1])


def _beside(tokens: Sequence[Token], names: Names, group: Sequence[str]) -> tuple[str, ...]:
    """Names not listed anywhere that share a sentence with several of a group: the other side."""
    members: dict[int, set[str]] = {}
    for mention in names.mentions:
        members.setdefault(tokens[mention.first].sentence, set()).add(mention.name)
    full = [said for said in members.values() if len(said & set(group)) > 1]
    alone = [each[0] for each in names.groups if len(each) == 1]
    return tuple(name for name in alone if any(name in said for said in full))


def _votes(tokens: Sequence[Token], names: Names, words: Words) -> dict[str, int]:
    """For every group, by its first name: above zero when it looks like rows, below when like columns."""
    votes: dict[str, int] = {}
    cues: dict[int, list[tuple[int, int]]] = {}
    plain = {word for group in words.attributes.values() for word in group}
    for at, token in enumerate(tokens):
        said = (stem(token.text) in words.row_cues) - (stem(token.text) in words.column_cues)
        if said:
            cues.setdefault(token.sentence, []).append((at, said))
    for mention in names.mentions:
        first = names.group(mention.name)[0]
        before = tokens[mention.first - 1].lower if mention.first else ""
        if words.by_place and before in ("from", "to"):
            votes[first] = votes.get(first, 0) + (1 if before == "from" else -1)
            continue
        near = cues.get(tokens[mention.first].sentence, [])
        if near:
            # A word that says it outright outweighs a verb nearby: "has a demand of".
            _, vote = min(
                (_apart(at, mention) - 3 * (stem(tokens[at].text) in plain), said) for at, said in near
            )
            votes[first] = votes.get(first, 0) + vote
    return votes


def _apart(at: int, mention: Mention) -> int:
    """How many tokens a word stands from a name."""
    return min(abs(at - mention.first), abs(at - mention.last + 1))


# What is said of them.


def _take(found: Paired, table: Table, each: Grid, words: Words) -> bool:
    """Note what a table says; False when a cell makes no sense."""
    turned = bool(set(each.rows) & set(found.columns) or set(each.columns) & set(found.rows))
    ragged = {len(row) for row in table.rows} - {len(table.header)}
    if ragged and not (min(ragged) == len(table.header) - 1 and len(table.rows[-1]) in ragged):
        return False
    if ragged and sum(len(row) != len(table.header) for row in table.rows) > 1:
        return False
    for said in each.said:
        row, column = (said.column, said.row) if turned else (said.row, said.column)
        if (row is not None and row not in found.rows) or (
            column is not None and column not in found.columns
        ):
            return False
        if said.cell.value is None:
            if row is not None and column is not None and said.cell.text.strip():
                if not said.cell.is_blank:
                    return False
                found.barred.add((row, column))
            elif not (row is None and column is None and said.cell.is_blank):
                return False
            continue
        datum = Datum(said.cell.value, next(iter(said.cell.tokens), -1), said.cell)
        if row is None and column is None:
            found.totals.append(datum)
        elif said.attribute == "total":
            return False
        elif row is not None and column is not None:
            _put(found.pairs.setdefault(said.attribute, {}), (row, column), datum)
        else:
            _put(found.single.setdefault(said.attribute, {}), row or column or "", datum)
    return True


def _put(into: dict[_Key, Datum], key: _Key, datum: Datum) -> None:
    if key in into and into[key].value != datum.value:
        raise _ContradictionError
    into.setdefault(key, datum)


def _read(
    text: str, tokens: Sequence[Token], found: Paired, hidden: set[int], words: Words, typed: Typed
) -> None:
    """Note what the prose says."""
    carried: Symbol | None = None
    order: list[str] = []
    nouns = found.nouns
    for span in sentences(text, tokens, hidden):
        symbols = symbols_of(
            tokens, span, found.names.mentions, found.rows, found.columns, nouns, found.ledger.used()
        )
        plain = [symbol for symbol in symbols if symbol.kind != ","]
        if len(plain) == 1 and plain[0].kind == "R" and tokens[span.stop - 1].text in ":-–—":
            carried = plain[0]
            continue
        if any(symbol.kind == "R" for symbol in plain):
            carried = None
        if not any(symbol.kind == "N" for symbol in plain) and _says_no(tokens, span):
            if not plain:
                continue
            pair = _barred(tokens, span, found)
            if pair is None:
                raise _ContradictionError  # a ban that is not understood
            found.barred.add(pair)
            continue

        def fits(fact: Fact) -> bool:
            said = typed(fact.token)
            if fact.row is not None and fact.column is not None:
                return said not in words.of_rows | words.of_columns
            return said in ("", *(words.of_rows if fact.column is None else words.of_columns))

        one_side = {symbol.kind for symbol in plain} in ({"R", "N"}, {"C", "N"})
        if one_side and sum(symbol.kind == "N" for symbol in plain) > sum(
            symbol.kind != "N" for symbol in plain
        ):
            said = {symbol.token: typed(symbol.token) for symbol in plain if symbol.kind == "N"}
            several = attributed(plain, said, order)
            for name, attribute, at in several:
                if (value := tokens[at].value) is not None:
                    _put(found.single.setdefault(attribute, {}), name, Datum(value, at))
            if several:
                continue
        facts = facts_of(symbols, found.columns, fits, carried)
        for fact in facts:
            value = tokens[fact.token].value
            if value is None:
                continue
            datum = Datum(value, fact.token)
            attribute = typed(fact.token)
            if fact.row is not None and fact.column is not None:
                _put(found.pairs.setdefault(attribute, {}), (fact.row, fact.column), datum)
                continue
            # "Opening A costs $500, B $400": what the first is said to be, the others are.
            side = [
                other
                for other in facts
                if (other.row is None) == (fact.row is None) and not (other.row and other.column)
            ]
            said_of_side = {typed(other.token) for other in side} - {""}
            if not attribute and len(said_of_side) == 1:
                (attribute,) = said_of_side
            _put(found.single.setdefault(attribute, {}), fact.row or fact.column or "", datum)


def _barred(tokens: Sequence[Token], span: range, found: Paired) -> tuple[str, str] | None:
    """The one pair that a sentence forbids: `East cannot deliver to Hillside`; None for anything more."""
    named = [each for each in found.names.mentions if each.first in span]
    if len(named) != 2 or named[0].name not in found.rows or named[1].name not in found.columns:
        return None
    between = {token.lower for token in tokens[named[0].last : named[1].first]}
    denied = between & {"cannot", "can't", "can’t"} or ("not" in between and between & {"can", "may"})
    joined = between & {"and", "or", "but", ",", "unless", "if", "only", "than"}
    return (named[0].name, named[1].name) if denied and not joined else None


def _says_no(tokens: Sequence[Token], span: range) -> bool:
    """Whether a sentence forbids something: `East cannot deliver to Hillside`."""
    said = {tokens[at].lower for at in span}
    return bool(said & {"cannot", "can't", "can’t", "unable", "impossible", "forbidden", "closed"}) or (
        "not" in said and bool(said & {"can", "possible", "may", "allowed", "able"})
    )


_MONEY = frozenset({"dollar", "euro", "cent", "pound", "usd", "eur", "buck"})


def is_money(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number is an amount of money by its sign or the word after it."""
    before = tokens[at - 1].text if at else ""
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    return before in ("$", "€", "£", "¥") or after in ("$", "€", "£", "¥") or stem(after) in _MONEY


def quoted(text: str, tokens: Sequence[Token], data: Mapping[object, Datum] | Sequence[Datum]) -> str | None:
    """The sentence of the first number that prose gives; None when a table gives them all."""
    values: Iterator[Datum] = iter(data.values() if isinstance(data, Mapping) else data)
    at = next((datum.token for datum in values if datum.cell is None), -1)
    if at < 0:
        return None
    first, last = at, at
    while first > 0 and tokens[first - 1].sentence == tokens[at].sentence:
        first -= 1
    while last + 1 < len(tokens) and tokens[last + 1].sentence == tokens[at].sentence:
        last += 1
    return " ".join(text[tokens[first].start : tokens[last].end].split())
