"""Puts the sentences of a text in order: opening, numbers, limits, side constraints, question, and noise."""

from __future__ import annotations

__all__ = ["compose"]

from functools import partial
from itertools import pairwise

from agentopt.synthesis.mix.coefficients import coefficient_sentences, one_sentence
from agentopt.synthesis.mix.constraints import (
    averages_sentence,
    limit_sentence,
    limits_sentence,
    side_sentence,
)
from agentopt.synthesis.mix.filling import Writer
from agentopt.synthesis.mix.gaps import gapped, relative_opening
from agentopt.synthesis.mix.headers import header_sentence, notes
from agentopt.synthesis.mix.layouts import inline_opening, listing, terse
from agentopt.synthesis.mix.manner import blemished, glued, sentence
from agentopt.synthesis.mix.marks import bare
from agentopt.synthesis.mix.plan import Attr, Side
from agentopt.synthesis.mix.questions import in_one_question

_TERSE = ("<", ">", "=", "≤", "≥", ":", "\n")


def compose(writer: Writer) -> str | None:
    """The marked text of a plan; None if the banks lack words for it."""
    rng, breadth = writer.rng, writer.breadth
    text = _composed(writer)
    if text is not None and writer.plan.casual and rng.random() < 0.2:
        text = glued(text)
    return None if text is None else blemished(text, rng, breadth)


def _composed(writer: Writer) -> str | None:
    """The text before the slips of the manner."""
    rng, breadth = writer.rng, writer.breadth
    if writer.plan.casual and (text := _at_once(writer)) is not None:
        return text
    if rng.random() < 0.06 * breadth and (text := terse(writer)) is not None:
        return text
    opening, attrs = _opening(writer)
    inside = rng.random() < 0.07 + 0.05 * breadth and not writer.plan.counted
    question = _question(writer, stated=inside)
    if question is None:
        return None
    goals = [attr for attr in attrs if attr.goal and not attr.same]
    condition, often = "", 0.5
    if len(goals) == 1 and rng.random() < 0.28 and not inside:
        condition, often = one_sentence(writer, goals[0]), 0.85
        attrs = [attr for attr in attrs if attr is not goals[0]]
    coefficients = _coefficients(writer, attrs)
    rows = _rows(writer)
    if rows is None:
        return None
    limits, sides = rows
    if inside:
        stated = writer.section(f"objective_inside_{writer.plan.sense}")
        opening += [stated] if stated else []
    if not condition and limits and rng.random() < 0.1 + 0.08 * breadth:
        condition = limits.pop()
    elif not condition and sides and rng.random() < 0.06 + 0.06 * breadth:
        condition = sides.pop()
    late = [sides.pop()] if sides and writer.plan.casual and rng.random() < 0.08 else []
    body = _ordered(writer, coefficients, limits, sides)
    _sprinkle(writer, body)
    return _joined(writer, [*opening, *body, *_ending(writer, condition, question, often), *late])


def _at_once(writer: Writer) -> str | None:
    """The text as one question or as notes, now and then; None otherwise."""
    drawn = writer.rng.random()
    if drawn < 0.13:
        return in_one_question(writer)
    if drawn < 0.24:
        text = notes(writer)
        return None if text is None else _framed(writer, text)
    return None


def _framed(writer: Writer, text: str) -> str:
    """The text with the head and the end of a memo or a message, now and then."""
    rng = writer.rng
    drawn = rng.random()
    if drawn > 0.2:
        return text
    head = writer.section("memo_heads" if drawn < 0.12 else "greetings", writer.noise_env())
    end = writer.section("farewells", writer.noise_env()) if rng.random() < 0.5 else ""
    between = "\n\n" if drawn < 0.12 else " "
    lines = "\n".join(line[:1].upper() + line[1:] for line in head.splitlines())
    return f"{lines}{'' if drawn < 0.12 or lines.endswith('?') else '.'}{between}{text}" + (
        f"{between}{end[:1].upper()}{end[1:]}" if end else ""
    )


def _opening(writer: Writer) -> tuple[list[str], list[Attr]]:
    """The first sentences, and the attributes whose numbers they do not give yet."""
    rng, plan = writer.rng, writer.plan
    attrs = list(plan.attrs)
    if rng.random() < 0.05 * writer.breadth and attrs and (text := inline_opening(writer, attrs)) is not None:
        return [text], [attr for attr in attrs if attr.same]
    if plan.casual and (drawn := rng.random()) < 0.25:
        varied = [attr for attr in attrs if attr.entry.verbs and not attr.same]
        first = rng.sample(varied, min(len(varied), rng.choice((1, 1, 1, 2))))
        opened = (relative_opening if drawn < 0.15 else inline_opening)(writer, first) if first else None
        if opened is not None:
            return [opened], [attr for attr in attrs if attr not in first]
    if plan.casual and rng.random() < 0.1 and (opened := writer.section("no_list")):
        return [opened], attrs
    env = {"vlist": writer.listed_first}
    text = writer.section("at_start", env) if rng.random() < 0.1 else ""
    found = [text or writer.fill(rng.choice(plan.domain.opening), env)]
    if not writer.said and rng.random() < 0.6:
        found.append(writer.section("list_first", env))
    drawn = rng.random()
    if drawn < (0.12 if writer.agent.person == "1" else 0.01 * writer.breadth):
        found.insert(rng.randint(0, 1), writer.section("first_person"))
    elif drawn > 1 - 0.05 * writer.breadth:
        found.insert(0, writer.section(rng.choice(("imperative", "imperative", "polite"))))
    return [each for each in found if each], attrs


def _coefficients(writer: Writer, attrs: list[Attr]) -> list[str]:
    rng = writer.rng
    varied = [attr for attr in attrs if not attr.same]
    if varied and writer.plan.casual and rng.random() < 0.65:
        same = [attr for attr in attrs if attr.same]
        return [*coefficient_sentences(writer, same), *_casual_coefficients(writer, varied)]
    if varied and rng.random() < 0.1 * writer.breadth:
        return [
            *coefficient_sentences(writer, [attr for attr in attrs if attr.same]),
            listing(writer, varied),
        ]
    return coefficient_sentences(writer, attrs)


def _casual_coefficients(writer: Writer, attrs: list[Attr]) -> list[str]:
    """Numbers under headers, in tables, or in clauses that leave out what was said before."""
    rng, found = writer.rng, list[str]()
    drawn = rng.random()
    if drawn < 0.22:
        return [listing(writer, attrs)]
    if drawn < 0.3:
        rng.shuffle(attrs)
        lines = "\n".join(header_sentence(writer, attr, tail=rng.random() < 0.3, line=True) for attr in attrs)
        return [f"{lines}\n"]
    usable = [attr for attr in attrs if attr.entry.verbs]
    if drawn < 0.62 and usable:
        some = rng.sample(usable, rng.randint(1, len(usable)))
        found.append(gapped(writer, some))
        attrs = [attr for attr in attrs if attr not in some]
    for attr in attrs:
        if rng.random() < 0.65:
            found.append(header_sentence(writer, attr))
        else:
            found += coefficient_sentences(writer, [attr])
    return found


def _rows(writer: Writer) -> tuple[list[str], list[str]] | None:
    """Sentences of limits and of side constraints; None if the banks lack words."""
    limits: list[str | None] = []
    rest = [limit for limit in writer.plan.limits if id(limit) not in writer.written]
    for kind in ("le", "ge"):
        alike = [limit for limit in rest if limit.kind == kind and limit.attrs[0].kind != "goal"]
        if len(alike) > 1 and writer.rng.random() < 0.3:
            rest = [limit for limit in rest if limit not in alike]
            limits.append(limits_sentence(writer, alike))
    means = [limit for limit in rest if limit.kind.startswith("average")]
    if means and writer.plan.casual and writer.rng.random() < 0.6:
        rest = [limit for limit in rest if limit not in means]
        limits.append(averages_sentence(writer, means, _total(writer)))
    limits += [limit_sentence(writer, limit) for limit in rest]
    sides = [_reasoned(writer, side) for side in writer.plan.sides if id(side) not in writer.written]
    found = [each for each in limits if each], [each for each in sides if each]
    return found if len(found[0]) == len(limits) and len(found[1]) == len(sides) else None


def _total(writer: Writer) -> str:
    """The sentence of a side constraint on the total; empty if there is none to be written."""
    for side in writer.plan.sides:
        if side.section in ("total_eq", "total_ge", "total_le") and id(side) not in writer.written:
            text = side_sentence(writer, side)
            if text and not any(mark in bare(text) for mark in _TERSE):
                writer.written.add(id(side))
                return text
    return ""


def _reasoned(writer: Writer, side: Side) -> str | None:
    """A side constraint, now and then with a reason before or after it."""
    text, rng = side_sentence(writer, side), writer.rng
    if text is None or any(mark in bare(text) for mark in _TERSE):
        return text
    env = writer.pair_env(side.v[0], side.w[0] if side.w else (side.v[0] + 1) % len(writer.plan.names))
    drawn = rng.random()
    if drawn < 0.2:
        own = writer.plan.domain.words.get("because")
        reason = (
            writer.fill(rng.choice(own), env)
            if own and rng.random() < 0.5
            else writer.section("because", env)
        )
        return f"{reason}, {text}" if reason else text
    if drawn < 0.26:
        reason = writer.section("because_after", env)
        return f"{text} {reason}" if reason else text
    return text


def _ordered(writer: Writer, coefficients: list[str], limits: list[str], sides: list[str]) -> list[str]:
    """The sentences in an order that people use, some of them joined or led in."""
    rng = writer.rng
    drawn = rng.random()
    sides = _linked(writer, sides)
    limits = _linked(writer, limits)
    if drawn < 0.45:
        return [*coefficients, *limits, *sides]
    if drawn < 0.62:
        return [*limits, *coefficients, *sides]
    if drawn < 0.7:
        return [*sides, *coefficients, *limits]
    if drawn < 0.78:
        return [*coefficients, *sides, *limits]
    rest = [*limits, *sides]
    rng.shuffle(rest)
    if drawn < 0.94:
        return [*coefficients, *rest]
    for each in rest:
        coefficients.insert(rng.randint(0, len(coefficients)), each)
    return coefficients


def _linked(writer: Writer, sentences: list[str]) -> list[str]:
    """Sentences of one sort, two of them joined now and then, or led in by a word."""
    rng, found, at = writer.rng, [], 0
    while at < len(sentences):
        text = sentences[at]
        plain = not any(mark in bare(text) for mark in _TERSE)
        if at + 1 < len(sentences) and rng.random() < 0.22 and plain:
            env = {"first": partial(str, sentences[at]), "second": partial(str, sentences[at + 1])}
            text = writer.section("joins", env) or text
            at += 1
        elif plain and rng.random() < 0.12:
            text = writer.section("openers", {"second": partial(str, text)}) or text
        elif plain and rng.random() < 0.1:
            text = f"{writer.section('leads')} {text}"
        found.append(text)
        at += 1
    return found


def _sprinkle(writer: Writer, body: list[str]) -> None:
    """Put in sentences without data."""
    rng, plan = writer.rng, writer.plan
    env = {**writer.pair_env(0, 1), **writer.noise_env()}
    if rng.random() < 0.14 + 0.1 * writer.breadth:
        text = writer.section("chatter_generic", env) if rng.random() < 0.4 else ""
        text = text or writer.fill(rng.choice(plan.domain.chatter), env)
        body.insert(rng.randint(0, len(body)), text)
    if rng.random() < 0.12 * writer.breadth and (text := writer.section("distractor_numbers", env)):
        body.insert(rng.randint(0, len(body)), text)
    if plan.casual and rng.random() < 0.06 and (again := _again(writer)):
        body.insert(rng.randint(0, len(body)), again)
    if rng.random() < 0.04:
        section = rng.choice(("nonnegative", "integrality" if plan.domain.whole else "divisible"))
        body.append(writer.section(section, env))


def _again(writer: Writer) -> str:
    """A sentence that says the number of a requirement again; that one is no data."""
    for limit in writer.plan.limits:
        value = writer.plan.book.values[limit.keys[0]]
        if limit.kind == "ge" and limit.attrs[0].kind == "need" and value.denominator == 1 and value < 10**6:
            unit = limit.unit if limit.unit not in ("%", "percent", "$", "€", "£") else ""
            noun = f"{unit} of {limit.attrs[0].res}" if unit else limit.attrs[0].res
            return writer.section("restated", {"again": partial(str, f"{value} {noun}")})
    return ""


def _question(writer: Writer, *, stated: bool) -> str | None:
    """What is asked; without the objective where that was stated before."""
    plan, rng = writer.plan, writer.rng
    if stated:
        return writer.section("plain_questions") if rng.random() < 0.8 else ""
    if plan.counted:
        return writer.section(f"objective_count_{plan.sense}")
    drawn = rng.random()
    if plan.casual and _is_money(writer) and rng.random() < 0.35:
        return writer.section(f"money_{plan.sense}")
    if drawn < 0.12 and (text := writer.section(f"objective_res_{plan.sense}")):
        return text
    return writer.section(f"objective_{plan.sense}")


def _is_money(writer: Writer) -> bool:
    """Whether the objective is money earned or spent."""
    goals = [attr for attr in writer.plan.attrs if attr.goal]
    return bool(goals) and all(
        attr.kind == "goal" and bool(attr.unit) and attr.unit in "$€£" and attr.entry.sense for attr in goals
    )


def _ending(writer: Writer, condition: str, question: str, often: float) -> list[str]:
    """The question, with its condition before it (`often` after a plain "if"), and what follows."""
    rng, found = writer.rng, []
    if condition and not any(mark in bare(condition) for mark in _TERSE) and question:
        drawn = rng.random()
        env = {"limit": lambda: condition, "question": lambda: question}
        joined = f"if {condition}, {question}" if drawn < often else writer.section("if_limit", env)
        found.append(joined or f"if {condition}, {question}")
    else:
        found += [each for each in (condition, question) if each]
    if rng.random() < 0.07:
        found.append(writer.section("objective_value", writer.noise_env()))
    if rng.random() < 0.05 + 0.05 * writer.breadth:
        section = rng.choice(("closings", "closings", "closings", "imperative", "polite"))
        found.append(writer.section(section, writer.noise_env()))
    return [each for each in found if each]


def _joined(writer: Writer, sentences: list[str]) -> str:
    """The sentences as a text, in one paragraph or several."""
    rng = writer.rng
    done = [sentence(each) for each in sentences]
    between = "\n" if rng.random() < 0.03 * writer.breadth else " "
    text = done[0]
    for before, each in pairwise(done):
        line = "\n" in each or "\n" in before
        text += ("\n" if line else "\n\n" if rng.random() < 0.02 * writer.breadth else between) + each
    return _framed(writer, text) if writer.plan.casual else text
