"""Harmony search over phrase edits (Pan et al., Plum, 2024, algorithm HS).

Departs from the authors' program where it loses the last phrase of every segment, drops segments that a
parser fails on, and as `hill_climbing` does.
"""

from __future__ import annotations

__all__ = ["Harmony"]

import random
from dataclasses import dataclass

from agentopt.evaluation.trials import Candidate, Splits, Trial
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.phrases import ALL, Edit, Phrased, drawn, edited
from agentopt.optimizers.scored import Scored, best_of
from agentopt.optimizers.search import Search


@dataclass(frozen=True)
class Harmony:
    """Harmony search: new texts out of segments of remembered ones, some of them edited.

    Attributes:
        component: the text to improve; the first if empty.
        edits: the kinds of edits drawn from.
        candidates: new texts in an iteration.
        memory: texts remembered.
        segments: a text is made of.
        keeping: the probability that a segment is kept as remembered (HMCR); it is edited otherwise.
        pitch: the probability that a kept segment is paraphrased (PAR).
        iterations: at most.
        patience: iterations without a new best text before it ends.
        temperature: of paraphrases.
    """

    component: str = ""
    edits: tuple[Edit, ...] = ALL
    candidates: int = 10
    memory: int = 10
    segments: int = 5
    keeping: float = 0.4
    pitch: float = 0.5
    iterations: int = 50
    patience: int = 7
    temperature: float = 1.0

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        """As `Method.search`."""
        name = self.component or next(iter(seed.texts))
        memory = [Scored(Phrased.of(seed.texts[name]), *(yield [Trial(seed, data.val, "val")]))]
        best, waited = memory[0].score, 0
        for _ in range(self.iterations):
            harmonies = [self._segments(memory, rng) for _ in range(self.candidates)]
            parts = [part for harmony in harmonies for part, _ in harmony]
            edits = [edit for harmony in harmonies for _, edit in harmony]
            changed = iter(edited(parts, edits, model=model, rng=rng, temperature=self.temperature))
            texts = [joined([next(changed) for _ in harmony]) for harmony in harmonies]
            children = [each.child_of(memory[0].candidate, name, "harmony") for each in texts]
            tried = yield [Trial(child, data.val, "val") for child in children]
            memory = best_of([*memory, *Scored.all(texts, tried)], self.memory)
            waited = 0 if memory[0].score > best else waited + 1
            best = memory[0].score
            if waited >= self.patience:
                return

    def _segments(self, memory: list[Scored], rng: random.Random) -> list[tuple[Phrased, Edit | None]]:
        """The segments of a new text, each with the edit it is to have; those without a phrase left out."""
        found: list[tuple[Phrased, Edit | None]] = []
        for place in range(self.segments):
            whole = rng.choice(memory).text
            low, high = (len(whole.phrases) * at // self.segments for at in (place, place + 1))
            part = Phrased(whole.phrases[low:high], whole.deleted)
            if not part.phrases:
                continue
            if rng.random() >= self.keeping:
                found.append((part, drawn(part, self.edits, rng)))
            elif rng.random() < self.pitch:
                found.append((part, drawn(part, ("paraphrase",), rng)))
            else:
                found.append((part, None))
        return found


def joined(parts: list[Phrased]) -> Phrased:
    """Segments as one text; what any of them had deleted may be added back once."""
    return Phrased(
        tuple(phrase for part in parts for phrase in part.phrases),
        tuple(dict.fromkeys(phrase for part in parts for phrase in part.deleted)),
    )
