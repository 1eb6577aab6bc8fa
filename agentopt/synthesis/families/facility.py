"""Generates facility location problems: opening costs, capacities, demands and costs of serving."""

from __future__ import annotations

__all__ = ["generate"]

import random
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from agentopt.reader.families.facility import Facility
from agentopt.reader.families.naming import plural
from agentopt.synthesis.families.writing import Writer, bank
from agentopt.synthesis.problem import Problem

_SIZES = {1: ((2,), (2, 3)), 2: ((2, 3), (3,)), 3: ((3,), (3, 4)), 4: ((3, 4), (4, 5)), 5: ((4, 5), (5, 6))}


@dataclass(frozen=True, slots=True)
class _Scene:
    """What one text is about."""

    nouns: tuple[str, str]
    goods: str
    intro: str
    data: Facility

    @property
    def slots(self) -> dict[str, str]:
        return {
            "unit": self.goods,
            "units": plural(self.goods),
            "site_noun": self.nouns[0],
            "site_nouns": plural(self.nouns[0]),
            "customer_noun": self.nouns[1],
        }

    @property
    def whole(self) -> str:
        """The suffix of phrases about customers that are served at the cost of the pair."""
        return "" if self.data.demand else "_whole"


def generate(rng: random.Random, difficulty: int) -> Problem:
    """A problem; a higher difficulty has more sites and customers, demands and capacities, odder layouts."""
    writer = Writer(rng)
    scene = _scene(writer, difficulty)
    phrases = bank("facility")["phrases"]
    files: dict[str, str] = {}
    layout = rng.random()
    pieces = [scene.intro]
    if layout < 0.25:
        pieces.append(_whole_table(writer, scene))
    else:
        pieces.append(_amounts(writer, scene, "fixed", scene.data.fixed))
        if scene.data.capacity:
            pieces.append(_amounts(writer, scene, "capacity", scene.data.capacity))
        if scene.data.demand:
            pieces.append(_amounts(writer, scene, "demand", scene.data.demand))
        if layout < 0.55:
            lead = writer.say(phrases[f"rate_table{scene.whole}"], **scene.slots)
            pieces.append(f"\n{lead}\n\n{writer.table(*_matrix(writer, scene))}\n\n")
        elif layout < 0.6 + 0.03 * difficulty:
            file = rng.choice(["serving.csv", "costs.csv", "matrix.csv"])
            files[file] = writer.csv(*_matrix(writer, scene))
            pieces.append(
                writer.sentence(writer.say(phrases[f"attached{scene.whole}"], file=file, **scene.slots))
            )
        else:
            pieces.append(_prose(writer, scene))
    if scene.data.single:
        pieces.append(writer.say(phrases["single"], **scene.slots))
    pieces.append(writer.say(phrases["goal"], **scene.slots))
    text = "".join(piece if piece.startswith("\n") else f"{piece} " for piece in pieces)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return Problem("facility", difficulty, 0, text.strip() + "\n", scene.data.formulation(), files)


def _scene(writer: Writer, difficulty: int) -> _Scene:
    rng = writer.rng
    scene = rng.choice(bank("facility")["scenes"])
    nouns: tuple[str, str] = (scene["nouns"][0], scene["nouns"][1])
    rows, columns = (rng.choice(options) for options in _SIZES[difficulty])
    styles = rng.choice(
        [
            ("letter", "number"),
            ("city", "letter"),
            ("number", "letter"),
            ("letter", "bare"),
            ("city", "number"),
        ]
    )
    sites = writer.names(nouns[0], rows, style=styles[0])
    customers = writer.names(nouns[1], columns, style=styles[1], after=12 if styles[1] == "bare" else 0)
    intro = writer.say(
        scene["intro"],
        sites=writer.group(nouns[0], sites, style=styles[0]),
        customers=writer.group(nouns[1], customers, style=styles[1]),
    )
    return _Scene(nouns, scene["goods"], intro, _data(rng, sites, customers, difficulty))


def _data(rng: random.Random, sites: list[str], customers: list[str], difficulty: int) -> Facility:
    """Numbers for which some sites suffice, and more than one may pay."""
    kind = rng.random()
    if kind < 0.35 or (difficulty == 1 and kind < 0.6):
        rates = {(i, j): Fraction(rng.randint(5, 90)) for i in sites for j in customers}
        fixed = {i: Fraction(5 * rng.randint(6, 40)) for i in sites}
        return Facility(fixed, rates, {}, {}, rng.random() < 0.4)
    demand = {j: Fraction(10 * rng.randint(2, 12)) for j in customers}
    rates = {(i, j): Fraction(rng.randint(2, 25)) for i in sites for j in customers}
    fixed = {i: Fraction(100 * rng.randint(3, 30)) for i in sites}
    if kind < 0.55:
        return Facility(fixed, rates, demand, {})
    total = int(sum(demand.values()))
    capacity = {
        i: Fraction(-(-total * rng.randint(6, 11) // (5 * len(sites))) // 10 * 10 + 10) for i in sites
    }
    return Facility(fixed, rates, demand, capacity)


def _amounts(writer: Writer, scene: _Scene, kind: str, amounts: Mapping[str, Fraction]) -> str:
    """Opening costs, capacities or demands: one after the other, or with respectively."""
    phrases = bank("facility")["phrases"]
    write = writer.money if kind == "fixed" else writer.number
    written = {name: write(value) for name, value in amounts.items()}
    slot = "customer" if kind == "demand" else "site"
    if writer.chance(0.3):
        names = writer.listing(list(written))
        said = writer.say(
            phrases[f"{kind}_list"],
            **scene.slots,
            sites=names,
            customers=names,
            ns=writer.listing(list(written.values())),
        )
        return writer.sentence(said)
    first = [writer.pick(phrases[f"{kind}_first"])]
    # "Store 2 800" would be one number.
    short = not any(name[-1].isdecimal() and " " in name for name in amounts) and writer.chance(0.4)
    clauses = [
        writer.say(phrases[f"{kind}_next"] if at and short else first, **{**scene.slots, slot: name, "n": n})
        for at, (name, n) in enumerate(written.items())
    ]
    return writer.clauses(clauses)


def _matrix(writer: Writer, scene: _Scene) -> tuple[list[str], list[list[str]]]:
    customers = list(dict.fromkeys(j for _, j in scene.data.rates))
    header = [writer.pick(["", scene.nouns[0].capitalize()]), *map(writer.capital, customers)]
    rows = [[writer.capital(i), *(str(scene.data.rates[i, j]) for j in customers)] for i in scene.data.fixed]
    return header, rows


def _whole_table(writer: Writer, scene: _Scene) -> str:
    """All numbers in one table: opening costs and capacities as columns, the demand as last row."""
    phrases = bank("facility")["phrases"]
    header, rows = _matrix(writer, scene)
    header.append(writer.pick(["Fixed cost", "Opening cost"]))
    rows = [[*row, str(n)] for row, n in zip(rows, scene.data.fixed.values(), strict=True)]
    if scene.data.capacity:
        header.append("Capacity")
        rows = [[*row, str(n)] for row, n in zip(rows, scene.data.capacity.values(), strict=True)]
    if scene.data.demand:
        blank = [""] * (len(header) - 1 - len(scene.data.demand))
        rows.append(["Demand", *map(str, scene.data.demand.values()), *blank])
    lead = writer.say(phrases[f"rate_table{scene.whole}"], **scene.slots)
    width = len(header)
    assert all(len(row) == width for row in rows)
    lines = ["| " + " | ".join(line) + " |" for line in [header, ["---"] * width, *rows]]
    return f"\n{lead}\n\n" + "\n".join(lines) + "\n\n"


def _prose(writer: Writer, scene: _Scene) -> str:
    """Costs of serving in sentences."""
    phrases = bank("facility")["phrases"]
    sentences = []
    for i in scene.data.fixed:
        items = [
            writer.say(phrases["rate_item"], customer=j, n=writer.money(n))
            for (site, j), n in scene.data.rates.items()
            if site == i
        ]
        said = writer.say(
            phrases[f"rate_row{scene.whole}"], site=i, list=writer.listing(items), **scene.slots
        )
        sentences.append(writer.sentence(said))
    return " ".join(sentences)
