"""Bounds on single decisions and on sums of named ones."""

from __future__ import annotations

__all__ = ["bound"]

from agentopt.reader.reading import Relation, Row, Term
from agentopt.reader.rules import lexicon
from agentopt.reader.rules.rows import Rows, everything, relation_of, terms
from agentopt.reader.rules.scene import Figure, Scene


def bound(view: Scene, figure: Figure, found: Rows) -> bool:
    """`at most 20 desks`, `the number of desks is at least 20`, `at least 10 of each`."""
    words, at = view.words, figure.token
    if figure.kind in ("percent", "factor"):
        return False
    relation = relation_of(figure) or _cued(view, figure)
    if relation is None:
        return False
    if (words.word(at + 1) == "of" and words.word(at + 2) in ("each", "both", "every", "any")) or (
        words.word(at + 2) == "of" and words.word(at + 3) in ("each", "both", "every", "any")
    ):
        for number in range(view.count):
            found.add(Row("limit", (Term(number),), relation[0], at, (), relation[1], at))
        return True
    if figure.paired and figure.comparison is not None and not figure.unit and not _nouns(view, figure):
        found.add(Row("limit", (Term(figure.decisions[0]),), relation[0], at, (), relation[1], at))
        return True
    if figure.after and not figure.before and _is_counted(view, figure):
        listed = _listed(view, figure)
        if len(listed) == 1 and _is_of_all(view, figure):
            found.add(Row("limit", everything(view), relation[0], at, (), relation[1], at))
        elif len(listed) > 1 and _is_joint(view, figure):
            found.add(Row("limit", terms(listed), relation[0], at, (), relation[1], at))
        else:
            found.add(Row("limit", (Term(figure.after[0].decision),), relation[0], at, (), relation[1], at))
        return True
    if figure.comparison is None:
        return False
    return _stated(view, figure, relation, found)


def _listed(view: Scene, figure: Figure) -> list[int]:
    """The decisions joined by `and` or `or` behind a figure."""
    words, result = view.words, [figure.after[0]]
    for each in view.mentioned(figure.after[0].end, view.clauses[figure.clause].end):
        between = range(result[-1].end, each.start)
        if (
            len(between) > 4
            or any(words.tags[x] in ("number", "verb", "auxiliary") for x in between)
            or not any(words.lower[x] in ("and", "or", ",", "plus") for x in between)
        ):
            break
        result.append(each)
    return [each.decision for each in result]


def _is_of_all(view: Scene, figure: Figure) -> bool:
    """Whether a bare head with `in total` means all: "20 kits combined" of science kits and hampers."""
    mention, clause = figure.after[0], view.clauses[figure.clause]
    together = view.has(figure.token - 3, min(clause.end, figure.token + 6), lexicon.TOGETHER) is not None
    return together and mention.end - mention.start == 1 and len(view.candidate.names[mention.decision]) > 1


def _is_joint(view: Scene, figure: Figure) -> bool:
    clause = view.clauses[figure.clause]
    return "each" not in view.words.lower[clause.start : clause.end]


def _is_counted(view: Scene, figure: Figure) -> bool:
    """Whether a figure counts the decision behind it."""
    if figure.comparison is not None:
        return True
    words, mention = view.words, figure.after[0]
    between = range(figure.token + 1, mention.start)
    near = all(words.tags[x] in ("noun", "determiner", "other") or words.lower[x] == "of" for x in between)
    return figure.kind != "money" and near and len(between) <= 4


def _cued(view: Scene, figure: Figure) -> tuple[Relation, bool] | None:
    """The relation that `has 20 vans` or `must make 20 desks` states without a comparison."""
    clause = view.clauses[figure.clause]
    if (
        not figure.after
        or figure.before
        or (view.mentioned(clause.start, figure.token) and not view.figures[view.at[figure.token] - 1].after)
    ):
        return None
    if view.words.tokens[figure.token].value in (0, 1) or figure.kind in ("money", "time"):
        return None
    if any(
        each.token > figure.token and each.clause == figure.clause and not each.after for each in view.figures
    ):
        return None
    demand = view.has(clause.start, figure.token, lexicon.DEMAND)
    have = view.has(clause.start, figure.token, lexicon.AVAILABLE)
    if demand is None and have is None:
        return None
    return (">=", False) if (demand or -1) > (have or -1) else ("<=", False)


_COUNTING = frozenset(
    ["number", "amount", "quantity", "demand", "sales", "production", "count", "quantities"]
)


def _stated(view: Scene, figure: Figure, relation: tuple[Relation, bool], found: Rows) -> bool:
    """`the number of desks must be at least 20`."""
    words, clause, at = view.words, view.clauses[figure.clause], figure.token
    before = view.mentioned(clause.start, at)
    if not before:
        return False
    mine = [each for each in before if each.start >= figure.lead]
    if not mine:
        if (
            not figure.inherited
            and any(each.clause == figure.clause and each.token < at for each in view.figures)
            and not _nouns(view, figure)
        ):
            mine = before[-1:]
        else:
            return False
    counting = view.has(clause.start, at, _COUNTING) is not None
    nouns = _nouns(view, figure)
    measured = (
        figure.kind in ("money", "time", "mass", "volume", "units", "extent")
        and figure.unit not in view.containers
    )
    if not counting and (nouns or measured):
        return False
    if counting and measured and nouns:
        return False
    if len(mine) > 1 and len({each.decision for each in mine}) > 1:
        joint = any(
            word in words.lower[clause.start : clause.end] for word in ("each", "both", "individually")
        )
        chosen = [each.decision for each in mine]
        if joint and "total" not in words.lower[clause.start : clause.end]:
            for each in sorted(set(chosen)):
                found.add(Row("limit", (Term(each),), relation[0], at, (), relation[1], at))
        else:
            found.add(Row("limit", terms(chosen), relation[0], at, (), relation[1], at))
        return True
    found.add(Row("limit", (Term(mine[-1].decision),), relation[0], at, (), relation[1], at))
    return True


def _nouns(view: Scene, figure: Figure) -> set[str]:
    """What a figure counts, other than the decisions and their containers."""
    ignored = view.generic | view.containers | {"week", "day", "month", "year", "season", "total", "shift"}
    return {each for each in figure.nouns if each not in ignored and not each.startswith("@")}
