"""What is made of two readings: an agreement on nonsense is doubted, a plain mix asks no other class."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentopt.reader import families, judging
from agentopt.reader.judging import Verdict, read
from agentopt.reader.network.reader import Learned
from agentopt.reader.reading import Mix
from agentopt.reader.rules.reader import RuleReading
from agentopt.reader.tokens import tokenize

TEXT = (
    "A desk takes 3 hours of labor and earns $40, a chair takes 1 hour and earns $12. There are 60 hours of "
    "labor. At most twice as many chairs as desks can be sold. How many of each maximize profit?"
)


def _both_say(monkeypatch: pytest.MonkeyPatch, mix: Mix) -> None:
    """Let the network and the rules come to one reading, and be sure of it."""
    learned = judging._Mixed(TEXT, tokenize(TEXT)).learned
    assert isinstance(learned, Learned)
    assert learned.best is not None
    said = replace(learned, best=replace(learned.best, mix=mix), agreement=1.0)
    monkeypatch.setattr(judging.network, "read", lambda tokens, network, enough: said)
    monkeypatch.setattr(judging, "read_by_rules", lambda tokens: RuleReading(mix, ()))


def _mix() -> Mix:
    found = judging._Mixed(TEXT, tokenize(TEXT)).ruled.mix
    assert found is not None
    return found


def test_a_limit_that_limits_nothing_is_doubted_though_both_readers_agree(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mix = _mix()
    ratio = next(row for row in mix.rows if row.form == "ratio")
    _both_say(monkeypatch, mix)
    assert read(TEXT).verdict is Verdict.SOLVE
    idle = replace(ratio, right=(*ratio.left, *ratio.right))  # chairs <= 2 * (chairs + desks)
    _both_say(monkeypatch, replace(mix, rows=tuple(idle if row is ratio else row for row in mix.rows)))
    found = read(TEXT)
    assert found.verdict is Verdict.CHECK
    assert any("limits nothing" in reason for reason in found.reasons)


def test_a_plain_mix_that_both_read_alike_asks_no_other_class(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*given: object) -> None:
        raise AssertionError("a reader of another class was asked")

    monkeypatch.setattr(families, "READERS", {"any": asked})
    assert read(TEXT).verdict is Verdict.SOLVE
