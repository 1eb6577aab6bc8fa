"""Generates selection problems: items in prose, lists, tables or an attached file, limits and rules."""

from __future__ import annotations

__all__ = ["generate"]

import random
from dataclasses import dataclass
from fractions import Fraction

from agentopt.reader.families.choosing import Knapsack, Resource
from agentopt.reader.families.naming import plural
from agentopt.reader.families.ruling import Rule
from agentopt.synthesis.families.writing import Writer, bank
from agentopt.synthesis.problem import Problem

_SIZES = {1: (3, 3), 2: (3, 4), 3: (4, 5), 4: (5, 6), 5: (6, 8)}


@dataclass(frozen=True, slots=True)
class _Scene:
    """What one text is about; `limits` are the sentences that say what there is."""

    noun: str
    named: bool
    intro: str
    limits: tuple[str, ...]
    data: Knapsack


def generate(rng: random.Random, difficulty: int) -> Problem:
    """A problem; a higher difficulty has more items, second limits, rules, and odder layouts."""
    writer = Writer(rng)
    scene = _scene(writer, difficulty)
    phrases = bank("knapsack")["phrases"]
    files: dict[str, str] = {}
    layout = rng.random()
    if layout < 0.25:
        lead = writer.say(phrases["table"], noun=scene.noun)
        body = f"\n{lead}\n\n{writer.table(*_columns(writer, scene))}\n\n"
    elif layout < 0.28 + 0.03 * difficulty:
        file = rng.choice(["items.csv", "data.csv", "list.csv"])
        files[file] = writer.csv(*_columns(writer, scene))
        body = writer.sentence(writer.say(phrases["attached"], file=file))
    elif layout < 0.55:
        lines = [
            f"{writer.pick(['- ', '- ', ''])}{_name(writer, scene, i)}: {', '.join(_nouns(writer, scene, i))}"
            for i in scene.data.values
        ]
        body = "\n" + "\n".join(lines) + "\n"
    elif layout < 0.7:
        items = [f"{_said(scene, i)} ({', '.join(_nouns(writer, scene, i))})" for i in scene.data.values]
        body = writer.sentence(f"there {'are' if not scene.named else 'is'} {writer.listing(items)}")
    else:
        body = _prose(writer, scene)
    rules = [rule.because for rule in scene.data.rules]
    goal = writer.say(phrases["goal"], noun=scene.noun, nouns=plural(scene.noun))
    pieces = [scene.intro, body, *scene.limits, *rules, goal]
    text = "".join(piece if piece.startswith("\n") else f"{piece} " for piece in pieces)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return Problem("knapsack", difficulty, 0, text.strip() + "\n", scene.data.formulation(), files)


def _scene(writer: Writer, difficulty: int) -> _Scene:
    rng = writer.rng
    scene = rng.choice(bank("knapsack")["scenes"])
    phrases = bank("knapsack")["phrases"]
    count = rng.randint(*_SIZES[difficulty])
    if scene["items"]:
        names = rng.sample(scene["items"], count)
    else:
        names = writer.names(scene["noun"], count, style=rng.choice(["letter", "letter", "number"]))
    money = "cost" in scene["uses"] and rng.random() < 0.5
    step = rng.choice([1, 10, 1000]) if money else 1
    values = {name: Fraction(rng.randint(5, 60) * step) for name in names}
    resources, limits = [], []
    for use in scene["uses"]:
        scale = step if use == "cost" else 1
        used = {name: Fraction(rng.randint(2, 25) * scale) for name in names}
        total = int(sum(used.values()) / scale)
        capacity = Fraction(rng.randint(max(total // 3, 1), max(total * 2 // 3, 2)) * scale)
        resources.append(Resource(use, used, capacity))
        options = scene["limit"] if use == scene["uses"][0] else phrases[f"limit_{use}"]
        limits.append(writer.say(options, n=writer.number(capacity), m=writer.money(capacity)))
    rules = _rules(writer, scene, names, difficulty)
    data = Knapsack(values, tuple(resources), rules, scene["noun"])
    return _Scene(scene["noun"], bool(scene["items"]), writer.say(scene["intro"]), tuple(limits), data)


def _rules(writer: Writer, scene: dict[str, object], names: list[str], difficulty: int) -> tuple[Rule, ...]:
    """A few rules, each with the sentence that says it."""
    phrases = bank("knapsack")["phrases"]
    noun = str(scene["noun"])
    article = "the " if scene["items"] else ""
    rules: list[Rule] = []
    for _ in range(writer.rng.choice([0, 0, 1, 1, 2]) if difficulty > 1 else 0):
        kind = writer.pick(["at_most", "implies", "exclude", "include"])
        first, second = writer.rng.sample(names, 2)
        number = len(names) - 1 - int(len(names) > 4)
        said = writer.capital(
            writer.say(
                phrases[kind],
                a=article + first,
                b=article + second,
                k=writer.count(number),
                noun=noun,
                nouns=plural(noun),
            )
        )
        if kind == "at_most":
            rule = Rule("at_most", (), number, said)
        elif kind == "implies":
            rule = Rule("implies", (first, second), 1, said)
        elif kind == "exclude":
            rule = Rule("at_most", (first, second), 1, said)
        else:
            rule = Rule("at_least", (first,), 1, said)
        if all(other.kind != rule.kind for other in rules):
            rules.append(rule)
    return tuple(rules)


def _said(scene: _Scene, item: str) -> str:
    return f"{'an' if item[0] in 'aeiou' else 'a'} {item}" if scene.named else item


def _name(writer: Writer, scene: _Scene, item: str) -> str:
    return writer.capital(item)


def _value(writer: Writer, scene: _Scene, item: str) -> str:
    return writer.number(scene.data.values[item])


def _nouns(writer: Writer, scene: _Scene, item: str) -> list[str]:
    """The numbers of an item as short phrases, the same for every item of a text."""
    phrases = bank("knapsack")["phrases"]
    same = Writer(random.Random(f"{scene.intro}/{len(scene.data.values)}"))
    same.currency, same.thousands = writer.currency, writer.thousands
    found = [same.say(phrases["value_noun"], v=writer.number(scene.data.values[item]))]
    for resource in scene.data.resources:
        use = resource.use[item]
        found.append(same.say(phrases[f"{resource.name}_noun"], n=writer.number(use), m=writer.money(use)))
    return found


def _columns(writer: Writer, scene: _Scene) -> tuple[list[str], list[list[str]]]:
    titles = {
        "weight": "Weight (kg)",
        "time": "Hours",
        "space": "Volume",
        "memory": "Size (GB)",
        "staff": "Engineers",
    }
    header = [scene.noun.capitalize(), "Value"]
    header += [titles.get(resource.name, resource.name.capitalize()) for resource in scene.data.resources]
    rows = [
        [
            writer.capital(item),
            str(scene.data.values[item]),
            *(str(resource.use[item]) for resource in scene.data.resources),
        ]
        for item in scene.data.values
    ]
    return header, rows


def _prose(writer: Writer, scene: _Scene) -> str:
    """A clause for every item: what it is worth and what it uses."""
    phrases = bank("knapsack")["phrases"]
    sentences = []
    for item in scene.data.values:
        parts = [writer.say(phrases["value"], v=writer.number(scene.data.values[item]))]
        for resource in scene.data.resources:
            use = resource.use[item]
            parts.append(writer.say(phrases[resource.name], n=writer.number(use), m=writer.money(use)))
        if writer.chance(0.3):
            parts.reverse()
        name = f"the {item}" if scene.named else item
        sentences.append(f"{name} {writer.listing(parts)}")
    if writer.chance(0.5):
        return " ".join(map(writer.sentence, sentences))
    return writer.sentence("; ".join(sentences))
