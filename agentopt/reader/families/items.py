"""The things of a text with their numbers, from whichever layout has them: tables, lists or prose."""

from __future__ import annotations

__all__ = ["Found", "mentions_of", "records_in"]

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from re import Pattern

from agentopt.reader.families.listing import Column, Records, is_drawn, of_table
from agentopt.reader.families.names import Mention, names_in
from agentopt.reader.families.nouns import AFTER_NAME, NO_NAME, stem
from agentopt.reader.families.prose import Prose
from agentopt.reader.families.units import NO_UNIT
from agentopt.reader.tables import Table
from agentopt.reader.tokens import tokenize


@dataclass(frozen=True, slots=True)
class Found:
    """Records, and the number tokens of the prose that they take.

    Attributes:
        ordered: whether they are parallel lists, whose names are only as good as a list of names.
    """

    records: Records
    used: frozenset[int]
    ordered: bool = False

    @property
    def covered(self) -> int:
        """How many numbers they explain."""
        return len(self.records.names) * len(self.records.columns)


def records_in(
    prose: Prose,
    tables: Sequence[Table],
    sizes: Sequence[int],
    limiting: Pattern[str],
    nouns: Collection[str] = (),
) -> Iterator[Found]:
    """What the records of a text may be, the likeliest first.

    Args:
        prose: the text without its tables.
        tables: those of the text and those attached.
        sizes: how many numbers a record may have.
        limiting: clauses whose number limits and is said of no thing; `#` stands for the number.
        nouns: words that name no thing.
    """
    drawn = _drawn(tables)
    if drawn is not None:
        drawn = replace(drawn, columns=tuple(_measured(prose, each) for each in drawn.columns))
        yield from _completed(prose, drawn, limiting)
        return
    seen: set[frozenset[int]] = set()
    for taken in (prose.limits(limiting), frozenset[int]()):
        found = [*_lists(prose, sizes, taken), *_runs(prose, sizes, taken, nouns)]
        found = [_beside(prose, each, max(sizes), taken) for each in found]
        for each in sorted(found, key=lambda each: -each.covered):
            if each.used not in seen:
                seen.add(each.used)
                yield each


def _drawn(tables: Sequence[Table]) -> Records | None:
    """The records of the tables; columns of tables that label the same things are put together."""
    every = [of_table(table) for table in tables if is_drawn(table)]
    found = [each for each in every if each is not None]
    if not found:
        return None
    first = max(found, key=lambda each: len(each.names) * len(each.columns))
    for other in found:
        if other is not first and set(other.names) == set(first.names):
            first = first.with_columns([_sorted(each, other.names, first.names) for each in other.columns])
    return first


def _measured(prose: Prose, column: Column) -> Column:
    """A column with the unit that the prose gives for it, where its heading has none."""
    unit = NO_UNIT if column.unit.kind else prose.unit_said(column.words)
    if not unit.kind:
        return column
    return replace(column, amounts=tuple(replace(each, unit=unit) for each in column.amounts))


def _completed(prose: Prose, drawn: Records, limiting: Pattern[str]) -> Iterator[Found]:
    """The records of tables, with what lists of as many numbers say of the same things."""
    yield Found(drawn, frozenset())
    lists = [run for run in prose.lists(prose.limits(limiting), 2) if len(run) == len(drawn.names)]
    if lists:
        more = [prose.list_column(run) for run in lists]
        yield Found(drawn.with_columns(more), frozenset(at for run in lists for at in run))


def _sorted(column: Column, names: Sequence[str], into: Sequence[str]) -> Column:
    """A column in the order of other names."""
    return replace(column, amounts=tuple(column.amounts[names.index(name)] for name in into))


def _lists(prose: Prose, sizes: Sequence[int], taken: Collection[int]) -> Iterator[Found]:
    """Parallel lists: as many of one length as a record has numbers."""
    lists = prose.lists(taken)
    by_length = Counter(len(run) for run in lists)
    for length, count in by_length.items():
        if count in sizes:
            runs = [run for run in lists if len(run) == length]
            used = frozenset(at for run in runs for at in run)
            names = _listed_names(prose, length)
            given = names or tuple(f"item {n}" for n in range(1, length + 1))
            columns = tuple(prose.list_column(run) for run in runs)
            yield Found(Records(given, columns, bool(names)), used, ordered=True)


def _listed_names(prose: Prose, length: int) -> tuple[str, ...]:
    """The names listed in a text, if there are as many as numbers."""
    groups = [group for group in names_in(prose.tokens).groups if len(group) == length]
    return groups[0] if len(groups) == 1 else ()


def _runs(
    prose: Prose, sizes: Sequence[int], taken: Collection[int], nouns: Collection[str]
) -> Iterator[Found]:
    run = prose.run(sizes, taken, nouns)
    if run is not None:
        yield Found(*run)
    if max(sizes) > 1:
        joined = _joined(prose, taken, nouns)
        if joined is not None and len(joined.records.columns) in sizes:
            yield joined


def _joined(prose: Prose, taken: Collection[int], nouns: Collection[str]) -> Found | None:
    """Runs of one number to a thing that speak of the same things one after the other."""
    first = prose.run((1,), taken, nouns)
    if first is None:
        return None
    records, used = first
    while True:
        other = prose.run((1,), {*taken, *used}, nouns)
        if other is None:
            break
        both = [name for name in records.names if name.lower() in {each.lower() for each in other[0].names}]
        if len(both) < max(2, min(len(records.names), len(other[0].names)) - 1):
            break
        records = _only(records, both).with_columns(_only(other[0], both).columns)
        used = frozenset(a.token for column in records.columns for a in column.amounts)
    return Found(records, used) if len(records.columns) > 1 else None


def _beside(prose: Prose, found: Found, most: int, taken: Collection[int]) -> Found:
    """The records with one more number, if one stands right by another mention of each thing."""
    records = found.records
    if not records.given or len(records.columns) >= most:
        return found
    free = {at for at in prose.numbers if at not in found.used and at not in taken}
    told: dict[str, int] = {}
    for each in mentions_of(prose, records.names):
        for at in (each.first - 1, each.first - 2, each.last, each.last + 1):
            joint = (
                prose.tokens[min(at, each.first) + 1 : each.first]
                or prose.tokens[each.last : max(at, each.last)]
            )
            if at in free and all(token.lower in ("x", "of", "×", ":", "=", "is", "(") for token in joint):
                told.setdefault(each.name, at)
                break
    if set(told) != set(records.names) or len(set(told.values())) != len(told):
        return found
    column = prose.told_column([told[name] for name in records.names])
    return Found(records.with_columns([column]), found.used | set(told.values()), found.ordered)


def _only(records: Records, names: Sequence[str]) -> Records:
    """The records of some names, in their order."""
    lower = [each.lower() for each in records.names]
    places = [lower.index(name.lower()) for name in names]
    columns = tuple(
        replace(each, amounts=tuple(each.amounts[at] for at in places)) for each in records.columns
    )
    return Records(tuple(names), columns, records.given, records.noun)


def mentions_of(prose: Prose, names: Sequence[str]) -> tuple[Mention, ...]:
    """Where a text speaks of things: by their names, or by words that only one of the names has."""
    forms = _forms(names)
    longest = max((len(form) for form in forms), default=0)
    numbered = {
        int(prose.tokens[at].value or 0) for at, why in prose.named.items() if why == "counts the lines"
    }
    found: list[Mention] = []
    at = 0
    while at < len(prose.tokens):
        mention = _mention(prose, forms, longest, at) if at not in prose.hidden else None
        token = prose.tokens[at]
        if mention is None and len(numbered) == len(names) and token.kind == "integer" and at:
            referred = prose.tokens[at - 1].text in "(#" and token.value in numbered
            mention = Mention(names[int(token.value or 1) - 1], at, at + 1) if referred else None
        if mention is None:
            at += 1
        else:
            found.append(mention)
            at = mention.last
    return tuple(found)


def _mention(prose: Prose, forms: dict[tuple[str, ...], str], longest: int, at: int) -> Mention | None:
    for length in range(longest, 0, -1):
        said = tuple(stem(token.text) for token in prose.tokens[at : at + length])
        name = forms.get(said)
        if name is None or len(said) < length:
            continue
        lone = length == 1 and len(said[0]) == 1 and not prose.tokens[at].text.isupper()
        article = prose.tokens[at].text in "AI" and length == 1 and _is_article(prose, at)
        if not lone and not article:
            return Mention(name, at, at + length)
    return None


def _is_article(prose: Prose, at: int) -> bool:
    """Whether a lone `A` is the article, or `I` the speaker."""
    if prose.tokens[at].text == "I":
        return True
    after = prose.tokens[at + 1].lower if at + 1 < len(prose.tokens) else ""
    opens = at == 0 or prose.tokens[at - 1].sentence != prose.tokens[at].sentence
    return opens and after.isalpha() and after not in AFTER_NAME


def _forms(names: Sequence[str]) -> dict[tuple[str, ...], str]:
    """The ways to say each name: in full, or by a few of its words that no other name has."""
    written = {name: tuple(token.text for token in tokenize(name)) for name in names}
    spelled = {name: tuple(map(stem, said)) for name, said in written.items()}
    count: Counter[tuple[str, ...]] = Counter()
    parts: dict[str, set[tuple[str, ...]]] = {}
    for name, said in written.items():
        some = {said[a:b] for a in range(len(said)) for b in range(a + 1, len(said) + 1)}
        parts[name] = {tuple(map(stem, part)) for part in some if part == said or _tells(part)}
        count.update(parts[name])
    found = {part: name for name, own in parts.items() for part in own if count[part] == 1}
    return found | {words: name for name, words in spelled.items()}


def _tells(part: Sequence[str]) -> bool:
    """Whether words are enough to tell a thing by."""
    known = NO_NAME | AFTER_NAME
    plain = part[0].lower() not in known and part[-1].lower() not in known
    return plain and (len(part) > 1 or len(part[0]) > 2 or part[0].isupper())
