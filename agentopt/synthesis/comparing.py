"""The words that compare where no number does: "no more desks than chairs", "must exceed", "as many as"."""

from __future__ import annotations

__all__ = ["find_comparing"]

import re
from collections.abc import Sequence

from agentopt.synthesis.templates import Slot

_STRONG = re.compile(
    r"\b(more|fewer|less|lesser|greater|larger|bigger|higher|smaller|lower|exceed(?:s|ed|ing)?|outnumber(?:s|ed|ing)?"
    r"|surpass(?:es|ed|ing)?|outweighs?|outpaces?|outstrips?|overtakes?|outsells?|outdo(?:es)?|top(?:s|ped)?|overshadows?"
    r"|beats?|trails?|lags?|excess|ahead|behind|above|below|beyond|under|over|past|short|leads?)\b",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"\b(as|equal(?:s|led|ed|ing|ly)?|same|match(?:es|ed|ing)?|identical|balanced?|equivalent|exactly|pair(?:s|ed)?"
    r"|cover(?:s|ed)?|limited|bounded|capped|caps?|every|each|least|most|minimum|maximum|sole|dominates?|majority|minority"
    r"|rival(?:s|ed|ing)?|even|equality|parity|tied?|min|max|limits?|keep|step)\b"
    r"|>=|<=|≥|≤|>|<|=",
    re.IGNORECASE,
)


def find_comparing(pieces: Sequence[str | Slot]) -> tuple[int, int, int] | None:
    """The word a comparison hangs on: its piece and its place in it; None if there is none."""
    for pattern in (_STRONG, _WEAK):
        for at, piece in enumerate(pieces):
            if isinstance(piece, str) and (found := pattern.search(piece)) is not None:
                return at, found.start(), found.end()
    return None
