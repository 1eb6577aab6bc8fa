"""Reading LP files: what CPLEX, Gurobi, SCIP and HiGHS write, quadratic parts, sets and indicators included.

Lazy constraints and user cuts are rows like others; `<` and `>` mean `<=` and `>=`. Products in brackets
count half only where `/ 2` follows. A column that only Bounds or a list of kinds mentions is one, with a
warning.
"""

from __future__ import annotations

__all__ = ["parse"]

import re
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from agentopt.compiling.arrays import Integrality
from agentopt.compiling.lp_words import OPERATORS, Expression, Words
from agentopt.compiling.model_file import Draft, Indicator, ModelFile, SpecialSet, fault
from agentopt.errors import FormulationError

_SECTIONS = {
    "objective": r"(?:maximi[sz]e|maximum|max|minimi[sz]e|minimum|min)(?=:?(?:\s|$))",
    "rows": r"(?:subject\s+to|such\s+that|s\.t\.|st\.?|lazy\s+constraints|user\s+cuts)(?=:?(?:\s|$))",
    "unread": r"(?:general\s+constraints?|gencons?|pwlobj|multi-objectives?|scenarios?)(?=\s|$)",
    "bounds": r"bounds?",
    "integer": r"(?:generals?|gen|integers?|int)",
    "binary": r"(?:binary|binaries|bin)",
    "semi": r"(?:semi-?continuous|semis?)",
    "sos": r"sos[12]?",
    "end": r"end",
}
_NO_OPERATOR = r"(?=\s|$)(?=[ \t\r]*(?:$|[^\s<>=:+*/^\[-]))"
_HEAD = re.compile(
    r"^[ \t]*(?:"
    + "|".join(
        f"(?P<{name}>{words}{'' if name in {'objective', 'rows', 'unread'} else _NO_OPERATOR})"
        for name, words in _SECTIONS.items()
    )
    + ")",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True)
class _Section:
    """A section: which of `_SECTIONS`, the words of its header, and where its text is."""

    kind: str
    head: str
    start: int
    stop: int


def parse(text: str, name: str) -> ModelFile:
    """What an LP file states.

    Args:
        text: the whole file.
        name: what messages call it.

    Raises:
        FormulationError: it is not legal; the message has the line.
    """
    if "\\" in text:
        text = re.sub(r"\\[^\n]*", "", text)
    reader = _Reader(Draft(name), text)
    return reader.file()


@dataclass
class _Reader:
    """Fills a draft from the sections of a file."""

    draft: Draft
    text: str
    costs: tuple[list[int], list[float]] = field(default_factory=lambda: ([], []))
    entries: tuple[list[int], list[int], list[float]] = field(default_factory=lambda: ([], [], []))
    lowered: set[int] = field(default_factory=set)

    def file(self) -> ModelFile:
        readers = {
            "objective": self.objective,
            "rows": self.rows,
            "bounds": self.bounds,
            "integer": self.kinds,
            "binary": self.kinds,
            "semi": self.kinds,
            "sos": self.special,
        }
        for section in self.sections():
            words = Words(self.draft.name, self.text, section.start, section.stop, self.draft.columns)
            readers[section.kind](section, words)
        draft = self.draft
        draft.cost, draft.entries = self.costs, self.entries
        for each in draft.indicators:
            kind = (draft.kinds[each.column], draft.lower[each.column], draft.upper[each.column])
            if kind != (Integrality.INTEGER, 0, 1):
                column, row = list(draft.columns)[each.column], list(draft.rows)[each.row]
                raise FormulationError(
                    f"`{draft.name}`: column `{column}`, the condition of row `{row}`, is not binary",
                    hint=f"list `{column}` under Binary",
                )
        return draft.file()

    def sections(self) -> list[_Section]:
        """The sections in order; a keyword counts as one only where it can be."""
        found: list[_Section] = []
        ended = False
        for match in _HEAD.finditer(self.text):
            kind = str(match.lastgroup)
            if not found and self.text[: match.start()].strip():
                break
            if (kind == "objective") != (not found):
                if found:
                    continue
                break
            if kind == "rows" and found[-1].kind not in {"objective", "rows"}:
                continue
            if found:
                found[-1] = _ended(found[-1], match.start())
            if kind == "end":
                ended = True
                break
            head = " ".join(match.group().lower().split())
            if kind == "unread":
                raise self.fault(
                    match.start(), f"section `{head}` is not read", hint="write it as an MPS file"
                )
            found.append(_Section(kind, head, match.end(), len(self.text)))
        if not found:
            first = len(self.text) - len(self.text.lstrip())
            shown = self.text[first : first + 40].split("\n")[0].strip()
            raise self.fault(
                first,
                f"an LP file begins with Minimize or Maximize, not `{shown}`",
                hint="is it an MPS file?",
            )
        if not ended:
            self.draft.warnings.append(f"`{self.draft.name}` has no End; it may not be whole")
        return found

    def fault(self, position: int, message: str, *, hint: str = "") -> FormulationError:
        line = self.text.count("\n", 0, position) + 1
        return fault(self.draft.name, line, message, hint=hint)

    # -- objective and rows ----------------------------------------------------------------------------------

    def objective(self, section: _Section, words: Words) -> None:
        draft = self.draft
        draft.sense = "maximize" if section.head.startswith("max") else "minimize"
        if words.peek() == ":":
            words.next()
        words.label()
        found = words.expression(draft.column)
        if words.peek():
            raise words.unexpected("+, - or `Subject To`")
        self.costs[0].extend(found.columns)
        self.costs[1].extend(found.values)
        draft.products += [(-1, *product) for product in found.products]
        if not np.isfinite(found.constant):
            raise self.fault(section.start, "the objective has an infinite constant")
        draft.offset += found.constant

    def rows(self, section: _Section, words: Words) -> None:
        if words.peek() == ":":
            words.next()
        while words.peek():
            place = words.place
            name = words.label() or self.free_name()
            if name in self.draft.rows:
                raise words.fault(f"row `{name}` is there already", place)
            left, operator = words.expression(self.draft.column), words.operator()
            condition = None
            if left.is_column() and operator == "=" and words.peek(1) == "->":
                condition = (left.columns[0], words.peek())
                if condition[1] not in {"0", "1"}:
                    raise words.unexpected("0 or 1")
                words.next()
                words.next()
                left, operator = words.expression(self.draft.column), words.operator()
            row = self.row(words, name, left, operator)
            if condition is not None:
                value: Literal[0, 1] = 1 if condition[1] == "1" else 0
                self.draft.indicators.append(Indicator(row, condition[0], value))

    def free_name(self) -> str:
        """A name for a row without one, as HiGHS and CPLEX count them."""
        number = len(self.draft.rows) + 1
        while f"c{number}" in self.draft.rows:
            number += 1
        return f"c{number}"

    def row(self, words: Words, name: str, left: Expression, operator: str) -> int:
        """The rest of a row, after its first operator."""
        draft = self.draft
        row = draft.row(name)
        if left.is_constant():
            body = words.expression(draft.column)
            self.side(row, _FLIPPED[operator], left.constant - body.constant)
            if words.peek() in OPERATORS:
                self.side(row, words.operator(), words.number() - body.constant)
        else:
            body = left
            self.side(row, operator, words.number() - body.constant)
        self.entries[0].extend([row] * len(body.columns))
        self.entries[1].extend(body.columns)
        self.entries[2].extend(body.values)
        draft.products += [(row, *product) for product in body.products]
        return row

    def side(self, row: int, operator: str, value: float) -> None:
        if operator in {"=", ">="}:
            self.draft.row_lower[row] = value
        if operator in {"=", "<="}:
            self.draft.row_upper[row] = value

    # -- bounds and kinds ------------------------------------------------------------------------------------

    def column(self, name: str) -> int:
        """The number of a column; one that neither objective nor rows have is new, with a warning."""
        if name not in self.draft.columns:
            self.draft.warnings.append(
                f"`{self.draft.name}`: column `{name}` is in neither the objective nor a row"
            )
        return self.draft.column(name)

    def bounds(self, section: _Section, words: Words) -> None:
        draft = self.draft
        while words.peek():
            # One after the other, not as sums: `x <= 4` may be followed by `-1 <= y`.
            if words.is_name():
                column = self.column(words.name())
                if words.peek().lower() == "free":
                    words.next()
                    self.bound(column, ">=", -np.inf)
                    self.bound(column, "<=", np.inf)
                    continue
            else:
                value, operator = words.number(), _FLIPPED[words.operator()]
                column = self.column(words.name())
                self.bound(column, operator, value)
                if words.peek() not in OPERATORS:
                    continue
            self.bound(column, words.operator(), words.number())
        for name, column in draft.columns.items():
            if draft.upper[column] < 0 and column not in self.lowered:
                draft.warnings.append(
                    f"`{draft.name}`: column `{name}` has a negative upper bound, and 0 as the lower one"
                )

    def bound(self, column: int, operator: str, value: float) -> None:
        if operator in {"=", ">="}:
            self.draft.lower[column] = value
            self.lowered.add(column)
        if operator in {"=", "<="}:
            self.draft.upper[column] = value

    def kinds(self, section: _Section, words: Words) -> None:
        draft = self.draft
        while words.peek():
            column = self.column(words.name())
            if section.kind == "binary":
                draft.kinds[column] = Integrality.INTEGER
                draft.lower[column], draft.upper[column] = 0.0, 1.0
            else:
                added = Integrality.INTEGER if section.kind == "integer" else Integrality.SEMICONTINUOUS
                both = {int(added), draft.kinds[column]} - {int(Integrality.CONTINUOUS)}
                draft.kinds[column] = both.pop() if len(both) == 1 else Integrality.SEMIINTEGER

    # -- special ordered sets --------------------------------------------------------------------------------

    def special(self, section: _Section, words: Words) -> None:
        """`name: S1:: x:1 y:2`, or `name: x:1 y:2` under a header that says which type."""
        while words.peek():
            place = words.place
            name = words.label() if words.peek(2) in {"S1", "S2", "s1", "s2"} or section.head != "sos" else ""
            kind = section.head[3:]
            if words.peek(1) == "::":
                kind = words.next()[1:]
                words.next()
            if kind not in {"1", "2"}:
                raise words.unexpected("`S1::` or `S2::`")
            members: list[tuple[float, int]] = []
            while words.peek(1) == ":" and words.peek(2) not in {"S1", "S2", "s1", "s2"}:
                if words.is_name(2):
                    break
                column = self.column(words.name())
                words.next()
                members.append((words.number(), column))
                while words.peek() == ",":
                    words.next()
            codes = [column for _, column in sorted(members, key=lambda member: member[0])]
            if len(set(codes)) < len(codes):
                raise words.fault("the set has a column twice", place)
            if not codes:
                raise words.unexpected("a member like `x:1`")
            name = name or f"set{len(self.draft.special) + 1}"
            self.draft.special.append(SpecialSet(name, 1 if kind == "1" else 2, np.array(codes)))


_FLIPPED = {"<=": ">=", ">=": "<=", "=": "="}


def _ended(section: _Section, stop: int) -> _Section:
    return _Section(section.kind, section.head, section.start, stop)
