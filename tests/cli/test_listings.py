"""Everything that can be listed, for people and for programs."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Home
from tests.models.loopback import serve

LISTINGS = [
    ["examples"],
    ["strategies"],
    ["engines", "list"],
    ["engines", "show", "highs"],
    ["optimizers", "list"],
    ["optimizers", "show", "hill-climbing"],
    ["prompts", "list"],
    ["prompts", "show", "direct/formulate"],
    ["prompts", "diff", "direct/formulate"],
    ["models", "list"],
    ["models", "show", "http://127.0.0.1:9#x"],
    ["models", "show"],
    ["models", "show", "builtin"],
    ["models", "key"],
    ["config", "show"],
    ["doctor"],
    ["runs", "list"],
    ["synth", "families"],
    ["train", "optimizers"],
]


@pytest.mark.parametrize("words", LISTINGS, ids=" ".join)
def test_every_listing_is_text_and_json(home: Home, words: list[str]) -> None:
    text = home.agentopt(*words)
    assert text.status == 0
    assert "\x1b" not in text.out
    assert all(len(line) <= 100 for line in text.out.splitlines() if words[0] in ("examples", "engines"))
    found = home.agentopt(*words, "--json")
    assert found.status == 0
    assert isinstance(found.json, list | dict)


def test_engines_say_what_they_solve_and_whether_they_are_there(home: Home) -> None:
    listed = {each["name"]: each for each in home.agentopt("engines", "list", "--json").json}
    assert listed["highs"]["available"] is True
    assert "MILP" in listed["highs"]["classes"]
    assert "presolve" in home.agentopt("engines", "show", "highs", "--json").json["card"]["options"]


def test_settings_say_where_they_come_from(home: Home) -> None:
    home.write("agentopt.toml", 'strategy = "orthought"\n\ntime_limit = "5m"\n')
    done = home.agentopt("config", "show", "--json", environment={"AGENTOPT_SEED": "7"})
    shown = {each["name"]: each for each in done.json}
    assert shown["strategy"]["value"] == "orthought"
    assert shown["time_limit"]["place"] == "agentopt.toml:3"
    assert (shown["seed"]["value"], shown["seed"]["origin"]) == (7, "environment, AGENTOPT_SEED")
    assert shown["engine"]["source"] == "default"
    home.write("agentopt.toml", 'stratgy = "orthought"\n')
    done = home.agentopt("config", "show")
    assert (done.status, "did you mean `strategy`?" in done.err) == (2, True)


def test_prompts_can_be_overridden_and_compared(home: Home) -> None:
    shown = home.agentopt("prompts", "show", "direct/formulate", "--json").json
    home.write("mine/direct/formulate.md", shown["text"].replace("# user", "Be brief.\n\n# user", 1))
    done = home.agentopt("prompts", "diff", "direct/formulate", "--prompts", "mine")
    assert "\n+Be brief.\n" in done.out
    listed = home.agentopt("prompts", "list", "--prompts", "mine", "--json").json
    assert [each["name"] for each in listed if each["changed"]] == ["direct/formulate"]
    done = home.agentopt("prompts", "show", "direct/formlate")
    assert (done.status, "did you mean `direct/formulate`?" in done.err) == (2, True)


def test_a_server_s_models_are_listed_by_the_name_to_give(home: Home) -> None:
    with serve(models=("tiny", "small")) as server:
        listed = home.agentopt("models", "list", server.address, "--json").json
        assert [each["model"] for each in listed] == [f"{server.address}#tiny", f"{server.address}#small"]
    assert home.agentopt("models", "list", server.address).status == 3


def test_a_probe_is_kept_for_later_calls(home: Home) -> None:
    with serve(answer=lambda body: "Hello there.") as server:
        probed = home.agentopt("models", "probe", server.spec, "--json")
        assert probed.status == 0
        assert {each["feature"] for each in probed.json["findings"]} >= {"usage", "json_schema", "stream"}
        shown = home.agentopt("models", "show", server.spec, "--json").json
    assert shown["probed"] is True
    assert [each["feature"] for each in shown["findings"]] == [
        each["feature"] for each in probed.json["findings"]
    ]


def test_keys_are_kept_for_their_owner_alone_and_never_shown(home: Home) -> None:
    key = "sk-test-0123456789abcdef"
    done = home.agentopt("models", "key", "http://localhost:8000", input=f"{key}\n")
    assert done.status == 0
    path = home.folder / ".config/agentopt/keys.toml"
    assert path.read_text() == f'"http://localhost:8000/v1" = "{key}"\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    listed = home.agentopt("models", "key", "--json")
    assert listed.json == [{"name": "http://localhost:8000/v1"}]
    shown = home.agentopt("models", "show", "http://localhost:8000#x", "--json")
    assert shown.json["key"] is True
    doctor = home.agentopt("doctor")
    assert key not in done.out + done.err + listed.out + shown.out + doctor.out
    assert home.agentopt("models", "key", "http://localhost:8000", "--remove").status == 0
    assert home.agentopt("models", "key", "--json").json == []
    assert home.agentopt("models", "key", "gpt", input="x").status == 2
    assert home.agentopt("models", "key", "openai", input="\n").status == 2


def test_the_doctor_finds_what_is_wrong_and_says_what_to_type(home: Home) -> None:
    path = home.write(".config/agentopt/keys.toml", 'openai = "sk-test-0123456789abcdef"\n')
    path.chmod(0o644)
    done = home.agentopt("doctor", "--json", environment={"AGENTOPT_MODEL": "http://127.0.0.1:9#x"})
    found = {each["what"]: each for each in done.json}
    assert done.status == 3
    assert found["keys"]["state"] == "wrong"
    assert found["keys"]["fix"] == f"type `chmod 600 {path}`"
    assert found["model"]["state"] == "wrong"
    assert found["engine highs"]["state"] == "ok"
    assert all(each["fix"] for each in done.json if each["state"] != "ok")


def test_the_doctor_asks_a_model_server_what_it_serves(home: Home) -> None:
    with serve(models=("tiny",)) as server:
        done = home.agentopt("doctor", "--json", environment={"AGENTOPT_MODEL": server.spec})
        found = {each["what"]: each for each in done.json}
        assert (done.status, found["model"]["state"]) == (0, "ok")
        done = home.agentopt("doctor", "--json", environment={"AGENTOPT_MODEL": f"{server.address}#other"})
        found = {each["what"]: each for each in done.json}
        assert (done.status, found["model"]["fix"]) == (3, "one of: tiny")


def test_a_probe_of_what_is_no_server_is_refused(home: Home) -> None:
    done = home.agentopt("models", "probe", home.script("x"))
    assert (done.status, "only servers are probed" in done.err) == (2, True)
    done = home.agentopt("models", "probe")
    assert (done.status, "see `agentopt models list`" in done.err) == (2, True)
    done = home.agentopt("models", "probe", "builtin")
    assert (done.status, "only servers are probed" in done.err) == (2, True)


def test_json_is_one_document_on_standard_output(home: Home) -> None:
    for words in LISTINGS[:4]:
        done = home.agentopt(*words, "--json")
        assert json.loads(done.out) is not None
        assert done.err == ""
    assert not Path(home.runs).exists()
