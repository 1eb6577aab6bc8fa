"""A search as a person sees it: progress while it runs, the verdict and the changed text at its end."""

from __future__ import annotations

__all__ = ["SearchView", "difference", "estimate_text", "search_text"]

import difflib
import math
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from agentopt.display.listing import bold, columns
from agentopt.display.terminal import is_terminal, width

if TYPE_CHECKING:
    from agentopt.budget import Budget, Cost, Spend
    from agentopt.optimizers.driver import Optimized, Progress
    from agentopt.optimizers.estimate import Estimate
    from agentopt.optimizers.faults import Faults

EVERY = 0.1


class SearchView:
    """Best so far and spend against the budget, on standard error.

    On a terminal one line is kept up to date with every reply; elsewhere a line is written for every
    candidate that was validated.
    """

    def __init__(self, budget: Budget, *, quiet: bool) -> None:
        self._budget = budget
        self._quiet = quiet
        self._live = not quiet and is_terminal(sys.stderr)
        self._shown = 0.0
        self._trials = 0
        self._best = math.nan
        self._open = False

    def on_progress(self, progress: Progress) -> None:
        """A trial was made."""
        self._trials += 1
        best = progress.best.score if progress.best is not None else math.nan
        is_better = best != self._best
        self._best = best
        if self._quiet or progress.is_replayed:
            return
        if self._live:
            self.on_spend(progress.spend, at_once=True)
        elif progress.evaluation.trial.split == "val":
            mark = "  new best" if is_better else ""
            score = progress.evaluation.score
            sys.stderr.write(f"{self._line(progress.spend)}  this {_score(score)}{mark}\n")

    def on_spend(self, spend: Spend, *, at_once: bool = False) -> None:
        """A reply came."""
        now = time.monotonic()
        if self._live and (at_once or now - self._shown >= EVERY):
            self._shown, self._open = now, True
            line = self._line(spend)[: width() - 1]
            sys.stderr.write(f"\r{line}\x1b[K")
            sys.stderr.flush()

    def close(self) -> None:
        """Take the line away."""
        if self._open:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._open = False

    def _line(self, spend: Spend) -> str:
        return f"trial {self._trials}  best {_score(self._best)}  {spent(spend, self._budget)}"


def spent(spend: Spend, budget: Budget) -> str:
    """What was paid, against the caps there are.

    >>> from agentopt.budget import Budget, Spend
    >>> spent(Spend(12, 100, 20, 0.5), Budget(calls=300, dollars=2))
    'calls 12/300  tokens 120  $0.5/2'
    """
    parts = [f"calls {spend.calls:,}{_cap(budget.calls)}", f"tokens {spend.tokens:,}{_cap(budget.tokens)}"]
    if spend.dollars or budget.dollars is not None:
        parts.append(f"${spend.dollars or 0.0:.3g}" + (f"/{budget.dollars:g}" if budget.dollars else ""))
    return "  ".join(parts)


def search_text(
    found: Optimized, faults: Faults, budget: Budget, *, run: str, files: Mapping[str, str]
) -> str:
    """What came of a search, in words, with what changed in the texts."""
    seed, best = found.seed, found.best
    lines = [bold(_heading(found)), ""]
    if found.verdict is None:
        lines.append("There is no test split: the validation score chose the text, and flatters it.")
    rows = [
        ["validation", f"{_score(seed.score)} → {_score(best.score)} on {len(best.feedback)} examples"],
        ["candidates", f"{len(found.validations)} validated; the best is {best.candidate.id}"],
        ["ended", found.ended.value],
        ["paid", spent(found.spend, budget)],
        ["faults", str(faults)],
    ]
    if found.lost:
        rows.append(["unanswered", f"{found.lost:,} requests to the optimizer model"])
    rows += [[f"best {name}", path] for name, path in files.items()]
    lines += [columns([], rows), ""]
    if best.candidate.id == seed.candidate.id:
        lines.append("No text did better on the validation split than the one it began with.")
    else:
        lines.append(difference(seed.candidate.texts, best.candidate.texts))
    if found.ended.name == "BUDGET":
        lines += ["", f"`agentopt runs resume {run} --budget …` goes on with a larger budget"]
    return "\n".join(lines)


def difference(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """What changed in texts, as a unified diff.

    >>> print(difference({"prompt": "Add."}, {"prompt": "Add slowly."}))
    --- prompt (seed)
    +++ prompt (best)
    @@ -1 +1 @@
    -Add.
    +Add slowly.
    """
    lines: list[str] = []
    for name, text in new.items():
        before = old.get(name, "")
        if text != before:
            lines += difflib.unified_diff(
                before.splitlines(), text.splitlines(), f"{name} (seed)", f"{name} (best)", lineterm=""
            )
    return "\n".join(lines)


def estimate_text(found: Estimate, budget: Budget, counts: Mapping[str, int]) -> str:
    """An estimate for a person."""
    split = ", ".join(f"{name} {count}" for name, count in counts.items())
    rows = [
        ["one candidate on the validation split", *_costs(found.validation)],
        ["the verdict, outside of the budget", *_costs(found.test)],
    ]
    lines = [
        f"examples: {split}",
        "",
        columns(["what", "calls", "tokens", "dollars"], rows),
        "",
        f"A reply is assumed to have {found.reply_tokens} tokens; the optimizer model comes on top.",
    ]
    if found.candidates is None:
        lines.append("Without a `--budget` the search goes on until the method ends it.")
    else:
        lines.append(f"The budget {budget} holds at most {found.candidates:,} validated candidates.")
    return "\n".join([*lines, "Nothing was sent."])


def _heading(found: Optimized) -> str:
    if found.verdict is None:
        return "No verdict."
    words = str(found.verdict)
    return f"{words[:1].upper()}{words[1:]}."


def _costs(cost: Cost) -> list[str]:
    dollars = "unknown" if cost.dollars is None else f"{cost.dollars:.3g}"
    return [f"{cost.calls:,}", f"{cost.tokens:,}", dollars]


def _score(score: float) -> str:
    return f"{score:.3g}" if math.isfinite(score) else "–"


def _cap(cap: int | None) -> str:
    return "" if cap is None else f"/{cap:,}"
