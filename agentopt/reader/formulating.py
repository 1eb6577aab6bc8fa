"""From a reading of a one-period problem to its formulation, with an account of every number.

What the words leave open is settled here, the same for both readers: decisions that are counted are whole,
amounts in kilograms or dollars are not; minutes against hours are converted; "more than" between counted
things means at least one more.
"""

from __future__ import annotations

__all__ = ["understanding"]

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from agentopt.formulation.elements import (
    Constraint,
    Formulation,
    IndexSet,
    Objective,
    Parameter,
    Role,
    Variable,
    Waiver,
)
from agentopt.reader.measures import common, conversion, measure, measures, scales
from agentopt.reader.naming import identifier, label, quantity, unique
from agentopt.reader.reading import IMPLIED, Mix, Row, Term
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Account, Understanding
from agentopt.reader.wholeness import are_whole

_RELATIONS = {"<=": "at most", ">=": "at least", "==": "exactly"}


def understanding(mix: Mix, text: str, tokens: Sequence[Token]) -> Understanding:
    """The formulation a reading states.

    Args:
        mix: the reading.
        text: the problem.
        tokens: of the text, which the reading refers to.
    """
    return _Writing(mix, text, tokens).run()


class _Writing:
    """One formulation in the making."""

    def __init__(self, mix: Mix, text: str, tokens: Sequence[Token]) -> None:
        self.mix, self.text, self.tokens = mix, text, tokens
        self.labels: list[str] = []
        for decision in mix.decisions:
            self.labels.append(unique(label(decision.name), self.labels))
        self.whole = are_whole(mix, tokens)
        self.parameters: dict[str, Parameter] = {}
        self.constraints: dict[str, Constraint] = {}
        self.account: dict[int, str] = {}
        self.doubts: list[str] = []
        self.waived: list[Waiver] = []
        self.scalars: dict[int, str] = {}
        self.tables: dict[tuple[tuple[int, int, int], ...], str] = {}

    def run(self) -> Understanding:
        objective = self._objective()
        for row in self.mix.rows:
            self._row(row)
        domain: Literal["integer", "real"] = "integer" if self.whole else "real"
        formulation = Formulation(
            title=f"How much of {_listed(self.labels)}",
            sets={"CHOICES": IndexSet(elements=list(self.labels), meaning="what there is to decide on")},
            parameters=self.parameters,
            variables={"amount": Variable(over=["CHOICES"], domain=domain, meaning="how much of each")},
            objective=objective,
            constraints=self.constraints,
            assumptions=[
                "Amounts are whole numbers." if self.whole else "Amounts need not be whole numbers.",
                *self.doubts,
            ],
            waived=self.waived,
        )
        account = tuple(Account(at, words) for at, words in sorted(self.account.items()))
        return Understanding("mix", formulation, account, tuple(self.doubts))

    def _objective(self) -> Objective | None:
        terms, sense = self.mix.objective, self.mix.sense
        if not terms:
            return None
        if all(term.token == IMPLIED for term in terms):
            expression, unit, meaning = self._total(terms), None, "number in all"
        else:
            parts, unit, meaning = [], None, ""
            for sign in (1, -1):
                chosen = tuple(term for term in terms if term.sign == sign and term.token != IMPLIED)
                if not chosen:
                    continue
                role = Role.REWARD if (sense == "maximize") == (sign > 0) else Role.COST
                name = self._table(chosen, role, self._goal_name(chosen, sign))
                unit, meaning = self.parameters[name].unit, name.replace("_", " ")
                parts.append(("- " if sign < 0 else "") + self._weighted(name))
            expression = " ".join(parts)
        if sense == "minimize":
            return Objective(minimize=expression, unit=unit, meaning=meaning)
        return Objective(maximize=expression, unit=unit, meaning=meaning)

    def _goal_name(self, terms: Sequence[Term], sign: int) -> str:
        """What the objective adds up: a word of the genre near the numbers, or their noun."""
        words = r"profit|revenue|return|earning|income|wage|salary|cost|price|fee|pay|expense"
        for term in terms:
            token = self.tokens[term.token]
            near = self.text[max(0, token.start - 60) : token.end + 40].lower()
            found = re.search(words, near)
            if found and measure(self.tokens, term.token) is not None:
                return identifier(found.group(), "goal")
        unit, noun = quantity(self.tokens, terms[0].token)
        goal = re.search(
            r"(?:maximi[sz]|minimi[sz]|reduc|decreas|increas)\w*\s+(?:its|the|their|his|her|my|our)?\s*"
            r"(?:overall |total )?(?:number of |amount of |quantity of )?([a-z]+)",
            self.text.lower(),
        )
        fallback = "deducted" if sign < 0 else (goal.group(1) if goal else "gain")
        return identifier(noun if noun and unit else fallback, "goal")

    def _row(self, row: Row) -> None:
        left, right, note = self._sides(row)
        relation = row.relation
        slack = self._strictness(row)
        if row.form == "limit":
            scale = conversion(self.tokens, row)
            number = self._number(row) if scale == 1 else f"{_text(scale)}*{self._number(row)}"
            that = f"{left} {relation} {number}{slack}"
        elif row.form == "ratio":
            that = self._ratio(row, left, right, relation, slack)
        else:
            that = f"{left} {relation} {right} + {self._number(row)}{slack}"
        name = unique(identifier(note, "limit"), self.constraints)
        self.constraints[name] = Constraint(that=that, because=self._sentence(row.anchor))

    def _sides(self, row: Row) -> tuple[str, str, str]:
        """Both sides as expressions, and what the row is about, in words."""
        words = _RELATIONS[row.relation]
        weighted = tuple(term for term in row.left if term.token != IMPLIED)
        if weighted:
            role = Role.RATE
            name = self._table(row.left, role, self._attribute(row))
            left, about = self._weighted(name), name.replace("_", " ")
        else:
            left, about = self._total(row.left), self._names(row.left)
        right = self._total(row.right) if row.right else ""
        if row.token != IMPLIED:
            said = {
                "limit": f"{words}, on {about}",
                "ratio": f"{about}: {words} so many times {self._names(row.right)}",
                "difference": f"{about}: {words} so much more than {self._names(row.right)}",
            }[row.form]
            self.account[row.token] = said
        note = f"{about} {'limit' if row.form == 'limit' else 'against ' + self._names(row.right)}"
        return left, right, note

    def _attribute(self, row: Row) -> str:
        """What a weighted row adds up, from the nouns of its limit or of its coefficients."""
        for at in (row.token, *(term.token for term in row.left)):
            if at == IMPLIED:
                continue
            unit, noun = quantity(self.tokens, at)
            found = measure(self.tokens, at)
            if noun and unit:
                return identifier(noun, "use")
            if found is not None and found.kind == "money":
                return "money"
            if noun:
                return identifier(noun.removeprefix(found.word) if found else noun, "use")
        return "use"

    def _names(self, terms: Sequence[Term]) -> str:
        named = {term.decision for term in terms}
        if len(named) == len(self.labels) and len(named) > 1:
            return "the total"
        return _listed([self.labels[each] for each in sorted(named)])

    def _table(self, terms: Sequence[Term], role: Role, name: str) -> str:
        """The parameter with the coefficients of terms, shared by all that use the same ones."""
        key = tuple((term.decision, term.token, 0) for term in terms)
        if key in self.tables:
            return self.tables[key]
        name = unique(name, self.parameters)
        numbers = [term.token for term in terms if term.token != IMPLIED]
        scale = scales(self.tokens, numbers)
        unit = common(list(measures(self.tokens, numbers).values()))
        values: dict[str, int | float] = {}
        for term in terms:
            value = Fraction(1) if term.token == IMPLIED else self._value(term.token)
            if term.token != IMPLIED:
                value *= scale[term.token]
                shared = [self.labels[t.decision] for t in terms if t.token == term.token]
                self.account.setdefault(term.token, f"{name.replace('_', ' ')} of {_listed(shared)}")
            values[self.labels[term.decision]] = _plain(value)
        self.parameters[name] = Parameter(
            over=["CHOICES"],
            values=dict(values),
            unit=None if unit is None else unit.word,
            role=role,
            default=0 if len(values) < len(self.labels) else None,
        )
        self.tables[key] = name
        return name

    def _value(self, at: int) -> Fraction:
        value = self.tokens[at].value
        assert value is not None, "a reading names number tokens"
        return value

    def _number(self, row: Row) -> str:
        """The parameter that holds a row's number."""
        if row.token == IMPLIED:
            return "0"
        if row.token in self.scalars:
            return self.scalars[row.token]
        role = {"<=": Role.CAPACITY, ">=": Role.REQUIREMENT, "==": Role.DATA}[row.relation]
        if row.form != "limit":
            role = Role.RATIO if row.form == "ratio" else Role.DATA
        elif len(row.left) == 1 and row.left[0].token == IMPLIED:
            role = Role.BOUND
        about = self._attribute(row) if any(t.token != IMPLIED for t in row.left) else self._names(row.left)
        suffix = {"limit": {"<=": "most", ">=": "least", "==": "exact"}[row.relation]}.get(row.form, row.form)
        name = unique(identifier(f"{about} {suffix}", "limit"), self.parameters)
        unit = measure(self.tokens, row.token)
        self.parameters[name] = Parameter(
            value=_plain(self._value(row.token)),
            unit=None if unit is None or row.form == "ratio" else unit.word,
            role=role,
            quote=self._quote(row.token),
        )
        self.scalars[row.token] = name
        return name

    def _ratio(self, row: Row, left: str, right: str, relation: str, slack: str) -> str:
        """A share or multiple; thirds are multiplied out, since no binary number is a third."""
        if row.token == IMPLIED:
            return f"{left} {relation} {right}{slack}"
        scale = conversion(self.tokens, row)
        value = self._value(row.token) * scale
        if Fraction(str(float(value))) != value:
            self.waived.append(
                Waiver(number=self.tokens[row.token].text, why=f"stands as {value}, multiplied out")
            )
            return f"{_times(value.denominator, left)} {relation} {_times(value.numerator, right)}{slack}"
        number = self._number(row) if scale == 1 else f"{_text(scale)}*{self._number(row)}"
        return f"{left} {relation} {_times(number, right)}{slack}"

    def _strictness(self, row: Row) -> str:
        """What a strict wording adds: one, between whole numbers."""
        if not row.strict or row.relation == "==":
            return ""
        counted = all(term.token == IMPLIED for term in (*row.left, *row.right))
        number = Fraction(1) if row.token == IMPLIED else self._value(row.token)
        if self.whole and counted and number.denominator == 1:
            return " + 1" if row.relation == ">=" else " - 1"
        self.doubts.append(
            f"“{self._quote(row.anchor)}” is read as {_RELATIONS[row.relation]}: equal is allowed."
        )
        return ""

    def _weighted(self, name: str) -> str:
        return f"sum({name}[c]*amount[c] for c in CHOICES)"

    def _total(self, terms: Sequence[Term]) -> str:
        named = sorted({term.decision for term in terms})
        if len(named) == len(self.labels) and len(named) > 1:
            return "sum(amount[c] for c in CHOICES)"
        return " + ".join(f"amount[{self.labels[each]!r}]" for each in named)

    def _quote(self, at: int) -> str:
        """The words around a token: from two before it to three after, within its sentence."""
        if at < 0:
            return ""
        here = self.tokens[at].sentence
        span = [t for t in self.tokens[max(0, at - 3) : at + 4] if t.sentence == here and t.text not in ".?!"]
        return self.text[span[0].start : span[-1].end]

    def _sentence(self, at: int) -> str:
        """The sentence of a token."""
        if at < 0:
            return ""
        here = self.tokens[at].sentence
        span = [token for token in self.tokens if token.sentence == here]
        return " ".join(self.text[span[0].start : span[-1].end].split())


def _times(number: int | str, expression: str) -> str:
    """A product, with brackets around a sum."""
    if number == 1:
        return expression
    return f"{number}*({expression})" if " + " in expression else f"{number}*{expression}"


def _plain(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _text(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
