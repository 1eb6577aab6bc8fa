"""Words by which a text asks for a path or a flow, and says where it begins and which way links go."""

from __future__ import annotations

__all__ = [
    "ASKS",
    "BOTH",
    "CLOSED",
    "COMMANDS",
    "END",
    "ENDED",
    "FLOW",
    "LEAST",
    "MEASURES",
    "MOST",
    "ONE_WAY",
    "OTHER",
    "RULES",
    "SENDS",
    "START",
    "STARTED",
]

import re

from agentopt.reader.families.linkroles import Role

OTHER = re.compile(
    r"\b(?:round trip|tours?|returns? to|come back|each (?:city|town|place|customer|house) (?:once|exactly)|"
    r"(?:every|all|each)(?: of the)? (?:city|cities|towns?|customers?|nodes?|places?|houses?|stops?|sites?)"
    r"(?: \w+)? (?:once|exactly|must be (?:visited|connected|linked)|is (?:visited|connected))|"
    r"visits? (?:all|each|every)|exactly once|spanning|connect(?:s|ing)? (?:all|every|each)|"
    r"connected to each|"
    r"assign\w*|profit|revenue|makespan|probability|longest|critical path|open(?:ing|ed)? (?:cost|"
    r"fee)|fixed cost|(?:to|be|is|are|should) open(?:ed)?)\b"
)
MOST = re.compile(
    r"\b(?:maximum|maximal|maximi[sz]\w*|max|greatest|largest|(?<!at )most|highest|peak|biggest|"
    r"as (?:much|many)|"
    r"how (?:much|many)(?! (?:\w+ )?(?:minutes?|mins?|hours?|km|kilomet\w+|miles|days|met(?:er|re)s|"
    r"time|euros?|dollars?|money|does|would|will it cost)))\b"
)
LEAST = re.compile(
    r"\b(?:short\w*|quick\w*|fast\w*|cheap\w*|least|lowest|minimum|minimal|minimi[sz]\w*|smallest|"
    r"fewest|soonest|"
    r"earliest|(?:as|how) (?:soon|little|early|long|far|fast|quickly|short|low|cheaply)|"
    r"best (?:route|way|path)|"
    r"how (?:much|many) (?:\w+ )?(?:minutes?|mins?|hours?|km|kilomet\w+|miles|days|met(?:er|re)s|"
    r"time|euros?|dollars?|money))\b"
)
FLOW = re.compile(
    r"\b(?:flows?|throughput|capacit\w+|bandwidth|per (?:hour|minute|second|day)|at once|bottleneck)\b"
)
MEASURES: tuple[tuple[Role, str], ...] = (
    ("cost", r"cheap|cost|price|fare|toll|expens|fee|money|euro|dollar"),
    ("time", r"fast|quick|time|minute|hour|soon|early|how long does|duration"),
    ("length", r"short|distance|km|kilomet|mile|how far|length"),
)
BOTH = re.compile(
    r"both (?:ways|directions)|either (?:way|direction)|two ?- ?way|in each direction|undirected|"
    r"bidirectional|"
    r"same (?:in|both) (?:the )?(?:other|reverse|ways)|any direction|there and back|back and forth|"
    r"either of the two directions"
)
ONE_WAY = re.compile(
    r"one ?- ?way|(?<!un)\bdirected|only in (?:this|that|the|one) (?:given )?direction|\barcs?\b|"
    r"single direction|direction (?:given|shown|written|listed|stated)|not (?:be )?(?:back|reversed)"
)
CLOSED = re.compile(r"\b(?:closed|blocked|impassable|unusable|flooded|shut|broken)\b")
RULES = re.compile(
    r"\b(?:avoid\w*|must (?:pass|stop|go|travel) (?:through|by|at|via)|has to (?:pass|stop)|"
    r"not allowed|wait(?:s|ing)?|"
    r"at least one|stop(?:ping)? at|only if|unless|lost|leak\w*|stays? within|"
    r"no more than \w+ (?:stops?|hops?|legs))\b"
)
ASKS = re.compile(
    r"\?|\b(?:find|determine|what|which|compute|calculate|wants?|would like|needs? to|have to|has to|must|"
    r"should|send|ship|route|deliver|go(?:es|ing)? from|travels?|start\w*)\b"
)
COMMANDS = re.compile(
    r"(?:please )?(?:find|determine|compute|calculate|give|state|minimi[sz]e|maximi[sz]e|report)\b"
)
SENDS = re.compile(
    r"\b(?:sen[dt]|go|ship\w*|mov\w+|transport\w*|rout\w+|deliver\w*|pump\w*|haul\w*|bring|get|carry|"
    r"carried|push|"
    r"needs?|wants?|must|transfer\w*|supply|supplies|demand\w*|requires?|order\w*|available)\b"
)
START = re.compile(
    r"\b(?:from|start\w*(?: off)?(?: at| in| from| is| point is)?|leav\w+|depart\w*(?: from)?|"
    r"source(?: is| node)?|origin(?: is)?|out of|"
    r"(?:am|are|is) (?:now |currently )?(?:at|in)|based (?:at|in)|begin\w*(?: at| in)?|live (?:at|in|"
    r"near)|enters? at)"
    r"(?: :| =| the| our| my| node| city| town)*$"
)
END = re.compile(
    r"\b(?:to|reach\w*|into|destination(?: is)?|sink(?: is| node)?|target(?: is)?|arriv\w+(?: at|"
    r" in)|end\w*(?: up)?(?: at| in)|"
    r"finish\w* (?:at|in)|be (?:at|in)|towards?|goal(?: is)?|get home to|exits? at|leaves? at)(?: :|"
    r" =| the| our| my| node| city| town)*$"
)
STARTED = re.compile(r"(?:\( ?|is (?:the |our )?|, (?:the )?|= ?)(?:source|origin|start\w*)\b")
ENDED = re.compile(r"(?:\( ?|is (?:the |our )?|, (?:the )?|= ?)(?:sink|destination|target|end|goal)\b")
