"""Which decisions each number speaks of."""

from __future__ import annotations

__all__ = ["settle"]

from collections.abc import Sequence
from itertools import pairwise

from agentopt.reader.rules import lexicon
from agentopt.reader.rules.mentions import Mention
from agentopt.reader.rules.scene import Figure, Scene

_LINKS = lexicon.words_of(
    "per for of on to in from by with using each every a an the one making producing produce make"
)
_PLACING = frozenset(("invest", "put", "place", "split", "divide", "allocate", "spend"))
_AT_HAND = frozenset(("available", "hand", "stock", "left", "remaining", "total", "altogether"))
_REFERS = frozenset(["it", "they", "these", "this", "each", "he", "she", "both"])


def settle(view: Scene) -> set[int]:
    """Give every figure its decisions; the tokens that only say "per one" are returned."""
    waived = {each.token for each in view.figures if _is_base(view, each)}
    groups = _lists(view, waived)
    for group in groups:
        _pair(view, group)
    last: tuple[int, ...] = ()
    sentence = -1
    for figure in view.figures:
        clause = view.clauses[figure.clause]
        if figure.token in waived or figure.decisions:
            last, sentence = figure.decisions or last, clause.sentence
            continue
        figure.decisions = _decisions(view, figure) or _inherited(view, figure, last, sentence)
        if figure.decisions:
            last, sentence = figure.decisions, clause.sentence
    _complete(view)
    return waived


def _complete(view: Scene) -> None:
    """Give a bare number what an ellipsis leaves out: `a mug takes 20 minutes while a vase takes 45`."""
    for number, other in enumerate(view.figures):
        one = _model(view, number)
        if one is None:
            continue
        bare = other.kind == "count" and not other.nouns and not other.unit and other.comparison is None
        apart = one.decisions and other.decisions and set(one.decisions).isdisjoint(other.decisions)
        alike = one.kind not in ("money", "percent", "factor") or not other.frame or one.frame & other.frame
        if bare and apart and alike:
            other.kind, other.unit, other.nouns, other.head = one.kind, one.unit, one.nouns, one.head
            other.frame = other.frame or one.frame


def _model(view: Scene, number: int) -> Figure | None:
    """The figure that a bare one repeats: the nearest of its sentence, or one led to by the same words."""
    other = view.figures[number]
    sentence = view.clauses[other.clause].sentence
    before = [each for each in view.figures[:number] if view.clauses[each.clause].sentence == sentence]
    if not before:
        return None
    for each in reversed(before):
        said = {word for word in each.frame & other.frame if not word.startswith("@")}
        if said and set(each.decisions).isdisjoint(other.decisions):
            return each
    return before[-1]


def _is_base(view: Scene, figure: Figure) -> bool:
    """Whether the number only says what the others are per: `to make 1 ton of steel`, `one unit of bread`."""
    words, at = view.words, figure.token
    if (
        words.tokens[at].value != 1
        or figure.comparison is not None
        or figure.kind in ("money", "percent", "factor")
    ):
        return False
    if words.lower[at] == "one" and (
        words.tag(at + 1) not in ("noun", "other") or words.tag(at - 1) == "noun"
    ):
        return True
    before = words.word(at - 1)
    if words.tag(at - 1) == "verb" and words.word(at - 2) == "to" and figure.after and figure.kind != "time":
        return True
    if before in ("per", "each", "every") or (
        before in ("for", "make", "producing", "making", "produce") and figure.unit
    ):
        return bool(figure.after) or before == "per"
    if not figure.after:
        return False
    between = range(at + 1, figure.after[0].start)
    plain = all(
        words.tags[each] == "noun" or words.lower[each] in ("of", "the", "each", "a") for each in between
    )
    later = any(each.clause == figure.clause and each.token > at for each in view.figures)
    return plain and figure.kind != "time" and (later or before in ("in", "of", "on", "from"))


def _lists(view: Scene, waived: set[int]) -> list[list[Figure]]:
    """Figures in a row: `$2 and $3`, `3, 4 and 5 hours`."""
    groups: list[list[Figure]] = []
    current: list[Figure] = []
    figures = [each for each in view.figures if each.token not in waived]
    for one, other in pairwise(figures):
        if not current:
            current = [one]
        if one.clause == other.clause and _in_a_row(view, one, other):
            current.append(other)
            continue
        groups.append(current)
        current = []
    if current:
        groups.append(current)
    return [each for each in groups if len(each) > 1]


def _in_a_row(view: Scene, one: Figure, other: Figure) -> bool:
    words = view.words
    between = range(one.token + 1, other.token)
    if len(between) > 5 or other.before:
        return False
    seen = False
    for at in between:
        word = words.lower[at]
        if word in (",", "and", "or", "&"):
            seen = True
        elif (
            word not in ("$", "€", "£", "%")
            and word not in lexicon.MEASURES
            and not (words.tags[at] == "noun" and not seen and at == one.token + 1)
        ):
            return False
    return seen


def _pair(view: Scene, group: Sequence[Figure]) -> None:
    """Give the figures of a row to the mentions of a row, in order."""
    clause = view.clauses[group[0].clause]
    sentence = view.words.sentences[clause.sentence]
    first, last = group[0].token, group[-1].token
    said = view.words.lower[sentence[0] : sentence[1]]
    respectively = any(each in said for each in ("respectively", "respective", "order"))
    rows = [
        _row(view, clause.start, first, len(group), back=True),
        _row(view, last, sentence[1], len(group), back=False),
        _row(view, sentence[0], first, len(group), back=True),
    ]
    for row in rows:
        if len(row) == len(group):
            for figure, mention in zip(group, row, strict=True):
                figure.decisions, figure.paired = (mention.decision,), True
                if figure.kind == "count" and not figure.unit and not figure.nouns:  # "2 and 5 minutes"
                    figure.kind, figure.unit = group[-1].kind, group[-1].unit
                    figure.nouns, figure.head = group[-1].nouns, group[-1].head
            return
    if respectively and len(group) == view.count and not view.mentioned(*sentence):
        for number, figure in enumerate(group):
            figure.decisions = (number,)
    elif respectively:
        _name_in_order(view, group, sentence)


def _row(view: Scene, start: int, end: int, count: int, *, back: bool) -> list[Mention]:
    """The row of as many different mentions nearest to a place."""
    found = view.mentioned(start, end)
    found = found[-count:] if back else found[:count]
    if len(found) != count or len({each.decision for each in found}) != count:
        return []
    for one, other in pairwise(found):
        between = range(one.end, other.start)
        if len(between) > 8 or any(view.words.tags[at] in ("number", "verb", "auxiliary") for at in between):
            return []
        if not any(view.words.lower[at] in (",", "and", "or", "&") for at in between):
            return []
    return found


def _name_in_order(view: Scene, group: Sequence[Figure], sentence: tuple[int, int]) -> None:
    """Tell apart `3 and 4 hours of cutting and sewing, respectively`, said of one decision or of none."""
    words = view.words
    for start, end in ((group[-1].token, sentence[1]), (sentence[0], group[0].token)):
        rows = [
            each
            for each in view.runs
            if start <= each.start < end and words.stems[each.end - 1] not in lexicon.MEASURES
        ]
        for begin in range(len(rows) - len(group) + 1):
            part = rows[begin : begin + len(group)]
            joined = all(
                any(words.lower[at] in (",", "and", "or") for at in range(one.end, other.start))
                and other.start - one.end < 5
                for one, other in pairwise(part)
            )
            if joined:
                for figure, run in zip(group, part, strict=True):
                    figure.nouns = frozenset(run.stems)
                    figure.frame = figure.frame - {word for each in part for word in each.stems}
                    figure.unit, figure.kind = (
                        (group[-1].unit, group[-1].kind) if not figure.unit else (figure.unit, figure.kind)
                    )
                return


def _decisions(view: Scene, figure: Figure) -> tuple[int, ...]:
    """The decisions a figure names itself."""
    clause = view.clauses[figure.clause]
    if not figure.before and view.has(figure.token, figure.tail, _AT_HAND) is not None:
        return ()
    if (
        len(figure.after) > 1
        and figure.comparison is None
        and not figure.before
        and (figure.kind != "money" or view.has(clause.start, figure.token, _PLACING))
    ):
        gap = view.words.lower[figure.after[0].end : figure.after[1].start]
        if (
            len(gap) < 4
            and ("and" in gap or "or" in gap)
            and figure.after[0].decision != figure.after[1].decision
        ):
            return ()
    if figure.before and not (figure.after and _is_linked(view, figure) and _is_spent(view, figure)):
        return (figure.before[-1].decision,)
    if figure.after and (_is_linked(view, figure) or figure.comparison is not None):
        return (figure.after[0].decision,)
    earlier = view.mentioned(clause.start, figure.token) or _around(view, figure)
    if earlier:
        return (earlier[-1].decision,)
    if figure.every:
        return tuple(range(view.count))
    if figure.after:
        return (figure.after[0].decision,)
    return ()


def _around(view: Scene, figure: Figure) -> list[Mention]:
    """The mention an aside is about, `a sofa (5 hours of sewing)`, or that goes on behind it."""
    words, start = view.words, view.clauses[figure.clause].start
    if words.lower[start] == "(":
        return [each for each in view.mentioned(max(0, start - 8), start) if each.end >= start - 1]
    if start and words.lower[start - 1] == ")":
        opened = next(
            (at for at in range(start - 1, max(-1, start - 40), -1) if words.lower[at] == "("), start
        )
        return [each for each in view.mentioned(max(0, opened - 8), opened) if each.end >= opened - 1]
    return []


def _is_linked(view: Scene, figure: Figure) -> bool:
    """Whether `per`, `for`, `of` … ties the mention behind a figure to it."""
    at = figure.after[0].start - 1
    return view.words.word(at) in _LINKS or view.words.word(at - 1) in _LINKS or view.words.tag(at) == "noun"


def _is_spent(view: Scene, figure: Figure) -> bool:
    """Whether the mention before a figure already has a number, so that the next belongs to what follows."""
    mention = figure.before[-1]
    clause = view.clauses[figure.clause]
    return any(clause.start <= each.token < mention.start and mention in each.after for each in view.figures)


def _inherited(view: Scene, figure: Figure, last: tuple[int, ...], sentence: int) -> tuple[int, ...]:
    """The decisions of the clause or sentence before, where a pronoun or an ellipsis refers to them."""
    words, clause = view.words, view.clauses[figure.clause]
    if figure.comparison is not None or not last:
        return ()
    first = clause.start
    while words.word(first) in (
        ",",
        "and",
        "but",
        "while",
        "also",
        "(",
        ";",
        "however",
        "additionally",
        "moreover",
        "furthermore",
        "in",
        "addition",
    ):
        first += 1
    refers = words.word(first) in _REFERS
    same = sentence == clause.sentence
    bare = words.tag(first) in ("verb", "number", "auxiliary") or words.word(first) in ("$", "requires")
    if any(words.lower[at] in ("available", "budget", "total") for at in range(clause.start, clause.end)):
        return ()
    if same and (bare or refers):
        return last
    if (
        refers
        and sentence == clause.sentence - 1
        and len({each.decision for each in view.mentioned(*words.sentences[sentence])}) == 1
    ):
        return last
    return ()
