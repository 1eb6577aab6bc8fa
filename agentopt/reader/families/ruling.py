"""What one sentence says of the things it names: R needs S, not both, at most two of them."""

from __future__ import annotations

__all__ = ["EXCLUSIVE", "Kind", "Rule", "said_of"]

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["implies", "at_most", "at_least", "exactly"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule on the items taken.

    Attributes:
        kind: `implies` when the first item needs one of the others, else a limit on how many are taken.
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
            first, *others = map(_label, self.items)
            return f"take[{first}] <= {' + '.join(f'take[{other}]' for other in others)}"
        relation = {"at_most": "<=", "at_least": ">=", "exactly": "=="}[self.kind]
        total = " + ".join(f"take[{_label(item)}]" for item in self.items)
        return f"{total or f'sum(take[i] for i in {of})'} {relation} {self.number}"


def _label(name: str) -> str:
    """An element as an expression names it."""
    return repr(name)


_NOT = re.compile(r"\b(?:not|cannot|never|excluded|impossible|no|useless|pointless|worthless)\b|n't\b")
_UNSURE = re.compile(r"\b(?:nor|except|otherwise|instead|also if|prefer\w*|should|ideally|cheaper)\b")
EXCLUSIVE = re.compile(
    r"mutually exclusive|exclude each other|rule each other out|incompatible|in conflict|conflict with|"
    r"conflict(?:s|ing)?\b|not both|clash|overlap|refuse|rivals|compet\w+ for the same|not "
    r".*\b(?:together|both|"
    r"combined|with)\b|(?:cannot|can not|may not|must not|n't|never) .*(?:both|together|combined|"
    r"same|along|alongside)|"
    r"(?:use|need|occupy|require|share|want|sit in|are in) (?:\w+ )?the same|(?:at most|only|no "
    r"more than|just|pick|"
    r"choose) (?:one|1)\b|(?:one|1) (?:of them )?(?:at most|only|maximum|at the most)|either R or "
    r"(?:\w+ )?S|"
    r"R excludes (?:\w+ )*S|R rules out (?:\w+ )*S|same (?:\w+ )?(?:evening|night|day|time|slot|"
    r"place|spot|site)"
)
_PAIRED = re.compile(
    r"both or (?:neither|none)|all or none|only (?:as a pair|together|in combination)|as a pair|"
    r"come as a set|"
    r"must (?:be )?(?:go|taken|chosen|done|packed|bought) together|neither or both|go together"
)
_NEEDS = re.compile(
    r"R\b(?: \w+){0,5}? (?:also )?(?:requires?|needs?|depends? on|relies on|builds on|presupposes|"
    r"implies|only makes "
    r"sense (?:if|with|when)|makes no sense without|is no use without|goes only with|only (?:works|"
    r"runs|counts|fits) "
    r"(?:if|with|when)|works only (?:if|with)|calls for) (?:\S+ ){0,6}?S"
)
_BEFORE = re.compile(
    r"R is (?:a |the )?(?:prerequisite|precondition|requirement|condition|basis|needed|required|"
    r"necessary) (?:\w+ )?"
    r"(?:for|of|by) (?:\w+ ){0,4}?S|R (?:must|has to|needs to) be (?:\w+ ){1,3}?(?:before|for|in "
    r"order) (?:\w+ ){0,5}?S"
)
_MUST = re.compile(
    r"(?:must|has to|have to|needs to|should definitely|will) (?:\w+ ){0,2}?(?:be )?(?:included?|"
    r"choose|chosen|taken?|"
    r"selected?|packed?|funded|approved|part|picked|in|done|come|go|bought|buy|bring|kept|keep|R)|"
    r"R is (?:\w+ )?(?:mandatory|compulsory|required|a must|non - negotiable|already|promised|"
    r"committed|fixed)|insists? "
    r"on|R (?:must|has to)"
)
_FORBIDDEN = re.compile(
    r"(?:must|may|can) ?not be (?:chosen|taken|included|selected|packed|done|funded|bought)"
)


def said_of(sentence: str, names: Sequence[str], because: str) -> list[Rule] | None:
    """The rules of a sentence about one, two or a few things; None when it is not understood.

    Args:
        sentence: in lower case, with `R`, `S` and so on for the things in the order of their mention.
        names: of the things.
        because: the sentence as written.
    """
    if _UNSURE.search(sentence):
        return None
    if len(names) == 1:
        return _of_one(sentence, names[0], because)
    return _of_two(sentence, names, because) if len(names) == 2 else _of_some(sentence, names, because)


def _of_one(sentence: str, name: str, because: str) -> list[Rule] | None:
    conditional = re.search(r"\b(?:if|unless|only|without)\b", sentence)
    if _FORBIDDEN.search(sentence) and not conditional:
        return None
    if _MUST.search(sentence) and not _NOT.search(sentence) and not conditional:
        return [Rule("at_least", (name,), 1, because)]
    strong = conditional or _NOT.search(sentence) or re.search(r"\b(?:must|mandatory|compulsory)\b", sentence)
    return None if strong else []


def _number(sentence: str) -> tuple[Kind, int] | None:
    """`at most one of`, `exactly 2 of`."""
    found = re.search(
        r"(at most|no more than|not more than|only|at least|exactly|up to|just) (one|two|three|1|2|3)\b",
        sentence,
    )
    late = re.search(
        r"\b(one|two|1|2)(?: of (?:them|these|those|the two|the three))? (at most|at least|only)", sentence
    )
    if found is None and late is None:
        return None
    how, many = (found[1], found[2]) if found else (late[2], late[1]) if late else ("", "")
    kind: Kind = "at_least" if how == "at least" else "exactly" if how == "exactly" else "at_most"
    return kind, {"one": 1, "two": 2, "three": 3}.get(many) or int(many)


def _of_some(sentence: str, names: Sequence[str], because: str) -> list[Rule] | None:
    """The rule of a sentence about three or more things."""
    conditional = re.search(r"\b(?:if|unless|requires?|needs?|without|depends? on)\b", sentence)
    number = _number(sentence)
    if number is not None and not conditional and len(names) <= 8:
        return [Rule(number[0], tuple(names), number[1], because)]
    needs = re.search(
        r"^(?:\w+ ){0,2}?(?:if (?:\w+ ){0,4}?)?R\b[^ST]*\b(?:if|requires?|needs?|then|,|must|depends? on)\b"
        r"[^ST]*S (and|or) (?:\w+ )?T\b(?! (?:and|or))",
        sentence,
    )
    if needs is None or _NOT.search(sentence) or len(names) != 3:
        return None
    if needs[1] == "or":
        return [Rule("implies", tuple(names), 1, because)]
    return [Rule("implies", (names[0], other), 1, because) for other in names[1:]]


def _of_two(sentence: str, names: Sequence[str], because: str) -> list[Rule] | None:
    """The rule of a sentence about R and S, in the order of their mention."""
    first, second = names
    pair = (first, second)
    if _PAIRED.search(sentence):
        return [Rule("implies", pair, 1, because), Rule("implies", (second, first), 1, because)]
    if "neither" in sentence:
        return None
    number = _number(sentence)
    if number is not None and re.search(
        r"\b(?:one|1) (?:of|out of)|(?:at most|only|least)$|one at most", sentence
    ):
        return [Rule(number[0], pair, number[1], because)]
    implied = re.fullmatch(
        r"(.*?)\b(only if|only when|if|whenever|when|unless|without|only with|only together with|"
        r"only alongside)\b(.*)",
        sentence,
    )
    if implied is not None:
        return _conditional(*implied.groups(), names=pair, because=because)
    if _BEFORE.search(sentence) and not _NOT.search(sentence):
        return [Rule("implies", (second, first), 1, because)]
    if _NEEDS.search(sentence) and not _NOT.search(sentence):
        return [Rule("implies", pair, 1, because)]
    if EXCLUSIVE.search(sentence):
        return [Rule("at_most", pair, 1, because)]
    least = re.search(
        r"R or (?:\w+ )?S(?: \(?,? ?or both\)?)? (?:must|has to|needs to)|must .*R or (?:\w+ )?S", sentence
    )
    return [Rule("at_least", pair, 1, because)] if least and not _NOT.search(sentence) else None


def _conditional(
    before: str, word: str, after: str, *, names: tuple[str, str], because: str
) -> list[Rule] | None:
    """A rule with `if`, `only if`, `unless` or `without`, by what is denied on either side."""
    first, second = names
    if not any(symbol in before for symbol in "RS"):
        # "If R is chosen, S must be chosen too": the condition comes first and ends where the result begins.
        parts = re.split(
            r",| then | must | you (?:also )?(?:have|need) to | (?:we|you|i|he|she|they) ",
            after.replace(" you take R", " R").replace(" we take R", " R"),
            maxsplit=1,
        )
        if len(parts) != 2 or word not in ("if", "whenever", "when", "without", "unless"):
            return None
        condition, result = parts
        if "R" not in condition or "S" in condition or "S" not in result:
            return None
        if word in ("without", "unless"):
            # "Without R, S is useless."
            return [Rule("implies", (second, first), 1, because)] if _NOT.search(result) else None
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
