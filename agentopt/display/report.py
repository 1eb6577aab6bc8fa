"""A run as one HTML page that needs nothing else: no network, no script, no other file.

Everything that comes from a person, a table or a model is escaped on its way in (`agentopt.display.markup`),
and the page forbids itself to load anything. Mathematics is MathML, plots are SVG inside the page.
"""

from __future__ import annotations

__all__ = ["html", "page"]

import json
from collections.abc import Sequence
from importlib.resources import files

from agentopt.agents.answer import Answer
from agentopt.display.decisions import decisions
from agentopt.display.markup import Html, element, join
from agentopt.display.plots import plots
from agentopt.display.report_answer import STATUS_TONES, result
from agentopt.display.report_checks import VERDICT_TONES, VERDICT_WORDS, binding, certified
from agentopt.display.report_model import model, notes, reading, stated
from agentopt.display.report_tables import decision_tables, numbers_row, table
from agentopt.display.report_trace import manifest, trace
from agentopt.errors import RunError
from agentopt.runs import Run

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_LISTED = ("plots", "decisions", "certificate", "limits", "model", "numbers", "notes", "trace", "run")


def html(answer: Answer | None, *, run: Run | None = None, text: str = "") -> str:
    """The page of an answer, of a run, or of both.

    Args:
        answer: what came of the problem; None for a run that came to nothing.
        run: its folder, for the trace of model calls and the manifest.
        text: the problem in words; by default what the run has kept of it.

    Raises:
        RunError: the journal or the formulation of the run cannot be read.

    >>> from agentopt.agents.answer import Answer
    >>> page = html(Answer("no formulation"), text="Make <b>pies</b>.")
    >>> page.startswith("<!doctype html>"), "&lt;b&gt;pies" in page, "<script" in page
    (True, True, False)
    """
    sections = list(_sections(answer, run, text or _kept_text(run)))
    shown = result(answer) if answer is not None else _nothing(run)
    return page(_title(answer, run), shown, sections, run, byline=_byline(answer, run))


def page(
    title: str,
    outcome: Html,
    sections: Sequence[tuple[str, str, Html]],
    run: Run | None,
    *,
    byline: Sequence[object] = (),
) -> str:
    """A whole page.

    Args:
        title: its heading.
        outcome: what comes first.
        sections: identifier, heading and content of each.
        run: whose version stands at the foot.
        byline: under the heading.
    """
    body = [
        element("h1", title),
        element("p", *byline, class_="byline") if byline else None,
        element(
            "nav", *(element("a", head, href=f"#{name}") for name, head, _ in sections), aria_label="Contents"
        )
        if len(sections) > 2
        else None,
        outcome,
        *(element("section", element("h2", head), part, id=name) for name, head, part in sections),
        element("footer", _footer(run)),
    ]
    head = [
        Html("<meta charset='utf-8'>"),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        Html("<meta name='viewport' content='width=device-width, initial-scale=1'>"),
        element("title", title),
        Html(f"<style>{_style()}</style>"),
    ]
    made = element("html", element("head", *head), element("body", element("main", *body)), lang="en")
    return f"<!doctype html>\n{made}\n"


def _sections(answer: Answer | None, run: Run | None, text: str) -> list[tuple[str, str, Html]]:
    """Those that have something to say: identifier, heading, content."""
    found: list[tuple[str, str, Html | None]] = [("problem", "The problem", stated(text))]
    if answer is not None:
        taken = list(decisions(answer))
        drawn = plots(answer, taken)
        formulation = answer.formulation
        found += [
            ("plots", "At a glance", join(drawn) if drawn else None),
            ("decisions", "Decisions", _decided(answer, decision_tables(taken)) if taken else None),
            (
                "certificate",
                "What was checked",
                certified(answer.certificate) if answer.certificate else None,
            ),
            ("limits", "What limits the answer", binding(answer)),
            ("notes", "Assumptions and notes", notes(answer)),
            ("model", "The model", model(formulation, _source(run)) if formulation is not None else None),
            ("numbers", "How numbers were read", reading(answer.reading)),
        ]
    if run is not None:
        found += [
            ("trace", "How it came about", trace(list(run.events()))),
            ("run", "The run", manifest(run.manifest)),
        ]
    return [(name, head, part) for name, head, part in found if part]


def _decided(answer: Answer, tables: Html) -> Html:
    if not answer.report:
        return tables
    cells = numbers_row(list(answer.report.values()))
    rows = [
        [element("th", element("span", name, class_="name"), scope="row"), cell]
        for name, cell in zip(answer.report, cells, strict=True)
    ]
    asked = table(["Also asked for", element("th", "Value", scope="col", class_="num")], rows)
    return join([tables, asked])


def _title(answer: Answer | None, run: Run | None) -> str:
    if answer is not None and answer.formulation is not None and answer.formulation.title:
        return answer.formulation.title
    return (run.manifest.title if run is not None else "") or "Answer to an optimization problem"


def _byline(answer: Answer | None, run: Run | None) -> list[object]:
    parts: list[object] = []
    if answer is not None:
        parts.append(element("span", answer.status, class_=f"pill {STATUS_TONES[answer.status]}"))
        if answer.certificate is not None:
            verdict = answer.certificate.verdict
            parts += [" ", element("span", VERDICT_WORDS[verdict], class_=f"pill {VERDICT_TONES[verdict]}")]
    elif run is not None:
        parts.append(element("span", run.manifest.status, class_="pill bad"))
    if run is not None:
        parts += [f"  {run.manifest.created:%d %B %Y, %H:%M} UTC · run ", element("code", run.id)]
    return parts


def _nothing(run: Run | None) -> Html:
    """In place of a result, for a run without one."""
    status = run.manifest.status if run is not None else "failed"
    words = {
        "failed": "The run ended with an error; there is no answer.",
        "interrupted": "The run was interrupted; there is no answer yet.",
        "running": "The run has no answer yet.",
    }.get(status, "The run has no answer.")
    error = run.manifest.summary.get("error") if run is not None else None
    again = f"agentopt runs resume {run.id}" if run is not None and status != "done" else ""
    return element(
        "section",
        element("p", words, class_="said"),
        element("p", error, class_="said bad") if isinstance(error, str) else None,
        element("p", "Go on with ", element("code", again), class_="soft") if again else None,
        class_="result",
        id="answer",
    )


def _kept_text(run: Run | None) -> str:
    """The problem as the run keeps it; empty where it does not or the file is damaged."""
    if run is None or not run.has("problem.json"):
        return ""
    try:
        kept = json.loads(run.read("problem.json"))
    except (RunError, ValueError, RecursionError):
        return ""
    text = kept.get("text") if isinstance(kept, dict) else None
    return text if isinstance(text, str) else ""


def _source(run: Run | None) -> str | None:
    """The formulation as the run keeps it: writing a large one takes longer than the rest of the page."""
    if run is None or not run.has("formulation.yaml"):
        return None
    return run.read("formulation.yaml").decode("utf-8", "replace")


def _footer(run: Run | None) -> str:
    from agentopt import __version__

    version = run.manifest.version if run is not None else __version__
    return f"Written by agentopt {version}. This page is whole: it loads nothing and runs nothing."


def _style() -> str:
    return files("agentopt.display").joinpath("report.css").read_text(encoding="utf-8")
