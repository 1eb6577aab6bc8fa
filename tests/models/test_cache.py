"""The cache: what is one request and what is another, who waits for whom, and files that are no good."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from agentopt.errors import ModelError
from agentopt.models.base import Message, Reply, Request, Sampling, Usage, Watch
from agentopt.models.cache import Cached
from agentopt.models.cache_file import CacheFile
from agentopt.models.capabilities import Capabilities
from agentopt.models.fingerprints import fingerprint
from agentopt.models.openai import Endpoint
from tests.models.conftest import ask
from tests.models.loopback import Loopback, refusal

Make = Callable[..., Endpoint]
BASE = Request((Message("system", "Be brief."), Message("user", "hello")), schema={"type": "object"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "replies.sqlite"


@pytest.fixture
def cached(endpoint: Make, path: Path) -> Iterator[Callable[..., Cached]]:
    made: list[Cached] = []

    def make(**settings: object) -> Cached:
        made.append(Cached(endpoint(**settings), path))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_what_was_asked_once_is_known_to_later_processes(
    server: Loopback, cached: Callable[..., Cached]
) -> None:
    first = cached().generate([BASE, ask("x")])
    again = cached().generate([ask("x"), BASE])
    assert [reply.text for reply in again] == [first[1].text, first[0].text]
    assert [reply.usage.cached for reply in (*first, *again)] == [False, False, True, True]
    assert [reply.usage.dollars for reply in again] == [0.0, 0.0]
    assert len(server.bodies) == 2


SAMPLING = {"temperature": 0.7, "top_p": 0.5, "max_tokens": 9, "seed": 3, "stop": ("x",), "index": 1}
OTHERS = {
    **{
        name: replace(BASE, sampling=replace(Sampling(), **{name: value})) for name, value in SAMPLING.items()
    },
    "text": replace(BASE, messages=(BASE.messages[0], Message("user", "hello "))),
    "role": replace(BASE, messages=(Message("user", "Be brief."), BASE.messages[1])),
    "turns": replace(BASE, messages=(Message("system", "Be brief.\nhello"),)),
    "schema": replace(BASE, schema={"type": "array"}),
    "no schema": replace(BASE, schema=None),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_everything_that_can_change_a_reply_makes_another_request(
    server: Loopback, cached: Callable[..., Cached], other: Request
) -> None:
    model = cached()
    model.generate([BASE])
    assert not model.generate([other])[0].usage.cached
    assert len(server.bodies) == 2


def test_the_names_of_this_list_are_all_there_are() -> None:
    assert set(SAMPLING) == set(Sampling.__dataclass_fields__)
    assert set(Request.__dataclass_fields__) == {"messages", "sampling", "schema", "component"}


@pytest.mark.parametrize(
    "settings",
    [{"model": "small"}, {"capabilities": Capabilities(schema="none")}, {"address": "other"}],
    ids=["model", "way of asking", "address"],
)
def test_another_model_is_asked_anew(
    server: Loopback, cached: Callable[..., Cached], settings: dict[str, object]
) -> None:
    server.models = ("tiny", "small")
    if "address" in settings:
        settings = {"address": server.address.replace("127.0.0.1", "localhost")}
    cached().generate([BASE])
    assert not cached(**settings).generate([BASE])[0].usage.cached


def test_who_asks_and_the_order_of_a_schema_make_no_other_request(
    server: Loopback, cached: Callable[..., Cached]
) -> None:
    one = replace(BASE, component="solve/read", schema={"a": 1, "b": 2})
    other = replace(BASE, component="solve/repair", schema={"b": 2, "a": 1})
    assert fingerprint(one, "m") == fingerprint(other, "m")
    model = cached()
    assert [reply.usage.cached for request in (one, other) for reply in model.generate([request])] == [
        False,
        True,
    ]


def test_errors_are_asked_again_and_cut_replies_are_kept_as_cut(
    server: Loopback, cached: Callable[..., Cached]
) -> None:
    model = cached()
    server.fail(refusal("not now", status=403))
    with pytest.raises(ModelError):
        model.generate([BASE])
    server.finish = "length"
    assert [model.generate([BASE])[0].stop for _ in range(2)] == ["length", "length"]
    assert len(server.bodies) == 2


# Who waits for whom.


def test_threads_that_ask_the_same_thing_at_once_ask_once(
    server: Loopback, cached: Callable[..., Cached]
) -> None:
    server.wait = 0.2
    model = cached()
    with ThreadPoolExecutor(16) as threads:
        replies = list(threads.map(lambda _: model.generate([ask("x"), ask("y")]), range(16)))
    assert {tuple(reply.text for reply in each) for each in replies} == {("echo: x", "echo: y")}
    assert len(server.bodies) == 2
    assert sum(not reply.usage.cached for each in replies for reply in each) == 2


def test_whoever_waited_for_a_reply_that_did_not_come_asks_itself(
    server: Loopback, cached: Callable[..., Cached]
) -> None:
    server.wait = 0.2
    server.fail(refusal("not you", status=403))
    model = cached()

    def one(_: int) -> str:
        try:
            return model.generate([ask("x")])[0].text
        except ModelError as error:
            return error.message

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(one, range(4)))
    assert sum("not you" in text for text in found) == 1
    assert found.count("echo: x") == 3
    assert len(server.bodies) == 2


def test_threads_that_ask_for_the_same_things_in_another_order_do_not_lock_up(
    server: Loopback, cached: Callable[..., Cached]
) -> None:
    server.wait = 0.01
    model = cached()
    rng = random.Random(0)
    orders = [rng.sample(range(12), 8) for _ in range(16)]
    with ThreadPoolExecutor(16) as threads:
        batches = list(threads.map(lambda order: model.generate([ask(f"{n}") for n in order]), orders))
    assert [[reply.text for reply in each] for each in batches] == [
        [f"echo: {n}" for n in order] for order in orders
    ]
    assert len(server.bodies) == len({n for order in orders for n in order})


def test_nobody_waits_beyond_its_deadline_for_what_another_thread_asks(
    server: Loopback, cached: Callable[..., Cached]
) -> None:
    server.wait = 1.0
    model = cached()
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(model.generate, [ask("x")])
        while not server.bodies:
            time.sleep(0.01)
        began = time.monotonic()
        (late,) = model.generate([ask("x")], Watch(deadline=time.monotonic() + 0.1))
        assert (late.stop, "time was over" in late.error, late.usage.calls) == ("error", True, 0)
        assert time.monotonic() - began < 0.8
        assert first.result()[0].text == "echo: x"


CHILD = """
import sys, time
from pathlib import Path
from agentopt.models.base import Message, Request, Watch
from agentopt.models.cache import Cached
from agentopt.models.openai import Endpoint
address, path, seconds, *texts = sys.argv[1:]
model = Cached(Endpoint(address, "tiny"), Path(path))
watch = Watch(deadline=time.monotonic() + float(seconds))
print("ready", flush=True)
sys.stdin.readline()
replies = model.generate([Request((Message("user", text),)) for text in texts], watch)
print(*(f"{reply.stop}/{reply.text}/{reply.usage.cached}" for reply in replies), sep=";")
"""


def child(server: Loopback, path: Path, *texts: str, seconds: float = 30.0) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, server.address, str(path), str(seconds), *texts]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


def said(process: subprocess.Popen[str]) -> list[str]:
    out, _ = process.communicate(timeout=60)
    return out.strip().split(";")


def test_processes_that_ask_the_same_thing_at_once_ask_once(server: Loopback, path: Path) -> None:
    server.wait = 0.7
    processes = [child(server, path, "x", "y") for _ in range(3)]
    go(*processes)
    found = [said(process) for process in processes]
    assert sorted(cell for line in found for cell in line) == sorted(
        [f"end/echo: {text}/{kept}" for text in "xy" for kept in ("False", "True", "True")]
    )
    assert len(server.bodies) == 2


def test_what_a_killed_process_was_asking_for_is_asked_by_the_next(
    server: Loopback, cached: Callable[..., Cached], path: Path
) -> None:
    server.wait = 5.0
    process = child(server, path, "x")
    go(process)
    while not server.bodies:
        time.sleep(0.01)
    server.wait = 0.0
    waiting = cached()
    with ThreadPoolExecutor(1) as threads:
        reply = threads.submit(waiting.generate, [ask("x")])
        time.sleep(0.2)
        assert len(server.bodies) == 1
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        assert reply.result(timeout=20)[0].text == "echo: x"
    assert len(server.bodies) == 2


def test_nobody_waits_beyond_its_deadline_for_what_another_process_asks(
    server: Loopback, cached: Callable[..., Cached], path: Path
) -> None:
    server.wait = 3.0
    process = child(server, path, "x")
    go(process)
    while not server.bodies:
        time.sleep(0.01)
    began = time.monotonic()
    late, other = cached().generate([ask("x"), ask("x")], Watch(deadline=time.monotonic() + 0.2))
    assert time.monotonic() - began < 2.0
    assert (late.stop, other.stop, "time was over" in late.error) == ("error", "error", True)
    assert said(process) == ["end/echo: x/False"]


def test_a_reply_that_came_between_looking_and_claiming_is_not_asked_for(path: Path) -> None:
    ours, theirs = CacheFile(path), CacheFile(path)
    assert ours.find(["k"]) == {}
    theirs.put("k", Reply("four"))
    assert ours.claim(["k", "other"]) == {"other"}
    assert theirs.claim(["other"]) == set()
    assert ours.find(["k"])["k"].text == "four"
    ours.release(["other"])
    assert theirs.claim(["other"]) == {"other"}
    ours.close()
    theirs.close()


def test_a_process_killed_while_it_writes_loses_nothing_it_had_written(path: Path) -> None:
    code = """
import sys
from pathlib import Path
from agentopt.models.base import Reply
from agentopt.models.cache_file import CacheFile
file = CacheFile(Path(sys.argv[1]))
for number in range(10_000):
    file.put(f"{number}", Reply(f"reply {number} " * 50))
    print(number, flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    kept = [process.stdout.readline().strip() for _ in range(60)]
    process.kill()
    process.communicate()
    file = CacheFile(path)
    found = file.find(kept)
    file.close()
    assert {key: reply.text for key, reply in found.items()} == {key: f"reply {key} " * 50 for key in kept}


# Files that are no good.


def spoil(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\0" + os.urandom(8000)])
def test_a_damaged_file_costs_a_warning_and_nothing_else(
    server: Loopback,
    cached: Callable[..., Cached],
    path: Path,
    caplog: pytest.LogCaptureFixture,
    content: bytes,
) -> None:
    spoil(path, content)
    model = cached()
    for _ in range(2):
        assert model.generate([BASE, ask("x")])[1].text == "echo: x"
    (warning,) = caplog.messages
    assert str(path) in warning
    assert "going on without it" in warning
    assert path.read_bytes() == content


def test_a_file_damaged_in_the_middle_costs_a_warning_and_nothing_else(
    server: Loopback, cached: Callable[..., Cached], path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = cached()
    model.generate([ask(f"{n}" * 300) for n in range(60)])
    model.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
    replies = cached().generate([ask(f"{n}" * 300) for n in range(60)])
    assert [reply.text for reply in replies] == [f"echo: {f'{n}' * 300}" for n in range(60)]
    assert len(caplog.messages) == 1


def test_one_entry_that_cannot_be_read_is_asked_again(
    server: Loopback, cached: Callable[..., Cached], path: Path
) -> None:
    model = cached()
    model.generate([BASE, ask("x")])
    model.close()
    with sqlite3.connect(path) as connection:
        keys = [key for (key,) in connection.execute("select key from replies")]
        connection.execute("update replies set reply = '[1, 2' where key = ?", (keys[0],))
        connection.execute("update replies set reply = '{\"text\": 5}' where key = ?", (keys[1],))
    connection.close()
    replies = cached().generate([BASE, ask("x")])
    assert [reply.text for reply in replies] == ["echo: hello", "echo: x"]
    assert [reply.usage.cached for reply in replies] == [False, False]


def test_a_folder_in_place_of_the_file_costs_a_warning(
    server: Loopback, cached: Callable[..., Cached], path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.mkdir(parents=True)
    assert cached().generate([BASE])[0].stop == "end"
    assert "going on without it" in caplog.text


def test_a_full_disk_costs_a_warning_and_the_replies_that_were_kept_stay(
    server: Loopback, path: Path
) -> None:
    code = """
import json, logging, resource, sys
from pathlib import Path
from agentopt.models.base import Message, Request
from agentopt.models.cache import Cached
from agentopt.models.openai import Endpoint
logging.basicConfig(format="%(message)s", stream=sys.stdout)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
model = Cached(Endpoint(sys.argv[1], "tiny"), Path(sys.argv[2]))
for number in range(12):
    (reply,) = model.generate([Request((Message("user", str(number)),))])
    assert reply.text == str(number) * 50_000, reply
print("done")
"""
    server.answer = lambda body: body["messages"][-1]["content"] * 50_000
    command = [sys.executable, "-c", code, server.address, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    *warnings, last = done.stdout.splitlines()
    assert (last, done.stderr) == ("done", "")
    assert len(warnings) == 1
    assert "new replies are not kept" in warnings[0]
    file = CacheFile(path)
    kept = file.find([fingerprint(ask("0"), Endpoint(server.address, "tiny").identity)])
    file.close()
    assert [reply.text for reply in kept.values()] == ["0" * 50_000]


def test_a_file_that_is_locked_for_long_is_done_without_for_now(
    server: Loopback, cached: Callable[..., Cached], path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = cached()
    model.generate([ask("x")])
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("begin immediate")
    assert model.generate([ask("y")])[0].text == "echo: y"
    assert "for now" in caplog.text
    holder.execute("rollback")
    holder.close()
    model.generate([ask("z")])
    assert model.generate([ask("z")])[0].usage.cached


def test_any_text_comes_back_as_it_was(path: Path) -> None:
    file = CacheFile(path)
    texts = ["", "père 数 🙂", "half \ud83d", "\x00\u2028\r\n", "x" * 1_000_000]
    usage = Usage(3, 4, estimated=True)
    for number, text in enumerate(texts):
        file.put(f"{number}", Reply(text, usage, "length", model="m"))
    found = file.find([f"{number}" for number in range(len(texts))])
    file.close()
    assert [found[f"{number}"].text for number in range(len(texts))] == texts
    assert {(reply.stop, reply.model, reply.usage.estimated) for reply in found.values()} == {
        ("length", "m", True)
    }


def test_a_great_many_keys_are_found_at_once(path: Path) -> None:
    file = CacheFile(path)
    keys = [f"{number}" for number in range(2_500)]
    for key in keys[::500]:
        file.put(key, Reply(key))
    assert sorted(file.find(keys)) == sorted(keys[::500])
    assert file.claim(keys) == set(keys) - set(keys[::500])
    file.close()


def test_a_forked_child_opens_the_file_for_itself(path: Path) -> None:
    file = CacheFile(path)
    file.put("a", Reply("one"))
    child = os.fork()
    if child == 0:
        file.put("b", Reply("two"))
        os._exit(0)
    os.waitpid(child, 0)
    assert {key: reply.text for key, reply in file.find(["a", "b"]).items()} == {"a": "one", "b": "two"}
    file.close()


def test_what_is_watched_of_a_kept_reply_is_its_whole_text(
    server: Loopback, cached: Callable[..., Cached]
) -> None:
    model = cached()
    model.generate([ask("x")])
    heard: list[str] = []
    model.generate([ask("x")], Watch(on_text=lambda _, text: heard.append(text)))
    assert heard == ["echo: x"]


class Slow:
    """A model that is stopped in the middle."""

    name = "slow"

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.asked = 0

    def generate(self, requests: Sequence[Request]) -> list[Reply]:
        self.asked += 1
        if self.asked == 1:
            raise KeyboardInterrupt
        return [Reply("done") for _ in requests]


def test_an_interrupted_batch_leaves_nobody_waiting(path: Path) -> None:
    inner = Slow()
    model = Cached(inner, path)
    with pytest.raises(KeyboardInterrupt):
        model.generate([BASE])
    assert model.generate([BASE])[0].text == "done"
    with sqlite3.connect(path) as connection:
        assert connection.execute("select count(*) from claims").fetchone() == (0,)
    connection.close()
    model.close()


class _Refusing:
    """Answers nothing."""

    name = identity = "refusing"

    def __init__(self) -> None:
        self.asked = 0

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        self.asked += 1
        replies = [Reply("", Usage(calls=0), "error", "no") for _ in requests]
        for place, reply in enumerate(replies if watch is not None else ()):
            assert watch is not None
            watch.reply(place, reply)
        return replies

    def close(self) -> None:
        return


def test_what_came_to_an_error_may_be_asked_again_at_once(tmp_path: Path) -> None:
    asked = Request((Message("user", "again"),))
    for _ in range(2):  # two users of one file, in one process that lives on
        model = _Refusing()
        soon = Watch(deadline=time.monotonic() + 5)
        (reply,) = Cached(model, tmp_path / "replies.sqlite").generate([asked], soon)
        assert (reply.stop, model.asked) == ("error", 1)
