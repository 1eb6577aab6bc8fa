"""Nouns that stand for any decision, for measures, and for one meaning."""

from __future__ import annotations

__all__ = ["CONCEPTS", "MEASURES", "general"]

from collections.abc import Sequence

from agentopt.reader.rules import lexicon
from agentopt.reader.rules.candidates import Candidate
from agentopt.reader.rules.mentions import Mention
from agentopt.reader.rules.words import Words, stem

_GENERIC = frozenset(map(stem, lexicon.GENERIC | lexicon.HEADS_OF_TYPE))
_HIRING = lexicon.words_of("hire hires hired hiring employ employs staff staffed crew shift")
_STAFF = frozenset(map(stem, lexicon.words_of("staff worker workers employee employees crew team")))
MEASURES = {stem(word): kind for word, kind in lexicon.MEASURES.items()}
"""The kind of measure by its stem."""

CONCEPTS: dict[str, str] = {}
"""The meaning a stem shares with others."""
for _word, _concept in lexicon.CONCEPTS.items():
    CONCEPTS.setdefault(stem(_word), _concept)


def general(
    words: Words, candidate: Candidate, places: Sequence[Mention]
) -> tuple[frozenset[str], frozenset[str]]:
    """Stems for any of the decisions, and stems of what they are counted in."""
    lists = [set(each) for each in candidate.names]
    generic = set(_GENERIC) | _common(lists)
    first = candidate.spans[0][0]
    for at in range(max(0, first - 16), first):
        if words.word(at) == "of" and words.word(at - 1) in lexicon.HEADS_OF_TYPE:
            last = at + 1
            while words.tag(last) in ("noun", "determiner") and last < first:
                last += 1
            generic.add(words.stems[last - 1])
    for at, word in enumerate(words.lower):
        if (
            word == "each"
            and words.word(at - 1) == "of"
            and words.word(at - 2) in ("many", "much", "units", "amount", "number")
        ):
            last = at + 1
            while words.tag(last) == "noun":
                last += 1
            generic.update(words.stems[each] for each in range(at + 1, last))
        if (
            words.tag(at) == "number"
            and words.tokens[at].value == len(lists)
            and words.tokens[at].kind == "spelled"
        ):
            last = at + 1
            while words.tag(last) in ("noun", "other") and last < len(words) - 1:
                last += 1
            if last > at + 1 and last <= first + 1 and words.tag(last - 1) == "noun":
                generic.add(words.stems[last - 1])
    if any(word in _HIRING for word in words.lower):
        generic.update(_STAFF)
    heads = {each[-1] for each in candidate.names if len(each) > 1}
    for each in places:
        head = words.stems[each.end - 1]
        if words.tag(each.end) == "noun":
            generic.add(words.stems[each.end])
        heads.add(head)
    containers = set()
    for at, word in enumerate(words.lower):
        if word == "many" and words.word(at - 1) == "how" and words.tag(at + 1) == "noun":
            containers.add(words.stems[at + 1])
    for at, word in enumerate(words.lower):
        if word == "per" or (word in ("each", "every") and words.word(at - 1) in ("for", "of")):
            last = at + 1
            while words.tag(last + 1) == "noun" and words.word(last) in ("square", "cubic"):
                last += 1
            if (
                words.tag(last) == "noun"
                and MEASURES.get(words.stems[last]) != "time"
                and not any(each.start <= last < each.end for each in places)
            ):
                containers.add(words.stems[last])
    for each in places:
        back = each.start - 1
        while words.tag(back) == "determiner":
            back -= 1
        if words.word(back) in ("of", "by", "using") and words.tag(back - 1) == "noun":
            containers.add(words.stems[back - 1])
    single = {name[-1] for name in candidate.names}
    if len(single) > 1:
        generic -= single - _common(lists)
    return frozenset(generic), frozenset(containers - {"number", "amount", "unit"})


def _common(lists: Sequence[set[str]]) -> set[str]:
    """The stems in every one of the lists."""
    common = set(lists[0])
    for each in lists[1:]:
        common &= each
    return common
