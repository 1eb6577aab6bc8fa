"""`agentopt train`: train the built-in reader on generated problems; what optimizers there are."""

from __future__ import annotations

__all__ = ["app"]

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import JsonValue

from agentopt.cli.options import AsJson
from agentopt.errors import AvailabilityError, UsageError

if TYPE_CHECKING:
    from agentopt.reader.network.weights import Network

app = typer.Typer(no_args_is_help=False, rich_markup_mode=None)


@app.callback()
def _train() -> None:
    """Train what comes with agentopt."""


@app.command(help="Train the built-in reader on generated problems, or go on where the folder stands.")
def reader(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Checkpoint, curve and weights are kept there.")
    ] = Path("reader-training"),
    examples: Annotated[
        int, typer.Option("--examples", metavar="N", help="Problems to see, each once.")
    ] = 1_000_000,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of problems and weights.")] = 0,
    begin: Annotated[
        Path | None,
        typer.Option("--begin", metavar="WEIGHTS.npz", help="Start a new run from these weights."),
    ] = None,
    tune: Annotated[
        list[Path] | None,
        typer.Option("--judge", metavar="ROWS.jsonl", help="Score on these rows on the way. Repeatable."),
    ] = None,
    every: Annotated[
        int, typer.Option("--judge-every", metavar="N", help="Problems between two scores.")
    ] = 50_000,
    threads: Annotated[int, typer.Option("--threads", metavar="N", help="Of torch; 0 for all.")] = 0,
    device: Annotated[
        str, typer.Option("--device", metavar="cpu|cuda", help="By default a GPU if any.")
    ] = "",
) -> None:
    """Deterministic given the seed, the number of examples and the device."""
    try:
        from agentopt.teaching.reader import Plan, train
    except ImportError as error:
        raise AvailabilityError(
            f"training needs torch, which is not installed ({error})", hint="pip install 'agentopt[train]'"
        ) from error
    from agentopt.reader.network.weights import load
    from agentopt.teaching.scoring import labelled, share_right

    if examples < 1 or every < 1 or seed < 0:
        raise UsageError("--examples and --judge-every take 1 or more, --seed 0 or more")
    rows = {path.stem: labelled(path) for path in tune or []}

    def judge(network: Network) -> Mapping[str, JsonValue]:
        return {name: share_right(network, found) for name, found in rows.items()}

    def report(line: Mapping[str, JsonValue]) -> None:
        sys.stderr.write("  ".join(f"{name} {value}" for name, value in line.items()) + "\n")

    plan = Plan(examples=examples, seed=seed, judge_every=every, threads=threads, device=device)
    path = train(out, plan, judge, report, begin=None if begin is None else load(begin))
    sys.stdout.write(f"{path}\n")


@app.command(help="List the named optimizers of `--engine gradient`: what a step of each needs.")
def optimizers(as_json: AsJson = False) -> None:
    """One line an optimizer."""
    from agentopt.display.listing import listing
    from agentopt.training.optimizers import OPTIMIZERS

    rows = [
        {
            "name": name,
            "package": each.package,
            "available": each.available,
            "needs": sorted(each.needs),
            "learning_rate": each.rate,
            "source": each.source,
            "status": each.package if each.available else f"{each.package} (missing)",
        }
        for name, each in OPTIMIZERS.items()
    ]
    heads = {"name": "name", "needs": "a step needs", "status": "package", "source": "source"}
    listing(rows, heads, as_json=as_json, empty="there are no optimizers")
