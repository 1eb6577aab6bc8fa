"""What prose says of named things, read off the order of names and numbers in a clause.

A clause is a string of symbols: `R` and `C` for a name of the one and of the other group, `r` and `c` for
all of a group ("each plant"), `N` for a number. "From A it costs $4 to X and $6 to Y" is `RNCNC`; a handful
of such layouts, matched whole, cover most of what is written, and a clause that matches none says nothing.
A sentence that matches none is cut where clauses join and its parts are tried.
"""

from __future__ import annotations

__all__ = ["Fact", "Symbol", "attributed", "facts_of", "sentences", "symbols_of"]

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentopt.reader.families.names import Mention
from agentopt.reader.families.nouns import stem
from agentopt.reader.tokens import Token


@dataclass(frozen=True, slots=True)
class Fact:
    """A number said of a name of the first group, of the second, or of a pair."""

    row: str | None
    column: str | None
    token: int


@dataclass(frozen=True, slots=True)
class Symbol:
    """One symbol of a clause.

    Attributes:
        kind: `R`, `C`, `r`, `c`, `N`, or `,` where a clause may be cut.
        names: the names it stands for.
        token: of a number, or the first of a name.
    """

    kind: str
    names: tuple[str, ...] = ()
    token: int = -1


Fits = Callable[[Fact], bool]
"""Whether a number may say this: a price is no supply."""


def sentences(text: str, tokens: Sequence[Token], hidden: Collection[int] = ()) -> Iterator[range]:
    """The sentences as runs of tokens: a line break ends one too, unless a long line only wraps there."""
    begin = 0
    for at in range(1, len(tokens) + 1):
        if at == len(tokens):
            breaks = True
        else:
            before, here = tokens[at - 1], tokens[at]
            gap = text[before.end : here.start]
            line = before.end - (text.rfind("\n", 0, before.end) + 1)
            wrapped = line >= 50 and before.text not in ".:;!?" and gap.count("\n") == 1
            breaks = before.sentence != here.sentence or ("\n" in gap and not wrapped)
            breaks = breaks or (at in hidden) != (at - 1 in hidden)
        if breaks:
            if begin not in hidden:
                yield range(begin, at)
            begin = at


_CUTS = frozenset({";", ":", ",", "and", "while", "whereas", "but", "—", "–", "(", ")"})


def symbols_of(
    tokens: Sequence[Token],
    span: range,
    mentions: Sequence[Mention],
    rows: Sequence[str],
    columns: Sequence[str],
    nouns: tuple[str, str],
    ignored: Collection[int],
) -> list[Symbol]:
    """A sentence as symbols; numbers in names and those to ignore leave none."""
    starts = {mention.first: mention for mention in mentions if mention.first in span}
    found: list[Symbol] = []
    at = span.start
    while at < span.stop:
        token = tokens[at]
        mention = starts.get(at)
        if mention is not None:
            kind = "R" if mention.name in rows else "C" if mention.name in columns else ""
            if kind:
                found.append(Symbol(kind, (mention.name,), at))
            at = mention.last
            continue
        everyone = _everyone(tokens, span, at, nouns)
        if everyone:
            found.append(Symbol(everyone, tuple(rows if everyone == "r" else columns)))
        elif token.is_number and at not in ignored:
            found.append(Symbol("N", token=at))
        elif token.lower in _CUTS:
            found.append(Symbol(","))
        at += 1
    return found


def _everyone(tokens: Sequence[Token], span: range, at: int, nouns: tuple[str, str]) -> str:
    """`r` or `c` where a token says all of a group: `each plant`, `every one of the stores`."""
    if tokens[at].lower not in ("each", "every", "any", "all", "both"):
        return ""
    for ahead in range(at + 1, min(span.stop, at + 5)):
        noun = stem(tokens[ahead].text)
        if noun in nouns:
            return "rc"[nouns.index(noun)]
        if noun not in ("of", "the", "one", "these", "our", "two", "three", "four", "five"):
            return ""
    return ""


def facts_of(
    symbols: Sequence[Symbol],
    columns: Sequence[str],
    fits: Fits,
    carried: Symbol | None = None,
    *,
    rows: Sequence[str] = (),
) -> list[Fact]:
    """What a sentence says; nothing when no layout matches all of it.

    Args:
        symbols: of the sentence.
        columns: the second group, in order, for rows that list their numbers alone.
        fits: which facts may be.
        carried: the name that a heading before it gives.
        rows: the first group, in order, for columns that list their numbers alone.
    """
    sides = (rows, columns)
    if carried is not None:
        led = _parse([carried, *symbols], sides, fits)
        if led and any(fact.row and fact.column for fact in led):
            return led
    return _parse(list(symbols), sides, fits) or []


_Sides = tuple[Sequence[str], Sequence[str]]
"""The names of both groups, each in order; none where a list of numbers alone says nothing."""


def _parse(symbols: list[Symbol], sides: _Sides, fits: Fits, led: Symbol | None = None) -> list[Fact] | None:
    """The facts of symbols as one clause, or cut into a clause and the rest, the longest clause first."""
    plain = [symbol for symbol in symbols if symbol.kind != ","]
    if not any(symbol.kind == "N" for symbol in plain):
        return []
    whole = _clause(plain, sides, fits)
    if whole is not None:
        return whole
    if led is not None:
        whole = _clause([led, *plain], sides, fits)
        if whole is not None:
            return whole
    mixed = _mixed(symbols)
    if mixed and all(map(fits, mixed)):
        return mixed
    cuts = [at for at, symbol in enumerate(symbols) if symbol.kind == ","]
    if len(symbols) > 120:
        return None
    for cut in reversed(cuts):
        left = [symbol for symbol in symbols[:cut] if symbol.kind != ","]
        if not any(symbol.kind == "N" for symbol in left):
            continue
        first = _clause(left, sides, fits)
        if first is None and led is not None:
            first = _clause([led, *left], sides, fits)
        if first is None:
            continue
        rows = [symbol for symbol in left if symbol.kind == "R"]
        after = symbols[cut + 1 :]
        bare = {symbol.kind for symbol in after} - {","}
        if bare and "N" not in bare and any(fact.row and fact.column for fact in first):
            continue  # names that follow without a number belong to a pair that was cut in two
        rest = _parse(after, sides, fits, rows[-1] if rows else led)
        if rest is not None:
            return [*first, *rest]
    return None


def _mixed(symbols: list[Symbol]) -> list[Fact] | None:
    """`R CN, NC, CN`: numbers before or after the second name, told apart by the commas between."""
    found: list[Fact] = []
    head: Symbol | None = None
    part: dict[str, Symbol] = {}
    for symbol in [*symbols, Symbol(",")]:
        if symbol.kind == "R":
            head = symbol
        elif symbol.kind != ",":
            if symbol.kind in part:
                return None
            part[symbol.kind] = symbol
        elif part:
            if head is None or set(part) != {"C", "N"}:
                return None
            found += _said(head, part["C"], part["N"], turned=False)
            part = {}
    return found


def _clause(symbols: list[Symbol], sides: _Sides, fits: Fits) -> list[Fact] | None:
    """The facts of one clause, if exactly its order of names and numbers is known."""
    kinds = "".join(symbol.kind for symbol in symbols)
    for layout in _LAYOUTS:
        facts = layout(kinds, symbols, sides)
        if facts and all(map(fits, facts)):
            return facts
    return None


Layout = Callable[[str, list[Symbol], _Sides], "list[Fact] | None"]


def _said(outer: Symbol, inner: Symbol | None, number: Symbol, *, turned: bool) -> list[Fact]:
    """A number of a pair, whichever of the two comes first; one for each of those named at once."""
    found = []
    for one in outer.names:
        for other in inner.names if inner else (None,):
            row, column = (other, one) if turned else (one, other)
            found.append(Fact(row, column, number.token))
    return found


def _nested(kinds: str, symbols: list[Symbol], sides: _Sides) -> list[Fact] | None:
    """`R CN CN`, `R NC NC`, `N R C, NC`, and the same by columns."""
    for outer, inner, turned in (("[Rr]", "[Cc]", False), ("[Cc]", "[Rr]", True)):
        after = re.fullmatch(f"({outer}({inner}N)+)+", kinds)
        before = re.fullmatch(f"({outer}(N{inner})+)+", kinds)
        first = re.fullmatch(f"(N{outer}{inner}(N{inner})*)+", kinds)
        if not (after or before or first):
            continue
        found: list[Fact] = []
        head: Symbol | None = None
        held: Symbol | None = None
        for symbol in symbols:
            if re.fullmatch(outer, symbol.kind):
                head = symbol
            elif held is None:
                held = symbol
            elif head is not None:
                place, number = (held, symbol) if symbol.kind == "N" else (symbol, held)
                found += _said(head, place, number, turned=turned)
                held = None
        return found
    return None


def _listed(kinds: str, symbols: list[Symbol], sides: _Sides) -> list[Fact] | None:
    """`R CCC NNN`, `R NNN CCC`, `NNN R CCC`, `NNN CCC R`, each once or several times."""
    for outer, inner, turned in (("R", "C", False), ("C", "R", True)):
        for order in (
            f"{outer}({inner}+)(N+)",
            f"{outer}(N+)({inner}+)",
            f"(N+){outer}({inner}+)",
            f"(N+)({inner}+){outer}",
        ):
            if not re.fullmatch(f"({order.replace('(', '(?:')})+", kinds):
                continue
            found: list[Fact] = []
            for block in re.finditer(order, kinds):
                part = symbols[slice(*block.span())]
                numbers = [symbol for symbol in part if symbol.kind == "N"]
                places = [symbol for symbol in part if symbol.kind == inner]
                head = next(symbol for symbol in part if symbol.kind == outer)
                if len(numbers) != len(places):
                    return None
                for place, number in zip(places, numbers, strict=True):
                    found += _said(head, place, number, turned=turned)
            return found
    return None


def _headed(kinds: str, symbols: list[Symbol], sides: _Sides) -> list[Fact] | None:
    """`CCC RNNN RNNN`: the columns once, then rows of numbers; without them, in the order known."""
    for outer, inner, turned in (("R", "C", False), ("C", "R", True)):
        match = re.fullmatch(f"({inner}{{2,}})?((?:{outer}N+)+)", kinds)
        if not match:
            continue
        heads = [symbol.names[0] for symbol in symbols if symbol.kind == inner] or list(sides[not turned])
        count = len(heads)
        if count < 2 or not re.fullmatch(f"(?:{outer}N{{{count}}})+", match[2]):
            continue
        found: list[Fact] = []
        head, seen = symbols[0], 0
        for symbol in symbols[len(match[1] or "") :]:
            if symbol.kind == outer:
                head, seen = symbol, 0
            else:
                found += _said(head, Symbol(inner, (heads[seen],)), symbol, turned=turned)
                seen += 1
        return found
    return None


def _single(kinds: str, symbols: list[Symbol], sides: _Sides) -> list[Fact] | None:
    """`RN RN`, `NR NR`, `RRR NNN`, `NNN RRR`, `rN`, and the same of the other group."""
    for one, every, turned in (("R", "r", False), ("C", "c", True)):
        names = [symbol for symbol in symbols if symbol.kind != "N"]
        numbers = [symbol for symbol in symbols if symbol.kind == "N"]
        even = re.fullmatch(f"({one}N)+|(N{one})+", kinds)
        listed = re.fullmatch(f"{one}+N+|N+{one}+", kinds) and len(names) == len(numbers)
        if even or listed or re.fullmatch(f"{every}N|N{every}", kinds):
            pairs = zip(names, numbers, strict=True)
            return [fact for name, number in pairs for fact in _said(name, None, number, turned=turned)]
    return None


def _alike(kinds: str, symbols: list[Symbol], sides: _Sides) -> list[Fact] | None:
    """`A and B each make 100`: one number for several names, with the word that says so."""
    if not re.fullmatch("R{2,}r?N|C{2,}c?N", kinds) or kinds[-2] not in "rc":
        return None
    turned = kinds[0] == "C"
    return [fact for name in symbols[:-2] for fact in _said(name, None, symbols[-1], turned=turned)]


def _of_all(kinds: str, symbols: list[Symbol], sides: _Sides) -> list[Fact] | None:
    """`the plants make 30, 40 and 50`: as many numbers as there are names, in their order."""
    if not re.fullmatch("[rc]N{2,}", kinds) or len(symbols[0].names) != len(symbols) - 1:
        return None
    turned = kinds[0] == "c"
    pairs = zip(symbols[0].names, symbols[1:], strict=True)
    return [
        fact for name, number in pairs for fact in _said(Symbol("R", (name,)), None, number, turned=turned)
    ]


_LAYOUTS: tuple[Layout, ...] = (_single, _nested, _listed, _headed, _alike, _of_all)


def attributed(
    plain: Sequence[Symbol],
    typed: Mapping[int, str],
    order: list[str],
    *,
    led: str = "",
    among: Collection[str] = (),
) -> list[tuple[str, str, int]]:
    """Name, attribute and number of a sentence with several numbers a name: `R NN R NN`, `RRR NNN`.

    Args:
        plain: names of one group, and numbers.
        typed: the attribute that the words around a number say, "" for none.
        order: the attributes of the last name in full, which a shorter clause follows; updated.
        led: the attribute that the sentence as a whole names.
        among: all attributes there are; where one is missing, it is that of the number that no word names.
    """
    kinds = "".join(symbol.kind for symbol in plain)
    names = [symbol for symbol in plain if symbol.kind != "N"]
    if len(names) > 1 and kinds in (
        kinds[0] * len(names) + "N" * len(names),
        "N" * len(names) + kinds[-1] * len(names),
    ):
        every = {attribute for attribute in typed.values() if attribute} or {led}
        if len(every) == 1:
            (attribute,) = every
            return [(n.names[0], attribute, t) for n, t in zip(names, typed, strict=True)]
        return []
    found: list[tuple[str, str, int]] = []
    for name, row in _by_name(plain):
        attributes = [typed[at] for at in row]
        missing = [each for each in among if each not in attributes]
        if attributes.count("") == 1 and len(missing) == 1 and len(attributes) == len(among):
            attributes[attributes.index("")] = missing[0]
        if all(attributes) and len(set(attributes)) == len(attributes):
            order[:] = attributes
        elif (
            order
            and len(order) == len(row)
            and all(a in ("", b) for a, b in zip(attributes, order, strict=True))
        ):
            attributes = list(order)
        else:
            return []
        found += [(name, attribute, at) for attribute, at in zip(attributes, row, strict=True)]
    return found


def _by_name(plain: Sequence[Symbol]) -> list[tuple[str, list[int]]]:
    """Names with the numbers after them, or all with those before; none unless each has as many."""
    rows: list[tuple[str, list[int]]] = []
    leading = plain[0].kind == "N"
    held: list[int] = []
    for symbol in plain:
        if symbol.kind == "N" and (leading or not rows):
            held.append(symbol.token)
        elif symbol.kind == "N":
            rows[-1][1].append(symbol.token)
        elif leading:
            rows.append((symbol.names[0], held))
            held = []
        else:
            rows.append((symbol.names[0], []))
    even = not held and len({len(row) for _, row in rows}) == 1 and all(row for _, row in rows)
    return rows if even else []
