"""Rules of choosing: at most k, this only with that, not both, one of two, both or neither, must be taken."""

from __future__ import annotations

__all__ = ["Rule", "rules_in"]

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agentopt.reader.families.clauses import sentences
from agentopt.reader.families.listing import Records
from agentopt.reader.families.marked import Ledger
from agentopt.reader.families.names import Mention
from agentopt.reader.families.nouns import stem
from agentopt.reader.families.prose import Prose
from agentopt.reader.tokens import Token

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


_LOGIC = re.compile(
    r"\b(?:if|unless|only|both|either|neither|cannot|must|requires?|needs?|depends?|relies|"
    r"exclusive|excludes?|"
    r"together|pair|conflicts?|incompatible|without|prerequisite|mandatory|compulsory|useless|"
    r"pointless|same|"
    r"rivals?|refuse|clash\w*|insists?|has to|have to|non-negotiable|committed|promised|"
    r"presuppos\w+|whenever|"
    r"goes with|overlap\w*|compet\w+|otherwise|except|instead|anyway|at most|at least|no more "
    r"than|exactly one|exactly two)\b|n't\b|\bnot\b"
)
_BINDING = re.compile(
    r"\b(?:unless|neither|cannot|exclusive|together|conflicts?|incompatible|prerequisite)\b"
)
_IDLE = re.compile(
    r"(?:cannot|n't|not|no|nothing|never|can|either|each|every) .*(?:split|divid\w+|cut|broken|"
    r"parts?|partial\w*"
    r"|half|halves|once|twice|again|repeat\w*|whole|leave|left|entire\w*|complete\w*|all or nothing)\b"
)
_ORDINALS = re.compile(r"\b(?:first|second|third|last|two|three|latter|former)\b")
_NOT = re.compile(r"\b(?:not|cannot|never|excluded|impossible|no|useless|pointless|worthless)\b|n't\b")
_UNSURE = re.compile(r"\b(?:nor|except|otherwise|instead|also if|prefer\w*|should|ideally|cheaper)\b")
_EXCLUSIVE = re.compile(
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
_COUNT: Mapping[Kind, str] = {
    "at_most": r"(?:at (?:the )?most|(?:no|not) more than|up to|maximum(?: of)?|max|only|exceed)(?: \w+)?",
    "at_least": r"(?:at least|no fewer than|no less than|minimum of|minimum|not fewer than)(?: \w+)?",
    "exactly": r"(?:exactly|precisely)(?: \w+)?",
}
_AFTER: Mapping[Kind, str] = {
    "at_most": r"(?:\w+ ){0,4}(?:at most|maximum|max|at the most|tops)\b",
    "at_least": r"(?:\w+ ){0,4}(?:at least|minimum|or more)\b",
}


def rules_in(
    prose: Prose, mentions: Sequence[Mention], records: Records, ledger: Ledger
) -> tuple[Rule, ...] | None:
    """The rules of a text, their numbers entered; None when one is not understood."""
    reading = _Reading(prose, mentions, records, ledger, dict(_groups(prose, mentions, records)))
    found: list[Rule] = []
    for span in sentences(prose.text, prose.tokens, prose.hidden):
        if not reading.has_rule(span):
            continue
        rules = reading.rules(span)
        if rules is None:
            return None
        found += rules
    return tuple(dict.fromkeys(found))


def _groups(
    prose: Prose, mentions: Sequence[Mention], records: Records
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Nouns that call several things: `banks` for a bank and a rival bank, `Perennials on offer: A, B`."""
    names = records.names
    said: dict[str, list[str]] = {}
    for name in names:
        for word in {stem(part) for part in name.split()}:
            said.setdefault(word, []).append(name)
    for word, some in said.items():
        if 1 < len(some) < len(names) and len(word) > 2:
            yield word, tuple(some)
    for at, token in enumerate(prose.tokens):
        if token.text != ":" or at in prose.hidden:
            continue
        last = next(
            (
                n
                for n, t in enumerate(prose.tokens[at:], at)
                if t.text in ".;" or "\n" in prose.text[prose.tokens[n - 1].end : t.start]
            ),
            len(prose.tokens),
        )
        inside = tuple(dict.fromkeys(each.name for each in mentions if at < each.first < last))
        before = [
            t for t in prose.tokens[max(0, at - 4) : at] if t.sentence == token.sentence and t.kind == "word"
        ]
        plural = next((t for t in before if t.lower != stem(t.text)), None)
        if plural is not None and 1 < len(inside) < len(names):
            yield stem(plural.text), inside


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text with its things, whose rules are read."""

    prose: Prose
    mentions: Sequence[Mention]
    records: Records
    ledger: Ledger
    groups: Mapping[str, tuple[str, ...]]

    def has_rule(self, span: range) -> bool:
        """Whether a sentence may state a rule."""
        if self._counts(span, dry=True):
            return True
        plain = " ".join(token.lower for token in self._of(span)).replace("’", "'")
        return bool(_LOGIC.search(plain))

    def rules(self, span: range) -> list[Rule] | None:
        """The rules of a sentence; None when it is one that is not understood."""
        counted = self._counts(span)
        if counted:
            return counted
        if self._has_data(span):
            return self._beside_data(span)
        because = self.prose.said(span.start, span.stop)
        whole, names = self._symbols(span)
        many = self._of_group(span, whole, because)
        if many is not None:
            return many
        if not names:
            plain = " ".join(token.lower for token in self._of(span)).replace("’", "'")
            binding = _BINDING.search(plain) and not (_IDLE.search(plain) and not _ORDINALS.search(plain))
            return None if binding else []
        if any(self._is_unread(at) for at in span):
            return None
        return self._clauses(span, because) or self._understood(whole, names, because)

    def _of(self, span: range) -> Sequence[Token]:
        return self.prose.tokens[span.start : span.stop]

    def _has_data(self, span: range) -> bool:
        data = self.ledger.entries.keys() - self.prose.named.keys()
        inside = {at for each in self.mentions for at in range(each.first, each.last)}
        return any(at in data and at not in inside for at in span)

    def _beside_data(self, span: range) -> list[Rule] | None:
        """Rules in brackets or clauses beside the numbers of a thing: `E: cost 5, value 8 (only with A)`."""
        found: list[Rule] = []
        begin = span.start
        for at in range(span.start, span.stop + 1):
            if at < span.stop and self.prose.tokens[at].text not in "()[];—–":
                continue
            part = range(begin, at)
            begin = at + 1
            plain = " ".join(self.prose.tokens[here].lower for here in part).replace("’", "'")
            if not _LOGIC.search(plain) or self._has_data(part):
                continue
            inside = [each for each in self.mentions if each.first in part]
            before = [each for each in self.mentions if span.start <= each.first < part.start]
            if not inside or not before:
                continue
            sentence, names = self._symbols(part, lead=before[-1].name)
            rules = self._understood(sentence, names, self.prose.said(span.start, span.stop))
            if rules is None:
                return None
            found += rules
        plain = " ".join(self.prose.tokens[here].lower for here in span).replace("’", "'")
        if not found and re.search(
            r"\b(?:if|unless|only if|not both|mutually|prerequisite|depends)\b", plain
        ):
            named = {each.name for each in self.mentions if each.first in span}
            return None if len(named) == 2 else []
        return found

    def _symbols(self, span: range, lead: str = "") -> tuple[str, list[str]]:
        """A sentence with `R`, `S`, ... for the things it names, and their names."""
        names = [lead] if lead else []
        said = ["R"] if lead else []
        starts = {each.first: each for each in self.mentions if each.first in span}
        at = span.start
        while at < span.stop:
            mention = starts.get(at)
            if mention is None:
                word = self.prose.tokens[at].lower.replace("’", "'")
                said.append(word)
                at += 1
                continue
            if mention.name not in names:
                names.append(mention.name)
            said.append("RSTUVWXYZ"[min(8, names.index(mention.name))])
            at = mention.last
        return re.sub(r"\( ([R-Z]) \)", r"\1", " ".join(said)), names

    def _clauses(self, span: range, because: str) -> list[Rule] | None:
        """The rules of the parts of a sentence between dashes, colons and `and the same goes for`."""
        cuts = [at for at in span if self.prose.tokens[at].text in ";:–—-" and self._parts(at)]
        if not cuts:
            return self._same_goes(span, because)
        found: list[Rule] = []
        begin = span.start
        for cut in [*cuts, span.stop]:
            part = range(begin, cut)
            begin = cut + 1
            sentence, names = self._symbols(part)
            if not names or not _LOGIC.search(sentence):
                continue
            rules = self._same_goes(part, because) or self._understood(sentence, names, because)
            if rules is None and not (len(names) == 1 and found):
                return None
            found += rules or []
        return found or None

    def _parts(self, at: int) -> bool:
        """Whether a mark parts clauses, and no word or name."""
        tokens = self.prose.tokens
        inside = any(each.first < at < each.last for each in self.mentions)
        glued = at and tokens[at - 1].end == tokens[at].start and tokens[at].text in "-–"
        return not inside and not glued

    def _same_goes(self, span: range, because: str) -> list[Rule] | None:
        """`A needs B, and the same goes for C`."""
        sentence, names = self._symbols(span)
        match = re.search(
            r"(.*?),? and (?:the )?(?:same|so) (?:goes|does|holds|applies|is true)(?: for)? "
            r"(?:\w+ )?([S-Z])\b",
            sentence,
        )
        if match is None:
            return None
        inside = [
            name for name, symbol in zip(names, "RSTUVWXYZ", strict=False) if symbol in match[1].split()
        ]
        rules = self._understood(match[1], inside, because)
        if rules is None or len(rules) != 1 or rules[0].kind != "implies":
            return None
        other = names["RSTUVWXYZ".index(match[2])]
        return [*rules, Rule("implies", (other, *rules[0].items[1:]), 1, because)]

    def _of_group(self, span: range, plain: str, because: str) -> list[Rule] | None:
        """`The two banks refuse to be heard on the same evening`."""
        tokens = self.prose.tokens[span.start : span.stop]
        said = [self.groups[stem(t.text)] for t in tokens if t.lower != stem(t.text) in self.groups]
        if len(said) != 1 or not _EXCLUSIVE.search(plain):
            return None
        self._enter(span)
        return [Rule("at_most", said[0], 1, because)]

    def _is_unread(self, at: int) -> bool:
        """Whether a number is neither data nor part of a name."""
        inside = any(each.first <= at < each.last for each in self.mentions)
        known = at in self.ledger.entries or at in self.ledger.waived or inside
        token = self.prose.tokens[at]
        return token.is_number and not known and not (token.kind == "spelled" and (token.value or 0) < 4)

    def _enter(self, span: range) -> None:
        for at in span:
            if self.prose.tokens[at].is_number and at not in self.ledger.entries:
                self.ledger.take(at, "a rule of choosing")

    def _understood(self, sentence: str, names: Sequence[str], because: str) -> list[Rule] | None:
        """The rules of a sentence about one, two or a few things."""
        if _UNSURE.search(sentence):
            return None
        if len(names) == 1:
            return _of_one(sentence, names[0], because)
        return _of_two(sentence, names, because) if len(names) == 2 else _of_some(sentence, names, because)

    def _counts(self, span: range, *, dry: bool = False) -> list[Rule]:
        """Limits on how many are taken, of all or of a group: `at most three projects`."""
        found: list[Rule] = []
        tokens = self.prose.tokens
        nouns = {self.records.noun, "item", "project", "one", "thing", "them", "these", "of", "option"} - {""}
        because = self.prose.said(span.start, span.stop)
        for at in span:
            token = tokens[at]
            if token.kind not in ("integer", "spelled") or at in self.ledger.entries or token.value is None:
                continue
            after = [stem(each.text) for each in tokens[at + 1 : min(span.stop, at + 5)]]
            group = next((self.groups[word] for word in after[:2] if word in self.groups), ())
            plain = (
                not group
                and after[:1]
                and (after[0] in nouns or (len(after) > 1 and after[1] in nouns - {"of"}))
            )
            of_all = "of" not in after[:1] or bool({*after[1:4]} & (nouns - {"of"}))
            named = any(each.first in span for each in self.mentions) and not group
            if not (group or (plain and of_all) or self._counts_things(at, span)) or named:
                continue
            before = " ".join(each.lower for each in tokens[max(span.start, at - 4) : at])
            behind = " ".join(each.lower for each in tokens[at + 1 : min(span.stop, at + 7)])
            for kind, pattern in _COUNT.items():
                late = kind in _AFTER and re.match(_AFTER[kind], behind)
                if re.search(rf"{pattern}$", before) or late:
                    found.append(Rule(kind, group, int(token.value), because))
                    if not dry:
                        self.ledger.take(at, "how many are chosen")
                    break
        return found

    def _counts_things(self, at: int, span: range) -> bool:
        """Whether a small number is followed by a plural that is no data: `four campaigns`."""
        token = self.prose.tokens[at]
        after = self.prose.tokens[at + 1 : min(span.stop, at + 3)]
        plural = any(each.kind == "word" and each.lower != stem(each.text) for each in after)
        said = {stem(each.text) for each in after}
        known = any(said & column.words for column in self.records.columns)
        small = token.value is not None and token.value <= len(self.records.names)
        return plural and small and not known and not self.prose.amount(at).unit.kind


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
    if _EXCLUSIVE.search(sentence):
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
