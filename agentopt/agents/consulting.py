"""The built-in reader as a step of the graph: first and free, or as a second opinion on what a model wrote.

Without a language model its reading is what is solved, and where the reader is not sure the answer says so,
or the person is asked. Before a language model it settles only what it is sure of.
"""

from __future__ import annotations

__all__ = ["BUILTIN", "COVERS", "consult", "cross_check", "stages"]

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import JsonValue

from agentopt.agents.context import Question
from agentopt.agents.reading import written
from agentopt.agents.session import Session
from agentopt.agents.state import State, Update
from agentopt.errors import AgentoptError, UsageError

if TYPE_CHECKING:
    from agentopt.formulation.elements import Formulation
    from agentopt.reader.judging import Outcome
    from agentopt.reader.understanding import Understanding

BUILTIN = "builtin"

COVERS = (
    "the built-in reader reads short problems of one period (product mix, diet, blending, budgets) and a "
    "few small classes with tables; `--model URL#NAME` connects a language model for all else"
)

_YES, _OTHER, _NO = "yes, solve it", "no: the other reading", "no, stop"


def stages(specification: str | None) -> tuple[bool, str | None]:
    """Whether the built-in reader reads first, and the language model that comes after it, if any.

    >>> stages(None), stages("builtin"), stages("builtin,openai:gpt-5"), stages("openai:gpt-5")
    ((True, None), (True, None), (True, 'openai:gpt-5'), (False, 'openai:gpt-5'))
    """
    if specification is None:
        return True, None
    first, comma, rest = specification.partition(",")
    if first.strip() != BUILTIN:
        return False, specification
    if comma and not rest.strip():
        raise UsageError(
            f"`{specification}` names no model after the comma", hint="`--model builtin,URL#NAME`"
        )
    return True, rest.strip() or None


def consult(state: State, session: Session) -> Update:
    """Let the built-in reader read, where it is part of the solve."""
    if not session.context.builtin or session.problem.formulation is not None:
        return {}
    session.emit("progress", COVERS)
    outcome = _outcome(session)
    lines = [] if outcome.understanding is None else _account(outcome.understanding, session.problem.text)
    kept: dict[str, JsonValue] = {
        "verdict": str(outcome.verdict),
        "family": outcome.family,
        "reasons": list(outcome.reasons),
        "account": list(lines),
    }
    session.emit("progress", f"the built-in reader says: {outcome.verdict}", **kept)
    if session.context.model is not None:
        if outcome.verdict != "solve" or outcome.understanding is None:
            return {}  # the language model reads it afresh
        return {"consulted": kept, "formulation": written(outcome.understanding.formulation)}
    return {"consulted": kept, **_alone(state, session, outcome, lines)}


def _alone(state: State, session: Session, outcome: Outcome, lines: list[str]) -> Update:
    """What comes of a reading when there is no other reader."""
    found = outcome.understanding
    if found is not None and outcome.verdict == "solve":
        return {"formulation": written(found.formulation)}
    if found is not None and outcome.verdict == "check" and session.context.ask_person is None:
        return {
            "formulation": written(found.formulation),
            "warnings": [
                *state.warnings,
                "check how the text was read: the built-in reader is not sure of it",
                *outcome.reasons,
            ],
        }
    if found is not None and session.context.ask_person is not None:
        return _asked(session, outcome, lines)
    partly = [] if found is None else ["read so far, and not solved:", *(f"  {line}" for line in lines)]
    return {
        "stopped": "the built-in reader does not understand this problem well enough",
        "findings": [
            *outcome.reasons,
            *partly,
            "a language model reads more: `--model URL#NAME` (`agentopt models list` shows every form)",
        ],
    }


def _asked(session: Session, outcome: Outcome, lines: list[str]) -> Update:
    """Let the person settle a doubtful reading."""
    found, other = outcome.understanding, outcome.other
    assert found is not None
    shown = [*lines, *_stated(found.formulation)]
    options = [_YES, *([_OTHER] if other is not None else []), _NO]
    if other is not None:
        shown += ["the other reading:", *_stated(other.formulation, but=found.formulation)]
    question = Question(
        "Is this how you mean it?\n" + "\n".join(f"  {line}" for line in shown),
        tuple(options),
        "; ".join(outcome.reasons),
    )
    said = session.ask_person(question) or ""
    answers = [("Is this how you mean it?", said)]
    if said == _YES or said.lower() in ("y", "yes"):
        return {"formulation": written(found.formulation), "answers": answers}
    if said == _OTHER and other is not None:
        return {"formulation": written(other.formulation), "answers": answers}
    return {"answers": answers, "stopped": "the reading was not confirmed", "findings": list(outcome.reasons)}


def cross_check(state: State, session: Session) -> Update:
    """Compare the optimum of a model's formulation with the one the built-in reader comes to by itself."""
    from agentopt.agents.nodes import may, send_back

    if not session.context.cross_check or state.solution is None or state.formulation is None:
        return {}
    outcome = _outcome(session)
    if outcome.verdict != "solve" or outcome.understanding is None:
        session.emit("progress", "the built-in reader has no opinion on this problem")
        return {}
    own = _best(session, written(outcome.understanding.formulation))
    given = session.solution(state.solution, state.formulation).objective
    if own is None or given is None or abs(own - given) <= 1e-6 * max(1.0, abs(own)):
        session.emit("progress", "the built-in reader comes to the same optimum")
        return {}
    said = (
        f"cross-check: the optimum of this formulation is {given:.10g}; a second reader of the problem "
        f"comes to {own:.10g}, with " + "; ".join(_stated(outcome.understanding.formulation))
    )
    if not may(state, session, "cross-check"):
        return {"warnings": [*state.warnings, said]}
    return send_back(state, session, "cross-check", [said])


def _best(session: Session, formulation: dict[str, JsonValue]) -> float | None:
    try:
        return session.solution(session.solve(formulation), formulation).objective
    except AgentoptError:
        return None


def _outcome(session: Session) -> Outcome:
    from agentopt.reader.judging import read

    return read(session.problem.text, dict(_tables(session.problem.tables)))


def _tables(places: tuple[Path, ...]) -> Iterator[tuple[str, str]]:
    """The attached CSV files, by name."""
    for place in places:
        files = sorted(place.iterdir()) if place.is_dir() else [place]
        for file in files:
            if file.suffix.lower() in (".csv", ".tsv") and file.is_file():
                yield file.name, file.read_text(encoding="utf-8-sig", errors="replace")


def _account(found: Understanding, text: str) -> list[str]:
    """How each number was read, in a line each."""
    from agentopt.reader.tokens import tokenize

    tokens = tokenize(text)
    lines = []
    for each in found.account:
        if each.token < 0:
            lines.append(f"“{each.table}”: {each.words}")
            continue
        here = tokens[each.token].sentence
        before = [t for t in tokens[max(0, each.token - 1) : each.token] if t.text not in ",;.:?!("]
        near = [*before, tokens[each.token]]
        for token in tokens[each.token + 1 : each.token + 4]:
            if token.sentence != here or token.text in ",;.:?!)" or token.is_number:
                break
            near.append(token)
        said = " ".join(text[near[0].start : near[-1].end].split())
        lines.append(f"“{said}”: {each.words}")
    return lines


def _stated(formulation: Formulation, but: Formulation | None = None) -> list[str]:
    """The objective and constraints as written, leaving out those another formulation states too."""
    known = set() if but is None else {*_lines(but)}
    return [line for line in _lines(formulation) if line not in known]


def _lines(formulation: Formulation) -> list[str]:
    values = {name: each.value for name, each in formulation.parameters.items() if each.value is not None}
    tables = {name: each.values for name, each in formulation.parameters.items() if each.values is not None}
    found = [f"{each.sense} {each.expression}" for each in formulation.objectives]
    found += [each.that for each in formulation.constraints.values()]
    named = [f"{name} = {value}" for name, value in {**values, **tables}.items()]
    return [*found, *named]
