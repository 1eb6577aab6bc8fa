"""The words of product mixes: what is gained, what is paid, what limits, and how names are met again."""

# ruff: noqa: E501  # a pattern stays on one line
from __future__ import annotations

__all__ = ["COST", "COUNTED", "GAIN", "LOWER", "MONEY", "UPPER", "Names", "key", "keys", "unit_in", "unit_of"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentopt.reader.families.nouns import stem, words
from agentopt.reader.measures import Measure, measure
from agentopt.reader.tokens import Token, tokenize

GAIN = words(
    """
    profit revenue contribution taking earn earning income margin return interest sale value worth score happiness
    utility benefit point reach exposure audience satisfaction gain sell click viewer view yield bring
    """
)
COST = words("cost expense wage fee salary spend pay paid rent buy purchase")
MONEY = words("price money dollar euro budget cash $ € £ cent usd eur gbp")
UPPER = words("max maximum most limit cap available availability stock supply upper capacity")
LOWER = words(
    "min minimum least lower required requirement need needed promised contracted committed ordered"
)
COUNTED = words(
    """
    item unit piece product thing batch total all altogether together overall package dish person people kind number
    type model sort quantity whole everything mix blend batch result plan tonne ton kg kilo litre
    """
)
_FILLER = words(
    """
    per each a an the of for in on to and or is are it its with by at one we our my he she his her their unit every item
    piece product there that this from be made make needed used required takes take need uses use gets get us me him this
    than have has must should can may will no not more less fewer most least up only produced produce
    """
)
_SAME = {
    "labor": "labour",
    "liter": "litre",
    "meter": "metre",
    "hr": "hour",
    "minute": "minute",
    "gray": "grey",
}


def key(word: str) -> str:
    """A word by what its forms share.

    >>> key("Sewing"), key("hours"), key("labor")
    ('sew', 'hour', 'labour')
    """
    found = stem(word)
    found = _SAME.get(found, found)
    if found.endswith("ing") and len(found) > 5:
        found = found[:-3]
        found = found[:-1] if len(found) > 3 and found[-1] == found[-2] and found[-1] not in "sl" else found
    if found.endswith("s") and len(found) > 4 and not found.endswith("ss"):
        found = found[:-1]
    return found.removesuffix("e") if len(found) > 4 else found


_FILLER_KEYS = frozenset(map(key, _FILLER))


def keys(tokens: Sequence[Token]) -> frozenset[str]:
    """The keys of the words that say something."""
    found = (key(token.text) for token in tokens if token.kind == "word" or token.text in "$€£")
    return frozenset(each for each in found if each not in _FILLER_KEYS)


def unit_in(heading: str) -> Measure | None:
    """The unit a heading names: `cutting (h)`, `machine_hours`, `profit ($)`."""
    tokens = [token for token in tokenize(heading) if token.text not in "()[]_/,"]
    for at, token in enumerate(tokens):
        if at == 0 and token.lower in ("min", "max") and len(tokens) > 1:
            continue
        if token.text in "$€£":
            return measure(tokenize(f"{token.text}1"), 1)
        found = measure(tokenize(f"1{token.text}"), 0) if token.kind == "word" else None
        short = len(token.text) < 2 or token.lower in ("min", "sec", "oz", "lb")
        if found is not None and (not short or (at > 0 and at == len(tokens) - 1)):
            return found
    return None


def unit_of(tokens: Sequence[Token], at: int) -> Measure | None:
    """The unit of a number, which a word may part from it: `250 machine hours`."""
    found = measure(tokens, at)
    if found is not None:
        return found
    near = tokens[at + 1 : at + 2]
    if near and near[0].text in ("g", "h", "l"):
        return unit_in(f"in {near[0].text}")
    for token in tokens[at + 1 : at + 4]:
        if token.kind != "word" or token.lower in _PARTS or token.is_number or token.text[0].isupper():
            return None
        if len(token.text) > 3:
            found = measure((tokens[at], token), 0)
            if found is not None:
                return found
    return None


_PARTS = words("of for per a an the and or in on to from with is are by at each every more than as")


@dataclass(frozen=True, slots=True)
class Mention:
    """Tokens that speak of one decision, or of several at once ("the two funds")."""

    first: int
    last: int
    decisions: tuple[int, ...]


class Names:
    """Decisions by their names, and by any part of a name that says which are meant."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._phrases: dict[tuple[str, ...], set[int]] = {}
        for at, name in enumerate(names):
            parts = self._parts(tokenize(name))
            for begin in range(len(parts)):
                for end in range(begin + 1, len(parts) + 1):
                    phrase = tuple(parts[begin:end])
                    if any(part not in _FILLER_KEYS for part in phrase):
                        self._phrases.setdefault(phrase, set()).add(at)
        self._longest = max(map(len, self._phrases), default=0)

    @staticmethod
    def _parts(tokens: Sequence[Token]) -> list[str]:
        return [
            token.text if len(token.text) == 1 and token.text.isupper() else key(token.text)
            for token in tokens
            if token.text not in "_-()"
        ]

    def find(self, tokens: Sequence[Token], first: int, last: int) -> list[Mention]:
        """The mentions among some tokens, the longest at each place."""
        found: list[Mention] = []
        at = first
        while at < last:
            for size in range(min(self._longest + 2, last - at), 0, -1):
                phrase = tuple(self._parts(tokens[at : at + size]))
                whole = not {tokens[at].text, tokens[at + size - 1].text} & set("_-()")
                if whole and phrase in self._phrases:
                    found.append(Mention(at, at + size, tuple(sorted(self._phrases[phrase]))))
                    at += size - 1
                    break
            at += 1
        return found

    def one(self, words: str) -> int | None:
        """The decision that words name, if they name exactly one and nothing else."""
        tokens = tokenize(words)
        plain = [token for token in tokens if token.text not in "*`_-"]
        full = [tuple(self._parts(tokenize(name))) for name in self.names]
        phrase = tuple(self._parts(plain))
        if phrase in full:
            return full.index(phrase)
        chosen = self._phrases.get(phrase, set())
        return next(iter(chosen)) if len(chosen) == 1 else None

    def places(self, tokens: Sequence[Token]) -> Iterator[tuple[tuple[int, int], ...]]:
        """For every decision its mentions in a text, as first and last token."""
        found = self.find(tokens, 0, len(tokens))
        for at in range(len(self.names)):
            yield tuple((m.first, m.last - 1) for m in found if m.decisions == (at,))
