"""Requests to the optimizer model that were not answered stay so when the search is replayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agentopt.assets import shipped
from agentopt.budget import Budget
from agentopt.models.base import Reply, Request, Watch
from agentopt.optimizers.driver import optimize
from agentopt.optimizers.methods.opro import Opro
from tests.optimizers.landscape import Landscape, task


class _Losing(Landscape):
    """Gives no reply to the second sample of a proposal."""

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        found = []
        for place, request in enumerate(requests):
            (reply,) = super().generate([request])
            if request.component == "opro/propose" and request.sampling.index == 1:
                reply = replace(reply, text="", stop="error", error="cut")
            if watch is not None:
                watch.reply(place, reply)
            found.append(reply)
        return found


def test_a_search_goes_on_as_if_the_lost_replies_were_lost_again(tmp_path: Path) -> None:
    prompts = (shipped("prompts"),)
    run = optimize(
        task(test=0),
        Opro(children=3),
        model=_Losing(),
        budget=Budget(calls=150),
        folder=tmp_path,
        prompts=prompts,
    )
    assert run.lost > 0
    before = (tmp_path / "trials.jsonl").read_bytes()
    assert b'"kind": "lost"' in before
    more = optimize(
        task(test=0),
        Opro(children=3),
        model=Landscape(),
        budget=Budget(calls=250),
        folder=tmp_path,
        prompts=prompts,
    )
    assert more.lost >= run.lost
    assert (tmp_path / "trials.jsonl").read_bytes().startswith(before)
