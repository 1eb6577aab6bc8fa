"""Problems on networks: shortest paths, greatest and cheapest flows, in many trades and layouts."""

from __future__ import annotations

__all__ = ["generate"]

import random
from collections.abc import Sequence
from dataclasses import dataclass

from agentopt.reader.families.flows import Arc, Kind, Network
from agentopt.synthesis.families.scenes import capital, csv_table, enumerated, letters, markdown, places
from agentopt.synthesis.problem import Problem


@dataclass(frozen=True, slots=True)
class Scene:
    """A trade.

    Attributes:
        lead: a sentence without data.
        link: what joins two places, one and many.
        unit: of lengths, times or costs; of what flows.
        says: verb of a link before its number.
        asks: the question, with `{a}` and `{b}` for the ends.
        names: how places are called: city, letter, code.
        measure: heading of a column of numbers.
    """

    lead: str
    link: tuple[str, str]
    unit: str
    says: str
    asks: tuple[str, ...]
    names: str
    measure: str


_PATHS = (
    Scene(
        "A driver plans a trip.",
        ("road", "roads"),
        "km",
        "is",
        ("What is the shortest route from {a} to {b}?", "Find the shortest way from {a} to {b}."),
        "city",
        "distance (km)",
    ),
    Scene(
        "A courier is in a hurry.",
        ("street", "streets"),
        "minutes",
        "takes",
        (
            "What is the quickest way from {a} to {b}?",
            "How does the courier get from {a} to {b} as fast as possible?",
        ),
        "letter",
        "minutes",
    ),
    Scene(
        "A railway company publishes its travel times.",
        ("line", "lines"),
        "minutes",
        "takes",
        ("Find the fastest connection from {a} to {b}.", "Which route from {a} to {b} takes the least time?"),
        "city",
        "time",
    ),
    Scene(
        "Packets travel through a network of routers.",
        ("cable", "cables"),
        "ms",
        "takes",
        ("Which path from {a} to {b} is the fastest?", "Find the route from {a} to {b} with minimum delay."),
        "code",
        "delay",
    ),
    Scene(
        "A hiker looks at the map of huts.",
        ("trail", "trails"),
        "hours",
        "takes",
        ("What is the shortest path from {a} to {b}?", "Find the quickest path from {a} to {b}."),
        "letter",
        "hours",
    ),
    Scene(
        "A robot moves between the stations of a hall.",
        ("aisle", "aisles"),
        "meters",
        "is",
        (
            "Find the shortest path for the robot from {a} to {b}.",
            "Minimize the distance the robot travels from {a} to {b}.",
        ),
        "code",
        "meters",
    ),
    Scene(
        "A freight forwarder compares tolls.",
        ("road", "roads"),
        "euros",
        "costs",
        ("What is the cheapest route from {a} to {b}?", "Find the way from {a} to {b} with the lowest cost."),
        "city",
        "toll",
    ),
    Scene(
        "The fire brigade wants to know its ways.",
        ("street", "streets"),
        "minutes",
        "takes",
        ("What is the quickest route from {a} to {b}?", "Determine the fastest way from {a} to {b}."),
        "letter",
        "minutes",
    ),
    Scene(
        "An airline sells single flights.",
        ("flight", "flights"),
        "dollars",
        "costs",
        ("What is the cheapest way to travel from {a} to {b}?", "Find the cheapest route from {a} to {b}."),
        "city",
        "fare",
    ),
)
_FLOWS = (
    Scene(
        "Water runs through a system of pipes.",
        ("pipe", "pipes"),
        "liters per second",
        "can take",
        (
            "What is the maximum flow from {a} to {b}?",
            "How much water can be pumped from {a} to {b} at most?",
        ),
        "letter",
        "capacity",
    ),
    Scene(
        "A provider runs a data network.",
        ("line", "lines"),
        "gigabits per second",
        "has a capacity of",
        ("What is the greatest flow of data from {a} to {b}?", "Maximize the data sent from {a} to {b}."),
        "code",
        "capacity",
    ),
    Scene(
        "A city plans for the evacuation of a district.",
        ("road", "roads"),
        "cars per hour",
        "can carry up to",
        (
            "What is the maximum number of cars that can get from {a} to {b} per hour?",
            "Find the maximum flow of traffic from {a} to {b}.",
        ),
        "letter",
        "capacity",
    ),
    Scene(
        "Natural gas is sent through pipelines.",
        ("pipeline", "pipelines"),
        "units a day",
        "has a capacity of",
        (
            "How much gas can be sent from {a} to {b} a day at most?",
            "Determine the maximum flow from {a} to {b}.",
        ),
        "city",
        "capacity",
    ),
    Scene(
        "Power is carried by lines of limited capacity.",
        ("line", "lines"),
        "MW",
        "has a capacity of",
        ("What is the largest flow of power from {a} to {b}?", "Find the maximum flow from {a} to {b}."),
        "city",
        "capacity (MW)",
    ),
    Scene(
        "Trains share the tracks of a region.",
        ("track", "tracks"),
        "trains a day",
        "can take at most",
        ("What is the maximum number of trains that can get from {a} to {b} a day?",),
        "city",
        "capacity",
    ),
)
_COSTS = (
    Scene(
        "A carrier sends goods over several legs.",
        ("leg", "legs"),
        "dollars per unit",
        "",
        (
            "{n} units must be sent from {a} to {b} at minimum cost. How?",
            "How can {n} units get from {a} to {b} at the least cost?",
        ),
        "city",
        "cost",
    ),
    Scene(
        "Oil is pumped through rented pipelines.",
        ("pipeline", "pipelines"),
        "dollars per barrel",
        "",
        (
            "Send {n} barrels from {a} to {b} as cheaply as possible; minimize the total cost.",
            "Find the cheapest way to send {n} barrels from {a} to {b}.",
        ),
        "letter",
        "cost",
    ),
    Scene(
        "A company rents lines for its data.",
        ("line", "lines"),
        "cents per gigabyte",
        "",
        (
            "Minimize the cost of sending {n} gigabytes from {a} to {b}.",
            "What is the lowest cost of sending {n} gigabytes from {a} to {b}?",
        ),
        "code",
        "cost",
    ),
    Scene(
        "Mail is moved between hubs.",
        ("link", "links"),
        "euros per bag",
        "",
        (
            "{n} bags have to go from {a} to {b} at the lowest cost.",
            "Minimize the cost of moving {n} bags from {a} to {b}.",
        ),
        "city",
        "cost",
    ),
)


def generate(rng: random.Random, difficulty: int) -> Problem:
    """A problem on a network; at a higher difficulty larger, with costs and capacities, in tables."""
    kind: Kind = rng.choice(("path", "path", "most") if difficulty < 3 else ("path", "most", "cheapest"))
    scene = rng.choice({"path": _PATHS, "most": _FLOWS, "cheapest": _COSTS}[kind])
    count = rng.randint(4, 4 + difficulty)
    nodes = {
        "city": places(rng, count),
        "letter": letters(count),
        "code": [f"R{at}" for at in range(1, count + 1)],
    }[scene.names]
    pairs = _pairs(rng, count, difficulty)
    costs = [rng.randint(2, 30) for _ in pairs]
    capacities = [rng.randint(3, 20) for _ in pairs]
    source, sink = nodes[0], nodes[-1]
    both = kind != "cheapest" and rng.random() < 0.4
    links = [
        Arc(nodes[a], nodes[b], None if kind == "most" else cost, None if kind == "path" else capacity)
        for (a, b), cost, capacity in zip(pairs, costs, capacities, strict=True)
    ]
    arcs = tuple(way for link in links for way in ([link, _back(link)] if both else [link]))
    supply = {source: 1, sink: -1}
    if kind == "cheapest":
        most = _cut(links, source)
        amount = max(1, rng.randint(most // 3, max(most * 2 // 3, most // 3)))
        supply = {source: amount, sink: -amount}
    network = Network(kind, arcs, supply, "cost")
    said, tables = _said(rng, scene, links, kind, both, difficulty)
    ask = rng.choice(scene.asks).format(a=source, b=sink, n=supply[source])
    lead = rng.choice([scene.lead, scene.lead, ""])
    text = "\n".join(line.strip() for line in f"{lead} {said} {ask}".strip().split("\n")).replace("  ", " ")
    return Problem("network", difficulty, 0, text, network.formulation(), tables)


def _back(arc: Arc) -> Arc:
    return Arc(arc.end, arc.start, arc.cost, arc.capacity)


def _pairs(rng: random.Random, count: int, difficulty: int) -> list[tuple[int, int]]:
    """Links forward from earlier to later places, such that every place lies on a way."""
    pairs = {(at, at + 1 + (at + 2 < count and rng.random() < 0.4)) for at in range(count - 1)}
    pairs |= {(rng.randrange(at), at) for at in range(1, count)}
    possible = [
        (a, b)
        for a in range(count)
        for b in range(a + 1, count)
        if (a, b) not in pairs and (a, b) != (0, count - 1)
    ]
    rng.shuffle(possible)
    return (
        sorted(pairs | set(possible[:difficulty]))
        if rng.random() < 0.7
        else list(pairs | set(possible[:difficulty]))
    )


def _cut(links: Sequence[Arc], source: str) -> int:
    """What certainly gets through: the smallest capacity of a link, for a start."""
    return min(int(link.capacity or 0) for link in links)


def _said(
    rng: random.Random, scene: Scene, links: Sequence[Arc], kind: str, both: bool, difficulty: int
) -> tuple[str, dict[str, str]]:
    """The links in one of the layouts."""
    layouts = [_prose, _short, _brackets, _fans] if not both else [_between, _dashes, _dash_lines]
    if difficulty > 1:
        layouts.append(_table)
        layouts.append(_attached)
    layout = rng.choice(layouts)
    said, tables = layout(rng, scene, links, kind)
    return (f"{said} {_both_said(rng, scene)}" if both and layout in (_table, _attached) else said), tables


def _both_said(rng: random.Random, scene: Scene) -> str:
    return rng.choice(
        [f"All {scene.link[1]} can be used in both directions.", f"The {scene.link[1]} go both ways."]
    )


_Said = tuple[str, dict[str, str]]


def _numbers(scene: Scene, link: Arc, kind: str) -> str:
    if kind == "cheapest":
        return f"costs {link.cost} {scene.unit} and has a capacity of {link.capacity}"
    return f"{scene.says} {link.cost if kind == 'path' else link.capacity} {scene.unit}"


def _prose(rng: random.Random, scene: Scene, links: Sequence[Arc], kind: str) -> _Said:
    form = (
        rng.choice(["the {link} from {a} to {b} {n}", "from {a} to {b} it {n}"])
        if kind != "cheapest"
        else "the {link} from {a} to {b} {n}"
    )
    if scene.says == "is" or kind == "most":
        form = "the {link} from {a} to {b} {n}"
    said = [
        form.format(link=scene.link[0], a=link.start, b=link.end, n=_numbers(scene, link, kind))
        for link in links
    ]
    if kind == "cheapest" or rng.random() < 0.5:
        return " ".join(f"{capital(each)}." for each in said), {}
    return f"{capital(enumerated(said))}.", {}


def _short(rng: random.Random, scene: Scene, links: Sequence[Arc], kind: str) -> _Said:
    arrow = rng.choice(["->", " -> ", "→", " to "])
    if kind == "cheapest":
        listed = enumerated(
            [f"{link.start}{arrow}{link.end} (cost {link.cost}, capacity {link.capacity})" for link in links]
        )
        return f"The {scene.link[1]} are {listed}.", {}
    colon = rng.choice([": ", " "])
    listed = enumerated([f"{link.start}{arrow}{link.end}{colon}{_one(link, kind)}" for link in links])
    what = "capacities" if kind == "most" else scene.measure.split(" (")[0]
    return f"The {scene.link[1]} with their {what}{rng.choice([f' in {scene.unit}', ''])}: {listed}.", {}


def _one(link: Arc, kind: str) -> object:
    return link.cost if kind == "path" else link.capacity


def _brackets(rng: random.Random, scene: Scene, links: Sequence[Arc], kind: str) -> _Said:
    if kind == "cheapest":
        return _short(rng, scene, links, kind)
    listed = enumerated(
        [f"from {link.start} to {link.end} ({_one(link, kind)} {scene.unit})" for link in links]
    )
    what = " with these capacities" if kind == "most" else ""
    return f"There are {scene.link[1]}{what} {listed}.", {}


def _fans(rng: random.Random, scene: Scene, links: Sequence[Arc], kind: str) -> _Said:
    if kind == "cheapest":
        return _prose(rng, scene, links, kind)
    starts = list(dict.fromkeys(link.start for link in links))
    what = "capacities" if kind == "most" else scene.measure.split(" (")[0]
    lines = [
        f"{start}: " + ", ".join(f"{link.end} {_one(link, kind)}" for link in links if link.start == start)
        for start in starts
    ]
    end = "\n" if rng.random() < 0.5 else "; "
    return f"One-way {scene.link[1]} and {what} ({scene.unit}):\n{end.join(lines)}\n", {}


def _between(rng: random.Random, scene: Scene, links: Sequence[Arc], kind: str) -> _Said:
    says = scene.says
    said = [
        f"the {scene.link[0]} between {link.start} and {link.end} {says} {_one(link, kind)} {scene.unit}"
        for link in links
    ]
    return " ".join(f"{capital(each)}." for each in said), {}


def _dashes(rng: random.Random, scene: Scene, links: Sequence[Arc], kind: str) -> _Said:
    dash = rng.choice(["-", " - ", "–"])
    colon = rng.choice([": ", " ", " = "])
    listed = enumerated([f"{link.start}{dash}{link.end}{colon}{_one(link, kind)}" for link in links])
    what = "Capacities" if kind == "most" else capital(scene.measure.split(" (")[0])
    return f"{what} of the {scene.link[1]}: {listed}. {_both_said(rng, scene)}", {}


def _dash_lines(rng: random.Random, scene: Scene, links: Sequence[Arc], kind: str) -> _Said:
    lines = "\n".join(f"- {link.start} to {link.end}: {_one(link, kind)} {scene.unit}" for link in links)
    what = " and capacities" if kind == "most" else ""
    return f"{_both_said(rng, scene)} These are the {scene.link[1]}{what}:\n{lines}\n", {}


def _columns(scene: Scene, links: Sequence[Arc], kind: str) -> tuple[list[str], list[list[object]]]:
    if kind == "cheapest":
        return ["from", "to", "cost", "capacity"], [
            [link.start, link.end, link.cost, link.capacity] for link in links
        ]
    return ["from", "to", scene.measure], [[link.start, link.end, _one(link, kind)] for link in links]


def _table(rng: random.Random, scene: Scene, links: Sequence[Arc], kind: str) -> _Said:
    header, rows = _columns(scene, links, kind)
    return f"\n\n{markdown(header, rows)}\n\n", {}


def _attached(rng: random.Random, scene: Scene, links: Sequence[Arc], kind: str) -> _Said:
    header, rows = _columns(scene, links, kind)
    name = f"{scene.link[1]}.csv"
    said = rng.choice(
        [f"The {scene.link[1]} are in {name}.", f"The attached table lists the {scene.link[1]}."]
    )
    return said, {name: csv_table(header, rows)}
