"""The Python interface: what `import agentopt` gives."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import agentopt
from agentopt.api import connected, read, with_data
from agentopt.budget import Budget, Meter
from agentopt.errors import BindingError, FormulationError, UsageError
from agentopt.formulation.elements import Formulation
from agentopt.models.scripted import Scripted
from tests.cli.conftest import JOINERY, TEXT

SHIPPING = 148770.0


@dataclass
class Frame:
    """As much of a pandas data frame as a table needs."""

    text: str

    def to_csv(self, path: Path, *, index: bool) -> None:
        assert index is False
        Path(path).write_text(self.text, encoding="utf-8")


def model(*replies: dict[str, Any]) -> Scripted:
    import json

    return Scripted([json.dumps(reply) for reply in replies or (JOINERY,)])


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = ("numpy", "pydantic", "typer", "openai", "highspy")
    code = f"import agentopt, sys; print(*(name for name in {heavy} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_every_public_name_is_there() -> None:
    for name in agentopt.__all__:
        assert getattr(agentopt, name) is not None
        assert name in dir(agentopt)
    with pytest.raises(AttributeError, match="no attribute 'slove'"):
        agentopt.slove  # noqa: B018
    assert (Path(agentopt.__file__).parent / "py.typed").exists()


def test_a_formulation_solves_without_a_model() -> None:
    answer = agentopt.solve("example:shipping")
    assert (answer.status, answer.objective) == ("optimal", pytest.approx(SHIPPING))
    assert answer.certificate is not None
    assert answer.certificate.verdict == "verified"
    assert answer.variables["ship"]["denver", "new-york"] == pytest.approx(325)  # type: ignore[index,call-overload]  # an indexed variable


def test_data_is_given_by_name_and_wins() -> None:
    richer = agentopt.solve("example:bakery", data={"flour_in_store": 500, "oven_time": 5000})
    assert richer.objective is not None
    assert richer.objective > 1241.2
    with pytest.raises(BindingError, match="neither a set nor a parameter") as caught:
        agentopt.solve("example:bakery", data={"flour_in_stor": 500})
    assert caught.value.hint == "did you mean `flour_in_store`?"


def test_frames_stand_for_tables(tmp_path: Path) -> None:
    formulation = Formulation.model_validate(
        {
            "sets": {"GOODS": {"from": "goods.csv", "column": "good"}},
            "parameters": {"profit": {"over": "GOODS", "from": "goods.csv", "column": "profit"}},
            "variables": {"make": {"over": "GOODS", "upper": 2}},
            "objective": {"maximize": "sum(profit[g]*make[g] for g in GOODS)"},
        }
    )
    frame = Frame("good,profit\nchair,3\ntable,5\n")
    assert agentopt.solve(formulation, data={"goods.csv": frame}).objective == pytest.approx(16)
    assert agentopt.solve(formulation, data=[{"goods": frame}]).objective == pytest.approx(16)
    (tmp_path / "goods.csv").write_text(frame.text)
    assert agentopt.solve(formulation, data=tmp_path).objective == pytest.approx(16)
    assert agentopt.solve(formulation, data=[tmp_path / "goods.csv"]).objective == pytest.approx(16)
    with pytest.raises(UsageError, match="not as a int"):
        agentopt.solve(formulation, data=[3])  # type: ignore[list-item]  # on purpose


def test_words_are_solved_by_a_model() -> None:
    answer = agentopt.solve(TEXT, model=model())
    assert (answer.objective, answer.spend.calls) == (1500, 1)
    formulated = agentopt.formulate(TEXT, model=model())
    assert (formulated.status, formulated.solution) == ("formulated", None)
    assert formulated.formulation is not None
    assert formulated.formulation.title == "Chairs and tables"


def test_frames_reach_the_model_as_tables() -> None:
    asked = model()
    agentopt.solve(TEXT, data={"boards": Frame("board,price\noak,3\n")}, model=asked)
    assert "table boards.csv: 1 rows, 2 columns" in asked.asked[0].messages[-1].content
    with pytest.raises(UsageError, match="a problem in words has no parameters yet"):
        agentopt.solve(TEXT, data={"boards": 3}, model=model())


def test_words_without_a_model_are_read_by_the_built_in_reader() -> None:
    text = (
        "Boxes of 4, 8, 1, 4, 2 and 1 kg are to be packed into crates that hold 10 kg each. What is the "
        "least number of crates?"
    )
    answer = agentopt.solve(text)
    assert (answer.status, answer.objective, answer.verdict) == ("optimal", 2, "solve")
    assert agentopt.formulate(text).status == "formulated"
    assert agentopt.solve(text, model="builtin").objective == 2
    assert agentopt.solve("Tell me about 3 chickens.").verdict == "decline"


def test_single_words_are_refused() -> None:
    with pytest.raises(UsageError, match="more than one word"):
        agentopt.solve("bakery", model=model())
    with pytest.raises(UsageError, match=r"there is no file bakery\.yaml"):
        agentopt.solve("bakery.yaml")


def test_a_budget_is_kept() -> None:
    wrong = {**JOINERY, "constraints": [{"name": "wood", "that": "chair_bords <= boards"}]}
    answer = agentopt.solve(TEXT, model=model(wrong, JOINERY), budget="calls=1")
    assert (answer.status, answer.spend.calls) == ("not solved", 1)
    answer = agentopt.solve(TEXT, model=model(wrong, JOINERY), budget=Budget(calls=2))
    assert (answer.status, answer.repairs) == ("optimal", 1)


def test_limits_and_options_reach_the_engine() -> None:
    answer = agentopt.solve("example:bakery", engine="scip", time_limit=30, threads=1)
    assert answer.solution is not None
    assert answer.solution.engine == "scip"
    with pytest.raises(agentopt.AgentoptError, match="presolv"):
        agentopt.solve("example:bakery", options={"presolv": "off"})


def test_formulations_have_methods(tmp_path: Path) -> None:
    formulation = Formulation.load("example:shipping")
    assert formulation.check() == []
    assert formulation.solve().objective == pytest.approx(SHIPPING)
    path = formulation.export(tmp_path / "model.mps")
    assert agentopt.solve(path).objective == pytest.approx(SHIPPING)
    assert Formulation.load(formulation.export(tmp_path / "model.yaml")) == formulation
    with pytest.raises(UsageError):
        formulation.export(tmp_path / "nowhere" / "model.yaml")
    with pytest.raises((UsageError, FormulationError)):
        Formulation.load(tmp_path / "none.yaml")


def test_a_model_file_takes_no_data(tmp_path: Path) -> None:
    path = Formulation.load("example:shipping").export(tmp_path / "model.lp")
    with pytest.raises(UsageError, match="takes no data"):
        agentopt.solve(path, data={"demand": 3})


def test_passing_tables_are_gone_afterwards() -> None:
    with with_data(read(TEXT), {"boards": Frame("a\n1\n")}) as subject:
        (path,) = subject.tables  # type: ignore[union-attr]  # a problem
        assert path.read_text() == "a\n1\n"
    assert not path.exists()


def test_a_connected_model_is_metered_and_watched() -> None:
    from agentopt.models.base import Message, Request, Watch

    said: list[str] = []
    meter = Meter(Budget(calls=3))
    found = connected(
        Scripted(["four"]), meter=meter, watch=Watch(on_text=lambda place, text: said.append(text))
    )
    (reply,) = found.generate([Request((Message("user", "2 + 2?"),))])
    assert (reply.text, said, meter.spend().calls) == ("four", ["four"], 1)


def test_an_answer_shows_itself_in_a_notebook() -> None:
    page = agentopt.solve("example:shipping")._repr_html_()
    assert "<math" in page
    assert "148,770" in page
    assert "<script" not in page
