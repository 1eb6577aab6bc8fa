"""Paths and flows on a network whose links are listed: shortest path, greatest flow, cheapest flow.

A link is read in one direction when it is written with an arrow or with `to`, and in both when it is written
with a dash, `and` or `between`, unless the text says otherwise.
"""

from __future__ import annotations

__all__ = ["read"]

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from agentopt.reader.families.flows import Arc, Kind, Network
from agentopt.reader.families.marked import Ledger, Marked, N, numbers
from agentopt.reader.tables import Cell, Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Understanding

_NOUN = (
    r"(?:node|city|town|station|junction|point|hub|router|switch|place|stop|village|hut|"
    r"pump|vertex|site|port)"
)
_NODE = rf"(?:(?:{_NOUN} )?(?:[A-Z][\w']*(?: [A-Z][\w']*)?|<\d+>)|{_NOUN} [a-z]\b|\b[s-z]\b)"
_LINK = r" (?:(?P<arrow>- >|→|to|=>|⟶|towards)|(?P<dash>-|–|—|and|↔|< - >))(?: the)? "
_BETWEEN = r"(?:(?: [a-z/]+| :| \(| =| ,| '| %){0,6}?)"
_ARC = re.compile(rf"(?P<a>{_NODE}){_LINK}(?P<b>{_NODE})(?P<gap>{_BETWEEN}) {N}")
_SECOND = re.compile(rf"(?P<gap>(?: [a-z/]+| ,| \(| \)| ;| :){{1,7}}?) {N}")
_FAN = re.compile(
    rf"(?:\b[Ff]rom )?(?P<a>{_NODE}) (?::|- >|→)(?P<rest>(?: (?:to )?{_NODE} (?:: |\( |in "
    rf"|= )?<\d+>(?: [a-z]+)?(?: \))?(?: ,| and| ;| , and)?)+)"
)
_BRANCH = re.compile(rf"(?:to )?(?P<b>{_NODE}) (?:: |\( |in |= )?{N}")
_ENDS = re.compile(
    rf"\b(?:[Ff]rom|[Bb]etween|leaves|at|in|of) (?:the )?(?:[a-z]+ ){{0,3}}?(?P<a>{_NODE})"
    rf"(?: [a-z]+| ,){{0,6}}? (?:to|and|for|reach|into|towards) (?:the )?(?:[a-z]+ "
    rf"){{0,3}}?(?P<b>{_NODE})(?= |$)"
)
_PATH = (
    r"\b(?:shortest|quickest|fastest|cheapest)\b[^.?!]*\b(?:path|route|way|road|trip|"
    r"connection|travel|go|get|from|journey)\b"
    r"|\b(?:path|route|way|trip|connection|journey)\b[^.?!]*\b(?:shortest|quickest|"
    r"fastest|cheapest|least|lowest|minimum|minimi[sz]\w+)\b"
    r"|\b(?:least|minimum|minimi[sz]\w+|smallest|lowest)\b[^.?!]*\b(?:path|route|way|from|"
    r"travel\w*|distance|journey)\b"
    r"|\bas (?:quickly|fast|cheaply|short) as possible\b"
)
_MOST = (
    r"\b(?:maximum|maximal|greatest|largest|most|maximi[sz]\w+|highest|as much|how much|how many)\b[^.?!]*"
    r"\b(?:flow|sent|send|pumped?|throughput|traffic|data|through|transport\w*|per "
    r"(?:hour|day|minute|second)|carried|reach|"
    r"delivered|get|pass|arrive|possible)\b"
)
_COST = (
    r"\b(?:least|minimum|minimal|lowest|cheapest|cheaply|minimi[sz]\w+|"
    r"smallest)\b[^.?!]*\b(?:cost|expense|way|possible|price)?"
)
_OTHER = (
    r"\b(?:returns?|returning|tours?|round trip|each (?:city|town|place|customer)|every "
    r"(?:city|town|customer|node|place|one)|"
    r"visits? (?:all|each|every)|visited|exactly once|spanning|connect all|connected to "
    r"each|assign\w*|profit|revenue|"
    r"machines?|jobs?|demand|factor(?:y|ies)|plants?|probability|machine)\b"
)
_CAPACITY = re.compile(
    r"capacit|at most|up to|limit|maximum|max\b|holds?|can (?:carry|take|send)|no more", re.IGNORECASE
)
_COSTLY = re.compile(
    r"cost|\$|price|length|distance|time|minutes|hours|km|miles|dollar|euro|toll|fee|weight", re.IGNORECASE
)
_BOTH = r"\b(?:both (?:ways|directions)|either direction|two-way|in each direction|undirected)\b|two - way"
_ONE_WAY = r"\b(?:one-way|directed|only in (?:this|that|the) direction|arcs?)\b|one - way"


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """Links with their numbers and two ends, when a path or a flow between them is asked for."""
    marked = Marked.of(tokens, tables)
    if marked.says(_OTHER):
        return None
    ledger = Ledger(tokens)
    reading = _Reading(marked, tables, ledger)
    arcs = reading.links()
    nodes = {node for arc in arcs for node in (arc.start, arc.end)}
    ends = reading.ends(nodes) if len(arcs) > 2 else None
    if ends is None:
        return None
    network = reading.network(arcs, ends)
    if network is None or not _reaches(network.arcs, *ends):
        return None
    reading.counts(len(network.nodes), len(arcs))
    if ledger.left():
        return None
    formulation = network.formulation(waived=ledger.waivers(), assumptions=reading.doubts)
    return Understanding("network", formulation, ledger.account(), tuple(reading.doubts))


def _reaches(arcs: Sequence[Arc], source: str, sink: str) -> bool:
    """Whether there is a way."""
    known = {source}
    for _ in arcs:
        known |= {arc.end for arc in arcs if arc.start in known}
    return sink in known


@dataclass(frozen=True, slots=True)
class _Link:
    """A link as written: one or two numbers, each with the words that say what it is."""

    start: str
    end: str
    both: bool
    values: tuple[int | float, ...]
    words: tuple[str, ...]


class _Reading:
    """One text being read."""

    def __init__(self, marked: Marked, tables: Sequence[Table], ledger: Ledger) -> None:
        self.marked, self.tables, self.ledger = marked, tables, ledger
        self.doubts: list[str] = []
        self.spans: list[tuple[int, int]] = []

    def links(self) -> list[_Link]:
        """The links, from a table or from the text."""
        for table in self.tables:
            if found := self._rows(table):
                return self._both_ways(found)
        return self._both_ways(self._fans() or self._written())

    def _both_ways(self, found: list[_Link]) -> list[_Link]:
        """The links, with what the text says of directions."""
        if not found:
            return []
        both = True if self.marked.says(_BOTH) else False if self.marked.says(_ONE_WAY) else None
        if both is None:
            way = (
                "in both directions" if all(link.both for link in found) else "only in the direction written"
            )
            if len({link.both for link in found}) == 1:
                self.doubts.append(f"Links are used {way}.")
        return [
            _Link(each.start, each.end, each.both if both is None else both, each.values, each.words)
            for each in found
        ]

    def _rows(self, table: Table) -> list[_Link]:
        """Rows of a table: two columns of nodes, or one of pairs, and one or two of numbers."""
        if not table.is_even or not table.header or table.layout == "list":
            return []
        heads = [cell.text for cell in table.header]
        valued = [at for at in range(len(heads)) if all(row[at].value is not None for row in table.rows)]
        named = [at for at in range(len(heads)) if at not in valued]
        if len(named) < 2 and len(heads) > 2 and re.search("from|start|tail", heads[0], re.IGNORECASE):
            named, valued = [0, 1], [at for at in valued if at > 1]
        if len(named) > 2 or not named or not 1 <= len(valued) <= 2:
            return []
        found = []
        for row in table.rows:
            pair = self._pair(row, named)
            if pair is None:
                return []
            words = tuple(heads[at].lower() for at in valued)
            values = tuple(
                self.ledger.take_cell(row[at], f"{heads[at]} from {pair[0]} to {pair[1]}") for at in valued
            )
            found.append(_Link(pair[0], pair[1], pair[2], values, words))
        return found

    def _pair(self, row: Sequence[Cell], named: Sequence[int]) -> tuple[str, str, bool] | None:
        """The two nodes of a row, and whether the link goes both ways."""
        for at in named:
            self.ledger.waive_cell(row[at], "part of a name")
        if len(named) == 2:
            return row[named[0]].text, row[named[1]].text, False
        parts = re.split(r"\s*(->|→|–|—|-|\bto\b)\s*", row[named[0]].text)
        if len(parts) != 3:
            return None
        return parts[0], parts[2], parts[1] in "–—-"

    def _fans(self) -> list[_Link]:
        """`A: B 4, C 7`: a node with all it leads to."""
        found = []
        for each in _FAN.finditer(self.marked.words):
            self.spans.append(each.span())
            start = self._name(each["a"])
            for branch in _BRANCH.finditer(each["rest"]):
                end = self._name(branch["b"])
                at = int(branch[branch.lastindex or 0])
                found.append(_Link(start, end, False, (self._take(at, start, end),), ("",)))
        return found if len(found) > 2 else []

    def _written(self) -> list[_Link]:
        """`A-B 4`, `from A to B takes 4 minutes`, `A to B (cost 4, capacity 7)`."""
        words = self.marked.words
        matches = list(_ARC.finditer(words))
        if not matches:
            return []
        found = []
        for each, after in zip(matches, [*matches[1:], None], strict=True):
            gap = each["gap"]
            if re.search(r"\b(?:send|sent|needs?|want|wants)\b", gap):
                continue
            start, end = self._name(each["a"]), self._name(each["b"])
            at = int(each[each.lastindex or 0])
            values, said = [self._take(at, start, end)], [f"{gap} {self._unit(at)}"]
            stop = each.end()
            second = _SECOND.match(words, stop)
            limit = after.start() if after else len(words)
            if (
                second
                and second.end() <= limit
                and re.search(r"capacit|cost|most|up to|and|,", second["gap"])
            ):
                other = int(second[second.lastindex or 0])
                values.append(self._take(other, start, end))
                said.append(f"{second['gap']} {self._unit(other)}")
                stop = second.end()
            both = each["dash"] is not None
            self.spans.append((each.start(), stop))
            found.append(_Link(start, end, both, tuple(values), tuple(said)))
        return found if len({len(link.values) for link in found}) == 1 else []

    def _unit(self, at: int) -> str:
        """The words right behind a number."""
        return re.split(r"[,;()<]| and ", self.marked.around(at, after=30)[1])[0]

    def _take(self, at: int, start: str, end: str) -> int | float:
        return self.ledger.take(at, f"the number of the link from {start} to {end}")

    def _name(self, marked: str) -> str:
        """A node as written; its number is no data. Nouns before it are left out."""
        for at in numbers(marked):
            self.ledger.waive(at, "part of a name")
        said = re.sub(N, lambda each: self.ledger.tokens[int(each[1])].text, marked)
        return re.sub(rf"^(?:{_NOUN}|From|Between|To|The|Road|Link) (?=\S)", "", said, flags=re.IGNORECASE)

    def ends(self, nodes: set[str]) -> tuple[str, str] | None:
        """Where the way or flow begins and ends: what the text says outside of the links."""
        words = list(self.marked.words)
        for start, stop in self.spans:
            words[start:stop] = " " * (stop - start)
        found: dict[tuple[str, str], list[int]] = {}
        for each in _ENDS.finditer("".join(words)):
            pair = (self._peek(each["a"]), self._peek(each["b"]))
            if pair[0] in nodes and pair[1] in nodes and pair[0] != pair[1]:
                found.setdefault(pair, []).extend(numbers(each["a"]) + numbers(each["b"]))
        if len(found) != 1:
            return None
        pair, named = next(iter(found.items()))
        for at in named:
            self.ledger.waive(at, "part of a name")
        return pair

    def _peek(self, marked: str) -> str:
        kept = dict(self.ledger.waived)
        name = self._name(marked)
        self.ledger.waived = kept
        return name

    def network(self, links: Sequence[_Link], ends: tuple[str, str]) -> Network | None:
        """What is asked of the links."""
        source, sink = ends
        if len(links[0].values) == 2:
            return self._cheapest(links, source, sink)
        words = " ".join(links[0].words) + " " + self.marked.words
        capacities = bool(_CAPACITY.search(words)) or self.marked.says(r"\bflows?\b")
        most, path = self.marked.says(_MOST), self.marked.says(_PATH)
        kind: Kind
        if most and capacities and not path:
            kind = "most"
        elif path and not self.marked.says(r"\b(?:capacit\w+|maximum flow|maximi[sz]\w+)\b"):
            kind = "path"
        else:
            return None
        if kind == "most":
            arcs = self._arcs([(link, None, link.values[0]) for link in links])
        else:
            arcs = self._arcs([(link, link.values[0], None) for link in links])
        return Network(kind, arcs, {source: 1, sink: -1}, self._measure()) if arcs else None

    def _cheapest(self, links: Sequence[_Link], source: str, sink: str) -> Network | None:
        """A flow of given size at least cost, over links with a cost and a capacity each."""
        first, second = links[0].words
        swapped = bool(_CAPACITY.search(first) and not _CAPACITY.search(second))
        told = bool(_CAPACITY.search(second) and not _CAPACITY.search(first))
        if swapped == told:
            shared = self.marked.find(
                r"\( ?(?:unit )?(cost|capacity) ?,? (?:and )?(?:unit )?(capacity|cost) "
                r"?\)|\b(cost|capacity) and (?:a )?(capacity|cost)\b"
            )
            if shared is None:
                return None
            swapped = next(each for each in shared.groups() if each).lower() == "capacity"
        amounts = self.ledger.left()
        if len(amounts) != 1 or not self.marked.says(_COST):
            return None
        amount = self.ledger.take(amounts[0], f"what goes from {source} to {sink}")
        cost, capacity = (1, 0) if swapped else (0, 1)
        arcs = self._arcs([(link, link.values[cost], link.values[capacity]) for link in links])
        if not arcs or amount <= 0:
            return None
        return Network("cheapest", arcs, {source: amount, sink: -amount})

    def _arcs(self, links: Sequence[tuple[_Link, int | float | None, int | float | None]]) -> tuple[Arc, ...]:
        """Arcs of links in their directions; none when two join the same nodes or a number is negative."""
        found: dict[tuple[str, str], Arc] = {}
        for link, cost, capacity in links:
            ways = [(link.start, link.end), (link.end, link.start)] if link.both else [(link.start, link.end)]
            for start, end in ways:
                if (start, end) in found or start == end or min(cost or 0, capacity or 0) < 0:
                    return ()
                found[start, end] = Arc(start, end, cost, capacity)
        return tuple(found.values())

    def _measure(self) -> str:
        for word, pattern in (
            ("time", r"minutes|hours|time|quick|fast"),
            ("distance", r"km|miles|distance|short|meters|length"),
        ):
            if self.marked.says(rf"\b(?:{pattern})"):
                return word
        return "cost"

    def counts(self, nodes: int, links: int) -> None:
        """Enter numbers that only say how many places or links there are, and names that stand alone."""
        for at in self.ledger.left():
            value = self.ledger.tokens[at].value
            before, after = self.marked.around(at, before=12, after=20)
            if value in (Fraction(nodes), Fraction(links)) and re.match(r" [a-z]", after):
                self.ledger.waive(at, "counts what is listed")
            elif re.search(rf"{_NOUN} $", before):
                self.ledger.waive(at, "part of a name")
