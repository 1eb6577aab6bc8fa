"""Special ordered sets and indicators of MPS files."""

from __future__ import annotations

__all__ = ["indicators", "special_sets"]

from collections.abc import Container
from typing import Literal

import numpy as np

from agentopt.compiling.arrays import Integrality
from agentopt.compiling.model_file import Draft, Indicator, SpecialSet
from agentopt.compiling.mps_lines import Lines, Section


def special_sets(draft: Draft, lines: Lines, section: Section) -> None:
    """Take the sets of SOS: ` S1 set name priority`, then ` set column weight` or ` column:weight`."""
    found: list[tuple[str, Literal[1, 2], list[tuple[float, int]]]] = []
    for place, words in lines.data(section):
        kind = words[0].upper()
        if kind in {"S1", "S2"} and words[-1] not in draft.columns and len(words) in {1, 2, 3, 4}:
            # S1 [set] name [priority]: a last word that is a number is a priority.
            named = words[1:-1] if len(words) > 2 and _is_number(words[-1]) else words[1:]
            name = named[-1] if named else f"set{len(found) + 1}"
            found.append((name, 1 if kind == "S1" else 2, []))
            continue
        if not found:
            raise lines.fault(place, "members come after a line `S1` or `S2`", hint=" S1 SOS set1")
        member = [*words[:-1], *words[-1].split(":")] if len(words) == 1 else words
        if len(member) not in {2, 3}:
            raise lines.fault(place, "a member of a set is a column and a weight")
        found[-1][2].append(
            (
                lines.number(member[-1], place),
                lines.find("column", draft.columns, member[-2].rstrip(":"), place),
            )
        )
    for name, order, members in found:
        codes = [code for _, code in sorted(members, key=lambda member: member[0])]
        if len(set(codes)) < len(codes):
            raise lines.fault(section.start - 1, f"set `{name}` has a column twice")
        draft.special.append(SpecialSet(name, order, np.array(codes, dtype=np.int64)))


def indicators(draft: Draft, lines: Lines, bounded: Container[int], section: Section) -> None:
    """Take the lines ` IF row column value`; `bounded` are the columns that BOUNDS mentions."""
    for place, words in lines.data(section):
        if len(words) != 4 or words[0].upper() != "IF" or words[3] not in {"0", "1"}:
            raise lines.fault(
                place, "an indicator is IF, a row, a column and 0 or 1", hint=" IF limit open 1"
            )
        row = lines.find("row", draft.rows, words[1], place)
        column = lines.find("column", draft.columns, words[2], place)
        if any(each.row == row for each in draft.indicators):
            raise lines.fault(place, f"row `{words[1]}` has an indicator already")
        binary = draft.kinds[column] == Integrality.INTEGER and (
            column not in bounded or (draft.lower[column], draft.upper[column]) == (0, 1)
        )
        if not binary:
            raise lines.fault(place, f"column `{words[2]}` is not binary", hint=f" BV BND {words[2]}")
        draft.indicators.append(Indicator(row, column, 1 if words[3] == "1" else 0))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
