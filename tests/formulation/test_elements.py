"""A formulation is loaded, checked, solved, exported and shown by its own methods."""

from __future__ import annotations

import copy
import gzip
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import agentopt
from agentopt.compiling import compile_instance
from agentopt.errors import AgentoptError, FormulationError, UsageError
from agentopt.formulation.binding import bind
from agentopt.formulation.check import check
from agentopt.formulation.classify import classify
from agentopt.formulation.elements import Formulation
from agentopt.formulation.render import html, latex, text
from tests.formulation.documents import FORMULATIONS
from tests.formulation.texts import expressions, generators

EXAMPLES = Path(__file__).parents[2] / "datasets" / "examples"
SMALL = {
    "title": "small",
    "sets": {"I": {"elements": ["a", "b"]}},
    "parameters": {"c": {"over": "I", "values": {"a": 3, "b": 2}}},
    "variables": {"x": {"over": "I", "upper": 4}},
    "objective": {"maximize": "sum(c[i]*x[i] for i in I)"},
    "constraints": {"limit": {"that": "sum(x[i] for i in I) <= 6"}},
}


@pytest.fixture
def small() -> Formulation:
    return Formulation.model_validate(SMALL)


def test_a_formulation_solves_itself(small):
    answer = small.solve()
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(16)


def test_it_solves_with_other_data(small):
    assert small.solve(data={"c": {"a": 1, "b": 1}}).objective == pytest.approx(6)


def test_a_loaded_formulation_finds_its_tables(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    f = Formulation.load(EXAMPLES / "shipping" / "formulation.yaml")
    assert f.origin == EXAMPLES / "shipping" / "formulation.yaml"
    assert f.solve().objective == pytest.approx(agentopt.solve("example:shipping").objective)
    assert Formulation.load(EXAMPLES / "shipping") == f == Formulation.load("example:shipping")


def test_a_changed_copy_is_solved_as_changed(small, tmp_path):
    small.export(tmp_path / "small.yaml")
    loaded = Formulation.load(tmp_path / "small.yaml")
    limited = Formulation.model_validate({**SMALL, "constraints": {"limit": {"that": "x['a'] <= 1"}}})
    changed = loaded.model_copy(update={"constraints": limited.constraints})
    assert changed.origin == tmp_path / "small.yaml"
    assert changed.solve().objective == pytest.approx(3 + 8)


@pytest.mark.parametrize("name", ["model.lp", "model.mps", "model.lp.gz", "model.mps.gz"])
def test_a_model_file_is_exported_loaded_and_solved(name, small, tmp_path):
    path = small.export(tmp_path / name)
    assert path.read_bytes()[:2] == (b"\x1f\x8b" if name.endswith(".gz") else path.read_bytes()[:2])
    f = Formulation.load(path)
    assert f.origin == path
    assert [d for d in f.check() if d.severity == "error"] == []
    assert f.solve().objective == pytest.approx(16)
    assert "subject to" in str(f)
    again = f.export(tmp_path / f"again.{name}")
    assert Formulation.load(again).solve().objective == pytest.approx(16)


def test_the_formulation_of_a_model_file_cannot_be_changed_away_from_its_numbers(small, tmp_path):
    f = Formulation.load(small.export(tmp_path / "model.lp"))
    with pytest.raises(UsageError, match="not what the file states any more"):
        f.model_copy(update={"constraints": {}}).solve()


@pytest.mark.parametrize("name", ["small.yaml", "small.json"])
def test_export_and_load_are_inverse(name, small, tmp_path):
    assert Formulation.load(small.export(tmp_path / name)) == small


def test_export_says_what_it_writes(small, tmp_path):
    with pytest.raises(UsageError, match=r"\.xyz") as error:
        small.export(tmp_path / "small.xyz")
    assert ".lp" in error.value.hint


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("none.yaml", None, UsageError),
        ("f.yaml", b"variables: {x: {ub: 1}}", FormulationError),
        ("f.lp", b"this is no LP file\n", FormulationError),
        ("f.mps", b"NAME\nROWS\n Q what\n", FormulationError),
        ("f.mps.gz", b"no gzip", FormulationError),
        ("f.lp.gz", gzip.compress(b"minimize\n x\nend\n" * 100, mtime=0)[:-9], FormulationError),
        ("f.txt", b"words", UsageError),
    ],
)
def test_a_file_that_cannot_be_loaded_says_so(name, content, kind, tmp_path):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(kind, match=name.replace(".", r"\.")):
        Formulation.load(path)


def test_check_finds_what_solve_refuses(small):
    wrong = small.model_copy(update={"objective": None, "report": {"r": "x['c']"}})
    (error,) = (d for d in wrong.check() if d.severity == "error")
    assert error.element == "report.r"
    with pytest.raises(AgentoptError, match="report"):
        wrong.solve()


def test_it_is_shown_as_text_latex_and_html(small):
    assert str(small).startswith("small\n\nmaximize  ∑{i ∈ I} c[i]·x[i]")
    assert small._repr_latex_().startswith("$$\n\\begin{array}")
    assert "<math" in small._repr_html_()


def test_copies_and_pickles_are_equal_and_keep_the_file(small):
    placed = small.with_origin(Path("there/f.yaml"))
    assert placed == small
    assert small.origin is None
    for again in (copy.deepcopy(placed), pickle.loads(pickle.dumps(placed)), placed.model_copy()):
        assert again == placed
        assert again.origin == Path("there/f.yaml")
    assert small != "small"


def test_the_formulation_is_imported_without_what_only_some_uses_need():
    modules = ["check", "render", "binding", "io", "schema", "units", "classify"]
    script = "import sys\n" + "\n".join(f"import agentopt.formulation.{name}" for name in modules)
    heavy = {"pint", "openpyxl", "yaml", "pyarrow", "scipy", "pyomo", "highspy", "langgraph", "pandas"}
    script += f"\nprint(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


# -- from any document to arrays, or a clear refusal -------------------------------------------------------


def run_through(f: Formulation) -> None:
    """Everything that can be done with a formulation; only what a person did wrong may be raised."""
    errors = [d for d in check(f) if d.severity == "error"]
    assert all(d.message and d.render() for d in errors)
    shown = (text(f), latex(f), html(f), classify(f).problem_class)
    assert all(shown)
    message = "no error"
    try:
        instance = bind(f)
        if not errors:
            compile_instance(instance)
    except AgentoptError as error:
        message = error.message
    assert message


@given(FORMULATIONS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_document_is_worked_on_or_refused(f):
    run_through(f)


@given(expressions(5), expressions(5), st.one_of(st.none(), generators(expressions(2))), expressions(4))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_expression_at_any_place_is_worked_on_or_refused(objective, that, for_, formula):
    constraint = {"that": that} if for_ is None else {"that": that, "for": for_}
    run_through(
        Formulation.model_validate(
            {
                "sets": {
                    "I": {"elements": ["a", "b"]},
                    "T": {"last": 3},
                    "ARCS": {"elements": [["a", 1], ["b", 2]]},
                    "F": {"of": ["I", "T"], "with": ["i", "t"], "where": formula},
                },
                "parameters": {
                    "cost": {"over": "I", "values": {"a": 1, "b": 2}},
                    "limit": {"value": 3},
                    "q": {"formula": formula},
                },
                "variables": {
                    "x": {"over": "I", "upper": formula},
                    "y": {"over": ["I", "T"], "upper": 4},
                    "use": {"domain": "binary"},
                },
                "objective": {"minimize": objective},
                "constraints": {"c": constraint},
                "report": {"r": objective},
            }
        )
    )
