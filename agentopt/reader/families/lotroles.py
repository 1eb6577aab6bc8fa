"""What the numbers of a plan over periods are: demand, capacities, stocks and costs.

Every number is weighed for every role by the words of its clause, and less by those of its sentence; then
roles are given out so that the sum of the weights is greatest and no role is given twice.
"""

from __future__ import annotations

__all__ = ["Given", "Role", "roles_of"]

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from agentopt.reader.families.lotnumbers import Told

Role = Literal[
    "demand",
    "capacity",
    "storage",
    "opening",
    "closing",
    "reserve",
    "making",
    "holding",
    "setup",
    "extra_capacity",
    "extra_making",
    "time_each",
    "time",
    "extra_time",
]

CLEAR = 0.5
"""How much better the best reading must be than the next not to be doubted."""

_MOST = 12
"""Numbers that are weighed together."""


def _any(listed: str) -> re.Pattern[str]:
    """Words that begin in one of the ways listed; `_` is a blank and `$` an end."""
    parts = (re.escape(each).replace("_", " ").replace(r"\$", r"\b") for each in listed.split())
    return re.compile(rf"\b(?:{'|'.join(parts)})")


CUES: Mapping[str, re.Pattern[str]] = {
    "cost": _any(
        """
        cost charg price$ priced$ prices$ fee$ fees$ pay spend bill$ bills billed expens run_to rent$ come_to
        comes_to came_to dear cheap set_us_back sets_us_back worth$ euro dollar cent$ cents outlay levy tariff
        rate$ adds$ reckon money$ invoice
        """
    ),
    "limit": _any(
        """
        capacit at_most no_more_than not_more_than up_to max limit cannot can't can_not only_be exceed room
        ceiling cap$ caps$ capped can_be_made can_make can_produce can_turn can_be_ able_to unable at_best
        tops more_than_# fit$ fits$ space never_more available capable can_only can$ restrict manage manages
        copes cope handles handle$ bounded not_above never_above output_of turns_out allows tied
        """
    ),
    "store": _any(
        """
        hold stor$ store$ stored stores storing storage inventor carry carried keep kept stock$ stocks stocked
        stockpile left$ leftover left_over remain warehous shelf shelv yard cellar shed$ sheds freezer unsold
        tank silo cold_room carryover over_from still$ hanging standing$ sits sitting sit$ wait$ waits waiting
        spare surplus lying lie$ lies rests parked park$ unused ageing reserve fridge vault loft barn hangar
        depot not_shipped early not_sold overnight stays cupboard chiller cool buffer in_hand
        """
    ),
    "make": _any(
        """
        mak$ make makes making made produc manufactur brew bake baking baked assembl build built print mill$
        milled milling sew churn fir$ fired firing knit weld cast$ casting press$ pressed pressing roast bottl
        craft process output turn_out turns_out run$ runs$ running line$ lines$ machine factor plant$ plants$
        buy bought purchas order$ orders$ ordering procur deliver unit_cost variable workshop shop_can crew
        team finish put_together turned_out blend mix$ mixed fill$ weav grind mould mold cook forge carv
        smelt distil pack$ packed labour labor material cloth malt flour kiln oven reactor foundry per_unit
        piece apiece each$ unit_price regular normal supplier wages
        """
    ),
    "demand": _any(
        """
        demand need requir$ require requires required requirement order$ orders$ ordered want deliver sale$
        sales sell sold customer client expect promis use$ used$ uses$ usage ship$ shipped shipments take$
        takes$ supply$ supplied call call_for calls_for consum request forecast due$ must_have d_= pubs shops
        dealer retailer hand_over owe$ commit contract pick_up picked_up buyers
        """
    ),
    "start": _any(
        """
        begin start initial open outset already current right_now now$ today on_hand at_present to_begin
        last_year last_season last_month last_week from_before before_production at_the_moment
        inherit old_stock in_stock carried_over_from left_from leftover_from over_from previous have_# has_#
        had_# there_are_# there_is_# we've_got got$ as_of at_first
        """
    ),
    "end": _any(
        """
        end$ ends$ ending end_of final clos after last$ finish finally once leave at_the_end over$ done$
        eventually horizon complet
        """
    ),
    "target": _any(
        """
        at_least want must should require need no_fewer no_less not_less exactly target safety to_be
        would_like minimum reserve left$ remain final closing ending have_to has_to
        """
    ),
    "fixed": _any(
        """
        set_up setup set_- setups setting fixed whenever each_time every_time any_production anything at_all
        regardless irrespective change_over changeover change_- start_up startup start_- starting_the
        starting_up starting_production flat cleaned cleaning clean$ batch run_costs per_run launch fire_up
        firing_up prepar any$ in_which no_matter whatever once per_batch heat lump one-off one_- overhead
        calibrat switch warm independent activat per_order per_delivery incur run_at for_a_run retool
        """
    ),
    "per_period": re.compile(
        r"\b(?:per|a|an|each|every|one|any|and|from one|single|given|to)(?: \w+)? (?:month|week|quarter|day|"
        r"period|night|shift|season|year|term)\b|monthly|weekly|daily|quarterly|overnight|"
        r"(?:month|week|day) ?-? end"
    ),
    "extra": _any(
        """
        overtime over_time extra_shift second_shift night_shift weekend subcontract sub_- outside external
        outsourc second_source rush saturday additional_shift extra_hours late_shift bought_in contractor
        neighbouring other_plant extra_capacity ot$ third_party partner evening
        """
    ),
    "time": _any("hour minute time$ man_- labour-hours machine"),
}
NEVER = re.compile(
    r"\b(?:back ?-? ?(?:order|log)\w*|short(?:age|fall)s?|unmet|lost sales?|penalt\w+|late\b|delay\w*|"
    r"discount\w*|sells? (?:for|at)|sold (?:for|at)|revenue|profit|selling|lead time|at least # (?:must|"
    r"have to|should) be (?:made|produced)|multiples?|batches of|minimum (?:run|lot|batch|order)|"
    r"hir(?:e|ing)|"
    r"fir(?:e|ing) a worker|interest|depreciat\w*|emission\w*|scrap\w*|spoil\w*|defect\w*|yield)\b"
)
"""Words of clauses whose numbers this class has no place for."""


_WEAK = re.compile(r"\b(?:there (?:are|is)|have|has|had|got) (?=#)")
"""Words that say of a stock that it is there, and of anything else too."""

_PRICED = re.compile(r"\b(?:costs?|costing|charge[sd]?|fees?|bill(?:s|ed)?|prices?d?|expens\w+)\b")
_ASKED = re.compile(
    r"\b(?:minim\w+|lowest|least|smallest|cheapest) (?:\w+ ){0,2}(?:costs?|bills?)\b|\blast (?:year|season|"
    r"month|week)(?:'s)?\b(?= (?:are|is|were|was|and|that|which|which))"
)
"""Words of the question, and of the time before the plan, that say nothing of a number."""


@dataclass(frozen=True, slots=True)
class Given:
    """What every number was read as.

    Attributes:
        roles: of each, in order.
        unsure: places of numbers that another reading, nearly as likely, takes for something else.
    """

    roles: tuple[Role, ...]
    unsure: tuple[int, ...] = ()


def roles_of(told: Sequence[Told], things: frozenset[str], count: int) -> Given | None:
    """The likeliest roles of all numbers; None where one has none.

    Args:
        told: the numbers.
        things: stems of what is made.
        count: how many periods there are.
    """
    weighed = [_weights(each, things, count) for each in told]
    if not told or len(told) > _MOST or not all(weighed):
        return None
    ranked = sorted(_given(told, weighed), key=lambda each: -each[0])
    if not ranked:
        return None
    (best, roles), others = ranked[0], ranked[1:]
    near = [other for weight, other in others if weight > best - CLEAR]
    unsure = {at for other in near for at, role in enumerate(other) if role != roles[at]}
    return Given(roles, tuple(sorted(unsure)))


def _given(
    told: Sequence[Told], weighed: Sequence[Mapping[Role, float]]
) -> Iterator[tuple[float, tuple[Role, ...]]]:
    """All ways to give out roles, with the sum of their weights, by depth first."""

    def further(at: int, roles: tuple[Role, ...], weight: float) -> Iterator[tuple[float, tuple[Role, ...]]]:
        if at == len(told):
            yield weight, roles
            return
        for role, more in weighed[at].items():
            if _fits(told, roles, role, at):
                yield from further(at + 1, (*roles, role), weight + more)

    yield from further(0, (), 0.0)


def _fits(told: Sequence[Told], roles: Sequence[Role], role: Role, at: int) -> bool:
    """Whether a number can have a role that others may have already: only to say the same again."""
    same = [told[n] for n, each in enumerate(roles) if each == role]
    return all(each.values == told[at].values or bool(each.some) != bool(told[at].some) for each in same)


def _weights(told: Told, things: frozenset[str], count: int) -> dict[Role, float]:
    """How well each role suits a number, for those that it may have."""
    told = replace(told, near=_ASKED.sub(" ", told.near), wide=_ASKED.sub(" ", told.wide))
    plain = _without(told, things)
    has = {cue: _said(told if cue == "demand" else plain, pattern) for cue, pattern in CUES.items()}
    if NEVER.search(told.near) and not re.search(r"\b(?:no|not|never|without|nor) [^#]*$", told.near):
        return {}
    if told.unit.kind == "money":
        found = _costs(told, has, 1)
    elif _counts_things(told, things) or (told.unit.kind and told.unit.kind != "time"):
        found = _amounts(told, has, count)
    elif told.unit.kind == "time":
        found = _times(told, has)
    else:
        priced = 2 if _PRICED.search(told.near) else has["cost"]
        found = _costs(told, has, priced) if priced else {}
        if priced < 2:
            found = {**_amounts(told, has, count), **found}
    return {role: weight for role, weight in found.items() if weight > 0}


def _without(told: Told, things: frozenset[str]) -> Told:
    """A number with the words of what is made hidden: sheds that are built are no store."""
    if not things:
        return told
    named = re.compile(rf"\b(?:{'|'.join(map(re.escape, things))})(?:s|es)?\b")
    return replace(told, near=named.sub("thing", told.near), wide=named.sub("thing", told.wide))


def _said(told: Told, cue: re.Pattern[str]) -> float:
    """One for a cue in the clause, less for one in the sentence only."""
    if cue.search(told.near):
        return 1
    if cue.search(told.wide):
        return 0.3
    return 0.2 if cue is CUES["extra"] and cue.search(told.before) else 0


def _counts_things(told: Told, things: frozenset[str]) -> bool:
    return bool(told.after & things)


def _costs(told: Told, has: Mapping[str, float], priced: float) -> dict[Role, float]:
    """Roles of an amount of money."""
    per_thing = bool(re.search(r"\b(?:each|apiece|per|every|a piece)\b", told.near))
    found: dict[Role, float] = {
        "holding": 3 * has["store"] + 0.8 * has["per_period"] - 1.2 * (has["make"] == 1) - has["fixed"],
        "setup": 3 * has["fixed"] - has["store"] - 0.5 * per_thing,
        "making": 0.7 + 2 * has["make"] + 0.5 * per_thing - 1.5 * (has["store"] == 1) - 2 * has["fixed"],
    }
    if has["store"] == 0:
        found["holding"] = 0
    if has["extra"] and has["store"] < 1:
        found["extra_making"] = found["making"] + (2 if has["extra"] == 1 else -0.8)
    if len(told.amounts) > 1:
        found["making"] += 0.5
    return {role: weight + 0.5 * priced if weight > 0 else 0 for role, weight in found.items()}


def _amounts(told: Told, has: Mapping[str, float], count: int) -> dict[Role, float]:
    """Roles of an amount of what is made."""
    series = len(told.amounts) == count
    limit = has["limit"] == 1 or 0.5 * has["limit"]
    found: dict[Role, float] = {
        "demand": 3 * has["demand"] - 1.5 * (has["limit"] == 1) - 1.0 * (has["store"] == 1),
        "capacity": 2 * limit + 1.5 * has["make"] + 0.5 * has["per_period"] - 2 * (has["store"] == 1),
        "storage": 2 * limit + 2.2 * has["store"] - has["make"] - 1.5 * (has["demand"] == 1) * series,
    }
    if not has["limit"]:
        found["capacity"] = found["storage"] = 0
    if has["store"] < 1:
        found["storage"] = 0
    if series:
        found["demand"] += 1.5
    else:
        found["demand"] -= 1
        if (
            _WEAK.search(told.near)
            and not CUES["start"].search(_WEAK.sub(" ", told.near))
            and has["store"] < 1
        ):
            has = {**has, "start": 0}
        has = {
            **has,
            "start": 1 if told.some == {0} else has["start"],
            "end": 1 if told.some == {count - 1} else has["end"],
        }
        begun, ended = has["start"], has["end"] * (1 if has["target"] == 1 or has["store"] == 1 else 0.5)
        stocked = has["store"]
        found["opening"] = (2.5 * begun + 1.5 * stocked - 1.5 * (has["limit"] == 1) - ended) * (begun > 0)
        always = re.search(r"\b(?:each|every|any|all times|always|never|throughout)\b", told.near)
        if always and has["target"] == 1 and has["store"]:
            found["reserve"] = 4 + 2 * has["store"]
        aimed = has["target"] if has["target"] == 1 else -0.8
        found["closing"] = (2.5 * ended + stocked + aimed - 0.7 * begun) * (ended > 0)
    if has["extra"]:
        found["extra_capacity"] = found["capacity"] + (2 if has["extra"] == 1 else -0.8)
    return found


def _times(told: Told, has: Mapping[str, float]) -> dict[Role, float]:
    """Roles of an amount of time."""
    found: dict[Role, float] = {
        "time_each": 1
        + 2 * bool(re.search(r"\b(?:takes?|needs?|requires?|occup\w+|uses?|per)\b", told.near)),
        "time": 1 + 2 * has["limit"] + has["per_period"],
    }
    if has["extra"] == 1:
        found["extra_time"] = found["time"] + 1
    return found
