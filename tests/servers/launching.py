"""Starting a real model server of another environment, and ending it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PYTHON = os.environ.get("AGENTOPT_SERVERS_PYTHON", sys.executable)
"""The interpreter that has torch, transformers and vLLM; it needs nothing of this project."""


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Attributes:
        kind: `transformers`, `vllm` or `agentopt`.
        address: up to and with `/v1`.
        model: the name it serves the model under.
        log: what it prints.
    """

    kind: str
    address: str
    model: str
    log: Path

    @property
    def spec(self) -> str:
        return f"{self.address}#{self.model}"


def missing(*modules: str) -> str:
    """Which modules the interpreter lacks; empty if none."""
    code = f"import importlib.util as u; print(*[m for m in {modules!r} if u.find_spec(m) is None])"
    done = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else f"{PYTHON}: {done.stderr.strip()[-200:]}"


def surroundings(folder: Path) -> dict[str, str]:
    """An environment in which nothing is fetched, nothing is reported, and cores are not fought over."""
    (folder / "hub").mkdir(parents=True, exist_ok=True)  # transformers lists models from it
    return {
        **os.environ,
        "HF_HOME": str(folder),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_CACHE_ROOT": str(folder / "vllm"),
        "PATH": f"{Path(PYTHON).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }


def transformers_command(model: Path, port: int) -> list[str]:
    command = [str(Path(PYTHON).parent / "transformers"), "serve", str(model)]
    return [*command, "--host", "127.0.0.1", "--port", str(port), "--device", "cpu", "--default-seed", "0"]


def agentopt_command(model: Path, port: int) -> list[str]:
    command = [PYTHON, "-P", "-m", "agentopt.cli.chat_server", str(model), "--name", "tiny"]
    return [*command, "--port", str(port)]


def vllm_command(model: Path, port: int) -> list[str]:
    command = [PYTHON, "-m", "vllm.entrypoints.openai.api_server", "--model", str(model)]
    settings = {
        "--served-model-name": "tiny",
        "--host": "127.0.0.1",
        "--port": str(port),
        "--max-model-len": "6144",
        "--dtype": "float32",
        "--max-num-seqs": "16",
        "--generation-config": "vllm",
        "--structured-outputs-config": '{"backend": "xgrammar", "disable_any_whitespace": true}',
    }
    return [*command, "--enforce-eager", *(part for pair in settings.items() for part in pair)]


def name_of_cpu_build(folder: Path) -> Mapping[str, str]:
    """vLLM's CPU build from the registry is called `vllm-cpu`, and vLLM asks for the metadata of `vllm`.

    It takes the platform from the version found there. A folder on the path of the server alone answers.
    """
    code = "from importlib.metadata import version; print(version('vllm-cpu'))"
    done = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True)
    if done.returncode:
        return {}
    version = f"{done.stdout.strip().partition('+')[0]}+cpu"
    metadata = folder / f"vllm-{version}.dist-info" / "METADATA"
    metadata.parent.mkdir(parents=True, exist_ok=True)
    metadata.write_text(f"Metadata-Version: 2.1\nName: vllm\nVersion: {version}\n")
    return {"PYTHONPATH": str(folder)}


@contextmanager
def running(
    command: Sequence[str], address: str, log: Path, environment: Mapping[str, str], *, seconds: float = 400.0
) -> Iterator[None]:
    """The server for the time of a `with`; it and what it started are ended after.

    Raises:
        RuntimeError: it ended, or gave no answer in time; the message shows the end of its log.
    """
    with log.open("w") as file:
        process = subprocess.Popen(
            command, stdout=file, stderr=subprocess.STDOUT, env=dict(environment), start_new_session=True
        )
    try:
        deadline = time.monotonic() + seconds
        while not _answers(address):
            if process.poll() is not None or time.monotonic() > deadline:
                what = "gave no answer" if process.poll() is None else f"ended with {process.returncode}"
                raise RuntimeError(f"{command[0]} {what}:\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.5)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/models", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
