"""The words and mentions near a number or a comparing word."""

from __future__ import annotations

__all__ = [
    "DUTY",
    "EVERY",
    "EXCEED",
    "LESS",
    "MORE",
    "NOT",
    "TOGETHER",
    "ahead",
    "back",
    "chain_of",
    "has_number",
    "pair_of",
]

from collections.abc import Sequence

from agentopt.reader.rules import lexicon
from agentopt.reader.rules.mentions import Mention
from agentopt.reader.rules.scene import Scene

TOGETHER = lexicon.TOGETHER | {"plus", "between", "sum"}

EVERY = frozenset(("each", "every", "any", "neither", "none", "either", "both"))

MORE = frozenset(("more", "greater", "larger", "longer", "higher", "bigger", "above", "over", "numerous"))

LESS = frozenset(("fewer", "less", "smaller", "shorter", "lower", "below", "under", "behind"))

NOT = lexicon.NEGATIONS | {"isn't", "aren't"}

EXCEED = lexicon.words_of(
    "exceed exceeds exceeding outnumber outnumbers surpass beat beats lead leads top tops"
)

DUTY = lexicon.words_of("must should need needs required requires insists has have ought wants want")


def ahead(view: Scene, at: int, last: int) -> list[Mention]:
    """Mentions behind a place, up to a full stop."""
    found = []
    for each in view.mentioned(at, last):
        found.append(each)
    return found


def back(view: Scene, at: int, first: int) -> list[Mention]:
    """Mentions that end before a place, from a first token on."""
    return [each for each in view.mentioned(first, at) if each.end <= at]


def chain_of(view: Scene, places: Sequence[Mention], *, backwards: bool) -> list[Mention]:
    """The nearest mention with those that commas, `and`, `or`, `plus` join to it."""
    words = view.words
    order = list(reversed(places)) if backwards else list(places)
    chain = order[:1]
    for each in order[1:]:
        low, high = sorted((chain[-1], each), key=lambda mention: mention.start)
        between = range(low.end, high.start)
        said = set(words.lower[low.end : high.start])
        if len(between) > 4 or not said & {"and", "or", ",", "plus", "&", "+", "nor"}:
            break
        if (
            "," in said
            and len(said) > 1
            and len(chain) == 1
            and not (backwards and _goes_on(view, each, order))
        ):
            break
        if any(words.tags[x] in ("number", "verb", "auxiliary") for x in between) or said & {
            "than",
            "but",
            "while",
        }:
            break
        if each.decision in [x.decision for x in chain]:
            break
        chain.append(each)
    return chain


def _goes_on(view: Scene, mention: Mention, order: Sequence[Mention]) -> bool:
    """Whether a comma stands before a mention too, as in a list of three: `a, b, and c`."""
    earlier = [each for each in order if each.end <= mention.start]
    return bool(earlier) and view.words.lower[earlier[0].end : mention.start] == (",",)


def pair_of(
    view: Scene, place: int, first: int, last: int, before: Sequence[Mention]
) -> tuple[list[int], list[int]] | None:
    """The two sides of `more A than B`, `A … more than B`, `as many A as B`."""
    words = view.words
    hinge = next(
        (
            x
            for x in range(place + 1, last)
            if words.lower[x] in ("than", "as", "for", "to", "compared")
            and not (words.lower[x] == "as" and words.word(x + 1) in ("many", "much"))
        ),
        None,
    )
    if hinge is None:
        return None
    right = view.mentioned(hinge, last)
    left = view.mentioned(place, hinge)
    if not right:
        return None
    other = [each.decision for each in chain_of(view, right, backwards=False)]
    if left:
        one = [each.decision for each in chain_of(view, left, backwards=False)]
    elif before:
        one = [each.decision for each in chain_of(view, before, backwards=True)]
    elif len(right) > 1:
        return None
    else:
        return None
    if set(one) & set(other):
        one = [x for x in one if x not in other]
        if not one:
            return None
    return one, other


def has_number(view: Scene, start: int, end: int) -> bool:
    """Whether a number that is no part of a name stands in a stretch."""
    return any(
        view.words.tag(x) == "number" and x not in view.names and view.words.tokens[x].kind != "one"
        for x in range(max(start, 0), end)
    )
