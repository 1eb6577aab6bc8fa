"""Casual texts: what is written once only, said twice, or named together is labelled as it was meant."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache

import pytest

from agentopt.reader.tokens import tokenize
from agentopt.synthesis.banks import banks
from agentopt.synthesis.mix.filling import Writer
from agentopt.synthesis.mix.generating import generate
from agentopt.synthesis.mix.headers import header_sentence
from agentopt.synthesis.mix.mapping import Drawn
from agentopt.synthesis.mix.marks import bare
from agentopt.synthesis.mix.plan import Plan
from agentopt.synthesis.mix.structure import draw_plan
from agentopt.synthesis.mix.tables import table


@cache
def _many() -> tuple[Drawn, ...]:
    return tuple(generate(difficulty=1 + seed % 5, seed=seed) for seed in range(6000))


def _plans(count: int) -> Iterator[tuple[Plan, Writer]]:
    for seed in range(count):
        rng = random.Random(seed)
        plan = draw_plan(banks(), rng, 3)
        if plan.casual:
            yield plan, Writer(plan, banks(), rng, 3)


def test_about_half_of_the_plans_are_casual() -> None:
    assert 400 < len(list(_plans(1000))) < 600


def test_numbers_under_a_header_without_names_stand_in_the_order_of_the_decisions() -> None:
    seen = 0
    for plan, writer in _plans(400):
        attr = next((each for each in plan.attrs if not each.same), None)
        if attr is None:
            continue
        writer.listed_first()
        text, places = plan.book.read(header_sentence(writer, attr, tail=False))
        keys = [place.of for place in places if place.kind == "number"]
        assert keys == attr.keys, text
        seen += all(place.kind == "number" for place in places)
    assert seen > 50


def test_a_limit_behind_its_numbers_is_written_only_there() -> None:
    seen = 0
    for plan, writer in _plans(400):
        for attr in plan.attrs:
            if attr.same:
                continue
            before = len(writer.written)
            places = plan.book.read(header_sentence(writer, attr))[1]
            limits = {key for limit in plan.limits for key in limit.keys}
            found = [place.of for place in places if place.kind == "number" and place.of in limits]
            assert len(found) == len(writer.written) - before
            seen += len(found)
    assert seen > 50


def test_limits_and_bounds_in_a_table_are_noted_as_written() -> None:
    seen = 0
    for plan, writer in _plans(600):
        attrs = [attr for attr in plan.attrs if not attr.same]
        if not attrs:
            continue
        marked = "\n".join(table(writer, attrs, extras=True))
        found = {place.of for place in plan.book.read(marked)[1] if place.kind == "number"}
        written = [each for each in (*plan.limits, *plan.sides) if id(each) in writer.written]
        expected = {key for attr in attrs for key in attr.keys} | {k for each in written for k in each.keys}
        assert found == expected, bare(marked)
        seen += bool(written)
    assert seen > 50


def test_what_is_named_together_is_what_shares_a_noun() -> None:
    seen = 0
    for drawn in _many():
        if any(section.startswith("group_") for section in drawn.sections):
            ends = [each.name.rpartition(" ")[2].rstrip("s") for each in drawn.reading.decisions]
            sums = [row.left for row in drawn.reading.rows if 1 < len(row.left) < len(ends)]
            if all(" " in each.name for each in drawn.reading.decisions):
                assert any(len({ends[term.decision] for term in left}) == 1 for left in sums), drawn.text
                seen += 1
    assert seen > 10


def test_bounds_on_all_but_one_leave_that_one_out() -> None:
    seen = 0
    for drawn in _many():
        if any(section.startswith("each_except_") for section in drawn.sections):
            alike: dict[int, set[int]] = {}
            for row in drawn.reading.rows:
                if row.form == "limit" and len(row.left) == 1:
                    alike.setdefault(row.token, set()).add(row.left[0].decision)
            count = len(drawn.reading.decisions)
            assert any(len(which) == count - 1 for which in alike.values()), drawn.text
            seen += 1
    assert seen > 10


def test_a_requirement_said_twice_is_data_once() -> None:
    seen = 0
    for drawn in _many():
        used = drawn.reading.tokens()
        again = re.search(r"\b(?:the|those|all) (\d{3,6}) ", drawn.text)
        if again is None:
            continue
        at = next(i for i, token in enumerate(drawn.tokens) if token.start == again.start(1))
        if at not in used and drawn.tokens[at].value in {drawn.tokens[each].value for each in used}:
            seen += 1
    assert seen > 10


@pytest.mark.parametrize(
    "pattern",
    [
        r", who [a-z]+ \d",
        r"\n\| .* \| max",
        r"(?i)^(?:to|from|dear|hi|memo)\b",
        r"(?i)\bhalf an? [a-z]+",
        r"(?i)(?:given that|when) .*, and .*\?$",
        r"(?i)make the most money\?|cheapest",
        r"\d (?:cents|minutes) .*\$?\d",
    ],
)
def test_styles_come_up(pattern: str) -> None:
    assert any(re.search(pattern, drawn.text) for drawn in _many())


def test_a_text_is_read_as_it_was_written_by_tokens() -> None:
    for drawn in _many()[:500]:
        assert drawn.tokens == tokenize(drawn.text)
