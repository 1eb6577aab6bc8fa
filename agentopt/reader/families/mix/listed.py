"""Lists of a product mix: series of numbers under a heading, cards of one decision each, numbers in parentheses."""

# ruff: noqa: E501  # a pattern stays on one line
from __future__ import annotations

__all__ = ["Listed", "listed", "rosters"]

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from agentopt.reader.families.clauses import sentences
from agentopt.reader.families.mix.sheet import Attribute, Number
from agentopt.reader.families.mix.wording import (
    COST,
    GAIN,
    Mention,
    Names,
    key,
    keys,
    unit_in,
    unit_of,
)
from agentopt.reader.families.nouns import AFTER_NAME, NO_NAME, words
from agentopt.reader.measures import measure
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token, tokenize

LIMITING = re.compile(
    r"\b(?:at most|at least|at the most|no (?:more|fewer|less|greater) than|not (?:more|fewer|less) than|(?:more|less|fewer) than|up to|max|"
    r"maximum|minimum|min|exactly|only|between|exceed|limited to|from above)\b(?: \S+){0,2} ?$"
)
"""Words right before a number that make it a limit."""

_NEVER = AFTER_NAME | words("each every per all that which with i we if as it not")
"""Words no name contains."""
_VERBS = words(
    """
    make makes produce produces sell sells build builds offer offers grow grows roast roasts bake bakes blend blends mix
    mixes buy buys knit knits serve serves plant plants assemble assembles use uses have has book books run runs of are
    is with sew sews cook cooks brew brews from between into can and or plus namely manufacture manufactures making
    considering consider like following products product choose prepare prepares order hire hires keep fill fills raise
    number paint paints carve carves weave weaves print prints pack packs stock stocks find per for to in
    """
)
_OUT = words(
    "available availability capacity budget stock supply total limit demand hours note goal objective subject"
)
_WORTH = frozenset(map(key, GAIN | COST)) | {"pric"}


@dataclass(slots=True)
class Listed:
    """What lists say of the decisions.

    Attributes:
        used: the tokens that belong to a list, its decisions, words and numbers.
        series: how many of the attributes come from a list in a narrow sense.
        headings: what attribute each sentence's list ended with, for limits that follow it.
    """

    names: Names
    attributes: list[Attribute] = field(default_factory=list)
    used: dict[int, Attribute | None] = field(default_factory=dict)
    series: int = 0


def rosters(text: str, tokens: Sequence[Token], tables: Sequence[Table]) -> Iterator[tuple[str, ...]]:
    """The names that may be those of the decisions, the surest first."""
    seen: set[tuple[str, ...]] = set()
    for names in (
        *_in_rows(tables),
        _in_parentheses(text),
        *_in_cards(text),
        *_enumerated(text),
    ):
        clean = tuple(" ".join(name.split()) for name in names)
        if any(each.is_number for name in clean for each in tokenize(name)[:1]):
            continue
        if any(word in _NEVER for name in clean for word in name.lower().split()):
            continue
        if any(each.is_number for name in clean for each in tokenize(name)[:-1]):
            continue
        if any(unit_in(f"in {name}") for name in clean if len(name.split()) == 1):
            continue
        if 2 <= len(clean) <= 12 and len({key(name) for name in clean}) == len(clean) and clean not in seen:
            seen.add(clean)
            yield clean


def _in_rows(tables: Sequence[Table]) -> Iterator[list[str]]:
    """`Price per tonne: North $48, Valley $55, Ridge $70`."""
    for table in tables:
        if table.layout != "list":
            continue
        for row in table.rows:
            found = []
            for cell in row[1:]:
                name = re.sub(r"[$€£]?\s*\d[\d.,]*\s*%?.*$", "", cell.text).strip(" -=(")
                found.append(name if name and len(name.split()) <= 3 else "")
            if all(found) and len(found) > 1 and not any(_speaks(name) for name in found):
                yield found


def _speaks(name: str) -> bool:
    """Whether words speak of worth or limits, and are no name."""
    said = {key(part) for part in re.findall(r"[^\W\d_]+", name)}
    return bool(said & _WORTH) or bool(said & _OUT)


def _in_parentheses(text: str) -> list[str]:
    """`desks (3 h, $40), chairs (1 h, $12)`."""
    found = []
    for each in re.finditer(r"([^\W\d_][\w '’-]{0,60}?)\s*\(([^()]*\d[^()]*)\)", text):
        name = _tail(each.group(1))
        if name:
            found.append(name)
    return found


def _tail(phrase: str) -> str:
    """The name at the end of a phrase: up to three words after the last verb or small word."""
    found: list[str] = []
    for word in reversed(phrase.split()):
        if word.lower() in _VERBS | {"a", "an", "the", "each", "every"} or len(found) == 3:
            break
        if word.lower() in NO_NAME:
            break
        found.insert(0, word)
    return " ".join(found)


_CARD = re.compile(
    r"(?:^|(?<=[;:.\n])) *(?:[-*•–] *|\d+[.)] +)?(?P<name>[^\W\d_][\w '’/-]{0,40}?) *(?::|->|—|–| - |=) *(?P<rest>[^\n;:]*\d[^\n;:]*)",
    re.MULTILINE,
)


def _in_cards(text: str) -> Iterator[list[str]]:
    """`- Brie: 9 litres of milk, profit £4`, line by line."""
    found = [(each.group("name").strip(" *_"), each.group("rest")) for each in _CARD.finditer(text)]
    if any({key(word) for word in name.split()} & _WORTH for name, _ in found):
        return
    sizes: dict[int, list[str]] = {}
    for name, rest in found:
        if not _speaks(name):
            sizes.setdefault(sum(token.is_number for token in tokenize(rest)), []).append(name)
    yield [name for labels in sizes.values() for name in labels]
    yield from (labels for _, labels in sorted(sizes.items(), reverse=True) if len(labels) > 1)


_LIST = re.compile(
    r"(?<=\()[^\W\d_][\w ]*(?:, [\w ]+)+(?=\))|"
    r"[^\W\d_][\w'’-]*(?: [^\W\d_][\w'’-]*){0,6}(?:, [\w'’-]+(?: [\w'’-]+){0,4} ?)*,? (?:and|&|or) [\w'’ -]+|[^:\n]*: *[^\W\d_][\w'’ -]*(?:, [^\W\d_][\w'’ -]*)+"
)


def _enumerated(text: str) -> Iterator[list[str]]:
    """`jerseys, shorts and socks`, where nothing is said of them yet."""
    for each in _LIST.finditer(text):
        phrase = each.group()
        phrase = phrase.split(":")[-1]
        parts = [part.strip() for part in re.split(r", and |, or |, | and | & | or ", phrase) if part.strip()]
        if len(parts) < 2:
            continue
        first = _tail(parts[0])
        last = parts[-1].split()
        cut = next(
            (at for at, word in enumerate(last) if word.lower() in _VERBS | NO_NAME | _AFTER | AFTER_NAME),
            len(last),
        )
        names = [first, *parts[1:-1], " ".join(last[: min(cut, 3)])]
        if all(names) and all(len(name.split()) <= 3 for name in names) and not any(map(_speaks, names)):
            longest = max(len(name.split()) for name in names[1:])
            head = names[0].split()
            if len(head) > longest:
                yield [" ".join(head[-longest:]), *names[1:]]
            yield names


_AFTER = words(
    "so such which who that using each every as this next on at by while but per week daily today using"
)


@dataclass(frozen=True, slots=True)
class _Said:
    """A number said of a decision, with the words around it."""

    decision: int
    token: int
    words: frozenset[str]
    said: str
    place: int


def listed(
    text: str, tokens: Sequence[Token], names: Names, hidden: frozenset[int], *, bare: bool = True
) -> Listed | None:
    """What the lists of a text say of named decisions; None where a list is not understood."""
    found = Listed(names)
    cards: list[list[_Said]] = []
    for span in sentences(text, tokens, hidden):
        symbols = _symbols(text, tokens, names, span)
        if not any(isinstance(each, int) for each in symbols):
            continue
        run = _series(tokens, names, span, symbols, found, bare=bare)
        if run:
            continue
        _cards(text, tokens, names, span, symbols, cards)
    if cards and not _aligned(tokens, names, cards, found):
        return None
    return found if found.attributes else None


def _symbols(text: str, tokens: Sequence[Token], names: Names, span: range) -> list[Mention | int]:
    """Names and free numbers of a sentence, in order; numbers that are limits are left out."""
    mentions = names.find(tokens, span.start, span.stop)
    inside = {at for each in mentions for at in range(each.first, each.last)}
    found: list[Mention | int] = list(mentions)
    for at in span:
        if tokens[at].is_number and at not in inside and not is_limited(text, tokens, span, at):
            found.append(at)
    return sorted(found, key=lambda each: each if isinstance(each, int) else each.first)


def is_limited(text: str, tokens: Sequence[Token], span: range, at: int) -> bool:
    """Whether the words right before or after a number make it a limit."""
    begin = max(span.start, at - 6)
    for back in range(at - 1, begin - 1, -1):
        if tokens[back].is_number or tokens[back].text in ",;:(":
            begin = back + 1 + tokens[back].is_number  # the unit of the number before
            break
    before = " ".join(token.lower for token in tokens[begin:at] if token.text not in "$€£")
    after = " ".join(token.lower for token in tokens[at + 1 : min(span.stop, at + 4)])
    later = re.match(r"(?:\w+ )?(?:or (?:more|less|fewer)|at most|at least|max|min)\b", after)
    if later and later.group().endswith(("min",)):
        later = None
    return bool(
        LIMITING.search(before + " ") or LIMITING.search(before) or (later and "min" not in after.split()[:1])
    )


def _series(
    tokens: Sequence[Token],
    names: Names,
    span: range,
    symbols: Sequence[Mention | int],
    found: Listed,
    *,
    bare: bool,
) -> bool:
    """Take one series of a number for each decision, if the sentence begins with one; limits may follow."""
    size = len(names.names)
    everyone = tuple(range(size))
    kinds = "".join(
        "N" if isinstance(each, int) else "D" if len(each.decisions) == 1 else "G" for each in symbols
    )
    begin = span.start
    taken = False
    at = 0
    while at < len(symbols):
        part = kinds[at:]
        order: list[tuple[int, int]] = []
        last = begin
        if (
            part.startswith("DN" * size)
            and _is_close(tokens, symbols[at : at + 2 * size])
            and not part.startswith("DNN" * (size - 1))
        ):
            pairs = [(symbols[at + 2 * i], symbols[at + 2 * i + 1]) for i in range(size)]
            order = [(d.decisions[0], n) for d, n in pairs if isinstance(d, Mention) and isinstance(n, int)]
            step = 2 * size
        elif part.startswith("ND" * size) and _is_close(tokens, symbols[at : at + 2 * size]):
            pairs = [(symbols[at + 2 * i + 1], symbols[at + 2 * i]) for i in range(size)]
            order = [(d.decisions[0], n) for d, n in pairs if isinstance(d, Mention) and isinstance(n, int)]
            step = 2 * size
            if any(n + 1 == d.first for d, n in pairs if isinstance(d, Mention) and isinstance(n, int)):
                order = []
        elif (
            bare
            and part.startswith("N" * size)
            and (not kinds[:at].endswith("D") or kinds[:at].endswith("D" * size))
            and _is_run(tokens, [n for n in symbols[at : at + size] if isinstance(n, int)])
        ):
            order = [(i, n) for i, n in enumerate(symbols[at : at + size]) if isinstance(n, int)]
            step = size
            named = symbols[at + size : at + 2 * size]
            if kinds[at + size : at + 2 * size] == "D" * size:
                order = [
                    (d.decisions[0], n)
                    for d, (_, n) in zip(named, order, strict=True)
                    if isinstance(d, Mention)
                ]
                step = 2 * size
        if not order or tuple(sorted(d for d, _ in order)) != everyone:
            at += 1
            continue
        chosen = symbols[at : at + step]
        places = [each if isinstance(each, int) else each.last - 1 for each in chosen]
        firsts = [each if isinstance(each, int) else each.first for each in chosen]
        last = max(places)
        head = _heading(tokens, begin, min(firsts))
        mentioned = {i for e in chosen if isinstance(e, Mention) for i in range(e.first, e.last)}
        mentioned |= {i + 1 for i in mentioned if i < last and tokens[i + 1].text.islower()}
        words_ = [t for i, t in enumerate(tokens[min(firsts) : last + 1], min(firsts)) if i not in mentioned]
        trail = []
        for token in tokens[last + 1 : min(span.stop, last + 4)]:
            if token.text in ",;.()" or token.is_number or token.lower in ("and", "but", "with"):
                break
            trail.append(token)
        attribute = _attribute(tokens, head, [*words_, *trail], dict(order))
        if attribute is None:
            at += 1
            continue
        found.attributes.append(attribute)
        colon = any(t.text == ":" for t in tokens[begin : min(firsts)])
        found.series += (kinds[at : at + size] == "N" * size) or colon or size > 2
        for i in range(min(firsts), last + 1):
            found.used[i] = attribute
        begin = last + 1
        taken = True
        at += step
    return taken


def _is_close(tokens: Sequence[Token], symbols: Sequence[Mention | int]) -> bool:
    """Whether nothing parts a number from its name in any of the pairs."""
    for one, other in zip(symbols[::2], symbols[1::2], strict=True):
        left = one + 1 if isinstance(one, int) else one.last
        right = other if isinstance(other, int) else other.first
        marks = ",;)" if isinstance(other, int) else ",;():"
        if any(t.text in marks or t.lower in ("and", "but") for t in tokens[left:right]):
            return False
    return True


def _is_run(tokens: Sequence[Token], numbers: Sequence[int]) -> bool:
    """Whether numbers follow one another with no more than the same unit and "and" between."""
    said: list[tuple[str, ...]] = []
    for one, other in zip(numbers, [*numbers[1:], numbers[-1] + 3], strict=True):
        between = [t for t in tokens[one + 1 : other] if t.text not in "$€£"]
        marks = [t for t in between if t.text in ",/" or t.lower == "and"]
        if not marks and other != numbers[-1] + 3:
            return False
        plain = [t.lower for t in between if t not in marks and t.lower != "respectively"]
        said.append(tuple(plain))
    money = [tokens[at - 1].text in "$€£" for at in numbers]
    return (
        len(set(money)) == 1
        and len(set(said[:-1])) == 1
        and said[-1][: len(said[0])] == said[0]
        and len(said[0]) <= 2
    )


def _heading(tokens: Sequence[Token], first: int, last: int) -> list[Token]:
    """The words before a list, within its sentence: those after the last full break."""
    begin = first
    for at in range(first, last):
        if tokens[at].text in ";.?!" or tokens[at].is_number:
            begin = at + 1
    return [token for token in tokens[begin:last] if token.text not in "-*•"]


def _attribute(
    tokens: Sequence[Token], head: Sequence[Token], inside: Sequence[Token], order: dict[int, int]
) -> Attribute | None:
    units = {at: unit_of(tokens, token) for at, token in order.items()}
    kinds = {unit.kind for unit in units.values() if unit is not None}
    heading = " ".join(
        token.text
        for i, token in enumerate(head)
        if not i or head[i - 1].lower not in ("per", "each", "every")
    )
    unit = next((each for each in units.values() if each is not None), None) or unit_in(heading)
    if len(kinds) > 1:
        return None
    numbers = {}
    for at, token in order.items():
        value = tokens[token].value
        assert value is not None
        numbers[at] = Number(value, units[at] or unit, token)
    share = all(tokens[token].kind in ("percent", "factor") for token in order.values()) and any(
        tokens[token].kind == "percent" for token in order.values()
    )
    every = [*head, *inside]
    per = {i + 1 for i, token in enumerate(every) if token.lower in ("per", "each", "every")}
    said = [t for i, t in enumerate(every) if t.kind == "word" and not t.is_number and i not in per]
    name = " ".join(dict.fromkeys(t.lower for t in said if keys([t]))) or (unit.word if unit else "use")
    stems = keys(said) | (frozenset({"$"}) if unit is not None and unit.kind == "money" else frozenset())
    return Attribute(" ".join(name.split()[:5]), stems, unit, numbers, share)


def _cards(
    text: str,
    tokens: Sequence[Token],
    names: Names,
    span: range,
    symbols: Sequence[Mention | int],
    cards: list[list[_Said]],
) -> None:
    """Take cards: a name, then its numbers, up to the next name; only behind a colon, a dash or in parentheses."""
    at = 0
    while at < len(symbols):
        head = symbols[at]
        if isinstance(head, int) or len(head.decisions) != 1:
            at += 1
            continue
        mark = head.last
        while (
            mark < span.stop
            and tokens[mark].kind == "word"
            and mark < head.last + 2
            and tokens[mark].text.islower()
        ):
            mark += 1
        if mark >= span.stop or tokens[mark].text not in ":(—–->=":
            at += 1
            continue
        close = ")" if tokens[mark].text == "(" else ";"
        end = next((i for i in range(mark + 1, span.stop) if tokens[i].text == close), span.stop)
        card: list[_Said] = []
        begin = mark + 1
        numbers = [each for each in symbols[at + 1 :] if isinstance(each, int) and each < end]
        place = 0
        for i in range(mark + 1, end + 1):
            if i < end and not (tokens[i].text in ",;/" or tokens[i].lower == "and"):
                continue
            here = [n for n in numbers if begin <= n < i]
            if len(here) == 1:
                piece = [t for t in tokens[begin:i] if not t.is_number and t.text not in "$€£"]
                if any(t.lower == "per" for t in piece):
                    piece = piece[: next(j for j, t in enumerate(piece) if t.lower == "per")]
                said = " ".join(t.text for t in piece if t.kind == "word")
                card.append(_Said(head.decisions[0], here[0], keys(piece), said, place))
                place += 1
            elif here:
                return
            begin = i + 1
        if card:
            cards.append(card)
        at += 1


def _aligned(tokens: Sequence[Token], names: Names, cards: list[list[_Said]], found: Listed) -> bool:
    """Attributes of cards: the items in the same place, or with the same words or unit."""
    if {card[0].decision for card in cards} != set(range(len(names.names))) or len(cards) != len(names.names):
        return False
    columns: list[list[_Said]] = []
    if len({len(card) for card in cards}) == 1:
        columns = [[card[at] for card in cards] for at in range(len(cards[0]))]
        if not all(_agree(tokens, column) for column in columns):
            columns = []
    if not columns:
        for item in (item for card in cards for item in card):
            home = [
                c
                for c in columns
                if c[0].decision != item.decision
                and _agree(tokens, [c[0], item])
                and (c[0].words & item.words or not (c[0].words or item.words))
            ]
            if len(home) > 1:
                return False
            if home:
                if item.decision in {each.decision for each in home[0]}:
                    return False
                home[0].append(item)
            else:
                columns.append([item])
        if any(len(column) < 2 for column in columns):
            return False
    for column in columns:
        order = {item.decision: item.token for item in column}
        piece = [t for item in column for t in _near(tokens, item)]
        attribute = _attribute(tokens, (), piece, order)
        if attribute is None or not attribute.stems:
            return False
        found.attributes.append(attribute)
        found.series += 1
        for item in column:
            found.used[item.token] = attribute
    return True


def _near(tokens: Sequence[Token], item: _Said) -> list[Token]:
    wanted = item.said.split()
    near = tokens[max(0, item.token - 8) : item.token + 10]
    return [token for token in near if token.text in wanted and not token.is_number]


def _agree(tokens: Sequence[Token], column: Sequence[_Said]) -> bool:
    """Whether items may be of one attribute: by unit, and by words where they have any."""
    kinds = {m.kind for m in (measure(tokens, item.token) for item in column) if m is not None}
    bare = sum(measure(tokens, item.token) is None for item in column)
    if len(kinds) > 1 or (kinds and bare and not all(item.words for item in column)):
        return False
    said = [item.words for item in column if item.words]
    return (
        not said
        or bool(frozenset.intersection(*said))
        or bool(kinds and not bare and len(said) < 2)
        or len(said) == 1
    )
