"""What remains beside the numbers of two groups: counts, limits on every pair, bans, and what is unused."""

from __future__ import annotations

__all__ = [
    "DENIALS",
    "counted_noun",
    "counts_them",
    "forbids_two",
    "is_whole",
    "note_factor",
    "note_limit",
    "opens_part",
    "rule_out",
]

import re
from collections.abc import Collection, Sequence
from fractions import Fraction
from itertools import pairwise

from agentopt.reader.families.clauses import sentences
from agentopt.reader.families.ledger import Datum
from agentopt.reader.families.names import Mention
from agentopt.reader.families.nouns import stem
from agentopt.reader.families.pairs_data import Paired, data_of
from agentopt.reader.families.remarks import is_harmless
from agentopt.reader.tokens import Token

_LANES = frozenset(
    {"route", "lane", "pair", "link", "connection", "road", "way", "arc", "combination", "between"}
)


def note_limit(tokens: Sequence[Token], found: Paired, hidden: Collection[int]) -> None:
    """Note a limit on every pair: `no more than 40 loads between any spring and any reservoir`."""
    lanes = {token.sentence for token in tokens if stem(token.text) in _LANES}
    for at in found.ledger.left() if lanes else ():
        if tokens[at].sentence not in lanes:
            continue
        span = [token.lower for token in tokens if token.sentence == tokens[at].sentence]
        numbers = [
            t
            for k, t in enumerate(tokens)
            if t.is_number and t.value != 1 and t.sentence == tokens[at].sentence and k not in hidden
        ]
        limits = re.search(
            r"\b(?:more than|at most|maximum|max|up to|exceed|limit|limited|capacity)\b", " ".join(span)
        )
        every = {"any", "each", "every", "single", "per", "all", "one"} & {*span}
        if at not in hidden and len(numbers) == 1 and limits and every:
            found.lane = Datum(tokens[at].value or Fraction(0), at)
            found.ledger.use(at, "the most on any one way")


def note_factor(tokens: Sequence[Token], found: Paired, hidden: Collection[int]) -> None:
    """Note what a kilometre costs where the numbers of pairs are distances: `0.12 per tonne and km`."""
    of_length = [at for at, token in enumerate(tokens) if stem(token.text) in _LENGTHS]
    if len(of_length) < 2:
        return
    priced = [at for at in found.ledger.left() if at not in hidden and _is_per_length(tokens, at)]
    if len(priced) == 1:
        found.factor = Datum(tokens[priced[0]].value or Fraction(0), priced[0])
        found.ledger.use(priced[0], "what each unit of distance costs")


_LENGTHS = frozenset({"km", "kms", "kilometre", "kilometer", "mile", "distance", "metre", "meter", "tkm"})

_PER_LENGTH = re.compile(
    r"(?: (?!per\b|for\b)\S+){0,3} (?:per|/|a|each|every|for every|for each)"
    r"(?: (?:[a-z]+|/|-|·|\*)){0,4}? ?(?:km|kilomet(?:re|er)|mile)\b"
)


def _is_per_length(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number is what a kilometre or mile costs."""
    after = []
    for token in tokens[at + 1 : at + 9]:
        if token.sentence != tokens[at].sentence or token.is_number or token.text in ",;:.()":
            break
        after.append(token.lower)
    return _PER_LENGTH.match(" " + " ".join(after)) is not None


def counts_them(tokens: Sequence[Token], at: int, sizes: Collection[int]) -> bool:
    """Whether a number only says how many there are: `but only four documents`."""
    plural = any(
        token.kind == "word" and token.lower != stem(token.text) for token in tokens[at + 1 : at + 6]
    )
    whole = tokens[at].kind in ("integer", "spelled")
    every = at > 0 and tokens[at - 1].lower == "all" and tokens[at].kind == "spelled"
    limited = tokens[at - 1].lower in ("most", "least")
    return whole and tokens[at].value in sizes and (plural or every) and not limited


def counted_noun(tokens: Sequence[Token], size: int, taken: str) -> str:
    """The one noun that a text says there are so many of, `four regions`; "" where there is none or more."""
    found = set()
    for at, token in enumerate(tokens[:-1]):
        after = tokens[at + 1]
        plural = after.kind == "word" and after.lower != stem(after.text)
        if token.value == size and token.kind == "spelled" and plural and stem(after.text) not in _TIMES:
            found.add(stem(after.text))
    found.discard(taken)
    return found.pop() if len(found) == 1 else ""


def forbids_two(tokens: Sequence[Token], at: int, nouns: tuple[str, str]) -> bool:
    """Whether a number says that nothing is paired twice: `no tug can serve two ships`."""
    after = stem(tokens[at + 1].text) if at + 1 < len(tokens) else ""
    before = [token.lower for token in tokens[max(0, at - 6) : at] if token.sentence == tokens[at].sentence]
    denied = {"no", "nobody", "none", "neither", "cannot", "never"} & {*before}
    limits = {"than", "least", "most", "but", "or", "first", "if", "unless"} & {*before}
    return tokens[at].value == 2 and bool(denied) and not limits and (after in nouns or after == "of")


def opens_part(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number opens a sentence or part of one: `3 fields with cows need`."""
    before = tokens[at - 1] if at else None
    after = stem(tokens[at + 1].text) if at + 1 < len(tokens) else ""
    opens = before is None or before.sentence != tokens[at].sentence or before.lower in _BEFORE_COUNT
    return opens and after not in _TIMES


_BEFORE_COUNT = frozenset(
    {".", "our", "the", "my", "have", "of", "are", "from", "these", "those", "to", "has", "its"}
)


_TIMES = frozenset(
    {"minute", "hour", "day", "week", "km", "mile", "dollar", "euro", "cent", "unit", "ton", "tonne"}
)


DENIALS = frozenset(
    [
        "cannot",
        "can't",
        "can’t",
        "not",
        "no",
        "never",
        "isn't",
        "isn’t",
        "won't",
        "won’t",
        "doesn't",
        "doesn’t",
        "don't",
        "don’t",
        "refuses",
        "refuse",
        "unable",
        "nothing",
        "neither",
        "without",
        "except",
        "closed",
        "impossible",
        "forbidden",
        "blocked",
        "unavailable",
        "lacks",
        "nobody",
        "may",
    ]
) - {"may"}


def rule_out(text: str, tokens: Sequence[Token], found: Paired) -> None:
    """Note the pairs that a sentence rules out, and those without a number."""
    (pairs,) = found.pairs.values() if len(found.pairs) == 1 else ({},)
    if not pairs:
        return
    missing = {(i, j) for i in found.rows for j in found.columns} - set(pairs) - found.barred
    data = data_of(found)
    told: set[tuple[str, str]] = set()
    for span in sentences(text, tokens):
        denied = [at for at in span if tokens[at].lower in DENIALS]
        named = [mention for mention in found.names.mentions if mention.first in span]
        rows = list(dict.fromkeys(each.name for each in named if each.name in found.rows))
        columns = list(dict.fromkeys(each.name for each in named if each.name in found.columns))
        if not denied or not (rows or columns):
            continue
        both = {(i, j) for i in rows for j in columns}
        told |= both & missing
        if any(at in data for at in span) or both & (missing | found.barred):
            continue
        if both and 1 in (len(rows), len(columns)) and _is_plain(tokens, named):
            found.barred |= both
        elif {tokens[at].lower for at in denied} & _FORBIDDEN:
            found.doubts.append(f"“{_said(text, tokens, span)}” is not understood.")
    for pair in sorted(found.barred & set(pairs)):
        found.ledger.note(pairs.pop(pair), f"not used: {pair[0]} and {pair[1]} are ruled out")
    if 3 * len(missing - found.barred) > len(pairs):
        return
    explained = any(token.lower in _EMPTY | _FORBIDDEN for token in tokens)
    for i, j in sorted(found.empty if not explained else ()):
        found.doubts.append(f"The cell of {i} and {j} is empty, so they are not combined.")
    for i, j in sorted(missing - told - found.barred):
        found.doubts.append(f"{i} and {j} have no number, so they are not combined.")
    found.barred |= missing


_EMPTY = frozenset({"empty", "blank", "blanks", "dash", "missing", "gap", "gaps", "dashes"})


_FORBIDDEN = DENIALS & frozenset(
    ["cannot", "can't", "can’t", "unable", "impossible", "forbidden", "refuses", "refuse", "never", "neither"]
)


def _is_plain(tokens: Sequence[Token], named: Sequence[Mention]) -> bool:
    """Whether a ban names one side and lists the other with nothing else between: `Kim may not do X or Y`."""
    spans = [tokens[one.last : other.first] for one, other in pairwise(named[1:])]
    return all({token.lower for token in span} <= {",", "and", "or", "nor", "the"} for span in spans)


def _said(text: str, tokens: Sequence[Token], span: range) -> str:
    return " ".join(text[tokens[span.start].start : tokens[span.stop - 1].end].split())


def is_whole(tokens: Sequence[Token], found: Paired) -> bool:
    """Whether every number is accounted for, or the few left over limit nothing; those become doubts."""
    if found.ledger.complete():
        return True
    left = found.ledger.left()
    of_names = {tokens[mention.first].sentence for mention in found.names.mentions}
    if not found.loose or len(left) > 2 or any(tokens[at].sentence in of_names for at in left):
        return False
    if not all(is_harmless(tokens, at) for at in left):
        return False
    for at in left:
        found.doubts.append(f"“{_near(tokens, at)}” is not used.")
        found.ledger.use(at, "not used")
    return found.ledger.complete()


def _near(tokens: Sequence[Token], at: int) -> str:
    here = tokens[at].sentence
    return " ".join(token.text for token in tokens[max(0, at - 2) : at + 3] if token.sentence == here)
