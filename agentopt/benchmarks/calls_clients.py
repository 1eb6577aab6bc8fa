"""One client making calls to a loopback server, alone in a process; and that server.

Usage: `python calls_clients.py serve LATENCY` or `python calls_clients.py CLIENT ADDRESS CALLS CONCURRENCY`.
Run by path, so that an interpreter without this package can run the peers'.
"""

from __future__ import annotations

__all__ = ["CLIENTS", "main"]

import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

TEXT = "[[ ## answer ## ]]\n42\n\n[[ ## completed ## ]]"
"""A reply that DSPy's adapter reads without asking again."""
WARM_UP = 8
"""Calls before the measured ones: what is imported or opened late is shown apart."""

Ask = Callable[[Sequence[str]], Sequence[str]]
Made = tuple[Ask, str]


def messages(question: str) -> list[dict[str, str]]:
    """What every client is to send, of the length of a short prompt."""
    system = "Your input fields are: `question`. Your output fields are: `answer`. Answer with a number. " * 4
    return [{"role": "system", "content": system}, {"role": "user", "content": question}]


def agentopt_plain(address: str, concurrency: int) -> Made:
    """The endpoint alone."""
    import agentopt
    from agentopt.models.base import Message, Request
    from agentopt.models.openai import Endpoint

    return _agentopt(
        Endpoint(address, "fixed", concurrency=concurrency), Message, Request
    ), agentopt.__version__


def agentopt_whole(address: str, concurrency: int) -> Made:
    """The endpoint behind the meter and a cold cache."""
    import agentopt
    from agentopt.budget import Budget, Meter
    from agentopt.models.base import Message, Request
    from agentopt.models.cache import Cached
    from agentopt.models.metered import Metered
    from agentopt.models.openai import Endpoint

    model = Endpoint(address, "fixed", concurrency=concurrency)
    metered = Metered(model, Meter(Budget(calls=10**6, tokens=10**12)))
    folder = Path(tempfile.mkdtemp())
    return _agentopt(Cached(metered, folder / "replies.sqlite"), Message, Request), agentopt.__version__


def _agentopt(model: Any, message: Any, request: Any) -> Ask:
    def ask(questions: Sequence[str]) -> Sequence[str]:
        batch = [request(tuple(message(**turn) for turn in messages(question))) for question in questions]
        return [reply.text for reply in model.generate(batch)]

    return ask


def openai_package(address: str, concurrency: int) -> Made:
    """The `openai` package as it comes."""
    import openai

    def make() -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(base_url=address, api_key="none", max_retries=0)

    async def one(client: openai.AsyncOpenAI, question: str) -> str:
        asked: Any = messages(question)
        reply = await client.chat.completions.create(model="fixed", messages=asked)
        return reply.choices[0].message.content or ""

    return _within_loop(make, one, concurrency), openai.__version__


def aiohttp_alone(address: str, concurrency: int) -> Made:
    """The floor: nothing but HTTP and JSON."""
    import aiohttp

    async def one(client: aiohttp.ClientSession, question: str) -> str:
        body = {"model": "fixed", "messages": messages(question)}
        async with client.post(f"{address}/chat/completions", json=body) as response:
            payload = await response.json()
        return str(payload["choices"][0]["message"]["content"])

    return _within_loop(aiohttp.ClientSession, one, concurrency), aiohttp.__version__


def _within_loop(make: Callable[[], Any], one: Callable[[Any, str], Any], concurrency: int) -> Ask:
    """Ask in one loop that lives on, with one client in it."""
    loop = asyncio.new_event_loop()
    client: list[Any] = []

    async def batch(questions: Sequence[str]) -> Sequence[str]:
        if not client:
            client.append(make())
        slots = asyncio.Semaphore(concurrency)

        async def within(question: str) -> str:
            async with slots:
                return str(await one(client[0], question))

        return await asyncio.gather(*(within(question) for question in questions))

    return lambda questions: loop.run_until_complete(batch(questions))


def dspy_model(address: str, concurrency: int) -> Made:
    """DSPy's `LM` in threads, as its `Evaluate` calls it, with nothing above it."""
    dspy = import_module("dspy")
    model = _dspy(dspy, address)
    threads = ThreadPoolExecutor(concurrency)

    def one(question: str) -> str:
        (reply,) = model(messages=messages(question))
        return str(reply if isinstance(reply, str) else reply["text"])

    return lambda questions: list(threads.map(one, questions)), dspy.__version__


def dspy_evaluate(address: str, concurrency: int) -> Made:
    """DSPy's `Evaluate` of a `Predict`, the way it is meant to be used."""
    dspy = import_module("dspy")
    dspy.configure(lm=_dspy(dspy, address))
    program = dspy.Predict("question -> answer")

    def ask(questions: Sequence[str]) -> Sequence[str]:
        examples = [dspy.Example(question=text, answer="42").with_inputs("question") for text in questions]
        evaluate = dspy.Evaluate(
            devset=examples,
            metric=lambda example, prediction, trace=None: float(example.answer == prediction.answer),
            num_threads=concurrency,
            display_progress=False,
            display_table=False,
        )
        return [TEXT] * round(len(questions) * float(evaluate(program).score) / 100)

    return ask, dspy.__version__


def dspy_async(address: str, concurrency: int) -> Made:
    """DSPy's `LM.acall` in one loop."""
    dspy = import_module("dspy")

    async def one(model: Any, question: str) -> str:
        (reply,) = await model.acall(messages=messages(question))
        return str(reply if isinstance(reply, str) else reply["text"])

    return _within_loop(lambda: _dspy(dspy, address), one, concurrency), dspy.__version__


def _dspy(dspy: Any, address: str) -> Any:
    return dspy.LM("openai/fixed", api_base=address, api_key="none", cache=False, num_retries=0)


CLIENTS: dict[str, Callable[[str, int], Made]] = {
    "agentopt": agentopt_plain,
    "agentopt-metered-cached": agentopt_whole,
    "openai": openai_package,
    "aiohttp": aiohttp_alone,
    "dspy-lm": dspy_model,
    "dspy-evaluate": dspy_evaluate,
    "dspy-async": dspy_async,
}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measure(client: str, address: str, calls: int, concurrency: int) -> dict[str, object]:
    """Make the calls; what they cost this process, and what came before them."""
    cpu, began = _cpu(), time.perf_counter()
    ask, version = CLIENTS[client](address, concurrency)
    ask([f"What is {n} + 1?" for n in range(-WARM_UP, 0)])
    start_cpu, start_wall = _cpu() - cpu, time.perf_counter() - began
    cpu, began = _cpu(), time.perf_counter()
    replies = ask([f"What is {n} + 1?" for n in range(calls)])
    spent, wall = _cpu() - cpu, time.perf_counter() - began
    if list(replies) != [TEXT] * calls:
        raise SystemExit(f"{client}: {len(replies)} replies to {calls} calls, or others than were sent")
    return {
        "version": version,
        "cpu_ms": 1000 * spent / calls,
        "wall": wall,
        "start_cpu": start_cpu,
        "start_wall": start_wall,
    }


async def serve(latency: float) -> None:
    """Answer every call after so many seconds, on a port that is printed; what it costs is kept small."""
    payload = {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "fixed",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 90, "completion_tokens": 12, "total_tokens": 102},
    }
    content = json.dumps(payload).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    answer = head.encode() + content

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.partition(b":")[2])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length:")
                )
                await reader.readexactly(length)
                await asyncio.sleep(latency)
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main(arguments: Sequence[str]) -> int:
    """Serve, or make the calls and print one JSON object."""
    if arguments[0] == "serve":
        asyncio.run(serve(float(arguments[1])))
        return 0
    client, address, calls, concurrency = arguments
    os.environ["DSPY_CACHEDIR"] = tempfile.mkdtemp()
    print(json.dumps(measure(client, address, int(calls), int(concurrency))), flush=True)
    os._exit(0)  # threads and loops of the clients are not wound up


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
