"""`agentopt robust`: decide before the numbers are known, over scenarios or against an uncertainty set."""

from __future__ import annotations

__all__ = ["robust"]

import json as json_module
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from agentopt.cli import completing
from agentopt.cli.options import DataOptions, EngineOptions, OutputOptions, RunOptions, settled, spread
from agentopt.errors import UsageError

if TYPE_CHECKING:
    from agentopt.agents.context import Problem
    from agentopt.formulation.uncertainty import Risk
    from agentopt.runs import Run
    from agentopt.settings import Settings
    from agentopt.uncertainty.generation import Round

_FILES = (".json", ".txt", ".svg", ".html", ".yaml")
MAX_PRICES = 200

_File = Annotated[
    str,
    typer.Argument(
        metavar="FORMULATION",
        autocompletion=completing.examples,
        help="A .yaml or .json file with `uncertainty:`, its folder, or example:NAME.",
    ),
]
_Risk = Annotated[
    Literal["expected", "cvar", "worst"] | None,
    typer.Option("--risk", help="Of scenarios: what is made best, in place of what the formulation says."),
]
_Level = Annotated[
    float | None,
    typer.Option("--level", metavar="SHARE", help="Of cvar: 0.9 counts the mean of the worst tenth."),
]
_Weight = Annotated[
    float | None,
    typer.Option("--weight", metavar="SHARE", help="Of cvar, the rest being the expected value."),
]
_Policy = Annotated[
    Literal["adaptive", "affine", "static"] | None,
    typer.Option("--policy", help="Against a set: what later decisions may do once all is known."),
]
_Budget = Annotated[
    float | None,
    typer.Option("--budget", metavar="N", help="Of a set: how many numbers may be away from as stated."),
]
_Price = Annotated[
    str | None,
    typer.Option("--price", metavar="FROM:TO:POINTS", help="The worst case over the budget, with a plot."),
]
_Adversary = Annotated[
    Literal["auto", "milp", "vertices", "bilinear"],
    typer.Option("--adversary", help="How the worst case is looked for, under the adaptive policy."),
]


@spread
def robust(
    file: _File,
    data: DataOptions,
    engine: EngineOptions,
    runs: RunOptions,
    output: OutputOptions,
    risk: _Risk = None,
    level: _Level = None,
    weight: _Weight = None,
    policy: _Policy = None,
    budget: _Budget = None,
    price: _Price = None,
    adversary: _Adversary = "auto",
) -> int:
    """Find the best plan for what is uncertain, and what caution or knowing more is worth."""
    from agentopt.agents.context import Problem
    from agentopt.agents.subjects import formulation_file, read_subject
    from agentopt.api import with_data
    from agentopt.runs import Run

    settings = settled(engine, runs)
    path = formulation_file(file)
    of_set = {"--policy": policy, "--budget": budget, "--price": price}
    of_set["--adversary"] = None if adversary == "auto" else adversary
    of_scenarios = {"--risk": risk, "--level": level, "--weight": weight}
    with with_data(read_subject(path), list(data.data)) as subject:
        if not isinstance(subject, Problem) or subject.formulation is None:
            raise UsageError(
                f"{file} is no formulation with an uncertainty", hint="name a .yaml or .json file"
            )
        stated = subject.formulation.uncertainty
        if stated is None:
            raise UsageError(
                f"{file} states nothing uncertain",
                hint="add `uncertainty:`; `agentopt formulation show example:facility --as yaml` has one",
            )
        by_scenario = stated.scenarios is not None
        for name, value in (of_set if by_scenario else of_scenarios).items():
            if value is not None:
                kind = "scenarios" if by_scenario else "an uncertainty set"
                raise UsageError(f"{name} has no meaning for {kind}", hint="see `agentopt robust --help`")
        _check_places(output.out, svg=price is not None)
        title = subject.formulation.title or path.stem
        with Run.create(settings.runs, "robust", arguments=sys.argv[1:], title=title) as run:
            if by_scenario:
                chosen = _risk(stated.risk, risk, level, weight)
                ok, text, document = _scenarios(subject, settings, engine.engine_option, chosen, run, title)
            else:
                if settings.engine not in (None, "highs"):
                    raise UsageError(
                        "a robust plan is found over HiGHS",
                        hint="leave `--engine` out; `--adversary` is for it",
                    )
                asked = (policy, budget, adversary, _budgets(price))
                ok, text, document = _set(subject, settings, asked, run, title, quiet=output.quiet)
            run.write("answer.json", json_module.dumps(document, ensure_ascii=False))
            run.write("answer.txt", text)
            run.finish("done", status=document["status"], objective=document["objective"])
    _told(output, text, document, run)
    return 0 if ok else 1


def _risk(stated: Risk, risk: str | None, level: float | None, weight: float | None) -> Risk:
    from agentopt.formulation.uncertainty import Measure, Risk

    measure = stated.measure if risk is None else Measure(risk)
    given = {"--level": level, "--weight": weight}
    for name, value in given.items():
        if value is not None and measure is not Measure.CVAR:
            raise UsageError(
                f"{name} is for cvar, but the measure is `{measure.value}`", hint="add --risk cvar"
            )
    if level is not None and not 0 <= level < 1:
        raise UsageError(f"--level {level:g} is no share from 0 to below 1", hint="for instance 0.9")
    if weight is not None and not 0 <= weight <= 1:
        raise UsageError(f"--weight {weight:g} is no share from 0 to 1", hint="for instance 0.5")
    return Risk(
        measure=measure,
        level=stated.level if level is None else level,
        weight=stated.weight if weight is None else weight,
    )


def _budgets(price: str | None) -> tuple[float, ...]:
    """The budgets of `FROM:TO:POINTS`."""
    if price is None:
        return ()
    try:
        low, high, points = price.split(":")
        first, last, count = float(low), float(high), int(points)
    except ValueError:
        raise UsageError(f"--price {price} is not of the form FROM:TO:POINTS", hint="such as 0:5:6") from None
    if not (0 <= first < last < float("inf") and 2 <= count <= MAX_PRICES):
        raise UsageError(
            f"--price {price} needs budgets from 0 up and 2 to {MAX_PRICES} points", hint="such as 0:5:6"
        )
    return tuple(float(f"{first + (last - first) * k / (count - 1):.12g}") for k in range(count))


def _scenarios(
    problem: Problem,
    settings: Settings,
    options: Sequence[str],
    risk: Risk,
    run: Run,
    title: str,
) -> tuple[bool, str, dict[str, object]]:
    from agentopt.agents.context import Context
    from agentopt.cli.options import assigned
    from agentopt.cli.results import keep_report
    from agentopt.display.robust_json import stochastic_json
    from agentopt.display.robust_text import stochastic_text
    from agentopt.display.terminal import without_style
    from agentopt.formulation.io import dumps
    from agentopt.solvers.base import Limits
    from agentopt.uncertainty.stochastic import stochastic

    context: Context = Context(
        engine=settings.engine,
        limits=Limits(settings.time_limit, settings.mip_gap, settings.threads, settings.memory_limit),
        options=assigned(options),
        seed=settings.seed,
        verify_seconds=settings.verify_seconds,
    )
    found = stochastic(problem, context, risk)
    assert problem.formulation is not None
    run.write("stated.yaml", dumps(problem.formulation))
    run.write("formulation.yaml", dumps(found.equivalent.formulation))
    run.record("scenarios", count=len(found.scenarios), value=found.value)
    keep_report(found.answer, run)
    document = {**stochastic_json(found, str(run.id))}
    return found.value is not None, without_style(stochastic_text(found, title)), dict(document)


def _set(
    problem: Problem,
    settings: Settings,
    asked: tuple[object, float | None, object, tuple[float, ...]],
    run: Run,
    title: str,
    *,
    quiet: bool,
) -> tuple[bool, str, dict[str, object]]:
    from agentopt.display.robust_json import robust_json
    from agentopt.display.robust_plot import page, prices_svg
    from agentopt.display.robust_text import robust_text
    from agentopt.display.terminal import without_style
    from agentopt.formulation.io import dumps
    from agentopt.formulation.render import text as rendered
    from agentopt.solvers.base import Limits
    from agentopt.uncertainty.robust import Asked
    from agentopt.uncertainty.robust import robust as solved

    assert problem.formulation is not None
    run.write("formulation.yaml", dumps(problem.formulation))
    sign = -1.0 if any(o.sense == "maximize" for o in problem.formulation.objectives) else 1.0

    def tell(each: Round) -> None:
        run.record("round", number=each.number, lower=_finite(each.lower), upper=_finite(each.upper))
        if not quiet:
            sys.stderr.write(_line(each, sign) + "\n")

    policy, budget, adversary, prices = asked
    found = solved(
        problem,
        Asked(policy, budget, adversary, prices),  # type: ignore[arg-type]  # as typer checked them
        Limits(settings.time_limit, settings.mip_gap, settings.threads, settings.memory_limit),
        tell,
    )
    text = without_style(robust_text(found, title))
    objectives = problem.formulation.objectives
    picture = ""
    if found.prices:
        picture = prices_svg(found.prices, found.nominal, (objectives[0].unit or "") if objectives else "")
        run.write("prices.svg", picture)
    run.write("report.html", page(title, text, picture, rendered(problem.formulation)))
    return found.value is not None, text, dict(robust_json(found, str(run.id)))


def _finite(value: float) -> float | None:
    return value if abs(value) < float("inf") else None


def _line(each: Round, sign: float) -> str:
    from agentopt.display.figures import figure

    upper, lower = _finite(each.upper), _finite(each.lower)
    plan = "no plan yet" if upper is None else f"worst case {figure(sign * upper)}"
    bound = "" if lower is None else f", no better than {figure(sign * lower)}"
    return f"round {each.number}: {plan}{bound}"


def _told(output: OutputOptions, text: str, document: dict[str, object], run: Run) -> None:
    from agentopt.cli.results import copy_file
    from agentopt.display.terminal import write_json, write_out

    if output.json:
        write_json(document)
    else:
        write_out(f"{text}\n\nrun: {run.id}")
    for path in output.out:
        match path.suffix.lower():
            case ".json":
                content = json_module.dumps(document, ensure_ascii=False).encode()
            case ".svg":
                content = (run.folder / "prices.svg").read_bytes()
            case ".html":
                content = (run.folder / "report.html").read_bytes()
            case ".yaml":
                content = (run.folder / "formulation.yaml").read_bytes()
            case _:
                content = (text + "\n").encode()
        copy_file(content, path)


def _check_places(paths: Sequence[Path], *, svg: bool) -> None:
    for path in paths:
        if path.suffix.lower() not in _FILES or (path.suffix.lower() == ".svg" and not svg):
            hint = "one of .json, .txt, .html, .yaml" + (", .svg" if svg else "; .svg draws a `--price`")
            raise UsageError(f"--out {path}: the suffix does not say what is written", hint=hint)
        if path.is_dir() or not path.parent.is_dir():
            raise UsageError(f"--out {path} cannot be written", hint="name a file in a folder that exists")
