"""Whole problems as people tell them, with their meaning; numbers and alternatives are drawn anew.

A bank of tellings is a text file. Tellings are parted by a line `====`, text and meaning by a line `----`:

    We bake {A:rye loaves} and {B:buns}. A {A:rye loaf} takes {fa=500} g of flour, a {B:bun} {fb=80} g;
    [[there are|we have]] {f=40} kg. There should be {w~more} buns than loaves, {m=20} buns at least ...
    ----
    max pa*A + pb*B
    fa*A + fb*B <= f
    w: B > A
    B >= m

`{A:words}` mentions a decision (a capital letter), `{name=written}` is a number, `{name~words}` a comparing
word that stands for a constraint without a number, `[[one|other]]` are alternatives. A constraint has a sum
of decisions, or of numbers times decisions, on its left; on its right a number, a number times a sum, a sum
(then it begins with its comparing word), or a sum and a number.
"""

from __future__ import annotations

__all__ = ["Telling", "Told", "draw_text", "parse_tellings", "read_tellings"]

import random
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Literal

from agentopt.assets import shipped
from agentopt.errors import UsageError
from agentopt.reader.reading import IMPLIED, Form, Relation
from agentopt.reader.tokens import tokenize
from agentopt.synthesis.mix.mapping import Meaning
from agentopt.synthesis.mix.marks import Book
from agentopt.synthesis.mix.plan import Part, PlanRow

Named = tuple[str, str, int]
"""A term: decision, name of its number (empty for none), sign."""

_MARK = re.compile(r"\{(?:([A-Z]):([^{}]+)|([a-z]\w*)=([^{}]+)|([a-z]\w*)~([^{}]+))\}")
_CHOICE = re.compile(r"\[\[((?:(?!\[\[|\]\]).)*)\]\]", re.DOTALL)
_LABEL = re.compile(r"([a-z]\w*):\s*(.+)")
_RELATION = re.compile(r"<=|>=|==|=|<|>")
_TERM = re.compile(r"([+-]?)\s*(?:([a-z]\w*)\s*\*\s*)?([A-Z])\s*(?=[+-]|$)")
_FACTOR = re.compile(r"([a-z]\w*)\s*\*\s*(?:\(([^()]+)\)|([A-Z]))")
_NUMBER = re.compile(r"[a-z]\w*")
_SUM_AND_NUMBER = re.compile(r"(?:([a-z]\w*)\s*\+\s*([^a-z]+)|([^a-z]+)\+\s*([a-z]\w*))")
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_PERCENT = re.compile(r"\s?%|\s(?:percent|per cent|pct)\b")
_RELATIONS: dict[str, Relation] = {"<=": "<=", "<": "<=", ">=": ">=", ">": ">=", "=": "==", "==": "=="}


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A constraint in names: see `agentopt.reader.reading.Row`; `name` is of its number or comparing word."""

    form: Form
    left: tuple[Named, ...]
    relation: Relation
    name: str
    right: tuple[Named, ...]
    strict: bool


@dataclass(frozen=True, slots=True)
class Telling:
    """A problem as told.

    Attributes:
        place: file and number, for messages.
        text: with its marks and alternatives.
        decisions: their letters.
        sense: the direction of the objective.
        objective: its terms.
        rows: the constraints.
    """

    place: str
    text: str
    decisions: tuple[str, ...]
    sense: Literal["min", "max"]
    objective: tuple[Named, ...]
    rows: tuple[ToldRow, ...]

    @property
    def difficulty(self) -> int:
        """1 to 5, by decisions and constraints."""
        return max(1, min(5, (len(self.decisions) + len(self.rows) - 2) // 2))


@lru_cache(maxsize=4)
def read_tellings(folder: Path | None = None) -> tuple[Telling, ...]:
    """The tellings of a folder of banks, by default the shipped ones.

    Raises:
        UsageError: one of them has a fault.
    """
    root = (folder or shipped("datasets") / "synthesis") / "tellings"
    return tuple(each for path in sorted(root.glob("*.txt")) for each in parse_tellings(path))


def parse_tellings(path: Path) -> list[Telling]:
    """The tellings of a file.

    Raises:
        UsageError: every fault, a line each.
    """
    found, faults = list[Telling](), list[str]()
    for at, piece in enumerate(
        re.split(r"^====+\s*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE), 1
    ):
        if not piece.strip():
            continue
        try:
            found.append(_telling(f"{path.name}: telling {at}", piece))
        except ValueError as error:
            faults.append(f"{path.name}: telling {at} ({piece.strip()[:40]!r}…): {error}")
    if faults:
        raise UsageError("\n".join(faults), hint="python -m agentopt.synthesis.check FILE")
    return found


def _telling(place: str, piece: str) -> Telling:
    parts = re.split(r"^----+\s*$", piece, flags=re.MULTILINE)
    if len(parts) != 2:
        raise ValueError("one line `----` is expected between text and meaning")
    text = parts[0].strip()
    left_over = _MARK.sub("", text)
    if fault := re.search(r"[{}]", left_over):
        raise ValueError(
            f"a mark is not understood near {left_over[max(0, fault.start() - 20) : fault.end() + 20]!r}"
        )
    goal, *lines = [line.strip() for line in parts[1].splitlines() if line.strip()]
    if not (told := re.fullmatch(r"(max|min)\s+(.+)", goal)):
        raise ValueError(f"the first line of the meaning is `max …` or `min …`, not {goal!r}")
    sense: Literal["min", "max"] = "max" if told[1] == "max" else "min"
    telling = Telling(
        place,
        text,
        tuple(sorted({mark[1] for mark in _MARK.finditer(text) if mark[1]})),
        sense,
        _terms(told[2]),
        tuple(_row(line) for line in lines),
    )
    _check_names(telling)
    return telling


def _check_names(telling: Telling) -> None:
    """Every name of the meaning is in the text and the other way round."""
    marks = list(_MARK.finditer(telling.text))
    written = {mark[3] or mark[5] for mark in marks if not mark[1]}
    terms = [*telling.objective, *(term for row in telling.rows for term in (*row.left, *row.right))]
    meant = {name for _, name, _ in terms if name} | {row.name for row in telling.rows}
    decided = {decision for decision, _, _ in terms}
    for missing in sorted(meant - written):
        raise ValueError(f"`{missing}` is in the meaning, but not in the text")
    for idle in sorted(written - meant):
        raise ValueError(
            f"`{idle}` is marked in the text, but not in the meaning; leave idle numbers unmarked"
        )
    if len(telling.decisions) < 2 or decided - set(telling.decisions):
        raise ValueError("two decisions at least are expected, each mentioned in the text as {A:…}")


def _row(line: str) -> ToldRow:
    label = _LABEL.fullmatch(line)
    name, rest = (label[1], label[2]) if label else ("", line)
    relation = _RELATION.search(rest)
    if relation is None:
        raise ValueError(f"{line!r} has no <=, >=, =, < or >")
    left, right = _terms(rest[: relation.start()]), rest[relation.end() :].strip()
    kind, strict = _RELATIONS[relation.group()], relation.group() in "<>"
    if not name and _NUMBER.fullmatch(right):
        return ToldRow("limit", left, kind, right, (), strict)
    if not name and (found := _FACTOR.fullmatch(right)):
        return ToldRow("ratio", left, kind, found[1], _terms(found[2] or found[3]), strict)
    if not name and (found := _SUM_AND_NUMBER.fullmatch(right)):
        return ToldRow("difference", left, kind, found[1] or found[4], _terms(found[2] or found[3]), strict)
    if name:
        return ToldRow("ratio", left, kind, name, _terms(right), strict)
    raise ValueError(
        f"the right side of {line!r} is no number, number*(sum), sum + number or, after `word:`, sum"
    )


def _terms(text: str) -> tuple[Named, ...]:
    found, at = list[Named](), 0
    text = text.strip()
    while at < len(text):
        term = _TERM.match(text, at)
        if term is None:
            raise ValueError(f"{text!r} is no sum of decisions or of number*decision")
        found.append((term[3], term[2] or "", -1 if term[1] == "-" else 1))
        at = term.end()
    if not found:
        raise ValueError("a sum is empty")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Told:
    """A text drawn from a telling, with its marks, and what it says."""

    marked: str
    meaning: Meaning


def draw_text(telling: Telling, rng: random.Random, *, as_written: bool = False) -> Told:
    """A text of a telling, with alternatives and most numbers drawn anew unless it is to stay as written.

    Raises:
        ValueError: what is marked as a number is none, or one name has two values.
    """
    text = telling.text
    while choice := _CHOICE.search(text):
        options = choice[1].split("|")
        text = (
            text[: choice.start()]
            + (options[0] if as_written else rng.choice(options))
            + text[choice.end() :]
        )
    book, keys, parts, last = Book(), dict[str, int](), list[str](), 0
    words = {row.name: at for at, row in enumerate(telling.rows)}
    for mark in _MARK.finditer(text):
        parts.append(text[last : mark.start()])
        last = mark.end()
        if mark[1]:
            parts.append(book.mark("decision", telling.decisions.index(mark[1]), mark[2]))
        elif mark[3]:
            if mark[3] in keys:
                raise ValueError(f"`{mark[3]}` is written twice")
            is_share = text[last : last + 2].strip()[:1] == "%" or text[last:].startswith(
                (" percent", " per cent")
            )
            written = mark[4] if as_written else _redrawn(mark[4], rng, is_share=is_share)
            keys[mark[3]] = book.key(_value(written))
            parts.append(book.mark("number", keys[mark[3]], written))
        else:
            parts.append(book.mark("anchor", words[mark[5]], mark[6]))
    parts.append(text[last:])
    missing = {row.name for row in telling.rows if not _is_word(telling, row.name)} - keys.keys()
    if missing:
        raise ValueError(f"`{sorted(missing)[0]}` is not in every alternative")

    def resolved(terms: tuple[Named, ...]) -> list[Part]:
        return [
            (telling.decisions.index(d), keys[name] if name else IMPLIED, sign) for d, name, sign in terms
        ]

    rows = [
        PlanRow(
            row.form,
            resolved(row.left),
            row.relation,
            keys.get(row.name, IMPLIED),
            resolved(row.right),
            row.strict,
        )
        for row in telling.rows
    ]
    count = len(telling.decisions)
    return Told("".join(parts), Meaning(book, count, telling.sense, resolved(telling.objective), rows))


def _is_word(telling: Telling, name: str) -> bool:
    return f"{{{name}~" in telling.text


def _value(written: str) -> Fraction:
    numbers = [token for token in tokenize(written) if token.is_number]
    if len(numbers) != 1 or numbers[0].value is None:
        raise ValueError(f"{written!r} is not one number")
    return numbers[0].value


def _redrawn(written: str, rng: random.Random, *, is_share: bool) -> str:
    """Another number written like this one; words stay as they are."""
    if not _DIGITS.fullmatch(written) or rng.random() < 0.08:
        return written
    places = len(written.partition(".")[2])
    digits = written.replace(",", "")
    trailing = 0 if places else len(digits) - len(digits.rstrip("0"))
    step = (
        Fraction(10) ** (trailing - places)
        if rng.random() < 0.6 or not trailing
        else Fraction(10**trailing, 2)
    )
    low, high = (0.4, 2.2) if Fraction(digits) >= 10 or places else (0.5, 3.0)
    value = step * max(1, round(float(Fraction(digits) / step) * rng.uniform(low, high)))
    if is_share:
        value = min(value, Fraction(95))
    text = f"{float(value):.{places}f}"
    return f"{float(value):,.{places}f}" if "," in written else text
