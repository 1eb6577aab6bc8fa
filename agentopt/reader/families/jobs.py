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
Goal = Literal["makespan", "completion", "waiting", "tardiness", "lateness", "delay", "late"]
"""`completion`: the weighted sum of ends; `waiting`: of the times until the jobs begin; `tardiness`: of the
delays; `lateness`: the greatest end after a due time, below zero if all are early; `delay`: the
greatest, zero
if none is late; `late`: the number of jobs that end late."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job.

    Attributes:
        duration: on its one machine; of a shop, None.
        release: when it can begin; None where it can from the start.
        steps: of a shop, machine and duration in the order of the work.
        options: its duration on each of several machines, one of which is to do it.
    """

    name: str
    duration: Number | None = None
    due: Number | None = None
    weight: Number | None = None
    release: Number | None = None
    steps: tuple[tuple[str, Number], ...] = ()
    options: tuple[tuple[str, Number], ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Jobs, machines and what is asked.

    Attributes:
        average: whether the average over the jobs is asked for, not the sum.
        order: pairs of jobs, by their places, the first of which must be done before the second begins.
    """

    jobs: tuple[Job, ...]
    goal: Goal
    machines: int = 1
    average: bool = False
    order: tuple[tuple[int, int], ...] = ()

    def formulation(self, *, waived: Sequence[Waiver] = (), assumptions: Sequence[str] = ()) -> Formulation:
        """When each job is done, and where."""
        names: list[str] = []
        for job in self.jobs:
            names.append(unique(label(job.name), names))
        if self.jobs[0].steps:
            made = self._shop(names)
        elif self.jobs[0].options:
            made = self._unlike(names)
        elif self.goal == "makespan" and self.machines > 1:
            made = self._parallel(names)
        elif self.machines > 1:
            made = self._rows(names)
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

    def _unlike(self, names: Sequence[str]) -> Formulation:
        """Jobs shared out among machines that take different times for them."""
        plain = self._parallel(names)
        values = [
            [name, machine, time]
            for name, job in zip(names, self.jobs, strict=True)
            for machine, time in job.options
        ]
        machines = [machine for machine, _ in self.jobs[0].options]
        duration = Parameter(
            over=["JOBS", "MACHINES"], values=values, role=Role.DATA, meaning="duration of a job on a machine"
        )
        work = Constraint(
            for_="m in MACHINES",
            that="sum(duration[j,m]*on[j,m] for j in JOBS) <= finish",
            because="a machine does one job after the other",
        )
        return plain.model_copy(
            update={
                "sets": {**plain.sets, "MACHINES": IndexSet(elements=machines, meaning="machines")},
                "parameters": {"duration": duration},
                "constraints": {**plain.constraints, "work_of_a_machine": work},
            }
        )

    def _rows(self, names: Sequence[str]) -> Formulation:
        """Places on machines that are alike, counted from the end: a job delays all that stand behind it."""
        places = [str(place) for place in range(1, len(names) + 1)]
        own = "(behind[k] - 1)" if self.goal == "waiting" else "behind[k]"
        total = f"sum({own}*duration[j]*on[j,m,k] for j in JOBS for m in MACHINES for k in PLACES)"
        return Formulation(
            title=f"The best order of {len(names)} jobs on {self.machines} machines",
            sets={
                "JOBS": IndexSet(elements=list(names), meaning="jobs"),
                "MACHINES": IndexSet(first=1, last="machines", meaning="machines, all alike"),
                "PLACES": IndexSet(elements=places, meaning="places on a machine, from the last"),
            },
            parameters={
                "duration": self._durations(names),
                "machines": Parameter(value=self.machines, role=Role.CAPACITY, meaning="how many there are"),
                "behind": Parameter(
                    over=["PLACES"],
                    values={place: int(place) for place in places},
                    meaning="how many jobs wait for one there, itself too",
                ),
                **self._count(),
            },
            variables={
                "on": Variable(
                    over=["JOBS", "MACHINES", "PLACES"], domain="binary", meaning="whether a job has a place"
                )
            },
            objective=Objective(minimize=self._averaged(total), meaning=_MEANS[self.goal]),
            constraints={
                "every_job_is_done": Constraint(
                    for_="j in JOBS",
                    that="sum(on[j,m,k] for m in MACHINES for k in PLACES) == 1",
                    because="each job is done once",
                ),
                "one_job_a_place": Constraint(
                    for_="m in MACHINES, k in PLACES",
                    that="sum(on[j,m,k] for j in JOBS) <= 1",
                    because="a machine does one job at a time",
                ),
            },
            assumptions=["A machine does one job at a time, and a job is not interrupted."],
        )

    def _count(self) -> dict[str, Parameter]:
        if not self.average:
            return {}
        return {"jobs": Parameter(value=len(self.jobs), role=Role.DATA, meaning="how many jobs there are")}

    def _averaged(self, total: str) -> str:
        return f"{total} / jobs" if self.average else total

    def _of_jobs(self, names: Sequence[str], part: str, role: Role, meaning: str, none: Number) -> Parameter:
        """One number of every job; `none` where a job has none."""
        values: dict[str, Number] = {}
        for name, job in zip(names, self.jobs, strict=True):
            value = getattr(job, part)
            values[name] = none if value is None else value
        return Parameter(over=["JOBS"], values=values, role=role, meaning=meaning)

    def _sequence(self, names: Sequence[str]) -> Formulation:
        """The order of jobs on one machine: which job comes before which."""
        parameters = {"duration": self._durations(names), **self._count()}
        variables = {
            "before": Variable(
                over=["PAIRS"], domain="binary", meaning="whether the first comes before the second"
            )
        }
        sets = {
            "JOBS": IndexSet(elements=list(names), meaning="jobs"),
            "PAIRS": IndexSet(of=["JOBS", "JOBS"], with_=["i", "j"], where="i != j", meaning="two jobs"),
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
        if self.order:
            pairs = [[names[one], names[other]] for one, other in self.order]
            sets["ORDERED"] = IndexSet(elements=pairs, meaning="a job, and one that must wait for it")
            constraints["given_order"] = Constraint(
                for_="(i,j) in ORDERED", that="before[i,j] == 1", because="the second needs the first"
            )
        end = "(duration[j] + sum(duration[i]*before[i,j] for i in JOBS if i != j))"
        begin = "sum(duration[i]*before[i,j] for i in JOBS if i != j)"
        if any(job.release for job in self.jobs):
            parameters["release"] = self._of_jobs(names, "release", Role.DATA, "when a job can begin", 0)
            horizon = sum(job.duration or 0 for job in self.jobs) + max(job.release or 0 for job in self.jobs)
            parameters["horizon"] = Parameter(value=horizon, role=Role.DATA, meaning="when all can be done")
            variables["start"] = Variable(over=["JOBS"], meaning="when a job begins")
            constraints["not_too_early"] = Constraint(
                for_="j in JOBS", that="start[j] >= release[j]", because="it is not there before"
            )
            constraints["one_after_the_other"] = Constraint(
                for_="(i,j) in PAIRS",
                that="start[j] >= start[i] + duration[i] - horizon*(1 - before[i,j])",
                because="one job at a time",
            )
            end, begin = "(start[j] + duration[j])", "(start[j] - release[j])"
        weight = ""
        if any(job.weight is not None for job in self.jobs):
            weight = "weight[j]*"
            parameters["weight"] = self._of_jobs(names, "weight", Role.COST, "of a job", 1)
        if self.goal in ("tardiness", "lateness", "delay", "late"):
            parameters["due"] = self._of_jobs(names, "due", Role.DATA, "when a job is due", 0)
        total = ""
        if self.goal == "completion":
            total = f"sum({weight}{end} for j in JOBS)"
        elif self.goal == "waiting":
            total = f"sum({weight}{begin} for j in JOBS)"
        elif self.goal == "tardiness":
            variables["delay"] = Variable(over=["JOBS"], meaning="by how much a job is late")
            constraints["delays"] = Constraint(
                for_="j in JOBS",
                that=f"delay[j] >= {end} - due[j]",
                because="late is what ends after it is due",
            )
            total = f"sum({weight}delay[j] for j in JOBS)"
        elif self.goal == "late":
            longest = sum(job.duration or 0 for job in self.jobs) + max(job.release or 0 for job in self.jobs)
            parameters["longest"] = Parameter(
                value=longest, role=Role.DATA, meaning="the most it can be late"
            )
            variables["late"] = Variable(over=["JOBS"], domain="binary", meaning="whether a job is late")
            constraints["lateness"] = Constraint(
                for_="j in JOBS",
                that=f"{end} <= due[j] + longest*late[j]",
                because="late is what ends after it is due",
            )
            total = f"sum({weight}late[j] for j in JOBS)"
        else:
            lower = None if self.goal == "lateness" else 0
            due = "" if self.goal == "makespan" else " - due[j]"
            variables["worst"] = Variable(lower=lower, meaning=_MEANS[self.goal])
            constraints["lateness"] = Constraint(
                for_="j in JOBS", that=f"worst >= {end}{due}", because="the worst of all"
            )
        return Formulation(
            title=f"The best order of {len(names)} jobs",
            sets=sets,
            parameters=parameters,
            variables=variables,
            objective=Objective(
                minimize=self._averaged(total) if total else "worst", meaning=_MEANS[self.goal]
            ),
            constraints=constraints,
            assumptions=["One job at a time is done, without interruption."],
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


_MEANS: dict[Goal, str] = {
    "makespan": "when everything is done",
    "completion": "sum of completion times",
    "waiting": "sum of the times until jobs begin",
    "tardiness": "total delay",
    "lateness": "the greatest lateness",
    "delay": "the greatest delay",
    "late": "how many jobs are late",
}
