"""`agentopt doctor`: whether everything is in place, each line with what to type if it is not."""

from __future__ import annotations

__all__ = ["Finding", "doctor", "findings"]

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from agentopt.cli.options import AsJson
from agentopt.display.listing import bold, columns
from agentopt.display.terminal import write_json, write_out
from agentopt.errors import AgentoptError

if TYPE_CHECKING:
    from agentopt.settings import Settings
    from agentopt.solvers.card import Evidence

EXTRAS = {
    "nlp": ("casadi", "nonlinear problems, locally"),
    "blackbox": ("optuna", "objectives that are only evaluated, from few evaluations"),
    "parquet": ("pyarrow", "Parquet tables"),
    "hf": ("transformers", "language models in this process, and served without a GPU"),
    "vllm": ("vllm", "serving language models on a GPU"),
}


@dataclass(frozen=True)
class Finding:
    """One line.

    Attributes:
        state: `ok`; `missing`, which some things need; `wrong`, which must be mended.
        fix: what to type; empty when nothing is amiss.
    """

    what: str
    state: Literal["ok", "missing", "wrong"]
    found: str
    fix: str = ""


def doctor(as_json: AsJson = False) -> int:
    """Look whether everything is in place; exit status 0 if nothing is wrong, else 3."""
    found = list(findings())
    if as_json:
        write_json([asdict(each) for each in found])
    else:
        rows = []
        for each in found:
            rows.append([each.state, each.what, each.found + (f"\nfix: {each.fix}" if each.fix else "")])
        write_out(columns([], rows))
        wrong = [each.what for each in found if each.state == "wrong"]
        write_out(
            "\n" + bold(f"wrong: {', '.join(wrong)}" if wrong else "Everything that is needed is in place.")
        )
    return 3 if any(each.state == "wrong" for each in found) else 0


def findings() -> Iterator[Finding]:
    """Every line, most basic first; nothing here raises, what cannot be looked at is a finding."""
    yield _python()
    yield from _guarded("settings", _settings)
    yield from _guarded("keys", _keys)
    yield from _guarded("engines", _engines)
    yield from _guarded("prompts", _prompts)
    yield from _guarded("built-in reader", _reader)
    yield from _guarded("model", _model)
    yield _sandbox()
    yield _serving()
    for name, (module, use) in EXTRAS.items():
        if find_spec(module) is not None:
            yield Finding(f"extra {name}", "ok", use)
        else:
            yield Finding(
                f"extra {name}", "missing", f"{use}: not installed", f"pip install 'agentopt[{name}]'"
            )


def _guarded(what: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except AgentoptError as error:
        yield Finding(what, "wrong", error.message, error.hint)
    except OSError as error:
        yield Finding(what, "wrong", f"{error.filename or what}: {error.strerror or error}")


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", "ok", f"{version} ({sys.executable})")


def _settings() -> Iterator[Finding]:
    from agentopt.settings import load, project_file, user_file

    settings = load()
    files = [str(path) for path in (user_file(), project_file(Path())) if path is not None and path.is_file()]
    yield Finding("settings", "ok", ", ".join(files) or "defaults")
    yield _place("runs", settings.runs, "set `runs` or use `--runs DIR`")
    if settings.cache is not None:
        yield _place("cache", settings.cache.parent, "set `cache`, or use `--no-cache`")
    else:
        yield Finding("cache", "ok", "off")


def _place(what: str, folder: Path, fix: str) -> Finding:
    """Whether a folder can be written, or could be made."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        return Finding(what, "wrong", f"{folder} cannot be written: {error.strerror}", fix)
    return Finding(what, "ok", str(folder))


def _keys() -> Iterator[Finding]:
    from agentopt.models.key_file import kept_names
    from agentopt.models.keys import keys_file

    names = kept_names()
    for variable in ("OPENAI_API_KEY", "AGENTOPT_API_KEY"):
        if os.environ.get(variable, "").strip():
            names.append(variable)
    path = keys_file()
    shown = ", ".join(names) if names else "none; local servers need none"
    yield Finding("keys", "ok", f"{shown} ({path}, mode 0600)" if path.exists() else shown)


def _engines() -> Iterator[Finding]:
    from agentopt.solvers.registry import cards, engines

    known = cards()
    for name, engine in engines().items():
        available = engine.available()
        about = known.get(name)
        classes = ", ".join(about.priority) if about is not None else ""
        if available:
            yield Finding(f"engine {name}", "ok", f"{available.version}; {classes}")
            if about is not None and about.tuned is not None:
                yield _tuned(name, available.version, about.tuned)
        else:
            yield Finding(f"engine {name}", "missing", f"{available.reason}; for {classes}", available.fix)


def _tuned(name: str, version: str, found: Evidence) -> Finding:
    """Options that were tuned, and whether that was with the engine there is now."""
    what, when = f"engine {name}, tuned", f"on {found.date} with {found.engine_version}, run {found.run}"
    if found.engine_version != version:
        return Finding(
            what, "missing", f"{when}; not measured with {version}", f"agentopt tune FOLDER --engine {name}"
        )
    return Finding(what, "ok", when)


def _prompts() -> Iterator[Finding]:
    from agentopt.assets import folders
    from agentopt.prompts import catalog
    from agentopt.settings import load

    places = folders("prompts", load().prompts)
    listed = catalog(places)
    changed = sum(bool(each.shadows) for each in listed)
    yield Finding(
        "prompts", "ok", f"{len(listed)} in {places[-1]}" + (f", {changed} overridden" if changed else "")
    )


def _reader() -> Iterator[Finding]:
    from agentopt.reader.network.weights import shipped

    what = "built-in reader"
    try:
        manifest = shipped().manifest
    except AgentoptError as error:
        yield Finding(what, "missing", f"its rules alone read, less surely: {error.message}", error.hint)
        return
    examples = manifest.get("examples")
    learned = f"learned from {examples:,} examples" if isinstance(examples, int) else "in place"
    yield Finding(what, "ok", f"{learned}; `agentopt models show builtin` says more")


def _sandbox() -> Finding:
    from agentopt.sandbox import availability

    reason = availability()
    if reason:
        fix = "a container or virtual machine with Linux 5.13 or newer; or `--unsafe`, at your own risk"
        return Finding("sandbox", "missing", f"{reason}; for the strategies that run programs", fix)
    return Finding("sandbox", "ok", "programs a model writes can be confined (Landlock, seccomp)")


def _serving() -> Finding:
    """What `agentopt serve` would start here."""
    from agentopt.models.serving.launching import way

    try:
        return Finding("serving models", "ok", way().why)
    except AgentoptError as error:
        return Finding("serving models", "missing", error.message, error.hint)


def _model() -> Iterator[Finding]:
    from agentopt.agents.consulting import stages
    from agentopt.settings import load

    settings: Settings = load()
    _, named = stages(settings.model)
    if named is None:
        yield Finding(
            "model",
            "missing",
            "no language model is connected; the built-in reader reads short problems, and no others",
            "export AGENTOPT_MODEL=URL#NAME (`agentopt models list` shows every form)",
        )
        return
    yield _reached(named)


def _reached(spec: str) -> Finding:
    from agentopt.models.openai import Endpoint
    from agentopt.models.registry import connect

    found = connect(spec)
    try:
        if not isinstance(found, Endpoint):
            return Finding("model", "ok", found.name)
        names = found.models(seconds=5.0)
    except AgentoptError as error:
        return Finding(
            "model", "wrong", error.message, error.hint or "start the server, or name another model"
        )
    finally:
        found.close()
    if names and found.model not in names:
        return Finding(
            "model",
            "wrong",
            f"{found.address} does not list `{found.model}`",
            f"one of: {', '.join(names[:5])}",
        )
    return Finding("model", "ok", f"{found.name} answers")
