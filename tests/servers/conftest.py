"""A tiny model taught on the spot, and the servers that serve it; what is not installed is skipped."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.servers import launching, tiny_model
from tests.servers.exchanges import taught, teach
from tests.servers.launching import PYTHON, Server

INSTALL = {
    "transformers": "pip install torch 'transformers[serving]'",
    "agentopt": "pip install '.[hf]'",
    "vllm": "pip install vllm (see tests/servers/README.md for a machine without a GPU)",
}
NEEDS = {
    "transformers": ["fastapi", "uvicorn"],
    "vllm": ["vllm"],
    "agentopt": ["agentopt", "llguidance"],
}


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the taught model. `AGENTOPT_TINY_MODEL` names a folder to keep it in between runs."""
    if lacking := launching.missing("torch", "transformers"):
        pytest.skip(f"{PYTHON} has no {lacking}: {INSTALL['transformers']}, and AGENTOPT_SERVERS_PYTHON=PATH")
    kept = os.environ.get("AGENTOPT_TINY_MODEL")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("model") / "tiny"
    lesson = json.dumps(taught())
    if (folder / "lesson.json").is_file() and (folder / "lesson.json").read_text() == lesson:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    script = Path(tiny_model.__file__)
    command = [PYTHON, str(script), str(teach(folder / "asked.json")), str(folder)]
    environment = launching.surroundings(tmp_path_factory.mktemp("home"))
    done = subprocess.run(command, capture_output=True, text=True, timeout=1200, env=environment)
    assert done.returncode == 0, f"the model did not learn its replies: {done.stdout}\n{done.stderr[-3000:]}"
    (folder / "lesson.json").write_text(lesson)
    return folder


@pytest.fixture(scope="session", params=["transformers", "vllm", "agentopt"])
def server(
    request: pytest.FixtureRequest, tiny: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    kind = request.param
    if lacking := launching.missing(*NEEDS[kind]):
        pytest.skip(f"{PYTHON} has no {lacking}: {INSTALL[kind]}, and AGENTOPT_SERVERS_PYTHON=PATH")
    home, port = tmp_path_factory.mktemp(kind), launching.free_port()
    address, log = f"http://127.0.0.1:{port}/v1", home / "server.log"
    environment = launching.surroundings(home / "hf")
    if kind == "vllm":
        command, model = launching.vllm_command(tiny, port), "tiny"
        environment |= launching.name_of_cpu_build(home / "metadata")
    elif kind == "agentopt":
        command, model = launching.agentopt_command(tiny, port), "tiny"
    else:
        command, model = launching.transformers_command(tiny, port), str(tiny)
    with ExitStack() as stack:
        stack.enter_context(launching.running(command, address, log, environment))
        yield Server(kind, address, model, log)
