"""`agentopt serve`: serve a language model on this machine, and say how to use it."""

from __future__ import annotations

__all__ = ["serve"]

import os
import re
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agentopt.cli.options import AsJson
from agentopt.errors import UsageError

if TYPE_CHECKING:
    from agentopt.models.serving.launching import Way
    from agentopt.models.serving.ports import Place

INTERRUPTED = 130
_WAIT = "15m"


def serve(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A folder in transformers' format, or a name on the hub.")
    ],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- ARGUMENTS]", help="For the server: `-- --max-model-len 8192`."),
    ] = None,
    port: Annotated[
        int, typer.Option("--port", "-p", metavar="N", help="Where it listens; 0 for any that is free.")
    ] = 8000,
    host: Annotated[
        str,
        typer.Option(
            "--host", metavar="HOST", help="Its address; others than this machine's are open to all."
        ),
    ] = "127.0.0.1",
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="The model's name for clients.")
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            "--with",
            metavar="SERVER",
            help="vllm, transformers, or a vLLM executable; by default what runs here.",
        ),
    ] = "auto",
    wait: Annotated[
        str, typer.Option("--wait", metavar="TIME", help="How long it may take to start: 90, 10m, 1h.")
    ] = _WAIT,
    log: Annotated[
        Path | None, typer.Option("--log", metavar="FILE", help="What the server says is kept there.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Do not show what the server says.")] = False,
    as_json: AsJson = False,
) -> int:
    """Start a server, wait until it answers, follow it; Ctrl-C ends it and all it started."""
    from agentopt.models.serving.folders import resolve
    from agentopt.models.serving.launching import launch, way
    from agentopt.models.serving.ports import is_private, place
    from agentopt.models.serving.watching import started

    seconds = _seconds(wait)
    named = resolve(model)
    served = way(engine)
    where = place(host, port)
    called = name or named.name
    kept = _log_file(log, where)
    made = launch(served, named.source, called, where.host, where.port, arguments or [])

    def heard(line: str) -> None:
        if not quiet:
            sys.stderr.write(f"  {line}\n")

    if not is_private(where.host):
        sys.stderr.write(f"whoever reaches {where.host}:{where.port} can use the model: it asks for no key\n")
    if not quiet:
        sys.stderr.write(f"starting with {served.why}; log: {kept}\n  {shlex.join(made.command)}\n")
    ready = False
    with _signals():
        began = time.monotonic()
        try:
            with started(made, kept) as followed:
                followed.until_ready(where, called, seconds, heard)
                _say(
                    served,
                    where,
                    called,
                    kept,
                    followed.process.pid,
                    time.monotonic() - began,
                    as_json=as_json,
                )
                ready = True
                followed.until_ended(heard)
        except KeyboardInterrupt:
            if not quiet:
                sys.stderr.write("the server is stopped\n" if ready else "stopped before it answered\n")
            return 0 if ready else INTERRUPTED
    return 0


def _say(
    served: Way, where: Place, name: str, log: Path, process: int, seconds: float, *, as_json: bool
) -> None:
    """Say how the model is used, at once: whoever reads it may wait for it."""
    from agentopt.display.terminal import write_json, write_out

    spec = f"{where.address}#{name}"
    if as_json:
        write_json(
            {
                "model": spec,
                "address": where.address,
                "name": name,
                "engine": served.engine,
                "process": process,
                "log": str(log),
                "seconds": round(seconds, 1),
            }
        )
    else:
        write_out(f"{name} answers at {where.address} after {seconds:.0f} s; Ctrl-C stops it")
        shown = spec if re.fullmatch(r"[\w:/.#\[\]-]+", spec) else shlex.quote(spec)
        write_out(f"use it:    --model {shown}")
        write_out(f"for good:  export AGENTOPT_MODEL={shown}")
    sys.stdout.flush()


def _seconds(text: str) -> float:
    from pydantic import TypeAdapter, ValidationError

    from agentopt.settings import Duration

    try:
        return float(TypeAdapter(Duration).validate_python(text))
    except ValidationError as error:
        raise UsageError(f"--wait {text} is no time", hint="for instance 90, 10m, 1h") from error


def _log_file(given: Path | None, where: Place) -> Path:
    if given is not None:
        if given.is_dir() or not given.absolute().parent.is_dir():
            raise UsageError(f"--log {given} cannot be written", hint="name a file in a folder that exists")
        return given.absolute()
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state"
    return Path(state) / "agentopt" / "serve" / f"{where.port}.log"


@contextmanager
def _signals() -> Iterator[None]:
    """What else asks a program to end is as good as Ctrl-C."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    numbers = [number for number in (signal.SIGTERM, getattr(signal, "SIGHUP", None)) if number is not None]
    before = {number: signal.signal(number, interrupt) for number in numbers if _heeded(number)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _heeded(number: int) -> bool:
    return signal.getsignal(number) is not signal.SIG_IGN  # `nohup` wants it so
