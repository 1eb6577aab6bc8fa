"""Which class of problem a text speaks of, by the words its question cannot do without.

A reader of a class claims a text by its numbers, whatever the words. This looks at the words alone: it parts
readers that claim the same text, and keeps a text of one class from being taken for another where its own
reader did not understand it. Only words are used that hardly stand in texts of other classes, so that
most texts speak of no class, and that says nothing.
"""

from __future__ import annotations

__all__ = ["best_of", "other_class", "spoken_of"]

import re
from collections.abc import Sequence

from agentopt.reader.understanding import Understanding

_MOVES = r"(?:path|route|way|road|trip|connection|journey|walk|drive|ride|flight|detour)"
_SIGNS: dict[str, tuple[str, ...]] = {
    "network": (
        rf"\b(?:shortest|quickest|fastest) (?:possible )?(?:\w+ )?{_MOVES}\b",
        r"\b(?:max(?:imum|imal)?|greatest|largest) (?:\w+ )?(?:flow|throughput)\b",
        r"\b(?:directed|undirected) (?:graph|network)\b|\b(?:edges?|arcs?|"
        r"links?)\b[^.?!]*\b(?:nodes?|vertices)\b",
        rf"\b(?:shortest|quickest|fastest|cheapest)\b[^.?!]{{0,40}}\b{_MOVES}\b[^.?!]*\bfrom\b[^.?!]*\bto\b",
    ),
    "scheduling": (
        r"\bmakespan\b|\b(?:flow|job) ?-?shop\b",
        r"\b(?:tardiness|lateness)\b|\b(?:sum|total|average|mean) (?:\w+ ){0,3}(?:completion|"
        r"finishing|flow|waiting) times?\b",
        r"\b(?:order|sequence)\b[^.?!]*\b(?:completion times?|tard\w+|late|delay\w*|waiting)\b",
        r"\blast (?:job|task|order|car|part|patient|\w+) (?:is|be|can be|will be)?\s?(?:done|"
        r"finished|completed|ready)\b",
    ),
    "assignment": (
        r"\b(?:exactly|just|only|at most) one (?:task|job|person|worker|project|shift|employee)\b",
        r"\bassign\w*\b[^.?!]*\b(?:each|every|one)\b[^.?!]*\b(?:each|every|one)\b",
        r"\bwho (?:should|does|do|gets|takes|must) (?:\w+ )?(?:do |take |get )?(?:what|which)\b",
    ),
    "facility": (
        r"\b(?:which|what) (?:\w+ ){0,3}(?:to |should be |should we )?(?:open|build|rent)\w*\b[^?]*\?",
        r"\b(?:opening|fixed|rent(?:al)?|setup) (?:cost|fee)s?\b[^.?!]*\b(?:depots?|warehouses?|"
        r"sites?|stations?|facilit\w+|hubs?|centers?|centres?)\b",
    ),
    "bins": (
        r"\b(?:fewest|smallest number of|minimum number of|least number of|how many)\b[^.?!]*"
        r"\b(?:bins?|boxes|crates?|trucks?|vans?|containers?|trips?|disks?|usb|drives?|pallets?|"
        r"bars?|rolls?|boards?|suitcases?|bags?|servers?|cartons?)\b"
        r"[^.?!]*\b(?:needed|need|required|enough|necessary|suffice|get by|use)\b",
    ),
    "knapsack": (
        r"\bknapsack\b|\bbackpack\b|\brucksack\b",
        r"\bwhich (?:items?|projects?|of (?:the|these|them))\b[^.?!]*\b(?:take|choose|pick|select|"
        r"fund|pack|carry|buy)\b",
    ),
    "lots": (
        r"\b(?:holding|inventory|storage|carrying|storing|keeping)\b[^.?!]*\bcosts?\b",
        r"\bcosts?\b[^.?!]*\b(?:hold|store|keep|carry|storing|stock)\b[^.?!]*\b(?:month|week|day|"
        r"quarter|period)\b",
        r"\b(?:set-?up|start-?up|changeover|ordering) (?:cost|fee)s?\b",
    ),
    "transportation": (
        r"\b(?:ship|transport|haul|deliver|send|truck)\w*\b[^.?!]*\bfrom (?:each|every|which|any)\b",
        r"\b(?:supply|supplies|stock|capacity|available)\b[^?!]*\b(?:demands?|needs?|"
        r"requires?)\b[^?!]*\b(?:ship|transport|haul|freight|deliver)\w*\b",
    ),
    "mix": (
        r"\bhow many (?:\w+ )?(?:of each|units? of)\b",
        r"\bprofits?\b[^.?!]*\b(?:per|each|unit|on)\b",
        r"\b(?:maximi[sz]e|maximum|largest|most)\b[^.?!]*\b(?:profit|revenue)\b",
    ),
}


def spoken_of(text: str) -> dict[str, int]:
    """How many signs of each class a text has, for those it has any of.

    >>> spoken_of("Roads: A-B 4, B-C 2. What is the shortest route from A to C?")
    {'network': 2}
    """
    words = " ".join(text.lower().split())
    counts = {
        family: sum(re.search(sign, words) is not None for sign in signs) for family, signs in _SIGNS.items()
    }
    return {family: count for family, count in counts.items() if count}


def best_of(found: Sequence[Understanding], text: str) -> Understanding | None:
    """Of the readings by several classes the one to keep; None where nothing parts the best two.

    A product mix is the widest class and gives way; then fewer doubts are better, then more signs in the
    words.
    A reading with doubts does not stand against words that speak of other classes only.
    """
    signs = spoken_of(text)
    found = [each for each in found if not each.doubts or not signs or each.family in signs]
    if not found:
        return None

    def rank(each: Understanding) -> tuple[bool, int, int]:
        return (each.family == "mix", len(each.doubts), -signs.get(each.family, 0))

    ranked = sorted(found, key=rank)
    if len(ranked) > 1 and rank(ranked[0]) == rank(ranked[1]):
        return None
    return ranked[0]


_UNMISTAKABLE = ("network", "scheduling", "assignment")


def other_class(text: str) -> str:
    """The class that a text speaks of where it is surely no product mix; "" where it may be one.

    >>> other_class("Find the order of the jobs with the smallest total tardiness.")
    'scheduling'
    """
    signs = spoken_of(text)
    if "mix" in signs:
        return ""
    return max(
        (family for family in _UNMISTAKABLE if family in signs), key=lambda each: signs[each], default=""
    )
