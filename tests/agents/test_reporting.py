"""Further quantities are evaluated at the answer."""

from __future__ import annotations

import pytest

from agentopt.agents import Problem, run
from tests.agents.conftest import TEXT, Script, joinery


def test_reports_are_evaluated_at_the_answer(make_context):
    report = [
        {"name": "pieces", "expression": "sum(make[p] for p in PIECES)"},
        {"name": "hours_left", "expression": "time - sum(hours[p]*make[p] for p in PIECES)"},
        {"name": "share_of_benches", "expression": 'make["bench"] / sum(make[p] for p in PIECES)'},
        {"name": "most", "expression": "max(make[p] for p in PIECES)"},
    ]
    answer = run(Problem(TEXT), make_context(Script({"formulate": [joinery(report=report)]})))
    assert answer.report == pytest.approx(
        {"pieces": 16, "hours_left": 0, "share_of_benches": 0.25, "most": 12}
    )
    assert "Also asked for:\n  pieces = 16" in answer.explanation


def test_a_report_that_has_no_value_is_left_out_with_a_warning(make_context):
    report = [{"name": "ratio", "expression": 'make["bench"] / (make["shelf"] - 12)'}]
    answer = run(Problem(TEXT), make_context(Script({"formulate": [joinery(report=report)]})))
    assert answer.report == {}
    assert any("report `ratio` could not be evaluated: a division by zero" in w for w in answer.warnings)
