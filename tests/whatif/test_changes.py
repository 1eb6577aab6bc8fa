"""Changes as a person types them, and the problems they make."""

from __future__ import annotations

import pytest

from agentopt.errors import AgentoptError, UsageError
from agentopt.formulation.binding import bind
from agentopt.whatif.changes import Change, changed
from tests.whatif.studies import problem


@pytest.fixture(scope="module")
def shipping():
    found = problem("shipping")
    return found, bind(found.formulation, folder=found.folder)


def demand(found) -> dict[str, float]:
    return {key: value for key, value in found.data["demand"]}


@pytest.mark.parametrize(
    ("text", "topeka", "austin"),
    [
        ("demand[topeka]=300", 300, 140),
        ("demand[ topeka ] = +10%", 302.5, 140),
        ("demand[topeka]=-20%", 220, 140),
        ("demand[*]+=5", 280, 145),
        ("demand*=2", 550, 280),
        ("demand['topeka']-=75", 200, 140),
        ("demand[topeka]/=4", 68.75, 140),
    ],
)
def test_numbers_are_set_alone_or_all_together(shipping, text, topeka, austin):
    found = changed(*shipping, [Change("set", text)])
    assert (demand(found)["topeka"], demand(found)["austin"]) == (topeka, austin)


def test_changes_to_one_parameter_add_up(shipping):
    found = changed(*shipping, [Change("set", "demand[topeka]=100"), Change("set", "demand[*]=+10%")])
    assert demand(found)["topeka"] == 110


@pytest.mark.parametrize(
    ("kind", "text", "that", "domain"),
    [
        ("force", "ship[denver, new-york]>=100", "ship['denver', 'new-york'] >= 100", None),
        (
            "force",
            "ship[denver,topeka]=supply[denver]/10",
            "ship['denver', 'topeka'] == supply[\"denver\"]/10",
            None,
        ),
        ("forbid", "ship[denver,topeka]", "ship['denver', 'topeka'] == 0", None),
        ("add", "ship[denver,topeka] <= 20", 'ship["denver", "topeka"] <= 20', None),
        (
            "add",
            "sum(ship[p,m] for p in PLANTS if (p,m) in LANES) <= 500 for m in MARKETS",
            "sum(ship[p, m] for p in PLANTS if (p, m) in LANES) <= 500",
            "m in MARKETS",
        ),
    ],
)
def test_statements_are_in_the_language_of_formulations(shipping, kind, text, that, domain):
    found = changed(*shipping, [Change(kind, text)]).formulation
    stated = found.constraints["whatif_1"]
    assert (stated.that, stated.for_, stated.because) == (that, domain, f"what if: {kind} {text}")


def test_a_binary_decision_is_forced_by_its_name():
    found = problem("bakery")
    assert found.formulation is not None
    binary = next(n for n, v in found.formulation.variables.items() if v.domain == "binary")
    instance = bind(found.formulation, folder=found.folder)
    over = found.formulation.variables[binary].over
    key = ", ".join(str(instance.labels[int(c)]) for c in instance.product(over)[0])
    text = f"{binary}[{key}]" if key else binary
    stated = changed(found, instance, [Change("force", text)]).formulation.constraints["whatif_1"]
    assert stated.that.endswith("== 1")


def test_constraints_are_dropped_whole_or_at_an_index(shipping):
    assert "meet_demand" not in changed(*shipping, [Change("drop", "meet_demand")]).formulation.constraints
    found = changed(*shipping, [Change("drop", "within_supply[denver]")]).formulation
    assert found.constraints["within_supply"].for_ == 'p in PLANTS if p != "denver"'


@pytest.mark.parametrize(
    ("kind", "text", "hint"),
    [
        ("set", "demand[topka]=3", "did you mean `topeka`?"),
        ("set", "dmand[topeka]=3", "did you mean `demand`?"),
        ("set", "ship[denver,topeka]=3", "--force"),
        ("set", "demand[topeka]", "--set"),
        ("set", "demand[topeka]=many", "+10%"),
        ("set", "demand[topeka]=10%", "=+10%"),
        ("set", "freight[topeka]=3", "no index"),
        ("force", "ship[denver,topeka]", ">=1"),
        ("force", "supply[denver]>=3", "--set"),
        ("forbid", "shp[denver,topeka]", "did you mean `ship`?"),
        ("drop", "meet_demnd", "did you mean `meet_demand`?"),
        ("drop", "within_supply[topka]", "did you mean `topeka`?"),
        ("add", "ship[denver,topeka] <=", ""),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_hint(shipping, kind, text, hint):
    with pytest.raises(AgentoptError) as caught:
        changed(*shipping, [Change(kind, text)])
    assert hint in caught.value.hint


def test_division_by_zero_is_refused(shipping):
    with pytest.raises(UsageError, match="divides by zero"):
        changed(*shipping, [Change("set", "freight/=0")])
