"""What `agentopt serve` starts where vLLM does not run: `python -m agentopt.cli.chat_server`."""

from __future__ import annotations

__all__ = ["main"]

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence

from agentopt.errors import AgentoptError


def main(arguments: Sequence[str] | None = None) -> int:
    """Load a model and answer until told to end; the exit status."""
    given = _arguments(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    os.environ["OMP_NUM_THREADS"] = str(given.threads)  # before torch looks at it
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        _serve(given, stop)
    except AgentoptError as error:
        sys.stderr.write(f"error: {error.message}\n" + (f"hint: {error.hint}\n" if error.hint else ""))
        return error.exit_code
    except OSError as error:
        sys.stderr.write(f"error: {given.host}:{given.port}: {error.strerror or error}\n")
        return 3
    return 0


def _serve(given: argparse.Namespace, stop: threading.Event) -> None:
    from agentopt.models.decoding import Decoder
    from agentopt.models.serving.folders import resolve
    from agentopt.models.serving.server import ChatServer, answering

    named = resolve(given.model)
    decoder = Decoder.load(named.source, device=given.device, dtype=given.dtype)
    if stop.is_set():
        return
    server = ChatServer(decoder, given.name or named.name, given.host, given.port)
    end = answering(server)
    logging.getLogger(__name__).info("%s answers at port %d", server.name, server.server_address[1])
    stop.wait()
    end()


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="agentopt serve --with transformers MODEL --", description="Serve a model over transformers."
    )
    parser.add_argument("model", help="a folder, or a name on the hub")
    parser.add_argument("--name", default="", help="the model's name for clients")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--device", default="", help="cpu or cuda; a GPU if there is one")
    parser.add_argument("--dtype", default="auto", choices=["auto", "float32", "bfloat16", "float16"])
    parser.add_argument("--threads", type=int, default=_threads(), help="of the processor")
    return parser.parse_args(arguments)


def _threads() -> int:
    """One core is left for others: threads that fight over cores are many times slower than fewer of them."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    if said.isdigit() and int(said):
        return int(said)
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, count - 1)


if __name__ == "__main__":
    raise SystemExit(main())
