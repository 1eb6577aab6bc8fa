"""The things a text names, and which of them belong together.

Names are found by how they are written, without a dictionary of things: capitals in the middle of a
sentence (`San Diego`), a noun with a letter or number (`plant A`, `worker 2`, `plants 1, 2 and 3`), codes
(`W1`), the labels of tables and lists, and what is listed after a colon or a count (`three tasks: cleaning,
cooking and ironing`). Names belong together when they are listed side by side, stand under one noun, or label
the rows of one table.
"""

from __future__ import annotations

__all__ = ["Mention", "Names", "names_in", "stem"]

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from agentopt.reader.families.nouns import AFTER_NAME, NO_NAME, OPENERS, TYPE_NOUNS, stem
from agentopt.reader.families.nouns import words as words_of
from agentopt.reader.tokens import Token


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in the text, from its first token to the one before `last`."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Names:
    """What is named, where, and in which groups.

    Attributes:
        mentions: in the order of the text, without overlaps.
        groups: names that belong together, each in the order of its first mention.
        nouns: for a group, by its first name, the plural-less noun it is listed under ("plant"); "" for none.
    """

    mentions: tuple[Mention, ...]
    groups: tuple[tuple[str, ...], ...]
    nouns: Mapping[str, str]

    def group(self, name: str) -> tuple[str, ...]:
        """The group of a name; none when there is no such name."""
        return next((group for group in self.groups if name in group), ())


def names_in(
    tokens: Sequence[Token], known: Iterable[Sequence[str]] = (), skip: Iterable[range] = ()
) -> Names:
    """The names in a text.

    Args:
        tokens: of the text.
        known: groups of names that tables label, in their order; they are looked for as well.
        skip: tokens not to look at, those of tables.
    """
    hidden = {at for span in skip for at in span}
    given = [tuple(group) for group in known]
    labels = [name for group in given for name in group]
    learned, numbered = _learned(tokens, hidden, labels)
    words = _Words(tokens, hidden, TYPE_NOUNS | learned, numbered)
    found = list(dict.fromkeys([*words.names(), *words.ends(), *words.subjects()]))
    for name in sorted(found, key=lambda name: not words.noun(name)):
        if not any(words.same(name, label) for label in labels):
            labels.append(name)
    mentions = _mentions(words, labels)
    return _grouped(words, labels, mentions, given)


def _learned(
    tokens: Sequence[Token], hidden: set[int], labels: Iterable[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Nouns of this text, which letters or numbers tell apart, and of all nouns those with numbers."""
    after: dict[str, set[str]] = {}
    for at, token in enumerate(tokens[:-1]):
        if token.kind == "word" and len(token.text) > 2 and at not in hidden and at + 1 not in hidden:
            after.setdefault(stem(token.text), set()).add(tokens[at + 1].text)
    for label in labels:
        parts = label.split()
        if len(parts) > 1:
            after.setdefault(stem(parts[-2]), set()).add(parts[-1])
    known = NO_NAME | AFTER_NAME | OPENERS
    numbered = frozenset(word for word, ids in after.items() if word not in known and _count_up(ids))
    lettered = (word for word, ids in after.items() if word not in known and _are_letters(ids))
    return frozenset(word for word in numbered if len(after[word]) > 1) | frozenset(lettered), numbered


def _are_letters(ids: set[str]) -> bool:
    return sum(len(each) == 1 and each.isupper() for each in ids) > 1


def _count_up(ids: set[str]) -> bool:
    """Whether the numbers among them are 1, 2, 3 and so on."""
    numbers = sorted(int(each) for each in ids if each.isdecimal() and len(each) < 4)
    return bool(numbers) and numbers == list(range(1, len(numbers) + 1))


_JOINS = words_of("and or &")
_PREPOSITIONS = words_of("and or but to from in at on for with by")
_CODE = re.compile(r"[A-Z]{1,3}\d{1,3}")


@dataclass(frozen=True, slots=True)
class _Words:
    """Tokens, with those to look at."""

    tokens: Sequence[Token]
    hidden: set[int]
    nouns: frozenset[str]
    numbered: frozenset[str]

    def noun(self, name: str) -> str:
        """The noun before the identifier of a name: `hub` of `pharmacy hub 2`; "" for none."""
        parts = _parts(name)
        known = (
            len(parts) > 1
            and stem(parts[-2]) in self.nouns
            and (parts[-1].isdecimal() or len(parts[-1]) == 1)
        )
        return stem(parts[-2]) if known else ""

    def bare(self, name: str) -> tuple[str, ...]:
        """A name without the noun that an identifier or a name of its own follows."""
        parts = _parts(name)
        if self.noun(name):
            return (stem(parts[-1]),)
        return tuple(map(stem, parts[1:] if len(parts) > 1 and stem(parts[0]) in self.nouns else parts))

    def same(self, one: str, other: str) -> bool:
        """Whether two names may be one: `A` and `plant A` are, `store 1` and `plant 1` are not."""
        nouns = {noun for noun in (self.noun(one), self.noun(other)) if noun}
        return self.bare(one) == self.bare(other) and len(nouns) < 2

    def names(self) -> Iterator[str]:
        """Names, as they are met."""
        lower = {token.text for at, token in enumerate(self.tokens) if token.text.islower()}
        inner = {
            token.text
            for at, token in enumerate(self.tokens)
            if token.text[0].isupper() and at not in self.hidden and not self.opens(at)
        }
        at = 0
        listed = dict(self.listed())
        while at < len(self.tokens):
            if at in self.hidden or self.tokens[at].kind == "mark":
                at += 1
                continue
            if at in listed:
                yield from listed[at]
            coded = list(self.coded(at))
            if coded:
                yield from (name for name, _ in coded)
                at = coded[-1][1]
                continue
            end = self.capitals(at, lower, inner)
            if end > at:
                yield self.said(at, end)
                at = end
                continue
            at += 1

    def opens(self, at: int) -> bool:
        """Whether a sentence, line or quotation begins here."""
        if at == 0 or self.tokens[at].sentence != self.tokens[at - 1].sentence:
            return True
        return self.tokens[at - 1].text in '-*•|#"“' and self.tokens[at - 1].kind == "mark"

    def said(self, first: int, last: int) -> str:
        """The tokens as a name: with one blank between words and none before marks."""
        parts = ""
        for at in range(first, last):
            gap = at > first and self.tokens[at].start > self.tokens[at - 1].end
            parts += (" " if gap else "") + self.tokens[at].text
        return parts

    def coded(self, at: int) -> Iterator[tuple[str, int]]:
        """`plant A`, `Plants 1, 2 and 3`, `W1`, `A`: the name and the token after."""
        token = self.tokens[at]
        if _CODE.fullmatch(token.text):
            yield token.text, at + 1
            return
        noun = stem(token.text)
        if noun in self.nouns and self.is_id(at + 1, numbers=noun in self.numbered):
            here = at + 1
            plural = token.lower != noun
            while True:
                yield f"{noun.capitalize()} {self.tokens[here].text}", here + 1
                after = self.joined(here + 1)
                if not after or not self.is_id(after, numbers=self.tokens[here].is_number and plural):
                    return
                here = after
        elif self.is_id(at, numbers=False) and self.is_letter_name(at):
            yield token.text, at + 1

    def is_id(self, at: int, *, numbers: bool) -> bool:
        """Whether a token is a letter or small number that tells things of one noun apart."""
        if at >= len(self.tokens) or at in self.hidden:
            return False
        token = self.tokens[at]
        if len(token.text) == 1 and token.text.isupper():
            return token.text != "I" or token.start > self.tokens[at - 1].start
        return numbers and token.kind == "integer" and token.text.isdecimal() and len(token.text) < 4

    def is_letter_name(self, at: int) -> bool:
        """Whether a lone capital letter is a name, not the article or the speaker."""
        letter = self.tokens[at].text
        if any(
            self.tokens[near].text == "&" and self.glued(min(at, near))
            for near in (at - 1, at + 1)
            if 0 <= near < len(self.tokens)
        ):
            return False  # R&D
        if letter not in "AI":
            return True
        if letter == "I":
            return False
        after = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        ends = after is None or not after.text[0].isalpha() or after.lower in AFTER_NAME
        return ends or not self.opens(at)

    def ends(self) -> Iterator[str]:
        """Places in small letters with a number beside them: `$45 to the school, $70 to the bridge`."""
        for at, token in enumerate(self.tokens[:-1]):
            if token.lower not in ("to", "from") or at in self.hidden or not at:
                continue
            if self.tokens[at + 1].lower != "the":
                continue
            begin = at + 2
            end = begin
            while end < len(self.tokens) and self.tokens[end].text.islower() and end - begin < 3:
                if self.tokens[end].kind != "word" or self.tokens[end].lower in NO_NAME | AFTER_NAME:
                    break
                end += 1
            near = [each for each in (self.tokens[at - 1], *self.tokens[end : end + 2]) if each.is_number]
            said = [stem(each.text) for each in self.tokens[begin:end]]
            again = sum(
                [stem(each.text) for each in self.tokens[k : k + len(said)]] == said
                for k in range(len(self.tokens))
            )
            if 0 < len(said) < 3 and near and again > 1:
                yield self.said(begin, end)

    def subjects(self) -> Iterator[str]:
        """What numbers are for, twice or more: `7 for algebra, 9 for biology`."""
        found: list[str] = []
        for at, token in enumerate(self.tokens[1:-1], 1):
            if (
                token.lower not in ("for", "on", "at")
                or at in self.hidden
                or not self.tokens[at - 1].is_number
            ):
                continue
            after = self.tokens[at + 1]
            end = self.tokens[at + 2] if at + 2 < len(self.tokens) else None
            if (
                after.text.islower()
                and after.kind == "word"
                and (end is None or end.kind == "mark" or end.lower in _JOINS)
            ):
                found.append(after.text)
        yield from (name for name, count in Counter(found).items() if count > 1 and name not in NO_NAME)

    def glued(self, at: int) -> bool:
        """Whether a token stands right before the next one."""
        return self.tokens[at].end == self.tokens[at + 1].start

    def joined(self, at: int) -> int:
        """The token after a comma, `and` or both; 0 when nothing joins."""
        begin = at
        while at < len(self.tokens) and self.tokens[at].lower in (",", "and", "or", "&", "/"):
            at += 1
        return at if at > begin else 0

    def capitals(self, at: int, lower: set[str], inner: set[str]) -> int:
        """The end of a name in capitals that begins here; `at` when none does."""
        end = at
        while end < len(self.tokens) and end not in self.hidden and self.is_capital(end, lower):
            if end > at and self.tokens[end].start > self.tokens[end - 1].end + 1:
                break
            if end > at and self.opens(end):
                break
            end += 1
            saint = (
                end < len(self.tokens)
                and self.tokens[end].text == "."
                and self.tokens[end - 1].lower in ("st", "ft", "mt")
            )
            end += saint
        if end == at or not self.opens(at):
            return end
        if self.tokens[at].lower in OPENERS:
            return at
        after = self.tokens[end] if end < len(self.tokens) else None
        follows = after is None or not after.text[0].isalpha() or after.lower in AFTER_NAME - _PREPOSITIONS
        return end if self.tokens[at].text in inner or follows or end > at + 1 else at

    def is_capital(self, at: int, lower: set[str]) -> bool:
        """Whether a word in capitals may be part of a name; a noun may, unless it is used as a noun."""
        token = self.tokens[at]
        if token.kind != "word" or not token.text[0].isupper() or len(token.text) < 2:
            return False
        noun = stem(token.text)
        if token.text.lower() in lower or token.lower in NO_NAME:
            return False
        common = self.opens(at) or self.is_id(at + 1, numbers=noun in self.numbered)
        return noun not in self.nouns or not (common or any(stem(word) == noun for word in lower))

    def listed(self) -> Iterator[tuple[int, list[str]]]:
        """What is listed in small letters after a colon, a bracket or a count, by the token before it."""
        for at, token in enumerate(self.tokens):
            if at in self.hidden or token.text not in (":", "(", ",", "—", "–"):
                continue
            counted = self.counted(at)
            if token.text == "," and not counted:
                continue
            items = list(self.items(at + 1))
            if len(items) >= 2 and (not counted or counted == len(items)):
                yield at + 1, items
                yield at, items

    def counted(self, at: int) -> int:
        """The number of a count such as `three tasks` right before a token; 0 for none."""
        for back in range(at - 1, max(-1, at - 5), -1):
            token = self.tokens[back]
            if token.is_number and token.kind in ("integer", "spelled"):
                near = [stem(each.text) for each in self.tokens[back + 1 : at]]
                return int(token.value or 0) if any(noun in self.nouns for noun in near) else 0
        return 0

    def items(self, at: int) -> Iterator[str]:
        """The short noun phrases of a list that begins here and runs to the end of its sentence."""
        found: list[str] = []
        begin = at
        last = False
        for here in range(at, min(len(self.tokens), at + 60)):
            token = self.tokens[here]
            ends = last and here > begin and token.lower in AFTER_NAME | NO_NAME
            if ends or token.lower in (",", "and", "or", "&", ".", ";", ")") or here in self.hidden:
                if here > begin:
                    name = self.item(begin, here)
                    if not name:
                        return
                    found.append(name)
                begin = here + 1
                if ends or last or token.lower in (".", ";", ")") or here in self.hidden:
                    break
                last = token.lower in ("and", "or", "&")
            elif token.kind == "mark" and token.text not in "-'’/":
                return
        yield from found

    def item(self, first: int, last: int) -> str:
        while first < last and self.tokens[first].lower in ("a", "an", "the", "one"):
            first += 1
        inside = self.tokens[first:last]
        if not 1 <= len(inside) <= 4 or any(
            token.is_number or token.lower in NO_NAME | AFTER_NAME for token in inside
        ):
            return ""
        return self.said(first, last)


def _mentions(words: _Words, labels: Sequence[str]) -> tuple[Mention, ...]:
    """Every place where a label is said, the longest first."""
    spelled: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    bares = Counter(words.bare(label) for label in labels)
    for label in labels:
        bare, noun = words.bare(label), words.noun(label)
        forms = {tuple(map(stem, _parts(label)))}
        if noun:
            forms.add((noun, *bare))
        if bares[bare] == 1 and bare and not bare[0].isdecimal():
            forms.add(bare)
        for form in forms:
            if form:
                spelled.setdefault(form[0], []).append((form, label))
    for options in spelled.values():
        options.sort(key=lambda option: -len(option[0]))
    found: list[Mention] = []
    at = 0
    tokens = words.tokens
    while at < len(tokens):
        mention = (
            None
            if at in words.hidden
            else _mention(words, spelled, at) or _shared_noun(words, labels, found, at)
        )
        if mention is None:
            at += 1
        else:
            found.append(mention)
            at = mention.last
    return tuple(found)


def _parts(label: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:['’][^\W_]+)?|[^\s\w]", label)


def _mention(
    words: _Words, spelled: Mapping[str, list[tuple[tuple[str, ...], str]]], at: int
) -> Mention | None:
    tokens = words.tokens
    for form, label in spelled.get(stem(tokens[at].text), ()):
        end = at + len(form)
        if end <= len(tokens) and all(stem(tokens[at + n].text) == part for n, part in enumerate(form)):
            single = len(form) == 1 and len(form[0]) == 1 and form[0].isalpha()
            if single and not (tokens[at].text.isupper() and words.is_letter_name(at)):
                continue
            return Mention(label, at, end)
    return None


def _shared_noun(words: _Words, labels: Sequence[str], found: list[Mention], at: int) -> Mention | None:
    """`2` in `plants 1, 2 and 3`: an identifier under the noun of the mention before it."""
    if not found or not words.is_id(at, numbers=True) or words.joined(found[-1].last) != at:
        return None
    before = found[-1]
    noun = before.name.rpartition(" ")[0]
    bare = before.last - before.first == 1
    said = words.tokens[before.last - 2].lower if not bare else ""
    plural = bare or said != stem(said)
    label = f"{noun} {words.tokens[at].text}"
    return Mention(label, at, at + 1) if label in labels and plural else None


def _grouped(
    words: _Words, labels: Sequence[str], mentions: tuple[Mention, ...], given: Sequence[tuple[str, ...]]
) -> Names:
    """Groups: those given, names under one noun, and names listed side by side."""
    parent = {name: name for name in labels}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    def join(names: Sequence[str]) -> None:
        for one, other in pairwise(names):
            parent[root(other)] = root(one)

    for group in given:
        join(group)
    nouns: dict[str, list[str]] = {}
    for name in labels:
        noun = words.noun(name) or stem(name.split()[0])
        if noun in words.nouns and len(name.split()) > 1:
            nouns.setdefault(noun, []).append(name)
    for same in nouns.values():
        join(same)
    codes: dict[str, list[str]] = {}
    for name in labels:
        if _CODE.fullmatch(name):
            codes.setdefault(name.rstrip("0123456789"), []).append(name)
    for same in codes.values():
        join(same)
    for pair in _parallel(words, mentions):
        join(pair)
    runs = list(_runs(words, mentions))
    for run in runs:
        join([mention.name for mention in run])
    groups: dict[str, list[str]] = {}
    order = [*(mention.name for mention in mentions), *labels]
    for name in dict.fromkeys([*(name for group in given for name in group), *order]):
        groups.setdefault(root(name), []).append(name)
    said: dict[str, str] = {}
    for members in groups.values():
        of = [noun for noun, same in nouns.items() if same[0] in members]
        of += [_noun_before(words, run[0].first) for run in runs if run[0].name in members]
        of += [
            _noun_before(words, each.first)
            for each in mentions
            if each.name == members[0] and _CODE.fullmatch(members[0])
        ][:1]
        said[members[0]] = next((noun for noun in of if noun), "")
    return Names(mentions, tuple(map(tuple, groups.values())), said)


def _runs(words: _Words, mentions: tuple[Mention, ...]) -> Iterator[list[Mention]]:
    """Mentions listed side by side: `A, B and C`, `the Denver plant and the Omaha plant`."""
    run: list[Mention] = []
    joins: set[str] = set()
    for mention in mentions:
        between = [token.lower for token in words.tokens[run[-1].last : mention.first]] if run else []
        filler = {word for word in between if word in ("the", "a", "an", "in") or stem(word) in words.nouns}
        marks = set(between) - filler
        if run and joins & _JOINS and not marks & _JOINS:
            marks = {"."}  # what follows the last of a list does not belong to it
        if run and marks and len(between) <= 5 and marks <= {",", "and", "or", "&", "/"}:
            run.append(mention)
            joins |= marks
            continue
        if _is_run(run, joins):
            yield run
        run, joins = [mention], set()
    if _is_run(run, joins):
        yield run


def _parallel(words: _Words, mentions: tuple[Mention, ...]) -> Iterator[list[str]]:
    """Neighbours said in one way: `25 in Graz and 15 in Linz`, `70 (Kiel) and 80 (Bonn)`."""
    for one, other in pairwise(mentions):
        between = words.tokens[one.last : other.first]
        if not one.first or len(between) > 6 or sum(token.is_number for token in between) != 1:
            continue
        opens = words.tokens[one.first - 1].lower
        plain = not any(token.text in ".;" for token in between)
        joined = any(token.lower in _JOINS or token.text == "," for token in between)
        if opens in ("in", "at", "(") and words.tokens[other.first - 1].lower == opens and plain and joined:
            yield [one.name, other.name]


def _is_run(run: list[Mention], joins: set[str]) -> bool:
    distinct = len({mention.name for mention in run}) == len(run)
    return distinct and (len(run) > 2 or (len(run) == 2 and bool(joins & _JOINS)))


def _noun_before(words: _Words, at: int) -> str:
    """The noun that a list stands under: `plants in`, `three stores:`."""
    found_plural = True
    for back in range(at - 1, max(-1, at - 5), -1):
        token = words.tokens[back]
        if token.text in ".;":
            return ""
        plural = found_plural and token.kind == "word" and token.lower != stem(token.text)
        if stem(token.text) in words.nouns or (
            plural and stem(token.text) not in AFTER_NAME | NO_NAME | OPENERS
        ):
            return stem(token.text)
        found_plural = found_plural and token.lower in ("in", "at", "(", ":", "near", ",", "namely")
    return ""
