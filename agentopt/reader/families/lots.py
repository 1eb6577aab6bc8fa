"""Production over a few periods: demand, cost of making and of keeping, capacity, setups, opening stock.

The periods are found first, then every number or row of numbers with the words beside it, then what each is.
"""

from __future__ import annotations

__all__ = ["read"]

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from agentopt.reader.families.listing import Amount, is_drawn
from agentopt.reader.families.lotnumbers import Told, by_table, in_prose, labels_of
from agentopt.reader.families.lotperiods import NOUNS, Periods, periods_in
from agentopt.reader.families.lotroles import Role, roles_of
from agentopt.reader.families.marked import Ledger, plain
from agentopt.reader.families.nouns import AFTER_NAME, NO_NAME, stem, words
from agentopt.reader.families.planning import Lots
from agentopt.reader.families.prose import Prose
from agentopt.reader.families.units import is_unit
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Understanding

_SPENT = re.compile(
    r"\b(?:costs?|cheap\w*|expens\w+|spend\w*|bills?|fees?|billed|outlay|money|pay|sum|charges?|"
    r"prices?|paid)\b|[$€£]"
)
_KEPT = re.compile(
    r"hold|stor(?:e|age|ing)|inventor|carry|carried|keep|kept|stock|left|remain|stays?\b|still|shelf|freezer|"
    r"cellar|yard|warehous|shed\b|unsold|cool|fridge|tank|silo|sits?\b|spare|surplus|early|wait"
)
_OTHER = re.compile(
    r"\b(?:profits?|revenue|sells? for|selling price|maximi[sz]\w*|back ?-? ?order(?:ed|ing) (?:costs?|"
    r"is allowed)|"
    r"(?:may|can) be (?:back ?-? ?ordered|delivered late|postponed)|backlog(?:ged)? (?:costs?|demand)|"
    r"two products|"
    r"products? [a-c]\b|each product|both products|interest rate|expected|probability|random|routes?|"
    r"shipped from|trucks?|average (?:stock|inventory)|hire|layoffs?|laid off)\b"
)
_CLOSED = re.compile(
    r"\b(?:nothing (?:can|will|is)(?: be)? \w+|no production|(?:is|are|be|stands?|stays?) "
    r"(?:closed|shut|down|"
    r"idle)|shut ?-? ?down|out of (?:action|service)|(?:cannot|can't) (?:make|produce|be made|be used))\b"
)


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """Demand by period and the costs of making and keeping, when the least cost is asked for."""
    labels = " ".join(cell.text for table in tables for cell in table.cells() if cell.value is None)
    said = " ".join(token.lower for token in tokens).replace("’", "'")
    if not _SPENT.search(said) or _OTHER.search(said):
        return None
    if not _KEPT.search(f"{said} {labels.lower()}"):
        return None
    prose = Prose.of(text, tokens, tables)
    prose = replace(prose, named={at: why for at, why in prose.named.items() if not _names_time(why)})
    drawn = [table for table in tables if is_drawn(table)]
    rows = next((found for found in map(labels_of, drawn) if found), ())
    lengths = [len(run) for run in prose.lists((), 2)]
    periods = periods_in(prose, rows, lengths)
    if periods is None:
        return None
    return _Reading(prose, drawn, periods, Ledger(tokens)).understanding()


def _names_time(why: str) -> bool:
    return why.startswith("names a ") and why.removeprefix("names a ") in NOUNS


@dataclass(slots=True)
class _Reading:
    """One text being read."""

    prose: Prose
    tables: Sequence[Table]
    periods: Periods
    ledger: Ledger
    doubts: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many periods there are."""
        return len(self.periods.names)

    def understanding(self) -> Understanding | None:
        """The problem; None where a number is left, or something needed is not said."""
        self._waive()
        drawn = self._drawn()
        if drawn is None:
            return None
        told = [*drawn, *in_prose(self.prose, self.periods, self.ledger.left())]
        things = frozenset(self._things())
        found = roles_of(told, things, self.count)
        if found is None:
            told = self._without_remarks(told, things)
            found = roles_of(told, things, self.count)
        if found is None:
            return None
        self.doubts += [
            f"Is “{self._quoted(told[at])}” the {_CALLED[found.roles[at]]}?" for at in found.unsure
        ]
        lots = self._lots(told, found.roles)
        if lots is None or self.ledger.left():
            return None
        formulation = lots.formulation(waived=self.ledger.waivers(), assumptions=self.doubts)
        return Understanding("lots", formulation, self.ledger.account(), tuple(self.doubts))

    # What is no data.

    def _waive(self) -> None:
        for at, why in {**self.prose.named, **self.periods.idle}.items():
            self.ledger.waive(at, why)
        for at in self.prose.hidden:
            if self.prose.tokens[at].is_number:
                self.ledger.waive(at, "part of a table")
        for at in self.ledger.left():
            token = self.prose.tokens[at]
            if token.lower in ("a quarter", "one quarter", "quarter"):
                self.ledger.waive(at, "a quarter of a year")

    def _things(self) -> Iterator[str]:
        """What is made: the nouns behind numbers."""
        for at in self.ledger.left():
            behind = self.prose.end(at)
            token = self.prose.tokens[behind] if behind < len(self.prose.tokens) else None
            if token is None or token.kind != "word" or len(token.text) < 3:
                continue
            noun = stem(token.text)
            known = token.lower in NO_NAME - {"unit", "units"} or token.lower in AFTER_NAME
            if (
                not known
                and not is_unit(token.text)
                and noun not in NOUNS | _NO_THING
                and token.lower != noun
            ):
                yield noun

    def _without_remarks(self, told: Sequence[Told], things: frozenset[str]) -> list[Told]:
        """The numbers without those that no role suits and that stand in sentences of their own."""
        kept: list[Told] = []
        for each in told:
            at = each.amounts[0].token
            alone = len(each.amounts) == 1 and at >= 0 and each.unit.kind != "money"
            sentence = self.prose.tokens[at].sentence
            beside = any(
                other.amounts[0].token >= 0 and self.prose.tokens[other.amounts[0].token].sentence == sentence
                for other in told
                if other is not each
            )
            if alone and not beside and roles_of([each], things, self.count) is None:
                self.ledger.waive(at, "not used")
                self.doubts.append(f"“{self.prose.sentence(at)}” is not used.")
            else:
                kept.append(each)
        return kept

    def _drawn(self) -> list[Told] | None:
        """What tables say; None where one says something that is not understood."""
        told: list[Told] = []
        for table in self.tables:
            rows = labels_of(table)
            if len(rows) == self.count:
                found = by_table(table, self.count)
                if found is None:
                    return None
                told += found
            elif table.rows and all(len(row) == 2 and row[1].value is not None for row in table.rows):
                told += [
                    Told((Amount(row[1].value or Fraction(0), cell=row[1]),), f" {row[0].text.lower()} # ")
                    for row in table.rows
                ]
            else:
                return None
        return told

    # What is data.

    def _lots(self, told: Sequence[Told], roles: Sequence[Role]) -> Lots | None:
        """The plan; None where something needed is not said, or said of some periods only."""
        found: dict[Role, tuple[Fraction, ...]] = {}
        scale = self._scales(told, roles)
        for role in dict.fromkeys(roles):
            own = [each for each, its in zip(told, roles, strict=True) if its == role]
            values = self._values(own, role)
            if values is None or any(each < 0 for each in values):
                return None
            found[role] = tuple(
                each * factor for each, factor in zip(values, self._factors(own, scale), strict=False)
            )
            for each in own:
                self._enter(each, role)
        if (
            "demand" not in found
            or "holding" not in found
            or not found.keys() & {"making", "setup", "capacity"}
        ):
            return None
        found["demand"] = found["demand"] * (self.count if len(found["demand"]) == 1 else 1)
        for time, capacity in (("time", "capacity"), ("extra_time", "extra_capacity")):
            if time in found and ("time_each" not in found or capacity in found):
                return None
        if "time_each" in found:
            (spent, *more) = found.pop("time_each")
            if more or not spent or "time" not in found:
                return None
            found["capacity"] = tuple(value / spent for value in found.pop("time"))
            if "extra_time" in found:
                found["extra_capacity"] = tuple(value / spent for value in found.pop("extra_time"))
        if "extra_making" in found and "making" in found and self._is_surcharge(told, roles):
            found["extra_making"] = _added(found["extra_making"], found["making"])
        if ("extra_capacity" in found) > ("extra_making" in found):
            return None
        if "extra_making" in found and "capacity" not in found:
            self.doubts.append("Nothing says how much can be made before overtime is needed.")
        self._close(found)
        if not self._suffices(found):
            self.doubts.append("So read, what can be made does not suffice.")
        whole = {role: tuple(map(plain, values)) for role, values in found.items()}
        ends = {role: whole.pop(role, (0,))[0] for role in ("opening", "closing", "reserve")}
        return Lots(self.periods.names, **whole, **ends)  # type: ignore[arg-type]  # roles are its fields

    def _values(self, own: Sequence[Told], role: Role) -> tuple[Fraction, ...] | None:
        """The numbers of one role, with those that are said of some periods in their places."""
        series = [each for each in own if len(each.amounts) > 1]
        if series:
            return series[0].values
        base = [each for each in own if not each.some]
        some = [each for each in own if each.some]
        if role in ("opening", "closing", "holding", "setup", "storage", "reserve") and not (base and some):
            return own[0].values
        if not some:
            return base[0].values
        if not base:
            if role in ("demand", "capacity", "making"):
                self.doubts.append(f"“{self._quoted(some[0])}” is taken to hold for all periods.")
            return some[0].values
        values = list(base[0].values * self.count)
        for each in some:
            for place in each.some:
                values[place] = each.values[0]
        return tuple(values)

    def _scales(self, told: Sequence[Told], roles: Sequence[Role]) -> dict[str, Fraction]:
        """What the amounts are counted in, by what they measure."""
        sizes: dict[str, Fraction] = {}
        for each, role in zip(told, roles, strict=True):
            if each.unit.kind and (each.unit.kind not in sizes or role == "demand"):
                sizes[each.unit.kind] = each.unit.size
        money = [each for each, role in zip(told, roles, strict=True) if role in _MONEY]
        if any(not each.unit.kind or each.unit.size >= 1 for each in money):
            sizes["money"] = Fraction(1)
        return sizes

    def _factors(self, own: Sequence[Told], scale: dict[str, Fraction]) -> list[Fraction]:
        unit = own[0].unit
        factor = unit.size / scale[unit.kind] if unit.kind else Fraction(1)
        return [factor] * self.count

    def _is_surcharge(self, told: Sequence[Told], roles: Sequence[Role]) -> bool:
        """Whether what is made in overtime costs so much more, not so much."""
        return any(
            role == "extra_making" and _MORE.search(each.near) is not None
            for each, role in zip(told, roles, strict=True)
        )

    def _close(self, found: dict[Role, tuple[Fraction, ...]]) -> None:
        """Nothing is made in the periods that a text says are closed."""
        closed: set[int] = set()
        for each in self.periods.mentions:
            some = 0 < len(each.places) < self.count
            if (
                some
                and _CLOSED.search(self.prose.sentence(each.first).lower())
                and not self._has_data(each.first)
            ):
                closed |= each.places
        if not closed:
            return
        needed = sum((*found["demand"], *found.get("closing", ())), Fraction(0))
        every = found.get("capacity") or (needed,)
        every = every * (self.count if len(every) == 1 else 1)
        found["capacity"] = tuple(Fraction(0) if at in closed else each for at, each in enumerate(every))

    def _suffices(self, found: dict[Role, tuple[Fraction, ...]]) -> bool:
        """Whether the capacities, as they were read, let every demand be met in time."""
        if "capacity" not in found or ("extra_making" in found and "extra_capacity" not in found):
            return True
        had = found.get("opening", (Fraction(0),))[0]
        for at in range(self.count):
            for role in ("capacity", "extra_capacity"):
                values = found.get(role, (Fraction(0),))
                had += values[at if len(values) > 1 else 0]
            had -= found["demand"][at]
            if had < (found.get("closing", (0,))[0] if at + 1 == self.count else 0):
                return False
        return True

    def _has_data(self, at: int) -> bool:
        """Whether a number that was read stands in the sentence of a token."""
        sentence = self.prose.tokens[at].sentence
        return any(self.prose.tokens[other].sentence == sentence for other in self.ledger.entries)

    def _enter(self, told: Told, role: Role) -> None:
        names = self.periods.names if len(told.amounts) > 1 else ("",)
        for each, name in zip(told.amounts, names, strict=True):
            meaning = f"{_CALLED[role]}{f' in {name}' if name else ''}"
            if each.cell is not None:
                self.ledger.take_cell(each.cell, meaning)
            else:
                self.ledger.take(each.token, meaning)

    def _quoted(self, told: Told) -> str:
        amount = told.amounts[0]
        return self.prose.sentence(amount.token) if amount.token >= 0 else told.near.replace("#", "").strip()


_MORE = re.compile(
    r"# (?:\w+ ){0,3}(?:extra|more|on top|above|additional)\b|\b(?:extra|additional|surcharge|premium|on top|"
    r"supplement)\b(?: [\w$€£]+){0,4} #"
)
_NO_THING = words("time hour percent euro dollar cent minute worker people machine line")
_MONEY: tuple[Role, ...] = ("making", "holding", "setup", "extra_making")
_CALLED: dict[Role, str] = {
    "demand": "demand",
    "capacity": "most that can be made",
    "storage": "most that can be kept",
    "opening": "stock at the beginning",
    "closing": "stock at the end",
    "reserve": "stock that is always kept",
    "making": "cost of making one",
    "holding": "cost of keeping one",
    "setup": "cost of making any",
    "extra_capacity": "most that can be made in overtime",
    "extra_making": "cost of making one in overtime",
    "time_each": "time for one",
    "time": "time there is",
    "extra_time": "overtime there is",
}


def _added(one: tuple[Fraction, ...], other: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    """The sums by period; a tuple of one holds in every period."""
    size = max(len(one), len(other))
    return tuple(
        a + b
        for a, b in zip(
            one * (size if len(one) == 1 else 1), other * (size if len(other) == 1 else 1), strict=True
        )
    )
