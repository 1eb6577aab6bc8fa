from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest

from agentopt.agents.answer import Answer
from agentopt.api import solve
from agentopt.display.decisions import decisions
from agentopt.display.figures import aligned
from agentopt.display.plots import MAX_PLOTS, plots
from agentopt.display.svg import Axis, fit, ticks, wide
from agentopt.formulation.io import loads
from tests.display.answered import TEXTS, answered


def _plots(answer: Answer) -> list[str]:
    return [str(figure) for figure in plots(answer, list(decisions(answer)))]


def _kinds(answer: Answer) -> list[str]:
    """What each figure says it shows."""
    return [re.findall(r"<desc[^>]*>(\w+ ?\w*)", figure)[0] for figure in _plots(answer)]


def _text(text: str) -> Answer:
    return solve(loads(text))


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("scalars", ["Bars of"]),
        ("flows", ["Flows from"]),
        ("periods", ["Lines over"]),
        ("schedule", ["A schedule"]),
        ("shop", ["A schedule"]),
        ("assignment", ["Flows from"]),
        ("tour", ["Flows from"]),
        ("mixture", ["A grid"]),
        ("knapsack", []),
        ("infeasible", []),
        ("unbounded", []),
    ],
)
def test_the_structure_chooses_the_plot(name: str, kinds: list[str]) -> None:
    assert _kinds(answered(name)) == kinds


@pytest.mark.parametrize("name", TEXTS)
def test_figures_are_well_formed_and_say_what_they_show(name: str) -> None:
    for figure in _plots(answered(name)):
        svg = re.findall(r"<svg.*</svg>", figure)[0]
        root = ElementTree.fromstring(svg)
        named = root.get("aria-labelledby", "").split()
        found = {each.get("id"): each.text for each in root if each.tag in ("title", "desc")}
        assert list(found) == named
        assert all(found.values())
        numbers = re.findall(r"[-\d.]+", " ".join(re.findall(r' (?:x|y|d|x1|cy)="([^"]*)"', svg)))
        assert numbers
        assert all(np.isfinite(float(number)) for number in numbers)


def test_bands_carry_what_is_sent_and_received() -> None:
    (figure,) = _plots(answered("flows"))
    assert "san-diego to topeka 275 case" in figure
    nodes = [float(h) for h in re.findall(r'width="10" height="([\d.]+)"', figure)]
    seattle, san_diego, new_york, chicago, topeka = nodes
    assert seattle + san_diego == pytest.approx(new_york + chicago + topeka, abs=0.3)
    assert new_york / chicago == pytest.approx(325 / 300, abs=0.02)
    tops = [float(y) for y in re.findall(r'y="([\d.]+)" width="10"', figure)]
    ends = sorted(
        tuple(map(float, found)) for found in re.findall(r"[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)C", figure)
    )
    joined = [ends[0], *(end for end, before in zip(ends[1:], ends, strict=False) if end[0] > before[1] + 1)]
    assert [end[0] for end in joined] == pytest.approx(tops[2:], abs=0.3)
    assert ends[-1][1] == pytest.approx(tops[-1] + topeka, abs=0.3)


def test_lines_of_one_unit_share_an_axis_with_its_unit_and_meaning() -> None:
    (figure,) = _plots(answered("periods"))
    assert ">tonne<" in figure
    assert ">MONTHS<" in figure
    assert "tonnes in store at the end" in figure
    assert figure.count("<circle") == 12


def test_a_schedule_on_machines_has_a_line_a_machine_and_no_overlap() -> None:
    (figure,) = _plots(answered("shop"))
    assert "a on lathe 0 – 3" in figure
    bars = [
        tuple(map(float, found))
        for found in re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"', figure)
    ]
    assert len(bars) == 6
    for y in {bar[1] for bar in bars}:
        row = sorted((x, x + w) for x, at, w in bars if at == y)
        assert all(end <= begin + 0.2 for (_, end), (begin, _) in pairwise(row))


def test_a_start_without_one_plain_duration_is_no_schedule() -> None:
    two = TEXTS["schedule"].replace(
        "        variables:",
        "          length: {over: [JOBS], unit: hour, values: {cut: 1, drill: 1, paint: 1, pack: 1}}\n"
        "        variables:",
        1,
    )
    assert "A schedule" not in _kinds(_text(two))
    other = TEXTS["schedule"].replace("duration: {over: [JOBS], unit: hour", "duration: {over: [JOBS]")
    assert "A schedule" in _kinds(_text(other))


def test_numbered_products_are_bars_and_not_an_order_in_time() -> None:
    text = """
        sets: {PRODUCTS: {first: 1, last: 4}}
        variables: {make: {over: [PRODUCTS], upper: 5, unit: box}}
        objective: {maximize: "sum(make[p] for p in PRODUCTS)"}
        constraints: {most: {for: p in PRODUCTS if p > 1, that: "make[p] <= 4"}}
    """
    assert _kinds(_text(text)) == ["Bars of"]
    assert _kinds(_text(text.replace("<= 4", ">= make[p-1]"))) == ["Lines over"]


def test_negative_quantities_are_drawn_on_the_other_side_of_zero() -> None:
    text = """
        sets: {FUNDS: {elements: [long, short]}}
        parameters: {least: {over: [FUNDS], values: {long: 3, short: -2}}}
        variables: {hold: {over: [FUNDS], lower: null, unit: lot}}
        objective: {minimize: "sum(hold[f] for f in FUNDS)"}
        constraints: {floor: {for: f in FUNDS, that: "hold[f] >= least[f]"}}
    """
    (figure,) = _plots(_text(text))
    zero = float(re.findall(r'<line x1="([\d.]+)"[^>]*class="axis"', figure)[0])
    first, second = (
        (float(x), float(w)) for x, w in re.findall(r'<rect x="([\d.]+)"[^>]*width="([\d.]+)"', figure)
    )
    assert first[0] == pytest.approx(zero)
    assert second[0] + second[1] == pytest.approx(zero, abs=0.2)
    assert "−2" in figure


def test_sets_too_large_to_be_seen_are_not_drawn() -> None:
    text = """
        sets: {A: {first: 1, last: 60}, B: {first: 1, last: 60}}
        variables: {ship: {over: [A, B], upper: 1, unit: box}, bin_: {over: [A], upper: 1, unit: box}}
        objective: {maximize: "sum(ship[a,b] for a in A for b in B) + sum(bin_[a] for a in A)"}
    """
    assert _plots(_text(text)) == []


def test_there_are_never_more_than_a_few() -> None:
    names = [f"x{k}" for k in range(9)]
    sets = "sets: {" + ", ".join(f"S{k}: {{elements: [a, b]}}" for k in range(9)) + "}"
    variables = "\n".join(
        f"  {name}: {{over: [S{k}], upper: {k + 1}, meaning: boxes}}" for k, name in enumerate(names)
    )
    total = " + ".join(f"sum({name}[i] for i in S{k})" for k, name in enumerate(names))
    many = _text(f'{sets}\nvariables:\n{variables}\nobjective: {{maximize: "{total}"}}')
    assert len(_plots(many)) == MAX_PLOTS


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_points_that_cannot_be_drawn_are_not(value: float) -> None:
    answer = answered("mixture")
    assert answer.solution is not None
    assert answer.solution.values is not None
    values = answer.solution.values.copy()
    values[0] = value
    assert _plots(replace(answer, solution=replace(answer.solution, values=values))) == []


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (0, 87), (-3, 12), (0.001, 0.0012), (1e9, 3e9), (-5, -4.9), (0, 1e-9)]
)
def test_ticks_are_round_few_and_hold_the_range(low: float, high: float) -> None:
    found = ticks(low, high)
    assert found[0] <= low + 1e-9 * abs(low)
    assert found[-1] >= high - 1e-9 * abs(high)
    assert 2 <= len(found) <= 12
    assert np.allclose(np.diff(found), found[1] - found[0])


def test_an_axis_of_one_value_has_a_length() -> None:
    axis = Axis.of([5.0], 0.0, 100.0, zero=False)
    assert axis.start <= axis.at(5.0) <= axis.end


def test_texts_are_cut_to_their_room() -> None:
    assert fit("short", 200) == "short"
    assert wide(fit("a name that goes on and on and on", 80)) <= 80
    assert fit("", 10) == ""


def test_numbers_of_a_column_line_up() -> None:
    assert aligned([1.5, 2.25, -3.0]) == ["1.50", "2.25", "−3.00"]
    assert aligned([1e20, 1.0]) == ["1e+20", "1"]
    assert aligned([float("nan"), float("-inf")]) == ["nan", "-inf"]
    assert aligned([]) == []


def test_numbers_that_are_nearly_whole_are_shown_so() -> None:
    assert aligned([9.9999999, 3.0]) == ["10", "3"]
    assert aligned([9.9999999, 3.25]) == ["10.00", "3.25"]
