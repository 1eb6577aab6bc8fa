"""Phrases and their edits."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentopt.assets import shipped
from agentopt.models.base import Request
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.phrases import ALL, Phrased, cut, edited, likeness, mutants
from tests.optimizers.landscape import Landscape

PROMPTS = (shipped("prompts"),)
TEXT = "Think step by step, and give the answer. Name {unit} of it, if there is one\nThen stop"


class _Louder(Landscape):
    def _say(self, request: Request) -> str:
        said = "\n".join(message.content for message in request.messages)
        phrase = said.split("<phrase>")[1].split("</phrase>")[0].strip()
        return f"<phrase>{phrase.upper()}</phrase>"


def _asking(model: Landscape | None = None) -> Asking:
    return Asking(model or _Louder(), PROMPTS)


@given(st.text(st.sampled_from("ab {}.,\n。and or"), max_size=60))
def test_a_text_is_the_join_of_its_phrases(text: str) -> None:
    assert "".join(cut(text)) == text.lstrip()
    assert Phrased.of(text).text.split() == text.split()


def test_phrases_end_where_a_reader_would_pause() -> None:
    assert [each.strip() for each in cut(TEXT)] == [
        "Think step", "by step,", "and give the answer.", "Name {unit} of it,", "if there is one",
        "Then stop",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_each_edit_does_what_it_says(seed: int) -> None:
    rng = random.Random(seed)
    start = Phrased.of(TEXT)
    four = edited([start] * 3, ["delete", "swap", "paraphrase"], model=_asking(), rng=rng, temperature=0)
    less, swapped, louder = four
    assert len(less.phrases) == len(start.phrases) - 1
    assert less.deleted[0] in TEXT
    assert "{unit}" in less.text
    assert sorted(swapped.text.split()) == sorted(start.text.split())
    assert swapped.text != start.text
    assert louder.text.casefold() == start.text.casefold()
    assert louder.text != start.text
    (back,) = edited([less], ["add"], model=_asking(), rng=rng, temperature=0)
    assert sorted(back.text.split()) == sorted(start.text.split())
    assert back.deleted == ()


def test_the_last_phrase_stays_and_placeholders_are_let_be() -> None:
    rng = random.Random(0)
    for text in ("{question}", "Only this"):
        (found,) = mutants(
            [Phrased.of(text)], ("delete", "swap", "add"), count=3, model=_asking(), rng=rng, temperature=0
        )
        assert found.text == text
    silent = _Louder()
    mutants([Phrased.of("{question}")], ALL, count=3, model=_asking(silent), rng=rng, temperature=0)
    assert silent.asked == 0


def test_a_round_of_paraphrases_is_asked_at_once_and_a_reply_without_tags_changes_nothing() -> None:
    class Silent(Landscape):
        batches = 0

        def generate(self, requests, watch=None):  # type: ignore[no-untyped-def]
            Silent.batches += 1
            return super().generate(requests, watch)

    start = Phrased.of("Be brief")
    found = edited(
        [start] * 5, ["paraphrase"] * 5, model=_asking(Silent()), rng=random.Random(0), temperature=0
    )
    assert found == [start] * 5
    assert Silent.batches == 1


def test_likeness_is_symmetric_and_one_for_equal_texts_only() -> None:
    one, other = Phrased.of("give the answer in one word"), Phrased.of("in one word give the answer")
    assert likeness(one, one) == 1.0
    assert likeness(one, other) == likeness(other, one) == 0.5
