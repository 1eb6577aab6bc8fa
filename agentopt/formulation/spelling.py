"""What people and models type, spelt as Python's grammar wants it, with every character's place remembered.

Liberties over Python, none of which changes a meaning: mathematical signs (`≤ ≥ ≠ − × · ÷ ∈ ∉ ∧ ∨ ¬ ² ³`), a
single `=` for an equation, line breaks anywhere, generators separated by commas (`sum(x[p,m] for p in P, m in
M)`), a generator among arguments without its own brackets (`at_most(2, y[i] for i in I)`), and `for:` texts
without the leading `for`. Quoted labels are left as they are.
"""

from __future__ import annotations

__all__ = ["OVER_SETS", "Spelling", "complain", "relax", "spell", "surround"]

import io
import keyword
import re
import tokenize
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agentopt.errors import ExpressionError

MAX_CHARACTERS = 200_000
MAX_BRACKETS = 50

_SIGNS = {
    "≤": "<=",
    "⩽": "<=",
    "≥": ">=",
    "⩾": ">=",
    "≠": "!=",
    "−": "-",
    "–": "-",
    "×": "*",
    "·": "*",
    "⋅": "*",
    "∗": "*",
    "÷": "/",
    "∈": " in ",
    "∉": " not in ",
    "∧": " and ",
    "∨": " or ",
    "¬": " not ",
    "∪": "|",
    "∩": "&",
    "²": "**2",
    "³": "**3",
    "\n": " ",
    "\r": " ",
    "\t": " ",
    "\u00a0": " ",
}
_WORDS = {"for", "in", "if", "else", "and", "or", "not"}
_HUGE = re.compile(r"\d{400,}")
_NEXT = r"\s*(?!\s*(?:for|in|if|else|and|or|not)\b)"
_JUXTAPOSED = re.compile(rf"(?<![\w.])\d[\d.]*{_NEXT}[^\W\d]|[)\]]{_NEXT}[\w(]")
"""A number before a name, or a bracket before a name, a number or a bracket."""
OVER_SETS = "state it over sets: `sum(cost[i]*x[i] for i in ITEMS)`"
"""What to do about an expression that is too large."""


@dataclass(frozen=True)
class Spelling:
    """A text as written and as Python reads it.

    Attributes:
        written: what the person wrote.
        python: what the parser is given.
        origins: for every character of `python`, and its end, the offset in `written` it stands for.
    """

    written: str
    python: str
    origins: Sequence[int]

    def place(self, column: int) -> int:
        """The offset in `written` of a column of `python` as `ast` counts it, in UTF-8 bytes."""
        if not self.python.isascii():
            column = len(self.python.encode()[:column].decode(errors="ignore"))
        return self.origins[min(column, len(self.origins) - 1)]


def spell(text: str) -> Spelling:
    """Resolve the single-character liberties.

    Raises:
        ExpressionError: the text is empty, too long, too deeply bracketed, or holds a comment or a character
            that cannot be seen.

    >>> spell("x = 2").python, spell("x² ≤ 4").python
    ('x == 2', 'x**2 <= 4')
    """
    if not text.strip():
        raise ExpressionError("an expression is empty", position=0)
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(
            f"an expression has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read",
            hint=OVER_SETS,
            position=0,
        )
    pieces: list[str] = []
    origins: list[int] = []
    depth, quote, escaped = 0, "", False
    for position, character in enumerate(text):
        meant = character
        if not (character.isprintable() or character in _SIGNS) and (
            not quote or unicodedata.category(character) in ("Cc", "Cs")
        ):
            raise _unseen(character, position)
        if quote:
            quote = "" if character == quote and not escaped else quote
            escaped = character == "\\" and not escaped
        elif character in "'\"":
            quote = character
        elif character == "#":
            raise ExpressionError(
                "`#` starts a comment, and an expression holds none",
                hint="put the comment in `because`",
                position=position,
            )
        elif character == "=" and text[position - 1 : position] not in tuple("<>=!:"):
            meant = "=" if text[position + 1 : position + 2] in ("=", ">", "<") else "=="
        else:
            depth += (character in "([{") - (character in ")]}")
            meant = _SIGNS.get(character, character)
        if depth > MAX_BRACKETS:
            raise ExpressionError(
                f"brackets are nested more than {MAX_BRACKETS} deep", hint=OVER_SETS, position=position
            )
        pieces.append(meant)
        origins.extend([position] * len(meant))
    python = "".join(pieces)
    lead = len(python) - len(python.lstrip())
    return Spelling(text, python.strip(), (*origins[lead : lead + len(python.strip())], len(text.rstrip())))


def _unseen(character: str, position: int) -> ExpressionError:
    name = unicodedata.name(character, "a control character").casefold()
    return ExpressionError(
        f"the character U+{ord(character):04X} ({name}) at position {position} is not part of the language",
        hint="delete it",
        position=position,
    )


def surround(before: str, inner: Spelling, after: str) -> Spelling:
    """The spelling between two fixed texts, which have no place of their own."""
    start = inner.origins[0] if inner.origins else 0
    end = inner.origins[-1] if inner.origins else 0
    origins = (*[start] * len(before), *inner.origins[:-1], *[end] * (len(after) + 1))
    return Spelling(inner.written, f"{before}{inner.python}{after}", origins)


def relax(spelling: Spelling) -> Spelling:
    """Turn commas between generators into `for`, and give a generator after a comma its brackets.

    A text without a comma and a `for` has nothing to relax and comes back as it is.

    Raises:
        SyntaxError, tokenize.TokenError: the text has no tokens to speak of.
    """
    if "," not in spelling.python or "for" not in spelling.python:
        return spelling
    lines = tokenize.generate_tokens(io.StringIO(spelling.python).readline)
    tokens = [k for k in lines if k.string.strip()]
    pieces = [k.string for k in tokens]
    for start, end in _commas(pieces):
        pieces[start] = "(" + pieces[start]
        pieces[end] = ")" + pieces[end]
    text: list[str] = []
    origins: list[int] = []
    for token, piece in zip(tokens, pieces, strict=True):
        first, width = token.start[1], len(token.string)
        shift = len(piece) - width if piece.endswith(token.string) else 0
        text.append(piece + " ")
        origins.extend(
            spelling.origins[min(first + max(0, k - shift), len(spelling.origins) - 1)]
            for k in range(len(piece))
        )
        origins.append(spelling.origins[min(first + width, len(spelling.origins) - 1)])
    return Spelling(spelling.written, "".join(text), (*origins, spelling.origins[-1]))


def _commas(pieces: list[str]) -> Iterable[tuple[int, int]]:
    """Rewrite commas in place; the (start, end) tokens of arguments that need brackets of their own."""
    # Per open bracket: where the current argument starts, the index of its first `for`, and whether its
    # current clause has seen `in`.
    stack: list[list[int]] = [[0, -1, 0]]
    bracketed: list[tuple[int, int]] = []
    for index, piece in enumerate(pieces):
        top = stack[-1]
        if piece in ("(", "[", "{"):
            stack.append([index + 1, -1, 0])
        elif piece in (")", "]", "}"):
            if len(stack) == 1:
                break
            start, first_for, _ = stack.pop()
            if first_for >= 0 and start > 0 and pieces[start - 1] == ",":
                bracketed.append((start, index))
        elif piece == "for":
            top[1], top[2] = (index if top[1] < 0 else top[1]), 0
        elif piece == "in":
            top[2] = 1
        elif piece == ",":
            if top[1] >= 0 and top[2]:
                pieces[index] = "for"
                top[2] = 0
            elif top[1] < 0:
                top[0] = index + 1
    return bracketed


def complain(spelling: Spelling, error: SyntaxError) -> ExpressionError:
    """What Python's syntax error means here: where, and what to write instead."""
    text = spelling.written
    if found := _HUGE.search(spelling.python):
        position = spelling.origins[found.start()]
        return ExpressionError(f"a number of {len(found[0]):,} digits is too large", position=position)
    # Python gives 0 where the text ends too early.
    column = error.offset - 1 if error.offset else len(spelling.python)
    position = spelling.origins[min(column, len(spelling.origins) - 1)]
    near = text[max(0, position - 12) : position + 20].strip()
    place = f"at position {position}, near `{near}`" if position < len(text.rstrip()) else "at its end"
    return ExpressionError(
        f"`{short(text)}` does not parse {place}",
        hint=_hint(spelling.python, error.msg or ""),
        position=position,
    )


def _hint(text: str, reason: str) -> str:
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", '""', text)
    reserved = [w for w in re.findall(r"[A-Za-z_]\w*", bare) if keyword.iskeyword(w) and w not in _WORDS]
    for pattern, hint in (
        (r"=>|=<", "write `>=` or `<=`; for an implication, `implies(a, b)`"),
        (r"&&|\|\|", "write `and`, `or`"),
        (r"!(?!=)", "write `not`"),
        (r"\\[A-Za-z]", "write plain names and `*`, not LaTeX: `sum(c[i]*x[i] for i in I)`"),
        (r"_\{", "write `x[i, j]` for an index"),
        (r"\d\s*%", "write 20% as 0.2"),
        (r"‖|\|[^|]*\|", "write `abs(x)` for an absolute value"),
        (r":", "write `for i in I if ...`; ranges are `range(first, last + 1)`"),
        (r"[$€£¥]", "leave currency signs to `unit`"),
        (r"∑|∀|→|⇒|->", "write `sum(... for i in I)`, `for: i in I`, `implies(a, b)`"),
    ):
        if re.search(pattern, bare):
            return hint
    if reserved:
        return f"`{reserved[0]}` is a reserved word; rename it"
    if any(each in reason for each in ("was never closed", "unmatched", "does not match")):
        return "every bracket needs its partner"
    return "write `*` between factors" if _JUXTAPOSED.search(bare) else ""


def short(text: str) -> str:
    """At most 120 characters of a text."""
    return text if len(text) <= 120 else f"{text[:80]} … {text[-30:]}"
