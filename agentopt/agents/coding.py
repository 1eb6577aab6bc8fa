"""The model writes a program; the program's model is taken over, and solved and checked like any other.

What the program prints is its word. Status, bound and diagnosis come from the model it stated, which the
sandbox kept as it was solved, so they do not depend on which solver the program had, on what it made of the
result, or on whether it got as far as printing one.
"""

from __future__ import annotations

__all__ = ["Tried", "check", "mend", "program_of", "try_program", "verify", "write"]

import ast
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from agentopt.agents import nodes
from agentopt.agents.captured import formulation_of
from agentopt.agents.explaining import number
from agentopt.agents.nodes import MAX_SHOWN, may, send_back, shown_answers
from agentopt.agents.reading import written
from agentopt.agents.session import Session
from agentopt.agents.state import State, Update
from agentopt.errors import FormulationError, ReplyError
from agentopt.formulation.elements import Formulation
from agentopt.models.base import Reply
from agentopt.prompts.replies import extract_fences
from agentopt.sandbox import Job, JobLimits, Outcome

MAX_PRINTED = 2000
"""Characters of a program's output that a repair prompt shows."""
MAX_COVERED = 100_000
MAX_NAMED = 12
_AGREES = 1e-6
_TITLE = "The model of a program"


@dataclass(frozen=True)
class Tried:
    """A program and what came of it.

    Attributes:
        formulation: the model it stated; None where it stated none, and `findings` say why.
    """

    source: str
    outcome: Outcome
    formulation: Formulation | None
    findings: tuple[str, ...] = ()


def write(state: State, session: Session) -> Update:
    """One call for the program, and a run of it."""
    reply = session.ask(
        "formulate",
        problem=session.problem.text,
        tables=state.tables,
        numbers=state.numbers,
        answers=shown_answers(state),
    )
    return take(state, session, reply)


def mend(state: State, session: Session) -> Update:
    """Ask for the program again, with exactly what is wrong with it, and run that."""
    session.emit("repair", f"{state.reason}: {state.findings[0].splitlines()[0]}", findings=state.findings)
    reply = session.ask(
        "code/repair",
        problem=session.problem.text,
        tables=state.tables,
        answers=shown_answers(state),
        program=(state.program or state.reply)[:MAX_SHOWN],
        findings="\n".join(f"- {finding}" for finding in state.findings),
        reason=state.reason,
    )
    counted = state.model_copy(update={"repairs": state.repairs + 1})
    return {"repairs": counted.repairs, **take(counted, session, reply)}


def take(state: State, session: Session, reply: Reply) -> Update:
    """The model of a reply's program, or what is wrong with the reply or the program."""
    try:
        source = program_of(reply)
    except ReplyError as error:
        said = f"{error.message}\n  hint: {error.hint}" if error.hint else error.message
        return {"reply": reply.text[:MAX_SHOWN], **send_back(state, session, "reply", [said])}
    if state.findings and source == state.program:
        return _insisted(state)
    return taken(state, session, try_program(session, source))


def taken(state: State, session: Session, tried: Tried) -> Update:
    """The update for a program that was tried."""
    update: Update = {"reply": "", "program": tried.source, "claimed": tried.outcome.claimed}
    if tried.formulation is None:
        return {**update, "formulation": None, **send_back(state, session, "program", tried.findings)}
    warnings = list(state.warnings)
    if not tried.outcome.ok:
        told = tried.outcome.told(_limits(session)).splitlines()
        warnings.append(f"after it had stated its model, {told[0]}{f': {told[-1]}' if told[1:] else ''}")
    return {
        **update,
        "formulation": written(tried.formulation),
        "findings": [],
        "reason": None,
        "solution": None,
        "certificate": None,
        "warnings": warnings,
    }


def try_program(session: Session, source: str, tests: str = "") -> Tried:
    """Run a program and take its model over."""
    limits = _limits(session)
    outcome = session.programs.run(Job(source, session.files(), tests, limits))
    session.emit(
        "progress",
        f"program: {outcome.ending} after {outcome.seconds:.2f} s, "
        f"{outcome.num_models} model{'s' if outcome.num_models != 1 else ''}",
        ending=str(outcome.ending),
        seconds=outcome.seconds,
        num_models=outcome.num_models,
        output=outcome.output[:MAX_PRINTED],
        error=outcome.error,
    )
    if outcome.model is None or (outcome.num_models > 1 and not outcome.ok):
        return Tried(source, outcome, None, tuple(_without_model(outcome, limits)))
    try:
        return Tried(source, outcome, formulation_of(outcome.model, _title(source)))
    except FormulationError as error:
        return Tried(source, outcome, None, (error.message,))


def check(state: State, session: Session) -> Update:
    """Whether every number of the text is used, in the program or in its model; asked once."""
    assert state.formulation is not None
    found = nodes.check(state.model_copy(update={"settled": [*state.settled, "coverage"]}), session)
    if found.get("findings") or not may(state, session, "coverage"):
        return found
    unused = _unused(session.formulation(state.formulation), state.program, session)
    if unused:
        return {**found, **send_back(state, session, "coverage", unused)}
    # The tables are the program's to read, so what they hold is not looked for when the model is bound.
    return {**found, "settled": [*state.settled, "coverage"]}


def verify(state: State, session: Session) -> Update:
    """Check the answer outside the engine, and say where the program came to another."""
    update = nodes.verify(state, session)
    assert state.formulation is not None
    assert state.solution is not None
    ours = session.solution(state.solution, state.formulation).objective
    if (
        state.claimed is None
        or ours is None
        or math.isclose(state.claimed, ours, rel_tol=_AGREES, abs_tol=_AGREES)
    ):
        return update
    note = (
        f"the program's own solver came to {number(state.claimed)}; its model, solved here, to {number(ours)}"
    )
    return {**update, "warnings": [*state.warnings, note]}


def program_of(reply: Reply) -> str:
    r"""The last Python block of a reply, or the reply itself where it is a program.

    Raises:
        ReplyError: it holds none.

    >>> program_of(Reply("Here it is:\n```python\nx = 1\n```"))
    'x = 1'
    """
    fences = [each.text for each in extract_fences(reply.text) if each.language in ("", "python", "py")]
    if fences:
        return fences[-1]
    text = reply.text.strip()
    if "import" in text and _parsed(text) is not None:
        return text
    cut = "; the reply was cut at the token limit" if reply.stop == "length" else ""
    raise ReplyError(
        f"the reply holds no program{cut}", hint="put the whole program between ```python and ```"
    )


def _insisted(state: State) -> Update:
    """The model stands by its program: a doubt is dropped, an error is the end."""
    if state.formulation is not None and state.reason not in ("reply", "program", None):
        first = state.findings[0].splitlines()[0]
        return {
            "findings": [],
            "reason": None,
            "settled": [*state.settled, state.reason],
            "warnings": [*state.warnings, f"the model stands by its program ({state.reason}): {first}"],
        }
    return {"stopped": "the model repeats a program that does not work"}


def _without_model(outcome: Outcome, limits: JobLimits) -> Iterator[str]:
    """Why there is no model to take over, in words to mend a program by."""
    yield outcome.told(limits)
    if outcome.model is not None:
        yield f"it had solved {outcome.num_models} models by then, and it is open which was to be the last"
    yield from outcome.notes
    if outcome.ok and not outcome.notes:
        yield "it stated no model: build one with Pyomo or highspy, and solve it"
    printed = outcome.output.strip()
    if printed:
        yield f"it printed:\n{printed[-MAX_PRINTED:]}"


def _limits(session: Session) -> JobLimits:
    seconds = session.context.limits.seconds
    return JobLimits() if seconds is None else JobLimits(seconds=max(10.0, min(60.0, seconds)))


def _title(source: str) -> str:
    """The first line of a program's docstring."""
    tree = _parsed(source)
    said = None if tree is None else ast.get_docstring(tree)
    return said.strip().splitlines()[0][:200] if said and said.strip() else _TITLE


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _unused(formulation: Formulation, source: str, session: Session) -> list[str]:
    """Numbers of the text that neither the program nor its model holds."""
    text = session.problem.text
    if not 0 < len(text) <= MAX_COVERED:
        return []
    from agentopt.verification.traceability import coverage

    held = {f"held_{place}": {"value": value} for place, value in enumerate(sorted(set(_numbers(source))))}
    both = Formulation.model_validate(
        {
            "parameters": held,
            "variables": {"x": {}},
            "constraints": {name: each.model_dump() for name, each in formulation.constraints.items()},
        }
    )
    found = coverage(text, both)
    return [each.render().removeprefix("warning: ") for each in found.diagnostics()[: len(found.unused)]][
        :MAX_NAMED
    ]


def _numbers(source: str) -> Iterator[float]:
    """The numbers a program is written with, those of tables in its strings included."""
    tree = _parsed(source)
    for node in ast.walk(tree) if tree is not None else ():
        if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
            continue
        if isinstance(node.value, int | float) and abs(node.value) < 1e300:
            yield node.value
        elif isinstance(node.value, str):
            yield from (float(each) for each in re.findall(r"\d+(?:\.\d+)?", node.value)[:1000])
