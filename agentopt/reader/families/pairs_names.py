"""The names that a text about two groups may use, found by where they stand and not only by capitals.

Three tiers: the labels of tables; names by how they are written (capitals, codes, a noun with an
identifier); and, where wanted, words in small letters that numbers are said of (`dishes 20, lawn 45`, `9
from the theatre`, `ordering lasers / robots / genomics`). Whether what is found here really names things is
left to the reading that uses every number.
"""

from __future__ import annotations

__all__ = ["Found", "found_in", "heads_of"]

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from agentopt.reader.families.names import Mention
from agentopt.reader.families.nouns import AFTER_NAME, NO_NAME, OPENERS, TYPE_NOUNS, stem, words
from agentopt.reader.tokens import Token


@dataclass(frozen=True, slots=True)
class Found:
    """Names and where they are said.

    Attributes:
        mentions: in the order of the text, without overlaps.
        heads: the noun that several names share ("depot" of "Depot Alpha"), by name; "" for none.
        listed: names listed side by side.
    """

    mentions: tuple[Mention, ...]
    heads: dict[str, str]
    listed: tuple[tuple[str, ...], ...]


_TITLES = words("mr mrs ms miss dr prof")
_DETERMINERS = words("the a an our his her their its this that my your")
_PLACING = words("to for on at in from with")
_JOINS = words("and or & plus")
_SPEAKING = words(
    """
    cost costs costing price rate fee demand demands supply supplies capacity capacities stock order orders
    total sum requirement requirements need needs available availability fixed opening rent profit profits
    distance distances time times hour hours minute minutes day days week month year score scores point
    points rating ratings unit units ton tons tonne tonnes kg km mile miles sack sacks cent cents dollar
    dollars euro euros pound pounds data table memo note hi hello dear thanks cheers regards best hey ps
    problem task exercise question subject example per each respectively same customers customer ok okay yes
    respective row rows column columns site sites maximum minimum percent any within more less
    people person one first
    second hearts bid bids quote way route lane limit open total totals bill thousand million hundred k eur
    usd gbp re sincerely today tomorrow tonight morning evening night afternoon most least about around
    exactly only up piece number quick quickly margin freight haulage shipping solve kilometre kilometer
    kilometres kilometers metre metres wanted everything nothing nobody everybody
    """
)
_NO_THING = _SPEAKING | NO_NAME | _DETERMINERS | _PLACING | _JOINS | _TITLES
_VERBS = AFTER_NAME | words(
    """
    manages handles produced owes lacks burns quotes says said asks asked bids bid estimates estimated rates
    rated gave go goes come comes could runs run saw see fit fits did made being am were done doing put
    pick picked let lets don't doesn't isn't aren't can't won't so because since if then than per as too
    not very just also still it's that's that is it they she he
    """
)
_CODE = re.compile(r"[A-Z]{1,3}[-_]?\d{1,3}|[a-z]\d{1,2}")


def heads_of(labels: Collection[str]) -> frozenset[str]:
    """The words that several names begin or end with, as kinds do: `Depot Alpha`, `Depot Beta`."""
    first: dict[str, set[str]] = {}
    last: dict[str, set[str]] = {}
    for label in labels:
        parts = _parts(label)
        if len(parts) > 1:
            first.setdefault(parts[0], set()).add(" ".join(parts[1:]))
            last.setdefault(parts[-1], set()).add(" ".join(parts[:-1]))
    shared = {word for of in (first, last) for word, rests in of.items() if len(rests) > 1}
    return frozenset(shared)


def _parts(label: str) -> list[str]:
    found = re.findall(r"[^\W_]+(?:['’][^\W\d_]+)?", label)
    return [stem(part) for part in found] or [label.lower()]


def found_in(
    text: str, tokens: Sequence[Token], hidden: Collection[int], labels: Sequence[str], *, lowercase: bool
) -> Found:
    """The names of a text.

    Args:
        text: the text.
        tokens: of it.
        hidden: those of tables.
        labels: what tables name.
        lowercase: whether words in small letters are taken for names.
    """
    gaps = ((at, text[one.end : other.start]) for at, (one, other) in enumerate(pairwise(tokens), 1))
    scan = _Scan(tokens, frozenset(hidden), frozenset(at for at, gap in gaps if "\n" in gap))
    written = [*dict.fromkeys(scan.written())]
    listed: list[tuple[str, ...]] = []
    if lowercase:
        listed = [tuple(each) for each in scan.lists()]
        written += [name for each in listed for name in each]
        written += scan.bound()
    return _resolved(scan, labels, [*dict.fromkeys(written)], listed)


@dataclass(frozen=True)
class _Scan:
    """A look through the tokens outside of tables."""

    tokens: Sequence[Token]
    hidden: frozenset[int]
    lines: frozenset[int]

    @cached_property
    def lower(self) -> frozenset[str]:
        """All words that are written small somewhere."""
        return frozenset(stem(token.text) for token in self.tokens if token.text.islower())

    def begins(self, at: int) -> bool:
        """Whether a sentence or line begins at a token."""
        if not at or at in self.lines or self.tokens[at].sentence != self.tokens[at - 1].sentence:
            return True
        return self.tokens[at - 1].text in "-*•|#\"“:(–—>'" and self.tokens[at - 1].kind == "mark"

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Nouns that numbers tell apart in this text: `spring 1`, `cab 11`, `flights 101, 202 and 303`."""
        after: dict[str, set[int]] = {}
        plain: Counter[str] = Counter()
        for at, token in enumerate(self.tokens[:-1]):
            if token.kind != "word" or at in self.hidden or len(token.text) < 3:
                continue
            noun, number = stem(token.text), self.tokens[at + 1]
            plain[noun] += 1
            if number.kind == "integer" and number.text.isdecimal() and len(number.text) < 4:
                after.setdefault(noun, set()).add(int(number.text))
        found = set()
        for noun, ids in after.items():
            if noun in _NO_THING or noun in _VERBS or noun in OPENERS:
                continue
            row = sorted(ids) == list(range(1, len(ids) + 1))
            known = row and (len(ids) > 1 or noun in TYPE_NOUNS)
            if (known and self.is_singular(noun)) or (len(ids) > 1 and self.identify(noun)):
                found.add(noun)
        told = Counter(
            (stem(one.text), other.text)
            for one, other in zip(self.tokens, self.tokens[1:], strict=False)
            if one.kind == "word" and one.text[0].isupper() and other.kind == "integer"
        )
        found |= {noun for (noun, number), count in told.items() if count > 1 and len(number) < 4}
        return frozenset(found)

    def identify(self, noun: str) -> bool:
        """Whether the numbers behind a noun tell things apart: `cab 11 is`, `flights 101, 202 and 303`."""
        for at, token in enumerate(self.tokens[:-2]):
            if stem(token.text) != noun or not self.is_number(at + 1):
                continue
            after = self.tokens[at + 2]
            if token.lower == noun and after.lower not in _VERBS | {":", "a", "an", "(", "-", "–", "—"}:
                return False
            if token.lower != noun and not self.listed_ids(at + 2):
                return False
        return True

    def is_singular(self, noun: str) -> bool:
        """Whether numbers stand behind the singular of a noun, or in a list behind its plural."""
        return all(
            token.lower == noun or self.listed_ids(at + 2)
            for at, token in enumerate(self.tokens)
            if stem(token.text) == noun and at not in self.hidden and self.is_number(at + 1)
        )

    def listed_ids(self, at: int) -> bool:
        """Whether a list of identifiers goes on at a token: `, 2 and 3` of `stores 1, 2 and 3`."""
        while at < len(self.tokens) and self.tokens[at].lower in {",", "/", *_JOINS}:
            at += 1
            if self.is_number(at):
                return True
        return False

    @cached_property
    def units(self) -> frozenset[str]:
        """What is counted in this text: `320 loaves`, `per crate`, never `loaves 320`."""
        after: Counter[str] = Counter()
        before: Counter[str] = Counter()
        plural = set()
        for one, other in zip(self.tokens, self.tokens[1:], strict=False):
            counted = one.is_number and one.kind not in ("spelled", "one")
            if other.kind == "word" and (counted or one.lower in ("per", "each", "/")):
                after[stem(other.text)] += 1
                plural |= {stem(other.text)} if other.lower != stem(other.text) else set()
            if one.kind == "word" and other.is_number and other.kind not in ("spelled", "one"):
                before[stem(one.text)] += 1
        return frozenset(
            word
            for word, count in after.items()
            if count > before[word] or (count == before[word] and word in plural)
        )

    @cached_property
    def callings(self) -> frozenset[str]:
        """Nouns in small letters that several names stand beside: `yard Kilo`, `the Alder yard`."""
        beside: dict[str, set[str]] = {}
        for at, token in enumerate(self.tokens):
            if at in self.hidden or not token.text.islower() or not self.plain(at):
                continue
            for near in (at + 1, at - 1):
                if 0 <= near < len(self.tokens) and self.tokens[near].sentence == token.sentence:
                    name = self.tokens[near].text
                    if name[0].isupper() and not self.begins(near) and self.tokens[near].kind == "word":
                        beside.setdefault(stem(token.text), set()).add(name)
        return frozenset(
            noun for noun, of in beside.items() if len(of) > 1 and not noun.endswith(("ed", "ing", "ly"))
        )

    def written(self) -> Iterator[str]:
        """Names by how they are written."""
        at = 0
        while at < len(self.tokens):
            if at in self.hidden or self.tokens[at].kind == "mark":
                at += 1
                continue
            for reader in (self.numbered, self.coded, self.capitals):
                names, end = reader(at)
                if end > at:
                    yield from names
                    at = end
                    break
            else:
                at += 1

    def numbered(self, at: int) -> tuple[list[str], int]:
        """`cab 11`, `Stores 1, 2 and 3`."""
        noun = stem(self.tokens[at].text)
        if noun not in self.kinds or not self.is_number(at + 1):
            return [], at
        plural = self.tokens[at].lower != noun
        after = self.tokens[at + 2] if at + 2 < len(self.tokens) else None
        counted = self.units - _VERBS
        if after is not None and after.kind == "word" and stem(after.text) in counted and not plural:
            return [], at
        names, here = [f"{noun} {self.tokens[at + 1].text}"], at + 2
        while plural:
            ahead = here
            while ahead < len(self.tokens) and self.tokens[ahead].lower in {",", "/", *_JOINS}:
                ahead += 1
            if ahead == here or not self.is_number(ahead):
                break
            names.append(f"{noun} {self.tokens[ahead].text}")
            here = ahead + 1
        return names, here

    def is_number(self, at: int) -> bool:
        """Whether a token may tell things of a kind apart."""
        if at >= len(self.tokens) or at in self.hidden:
            return False
        token = self.tokens[at]
        return token.kind == "integer" and token.text.isdecimal() and len(token.text) < 4

    def coded(self, at: int) -> tuple[list[str], int]:
        """`W1`, or a letter alone."""
        token = self.tokens[at]
        if _CODE.fullmatch(token.text):
            return [token.text], at + 1
        if len(token.text) == 1 and token.text.isupper() and token.text != "I":
            after = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
            article = token.text == "A" and after is not None and after.kind == "word"
            if article and after is not None and after.lower not in AFTER_NAME:
                return [], at
            before = self.tokens[at - 1] if at else None
            kind = before is not None and before.kind == "word" and stem(before.text) in TYPE_NOUNS
            return ([f"{stem(before.text)} {token.text}" if kind and before else token.text]), at + 1
        return [], at

    def capitals(self, at: int) -> tuple[list[str], int]:
        """`San Diego`, `Bean & Gone`, `St. Mary`, `Unit 9`; the first word of a sentence only if it names."""
        end = at
        while end < len(self.tokens) and end not in self.hidden and self.capital(end):
            if end > at and (self.begins(end) or self.tokens[end].start > self.tokens[end - 1].end + 1):
                break
            end += 1
            after = self.tokens[end : end + 2]
            if len(after) == 2 and after[0].text in ("&", "-", ".") and self.capital(end + 1):
                glued = after[0].start == self.tokens[end - 1].end
                short = after[0].text == "." and len(self.tokens[end - 1].text) < 4
                end += after[0].text == "&" or short or (after[0].text == "-" and glued)
        begin = at
        while begin < end and self.begins(begin) and not self.names_at(begin, end):
            begin += 1
            if begin < end and begin > at:
                break
        while begin < end and (
            stem(self.tokens[begin].text) in _NO_THING | OPENERS or self.tokens[begin].kind == "mark"
        ):
            begin += 1
        if begin >= end or (begin == at and self.heads_list(at, end)):
            return [], end
        return [self.said(begin, end)], end

    def heads_list(self, at: int, end: int) -> bool:
        """Whether a word only says what is listed after it: `Parts: the King, the Fool`."""
        if not self.begins(at) or end + 1 >= len(self.tokens) or self.tokens[end].text != ":":
            return False
        first = end + 1 + (self.tokens[end + 1].lower in _DETERMINERS)
        here = self.tokens[at].sentence
        numbers = any(token.is_number for token in self.tokens[end:] if token.sentence == here)
        listed = first < len(self.tokens) and self.tokens[first].sentence == here and self.capital(first)
        return listed and not numbers

    def names_at(self, at: int, end: int) -> bool:
        """Whether a word that opens a sentence is a name, not merely its first word."""
        token = self.tokens[at]
        said = stem(token.text)
        if (
            token.lower in OPENERS
            or said in _NO_THING
            or token.lower in _VERBS
            or token.lower.endswith("ing")
        ):
            return False
        if end > at + 1:
            return True
        after = self.tokens[end] if end < len(self.tokens) else None
        if after is not None and (after.text[0].isdecimal() or after.text in ":-–—>→"):
            return True
        if said in self.lower:
            return False
        follows = after is None or after.lower in AFTER_NAME - _PLACING or not after.text[0].isalpha()
        return follows or token.text in self.inner

    @cached_property
    def inner(self) -> frozenset[str]:
        """Words with a capital that some sentence has inside."""
        return frozenset(
            token.text
            for at, token in enumerate(self.tokens)
            if token.text[0].isupper() and at not in self.hidden and not self.begins(at)
        )

    def capital(self, at: int) -> bool:
        token = self.tokens[at]
        return token.kind == "word" and token.text[0].isupper() and len(token.text) > 1

    def said(self, first: int, last: int) -> str:
        parts = ""
        for at in range(first, last):
            gap = at > first and self.tokens[at].start > self.tokens[at - 1].end
            parts += (" " if gap else "") + self.tokens[at].text
        return parts

    # Words in small letters.

    def plain(self, at: int) -> bool:
        """Whether a token may be part of a name in small letters."""
        if not 0 <= at < len(self.tokens) or at in self.hidden:
            return False
        token = self.tokens[at]
        known = token.lower in _NO_THING or stem(token.text) in _NO_THING or token.lower in _VERBS
        return token.kind == "word" and not known and len(token.text) > 1

    def forward(self, at: int) -> str:
        """The phrase that begins at a token."""
        while at < len(self.tokens) and self.tokens[at].lower in _DETERMINERS:
            at += 1
        end = at
        while self.plain(end) and end - at < 3 and self.tokens[end].sentence == self.tokens[at].sentence:
            end += 1
        small = end > at and any(self.tokens[k].text.islower() for k in range(at, end))
        return self.said(at, end) if small else ""

    def backward(self, at: int) -> str:
        """The phrase that ends right before a token."""
        begin = at
        while self.plain(begin - 1) and at - begin < 3:
            begin -= 1
            if self.tokens[begin].sentence != self.tokens[begin - 1].sentence:
                break
        small = begin < at and any(self.tokens[k].text.islower() for k in range(begin, at))
        return self.said(begin, at) if small else ""

    def bound(self) -> list[str]:
        """Phrases that numbers are said of, which the text says more than once."""
        found: Counter[str] = Counter()
        for at, token in enumerate(self.tokens):
            if not token.is_number or at in self.hidden:
                continue
            found.update({phrase for phrase in self.beside(at) if phrase})
        for phrase in self.leading():
            found[phrase] += 1
        lowered = " ".join(stem(token.text) for token in self.tokens)
        kept = []
        barred = self.units | self.callings
        for phrase, count in found.items():
            parts = [stem(part) for part in phrase.split()]
            if parts[-1] in barred or (len(parts) > 1 and parts[0] in self.units):
                continue
            said = " ".join(stem(part) for part in phrase.split())
            if count > 1 or len(re.findall(rf"(?<!\w){re.escape(said)}(?!\w)", lowered)) > 1:
                kept.append(phrase)
        return kept

    def beside(self, at: int) -> Iterator[str]:
        """The phrases around a number: `20 from the theatre`, `dishes 20`, `20 (lower)`."""
        here = self.tokens[at].sentence
        for step in range(at + 1, min(len(self.tokens), at + 5)):
            token = self.tokens[step]
            if token.sentence != here or token.is_number:
                break
            if token.lower in _PLACING or token.text == "(":
                yield self.forward(step + 1)
                break
            if token.kind == "mark" and token.text not in "$€£/%¢":
                break
        begin = at
        skipped = 0
        while begin and self.tokens[begin - 1].sentence == here and skipped < 4:
            token = self.tokens[begin - 1]
            small = token.lower in _VERBS | _PLACING | {"a", "an", "the"} and token.lower not in ("and", "or")
            if not (token.text in "$€£:=–—->(" or small):
                break
            begin -= 1
            skipped += 1
        yield self.backward(begin)
        if begin and self.tokens[begin - 1].kind == "word":
            first = begin - 1
            while self.plain(first - 1):
                first -= 1
            if first and self.tokens[first - 1].text in "-–—>":
                yield self.backward(first - 1)

    def leading(self) -> Iterator[str]:
        """What a sentence with several numbers begins with: `For the lease dispute Okafor says 14 hours`."""
        counts = Counter(token.sentence for token in self.tokens if token.is_number)
        for at, token in enumerate(self.tokens):
            if at in self.hidden or not self.begins(at) or counts[token.sentence] < 2:
                continue
            begin = at
            while begin < len(self.tokens) and self.tokens[begin].lower in _PLACING | {"the"}:
                begin += 1
            end = begin
            while self.plain(end) and end - begin < 3 and (end == begin or self.tokens[end].text.islower()):
                end += 1
            after = self.tokens[end] if end < len(self.tokens) else None
            if end == begin or after is None or self.tokens[begin].lower.endswith("ing"):
                continue
            led = begin > at or after.text in ":-–—,"
            if led and (after.text in ":-–—," or after.lower in _VERBS or after.text[0].isupper()):
                phrase = self.said(begin, end)
                yield phrase
                yield phrase  # its place alone says enough

    def lists(self) -> Iterator[list[str]]:
        """Three or more short phrases side by side: `for backstroke, butterfly and freestyle`."""
        at = 0
        while at < len(self.tokens):
            items, end = self.list_at(at)
            if len(items) > 2 and any(item[0].islower() for item in items):
                yield items
                at = end
            else:
                at += 1

    def joins(self, at: int, begin: int) -> bool:
        """Whether a token is the `of` inside a phrase."""
        return begin < at < len(self.tokens) and self.tokens[at].lower == "of"

    def list_at(self, at: int) -> tuple[list[str], int]:
        items: list[str] = []
        here, last = at, False
        if self.plain(at - 1):
            return [], at
        while here < len(self.tokens):
            while here < len(self.tokens) and self.tokens[here].lower in ("the", "a", "an"):
                here += 1
            end = here
            while end - here < 3 and (self.plain(end) or self.joins(end, here)):
                end += 1
            if end == here or not self.plain(end - 1):
                break
            items.append(self.said(here, end))
            here = end
            if last or here >= len(self.tokens):
                break
            joint = self.tokens[here].lower
            if joint not in {",", "/", ";", *_JOINS}:
                break
            here += 1
            if joint == "," and here < len(self.tokens) and self.tokens[here].lower in _JOINS:
                here += 1
                joint = "and"
            last = joint in _JOINS
        return items, here


def _resolved(
    scan: _Scan, labels: Sequence[str], written: Sequence[str], listed: Sequence[tuple[str, ...]]
) -> Found:
    """One name for all ways of saying it, and its mentions."""
    kinds = heads_of([*labels, *written]) | scan.kinds | (scan.callings - {stem(name) for name in labels})
    written = [name for name in written if _parts(name) not in [[kind] for kind in kinds]]
    known: dict[tuple[str, ...], str] = {}
    for name in [*labels, *written]:
        known.setdefault(_key(name, kinds), name)
    canonical: dict[tuple[str, ...], str] = {}
    for key in known:
        wider = [other for other in known if set(key) < set(other)]
        is_label = any(_key(each, kinds) == key for each in labels)
        if not is_label and len(key) > 1 and key[-1:] in known and (len(key[-1]) == 1 or key[-1].isdecimal()):
            canonical[key] = known[key[-1:]]  # `hub A` where a table says `A`
            continue
        canonical[key] = known[wider[0]] if len(wider) == 1 and not is_label and len(key) == 1 else known[key]
    forms: dict[tuple[str, ...], str] = {}
    for name in [*labels, *written]:
        target = canonical[_key(name, kinds)]
        forms.setdefault(tuple(_parts(name)), target)
        forms.setdefault(_key(name, kinds), target)
    for label in labels:
        for form in _short(label, labels, kinds):
            forms.setdefault(form, label)
    heads = {}
    for name in {*canonical.values()}:
        parts = _parts(name)
        heads[name] = next((part for part in parts if part in kinds and len(parts) > 1), "")
    mentions = tuple(_mentions(scan, forms, kinds))
    for mention in mentions:
        if not heads.get(mention.name):
            heads[mention.name] = _beside(scan, mention)
    keys = [[_key(name, kinds) for name in each] for each in listed]
    groups = [tuple(dict.fromkeys(canonical[key] for key in each if key in canonical)) for each in keys]
    return Found(mentions, heads, tuple(groups))


def _beside(scan: _Scan, mention: Mention) -> str:
    """The noun beside a mention that others stand beside as well."""
    for at in (mention.first - 1, mention.last):
        if 0 <= at < len(scan.tokens) and stem(scan.tokens[at].text) in scan.callings:
            near = scan.tokens[at].sentence == scan.tokens[mention.first].sentence
            if near and scan.tokens[at].text.islower():
                return stem(scan.tokens[at].text)
    return ""


def _key(name: str, kinds: Collection[str]) -> tuple[str, ...]:
    """What tells a name from others: without its kind, unless a number does."""
    parts = [part for part in _parts(name) if part not in _TITLES and part != "the"] or _parts(name)
    if len(parts) > 1 and (parts[-1].isdecimal() or len(parts[-1]) == 1):
        return tuple(parts)
    bare = [part for part in parts if part not in kinds]
    return tuple(bare or parts)


def _short(label: str, labels: Sequence[str], kinds: Collection[str]) -> Iterator[tuple[str, ...]]:
    """Parts of a label that no other has: `Grant` of `Ms Grant`, `A` of `Hub A`."""
    parts = _parts(label)
    others = Counter(part for each in labels for part in set(_parts(each)))
    for part in parts:
        alone = others[part] == 1 and part not in kinds and part not in _NO_THING
        if alone and len(parts) > 1 and not part.isdecimal():
            yield (part,)


def _mentions(scan: _Scan, forms: dict[tuple[str, ...], str], kinds: Collection[str]) -> Iterator[Mention]:
    """Every place where a name is said, the longest form first, with the kinds around it."""
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for form in forms:
        by_first.setdefault(form[0], []).append(form)
    for options in by_first.values():
        options.sort(key=len, reverse=True)
    numbers = {form[1]: form for form in forms if len(form) == 2 and form[1].isdecimal()}
    at, before = 0, ""
    tokens = scan.tokens
    while at < len(tokens):
        match = None if at in scan.hidden else _match(scan, by_first, at)
        if match is None and before and at not in scan.hidden and tokens[at].text in numbers:
            joined = tokens[at - 1].lower in {",", *_JOINS}
            form = (before, tokens[at].text)
            if joined and form in forms and _kind_is_plural(tokens, at, before):
                yield Mention(forms[form], at, at + 1)
                at += 1
                continue
        if match is None:
            if tokens[at].text not in {",", "and", "&", "or"} and not tokens[at].is_number:
                before = before if stem(tokens[at].text) == before else ""
            at += 1
            continue
        form, end = match
        yield Mention(forms[form], at, end)
        before = form[0] if len(form) == 2 and form[1].isdecimal() else ""
        at = end


def _kind_is_plural(tokens: Sequence[Token], at: int, kind: str) -> bool:
    """Whether `2` in `stores 1, 2 and 3` stands under the plural of its kind."""
    for back in range(at - 1, max(-1, at - 14), -1):
        if stem(tokens[back].text) == kind:
            return tokens[back].lower != kind
    return False


def _match(
    scan: _Scan, by_first: dict[str, list[tuple[str, ...]]], at: int
) -> tuple[tuple[str, ...], int] | None:
    tokens = scan.tokens
    for form in by_first.get(stem(tokens[at].text), ()):
        end, ok = at, True
        for part in form:
            while end < len(tokens) and end > at and tokens[end].text in "&.-_" and part not in "&.-":
                end += 1
            if end >= len(tokens) or end in scan.hidden or stem(tokens[end].text) != part:
                ok = False
                break
            end += 1
        if not ok:
            continue
        if len(form) == 1 and len(form[0]) == 1:
            names, _ = scan.coded(at)
            if not (form[0].isalpha() and names):
                continue
        return form, end
    return None
