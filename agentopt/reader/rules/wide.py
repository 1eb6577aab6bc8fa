"""A reading of problems told freely: every number gets the part in which the whole comes out even.

Decisions are tried as lists (`things`); under each, numbers that compare become ties between decisions or
limits, the others become the table of what one of each takes and gives (`grid`). A column that nothing limits
is what is made large or small. What does not come out, an incomplete column, a limit of nothing, a number
without a part, speaks against a reading, and is told.
"""

from __future__ import annotations

__all__ = ["Wide", "read_under"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agentopt.reader.reading import IMPLIED, Decision, Mix, Relation, Row, Term
from agentopt.reader.rules.attributes import Column
from agentopt.reader.rules.candidates import Candidate
from agentopt.reader.rules.comparisons import Comparison
from agentopt.reader.rules.generics import MEASURES
from agentopt.reader.rules.grid import Grid, Piece, grid
from agentopt.reader.rules.idle import idle
from agentopt.reader.rules.placing import limit_row, settled
from agentopt.reader.rules.plain import plain_ties
from agentopt.reader.rules.purpose import direction, purpose
from agentopt.reader.rules.scene import Figure, Scene
from agentopt.reader.rules.stated import compare, cue
from agentopt.reader.rules.ties import number_ties


@dataclass(slots=True)
class Wide:
    """What was made of a text under one list of decisions.

    Attributes:
        mix: the reading; None if nothing is chosen or limited.
        unread: what did not come out, in words.
        doubts: what was assumed.
        waived: numbers that are no data.
        score: how much sense the whole makes.
    """

    mix: Mix | None = None
    unread: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    waived: set[int] = field(default_factory=set)
    score: float = 0.0


def read_under(view: Scene, candidate: Candidate) -> Wide:
    """The reading under one list of decisions: the better of what the patterns say and of second thoughts."""
    words = view.words
    compare(view)
    waived = idle(view)
    figures = [each for each in view.figures if each.token not in waived]
    reach = _reaches(view, figures)
    known = {x for each in view.mentions for x in words.stems[each.start : each.end]} | view.generic
    for each in figures:
        each.frame = each.frame | {
            x for x in words.content(reach[each.token][0], each.token) if x not in known
        }
        _measured_before(view, each, reach[each.token][0])
    stating = [each for each in figures if _states(view, each, reach)]
    free = [each for each in figures if each not in stating]
    spans = _pieces(view)
    told = {each.token: cue(view, each, spans) for each in free}
    cues = {each.token: told[each.token][0] + _aloneness(view, each, spans) for each in free}
    pieces = [Piece(a, b, tuple(each for each in free if a <= each.token < b)) for a, b in spans]
    table = grid(view, pieces, cues)
    best = _under(view, candidate, table, stating, told, reach)
    lone = [each for each in table.columns if len(each.cells) == 1 < view.count]
    if lone and best.unread:
        whole = [each for each in table.columns if each not in lone]
        moved = [figure for each in lone for figure in each.figures]
        other = Grid(whole, [*table.loose, *moved], table.strain + 0.3 * len(moved))
        again = _under(view, candidate, other, stating, told, reach)
        if again.score > best.score:
            best = again
    best.waived = waived
    return best


def _under(
    view: Scene,
    candidate: Candidate,
    table: Grid,
    stating: Sequence[Figure],
    told: Mapping[int, tuple[float, Relation]],
    reach: Mapping[int, tuple[int, int]],
) -> Wide:
    """The reading with a table of numbers."""
    found = Wide()
    sense = direction(view)
    for each in table.loose:
        weight, relation = told[each.token]
        if sense == "minimize" and relation == "<=" and weight < 0.7 and each.kind != "money":
            relation = ">="
        each.comparison = Comparison(each.token, each.token, relation, False)
    guessed = {each.token for each in table.loose if told[each.token][0] < 0.9}
    limiting = sorted([*stating, *table.loose], key=lambda each: each.token)
    rows, placed = settled(view, limiting, table.columns, reach, guessed, found.unread, found.doubts)
    rows.extend(plain_ties(view, rows))
    limited: dict[int, set[Relation]] = {}
    for limit, index in placed:
        limited.setdefault(index, set()).add(limit.relation)
    rows.extend(limit_row(view, limit, index, table.columns) for limit, index in placed)
    aim = purpose(view, table.columns, limited)
    found.unread.extend(aim.unread)
    _tell_columns(view, candidate, table.columns, limited, aim.terms, found)
    spoken = {term.decision for each in rows for term in (*each.left, *each.right)} | {
        x.decision for x in aim.terms
    }
    found.unread.extend(
        f"nothing is said of {view.words.text(*candidate.spans[each])}"
        for each in range(view.count)
        if each not in spoken
    )
    found.unread.extend(_clashes(view, rows))
    if not rows:
        found.unread.append("there is no limit")
    weighed = [term for each in rows for term in each.left if term.token != IMPLIED]
    if not weighed and all(each.token == IMPLIED for each in aim.terms):
        found.unread.append("no number says what one of anything takes or gives")
    every = tuple(sorted(dict.fromkeys(rows), key=lambda each: each.anchor))
    if every and aim.terms:
        found.mix = Mix(_decisions(view, candidate), aim.sense, aim.terms, every)
    full = sum(len(each.cells) == view.count for each in table.columns)
    found.score = 0.6 * candidate.weight + 0.4 * view.count + 0.4 * full
    found.score -= 1.0 * len(found.unread) + 0.5 * table.strain
    if table.strain > 0.01:
        found.unread.append("the numbers of a sentence do not come out even")
    found.unread.extend(found.doubts)
    narrow = sum(each.form != "limit" or len(each.left) < view.count for each in every)
    found.score += 0.5 * narrow / max(1, len(every))
    return found


def _decisions(view: Scene, candidate: Candidate) -> tuple[Decision, ...]:
    found = []
    for number, span in enumerate(candidate.spans):
        places = tuple((each.start, each.end - 1) for each in view.mentions if each.decision == number)
        found.append(Decision(view.words.text(*span), places or ((span[0], span[1] - 1),)))
    return tuple(found)


def _reaches(view: Scene, figures: Sequence[Figure]) -> dict[int, tuple[int, int]]:
    """For each number the tokens its words may reach: to the numbers beside it, in its sentence and piece."""
    words, found = view.words, {}
    tokens = [each.token for each in figures]
    for number, at in enumerate(tokens):
        start, end = next((a, b) for a, b in words.sentences if a <= at < b)
        first = max(start, tokens[number - 1] + 1) if number else start
        last = min(end, tokens[number + 1]) if number + 1 < len(tokens) else end
        for x in range(at - 1, first - 1, -1):
            if words.lower[x] == ";" or (words.lower[x] in (",", "but") and _opens(view, x, at)):
                first = x + 1
                break
        for x in range(at + 1, last):
            if words.lower[x] == ";":
                last = x
                break
        found[at] = (first, last)
    return found


def _opens(view: Scene, x: int, at: int) -> bool:
    """Whether a comma begins a part with a mention and all it needs: `…, posters max | 50`."""
    return bool(view.mentioned(x, at)) and not any(
        view.words.lower[y] in ("and", "or") for y in range(x, min(x + 2, at))
    )


def _measured_before(view: Scene, figure: Figure, first: int) -> None:
    """Give a bare number the measure before it: `hours of picking per kg: 0.5`, `cost (€): 12`."""
    words = view.words
    if figure.kind != "count" or figure.unit or figure.comparison is not None:
        return
    for x in range(figure.token - 1, first - 1, -1):
        if words.lower[x] in (".", ";") or view.mentioned(x, x + 1):
            return
        kind = "money" if words.lower[x] in ("$", "€", "£") else MEASURES.get(words.stems[x])
        lead = words.word(x - 1)
        if kind in ("time", "mass", "volume", "money") and lead not in (
            "per",
            "a",
            "an",
            "each",
            "every",
            "/",
            "one",
            "this",
            "last",
            "next",
        ):
            figure.kind, figure.unit = kind, "dollar" if kind == "money" else words.stems[x]
            return


def _states(view: Scene, figure: Figure, reach: Mapping[int, tuple[int, int]]) -> bool:
    """Whether a number limits or compares, rather than says what one of a decision takes."""
    if figure.comparison is not None:
        return True
    if figure.kind not in ("percent", "factor") and view.words.word(figure.token + 1) not in ("times", "as"):
        return any(each.score > 2 for each in number_ties(view, figure, *reach[figure.token]))
    return any(each.score > 1 for each in number_ties(view, figure, *reach[figure.token]))


def _pieces(view: Scene) -> list[tuple[int, int]]:
    """Stretches read as one: sentences, cut at semicolons."""
    found = []
    for start, end in view.words.sentences:
        begin = start
        for at in range(start, end):
            if view.words.lower[at] == ";" and at > begin:
                found.append((begin, at))
                begin = at + 1
        if begin < end:
            found.append((begin, end))
    return found


def _aloneness(view: Scene, figure: Figure, spans: Sequence[tuple[int, int]]) -> float:
    """How much a number looks like a limit because nothing near it is said of a decision."""
    start, end = next((a, b) for a, b in spans if a <= figure.token < b)
    inside = [each for each in view.figures if start <= each.token < end]
    if not view.mentioned(start, end):
        return 1.2 if len(inside) == 1 else 0.4
    return 0.0


def _tell_columns(
    view: Scene,
    candidate: Candidate,
    table: Sequence[Column],
    limited: Mapping[int, set[Relation]],
    terms: Sequence[Term],
    found: Wide,
) -> None:
    words = view.words
    used = {term.token for term in terms}
    for index, column in enumerate(table):
        values = [words.tokens[each].text for each in dict.fromkeys(column.cells.values())]
        if index not in limited and not used & set(column.cells.values()):
            told = ", ".join(f"“{each}”" for each in values)
            found.unread.append(f"{told}: used for nothing")
        elif len(column.cells) < view.count and not _is_nothing(view, column):
            missing = [
                words.text(*candidate.spans[each]) for each in range(view.count) if each not in column.cells
            ]
            found.unread.append(f"no number like “{values[0]}” is given for {', '.join(missing)}")


def _is_nothing(view: Scene, column: Column) -> bool:
    """Whether the text says of the decisions without a number that they have none of it."""
    words = view.words
    here = {words.tokens[each.token].sentence for each in column.figures}
    absent = set(range(view.count)) - set(column.cells)
    said = set()
    for each in view.mentions:
        near = set(words.lower[each.end : each.end + 5])
        if words.tokens[each.start].sentence in here and near & {"none", "nothing", "no", "neither", "free"}:
            said.add(each.decision)
    rest = any(
        words.lower[x] in ("nothing", "none") and set(words.lower[x : x + 5]) & {"rest", "others", "other"}
        for x in range(len(words))
        if words.tokens[x].sentence in here
    )
    return rest or absent <= said


def _clashes(view: Scene, rows: Sequence[Row]) -> list[str]:
    """Rows that limit the same twice, so that one of them is likely misread."""
    found, seen = [], dict[object, Row]()
    for each in rows:
        other = seen.setdefault((each.form, each.left, each.relation, each.right), each)
        if other is not each and IMPLIED not in (each.token, other.token) and other.token != each.token:
            one, two = view.words.tokens[other.token].text, view.words.tokens[each.token].text
            found.append(f"“{one}” and “{two}” seem to limit the same")
    return found
