"""What the sections of an MPS file mean.

A file is read as free MPS; one that is not legal as such, but keeps the columns of fixed MPS, is read as
fixed (names may then hold blanks). Where solvers differ, the common rule holds:
- integer columns between markers that BOUNDS does not mention are 0 or 1;
- a negative UP bound where the lower bound is 0 and not given takes the lower bound away, with a warning;
- a RHS entry of the objective is subtracted from it;
- only the first set of RHS, RANGES and BOUNDS is used, with a warning;
- QUADOBJ and QSECTION give one triangle of Q in x'Qx/2, QMATRIX all of it; QCMATRIX gives all of Q in x'Qx.
"""

from __future__ import annotations

__all__ = ["parse"]

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from agentopt.compiling.arrays import Indices, Integrality
from agentopt.compiling.model_file import Draft, ModelFile
from agentopt.compiling.mps_lines import SENSES, Lines, Section, fields, is_fixed
from agentopt.compiling.mps_sets import indicators, special_sets
from agentopt.errors import FormulationError, nearest

_WITH_VALUE = frozenset(["LO", "UP", "FX", "LI", "UI", "SC", "SI"])
_WITHOUT_VALUE = frozenset(["FR", "MI", "PL", "BV"])
_DISCRETE = (Integrality.INTEGER, Integrality.SEMIINTEGER)


def parse(text: str, name: str) -> ModelFile:
    """What an MPS file states.

    Args:
        text: the whole file.
        name: what messages call it.

    Raises:
        FormulationError: it is not legal MPS; the message has the line.
    """
    lines = text.split("\n")
    try:
        return _Reader(Draft(name), Lines(name, lines, str.split)).file()
    except FormulationError as error:
        if not is_fixed(lines):
            raise
        try:
            return _Reader(Draft(name), Lines(name, lines, fields)).file()
        except FormulationError:
            raise error from None


@dataclass
class _Reader:
    """Fills a draft from the sections of a file."""

    draft: Draft
    lines: Lines
    objective: str = ""
    ignored: set[str] = field(default_factory=set)
    used_sets: dict[str, str] = field(default_factory=dict)
    marked: set[int] = field(default_factory=set)
    bounded: set[int] = field(default_factory=set)

    def file(self) -> ModelFile:
        readers = self.readers()
        sections = self.lines.sections(list(readers))
        for keyword, read in readers.items():
            for section in sections:
                if section.keyword == keyword:
                    read(section)
        for code in self.marked - self.bounded:
            self.draft.upper[code] = 1.0
        return self.draft.file()

    def readers(self) -> dict[str, Callable[[Section], None]]:
        """What reads each section, in the order they need each other."""
        return {
            "NAME": lambda _: None,
            "OBJSENSE": self.objsense,
            "OBJNAME": self.objname,
            "ROWS": self.rows,
            "COLUMNS": self.columns,
            "RHS": self.rhs,
            "RANGES": self.ranges,
            "BOUNDS": self.bounds,
            "QUADOBJ": self.triangle,
            "QSECTION": self.triangle,
            "QMATRIX": self.whole,
            "QCMATRIX": self.whole,
            "SOS": lambda section: special_sets(self.draft, self.lines, section),
            "INDICATORS": lambda section: indicators(self.draft, self.lines, self.bounded, section),
        }

    # -- rows and columns ------------------------------------------------------------------------------------

    def objsense(self, section: Section) -> None:
        words = section.words[1:] or [word for _, line in self.lines.data(section) for word in line]
        sense = SENSES.get(words[0].upper()) if words else None
        if sense is None:
            raise self.lines.fault(section.start - 1, "OBJSENSE takes MAX or MIN", hint="OBJSENSE\n    MAX")
        self.draft.sense = sense

    def objname(self, section: Section) -> None:
        words = section.words[1:] or [word for _, line in self.lines.data(section) for word in line]
        self.objective = " ".join(words)

    def rows(self, section: Section) -> None:
        wanted, self.objective = self.objective, ""
        for place, words in self.lines.data(section):
            if len(words) != 2:
                raise self.lines.fault(
                    place, "a line of ROWS is a type and a name", hint="for instance ` L  limit`"
                )
            kind, name = words[0].upper(), words[1]
            if name in self.draft.rows or name in self.ignored or name == self.objective:
                raise self.lines.fault(place, f"row `{name}` is there already")
            if kind == "N":
                if not self.objective and name == (wanted or name):
                    self.objective = name
                else:
                    self.ignored.add(name)
                continue
            row = self.draft.row(name)
            if kind in {"E", "G"}:
                self.draft.row_lower[row] = 0.0
            if kind in {"E", "L"}:
                self.draft.row_upper[row] = 0.0
            if kind not in {"E", "G", "L"}:
                raise self.lines.fault(place, f"`{words[0][:40]}` is not a type of row", hint="N, E, L or G")
        if wanted and not self.objective:
            raise self.lines.fault(section.start - 1, f"OBJNAME says `{wanted}`, which no N row is called")

    def columns(self, section: Section) -> None:
        """Runs of lines between markers."""
        lines = self.lines.lines
        markers = [k for k in range(section.start, section.stop) if "'MARKER'" in lines[k]]
        owners: list[Indices] = []
        rows: list[str] = []
        texts: list[str] = []
        places: list[int] = []
        start, integer = section.start, False
        for stop in [*markers, section.stop]:
            names, run, numbers, where = self.triples(start, stop)
            if names:
                owners.append(self.codes(names, integer=integer))
                rows += run
                texts += numbers
                places += where
            if stop < section.stop:
                integer = self.marker(lines[stop].split(), stop)
            start = stop + 1
        if owners:
            self.entries(np.concatenate(owners), rows, self.lines.numbers(texts, places), places)

    def triples(self, start: int, stop: int) -> tuple[list[str], list[str], list[str], Sequence[int]]:
        """Column, row and number of each entry, and its line; in one go where every line has one entry."""
        flat = self.lines.threes(start, stop)
        if flat is not None:
            return flat[0::3], flat[1::3], flat[2::3], range(start, stop)
        found: tuple[list[str], list[str], list[str], list[int]] = ([], [], [], [])
        for place in range(start, stop):
            words = self.lines.split(self.lines.lines[place])
            count = len(words)
            if not count or words[0][:1] == "*":
                continue
            if count not in {3, 5}:
                raise self.lines.fault(
                    place,
                    f"a line of COLUMNS is a column and one or two rows with a number, not {count} words",
                )
            for k in range(1, count, 2):
                found[0].append(words[0])
                found[1].append(words[k])
                found[2].append(words[k + 1])
                found[3].append(place)
        return found

    def codes(self, names: Sequence[str], *, integer: bool) -> Indices:
        """The column of each entry, new ones made; equal neighbours are looked up once."""
        firsts = [0, *(k for k, (one, two) in enumerate(pairwise(names), 1) if one != two)]
        known = len(self.draft.columns)
        codes = [self.draft.column(names[k]) for k in firsts]
        if integer:
            new = range(known, len(self.draft.columns))
            self.marked.update(new)
            self.draft.kinds[known:] = [Integrality.INTEGER] * len(new)
        return np.repeat(codes, np.diff([*firsts, len(names)]))

    def marker(self, words: Sequence[str], place: int) -> bool:
        kind = words[-1].strip("'").upper()
        if kind not in {"INTORG", "INTEND"}:
            raise self.lines.fault(
                place, f"`{words[-1][:40]}` is not a marker that is read", hint="'INTORG' or 'INTEND'"
            )
        return kind == "INTORG"

    def entries(
        self, columns: Indices, names: Sequence[str], values: Sequence[float], places: Sequence[int]
    ) -> None:
        """Coefficients by row and objective, each place once."""
        numbers = {**self.draft.rows, **dict.fromkeys(self.ignored, -2)}
        if self.objective:
            numbers[self.objective] = -1
        try:
            codes = np.fromiter(map(numbers.__getitem__, names), dtype=np.int64, count=len(names))
        except KeyError:
            k = next(k for k, name in enumerate(names) if name not in numbers)
            raise self.no_row(names[k], places[k]) from None
        coefficients = np.array(values, dtype=float)
        key = columns * (len(self.draft.rows) + 2) + codes + 1
        key[codes == -2] = -1 - np.arange(int((codes == -2).sum()))
        order = np.argsort(key, kind="stable")
        twice = np.flatnonzero(key[order][1:] == key[order][:-1])
        if len(twice):
            k = int(order[twice + 1].min())
            column = list(self.draft.columns)[columns[k]]
            raise self.lines.fault(
                places[k], f"column `{column}` has a coefficient in row `{names[k]}` already"
            )
        cost, body = codes == -1, codes >= 0
        self.draft.cost = (columns[cost], coefficients[cost])
        self.draft.entries = (codes[body], columns[body], coefficients[body])

    def no_row(self, name: str, place: int) -> FormulationError:
        return self.lines.fault(
            place, f"there is no row `{name[:60]}`", hint=nearest(name, [*self.draft.rows, self.objective])
        )

    def column(self, name: str, place: int) -> int:
        return self.lines.find("column", self.draft.columns, name, place)

    # -- sides and bounds ------------------------------------------------------------------------------------

    def first_set(self, section: str, name: str) -> bool:
        """Whether a line belongs to the set that is used, the first of its section."""
        used = self.used_sets.setdefault(section, name)
        if used != name:
            warning = f"`{self.draft.name}` has several sets of {section}; `{used}` is used"
            if warning not in self.draft.warnings:
                self.draft.warnings.append(warning)
        return used == name

    def sides(self, section: Section) -> list[tuple[int, str, float]]:
        """Place, row and number of each entry of RHS or RANGES."""
        found = []
        for place, words in self.lines.data(section):
            if len(words) not in {2, 3, 4, 5}:
                raise self.lines.fault(
                    place,
                    f"a line of {section.keyword} is a set and one or two rows with a number, "
                    f"not {len(words)} words",
                )
            if not self.first_set(section.keyword, words[0] if len(words) % 2 else ""):
                continue
            for k in range(len(words) % 2, len(words), 2):
                if words[k] not in self.draft.rows and words[k] not in {*self.ignored, self.objective}:
                    raise self.no_row(words[k], place)
                found.append((place, words[k], self.lines.number(words[k + 1], place, finite=False)))
        return found

    def rhs(self, section: Section) -> None:
        draft = self.draft
        for place, name, value in self.sides(section):
            if name == self.objective:
                draft.offset = -self.lines.number(str(value), place)
            row = draft.rows.get(name)
            if row is not None:
                draft.row_lower[row] = value if draft.row_lower[row] > -np.inf else -np.inf
                draft.row_upper[row] = value if draft.row_upper[row] < np.inf else np.inf

    def ranges(self, section: Section) -> None:
        lower, upper = self.draft.row_lower, self.draft.row_upper
        seen: set[str] = set()
        for place, name, value in self.sides(section):
            row = self.draft.rows.get(name)
            if row is None:
                continue
            if name in seen:
                raise self.lines.fault(place, f"row `{name}` has a range already")
            seen.add(name)
            if lower[row] == -np.inf:
                lower[row] = upper[row] - abs(value)
            elif upper[row] == np.inf:
                upper[row] = lower[row] + abs(value)
            elif value < 0:
                lower[row] += value
            else:
                upper[row] += value

    def bounds(self, section: Section) -> None:
        lowered: set[int] = set()
        for place, words in self.lines.data(section):
            kind = words[0].upper()
            if kind not in _WITH_VALUE | _WITHOUT_VALUE:
                raise self.lines.fault(
                    place,
                    f"`{words[0][:40]}` is not a type of bound",
                    hint=" ".join(sorted(_WITH_VALUE | _WITHOUT_VALUE)),
                )
            name, column, value = self.bound_words(kind, words, place)
            if self.first_set("BOUNDS", name):
                code = self.column(column, place)
                self.bounded.add(code)
                self.bound(kind, code, value, lowered, column)

    def bound_words(self, kind: str, words: Sequence[str], place: int) -> tuple[str, str, float]:
        """Set, column and value of a bound; the set may be left out, and the value where it says nothing."""
        rest = list(words[1:])
        value = np.inf
        optional = kind in _WITHOUT_VALUE or (
            kind in {"SC", "SI"} and rest[-1:] and rest[-1] in self.draft.columns
        )
        if not optional or len(rest) == 3:
            if len(rest) < 2:
                raise self.lines.fault(place, f"a bound {kind} is a set, a column and a number")
            text = rest.pop()
            value = self.lines.number(text, place, finite=False) if kind in _WITH_VALUE else value
        elif len(rest) == 2 and rest[1] not in self.draft.columns and rest[0] in self.draft.columns:
            rest.pop()
        if len(rest) not in {1, 2}:
            raise self.lines.fault(place, f"a bound {kind} is a set and a column, not {len(words) - 1} words")
        return (rest[0] if len(rest) == 2 else ""), rest[-1], value

    def bound(self, kind: str, code: int, value: float, lowered: set[int], name: str) -> None:
        draft = self.draft
        if kind in {"UP", "UI"} and value < 0 and code not in lowered and draft.lower[code] == 0:
            draft.lower[code] = -np.inf
            draft.warnings.append(
                f"`{draft.name}`: column `{name}` has a negative upper bound and no lower one, "
                "so it has no least value"
            )
        if kind in {"LO", "LI", "FX"}:
            draft.lower[code] = value
        if kind in {"UP", "UI", "FX"}:
            draft.upper[code] = value
        if kind in {"MI", "FR"}:
            draft.lower[code] = -np.inf
        if kind in {"PL", "FR"}:
            draft.upper[code] = np.inf
        if kind == "BV":
            draft.lower[code], draft.upper[code] = 0.0, 1.0
        if kind in {"SC", "SI"}:
            draft.upper[code] = value or np.inf
            discrete = kind == "SI" or draft.kinds[code] in _DISCRETE
            draft.kinds[code] = Integrality.SEMIINTEGER if discrete else Integrality.SEMICONTINUOUS
        if kind in {"BV", "LI", "UI"}:
            draft.kinds[code] = Integrality.INTEGER
        if kind in {"LO", "LI", "MI", "FR", "FX", "BV"}:
            lowered.add(code)

    # -- products ------------------------------------------------------------------------------------------

    def products(self, section: Section) -> dict[tuple[int, int], float]:
        """The entries of a quadratic section by pair of columns as written."""
        found: dict[tuple[int, int], float] = {}
        for place, words in self.lines.data(section):
            if len(words) != 3:
                raise self.lines.fault(
                    place, f"a line of {section.keyword} is two columns and a number, not {len(words)} words"
                )
            pair = (self.column(words[0], place), self.column(words[1], place))
            twin = pair[::-1] if section.keyword in {"QUADOBJ", "QSECTION"} else pair
            if pair in found or twin in found:
                raise self.lines.fault(place, f"`{words[0]}` times `{words[1]}` has a coefficient already")
            found[pair] = self.lines.number(words[2], place)
        return found

    def target(self, section: Section) -> int:
        """The row a quadratic section belongs to; -1 for the objective, -2 for a row that is left out."""
        name = " ".join(section.words[1:])
        if name in {"", self.objective} and section.keyword != "QCMATRIX":
            return -1
        row = -2 if name in self.ignored else self.draft.rows.get(name)
        if row is None:
            raise self.no_row(name, section.start - 1)
        return row

    def triangle(self, section: Section) -> None:
        row = self.target(section)
        for (one, two), value in self.products(section).items():
            self.draft.products.append((row, one, two, value / 2 if one == two else value))

    def whole(self, section: Section) -> None:
        row, found = self.target(section), self.products(section)
        names = list(self.draft.columns)
        factor = 0.5 if section.keyword == "QMATRIX" else 1.0
        for (one, two), value in found.items():
            if found.get((two, one)) != value:
                raise self.lines.fault(
                    section.start - 1,
                    f"{section.keyword} gives `{names[one]}` times `{names[two]}`, "
                    "but not the same the other way round",
                    hint="give both halves of the matrix, or one of them in QUADOBJ"
                    if section.keyword == "QMATRIX"
                    else "give both halves of the matrix",
                )
            self.draft.products.append((row, one, two, factor * value))
