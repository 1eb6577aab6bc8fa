"""Numbers that are no data: dates, years, numbers of pages, last year's figures."""

from __future__ import annotations

__all__ = ["idle"]

from agentopt.reader.rules import lexicon
from agentopt.reader.rules.scene import Figure, Scene

_MONTHS = lexicon.words_of(
    "january february march april may june july august september october november december jan feb mar apr "
    "jun jul aug sept sep oct nov dec"
)
_NUMBERED = lexicon.words_of(
    "question problem exercise task room page chapter set room no number extension ext section unit part "
    "highway route platform terminal version lesson week figure table street building hall gate grade year "
    "tank machine silo dock gate bay question appendix paragraph item phone tel"
)
_PAST = lexicon.words_of("last yesterday previously formerly ago since founded built opened")
_SPANS = lexicon.words_of("week weeks day days month months year years season term semester quarter")


def idle(view: Scene) -> set[int]:
    """The tokens of numbers that say nothing about what is to be chosen."""
    return {each.token for each in view.figures if _is_idle(view, each)}


def _is_idle(view: Scene, figure: Figure) -> bool:
    words, at = view.words, figure.token
    token = words.tokens[at]
    before, after = words.word(at - 1), words.word(at + 1)
    value = token.value
    if value is None:
        return True
    if (
        figure.comparison is not None
        and figure.comparison.start != figure.comparison.end
        and before not in _MONTHS
        and after not in _MONTHS
    ):
        return bool(
            value == view.count
            and after in ("of", "kinds", "types", "sorts")
            and words.word(at - 1) == "these"
        )
    if _is_of_size(view, figure):
        return True
    if token.kind == "integer" and 1900 <= value <= 2100 and len(token.text) == 4 and _is_year(view, figure):
        return True
    if (
        token.kind == "integer"
        and value <= 31
        and (before in _MONTHS or after in _MONTHS)
        and not figure.unit
    ):
        return True
    if (
        before in _NUMBERED
        and token.kind == "integer"
        and after in (".", ",", ":", ")", "?", "of", "in", "is")
        and words.tag(at - 2) != "number"
    ):
        return (
            before not in ("week", "year", "unit", "number", "no", "table", "room", "part")
            or words.tokens[at - 1].text[0].isupper()
        )
    if after in (":",) and words.word(at + 2)[:1].isdigit() and words.glued[at + 1]:
        return True
    if before == ":" and words.glued[at] and words.tag(at - 2) == "number":
        return True
    if (
        token.kind == "integer"
        and after in (".", ")")
        and words.glued[at + 1]
        and _begins_line(view, at)
        and value < 20
    ):
        return True
    if before == "per" and figure.unit and words.tag(at - 2) != "number":
        return True
    if value == 1 and token.kind in ("spelled", "one", "integer") and _is_base(view, figure):
        return True
    if value == view.count and token.kind in ("spelled", "integer") and _is_count_of_things(view, figure):
        return True
    if before == "-" and words.glued[at] and words.tag(at - 2) == "noun":
        return True
    return _is_past(view, figure)


def _is_of_size(view: Scene, figure: Figure) -> bool:
    """Whether a number tells a size or a scale once: `portions of 100 g`, `on a scale from 0 to 10`."""
    words, at = view.words, figure.token
    if "scale" in words.lower[max(0, at - 5) : at]:
        return True
    if (
        words.word(at - 1) != "of"
        or not figure.unit
        or words.tag(at - 2) != "noun"
        or figure.kind not in ("mass", "volume")
    ):
        return False
    held = words.stems[at - 2]
    others = sum(words.stems[x - 2] == held and words.tags[x] == "number" for x in range(2, len(words)))
    return others == 1 and held in view.containers


def _is_year(view: Scene, figure: Figure) -> bool:
    words, at = view.words, figure.token
    value = words.tokens[at].value or 0
    dated = 1950 <= value <= 2049 and value % 100
    if (
        dated
        and words.word(at - 1) in ("in", "since", "of", "the", "from")
        and not figure.unit
        and words.word(at - 1) not in ("$",)
    ):
        return True
    if (
        dated
        and 2010 <= value <= 2035
        and words.word(at + 1) in (",", ".", ")", "(", ":", ";")
        and words.tag(at - 1) == "noun"
    ):
        return not view.mentioned(at - 1, at)
    if words.word(at - 1) in ("$", "€", "£") or figure.unit or words.tag(at + 1) == "noun":
        return words.word(at - 1) in ("in", "since", "of", "from") and words.word(at + 1) in (
            "season",
            "budget",
            "plan",
            "edition",
        )
    return (
        words.word(at - 1)
        in (
            "in",
            "since",
            "of",
            "from",
            "until",
            "before",
            "year",
            "spring",
            "summer",
            "autumn",
            "winter",
            "by",
            ",",
            "for",
        )
        or words.lower[at - 1] in _MONTHS
    )


def _begins_line(view: Scene, at: int) -> bool:
    return any(start == at for start, _ in view.words.sentences)


def _is_base(view: Scene, figure: Figure) -> bool:
    """Whether a number only says what others are per: `one bench costs`, `per 1 kg`, `one of each`."""
    words, at = view.words, figure.token
    before, after = words.word(at - 1), words.word(at + 1)
    if before in ("per", "each", "every"):
        return True
    if words.lower[at] == "one":
        if after in ("of", "another", ".", ",", "-", "or", "for", "day", "that", "who") or words.tag(
            at + 1
        ) in ("verb", "auxiliary"):
            return not (words.tag(at - 1) == "verb" and after in (".", ","))
        if before in ("no", "the", "this", "which", "every", "each", "any", "single", "small", "big", "for"):
            return True
    ahead = [each for each in view.mentioned(at + 1, at + 4)]
    if (
        words.lower[at] == "one"
        and not ahead
        and words.tag(at + 1) == "noun"
        and any(start == at for start, _ in words.sentences)
    ):
        return True
    if not ahead:
        return (
            words.lower[at] == "one"
            and after in ("week", "month", "year", "season", "evening", "night")
            and before in ("in", "within", "for")
        )
    gap = words.lower[at + 1 : ahead[0].start]
    plain = all(
        x == "of" or words.stems[at + 1 + n] in view.containers | view.generic or x in lexicon.MEASURES
        for n, x in enumerate(gap)
    )
    end = next(b for a, b in words.sentences if a <= at < b)
    later = any(at < each.token < end for each in view.figures)
    earlier = any(
        each.token < at and words.tokens[each.token].sentence == words.tokens[at].sentence
        for each in view.figures
    )
    return plain and (later or (earlier and before in ("for", "of", "in", "on", "from")))


def _is_count_of_things(view: Scene, figure: Figure) -> bool:
    """Whether a number counts the decisions: `three products`, `these two`, `all 3`."""
    words, at = view.words, figure.token
    if figure.unit or figure.comparison is not None:
        return False
    first = view.candidate.spans[0][0]
    generic = any(words.stems[x] in view.generic for x in range(at + 1, min(at + 4, len(words))))
    listed = at < first <= at + 10 and words.tokens[at].sentence == words.tokens[first].sentence
    kinds = words.word(at + 1) in lexicon.HEADS_OF_TYPE or words.word(at - 1) in (
        "these",
        "the",
        "all",
        "both",
        "those",
    )
    if (
        words.word(at - 1) == ","
        and words.tag(at + 1) == "noun"
        and words.tokens[at].kind == "spelled"
        and view.mentioned(max(0, at - 3), at)
    ):
        return True
    return (
        kinds
        and (
            generic
            or listed
            or words.word(at + 1)
            in (
                ".",
                ",",
                "?",
                "may",
                "together",
                "must",
                "can",
                "cannot",
                "combined",
                "of",
                "put",
                "are",
                "taken",
            )
        )
    ) or (listed and not figure.before)


def _is_past(view: Scene, figure: Figure) -> bool:
    """Whether a number tells what was: `last year we sold 310`."""
    words, at = view.words, figure.token
    start, end = next((a, b) for a, b in words.sentences if a <= at < b)
    for x in range(at - 1, max(start, at - 9) - 1, -1):
        if words.lower[x] in (";", ".") or words.tags[x] == "number":
            break
        if words.lower[x] == "last" and words.word(x + 1) in _SPANS | _MONTHS | {
            "time",
            "summer",
            "winter",
            "spring",
            "autumn",
            "christmas",
        }:
            return True
        if words.lower[x] == "yesterday":
            return True
    for x in range(at + 1, min(end, at + 7)):
        if words.lower[x] in (";", ",", ".") or words.tags[x] == "number":
            break
        if words.lower[x] == "last" and words.word(x + 1) in _SPANS | _MONTHS | {
            "time",
            "summer",
            "winter",
            "spring",
            "autumn",
        }:
            return True
        if words.lower[x] == "ago":
            return True
    return False
