"""What the nodes of one solve work with: paid calls, prompts, and large objects that are not checkpointed.

Everything here can be made again from the state: after a kill, replies come from the call store, solutions
from the run folder, and instances and arrays by binding and compiling once more.
"""

from __future__ import annotations

__all__ = ["Session", "Written", "digest"]

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from pydantic import JsonValue

from agentopt.agents.calls import CallStore
from agentopt.agents.context import Context, Event, EventKind, Problem, Question
from agentopt.agents.shelf import load_solution, save_solution
from agentopt.agents.state import State
from agentopt.compiling.arrays import Compiled
from agentopt.diagnosis import Diagnosis
from agentopt.errors import AvailabilityError, ModelError, PromptError
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import Instance
from agentopt.models.base import Reply, Request, Sampling
from agentopt.prompts import Prompt, load
from agentopt.sandbox import Runner
from agentopt.solvers.base import Limits, Report
from agentopt.solvers.solution import Progress, Solution, Termination

Written = Mapping[str, JsonValue]
"""A formulation as it stands in the state."""


class Session:
    """The surroundings of one pass through a graph; `sample` tells the passes of a vote apart."""

    def __init__(self, problem: Problem, context: Context, store: CallStore, sample: int = 0) -> None:
        self.problem = problem
        self.context = context
        self.sample = sample
        self.node = ""
        self.ordinal = 0
        self.state = State()
        self._store = store
        self._prompts: dict[str, Prompt] = {}
        self._formulations: dict[str, Formulation] = {}
        self._instances: dict[str, Instance] = {}
        self._compiled: dict[str, Compiled] = {}
        self._solutions: dict[str, Solution] = {}
        self._diagnoses: dict[str, Diagnosis] = {}

    def begin(self, node: str, state: State) -> None:
        """Enter a node in a state, which says the ordinal of its first call."""
        self.node, self.state, self.ordinal = node, state, state.calls

    def emit(self, kind: EventKind, message: str = "", **data: object) -> None:
        """Tell the listener."""
        if self.context.on_event is not None:
            with _EVENTS:
                self.context.on_event(Event(kind, self.node, message, data, self.sample))

    def ask(self, component: str, *, schema: Mapping[str, object] | None = None, **values: object) -> Reply:
        """The model's reply to a prompt of the strategy, paid once however often the node is run.

        Raises:
            AvailabilityError: there is no model.
            ModelError: the server could not be reached or gave no reply.
            BudgetExceeded: the call would exceed the budget; nothing was sent.
            PromptError: the prompt is missing, malformed or lacks an input.
        """
        model = self.context.model
        if model is None:
            raise AvailabilityError("this needs a language model", hint="name one with `--model URL#name`")
        prompt = self.prompt(component)
        request = Request(
            prompt.render(**{name: value for name, value in values.items() if name in prompt.inputs}),
            Sampling(
                temperature=self.context.vote_temperature if self.sample else self.context.temperature,
                max_tokens=self.context.max_tokens,
                seed=self.context.seed,
                index=max(0, self.sample - 1),
            ),
            schema,
            prompt.name,
        )
        ordinal, self.ordinal = self.ordinal, self.ordinal + 1
        reply = self._store.find(self.sample, ordinal, request)
        paid = reply is None
        if reply is None:
            self.emit("progress", f"{prompt.name}: waiting for {model.name}")
            reply = model.generate([request])[0]
            if reply.stop == "error":
                raise ModelError(
                    f"{model.name} gave no reply to `{prompt.name}`: {reply.error or 'no reason given'}",
                    hint="`agentopt runs resume` goes on from here; nothing is paid twice",
                )
            self._store.keep(self.sample, ordinal, request, reply)
        self.emit(
            "call" if paid else "replay",
            prompt.name,
            component=prompt.name,
            prompt_id=prompt.id,
            messages=[asdict(message) for message in request.messages],
            reply=reply.text,
            stop=reply.stop,
            usage=asdict(reply.usage),
            model=reply.model or model.name,
        )
        return reply

    def ask_person(self, question: Question) -> str | None:
        """The person's answer, asked once however often the node is run; None when nobody can be asked."""
        kept = self._store.answer(self.sample, question.text)
        if kept is not None or self.context.ask_person is None:
            return kept
        self.emit("question", question.text, options=list(question.options), why=question.why)
        answer = self.context.ask_person(question)
        self._store.keep_answer(self.sample, question.text, answer)
        return answer

    @property
    def programs(self) -> Runner:
        """Where programs run.

        Raises:
            AvailabilityError: the solve was begun without such a place.
        """
        if self.context.programs is None:
            raise AvailabilityError("this needs a place to run programs", hint="see `agentopt doctor`")
        return self.context.programs

    def files(self) -> dict[str, bytes]:
        """The problem's tables, by the names they are described under."""
        from agentopt.formulation.tables import Shelf

        return {path.name: path.read_bytes() for path in Shelf(self.problem.tables).files()}

    def prompt(self, component: str) -> Prompt:
        """The strategy's prompt of that name, or the one all strategies share; with a folder, that one."""
        if component not in self._prompts:
            own = component if "/" in component else f"{self.context.strategy}/{component}"
            try:
                prompt = load(own, self.context.prompts)
            except PromptError as error:
                if "there is no prompt" not in error.message:
                    raise
                prompt = load(f"shared/{component}", self.context.prompts)
            self._prompts[component] = prompt.with_slots(self.context.slots.get(prompt.name, {}))
        return self._prompts[component]

    def formulation(self, written: Written) -> Formulation:
        """The formulation the state holds."""
        key = digest(written)
        if key not in self._formulations:
            self._formulations[key] = (
                self.problem.formulation
                if self.problem.formulation is not None
                else Formulation.model_validate(written)
            )
        return self._formulations[key]

    def instance(self, written: Written) -> Instance:
        """It bound to the problem's data.

        Raises:
            BindingError: the data does not fit.
        """
        from agentopt.formulation.binding import bind

        key = digest(written)
        if key not in self._instances:
            self._instances[key] = bind(
                self.formulation(written),
                self.problem.data or None,
                tables=self.problem.tables,
                folder=self.problem.folder,
            )
        return self._instances[key]

    def compiled(self, written: Written) -> Compiled:
        """Its arrays.

        Raises:
            CompileError: it cannot be turned into arrays.
        """
        from agentopt.compiling import compile_instance

        key = digest(written)
        if key not in self._compiled:
            self._compiled[key] = compile_instance(self.instance(written))
        return self._compiled[key]

    def solve(self, written: Written) -> str:
        """Solve it and keep the solution; its key."""
        key = f"{self.sample}-{digest(written)}"
        if self._find_solution(key) is None:
            solution = self._engine(self.compiled(written), self.context.limits, self._progress)
            self._solutions[key] = solution
            folder = self._folder()
            if folder is not None:
                save_solution(folder / f"solution-{key}.npz", solution)
        return key

    def resolver(self, seconds: float) -> Callable[[Compiled], Solution]:
        """Solves arrays with the engine of the context, for so many seconds in all."""
        end = time.monotonic() + seconds

        def resolve(compiled: Compiled) -> Solution:
            left = max(0.1, end - time.monotonic())
            own = self.context.limits.seconds
            return self._engine(
                compiled, replace(self.context.limits, seconds=left if own is None else min(left, own))
            )

        return resolve

    def _engine(self, compiled: Compiled, limits: Limits, report: Report | None = None) -> Solution:
        from agentopt.solvers import solve

        return solve(
            compiled,
            engine=self.context.engine,
            limits=limits,
            options=self.context.options,
            report=report,
            # Whatever is solved on the way is small, or solved beside others.
            race=self.context.race and report is not None,
        )

    def solution(self, key: str, written: Written) -> Solution:
        """A kept solution; solved again if the run folder has lost it."""
        found = self._find_solution(key)
        if found is None:
            found = self._solutions[self.solve(written)]
        return found

    def diagnosis(self, key: str, written: Written) -> Diagnosis | None:
        """Why there is no answer, found out once; None where there is one, or a person stopped the engine."""
        solution = self.solution(key, written)
        if solution.has_point or solution.termination in _NOT_DIAGNOSED:
            return None
        if key not in self._diagnoses:
            from agentopt.diagnosis import SECONDS, diagnose

            own = self.context.limits.seconds
            self.emit("progress", "looking for why there is no answer")
            self._diagnoses[key] = diagnose(
                self.compiled(written), solution, SECONDS if own is None else min(SECONDS, max(1.0, own))
            )
        return self._diagnoses[key]

    def _find_solution(self, key: str) -> Solution | None:
        folder = self._folder()
        if key not in self._solutions and folder is not None:
            found = load_solution(folder / f"solution-{key}.npz")
            if found is not None:
                self._solutions[key] = found
        return self._solutions.get(key)

    def _folder(self) -> Path | None:
        return None if self.context.run is None else self.context.run.folder

    def _progress(self, progress: Progress) -> bool | None:
        self.emit("progress", "", **asdict(progress))
        return None


_EVENTS = threading.RLock()

_NOT_DIAGNOSED = frozenset(
    [
        Termination.TIME_LIMIT,
        Termination.MEMORY_LIMIT,
        Termination.ITERATION_LIMIT,
        Termination.INTERRUPTED,
    ]
)
"""Ends that say nothing about the model."""


def digest(written: Written) -> str:
    """A short hash of a formulation."""
    text = json.dumps(written, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
