"""One measurement of the building benchmark, in a process of its own.

Usage: `python -m agentopt.benchmarks.building_measure FAMILY NONZEROS LAYER` prints one line of JSON.
"""

from __future__ import annotations

__all__ = ["measure"]

import ctypes
import gc
import json
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agentopt.benchmarks.building_cases import given
from agentopt.benchmarks.building_layers import BUILDERS, floor

MIN_SECONDS, MAX_REPEATS = 1.0, 15


def measure(family: str, nonzeros: float, layer: str, folder: Path) -> dict[str, Any]:
    """CPU seconds of a layer with the floor timed beside each repetition; peak memory of one build.

    A small model is built first, so that imports and first calls are not timed.
    """
    build = BUILDERS[layer]
    small = given(family, 300, folder / "small")
    build(family, small)
    floor(family, small.arrays)
    data = given(family, nonzeros, folder / "full")
    peak = _peak(lambda: build(family, data))
    times: list[float] = []
    walls: list[float] = []
    floors: list[float] = []
    size = 0
    while len(times) < MAX_REPEATS and (len(times) < 3 or sum(walls) < MIN_SECONDS):
        started, wall = time.process_time(), time.perf_counter()
        model = build(family, data)
        times.append(time.process_time() - started)
        walls.append(time.perf_counter() - wall)
        del model
        gc.collect()
        for _ in range(2):
            started = time.process_time()
            beside = floor(family, data.arrays)
            floors.append(time.process_time() - started)
            size = beside.getNumNz()
            del beside
        if walls[0] > 5 * MIN_SECONDS:
            break
    return {
        "family": family,
        "layer": layer,
        "nonzeros": size,
        "seconds": statistics.median(times),
        "wall": statistics.median(walls),
        "floor": statistics.median(floors),
        "ratio": statistics.median(times) / statistics.median(floors),
        "peak_mb": peak,
        "repeats": len(times),
    }


def _peak(build: Any) -> float:
    """How far resident memory rises above where it was, in MB; NaN where the system does not tell."""
    status, reset = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
        reset.write_text("5")
        before = _field(status, "VmRSS")
        model = build()
        after = _field(status, "VmHWM")
    except (OSError, AttributeError):
        return float("nan")
    del model
    return (after - before) / 1e3


def _field(status: Path, name: str) -> float:
    return float(next(line for line in status.read_text().splitlines() if line.startswith(name)).split()[1])


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        print(json.dumps(measure(sys.argv[1], float(sys.argv[2]), sys.argv[3], Path(temporary))))
