"""The built-in reader as a step of a solve: alone, first and free, or as a second opinion.

Without a language model its reading is what is solved; where it is not sure the answer says so, or the person
is asked. Before a language model it settles only what it is sure of. Beside one its own optimum is compared
with that of the model's formulation.
"""

from __future__ import annotations

__all__ = ["BUILTIN", "COVERS", "consult", "consult_first", "cross_check", "stages"]

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agentopt.agents.context import Question
from agentopt.agents.nodes import may, send_back
from agentopt.agents.reading import written
from agentopt.agents.session import Session
from agentopt.agents.state import NumberRead, Opinion, State, Update
from agentopt.agents.statements import MAX_STATED, differences, statements
from agentopt.errors import AgentoptError, UsageError

if TYPE_CHECKING:
    from agentopt.agents.session import Written
    from agentopt.reader.judging import Outcome
    from agentopt.reader.tokens import Token
    from agentopt.reader.understanding import Understanding

BUILTIN = "builtin"

COVERS = (
    "the built-in reader reads short problems of one period (product mix, diet, blending, budgets) and "
    "small ones of a few classes (transportation, assignment, knapsack, ...); `--model URL#NAME` connects a "
    "language model for all else"
)

MAX_TABLE = 2_000_000
"""Bytes of an attached table that the built-in reader looks at."""

_ASKED = "Is this what you mean?"
_YES, _OTHER, _NO = "yes, solve it", "no, solve the other reading", "neither, stop"


def stages(specification: str | None) -> tuple[bool, str | None]:
    """Whether the built-in reader reads first, and the language model that comes after it, if any.

    Raises:
        UsageError: no model follows the comma, or the reader stands last.

    >>> stages(None), stages("builtin"), stages("builtin,openai:gpt-5"), stages("openai:gpt-5")
    ((True, None), (True, None), (True, 'openai:gpt-5'), (False, 'openai:gpt-5'))
    """
    if specification is None:
        return True, None
    first, comma, rest = (part.strip() for part in specification.partition(","))
    if first != BUILTIN:
        if specification.rpartition(",")[2].strip() == BUILTIN:
            model = specification.rpartition(",")[0].strip()
            raise UsageError(
                f"`{specification}`: the built-in reader comes first, being free",
                hint=f"`--model {BUILTIN},{model}`, or `--model {model} --cross-check {BUILTIN}`",
            )
        return False, specification
    if comma and not rest:
        raise UsageError(
            f"`{specification}` names no model after the comma", hint=f"`--model {BUILTIN},URL#NAME`"
        )
    if rest.split(",")[0].strip() == BUILTIN:
        raise UsageError(f"`{specification}` names the built-in reader twice", hint="once is enough")
    return True, rest or None


def consult(state: State, session: Session) -> Update:
    """Let the built-in reader read, and the person decide on what it is not sure of."""
    opinion, outcome = _opinion(session)
    if opinion.verdict == "solve":
        return _settled(opinion)
    if opinion.partial is None or _fault(session, opinion.partial):
        return {"consulted": opinion.model_dump(mode="json")}
    if not _has_optimum(session, opinion.partial):
        said = any(each.startswith("as read") for each in opinion.reasons)
        reasons = [*opinion.reasons, *([] if said else ["as read, there is no best answer"])]
        declined = opinion.model_copy(update={"verdict": "decline", "reasons": reasons})
        return {"consulted": declined.model_dump(mode="json")}
    return _decided(state, session, opinion, outcome)


def consult_first(state: State, session: Session) -> Update:
    """Let the built-in reader read where a language model follows: only what it is sure of is solved."""
    opinion, _ = _opinion(session)
    return _settled(opinion) if opinion.verdict == "solve" else {"consulted": opinion.model_dump(mode="json")}


def _opinion(session: Session) -> tuple[Opinion, Outcome]:
    """What the reader says; a reading that does not hold together is declined, whatever it says."""
    outcome = _outcome(session)
    found = outcome.understanding
    partial = None if found is None else written(found.formulation)
    verdict, reasons = outcome.verdict.value, list(outcome.reasons)
    fault = "" if partial is None or verdict == "decline" else _fault(session, partial)
    if fault:
        verdict, reasons = "decline", [*reasons, fault]
    opinion = Opinion(
        verdict=verdict,
        family=outcome.family,
        reasons=reasons,
        account=[] if found is None else _account(found, session.problem.text),
        partial=partial,
    )
    session.emit("progress", f"the built-in reader says: {opinion.verdict}", **opinion.model_dump())
    return opinion, outcome


def _settled(opinion: Opinion) -> Update:
    """What is solved is no partial reading."""
    kept = opinion.model_copy(update={"partial": None})
    return {"consulted": kept.model_dump(mode="json"), "formulation": opinion.partial}


def _decided(state: State, session: Session, opinion: Opinion, outcome: Outcome) -> Update:
    """What comes of a doubtful reading that could be meant: the person's word, if there is one."""
    assert opinion.partial is not None
    other = None if outcome.other is None else written(outcome.other.formulation)
    if other is not None and (_fault(session, other) or not _has_optimum(session, other)):
        other = None
    said = session.ask_person(_question(session, opinion, other)) or ""
    update: Update = {"answers": [*state.answers, (_ASKED, said)]} if said else {}
    if said == _YES:
        return {**_settled(opinion), **update}
    if said == _OTHER and outcome.other is not None and other is not None:
        account = _account(outcome.other, session.problem.text)
        return {**_settled(opinion.model_copy(update={"partial": other, "account": account})), **update}
    if said == _NO:
        reasons = [*opinion.reasons, "you did not accept the reading"]
        opinion = opinion.model_copy(update={"verdict": "decline", "reasons": reasons})
    elif opinion.verdict == "check":
        return {**_settled(opinion), **update}
    return {"consulted": opinion.model_dump(mode="json"), **update}


def _question(session: Session, opinion: Opinion, other: Written | None) -> Question:
    """The reading, and how the other one differs, to be answered by one key."""
    assert opinion.partial is not None
    read = session.compiled(opinion.partial)
    lines = ["The text was read like this:", *(f"  {line}" for line in statements(read)[:MAX_STATED])]
    idle = [each for each in opinion.account if each.meaning in (_UNUSED, _NO_DATA)]
    lines += [f"  {each.number} ({each.place}): {each.meaning}" for each in idle]
    if other is not None:
        mine, yours = differences(read, session.compiled(other))
        lines += ["The other reading differs:"]
        lines += [f"  instead of  {line}" for line in mine] + [f"  it says     {line}" for line in yours]
    options = (_YES, *((_OTHER,) if other is not None else ()), _NO)
    return Question("\n".join([*lines, _ASKED]), options, "; ".join(opinion.reasons), one_key=True)


def cross_check(state: State, session: Session) -> Update:
    """Compare the optimum of a model's formulation with the one the built-in reader comes to by itself."""
    if session.problem.formulation is not None or state.solution is None or state.formulation is None:
        return {}
    outcome = _outcome(session)
    reading = None if outcome.understanding is None else written(outcome.understanding.formulation)
    if outcome.verdict != "solve" or reading is None or not _has_optimum(session, reading):
        session.emit("progress", "the built-in reader has no opinion on this problem")
        return {"agreed": False}
    own = session.solution(session.solve(reading), reading).objective
    solution = session.solution(state.solution, state.formulation)
    given = solution.objective if solution.has_point else None
    if own is not None and given is not None and abs(own - given) <= 1e-6 * max(1.0, abs(own)):
        session.emit("progress", "the built-in reader comes to the same optimum")
        return {"agreed": True}
    comes_to = (
        f"the optimum of this formulation is {given:.10g}" if given is not None else "it has no optimum"
    )
    stated = "\n".join(f"  {line}" for line in statements(session.compiled(reading))[:MAX_STATED])
    said = f"{comes_to}; a second reader of the problem comes to {own:.10g}, understanding it so:\n{stated}"
    if may(state, session, "cross-check"):
        return {"agreed": False, **send_back(state, session, "cross-check", [said])}
    short = f"the built-in reader comes to another optimum, {own:.10g}: check the model against the text"
    return {"agreed": False, "warnings": list(dict.fromkeys([*state.warnings, short]))}


def _fault(session: Session, formulation: Written) -> str:
    """Why a reading cannot be solved as it stands; empty if it can."""
    from agentopt.formulation.check import require

    try:
        require(session.formulation(formulation))
        session.compiled(formulation)
    except AgentoptError as error:
        return f"the reading does not hold together: {error.message.splitlines()[0]}"
    return ""


def _has_optimum(session: Session, formulation: Written) -> bool:
    """Whether a reading that holds together has a best answer."""
    try:
        found = session.solution(session.solve(formulation), formulation)
    except AgentoptError:
        return False
    return found.has_point


def _outcome(session: Session) -> Outcome:
    from agentopt.reader.judging import read

    return read(session.problem.text, dict(_tables(session.problem.tables)))


def _tables(places: tuple[Path, ...]) -> Iterator[tuple[str, str]]:
    """The attached CSV files, by name."""
    for place in places:
        for file in sorted(place.iterdir()) if place.is_dir() else [place]:
            if (
                file.suffix.lower() in (".csv", ".tsv")
                and file.is_file()
                and file.stat().st_size <= MAX_TABLE
            ):
                yield file.name, file.read_text(encoding="utf-8-sig", errors="replace")


_UNUSED, _NO_DATA = "not used", "no data of the problem"


def _account(found: Understanding, text: str) -> list[NumberRead]:
    """Every number of the text in order, then those of the tables that were used."""
    from agentopt.reader.tokens import tokenize

    tokens = tokenize(text)
    meanings: dict[int, list[str]] = {at: [] for at, token in enumerate(tokens) if token.is_number}
    tables = []
    for each in found.account:
        if each.token < 0:
            tables.append(NumberRead(number="", meaning=each.words, place=each.table))
        elif each.words not in meanings.setdefault(each.token, []):
            meanings[each.token].append(each.words)
    listed = [
        NumberRead(
            number=tokens[at].text, meaning="; ".join(words) or _UNUSED, place=_around(tokens, at, text)
        )
        for at, words in sorted(meanings.items())
    ]
    return listed + tables


def _around(tokens: Sequence[Token], at: int, text: str) -> str:
    """A number with the words before and behind it, as far as they belong to it."""
    here = tokens[at].sentence
    first = last = at
    while first > max(0, at - 2) and _joins(tokens[first - 1], here):
        first -= 1
    while last < min(len(tokens) - 1, at + 3) and _joins(tokens[last + 1], here):
        last += 1
    return " ".join(text[tokens[first].start : tokens[last].end].split())


def _joins(token: Token, sentence: int) -> bool:
    return token.sentence == sentence and not token.is_number and token.text not in ",;.:?!()|"
