"""Which of two groups of names is which, by the words near them."""

from __future__ import annotations

__all__ = ["sides_of", "votes_of"]

from collections import Counter
from collections.abc import Sequence

from agentopt.reader.families.grids import Grid
from agentopt.reader.families.names import Mention, Names
from agentopt.reader.families.nouns import stem
from agentopt.reader.families.pairs_data import Words
from agentopt.reader.tokens import Token


def sides_of(
    tokens: Sequence[Token], names: Names, grids: Sequence[Grid], words: Words
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, str]] | None:
    """The groups and what they are called."""
    votes = votes_of(tokens, names, words)
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


def votes_of(tokens: Sequence[Token], names: Names, words: Words) -> dict[str, int]:
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
