"""From the numbers and sentences of a text to the formulation, and back.

A number of the text is used when the formulation holds it: as written, as a share of a percent, scaled, in
another unit, or as part of a number derived from two of them. A number of the formulation that comes from
nowhere is an invention. Both are doubts, not proofs: equal numbers may mean different things.
"""

from __future__ import annotations

__all__ = ["Coverage", "Invention", "NumberUse", "SentenceUse", "coverage"]

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from agentopt.formulation.diagnostics import Diagnostic
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import Instance
from agentopt.verification.given import Given, exact, given_numbers
from agentopt.verification.quantities import Quantity, quantities
from agentopt.verification.sentences import Sentence, cited_by, sentences

Status = Literal["used", "waived", "unused", "ignored"]

_FACTORS = (60, 3600, 24, 7, 12, 52, 30, 365, 1000, 100, 10**6)
"""Changes of unit: minutes, hours, days, weeks, months, years, thousands, cents, millions."""
_CONSTANTS = frozenset(map(Fraction, (0, 1, 2, 7, 12, 24, 52, 60, 100, 365, 1000, 3600, 10**6)))
"""Numbers a formulation may hold though no text says them: identities, exponents, changes of unit."""
MAX_DERIVED = 80
"""Distinct numbers of a text up to which pairs of them are tried for a derived number."""
MAX_SENTENCES = 400


@dataclass(frozen=True)
class NumberUse:
    """A number of the text: `where` names the fields that hold it, `how` says in what form."""

    quantity: Quantity
    status: Status
    where: tuple[str, ...] = ()
    how: str = ""


@dataclass(frozen=True)
class SentenceUse:
    """A sentence: the elements that state it, and whether it seems to ask for one."""

    sentence: Sentence
    material: bool
    cited_by: tuple[str, ...]


@dataclass(frozen=True)
class Invention:
    """A number of the formulation that the text does not give."""

    value: Fraction
    where: str


@dataclass(frozen=True)
class Coverage:
    """What became of each number and sentence.

    Attributes:
        numbers: every number of the text, in order.
        sentences: every sentence of the text, in order.
        inventions: numbers of the formulation without a source in the text.
        quotes: for each quoted parameter, the (start, end) of the quote in the text, or None if it is not
            there.
        text: the text.
    """

    numbers: tuple[NumberUse, ...]
    sentences: tuple[SentenceUse, ...]
    inventions: tuple[Invention, ...]
    quotes: dict[str, tuple[int, int] | None]
    text: str

    @property
    def unused(self) -> tuple[NumberUse, ...]:
        """Numbers the formulation neither uses nor waives."""
        return tuple(use for use in self.numbers if use.status == "unused")

    @property
    def uncited(self) -> tuple[SentenceUse, ...]:
        """Sentences that seem to state a rule and that no element cites or takes a number from."""
        return tuple(use for use in self.sentences if use.material and not use.cited_by)

    def diagnostics(self) -> list[Diagnostic]:
        """The doubts as warnings a model can repair from.

        >>> f = Formulation.model_validate({"variables": {"x": {}}, "constraints": {"c": {"that": "x <= 9"}}})
        >>> print(coverage("At most 45 trips.", f).diagnostics()[0].render())
        warning: text: the number 45 in "At most 45 trips." is used nowhere
          hint: use it, or list it under `waived` with the reason
        """
        found = []
        for use in self.unused:
            shown = self.sentence_of(use.quantity)
            found.append(
                Diagnostic(
                    "warning",
                    "text",
                    f'the number {use.quantity.text} in "{shown}" is used nowhere',
                    "use it, or list it under `waived` with the reason",
                )
            )
        for each in self.inventions:
            found.append(
                Diagnostic(
                    "warning",
                    each.where,
                    f"the number {_shown(each.value)} is not in the text",
                    "use the number of the text, or say under `assumptions` why this one is right",
                )
            )
        for sentence in self.uncited:
            found.append(
                Diagnostic(
                    "warning",
                    "text",
                    f'no constraint or parameter states "{_short(sentence.sentence.text)}"',
                    "state it, and cite it in `because`; or say under `assumptions` why it needs none",
                )
            )
        return found

    def sentence_of(self, quantity: Quantity) -> str:
        """The sentence a number stands in, shortened around it."""
        for use in self.sentences:
            if use.sentence.start <= quantity.start < use.sentence.end:
                return _short(use.sentence.text, quantity.start - use.sentence.start)
        return _short(self.text[max(0, quantity.start - 60) : quantity.end + 60], 60)


def coverage(text: str, formulation: Formulation, instance: Instance | None = None) -> Coverage:
    """Which numbers and sentences of a text a formulation uses, and which of its numbers the text does not
    give.

    Without the instance, numbers in tables of the text are not looked for when the formulation reads from
    tables.

    >>> parts = {"parameters": {"share": {"value": 0.3}}, "variables": {"x": {"upper": 480}}}
    >>> found = coverage("At most 8 hours (in minutes), 30% of 70.", Formulation.model_validate(parts))
    >>> [(use.quantity.text, use.status, use.how) for use in found.numbers]
    [('8', 'used', 'times 60'), ('30%', 'used', 'as a share'), ('70', 'unused', '')]
    """
    found = quantities(text)
    givens = given_numbers(formulation, instance)
    matching = _Matching(givens)
    tabled = instance is None and _reads_tables(formulation)
    waived = [_waived_number(each.number) for each in formulation.waived]
    uses = [_use(quantity, matching, waived, tabled) for quantity in found]
    uses, explained = _derived(uses, matching)
    quotes = {n: _locate(p.quote, text) for n, p in formulation.parameters.items() if p.quote}
    invented = (*_misquoted(formulation), *_inventions(givens, matching, explained, found, tabled))
    return Coverage(
        tuple(uses),
        _sentence_uses(text, formulation, uses, quotes),
        tuple(dict.fromkeys(invented)),
        quotes,
        text,
    )


class _Matching:
    """Looks for values among the numbers of a formulation."""

    def __init__(self, givens: Sequence[Given]) -> None:
        self.places: dict[Fraction, list[str]] = {}
        for given in givens:
            places = self.places.setdefault(abs(given.value), [])
            if len(places) < 5:
                places.append(given.where)
        self.sorted = sorted(self.places)
        self.matched: set[Fraction] = set()

    def find(self, value: Fraction, *, loose: bool = False) -> tuple[str, ...]:
        """The fields that hold a value; `loose` also takes a rounding of one that has no finite decimals."""
        value = abs(value)
        if value in self.places:
            self.matched.add(value)
            return tuple(self.places[value])
        if loose or not _terminates(value):
            margin = abs(value) / 200
            near = self.sorted[bisect_left(self.sorted, value - margin) :]
            for other in near[:1]:
                if other <= value + margin and other.denominator != 1:
                    self.matched.add(other)
                    return tuple(self.places[other])
        return ()


def _terminates(value: Fraction) -> bool:
    """Whether a number has finitely many decimals."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def _use(
    quantity: Quantity, matching: _Matching, waived: Sequence[Fraction | str], tabled: bool
) -> NumberUse:
    for reading in quantity.readings:
        where: list[str] = []
        how = ""
        for value in reading:
            places, how = _form(value, quantity, matching)
            if not places:
                break
            where.extend(places)
        else:
            return NumberUse(quantity, "used", tuple(dict.fromkeys(where)), how)
    said = quantity.text.casefold().strip()
    if any(w == said if isinstance(w, str) else w in {quantity.value, quantity.value / 100} for w in waived):
        return NumberUse(quantity, "waived")
    if not quantity.required:
        return NumberUse(quantity, "ignored", how=quantity.kind)
    if tabled and quantity.kind == "cell":
        return NumberUse(quantity, "ignored", how="in a table that the formulation may read")
    return NumberUse(quantity, "unused")


def _form(value: Fraction, quantity: Quantity, matching: _Matching) -> tuple[tuple[str, ...], str]:
    """Where a formulation holds a value, and in what form."""
    if quantity.kind == "percent":
        for form, how in (
            (value / 100, "as a share"),
            (1 - value / 100, "as one less the share"),
            (1 + value / 100, "as one plus the share"),
            (value, ""),
        ):
            if places := matching.find(form):
                return places, how
        return (), ""
    if places := matching.find(value):
        return places, ""
    if not quantity.required or value == 0:
        return (), ""
    for factor in _FACTORS:
        if places := matching.find(value * factor):
            return places, f"times {factor}"
        if value != factor and (places := matching.find(value / factor)):
            return places, f"divided by {factor}"
    if abs(value) != 1 and (places := matching.find(1 / value)):
        return places, "as one divided by it"
    for minute in (60, 1440):
        if places := matching.find(minute / value):
            return places, f"as {minute} divided by it"
    return (), ""


def _derived(uses: list[NumberUse], matching: _Matching) -> tuple[list[NumberUse], set[Fraction]]:
    """Numbers of the formulation that two numbers of the text make, which then count as used."""
    values = list(
        dict.fromkeys(use.quantity.value for use in uses if use.status != "ignored" and use.quantity.value)
    )
    open_ = [g for g in matching.places if g not in matching.matched and g not in _CONSTANTS]
    if not open_ or len(values) > MAX_DERIVED:
        return uses, set()
    wanted, explained = set(open_), set[Fraction]()
    made: dict[Fraction, str] = {}
    for i, a in enumerate(values):
        for b in values[i:]:
            forms = {a + b: "+", abs(a - b): "-", a * b: "*", a / b: "/", b / a: "/", a * b / 100: "* % of"}
            for form, sign in forms.items():
                if form in wanted and form:
                    explained.add(form)
                    for each in (a, b):
                        made.setdefault(each, f"in {_shown(form)} = {_shown(a)} {sign} {_shown(b)}")
    if (total := sum(values, Fraction(0))) in wanted:
        explained.add(total)
    found = [
        NumberUse(
            use.quantity, "used", tuple(matching.places.get(use.quantity.value, ())), made[use.quantity.value]
        )
        if use.status == "unused" and use.quantity.value in made
        else use
        for use in uses
    ]
    return found, explained


def _inventions(
    givens: Sequence[Given],
    matching: _Matching,
    explained: set[Fraction],
    found: Sequence[Quantity],
    tabled: bool,
) -> tuple[Invention, ...]:
    if not found:
        return ()
    said = {abs(v) for q in found for reading in q.readings for v in reading}
    seen: set[tuple[Fraction, str]] = set()
    result = []
    for given in givens:
        value = abs(given.value)
        if (
            given.sort not in {"value", "literal"}
            or value in _CONSTANTS
            or value in matching.matched
            or value in said
        ):
            continue
        if value in explained or (given.value, given.where) in seen or any(value == s / 100 for s in said):
            continue
        seen.add((given.value, given.where))
        result.append(Invention(given.value, given.where))
    return tuple(result)


def _misquoted(f: Formulation) -> Iterator[Invention]:
    """Scalars whose quote holds one number, and another one."""
    for name, parameter in f.parameters.items():
        if parameter.value is None or not parameter.quote:
            continue
        said = quantities(parameter.quote)
        own = Given(exact(parameter.value), f"parameters.{name}.value", "value")
        if (
            len(said) == 1
            and said[0].required
            and _use(said[0], _Matching([own]), (), False).status != "used"
        ):
            yield Invention(own.value, own.where)


def _sentence_uses(
    text: str, f: Formulation, uses: Sequence[NumberUse], quotes: dict[str, tuple[int, int] | None]
) -> tuple[SentenceUse, ...]:
    found = sentences(text)
    cited: list[list[str]] = [[] for _ in found]
    if len(found) <= MAX_SENTENCES:
        cited = cited_by(found, _claims(f))
    starts = [s.start for s in found]
    required = [False] * len(found)
    for use in uses:
        k = bisect_left(starts, use.quantity.start + 1) - 1
        if k < 0:
            continue
        required[k] = required[k] or use.status == "unused"
        if use.status in {"used", "waived"} and use.quantity.required:
            cited[k].append(use.where[0] if use.where else "waived")
    for name, span in quotes.items():
        if span is not None and (k := bisect_left(starts, span[0] + 1) - 1) >= 0:
            cited[k].append(f"parameters.{name}")
    result = []
    for sentence, names, wanted in zip(found, cited, required, strict=True):
        if sentence.goal and f.objective is not None:
            names.append("objective")
        result.append(SentenceUse(sentence, sentence.material or wanted, tuple(dict.fromkeys(names))))
    return tuple(result)


def _claims(f: Formulation) -> list[tuple[str, str]]:
    """What each element says about the text, with its name as words where it says nothing."""
    claims = [(f"constraints.{n}", c.because or n.replace("_", " ")) for n, c in f.constraints.items()]
    claims += [
        (f"parameters.{n}", p.quote or p.meaning or n.replace("_", " ")) for n, p in f.parameters.items()
    ]
    claims += [(f"variables.{n}", v.meaning) for n, v in f.variables.items() if v.meaning]
    claims += [("objective", o.meaning) for o in f.objectives if o.meaning]
    claims += [("assumptions", text) for text in f.assumptions]
    return claims + [("waived", w.why) for w in f.waived]


def _reads_tables(f: Formulation) -> bool:
    return any(p.from_ for p in f.parameters.values()) or any(s.from_ for s in f.sets.values())


def _waived_number(text: str) -> Fraction | str:
    found = quantities(text)
    return found[0].value if len(found) == 1 else text.casefold().strip()


def _locate(quote: str, text: str) -> tuple[int, int] | None:
    """Where a quote stands in the text, whatever its case and spaces."""
    words = [re.escape(word) for word in quote.split()]
    match = re.search(r"\s+".join(words), text, re.IGNORECASE) if words else None
    return None if match is None else match.span()


def _shown(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.6g}" if _terminates(value) else str(value)


def _short(text: str, around: int = 0, width: int = 120) -> str:
    text = re.sub(r"\s", " ", text)
    if len(text) <= width:
        return text
    start = max(0, min(around - width // 2, len(text) - width))
    before, after = "…" if start else "", "…" if start + width < len(text) else ""
    return f"{before}{text[start : start + width].strip()}{after}"
