"""`agentopt blackbox`: optimize an objective that is only evaluated, a Python function or a command."""

from __future__ import annotations

__all__ = ["Options", "blackbox", "resume"]

import json as _json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel, ConfigDict, ValidationError

from agentopt.cli.options import AsJson, RunOptions, settled, spread
from agentopt.errors import RunError, UsageError

if TYPE_CHECKING:
    from pydantic import JsonValue

    from agentopt.runs import Run
    from agentopt.solvers.blackbox.loop import Outcome
    from agentopt.solvers.blackbox.proposing import Trial
    from agentopt.solvers.blackbox.study import Study

INTERRUPTED = 130

SHOWN = 10
"""Failures that are told apart."""


@spread
def blackbox(
    study: Annotated[
        Path,
        typer.Argument(
            metavar="STUDY",
            help="A YAML file: variables with bounds or choices, `minimize:` or `maximize:` with "
            "`python: FILE.py:NAME` or `command: [program, ...]`, constraints.",
        ),
    ],
    runs: RunOptions,
    evaluations: Annotated[
        int, typer.Option("--evaluations", "-n", metavar="N", help="Points that are evaluated, at most.")
    ] = 100,
    engine: Annotated[
        str | None,
        typer.Option(
            "--engine", metavar="NAME", help="tpe, cmaes, consensus or random; by default what suits."
        ),
    ] = None,
    batch: Annotated[
        int, typer.Option("--batch", "-j", metavar="N", help="Points that are evaluated at once.")
    ] = 1,
    time_limit: Annotated[
        str | None, typer.Option("--time-limit", metavar="TIME", help="Of the search: 90, 10m, 1h30m.")
    ] = None,
    seed: Annotated[str | None, typer.Option("--seed", metavar="N", help="Of the search.")] = None,
    history: Annotated[
        Path | None,
        typer.Option(
            "--history", metavar="FILE", help="Keep evaluations there, and go on from those it has."
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    json: AsJson = False,
) -> int:
    """Search for the best point of a study; Ctrl-C ends with the best so far."""
    from dataclasses import dataclass

    from agentopt.runs import Run
    from agentopt.solvers.blackbox.evaluating import evaluator
    from agentopt.solvers.blackbox.study import load

    @dataclass(frozen=True)
    class Own:
        time_limit: str | None
        seed: str | None

    settings = settled(Own(time_limit, seed), runs)
    stated = load(study)
    if history is not None and (history.is_dir() or not history.resolve().parent.is_dir()):
        raise UsageError(f"--history {history} cannot be written", hint="name a file in a folder that exists")
    evaluator(stated, study.resolve().parent).close()  # what can never be evaluated makes no run
    kept = None if history is None else str(history.resolve())
    options = Options(
        study=str(study.resolve()),
        evaluations=evaluations,
        engine=engine,
        batch=batch,
        seed=settings.seed,
        seconds=settings.time_limit,
        history=kept,
    )
    with Run.create(
        settings.runs,
        "blackbox",
        arguments=sys.argv[1:],
        title=stated.title or study.stem,
        seed=settings.seed,
    ) as run:
        run.write("study.yaml", study.read_text(encoding="utf-8"))
        run.write("options.json", _json.dumps({"command": "blackbox", "blackbox": options.model_dump()}))
        return _performed(run, options, stated, quiet=quiet, as_json=json)


class Options(BaseModel):
    """What a search needs to be gone on with, beside the study that is in its run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    study: str
    evaluations: int
    engine: str | None
    batch: int
    seed: int
    seconds: float | None
    history: str | None


def resume(run: Run, stated: object, *, quiet: bool, as_json: bool) -> int:
    """Go on with a search; what was evaluated is not evaluated again.

    Raises:
        RunError: the run is damaged.
    """
    from agentopt.solvers.blackbox.study import load

    with run:
        try:
            options = Options.model_validate(stated)
        except ValidationError as error:
            raise RunError(
                f"{run.folder / 'options.json'} is damaged: {error.errors()[0]['msg']}", hint="begin anew"
            ) from error
        return _performed(run, options, load(run.folder / "study.yaml"), quiet=quiet, as_json=as_json)


def _performed(run: Run, options: Options, stated: Study, *, quiet: bool, as_json: bool) -> int:
    """Search, keep what comes of it and print it; the exit status."""
    from agentopt.display.terminal import write_json, write_out
    from agentopt.solvers.blackbox.evaluating import evaluator
    from agentopt.solvers.blackbox.loop import Plan, optimize

    kept = Path(options.history) if options.history else run.folder / "evaluations.jsonl"
    plan = Plan(options.evaluations, options.engine, options.batch, options.seed, options.seconds, kept)
    known = sum(each.kind == "evaluation" for each in run.events())

    def heard(number: int, trial: Trial, best: Trial | None) -> None:
        if number > known:
            run.record("evaluation", number=number, point=trial.point, failure=trial.failure)
        if not quiet:
            sys.stderr.write(_line(stated, number, options.evaluations, trial, best) + "\n")

    evaluate = evaluator(stated, Path(options.study).parent)
    try:
        found = optimize(stated, evaluate, plan, heard)
    finally:
        evaluate.close()
    document = _document(stated, found, str(run.id), str(kept))
    text = _text(stated, found)
    interrupted = found.stopped.endswith("Ctrl-C")
    run.write("answer.txt", text)
    run.write("answer.json", _json.dumps(document))
    run.finish("interrupted" if interrupted else "done", objective=found.value)
    if as_json:
        write_json(document)
    else:
        write_out(text)
        write_out(f"run: {run.id}")
    if interrupted:
        sys.stderr.write(f"to go on: agentopt runs resume {run.id}\n")
        return INTERRUPTED
    return 0 if found.best is not None else 1


def _line(study: Study, number: int, of: int, trial: Trial, best: Trial | None) -> str:
    came = f"failed: {trial.failure}" if trial.failure else _shown(study, trial)
    rest = "" if best is None else f"; best {_shown(study, best)}"
    return f"{number}/{of}  {came}{rest}"


def _shown(study: Study, trial: Trial) -> str:
    value = "nothing" if trial.loss is None else f"{study.sign * trial.loss:.8g}"
    return value if trial.feasible else f"{value} (constraints exceeded by {trial.violation:.3g})"


def _document(study: Study, found: Outcome, run: str, history: str) -> dict[str, JsonValue]:
    """The outcome as data."""
    best = found.best
    failures = [each.failure for each in found.trials if each.failure]
    return {
        "status": "feasible" if best is not None else "nothing found",
        "objective": found.value,
        "standard_error": found.error,
        "point": None if best is None else dict(best.point),
        "engine": found.engine,
        "why": found.why,
        "evaluations": len(found.trials),
        "reused": found.reused,
        "failed": len(failures),
        "failures": [*sorted(set(failures))[:SHOWN]],
        "infeasible": sum(not each.feasible and not each.failure for each in found.trials),
        "stopped": found.stopped,
        "seconds": found.seconds,
        "history": history,
        "run": run,
        "proved": False,
        "sense": "maximize" if study.maximize is not None else "minimize",
    }


def _text(study: Study, found: Outcome) -> str:
    from agentopt.display.listing import bold, card

    lines = [bold(study.title)] if study.title else []
    if found.best is None:
        lines.append("No point was found that counts.")
    else:
        most = "Greatest" if study.maximize is not None else "Least"
        error = "" if found.error is None else f" (mean of {study.repeats}, standard error {found.error:.2g})"
        lines += [f"{most} value found: {found.value:.10g}{error}. Nothing is proved about other points.", ""]
        units = {name: each.unit for name, each in study.variables.items()}
        shown = {
            name: f"{value:.10g} {units[name]}".strip() if isinstance(value, int | float) else value
            for name, value in found.best.point.items()
        }
        lines += [card(shown), ""]
    reused = f", {found.reused} of them from the history" if found.reused else ""
    lines.append(
        f"{len(found.trials)} evaluations{reused} by {found.engine} ({found.why}) in {found.seconds:.1f} s; "
        f"{found.stopped}"
    )
    failures = [each.failure for each in found.trials if each.failure]
    for reason in sorted(set(failures))[:SHOWN]:
        lines.append(f"failed {failures.count(reason)} times: {reason}")
    return "\n".join(lines)
