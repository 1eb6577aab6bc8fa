"""Product mixes as people tell them: lists, ellipsis, asides, facts told as reasons."""

from __future__ import annotations

import pytest

from agentopt.reader.rules.reader import read
from agentopt.reader.tokens import tokenize
from tests.reader.rules.test_reader import meaning, stated

TOLD: dict[str, tuple[str, str]] = {
    "ellipsis": (
        "An owl costs 60 coins, a raven 90, a crow 30; you own 1500 coins. Wit: 2, 4 and 1. At least 5 crows "
        "are needed. What gives the most wit?",
        "max 2a+4b+1c; 60a+90b+30c<=1500; c>=5",
    ),
    "behind the number": (
        "For our stall I need 3 eggs for a quiche and 5 eggs for a flan, and I have 90 "
        "eggs. A quiche sells at "
        "$8, a flan at $12. At least 4 flans, they are promised. What brings the most money?",
        "max 8a+12b; 3a+5b<=90; b>=4",
    ),
    "shorthand": (
        "tents 4 h sewing, tarps 1 h. 80 h of sewing available. tents sell for 90, tarps "
        "for 25. max 15 tents. "
        "maximise revenue",
        "max 90a+25b; 4a+1b<=80; a<=15",
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_a_problem_told_freely_is_read_as_it_is_meant(name: str) -> None:
    text, expected = TOLD[name]
    tokens = tokenize(text)
    reading = read(tokens)
    assert reading.mix is not None, reading.unread
    assert meaning(reading.mix, tokens) == stated(expected), reading.unread


def test_a_reading_by_what_comes_out_even_is_never_enough_by_itself() -> None:
    reading = read(tokenize(TOLD["ellipsis"][0]))
    assert reading.is_free
    assert not reading.is_whole
