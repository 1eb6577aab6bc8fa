"""From a sheet to its formulation and account.

Where every number is a token and no unit stands in a heading alone, the sheet is a `Mix` and is formulated as any
other; else it is formulated here, with the places of attached cells in the account.
"""

# ruff: noqa: E501  # a pattern stays on one line
from __future__ import annotations

__all__ = ["numbers_of", "understood"]

import re
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from agentopt.formulation.elements import (
    Constraint,
    Formulation,
    IndexSet,
    Objective,
    Parameter,
    Role,
    Variable,
)
from agentopt.reader.families.mix.sheet import Attribute, Line, Number, Sheet
from agentopt.reader.families.naming import plain_number
from agentopt.reader.formulating import understanding
from agentopt.reader.measures import factor
from agentopt.reader.naming import identifier, label, unique
from agentopt.reader.program import Program, optimum, program, same
from agentopt.reader.reading import IMPLIED, Decision, Mix, Row, Term
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Account, Understanding
from agentopt.reader.wholeness import are_whole


def understood(sheet: Sheet, text: str, tokens: tuple[Token, ...]) -> Understanding | None:
    """What a sheet means; None when no best plan exists, which then was not meant."""
    mix = _mix(sheet)
    whole = are_whole(mix, tokens) and not _is_measured(text, sheet)
    stated = numbers_of(sheet, whole=whole)
    status, value = optimum(stated)
    if status != "optimal" or abs(value) < 1e-9:
        return None
    alike = whole == are_whole(mix, tokens) and all(sheet.places)
    if alike and _is_written(sheet) and same(program(mix, tokens, whole=whole), stated):
        found = understanding(mix, text, tokens)
        account = (*found.account, *(Account(at, words) for at, words in sheet.no_data.items()))
        in_order = tuple(sorted(account, key=lambda each: each.token))
        doubts = (*sheet.doubts, *found.doubts)
        assumed = [*found.formulation.assumptions, *sheet.doubts]
        formulation = found.formulation.model_copy(update={"assumptions": assumed})
        return Understanding("mix", formulation, in_order, doubts)
    return _Writing(sheet, text, tokens, whole=whole).run()


_MEASURED = re.compile(
    r"how (?:many|much) (?:\w+ )?(?:kg|kilos?|kilograms?|grams?|tons?|tonnes?|lit(?:er|re)s?|gallons?|acres?|hectares?|"
    r"pounds?|ounces?|barrels?|hours?|money|of (?:his|her|my|our|their) money|to invest)\b"
    r"|number of (?:kg|kilograms|grams|tons|tonnes|lit(?:er|re)s|gallons|acres|hectares|pounds|hours) (?:of|per)"
    r"|fractions? (?:is|are) (?:fine|ok|allowed)|\bblend(?:s|ed|ing)?\b|\binvest(?:s|ed|ing|ment)?\b|\bacres\b|\bhectares\b|\bdiet\b|\bper 100 ?g\b|\bfeed\b"
)


def _is_measured(text: str, sheet: Sheet) -> bool:
    """Whether amounts are in a measure that can be split, by what is asked for."""
    said = text.lower()
    if re.search(r"\bwhole\b|\binteger", said):
        return False
    return bool(_MEASURED.search(said))


def _is_written(sheet: Sheet) -> bool:
    """Whether every number is a token of the text."""
    attributes = [each for each, _ in sheet.goal] + [line.attribute for line in sheet.lines]
    numbers = [number for each in attributes if each for number in each.numbers.values()]
    numbers += [line.number for line in sheet.lines if line.number]
    return all(number.token != IMPLIED for number in numbers)


def _mix(sheet: Sheet) -> Mix:
    decisions = tuple(Decision(*each) for each in zip(sheet.names, sheet.places, strict=True))
    goal = [
        Term(at, number.token, sign) for each, sign in sheet.goal for at, number in _terms(sheet, each, ())
    ]
    rows = tuple(
        Row(
            line.form,
            tuple(Term(at, number.token) for at, number in _terms(sheet, line.attribute, line.decisions)),
            line.relation,
            IMPLIED if line.number is None else line.number.token,
            tuple(Term(at) for at in line.right),
            line.strict,
            line.anchor,
        )
        for line in sheet.lines
    )
    return Mix(decisions, sheet.sense, tuple(goal), rows)


def _terms(sheet: Sheet, attribute: Attribute | None, only: Sequence[int]) -> list[tuple[int, Number]]:
    chosen = only or range(len(sheet.names))
    if attribute is None:
        return [(at, Number(Fraction(1))) for at in chosen]
    return [(at, attribute.numbers[at]) for at in chosen if at in attribute.numbers]


def _limit(line: Line) -> Fraction:
    """The number of a line in the unit of what it limits."""
    if line.number is None:
        return Fraction(line.form == "ratio")
    unit = line.attribute.unit if line.attribute is not None and line.form == "limit" else None
    return line.number.value * factor(line.number.unit, unit)


def numbers_of(sheet: Sheet, *, whole: bool) -> Program:
    """The sheet as a linear program; strict limits as they are written, equality included."""
    size = len(sheet.names)

    def vector(attribute: Attribute | None, only: Sequence[int]) -> np.ndarray:
        found = np.zeros(size)
        for at in only:
            found[at] = 1.0 if attribute is None else float(attribute.amount(at))
        return found

    goal = sum((sign * vector(each, range(size)) for each, sign in sheet.goal), np.zeros(size))
    matrix, limits = np.zeros((len(sheet.lines), size)), np.zeros(len(sheet.lines))
    for at, line in enumerate(sheet.lines):
        matrix[at] = vector(line.attribute, line.decisions)
        if line.form == "ratio":
            matrix[at] -= float(_limit(line)) * vector(None, line.right)
            continue
        limits[at] = float(_limit(line))
        if line.form == "difference":
            matrix[at] -= vector(None, line.right)
    return Program(sheet.sense, goal, matrix, tuple(line.relation for line in sheet.lines), limits, whole)


class _Writing:
    """One formulation in the making, with a parameter for every attribute and every limit."""

    def __init__(self, sheet: Sheet, text: str, tokens: Sequence[Token], *, whole: bool) -> None:
        self.sheet, self.text, self.tokens, self.whole = sheet, text, tokens, whole
        self.labels: list[str] = []
        for name in sheet.names:
            self.labels.append(unique(label(name), self.labels))
        self.parameters: dict[str, Parameter] = {}
        self.named: dict[int, str] = {}
        self.written: dict[int, str] = dict(sheet.no_data)
        self.placed: dict[str, str] = {}
        self.doubts = list(sheet.doubts)

    def run(self) -> Understanding:
        sheet = self.sheet
        total = " ".join(
            ("- " if sign < 0 else "+ ") + self._sum(each, range(len(self.labels)), self._worth(sign))
            for each, sign in sheet.goal
        ).removeprefix("+ ")
        constraints: dict[str, Constraint] = {}
        for line in sheet.lines:
            name, constraint = self._line(line)
            constraints[unique(name, constraints)] = constraint
        formulation = Formulation(
            title=f"How much of {', '.join(self.labels)}",
            sets={"CHOICES": IndexSet(elements=list(self.labels), meaning="what there is to decide on")},
            parameters=self.parameters,
            variables={
                "amount": Variable(
                    over=["CHOICES"],
                    domain="integer" if self.whole else "real",
                    meaning="how much of each",
                )
            },
            objective=Objective(**{sheet.sense: total}),
            constraints=constraints,
            assumptions=[
                "Amounts are whole numbers." if self.whole else "Amounts need not be whole numbers.",
                *self.doubts,
            ],
        )
        account = [Account(at, words) for at, words in sorted(self.written.items())]
        account += [Account(-1, words, place) for place, words in self.placed.items()]
        return Understanding("mix", formulation, tuple(account), tuple(self.doubts))

    def _worth(self, sign: int) -> Role:
        return Role.REWARD if (self.sheet.sense == "maximize") == (sign > 0) else Role.COST

    def _sum(self, attribute: Attribute | None, over: Sequence[int], role: Role) -> str:
        """The sum of amounts, or of an attribute, over some of the decisions."""
        everything = len(over) == len(self.labels)
        if attribute is None:
            if everything:
                return "sum(amount[c] for c in CHOICES)"
            return " + ".join(f"amount[{self.labels[at]!r}]" for at in over)
        name = self._parameter(attribute, role)
        if everything:
            return f"sum({name}[c]*amount[c] for c in CHOICES)"
        return " + ".join(f"{name}[{self.labels[at]!r}]*amount[{self.labels[at]!r}]" for at in over)

    def _parameter(self, attribute: Attribute, role: Role) -> str:
        if id(attribute) in self.named:
            return self.named[id(attribute)]
        name = unique(identifier(attribute.words, "use"), [*self.parameters, "amount", "sum"])
        self.named[id(attribute)] = name
        for at, number in attribute.numbers.items():
            self._note(number, f"{name.replace('_', ' ')} of {self.labels[at]}")
        self.parameters[name] = Parameter(
            over=["CHOICES"],
            values={self.labels[at]: plain_number(attribute.amount(at)) for at in sorted(attribute.numbers)},
            unit=None if attribute.unit is None else attribute.unit.word,
            role=role,
            default=0 if len(attribute.numbers) < len(self.labels) else None,
        )
        return name

    def _line(self, line: Line) -> tuple[str, Constraint]:
        about = line.attribute.words if line.attribute else self._names(line.decisions)
        left = self._sum(line.attribute, line.decisions, Role.RATE)
        slack = ""
        if line.strict:
            counted = line.attribute is None and (line.number is None or line.number.value.denominator == 1)
            if self.whole and counted and line.form != "ratio":
                slack = " + 1" if line.relation == ">=" else " - 1"
            else:
                self.doubts.append(f"The limit on {about} may be reached.")
        name = identifier(about, "limit")
        number = self._number(line, about)
        if line.form == "limit":
            that = f"{left} {line.relation} {number}{slack}"
        else:
            right = self._sum(None, line.right, Role.DATA)
            if line.form == "difference":
                that = f"{left} {line.relation} {right} + {number}{slack}"
            else:
                that = (
                    f"{left} {line.relation} " + (right if number == "1" else f"{number}*({right})") + slack
                )
        return f"{name}_limit", Constraint(that=that, because=line.because or self._sentence(line.anchor))

    def _number(self, line: Line, about: str) -> str:
        if line.number is None:
            return "1" if line.form == "ratio" else "0"
        kind = {"<=": "most", ">=": "least", "==": "exact"}[line.relation]
        role = {"<=": Role.CAPACITY, ">=": Role.REQUIREMENT, "==": Role.DATA}[line.relation]
        if line.form != "limit":
            kind, role = line.form, Role.RATIO if line.form == "ratio" else Role.DATA
        elif line.attribute is None and len(line.decisions) == 1:
            role = Role.BOUND
        self._note(
            line.number,
            f"{ {'most': 'at most', 'least': 'at least', 'exact': 'exactly'}.get(kind, kind) }, on {about}",
        )
        name = unique(identifier(f"{about} {kind}", "limit"), self.parameters)
        unit = line.attribute.unit if line.attribute and line.form == "limit" else line.number.unit
        self.parameters[name] = Parameter(
            value=plain_number(_limit(line)),
            unit=None if unit is None or line.form == "ratio" else unit.word,
            role=role,
            quote=self._quote(line.number.token) or None,
        )
        return name

    def _note(self, number: Number, words: str) -> None:
        if number.token != IMPLIED:
            self.written.setdefault(number.token, words)
        if number.place:
            self.placed.setdefault(number.place, words)

    def _names(self, decisions: Sequence[int]) -> str:
        if len(decisions) == len(self.labels):
            return "the total"
        return " and ".join(self.labels[at] for at in decisions)

    def _quote(self, at: int) -> str:
        if at < 0:
            return ""
        here = self.tokens[at].sentence
        span = [t for t in self.tokens[max(0, at - 3) : at + 4] if t.sentence == here and t.text not in ".?!"]
        return self.text[span[0].start : span[-1].end]

    def _sentence(self, at: int) -> str:
        if at < 0:
            return ""
        here = self.tokens[at].sentence
        span = [token for token in self.tokens if token.sentence == here]
        return " ".join(self.text[span[0].start : span[-1].end].split())
