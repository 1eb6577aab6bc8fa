"""Rules of choosing: at most k, this only with that, not both, one of two, must be taken."""

from __future__ import annotations

__all__ = ["Rule", "rules_in"]

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agentopt.reader.families.clauses import sentences
from agentopt.reader.families.ledger import Ledger
from agentopt.reader.families.names import Mention
from agentopt.reader.families.nouns import stem, words
from agentopt.reader.tokens import Token

Kind = Literal["implies", "at_most", "at_least", "exactly"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule on the items taken.

    Attributes:
        kind: `implies` when the first item needs the second, else a limit on how many of the items are taken.
        items: those it is about; none for all.
        number: the limit.
        because: the sentence it was read in.
    """

    kind: Kind
    items: tuple[str, ...] = ()
    number: int = 1
    because: str = ""

    def statement(self, of: str) -> str:
        """The constraint over the variable `take`, whose items are the set `of`."""
        if self.kind == "implies":
            first, second = map(_label, self.items)
            return f"take[{first}] <= take[{second}]"
        relation = {"at_most": "<=", "at_least": ">=", "exactly": "=="}[self.kind]
        total = " + ".join(f"take[{_label(item)}]" for item in self.items)
        return f"{total or f'sum(take[i] for i in {of})'} {relation} {self.number}"


def _label(name: str) -> str:
    """An element as an expression names it."""
    return repr(name)


_LOGIC = words(
    """
    if unless only both either neither cannot must require requires needs depends depend exclusive
    exclude excludes together conflict conflicts incompatible without prerequisite mandatory compulsory
    """
)

_NEEDS = words("requires require needs depends depend must only")
_BINDING = words("unless both neither cannot exclusive together conflict incompatible prerequisite otherwise")

_BE = r"(?:be )?(?:included?|chosen?|choose|taken?|selected?|packed|funded|approved|part|picked|in|done)"
_SINGLE = (
    rf".*(?:must|has to|have to) {_BE} R.*",
    rf".*R .*(?:must|has to) {_BE}.*",
    r".*R is (?:mandatory|compulsory|required|a must).*",
)
_NOT = re.compile(r"\b(?:not|cannot|never|excluded|impossible)\b|n['’]t\b")
_UNSURE = re.compile(r"\b(?:neither|nor|except|otherwise|instead|also if)\b")
_EXCLUSIVE = re.compile(
    r"mutually exclusive|exclude each other|incompatible|in conflict|conflict with each other"
)
_REQUIRES = re.compile(
    r"R (?:also )?(?:requires|require|needs|depends on|relies on|builds on) (?:\w+ ){0,3}S"
)
_COUNT: Mapping[Kind, str] = {
    "at_most": r"(?:at most|no more than|not more than|up to|a maximum of|maximum of|more than|only|exceed)$",
    "at_least": r"(?:at least|no fewer than|a minimum of|minimum of|not fewer than)$",
    "exactly": r"(?:exactly|precisely)$",
}


def rules_in(
    text: str,
    tokens: Sequence[Token],
    mentions: Sequence[Mention],
    items: Sequence[str],
    noun: str,
    ledger: Ledger,
) -> tuple[Rule, ...] | None:
    """The rules of a text, their numbers noted; None when a sentence states a rule that is not understood."""
    found: list[Rule] = []
    for span in sentences(text, tokens):
        because = " ".join(text[tokens[span.start].start : tokens[span.stop - 1].end].split())
        counted = _counts(tokens, span, items, noun, ledger)
        found += [Rule(kind, (), number, because) for kind, number in counted]
        named = [mention for mention in mentions if mention.first in span and mention.name in items]
        inside = {at for mention in named for at in range(mention.first, mention.last)}
        said = {tokens[at].lower for at in span if at not in inside}
        numbers = [at for at in span if tokens[at].is_number and at not in inside and tokens[at].value != 1]
        if numbers and named and not counted:
            # Data, in which "needs" states no rule; a rule among them is too much for this reader.
            if said & _LOGIC - _NEEDS:
                return None
            continue
        if not named:
            if said & _BINDING and not numbers:
                return None
            continue
        limited = said & {"most", "least", "more"} and said & {"one", "1"}
        if counted or not (said & _LOGIC or limited or ("not" in said and "both" in said)):
            continue
        rule = _rule(tokens, span, named, because)
        if rule is None:
            return None
        for at in span:
            if tokens[at].is_number:
                ledger.use(at, "a rule of choosing")
        found += rule
    return tuple(found)


def _rule(tokens: Sequence[Token], span: range, named: Sequence[Mention], because: str) -> list[Rule] | None:
    """The rule of a sentence about one, two or a few items."""
    names = list(dict.fromkeys(mention.name for mention in named))
    symbols = dict(zip(names, "RSTUVWXYZ", strict=False))
    said, at = [], span.start
    while at < span.stop:
        mention = next((each for each in named if each.first == at), None)
        if mention is not None:
            said.append(symbols.get(mention.name, "Z"))
            at = mention.last
        else:
            said.append(tokens[at].lower)
            at += 1
    sentence = " ".join(said)
    if len(names) == 1:
        fits = any(re.fullmatch(pattern, sentence) for pattern in _SINGLE)
        if not fits or _NOT.search(sentence) or re.search(r"\b(?:if|unless|only)\b", sentence):
            return None
        return [Rule("at_least", (names[0],), 1, because)]
    if len(names) > 2:
        several = re.search(
            r"(at most|no more than|at least|exactly|only) (?:one|1) (?:of|out of|project)", sentence
        )
        if several is None or len(names) > 8 or re.search(r"\b(if|unless)\b", sentence):
            return None
        kind: Kind = (
            "at_least" if several[1] == "at least" else "exactly" if several[1] == "exactly" else "at_most"
        )
        return [Rule(kind, tuple(names), 1, because)]
    return _of_two(sentence, names, because)


def _of_two(sentence: str, names: Sequence[str], because: str) -> list[Rule] | None:
    """The rule of a sentence about R and S, in the order of their mention."""
    first, second = names
    pair = (first, second)
    if _UNSURE.search(sentence):
        return None
    limit = re.search(
        r"(at most|no more than|not more than|only|at least|exactly) (?:one|1) (?:of|out of)", sentence
    )
    if limit is not None:
        kind: Kind = (
            "at_least" if limit[1] == "at least" else "exactly" if limit[1] == "exactly" else "at_most"
        )
        return [Rule(kind, pair, 1, because)]
    implied = re.fullmatch(
        r"(.*?)\b(only if|only when|if|whenever|when|unless|without|only with|only together with)\b(.*)",
        sentence,
    )
    if implied is not None:
        return _conditional(*implied.groups(), names=pair, because=because)
    if _REQUIRES.search(sentence) and not _NOT.search(sentence):
        return [Rule("implies", pair, 1, because)]
    if re.search(r"R (?:excludes|rules out|conflicts with|is incompatible with) (?:\w+ ){0,2}S", sentence):
        return [Rule("at_most", pair, 1, because)]
    together = re.search(r"R (?:and|or) (?:\w+ ){0,2}S", sentence)
    barred = re.search(
        r"\b(?:cannot|can not|may not|must not|not both|never|not .*together)\b|can['’]t\b", sentence
    )
    if together is not None and (_EXCLUSIVE.search(sentence) or barred is not None):
        return [Rule("at_most", pair, 1, because)]
    return None


def _conditional(
    before: str, word: str, after: str, *, names: tuple[str, str], because: str
) -> list[Rule] | None:
    """A rule with `if`, `only if`, `unless` or `without`, by what is denied on either side."""
    first, second = names
    if not any(symbol in before for symbol in "RS"):
        # "If R is chosen, S must be chosen too": the condition comes first and ends at a comma or "then".
        parts = re.split(r",| then | must ", after, maxsplit=1)
        if len(parts) != 2 or word not in ("if", "whenever", "when"):
            return None
        condition, result = parts
        if "R" not in condition or "S" in condition or "S" not in result:
            return None
    elif "R" in before and "S" in after and "S" not in before:
        condition, result = after, before
        if word in ("unless", "without"):
            return [Rule("implies", (first, second), 1, because)] if _NOT.search(before) else None
        if word.startswith("only") or re.search(r"\bonly\b", before):
            kind: Kind = "at_most" if _NOT.search(after) else "implies"
            return [Rule(kind, (first, second), 1, because)]
        first, second = second, first
    else:
        return None
    denied, denies = bool(_NOT.search(condition)), bool(_NOT.search(result))
    if denied and denies:
        return [Rule("implies", (second, first), 1, because)]
    if denied or denies:
        return [Rule("at_least" if denied else "at_most", names, 1, because)]
    return [Rule("implies", (first, second), 1, because)]


def _counts(
    tokens: Sequence[Token], span: range, items: Sequence[str], noun: str, ledger: Ledger
) -> list[tuple[Kind, int]]:
    """Limits on how many are taken: `at most three projects`, `no more than 2 of them`."""
    found: list[tuple[Kind, int]] = []
    nouns = {noun, "item", "project", "one", "thing", "them", "these", "of"} - {""}
    for at in span:
        token = tokens[at]
        if token.kind not in ("integer", "spelled") or at in ledger.used() or token.value is None:
            continue
        after = [stem(each.text) for each in tokens[at + 1 : min(span.stop, at + 4)]]
        if not after or not (after[0] in nouns or (len(after) > 1 and after[1] in nouns - {"of"})):
            continue
        of_all = len(after) > 1 and (after[1] in ("them", "these") or (len(after) > 2 and after[2] in nouns))
        if after[0] == "of" and not of_all:
            continue
        before = " ".join(each.lower for each in tokens[max(span.start, at - 3) : at])
        for kind, pattern in _COUNT.items():
            if re.search(pattern, before):
                found.append((kind, int(token.value)))
                ledger.use(at, "how many are chosen")
                break
    return found
