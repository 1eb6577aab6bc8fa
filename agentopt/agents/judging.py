"""The five elements in words, and their judge (LLMOPT, arXiv 2410.13213)."""

from __future__ import annotations

__all__ = ["elements", "judge", "wanting"]

from typing import Literal

from agentopt.agents import findings
from agentopt.agents.explaining import brief
from agentopt.agents.nodes import MAX_SHOWN, send_back, shown_answers
from agentopt.agents.session import Session
from agentopt.agents.state import State, Update
from agentopt.errors import ReplyError
from agentopt.prompts.replies import extract_tags

_ELEMENTS = "the five elements: "
_FORMULATION = "the formulation: "


def elements(state: State, session: Session) -> Update:
    """Sets, parameters, variables, objective and constraints in words; with the judge's analysis, anew."""
    analysis = "\n".join(state.findings)
    if analysis:
        session.emit("repair", f"judged: {state.findings[0].splitlines()[0]}", findings=state.findings)
    reply = session.ask(
        "elements",
        problem=session.problem.text,
        tables=state.tables,
        answers=shown_answers(state),
        earlier=state.draft if analysis else "",
        analysis=analysis,
    )
    return {
        "draft": reply.text.strip()[:MAX_SHOWN],
        "findings": [],
        "reason": None,
        "repairs": state.repairs + bool(analysis),
    }


def judge(state: State, session: Session) -> Update:
    """Ask whether elements and formulation state the problem; an unreadable verdict changes nothing."""
    if session.problem.formulation is not None or session.context.model is None:
        return {}
    if state.repairs >= session.context.max_repairs or "judged" in state.settled:
        return {}
    assert state.formulation is not None
    assert state.solution is not None
    reply = session.ask(
        "judge",
        problem=session.problem.text,
        tables=state.tables,
        answers=shown_answers(state),
        draft=state.draft,
        formulation=findings.as_json(state.formulation, MAX_SHOWN),
        outcome=brief(
            session.compiled(state.formulation), session.solution(state.solution, state.formulation)
        ),
    )
    try:
        said = extract_tags(reply.text, ["elements", "formulation", "analysis"])
    except ReplyError as error:
        session.emit("warning", f"the judge's verdict was not used: {error.message}")
        return {"warnings": [*state.warnings, f"the judge's verdict was not used: {error.message}"]}
    elements_right, formulation_right = (_says_true(said[name]) for name in ("elements", "formulation"))
    if elements_right and formulation_right:
        return {}
    whose = _FORMULATION if elements_right else _ELEMENTS
    return send_back(state, session, "judged", [f"{whose}{said['analysis'][:8000]}"])


def wanting(state: State) -> Literal["elements", "formulation"]:
    """Which of the two the judge found wrong."""
    return "elements" if state.findings and state.findings[0].startswith(_ELEMENTS) else "formulation"


def _says_true(verdict: str) -> bool:
    return verdict.strip().strip(".*`").casefold() in {"true", "right", "yes", "correct"}
