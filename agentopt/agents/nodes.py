"""The nodes every strategy shares, each a function from state to update.

A node that finds the formulation wanting sends it back with findings the model can act on (`send_back`); for
a formulation the person gave, the finding is raised as the error it is.
"""

from __future__ import annotations

__all__ = [
    "bind",
    "check",
    "clarify",
    "compile_",
    "explain",
    "formulate",
    "may",
    "read",
    "repair",
    "send_back",
    "solve",
    "verify",
]

from collections.abc import Callable, Sequence
from dataclasses import replace

from pydantic import JsonValue

from agentopt.agents import findings
from agentopt.agents.context import Question
from agentopt.agents.reading import numbers, read_formulation, schema, written
from agentopt.agents.session import Session
from agentopt.agents.state import Attempt, Reason, State, Update
from agentopt.errors import (
    AgentoptError,
    BindingError,
    CompileError,
    EngineError,
    FormulationError,
    ReplyError,
)
from agentopt.models.base import Reply
from agentopt.prompts.replies import extract_json
from agentopt.verification.certificate import Finding

Node = Callable[[State, Session], Update]

_AGREED = Finding("cross-check", "the built-in reader comes to the same optimum, from the text alone")

MAX_QUESTIONS = 3
MAX_SHOWN = 60_000
"""Characters of an earlier reply or formulation that a repair prompt shows."""


def read(state: State, session: Session) -> Update:
    """Look at what was given: the tables are described to the model, the numbers of the text are listed."""
    from agentopt.formulation.tables import describe

    problem = session.problem
    if problem.formulation is not None:
        return {"numbers": numbers(problem.text), "formulation": written(problem.formulation)}
    described = "\n\n".join(each.render() for each in describe(problem.tables)) if problem.tables else ""
    return {"tables": described, "numbers": numbers(problem.text)}


def clarify(state: State, session: Session) -> Update:
    """Ask the person at most three questions, each only where the answer changes the model."""
    if session.context.ask_person is None:
        return {}
    reply = session.ask("clarify", problem=session.problem.text, tables=state.tables)
    answers = []
    for question in _questions(reply, session):
        answer = session.ask_person(question)
        if answer and answer.strip():
            answers.append((question.text, answer.strip()))
    return {"answers": answers}


def formulate(state: State, session: Session) -> Update:
    """One call for the formulation."""
    reply = session.ask(
        "formulate",
        schema=schema() if session.prompt("formulate").output == "json" else None,
        problem=session.problem.text,
        tables=state.tables,
        numbers=state.numbers,
        answers=shown_answers(state),
        draft=state.draft,
    )
    return take(state, session, reply)


def take(state: State, session: Session, reply: Reply) -> Update:
    """The formulation of a reply, or what is wrong with the reply."""
    try:
        formulation, notes = read_formulation(reply)
    except ReplyError as error:
        return {"reply": reply.text[:MAX_SHOWN], **send_back(state, session, "reply", [_said(error)])}
    except FormulationError as error:
        return {"reply": reply.text[:MAX_SHOWN], **send_back(state, session, "check", [_said(error)])}
    found = written(formulation)
    if state.findings and found == state.formulation:
        return _insisted(state, session)
    session.emit("progress", _counts(found))
    return {
        "reply": "",
        "formulation": found,
        "findings": [],
        "reason": None,
        "solution": None,
        "certificate": None,
        "warnings": [*state.warnings, *notes],
    }


def repair(state: State, session: Session) -> Update:
    """Ask for the formulation again, with exactly what is wrong with it."""
    session.emit("repair", f"{state.reason}: {state.findings[0].splitlines()[0]}", findings=state.findings)
    prompt = session.prompt("repair")
    reply = session.ask(
        "repair",
        schema=schema() if prompt.output == "json" else None,
        problem=session.problem.text,
        tables=state.tables,
        answers=shown_answers(state),
        draft=state.draft,
        formulation=_shown(state.reply) if state.reply else findings.as_json(state.formulation, MAX_SHOWN),
        findings="\n".join(f"- {finding}" for finding in state.findings),
        reason=state.reason,
    )
    counted = state.model_copy(update={"repairs": state.repairs + 1})
    return {"repairs": counted.repairs, **take(counted, session, reply)}


def check(state: State, session: Session) -> Update:
    """Everything that can be checked without data, and whether every number of the text is used."""
    from agentopt.formulation.check import check as found_in
    from agentopt.formulation.check import require

    formulation = session.formulation(_of(state))
    if session.problem.formulation is not None:
        require(formulation)
    diagnostics = found_in(formulation, text=session.problem.text or None)
    errors = [d.render() for d in diagnostics if d.severity == "error"]
    if errors:
        return send_back(state, session, "check", errors)
    warnings = [*state.warnings, *(d.render() for d in diagnostics)]
    if not session.problem.tables and may(state, session, "coverage"):
        unused = findings.unused_numbers(formulation, session.problem)
        if unused:
            return send_back(state, session, "coverage", unused)
    return {"warnings": list(dict.fromkeys(warnings))}


def bind(state: State, session: Session) -> Update:
    """Put the numbers in place. With tables, only now is it known which numbers of the text they hold."""
    try:
        instance = session.instance(_of(state))
    except (BindingError, FormulationError) as error:
        return _refused(state, session, "binding", error)
    if session.problem.tables and may(state, session, "coverage"):
        unused = findings.unused_numbers(instance.formulation, session.problem, instance)
        if unused:
            return send_back(state, session, "coverage", unused)
    return {"warnings": list(dict.fromkeys([*state.warnings, *instance.warnings]))}


def compile_(state: State, session: Session) -> Update:
    """Make arrays."""
    try:
        compiled = session.compiled(_of(state))
    except (CompileError, BindingError, FormulationError) as error:
        return _refused(state, session, "compiling", error)
    session.emit(
        "progress",
        compiled.size,
        columns=compiled.num_columns,
        rows=compiled.num_rows,
        problem_class=str(compiled.problem_class),
    )
    return {"warnings": list(dict.fromkeys([*state.warnings, *compiled.warnings]))}


def solve(state: State, session: Session) -> Update:
    """Solve; a model that is infeasible or unbounded goes back once, with what the engine knows.

    What an engine cannot solve goes back too, unless it was the person who chose the engine or its options.
    """
    formulation = _of(state)
    try:
        key = session.solve(formulation)
    except EngineError as error:
        if error.exit_code == 3 or session.context.engine is not None or session.context.options:
            raise
        return _refused(state, session, "engine", error)
    solution = session.solution(key, formulation)
    update: Update = {
        "solution": key,
        "certificate": None,
        "kept": Attempt(formulation=dict(formulation), solution=key).model_dump(mode="json"),
    }
    reason = findings.negative(solution)
    if reason is not None and may(state, session, reason):
        words = findings.why_negative(
            session.compiled(formulation), solution, session.diagnosis(key, formulation)
        )
        update |= send_back(state, session, reason, words)
    return update


def verify(state: State, session: Session) -> Update:
    """Check the answer outside the engine; a falsified model goes back once."""
    from agentopt.verification import verify as certify

    formulation, key = _of(state), state.solution
    assert key is not None
    solution = session.solution(key, formulation)
    seconds = session.context.seconds_to_verify(solution)
    certificate = certify(
        session.instance(formulation),
        session.compiled(formulation),
        solution,
        text=session.problem.text or None,
        resolve=session.resolver(seconds),
        battery=session.context.battery,
        seconds=seconds,
    )
    if state.agreed:
        certificate = replace(certificate, not_falsified=(*certificate.not_falsified, _AGREED))
    kept = findings.certificate_to_json(certificate)
    update: Update = {
        "certificate": kept,
        "kept": Attempt(formulation=dict(formulation), solution=key, certificate=kept).model_dump(
            mode="json"
        ),
    }
    accusations = [each.statement for each in certificate.accusations]
    if accusations and may(state, session, "falsified"):
        update |= send_back(state, session, "falsified", accusations)
    return update


def explain(state: State, session: Session) -> Update:
    """Settle which attempt is the answer: the current one, or the last that was solved."""
    if state.solution is None and state.kept is not None and state.formulation != state.kept["formulation"]:
        why = f": {state.findings[0].splitlines()[0]}" if state.findings else ""
        note = f"the last repair did not hold{why}; the answer is that of the formulation before it"
        return {
            "formulation": state.kept["formulation"],
            "solution": state.kept["solution"],
            "certificate": state.kept["certificate"],
            "warnings": [*state.warnings, note],
            "done": True,
        }
    return {"done": True}


def send_back(state: State, session: Session, reason: Reason, found: Sequence[str]) -> Update:
    """Findings for a repair, or the end of repairing when none is left."""
    update: Update = {"findings": list(found), "reason": reason}
    if state.repairs >= session.context.max_repairs:
        count = session.context.max_repairs
        update["stopped"] = (
            f"after {count} repair{'s' if count != 1 else ''} the formulation still does not hold"
        )
    if reason in _ONCE:
        update["settled"] = [*state.settled, reason]
    return update


def shown_answers(state: State) -> str:
    """The person's answers, for a prompt."""
    return "\n".join(f"- {question} {answer}" for question, answer in state.answers)


_ONCE: frozenset[Reason] = frozenset(["coverage", "infeasible", "unbounded", "falsified", "cross-check"])


def may(state: State, session: Session, reason: Reason) -> bool:
    """Whether a doubt (as opposed to an error) may still be raised with the model."""
    return (
        session.problem.formulation is None
        and session.context.model is not None
        and reason not in state.settled
        and state.repairs < session.context.max_repairs
    )


def _refused(state: State, session: Session, reason: Reason, error: AgentoptError) -> Update:
    if session.problem.formulation is not None:
        raise error
    return send_back(state, session, reason, [_said(error)])


def _insisted(state: State, session: Session) -> Update:
    """The model stands by its formulation: a doubt is dropped, an error is the end."""
    if state.reason in _ONCE or state.reason == "judged":
        note = f"the model stands by its formulation ({state.reason}): {state.findings[0].splitlines()[0]}"
        return {
            "findings": [],
            "reason": None,
            "settled": [*state.settled, state.reason],
            "warnings": [*state.warnings, note],
            "reply": "",
        }
    return {"stopped": "the model repeats a formulation that does not hold"}


def _of(state: State) -> dict[str, JsonValue]:
    assert state.formulation is not None
    return state.formulation


def _said(error: AgentoptError) -> str:
    return f"{error.message}\n  hint: {error.hint}" if error.hint else error.message


def _shown(text: str) -> str:
    return (
        text
        if len(text) <= MAX_SHOWN
        else f"{text[:MAX_SHOWN]}\n… ({len(text) - MAX_SHOWN:,} more characters)"
    )


def _counts(found: dict[str, JsonValue]) -> str:
    parts = []
    for kind in ("sets", "parameters", "variables", "constraints"):
        size = len(elements) if isinstance(elements := found.get(kind), dict) else 0
        parts.append(f"{size} {kind if size != 1 else kind[:-1]}")
    return ", ".join(parts)


def _questions(reply: Reply, session: Session) -> list[Question]:
    """The questions of a reply; one that cannot be read asks nothing."""
    try:
        value = extract_json(reply.text).value
    except ReplyError as error:
        session.emit("warning", f"no questions were asked: {error.message}")
        return []
    listed = value.get("questions") if isinstance(value, dict) else None
    found = []
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and isinstance(each.get("question"), str):
            options = each.get("options")
            found.append(
                Question(
                    each["question"][:500],
                    tuple(str(o)[:200] for o in options[:6]) if isinstance(options, list) else (),
                    str(each.get("why", ""))[:500],
                )
            )
    return found[:MAX_QUESTIONS]
