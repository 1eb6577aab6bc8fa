"""The lines of an MPS file: sections, words, numbers, and what is said about a line that is wrong."""

from __future__ import annotations

__all__ = ["SENSES", "Lines", "Section", "fields", "is_fixed"]

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from agentopt.compiling.model_file import fault
from agentopt.errors import FormulationError, nearest

SENSES: dict[str, Literal["minimize", "maximize"]] = {
    "MAX": "maximize",
    "MAXIMIZE": "maximize",
    "MAXIMISE": "maximize",
    "MIN": "minimize",
    "MINIMIZE": "minimize",
    "MINIMISE": "minimize",
}
_FIELDS = (slice(1, 3), slice(4, 12), slice(14, 22), slice(24, 36), slice(39, 47), slice(49, 61))
_GAPS = (slice(0, 1), slice(3, 4), slice(12, 14), slice(22, 24), slice(36, 39), slice(47, 49))
_SEVERAL = frozenset(["QCMATRIX", "QSECTION"])


@dataclass(frozen=True)
class Section:
    """A section: its keyword, its header's words, and the lines `start` to `stop` beneath it."""

    keyword: str
    words: list[str]
    start: int
    stop: int


def fields(line: str) -> list[str]:
    """The fields of a line of fixed MPS: the first only where it is there, none after the last.

    >>> fields(" UP BND       DEDO3 1R         4.5")
    ['UP', 'BND', 'DEDO3 1R', '4.5']
    """
    found = [line[each].strip() for each in _FIELDS]
    while found and not found[-1]:
        found.pop()
    return found[1:] if found and not found[0] else found


def is_fixed(lines: Sequence[str]) -> bool:
    """Whether the data lines leave blank what fixed MPS leaves blank."""
    for line in lines:
        if line.startswith("ENDATA"):
            return True
        if line.startswith(" ") and any(line[gap].strip() for gap in _GAPS):
            return False
    return True


@dataclass(frozen=True)
class Lines:
    """A file that is taken to be free or fixed, as `split` divides its lines."""

    name: str
    lines: list[str]
    split: Callable[[str], list[str]]

    def fault(self, place: int, message: str, *, hint: str = "") -> FormulationError:
        """What is wrong with line `place`, counted from 0."""
        return fault(self.name, place + 1, message, hint=hint)

    def sections(self, known: Sequence[str]) -> list[Section]:
        """The sections of the file up to ENDATA.

        Raises:
            FormulationError: one is not known or there twice; ROWS, COLUMNS or ENDATA are missing.
        """
        heads = [k for k, line in enumerate(self.lines) if line and line[0] > " " and line[0] != "*"]
        found: list[Section] = []
        for k, after in pairwise([*heads, len(self.lines)]):
            words = self.lines[k].split()
            keyword = words[0].upper()
            if keyword == "ENDATA":
                for needed in ("ROWS", "COLUMNS"):
                    if all(each.keyword != needed for each in found):
                        raise FormulationError(
                            f"`{self.name}` has no section {needed}", hint="is the file whole?"
                        )
                return found
            if found and found[-1].keyword == "OBJSENSE" and keyword in SENSES:
                found[-1] = Section("OBJSENSE", ["OBJSENSE", keyword], k, k)
            elif keyword not in known:
                raise self.unknown(k, words[0], known)
            elif keyword not in _SEVERAL and any(each.keyword == keyword for each in found):
                raise self.fault(k, f"section {keyword} is there already")
            else:
                found.append(Section(keyword, words, k + 1, after))
        if not found:
            raise FormulationError(
                f"`{self.name}` has no section of an MPS file",
                hint="is it an LP file? Then end its name with .lp",
            )
        raise self.fault(len(self.lines) - 1, "the file ends without ENDATA", hint="is the file whole?")

    def unknown(self, place: int, word: str, known: Sequence[str]) -> FormulationError:
        """What to say about a header that is none."""
        return self.fault(
            place,
            f"`{word[:40]}` is not a section that is read",
            hint=nearest(word.upper(), known)
            or f"sections are {' '.join(known)} ENDATA; other lines begin with a blank",
        )

    def data(self, section: Section) -> list[tuple[int, list[str]]]:
        """Place and words of each line that is neither empty nor a comment."""
        found = []
        for place in range(section.start, section.stop):
            words = self.split(self.lines[place])
            if words and words[0][:1] != "*":
                found.append((place, words))
        return found

    def find(self, what: str, known: Mapping[str, int], name: str, place: int) -> int:
        """The number of a row or column that a line names.

        Raises:
            FormulationError: there is none of that name.
        """
        found = known.get(name)
        if found is None:
            raise self.fault(place, f"there is no {what} `{name[:60]}`", hint=nearest(name, known))
        return found

    def threes(self, start: int, stop: int) -> list[str] | None:
        """The words of a run of lines that have three each, one after the other; None if any has not.

        A million short lists would cost more than all else, so words are counted on the bytes.
        """
        if self.split is not str.split or stop == start:
            return None
        text = "\n".join(self.lines[start:stop]) + "\n"
        words = text.split()
        if len(words) != 3 * (stop - start) or "*" in text:
            return None
        data = np.frombuffer(text.encode(), dtype=np.uint8)
        blank = data <= ord(" ")
        ends = np.flatnonzero(data == ord("\n"))
        blank[1:] = ~blank[1:] & blank[:-1]
        blank[0] = not blank[0]
        begins = np.flatnonzero(blank)
        if len(begins) != len(words) or (begins[2::3] > ends).any() or (begins[3::3] < ends[:-1]).any():
            return None
        return words

    def number(self, text: str, place: int, *, finite: bool = True) -> float:
        """A number; exponents may be written with D.

        Raises:
            FormulationError: it is none, or infinite where it must not be.
        """
        try:
            value = float(text.upper().replace("D", "E") if text[-1:].isdigit() else text)
        except ValueError:
            value = np.nan
        if np.isnan(value) or "_" in text:
            raise self.fault(place, f"`{text[:40]}` is not a number")
        if finite and np.isinf(value):
            raise self.fault(place, f"`{text[:40]}` is not a finite number")
        return value

    def numbers(self, texts: Sequence[str], places: Sequence[int]) -> list[float]:
        """Many finite numbers; one by one only where there is something to say about them."""
        try:
            values = list(map(float, texts))
        except ValueError:
            values = []
        if len(values) < len(texts) or not np.isfinite(values).all() or "_" in "".join(texts):
            return [self.number(text, place) for text, place in zip(texts, places, strict=True)]
        return values
