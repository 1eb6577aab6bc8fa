from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from agentopt.errors import RunError
from agentopt.runs import Run, find, listed
from agentopt.runs.naming import is_id, new_id
from agentopt.secret import Secret


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def _python(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_run_says_what_was_asked_with_what_and_how_it_ended(root: Path) -> None:
    with Run.create(root, "solve", arguments=["--seed", "7"], title="A bakery", seed=7) as run:
        run.record("start", node="read")
        run.finish("done", status="optimal", objective=5.0)
    kept = json.loads((run.folder / "manifest.json").read_text())
    assert kept["id"] == run.id == run.folder.name
    assert (kept["command"], kept["arguments"], kept["seed"]) == ("solve", ["--seed", "7"], 7)
    assert kept["status"] == "done"
    assert kept["summary"] == {"status": "optimal", "objective": 5.0}
    assert "highspy" in kept["packages"]
    assert datetime.fromisoformat(kept["created"]) <= datetime.fromisoformat(kept["finished"])
    assert [e.kind for e in Run.open(run.folder).events()] == ["start", "finished"]


def test_names_are_sortable_readable_and_told_apart(root: Path) -> None:
    random = Random(0)
    made = [Run.create(root, "solve", title="Bakery: cakes & bread!", random=random) for _ in range(3)]
    assert len({run.id for run in made}) == 3
    assert all(is_id(run.id) and "-bakery-cakes-bread-" in run.id for run in made)
    early = new_id(datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "z", random)
    assert early < new_id(datetime(2026, 1, 2, 3, 5, tzinfo=UTC), "a", random)
    for run in made:
        run.close()


@pytest.mark.parametrize("title", ["", "   ", "面包店", "../../etc/passwd", "a" * 500, "\0\n/", "-rf"])
def test_any_title_gives_a_name_that_is_one_folder(root: Path, title: str) -> None:
    with Run.create(root, "solve", title=title) as run:
        assert is_id(run.id)
        assert run.folder.parent == root
        assert len(run.id) < 60


def test_a_run_may_not_be_called_as_one_there_is(root: Path) -> None:
    for _ in range(20):
        Run.create(root, "solve", random=Random(5)).close()
    assert len(listed(root)) == 20


def test_entries_are_numbered_timed_and_plain(root: Path) -> None:
    with Run.create(root, "solve") as run:
        assert run.record("progress", bound=float("-inf"), index=("a", 1), path=Path("x")) == 1
        assert run.record("call", reply="∑ \ud800 x") == 2
    first, second, last = Run.open(run.folder).events()
    assert first.data == {"bound": None, "index": ["a", 1], "path": "x"}
    assert second.data["reply"] == "∑ ? x"
    assert (first.sequence, second.sequence, last.kind) == (1, 2, "finished")
    assert first.time is not None
    assert first.time.tzinfo is not None


def test_what_something_follows_from_is_on_disk_before_it_does(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    sync = os.fsync

    def counting(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_size)
        sync(descriptor)

    with Run.create(root, "solve") as run:
        path = run.folder / "events.jsonl"
        monkeypatch.setattr(os, "fsync", counting)
        run.record("progress", nodes=1)
        assert synced == []
        run.record("call", reply="x")
        assert synced == [path.stat().st_size]
        monkeypatch.undo()


def test_threads_share_a_journal(root: Path) -> None:
    with Run.create(root, "solve") as run:

        def work(number: int) -> None:
            for count in range(25):
                run.record("progress", worker=number, count=count, text="x" * 5000)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        entries = list(run.events())
    assert [e.sequence for e in entries] == list(range(1, 201))


def test_keys_are_not_written(root: Path) -> None:
    secret = Secret("my-own-password")
    arguments = ["--header", "Bearer abcdefgh", "sk-12345678901234", "my-own-password"]
    with Run.create(root, "solve", arguments=arguments, title="sk-12345678901234", secrets=[secret]) as run:
        run.record("call", messages=[{"content": 'say Bearer abcd"x my-own-password'}])
        run.finish("failed", error="refused sk-12345678901234")
    written = "".join(path.read_text() for path in run.folder.iterdir())
    for key in ("my-own-password", "abcdefgh", "abcd", "12345678901234"):
        assert key not in written
    assert run.id.count("12345678901234") == 0


def test_an_error_ends_a_run_as_failed_and_a_person_as_interrupted(root: Path) -> None:
    with pytest.raises(RunError), Run.create(root, "solve") as run:
        raise RunError("it went wrong")
    assert listed(root)[0].summary == {"error": "it went wrong"}
    assert listed(root)[0].status == "failed"
    with pytest.raises(KeyboardInterrupt), Run.create(root, "solve") as run:
        raise KeyboardInterrupt
    assert Run.open(run.folder).manifest.status == "interrupted"


def test_going_on_with_a_run_numbers_on(root: Path) -> None:
    with Run.create(root, "solve") as run:
        run.record("call")
        run.finish("interrupted")
    with Run.open(run.folder, write=True) as again:
        assert again.manifest.status == "running"
        again.record("call")
    assert [(e.sequence, e.kind) for e in again.events()] == [
        (1, "call"),
        (2, "finished"),
        (3, "resumed"),
        (4, "call"),
        (5, "finished"),
    ]
    assert again.manifest.created == run.manifest.created


def test_a_run_open_for_reading_takes_nothing(root: Path) -> None:
    with Run.create(root, "solve") as run:
        pass
    reader = Run.open(run.folder)
    for attempt in (
        lambda: reader.record("x"),
        lambda: reader.write("a.json", "{}"),
        lambda: reader.finish("done"),
    ):
        with pytest.raises(RunError, match="not open for writing"):
            attempt()


_WORK = """
import sys
from pathlib import Path
from agentopt.runs import Run
run = Run.create(Path(sys.argv[1]), "solve", title="victim")
number = 0
while True:
    number = run.record("call", number=number + 1, text="x" * 20000)
    print(number, flush=True)
"""


def test_a_killed_run_has_lost_nothing_it_was_told_is_kept(root: Path) -> None:
    process = _python(_WORK, root)
    assert process.stdout is not None
    told = 0
    for line in process.stdout:
        told = int(line)
        if told >= 20:
            break
    assert listed(root)[0].status == "running"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    summary = listed(root)[0]
    assert summary.status == "interrupted"
    entries = list(Run.open(summary.folder).events())
    assert [e.sequence for e in entries] == list(range(1, len(entries) + 1))
    assert len(entries) >= told
    with Run.open(summary.folder, write=True) as run:
        assert run.record("call") == len(entries) + 2
    assert all(e.kind != "damaged" for e in run.events())


def test_a_second_process_is_told_who_works_on_a_run(root: Path) -> None:
    process = _python(_WORK, root)
    assert process.stdout is not None
    process.stdout.readline()
    folder = listed(root)[0].folder
    try:
        with pytest.raises(RunError) as caught:
            Run.open(folder, write=True)
        assert f"process {process.pid} is working on the run {folder.name}" in caught.value.message
        assert f"kill {process.pid}" in caught.value.hint
        assert list(Run.open(folder).events())
    finally:
        process.kill()
        process.communicate()
    Run.open(folder, write=True).close()


def test_a_listing_does_not_keep_a_run_from_being_opened(root: Path) -> None:
    Run.create(root, "solve").close()
    folder = listed(root)[0].folder
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            listed(root)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        for _ in range(30):
            Run.open(folder, write=True).close()
    finally:
        stop.set()
        watcher.join()


@pytest.mark.parametrize(
    "torn", [b'{"sequence":3,"time":"2026', b"\0\0\0\0", b"{", b'{"sequence": 9}', b"\xff"]
)
def test_half_a_line_at_the_end_is_read_over_and_then_mended(root: Path, torn: bytes) -> None:
    with Run.create(root, "solve") as run:
        run.record("call")
    path = run.folder / "events.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    assert [e.sequence for e in Run.open(run.folder).events()] == [1, 2]
    with Run.open(run.folder, write=True):
        pass
    assert path.read_bytes().startswith(whole + b'{"sequence":3,')
    assert [e.kind for e in run.events()] == ["call", "finished", "resumed", "finished"]
    assert list(run.events())[2].data == {"dropped_bytes": len(torn)}


def test_a_whole_last_line_that_only_lacks_its_end_is_kept(root: Path) -> None:
    with Run.create(root, "solve") as run:
        run.record("call")
    path = run.folder / "events.jsonl"
    path.write_bytes(path.read_bytes()[:-1])
    with Run.open(run.folder, write=True):
        pass
    assert [e.kind for e in run.events()] == ["call", "finished", "resumed", "finished"]


def test_damage_in_the_middle_is_reported_and_the_rest_is_read(root: Path) -> None:
    with Run.create(root, "solve") as run:
        for _ in range(4):
            run.record("call")
    path = run.folder / "events.jsonl"
    lines = path.read_bytes().splitlines()
    lines[1] = b"[" * 100_000
    lines[2] = b'{"sequence":"3"}'
    path.write_bytes(b"\n".join(lines) + b"\n")
    entries = list(Run.open(run.folder).events())
    assert [e.kind for e in entries] == ["call", "damaged", "damaged", "call", "finished"]
    assert entries[1].data == {"line": 2}
    with Run.open(run.folder, write=True) as again:
        assert again.record("call") == 7


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"format": 1}', "[" * 100_000, '{"status": "happy"}', "\ud800"]
)
def test_a_damaged_manifest_is_listed_as_such_and_not_opened(root: Path, content: str) -> None:
    with Run.create(root, "solve") as run:
        pass
    (run.folder / "manifest.json").write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(RunError, match="damaged"):
        Run.open(run.folder)
    found = listed(root)
    assert [(each.id, each.status) for each in found] == [(run.id, "damaged")]
    assert "manifest.json" in found[0].problem


def test_a_run_of_a_later_version_is_not_taken_for_damaged(root: Path) -> None:
    with Run.create(root, "solve") as run:
        pass
    path = run.folder / "manifest.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(RunError, match="format that this version does not know: 2"):
        Run.open(run.folder)


def test_a_run_under_another_name_is_not_opened(root: Path) -> None:
    with Run.create(root, "solve") as run:
        pass
    other = run.folder.with_name("2026-01-01-0000-other-abc")
    run.folder.rename(other)
    with pytest.raises(RunError, match="is the manifest of"):
        Run.open(other)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../x",
        "a/b",
        "/etc/passwd",
        ".hidden",
        "x\0",
        "a" * 200,
        "manifest.json",
        "events.jsonl",
        "lock",
        "x.part",
        "a\\b",
        "x\n",
    ],
)
def test_names_that_could_leave_the_folder_are_refused(root: Path, name: str) -> None:
    with Run.create(root, "solve") as run:
        with pytest.raises(RunError, match="cannot be the name of a file"):
            run.write(name, "x")
        with pytest.raises(RunError, match="cannot be the name of a file"):
            run.read(name)


def test_artifacts_are_written_whole_and_links_are_not_followed(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("precious")
    with Run.create(root, "solve") as run:
        (run.folder / "answer.json").symlink_to(outside)
        assert not run.has("answer.json")
        with pytest.raises(RunError, match="symbolic link"):
            run.read("answer.json")
        assert run.write("answer.json", "{}").read_text() == "{}"
        assert run.read("answer.json") == b"{}"
        assert run.has("answer.json")
        assert not [path for path in run.folder.iterdir() if path.name.endswith(".part")]
    assert outside.read_text() == "precious"


@pytest.mark.parametrize("name", ["events.jsonl", "lock", "manifest.json"])
def test_a_run_whose_own_files_are_links_is_not_worked_on(root: Path, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.write_text("precious")
    with Run.create(root, "solve") as run:
        pass
    (run.folder / name).unlink()
    (run.folder / name).symlink_to(outside)
    with pytest.raises(RunError):
        Run.open(run.folder, write=True)
    assert outside.read_text() == "precious"


_FULL = """
import resource, sys
from pathlib import Path
from agentopt.errors import RunError
from agentopt.runs import Run
run = Run.create(Path(sys.argv[1]), "solve")
run.write("answer.json", "old")
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))
kept = 0
try:
    while True:
        kept = run.record("call", text="x" * 7000)
except RunError as error:
    print(kept, "|", error.message, "|", error.hint)
try:
    run.write("answer.json", "y" * 100_000)
except RunError as error:
    print(error.message)
print(run.record("short"))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
run.record("call", text="x" * 7000)
run.finish("done")
"""


def test_a_full_disk_loses_nothing_and_the_run_goes_on_once_there_is_room(root: Path) -> None:
    out, err = _python(_FULL, root).communicate()
    first, second, third = out.splitlines()
    kept, message, hint = first.split(" | ")
    assert "the disk is full" in message
    assert "runs resume" in hint
    assert "answer.json cannot be written: the disk is full" in second
    assert int(third) == int(kept) + 1
    assert err == ""
    run = Run.open(listed(root)[0].folder)
    assert [e.sequence for e in run.events()] == list(range(1, int(kept) + 4))
    assert run.read("answer.json") == b"old"
    assert not [path for path in run.folder.iterdir() if path.name.endswith(".part")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_device_without_room_is_a_full_disk(tmp_path: Path) -> None:
    from agentopt.runs.files import broken

    with pytest.raises(OSError, match="No space left") as caught, Path("/dev/full").open("wb", 0) as file:
        file.write(b"x")
    assert "the disk is full" in broken(tmp_path / "x", "written", caught.value).message


def test_a_run_that_cannot_be_begun_leaves_nothing(root: Path) -> None:
    code = """
import resource, sys
from pathlib import Path
from agentopt.errors import RunError
from agentopt.runs import Run
resource.setrlimit(resource.RLIMIT_FSIZE, (20, resource.RLIM_INFINITY))
try:
    Run.create(Path(sys.argv[1]), "solve")
except RunError as error:
    print(error.message)
"""
    out, err = _python(code, root).communicate()
    assert "the disk is full" in out
    assert err == ""
    assert list(root.iterdir()) == []


def test_a_root_that_cannot_be_written_says_where_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot be written") as caught:
        Run.create(tmp_path / "file" / "runs", "solve")
    assert "--runs DIR" in caught.value.hint


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_root_says_where_else(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(RunError) as caught:
            Run.create(tmp_path / "runs", "solve")
    finally:
        tmp_path.chmod(0o700)
    assert "--runs DIR" in caught.value.hint


def test_a_read_only_file_system_says_where_else() -> None:
    with pytest.raises(RunError):
        Run.create(Path("/proc/runs"), "solve")


def test_lists_are_newest_first_and_pass_over_other_things(root: Path, tmp_path: Path) -> None:
    assert listed(root) == []
    made = []
    for title in ("zebra", "apple", "mango"):
        with Run.create(root, "solve", title=title) as run:
            made.append(run.id)
    (root / "notes.txt").write_text("x")
    (root / "other").mkdir()
    (root / "2026-01-01-0000-link-abc").symlink_to(root / made[0])
    assert [each.id for each in listed(root)] == made[::-1]


def test_runs_are_found_by_name_beginning_end_and_as_last(root: Path) -> None:
    made = []
    for title in ("apple", "apple"):
        with Run.create(root, "solve", title=title) as run:
            made.append(run.folder)
    assert find("last", root) == made[1]
    assert find(made[0].name, root) == made[0]
    assert find(made[0].name[-3:], root) == made[0]
    assert find(made[0].name[:-1], root) == made[0]
    with pytest.raises(RunError) as caught:
        find(made[0].name[:10], root)
    assert made[0].name in caught.value.message
    assert made[1].name in caught.value.message
    assert "more of the name" in caught.value.hint


@pytest.mark.parametrize("name", ["", "..", "../runs", "/", ".", "x" * 5000, "\0", "lasst"])
def test_what_is_not_a_run_is_not_found(root: Path, name: str) -> None:
    Run.create(root, "solve").close()
    with pytest.raises(RunError, match="there is no run"):
        find(name, root)


def test_without_runs_the_hint_says_what_to_do(root: Path) -> None:
    with pytest.raises(RunError) as caught:
        find("last", root)
    assert "--runs" in caught.value.hint
