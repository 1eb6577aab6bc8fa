"""Schedules of a few jobs: one machine, machines that are alike, or a shop that jobs go through.

The numbers of a text are put into records, a job each, and what a number is follows from its unit, the words
beside it and its place in the record. What there is of machines, and what is to be small, is said apart.
"""

from __future__ import annotations

__all__ = ["read"]

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from agentopt.reader.families.entries import Figure, Record, Records, records_in
from agentopt.reader.families.entryroles import distinct, lists_of, machines_of, role_of, roles_of, turned
from agentopt.reader.families.jobgoals import goal_of
from agentopt.reader.families.jobs import Goal, Job, Number, Schedule
from agentopt.reader.families.jobwords import (
    ALIKE,
    BEFORE,
    BEGINS,
    BOTH,
    CHOICE,
    CLOCK,
    FIRST,
    FLOW,
    LASTLY,
    MATCHED,
    OTHER,
    PAIR,
    PARALLEL,
    SERVERS,
)
from agentopt.reader.families.marked import Ledger
from agentopt.reader.families.nouns import stem
from agentopt.reader.families.worktables import Route, Sheet, route_of, sheet_of
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Understanding

MAX_JOBS = 12
MAX_UNREAD = 2
"""Numbers that may be left over, each of which is told as a doubt."""


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """Jobs with durations, when their order or their places on machines are asked for."""
    reading = _Reading(text, tokens, tables)
    schedule = reading.schedule()
    if schedule is None or not 2 <= len(schedule.jobs) <= MAX_JOBS or not reading.closes():
        return None
    formulation = schedule.formulation(waived=reading.ledger.waivers(), assumptions=reading.told)
    return Understanding("scheduling", formulation, reading.ledger.account(), tuple(reading.doubts))


class _Reading:
    """One text being read."""

    def __init__(self, text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> None:
        self.text, self.tokens, self.tables = text, tokens, tables
        self.ledger = Ledger(tokens)
        self.told: list[str] = []
        self.doubts: list[str] = []
        self.words = re.sub(r"\s+", " ", text.replace("’", "'")).lower()
        self.machines = 1

    def schedule(self) -> Schedule | None:
        """What is said of jobs and machines."""
        goal = goal_of(self.words)
        if goal is None or OTHER.search(self.words):
            return None
        if goal[0] == "makespan" and MATCHED.search(self.words) and not LASTLY.search(self.words):
            return None  # a total over pairs is no end of all work
        sheet = next((each for each in map(sheet_of, self.tables) if each is not None), None)
        for at, token in enumerate(self.tokens):
            if token.is_number and self._is_start(at):
                self.ledger.waive(at, "when the work begins")
        route = None if sheet else next((each for each in map(route_of, self.tables) if each), None)
        table = sheet.table if sheet else route.table if route else None
        hidden = {*(range(table.first, table.last) if table else ()), *self.ledger.waived}
        found = records_in(self.text, self.tokens, hidden)
        for at in found.names:
            self.ledger.waive(at, "part of a name")
        for at, noun in found.counts:
            self.ledger.waive(at, f"counts {noun}" if noun else "counts")
        if route is not None:
            jobs = self._routes(route)
        else:
            jobs = self._sheet(sheet, goal[0]) if sheet else self._prose(found, goal[0])
        if not jobs:
            return None
        return self._put(jobs, goal, found)

    def _put(self, jobs: tuple[Job, ...], goal: tuple[Goal, bool], found: Records) -> Schedule | None:
        """Jobs and goal in one, when they fit."""
        kind, average = goal
        order = self._order(jobs)
        if order is None:
            return None
        if jobs[0].steps:
            return Schedule(jobs, "makespan") if kind == "makespan" and not order else None
        if jobs[0].options:
            return Schedule(jobs, "makespan") if kind == "makespan" and not order else None
        if any(job.duration is None or job.duration <= 0 for job in jobs):
            return None
        if kind in ("tardiness", "lateness", "delay", "late"):
            if any(job.due is None for job in jobs):
                return None
        elif any(job.due is not None for job in jobs):
            self.doubts.append("The due times are not part of what is to be small.")
        if kind in ("makespan", "lateness", "delay") and any(job.weight is not None for job in jobs):
            self.doubts.append("The weights are not part of what is to be small.")
            jobs = tuple(replace(job, weight=None) for job in jobs)
        machines = self._count_machines(jobs, found)
        released = any(job.release for job in jobs)
        if machines > 1 and (kind not in ("makespan", "completion", "waiting") or released or order):
            return None
        if machines > 1 and any(job.weight is not None for job in jobs):
            return None
        if machines == 1 and kind == "makespan" and not released:
            return None
        return Schedule(jobs, kind, machines, average, order)

    def _count_machines(self, jobs: Sequence[Job], found: Records) -> int:
        """How many machines share the jobs, 1 where nothing is said."""
        several = []
        for at, noun in found.counts:
            value = self.tokens[at].value
            if value is None or value.denominator != 1 or not noun:
                continue
            if (1 < value < len(jobs) and SERVERS.search(noun)) or (
                1 < value <= len(jobs) and self._share(at, value == len(jobs))
            ):
                several.append(int(value))
        if several:
            return several[0]
        if any(self.tokens[at].value == 1 and SERVERS.search(noun) for at, noun in found.counts):
            return 1
        return 2 if PAIR.search(self.words) or self._has_both() else 1

    def _has_both(self) -> bool:
        """Whether `both`, or another word for two, stands before what does the work."""
        return bool(PARALLEL.search(self.words)) and any(
            SERVERS.search(word) for both in BOTH.finditer(self.words) for word in both[1].split()
        )

    def _share(self, at: int, as_many: bool) -> bool:
        """Whether what is counted shares the work; of as many as there are jobs, only if said outright."""
        if as_many:
            return any(
                token.lower in ("among", "amongst", "between", "across")
                for token in self.tokens[max(0, at - 3) : at]
            )
        after = {token.lower for token in self.tokens[at + 1 : at + 9]}
        if after & {"share", "split", "divide", "parallel"} or after & ALIKE:
            return True
        before = " ".join(token.lower for token in self.tokens[max(0, at - 8) : at])
        return bool(
            re.search(
                r"\b(?:have|has|with|between|among|amongst|across|by|over|on|owns?|there are|we are|"
                r"runs?|operates?|uses?|using)\b",
                before,
            )
        )

    # Jobs of a table.

    def _sheet(self, sheet: Sheet, goal: Goal) -> tuple[Job, ...]:
        for cell in sheet.table.cells():
            if cell.value is None:
                self.ledger.waive_cell(cell, "part of a name")
        jobs = []
        for number, row in enumerate(sheet.table.rows, 1):
            name = row[sheet.label].text if sheet.label is not None else f"job {number}"
            if sheet.label is not None:
                self.ledger.waive_cell(row[sheet.label], "part of a name")
            taken = {
                part: self.ledger.take_cell(row[at], f"{part} of {name}") for part, at in sheet.parts.items()
            }
            for at in sheet.unused:
                self.ledger.waive_cell(row[at], "not asked for")
            if sheet.machines:
                steps = tuple(
                    (machine, self.ledger.take_cell(row[at], f"duration of {name} on {machine}"))
                    for machine, at in sheet.machines
                    if row[at].value is not None
                )
                jobs.append(self._shop_job(name, steps))
            else:
                jobs.append(_job(name, taken))
        if sheet.machines:
            return self._ordered(jobs)
        return tuple(jobs)

    def _routes(self, route: Route) -> tuple[Job, ...]:
        """Jobs that each say their own way through the machines."""
        self.told.append("Every job goes through its machines in the order written.")
        jobs = []
        for label, stops in route.rows:
            self.ledger.waive_cell(label, "part of a name")
            steps = tuple(
                (machine, self.ledger.take_cell(cell, f"duration of {label.text} on {machine}"))
                for machine, cell in stops
            )
            jobs.append(Job(label.text, steps=steps))
        return tuple(jobs)

    def _shop_job(self, name: str, steps: tuple[tuple[str, int | float], ...]) -> Job:
        return Job(name, options=steps) if self._is_choice() else Job(name, steps=steps)

    def _is_choice(self) -> bool:
        """Whether each job goes to one of the machines, not to all of them."""
        return bool(CHOICE.search(self.words)) and not FLOW.search(self.words)

    def _ordered(self, jobs: Sequence[Job]) -> tuple[Job, ...]:
        """Jobs of a shop, when the order of their machines is said or told."""
        if jobs[0].options:
            return tuple(jobs)
        if (
            any(len(job.steps) < 1 for job in jobs)
            or len({machine for job in jobs for machine, _ in job.steps}) < 2
        ):
            return ()
        if not FLOW.search(self.words):
            return ()
        named = [machine for machine, _ in jobs[0].steps]
        places = [self.words.find(stem(machine.lower())) for machine in named]
        self.told.append("Every job goes through the machines in the order in which they are listed.")
        if all(place >= 0 for place in places) and places != sorted(places):
            said = re.search(r"\b(?:first|then|before|after|followed)\b", self.words)
            if said:
                self.doubts.append("The order of the machines is taken from the list.")
        return tuple(jobs)

    # Jobs of prose.

    def _prose(self, found: Records, goal: Goal) -> tuple[Job, ...]:
        records = [record for record in found.records if record.figures]
        if not records:
            return ()
        counted = self._counted(found)
        sizes = Counter(len(record.figures) for record in records)
        for size, _ in sorted(sizes.items(), key=lambda each: (-each[1] * (each[0] < 6), each[0])):
            chosen = [record for record in records if len(record.figures) == size]
            if len(chosen) > 1 and (
                len(chosen) in counted
                or not counted
                or size * len(chosen) >= 0.7 * sum(len(r.figures) for r in records)
            ):
                jobs = self._by_records(chosen, counted)
                if jobs:
                    return jobs
        return self._by_lists(records, counted) or self._by_names(records, counted)

    def _counted(self, found: Records) -> set[int]:
        """The numbers of things that the text counts."""
        return {
            int(value) for at, _ in found.counts if (value := self.tokens[at].value) is not None and value > 1
        }

    def _by_records(self, records: Sequence[Record], counted: set[int]) -> tuple[Job, ...]:
        """A record a job, or a record a machine."""
        roles = roles_of(records)
        names = distinct([record.label for record in records])
        if roles is not None:
            jobs = []
            for record, name in zip(records, names, strict=True):
                taken = {
                    role: self.ledger.take(figure.at, f"{role} of {name}")
                    for role, figure in zip(roles, record.figures, strict=True)
                }
                jobs.append(_job(name, taken))
            return tuple(jobs)
        if len(records[0].figures) in counted and len(records) not in counted:
            rows = turned(records)
            return self._by_records(rows, counted | {len(rows)}) if rows else ()
        machines = machines_of(records)
        if machines is None:
            return ()
        jobs = []
        for record, name, row in zip(records, names, machines, strict=True):
            steps = tuple(
                (machine, self.ledger.take(figure.at, f"duration of {name} on {machine}"))
                for machine, figure in zip(row, record.figures, strict=True)
            )
            jobs.append(self._shop_job(name, steps))
        return self._ordered(jobs)

    def _by_lists(self, records: Sequence[Record], counted: set[int]) -> tuple[Job, ...]:
        """`Jobs A, B and C take 3, 5 and 2 hours and are due after 4, 8 and 9`: a list a kind of number."""
        lists = [part for record in records for part in lists_of(record)]
        sizes = Counter(len(part) for part in lists if len(part) > 1)
        likely = sorted(sizes, key=lambda size: (size in counted, sizes[size], size), reverse=True)
        for size in likely:
            chosen = [part for part in lists if len(part) == size]
            if len(chosen) > 3:
                continue
            kinds = [role_of(part[0]) or role_of(part[-1]) for part in chosen]
            if len(chosen) == 1:
                kinds = ["duration"]
            elif kinds.count("") == 1 and "duration" not in kinds:
                kinds[kinds.index("")] = "duration"
            if "" in kinds or len(set(kinds)) < len(kinds) or "duration" not in kinds:
                continue
            names = self._names(size)
            values = {
                kind: [
                    self.ledger.take(figure.at, f"{kind} of {name}")
                    for figure, name in zip(part, names, strict=True)
                ]
                for kind, part in zip(kinds, chosen, strict=True)
            }
            return tuple(
                _job(name, {kind: given[number] for kind, given in values.items()})
                for number, name in enumerate(names)
            )
        return ()

    def _by_names(self, records: Sequence[Record], counted: set[int]) -> tuple[Job, ...]:
        """`A takes 3, B 5. A is due at 4, B at 9`: labels that come back, once for each kind of number."""
        by_name: dict[str, list[Figure]] = {}
        for record in records:
            for figure in record.figures:
                if not figure.keys:
                    return ()
                by_name.setdefault(figure.keys[0], []).append(figure)
        rows = [Record(name, tuple(figures)) for name, figures in by_name.items()]
        sizes = Counter(len(row.figures) for row in rows)
        size = sizes.most_common(1)[0][0] if sizes else 0
        rows = [row for row in rows if len(row.figures) == size]
        return self._by_records(rows, counted) if len(rows) > 1 and size > 1 else ()

    def _names(self, count: int) -> list[str]:
        """The names that a list gives as many jobs."""
        for found in re.finditer(r"[A-Z]\w*(?:(?:, and|,| and) [A-Z]\w*)+", self.text):
            names = re.split(r", and |, ?| and ", found.group())
            if len(names) == count and len(set(names)) == count:
                return names
        return [f"job {number}" for number in range(1, count + 1)]

    def _order(self, jobs: Sequence[Job]) -> tuple[tuple[int, int], ...] | None:
        """Which job must be done before which; None where a rule of the kind is not understood."""
        found = []
        for rule in BEFORE.finditer(self.words):
            clause = (
                re.split(r"[.;?!\n]", self.words[: rule.start()])[-1],
                re.split(r"[.;?!\n]", self.words[rule.end() :])[0],
            )
            left, right = (_jobs_in(part, jobs) for part in clause)
            if not left or not right:
                continue
            if len(left) != 1 or len(right) != 1:
                return None
            pair = (left[0], right[0])
            found.append(
                pair if rule.group(1).startswith(("before", "precede", "prior", "earlier")) else pair[::-1]
            )
        return tuple(dict.fromkeys(found))

    # What is left.

    def closes(self) -> bool:
        """Whether few enough numbers are left over, each of which is told as a doubt."""
        if len(self.ledger.left()) > MAX_UNREAD:
            return False
        for at in self.ledger.left():
            self.doubts.append(f"“{self._around(at)}” is not used")
            self.ledger.waive(at, "not used")
        return True

    def _is_start(self, at: int) -> bool:
        """Whether a number only says when the clock starts: `minute 0`, the start of `day 1`, `at 8:00`."""
        here = [token for token in self.tokens if token.sentence == self.tokens[at].sentence]
        before = self.tokens[at - 1].lower if at else ""
        if any(self.tokens[at].value == number and before == word for number, word in FIRST):
            return any(BEGINS.match(token.lower) for token in here)
        place = self.tokens[at].start
        clock = next((c for c in CLOCK.finditer(self.text) if c.start() <= place < c.end()), None)
        return clock is not None and len({c.group() for c in CLOCK.finditer(self.text)}) == 1

    def _around(self, at: int) -> str:
        here = self.tokens[at].sentence
        span = [token for token in self.tokens[max(0, at - 2) : at + 4] if token.sentence == here]
        return " ".join(self.text[span[0].start : span[-1].end].split())


def _jobs_in(words: str, jobs: Sequence[Job]) -> list[int]:
    """The jobs that words name."""
    return [at for at, job in enumerate(jobs) if re.search(rf"\b{re.escape(job.name.lower())}\b", words)]


def _job(name: str, taken: Mapping[str, Number]) -> Job:
    """A job by the numbers said of it."""
    return Job(name, taken.get("duration"), taken.get("due"), taken.get("weight"), taken.get("release"))
