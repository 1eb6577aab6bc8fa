"""What a tuning finds on streams whose truth is known, and what it must not claim."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from agentopt.errors import RunError, UsageError
from agentopt.tuning.bench import Bench, Cap
from agentopt.tuning.choices import Choice, Knob, knobs
from agentopt.tuning.evidence import compared, sign_flip
from agentopt.tuning.measuring import Instance, Ledger, Solve
from agentopt.tuning.tuning import Method, Plan, tune
from tests.tuning.streams import KNOBS, LIMIT, Machine, bench, instances

METHODS: tuple[Method, ...] = ("bandit", "tpe")


def halves(choice: Choice) -> float:
    return 0.5 if ("effort", 0.2) in choice else 1.0


@pytest.mark.parametrize("method", METHODS)
def test_an_option_that_halves_the_time_is_found_and_shown(method: Method) -> None:
    found = tune(instances(24), bench(Machine(halves)), Plan(KNOBS, method))
    assert found.shown
    assert ("effort", 0.2) in (found.choice or ())
    assert found.comparison is not None
    assert found.comparison.p_value < 0.05
    assert found.comparison.ratio == pytest.approx(0.6, abs=0.15)
    assert not {each.name for each in found.pairs} & set(found.training)


@pytest.mark.parametrize("method", METHODS)
def test_where_nothing_helps_an_improvement_is_hardly_ever_claimed(method: Method) -> None:
    claims = sum(
        tune(instances(16), bench(Machine(seed=seed, sigma=0.3)), Plan(KNOBS, method, seed)).shown
        for seed in range(60)
    )
    # At a level of 5 % the chance of more than 9 of 60 is below 0.2 %.
    assert claims <= 9


def test_a_change_that_loses_instances_is_not_an_improvement() -> None:
    """Quicker on most, but two of the fresh ones are not finished any more."""
    lost = {"i03", "i07", "i11", "i15"}

    class Cutting(Machine):
        def __call__(self, instance: Instance, choice: Choice) -> Solve:
            if choice and instance.name in lost:
                return Solve(False, LIMIT, 0, "time limit")
            return super().__call__(instance, choice)

    found = tune(instances(24), bench(Cutting(lambda choice: 0.2 if choice else 1.0)), Plan(KNOBS))
    assert any(each.name in lost for each in found.pairs)
    assert not found.shown
    assert all(each.after == 2 * LIMIT for each in found.pairs if each.name in lost)


@pytest.mark.parametrize("method", METHODS)
def test_an_option_that_changes_answers_is_left_out_however_quick(method: Method) -> None:
    machine = Machine(
        lambda choice: 0.1 if ("presolve", "off") in choice else halves(choice),
        objective=lambda choice: 8.0 if ("presolve", "off") in choice else 7.0,
    )
    found = tune(instances(24), bench(machine), Plan(KNOBS, method))
    assert "optimum 8, but 7 under the defaults" in found.wrong[0]
    assert ("presolve", "off") not in (found.choice or ())
    assert found.choice is not None


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("killed", [5, 30, 52])
def test_a_tuning_that_was_killed_goes_on_where_it_was(tmp_path: Path, method: Method, killed: int) -> None:
    whole = Machine(halves)
    expected = tune(instances(20), bench(whole), Plan(KNOBS, method))
    first, path = Machine(halves), tmp_path / "solves.jsonl"

    def until_killed(instance: Instance, choice: Choice) -> Solve:
        if len(first.calls) >= killed:
            raise KeyboardInterrupt
        return first(instance, choice)

    with pytest.raises(KeyboardInterrupt):
        tune(instances(20), bench(until_killed, ledger=Ledger(path, {"a": 1})), Plan(KNOBS, method))
    with path.open("ab") as file:
        file.write(b'{"instance": "00')  # a line cut off in the middle
    second = Machine(halves)
    again = tune(instances(20), bench(second, ledger=Ledger(path, {"a": 1})), Plan(KNOBS, method))
    assert again == expected
    assert first.calls + second.calls == whole.calls
    assert len(first.calls) == killed
    with pytest.raises(RunError, match="its a differ"):
        Ledger(path, {"a": 2})


def test_a_budget_is_kept_and_leaves_room_for_the_test() -> None:
    machine = Machine(halves)
    found = tune(instances(20), bench(machine, Cap(solves=50)), Plan(KNOBS))
    assert found.solves == len(machine.calls) <= 50
    assert len(found.pairs) >= 5
    with pytest.raises(UsageError, match="used up by the defaults"):
        tune(instances(20), bench(Machine(halves), Cap(solves=10)), Plan(KNOBS))


def test_too_few_instances_are_refused_and_equal_ones_count_once() -> None:
    few = instances(7)
    with pytest.raises(UsageError, match="7 different instances"):
        tune([*few, *few], bench(Machine()), Plan(KNOBS))


def test_an_instance_not_finished_counts_twice_the_limit_or_twice_the_iterations() -> None:
    def slow(instance: Instance, choice: Choice) -> Solve:
        return Solve(not choice, LIMIT if choice else 1.0, 30 if choice else 50, "time limit")

    (one,) = instances(1)
    by_time = Bench(slow, Ledger(None, {}), "seconds", LIMIT, Cap())
    assert by_time.cost(one, (("presolve", "off"),)) == 2 * LIMIT
    by_count = Bench(slow, Ledger(None, {}), "iterations", LIMIT, Cap())
    assert by_count.cost(one, (("presolve", "off"),)) == 100


def test_the_paired_test_is_exact_and_its_sampled_form_agrees() -> None:
    rng = np.random.default_rng(1)
    assert sign_flip(np.array([-1.0] * 5)) == 1 / 32
    assert sign_flip(np.array([1.0] * 5)) == 1.0
    assert sign_flip(np.zeros(6)) == 1.0
    differences = rng.normal(-0.1, 0.3, 16)
    exact = sign_flip(differences)
    more = sign_flip(np.concatenate([differences, [1e-13]]))
    assert more == pytest.approx(exact, abs=0.01)
    found = compared([1.0, 10.0, 100.0], [1.0, 10.0, 100.0], 1.0)
    assert (found.ratio, found.p_value, found.interval) == (1.0, 1.0, (1.0, 1.0))


def test_what_is_tried_is_the_cards_or_ones_own_and_never_what_decides_an_answer() -> None:
    from agentopt.solvers.base import Feature
    from agentopt.solvers.card import cards

    card = cards()["highs"]
    usual = {each.name for each in knobs(card, [Feature.MILP])}
    assert "mip_heuristic_effort" in usual
    assert "simplex_strategy" not in usual
    assert "simplex_strategy" in {each.name for each in knobs(card, [Feature.LP])}
    own = knobs(card, [Feature.LP], ["presolve=off,on", "mip_lp_age_limit=5,10", "mip_detect_symmetry=false"])
    assert own == (
        Knob("presolve", ("off", "on")),
        Knob("mip_lp_age_limit", (5, 10)),
        Knob("mip_detect_symmetry", (False,)),
    )
    for name in ("mip_gap=0.5", "mip_rel_gap=0.1", "time_limit=1", "primal_feasibility_tolerance=0.1"):
        with pytest.raises(UsageError, match="changes what counts as an answer"):
            knobs(card, [Feature.MILP], [name])
    with pytest.raises(UsageError, match="names no values"):
        knobs(card, [Feature.MILP], ["parallel"])


def test_every_card_names_values_its_options_can_take() -> None:
    from agentopt.solvers.base import Feature
    from agentopt.solvers.card import cards

    for card in cards().values():
        if any(option.tune for option in card.options.values()):
            found = knobs(card, [Feature(name) for name in card.priority])
            stated = {name: option.tune for name, option in card.options.items() if option.tune}
            assert {each.name: each.values for each in found} == stated


def test_the_bandit_pulls_the_better_arm_more_and_more() -> None:
    from agentopt.tuning.bandit import TsallisInf

    rng, pulls = np.random.default_rng(0), []
    bandit = TsallisInf(6)
    for _ in range(600):
        arm = bandit.choose(rng)
        pulls.append(arm)
        bandit.learn(arm, float(rng.random() < (0.25 if arm == 4 else 0.6)))
        assert math.isclose(bandit.weights.sum(), 1.0)
    assert pulls[:200].count(4) < pulls[-200:].count(4)
    assert pulls[-200:].count(4) > 100
