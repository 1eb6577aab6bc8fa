"""The answer to a problem: what was understood, what was found, and how far it can be trusted."""

from __future__ import annotations

__all__ = ["Answer", "Status", "answer_of", "status_of"]

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from agentopt.agents.explaining import explanation, readings
from agentopt.agents.findings import certificate_from_json
from agentopt.agents.reporting import reported
from agentopt.agents.session import Session
from agentopt.agents.state import NumberRead, Opinion, State
from agentopt.agents.statements import MAX_STATED, statements
from agentopt.budget import Spend
from agentopt.compiling.arrays import Compiled
from agentopt.diagnosis import Diagnosis
from agentopt.errors import AgentoptError
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import Instance, Label
from agentopt.solvers.solution import Solution, Termination
from agentopt.verification.certificate import Certificate

Status = Literal[
    "optimal",
    "locally optimal",
    "feasible",
    "infeasible",
    "unbounded",
    "infeasible or unbounded",
    "not solved",
    "formulated",
    "no formulation",
]
"""`feasible`: a limit was reached with an answer in hand; `not solved`: without one, or no repair held;
`formulated`: asked for no more than that; `no formulation`: none could be got.
"""


@dataclass(frozen=True, eq=False)
class Answer:
    """What came of a problem.

    Attributes:
        explanation: the answer in words.
        reading: how each number of the problem was read.
        report: the further quantities asked for, by name.
        questions: what the person was asked, and answered.
        findings: what is still wrong with the formulation, when no answer was reached.
        repairs: how often the model mended its formulation.
        verdict: of the built-in reader, where it read the problem: `solve`, `check` (the reading is to be
            checked) or `decline`; empty where a language model or a person wrote the formulation.
        reasons: why it was not sure.
        account: how it read each number.
        diagnosis: why there is no answer, where there is none.
        program: the Python program the formulation was taken from, where the model wrote one.
        votes: for a vote, how many samples agree with the answer's objective value, and of how many.
    """

    status: Status
    formulation: Formulation | None = None
    instance: Instance | None = None
    compiled: Compiled | None = None
    solution: Solution | None = None
    certificate: Certificate | None = None
    explanation: str = ""
    reading: tuple[str, ...] = ()
    report: Mapping[str, float] = field(default_factory=dict)
    questions: tuple[tuple[str, str], ...] = ()
    findings: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    spend: Spend = field(default_factory=Spend)
    repairs: int = 0
    verdict: str = ""
    reasons: tuple[str, ...] = ()
    account: tuple[NumberRead, ...] = ()
    program: str = ""
    votes: tuple[int, int] | None = None
    diagnosis: Diagnosis | None = None

    @property
    def objective(self) -> float | None:
        """The objective value, if there is a point."""
        return self.solution.objective if self.solution is not None and self.solution.has_point else None

    @property
    def variables(self) -> dict[str, float | dict[tuple[Label, ...], float]]:
        """The decisions by name and index; empty without a point."""
        solution = self.solution
        if self.compiled is None or solution is None or solution.values is None or not solution.has_point:
            return {}
        return self.compiled.values_by_name(solution.values)

    def __str__(self) -> str:
        return self.explanation or self.status

    def _repr_html_(self) -> str:
        """For notebooks."""
        return _as_html(self)

    @property
    def ok(self) -> bool:
        """Whether there is an answer to act on, or the formulation that was asked for."""
        return self.status in ("optimal", "locally optimal", "feasible", "formulated")


def _as_html(answer: Answer) -> str:
    """The answer in words, what the certificate says, and the formulation, each text escaped."""
    from html import escape

    from agentopt.formulation.render import html

    parts = [f"<pre>{escape(answer.explanation or answer.status)}</pre>"]
    if answer.certificate is not None:
        lists = (("contradicted", answer.certificate.failed), ("proved", answer.certificate.proved))
        rows = [f"<li>{head}: {escape(each.statement)}</li>" for head, found in lists for each in found]
        parts.append(f"<p><b>{answer.certificate.verdict}</b></p><ul>{''.join(rows)}</ul>")
    if answer.formulation is not None:
        parts.append(f"<details><summary>The formulation</summary>{html(answer.formulation)}</details>")
    return f"<div class='answer'>{''.join(parts)}</div>"


def answer_of(state: State, session: Session, spend: Spend, *, until: str = "explain") -> Answer:
    """The answer a final state amounts to."""
    shared: dict[str, object] = {
        "questions": tuple(state.answers),
        "findings": tuple(state.findings),
        "warnings": tuple([*state.warnings, *([state.stopped] if state.stopped else [])]),
        "spend": spend,
        "repairs": state.repairs,
        "program": state.program,
        **_consulted(state),
    }
    if state.formulation is None:
        words = (
            _without(state, "No formulation was reached")
            if state.consulted is None
            else _declined(state.consulted, session)
        )
        return Answer("no formulation", explanation=words, **shared)  # type: ignore[arg-type]  # fields of Answer
    formulation = session.formulation(state.formulation)
    if state.solution is None:
        status: Status = "not solved" if state.findings or state.stopped else "formulated"
        instance = None
        if status == "formulated" and until != "check":
            instance = session.instance(state.formulation)
        words = "" if status == "formulated" else _without(state, "The formulation does not hold yet")
        return Answer(status, formulation, instance, explanation=words, **shared)  # type: ignore[arg-type]  # fields of Answer
    instance = session.instance(state.formulation)
    compiled = session.compiled(state.formulation)
    solution = session.solution(state.solution, state.formulation)
    report: dict[str, float] = {}
    if solution.values is not None and solution.has_point:
        report, missing = reported(compiled, solution.values)
        shared["warnings"] = (*state.warnings, *missing, *([state.stopped] if state.stopped else []))
    kept = state.certificate
    diagnosis = session.diagnosis(state.solution, state.formulation)
    return Answer(
        status_of(solution),
        formulation,
        instance,
        compiled,
        solution,
        None if kept is None else certificate_from_json(kept),
        _with_doubts(explanation(compiled, solution, report, diagnosis), state.consulted),
        readings(instance) if state.consulted is None else tuple(map(_in_words, state.consulted.account)),
        report,
        diagnosis=diagnosis,
        **shared,  # type: ignore[arg-type]  # fields of Answer
    )


def _consulted(state: State) -> dict[str, object]:
    kept = state.consulted
    if kept is None:
        return {}
    return {"verdict": kept.verdict, "reasons": tuple(kept.reasons), "account": tuple(kept.account)}


def _in_words(read: NumberRead) -> str:
    return f"“{read.place}”: {read.meaning}"


def _with_doubts(words: str, opinion: Opinion | None) -> str:
    """The answer, and what is to be checked about the reading it rests on."""
    if opinion is None or opinion.verdict != "check":
        return words
    reasons = "\n".join(f"  {each}" for each in opinion.reasons)
    return f"{words}\n\nCheck how the text was read before you act on this:\n{reasons}".rstrip()


def _declined(opinion: Opinion, session: Session) -> str:
    """Why the built-in reader does not answer, what it made of the text, and what to do."""
    lines = ["The built-in reader does not answer this, since it did not understand it well enough:"]
    lines += [f"  {each}" for each in opinion.reasons]
    if opinion.partial is not None:
        try:
            read = session.compiled(opinion.partial)
            stated = statements(read) if read.objectives or read.num_rows else []
        except AgentoptError:
            stated = []
        if stated:
            more = [f"  and {len(stated) - MAX_STATED} more"] if len(stated) > MAX_STATED else []
            lines += ["", "As far as it was read, and not solved:"]
            lines += [*(f"  {each}" for each in stated[:MAX_STATED]), *more]
    return "\n".join([*lines, "", *_WAYS_ON])


_WAYS_ON = (
    "What you can do:",
    "  connect a language model: add `--model openai:NAME` or `--model URL#NAME` (`agentopt models list`)",
    "  state each limit in a short sentence, with its number and unit, and say what is to be most or least",
    "  write the formulation yourself: `agentopt formulation show example:bakery --as yaml` shows one",
)


def status_of(solution: Solution) -> Status:
    """What a solution amounts to."""
    match solution.termination:
        case Termination.OPTIMAL if solution.has_point:
            return "optimal"
        case Termination.LOCALLY_OPTIMAL if solution.has_point:
            return "locally optimal"
        case Termination.INFEASIBLE:
            return "infeasible"
        case Termination.UNBOUNDED:
            return "unbounded"
        case Termination.INFEASIBLE_OR_UNBOUNDED:
            return "infeasible or unbounded"
        case _:
            return "feasible" if solution.has_point else "not solved"


def _without(state: State, head: str) -> str:
    why = f" ({state.stopped})" if state.stopped else ""
    return "\n".join(
        [f"{head}{why}.", *(f"  {line}" for each in state.findings for line in each.splitlines())]
    )
