"""The links of a network with the numbers said of them, from tables or from prose.

A table gives a link a row (two columns of places, or one of pairs, and columns of numbers) or is a square
of places by places.
"""

from __future__ import annotations

__all__ = ["Way", "role_in", "ways_in_prose", "ways_in_table"]

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agentopt.reader.families.linkroles import Role, role_of
from agentopt.reader.families.links import Sentence
from agentopt.reader.tables import Cell, Table

MAX_VALUES = 3


@dataclass(frozen=True, slots=True)
class Way:
    """A link with its numbers.

    Attributes:
        both: whether it is written without a direction.
        sources: its numbers, as tokens of the text or cells of a table.
        roles: what each number is, as far as it is said.
    """

    start: str
    end: str
    both: bool
    sources: tuple[int | Cell, ...]
    roles: tuple[Role, ...]


def role_in(words: str) -> Role:
    """What a heading says its numbers are."""
    said: tuple[tuple[Role, str], ...] = (
        ("capacity", (r"capac|max|limit|upper|throughput|bandwidth|per (?:hour|day|minute|second)|"
                      r"/ ?(?:h|hr|hour|s|min|day)\b")),
        ("cost", r"cost|price|fare|toll|fee|€|\$|£|eur|usd|expense|charge"),
        ("length", r"km|distance|length|miles?\b|met(?:er|re)s?\b|\bm\b"),
        ("time", r"time|min\b|mins|minutes|hours?|\bh\b|duration|days|sec"),
    )  # fmt: skip
    return next((role for role, pattern in said if re.search(pattern, words.lower())), "")


def ways_in_prose(sentences: Sequence[Sentence]) -> list[Way]:
    """The links of sentences that have numbers, as many each as leave the fewest alone."""
    best: tuple[float, list[Way]] = (float("inf"), [])
    for count in range(1, MAX_VALUES + 1):
        total, found = 0.0, []
        for sentence in sentences:
            links, cost = sentence.links(count)
            total += cost
            for link in links:
                if len(link.numbers) == count:
                    roles = tuple(role_of(sentence, at) for at in link.numbers)
                    found.append(Way(link.start, link.end, link.both, link.numbers, roles))
        if total < best[0] and found:
            best = (total, found)
    return best[1]


def ways_in_table(table: Table) -> list[Way]:
    """The links a table lists; none where it is no table of links."""
    if table.layout == "list" or not table.rows:
        return []
    return _rows(table) or _square(table)


def _rows(table: Table) -> list[Way]:
    width = max(map(len, table.rows))
    if not table.is_even or width < 2:
        return []
    heads = [cell.text for cell in table.header] or [""] * width
    valued = [at for at in range(width) if any(row[at].value is not None for row in table.rows)]
    named = _named(table, heads, valued)
    valued = [at for at in valued if at not in named and _is_data(table, at, heads[at])]
    if not named or not 1 <= len(valued) <= MAX_VALUES:
        return []
    found = []
    for row in table.rows:
        pair = _pair(row, named)
        if pair is None:
            return []
        given = [at for at in valued if row[at].value is not None]
        if len(given) < len(valued) and not all(row[at].is_blank for at in valued if at not in given):
            return []
        roles = tuple(role_in(heads[at]) for at in given)
        found.append(Way(pair[0], pair[1], pair[2], tuple(row[at] for at in given), roles))
    names = {name for way in found for name in (way.start, way.end)}
    return found if len(names) < 2 * len(found) else []


def _named(table: Table, heads: Sequence[str], valued: Sequence[int]) -> list[int]:
    """The columns of places: by their heads, or those that hold names."""
    starts = [
        at
        for at, head in enumerate(heads)
        if re.search(r"\b(?:from|start|tail|origin|source|begin)", head, re.I)
    ]
    ends = [
        at
        for at, head in enumerate(heads)
        if re.search(r"\b(?:to|end|head|dest\w*|target|sink|until)\b", head, re.I)
    ]
    if len(starts) == len(ends) == 1 and starts != ends:
        return [starts[0], ends[0]]
    texts = [at for at in range(len(heads)) if at not in valued]
    pairs = [at for at in texts if all(_parts(row[at].text) for row in table.rows)]
    if pairs:
        return pairs[:1]
    if len(texts) > 1:
        # The two columns that share their names most.
        seen = {at: {row[at].text for row in table.rows} for at in texts}
        couples = [(one, other) for one in texts for other in texts if one < other]
        best = max(couples, key=lambda each: len(seen[each[0]] & seen[each[1]]))
        return list(best) if seen[best[0]] & seen[best[1]] else []
    if not any(heads) and len(heads) > 2 and not texts:
        return [0, 1]
    return []


def _is_data(table: Table, at: int, head: str) -> bool:
    """Whether a column of numbers says something: not the number of the row."""
    values = [row[at].value for row in table.rows]
    counts = values == list(range(1, len(values) + 1))
    return not (counts and (at == 0 or re.search(r"no\b|#|nr|id", head, re.I)))


def _pair(row: Sequence[Cell], named: Sequence[int]) -> tuple[str, str, bool] | None:
    if len(named) == 2:
        return row[named[0]].text, row[named[1]].text, False
    return _parts(row[named[0]].text)


def _parts(text: str) -> tuple[str, str, bool] | None:
    """Two places in one cell, and whether they are joined without a direction."""
    parts = re.split(r"\s*(<->|-+>|=>|→|⟶|↔|–|—|-|/|\bto\b|\band\b)\s*", text.strip("() "))
    if len(parts) == 3 and parts[0] and parts[2]:
        return parts[0], parts[2], parts[1] in ("–", "—", "-", "/", "↔", "<->", "and")
    if re.fullmatch(r"[A-Z]{2}", text):
        return text[0], text[1], True
    if comma := re.fullmatch(r"\(?\s*(\w+)\s*,\s*(\w+)\s*\)?", text):
        return comma[1], comma[2], False
    return None


def _square(table: Table) -> list[Way]:
    """Places by places: a blank, a zero or a sign for infinity is no link."""
    heads = [cell.text for cell in table.header[1:]]
    labels = [row[0].text for row in table.rows]
    if (
        len(heads) < 3
        or len(set(heads) & set(labels)) < max(len(heads), len(labels)) - 1
        or not table.is_even
    ):
        return []
    said = {
        (row[0].text, head): cell
        for row in table.rows
        for head, cell in zip(heads, row[1:], strict=True)
        if row[0].text != head and cell.value
    }
    mirrored = all(
        (other, one) in said and said[other, one].value == cell.value for (one, other), cell in said.items()
    )
    upper = all((other, one) not in said for one, other in said)
    found = []
    for (one, other), cell in said.items():
        if mirrored and labels.index(one) > heads.index(other):
            continue
        both = mirrored or (upper and all(heads.index(b) > labels.index(a) for a, b in said if a in labels))
        found.append(Way(one, other, both, (cell,), (role_in(table.name),)))
    return found
