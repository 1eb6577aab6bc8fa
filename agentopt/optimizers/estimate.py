"""What a search will cost, said before anything is sent."""

from __future__ import annotations

__all__ = ["Estimate", "estimated"]

from dataclasses import dataclass

from agentopt.budget import Budget, Cost
from agentopt.evaluation.tasks import PromptTask
from agentopt.evaluation.trials import Example
from agentopt.models.base import Model
from agentopt.models.prices import price_of

REPLY_TOKENS = 200
"""Assumed of a reply, where the task does not bound replies lower."""


@dataclass(frozen=True)
class Estimate:
    """Costs, each expected rather than bound.

    Attributes:
        validation: of one candidate on the whole validation split.
        test: of the verdict, seed and best on the test split; outside of the budget.
        candidates: full validations that the budget holds at most; None without a budget that says.
        reply_tokens: that a reply was assumed to have.
    """

    validation: Cost
    test: Cost
    candidates: int | None
    reply_tokens: int


def estimated(task: PromptTask, model: Model, budget: Budget | None = None) -> Estimate:
    """What validating the seed of a task costs, what the verdict does, and how far a budget goes.

    Tokens are a quarter of the characters, as servers count English on average. What the optimizer model
    reads and writes comes on top and depends on the method; `candidates` does not count it.
    """
    tokens = min(task.sampling.max_tokens or REPLY_TOKENS, REPLY_TOKENS)
    price = price_of(model)

    def cost(examples: tuple[Example, ...], times: int) -> Cost:
        calls = times * len(examples) * task.calls_per_example
        read = sum(len(message.content) // 4 for each in examples for message in task.render(task.seed, each))
        prompt, completion = times * read * task.calls_per_example, calls * tokens
        dollars = None if price is None else price.dollars(prompt, completion)
        return Cost(calls, prompt, completion, dollars)

    one = cost(task.data.val, 1)
    caps = budget or Budget()
    held = [
        int(cap / need)
        for cap, need in ((caps.calls, one.calls), (caps.tokens, one.tokens), (caps.dollars, one.dollars))
        if cap is not None and need
    ]
    return Estimate(one, cost(task.data.test, 2), min(held, default=None), tokens)
