"""An answer for a person at a terminal: what was found, what holds it back, how far it can be trusted."""

from __future__ import annotations

__all__ = ["answer_text"]

import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from agentopt.agents.answer import Answer
from agentopt.budget import Spend
from agentopt.display.decisions import decisions
from agentopt.display.figures import aligned, figure, span
from agentopt.display.grids import decision_grids, grid
from agentopt.display.limits import Limit, limits
from agentopt.display.listing import bold, columns, dim
from agentopt.display.terminal import styled, width
from agentopt.verification.certificate import Certificate, Finding

MAX_LISTED = 20
_TONES = {"good": "32", "warn": "33", "bad": "31", "plain": "2"}
_VERDICTS = {
    "verified": ("good", "verified: feasibility and optimality were both proved outside the engine"),
    "checked": ("warn", "checked: nothing contradicts the answer, but not everything it claims is proved"),
    "failed": ("bad", "contradicted: do not act on this answer"),
    "unknown": ("warn", "not checked: nothing about the answer could be proved"),
}
_TO_CHECK = "Check how the text was read before you act on this"
_ABSENT = "verified: that there is no best answer was proved outside the engine"


def answer_text(answer: Answer, *, run: Path | None = None) -> str:
    """The whole answer as text, coloured where standard output shows it.

    >>> from agentopt.agents.answer import Answer
    >>> print(answer_text(Answer("no formulation", explanation="No formulation was reached.")))
    No formulation was reached.
    """
    return "\n\n".join(part for part in _parts(answer, run) if part)


def _parts(answer: Answer, run: Path | None) -> Iterator[str]:
    if answer.formulation is not None:
        yield bold(answer.formulation.title)
    if answer.verdict == "check":
        yield _listed(_TO_CHECK, answer.reasons or ("the built-in reader is not sure of it",), tone="warn")
    if answer.status == "formulated":
        yield from _formulated(answer)
    elif answer.variables:
        yield answer.explanation.split("\n\n")[0]
        yield from _indented(decision_grids(list(decisions(answer))), "Decisions")
        if answer.report:
            pairs = list(answer.report.items())
            rows = [[name, value] for (name, _), value in zip(pairs, _figures(pairs), strict=True)]
            yield _section("Also asked for", [grid(["", ""], rows, left=1)])
        yield _limits(answer)
    else:
        yield answer.explanation
    yield _assumed(answer)
    if answer.certificate is not None:
        yield _certificate(answer.certificate)
    yield _account(answer) or _listed("Read from the text", [each for each in answer.reading if "“" in each])
    yield _listed("Questions", [f"{question} {given}" for question, given in answer.questions])
    yield _listed("Warnings", answer.warnings, tone="warn")
    yield _closing(answer, run)


def _formulated(answer: Answer) -> Iterator[str]:
    from agentopt.formulation.render import text

    if answer.formulation is not None:
        yield text(answer.formulation.model_copy(update={"title": ""})).strip()
    yield "The formulation holds and its data fits; it was not solved."


def _section(head: str, paragraphs: Iterable[str]) -> str:
    body = "\n\n".join(paragraphs)
    return f"{bold(head)}\n{textwrap.indent(body, '  ')}" if body else ""


def _indented(paragraphs: Iterable[str], head: str) -> Iterator[str]:
    yield _section(head, paragraphs)


def _figures(pairs: Sequence[tuple[str, float]]) -> list[str]:
    return [figure(value) for _, value in pairs]


def _limits(answer: Answer) -> str:
    found, count, slack = limits(answer, MAX_LISTED)
    if not found:
        return _section("Limits", ["no inequality is at its limit"]) if slack else ""
    priced = any(each.price is not None for each in found)
    values = [text.replace("−", "-") for text in aligned([each.limit for each in found])]
    rows = [
        [each.name, f"{each.sign} {value}", *([_price(each)] if priced else []), each.because]
        for each, value in zip(found, values, strict=True)
    ]
    heads = ["constraint", "limit", *(["shadow price"] if priced else []), "because"]
    wide = max(len(row[1]) for row in rows)
    rows = [[row[0], row[1].replace(" ", " " * (1 + wide - len(row[1])), 1), *row[2:]] for row in rows]
    parts = [columns(heads, rows, indent=2)]
    rest = [f"{count - len(found):,} more at their limit" if count > len(found) else ""]
    rest.append(f"{slack:,} more {'have' if slack != 1 else 'has'} room to spare" if slack else "")
    note = "; ".join(each for each in rest if each)
    return _section(
        "Constraints at their limit", ["\n".join([*parts, *([dim(f"({note})")] if note else [])])]
    )


def _price(limit: Limit) -> str:
    return figure(limit.price) if limit.price else "0"


def _assumed(answer: Answer) -> str:
    if answer.formulation is None or answer.status == "formulated":
        return ""
    waived = [f"{each.number} is not used: {each.why}" for each in answer.formulation.waived]
    return _listed("Assumed", [*answer.formulation.assumptions, *waived])


def _certificate(certificate: Certificate) -> str:
    tone, words = _VERDICTS[certificate.verdict]
    if certificate.verdict == "verified" and certificate.is_negative:
        words = _ABSENT
    lines = [
        *_findings("contradicted", "bad", certificate.failed),
        *_findings("proved", "good", certificate.proved),
        *_findings("not falsified", "plain", certificate.not_falsified),
        *_findings("unknown", "warn", certificate.unknown),
    ]
    head = f"{bold('Certificate')}  {_toned(words, tone)}"
    return "\n".join([head, *lines])


def _findings(word: str, tone: str, found: Sequence[Finding]) -> Iterator[str]:
    wide = len("not falsified")
    for number, each in enumerate(found[:MAX_LISTED]):
        label = word if number == 0 else ""
        lines = textwrap.wrap(each.statement, max(30, width() - wide - 4)) or [""]
        yield f"  {_toned(label.ljust(wide), tone)}  {lines[0]}"
        yield from (f"  {'':{wide}}  {line}" for line in lines[1:])
    if len(found) > MAX_LISTED:
        yield dim(f"  {'':{wide}}  and {len(found) - MAX_LISTED:,} more")


def _listed(head: str, lines: Sequence[str], *, tone: str = "") -> str:
    if not lines:
        return ""
    shown = []
    for each in lines[:MAX_LISTED]:
        first, *rest = [
            part for line in each.splitlines() for part in textwrap.wrap(line, width() - 4) or [""]
        ]
        shown += [f"- {first}", *(f"  {line}" for line in rest)]
    if len(lines) > MAX_LISTED:
        shown.append(f"and {len(lines) - MAX_LISTED:,} more")
    title = _toned(head, tone) if tone else bold(head)
    return "\n".join([title, *(f"  {line}" for line in shown)])


def _account(answer: Answer) -> str:
    """How the built-in reader read each number, none left out."""
    if not answer.account:
        return ""
    rows = [[each.number, each.meaning, each.place] for each in answer.account]
    return _section("Read from the text", [columns(["number", "read as", "from"], rows, indent=2)])


def _closing(answer: Answer, run: Path | None) -> str:
    lines = []
    if answer.votes is not None:
        lines.append(f"vote: {answer.votes[0]} of {answer.votes[1]} samples agree")
    if answer.spend.calls:
        lines.append(f"spent: {_spent(answer.spend)}")
    if answer.solution is not None:
        solution = answer.solution
        lines.append(f"solved by {solution.engine} {solution.version} in {span(solution.seconds)}")
    if run is not None:
        if answer.program:
            lines.append(f"the program whose model this is: {run / 'program.py'}")
        lines.append(f"run: {run}")
    return dim("\n".join(lines)) if lines else ""


def _spent(spend: Spend) -> str:
    dollars = "price unknown" if spend.dollars is None else f"${spend.dollars:.4g}"
    calls = f"{spend.calls} call{'s' if spend.calls != 1 else ''}"
    tokens = f"{spend.prompt_tokens:,} tokens read, {spend.completion_tokens:,} written"
    return f"{calls}, {tokens}, {dollars}, {span(spend.seconds)}"


def _toned(text: str, tone: str) -> str:
    return f"\x1b[{_TONES[tone]}m{text}\x1b[0m" if text.strip() and styled(sys.stdout) else text
