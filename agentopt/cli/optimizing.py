"""`agentopt optimize`: improve a text against a scored task, within a budget, with a verdict."""

from __future__ import annotations

__all__ = ["optimize", "resume"]

import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from agentopt.cli import completing
from agentopt.cli.options import AsJson, RunOptions, settled, spread
from agentopt.errors import AgentoptError, RunError, UsageError

if TYPE_CHECKING:
    from agentopt.budget import Budget
    from agentopt.evaluation.taskfile import Stated
    from agentopt.evaluation.tasks import PromptTask
    from agentopt.evaluation.trials import Evaluation
    from agentopt.models.base import WatchableModel
    from agentopt.optimizers.driver import Optimized, Progress
    from agentopt.optimizers.search import Method
    from agentopt.runs import Run

INTERRUPTED = 130


_KINDS: dict[type, str] = {bool: "true or false", int: "a whole number", float: "a number"}


class Asked(BaseModel):
    """What a search was begun with, beside its task."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    optimizer: str
    settings: list[str]
    model: str
    optimizer_model: str | None
    budget: str
    seed: int
    prompts: str | None
    out: str | None


@spread
def optimize(
    task: Annotated[Path, typer.Argument(metavar="TASK.toml", help="Prompt, rows, splits and scorer.")],
    runs: RunOptions,
    optimizer: Annotated[str, typer.Option("--optimizer", metavar="NAME", help="Who proposes.")] = "opro",
    model: Annotated[
        str | None,
        typer.Option(
            "--model", "-m", metavar="MODEL", autocompletion=completing.models, help="Runs the candidates."
        ),
    ] = None,
    optimizer_model: Annotated[
        str | None,
        typer.Option("--optimizer-model", metavar="MODEL", help="Proposes; by default the same."),
    ] = None,
    set_: Annotated[
        list[str], typer.Option("--set", metavar="KEY=VALUE", help="A setting of the method. Repeatable.")
    ] = [],  # noqa: B006 - typer's own
    budget: Annotated[
        str | None,
        typer.Option("--budget", metavar="CAPS", help="Of all models together: calls=300,dollars=2."),
    ] = None,
    prompts: Annotated[
        Path | None,
        typer.Option("--prompts", metavar="DIR", help="Prompt files that override the shipped ones."),
    ] = None,
    seed: Annotated[str | None, typer.Option("--seed", metavar="N", help="Of all chance.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Also write the best text there.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Estimate what it costs; send nothing.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    json_: AsJson = False,
) -> int:
    """Improve the prompt of a task; validation picks, the sealed test split judges.

    \b
    name = "navigate"
    prompt = "Answer Yes or No."     # or prompt_file = "prompt.md"
    place = "system"                 # before, after, or "Q: {question} A: {prompt}"
    scorer = "exact"                 # numeric, choice; or a table: kind = "judge", "python"
    [data]
    file = "navigate.jsonl"          # question/answer/accept or inputs/target
    train = 20
    val = 30
    test = 50
    """  # noqa: D301 - a backspace keeps typer from wrapping
    from dataclasses import dataclass

    from agentopt.evaluation.taskfile import read_task
    from agentopt.runs import Run

    @dataclass(frozen=True)
    class Own:
        model: str | None
        budget: str | None
        seed: str | None
        prompts: Path | None

    settings = settled(Own(model, budget, seed, prompts), runs)
    stated = read_task(task)
    asked = Asked(
        optimizer=optimizer,
        settings=set_,
        model=_named(settings.model),
        optimizer_model=optimizer_model,
        budget=str(settings.budget or ""),
        seed=settings.seed,
        prompts=None if settings.prompts is None else str(settings.prompts.resolve()),
        out=None if out is None else str(out.resolve()),
    )
    _method(asked)
    if dry_run:
        return _estimated(stated, asked, as_json=json_)
    with Run.create(
        settings.runs,
        "optimize",
        arguments=sys.argv[1:],
        title=f"optimize {stated.name}",
        seed=settings.seed,
    ) as run:
        run.write("task.json", stated.model_dump_json())
        run.write("options.json", json.dumps({"command": "optimize", "optimize": asked.model_dump()}))
        return _performed(run, stated, asked, quiet=quiet, as_json=json_)


def resume(run: Run, stated: object, *, budget: str | None, quiet: bool, as_json: bool) -> int:
    """Go on with a search; nothing is paid twice. A larger budget may be given.

    Raises:
        RunError: it is damaged.
    """
    from agentopt.display.terminal import write_json, write_out
    from agentopt.evaluation.taskfile import Stated

    with run:
        if run.has("answer.json") and run.has("answer.txt") and budget is None:
            if as_json:
                write_json(json.loads(run.read("answer.json")))
            else:
                write_out(run.read("answer.txt").decode())
            return 0
        try:
            asked = Asked.model_validate(stated)
        except ValidationError as error:
            raise RunError(f"{run.folder / 'options.json'} is damaged: {error.errors()[0]['msg']}",
                           hint="start the search anew") from error  # fmt: skip
        if budget is not None:
            asked = asked.model_copy(update={"budget": budget})
            run.write("options.json", json.dumps({"command": "optimize", "optimize": asked.model_dump()}))
        task = Stated.loads(run.read("task.json"), run.folder / "task.json")
        return _performed(run, task, asked, quiet=quiet, as_json=as_json)


def _performed(run: Run, stated: Stated, asked: Asked, *, quiet: bool, as_json: bool) -> int:
    from agentopt.display.searching import SearchView
    from agentopt.optimizers.driver import optimize as searched

    budget = _budget(asked)
    evaluations: list[Evaluation] = []
    view = SearchView(budget, quiet=quiet)

    def heard(progress: Progress) -> None:
        evaluations.append(progress.evaluation)
        view.on_progress(progress)

    with ExitStack() as stack:
        task = _task(stated, asked, stack)
        model, other, judge = _models(stated, asked, stack)
        try:
            found = searched(
                task,
                _method(asked),
                model=model,
                optimizer_model=other,
                judge_model=judge,
                budget=budget,
                seed=asked.seed,
                folder=run.folder,
                prompts=_prompts(asked),
                on_progress=heard,
                on_spend=view.on_spend,
            )
        except KeyboardInterrupt:
            view.close()
            run.finish("interrupted")
            sys.stderr.write(f"\ninterrupted; `agentopt runs resume {run.id}` goes on from here\n")
            return INTERRUPTED
        except AgentoptError as error:
            view.close()
            if error.exit_code == 3:
                way = f"`agentopt runs resume {run.id}` goes on from here"
                error.hint = f"{error.hint}; then {way}" if error.hint else way
            raise
        view.close()
    return _told(run, found, evaluations, asked, as_json=as_json)


def _told(
    run: Run, found: Optimized, evaluations: Sequence[Evaluation], asked: Asked, *, as_json: bool
) -> int:
    """Keep and print what came of it."""
    from agentopt.cli.results import copy_file
    from agentopt.display.searching import search_text
    from agentopt.display.terminal import without_style, write_json, write_out
    from agentopt.optimizers.faults import faults_of

    texts = found.best.candidate.texts
    files: dict[str, str] = {}
    for name, text in texts.items():
        files[name] = str(run.write("best.txt" if len(texts) == 1 else f"best-{name}.txt", f"{text}\n"))
        if asked.out is not None and len(texts) == 1:
            files[name] = str(copy_file(f"{text}\n".encode(), Path(asked.out)))
    faults = faults_of(evaluations)
    words = search_text(found, faults, _budget(asked), run=run.id, files=files)
    document = _document(run, found, evaluations, asked, files)
    run.write("answer.txt", without_style(words))
    run.write("answer.json", json.dumps(document))
    _keep_report(run)
    run.finish("done", status=document["status"], objective=found.best.score, calls=found.spend.calls)
    if as_json:
        write_json(document)
    else:
        write_out(words)
        write_out(f"run: {run.id}")
    return 0


def _keep_report(run: Run) -> None:
    from agentopt.display.report_search import search_report

    run.write("report.html", search_report(run))


def _document(
    run: Run,
    found: Optimized,
    evaluations: Sequence[Evaluation],
    asked: Asked,
    files: dict[str, str],
) -> dict[str, JsonValue]:
    from dataclasses import asdict

    from agentopt.optimizers.faults import faults_of
    from agentopt.runs.plain import plain

    verdict = found.verdict
    status = (
        "no verdict" if verdict is None else "improved" if verdict.is_improved else "no improvement shown"
    )
    said = None if verdict is None else {
        "words": str(verdict), "seed": verdict.seed.score, "best": verdict.best.score,
        "difference": asdict(verdict.difference), "p_value": verdict.p_value,
        "unmeasured": verdict.unmeasured, "improved": verdict.is_improved,
    }  # fmt: skip
    document = plain({
        "run": run.id, "status": status, "optimizer": asked.optimizer, "model": asked.model,
        "validation": {"seed": found.seed.score, "best": found.best.score},
        "verdict": said, "texts": dict(found.best.candidate.texts),
        "seed_texts": dict(found.seed.candidate.texts),
        "best": found.best.candidate.id, "candidates": len(found.validations), "ended": found.ended.value,
        "spend": asdict(found.spend), "used": asdict(found.used), "budget": asked.budget,
        "faults": {**asdict(faults_of(evaluations)), "unanswered": found.lost}, "files": files,
    })  # fmt: skip
    assert isinstance(document, dict)
    return document


def _estimated(stated: Stated, asked: Asked, *, as_json: bool) -> int:
    from dataclasses import asdict

    from agentopt.display.searching import estimate_text
    from agentopt.display.terminal import write_json, write_out
    from agentopt.optimizers.estimate import estimated

    budget = _budget(asked)
    with ExitStack() as stack:
        task = _task(stated, asked, stack)
        found = estimated(task, _models(stated, asked, stack)[0], budget)
    counts = {name: len(getattr(task.data, name)) for name in ("train", "val", "test")}
    if as_json:
        write_json({"examples": counts, "budget": asked.budget, **asdict(found)})
    else:
        write_out(estimate_text(found, budget, counts))
    return 0


def _task(stated: Stated, asked: Asked, stack: ExitStack) -> PromptTask:
    from agentopt.evaluation.graders import Program

    task = stated.task(_prompts(asked))
    if isinstance(task.grader, Program):
        stack.callback(task.grader.close)
    return task


def _models(
    stated: Stated, asked: Asked, stack: ExitStack
) -> tuple[WatchableModel, WatchableModel | None, WatchableModel | None]:
    """The model, the optimizer's and the judge's, where they are others."""
    from agentopt.models.registry import connect

    found: dict[str, WatchableModel] = {}

    def opened(spec: str | None) -> WatchableModel | None:
        if not spec:
            return None
        if spec not in found:
            found[spec] = connect(spec)
            stack.callback(found[spec].close)
        return found[spec]

    model = opened(asked.model)
    assert model is not None
    return model, opened(asked.optimizer_model), opened(stated.scorer.model)


def _method(asked: Asked) -> Method:
    """The method with its settings, each of the kind its default is of."""
    from agentopt.optimizers.registry import card, method

    known = {each.name: each.default for each in card(asked.optimizer).settings}
    given: dict[str, object] = {}
    for each in asked.settings:
        name, equals, value = (part.strip() for part in each.partition("="))
        if not equals or not name:
            raise UsageError(
                f"`--set {each}` is not of the form KEY=VALUE",
                hint=f"see `agentopt optimizers show {asked.optimizer}`",
            )
        given[name] = _valued(name, value, known.get(name))
    return method(asked.optimizer, given)


def _valued(name: str, text: str, default: object) -> object:
    wanted = type(default)
    try:
        if wanted is bool:
            return {"true": True, "false": False}[text.casefold()]
        if wanted in (int, float):
            return wanted(text)
    except (KeyError, ValueError):
        raise UsageError(
            f"`--set {name}={text}`: the setting is {_KINDS[wanted]}", hint=f"its default is {default}"
        ) from None
    return text


def _prompts(asked: Asked) -> Sequence[Path]:
    from agentopt.assets import folders

    return folders("prompts", None if asked.prompts is None else Path(asked.prompts))


def _budget(asked: Asked) -> Budget:
    from agentopt.budget import Budget

    return Budget.parse(asked.budget) if asked.budget else Budget()


def _named(specification: str | None) -> str:
    from agentopt.agents.consulting import stages

    _, named = stages(specification)
    if named is None:
        raise UsageError(
            "a search runs its candidates on a language model, and none is named",
            hint="`--model URL#NAME`, `--model openai:NAME`; the built-in reader takes no prompts",
        )
    return named
