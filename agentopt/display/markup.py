"""HTML and SVG as strings that know they are markup: whatever is not, is escaped when it is put in."""

from __future__ import annotations

__all__ = ["Html", "cut", "element", "join", "prose", "text"]

import re
from collections.abc import Iterable
from html import escape

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BARE = frozenset(["br", "col", "hr", "meta"])


class Html(str):
    """Markup; a plain `str` is a text."""

    __slots__ = ()


def text(words: object) -> Html:
    r"""A text as markup: escaped, and without characters that no page can hold.

    >>> text("a < b & 'c'\0")
    'a &lt; b &amp; &#x27;c&#x27;�'
    """
    return words if isinstance(words, Html) else Html(escape(_UNSEEN.sub("�", str(words))))


def element(tag: str, *children: object, **attributes: object) -> Html:
    """An element; attributes that are None or False are left out, `class_` and `for_` lose their underscore.

    >>> element("p", "1 < 2", element("b", "x"), class_="note", hidden=True)
    '<p class="note" hidden>1 &lt; 2<b>x</b></p>'
    """
    given = "".join(
        f" {_attribute(name)}" if value is True else f' {_attribute(name)}="{text(value)}"'
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    if tag in _BARE:
        return Html(f"<{tag}{given}>")
    return Html(f"<{tag}{given}>{join(children)}</{tag}>")


def join(parts: Iterable[object], between: str = "") -> Html:
    """Parts one after another."""
    return Html(text(between).join(text(part) for part in parts if part is not None))


def prose(words: str) -> Html:
    """A sentence as markup, with what stands between backticks as code.

    >>> prose("raise `a` < `b`")
    'raise <code>a</code> &lt; <code>b</code>'
    """
    parts = words.split("`")
    if len(parts) % 2 == 0:
        return text(words)
    return join(element("code", part) if place % 2 else part for place, part in enumerate(parts))


def cut(words: str, most: int, where: str = "") -> str:
    r"""A text, cut where it is very long, with a word on what is missing and `where` it is whole.

    >>> cut("abcdef", 4)
    'abcd\n… 2 more characters'
    """
    if len(words) <= most:
        return words
    whole = f"; whole in {where}" if where else ""
    return f"{words[:most]}\n… {len(words) - most:,} more characters{whole}"


def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-")
