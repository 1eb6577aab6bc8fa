"""Changes in words, turned into commands by a language model; the commands do the rest.

What a model replies is read as commands of the dialogue and tried before it is believed: one that names
nothing there is goes back once with the error.
"""

from __future__ import annotations

__all__ = ["understood"]

from collections.abc import Sequence
from pathlib import Path

from agentopt.agents.findings import as_json
from agentopt.agents.reading import written
from agentopt.errors import AgentoptError, ReplyError
from agentopt.models.base import Model, Request, Sampling
from agentopt.prompts import load
from agentopt.prompts.replies import extract_json
from agentopt.whatif.changes import KINDS, Change, Kind
from agentopt.whatif.dialogue import read
from agentopt.whatif.study import Study

MAX_SHOWN = 40_000
MAX_LABELS = 60
"""Elements of one set that the model is shown."""

MAX_COMMANDS = 12

_ALLOWED = (*KINDS, "why not")


def understood(study: Study, words: str, model: Model, prompts: Sequence[Path]) -> tuple[str, ...]:
    """The commands that words amount to, each tried against the problem, unsolved.

    Raises:
        ReplyError: the model does not understand them, or replies with what is no command, twice.
        ModelError, BudgetExceeded: it could not be asked.
    """
    fault = ""
    for _ in range(2):
        commands, unclear = _asked(study, words, fault, model, prompts)
        if not commands:
            raise ReplyError(
                f"the words were not understood{f': {unclear}' if unclear else ''}",
                hint="name what is to change as the formulation does, or use --set, --force, --add",
            )
        try:
            for command in commands:
                _tried(study, command)
        except AgentoptError as error:
            fault = f"{error.message} ({error.hint})" if error.hint else error.message
        else:
            return commands
    raise ReplyError(f"the model's commands do not hold: {fault}", hint="say it in other words")


def _asked(
    study: Study, words: str, fault: str, model: Model, prompts: Sequence[Path]
) -> tuple[tuple[str, ...], str]:
    prompt = load("whatif/read", prompts)
    formulation = study.problem.formulation
    assert formulation is not None
    outcome = study.current
    shown = f"{outcome.status}, objective {outcome.objective}" if outcome.values else outcome.status
    said = f"{words}\n\nYour last commands failed: {fault}" if fault else words
    messages = prompt.render(
        formulation=as_json(written(formulation), MAX_SHOWN),
        indices=_indices(study),
        answer=shown,
        words=said,
    )
    reply = model.generate([Request(messages, Sampling(), None, prompt.name)])[0]
    found = extract_json(reply.text).value
    listed = found.get("commands") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise ReplyError("the reply has no list of commands", hint="try another model")
    unclear = found.get("unclear", "") if isinstance(found, dict) else ""
    commands = tuple(each for each in listed[:MAX_COMMANDS] if isinstance(each, str) and each.strip())
    return commands, str(unclear)[:300]


def _tried(study: Study, command: str) -> None:
    """See that a command is one, and names what there is."""
    kind, rest = read(command)
    if kind not in _ALLOWED:
        raise ReplyError(f"`{command}` is no change", hint=f"one of {', '.join(_ALLOWED)}")
    known: Kind = next((each for each in KINDS if each == kind), "force")
    study.changed([*study.changes, Change(known, rest)])


def _indices(study: Study) -> str:
    lines = []
    for name, bound in study.instance.sets.items():
        labels = study.instance.labels.tuples(bound.codes[:MAX_LABELS])
        shown = ", ".join(" ".join(map(str, each)) if len(each) > 1 else str(each[0]) for each in labels)
        lines.append(f"{name}: {shown}{', ...' if len(bound) > MAX_LABELS else ''}")
    return "\n".join(lines)
