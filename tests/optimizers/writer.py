"""An optimizer model for the landscape: a program that writes what the prompts of the methods ask for."""

from __future__ import annotations

import re

from agentopt.benchmarks.optimizers import HIDDEN, chance_of
from agentopt.models.base import Request
from tests.optimizers.landscape import Landscape


class Writer(Landscape):
    """Paraphrases now and then add or lose a hidden instruction; crossings keep most of both parents."""

    def _say(self, request: Request) -> str:
        said = "\n".join(message.content for message in request.messages)
        chance = chance_of(said + str(request.sampling.index))
        at = int(chance * 1e6) % len(HIDDEN)
        match request.component:
            case "paraphrase/phrase":
                (phrase,) = _inside(said, "phrase")[:1]
                return (
                    f"<phrase>{phrase} {HIDDEN[at]}</phrase>"
                    if chance < 0.7
                    else f"<phrase>{phrase}</phrase>"
                )
            case "paraphrase/text":
                (text,) = _inside(said, "text")[:1]
                return f"<text>{text} {HIDDEN[at]}.</text>"
            case "best-of-n/propose":
                (text,) = _inside(said, "text")[:1]
                return f"<text>{text} {HIDDEN[at]}. {HIDDEN[int(chance * 1e9) % len(HIDDEN)]}.</text>"
            case "evoprompt/cross":
                return f"<text>{_union(_inside(said, 'first'), _inside(said, 'second'))} {HIDDEN[at]}.</text>"
            case "evoprompt/difference":
                parents = [_inside(said, name) for name in ("first", "best", "current")]
                return f"<text>{_union(*parents)} {HIDDEN[at]}.</text>"
        return super()._say(request)


def _inside(said: str, tag: str) -> list[str]:
    return [each.strip() for each in re.findall(rf"<{tag}>(.*?)</{tag}>", said, re.DOTALL)]


def _union(*texts: list[str]) -> str:
    whole = " ".join(text for found in texts for text in found[:1])
    return "Answer. " + " ".join(f"{each}." for each in HIDDEN if each in whole)
