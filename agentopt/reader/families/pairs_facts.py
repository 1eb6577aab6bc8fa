"""What tables and prose say of two groups whose names are known."""

from __future__ import annotations

__all__ = ["read_prose", "take"]

from collections.abc import Sequence

from agentopt.reader.families.clauses import Fact, Symbol, attributed, facts_of, sentences, symbols_of
from agentopt.reader.families.grids import Grid
from agentopt.reader.families.ledger import Datum
from agentopt.reader.families.nouns import stem
from agentopt.reader.families.pairs_data import ContradictionError, Paired, Typed, Words, put
from agentopt.reader.families.pairs_rest import DENIALS
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token


def take(found: Paired, table: Table, each: Grid, words: Words) -> bool:
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
            if row is not None and column is not None and (said.cell.text.strip() or found.loose):
                if not said.cell.is_blank:
                    return False
                if not said.cell.text.strip():
                    found.empty.add((row, column))
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
            put(found.pairs.setdefault(said.attribute, {}), (row, column), datum)
        else:
            put(found.single.setdefault(said.attribute, {}), row or column or "", datum)
    return True


def read_prose(
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
        if found.loose:
            symbols = _meant(tokens, span, found, symbols)
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
            if pair is not None:
                found.barred.add(pair)
            elif not found.loose:
                raise ContradictionError  # a ban that is not understood
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
            of_side = words.of_rows if plain[0].kind == "R" or plain[-1].kind == "R" else words.of_columns
            several = attributed(plain, said, order, among=of_side if found.loose else ())
            for name, attribute, at in several:
                if (value := tokens[at].value) is not None:
                    put(found.single.setdefault(attribute, {}), name, Datum(value, at))
            if several:
                continue
        facts = facts_of(symbols, found.columns, fits, carried, rows=found.rows if found.loose else ())
        for fact in facts:
            value = tokens[fact.token].value
            if value is None:
                continue
            datum = Datum(value, fact.token)
            attribute = typed(fact.token)
            if fact.row is not None and fact.column is not None:
                put(found.pairs.setdefault(attribute, {}), (fact.row, fact.column), datum)
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
            put(found.single.setdefault(attribute, {}), fact.row or fact.column or "", datum)


def _meant(tokens: Sequence[Token], span: range, found: Paired, symbols: list[Symbol]) -> list[Symbol]:
    """The symbols of a sentence without names that are denied, with plurals that numbers are listed for."""
    denied = {at for at in span if tokens[at].lower in DENIALS}
    away = set()
    for mention in found.names.mentions:
        near = {at for at in range(mention.first - 4, mention.first) if at in span} & denied
        ahead = [each for each in tokens[mention.last : min(span.stop, mention.last + 3)] if each.is_number]
        if mention.first in span and near and not ahead:
            away.add(mention.first)
    kept = []
    numbers = [symbol.token for symbol in symbols if symbol.kind == "N"]
    for symbol in symbols:
        if symbol.kind in "RC" and symbol.token in away:
            continue
        kept.append(symbol)
    for kind, noun, side in (("r", found.nouns[0], found.rows), ("c", found.nouns[1], found.columns)):
        at = _listed_for(tokens, span, noun, len(side), numbers, found)
        if at >= 0:
            place = next(k for k, symbol in enumerate(kept) if symbol.kind == "N" and symbol.token > at)
            kept.insert(place, Symbol(kind, tuple(side), at))
    return kept


def _listed_for(
    tokens: Sequence[Token], span: range, noun: str, count: int, numbers: Sequence[int], found: Paired
) -> int:
    """The plural that as many numbers follow as there are names, `the springs yield 90, 80, 100`; or -1."""
    named = {mention.first for mention in found.names.mentions}
    for at in span:
        if not noun or stem(tokens[at].text) != noun or tokens[at].lower == noun or count < 2:
            continue
        run: list[int] = []
        for here in range(at + 1, span.stop):
            if here in named or tokens[here].text in ";:" or tokens[here].sentence != tokens[at].sentence:
                break
            if here in numbers:
                if run and here - run[-1] > 4:
                    break
                run.append(here)
        if len(run) == count:
            return at
    return -1


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
