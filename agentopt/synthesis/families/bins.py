"""Problems of packing: the least number of bins for listed items, in many trades and layouts."""

from __future__ import annotations

__all__ = ["generate"]

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agentopt.reader.families.packing import Bins, Item
from agentopt.synthesis.families.scenes import (
    capital,
    csv_table,
    enumerated,
    figure,
    letters,
    markdown,
    plural,
)
from agentopt.synthesis.problem import Problem


@dataclass(frozen=True, slots=True)
class Scene:
    """A trade.

    Attributes:
        agent: who packs.
        bin: what is filled; its plural is regular.
        holds: verb of the bin before its capacity.
        unit: of sizes.
        piece: what is packed, one and many.
        sized: verb of a piece before its size; "" where `of` is said instead.
        names: what single pieces are called, if they have names.
        capacity: least, most and step of a capacity.
    """

    agent: str
    bin: str
    holds: str
    unit: str
    piece: tuple[str, str]
    sized: str
    names: tuple[str, ...]
    capacity: tuple[int, int, int]


_HOME = (
    "sofa",
    "table",
    "wardrobe",
    "bed",
    "desk",
    "piano",
    "fridge",
    "stove",
    "bookcase",
    "mirror",
    "carpet",
)
_FILES = ("video", "backup", "archive", "album", "report", "game", "map", "database", "podcast", "manual")
_BOOKS = ("atlas", "novel", "dictionary", "cookbook", "comic", "textbook", "diary", "catalogue")
_TALKS = ("interview", "song", "lecture", "concert", "speech", "trailer", "sketch", "debate", "poem")
_GOODS = ("tiles", "flour", "paint", "cement", "rice", "bolts", "glass", "salt", "coal", "pipes")

SCENES = (
    Scene(
        "a mover",
        "van",
        "carries",
        "kg",
        ("piece of furniture", "pieces of furniture"),
        "weighs",
        _HOME,
        (60, 400, 20),
    ),
    Scene("a courier", "bag", "holds", "kg", ("parcel", "parcels"), "weighs", (), (8, 30, 1)),
    Scene(
        "a freight company", "truck", "can carry", "tons", ("load", "loads"), "weighs", _GOODS, (10, 40, 2)
    ),
    Scene("a warehouse", "pallet", "takes", "kg", ("box", "boxes"), "weighs", (), (200, 900, 50)),
    Scene("a museum", "crate", "has room for", "liters", ("statue", "statues"), "needs", (), (40, 200, 10)),
    Scene("an archive", "shelf", "is", "cm", ("book", "books"), "takes", _BOOKS, (60, 120, 10)),
    Scene("a photographer", "disc", "stores", "GB", ("file", "files"), "needs", _FILES, (8, 64, 4)),
    Scene("an office", "server", "offers", "GB", ("database", "databases"), "uses", _FILES, (16, 128, 8)),
    Scene(
        "a radio station",
        "tape",
        "lasts",
        "minutes",
        ("recording", "recordings"),
        "lasts",
        _TALKS,
        (30, 120, 10),
    ),
    Scene("a carpenter", "board", "is", "cm", ("shelf", "shelves"), "", (), (120, 400, 20)),
    Scene("a plumber", "pipe", "measures", "meters", ("section", "sections"), "", (), (6, 18, 1)),
    Scene("a steel mill", "bar", "has a length of", "m", ("piece", "pieces"), "", (), (6, 20, 1)),
    Scene("a tailor", "roll", "contains", "m", ("cut", "cuts"), "", (), (20, 60, 5)),
    Scene("a paper mill", "reel", "is", "cm", ("strip", "strips"), "", (), (100, 300, 10)),
    Scene("an electrician", "spool", "holds", "feet", ("cable", "cables"), "", (), (50, 250, 10)),
    Scene(
        "an airline", "container", "can take", "kg", ("suitcase", "suitcases"), "weighs", (), (80, 300, 20)
    ),
    Scene("a school", "bus", "seats", "pupils", ("class", "classes"), "has", (), (40, 60, 2)),
    Scene("a gardener", "cart", "bears", "kg", ("plant", "plants"), "weighs", (), (30, 120, 10)),
    Scene("a butcher", "freezer", "holds", "kg", ("order", "orders"), "needs", (), (40, 150, 10)),
    Scene("a clinic", "session", "lasts", "minutes", ("treatment", "treatments"), "takes", (), (60, 180, 15)),
    Scene("a quarry", "trip", "carries at most", "tons", ("block", "blocks"), "weighs", (), (8, 30, 1)),
    Scene(
        "a ferry company",
        "ferry",
        "can take",
        "tons",
        ("truck load", "truck loads"),
        "weighs",
        (),
        (60, 200, 10),
    ),
    Scene("a brewery", "tank", "contains", "hl", ("brew", "brews"), "needs", (), (20, 80, 5)),
    Scene(
        "a hiking club",
        "backpack",
        "has a limit of",
        "kg",
        ("supply", "supplies"),
        "weighs",
        _GOODS,
        (12, 25, 1),
    ),
)

_ASKS = (
    "What is the least number of {bins} needed?",
    "What is the smallest number of {bins} that is enough?",
    "How many {bins} are needed at least?",
    "Use as few {bins} as possible.",
    "{Agent} wants to use as few {bins} as possible. How should {pieces} be packed?",
    "Find the minimum number of {bins}.",
    "Minimize the number of {bins} used.",
    "How many {bins} does {agent} need at the very least?",
    "What is the fewest {bins} {agent} can do with?",
    "Determine the minimal number of {bins} for all {pieces}.",
)
_HOLDS = (
    "{A_bin} {holds} {n} {unit}.",
    "Each {bin} {holds} {n} {unit}.",
    "The capacity of {a_bin} is {n} {unit}.",
    "Every {bin} {holds} {n} {unit}, and no {piece} may be split.",
    "{Bins} have a capacity of {n} {unit} each.",
    "No more than {n} {unit} fit into one {bin}.",
)
_LEADS = (
    "{Agent} has to pack {pieces}.",
    "{Agent} must pack all {pieces} [listed|].",
    "There are {count} {pieces} at {agent}'s.",
    "{Agent} has {count} {pieces} for which {bins} are hired.",
    "{Pieces} are packed into {bins} by {agent}.",
    "It is a busy day for {agent}.",
    "",
)


def generate(rng: random.Random, difficulty: int) -> Problem:
    """A packing problem; at a higher difficulty with more items, kinds in numbers, and tables."""
    scene = rng.choice(SCENES)
    low, high, step = scene.capacity
    capacity = rng.randrange(low, high + 1, step)
    cut = not scene.sized
    alike = cut or (difficulty >= 3 and rng.random() < 0.5)
    kinds = (
        rng.randint(2, 2 + difficulty // 2)
        if alike
        else rng.randint(3 + difficulty // 2, 4 + difficulty * 4 // 5)
    )
    sizes = _sizes(rng, capacity, kinds, distinct=alike)
    names = _names(rng, scene, kinds)
    counts = [rng.randint(2, 3 + difficulty) if alike else 1 for _ in sizes]
    items = tuple(Item(name, size, count) for name, size, count in zip(names, sizes, counts, strict=True))
    bins = Bins(items, capacity, scene.bin)
    layouts = _ALIKE if alike else _SINGLE
    layout = rng.choice(layouts if difficulty > 1 else layouts[:2])
    said, tables = layout(rng, scene, items)
    return Problem("bins", difficulty, 0, _text(rng, scene, bins, said), bins.formulation(), tables)


def _sizes(rng: random.Random, capacity: int, kinds: int, *, distinct: bool) -> list[int]:
    """Whole sizes between a tenth and four fifths of the capacity."""
    low, high = max(1, capacity // 10), max(2, capacity * 4 // 5)
    pool = list(range(low, high + 1))
    if distinct or len(pool) > 3 * kinds:
        return rng.sample(pool, min(kinds, len(pool)))
    return [rng.choice(pool) for _ in range(kinds)]


def _names(rng: random.Random, scene: Scene, kinds: int) -> list[str]:
    if scene.names and kinds <= len(scene.names) and rng.random() < 0.7:
        return rng.sample(scene.names, kinds)
    if rng.random() < 0.5:
        return letters(kinds)
    return [f"{scene.piece[0]} {at}" for at in range(1, kinds + 1)]


_Said = tuple[str, dict[str, str]]
_Layout = Callable[[random.Random, Scene, Sequence[Item]], _Said]


def _bare(rng: random.Random, scene: Scene, items: Sequence[Item]) -> _Said:
    sizes = enumerated([figure(item.size) for item in items], rng)
    verb = {
        "weighs": "weigh",
        "needs": "need",
        "takes": "take",
        "uses": "use",
        "lasts": "last",
        "has": "have",
    }[scene.sized]
    start = rng.choice([f"The {scene.piece[1]}", f"The {len(items)} {scene.piece[1]}", "They"])
    return f"{start} {verb} {sizes} {scene.unit}.", {}


def _bracketed(rng: random.Random, scene: Scene, items: Sequence[Item]) -> _Said:
    article = "the " if items[0].name in scene.names and rng.random() < 0.5 else ""
    listed = enumerated([f"{article}{item.name} ({figure(item.size)} {scene.unit})" for item in items], rng)
    return rng.choice([f"To be packed are {listed}.", f"The {scene.piece[1]} are {listed}."]), {}


def _prose(rng: random.Random, scene: Scene, items: Sequence[Item]) -> _Said:
    article = "the " if items[0].name in scene.names else ""
    first, *rest = items
    told = [f"{article}{first.name} {scene.sized} {figure(first.size)} {scene.unit}"]
    told += [
        f"{article}{item.name} {rng.choice(['', scene.sized + ' '])}{figure(item.size)} {scene.unit}"
        for item in rest
    ]
    return f"{capital(enumerated(told))}.", {}


def _lines(rng: random.Random, scene: Scene, items: Sequence[Item]) -> _Said:
    lines = "\n".join(f"- {capital(item.name)}: {figure(item.size)} {scene.unit}" for item in items)
    return f"\n{lines}\n", {}


def _head(scene: Scene) -> str:
    return {"cm": "length", "m": "length", "meters": "length", "feet": "length", "minutes": "duration"}.get(
        scene.unit, {"weighs": "weight"}.get(scene.sized, "size")
    )


def _table(rng: random.Random, scene: Scene, items: Sequence[Item]) -> _Said:
    header = [scene.piece[0], f"{_head(scene)} ({scene.unit})"]
    return f"\n\n{markdown(header, [(item.name, figure(item.size)) for item in items])}\n\n", {}


def _attached(rng: random.Random, scene: Scene, items: Sequence[Item]) -> _Said:
    alike = any(item.count > 1 for item in items)
    header = [scene.piece[0], _head(scene), *([rng.choice(["count", "quantity", "number"])] if alike else [])]
    rows = [(item.name, item.size, *([item.count] if alike else [])) for item in items]
    name = f"{scene.piece[1].replace(' ', '_')}.csv"
    lead = rng.choice(["are listed in the attached file", f"are in {name}", "are given in the table"])
    return f"The {scene.piece[1]} {lead}, in {scene.unit}.", {name: csv_table(header, rows)}


def _counted(rng: random.Random, scene: Scene, items: Sequence[Item]) -> _Said:
    link = rng.choice(
        ["of", "of"] if not scene.sized else ["of", "weighing"] if scene.sized == "weighs" else ["of"]
    )
    tail = rng.choice(["", " each"])
    listed = enumerated(
        [
            (
                f"{item.count} {rng.choice([scene.piece[1], scene.piece[1], ''])} {link} "
                f"{figure(item.size)} {scene.unit}{tail}"
            )
            for item in items
        ],
        rng,
    )
    start = rng.choice(["Needed are", "There are", "The order is for", f"{capital(scene.agent)} needs"])
    return f"{start} {listed}.".replace("  ", " "), {}


def _respectively(rng: random.Random, scene: Scene, items: Sequence[Item]) -> _Said:
    sizes = enumerated([figure(item.size) for item in items], rng)
    counts = enumerated([item.count for item in items], rng)
    if len(items) < 3:
        return _counted(rng, scene, items)
    noun = scene.piece[1]
    return rng.choice(
        [
            f"The {noun} come in sizes of {sizes} {scene.unit}, in quantities of {counts} respectively.",
            f"The sizes of the {noun} are {sizes} {scene.unit}; the numbers ordered are {counts}.",
        ]
    ), {}


def _counted_table(rng: random.Random, scene: Scene, items: Sequence[Item]) -> _Said:
    header = [
        scene.piece[0],
        f"{_head(scene)} ({scene.unit})",
        rng.choice(["count", "quantity", "pieces needed"]),
    ]
    rows = [(item.name, figure(item.size), item.count) for item in items]
    return f"\n\n{markdown(header, rows)}\n\n", {}


_SINGLE: tuple[_Layout, ...] = (_bare, _bracketed, _prose, _lines, _table, _attached)
_ALIKE: tuple[_Layout, ...] = (_counted, _counted_table, _respectively, _attached)


def _text(rng: random.Random, scene: Scene, bins: Bins, said: str) -> str:
    words = {
        "agent": scene.agent.replace("a ", "the ", 1)
        if scene.agent.startswith("a ")
        else scene.agent.replace("an ", "the ", 1),
        "bin": scene.bin,
        "bins": plural(scene.bin),
        "a_bin": f"{'an' if scene.bin[0] in 'aeiou' else 'a'} {scene.bin}",
        "piece": scene.piece[0],
        "pieces": scene.piece[1],
        "holds": scene.holds,
        "unit": scene.unit,
        "n": figure(bins.capacity),
        "count": str(len(bins.items)),
    }
    words |= {f"{key[:1].upper()}{key[1:]}": capital(value) for key, value in words.items()}
    single = all(item.count == 1 for item in bins.items)
    leads = [lead for lead in _LEADS if single or "{count}" not in lead]
    lead = rng.choice(leads).replace("[listed|]", rng.choice(["", "listed"])).replace(" .", ".")
    holds = rng.choice(_HOLDS)
    if scene.holds in ("is", "lasts", "measures") or "length" in scene.holds:
        holds = rng.choice(_HOLDS[:2])
    parts = [lead.format(**words), said, holds.format(**words)]
    if rng.random() < 0.3 and "They" not in said and not said.startswith("\n"):
        parts[1], parts[2] = parts[2], parts[1]
    text = " ".join(part for part in [*parts, rng.choice(_ASKS).format(**words)] if part)
    return "\n".join(line.strip() for line in text.split("\n")).replace(" .", ".").strip()
