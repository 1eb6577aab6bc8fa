"""The console script: which command is meant, and what a person is told when it cannot be done.

A first word that is no command is the problem itself: `agentopt "text"` is `agentopt solve "text"`. The
modules of commands are imported only when they are run, so that `agentopt --help` is quick.
"""

from __future__ import annotations

__all__ = ["COMMANDS", "main"]

import gc
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agentopt.display.terminal import BROKEN_PIPE, prepare, write_error
from agentopt.errors import AgentoptError, UsageError, nearest

INTERRUPTED = 130


@dataclass(frozen=True)
class Command:
    """A command: the module that has it, what it does, and whether it has commands of its own."""

    module: str
    help: str
    is_group: bool = False


COMMANDS = {
    "solve": Command("solving", "Solve a problem: words, a formulation or a model file."),
    "formulate": Command("solving", "Get the formulation of a problem in words; do not solve it."),
    "formulation": Command(
        "formulations", "Check, solve, show and export formulations; no model needed.", True
    ),
    "whatif": Command("whatif", "Change a solved problem, solve it again, and compare."),
    "robust": Command("robust", "Decide before the numbers are known: scenarios or uncertainty sets."),
    "diagnose": Command("diagnosing", "Say why a problem has no answer, or how hard its numbers are."),
    "blackbox": Command("blackbox", "Optimize a Python function or command by evaluating it."),
    "optimize": Command("optimizing", "Improve a prompt against a scored task, with a verdict."),
    "tune": Command("tuning", "Choose engine options for a stream of related instances, by a test."),
    "examples": Command("examples", "List the formulations that come with agentopt."),
    "runs": Command("runs", "List, show, resume and report runs.", True),
    "models": Command("models", "Connect language models, probe servers, keep keys.", True),
    "serve": Command("serving", "Serve a language model on this machine, and say how to use it."),
    "engines": Command("engines", "Engines: what solves which class, and what is installed.", True),
    "optimizers": Command("optimizers", "Optimizers of texts: what each does, needs and follows.", True),
    "prompts": Command("prompts", "The prompts that steer the agents.", True),
    "strategies": Command("strategies", "List the ways a formulation is got from words."),
    "config": Command("config", "Settings: their values and where each comes from.", True),
    "synth": Command("synth", "Make problems in words with their formulation and answer.", True),
    "train": Command("train", "Train the built-in reader; list the optimizers of `--engine gradient`.", True),
    "doctor": Command("doctor", "See whether everything is in place, and what to type if not."),
}

_TOP = frozenset(["--help", "-h", "--version", "-V", "--install-completion", "--show-completion"])
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]*\Z")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status.

    0 done, 1 the answer is negative (infeasible, unbounded, not solved, not understood), 2 the command
    cannot be understood or what it was given does not hold, 3 a server or an engine is missing, 130
    interrupted.
    """
    _spare()
    prepare()
    given = list(sys.argv[1:] if arguments is None else arguments)
    given, debug = _without_debug(given)
    try:
        status = _run(given)
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BrokenPipeError:
        status = BROKEN_PIPE
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else 0
    except Exception as error:
        if debug:
            raise
        status = _told(error)
    _let_go_of_output()
    if arguments is None:
        # All is closed and written; taking hundreds of modules apart would cost a tenth of a small solve.
        os._exit(status)
    return status


def _spare() -> None:
    """Leave out what start-up would pay for and no command uses: threads of BLAS, plug-ins of pydantic.

    Garbage is looked for less often: importing makes hundreds of thousands of objects, and none is garbage.
    """
    gc.set_threshold(100_000, 50, 50)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def _run(arguments: list[str]) -> int:
    from agentopt.cli.app import run

    return run(_routed(arguments))


def _routed(arguments: list[str]) -> list[str]:
    """The arguments with the command in front.

    Raises:
        UsageError: the first word is no command, no file and no problem.
    """
    if not arguments:
        return ["--help"]
    first = arguments[0]
    if first in COMMANDS or first in _TOP or first.partition("=")[0] in _TOP:
        return arguments
    if _WORD.match(first) and not Path(first).exists():
        guess = nearest(first, COMMANDS)
        raise UsageError(
            f"`{first}` is no command, and no problem: a problem takes more than one word",
            hint=guess.replace("`", "`agentopt ", 1) if guess else "see `agentopt --help`",
        )
    return ["solve", *arguments]


def _without_debug(arguments: list[str]) -> tuple[list[str], bool]:
    """The arguments without `--debug`, which may stand anywhere before `--`."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    kept = [each for each in arguments[:end] if each != "--debug"]
    return kept + arguments[end:], len(kept) < end


def _told(error: Exception) -> int:
    """Say what is wrong; the exit status."""
    if isinstance(error, AgentoptError):
        write_error(error.message, error.hint)
        return error.exit_code
    if isinstance(error, OSError):
        what = error.filename or "the output cannot be written"
        write_error(
            f"{what}: {error.strerror or error}", "see that the disk has room and the place can be written"
        )
        return 2
    if isinstance(error, MemoryError):
        write_error(
            "there is not enough memory", "bound the engine's with `--memory-limit`, or use a larger machine"
        )
        return 1
    write_error(
        f"something went wrong inside agentopt: {type(error).__name__}: {error}",
        "add `--debug` for the details, and please report them",
    )
    return 1


def _let_go_of_output() -> None:
    """Write what is left to write; a reader that has gone away is not an error any more."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
