from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from agentopt.agents.answer import Answer
from agentopt.budget import Spend
from agentopt.compiling import read
from agentopt.display.report import html
from agentopt.display.report_trace import calls_of
from agentopt.formulation.elements import IndexSet
from agentopt.formulation.io import loads
from agentopt.runs import Run
from agentopt.solvers import solve
from agentopt.solvers.solution import PointStatus, Termination
from agentopt.verification.certificate import Certificate, Finding
from tests.display.answered import TEXTS, answered
from tests.display.browser import PROGRAM, look

HOSTILE = (
    """</style></pre></script><script>alert(1)</script><img src=x onerror=alert(1)>&amp;"'\0\x1b[31m\u202e"""
)


class _Page(HTMLParser):
    """Elements, their attributes and the text of a page; an error where tags do not nest."""

    EMPTY = frozenset(["meta", "br", "hr", "col"])

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.words += data


def _call(component: str, reply: str, *, seconds: float = 1.5, sample: int = 0) -> dict[str, object]:
    data = {
        "component": component,
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Pies <now>"}],
        "reply": reply,
        "stop": "end",
        "usage": {
            "prompt_tokens": 1200,
            "completion_tokens": 340,
            "seconds": seconds,
            "dollars": 0.002,
            "calls": 1,
        },
        "model": "tiny",
    }
    return {"node": "formulate", "message": component, "sample": sample, "data": data}


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    with Run.create(tmp_path / "runs", "solve", title="Pies", arguments=["solve", "a b.txt"]) as made:
        yield made


@pytest.mark.parametrize("name", TEXTS)
def test_every_kind_of_answer_is_a_whole_page_that_loads_nothing(name: str) -> None:
    answer = answered(name)
    page = _Page(html(answer, text="Make pies."))
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    assert not [a for _, a in page.tags if {"src", "onerror", "onload", "onclick"} & set(a)]
    assert all((a["href"] or "").startswith("#") for _, a in page.tags if "href" in a)
    assert answer.status in page.words
    assert "Make pies." in page.words
    names = [a["id"] for _, a in page.tags if "id" in a]
    assert len(set(names)) == len(names)
    assert all((a["href"] or "")[1:] in names for _, a in page.tags if "href" in a)


def test_the_answer_is_in_words_figures_and_tables() -> None:
    words = _Page(html(answered("scalars"))).words
    assert "Greatest profit" in words
    assert "312.5" in words
    assert "dollar" in words
    assert "This is the optimum." in words
    assert "loaves baked" in words
    assert re.search(r"batches\s*87\.5", words)
    assert "Loaves may be split." in words
    assert "100 kg of flour" in words


def test_limits_and_shadow_prices_stand_in_one_table() -> None:
    page = html(answered("flows"))
    rows = re.findall(r"<tr>.*?</tr>", page)
    meet = [_Page(row).words for row in rows if "meet[topeka]" in row]
    assert meet == ["meet[topeka]≥ 2751.4"]
    assert "A MILP has no shadow prices" in html(answered("assignment"))


def test_amounts_are_summed_and_times_and_levels_are_not() -> None:
    words = _Page(html(answered("flows"))).words
    assert re.search(r"sum\s*325\s*300\s*275\s*900", words)
    assert '<th scope="row">sum' not in html(answered("shop"))


def test_mathematics_and_source_are_there() -> None:
    page = html(answered("flows"))
    assert page.count("<math") > 4
    for found in re.findall(r"<math.*?</math>", page):
        ElementTree.fromstring(found)
    assert "formulation.yaml" in page
    assert "PLANTS: {elements: [seattle, san-diego]}" in _Page(page).words


def test_whatever_is_hostile_is_text() -> None:
    formulation = loads(TEXTS["scalars"])
    named = formulation.model_copy(
        update={
            "title": HOSTILE,
            "assumptions": [HOSTILE],
            "variables": {
                name: variable.model_copy(update={"meaning": HOSTILE, "unit": "loaf"})
                for name, variable in formulation.variables.items()
            },
            "sets": {"S": IndexSet(elements=[HOSTILE])},
        }
    )
    answer = answered("scalars")
    assert answer.compiled is not None
    instance = replace(answer.compiled.instance, formulation=named)
    bad = Finding("check", HOSTILE)
    hostile = replace(
        answer,
        formulation=named,
        compiled=replace(answer.compiled, instance=instance),
        certificate=Certificate((bad,), (bad,), (bad,), (bad,)),
        explanation=HOSTILE,
        reading=(HOSTILE,),
        report={HOSTILE: 1.0},
        questions=((HOSTILE, HOSTILE),),
        findings=(HOSTILE,),
        warnings=(HOSTILE,),
    )
    page = html(hostile, text=HOSTILE)
    parsed = _Page(page)
    assert {"script", "img"}.isdisjoint(tag for tag, _ in parsed.tags)
    assert parsed.words.count("alert(1)") > 10
    assert "\0" not in page
    assert "\x1b" not in page


def test_texts_without_an_encoding_still_make_a_page() -> None:
    page = html(replace(answered("scalars"), warnings=("half a \ud83d character",)), text="\ud800")
    assert page.encode()


def test_certificates_call_verified_only_what_is_proved() -> None:
    proved = Finding("feasible", "every row holds")
    tested = Finding("capacity-monotone", "more flour does not hurt")
    open_ = Finding("optimal", "the gap is not closed")
    checked = _Page(
        html(
            replace(
                answered("scalars"),
                certificate=Certificate((proved,), (tested,), (open_,), num_tests=1),
            )
        )
    ).words
    assert "checked, not verified" in checked
    assert "Not falsified by 1 test that could have" in checked
    assert "Verified." not in checked
    failed = _Page(html(replace(answered("scalars"), certificate=Certificate(failed=(open_,))))).words
    assert "Contradicted. At least one check speaks against the answer" in failed
    absent = Certificate((Finding("infeasible", "no values meet all"),))
    assert "That there is no optimum was proved" in html(replace(answered("infeasible"), certificate=absent))


def test_a_stopped_solve_says_how_far_it_may_be_from_the_best() -> None:
    answer = answered("assignment")
    assert answer.solution is not None
    solution = replace(answer.solution, termination=Termination.TIME_LIMIT, objective=13.0, bound=10.0)
    stopped = replace(
        answer,
        status="feasible",
        solution=solution,
        explanation="Least value of the objective: 13. The time limit was reached; this is the best answer "
        "found. No answer can be less than 10 (gap 23%).",
    )
    words = _Page(html(stopped)).words
    assert "Value of the objective" in words
    assert "The time limit was reached" in words
    assert "(gap 23.1%)" in words


def test_votes_repairs_and_spend_are_facts() -> None:
    answer = replace(answered("scalars"), votes=(3, 5), repairs=2, spend=Spend(7, 9000, 1000, 0.25, 60.0))
    words = _Page(html(answer)).words
    assert "3 of 5 samples agree" in words
    assert "7 calls, 10,000 tokens, $0.25" in words


def test_an_answer_that_is_only_formulated_has_no_decisions() -> None:
    words = _Page(html(Answer("formulated", loads(TEXTS["flows"])))).words
    assert "it was not solved" in words
    assert "Decisions" not in words


def test_an_answer_without_a_formulation_says_what_is_wrong() -> None:
    answer = Answer(
        "no formulation", explanation="No formulation was reached.", findings=("`x` is not declared",)
    )
    words = _Page(html(answer, text="Hm.")).words
    assert "No formulation was reached." in words
    assert "x is not declared" in words


def test_the_trace_shows_each_call_once_with_what_it_cost(run: Run) -> None:
    run.record("start", node="formulate", message="", sample=0, data={})
    run.record("call", **_call("direct/formulate", "not yet"))
    run.record("repair", node="repair", message="`demnd` is not a parameter", sample=0, data={})
    run.record("call", **_call("direct/repair", "{}"))
    run.record("replay", **_call("direct/formulate", "not yet"))
    run.record("call", **_call("direct/formulate", "not yet", sample=1))
    words = _Page(html(answered("scalars"), run=run)).words
    assert "3 calls, 3,600 tokens read, 1,020 written, 4.50 s, $0.006." in words
    assert "Pies <now>" in words
    assert "`demnd` is not a parameter" in words
    assert [call.sample for call in calls_of(run.events())] == [0, 0, 1]


def test_the_manifest_is_part_of_the_page(run: Run) -> None:
    words = _Page(html(answered("scalars"), run=run)).words
    assert run.id in words
    assert "agentopt solve 'a b.txt'" in words
    assert "highspy" in words


def test_the_source_is_the_one_the_run_keeps(run: Run) -> None:
    run.write("formulation.yaml", "# kept\nvariables: {x: {}}\n")
    assert "# kept" in _Page(html(answered("scalars"), run=run)).words


def test_a_run_without_an_answer_says_why(run: Run) -> None:
    run.write("problem.json", '{"text": "Make pies."}')
    run.record("call", **_call("direct/formulate", "no"))
    run.finish("failed", error="no model server answers <there>")
    words = _Page(html(None, run=run)).words
    assert "The run ended with an error" in words
    assert "no model server answers <there>" in words
    assert f"agentopt runs resume {run.id}" in words
    assert "Make pies." in words


@pytest.mark.parametrize("kept", ["", "{", "[1]", '{"text": 5}', "[" * 100_000])
def test_damaged_files_of_a_run_do_not_keep_the_page_from_being_made(run: Run, kept: str) -> None:
    run.write("problem.json", kept)
    for entry in ({"data": 5}, {"data": {"messages": 3, "usage": [], "reply": None}}, {"message": {"a": 1}}):
        run.record("call", **entry)
    with (run.folder / "events.jsonl").open("ab") as file:
        file.write(b"{damaged}\n")
    words = _Page(html(answered("scalars"), run=run)).words
    assert "1 lines of the journal are damaged" in words


def test_a_long_text_and_many_calls_are_cut_with_a_count(run: Run) -> None:
    for number in range(230):
        run.record("call", **_call("direct/formulate", f"{number}" + "x" * 50_000))
    page = html(None, run=run, text="word " * 100_000)
    assert "30 more calls" in page
    assert "characters; whole in problem.json" in page
    assert len(page) < 12_000_000


def _model_file(tmp_path: Path, columns: int) -> Path:
    names = [f"c{k}" for k in range(columns)]
    text = "minimize\n obj: " + " + ".join(f"{k + 1} {name}" for k, name in enumerate(names))
    text += "\nsubject to\n" + "\n".join(f" r{k}: {name} >= {k % 7}" for k, name in enumerate(names))
    path = tmp_path / "big.lp"
    path.write_text(text + "\nend\n")
    return path


def test_a_model_file_with_thousands_of_columns_is_cut_and_not_plotted(tmp_path: Path) -> None:
    compiled = read(_model_file(tmp_path, 4000))
    solution = solve(compiled)
    page = html(Answer("optimal", compiled.instance.formulation, compiled.instance, compiled, solution))
    words = _Page(page).words
    assert re.search(r"3,\d\d\d more; \d+ are zero and left out; answer.json has them all", words)
    assert "<svg" not in page
    assert len(page) < 100_000


def test_a_point_with_numbers_that_are_not_finite_is_shown() -> None:
    answer = answered("flows")
    assert answer.solution is not None
    values = np.array([np.nan, np.inf, -np.inf, 1e300, 1e-300, 0.0])
    odd = replace(answer.solution, values=values, objective=float("nan"), point=PointStatus.FEASIBLE)
    assert "inf" in _Page(html(replace(answer, solution=odd))).words


browser = pytest.mark.skipif(PROGRAM is None, reason="needs chromium")

_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_MATH = "[...document.querySelectorAll('math')].filter(m => m.getBoundingClientRect().height > 5).length"
_PLOT = "document.querySelector('figure svg').getBoundingClientRect().height"
_SHADE = "getComputedStyle(document.body).backgroundColor"
_SPILL = """[...document.querySelectorAll('svg text')].filter(t => {
    const box = t.getBoundingClientRect(), page = t.ownerSVGElement.getBoundingClientRect();
    return box.left < page.left - 12 || box.right > page.right + 12 || box.bottom > page.bottom + 4;
}).map(t => t.textContent)"""


@browser
@pytest.mark.parametrize(
    ("width", "dark", "shade"), [(1100, False, "rgb(255, 255, 255)"), (380, True, "rgb(20, 23, 27)")]
)
def test_a_browser_shows_it_asks_for_nothing_and_complains_of_nothing(
    tmp_path: Path, run: Run, width: int, dark: bool, shade: str
) -> None:
    run.record("call", **_call("direct/formulate", HOSTILE))
    page = tmp_path / "report.html"
    page.write_text(html(answered("flows"), run=run, text=HOSTILE), encoding="utf-8")
    seen = look(page, [_WIDE, _MATH, _PLOT, _SHADE, _SPILL], tmp_path / "profile", width=width, dark=dark)
    assert seen.complaints == []
    assert seen.requests == [page.as_uri()]
    too_wide, mathematics, plot, found, spilled = seen.values
    assert too_wide == 0
    assert isinstance(mathematics, int)
    assert mathematics > 4
    assert isinstance(plot, float | int)
    assert plot > 50
    assert found == shade
    assert spilled == []
