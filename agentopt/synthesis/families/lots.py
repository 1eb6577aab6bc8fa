"""Problems of production over periods: demand, stock, setups and capacity, in many trades and layouts."""

from __future__ import annotations

__all__ = ["generate"]

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agentopt.reader.families.planning import Lots
from agentopt.synthesis.families.scenes import capital, csv_table, enumerated, figure, markdown
from agentopt.synthesis.problem import Problem


@dataclass(frozen=True, slots=True)
class Scene:
    """A trade: who makes what, and with which verb (base, participle, -ing)."""

    agent: str
    good: tuple[str, str]
    verb: tuple[str, str, str]


_MAKE = ("make", "made", "making")
_PRODUCE = ("produce", "produced", "producing")
SCENES = (
    Scene("a bicycle maker", ("bicycle", "bicycles"), _MAKE),
    Scene("a brewery", ("barrel", "barrels"), ("brew", "brewed", "brewing")),
    Scene("a furniture company", ("wardrobe", "wardrobes"), _PRODUCE),
    Scene("a boat yard", ("boat", "boats"), ("build", "built", "building")),
    Scene("a toy factory", ("train set", "train sets"), _PRODUCE),
    Scene("a bakery", ("frozen cake", "frozen cakes"), ("bake", "baked", "baking")),
    Scene("a mill", ("sack of flour", "sacks of flour"), _PRODUCE),
    Scene("a pump manufacturer", ("pump", "pumps"), ("manufacture", "manufactured", "manufacturing")),
    Scene("a shoe factory", ("pair of boots", "pairs of boots"), _PRODUCE),
    Scene("a printer", ("calendar", "calendars"), ("print", "printed", "printing")),
    Scene("a candle maker", ("candle", "candles"), _MAKE),
    Scene("a ski workshop", ("pair of skis", "pairs of skis"), _MAKE),
    Scene("an electronics firm", ("router", "routers"), ("assemble", "assembled", "assembling")),
    Scene("a paint works", ("drum", "drums"), _PRODUCE),
    Scene("a glass works", ("crate of bottles", "crates of bottles"), _MAKE),
    Scene("a tractor plant", ("engine", "engines"), ("assemble", "assembled", "assembling")),
    Scene("a carpet mill", ("carpet", "carpets"), _MAKE),
    Scene("a workshop", ("stove", "stoves"), _MAKE),
    Scene("our company", ("unit", "units"), _PRODUCE),
    Scene("the plant in Turin", ("motor", "motors"), _PRODUCE),
)
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def generate(rng: random.Random, difficulty: int) -> Problem:
    """A problem of lots; at a higher difficulty with more periods, setups and limits of stock."""
    scene = rng.choice(SCENES)
    count = rng.randint(3, min(6, 3 + difficulty))
    unit = rng.choice(("month", "month", "week", "quarter", "day", "period"))
    names = _names(rng, unit, count)
    demand = tuple(rng.randrange(20, 200, 5) for _ in range(count))
    varied = rng.random() < 0.15 * difficulty
    making = tuple(rng.randint(5, 40) for _ in range(count)) if varied else (rng.randint(5, 40),)
    holding = (rng.choice([1, 2, 3, 4, 0.5, 1.5]),)
    setup: tuple[int, ...] = (rng.randrange(50, 500, 25),) if rng.random() < 0.2 * difficulty else ()
    capacity: tuple[int, ...] = (
        (_capacity(rng, demand),) if rng.random() < 0.5 or not (varied or setup) else ()
    )
    opening = rng.choice([0, rng.randrange(5, 20, 5)])
    closing = rng.randrange(5, 30, 5) if difficulty > 2 and rng.random() < 0.3 else 0
    storage = (rng.randrange(60, 160, 10),) if difficulty > 3 and rng.random() < 0.4 else ()
    lots = Lots(tuple(names), demand, making, holding, setup, capacity, storage, opening, closing)
    text, tables = _text(rng, scene, unit, lots, difficulty)
    return Problem("lots", difficulty, 0, text, lots.formulation(), tables)


def _names(rng: random.Random, unit: str, count: int) -> list[str]:
    if unit == "month" and rng.random() < 0.7:
        begin = rng.randrange(len(_MONTHS) - count + 1)
        return list(_MONTHS[begin : begin + count])
    if unit == "day" and rng.random() < 0.7:
        return list(_DAYS[:count])
    return [f"{unit} {at}" for at in range(1, count + 1)]


def _capacity(rng: random.Random, demand: Sequence[int]) -> int:
    """Enough for the demand up to any period, with something to spare."""
    needed = max(sum(demand[: at + 1]) / (at + 1) for at in range(len(demand)))
    return int(-(-needed // 5) * 5) + rng.randrange(0, 60, 5) + 5


_Words = dict[str, str]
_ASKS = (
    "How much should be {made} in each {unit} to minimize the total cost?",
    "Find the plan with the lowest cost.",
    "Minimize the total cost.",
    "What is the cheapest plan that meets all demand?",
    "How many {goods} should {agent} {make} each {unit} to meet the demand at minimum cost?",
    "Plan production and stock so that total costs are minimized.",
    "What is the least total cost?",
)
_LEADS = (
    "{Agent} plans its production for the next {count} {unit}s.",
    "{Agent} {makes} {goods}.",
    "{Agent} has to decide how many {goods} to {make} in each of {count} {unit}s.",
    "For {count} {unit}s {agent} must meet a known demand for {goods}.",
    "{Agent} wants to plan ahead.",
)
_SAYS: dict[str, tuple[str, ...]] = {
    "making": (
        "It costs ${n} to {make} one {good}.",
        "{Making} a {good} costs ${n}.",
        "The production cost is ${n} per {good}.",
        "Each {good} costs {n} dollars to {make}.",
    ),
    "making_list": (
        "The production costs per {good} are {n} dollars respectively.",
        "{Making} one {good} costs {n} dollars in these {unit}s.",
        "Production costs change: they are {n} dollars for a {good}.",
    ),
    "holding": (
        "Keeping a {good} in store from one {unit} to the next costs ${n}.",
        "The holding cost is ${n} per {good} and {unit}.",
        "A {good} left at the close of a {unit} can be stored for ${n}.",
        "Storing one {good} for a {unit} costs {n} dollars.",
        "Inventory costs ${n} per {good} per {unit}.",
    ),
    "setup": (
        "In every {unit} with production there is a setup cost of ${n}.",
        "Each time production is started in a {unit}, a fixed cost of ${n} is paid.",
        "Setting up costs ${n} in each {unit} in which anything is {made}: a fixed amount.",
    ),
    "capacity": (
        "At most {n} {goods} can be {made} in a {unit}.",
        "The capacity is {n} {goods} per {unit}.",
        "No more than {n} {goods} can be {made} per {unit}.",
        "Up to {n} {goods} can be {made} each {unit}.",
    ),
    "storage": (
        "The warehouse has room for {n} {goods}.",
        "At most {n} {goods} can be kept in stock.",
        "No more than {n} {goods} can be stored.",
    ),
    "opening": (
        "The initial stock is {n} {goods}.",
        "There are {n} {goods} in stock at the beginning.",
        "{Agent} starts with {n} {goods} in store.",
        "{n} {goods} are already there.",
    ),
    "closing": (
        "The final stock must be at least {n} {goods}.",
        "At least {n} {goods} must be left at the end of the last {unit}.",
        "At the end of the plan, at least {n} {goods} are to be in store.",
    ),
}
_NO_STOCK = ("There is no stock at the beginning.", "The store is empty at first.", "", "", "")


def _text(
    rng: random.Random, scene: Scene, unit: str, lots: Lots, difficulty: int
) -> tuple[str, dict[str, str]]:
    the = (
        scene.agent.replace("a ", "the ", 1)
        if scene.agent.startswith("a ")
        else scene.agent.replace("an ", "the ", 1)
    )
    words = {
        "agent": the,
        "good": scene.good[0],
        "goods": scene.good[1],
        "make": scene.verb[0],
        "made": scene.verb[1],
        "makes": f"{scene.verb[0]}s",
        "making": scene.verb[2],
        "unit": unit,
        "count": _counted(rng, len(lots.demand)),
    }
    words |= {capital(key): capital(value) for key, value in words.items()}
    layouts: list[_Layout] = [_listed, _each, _lines]
    if difficulty > 1:
        layouts += [_table, _across, _attached]
    told, tables, tabled = rng.choice(layouts)(rng, lots, words)
    sentences = []
    for kind in ("making", "holding", "setup", "capacity", "storage", "opening", "closing"):
        value = getattr(lots, kind)
        if kind in tabled or not value:
            continue
        if isinstance(value, tuple) and len(value) > 1:
            said = rng.choice(_SAYS[f"{kind}_list"]).format(
                **words, n=enumerated([figure(each) for each in value], rng)
            )
        else:
            number = figure(value[0] if isinstance(value, tuple) else value)
            said = rng.choice(_SAYS[kind]).format(**words, n=number)
        sentences.append(said)
    if not lots.opening:
        sentences.append(rng.choice(_NO_STOCK))
    rng.shuffle(sentences)
    lead = rng.choice(_LEADS).format(**words)
    text = " ".join(part for part in [lead, told, *sentences, rng.choice(_ASKS).format(**words)] if part)
    return "\n".join(line.strip() for line in text.split("\n")), tables


def _counted(rng: random.Random, count: int) -> str:
    return rng.choice([str(count), ("three", "four", "five", "six")[count - 3]])


_Told = tuple[str, dict[str, str], frozenset[str]]
"""The demand in words, attached tables, and what else is in tables."""
_Layout = Callable[[random.Random, Lots, _Words], _Told]


def _listed(rng: random.Random, lots: Lots, words: _Words) -> _Told:
    demand = enumerated([figure(each) for each in lots.demand], rng)
    form = rng.choice(
        [
            "The demand is {d} {goods}[ respectively].",
            "In these {unit}s, {d} {goods} are needed.",
            "The {unit}ly demands are {d} {goods}.",
            "Customers have ordered {d} {goods} for the {count} {unit}s.",
            "Demand in the coming {unit}s will be {d}.",
        ]
    )
    if words["unit"] == "day":
        form = form.replace("{unit}ly", "daily")
    form = form.replace("[ respectively]", rng.choice(["", " respectively"]))
    return form.format(d=demand, **words), {}, frozenset()


def _each(rng: random.Random, lots: Lots, words: _Words) -> _Told:
    if " " in lots.periods[0] and rng.random() < 0.5:
        parts = [
            f"{figure(amount)} in {name}" for name, amount in zip(lots.periods, lots.demand, strict=True)
        ]
    else:
        parts = [
            f"{figure(amount)} in {name}" for name, amount in zip(lots.periods, lots.demand, strict=True)
        ]
        parts[0] = parts[0].replace(" in ", f" {words['goods']} in ", 1)
    start = rng.choice(["The demand is", "Customers want", "To be delivered are", "Needed are"])
    return f"{start} {enumerated(parts, rng)}.", {}, frozenset()


def _lines(rng: random.Random, lots: Lots, words: _Words) -> _Told:
    lines = "\n".join(
        f"- {capital(name)}: {figure(amount)}" for name, amount in zip(lots.periods, lots.demand, strict=True)
    )
    return f"Demand for {words['goods']}:\n{lines}\n", {}, frozenset()


def _columns(rng: random.Random, lots: Lots) -> tuple[list[str], list[list[object]], frozenset[str]]:
    """Heads, one row a period, and what is in the table beside the demand."""
    heads, columns, kinds = ["period", "demand"], [list(lots.periods), list(lots.demand)], set()
    for kind, head in (("making", "production cost"), ("holding", "holding cost"), ("capacity", "capacity")):
        values = getattr(lots, kind)
        if values and (len(values) > 1 or rng.random() < 0.25):
            heads.append(head)
            columns.append(list(values) if len(values) > 1 else list(values) * len(lots.periods))
            kinds.add(kind)
    return heads, [list(row) for row in zip(*columns, strict=True)], frozenset(kinds)


def _table(rng: random.Random, lots: Lots, words: _Words) -> _Told:
    heads, rows, kinds = _columns(rng, lots)
    return f"\n\n{markdown(heads, rows)}\n\n", {}, kinds


def _across(rng: random.Random, lots: Lots, words: _Words) -> _Told:
    heads, rows, kinds = _columns(rng, lots)
    turned = [list(each) for each in zip(*([heads, *rows]), strict=True)]
    return f"\n\n{markdown([str(cell) for cell in turned[0]], turned[1:])}\n\n", {}, kinds


def _attached(rng: random.Random, lots: Lots, words: _Words) -> _Told:
    heads, rows, kinds = _columns(rng, lots)
    name = rng.choice(["demand.csv", "plan.csv", "periods.csv"])
    said = rng.choice([f"The demand is in {name}.", "The attached table has the demand."])
    return said, {name: csv_table(heads, rows)}, kinds
