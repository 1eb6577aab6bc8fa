"""Paths and flows on a network whose links are listed: shortest path, greatest flow, cheapest flow.

A link is read in one direction when it is written with an arrow or with `to`, and in both when it is written
with a dash, `and` or `between`, unless the text says otherwise.
"""

from __future__ import annotations

__all__ = ["read"]

import re
from collections import Counter
from collections.abc import Collection, Sequence

from agentopt.reader.families.flows import Arc, Kind, Network, greatest_flow, shortest_way
from agentopt.reader.families.linkroles import Role, role_of
from agentopt.reader.families.links import Link, Sentence, sentences_of
from agentopt.reader.families.linksymbols import is_id
from agentopt.reader.families.marked import Ledger, plain
from agentopt.reader.families.networds import (
    ASKS,
    BOTH,
    CLOSED,
    COMMANDS,
    END,
    ENDED,
    FLOW,
    LEAST,
    MEASURES,
    MOST,
    ONE_WAY,
    OTHER,
    RULES,
    SENDS,
    START,
    STARTED,
)
from agentopt.reader.families.places import Places, places_in
from agentopt.reader.families.ways import Way, ways_in_prose, ways_in_table
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Understanding

Number = int | float

MAX_UNREAD = 2
"""Numbers that may be left over, each of which is told as a doubt."""


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """Links with their numbers and two ends, when a path or a flow between them is asked for."""
    reading = _Reading(text, tokens, tables)
    network = reading.network()
    if network is None or not reading.closes(network):
        return None
    formulation = network.formulation(waived=reading.ledger.waivers(), assumptions=reading.told)
    return Understanding("network", formulation, reading.ledger.account(), tuple(reading.doubts))


class _Reading:
    """One text being read."""

    def __init__(self, text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> None:
        self.text, self.tokens, self.tables = text, tokens, tables
        self.ledger = Ledger(tokens)
        self.told: list[str] = []
        self.doubts: list[str] = []
        self.words = " ".join(token.lower for token in tokens)
        self.ways: list[Way] = []
        self.sentences: list[Sentence] = []
        self.used: set[int] = set()

    def network(self) -> Network | None:
        """The links, their ends and what is asked of them."""
        if OTHER.search(self.words) or not (MOST.search(self.words) or LEAST.search(self.words)):
            return None
        places = self._find()
        ends = self._ends(places) if len(self.ways) > 1 else None
        if ends is None:
            return None
        self._close()
        for place in places.mentions:
            for at in range(place.first, place.last):
                if self.tokens[at].is_number:
                    self.ledger.waive(at, "part of a name")
        return self._asked(*ends)

    def _find(self) -> Places:
        """The places; the links go to `ways`, what is said to `sentences`."""
        listed = [(table, found) for table in self.tables if (found := ways_in_table(table))]
        if len(listed) == 1:
            table, self.ways = listed[0]
            known = list(dict.fromkeys(name for way in self.ways for name in (way.start, way.end)))
            hidden: Collection[int] = range(table.first, table.last)
            for cell in table.cells():
                self.ledger.waive_cell(cell, "part of a name")
            places = places_in(self.tokens, known, hidden)
            self.sentences = sentences_of(self.text, self.tokens, places, hidden)
        else:
            places = places_in(self.tokens)
            self.sentences = sentences_of(self.text, self.tokens, places)
            self.ways = ways_in_prose([each for each in self.sentences if not self._is_sent(each)])
            self.used = {at for way in self.ways for at in way.sources if isinstance(at, int)}
        return places

    def _is_sent(self, sentence: Sentence) -> bool:
        """Whether a sentence says what is to go from where to where, and tells of no link."""
        if len(sentence.bare) != 1 or sum(each.kind == "N" for each in sentence.symbols) > 1:
            return False
        return bool(
            MOST.search(sentence.words) or LEAST.search(sentence.words) or ASKS.search(sentence.words)
        ) and not (
            re.search(r"\bat most\b|capacity|up to|\bmax\b", sentence.words) and "?" not in sentence.words
        )

    # The two ends.

    def _ends(self, places: Places) -> tuple[str, str] | None:
        """Where the way or flow begins and ends: what the text says outside of the links."""
        nodes = {name for way in self.ways for name in (way.start, way.end)}
        pairs: Counter[tuple[str, str]] = Counter()
        for sentence in self.sentences:
            asks = bool(
                LEAST.search(sentence.words) or MOST.search(sentence.words) or ASKS.search(sentence.words)
            )
            numbered = {(way.start, way.end) for way in self._ways_of(sentence)}
            for link in sentence.bare:
                alone = (link.start, link.end) not in numbered or self._is_sent(sentence)
                if alone and {link.start, link.end} <= nodes and link != self._closed(sentence):
                    pairs[link.start, link.end] += 10 if asks else 1
        best = pairs.most_common(2)
        if best and (len(best) == 1 or best[0][1] > best[1][1]):
            return best[0][0]
        starts, ends = self._cued(nodes, START, STARTED), self._cued(nodes, END, ENDED)
        starts -= ends if len(starts) > 1 else set()
        if len(ends) == 1 and len(starts) != 1:
            starts = self._stays(nodes, ends) or starts
        if len(starts) != 1 or len(ends) != 1:
            starts, ends = self._by_shape(starts, ends, nodes)
        if len(starts) == 1 and len(ends) == 1 and starts != ends:
            return starts.pop(), ends.pop()
        return None

    def _ways_of(self, sentence: Sentence) -> list[Way]:
        return [
            way for way in self.ways if any(at in sentence.span for at in way.sources if isinstance(at, int))
        ]

    def _cued(self, nodes: set[str], before: re.Pattern[str], after: re.Pattern[str]) -> set[str]:
        """The places that words beside them call a beginning, or an end."""
        found = set()
        for sentence in self.sentences:
            if self._ways_of(sentence) and not ASKS.search(sentence.words):
                continue
            for symbol in sentence.symbols:
                if symbol.kind != "X" or symbol.name not in nodes:
                    continue
                left = " ".join(
                    self.tokens[at].lower for at in range(max(sentence.span.start, symbol.at - 6), symbol.at)
                )
                length = len(symbol.name.split())
                right = " ".join(
                    self.tokens[at].lower
                    for at in range(symbol.at + length, min(sentence.span.stop, symbol.at + length + 5))
                )
                if before.search(left) or after.match(right):
                    found.add(symbol.name)
        return found

    def _stays(self, nodes: set[str], ends: set[str]) -> set[str]:
        """A place that a sentence with the end says one is at: `we sleep at the hut`."""
        for sentence in self.sentences:
            names = [symbol for symbol in sentence.symbols if symbol.kind == "X"]
            if {symbol.name for symbol in names} & ends and ASKS.search(sentence.words):
                return {
                    symbol.name
                    for symbol in names
                    if symbol.name in nodes - ends
                    and any(
                        token.lower in ("at", "in")
                        for token in self.tokens[max(0, symbol.at - 2) : symbol.at]
                    )
                }
        return set()

    def _by_shape(self, starts: set[str], ends: set[str], nodes: set[str]) -> tuple[set[str], set[str]]:
        """Beginnings and ends that the links show: nothing leads to the one, nothing leaves the other."""
        if any(way.both for way in self.ways):
            return starts, ends
        into, out = {way.end for way in self.ways}, {way.start for way in self.ways}
        sources, sinks = nodes - into, nodes - out
        if len(starts) != 1 and len(sources) == 1:
            starts = sources
            self.told.append(f"It begins at {next(iter(sources))}, where no link leads.")
        if len(ends) != 1 and len(sinks) == 1:
            ends = sinks
            self.told.append(f"It ends at {next(iter(sinks))}, where no link leaves.")
        return starts, ends

    def _close(self) -> None:
        """Leave out links that the text says are closed."""
        for sentence in self.sentences:
            link = None if self._ways_of(sentence) else self._closed(sentence)
            if link is None:
                continue
            ends = {link.start, link.end}
            self.told.append(f"The link between {link.start} and {link.end} is closed.")
            for way in self.ways:
                if {way.start, way.end} == ends:
                    self._waive(way, "of a link that is closed")
            self.ways = [way for way in self.ways if {way.start, way.end} != ends]

    def _closed(self, sentence: Sentence) -> Link | None:
        """The link that a sentence calls closed: the one nearest to the word."""
        word = next((at for at in sentence.span if CLOSED.fullmatch(self.tokens[at].lower)), None)
        if word is None or not sentence.bare:
            return None
        return min(sentence.bare, key=lambda link: min(abs(link.first - word), abs(link.last - word)))

    # What is asked.

    def _asked(self, source: str, sink: str) -> Network | None:
        goal = self._goal_words()
        amount = self._amount(source, sink)
        roles = self._roles()
        slashed = any("/" in self.tokens[at].text for at in self.used)
        if roles is None or slashed:
            return None
        most, least = bool(MOST.search(goal)), bool(LEAST.search(goal))
        if most and least and (asked := self._question()):
            most, least = bool(MOST.search(asked)), bool(LEAST.search(asked))
        if most and least:
            most = bool(FLOW.search(goal)) or "capacity" in roles
            least = not most
        if not most and not least:
            return None
        kind: Kind = "most" if most else "cheapest" if amount is not None else "path"
        if kind == "path" and roles == ["capacity"]:
            return None
        wanted: Role = "capacity" if kind == "most" else self._measure(goal, roles)
        at = _pick(roles, wanted, alone=len(roles) == 1)
        limit = roles.index("capacity") if "capacity" in roles and len(roles) > 1 else None
        if at is None:
            return None
        arcs = self._arcs(kind, at, limit if kind == "cheapest" else None, source, sink)
        if not arcs:
            return None
        if kind != "cheapest":
            return Network(kind, arcs, {source: 1, sink: -1}, _NAMES[wanted])
        assert amount is not None
        size = self.ledger.take(amount, f"what goes from {source} to {sink}")
        return Network(kind, arcs, {source: size, sink: -size}) if size > 0 else None

    def _goal_words(self) -> str:
        """The sentences that say what is wanted: those without links, else all of them."""
        aims = [each.words for each in self.sentences if not self._ways_of(each)]
        said = " . ".join(each for each in aims if MOST.search(each) or LEAST.search(each))
        return said or self.words

    def _question(self) -> str:
        """The questions and commands that want something to be large or small."""
        asked = [each.words for each in self.sentences if "?" in each.words or COMMANDS.match(each.words)]
        return " . ".join(each for each in asked if MOST.search(each) or LEAST.search(each))

    def _amount(self, source: str, sink: str) -> int | None:
        """The token of how much is to go from one end to the other; None where nothing says so."""
        found = []
        for sentence in self.sentences:
            names = {symbol.name for symbol in sentence.symbols if symbol.kind == "X"}
            for symbol in sentence.symbols:
                if symbol.kind != "N" or symbol.at in self.used:
                    continue
                if (
                    names & {source, sink}
                    and SENDS.search(sentence.words)
                    and role_of(sentence, symbol.at) in ("", "cost", "capacity")
                ) or (
                    re.search(r"\b(?:send|ship|move|transport|route|deliver|pump|haul)\w*\b", sentence.words)
                    and not self._ways_of(sentence)
                ):
                    found.append(symbol.at)
        values = {self.tokens[at].value for at in found}
        if len(values) != 1:
            return None
        for at in found[1:]:
            self.ledger.waive(at, "said again")
        return found[0]

    def _roles(self) -> list[Role] | None:
        """What the numbers of a link are, in their order; None where links differ too much."""
        count = Counter(len(way.sources) for way in self.ways).most_common(1)[0][0]
        roles: list[Role] = []
        for at in range(count):
            votes = Counter(way.roles[at] for way in self.ways if len(way.roles) == count and way.roles[at])
            roles.append(votes.most_common(1)[0][0] if votes else "")
        if count == 1:
            return roles
        if len(set(roles)) == 1 or roles.count("") > 1:
            roles = self._by_heading(count) or roles
        if roles.count("") == 1 and count == 2:
            known = next(role for role in roles if role)
            roles[roles.index("")] = "cost" if known == "capacity" else "capacity"
        return None if len(set(roles)) < count or "" in roles else roles

    def _by_heading(self, count: int) -> list[Role]:
        """The order in which the text names what its numbers are: `(cost, capacity)`."""
        said = re.search(
            r"\b(costs?|capacity|capacities|time|length|distance)\b(?: per \w+| in \w+)?(?: ,| and|"
            r" /| &|;)* (?:the |a |its |unit )*"
            r"(costs?|capacity|capacities|time|length|distance)\b",
            self.words,
        )
        if said is None or count != 2:
            return []
        return ["capacity" if each.startswith("capac") else "cost" for each in said.groups()]

    def _measure(self, goal: str, roles: Sequence[Role]) -> Role:
        """What is to be small."""
        wanted: list[Role] = [
            role for role, pattern in MEASURES if role in roles and re.search(pattern, goal)
        ]
        if wanted:
            return wanted[0]
        known: list[Role] = [role for role in roles if role not in ("", "capacity")]
        told: list[Role] = [role for role, pattern in MEASURES if re.search(pattern, goal)]
        return known[0] if known else told[0] if told else "cost"

    # Arcs.

    def _arcs(self, kind: Kind, at: int, limit: int | None, source: str, sink: str) -> tuple[Arc, ...]:
        """Arcs of links in their directions; none when two differ or a number is negative."""
        links = []
        for way in self.ways:
            values = self._values(way)
            if at >= len(values):
                return ()
            number, room = values[at], None
            if limit is not None and limit < len(values):
                room = values[limit]
            for index, each in enumerate(way.sources):
                if index not in (at, limit):
                    if isinstance(each, int):
                        self.ledger.waive(each, "not asked for")
                    else:
                        self.ledger.waive_cell(each, "not asked for")
            if number < 0 or (room or 0) < 0 or way.start == way.end:
                return ()
            links.append((way, None if kind == "most" else number, number if kind == "most" else room))
        return self._directed(kind, links, source, sink)

    def _values(self, way: Way) -> list[Number]:
        found: list[Number] = []
        for each in way.sources:
            words = f"the number of the link from {way.start} to {way.end}"
            found.append(
                self.ledger.take(each, words) if isinstance(each, int) else self.ledger.take_cell(each, words)
            )
        return found

    def _waive(self, way: Way, why: str) -> None:
        for each in way.sources:
            if isinstance(each, int):
                self.ledger.waive(each, why)
            else:
                self.ledger.waive_cell(each, why)

    def _directed(
        self, kind: Kind, links: Sequence[tuple[Way, Number | None, Number | None]], source: str, sink: str
    ) -> tuple[Arc, ...]:
        """Arcs in the directions that the text says, or that are likely, with a doubt where it matters."""
        said = BOTH.search(self.words) is not None, ONE_WAY.search(self.words) is not None
        mixed = len({way.both for way, _, _ in links}) == 2
        if said == (True, False):
            return _made([(way, True, cost, most) for way, cost, most in links])
        if said[1] and not said[0]:
            return _made([(way, False, cost, most) for way, cost, most in links])
        likely = [(way, way.both or (mixed and kind == "path"), cost, most) for way, cost, most in links]
        other = [(way, not all(each[1] for each in likely), cost, most) for way, cost, most in links]
        arcs, turned = _made(likely), _made(other)
        how = "in both directions" if all(each[1] for each in likely) else "in the direction written"
        self.told.append(f"Links are used {how}.")
        drawn = all(way.both == (kind == "path") for way, _, _ in links)
        if kind != "cheapest" and arcs and turned and not drawn:
            value = shortest_way if kind == "path" else greatest_flow
            if abs(value(arcs, source, sink) - value(turned, source, sink)) > 1e-9:
                best = value(arcs, source, sink)
                if best in (0, float("inf")):
                    return turned
                self.doubts.append(f"Links are used {how}; the text does not say so.")
        return arcs

    # What is left.

    def closes(self, network: Network) -> bool:
        """Whether there is a way, and few enough numbers are left over, each of which is told as a doubt."""
        source = next(node for node, amount in network.supply.items() if amount > 0)
        sink = next(node for node, amount in network.supply.items() if amount < 0)
        if shortest_way([Arc(arc.start, arc.end, 1) for arc in network.arcs], source, sink) == float("inf"):
            return False
        between = {arc.start for arc in network.arcs} & {arc.end for arc in network.arcs}
        if not between - {source, sink}:
            return False  # two groups and what lies between them are no network
        self._counts(len(network.nodes), len(self.ways))
        if self.ledger.left() and len(self.ledger.left()) > MAX_UNREAD:
            return False
        for at in self.ledger.left():
            self.doubts.append(f"“{self._around(at)}” is not used")
            self.ledger.waive(at, "not used")
        if rule := RULES.search(self.words):
            self.doubts.append(f"“{rule.group()}” is not part of what was read")
        return True

    def _counts(self, nodes: int, links: int) -> None:
        """Enter numbers that only say how many places or links there are."""
        for at in self.ledger.left():
            token = self.tokens[at]
            after = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
            if (
                token.value is not None
                and plain(token.value) in (nodes, links, nodes - 2, nodes - 1)
                and token.kind in ("integer", "spelled")
                and after is not None
                and after.kind == "word"
            ):
                self.ledger.waive(at, "counts what is listed")
            elif any(each.lower in ("way", "lane", "ways") for each in self.tokens[at + 1 : at + 3]):
                self.ledger.waive(at, "says that links go both ways or one")
            elif is_id(self.tokens, at):
                self.ledger.waive(at, "part of a name")

    def _around(self, at: int) -> str:
        here = self.tokens[at].sentence
        span = [token for token in self.tokens[max(0, at - 2) : at + 4] if token.sentence == here]
        return " ".join(self.text[span[0].start : span[-1].end].split())


def _pick(roles: Sequence[Role], wanted: Role, *, alone: bool) -> int | None:
    """The place of a wanted number among those of a link."""
    if alone:
        return 0
    return roles.index(wanted) if wanted in roles else None


def _made(links: Sequence[tuple[Way, bool, Number | None, Number | None]]) -> tuple[Arc, ...]:
    """Arcs, a second one said of the same two places only where it agrees."""
    found: dict[tuple[str, str], Arc] = {}
    for way, _, cost, capacity in links:
        arc = Arc(way.start, way.end, cost, capacity)
        if found.setdefault((way.start, way.end), arc) != arc:
            return ()
    for way, both, cost, capacity in links:
        if both:
            found.setdefault((way.end, way.start), Arc(way.end, way.start, cost, capacity))
    return tuple(found.values())


_NAMES: dict[Role, str] = {
    "time": "time",
    "length": "distance",
    "cost": "cost",
    "capacity": "capacity",
    "": "cost",
}
