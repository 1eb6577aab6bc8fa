"""Problems in words, files and standard input, through scripted models and a server on loopback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import JOINERY, TEXT, Home
from tests.models.loopback import serve

KEYS = {
    "status",
    "objective",
    "variables",
    "formulation",
    "certificate",
    "engine",
    "seconds",
    "spend",
    "run",
    "warnings",
}


def broken() -> dict[str, object]:
    """The formulation with a misspelt name."""
    return {**JOINERY, "constraints": [{"name": "wood", "that": "chair_bords*chairs <= boards"}]}


def test_an_answer_is_printed_with_what_it_rests_on(home: Home) -> None:
    done = home.agentopt("solve", TEXT, "--model", home.script(JOINERY))
    assert done.status == 0
    for part in (
        "Chairs and tables",
        "1,500",
        "chairs  50",
        "Certificate  verified",
        "1 call,",
        str(home.runs),
    ):
        assert part in done.out
    assert "\x1b" not in done.out
    assert "formulate: direct/formulate:" in done.err
    assert "error" not in done.err


def test_the_json_of_an_answer_has_what_is_promised(home: Home) -> None:
    found = home.agentopt("solve", TEXT, "--model", home.script(JOINERY), "--json").json
    assert found.keys() >= KEYS
    assert found["variables"] == {"chairs": 50, "tables": 0}
    assert found["certificate"]["verdict"] == "verified"
    assert found["engine"] == "highs"
    assert found["run"] == home.last_run().name
    assert json.loads((home.last_run() / "answer.json").read_text()) == found


def test_a_run_keeps_all_there_is_to_know(home: Home) -> None:
    done = home.agentopt("solve", TEXT, "--model", home.script(JOINERY), "-q")
    run = home.last_run()
    kept = {path.name for path in run.iterdir()}
    assert kept >= {
        "manifest.json",
        "events.jsonl",
        "problem.json",
        "formulation.yaml",
        "answer.json",
        "report.html",
    }
    assert (run / "answer.txt").read_text() + "\n" == done.out
    kinds = [json.loads(line)["kind"] for line in (run / "events.jsonl").read_text().splitlines()]
    assert {"start", "call", "end", "progress", "finished"} <= set(kinds)
    assert json.loads((run / "manifest.json").read_text())["status"] == "done"


def test_words_come_from_a_file_or_standard_input(home: Home) -> None:
    file = home.write("problem.txt", TEXT)
    for source, given in ((str(file), ""), ("problem.txt", ""), ("-", TEXT)):
        done = home.agentopt("solve", source, "--model", home.script(JOINERY), "--json", "-q", input=given)
        assert (done.status, done.json["objective"]) == (0, 1500)
    assert json.loads((home.last_run() / "problem.json").read_text())["text"] == TEXT


def test_formulations_and_model_files_need_no_model(home: Home) -> None:
    home.write("shop.json", JOINERY)
    assert home.agentopt("shop.json", "--json", "-q").json["objective"] == 1500
    home.agentopt("formulation", "export", "shop.json", "shop.mps.gz")
    done = home.agentopt("solve", "shop.mps.gz", "--json", "-q")
    assert (done.status, done.json["objective"]) == (0, 1500)


def test_formulate_stops_at_the_formulation(home: Home) -> None:
    done = home.agentopt(
        "formulate", TEXT, "--model", home.script(JOINERY), "--out", "model.yaml", "--out", "m.lp"
    )
    assert done.status == 0
    assert "maximize  chair_profit·chairs + table_profit·tables" in done.out
    assert "solved by" not in done.out
    assert "chairs: {meaning: chairs made, domain: integer}" in (home.folder / "model.yaml").read_text()
    assert "Maximize" in (home.folder / "m.lp").read_text()
    assert home.agentopt("solve", "model.yaml", "--json", "-q").json["objective"] == 1500


def test_tables_are_given_to_the_model_by_name(home: Home) -> None:
    home.write("data/goods.csv", "good,profit\nchair,30\ntable,50\n")
    formulation = {
        "sets": [{"name": "GOODS", "from": "goods.csv", "column": ["good"]}],
        "parameters": [
            {"name": "profit", "over": ["GOODS"], "from": "goods.csv", "column": "profit"},
            {"name": "most", "value": 7, "quote": "7 pieces"},
        ],
        "variables": [{"name": "make", "over": ["GOODS"]}],
        "objective": {"maximize": "sum(profit[g]*make[g] for g in GOODS)"},
        "constraints": [{"name": "pieces", "that": "sum(make[g] for g in GOODS) <= most"}],
    }
    text = "Make at most 7 pieces; profits are in the table."
    done = home.agentopt("solve", text, "--data", "data", "--model", home.script(formulation), "--json", "-q")
    assert (done.status, done.json["objective"]) == (0, 350)
    calls = [json.loads(line) for line in (home.last_run() / "events.jsonl").read_text().splitlines()]
    said = next(entry for entry in calls if entry["kind"] == "call")["data"]["data"]["messages"][-1][
        "content"
    ]
    assert "table goods.csv: 2 rows, 2 columns" in said


def test_the_model_may_stand_in_the_environment_or_a_file(home: Home) -> None:
    model = home.script(JOINERY)
    done = home.agentopt(TEXT, "--json", "-q", environment={"AGENTOPT_MODEL": model})
    assert done.json["objective"] == 1500
    home.write("agentopt.toml", f'model = "{model}"\n')
    assert home.agentopt(TEXT, "--json", "-q").json["objective"] == 1500


def test_a_server_that_is_not_there_is_exit_status_3(home: Home) -> None:
    done = home.agentopt(TEXT, "--model", "http://127.0.0.1:9#x", "-q")
    assert (done.status, done.out) == (3, "")
    assert "error: no model server answers at http://127.0.0.1:9/v1" in done.err
    assert f"agentopt runs resume {home.last_run().name}" in done.err


def test_a_server_on_loopback_solves_a_problem(home: Home) -> None:
    with serve(answer=lambda body: json.dumps(JOINERY)) as server:
        done = home.agentopt(TEXT, "--model", server.spec, "--json", "-q")
        assert (done.status, done.json["objective"]) == (0, 1500)
        assert done.json["spend"]["calls"] == 1
        again = home.agentopt(TEXT, "--model", server.spec, "--json", "-q")
        assert (again.json["spend"]["calls"], len(server.bodies)) == (0, 1)
        fresh = home.agentopt(TEXT, "--model", server.spec, "--json", "-q", "--no-cache")
        assert (fresh.json["spend"]["calls"], len(server.bodies)) == (1, 2)


def test_keys_never_show(home: Home) -> None:
    key = "sk-loopback-0123456789abcdef"
    with serve(answer=lambda body: json.dumps(JOINERY)) as server:
        done = home.agentopt(TEXT, "--model", server.spec, "--json", environment={"AGENTOPT_API_KEY": key})
        assert server.headers[-1]["authorization"] == f"Bearer {key}"
    assert key not in done.out + done.err
    assert not any(key.encode() in path.read_bytes() for path in home.runs.rglob("*") if path.is_file())


def test_a_faulty_formulation_is_mended_and_said_so(home: Home) -> None:
    done = home.agentopt("solve", TEXT, "--model", home.script(broken(), JOINERY), "--json")
    assert (done.status, done.json["repairs"], done.json["objective"]) == (0, 1, 1500)
    assert "repair: check: " in done.err
    assert "`chair_bords` is" in done.err


def test_prose_for_a_reply_is_a_negative_answer(home: Home) -> None:
    done = home.agentopt("solve", TEXT, "--model", home.script(*["I would make chairs."] * 9), "-q")
    assert done.status == 1
    assert "No formulation was reached" in done.out


def test_a_budget_that_runs_out_keeps_what_was_paid(home: Home) -> None:
    model = home.script(broken(), JOINERY)
    done = home.agentopt("solve", TEXT, "--model", model, "--budget", "calls=1", "--json", "-q")
    assert done.status == 1
    assert done.json["spend"]["calls"] == 1
    assert any("budget" in each for each in done.json["warnings"])
    done = home.agentopt(
        "runs", "resume", "last", "--budget", "calls=9", "--model", home.script(JOINERY), "--json", "-q"
    )
    assert (done.status, done.json["objective"], done.json["spend"]["calls"]) == (0, 1500, 2)


def test_samples_are_voted_over(home: Home) -> None:
    wrong = {
        **JOINERY,
        "constraints": [
            {"name": "wood", "that": "chair_boards*chairs <= boards"},
            {"name": "few", "that": "tables <= table_boards"},
        ],
    }
    done = home.agentopt(
        "solve", TEXT, "--model", home.script(JOINERY, wrong, JOINERY), "--vote", "3", "--json", "-q"
    )
    assert (done.status, done.json["objective"]) == (0, 1500)
    assert done.json["votes"] == {"agree": 2, "of": 3}


def test_questions_are_asked_and_answered(home: Home) -> None:
    asks = {
        "questions": [
            {"question": "May pieces be fractions?", "options": ["yes", "no"], "why": "it changes the model"}
        ]
    }
    script = home.write(
        "asking.yaml",
        json.dumps([{"component": "clarify", "reply": asks}, {"component": "formulate", "reply": JOINERY}]),
    )
    done = home.agentopt("solve", TEXT, "--model", f"scripted:{script}", "--ask", "--json", "-q", input="2\n")
    assert "May pieces be fractions?" in done.err
    assert "  2. no\n" in done.err
    assert done.json["questions"] == [{"question": "May pieces be fractions?", "answer": "no"}]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "the problem text is empty"),
        (b"  \n\t ", "the problem text is empty"),
        (
            b"x" * 10 + b" y" * 2_500_000,
            "the problem text has 5,000,010 characters; at most 1,000,000 are read",
        ),
        (b"\x7fELF\x02\x01\x01\x00\x00", "standard input is not a text: byte 7 is 0x00"),
        ("Größe zählt".encode("latin-1"), "standard input is not UTF-8 text: byte 2 is 0xf6"),
    ],
    ids=["empty", "blank", "5 MB", "binary", "latin-1"],
)
def test_texts_that_are_no_problem_are_refused_before_any_call(
    home: Home, content: bytes, error: str
) -> None:
    done = home.agentopt("solve", "-", "--model", home.script(JOINERY), input=content)
    assert (done.status, done.out) == (2, "")
    assert f"error: {error}" in done.err
    (home.folder / "problem.txt").write_bytes(content)
    done = home.agentopt("solve", "problem.txt", "--model", home.script(JOINERY))
    assert (done.status, done.out) == (2, "")
    assert not home.runs.exists()


def test_files_that_are_not_there_are_named(home: Home) -> None:
    home.write("problem.txt", TEXT)
    done = home.agentopt("solve", "problm.txt")
    assert (done.status, done.err) == (
        2,
        "error: there is no file problm.txt\n\nhint: did you mean `problem.txt`?\n",
    )
    done = home.agentopt("solve", TEXT, "--model", home.script(JOINERY), "--data", "goods.csv")
    assert done.status == 2
    assert "there is no table goods.csv" in done.err
    assert home.agentopt("solve", str(home.folder)).status == 2


def test_places_that_cannot_be_written_are_refused_before_any_call(home: Home) -> None:
    for place, error in (
        ("nowhere/answer.json", "there is no folder nowhere"),
        (".", "the suffix says what is written"),
        ("answer.jsn", "did you mean `.json`?"),
    ):
        done = home.agentopt("solve", TEXT, "--model", home.script(JOINERY), "--out", place)
        assert done.status == 2
        assert error in done.err
        assert not home.runs.exists()
    done = home.agentopt("solve", TEXT, "--model", home.script(JOINERY), "--runs", "/proc/nowhere")
    assert done.status == 2
    assert "/proc/nowhere" in done.err


def test_answers_are_written_by_suffix(home: Home) -> None:
    names = [
        "answer.json",
        "answer.csv",
        "answer.html",
        "answer.txt",
        "model.yaml",
        "model.lp",
        "model.mps",
        "m.py",
    ]
    outs = [word for name in names for word in ("--out", name)]
    done = home.agentopt("solve", TEXT, "--model", home.script(JOINERY), "-q", *outs)
    assert done.status == 0
    texts = {name: Path(home.folder / name).read_text() for name in names}
    assert json.loads(texts["answer.json"])["objective"] == 1500
    assert texts["answer.csv"] == "variable,value\nchairs,50\ntables,0\n"
    assert texts["answer.html"].startswith("<!doctype html>")
    assert "pyo.ConcreteModel" in texts["m.py"]
