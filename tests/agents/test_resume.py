"""A solve killed with SIGKILL at any event goes on where it was, pays nothing twice, and ends the same."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from agentopt.agents import Problem, resume, run
from agentopt.errors import BudgetExceeded, ModelError, RunError
from agentopt.models.base import Reply
from tests.agents.conftest import OPTIMUM, TEXT, Folder, Script, broken, joinery
from tests.agents.test_solve import infeasible

ROOT = Path(__file__).parents[2]


class Counting(ThreadingHTTPServer):
    """Answers prompts by component and counts them by the run they came from."""

    def __init__(self, replies: dict[str, object]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies = replies
        self.counts: Counter[str] = Counter()
        self.lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    server: Counting

    def log_message(self, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.lock:
            self.server.counts[self.path.strip("/")] += 1
        reply = self.server.replies[asked["component"].split("/")[-1]]
        if isinstance(reply, list):
            reply = reply[asked["index"]]
        body = (reply if isinstance(reply, str) else json.dumps(reply)).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Counting]:
    with Counting(request.param) as counting:
        thread = threading.Thread(target=counting.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield counting
        counting.shutdown()
        thread.join()


def killed_everywhere(server: Counting, folder: Path, settings: dict[str, object], where: str) -> list[dict]:
    url = f"http://127.0.0.1:{server.server_address[1]}"
    done = subprocess.run(
        [sys.executable, "-m", "tests.agents.killed", url, str(folder), json.dumps(settings), where],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def same_end(server: Counting, results: list[dict], calls: int) -> None:
    whole, *killed = results
    assert whole["objective"] == pytest.approx(OPTIMUM)
    assert whole["calls"] == calls
    assert killed
    for result in killed:
        assert result["signal"] == 9, result["point"]
        for field in ("status", "objective", "calls", "repairs"):
            assert result[field] == whole[field], (result["point"], field)
        assert server.counts[f"at-{result['point']}"] == calls, result["point"]


@pytest.mark.parametrize("server", [{"formulate": infeasible(), "repair": joinery()}], indirect=True)
def test_killed_at_any_node_the_answer_and_the_calls_are_the_same(server, tmp_path):
    results = killed_everywhere(server, tmp_path, {}, "nodes")
    nodes = {visit.split()[1] for visit in results[0]["visited"]}
    assert nodes == {
        "read",
        "clarify",
        "formulate",
        "check",
        "bind",
        "compile",
        "solve",
        "repair",
        "verify",
        "explain",
    }
    same_end(server, results, calls=2)
    late = results[-1]
    assert late["ended"] in ([], ["explain"])


@pytest.mark.parametrize("server", [{"formulate": infeasible(), "repair": joinery()}], indirect=True)
def test_killed_between_checkpoint_writes_nothing_is_lost(server, tmp_path):
    same_end(server, killed_everywhere(server, tmp_path, {}, "writes"), calls=2)


VERDICTS = (
    "<analysis>fine</analysis><elements>True</elements><formulation>True</formulation>",
    "<analysis>the time is wrong</analysis><elements>True</elements><formulation>False</formulation>",
)


@pytest.mark.parametrize(
    "server", [{"elements": "## Sets ...", "formulate": joinery(), "judge": VERDICTS[0]}], indirect=True
)
def test_five_elements_killed_now_and_then_pay_nothing_twice(server, tmp_path):
    same_end(server, killed_everywhere(server, tmp_path, {"strategy": "five-element"}, "7"), calls=3)


@pytest.mark.parametrize(
    "server", [{"formulate": [joinery(), joinery(), broken("make['bench'] <= 1")]}], indirect=True
)
def test_a_vote_killed_now_and_then_pays_nothing_twice(server, tmp_path):
    same_end(server, killed_everywhere(server, tmp_path, {"vote": 3, "max_repairs": 0}, "9"), calls=3)


def test_a_finished_run_gives_its_answer_again_for_nothing(make_context, tmp_path):
    model = Script({"formulate": [joinery()]})
    first = run(Problem(TEXT), make_context(model, run=Folder(tmp_path)))
    again = run(Problem(TEXT), make_context(Script({}), run=Folder(tmp_path)))
    assert again.objective == first.objective
    assert again.explanation == first.explanation
    assert again.certificate == first.certificate
    assert again.spend == first.spend


def test_a_run_goes_on_after_its_server_came_back(make_context, tmp_path):
    class Dying:
        name = "dying"

        def __init__(self) -> None:
            self.calls = 0

        def generate(self, requests):
            self.calls += 1
            if self.calls == 2:
                return [Reply("", stop="error", error="the stream ended")]
            return [Reply(json.dumps(infeasible() if self.calls == 1 else joinery()))]

    model = Dying()
    with pytest.raises(ModelError, match="the stream ended"):
        run(Problem(TEXT), make_context(model, run=Folder(tmp_path)))
    answer = run(Problem(TEXT), make_context(model, run=Folder(tmp_path)))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert model.calls == 3


def test_a_larger_budget_goes_on_where_the_smaller_ended(make_context, tmp_path):
    short = Script({"formulate": [infeasible()], "repair": [BudgetExceeded("1 call of 1 is used")]})
    first = run(Problem(TEXT), make_context(short, run=Folder(tmp_path)))
    assert first.status == "infeasible"
    more = Script({"repair": [joinery()]})
    answer = resume(make_context(more, run=Folder(tmp_path)))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert more.components == ["shared/repair"]
    assert not any("budget" in warning for warning in answer.warnings)


def test_a_folder_without_a_problem_cannot_be_resumed(make_context, tmp_path):
    with pytest.raises(RunError, match="no solve to go on with"):
        resume(make_context(Script({}), run=Folder(tmp_path)))


def test_a_table_that_changed_since_is_refused(make_context, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("a,b\n1,2\n")
    folder = tmp_path / "run"
    folder.mkdir()
    problem = Problem(TEXT, (table,))
    run(problem, make_context(Script({"formulate": [joinery()]}), run=Folder(folder)))
    table.write_text("a,b\n1,3\n")
    with pytest.raises(RunError, match=r"t.csv has changed since the run"):
        run(problem, make_context(Script({}), run=Folder(folder)))


def test_two_processes_do_not_work_on_one_run(make_context, tmp_path):
    other = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from agentopt.agents.calls import CallStore\n"
            "store = CallStore(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()",
            str(tmp_path / "calls.sqlite"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        model = Script({"formulate": [joinery()]})
        with pytest.raises(RunError, match="another process is working on this run"):
            run(Problem(TEXT), make_context(model, run=Folder(tmp_path)))
        assert not model.asked
        other.kill()
    answer = run(Problem(TEXT), make_context(model, run=Folder(tmp_path)))
    assert answer.objective == pytest.approx(OPTIMUM)


def test_a_folder_of_another_problem_is_refused(make_context, tmp_path):
    run(Problem(TEXT), make_context(Script({"formulate": [joinery()]}), run=Folder(tmp_path)))
    with pytest.raises(RunError, match="the run of another problem"):
        run(Problem(TEXT + " Really?"), make_context(Script({}), run=Folder(tmp_path)))


def test_a_folder_that_cannot_be_written_is_said_before_any_call(make_context, tmp_path):
    model = Script({"formulate": [joinery()]})
    with pytest.raises(RunError, match="cannot be written"):
        run(Problem(TEXT), make_context(model, run=Folder(tmp_path / "missing")))
    assert not model.asked


def test_a_reply_that_cannot_be_kept_is_not_used(make_context, tmp_path, monkeypatch):
    import sqlite3

    from agentopt.agents.calls import CallStore

    def full(self, statement, values):
        if statement.startswith("insert"):
            raise self._broken(sqlite3.OperationalError("database or disk is full"))
        return run_statement(self, statement, values)

    run_statement = CallStore._run
    monkeypatch.setattr(CallStore, "_run", full)
    with pytest.raises(RunError, match="disk is full"):
        run(Problem(TEXT), make_context(Script({"formulate": [joinery()]}), run=Folder(tmp_path)))
    monkeypatch.undo()
    answer = run(Problem(TEXT), make_context(Script({"formulate": [joinery()]}), run=Folder(tmp_path)))
    assert answer.objective == pytest.approx(OPTIMUM)
