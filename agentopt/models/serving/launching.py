"""What can serve a model here, and the command that does: vLLM where it runs, else our own server.

vLLM may live in an environment of its own: it is only a command that is started, and HTTP that is spoken.
Without a GPU, vLLM's usual build refuses to start, so it is taken only if it is a build for processors.
"""

from __future__ import annotations

__all__ = ["Engine", "Launch", "Way", "lacking", "launch", "way"]

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from agentopt.errors import AvailabilityError, UsageError

Engine = Literal["vllm", "transformers"]

_GRAMMAR = '{"backend": "xgrammar", "disable_any_whitespace": true}'
_VLLM_DEFAULTS = {"--generation-config": "vllm", "--structured-outputs-config": _GRAMMAR}
_INSTALL = "pip install 'agentopt[hf]' (any machine), or pip install 'agentopt[vllm]' (Linux with a GPU)"
_TELL_VERSION = (
    "from importlib.metadata import distributions as found; "
    "print(*[f'{each.name}={each.version}' for each in found() if each.name.startswith('vllm')])"
)
_HF = ("torch", "transformers", "tokenizers", "safetensors", "llguidance")


@dataclass(frozen=True)
class Way:
    """How a model would be served here.

    Attributes:
        engine: what serves.
        program: the executable.
        why: in a few words, for people.
    """

    engine: Engine
    program: str
    why: str


@dataclass(frozen=True)
class Launch:
    """A server to start.

    Attributes:
        command: program and arguments.
        environment: what is set beside the surroundings.
    """

    engine: Engine
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


def way(wanted: str = "auto") -> Way:
    """What serves here.

    Args:
        wanted: `auto`, `vllm`, `transformers`, or the path of a vLLM executable.

    Raises:
        AvailabilityError: it is not installed, or cannot run here; the hint says what to type.
        UsageError: it is none of these.
    """
    if wanted == "transformers":
        return _transformers()
    if wanted == "vllm":
        found = _vllm()
        if found is None:
            raise AvailabilityError(
                "there is no `vllm` in this environment or on the path",
                hint="pip install 'agentopt[vllm]', or name another environment's: `--with PATH/bin/vllm`",
            )
        return Way("vllm", found, "asked for")
    if wanted != "auto":
        path = Path(wanted).expanduser()
        if not path.is_file() or not os.access(path, os.X_OK):
            raise UsageError(
                f"`--with {wanted}` is neither `vllm`, `transformers` nor an executable",
                hint="for instance `--with /opt/vllm/bin/vllm`",
            )
        return Way("vllm", str(path.absolute()), "asked for")
    found, doubt = _vllm(), "vLLM is not installed"
    if found is not None:
        if gpu := _gpu():
            return Way("vllm", found, f"vLLM at {found}, on {gpu}")
        if _for_processors(found):
            return Way("vllm", found, f"vLLM for processors at {found}")
        doubt = "vLLM finds no GPU here"
    return _transformers(doubt)


def launch(
    served: Way, source: str, name: str, host: str, port: int, arguments: Sequence[str] = ()
) -> Launch:
    """The command that serves a model.

    Args:
        served: what serves.
        source: a folder, or a name on the hub.
        name: the model's name for clients.
        host: where it listens.
        port: where it listens.
        arguments: passed on as they stand; they go before what is set here.

    >>> made = launch(Way("vllm", "vllm", ""), "Qwen/Qwen3-8B", "qwen", "127.0.0.1", 8000)
    >>> made.command[:3]
    ('vllm', 'serve', 'Qwen/Qwen3-8B')
    """
    where = ("--host", host, "--port", str(port))
    if served.engine == "transformers":
        program = (served.program, "-P", "-m", "agentopt.cli.chat_server", source, "--name", name)
        quiet = {"PYTHONUNBUFFERED": "1", "TOKENIZERS_PARALLELISM": "false"}
        return Launch("transformers", (*program, *where, *arguments), quiet)
    given = {each.partition("=")[0] for each in arguments}
    defaults = [part for pair in _VLLM_DEFAULTS.items() if pair[0] not in given for part in pair]
    command = (served.program, "serve", source, "--served-model-name", name, *where, *defaults, *arguments)
    private = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "PYTHONUNBUFFERED": "1"}
    return Launch("vllm", command, private)


def lacking() -> list[str]:
    """What our server needs and this environment does not have."""
    return [name for name in _HF if find_spec(name) is None]


def _transformers(why: str = "") -> Way:
    """Our server; `why` it is not vLLM that serves, if that was not asked for."""
    if missing := lacking():
        lacks = f"{_listed(missing)} {'is' if len(missing) == 1 else 'are'} not installed"
        raise AvailabilityError(
            f"no model can be served here: {why}, and {lacks}" if why else f"no model can be served: {lacks}",
            hint=_INSTALL,
        )
    return Way("transformers", sys.executable, "transformers" + (f"; {why}" if why else ""))


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _vllm() -> str | None:
    beside = Path(sys.executable).parent / "vllm"
    return str(beside) if os.access(beside, os.X_OK) else shutil.which("vllm")


def _gpu() -> str:
    """What vLLM's usual build can run on; empty if nothing."""
    found = [each for each in Path("/dev").glob("nvidia[0-9]*") if each.name[6:].isdigit()]
    if found:
        return f"{len(found)} GPU" + ("s" if len(found) > 1 else "")
    return "an AMD GPU" if Path("/dev/kfd").exists() else ""


def _for_processors(program: str) -> bool:
    """Whether a vLLM is built for processors, as its own environment tells."""
    try:
        with Path(program).open("rb") as file:
            first = file.readline(500).decode(errors="replace").strip()
    except OSError:
        return False
    interpreter = first.removeprefix("#!").split()[0] if first.startswith("#!") and first != "#!" else ""
    try:
        done = subprocess.run(
            [interpreter, "-I", "-c", _TELL_VERSION], capture_output=True, text=True, timeout=20
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return False
    return "cpu" in done.stdout
