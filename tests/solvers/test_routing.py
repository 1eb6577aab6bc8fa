"""Which engine is asked, which are refused, and what is said when one is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentopt.assets import shipped
from agentopt.compiling.arrays import Compiled
from agentopt.errors import AvailabilityError, EngineError
from agentopt.solvers import Feature, Termination, engine, engines, route, solve
from agentopt.solvers.classes import feature
from agentopt.solvers.routing import routes
from tests.compiling.models import compiled
from tests.solvers.problems import KNOWN
from tests.solvers.test_contract import model

EXPECTED = {
    Feature.LP: "highs",
    Feature.MILP: "highs",
    Feature.CONVEX_QP: "highs",
    Feature.QP: "scip",
    Feature.MIQP: "scip",
    Feature.QCP: "clarabel",
    Feature.MIQCP: "scip",
    Feature.NLP: "clarabel",
    Feature.MINLP: "scip",
    Feature.SDP: "clarabel",
}


def first(kind: Feature) -> Compiled:
    return model(next(each for each in KNOWN if each.feature is kind))


def missing(tmp_path: Path, *names: str) -> Path:
    """A folder of cards in which the engines named are of a package nobody has."""
    for name in names:
        text = (shipped("solvers") / f"{name}.toml").read_text(encoding="utf-8")
        lines = [
            'package = "no-such-package-here"' if line.startswith("package =") else line
            for line in text.splitlines()
        ]
        (tmp_path / f"{name}.toml").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("kind", EXPECTED)
def test_every_class_has_its_engine(kind: Feature) -> None:
    problem = first(kind)
    assert feature(problem) is kind
    assert route(problem).engine.name == EXPECTED[kind]


def test_trainers_come_first_only_where_a_table_is_big() -> None:
    def fit(rows: int) -> Compiled:
        return compiled(
            sets={"R": {"first": 1, "last": rows}},
            variables={"w": {"lower": None}},
            objective={"minimize": "sum(log(1 + exp(w - sqrt(r))) - w/9 for r in R)"},
        )

    assert "gradient" not in [each.name for each in routes(fit(500))]
    assert next(routes(fit(60_000))).name == "gradient"
    assert "gradient" not in [each.name for each in routes(first(Feature.LP))]


def test_highs_refuses_a_quadratic_objective_that_is_not_convex() -> None:
    with pytest.raises(EngineError, match="which is not convex") as raised:
        solve(first(Feature.QP), engine="highs")
    assert "scip" in raised.value.hint


def test_an_engine_asked_for_another_class_names_those_that_solve_it() -> None:
    with pytest.raises(EngineError, match="does not solve problems of class MINLP") as raised:
        solve(first(Feature.MINLP), engine="ipopt")
    assert raised.value.hint == "leave the engine out, or name one of: scip"


def test_an_unknown_engine_is_an_error_with_the_nearest() -> None:
    with pytest.raises(EngineError, match="there is no engine `higs`") as raised:
        solve(first(Feature.LP), engine="higs")
    assert raised.value.hint == "did you mean `highs`?"


def test_the_next_engine_solves_when_the_first_is_not_installed(tmp_path: Path) -> None:
    found = solve(first(Feature.LP), cards=missing(tmp_path, "highs"))
    assert found.engine == "scip"
    assert found.objective == pytest.approx(43.0)
    assert "`highs` would come first" in found.message
    assert "`no-such-package-here` is not installed" in found.message


def test_no_engine_at_all_is_an_availability_error_with_what_to_type(tmp_path: Path) -> None:
    folder = missing(tmp_path, "highs", "scip", "ipopt", "cpsat")
    with pytest.raises(AvailabilityError, match="no engine for problems of class MILP is there") as raised:
        solve(first(Feature.MILP), cards=folder)
    assert raised.value.exit_code == 3
    assert raised.value.hint == "pip install 'highspy>=1.15.1'"


def test_an_engine_asked_for_by_name_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(AvailabilityError, match="engine `scip` is not available") as raised:
        solve(first(Feature.LP), engine="scip", cards=missing(tmp_path, "scip"))
    assert "pip install" in raised.value.hint


def test_nobody_is_told_to_install_an_engine_that_does_not_solve_the_class(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as raised:
        solve(first(Feature.MILP), engine="ipopt", cards=missing(tmp_path, "ipopt"))
    assert not isinstance(raised.value, AvailabilityError)
    assert "pip install" not in raised.value.hint


def test_a_version_that_gives_wrong_optima_is_refused_with_the_reason(tmp_path: Path) -> None:
    card = shipped("solvers") / "highs.toml"
    version = engine("highs").available().version
    text = card.read_text(encoding="utf-8").replace('version = "1.14.0"', f'version = "{version}"')
    (tmp_path / "highs.toml").write_text(text, encoding="utf-8")
    available = engine("highs", tmp_path).available()
    assert not available
    assert "wrong optima" in available.reason


def test_an_older_version_than_the_least_is_refused(tmp_path: Path) -> None:
    text = (shipped("solvers") / "highs.toml").read_text(encoding="utf-8")
    (tmp_path / "highs.toml").write_text(
        text.replace('minimum = "1.15.0"', 'minimum = "999"'), encoding="utf-8"
    )
    available = engine("highs", tmp_path).available()
    assert not available
    assert "older than 999" in available.reason


def test_every_engine_here_is_available_with_its_version() -> None:
    for name, each in engines().items():
        available = each.available()
        if name == "gradient" and not available:
            assert available.fix == "pip install 'agentopt[train]'"
            continue
        assert available, available.reason
        assert available.version


def test_a_local_engine_without_a_point_hands_over_to_a_global_one() -> None:
    from tests.compiling.models import compiled

    problem = compiled(
        variables={"x": {"lower": 0.1, "upper": 3}, "y": {"lower": 0, "upper": 1}},
        objective={"minimize": "exp(x) + y"},
        constraints={"a": {"that": "x**3 + sin(y) <= -5"}},
    )
    assert route(problem).engine.name == "ipopt"
    found = solve(problem)
    assert found.engine == "scip"
    assert found.termination is Termination.INFEASIBLE
    assert "`ipopt`: no start led to a point" in found.message


ORACLE = """
from agentopt.solvers import Availability, Feature, PointStatus, Solution, Termination


class Oracle:
    name = "oracle"
    features = frozenset({Feature.LP})

    def __init__(self, card):
        self.card = card

    def available(self):
        return Availability(True, "1")

    def solve(self, compiled, limits, options, report=None):
        return Solution(Termination.ERROR, PointStatus.NONE, self.name, message=f"card: {self.card}")
"""


def test_an_entry_point_adds_an_engine_that_comes_after_those_with_cards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "oracle_of_tests.py").write_text(ORACLE, encoding="utf-8")
    described = tmp_path / "oracle_of_tests-1.dist-info"
    described.mkdir()
    (described / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: oracle-of-tests\nVersion: 1\n", encoding="utf-8"
    )
    (described / "entry_points.txt").write_text(
        "[agentopt.engines]\noracle = oracle_of_tests:Oracle\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert "oracle" in engines()
    assert solve(first(Feature.LP), engine="oracle").message == "card: None"
    assert [each.name for each in routes(first(Feature.LP))] == ["highs", "scip", "clarabel", "oracle"]
