"""Scheduling, routing and packing instances as formulations, solved by engines made for them and by others.

Usage: `python -m agentopt.benchmarks.classics --folder DIR [--time-limit 60] [--only NAME ...] [--beside
highs]`. DIR holds instance files in the formats of TSPLIB, JSPLIB and OR-Library, and `manifest.json`, a list
of objects with `name`, `file`, `type`, `sense` and `best_known`. Each instance is solved as it is routed, and
by the engine it is measured beside (CP-SAT for job shops, HiGHS for the rest, unless one is named). The exit
status is 1 when an answer contradicts what is known.
"""

from __future__ import annotations

__all__ = ["formulation", "main", "read"]

import argparse
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from agentopt.benchmarks.instances import verdict
from agentopt.compiling.arrays import Compiled
from agentopt.compiling.compiler import compile_instance
from agentopt.errors import AgentoptError
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import Values
from agentopt.solvers import Limits, solve

Parts = dict[str, Any]


def formulation(kind: str, text: str) -> Parts:
    """An instance file as the parts of a formulation.

    Raises:
        KeyError: a kind that is none of the manifest's.
    """
    found: Parts = _KINDS[kind](text)
    return found


def read(kind: str, path: Path) -> Compiled:
    """An instance file, compiled."""
    parts = formulation(kind, path.read_text(encoding="utf-8"))
    return compile_instance(bind(Formulation.model_validate(parts)))


def _range(count: int) -> Parts:
    return {"first": 1, "last": count}


def _numbers(text: str) -> list[float]:
    return [float(word) for line in text.splitlines() if not line.startswith("#") for word in line.split()]


def _knapsack(text: str) -> Parts:
    count, capacity, *rest = _numbers(text)
    pairs = rest[: 2 * int(count)]
    return {
        "sets": {"I": _range(int(count))},
        "parameters": {
            "value": {"over": "I", "values": pairs[0::2]},
            "weight": {"over": "I", "values": pairs[1::2]},
        },
        "variables": {"take": {"over": "I", "domain": "binary"}},
        "objective": {"maximize": "sum(value[i]*take[i] for i in I)"},
        "constraints": {"room": {"that": f"sum(weight[i]*take[i] for i in I) <= {capacity:g}"}},
    }


def _many_knapsacks(text: str) -> Parts:
    count, rows, _best, *rest = _numbers(text)
    items, limits = int(count), int(rows)
    weights = np.reshape(rest[items : items * (limits + 1)], (limits, items))
    return {
        "sets": {"I": _range(items), "R": _range(limits)},
        "parameters": {
            "value": {"over": "I", "values": rest[:items]},
            "weight": {"over": ["R", "I"], "values": weights.tolist()},
            "room": {"over": "R", "values": rest[items * (limits + 1) :][:limits]},
        },
        "variables": {"take": {"over": "I", "domain": "binary"}},
        "objective": {"maximize": "sum(value[i]*take[i] for i in I)"},
        "constraints": {"fits": {"for": "r in R", "that": "sum(weight[r,i]*take[i] for i in I) <= room[r]"}},
    }


def _bins(text: str) -> Parts:
    capacity, count, best, *sizes = _numbers(text)
    return {
        "sets": {"I": _range(int(count)), "B": _range(math.ceil(1.1 * best) + 2)},
        "parameters": {"size": {"over": "I", "values": sizes[: int(count)]}},
        "variables": {
            "put": {"over": ["I", "B"], "domain": "binary"},
            "use": {"over": "B", "domain": "binary"},
        },
        "objective": {"minimize": "sum(use[b] for b in B)"},
        "constraints": {
            "once": {"for": "i in I", "that": "sum(put[i,b] for b in B) == 1"},
            "room": {"for": "b in B", "that": f"sum(size[i]*put[i,b] for i in I) <= {capacity:g}*use[b]"},
        },
    }


def _job_shop(text: str) -> Parts:
    jobs, machines, *rest = _numbers(text)
    table = np.reshape(rest, (int(jobs), int(machines), 2)).astype(int)
    horizon = int(table[:, :, 1].sum())
    steps = [[j + 1, k + 1] for j in range(int(jobs)) for k in range(int(machines))]
    on = {f"{j}, {k}": int(table[j - 1, k - 1, 0]) + 1 for j, k in steps}
    long = {f"{j}, {k}": int(table[j - 1, k - 1, 1]) for j, k in steps}
    return {
        "sets": {"M": _range(int(machines)), "S": {"elements": steps}},
        "parameters": {"on": {"over": "S", "values": on}, "long": {"over": "S", "values": long}},
        "variables": {
            "start": {"over": "S", "domain": "integer", "upper": horizon},
            "end": {"upper": horizon},
        },
        "objective": {"minimize": "end"},
        "constraints": {
            "machine": {
                "for": "m in M",
                "that": "no_overlap((start[j,k], long[j,k]) for j, k in S if on[j,k] == m)",
            },
            "order": {"for": "j, k in S if k > 1", "that": "start[j,k] >= start[j,k-1] + long[j,k-1]"},
            "last": {"for": "j, k in S", "that": "end >= start[j,k] + long[j,k]"},
        },
    }


def _tour(text: str) -> Parts:
    away = _distances(text)
    return {
        "sets": {"N": _range(len(away))},
        "parameters": {"far": {"over": ["N", "N"], "values": away.tolist()}},
        "variables": {"go": {"over": ["N", "N"], "domain": "binary"}},
        "objective": {"minimize": "sum(far[i,j]*go[i,j] for i in N for j in N if i != j)"},
        "constraints": {
            "tour": {"that": "circuit(go[i,j] for i in N for j in N if i != j)"},
            "nowhere": {"for": "i in N", "that": "go[i,i] == 0"},
        },
    }


def _distances(text: str) -> Values:
    """The distances of a TSPLIB file (Reinelt 1991), rounded as that collection rounds."""
    head = {k.strip(): v.strip() for k, _, v in (line.partition(":") for line in text.splitlines()) if v}
    kind, count = head["EDGE_WEIGHT_TYPE"], int(head["DIMENSION"])
    if kind == "EXPLICIT":
        words = text.partition("EDGE_WEIGHT_SECTION")[2].split()
        numbers = [
            float(word)
            for word in words[: next((k for k, w in enumerate(words) if w[0].isalpha()), len(words))]
        ]
        return _square(head["EDGE_WEIGHT_FORMAT"], numbers, count)
    lines = text.partition("NODE_COORD_SECTION")[2].strip().splitlines()[:count]
    places = np.array([[float(word) for word in line.split()[1:3]] for line in lines])
    if kind == "GEO":
        return _on_earth(places)
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    if kind == "ATT":
        return np.asarray(np.ceil(apart / math.sqrt(10.0) - 1e-9))
    return np.asarray(np.ceil(apart - 1e-9) if kind == "CEIL_2D" else np.floor(apart + 0.5))


def _square(form: str, numbers: list[float], count: int) -> Values:
    away = np.zeros((count, count))
    if form == "FULL_MATRIX":
        return np.reshape(numbers, (count, count))
    diagonal = 0 if "DIAG" in form else 1
    places = np.triu_indices(count, diagonal) if "UPPER" in form else np.tril_indices(count, -diagonal)
    away[places] = numbers[: len(places[0])]
    return np.asarray(away + away.T - np.diag(np.diag(away)))


def _on_earth(places: Values) -> Values:
    degrees = np.trunc(places)
    angles = 3.141592 * (degrees + 5.0 * (places - degrees) / 3.0) / 180.0
    latitude, longitude = angles[:, 0], angles[:, 1]
    q1 = np.cos(longitude[:, None] - longitude[None])
    q2 = np.cos(latitude[:, None] - latitude[None])
    q3 = np.cos(latitude[:, None] + latitude[None])
    apart = 6378.388 * np.arccos(np.clip(0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3), -1.0, 1.0)) + 1.0
    apart = np.floor(apart)
    np.fill_diagonal(apart, 0.0)
    return np.asarray(apart)


_KINDS: Mapping[str, Any] = {
    "TSP": _tour,
    "JSSP": _job_shop,
    "0-1 knapsack": _knapsack,
    "multidimensional knapsack": _many_knapsacks,
    "bin packing": _bins,
}


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; 1 if an answer contradicts what is known."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--only", nargs="*", default=[], help="names, or beginnings of names")
    parser.add_argument("--beside", default="", help="the engine to compare with; `none` for none")
    given = parser.parse_args(arguments)
    wrong = 0
    print(f"{'instance':<24}{'columns':>9}{'best':>10}  engine: value, bound, seconds, verdict")
    for known in json.loads((given.folder / "manifest.json").read_text(encoding="utf-8")):
        wanted = not given.only or known["name"].startswith(tuple(given.only))
        if known["type"] not in _KINDS or not wanted:
            continue
        problem = read(known["type"], given.folder / known["file"])
        line = f"{known['name']:<24}{problem.num_columns:>9,}{known['best_known']:>10}"
        other = given.beside or ("cpsat" if known["type"] == "JSSP" else "highs")
        for engine in (None, *([] if other == "none" else [other])):
            told, fault = _told(problem, known, engine, given.time_limit)
            wrong += fault
            line += f"  {told}"
        print(line, flush=True)
    return int(wrong > 0)


def _told(
    problem: Compiled, known: Mapping[str, Any], engine: str | None, seconds: float
) -> tuple[str, bool]:
    try:
        found = solve(problem, engine=engine, limits=Limits(seconds=seconds))
    except AgentoptError as error:
        return f"{engine}: {error.message}", True
    said = verdict(found, known)
    value = "none" if found.objective is None else f"{found.objective:g}"
    bound = "none" if found.bound is None else f"{found.bound:g}"
    return f"{found.engine}: {value}, {bound}, {found.seconds:.1f} s, {said}", said.startswith("WRONG")


if __name__ == "__main__":
    sys.exit(main())
