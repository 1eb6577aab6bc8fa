"""Problems of schedules: one machine, machines that are alike, small shops; in many trades and layouts."""

from __future__ import annotations

__all__ = ["generate"]

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from agentopt.reader.families.jobs import Goal, Job, Schedule
from agentopt.synthesis.families.scenes import capital, csv_table, enumerated, letters, markdown
from agentopt.synthesis.problem import Problem


@dataclass(frozen=True, slots=True)
class Scene:
    """A trade: who works, on what, with which machines, in which unit of time."""

    agent: str
    job: str
    server: tuple[str, str]
    unit: str


SCENES = (
    Scene("a workshop", "job", ("machine", "machines"), "hours"),
    Scene("a print shop", "order", ("printer", "printers"), "minutes"),
    Scene("a data center", "program", ("server", "servers"), "minutes"),
    Scene("a garage", "repair", ("mechanic", "mechanics"), "hours"),
    Scene("a harbor", "ship", ("dock", "docks"), "hours"),
    Scene("a painter's firm", "job", ("painter", "painters"), "days"),
    Scene("a bakery", "batch", ("oven", "ovens"), "minutes"),
    Scene("a law office", "report", ("clerk", "clerks"), "hours"),
    Scene("a pottery", "batch", ("kiln", "kilns"), "hours"),
    Scene("a laboratory", "test", ("technician", "technicians"), "minutes"),
    Scene("a film studio", "project", ("computer", "computers"), "hours"),
    Scene("a weaving mill", "order", ("loom", "looms"), "hours"),
    Scene("a metal shop", "part", ("lathe", "lathes"), "minutes"),
    Scene("an airport", "aircraft", ("crane", "cranes"), "minutes"),
    Scene("a joinery", "order", ("worker", "workers"), "days"),
    Scene("a kitchen", "order", ("cook", "cooks"), "minutes"),
)
_ASKS: dict[str, tuple[str, ...]] = {
    "completion": (
        "In which order should they be done to minimize the {total} of completion times?",
        "Minimize the {total} of the completion times.",
        "Find the order with the least {total} of completion times.",
        "What is the smallest possible {total} of completion times?",
    ),
    "tardiness": (
        "In which order should they be done to minimize the total{weighted} tardiness?",
        "Minimize the total{weighted} delay.",
        "Find the order with the least total{weighted} tardiness.",
        "What is the smallest total{weighted} delay?",
    ),
    "lateness": (
        "Minimize the maximum lateness.",
        "Find the order with the smallest maximum lateness.",
        "In which order should they be done to minimize the greatest lateness?",
    ),
    "makespan": (
        "Minimize the makespan.",
        "All {jobs} should be finished as early as possible.",
        "How can everything be done as soon as possible?",
        "What is the shortest time in which all {jobs} can be finished?",
        "Find a plan with the smallest makespan.",
        "What is the earliest time at which all {jobs} are done?",
    ),
}
_ONE = (
    "{Agent} has {count} {jobs} for one {server}.",
    "{Agent} has a single {server}, which does one {job} at a time.",
    "{Count} {jobs} wait for the only {server} of {agent}.",
    "One {server} must do {count} {jobs}, one after the other.",
    "{Agent} does one {job} at a time.",
)
_SEVERAL = (
    "{Agent} has {machines} identical {servers} for {count} {jobs}.",
    "{Count} {jobs} are shared out among {machines} {servers} that are alike.",
    "There are {machines} {servers} at {agent}, and every {job} can be done by any of them.",
    "{Agent} distributes its {jobs} over {machines} equal {servers}.",
)
_SHOP = (
    "{Agent} has {count} {jobs}, each of which goes through its machines in the order given.",
    "{Count} {jobs} go from machine to machine, each in its own order; a machine does one {job} at a time.",
    "In a job shop, every {job} visits the machines in the order listed.",
)


def generate(rng: random.Random, difficulty: int) -> Problem:
    """A problem of schedules; at a higher difficulty with more jobs, weights, several machines, and shops."""
    scene = rng.choice(SCENES)
    kinds: list[Goal | str] = ["completion", "makespan", "lateness", "tardiness", "shop"]
    kind = rng.choice(kinds[: 2 + difficulty] if difficulty < 3 else kinds)
    count = rng.randint(3, 3 + difficulty)
    names = _names(rng, scene, count)
    if kind == "shop":
        return _shop(rng, difficulty, scene, names[:4])
    goal: Goal = kind  # type: ignore[assignment]  # one of the goals, "shop" is done
    jobs = [Job(name, rng.randint(1, 12)) for name in names]
    if goal in ("tardiness", "lateness"):
        total = sum(int(job.duration or 0) for job in jobs)
        jobs = [
            replace(job, due=rng.randint(int(job.duration or 0), max(int(job.duration or 0), total * 3 // 4)))
            for job in jobs
        ]
    if (goal == "completion" and rng.random() < 0.6) or (
        goal == "tardiness" and difficulty > 3 and rng.random() < 0.5
    ):
        jobs = [replace(job, weight=rng.randint(1, 9)) for job in jobs]
    machines = rng.randint(2, 3) if goal == "makespan" else 1
    schedule = Schedule(tuple(jobs), goal, machines)
    layouts: list[_Layout] = [_prose, _brackets, _respectively]
    if difficulty > 1:
        layouts += [_table, _attached]
    said, tables = rng.choice(layouts)(rng, scene, schedule)
    leads = _SEVERAL if machines > 1 else _ONE
    return Problem(
        "scheduling", difficulty, 0, _text(rng, scene, schedule, leads, said), schedule.formulation(), tables
    )


def _names(rng: random.Random, scene: Scene, count: int) -> list[str]:
    style = rng.random()
    if style < 0.4:
        return [f"{scene.job} {letter}" for letter in letters(count)]
    if style < 0.6:
        return letters(count)
    if style < 0.8:
        return [f"{scene.job} {at}" for at in range(1, count + 1)]
    return [f"J{at}" for at in range(1, count + 1)]


def _plural(job: str) -> str:
    return {"batch": "batches", "aircraft": "aircraft"}.get(job, f"{job}s")


def _text(rng: random.Random, scene: Scene, schedule: Schedule, leads: tuple[str, ...], said: str) -> str:
    the = (
        scene.agent.replace("a ", "the ", 1)
        if scene.agent.startswith("a ")
        else scene.agent.replace("an ", "the ", 1)
    )
    spelled = ("three", "four", "five", "six", "seven", "eight")
    count = len(schedule.jobs)
    weighted = any(job.weight is not None for job in schedule.jobs)
    words = {
        "agent": the,
        "job": scene.job,
        "jobs": _plural(scene.job),
        "server": scene.server[0],
        "servers": scene.server[1],
        "count": rng.choice([str(count), spelled[count - 3] if count > 2 else "two"]),
        "machines": rng.choice([str(schedule.machines), {1: "one", 2: "two", 3: "three"}[schedule.machines]]),
        "total": "weighted sum" if weighted else rng.choice(["sum", "total"]),
        "weighted": " weighted" if weighted else "",
    }
    words |= {capital(key): capital(value) for key, value in words.items()}
    ask = rng.choice(_ASKS[schedule.goal]).format(**words)
    text = f"{rng.choice(leads).format(**words)} {said} {ask}"
    return "\n".join(line.strip() for line in text.split("\n"))


_Said = tuple[str, dict[str, str]]
_Layout = Callable[[random.Random, Scene, Schedule], _Said]


def _prose(rng: random.Random, scene: Scene, schedule: Schedule) -> _Said:
    verb = rng.choice(["takes", "needs", "lasts"])
    by = rng.choice(["is due after", "is due at", "has a deadline of"])
    sentences = []
    for job in schedule.jobs:
        parts = [f"{capital(job.name)} {verb} {job.duration} {scene.unit}"]
        if job.due is not None:
            parts.append(f"{by} {job.due}{f' {scene.unit}' if 'after' in by else ''}")
        if job.weight is not None:
            parts.append(f"has {rng.choice(['weight', 'a weight of', 'priority'])} {job.weight}")
        sentences.append(f"{enumerated(parts)}.")
    return " ".join(sentences), {}


def _brackets(rng: random.Random, scene: Scene, schedule: Schedule) -> _Said:
    listed = []
    for job in schedule.jobs:
        parts = [f"{job.duration} {scene.unit}"]
        parts += [f"due {job.due}"] if job.due is not None else []
        parts += [f"weight {job.weight}"] if job.weight is not None else []
        listed.append(f"{job.name} ({', '.join(parts)})")
    return f"They are {enumerated(listed)}.", {}


def _respectively(rng: random.Random, scene: Scene, schedule: Schedule) -> _Said:
    jobs = schedule.jobs
    end = rng.choice(["", " respectively"])
    sentences = [f"They take {enumerated([job.duration for job in jobs], rng)} {scene.unit}{end}."]
    if jobs[0].due is not None:
        sentences.append(
            f"They are due after {enumerated([job.due for job in jobs], rng)} {scene.unit}{end}."
        )
    if jobs[0].weight is not None:
        sentences.append(f"Their weights are {enumerated([job.weight for job in jobs], rng)}.")
    return " ".join(sentences), {}


def _columns(scene: Scene, schedule: Schedule) -> tuple[list[str], list[list[object]]]:
    jobs = schedule.jobs
    heads, columns = (
        [scene.job, f"time ({scene.unit})"],
        [[job.name for job in jobs], [job.duration for job in jobs]],
    )
    if jobs[0].due is not None:
        heads.append("due")
        columns.append([job.due for job in jobs])
    if jobs[0].weight is not None:
        heads.append("weight")
        columns.append([job.weight for job in jobs])
    return heads, [list(row) for row in zip(*columns, strict=True)]


def _table(rng: random.Random, scene: Scene, schedule: Schedule) -> _Said:
    heads, rows = _columns(scene, schedule)
    return f"\n\n{markdown(heads, rows)}\n\n", {}


def _attached(rng: random.Random, scene: Scene, schedule: Schedule) -> _Said:
    heads, rows = _columns(scene, schedule)
    name = f"{_plural(scene.job)}.csv"
    return f"They are listed in {name}.", {name: csv_table(heads, rows)}


def _shop(rng: random.Random, difficulty: int, scene: Scene, names: list[str]) -> Problem:
    """A job shop, or a table of machines that all go through in one order."""
    machines = rng.choice([["M1", "M2", "M3"], ["machine A", "machine B", "machine C"], ["M1", "M2"]])
    flow = rng.random() < 0.4
    jobs = []
    for name in names:
        order = machines if flow else rng.sample(machines, len(machines))
        jobs.append(Job(name, steps=tuple((machine, rng.randint(1, 9)) for machine in order)))
    schedule = Schedule(tuple(jobs), "makespan")
    if flow:
        rows = [[job.name, *(time for _, time in job.steps)] for job in jobs]
        said = (
            f"All {_plural(scene.job)} go through the machines in the order of the "
            f"columns.\n\n{markdown([scene.job, *machines], rows)}\n\n"
        )
        leads: tuple[str, ...] = (
            "{Agent} has {count} {jobs}, and a machine does one {job} at a time.",
            "{Agent} is a flow shop.",
        )
    else:
        leads = _SHOP
        said = rng.choice([_shop_lines, _shop_prose])(scene, schedule)
    return Problem(
        "scheduling", difficulty, 0, _text(rng, scene, schedule, leads, said), schedule.formulation()
    )


def _shop_lines(scene: Scene, schedule: Schedule) -> str:
    lines = [
        f"- {capital(job.name)}: {', '.join(f'{machine} ({time})' for machine, time in job.steps)}"
        for job in schedule.jobs
    ]
    return "\n" + "\n".join(lines) + "\n"


def _shop_prose(scene: Scene, schedule: Schedule) -> str:
    sentences = []
    for job in schedule.jobs:
        steps = ", then ".join(f"{time} {scene.unit} on {machine}" for machine, time in job.steps)
        sentences.append(f"{capital(job.name)} needs {steps}.")
    return " ".join(sentences)
