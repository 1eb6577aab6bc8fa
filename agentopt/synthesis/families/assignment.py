"""Generates assignment problems: values of pairs in prose, lists, tables or an attached file."""

from __future__ import annotations

__all__ = ["generate"]

import random
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from agentopt.reader.families.assignment import Assignment
from agentopt.synthesis.families.writing import Writer, bank
from agentopt.synthesis.problem import Problem

_SIZES = {1: (2, 3), 2: (3, 3), 3: (3, 4), 4: (4, 4), 5: (4, 5)}


@dataclass(frozen=True, slots=True)
class _Scene:
    """What one text is about; `kind` is "time", "cost", "score" or "profit"."""

    nouns: tuple[str, str]
    kind: str
    intro: str
    data: Assignment

    @property
    def slots(self) -> dict[str, str]:
        return {"worker_noun": self.nouns[0], "task_noun": self.nouns[1]}


def generate(rng: random.Random, difficulty: int) -> Problem:
    """A problem; a higher difficulty has more of both sides, more workers than tasks, and odder layouts."""
    writer = Writer(rng)
    scene = _scene(writer, difficulty)
    phrases = bank("assignment")["phrases"]
    files: dict[str, str] = {}
    more = len(scene.data.rows) > len(scene.data.columns)
    rule = writer.say(phrases["rule_more" if more else "rule"], **scene.slots)
    goal = writer.say(phrases[f"goal_{scene.kind}"], **scene.slots)
    layout = rng.random()
    if layout < 0.3:
        lead = writer.say(phrases[f"{scene.kind}_table"], **scene.slots)
        body = f"{lead}\n\n{writer.table(*_matrix(writer, scene))}\n"
    elif layout < 0.35 + 0.04 * difficulty:
        file = rng.choice(["times.csv", "matrix.csv", "pairs.csv", "ratings.csv"])
        files[file] = writer.csv(*_matrix(writer, scene))
        what = "ratings" if scene.kind == "score" else f"{scene.kind}s"
        body = writer.sentence(writer.say(phrases["attached"], file=file, what=what))
    elif layout < 0.65:
        body = _rows(writer, scene)
    else:
        body = _prose(writer, scene)
    pieces = [scene.intro, body, rule, goal] if writer.chance(0.6) else [scene.intro, rule, body, goal]
    text = "\n".join(pieces) if "\n" in body else " ".join(pieces)
    return Problem("assignment", difficulty, 0, text + "\n", scene.data.formulation(), files)


def _scene(writer: Writer, difficulty: int) -> _Scene:
    rng = writer.rng
    scene = rng.choice(bank("assignment")["scenes"])
    nouns: tuple[str, str] = (scene["who"][0], scene["who"][1])
    rows = rng.randint(*_SIZES[difficulty])
    columns = rows - (1 if difficulty > 1 and rows > 2 and rng.random() < 0.3 else 0)
    workers, said_workers = _side(writer, nouns[0], scene["names"], rows, capital=True)
    tasks, said_tasks = _side(writer, nouns[1], scene["jobs"], columns, capital=False)
    if set(workers) & set(tasks):
        tasks, said_tasks = _side(writer, nouns[1], [], columns, capital=False)
    values = {(i, j): Fraction(rng.randint(2, 30)) for i in workers for j in tasks}
    if rng.random() < 0.2:
        values = {pair: value / 2 for pair, value in values.items()}
    sense: Any = "minimize" if scene["what"] in ("time", "cost") else "maximize"
    intro = writer.say(scene["intro"], workers=said_workers, tasks=said_tasks)
    return _Scene(nouns, scene["what"], intro, Assignment(tuple(workers), tuple(tasks), values, sense))


def _side(writer: Writer, noun: str, pool: list[str], count: int, *, capital: bool) -> tuple[list[str], str]:
    """Names of one side, and what introduces them."""
    if len(pool) >= count and writer.chance(0.6):
        names = writer.rng.sample(pool, count)
        many = writer.group(noun, [], style="").split("(")[0].removeprefix("zero ").removeprefix("0 ")
        many = many.strip()
        counted = f"{writer.count(count)} {many}"
        return names, f"{counted}, {writer.listing(names)}" if capital else f"{counted} ({', '.join(names)})"
    style = writer.pick(["letter", "number"])
    names = writer.names(noun, count, style=style)
    return names, writer.group(noun, names, style=style, short=True)


def _written(writer: Writer, scene: _Scene, value: Fraction) -> str:
    if scene.kind in ("cost", "profit"):
        return writer.money(value)
    return (
        f"{writer.number(value)} hours"
        if scene.kind == "time" and writer.chance(0.4)
        else writer.number(value)
    )


def _matrix(writer: Writer, scene: _Scene) -> tuple[list[str], list[list[str]]]:
    corner = writer.pick(["", scene.nouns[0].capitalize()])
    header = [corner, *map(writer.capital, scene.data.columns)]
    rows = [
        [
            writer.capital(i),
            *(str(float(scene.data.values[i, j])).removesuffix(".0") for j in scene.data.columns),
        ]
        for i in scene.data.rows
    ]
    return header, rows


def _rows(writer: Writer, scene: _Scene) -> str:
    """One worker a line, with the tasks named in every line."""
    lines = []
    for i in scene.data.rows:
        items = [f"{j} {writer.number(scene.data.values[i, j])}" for j in scene.data.columns]
        if any(j[-1].isdecimal() for j in scene.data.columns):
            items = [f"{writer.number(scene.data.values[i, j])} for {j}" for j in scene.data.columns]
        lines.append(f"{writer.capital(i)}: {', '.join(items)}")
    return "\n" + "\n".join(writer.pick(["- ", ""]) + line for line in lines) + "\n"


def _prose(writer: Writer, scene: _Scene) -> str:
    phrases = bank("assignment")["phrases"]
    respectively = writer.chance(0.35)
    sentences = []
    for i in scene.data.rows:
        written = {j: _written(writer, scene, scene.data.values[i, j]) for j in scene.data.columns}
        if respectively:
            clause = writer.say(
                phrases[f"{scene.kind}_respectively"],
                worker=i,
                tasks=writer.listing(list(written)),
                ns=writer.listing(list(written.values())),
            )
        else:
            items = [writer.say(phrases["item"], task=j, n=n) for j, n in written.items()]
            clause = writer.say(phrases[f"{scene.kind}_row"], worker=i, list=writer.listing(items))
        sentences.append(writer.sentence(clause))
    return " ".join(sentences)
