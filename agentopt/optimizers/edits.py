"""Texts out of replies, as optimizers need them."""

from __future__ import annotations

__all__ = ["tagged"]

from collections.abc import Iterable, Iterator

from agentopt.errors import ReplyError
from agentopt.prompts.replies import extract_tags


def tagged(replies: Iterable[str], tag: str) -> Iterator[str]:
    """The text in the last tags of each reply; replies without any are left out.

    >>> list(tagged(["<text> Think. </text>", "I cannot."], "text"))
    ['Think.']
    """
    for reply in replies:
        try:
            text = extract_tags(reply, [tag])[tag]
        except ReplyError:
            continue
        if text:
            yield text
