"""The model in a report: the problem as stated, the mathematics, its source, and how numbers were read."""

from __future__ import annotations

__all__ = ["model", "notes", "reading", "stated"]

from collections.abc import Sequence

from agentopt.agents.answer import Answer
from agentopt.display.markup import Html, cut, element, join, prose
from agentopt.formulation.elements import Formulation
from agentopt.formulation.io import dumps
from agentopt.formulation.render import html as mathematics

MAX_TEXT = 60_000
MAX_SOURCE = 120_000
MAX_LISTED = 80


def stated(text: str) -> Html | None:
    """The problem in the person's words; a long one is folded away."""
    if not text.strip():
        return None
    words = element("blockquote", cut(text.strip(), MAX_TEXT, "problem.json"), class_="statement", dir="auto")
    return (
        words
        if len(text) <= 3000
        else element("details", element("summary", f"{len(text):,} characters"), words)
    )


def model(formulation: Formulation, source: str | None = None) -> Html:
    """The formulation as mathematics and as its source, which is written anew where none is given."""
    bare = formulation.model_copy(update={"title": "", "assumptions": []})
    source = cut(dumps(formulation) if source is None else source, MAX_SOURCE, "formulation.yaml")
    return join(
        [
            Html(mathematics(bare)),
            element(
                "details",
                element("summary", "Source (formulation.yaml)"),
                element("pre", source, class_="source"),
            ),
        ]
    )


def reading(lines: Sequence[str]) -> Html | None:
    """How each number was read."""
    return _listed(lines)


def notes(answer: Answer) -> Html | None:
    """What was assumed, asked, left open and warned of."""
    parts: list[Html | None] = []
    assumed = list(answer.formulation.assumptions) if answer.formulation is not None else []
    if answer.formulation is not None:
        assumed += [f"{each.number} is not used: {each.why}" for each in answer.formulation.waived]
    asked = [join([element("strong", question), " ", given]) for question, given in answer.questions]
    for head, lines in (
        (
            "Check how the text was read before you act on this",
            answer.reasons if answer.verdict == "check" else (),
        ),
        ("Assumed", assumed),
        ("Asked and answered", asked),
        ("Warnings", [each.removeprefix("warning: ") for each in answer.warnings]),
        ("Still wrong with the formulation", list(answer.findings)),
    ):
        if lines:
            parts += [element("h3", head), _listed(lines)]
    return join(parts) if parts else None


def _listed(lines: Sequence[str]) -> Html | None:
    if not lines:
        return None
    items = [
        element("li", line if isinstance(line, Html) else prose(line), style="white-space:pre-line")
        for line in lines[:MAX_LISTED]
    ]
    more = len(lines) - len(items)
    rest = element("p", f"{more:,} more; answer.json has them all.", class_="soft small") if more else None
    return join([element("ul", *items), rest])
