"""What a model's reply holds: JSON, code fences, tagged passages; and exactly what is wrong when it does not.

Replies are untrusted. Size and nesting are limited, nothing is evaluated, and a tolerated slip (a comment,
a trailing comma) is noted rather than passed over, because notes and errors are what a repair is asked for
with.
"""

from __future__ import annotations

__all__ = ["Fence", "Found", "extract_fences", "extract_json", "extract_tags", "last_fence"]

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from json import JSONDecodeError
from typing import NoReturn

from agentopt.errors import ReplyError

MAX_CHARACTERS = 4_000_000
MAX_DEPTH = 60
MAX_CANDIDATES = 200

_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_START = re.compile(r"\{(?=\s*(?:[\"'}/#]|\Z))|\[(?=\s*\{)")
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w+.-]*)[^\n]*\n", re.MULTILINE)


@dataclass(frozen=True)
class Found:
    """A JSON value of a reply, with what had to be tolerated to read it."""

    value: object
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fence:
    """A code fence: its language tag (lower case, may be empty) and its text."""

    language: str
    text: str


def extract_json(text: str) -> Found:
    r"""The last JSON object of a reply, fenced or bare, prose around it ignored.

    Comments and trailing commas are tolerated with a note.

    Raises:
        ReplyError: there is none, the last one is cut off, or none is valid; the message says where and why.

    >>> extract_json('Sure!\n```json\n{"a": [1, 2,]}\n```').value
    {'a': [1, 2]}
    """
    text = _limited(text)
    valid: list[Found] = []
    problem: ReplyError | None = None
    for start, extent in _candidates(text):
        try:
            if extent.end is None:
                _report_cut(text, start, extent)
            valid.append(_decode(text, start, extent))
        except ReplyError as error:
            problem = error
            if extent.end is None:
                break
    if valid and not (problem and "cut off" in problem.message):
        found = valid[-1]
        several = (f"the reply held {len(valid)} JSON values; the last was taken",) if len(valid) > 1 else ()
        return Found(found.value, found.notes + several)
    if problem is not None:
        raise problem
    raise ReplyError(
        f"the reply holds no JSON object; it begins: {_short(text)!r}"
        if text.strip()
        else "the reply is empty",
        hint="reply with one JSON object and nothing else",
    )


def extract_fences(text: str) -> tuple[Fence, ...]:
    r"""Every code fence of a reply in order; an unclosed one at the end counts, as far as it goes.

    >>> extract_fences("~~~py\nx\n~~~\n")
    (Fence(language='py', text='x'),)
    """
    text = _limited(text)
    found = []
    position = 0
    while (opening := _FENCE.search(text, position)) is not None:
        closing = re.compile(rf"^[ \t]*{re.escape(opening[1])}[`~]*[ \t]*$", re.MULTILINE)
        end = closing.search(text, opening.end())
        stop = end.start() if end else len(text)
        found.append(Fence(opening[2].lower(), text[opening.end() : stop].rstrip("\n")))
        position = end.end() if end else len(text)
    return tuple(found)


def last_fence(text: str, languages: Sequence[str] = ()) -> str:
    """The text of the last code fence, of one of `languages` when given.

    Raises:
        ReplyError: there is none.
    """
    for fence in reversed(extract_fences(text)):
        if not languages or fence.language in languages:
            return fence.text
    wanted = f"```{languages[0]}" if languages else "```"
    raise ReplyError(
        f"the reply holds no fenced block; it begins: {_short(text)!r}",
        hint=f"put the result between {wanted} and ```",
    )


def extract_tags(text: str, names: Sequence[str]) -> dict[str, str]:
    """The last passage between `<name>` and `</name>` for each name, stripped.

    Raises:
        ReplyError: a passage is missing or not closed.

    >>> extract_tags("<verdict> no </verdict>", ["verdict"])
    {'verdict': 'no'}
    """
    text = _limited(text)
    found = {}
    for name in names:
        opening, closing = f"<{name}>", f"</{name}>"
        start = text.rfind(opening)
        if start < 0:
            raise ReplyError(
                f"the reply holds no `{opening}`; it begins: {_short(text)!r}",
                hint=f"write `{opening}...{closing}`",
            )
        end = text.find(closing, start)
        if end < 0:
            raise ReplyError(
                f"the passage `{opening}` of the reply is not closed", hint=f"end it with `{closing}`"
            )
        found[name] = text[start + len(opening) : end].strip()
    return found


@dataclass(frozen=True)
class _Extent:
    """Where a bracketed value ends (None: the text ends first), brackets left open, what to blank out."""

    end: int | None
    open_brackets: str
    depth: int
    blanks: tuple[tuple[int, int], ...]
    comments: int
    commas: int


def _limited(text: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise ReplyError(
            f"the reply has {len(text):,} characters, more than the {MAX_CHARACTERS:,} that are read",
            hint="state the model over sets instead of writing out every term",
        )
    return _THOUGHT.sub("", text, count=1)


def _candidates(text: str) -> Iterator[tuple[int, _Extent]]:
    """Starts of bracketed values that do not lie inside one another."""
    position = 0
    for _ in range(MAX_CANDIDATES):
        start = _START.search(text, position)
        if start is None:
            return
        extent = _extent(text, start.start())
        yield start.start(), extent
        if extent.end is None:
            return
        position = extent.end


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/|#[^\n]*|,(?=\s*[}\]])|[{}\[\]]|"', re.DOTALL)


def _extent(text: str, start: int) -> _Extent:
    """One pass over brackets, strings, comments and trailing commas from `start`."""
    stack: list[str] = []
    blanks: list[tuple[int, int]] = []
    deepest = comments = commas = 0
    for token in _TOKEN.finditer(text, start):
        piece = token[0]
        if piece == '"':
            break
        if piece in "{[":
            stack.append(piece)
            deepest = max(deepest, len(stack))
        elif piece in "}]":
            stack.pop()
            if not stack:
                return _Extent(token.end(), "", deepest, tuple(blanks), comments, commas)
        elif piece == ",":
            blanks.append(token.span())
            commas += 1
        elif piece[0] in "/#":
            blanks.append(token.span())
            comments += 1
    return _Extent(None, "".join(stack), deepest, tuple(blanks), comments, commas)


def _decode(text: str, start: int, extent: _Extent) -> Found:
    """Decode one candidate, first as it stands and then with its slips blanked out."""
    if extent.depth > MAX_DEPTH:
        raise ReplyError(f"the JSON of the reply is nested {extent.depth} deep, more than {MAX_DEPTH}")
    written = text[start : extent.end]
    pieces, last = [], 0
    for begin, end in extent.blanks:
        pieces += [written[last : begin - start], " " * (end - begin)]
        last = end - start
    cleaned = "".join([*pieces, written[last:]])
    notes = []
    if extent.comments:
        notes.append(f"{extent.comments} comment{'s' * (extent.comments > 1)} in the JSON ignored")
    if extent.commas:
        notes.append(f"{extent.commas} trailing comma{'s' * (extent.commas > 1)} in the JSON ignored")
    try:
        return Found(_DECODER.decode(cleaned), tuple(notes))
    except JSONDecodeError as error:
        line = cleaned.count("\n", 0, error.pos) + 1
        around = cleaned[max(0, error.pos - 40) : error.pos + 20].replace("\n", " ")
        raise ReplyError(
            f"the JSON of the reply is not valid: {error.msg.lower()} (its line {line}, near `{around}`)",
            hint="reply with valid JSON: double quotes, no expressions outside strings",
        ) from error
    except (ValueError, RecursionError) as error:
        raise ReplyError(f"the JSON of the reply is not valid: {error}") from error


def _report_cut(text: str, start: int, extent: _Extent) -> NoReturn:
    inside = len(extent.open_brackets)
    ending = text.rstrip().removesuffix("```")[-60:].replace("\n", " ").strip()
    raise ReplyError(
        f"the JSON of the reply is cut off: after {len(text) - start:,} characters {inside} "
        f"bracket{'s are' if inside != 1 else ' is'} still open; it ends: `{ending}`",
        hint="reply with the whole JSON object; allow the model more tokens, or state it more briefly",
    )


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key `{key}` stands twice in one object")
        found[key] = value
    return found


def _constant(name: str) -> NoReturn:
    raise ValueError(f"`{name}` is not a number of JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant, strict=False)


def _short(text: str, length: int = 80) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"
