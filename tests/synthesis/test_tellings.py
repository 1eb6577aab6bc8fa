"""Whole problems as people tell them: the format, its faults, and numbers drawn anew."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from agentopt.errors import UsageError
from agentopt.reader.program import optimum, program
from agentopt.synthesis.mix.mapping import Drawn, mapped
from agentopt.synthesis.mix.tellings import Telling, draw_text, parse_tellings, read_tellings

_TEXT = """We bake {A:rye loaves} and {B:buns}. A {A:loaf} takes {fa=500} g of flour, a {B:bun} {fb=80} g;
[[there are|we have]] {f=40} kg. {w~More} {B:buns} than {A:loaves}, at most {s=30}% {A:loaves}, and
{d=12} more {B:buns} than {A:loaves}. A {A:loaf} brings ${pa=4.50} and a {B:bun} ${pb=1,200}.
----
max pa*A + pb*B
fa*A + fb*B <= f
w: B > A
A <= s*(A + B)
B >= A + d
"""


def _one(tmp_path: Path, text: str) -> Telling:
    path = tmp_path / "bank.txt"
    path.write_text(text, encoding="utf-8")
    return parse_tellings(path)[0]


def _drawn(telling: Telling, seed: int, *, as_written: bool = False) -> Drawn:
    told = draw_text(telling, random.Random(seed), as_written=as_written)
    found = mapped(told.meaning, told.marked)
    assert found is not None
    return found


def test_a_telling_as_written_says_what_is_meant(tmp_path: Path) -> None:
    found = _drawn(_one(tmp_path, _TEXT), 0, as_written=True)
    assert "there are 40 kg. More buns than loaves, at most 30% loaves" in found.text
    forms = [(row.form, row.relation, row.strict) for row in found.reading.rows]
    assert forms == [
        ("limit", "<=", False),
        ("ratio", ">=", True),
        ("ratio", "<=", False),
        ("difference", ">=", False),
    ]
    stated = program(found.reading, found.tokens)
    assert stated.matrix.tolist() == [[500, 80], [-1, 1], [0.7, -0.3], [-1, 1]]
    assert stated.limits.tolist() == [40_000, 0, 0, 12]
    assert optimum(stated)[0] == "optimal"


def test_numbers_and_alternatives_are_drawn_anew_in_the_same_notation(tmp_path: Path) -> None:
    telling = _one(tmp_path, _TEXT)
    texts = {_drawn(telling, seed).text for seed in range(30)}
    assert len(texts) == 30
    assert any("we have" in text for text in texts)
    assert any("there are" in text for text in texts)
    shares = [
        token.value for seed in range(30) for token in _drawn(telling, seed).tokens if token.kind == "percent"
    ]
    assert shares
    assert all(0 < share < 1 for share in shares if share is not None)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("----\n", "", "one line `----`"),
        ("{f=40}", "40", "`f` is in the meaning, but not in the text"),
        ("fa*A + fb*B <= f\n", "", "is marked in the text, but not in the meaning"),
        ("max pa*A + pb*B", "best pa*A + pb*B", "the first line of the meaning"),
        ("B >= A + d", "B >= 2*A + d", "'2*A' is no sum of decisions"),
        ("B >= A + d", "B >= A", "the right side of 'B >= A'"),
        ("B >= A + d", "B and A", "has no <=, >=, =, < or >"),
        ("{A:rye loaves}", "{A rye loaves}", "a mark is not understood"),
    ],
)
def test_faults_are_told_with_their_telling(tmp_path: Path, old: str, new: str, fault: str) -> None:
    with pytest.raises(UsageError, match=r"bank\.txt: telling 1") as caught:
        _one(tmp_path, _TEXT.replace(old, new))
    assert fault in caught.value.message


def test_shipped_tellings_can_be_told_in_many_ways() -> None:
    tellings = read_tellings()
    assert len(tellings) >= 700
    lost = 0
    for at, telling in enumerate(tellings):
        told = draw_text(telling, random.Random(at))
        lost += mapped(told.meaning, told.marked) is None
    assert lost <= len(tellings) / 100
