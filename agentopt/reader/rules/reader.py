"""The reading of a product-mix problem by rules."""

from __future__ import annotations

__all__ = ["RuleReading", "read"]

from collections.abc import Sequence
from dataclasses import dataclass

from agentopt.reader.reading import IMPLIED, Decision, Mix, Row
from agentopt.reader.rules import lexicon
from agentopt.reader.rules.attributes import columns
from agentopt.reader.rules.candidates import Candidate, candidates
from agentopt.reader.rules.facts import settle
from agentopt.reader.rules.goals import goal
from agentopt.reader.rules.limits import COUNT, is_limit, limits, place, row
from agentopt.reader.rules.objective import aim, objective
from agentopt.reader.rules.runs import Run, runs
from agentopt.reader.rules.scene import Figure, Scene, scene
from agentopt.reader.rules.sides import sides
from agentopt.reader.rules.things import chains
from agentopt.reader.rules.wide import Wide, read_under
from agentopt.reader.rules.words import Words, stem, tagged
from agentopt.reader.tokens import Token

_TRIES = 5
"""How many lists of decisions are tried."""

_WIDE_TRIES = 5
"""How many lists are tried where a problem is told freely."""

_CLOSE = 0.6
"""How much better the best list must be for it to be sure."""

_MOST_TOKENS = 1500
_MOST_NUMBERS = 160


@dataclass(frozen=True, slots=True)
class RuleReading:
    """What the rules made of a text.

    Attributes:
        mix: the reading; None if there is none.
        unread: what was not understood, in words; empty if all was.
        waived: numbers understood to be no data ("two types", "1 kg of bread").
        doubts: what was assumed where the words leave a choice.
        is_free: whether it was read as told freely, by what comes out even: never enough by itself.
    """

    mix: Mix | None
    unread: tuple[str, ...] = ()
    waived: frozenset[int] = frozenset()
    doubts: tuple[str, ...] = ()
    is_free: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all of the text was understood."""
        return self.mix is not None and not self.unread and not self.is_free


def read(tokens: Sequence[Token]) -> RuleReading:
    """Read a problem; the best of the readings under the likeliest lists of decisions."""
    numbers = sum(each.is_number for each in tokens)
    if not numbers:
        return RuleReading(None, ("there are no numbers",))
    if len(tokens) > _MOST_TOKENS or numbers > _MOST_NUMBERS:
        return RuleReading(
            None, (f"the text is longer than {_MOST_TOKENS} words or holds over {_MOST_NUMBERS} numbers",)
        )
    words = tagged(tokens)
    found = runs(words)
    ranked = candidates(words, found)
    best: tuple[float, RuleReading] | None = None
    for each in ranked[:_TRIES]:
        reading, score = _under(words, scene(words, found, each), each)
        if best is None or score > best[0]:
            best = (score, reading)
    if best is not None and best[1].is_whole:
        return best[1]
    wide = _widely(words, found, ranked)
    if best is None:
        return wide or RuleReading(None, ("there is nothing to choose between",))
    if wide is None or wide.mix is None:
        return best[1]
    return wide if len(wide.unread) + 1 < len(best[1].unread) or best[1].mix is None else best[1]


def _widely(words: Words, found: Sequence[Run], ranked: Sequence[Candidate]) -> RuleReading | None:
    """The best reading of a problem told freely, under the likeliest lists of decisions."""
    lists = {tuple(sorted(each.names)): each for each in ranked[:2]}
    for each in chains(words, found)[:_WIDE_TRIES]:
        lists[tuple(sorted(each.names))] = each
    tried = [read_under(scene(words, found, each), each) for each in lists.values()]
    tried.sort(key=lambda each: -each.score)
    if not tried:
        return None
    best = tried[0]
    if best.mix is not None and any(_is_rival(best, each) for each in tried[1:]):
        best.unread.append("it is not clear which things are to be decided on")
    return RuleReading(
        best.mix,
        tuple(dict.fromkeys(best.unread)),
        frozenset(best.waived) | _articles(words),
        tuple(best.doubts),
        is_free=True,
    )


def _is_rival(best: Wide, other: Wide) -> bool:
    """Whether another list of decisions makes nearly as much sense."""
    if best.mix is None or other.mix is None or best.score - other.score > _CLOSE:
        return False
    mine = {(each.token, each.decision) for each in best.mix.objective}
    yours = {(each.token, each.decision) for each in other.mix.objective}
    return best.mix.tokens() != other.mix.tokens() or len(mine) != len(yours)


def _under(words: Words, view: Scene, candidate: Candidate) -> tuple[RuleReading, float]:
    """The reading under one list of decisions, and how much sense it makes."""
    waived = settle(view)
    waived |= _idle(view)
    target = goal(words)
    side = sides(view, waived)
    rest = [each for each in view.figures if each.token not in waived and each.token not in side.used]
    bounding = [each for each in rest if is_limit(view, each)]
    again = _restated(view, bounding)
    waived |= again
    bounding = [each for each in bounding if each.token not in again]
    rest = [each for each in rest if each.token not in again]
    facts = [each for each in rest if each not in bounding and each.decisions]
    lost = [each for each in rest if each not in bounding and not each.decisions]
    table = columns(view, facts)
    sense = target.sense if target else "maximize"
    main = aim(words, target, table) if target else None
    placed = place(view, limits(view, bounding, sense), table, main, sense)
    rows = [row(view, limit, index, table) for limit, index, _ in placed]
    relations = {
        index: frozenset(limit.relation for limit, each, _ in placed if each == index)
        for _, index, _ in placed
    }
    terms, sure = objective(view, target, table, relations) if target else ((), 0.0)
    unread = [f"“{words.tokens[each.token].text}” was not understood" for each in lost]
    doubts = list(side.doubts)
    if target is None or target.assumed:
        unread.append("nothing says what is to be made as large or as small as possible")
    used = {term.token for term in terms}
    for index, column in enumerate(table):
        limited = any(index == each for _, each, _ in placed)
        if not limited and not used & set(column.cells.values()):
            unread.extend(
                f"“{words.tokens[each].text}” is used for nothing" for each in column.cells.values()
            )
        elif len(column.cells) < view.count and (limited or used & set(column.cells.values())):
            missing = [
                _name(words, candidate, each) for each in range(view.count) if each not in column.cells
            ]
            first = words.tokens[next(iter(column.cells.values()))].text
            unread.append(f"no number like “{first}” is given for {', '.join(missing)}")
    for limit, _, score in placed:
        text = words.tokens[limit.figure.token].text
        if limit.guessed:
            (doubts if sense == "maximize" else unread).append(
                f"nothing says whether “{text}” is a least or a most"
            )
        if score <= 0.4:
            unread.append(f"it is not clear what “{text}” limits")
    for limit, index, _ in placed:
        if limit.figure.comparison is None and _is_of_another(view, limit.figure):
            unread.append(
                f"“{words.tokens[limit.figure.token].text}” may be said of one thing rather than limit all"
            )
        share = (
            words.tokens[limit.figure.token].kind in ("percent", "factor") and limit.figure.kind != "money"
        )
        if share and (index == COUNT or table[index].kind not in ("percent", "factor")):
            unread.append(f"it is not clear what “{words.tokens[limit.figure.token].text}” is a part of")
    unread.extend(_contradictions(words, [*rows, *side.rows]))
    if target is not None and sure < 0.9:
        unread.append("it is not clear what is to be made as large or as small as possible")
    if not rows and not side.rows:
        unread.append("there is no limit")
    if not any(term.token != IMPLIED for each in rows for term in each.left) and not used - {IMPLIED}:
        unread.append("no number says what one of anything takes or gives")
    if target is not None and "per" in words.lower[target.start : target.end]:
        unread.append("a ratio is not a sum of what is chosen")
    decisions = tuple(
        Decision(
            words.text(*candidate.spans[number]),
            tuple((each.start, each.end - 1) for each in view.mentions if each.decision == number)
            or ((candidate.spans[number][0], candidate.spans[number][1] - 1),),
        )
        for number in range(view.count)
    )
    spoken = {term.decision for each in (*rows, *side.rows) for term in (*each.left, *each.right)} | {
        term.decision for term in terms
    }
    unread.extend(
        f"nothing is said of {_name(words, candidate, each)}"
        for each in range(view.count)
        if each not in spoken
    )
    every = tuple(sorted((*rows, *side.rows), key=lambda each: each.anchor))
    mix = Mix(decisions, sense, terms, every)
    numbers = sum(each.is_number for each in words.tokens) or 1
    score = candidate.weight * 0.5 - 6 * len(unread) / numbers * 2 - 0.02 * len(unread)
    whole = sum(len(each.cells) == view.count for each in table)
    score += 2.0 * whole / max(1, len(table)) + 0.2 * view.count
    return RuleReading(
        mix if every and terms else None,
        tuple(dict.fromkeys(unread)),
        frozenset(waived) | view.names | _articles(words),
        tuple(doubts),
    ), score


def _articles(words: Words) -> frozenset[int]:
    """The articles that are no numbers: `14 calls an hour`."""
    return frozenset(
        at for at, token in enumerate(words.tokens) if token.kind == "one" and words.tags[at] != "number"
    )


def _is_of_another(view: Scene, figure: Figure) -> bool:
    """Whether a clause speaks of one of something that is no decision: `each briefcase`."""
    words, clause = view.words, view.clauses[figure.clause]
    for at in range(clause.start, clause.end):
        if words.lower[at] in ("each", "every", "per") and words.tag(at + 1) == "noun":
            last = at + 1
            while words.tag(last + 1) == "noun":
                last += 1
            nouns = {words.stems[each] for each in range(at + 1, last + 1)}
            known = (
                view.generic
                | view.containers
                | set(map(stem, lexicon.MEASURES))
                | {"season", "shift", "machin", "worker"}
            )
            if not nouns & known and not view.mentioned(at, last + 1):
                return True
    return False


def _contradictions(words: Words, rows: Sequence[Row]) -> list[str]:
    """Rows that limit the same twice, so that one of them is likely misread."""
    found = []
    seen: dict[object, Row] = {}
    for each in rows:
        key = (each.form, each.left, each.relation, each.right)
        other = seen.setdefault(key, each)
        if (
            other is not each
            and IMPLIED not in (each.token, other.token)
            and words.tokens[each.token].value != words.tokens[other.token].value
        ):
            found.append(
                f"“{words.tokens[other.token].text}” and “{words.tokens[each.token].text}” "
                "seem to limit the same"
            )
    return found


def _restated(view: Scene, bounding: Sequence[Figure]) -> set[int]:
    """Limits told without a comparison that another sentence tells again with one."""
    value = {each.token: view.words.tokens[each.token].value for each in bounding}
    firm = [each for each in bounding if each.comparison is not None]
    return {
        each.token
        for each in bounding
        if each.comparison is None
        and any(
            value[each.token] == value[other.token] and each.kind == other.kind and each.head == other.head
            for other in firm
        )
    }


def _name(words: Words, candidate: Candidate, number: int) -> str:
    return words.text(*candidate.spans[number])


def _idle(view: Scene) -> set[int]:
    """Numbers that are no data: `two types`, `these three products`, the year."""
    words, found = view.words, set()
    for each in view.figures:
        at, token = each.token, words.tokens[each.token]
        if token.value is None or (each.comparison is not None and not each.inherited):
            continue
        head = at + 1
        while (
            words.tag(head) in ("noun", "other", "verb")
            and head < at + 4
            and words.tag(head + 1) in ("noun", "verb")
        ):
            head += 1
        named = words.stems[head] in view.generic if head < len(words) else False
        if (
            (token.value == view.count and token.kind in ("spelled", "integer") and named and not each.unit)
            or (
                token.kind == "spelled"
                and token.value <= 12
                and named
                and not each.before
                and not view.mentioned(view.clauses[each.clause].start, at)
                and each.comparison is None
                and token.value > 1
            )
            or (
                token.kind == "integer"
                and 1900 <= token.value <= 2100
                and words.word(at - 1) in ("in", "year", "since", "of")
                and len(token.text) == 4
                and not each.unit
                and not each.nouns
            )
            or (
                words.lower[at] == "one"
                and not each.decisions
                and not each.unit
                and words.word(at + 1) in ("of", "another", ".", ",", "-")
            )
            or (
                token.value == 1
                and words.word(at - 1) in ("in", "within", "over", "for", "during")
                and words.word(at + 1) in ("week", "day", "month", "year", "season", "shift")
            )
            or (token.value == 0 and "equal" in words.lower[max(0, at - 4) : at])
        ):
            found.add(at)
    return found
