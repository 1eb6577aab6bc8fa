"""Conflicts are irreducible and proven, or say that they are not; repairs are the least that is enough."""

from __future__ import annotations

import pytest

from agentopt.diagnosis import told
from agentopt.diagnosis.conflicts import find_conflicts
from agentopt.diagnosis.probing import Answer, Outcome, Prober
from agentopt.diagnosis.repairs import Repair
from tests.diagnosis.models import SHORT, compiled, diagnosed


def labels(members) -> list[str]:
    return [f"{each.kind} {each.label}" for each in members]


def test_a_shortage_is_told_in_cases_with_its_repairs() -> None:
    model = compiled(**SHORT)
    found = diagnosed(model)
    assert found.conflicts is not None
    (conflict,) = found.conflicts.found
    assert labels(conflict.members) == [
        "constraint have[a]",
        "constraint have[b]",
        "constraint want[x]",
        "constraint want[y]",
    ]
    assert (conflict.irreducible, conflict.proof, found.conflicts.complete) == (True, "exact", True)
    assert all(each.enough and each.least and each.changes[0].amount == 125 for each in found.repairs[0])
    words = told(model, found)
    assert "They miss each other by 125 case." in words
    assert any("raise supply by 125 case at one of a (100 to 225), b (50 to 175)" in line for line in words)
    assert any("“Stores are small.”" in line for line in words)


def test_the_smallest_relative_change_comes_first() -> None:
    found = diagnosed(compiled(**SHORT))
    first = found.repairs[0][0].changes[0]
    assert first.member.label == "want[y]"
    assert [r.relative for r in found.repairs[0]] == sorted(r.relative for r in found.repairs[0])


def test_integers_alone_are_a_conflict_with_their_wholeness() -> None:
    model = compiled(
        variables={n: {"domain": "integer", "upper": 5} for n in "nm"},
        constraints={"odd": {"that": "2*n + 2*m == 3"}},
    )
    found = diagnosed(model)
    assert found.conflicts is not None
    (conflict,) = found.conflicts.found
    assert labels(conflict.members) == ["constraint odd", "whole n", "whole m"]
    assert conflict.proof == "exact"
    assert "allow fractions of n" in "\n".join(told(model, found))


def test_quadratic_rows_are_diagnosed_by_an_engine_that_proves() -> None:
    model = compiled(
        variables={"x": {"lower": None}, "y": {}},
        constraints={
            "disc": {"that": "x**2 + y**2 <= 25"},
            "high": {"that": "y >= 6"},
            "idle": {"that": "x <= 9"},
        },
    )
    found = diagnosed(model)
    assert found.conflicts is not None
    (conflict,) = found.conflicts.found
    assert labels(conflict.members) == ["constraint disc", "constraint high"]
    assert (conflict.irreducible, conflict.proof) == (True, "engine")
    amounts = {r.changes[0].member.name: r.changes[0].amount for r in found.repairs[0]}
    assert amounts["high"] == pytest.approx(1.0, abs=1e-4)
    assert amounts["disc"] == pytest.approx(11.0, abs=1e-3)


def test_limits_that_cross_are_a_conflict_of_two() -> None:
    model = compiled(variables={"x": {"lower": 5, "upper": 4}}, objective={"minimize": "x"})
    found = diagnosed(model)
    assert found.conflicts is not None
    assert [labels(each.members) for each in found.conflicts.found] == [["lower x", "upper x"]]
    assert {r.changes[0].amount for r in found.repairs[0]} == {1.0}


def test_a_test_without_result_keeps_the_member_and_clears_the_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    model = compiled(
        variables={"x": {}},
        constraints={"low": {"that": "x <= 1"}, "high": {"that": "x >= 2"}, "other": {"that": "x <= 7"}},
    )
    asked = Prober.ask

    def undecided(self: Prober, question) -> Answer:
        # Whatever leaves `other` out, and still holds the two, cannot be settled.
        rows = {each.name: each.start for each in question.rows}
        without_other = question.row_upper[rows["other"]] > 1e20
        if (
            without_other
            and question.row_upper[rows["low"]] < 1e20
            and question.row_lower[rows["high"]] > -1e20
        ):
            return Answer(Outcome.OPEN)
        return asked(self, question)

    monkeypatch.setattr(Prober, "ask", undecided)
    monkeypatch.setattr(Prober, "farkas", lambda self, question: None)
    (conflict,) = find_conflicts(model, Prober(20.0)).found[:1]
    assert "constraint other" in labels(conflict.members)
    assert conflict.irreducible is False


def test_without_time_nothing_is_claimed() -> None:
    model = compiled(**SHORT)
    found = diagnosed(model, seconds=0.0)
    assert found.conflicts is not None
    assert (found.conflicts.found, found.conflicts.complete) == ((), False)
    assert "could not be found out" in told(model, found)[0]


def test_a_repair_is_told_by_a_parameter_only_where_changing_it_helps() -> None:
    # Raising `most` would raise the demand that rests on it as well.
    model = compiled(
        parameters={"most": {"value": 10}, "asked": {"formula": "2*most"}},
        variables={"x": {}},
        constraints={"room": {"that": "x <= most"}, "need": {"that": "x >= asked"}},
    )
    found = diagnosed(model)
    limits = {r.changes[0].member.name: r.changes[0].limit for r in found.repairs[0]}
    assert limits["room"] is None
    assert "let room be missed by 10" in "\n".join(told(model, found))


def test_no_repair_makes_a_number_negative() -> None:
    model = compiled(
        parameters={"need": {"value": 3}, "debt": {"value": 5}},
        variables={"x": {"lower": None}},
        constraints={"a": {"that": "x >= need"}, "b": {"that": "x <= -debt"}},
    )
    found = diagnosed(model)

    def names(repair: Repair) -> list[str]:
        return [each.limit.name for each in repair.changes if each.limit is not None]

    assert not [r for r in found.repairs[0] if "need" in names(r)]


def test_implications_are_members_and_rest_on_nothing_else() -> None:
    model = compiled(
        variables={n: {"domain": "binary"} for n in ("u", "v", "w")},
        constraints={
            "first": {"that": "implies(u, v)"},
            "second": {"that": "implies(v, w)"},
            "start": {"that": "u >= 1"},
            "end": {"that": "w <= 0"},
        },
    )
    found = diagnosed(model)
    assert found.conflicts is not None
    (conflict,) = found.conflicts.found
    assert {each.name for each in conflict.members} == {"first", "second", "start", "end"}
    assert conflict.resting is False


def test_a_missing_limit_is_named_where_growth_has_no_end() -> None:
    model = compiled(
        parameters={"hours": {"value": 40, "quote": "40 hours"}},
        variables={"x": {}, "y": {"upper": 9}},
        objective={"maximize": "2*x + y", "unit": "dollar"},
        constraints={"c": {"that": "x >= y"}},
    )
    found = diagnosed(model)
    assert found.kind == "unbounded"
    assert found.growth is not None
    assert [(m.kind, m.name, m.enough) for m in found.growth.missing] == [
        ("unused", "hours", False),
        ("limit", "x", True),
        ("equation", "c", True),
    ]
    words = "\n".join(told(model, found))
    assert "x can grow without limit" in words
    assert "Each further unit of x makes the objective better by 2 dollar." in words
    assert "nothing uses hours, “40 hours”" in words


def test_hard_numbers_are_reported_with_their_place() -> None:
    model = compiled(
        variables={"x": {}, "y": {}},
        objective={"maximize": "x + y"},
        constraints={"c": {"that": "0.0000001*x + 10000000*y <= 25"}, "d": {"that": "x + y >= 6"}},
    )
    from agentopt.diagnosis.scaling import scaling
    from agentopt.diagnosis.telling import scaling_words

    report = scaling(model)
    assert report.is_hard
    assert "smallest at c, x, largest at c, y" in "\n".join(scaling_words(model, report))
    plain = scaling(compiled(variables={"x": {"upper": 4}}, objective={"maximize": "3*x"}))
    assert not plain.is_hard
