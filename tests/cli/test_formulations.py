"""Formulations and model files without a language model."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from agentopt.formulation.elements import Formulation
from agentopt.formulation.io import loads
from tests.cli.conftest import JOINERY, Home

OPTIMA = {"bakery": 1241.2, "production": 246249.4, "shipping": 148770}
FITS = {"churn": 43.7092346, "portfolio": 0.0529777778, "rents": 650548.556, "surrogate": 0.12785751}
"""Smooth problems, with the value that Ipopt and the gradient trainers come to."""


@pytest.mark.parametrize("name", sorted(OPTIMA))
def test_every_example_solves_and_is_verified(home: Home, name: str) -> None:
    done = home.agentopt("formulation", "solve", f"example:{name}", "--json", "-q")
    assert done.status == 0
    assert done.json["objective"] == pytest.approx(OPTIMA[name])
    assert done.json["certificate"]["verdict"] == "verified"


@pytest.mark.parametrize("name", sorted(FITS))
def test_every_fit_is_solved_and_checked(home: Home, name: str) -> None:
    done = home.agentopt("formulation", "solve", f"example:{name}", "--json", "-q")
    assert done.status == 0
    assert done.json["objective"] == pytest.approx(FITS[name], rel=1e-6)
    assert done.json["certificate"]["verdict"] in ("checked", "verified")


def test_examples_are_listed_by_the_name_that_solves_them(home: Home) -> None:
    listed = home.agentopt("examples", "--json").json
    names = [each["name"] for each in listed]
    assert names == sorted(names)
    assert {f"example:{name}" for name in OPTIMA} < set(names)
    assert home.agentopt("formulation", "check", listed[0]["folder"]).status == 0


def test_data_replaces_the_tables_of_a_formulation(home: Home) -> None:
    header = "product,profit,flour,oven_minutes,batch_size,least,most"
    home.write("data/products.csv", f"{header}\nroll,1,0.1,1,10,0,100\n")
    done = home.agentopt("formulation", "solve", "example:bakery", "--data", "data", "--json", "-q")
    assert done.json["variables"]["batches"] == [{"index": ["roll"], "value": 10}]
    assert done.json["objective"] == 100


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        (
            {"constraints": [{"name": "a", "that": "chairs >= 3"}, {"name": "b", "that": "chairs <= 2"}]},
            "infeasible",
        ),
        ({"constraints": [{"name": "a", "that": "chairs <= 2"}]}, "unbounded"),
    ],
)
def test_a_negative_answer_is_exit_status_1(home: Home, changes: dict[str, Any], status: str) -> None:
    home.write("shop.json", {**JOINERY, **changes})
    done = home.agentopt("formulation", "solve", "shop.json", "-q")
    assert done.status == 1
    assert "There is no" in done.out
    done = home.agentopt("formulation", "solve", "shop.json", "--json", "-q")
    assert (done.status, done.json["status"], done.json["variables"]) == (1, status, {})


def test_without_an_objective_any_answer_will_do(home: Home) -> None:
    home.write("shop.json", {key: value for key, value in JOINERY.items() if key != "objective"})
    done = home.agentopt("formulation", "solve", "shop.json", "-q")
    assert done.status == 0
    assert "All constraints can be met" in done.out


def test_a_missing_key_of_a_table_is_named_with_its_row(home: Home) -> None:
    home.write("goods.csv", "good,profit\nchair,30\n")
    home.write(
        "shop.yaml",
        """
        sets: {GOODS: {elements: [chair, table]}}
        parameters: {profit: {over: GOODS, from: goods.csv, column: profit, key: good}}
        variables: {make: {over: GOODS, upper: 3}}
        objective: {maximize: "sum(profit[g]*make[g] for g in GOODS)"}
        """,
    )
    done = home.agentopt("formulation", "solve", "shop.yaml")
    assert (done.status, done.out) == (2, "")
    assert "goods.csv" in done.err
    assert "table" in done.err
    checked = home.agentopt("formulation", "check", "shop.yaml", "--json")
    assert (checked.status, checked.json["ok"]) == (1, False)
    assert "goods.csv" in checked.json["error"]


def test_check_says_what_is_wrong_and_where(home: Home) -> None:
    constraints = [{"name": "wood", "that": "chair_bords*chairs <= boards"}]
    home.write("shop.json", {**JOINERY, "constraints": constraints})
    done = home.agentopt("formulation", "check", "shop.json")
    assert (done.status, done.err) == (1, "")
    assert "error: constraints.wood.that: `chair_bords` is" in done.out
    assert "did you mean `chair_boards`?" in done.out
    found = home.agentopt("formulation", "check", "shop.json", "--json").json
    assert found["diagnostics"][0]["element"] == "constraints.wood.that"


def test_check_says_what_a_formulation_that_holds_is(home: Home) -> None:
    found = home.agentopt("formulation", "check", "example:shipping", "--json").json
    assert (found["ok"], found["problem_class"], found["variables"], found["constraints"]) == (
        True,
        "LP",
        10,
        7,
    )
    assert (
        "holds; LP, 10 variables, 7 constraints"
        in home.agentopt("formulation", "check", "example:shipping").out
    )


@pytest.mark.parametrize(
    ("form", "part"),
    [
        ("text", "minimize  ∑"),
        ("latex", r"\begin{aligned}"),
        ("html", "<section class='formulation'>"),
        ("yaml", "title: Ship cases"),
        ("json", '"title": "Ship cases'),
    ],
)
def test_formulations_are_shown_in_many_forms(home: Home, form: str, part: str) -> None:
    assert part in home.agentopt("formulation", "show", "example:shipping", "--as", form).out


def test_what_is_shown_reads_back(home: Home) -> None:
    shown = home.agentopt("formulation", "show", "example:bakery", "--json").out
    assert loads(shown) == loads(home.agentopt("formulation", "show", "example:bakery", "--as", "yaml").out)


@pytest.mark.parametrize("name", ["m.lp", "m.mps", "m.mps.gz", "m.lp.gz"])
def test_model_files_go_out_and_come_back(home: Home, name: str) -> None:
    assert home.agentopt("formulation", "export", "example:shipping", name).out == f"{name}\n"
    done = home.agentopt("formulation", "solve", name, "--json", "-q")
    assert (done.status, done.json["objective"]) == (0, pytest.approx(OPTIMA["shipping"]))
    assert home.agentopt("formulation", "check", name, "--json").json["problem_class"] == "LP"


def test_a_pyomo_script_builds_the_model(home: Home) -> None:
    import pyomo.environ as pyo

    home.agentopt("formulation", "export", "example:bakery", "bakery.py")
    names: dict[str, Any] = {"__name__": "bakery"}
    exec(compile((home.folder / "bakery.py").read_text(), "bakery.py", "exec"), names)
    model = names["model"]
    pyo.SolverFactory("appsi_highs").solve(model)
    assert pyo.value(model.objective) == pytest.approx(OPTIMA["bakery"])
    assert pyo.value(model.batches["croissant"]) == pytest.approx(15)


def test_files_that_hold_something_else_are_refused(home: Home) -> None:
    home.write("a.yaml", "- just\n- a list\n")
    home.write("b.mps", "this is no MPS file\n")
    home.write("c.json", '{"title": "cut off')
    (home.folder / "d.yaml.gz").write_bytes(gzip.compress(b"title: x", mtime=0)[:-6])
    (home.folder / "e.lp").write_bytes(bytes(range(256)))
    home.write("f.csv", "a,b\n1,2\n")
    for name in ("a.yaml", "b.mps", "c.json", "d.yaml.gz", "e.lp", "f.csv", "g.yaml"):
        done = home.agentopt("formulation", "solve", name)
        assert (done.status, done.out) == (2, ""), name
        assert done.err.startswith("error: "), name
        assert name in done.err
    assert not home.runs.exists()


def test_export_refuses_places_it_cannot_write(home: Home) -> None:
    for name in ("nowhere/m.lp", "m.doc", "."):
        done = home.agentopt("formulation", "export", "example:bakery", name)
        assert done.status == 2
        assert done.err.startswith("error: ")


def test_the_schema_is_one_and_accepts_the_examples(home: Home) -> None:
    schema = home.agentopt("formulation", "schema").json
    assert schema["properties"].keys() == Formulation.model_fields.keys()
    assert home.agentopt("formulation", "schema", "--decoding").json["additionalProperties"] is False


def test_engine_options_reach_the_engine(home: Home) -> None:
    arguments = ("formulation", "solve", "example:bakery", "--json", "-q")
    assert home.agentopt(*arguments, "--engine", "scip").json["engine"] == "scip"
    assert home.agentopt(*arguments, "--engine-option", "presolve=off").status == 0
    done = home.agentopt(*arguments, "--engine-option", "presolv=off")
    assert done.status == 2
    assert "did you mean `presolve`?" in done.err
    done = home.agentopt(*arguments, "--engine", "higs")
    assert (done.status, "did you mean `highs`?" in done.err) == (2, True)


def test_a_time_limit_is_kept_and_gives_what_was_found(home: Home, hard: Path) -> None:
    done = home.agentopt("formulation", "solve", hard, "--time-limit", "1s", "--json", "-q", "--threads", "1")
    assert (done.status, done.json["status"]) == (0, "feasible")
    assert done.json["gap"] > 0
    assert done.json["seconds"] < 10


def test_a_wide_gap_is_enough_if_it_is_asked_for(home: Home, hard: Path) -> None:
    done = home.agentopt(
        "formulation", "solve", hard, "--mip-gap", "0.9999", "--json", "-q", "--time-limit", "60"
    )
    assert done.status == 0
    assert json.dumps(done.json["status"]) in ('"optimal"', '"feasible"')


def test_a_formulation_is_not_read_from_standard_input(home: Home) -> None:
    done = home.agentopt("formulation", "solve", "-")
    assert done.status == 2
    assert done.err.startswith("error: a formulation is not read from standard input")
