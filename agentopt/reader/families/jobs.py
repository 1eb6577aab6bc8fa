"""Schedules: jobs with durations on one machine, on machines that are alike, or through a shop."""

from __future__ import annotations

__all__ = ["Job", "Schedule"]

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from agentopt.formulation.elements import (
    Constraint,
    Formulation,
    IndexSet,
    Objective,
    Parameter,
    Role,
    Variable,
    Waiver,
)
from agentopt.reader.naming import label, unique

Number = int | float
Goal = Literal["makespan", "completion", "tardiness", "lateness"]
"""`completion`: the weighted sum of ends; `tardiness`: the weighted sum of delays; `lateness`: the
greatest one."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job.

    Attributes:
        duration: on its one machine; of a shop, None.
        steps: of a shop, machine and duration in the order of the work.
    """

    name: str
    duration: Number | None = None
    due: Number | None = None
    weight: Number | None = None
    steps: tuple[tuple[str, Number], ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Jobs, machines and what is asked."""

    jobs: tuple[Job, ...]
    goal: Goal
    machines: int = 1

    def formulation(self, *, waived: Sequence[Waiver] = (), assumptions: Sequence[str] = ()) -> Formulation:
        """When each job is done, and where."""
        names: list[str] = []
        for job in self.jobs:
            names.append(unique(label(job.name), names))
        if self.jobs[0].steps:
            made = self._shop(names)
        elif self.goal == "makespan":
            made = self._parallel(names)
        else:
            made = self._sequence(names)
        return made.model_copy(
            update={"assumptions": [*made.assumptions, *assumptions], "waived": list(waived)}
        )

    def _durations(self, names: Sequence[str]) -> Parameter:
        values = {name: job.duration for name, job in zip(names, self.jobs, strict=True)}
        return Parameter(over=["JOBS"], values=values, role=Role.DATA, meaning="duration of a job")

    def _parallel(self, names: Sequence[str]) -> Formulation:
        """Jobs shared out among machines that are alike, such that the last is done early."""
        return Formulation(
            title=f"Finish {len(names)} jobs on {self.machines} machines as early as possible",
            sets={
                "JOBS": IndexSet(elements=list(names), meaning="jobs"),
                "MACHINES": IndexSet(first=1, last="machines", meaning="machines, all alike"),
            },
            parameters={
                "duration": self._durations(names),
                "machines": Parameter(value=self.machines, role=Role.CAPACITY, meaning="how many there are"),
            },
            variables={
                "on": Variable(
                    over=["JOBS", "MACHINES"], domain="binary", meaning="whether the machine does the job"
                ),
                "finish": Variable(meaning="when everything is done"),
            },
            objective=Objective(minimize="finish", meaning="when everything is done"),
            constraints={
                "every_job_is_done": Constraint(
                    for_="j in JOBS",
                    that="sum(on[j,m] for m in MACHINES) == 1",
                    because="each job is done once",
                ),
                "work_of_a_machine": Constraint(
                    for_="m in MACHINES",
                    that="sum(duration[j]*on[j,m] for j in JOBS) <= finish",
                    because="a machine does one job after the other",
                ),
            },
            assumptions=["A machine does one job at a time, and a job is not interrupted."],
        )

    def _sequence(self, names: Sequence[str]) -> Formulation:
        """The order of jobs on one machine: which job comes before which."""
        parameters = {"duration": self._durations(names)}
        end = "(duration[j] + sum(duration[i]*before[i,j] for i in JOBS if i != j))"
        variables = {
            "before": Variable(
                over=["PAIRS"], domain="binary", meaning="whether the first comes before the second"
            )
        }
        constraints = {
            "one_comes_first": Constraint(
                for_="(i,j) in PAIRS", that="before[i,j] + before[j,i] == 1", because="one job at a time"
            ),
            "no_circles": Constraint(
                for_="(i,j) in PAIRS, k in JOBS if k != i and k != j",
                that="before[i,j] + before[j,k] + before[k,i] <= 2",
                because="the order is a line",
            ),
        }
        weight = ""
        if any(job.weight is not None for job in self.jobs):
            weight = "weight[j]*"
            values = {
                name: 1 if job.weight is None else job.weight
                for name, job in zip(names, self.jobs, strict=True)
            }
            parameters["weight"] = Parameter(over=["JOBS"], values=values, role=Role.COST, meaning="of a job")
        if self.goal != "completion":
            due = {name: job.due for name, job in zip(names, self.jobs, strict=True)}
            parameters["due"] = Parameter(
                over=["JOBS"], values=due, role=Role.DATA, meaning="when a job is due"
            )
        if self.goal == "completion":
            objective = Objective(
                minimize=f"sum({weight}{end} for j in JOBS)", meaning="sum of completion times"
            )
        elif self.goal == "tardiness":
            variables["delay"] = Variable(over=["JOBS"], meaning="by how much a job is late")
            constraints["delays"] = Constraint(
                for_="j in JOBS",
                that=f"delay[j] >= {end} - due[j]",
                because="late is what ends after it is due",
            )
            objective = Objective(minimize=f"sum({weight}delay[j] for j in JOBS)", meaning="total delay")
        else:
            variables["worst"] = Variable(lower=None, meaning="the greatest lateness")
            constraints["lateness"] = Constraint(
                for_="j in JOBS", that=f"worst >= {end} - due[j]", because="the worst of all"
            )
            objective = Objective(minimize="worst", meaning="the greatest lateness")
        return Formulation(
            title=f"The best order of {len(names)} jobs",
            sets={
                "JOBS": IndexSet(elements=list(names), meaning="jobs"),
                "PAIRS": IndexSet(of=["JOBS", "JOBS"], with_=["i", "j"], where="i != j", meaning="two jobs"),
            },
            parameters=parameters,
            variables=variables,
            objective=objective,
            constraints=constraints,
            assumptions=["One job at a time is done, without interruption and without idle time."],
        )

    def _shop(self, names: Sequence[str]) -> Formulation:
        """Starts of the steps of every job, and who is first on each machine."""
        visits = [
            [name, machine] for name, job in zip(names, self.jobs, strict=True) for machine, _ in job.steps
        ]
        lasts = [
            [name, machine, time]
            for name, job in zip(names, self.jobs, strict=True)
            for machine, time in job.steps
        ]
        follows = [
            [name, one, other]
            for name, job in zip(names, self.jobs, strict=True)
            for (one, _), (other, _) in pairwise(job.steps)
        ]
        on: dict[str, list[str]] = {}
        for name, machine in visits:
            on.setdefault(machine, []).append(name)
        clashes = [
            [one, other, machine]
            for machine, users in on.items()
            for at, one in enumerate(users)
            for other in users[at + 1 :]
        ]
        horizon = sum(time for job in self.jobs for _, time in job.steps)
        return Formulation(
            title=f"Finish {len(names)} jobs on {len(on)} machines as early as possible",
            sets={
                "VISITS": IndexSet(elements=visits, meaning="a job on a machine"),
                "FOLLOWS": IndexSet(elements=follows, meaning="a job, its machine, and its next machine"),
                "CLASHES": IndexSet(elements=clashes, meaning="two jobs on one machine"),
            },
            parameters={
                "duration": Parameter(
                    over=["VISITS"], values=lasts, role=Role.DATA, meaning="duration on the machine"
                ),
                "horizon": Parameter(value=horizon, role=Role.DATA, meaning="all durations together"),
            },
            variables={
                "start": Variable(over=["VISITS"], meaning="when the job starts on the machine"),
                "first_of": Variable(
                    over=["CLASHES"], domain="binary", meaning="whether the first job goes first"
                ),
                "finish": Variable(meaning="when everything is done"),
            },
            objective=Objective(minimize="finish", meaning="when everything is done"),
            constraints={
                "everything_ends": Constraint(
                    for_="(j,m) in VISITS",
                    that="start[j,m] + duration[j,m] <= finish",
                    because="all is done by then",
                ),
                "steps_in_order": Constraint(
                    for_="(j,m,n) in FOLLOWS",
                    that="start[j,m] + duration[j,m] <= start[j,n]",
                    because="a job goes from machine to machine",
                ),
                "first_then_second": Constraint(
                    for_="(i,j,m) in CLASHES",
                    that="start[i,m] + duration[i,m] <= start[j,m] + horizon*(1 - first_of[i,j,m])",
                    because="one job at a time on a machine",
                ),
                "second_then_first": Constraint(
                    for_="(i,j,m) in CLASHES",
                    that="start[j,m] + duration[j,m] <= start[i,m] + horizon*first_of[i,j,m]",
                    because="one job at a time on a machine",
                ),
            },
            assumptions=["A machine does one job at a time, and a step is not interrupted."],
        )
