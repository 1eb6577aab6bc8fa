"""The rule reader on problems in many people's words, and on what is no problem."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentopt.reader.reading import IMPLIED, Mix, Row, Term
from agentopt.reader.rules.reader import read
from agentopt.reader.tokens import Token, tokenize
from tests.reader.rules.problems import PROBLEMS

Sum = frozenset[tuple[tuple[int, Fraction], int]]
Meaning = tuple[str, Sum, Counter[tuple[Sum, str, Fraction, Sum]]]


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_problem_is_read_as_it_is_meant(name: str) -> None:
    text, expected = PROBLEMS[name]
    tokens = tokenize(text)
    reading = read(tokens)
    assert reading.mix is not None, reading.unread
    assert meaning(reading.mix, tokens) == stated(expected), reading.unread


def stated(text: str) -> Meaning:
    """The meaning written as `max 3a+4b; a+b<=10; a>=2b`."""
    goal, *rows = [each.strip() for each in text.split(";")]
    found: Counter[tuple[Sum, str, Fraction, Sum]] = Counter()
    for row in rows:
        left, relation, right = re.split(r"(<=|>=|==|<|>)", row)
        strict = relation in "<>"
        share = re.fullmatch(r"([\d./]+)\((.*)\)", right)
        number, rest = (Fraction(share[1]), _sum(share[2])) if share else _right(right)
        found[_normal(_sum(left), relation + ("!" if strict else ""), number, rest)] += 1
    return {"max": "maximize", "min": "minimize"}[goal[:3]], _sum(goal[4:]), found


def _right(text: str) -> tuple[Fraction, Sum]:
    """A limit, a multiple of one decision, or one decision and a difference."""
    if re.fullmatch(r"[\d.]+", text):
        return Fraction(text), frozenset()
    multiple = re.fullmatch(r"([\d.]*)([a-z])", text)
    if multiple:
        return Fraction(multiple[1] or 1), _sum(multiple[2])
    name, number = text.split("+")
    return Fraction(number), frozenset({((-1, Fraction(0)), 1), *_sum(name)})


def _sum(text: str) -> Sum:
    terms = re.findall(r"([+-]?)([\d.]*)(%?)([a-z])", text)
    values = [
        ("abcdefgh".index(name), Fraction(number or 1) / (100 if percent else 1) * (-1 if sign == "-" else 1))
        for sign, number, percent, name in terms
    ]
    return frozenset(Counter(values).items())


def meaning(mix: Mix, tokens: tuple[Token, ...]) -> Meaning:
    """The meaning of a reading, its decisions in order of mention."""
    order = sorted(range(len(mix.decisions)), key=lambda each: min(mix.decisions[each].places))
    names = {number: rank for rank, number in enumerate(order)}

    def value(token: int) -> Fraction:
        found = Fraction(1) if token == IMPLIED else tokens[token].value
        assert found is not None
        return found

    def total(terms: tuple[Term, ...]) -> Sum:
        return frozenset(
            Counter((names[each.decision], value(each.token) * each.sign) for each in terms).items()
        )

    def row(each: Row) -> tuple[Sum, str, Fraction, Sum]:
        right = total(each.right)
        if each.form == "difference":
            right = frozenset({((-1, Fraction(0)), 1), *right})
        relation = (each.relation[0] + "!") if each.strict else each.relation
        return _normal(total(each.left), relation, value(each.token), right)

    return mix.sense, total(mix.objective), Counter(map(row, mix.rows))


def _normal(left: Sum, relation: str, number: Fraction, right: Sum) -> tuple[Sum, str, Fraction, Sum]:
    """One way to write `a <= b` and `b >= a`."""
    if len(left) == len(right) == 1 and number == 1 and relation[0] == "<":
        return right, ">" + relation[1:], number, left
    return left, relation, number, right


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello",
        "Tell me a joke about linear programming.",
        "In 1947 George Dantzig published the simplex method, and by 1950 three groups used it.",
        "What is the best way to learn 2 languages in 3 months?",
        "Minimize x^2 + 3xy subject to x + y = 4.",
        "The train leaves at 10:30 and arrives at 12:45; how fast does it go over 180 km?",
        "Ein Bäcker backt Brot und Kuchen. Ein Brot bringt 3 Euro, ein Kuchen 5 Euro.",
        "🍞🍞 12 🍰🍰 7",
        "7",
        "Schedule 4 jobs on 2 machines so that the last one ends as early as possible.",
    ],
)
def test_what_is_no_product_mix_is_not_read_as_a_whole(text: str) -> None:
    assert not read(tokenize(text)).is_whole


def test_a_limit_without_a_direction_is_named() -> None:
    text = (
        "A farm keeps goats and sheep. A goat costs $40 and a sheep costs $60. "
        "A goat gives 3 litres of milk and a sheep gives 2 litres of milk. The milk is 50 litres. "
        "Minimize the cost."
    )  # fmt: skip
    assert any("“50”" in each for each in read(tokenize(text)).unread)


def test_a_number_for_one_of_two_decisions_only_is_named() -> None:
    text = (
        "A shop makes desks and chairs. A desk earns $70 and a chair earns $50. A desk takes 4 hours of "
        "carpentry. 120 hours of carpentry are available. At most 20 chairs can be made. Maximize profit."
    )  # fmt: skip
    assert any("chair" in each for each in read(tokenize(text)).unread)


def test_a_problem_without_a_goal_is_not_whole() -> None:
    text = (
        "A shop makes desks and chairs. A desk takes 4 hours, a chair takes 2 hours. 100 hours are available."
    )
    assert not read(tokenize(text)).is_whole


def test_a_megabyte_is_declined() -> None:
    reading = read(tokenize("A desk takes 4 hours. " * 45_000))
    assert reading.mix is None
    assert reading.unread


_WORDS = (
    "desks chairs and or , . ; : ( ) $ a the each every at most least no more than less exceed must 3 40 "
    "50% twice a third hours of kg profit cost maximize minimize total number as many respectively "
    "while available "
    "has needs per"
)


def test_a_goal_that_only_the_question_implies_leaves_the_reading_unsure() -> None:
    text = (
        "A farm grows leeks and kale. A leek bed needs 2 hours and a kale bed 3 hours; 60 hours are "
        "available. A leek bed earns $40 and a kale bed $50. How many beds of each should there be?"
    )
    reading = read(tokenize(text))
    assert reading.mix is not None
    assert reading.mix.sense == "maximize"
    assert not reading.is_whole


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(_WORDS.split()), max_size=60))
def test_no_words_break_the_reader(words: list[str]) -> None:
    reading = read(tokenize(" ".join(words)))
    assert reading.mix is not None or reading.unread


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120))
def test_no_text_breaks_the_reader(text: str) -> None:
    read(tokenize(text))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(PROBLEMS)), st.data())
def test_a_problem_cut_anywhere_is_read_or_declined(name: str, data: st.DataObject) -> None:
    text = PROBLEMS[name][0]
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, len(text)))
    reading = read(tokenize(text[first:last]))
    assert reading.mix is not None or reading.unread
