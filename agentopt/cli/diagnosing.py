"""`agentopt diagnose`: why a problem has no answer, or how well its numbers are posed."""

from __future__ import annotations

__all__ = ["diagnose"]

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agentopt.cli import completing
from agentopt.cli.options import AsJson, DataOptions, EngineOptions, RunOptions, settled, spread
from agentopt.display.terminal import write_json, write_out

if TYPE_CHECKING:
    from agentopt.compiling.arrays import Compiled

_Source = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        autocompletion=completing.runs,
        help="A run (its name, its beginning or end, `last`), a formulation or model file, example:NAME.",
    ),
]


@spread
def diagnose(
    source: _Source, data: DataOptions, engine: EngineOptions, runs: RunOptions, json: AsJson = False
) -> int:
    """Solve, and say why there is no answer: conflicts and repairs, missing limits, hard numbers."""
    from agentopt.asking import diagnosed
    from agentopt.cli.options import assigned
    from agentopt.display.diagnoses import diagnosis_json, scaling_json
    from agentopt.runs.plain import plain
    from agentopt.solvers import Limits

    settings = settled(engine, runs)
    compiled = _compiled(source, list(data.data), settings.runs)
    limits = Limits(settings.time_limit, settings.mip_gap, settings.threads, settings.memory_limit)
    found = diagnosed(compiled, limits, settings.engine, assigned(engine.engine_option))
    if json:
        why = found.diagnosis
        document = {
            "status": found.solution.termination,
            "diagnosis": None if why is None else diagnosis_json(compiled, why),
            "scaling": scaling_json(compiled, found.scaling),
        }
        write_json(plain(document))
    else:
        write_out(str(found))
    return 0 if found.diagnosis is None else 1


def _compiled(source: str, data: list[Path], runs: Path) -> Compiled:
    """The arrays of a run, a formulation or a model file."""
    from agentopt.api import compiled, read, with_data
    from agentopt.errors import UsageError
    from agentopt.runs import find
    from agentopt.whatif.study import compiled_of, opened

    if source.startswith("example:") or Path(source).exists():
        with with_data(read(source), list(data)) as subject:
            return compiled(subject)
    if data:
        raise UsageError("a run has its tables; `--data` goes with a formulation")
    return compiled_of(opened(find(source, runs))[0])
