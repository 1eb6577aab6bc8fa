"""A text as tagged words with stems: what every later step looks at."""

from __future__ import annotations

__all__ = ["Tag", "Words", "alike", "stem", "tagged"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from agentopt.reader.rules import lexicon
from agentopt.reader.tokens import Token

Tag = Literal[
    "number",
    "mark",
    "determiner",
    "preposition",
    "conjunction",
    "pronoun",
    "auxiliary",
    "verb",
    "other",
    "noun",
]
"""`noun` is every word that is nothing else: names, nouns, adjectives."""

_QUOTES = frozenset('“”"‘')
_VOWELS = frozenset("aeiouy")
_IRREGULAR = {
    "children": "child", "men": "man", "women": "woman", "people": "people", "feet": "foot", "made": "mak",
    "sold": "sell", "bought": "buy", "grown": "grow", "spent": "spend", "labour": "labor",
    "labourer": "labor", "laborer": "labor", "litre": "liter", "litres": "liter", "metres": "meter",
    "metre": "meter", "tonnes": "ton", "tonne": "ton", "colour": "color", "built": "build", "paid": "pay",
    "lbs": "lb", "kgs": "kg", "hrs": "hour", "hr": "hour", "h": "hour", "mins": "minut", "min": "minut",
    "ads": "ad", "tvs": "tv", "pcs": "pc",
    "geese": "goos", "mice": "mous", "kilogram": "kg", "kilograms": "kg", "gram": "g", "grams": "g",
    "pounds": "lb", "pound": "lb", "ounces": "oz", "ounce": "oz", "hours": "hour", "flavour": "flavor",
    "potatoes": "potato", "tomatoes": "tomato", "gas": "gas", "bus": "bus", "buses": "bus",
    "analyses": "analysi", "staffing": "staff", "patent": "patient", "suites": "suit",
    "firemen": "firefighter", "chosen": "choos", "shoes": "shoe", "dollars": "dollar", "always": "always",
    "taxis": "taxi", "skis": "ski", "bikinis": "bikini", "kiwis": "kiwi",
}  # fmt: skip


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The part of a word that its plural, its verb forms and its possessive share.

    >>> [stem(each) for each in ("boxes", "batteries", "stitching", "planned", "producing", "produces")]
    ['box', 'batter', 'stitch', 'plan', 'produc', 'produc']
    """
    word = word.lower().replace("’", "'")
    for ending in ("'s", "s'", "'"):
        if word.endswith(ending) and len(word) > len(ending):
            word = word[: -len(ending)]
            break
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    word = _singular(word)
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending in ("ing", "ed"):
        root = word[: -len(ending)]
        if word.endswith(ending) and len(root) >= 3 and _VOWELS.intersection(root):
            word = root[:-1] if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz" else root
            break
    if len(word) > 4 and word.endswith("ie"):
        return word[:-2]
    if len(word) > 2 and word[-1] in "ey":
        word = word[:-1]
    if word.endswith("f") and not word.endswith("ff"):
        word = word[:-1] + "v"  # "knife", "knives"
    return word


def _singular(word: str) -> str:
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1]


@lru_cache(maxsize=65536)
def alike(one: str, other: str) -> bool:
    """Whether two stems are the same word or words of one family (`transport`, `transportation`)."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= 5 and (long.startswith(short) or (len(short) >= 6 and long.startswith(short[:-1])))


def _forms(verbs: frozenset[str]) -> frozenset[str]:
    """The verbs with their regular endings."""
    found = set(verbs)
    for verb in verbs:
        root = verb[:-1] if verb.endswith("e") else verb
        found |= {root + "ing", root + "ed"}
        found.add(verb[:-1] + "ies" if verb.endswith("y") and verb[-2] not in "aeou" else verb + "s")
        found.add(
            verb[:-1] + "ied"
            if verb.endswith("y")
            else verb + "es"
            if verb.endswith(("s", "sh", "ch", "x", "z", "o"))
            else verb + "s"
        )
        if len(verb) > 2 and verb[-1] in "bdgmnpt" and verb[-2] in "aeiou" and verb[-3] not in "aeiou":
            found |= {verb + verb[-1] + "ing", verb + verb[-1] + "ed"}
    return frozenset(found)


_PAST = lexicon.words_of(
    "made sold bought built grew grown spent paid got ate eaten held kept met lost brought came gave "
    "given took taken chose chosen found left put cut set sent shown wrote written ran ridden rode "
    "fed became began"
)
_VERBS = _forms(lexicon.VERBS) | _PAST
_AMBIGUOUS = (
    lexicon.AMBIGUOUS
    | frozenset(each + "s" for each in lexicon.AMBIGUOUS)
    | frozenset(["supplies", "boxes", "dishes", "buses", "processes"])
)
_GERUNDS = lexicon.words_of(
    "making selling using growing producing building buying purchasing hiring offering planning "
    "requiring earning having taking giving costing carrying delivering transporting preparing "
    "providing containing selling"
)


@dataclass(frozen=True, slots=True)
class Words:
    """Tokens with stems and tags, by index.

    Attributes:
        tokens: of the text.
        lower: the texts in lower case.
        stems: see `stem`; of a number, its text in lower case.
        tags: the part of speech, as far as it is known.
        glued: whether nothing stands between a token and the one before it.
        sentences: first token and the one after the last, of each sentence.
    """

    tokens: tuple[Token, ...]
    lower: tuple[str, ...]
    stems: tuple[str, ...]
    tags: tuple[Tag, ...]
    glued: tuple[bool, ...]
    sentences: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return len(self.tokens)

    def word(self, at: int) -> str:
        """The word at a place in lower case; empty outside the text."""
        return self.lower[at] if 0 <= at < len(self.lower) else ""

    def tag(self, at: int) -> str:
        """The tag at a place; empty outside the text."""
        return self.tags[at] if 0 <= at < len(self.tags) else ""

    def hyphen(self, at: int) -> bool:
        """Whether the token is a hyphen inside a word, as in `t-shirt`."""
        return 0 < at < len(self) - 1 and self.lower[at] in "-‐‑/" and self.glued[at] and self.glued[at + 1]

    def content(self, first: int, end: int) -> Iterator[str]:
        """The stems of the nouns and verbs of a stretch."""
        for at in range(max(first, 0), min(end, len(self))):
            if self.tags[at] in ("noun", "verb") and len(self.lower[at]) > 1:
                yield self.stems[at]

    def text(self, first: int, end: int) -> str:
        """The words of a stretch as written, with single spaces."""
        parts = [
            self.tokens[at].text if at == first or self.glued[at] else " " + self.tokens[at].text
            for at in range(first, end)
        ]
        return "".join(parts)


def tagged(tokens: Sequence[Token]) -> Words:
    """The tokens as tagged words."""
    lower = tuple(each.lower.replace("’", "'") for each in tokens)
    glued = tuple(at > 0 and tokens[at - 1].end == each.start for at, each in enumerate(tokens))
    stems = tuple(
        each if tokens[at].is_number else each[0] if _is_letters(tokens[at].text) else stem(each)
        for at, each in enumerate(lower)
    )
    tags: list[Tag] = []
    for at, token in enumerate(tokens):
        tags.append(_tag(tokens, lower, tags, glued, at, token))
    _quote(lower, tags)
    sentences: list[tuple[int, int]] = []
    begin = 0
    for at in range(1, len(tokens) + 1):
        if at == len(tokens) or tokens[at].sentence != tokens[begin].sentence:
            sentences.append((begin, at))
            begin = at
    return Words(tuple(tokens), lower, stems, tuple(tags), glued, tuple(sentences))


def _is_letters(text: str) -> bool:
    """Whether a word is the plural of a letter: `the supplement Bs`."""
    return len(text) == 2 and text[0].isupper() and text[1] == "s" and text not in ("As", "Is", "Us")


def _quote(lower: Sequence[str], tags: list[Tag]) -> None:
    """Make a few quoted words one name."""
    opened = -1
    for at, word in enumerate(lower):
        if word not in _QUOTES:
            continue
        if opened >= 0 and 1 < at - opened <= 6:
            tags[opened : at + 1] = ["noun"] * (at + 1 - opened)
            opened = -1
        else:
            opened = at


def _tag(
    tokens: Sequence[Token],
    lower: Sequence[str],
    tags: Sequence[Tag],
    glued: Sequence[bool],
    at: int,
    token: Token,
) -> Tag:
    word = lower[at]
    if token.is_number:
        if token.kind == "one" and tags and tags[-1] in ("noun", "number"):
            return "determiner"  # "14 calls an hour"
        if at + 1 < len(tokens) and glued[at + 1] and tokens[at + 1].text in ("G", "D"):
            return "noun"  # "4G", "3D"
        # the number of a word in two parts, such as `double-load`
        inside = at + 2 < len(tokens) and lower[at + 1] in "-‐‑" and glued[at + 1] and glued[at + 2]
        if inside and tokens[at + 2].kind == "word" and token.kind in ("factor", "spelled"):
            return "noun"
        return "number"
    if token.kind == "mark":
        return "mark"
    before = tags[at - 1] if at else "mark"
    after_hyphen = at > 1 and lower[at - 1] in "-‐‑" and glued[at] and glued[at - 1]
    before_hyphen = at + 2 < len(tokens) and lower[at + 1] in "-‐‑" and glued[at + 1] and glued[at + 2]
    if after_hyphen or before_hyphen:
        return "noun"
    if word == "plus" and token.text[0].isupper() and at and lower[at - 1] not in ".?!":
        return "noun"
    if len(word) == 1 and token.text.isupper() and before == "noun":
        return "noun"
    if (
        len(word) == 1
        and token.text.isupper()
        and not (word == "a" and _starts(tokens, lower, at))
        and token.text != "I"
    ):
        return "noun"
    if word in lexicon.DETERMINERS:
        return "determiner"
    if word in ("need", "needs") and before in ("noun", "pronoun", "auxiliary", "other"):
        return "verb"
    if word in lexicon.AUXILIARIES:
        return "auxiliary"
    if word in lexicon.PREPOSITIONS:
        return "preposition"
    if word in lexicon.CONJUNCTIONS:
        return "conjunction"
    if word in lexicon.PRONOUNS:
        return "pronoun"
    if word in lexicon.OTHER_WORDS:
        return "other"
    if word in _AMBIGUOUS:
        return _either(tokens, lower, tags, at)
    if (lower[at - 1] if at else "") in _MODALS and not word.endswith("s") and token.text.islower():
        return "verb"
    if _is_said(lower, tags, at):
        return "verb"
    if word.endswith("s") and before != "noun" and at and _ends(lower, at + 1):
        return "noun"  # "features, and": a verb would go on
    if word in _VERBS and not (
        word.endswith("ing")
        and word not in _GERUNDS
        and before in ("determiner", "noun", "conjunction", "number")
    ):
        if word.endswith("ed") and at + 1 < len(lower) and before == "determiner":
            return "noun"
        return "verb"
    return "noun"


_MODALS = lexicon.words_of("to can could may might must shall should will would cannot can't won't")


def _ends(lower: Sequence[str], at: int) -> bool:
    return at >= len(lower) or lower[at] in (",", ".", ";", "?", "!", ")", "and", "or")


def _is_said(lower: Sequence[str], tags: Sequence[Tag], at: int) -> bool:
    """Whether a word unknown as a verb stands like one: `milk bars retail at $3`, `a bar retails at`."""
    word, before = lower[at], lower[at - 1] if at else ""
    if not at or tags[at - 1] != "noun" or len(word) < 4:
        return False
    after, second = (
        (lower[at + 1] if at + 1 < len(lower) else ""),
        lower[at + 2] if at + 2 < len(lower) else "",
    )
    if (
        after in ("a", "an", "the", "its", "their", "our")
        and word not in lexicon.MEASURES
        and second not in lexicon.MEASURES
    ):
        return True
    if word.endswith("s") and not before.endswith("s") and (after[:1].isdigit() or after in ("$", "€", "£")):
        first = at - 1
        while first > 0 and tags[first - 1] == "noun":
            first -= 1
        return first > 0 and lower[first - 1] in ("each", "every", "a", "an", "one", "per")
    priced = after in ("at", "for", "around", "about") and (
        second == "$" or second[:1].isdigit() or second in "€£"
    )
    if not priced:
        return False
    return word.endswith("s") != before.endswith("s") or word.endswith("s")


def _starts(tokens: Sequence[Token], lower: Sequence[str], at: int) -> bool:
    """Whether the letter A is the article: it begins a sentence and a noun follows."""
    if at + 1 >= len(tokens):
        return False
    after = lower[at + 1]
    return (
        tokens[at + 1].kind == "word"
        and after not in lexicon.AUXILIARIES
        and (after not in _VERBS or (after in _AMBIGUOUS and not after.endswith("s")))
    )


def _is_first_verb(tokens: Sequence[Token], lower: Sequence[str], tags: Sequence[Tag], at: int) -> bool:
    """Whether a form such as `designs` follows the subject of a sentence: `a company designs chairs`."""
    after = lower[at + 1] if at + 1 < len(lower) else "."
    if (
        not after[:1].isalpha()
        or after in lexicon.PREPOSITIONS | lexicon.AUXILIARIES | lexicon.CONJUNCTIONS | _VERBS
    ):
        return False
    first = at
    while first > 0 and tokens[first - 1].sentence == tokens[at].sentence:
        first -= 1
    if any(tags[x] in ("verb", "auxiliary", "mark", "number", "preposition") for x in range(first, at)):
        return False
    return lower[first] in ("a", "an", "the", "our", "my", "this") and at - first >= 2


def _either(tokens: Sequence[Token], lower: Sequence[str], tags: Sequence[Tag], at: int) -> Tag:
    """Noun or verb, by the word before: `the cost`, `to cost`, `a desk costs $5`."""
    before = tags[at - 1] if at else "mark"
    word = lower[at - 1] if at else ""
    if word == "to" or before in ("auxiliary", "pronoun"):
        return "verb"
    if tokens[at].text[0].isupper() and before != "mark":
        return "noun"
    if word in ("can", "also", "only", "which", "that", "who", "each") and before != "determiner":
        return "verb"
    if before in ("determiner", "preposition", "number", "mark", "conjunction", "verb", "other"):
        after = lower[at + 1] if at + 1 < len(lower) else ""
        single = at + 1 < len(lower) and len(after) == 1 and tokens[at + 1].text.isupper()
        if (
            before in ("conjunction", "other")
            and not single
            and (after[:1].isdigit() or after in ("$", "a", "an", "the", "at", "up", "only"))
        ):
            return "verb"
        return "noun"
    after = lower[at + 1] if at + 1 < len(lower) else ""
    if lower[at].endswith("s") and not word.endswith("s") and _is_first_verb(tokens, lower, tags, at):
        return "verb"
    numeric = after[:1].isdigit() or after in ("$", "€", "£") or after in _SOON
    return "verb" if numeric else "noun"


_SOON = lexicon.words_of(
    "a an the at up only about one two three four five six seven eight nine ten half twice around "
    "roughly between exactly more less no for with"
)
