"""Sentences that give the attributes their numbers: per decision, per attribute, together or apart."""

from __future__ import annotations

__all__ = ["coefficient_sentences", "one_sentence"]

import re
from collections.abc import Sequence
from functools import partial

from agentopt.synthesis.mix.filling import Env, Writer
from agentopt.synthesis.mix.plan import Attr

_PLURAL = {"has": "have", "is": "are", "does": "do", "goes": "go"}


def coefficient_sentences(writer: Writer, attrs: Sequence[Attr]) -> list[str]:
    """Sentences with every number of some attributes, each once."""
    rng = writer.rng
    same = [attr for attr in attrs if attr.same]
    varied = [attr for attr in attrs if not attr.same]
    found = [_same(writer, attr) for attr in same]
    if not varied:
        return found
    if len(varied) > 1 and rng.random() < 0.4:
        cut = rng.randint(1, len(varied) - 1)
        groups = [varied[:cut], varied[cut:]]
    else:
        groups = [list(varied)]
    for group in groups:
        if len(group) == 1 and rng.random() < 0.75:
            found += _per_attribute(writer, group[0])
        elif rng.random() < 0.2:
            for attr in group:
                found += _per_attribute(writer, attr)
        else:
            found += _per_decision(writer, group)
    return found


def one_sentence(writer: Writer, attr: Attr) -> str:
    """One attribute over all decisions in a clause that can follow "if"."""
    rng, count = writer.rng, len(attr.keys)
    if rng.random() < 0.3:
        return _listed(writer, attr)
    clauses = [_clause(writer, attr, v) for v in range(count)]
    if rng.random() < 0.3 and attr.entry.verbs:
        clauses = [clauses[0], *(_ellipsis(writer, attr, v) for v in range(1, count))]
    return (
        clauses[0] + rng.choice((" and ", ", and ", " while ")) + clauses[1]
        if count == 2
        else writer.join(clauses)
    )


def _same(writer: Writer, attr: Attr) -> str:
    env = writer.attr_env(attr, attr.keys[0])
    template = writer.phrase("same_coefficient")
    if template is not None and attr.entry.phrase and writer.rng.random() < 0.8:
        return writer.fill(template, env)
    verb = writer.fill(writer.rng.choice(attr.entry.verbs or ["has"]), env)
    subject = writer.rng.choice(
        ("each {one}", "every {one}", "each of them", "each", "any {one}", "either one")
    )
    return f"{writer.fill(subject, {})} {verb} {env['amount']()}"


def _clause(writer: Writer, attr: Attr, v: int, *, subject: str = "") -> str:
    """A clause that gives one decision one number."""
    rng = writer.rng
    key = attr.keys[v]
    env = {**writer.attr_env(attr, key), **writer.pair_env(v)}
    if attr.entry.clause and not subject and (not attr.entry.verbs or rng.random() < 0.45):
        return writer.fill(rng.choice(attr.entry.clause), env)
    verb = writer.verb_of(attr, env)
    if not subject and rng.random() < 0.12:
        each = rng.choice((" each", " apiece", ""))
        return f"{writer.mention(v, 'p')} {plural_verb(verb)} {env['amount']()}{each}"
    return f"{subject or writer.mention(v, 'a')} {verb} {env['amount']()}"


def plural_verb(verb: str) -> str:
    """A verb phrase in the third person, for several: `takes` as `take`."""
    first, space, rest = verb.partition(" ")
    if first in _PLURAL:
        first = _PLURAL[first]
    elif first.endswith("ies"):
        first = first[:-3] + "y"
    elif re.search(r"(ss|x|ch|sh|z)es$", first):
        first = first[:-2]
    elif first.endswith("s") and not first.endswith("ss"):
        first = first[:-1]
    return first + space + rest


def _per_attribute(writer: Writer, attr: Attr) -> list[str]:
    """One attribute over all decisions: lists, pairs or clauses."""
    rng, count = writer.rng, len(attr.keys)
    drawn = rng.random()
    if drawn < 0.3 and writer.phrase("attribute_coefficients") is not None:
        return [_listed(writer, attr)]
    clauses = [_clause(writer, attr, v) for v in range(count)]
    if drawn < 0.45 and attr.entry.verbs:
        clauses = [clauses[0], *(_ellipsis(writer, attr, v) for v in range(1, count))]
        if count == 2:
            return [
                rng.choice((" and ", ", while ", ", and ", " while ", ", but ", "; ", ", whereas ")).join(
                    clauses
                )
            ]
        return [writer.join(clauses)]
    if drawn < 0.8:
        return _joined(writer, clauses)
    return clauses


def _ellipsis(writer: Writer, attr: Attr, v: int) -> str:
    """What is left of a clause after the first: `a Y only 3`."""
    rng, key = writer.rng, attr.keys[v]
    env = writer.attr_env(attr, key)
    drawn = rng.random()
    if drawn < 0.45:
        return f"{writer.mention(v, 'a')} {rng.choice(('', 'only ', '', 'just '))}{env['n']()}"
    if drawn < 0.7:
        return f"{env['n']()} for {writer.mention(v, rng.choice('aap'))}"
    verb = writer.verb_of(attr, env)
    return f"{writer.mention(v, 'a')} {verb} {rng.choice(('', '', 'only '))}{env['n']()} {env['unit']()}"


def _joined(writer: Writer, clauses: list[str]) -> list[str]:
    """Clauses as one sentence, or two to a sentence."""
    rng = writer.rng
    if len(clauses) == 2:
        word = rng.choice(
            (" and ", ", and ", ", while ", " while ", " whereas ", ", whereas ", "; ", ", but ", ", ")
        )
        return [word.join(clauses)]
    if len(clauses) <= 4:
        return [writer.join(clauses)]
    return [writer.join(clauses[at : at + 3]) for at in range(0, len(clauses), 3)]


def _listed(writer: Writer, attr: Attr) -> str:
    """`the profit per desk and chair is $30 and $20, respectively`, or pairs."""
    phrases = writer.banks.phrases["attribute_coefficients"]
    rng, which = writer.rng, range(len(attr.keys))
    template = phrases.templates[int(rng.random() * len(phrases.templates))]

    def pair(v: int) -> str:
        env = {**writer.attr_env(attr, attr.keys[v]), **writer.pair_env(v)}
        return writer.fill(chosen, env)

    unit = "" if attr.unit in ("$", "€", "£", "%", "percent") or attr.units else attr.unit
    chosen = rng.choice(phrases.pairs) if phrases.pairs else ()
    env = {
        "nlist": lambda: writer.join([writer.attr_env(attr, attr.keys[v])["n"]() for v in which]),
        "pairs": lambda: writer.join([pair(v) for v in which]),
        "unit": lambda: unit,
        "units": lambda: unit,
        "res": lambda: attr.res,
        "vlist": lambda: writer.listed(which, form=rng.choice("ssp")),
        "goal": lambda: attr.res,
    }
    return writer.fill(template, env)


def _per_decision(writer: Writer, attrs: list[Attr]) -> list[str]:
    """Several attributes, decision by decision, in a manner common to most."""
    rng = writer.rng
    kinds = {attr.kind for attr in attrs if not attr.average}
    frames = {"use": "unit_coefficients", "need": "supply_coefficients"}.get("".join(kinds), "")
    framed = writer.phrase(frames) is not None
    manner = rng.choice(("verbs", "verbs", "verbs", "frame" if framed else "verbs", "inline"))
    template = writer.phrase(frames)
    order = list(attrs)
    rng.shuffle(order)
    found = []
    for v in range(len(writer.plan.names)):
        if rng.random() < 0.1:
            manner = rng.choice(("verbs", "frame" if framed else "verbs"))
            template = writer.phrase(frames)
        if manner == "frame" and template is not None:
            phrases = [writer.quantity(a, a.keys[v], rng.choice(a.entry.phrase)) for a in order]
            env: Env = {**writer.pair_env(v), "phrases": partial(writer.join, phrases)}
            found.append(writer.fill(template, env))
        elif manner == "inline" and len(order) > 1:
            found.append(_inline(writer, order, v))
        else:
            found.append(_verbs(writer, order, v))
    if len(found) == 2 and len(attrs) <= 2 and rng.random() < 0.4:
        return _joined(writer, found)
    return found


def _inline(writer: Writer, attrs: list[Attr], v: int) -> str:
    """`a desk (3 hours of labor, $40) …`."""
    rng = writer.rng
    inside = ", ".join(writer.quantity(a, a.keys[v], rng.choice(a.entry.phrase)) for a in attrs[1:])
    verb = writer.fill(
        rng.choice(attrs[0].entry.verbs or ["has"]), {"res": lambda: attrs[0].res, "unit": lambda: ""}
    )
    first = writer.quantity(attrs[0], attrs[0].keys[v], rng.choice(attrs[0].entry.phrase))
    return f"{writer.mention(v, 'a')} ({inside}) {verb} {first}"


def _verbs(writer: Writer, attrs: list[Attr], v: int) -> str:
    """`a desk takes 3 hours of labor and 2 kg of wood, and brings a profit of $40`."""
    rng = writer.rng
    usable = [a for a in attrs if a.entry.verbs]
    clauses = [_clause(writer, a, v) for a in attrs if not a.entry.verbs]
    parts: list[str] = []
    several = rng.random() < 0.15
    at = 0
    while at < len(usable):
        attr = usable[at]
        verb = writer.verb_of(attr, writer.attr_env(attr, attr.keys[v]))
        phrases = [writer.quantity(attr, attr.keys[v], rng.choice(attr.entry.phrase))]
        at += 1
        while at < len(usable) and usable[at].kind == attr.kind == "use" and verb in usable[at].entry.verbs:
            phrases.append(
                writer.quantity(usable[at], usable[at].keys[v], rng.choice(usable[at].entry.phrase))
            )
            at += 1
        parts.append(f"{plural_verb(verb) if several else verb} {writer.join(phrases)}")
    found = []
    if parts:
        subject = writer.mention(v, "p" if several else "a")
        found.append(f"{subject} {writer.join(parts)}{' each' if several and rng.random() < 0.5 else ''}")
    return rng.choice((", and ", " and ", "; ")).join(found + clauses)
