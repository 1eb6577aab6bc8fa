"""`agentopt tune`: engine options for a stream of related instances, changed only where a test shows it."""

from __future__ import annotations

__all__ = ["resume", "tune"]

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agentopt.cli import completing
from agentopt.cli.options import AsJson, RunOptions, settled, spread
from agentopt.errors import RunError, UsageError

if TYPE_CHECKING:
    from agentopt.runs import Run
    from agentopt.tuning.bench import Bench
    from agentopt.tuning.measuring import Instance, Solve
    from agentopt.tuning.request import Request
    from agentopt.tuning.streams import Stream
    from agentopt.tuning.tuning import Outcome

INTERRUPTED = 130


@spread
def tune(
    places: Annotated[
        list[Path],
        typer.Argument(metavar="FOLDER...", help="LP, MPS and formulation files, or folders of them."),
    ],
    runs: RunOptions,
    engine: Annotated[
        str | None,
        typer.Option(
            "--engine",
            metavar="NAME",
            autocompletion=completing.engines,
            help="Whose options; by default who solves the class of the instances.",
        ),
    ] = None,
    method: Annotated[
        str, typer.Option("--method", metavar="NAME", help="bandit, or tpe for several options together.")
    ] = "bandit",
    option: Annotated[
        list[str],
        typer.Option(
            "--option",
            metavar="NAME[=VALUE,...]",
            help="Try only these; values are the card's if none are named. Repeatable.",
        ),
    ] = [],  # noqa: B006 - typer's own
    measure: Annotated[
        str, typer.Option("--measure", metavar="NAME", help="seconds, or iterations, which no load disturbs.")
    ] = "seconds",
    time_limit: Annotated[
        str | None, typer.Option("--time-limit", metavar="TIME", help="Of one solve; 60 by default.")
    ] = None,
    solves: Annotated[
        int | None, typer.Option("--solves", "-n", metavar="N", help="Solves at most, all together.")
    ] = None,
    budget: Annotated[
        str | None, typer.Option("--budget", metavar="time=TIME", help="Of all solves together: time=2h.")
    ] = None,
    threads: Annotated[str | None, typer.Option("--threads", metavar="N", help="Of the engine.")] = None,
    seed: Annotated[
        str | None, typer.Option("--seed", metavar="N", help="Draws the instances of the test.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder of cards that gets the new one."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    json_: AsJson = False,
) -> int:
    """Search on half of the instances, test on the other half; an improvement becomes a card that is used."""
    from dataclasses import dataclass

    from agentopt.budget import Budget
    from agentopt.runs import Run
    from agentopt.tuning.request import Request

    @dataclass(frozen=True)
    class Own:
        engine: str | None
        time_limit: str | None
        threads: str | None
        seed: str | None

    settings = settled(Own(engine, time_limit, threads, seed), runs)
    caps = Budget() if budget is None else Budget.parse(budget)
    if (caps.calls, caps.tokens, caps.dollars) != (None, None, None):
        raise UsageError("a tuning calls no model; its budget caps time alone", hint="--budget time=1h")
    request = Request.checked(
        places=[str(each.resolve()) for each in places],
        engine=settings.engine,
        method=method,
        options=option,
        measure=measure,
        time_limit=60.0 if settings.time_limit is None else settings.time_limit,
        threads=settings.threads,
        solves=solves,
        seconds=caps.seconds,
        seed=settings.seed,
        out=str((Path(".agentopt/solvers") if out is None else out).resolve()),
    )
    found = _stream(request, quiet=quiet)
    request = request.routed(found)
    with Run.create(
        settings.runs, "tune", arguments=sys.argv[1:], title=f"tune {places[0].name}", seed=settings.seed
    ) as run:
        run.write("options.json", json.dumps({"command": "tune", "tune": request.model_dump()}))
        run.write("instances.json", json.dumps([[each.name, each.digest] for each in found.instances]))
        return _performed(run, request, found, quiet=quiet, as_json=json_)


def resume(run: Run, stated: object, *, quiet: bool, as_json: bool) -> int:
    """Go on with a tuning; what was solved is not solved again.

    Raises:
        RunError: it is damaged, or the instances are not what they were.
    """
    from agentopt.display.terminal import write_json, write_out
    from agentopt.tuning.request import Request

    with run:
        if run.has("answer.json") and run.has("answer.txt"):
            if as_json:
                write_json(json.loads(run.read("answer.json")))
            else:
                write_out(run.read("answer.txt").decode())
            return 0
        request = Request.checked_again(stated, run.folder / "options.json")
        found = _stream(request, quiet=quiet)
        now = [[each.name, each.digest] for each in found.instances]
        if not run.has("instances.json") or json.loads(run.read("instances.json")) != now:
            raise RunError(
                f"the instances of {run.id} are not what they were",
                hint="put them back, or begin a new tuning",
            )
        return _performed(run, request, found, quiet=quiet, as_json=as_json)


def _stream(request: Request, *, quiet: bool) -> Stream:
    from agentopt.api import compiled, read
    from agentopt.tuning.streams import stream

    found = stream([Path(each) for each in request.places], lambda path: compiled(read(path)))
    if not quiet:
        for name, why in found.skipped:
            sys.stderr.write(f"left out: {name}: {why}\n")
    return found


def _performed(run: Run, request: Request, found: Stream, *, quiet: bool, as_json: bool) -> int:
    from agentopt.display.terminal import write_json, write_out
    from agentopt.tuning.choices import Choice, described
    from agentopt.tuning.tuning import tune as tuned
    from agentopt.tuning.writing import tuned_before

    def heard(number: int, instance: Instance, choice: Choice, solve: Solve) -> None:
        run.record(
            "solve", number=number, instance=instance.name, options=dict(choice), seconds=solve.seconds
        )
        if not quiet:
            came = f"{solve.termination}, {solve.seconds:.2f} s"
            sys.stderr.write(f"{number}  {instance.name}  {described(choice)}  {came}\n")

    card = Path(request.out) / f"{request.engine}.toml"
    before = tuned_before(card)
    bench = request.bench(run.folder / "solves.jsonl", heard)
    try:
        outcome = tuned(found.instances, bench, request.plan(found))
    except KeyboardInterrupt:
        run.finish("interrupted")
        sys.stderr.write(f"\ninterrupted; `agentopt runs resume {run.id}` goes on from here\n")
        return INTERRUPTED
    written = ""
    if outcome.shown:
        text = _card(run, request, outcome, before)
        run.write(card.name, text)
        written = str(_put(card, text))
    document = {**_document(request, outcome, bench), "card": written or None, "run": run.id}
    words = _text(request, outcome, written, len(found.instances))
    run.write("answer.txt", words)
    run.write("answer.json", json.dumps(document))
    run.finish("done", status="improvement shown" if outcome.shown else "no improvement shown")
    if as_json:
        write_json(document)
    else:
        write_out(words)
        write_out(f"run: {run.id}")
    return 0


def _put(card: Path, text: str) -> Path:
    from agentopt.runs.files import replace_whole

    try:
        card.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(card, text.encode())
    except OSError as error:
        raise UsageError(
            f"{card} cannot be written: {error.strerror or error}",
            hint="the card is in the run's folder; put it where you like",
        ) from error
    return card


def _card(run: Run, request: Request, outcome: Outcome, before: tuple[tuple[str, object], ...]) -> str:
    from agentopt.solvers.card import Evidence, cards
    from agentopt.solvers.registry import engine
    from agentopt.tuning.writing import override_text

    assert outcome.choice is not None
    assert outcome.comparison is not None
    found = outcome.comparison
    evidence = Evidence(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        engine_version=engine(request.engine or "").available().version,
        measure=request.measured,
        time_limit=request.time_limit,
        instances=found.pairs,
        shift=found.shift,
        before=found.before,
        after=found.after,
        ratio=found.ratio,
        ratio_interval=found.interval,
        p_value=found.p_value,
        unfinished_before=sum(not each.finished_before for each in outcome.pairs),
        unfinished_after=sum(not each.finished_after for each in outcome.pairs),
        method=request.method,
        tried=outcome.search.tried,
        solves=outcome.solves,
        run=run.id,
    )
    return override_text(cards()[request.engine or ""], outcome.choice, evidence, before)  # type: ignore[arg-type]  # values of options


def _document(request: Request, outcome: Outcome, bench: Bench) -> dict[str, object]:
    """The outcome as data."""
    from agentopt.runs.plain import plain

    return {
        "status": "improvement shown" if outcome.shown else "no improvement shown",
        "engine": request.engine,
        "options": dict(outcome.choice or ()),
        "why": outcome.why,
        "measure": request.measured,
        "comparison": plain(outcome.comparison),
        "fresh": plain(list(outcome.pairs)),
        "training": list(outcome.training),
        "search": {
            "method": request.method,
            "tried": outcome.search.tried,
            "stopped": outcome.search.stopped,
            "ratio": plain(2.718281828459045**outcome.search.change),
        },
        "left_out": list(outcome.wrong),
        "solves": outcome.solves,
        "seconds": outcome.seconds,
        "shift": bench.shift,
    }


def _text(request: Request, outcome: Outcome, written: str, count: int) -> str:
    from agentopt.display.listing import bold, columns
    from agentopt.tuning.choices import described

    lines = []
    found, choice = outcome.comparison, outcome.choice
    if outcome.shown and found is not None and choice is not None:
        lines += [
            bold(f"{request.engine} with {described(choice)}: {100 * (1 - found.ratio):.0f} % less"),
            "",
        ]
    else:
        lines += [bold("No improvement was shown; the defaults stay."), ""]
    if choice is None:
        lines.append(f"{outcome.why[:1].upper()}{outcome.why[1:]}.")
    elif found is None:
        lines.append(f"{described(choice)} was best in the search; {outcome.why}.")
    else:
        low, high = found.interval
        lines += [
            f"On {found.pairs} instances the search had not seen, {described(choice)} beside the defaults:",
            f"  {request.measured}: {found.before:.4g} before, {found.after:.4g} after",
            f"  ratio {found.ratio:.3f} (95 %: {low:.3f} to {high:.3f}); {outcome.why}",
            "",
            columns(
                ["instance", "before", "after"],
                [
                    [p.name, _cost(p.before, p.finished_before), _cost(p.after, p.finished_after)]
                    for p in outcome.pairs
                ],
                indent=2,
            ),
        ]
    lines += ["", *(f"left out, since it answers otherwise: {each}" for each in outcome.wrong)]
    search = outcome.search
    lines.append(
        f"{search.tried} changes tried by {request.method} on {len(outcome.training)} of {count} instances; "
        f"{search.stopped}; {outcome.solves} solves, {outcome.seconds:.1f} s"
    )
    if written:
        lines.append(f"written to {written}, which `agentopt` uses from now on here; remove it to undo that")
    return "\n".join(lines)


def _cost(value: float, finished: bool) -> str:
    return f"{value:.4g}" if finished else f"{value:.4g} (not finished)"
