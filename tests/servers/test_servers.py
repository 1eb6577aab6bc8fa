"""The whole way through real model servers that serve a model whose replies are known."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentopt.agents import Context, Problem, run
from agentopt.budget import Budget, Meter
from agentopt.models.base import Message, Request, Sampling, Watch
from agentopt.models.cache import Cached
from agentopt.models.capabilities import Capabilities, probe
from agentopt.models.metered import Metered
from agentopt.models.openai import Endpoint
from tests.agents.conftest import OPTIMUM, PROMPTS, TEXT
from tests.servers import launching
from tests.servers.exchanges import GREETED, GREETING, SUMS, TITLE_SCHEMA, solve_request
from tests.servers.launching import Server

pytestmark = pytest.mark.servers


@pytest.fixture
def model(server: Server) -> Iterator[Endpoint]:
    with Endpoint(server.address, server.model) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def probed(server: Server) -> Capabilities:
    with Endpoint(server.address, server.model) as endpoint:
        return probe(endpoint)


def ask(text: str, **settings: object) -> Request:
    schema = settings.pop("schema", None)
    sampling = Sampling(**{"max_tokens": 60, **settings})  # type: ignore[arg-type]  # names of its fields
    return Request((Message("user", text),), sampling, schema)  # type: ignore[arg-type]  # a schema or None


def test_a_known_reply_comes_with_its_tokens(model: Endpoint) -> None:
    (reply,) = model.generate([ask(GREETING)])
    assert (reply.text, reply.stop) == (GREETED, "end")
    assert reply.usage.completion_tokens > 2
    assert not reply.usage.estimated


def test_the_models_are_listed(server: Server, model: Endpoint) -> None:
    names = model.models()
    if server.kind != "transformers":
        assert names == [server.model]


def test_a_reply_streams_in(model: Endpoint) -> None:
    pieces: list[str] = []
    (reply,) = model.generate([ask(GREETING)], Watch(on_text=lambda _, text: pieces.append(text)))
    assert (reply.text, "".join(pieces)) == (GREETED, GREETED)
    assert len(pieces) > 1


def test_many_at_once_come_back_in_order(model: Endpoint) -> None:
    replies = model.generate([ask(text) for text in SUMS] * 3)
    assert [reply.text for reply in replies] == [*SUMS.values()] * 3


def test_a_reply_is_cut_where_it_is_bounded(model: Endpoint) -> None:
    (reply,) = model.generate([ask(GREETING, max_tokens=2)])
    assert reply.stop == "length"
    assert reply.usage.completion_tokens == 2
    assert GREETED.startswith(reply.text)


def test_a_stop_mark_ends_a_reply_whether_or_not_the_server_takes_it_out(model: Endpoint) -> None:
    (reply,) = model.generate([ask(GREETING, stop=("very",))])
    assert (reply.text, reply.stop) == ("Hello from a ", "end")


def test_what_is_cached_is_not_asked_again_and_what_is_spent_is_counted(
    server: Server, tmp_path: Path
) -> None:
    meter = Meter(Budget(tokens=5_000))
    with Endpoint(server.address, server.model) as endpoint:
        cached = Cached(Metered(endpoint, meter), tmp_path / "replies.sqlite")
        first, again = (cached.generate([ask(GREETING)])[0] for _ in range(2))
        cached.close()
    assert (first.text, again.text, first.usage.cached, again.usage.cached) == (GREETED, GREETED, False, True)
    assert meter.spend().calls == 1
    assert 0 < meter.spend().tokens < 200


def test_the_probe_tells_which_server_keeps_to_a_schema(server: Server, probed: Capabilities) -> None:
    print(probed)
    verdicts = {finding.feature: finding.verdict for finding in probed.findings}
    assert verdicts["max_tokens"] in ("honoured", "unclear")
    assert verdicts["stream"] == "honoured"
    if server.kind != "transformers":
        assert probed.schema == "json_schema"
        assert (verdicts["n"], verdicts["logprobs"]) == ("honoured", "honoured")
        assert verdicts["seed"] in ("honoured", "unclear")  # the model may be too sure of itself to tell
    else:
        assert verdicts["json_schema"] == "ignored"
        assert (verdicts["n"], verdicts["logprobs"]) == ("ignored", "ignored")


def test_a_schema_binds_the_reply_where_the_server_keeps_to_it(server: Server, probed: Capabilities) -> None:
    with Endpoint(server.address, server.model, capabilities=probed) as model:
        (reply,) = model.generate([ask(GREETING, schema=TITLE_SCHEMA)])
    if server.kind != "transformers":
        assert json.loads(reply.text)["colour"] in ("red", "green")
    else:
        assert reply.text == GREETED


@pytest.mark.parametrize("capable", ["as probed", "unprobed"])
def test_a_problem_in_words_is_solved_to_a_certified_optimum(
    server: Server, probed: Capabilities, tmp_path: Path, capable: str
) -> None:
    known = probed if capable == "as probed" else None
    calls: list[str] = []
    with Endpoint(server.address, server.model, capabilities=known) as model:
        context = Context(
            model=model,
            prompts=(PROMPTS,),
            on_event=lambda event: calls.append(str(event.data["reply"])) if event.kind == "call" else None,
        )
        answer = run(Problem(TEXT), context)
    _, formulation = solve_request()
    assert [json.loads(call) for call in calls] == [json.loads(formulation)]
    assert (answer.status, answer.objective) == ("optimal", pytest.approx(OPTIMUM))
    assert answer.certificate is not None
    assert answer.certificate.proved
    assert not answer.certificate.failed
    assert answer.spend.calls == 1


IN_PROCESS = """
import json, sys
from agentopt.models.base import Message, Request, Sampling, Watch
from agentopt.models.local import Local
heard = []
model = Local(sys.argv[1])
asked = [(sys.argv[2], Sampling(max_tokens=60)), (sys.argv[2], Sampling(max_tokens=60, stop=("very",)))]
asked += [(sys.argv[2], Sampling(max_tokens=2)), (sys.argv[3], Sampling(max_tokens=60))]
replies = model.generate(
    [Request((Message("user", text),), sampling) for text, sampling in asked],
    Watch(on_text=lambda place, text: heard.append((place, text))),
)
print(json.dumps([[reply.text, reply.stop, reply.usage.completion_tokens] for reply in replies]))
print(json.dumps(heard))
"""


def test_the_same_model_answers_in_process(tiny: Path, tmp_path: Path) -> None:
    question, answer = next(iter(SUMS.items()))
    environment = {**launching.surroundings(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [launching.PYTHON, "-c", IN_PROCESS, str(tiny), GREETING, question]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    replies, heard = (json.loads(line) for line in done.stdout.strip().splitlines()[-2:])
    whole, stopped, cut, other = replies
    assert whole[:2] == [GREETED, "end"]
    assert stopped[:2] == ["Hello from a ", "end"]
    assert cut[1:] == ["length", 2]
    assert other[:2] == [answer, "end"]
    assert "".join(text for place, text in heard if place == 0) == GREETED
    assert sum(place == 0 for place, _ in heard) > 1
