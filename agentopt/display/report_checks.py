"""What a report says of trust and of limits: the certificate, and the constraints that bind."""

from __future__ import annotations

__all__ = ["VERDICT_TONES", "VERDICT_WORDS", "binding", "certified"]

from collections.abc import Iterator, Sequence

from agentopt.agents.answer import Answer
from agentopt.compiling.arrays import ProblemClass
from agentopt.display.figures import aligned
from agentopt.display.limits import Limit, limits
from agentopt.display.markup import Html, element, join, prose
from agentopt.display.report_tables import numbers_row, table
from agentopt.verification.certificate import Certificate, Finding

MAX_SHOWN = 40

_VERDICTS = {
    "verified": ("good", "Verified.", "Feasibility and optimality were both proved outside the engine."),
    "checked": (
        "warn",
        "Checked, not verified.",
        "Some facts were proved and nothing contradicts the answer, but not everything it claims is proved.",
    ),
    "failed": (
        "bad",
        "Contradicted.",
        "At least one check speaks against the answer or the model; do not act on it.",
    ),
    "unknown": ("warn", "Not checked.", "Nothing about the answer could be proved."),
}

VERDICT_TONES = {verdict: tone for verdict, (tone, _, _) in _VERDICTS.items()}
VERDICT_WORDS = {
    "verified": "verified",
    "checked": "checked, not verified",
    "failed": "contradicted",
    "unknown": "not checked",
}


def certified(certificate: Certificate) -> Html:
    """The certificate: a verdict and its lists, each under the words it deserves."""
    tone, head, words = _VERDICTS[certificate.verdict]
    if certificate.verdict == "verified" and certificate.is_negative:
        words = "That there is no optimum was proved outside the engine."
    tests = f"{certificate.num_tests} test{'s' if certificate.num_tests != 1 else ''}"
    return join(
        [
            element("p", element("strong", head), " ", element("span", words), class_=f"verdict {tone}"),
            *_findings("Contradicted", "✗", "bad", certificate.failed),
            *_findings("Proved outside the engine", "✓", "good", certificate.proved),
            *_findings(f"Not falsified by {tests} that could have", "○", "plain", certificate.not_falsified),
            *_findings("Unknown", "?", "warn", certificate.unknown),
        ]
    )


def _findings(head: str, mark: str, tone: str, found: Sequence[Finding]) -> Iterator[Html]:
    if not found:
        return
    items = [
        element(
            "li",
            element("span", mark, class_=f"mark {tone}", aria_hidden="true"),
            element("span", prose(each.statement), " ", element("span", each.check, class_="check")),
        )
        for each in found[:MAX_SHOWN]
    ]
    yield element("h3", head)
    yield element("ul", *items, class_="findings")
    if len(found) > MAX_SHOWN:
        yield element("p", f"{len(found) - MAX_SHOWN:,} more; answer.json has them all.", class_="soft small")


def binding(answer: Answer) -> Html | None:
    """The constraints at their limit, with shadow prices where there are any."""
    compiled, solution = answer.compiled, answer.solution
    if compiled is None or solution is None or solution.values is None or not solution.has_point:
        return None
    linear = compiled.problem_class is ProblemClass.LP
    prices = solution.duals if linear else None
    found, count, slack = limits(answer, MAX_SHOWN)
    parts: list[Html | None] = []
    if found:
        parts.append(_table(found))
        if count > len(found):
            parts.append(element("p", f"{count - len(found):,} more.", class_="more soft small"))
    notes = ["No inequality is at its limit."] if not found else []
    if slack:
        notes.append(f"{slack:,} other inequalit{'ies have' if slack != 1 else 'y has'} room to spare.")
    if prices is not None and found:
        notes.append(
            "A shadow price is what the objective changes by for one more unit of the limit; it holds for "
            "small changes. Equations are listed where they have one."
        )
    elif not linear:
        notes.append(f"A {compiled.problem_class} has no shadow prices.")
    parts.append(element("p", " ".join(notes), class_="soft small"))
    return join(parts)


def _table(shown: Sequence[Limit]) -> Html:
    """The rows as a table; reasons and prices where there are any."""
    reasons = [each.because for each in shown]
    columns: list[tuple[object, list[Html]]] = [("Constraint", [_row_head(each.name) for each in shown])]
    if any(reasons):
        columns.append(("Why", [element("td", prose(each), class_="soft") for each in reasons]))
    figures = aligned([each.limit for each in shown])
    cells = [
        element("td", f"{each.sign} {figure}", class_="num")
        for each, figure in zip(shown, figures, strict=True)
    ]
    columns.append((element("th", "Limit", scope="col", class_="num"), cells))
    if shown[0].price is not None:
        head = element("th", "Shadow price", scope="col", class_="num")
        columns.append((head, numbers_row([each.price for each in shown])))
    return table([head for head, _ in columns], zip(*(cells for _, cells in columns), strict=True))


def _row_head(name: str) -> Html:
    return element("th", element("span", name, class_="name"), scope="row")
