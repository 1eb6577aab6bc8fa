"""A tuning as it is asked for: checked, kept in its run, and turned into a bench and a plan."""

from __future__ import annotations

__all__ = ["Request"]

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agentopt.errors import RunError, UsageError
from agentopt.solvers.base import Feature, Limits
from agentopt.solvers.card import cards
from agentopt.solvers.classes import feature
from agentopt.solvers.registry import engine
from agentopt.solvers.routing import require, route
from agentopt.tuning.bench import Bench, Cap
from agentopt.tuning.choices import Choice, knobs
from agentopt.tuning.measuring import Instance, Ledger, Solve, in_worker
from agentopt.tuning.streams import Stream
from agentopt.tuning.tuning import Plan


class Request(BaseModel):
    """What is tuned, how, and what it may cost.

    Attributes:
        places: files and folders of instances.
        engine: whose options; None until `routed`.
        options: that are tried, as `agentopt.tuning.choices.knobs` takes them; all of the card if empty.
        time_limit: seconds of one solve.
        solves, seconds: caps on all solves together.
        out: the folder of cards that gets the new one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    places: Annotated[list[str], Field(min_length=1)]
    engine: str | None = None
    method: Literal["bandit", "tpe"] = "bandit"
    options: list[str] = Field(default_factory=list)
    measure: Literal["seconds", "iterations"] = "seconds"
    time_limit: Annotated[float, Field(gt=0)] = 60.0
    threads: int | None = None
    solves: Annotated[int, Field(ge=1)] | None = None
    seconds: Annotated[float, Field(gt=0)] | None = None
    seed: int = 0
    out: str

    @classmethod
    def checked(cls, **given: object) -> Self:
        """A request from what was given.

        Raises:
            UsageError: a value is not one of those there are.
        """
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0]).replace("_", "-")
            raise UsageError(f"`--{name} {first['input']}`: {first['msg'].lower()}") from None

    @classmethod
    def checked_again(cls, stated: object, path: Path) -> Self:
        """A request from the file of a run.

        Raises:
            RunError: it is damaged.
        """
        try:
            return cls.model_validate(stated)
        except ValidationError as error:
            raise RunError(
                f"{path} is damaged: {error.errors()[0]['msg']}", hint="begin a new tuning"
            ) from None

    @property
    def measured(self) -> str:
        """What is compared, in words."""
        if self.measure == "seconds":
            return (
                f"shifted geometric mean of seconds, an instance not finished in {self.time_limit:g} s "
                "counting twice that (PAR-2)"
            )
        return "shifted geometric mean of iterations and nodes, an instance not finished counting twice"

    def routed(self, found: Stream) -> Self:
        """With the engine named, seen to take every instance.

        Raises:
            EngineError, AvailabilityError: it does not, or is not there.
        """
        first = found.instances[0].compiled
        name = self.engine or route(first).engine.name
        chosen = engine(name)
        for each in found.instances:
            require(chosen, each.compiled)
        classes = {feature(each.compiled) for each in found.instances}
        knobs(cards()[name], classes, self.options)
        return self.model_copy(update={"engine": name})

    def bench(self, path: Path | None, heard: Callable[[int, Instance, Choice, Solve], None] | None) -> Bench:
        """Where solves are made, kept in a file."""
        assert self.engine is not None
        card = cards()[self.engine]
        head = {
            "engine": self.engine,
            "defaults": {
                name: each.default for name, each in card.options.items() if each.default is not None
            },
            "version": engine(self.engine).available().version,
            "time_limit": self.time_limit,
            "threads": self.threads,
        }
        measure = in_worker(self.engine, Limits(seconds=self.time_limit, threads=self.threads))
        cap = Cap(self.solves, self.seconds)
        return Bench(measure, Ledger(path, head), self.measure, self.time_limit, cap, heard)

    def plan(self, found: Stream) -> Plan:
        """How the stream is searched."""
        assert self.engine is not None
        classes: set[Feature] = {feature(each.compiled) for each in found.instances}
        return Plan(knobs(cards()[self.engine], classes, self.options), self.method, self.seed)
