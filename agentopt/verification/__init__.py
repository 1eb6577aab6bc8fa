"""Independent verification of answers: one call, `verify`, and the certificate it makes.

Only `proved` may be called verified. What may stand there is what this package established itself, from
the formulation and its data: rows evaluated in rational arithmetic (or within a proven enclosure), bounds
whose multipliers were checked in rational arithmetic, cases or points gone through one by one. The
agreement of two engines is evidence and stands under `not_falsified`; so does every test that could have
refuted the model and did not. What was not, or could not be, checked is `unknown`, with the reason;
doubts about roles and words are `unknown` too. `failed` holds facts that contradict the answer, or the
model where its own words say so.

The identifiers of findings, which stay what they are:

| check | lists | what it is about |
| --- | --- | --- |
| `feasible` | proved, unknown | every row, bound and domain at the point, together |
| `rows` | failed | a constraint that does not hold, with index, amount and reason |
| `bounds` | failed | a value outside its bounds or domain |
| `integrality` | proved, failed | whole values are whole, and the rows hold with them rounded |
| `strict` | unknown | a strict comparison that was solved as a closed one and holds with equality |
| `objective` | proved, unknown, failed | the objectives computed again, against the engine's figure |
| `optimal` | proved, unknown, failed | nothing is better; `by`: `dual bound`, `cases`, `every point` |
| `duals` | failed | the engine's duals prove less than the answer: shadow prices are not to be trusted |
| `infeasible` | proved, unknown, failed | no point exists (multipliers or cases), or one does after all |
| `unbounded` | proved, unknown | a point and a direction along which the objective improves for ever |
| `second-engine` | not_falsified, unknown | what an independent engine says of a small model |
| `capacity-monotone`, `requirement-monotone` | not_falsified, unknown, failed | never hurts, never helps |
| `cost-monotone`, `reward-monotone` | not_falsified, unknown | dearer is no better, richer no worse |
| `crush` | not_falsified, unknown, failed | a limit limits: none left, or far too much, breaks it |
| `sense` | not_falsified, failed | the objective goes the way the words say |
| `objective-scaling`, `relaxation`, `dropped-row` | not_falsified, failed | hold for any model |
| `subgradient`, `convexity`, `exchange` | not_falsified, failed | hold for linear and unordered models |
| `whole` | unknown | what is counted, by its words, is real and comes out as a fraction |
| `numbers`, `inventions`, `sentences` | not_falsified, unknown | of the text, and back to it |
| `time` | unknown | tests there was no time for |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentopt.verification.verifier import verify

__all__ = ["verify"]


def __getattr__(name: str) -> object:
    """Import the verifier when it is first asked for."""
    if name == "verify":
        from agentopt.verification.verifier import verify

        return verify
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
