"""Generates transportation problems: supply, demand and costs in prose, lists, tables or an attached file."""

from __future__ import annotations

__all__ = ["generate"]

import random
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from agentopt.reader.families.naming import plural
from agentopt.reader.families.transportation import Transportation
from agentopt.synthesis.families.writing import Writer, bank
from agentopt.synthesis.problem import Problem

_SIZES = {
    1: ((2,), (2, 3)),
    2: ((2, 3), (2, 3)),
    3: ((2, 3), (3, 4)),
    4: ((3, 4), (3, 4, 5)),
    5: ((3, 4, 5), (4, 5, 6)),
}


@dataclass(frozen=True, slots=True)
class _Scene:
    """What one text is about."""

    nouns: tuple[str, str]
    goods: str
    intro: tuple[str, ...]
    styles: tuple[str, str]
    data: Transportation
    file: str

    @property
    def slots(self) -> dict[str, str]:
        return {"unit": self.goods, "units": plural(self.goods)}

    @property
    def profit(self) -> bool:
        return self.data.sense == "maximize"


def generate(rng: random.Random, difficulty: int) -> Problem:
    """A problem; a higher difficulty has more places, profits, demands that are limits, and odder layouts."""
    writer = Writer(rng)
    scene = _scene(writer, difficulty)
    files: dict[str, str] = {}
    intro = writer.say(
        scene.intro,
        sources=writer.group(scene.nouns[0], list(scene.data.supply), style=scene.styles[0]),
        destinations=writer.group(scene.nouns[1], list(scene.data.demand), style=scene.styles[1]),
        **scene.slots,
    )
    layout = rng.random()
    if layout < 0.2:
        body = [_whole_table(writer, scene)]
    elif layout < 0.2 + 0.06 * difficulty:
        body = [_supply(writer, scene), _demand(writer, scene), _attached(writer, scene, files)]
    elif layout < 0.65:
        body = [_supply(writer, scene), _demand(writer, scene), _rate_table(writer, scene)]
    else:
        body = [_supply(writer, scene), _demand(writer, scene), _prose(writer, scene, difficulty)]
    if len(body) == 3 and writer.chance(0.3):
        body[0], body[1] = body[1], body[0]
    goal = _goal(writer, scene)
    pieces = [intro, *body, goal]
    if layout >= 0.65 and writer.chance(0.25):
        pieces = [goal, intro, *body] if not goal.endswith("?") else pieces
    text = ""
    for piece in pieces:
        apart = "\n" in piece or text.endswith("\n")
        text += (
            "\n" if apart and text and not text.endswith("\n") else " " if text and not apart else ""
        ) + piece
        text += "\n" if "\n" in piece else ""
    return Problem("transportation", difficulty, 0, text.strip() + "\n", scene.data.formulation(), files)


def _scene(writer: Writer, difficulty: int) -> _Scene:
    rng = writer.rng
    scene = rng.choice(bank("transportation")["scenes"])
    nouns = tuple(scene["nouns"])
    style = rng.choice(["letter", "number", "city", "code", "bare"])
    styles = (style, style)
    if style == "code" and nouns[0][0] == nouns[1][0]:
        styles = ("bare", "number")
    if style == "letter" and writer.chance(0.4):
        styles = ("city", "letter")
    rows, columns = (rng.choice(options) for options in _SIZES[difficulty])
    sources = writer.names(nouns[0], rows, style=styles[0])
    pool = writer.names(nouns[1], columns + rows, style=styles[1], after=0 if styles[1] == "letter" else 12)
    destinations = [name for name in pool if name not in sources][:columns]
    data = _data(rng, sources, destinations, difficulty)
    return _Scene(
        (nouns[0], nouns[1]), scene["goods"], tuple(scene["intro"]), styles, data, rng.choice(_FILES)
    )


_FILES = ("costs.csv", "rates.csv", "routes.csv", "table.csv", "freight.csv")


def _data(rng: random.Random, sources: list[str], destinations: list[str], difficulty: int) -> Transportation:
    step = rng.choice([1, 5, 10, 10, 50])
    demand = {name: Fraction(step * rng.randint(4, 30)) for name in destinations}
    total = int(sum(demand.values())) + (0 if rng.random() < 0.3 else step * rng.randint(1, 12))
    shares = [rng.randint(3, 9) for _ in sources]
    supply = {
        name: Fraction(total * share // sum(shares) // step * step)
        for name, share in zip(sources, shares, strict=True)
    }
    supply[sources[-1]] += total - sum(supply.values())
    scale = rng.choice([Fraction(1), Fraction(1), Fraction(1, 2), Fraction(1, 10), Fraction(5)])
    rates = {(i, j): rng.randint(2, 29) * scale for i in sources for j in destinations}
    profit = difficulty > 1 and rng.random() < 0.2
    if not profit:
        return Transportation(supply, demand, rates)
    return Transportation(supply, demand, rates, "maximize", demand_relation=rng.choice(["<=", "=="]))


def _amounts(writer: Writer, scene: _Scene, kind: str, amounts: Mapping[str, Fraction]) -> str:
    """Supplies or demands: one after the other, with respectively, or as a list."""
    phrases = bank("transportation")["phrases"]
    written = {name: writer.number(value) for name, value in amounts.items()}
    style = writer.rng.random()
    if style < 0.25 and len(amounts) > 1:
        return writer.sentence(
            writer.say(
                phrases[f"{kind}_respectively"],
                names=writer.listing(list(amounts)),
                ns=writer.listing(list(written.values())),
                **scene.slots,
            )
        )
    if style < 0.4:
        between = ": " if any(name[-1].isdecimal() for name in amounts) else " "
        return (
            f"{kind.capitalize()}: " + ", ".join(f"{name}{between}{n}" for name, n in written.items()) + "."
        )
    # "Store 2 800" would be one number.
    short = not any(name[-1].isdecimal() and " " in name for name in amounts)
    first, *rest = (
        [phrases[f"{kind}_first"]] + [phrases[f"{kind}_next"]] * (len(amounts) - 1)
        if short and writer.chance(0.5)
        else [[writer.pick(phrases[f"{kind}_first"])]] * len(amounts)
    )
    clauses = [
        writer.say(options, name=name, n=written[name], **scene.slots)
        for options, name in zip([first, *rest], amounts, strict=True)
    ]
    return writer.clauses(clauses)


def _supply(writer: Writer, scene: _Scene) -> str:
    return _amounts(writer, scene, "supply", scene.data.supply)


def _demand(writer: Writer, scene: _Scene) -> str:
    return _amounts(writer, scene, "demand", scene.data.demand)


def _prose(writer: Writer, scene: _Scene, difficulty: int) -> str:
    """Rates in sentences."""
    phrases = bank("transportation")["phrases"]
    kind = "profit" if scene.profit else "cost"
    data, style = scene.data, writer.rng.random()
    sentences = []
    for source in data.supply:
        row = {j: writer.money(data.rates[source, j]) for j in data.demand}
        if style < 0.35:
            clauses = []
            for at, (j, n) in enumerate(row.items()):
                options = phrases["cost_more"] if at and not scene.profit else phrases[f"{kind}_pair"]
                clauses.append(writer.say(options, source=source, destination=j, n=n, **scene.slots))
            sentences.append(writer.sentence(writer.listing(clauses)))
        elif style < 0.7:
            items = [writer.say(phrases["cost_item"], destination=j, n=n) for j, n in row.items()]
            listed = writer.listing(items)
            sentences.append(
                writer.sentence(writer.say(phrases[f"{kind}_row"], source=source, list=listed, **scene.slots))
            )
        else:
            sentences.append(
                writer.sentence(
                    writer.say(
                        phrases[f"{kind}_row_respectively"],
                        source=source,
                        destinations=writer.listing(list(row)),
                        ns=writer.listing(list(row.values())),
                        **scene.slots,
                    )
                )
            )
    return " ".join(sentences)


def _matrix(writer: Writer, scene: _Scene) -> tuple[list[str], list[list[str]]]:
    corner = writer.pick(["", "from/to", scene.nouns[0].capitalize()])
    header = [corner, *map(writer.capital, scene.data.demand)]
    dollar = writer.chance(0.3) and writer.currency != "dollars"
    write = writer.money if dollar else writer.number
    rows = [
        [writer.capital(i), *(write(scene.data.rates[i, j]) for j in scene.data.demand)]
        for i in scene.data.supply
    ]
    return header, rows


def _rate_table(writer: Writer, scene: _Scene) -> str:
    phrases = bank("transportation")["phrases"]
    lead = writer.say(phrases["profit_table" if scene.profit else "cost_table"], **scene.slots)
    return f"{lead}\n\n{writer.table(*_matrix(writer, scene))}\n"


def _whole_table(writer: Writer, scene: _Scene) -> str:
    """Rates with the supply as last column and the demand as last row."""
    header, rows = _matrix(writer, scene)
    supply, demand = (
        writer.pick(["Supply", "supply", "Available"]),
        writer.pick(["Demand", "demand", "Required"]),
    )
    rows = [[*row, writer.number(n)] for row, n in zip(rows, scene.data.supply.values(), strict=True)]
    rows.append([demand, *map(writer.number, scene.data.demand.values()), ""])
    phrases = bank("transportation")["phrases"]
    lead = writer.say(phrases["profit_table" if scene.profit else "cost_table"], **scene.slots)
    return f"{lead}\n\n{writer.table([*header, supply], rows)}\n"


def _attached(writer: Writer, scene: _Scene, files: dict[str, str]) -> str:
    """Rates in a file: a matrix, or a pair a line."""
    phrases = bank("transportation")["phrases"]
    what = "profits" if scene.profit else "costs"
    if writer.chance(0.6):
        files[scene.file] = writer.csv(*_matrix(Writer(random.Random(writer.rng.random())), scene)).replace(
            ",000", "000"
        )
    else:
        pairs = [[i, j, f"{float(n):g}"] for (i, j), n in scene.data.rates.items()]
        files[scene.file] = writer.csv(["from", "to", what[:-1]], pairs)
    return writer.sentence(writer.say(phrases["attached"], what=what, file=scene.file, **scene.slots))


def _goal(writer: Writer, scene: _Scene) -> str:
    phrases = bank("transportation")["phrases"]
    if not scene.profit:
        return writer.say(phrases["goal_cost"], **scene.slots)
    key = "exact" if scene.data.demand_relation == "==" else "at_most"
    limit = writer.say(phrases[key], noun=scene.nouns[1], nouns=plural(scene.nouns[1]), **scene.slots)
    return f"{limit} {writer.say(phrases['goal_profit'], **scene.slots)}"
