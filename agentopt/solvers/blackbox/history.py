"""The file of a search: a line about it, then one for each evaluation, written as it ends.

The same study, engine, seed and batch choose the same points from the same outcomes, so a search goes on by
asking again and taking from the file what is there. A line that was cut off in the middle is left out.
"""

from __future__ import annotations

__all__ = ["History"]

import json
import math
import os
from pathlib import Path

from agentopt.errors import RunError
from agentopt.solvers.blackbox.evaluating import Found
from agentopt.solvers.blackbox.study import Point


class History:
    """Evaluations by number, kept in a file or, without one, in memory.

    Args:
        path: the file; made when it is not there.
        head: what identifies the search.

    Raises:
        RunError: the file is of another search, or no history.
    """

    def __init__(self, path: Path | None, head: dict[str, object]) -> None:
        self.path = path
        self.found: dict[int, tuple[Point, list[Found]]] = {}
        if path is None:
            return
        try:
            if path.is_file() and path.stat().st_size:
                self._read(path, head)
            else:
                self._append({"search": head})
        except OSError as error:
            raise RunError(f"{path}: {error.strerror or error}") from error

    def __len__(self) -> int:
        return len(self.found)

    def take(self, number: int, point: Point) -> list[Found] | None:
        """What an evaluation came to, if it is there.

        Raises:
            RunError: it was of another point.
        """
        kept = self.found.get(number)
        if kept is None:
            return None
        if not _same(kept[0], point):
            raise RunError(
                f"{self.path}: evaluation {number + 1} is of another point than the engine asks for now",
                hint="its version may have changed; start a new file with `--history FILE`",
            )
        return kept[1]

    def add(self, number: int, point: Point, found: list[Found]) -> None:
        """Keep an evaluation.

        Raises:
            RunError: it cannot be written.
        """
        self.found[number] = point, found
        runs = [
            {"value": each.value, "constraints": dict(each.constraints), "failure": each.failure}
            for each in found
        ]
        try:
            self._append({"evaluation": number, "point": point, "runs": runs})
        except OSError as error:
            raise RunError(f"{self.path} cannot be written: {error.strerror or error}") from error

    def _append(self, line: dict[str, object]) -> None:
        if self.path is None:
            return
        with self.path.open("ab") as file:
            file.write((json.dumps(line) + "\n").encode())
            file.flush()
            os.fsync(file.fileno())

    def _read(self, path: Path, head: dict[str, object]) -> None:
        lines = path.read_bytes().split(b"\n")
        try:
            first = json.loads(lines[0])["search"]
        except (ValueError, KeyError, TypeError):
            raise RunError(f"{path} is not a history of evaluations", hint="name another file") from None
        if first != head:
            changed = sorted(name for name in {*first, *head} if first.get(name) != head.get(name))
            raise RunError(
                f"{path} is of another search: its {', '.join(changed)} differ",
                hint="name another file with `--history FILE`, or remove this one",
            )
        for line in lines[1:-1]:
            try:
                read = json.loads(line)
                runs = [Found(each["value"], each["constraints"], each["failure"]) for each in read["runs"]]
                self.found[int(read["evaluation"])] = read["point"], runs
            except (ValueError, KeyError, TypeError):
                continue
        if lines[-1]:
            # Cut off by a crash: whole lines go on after it.
            path.write_bytes(b"\n".join([*lines[:-1], b""]))


def _same(one: Point, other: Point) -> bool:
    if one.keys() != other.keys():
        return False
    for name, value in one.items():
        against = other[name]
        if isinstance(value, str) or isinstance(against, str):
            if value != against:
                return False
        elif not math.isclose(value, against, rel_tol=1e-9, abs_tol=1e-12):
            return False
    return True
