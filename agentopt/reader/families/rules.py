"""Rules of choosing: at most k, this only with that, not both, one of two, both or neither, must be taken."""

from __future__ import annotations

__all__ = ["rules_in"]

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentopt.reader.families.clauses import sentences
from agentopt.reader.families.listing import Records
from agentopt.reader.families.marked import Ledger
from agentopt.reader.families.names import Mention
from agentopt.reader.families.nouns import stem
from agentopt.reader.families.prose import Prose
from agentopt.reader.families.ruling import EXCLUSIVE, Kind, Rule, said_of
from agentopt.reader.tokens import Token

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
        return self._clauses(span, because) or said_of(whole, names, because)

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
            rules = said_of(sentence, names, self.prose.said(span.start, span.stop))
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
            rules = self._same_goes(part, because) or said_of(sentence, names, because)
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
        rules = said_of(match[1], inside, because)
        if rules is None or len(rules) != 1 or rules[0].kind != "implies":
            return None
        other = names["RSTUVWXYZ".index(match[2])]
        return [*rules, Rule("implies", (other, *rules[0].items[1:]), 1, because)]

    def _of_group(self, span: range, plain: str, because: str) -> list[Rule] | None:
        """`The two banks refuse to be heard on the same evening`."""
        tokens = self.prose.tokens[span.start : span.stop]
        said = [self.groups[stem(t.text)] for t in tokens if t.lower != stem(t.text) in self.groups]
        if len(said) != 1 or not EXCLUSIVE.search(plain):
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
