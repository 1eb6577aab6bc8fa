"""Schedules of a few jobs: one machine, machines that are alike, or a shop that jobs go through."""

from __future__ import annotations

__all__ = ["read"]

import re
from collections.abc import Sequence
from fractions import Fraction

from agentopt.reader.families.jobs import Goal, Job, Schedule
from agentopt.reader.families.marked import LIST, Ledger, Marked, N, numbers
from agentopt.reader.tables import Cell, Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Understanding

MAX_JOBS = 12
_JOB = (
    r"(?:job|task|order|operation|part|patient|report|program|batch|lot|ship|car|repair|"
    r"process|project|assignment|customer|test|truck|essay|cake|piece|aircraft|plane|item|"
    r"exam|file|song|print)"
)
_NAME = rf"(?:(?:[Tt]he )?(?:(?i:{_JOB}) )?(?:[A-Z][\w']*|<\d+>))"
_SERVERS = (
    r"(?:machines?|workers?|ovens?|servers?|printers?|lines?|presses|people|mechanics?|"
    r"docks?|painters?|rooms?|processors?|"
    r"computers?|technicians?|teams?|cranes?|kilns?|cooks?|clerks?|employees|persons?|"
    r"lathes?|cores?|trucks?|lanes?|welders?|looms?)"
)
_EARLY = (
    r"(?:as (?:early|soon|quickly|fast) as possible|earliest|in the (?:shortest|least) (?:possible )?time)"
)
_MAKESPAN = (
    r"\bmakespan\b|"
    rf"\b(?:all|everything|every (?:job|task|one)|last {_JOB}|the "
    rf"last|whole|they|work)\b[^.?!]*\b(?:done|finish\w*|complet\w*|ready|over|ends?|"
    rf"through)\b[^.?!]*{_EARLY}|"
    rf"\b(?:finish\w*|complet\w*|get)\b[^.?!]*\b(?:all|everything|every|last|work|{_JOB}s)\b[^.?!]*{_EARLY}|"
    r"\b(?:minimi[sz]\w*|shortest|least|smallest|earliest|how "
    r"(?:soon|quickly|early|fast))\b[^.?!]*\b(?:until|time at which|when|by "
    r"which|moment|can|in which|time "
    r"(?:to|for|until)|finish)\b[^.?!]*\b(?:all|everything|last|every|work)\b"
)
_SUM = (
    r"\b(?:sum|total|weighted|minimi[sz]\w*|altogether)\b[^.?!]*\b(?:completion "
    r"times?|finish\w* times?|flow times?|times? (?:of|at which)|ends?)\b"
)
_LATE = r"\b(?:tardiness|delays?|lateness|late|overdue|penalt\w+)\b"
_WORST = r"\b(?:maximum|maximal|greatest|largest|worst|longest) (?:lateness|delay)\b"
_OTHER = (
    r"\b(?:average|mean|profit|revenue|maximi[sz]\w*|release\w*|arrives?|available "
    r"from|preempt\w*|interrupted and|setup|set up|"
    r"changeover|salary|wage|skills?|each worker|qualified|number of late|late "
    r"jobs|capacity|precede\w*|predecessor\w*|"
    r"before .* can start|only after|depends on|different speeds?|twice as fast|maximum "
    r"tardiness|route|cost of assigning)\b"
)
_UNIT = r"(?: ?-? ?(?:hours?|minutes?|days?|h|min|weeks?|time units?|units?|seconds?))?"
_SAID = re.compile(
    rf"(?P<name>{_NAME}) (?:\( |: |, which |- )?(?:takes|needs|lasts|requires|has a "
    rf"duration of|has a processing time of|is|with)?(?: ?(?:about|a duration "
    rf"of|time|duration|exactly|work for))? ?{N}{_UNIT}"
    r"(?:(?: [a-z']+| ,| and| ;){0,6}? (?:due|deadline|wanted|promised)(?: [a-z']+| "
    r":){0,4}? (?P<due><\d+>)(?: ?(?:hours?|minutes?|days?|h|min))?)?"
    r"(?:(?: [a-z']+| ,| and| ;){0,6}? (?:weight|priority|importance|penalty|weighs)(?: "
    r"[a-z']+| :){0,4}? (?P<weight><\d+>))?"
)
_ROUTE_ON = re.compile(
    rf"{N}{_UNIT} (?:on|at|in) (?:the )?(?P<machine>(?:machine |station )?(?:[A-Z][\w']*|<\d+>)|[a-z]+)"
)
_ROUTE_FOR = re.compile(
    rf"(?P<machine>(?:machine |station )?(?:[A-Z][\w']*|<\d+>)|(?:the )?[a-z]+) (?:\( |for |: |, )?{N}{_UNIT}"
)
_IN_ORDER = (
    r"\b(?:order|then|first|flow ?-? ?shop|job ?-? ?shop|sequence|same order|from left to "
    r"right|one after the other|followed by)\b"
)


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """Jobs with durations, when their order or their places on machines are asked for."""
    marked = Marked.of(tokens, tables)
    goal = _goal(marked)
    if goal is None or marked.says(_OTHER):
        return None
    reading = _Reading(marked, tables, Ledger(tokens), goal)
    schedule = reading.schedule()
    if schedule is None or not 2 <= len(schedule.jobs) <= MAX_JOBS or reading.ledger.left():
        return None
    formulation = schedule.formulation(waived=reading.ledger.waivers(), assumptions=reading.doubts)
    return Understanding("scheduling", formulation, reading.ledger.account(), tuple(reading.doubts))


def _goal(marked: Marked) -> Goal | None:
    """What is to be small."""
    if not marked.says(
        r"\b(?:minimi[sz]\w*|least|smallest|shortest|lowest|early|earliest|soon|quickly|fast|"
        r"minimum|little)\b"
    ):
        return None
    if marked.says(_WORST):
        return "lateness"
    if marked.says(_LATE):
        return "tardiness"
    if marked.says(_MAKESPAN):
        return "makespan"
    return "completion" if marked.says(_SUM) else None


class _Reading:
    """One text being read."""

    def __init__(self, marked: Marked, tables: Sequence[Table], ledger: Ledger, goal: Goal) -> None:
        self.marked, self.tables, self.ledger, self.goal = marked, tables, ledger, goal
        self.doubts: list[str] = []

    def schedule(self) -> Schedule | None:
        """What is said of jobs and machines."""
        if self.goal == "makespan":
            shop = self._shop()
            if shop:
                self._waive_counts(len(shop), len({machine for job in shop for machine, _ in job.steps}))
                return Schedule(shop, self.goal)
        jobs = self._table() or self._sentences() or self._lists()
        if not jobs or any(job.duration is None or job.duration <= 0 for job in jobs):
            return None
        if self.goal in ("tardiness", "lateness") and any(job.due is None for job in jobs):
            return None
        if self.goal in ("completion", "makespan") and any(job.due is not None for job in jobs):
            return None
        if any(job.weight is not None for job in jobs) and self.goal in ("makespan", "lateness"):
            return None
        machines = self._machines(len(jobs))
        self._waive_counts(len(jobs), machines)
        if (self.goal == "makespan") == (machines == 1):
            return None
        return Schedule(jobs, self.goal, machines)

    def _machines(self, jobs: int) -> int:
        """How many machines there are, 1 where nothing is said."""
        for each in self.marked.all(rf"{N} (?:[a-z-]+ ){{0,3}}?{_SERVERS}\b"):
            at = int(each[1])
            value = self.ledger.tokens[at].value
            if (
                at not in self.ledger.entries
                and value is not None
                and value.denominator == 1
                and 1 < value <= jobs
            ):
                return int(self.ledger.take(at, "how many machines there are"))
        return 2 if self.marked.says(rf"\bboth {_SERVERS}\b") else 1

    def _waive_counts(self, jobs: int, machines: int) -> None:
        for at in self.ledger.left():
            after = self.marked.around(at, after=40)[1]
            value = self.ledger.tokens[at].value
            if value == jobs and re.match(rf" (?:[a-z]+ ){{0,3}}?{_JOB}s?\b|[a-z ]*\w+s\b", after):
                self.ledger.waive(at, "counts the jobs")
            elif value == machines and re.match(rf" (?:[a-z]+ ){{0,2}}?{_SERVERS}\b", after):
                self.ledger.waive(at, "counts the machines")

    def _table(self) -> tuple[Job, ...]:
        """Rows of a table: a label, and columns of durations, due times and weights."""
        for table in self.tables:
            if not table.is_even or not table.header or len(table.rows) < 2:
                continue
            columns: dict[str, int] = {}
            for at, cell in enumerate(table.header):
                kind = _column(cell.text) if at else None
                if kind and kind not in columns:
                    columns[kind] = at
                elif at:
                    columns = {}
                    break
            if "duration" not in columns:
                continue
            if any(row[at].value is None for row in table.rows for at in columns.values()):
                continue
            return tuple(self._row(row, columns) for row in table.rows)
        return ()

    def _row(self, row: Sequence[Cell], columns: dict[str, int]) -> Job:
        self.ledger.waive_cell(row[0], "part of a name")
        taken = {
            kind: self.ledger.take_cell(row[at], f"{kind} of {row[0].text}") for kind, at in columns.items()
        }
        return Job(row[0].text, taken["duration"], taken.get("due"), taken.get("weight"))

    def _sentences(self) -> tuple[Job, ...]:
        """`Job A takes 3 hours and is due after 5`, `B (2 hours, due 9, weight 4)`."""
        found = [each for each in _SAID.finditer(self.marked.words) if self._is_job(each["name"])]
        if len(found) < 2 or len({(each["due"] is None, each["weight"] is None) for each in found}) > 1:
            return ()
        jobs = []
        for each in found:
            name = self._name(each["name"])
            at = next(int(mark) for mark in each.groups()[1:] if mark and mark.isdigit())
            due, weight = ([int(mark) for mark in numbers(each[part] or "")] for part in ("due", "weight"))
            jobs.append(
                Job(
                    name,
                    self.ledger.take(at, f"duration of {name}"),
                    self.ledger.take(due[0], f"when {name} is due") if due else None,
                    self.ledger.take(weight[0], f"weight of {name}") if weight else None,
                )
            )
        return tuple(jobs) if len({job.name for job in jobs}) == len(jobs) else ()

    def _is_job(self, name: str) -> bool:
        """Whether a name can be one: no number alone, no word that begins a sentence."""
        bare = re.sub(r"^[Tt]he ", "", name)
        starts = (
            "The",
            "They",
            "Each",
            "It",
            "There",
            "Job",
            "Task",
            "These",
            "A",
            "Jobs",
            "Tasks",
            "Their",
            "And",
        )
        return not re.fullmatch(r"<\d+>", bare) and not (bare in starts and bare != "A")

    def _lists(self) -> tuple[Job, ...]:
        """`Jobs A, B and C take 3, 5 and 2 hours and are due after 4, 8 and 9`."""
        lists: dict[str, list[int]] = {}
        for each in self.marked.all(LIST):
            within = [
                at for at in numbers(each.group()) if at not in self.ledger.waived and not self._is_one(at)
            ]
            if len(within) < 2:
                continue
            before = self.marked.around(within[0], before=70)[0]
            values = [self.ledger.tokens[at].value for at in within]
            if re.search(rf"{_JOB}s? $", before) and values == [
                Fraction(n) for n in range(1, len(values) + 1)
            ]:
                for at in within:
                    self.ledger.waive(at, "part of a name")
                continue
            kind = _named(before)
            if kind is None or kind in lists:
                return ()
            lists[kind] = within
        if "duration" not in lists or len({len(within) for within in lists.values()}) > 1:
            return ()
        count = len(lists["duration"])
        names = self._listed_names(count)
        taken = {
            kind: [self.ledger.take(at, f"{kind} of {name}") for at, name in zip(within, names, strict=True)]
            for kind, within in lists.items()
        }
        empty: list[int | float | None] = [None] * count
        rows = zip(names, taken["duration"], taken.get("due", empty), taken.get("weight", empty), strict=True)
        return tuple(Job(*row) for row in rows)

    def _is_one(self, at: int) -> bool:
        """Whether it is the word of "one after the other"."""
        token = self.ledger.tokens[at]
        return token.value == 1 and token.kind in ("spelled", "one")

    def _listed_names(self, count: int) -> list[str]:
        found = self.marked.find(r"[A-Z]\w*(?:(?: ,| and| , and) [A-Z]\w*)+")
        names = re.findall(r"\b(?!and\b)[A-Za-z]\w*", found.group()) if found else []
        return (
            names
            if len(names) == count and len(set(names)) == count
            else [f"job {n}" for n in range(1, count + 1)]
        )

    def _shop(self) -> tuple[Job, ...]:
        """The ways of jobs through machines, from a table or sentence by sentence."""
        if not self.marked.says(_IN_ORDER):
            return ()
        return self._shop_table() or self._shop_sentences()

    def _shop_table(self) -> tuple[Job, ...]:
        """A row a job, a column a machine: all go through the machines from left to right."""
        for table in self.tables:
            heads = [cell.text for cell in table.header]
            if len(heads) < 3 or not table.is_even or any(_column(head) for head in heads[1:]):
                continue
            if any(cell.value is None for row in table.rows for cell in row[1:]):
                continue
            if table.layout == "list" or not self.marked.says(r"\border\b|flow|left to right|then|one after"):
                continue
            for cell in (*table.header, *(row[0] for row in table.rows)):
                self.ledger.waive_cell(cell, "part of a name")
            self.doubts.append("Every job goes through the machines in the order of the columns.")
            return tuple(
                Job(
                    row[0].text,
                    steps=tuple(
                        (head, self.ledger.take_cell(cell, f"duration of {row[0].text} on {head}"))
                        for head, cell in zip(heads[1:], row[1:], strict=True)
                    ),
                )
                for row in table.rows
            )
        return ()

    def _shop_sentences(self) -> tuple[Job, ...]:
        """`Job A: M1 3, M2 2`, `Job B needs 4 hours on M2, then 1 hour on M1`."""
        jobs = []
        heads = list(
            re.finditer(rf"(?:^|(?<=[.;?-] )|(?<=and ))(?P<name>{_NAME}) (?=[a-z:,-])", self.marked.words)
        )
        heads = [each for each in heads if self._is_job(each["name"])]
        ends = [each.start() for each in heads[1:]] + [len(self.marked.words)]
        for each, end in zip(heads, ends, strict=True):
            part = re.split(r" [.?!;](?: |$)", self.marked.words[each.end() : end])[0]
            steps = list(_ROUTE_ON.finditer(part)) or list(_ROUTE_FOR.finditer(part))
            if len(steps) < 2:
                continue
            name = self._name(each["name"])
            taken = []
            for step in steps:
                machine = self._name(step["machine"])
                at = next(int(mark) for mark in reversed(step.groups()) if mark and mark.isdigit())
                taken.append((machine, self.ledger.take(at, f"duration of {name} on {machine}")))
            if len({machine for machine, _ in taken}) < len(taken):
                return ()
            jobs.append(Job(name, steps=tuple(taken)))
        machines = [machine for job in jobs for machine, _ in job.steps]
        shared = len(jobs) > 1 and all(machines.count(machine) > 1 for machine in machines)
        return tuple(jobs) if shared else ()

    def _name(self, marked: str) -> str:
        for at in numbers(marked):
            self.ledger.waive(at, "part of a name")
        said = re.sub(N, lambda each: self.ledger.tokens[int(each[1])].text, marked)
        return re.sub(r"^[Tt]he ", "", said)


def _column(head: str) -> str | None:
    """What a column holds."""
    for kind, pattern in (
        ("due", r"due|deadline|promised"),
        ("weight", r"weight|priority|importance|penalty"),
        ("duration", r"time|duration|hours|minutes|days|length|processing|takes|work"),
    ):
        if re.search(pattern, head, re.IGNORECASE):
            return kind
    return None


def _named(before: str) -> str | None:
    """What a list of numbers is, by the last word before it that says so."""
    found = {
        "duration": r"\b(?:takes?|durations?|last|lasts|needs?|times|requires?|hours of)\b",
        "due": r"\b(?:due|deadlines?|promised)\b",
        "weight": r"\b(?:weights?|weigh|priorit\w+|importance|penalt\w+)\b",
    }
    places = {
        kind: max((e.start() for e in re.finditer(pattern, before)), default=-1)
        for kind, pattern in found.items()
    }
    best = max(places, key=lambda kind: places[kind])
    return best if places[best] >= 0 else None
