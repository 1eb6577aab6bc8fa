"""Plans under uncertainty as data, every field of which is documented here."""

from __future__ import annotations

__all__ = ["robust_json", "stochastic_json"]

import math
from collections.abc import Mapping

from pydantic import JsonValue

from agentopt.formulation.instance import Label
from agentopt.uncertainty.robust import Robust
from agentopt.uncertainty.stochastic import Stochastic


def stochastic_json(found: Stochastic, run: str) -> dict[str, JsonValue]:
    """What came of a problem with scenarios.

    `status` as of an answer; `objective`, the risk measure at the plan; `first_stage`, a list of decisions;
    `scenarios`, each with `value` (under the plan), `mean_plan` (under the plan for mean values) and
    `informed` (had it been known), null where there is no answer; `mean_plan` and `informed`, the measure of
    these; `value_of_stochastic_solution` (null where the plan for the mean fails: `mean_plan_fails`);
    `value_of_perfect_information`; `certificate`, the verdict on the deterministic equivalent.
    """
    risk, worth = found.equivalent.risk, found.value_of_stochastic_solution
    certificate = found.answer.certificate
    return {
        "kind": "scenarios",
        "status": str(found.answer.status),
        "sense": found.sense,
        "objective": found.value,
        "risk": {"measure": risk.measure.value, "level": risk.level, "weight": risk.weight},
        "first_stage": _decisions(found.first_stage),
        "scenarios": [
            {
                "name": each.name,
                "probability": each.probability,
                "value": each.value,
                "mean_plan": each.mean_plan,
                "informed": each.informed,
            }
            for each in found.scenarios
        ],
        "mean_plan": found.mean_plan,
        "mean_plan_fails": worth is not None and math.isinf(worth),
        "informed": found.informed,
        "value_of_stochastic_solution": None if worth is None or math.isinf(worth) else worth,
        "value_of_perfect_information": found.value_of_perfect_information,
        "certificate": None if certificate is None else str(certificate.verdict),
        "run": run,
    }


def robust_json(found: Robust, run: str) -> dict[str, JsonValue]:
    """What came of a problem with an uncertainty set.

    `objective`: no case of the set makes the plan worse; `bound`: no plan of the policy has a better worst
    case; `gap`, relative; `nominal`: the best if all is as stated; `first_stage`, what is decided now;
    `recourse`, what is decided later, in `worst_case`, a list of numbers; `method`, how the worst case was
    proved; `rounds` with the bounds after each, in the problem's sense; `missed`, for static and affine
    policies, by how much the worst row is missed, found afresh; `prices`, one entry for each budget.
    """
    sign = found.stages.sign
    return {
        "kind": "set",
        "status": found.status,
        "sense": found.sense,
        "policy": found.policy,
        "objective": found.value,
        "bound": found.bound,
        "gap": found.gap,
        "nominal": found.nominal,
        "first_stage": _decisions(found.plan),
        "recourse": _decisions(found.reaction),
        "worst_case": [
            {"name": name, "index": list(key), "value": value} for (name, key), value in found.worst.items()
        ],
        "method": found.method,
        "rounds": [
            {
                "number": each.number,
                "plan_worst_case": sign * each.upper if math.isfinite(each.upper) else None,
                "bound": sign * each.lower if math.isfinite(each.lower) else None,
                "added": each.kind,
            }
            for each in found.rounds
        ],
        "missed": found.missed,
        "prices": [
            {
                "budget": each.budget,
                "objective": each.value,
                "chance_of_a_missed_limit": each.chance,
                "closed": each.solved,
            }
            for each in found.prices
        ],
        "seconds": found.seconds,
        "run": run,
    }


def _decisions(decided: Mapping[str, float | Mapping[tuple[Label, ...], float]]) -> list[JsonValue]:
    found: list[JsonValue] = []
    for name, value in decided.items():
        if isinstance(value, Mapping):
            found += [{"name": name, "index": list(key), "value": each} for key, each in value.items()]
        else:
            found.append({"name": name, "index": [], "value": value})
    return found
