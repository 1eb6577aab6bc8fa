"""A grammar in a plain file gives texts, the same for the same seed."""

from __future__ import annotations

import random

import pytest

from agentopt.errors import UsageError
from agentopt.synthesis.grammar import Grammar, grammar


def _drawn(rules: str, rule: str = "text") -> set[str]:
    parsed = Grammar.parse(rules)
    return {parsed.expand(rule, random.Random(seed)) for seed in range(40)}


def test_alternatives_stand_between_bars_or_on_lines() -> None:
    assert _drawn("text: a | b\n  c\n  d | e") == {"a", "b", "c", "d", "e"}


def test_brackets_choose_and_may_be_nested() -> None:
    assert _drawn("text: [x|[y|z] w]!") == {"x!", "y w!", "z w!"}


def test_words_have_plurals_and_capitals() -> None:
    rules = "text: {^fruit} and {fruit+}\nfruit: leaf~leaves"
    assert _drawn(rules) == {"Leaf and leaves"}
    assert _drawn("text: {^fruit+}\nfruit: pear") == {"Pears"}


def test_what_is_kept_is_said_again_and_differs_from_the_rest() -> None:
    rules = "text: {a=who} meets {b=who}, and {a} greets {b}\nwho: Ann | Bob"
    assert _drawn(rules) == {"Ann meets Bob, and Ann greets Bob", "Bob meets Ann, and Bob greets Ann"}


def test_numbers_have_the_steps_and_decimals_that_are_written() -> None:
    assert _drawn("text: {5..15/5}") == {"5", "10", "15"}
    assert _drawn("text: {0.5..0.7}") == {"0.5", "0.6", "0.7"}
    assert _drawn("text: {1000..2000/1000,}") == {"1,000", "2,000"}


def test_bars_and_lines_can_be_written() -> None:
    assert _drawn(r"text: \| a \|\n\| b \|") == {"| a |\n| b |"}


@pytest.mark.parametrize(
    ("rules", "complaint"),
    [
        ("  lost", "belongs to no rule"),
        ("text: {nobody}", "no rule is called `nobody`"),
        ("text: {a", "open"),
        ("text: {A b}", "is no slot"),
    ],
)
def test_mistakes_are_named(rules: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        Grammar.parse(rules)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match="is not there"):
        grammar("scope/nothing")
