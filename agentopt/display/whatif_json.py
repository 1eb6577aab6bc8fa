"""What a change came to, as data: the stable shape of `agentopt whatif --json` and `whatif.json`."""

from __future__ import annotations

__all__ = ["FORMAT", "prices_json", "step_json", "sweep_json", "whatif_json"]

from collections.abc import Sequence

from pydantic import JsonValue

from agentopt.diagnosis.places import Limit
from agentopt.display.diagnoses import diagnosis_json
from agentopt.runs.plain import plain
from agentopt.whatif.outcomes import Outcome
from agentopt.whatif.prices import Prices
from agentopt.whatif.study import Step
from agentopt.whatif.sweeping import Point, Sweep

FORMAT = 1


def whatif_json(base: Outcome, parts: dict[str, object], *, run: str | None = None) -> dict[str, JsonValue]:
    """Everything one command found out, as JSON can say it.

    format: 1.
    before: `{"status", "objective"}` of the problem as it was.
    step: what the changes came to, or null: `{"changes": [...], "status", "objective", "before", "change",
        "decisions": [{"name", "index", "before", "after"}], "newly_binding", "no_longer_binding", "report",
        "stays", "stays_at", "diagnosis"}`; `stays` says whether the decisions of before are still allowed,
        and `stays_at` what they then come to.
    why_not: the same for each statement asked about.
    prices: `{"note", "prices", "costs", "units"}`, or null.
    sweep: `{"what", "points": [{"value", "status", "objective", "differs"}]}`, or null.
    run: the name of the run, or null.
    """
    kept = plain(
        {
            "format": FORMAT,
            "before": {"status": base.status, "objective": base.objective},
            "step": None,
            "why_not": [],
            "prices": None,
            "sweep": None,
            **parts,
            "run": run,
        }
    )
    assert isinstance(kept, dict)
    return kept


def step_json(step: Step) -> dict[str, object]:
    """A step or a trial."""
    found, outcome = step.difference, step.outcome
    assert found is not None
    return {
        "changes": [{"kind": each.kind, "text": each.text} for each in step.changes],
        "status": outcome.status,
        "objective": outcome.objective,
        "before": found.before,
        "change": found.change,
        "decisions": [
            {"name": each.name, "index": list(each.key), "before": each.before, "after": each.after}
            for each in found.decisions
        ],
        "newly_binding": list(found.newly_binding),
        "no_longer_binding": list(found.no_longer_binding),
        "report": {name: {"before": b, "after": a} for name, (b, a) in found.report.items()},
        "stays": found.stays,
        "stays_at": found.stays_at,
        "diagnosis": None
        if outcome.diagnosis is None
        else diagnosis_json(outcome.compiled, outcome.diagnosis),
    }


def prices_json(found: Prices) -> dict[str, object]:
    """What limits are worth. Ends of ranges that are infinite become null."""
    return {
        "note": found.note or None,
        "prices": [
            {**_limit(p.label, p.limit), "now": p.value, "price": p.price, "low": p.low, "high": p.high}
            for p in found.prices
        ],
        "costs": [
            {
                "decision": c.label,
                "coefficient": c.value,
                "amount": c.amount,
                "low": c.low,
                "high": c.high,
                "reduced": c.reduced,
            }
            for c in found.costs
        ],
        "units": [
            {**_limit(u.label, u.limit), "now": u.value, "with_more": u.more, "with_less": u.less}
            for u in found.units
        ],
    }


def sweep_json(wanted: Sweep, points: Sequence[Point]) -> dict[str, object]:
    """A sweep."""
    return {
        "what": wanted.what,
        "points": [
            {
                "value": each.value,
                "status": each.outcome.status,
                "objective": each.outcome.objective,
                "differs": each.differs,
            }
            for each in points
        ],
    }


def _limit(label: str, limit: Limit | None) -> dict[str, object]:
    named = limit is not None and bool(limit.name)
    return {
        "constraint": label,
        "parameter": limit.name if limit is not None and named else None,
        "index": list(limit.key) if limit is not None and named else [],
        "unit": limit.unit or None if limit is not None else None,
    }
