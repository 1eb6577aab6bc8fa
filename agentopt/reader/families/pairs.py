"""Problems about two groups of things and a number for every pair: what tables and prose say, put together.

Transportation, assignment and facility location share it; each gives the words that tell its two groups and
its attributes apart, and makes its own sense of what was found. The strict reading comes first: names by how
they are written, sides by the words near them. Then names and sides are tried, from hints in the order of
names and numbers, and the reading that accounts for every number is taken.
"""

from __future__ import annotations

__all__ = ["Paired", "Typed", "Words", "is_money", "is_whole", "paired", "quoted", "readings"]

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from agentopt.reader.families.grids import Grid, grid
from agentopt.reader.families.ledger import Datum, Ledger
from agentopt.reader.families.names import Names, names_in
from agentopt.reader.families.nouns import NO_NAME, stem
from agentopt.reader.families.pairs_data import ContradictionError, Paired, Typed, Words, data_of, merge
from agentopt.reader.families.pairs_facts import read_prose, take
from agentopt.reader.families.pairs_names import Found, found_in
from agentopt.reader.families.pairs_rest import (
    counted_noun,
    counts_them,
    forbids_two,
    is_whole,
    note_factor,
    note_limit,
    opens_part,
    rule_out,
)
from agentopt.reader.families.pairs_sides import Grouping, groupings
from agentopt.reader.families.pairs_tables import cleaned
from agentopt.reader.families.pairs_votes import sides_of, votes_of
from agentopt.reader.families.remarks import remark
from agentopt.reader.families.wording import shares_scale
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token


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
    sides = sides_of(tokens, names, [each for each in grids if each is not None], words)
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
            if each is not None and not take(found, table, each, words):
                return None
        read_prose(text, tokens, found, {at for span in hidden for at in span}, words, typed)
        found.ledger.late_counts({len(found.rows), len(found.columns)})
    except ContradictionError:
        return None
    return found


def readings(
    text: str, tokens: tuple[Token, ...], tables: Sequence[Table], words: Words, typed: Typed
) -> Iterator[Paired]:
    """The ways to read a text about two groups, the strictest first; most are not whole."""
    strict = paired(text, tokens, tables, words, typed)
    if strict is not None:
        yield strict
    drawn = [cleaned(table) for table in tables if table.layout != "list"]
    drawn = [table for table in drawn if table.header]
    attributes = {**words.attributes, "amount": _AMOUNT}
    grids = [(table, grid(table, attributes, ragged=True)) for table in drawn]
    if any(each is None for _, each in grids):
        return
    told = [(table, each) for table, each in grids if each is not None]
    hidden = {at for table in drawn for at in range(table.first, table.last)}
    for lowercase in (False, True):
        yield from _loose(text, tokens, tables, told, hidden, words, typed, lowercase=lowercase)


_AMOUNT = frozenset({"amount", "quantity", "qty", "volume"})
"""Words that head a column of amounts without saying of what; `cleaned` heads those of units with them."""


def _loose(
    text: str,
    tokens: tuple[Token, ...],
    tables: Sequence[Table],
    told: Sequence[tuple[Table, Grid]],
    hidden: set[int],
    words: Words,
    typed: Typed,
    *,
    lowercase: bool,
) -> Iterator[Paired]:
    """The readings by every way to divide the names."""
    given = [(each.rows, each.columns) for _, each in told if each.rows and each.columns]
    groups = [side for _, each in told for side in (each.rows, each.columns) if side]
    labels = list(dict.fromkeys(name for group in groups for name in group))
    found = found_in(text, tokens, hidden, labels, lowercase=lowercase and not given)
    ids = {at for m in found.mentions for at in range(m.first, m.last) if tokens[at].is_number} | hidden
    free = sum(token.is_number and at not in ids for at, token in enumerate(tokens))
    for grouping in groupings(tokens, found, given, groups, ids):
        if not told and 3 * len(grouping[0]) * len(grouping[1]) > 4 * (free + _MISSING):
            continue  # there are not numbers enough for every pair
        for rows, columns in _turned(tokens, found, grouping, words):
            names = _names(found, rows, columns)
            nouns = _both_called(tokens, found, rows, columns)
            each = Paired(rows, columns, nouns, Ledger(tokens, tables), names, loose=True)
            if _gathered(text, tokens, each, told, hidden, words, typed):
                yield each


_MISSING = 1
"""Pairs more than a quarter that a text may leave without a number."""


def _names(found: Found, rows: tuple[str, ...], columns: tuple[str, ...]) -> Names:
    """What is named of two sides."""
    of = {*rows, *columns}
    return Names(tuple(each for each in found.mentions if each.name in of), (rows, columns), {})


def _turned(tokens: Sequence[Token], found: Found, grouping: Grouping, words: Words) -> list[Grouping]:
    """Both ways to call the sides, the likelier first."""
    votes = votes_of(tokens, _names(found, *grouping), words)
    one, other = grouping
    score = [votes.get(side[0], 0) for side in grouping]
    for at, side in enumerate(grouping):
        noun = _called(tokens, found, side)
        score[at] += 2 * (noun in words.row_nouns) - 2 * (noun in words.column_nouns)
    both = [(one, other), (other, one)]
    return both if score[0] >= score[1] else both[::-1]


def _both_called(
    tokens: Sequence[Token], found: Found, rows: Sequence[str], columns: Sequence[str]
) -> tuple[str, str]:
    """What either side is called; where its names do not tell, what there are as many of: `four regions`."""
    one, other = _called(tokens, found, rows), _called(tokens, found, columns)
    if len(rows) == len(columns):
        return one, other
    one = one or counted_noun(tokens, len(rows), other)
    return one, other or counted_noun(tokens, len(columns), one)


def _called(tokens: Sequence[Token], found: Found, side: Sequence[str]) -> str:
    """The noun that the names of a side share, or the plural right before they are listed."""
    heads = Counter(found.heads.get(name, "") for name in side)
    head, count = heads.most_common(1)[0]
    if (head and count > 1) or (head and len(side) == 1):
        return head
    first = next((mention for mention in found.mentions if mention.name == side[0]), None)
    if first is None:
        return ""
    for back in range(first.first - 1, max(-1, first.first - 5), -1):
        token = tokens[back]
        if token.text in ".;" or token.is_number:
            return ""
        if token.kind == "word" and token.lower != stem(token.text) and token.lower not in NO_NAME:
            return stem(token.text)
    return ""


def _gathered(
    text: str,
    tokens: Sequence[Token],
    found: Paired,
    told: Sequence[tuple[Table, Grid]],
    hidden: set[int],
    words: Words,
    typed: Typed,
) -> bool:
    """Note all that tables and prose say of the two sides; False where they disagree."""
    ledger = found.ledger
    ledger.names(found.names.mentions, (found.rows, found.columns))
    ledger.labels()
    ledger.counts(_sizes(found, words))
    ledger.ones()
    sizes = {len(found.rows), len(found.columns)}
    for at in ledger.left():
        said = remark(tokens, at) if at not in hidden else ""
        if (
            not said
            and counts_them(tokens, at, sizes)
            and (tokens[at].kind == "spelled" or opens_part(tokens, at))
        ):
            said = "how many there are"
        if not said and words.ones and not words.by_place and forbids_two(tokens, at, found.nouns):
            said = "none takes two"
        if said:
            ledger.use(at, said)
    note_limit(tokens, found, hidden)
    note_factor(tokens, found, hidden)
    try:
        for table, each in told:
            if not take(found, table, each, words):
                return False
        read_prose(text, tokens, found, hidden, words, typed)
        merge(found.pairs)
    except ContradictionError:
        return False
    ledger.late_counts(sizes)
    for at in ledger.left():
        if at not in data_of(found) and counts_them(tokens, at, sizes):
            ledger.use(at, "how many there are")
    rule_out(text, tokens, found)
    return bool(found.pairs)


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
