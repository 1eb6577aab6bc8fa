"""From what a user writes to a model: `openai:NAME`, `URL#NAME`, `scripted:FILE`, `recorded:DIR`, a plug-in.

A plug-in is an entry point of the group `agentopt.models`: its name is the scheme, and it is called with what
follows the colon.
"""

from __future__ import annotations

__all__ = ["SCHEMES", "connect", "endpoint", "schemes"]

import os
import re
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from agentopt.errors import ModelError, UsageError, nearest
from agentopt.models.base import Model, WatchableModel, watchable
from agentopt.models.capabilities import Capabilities, load
from agentopt.models.keys import find_key
from agentopt.models.openai import OPENAI_ADDRESS, Endpoint
from agentopt.models.retries import Patience

Factory = Callable[[str], Model]

SCHEMES: Mapping[str, str] = {
    "openai:NAME": "the OpenAI API, or what OPENAI_BASE_URL names; the key is OPENAI_API_KEY",
    "http://HOST:PORT/v1#NAME": "a server of OpenAI's chat format; NAME may be left out if it serves one",
    "https://HOST/v1#NAME": "the same; its key is AGENTOPT_API_KEY or stands in keys.toml under the address",
    "scripted:FILE": "replies from a YAML or JSON file",
    "recorded:DIR": "replies kept from earlier calls",
    "local:DIR": "a transformers model in this process (extra `hf`); or `agentopt serve DIR`",
}
"""Every form of a model's specification, and what it means."""

_GROUP = "agentopt.models"
_EXAMPLE = "for instance `openai:gpt-5-mini` or `http://localhost:8000/v1#NAME`"


def connect(
    spec: str,
    *,
    concurrency: int = 32,
    patience: Patience | None = None,
    environment: Mapping[str, str] | None = None,
    capabilities: Capabilities | None = None,
) -> WatchableModel:
    """The model a user means. A server is asked for nothing yet, unless the name must be found out.

    Args:
        spec: one of `SCHEMES`.
        concurrency: requests in flight at most.
        patience: times and retries.
        environment: instead of the process's own.
        capabilities: what is known of the server, instead of what a probe kept.

    Raises:
        UsageError: the specification is none; the hint names the nearest.
        ModelError: a server must be asked for its models and does not answer, or serves several.
        SettingsError: the file of keys is not safe, or not TOML.

    >>> connect("http://localhost:8000#qwen").name
    'http://localhost:8000/v1#qwen'
    """
    text = spec.strip()
    if text.startswith(("http://", "https://", "openai:")):
        return endpoint(
            text,
            concurrency=concurrency,
            patience=patience,
            environment=environment,
            capabilities=capabilities,
        )
    scheme, colon, rest = text.partition(":")
    if not colon or not rest:
        raise _not_understood(spec)
    if scheme == "scripted":
        from agentopt.models.scripted import Scripted

        return Scripted.load(Path(rest).expanduser())
    if scheme == "recorded":
        from agentopt.models.recorded import Replayed

        return Replayed(Path(rest).expanduser())
    if scheme == "local":
        from agentopt.models.local import Local

        return Local(rest)
    factory = _plug_ins().get(scheme)
    if factory is None:
        raise _not_understood(spec)
    return watchable(factory(rest))


def endpoint(
    spec: str,
    *,
    concurrency: int = 32,
    patience: Patience | None = None,
    environment: Mapping[str, str] | None = None,
    capabilities: Capabilities | None = None,
) -> Endpoint:
    """The endpoint `openai:NAME` or `URL#NAME` means; arguments and errors as `connect`."""
    surroundings = os.environ if environment is None else environment
    if spec.startswith("openai:"):
        model, shown = spec.removeprefix("openai:").strip(), spec
        if not model:
            raise UsageError("`openai:` is not followed by the name of a model", hint=_EXAMPLE)
        address = _address(surroundings.get("OPENAI_BASE_URL") or OPENAI_ADDRESS)
        key = find_key("openai", ["OPENAI_API_KEY"], environment=surroundings)
        if not key and address == OPENAI_ADDRESS:
            raise ModelError(
                f"there is no key for `{spec}`",
                hint="type `export OPENAI_API_KEY=...`, or connect a local server, `http://localhost:8000/v1`",
            )
    else:
        url, _, model = spec.partition("#")
        address, shown = _address(url), ""
        variables = ["AGENTOPT_API_KEY"]
        if address == _base(surroundings.get("OPENAI_BASE_URL", "")) or address == OPENAI_ADDRESS:
            variables.append("OPENAI_API_KEY")
        key = find_key(address, variables, environment=surroundings)
        if not model:
            with Endpoint(address, "", name=address, key=key, patience=patience) as asked:
                model = _only(address, asked.models())
    known = capabilities or load(address, model)
    return Endpoint(
        address, model, name=shown, key=key, capabilities=known, concurrency=concurrency, patience=patience
    )


def schemes() -> dict[str, str]:
    """Every form a specification may take, those of plug-ins included, and what it means."""
    return {**SCHEMES, **{f"{name}:...": "a plug-in" for name in _plug_ins()}}


def _address(url: str) -> str:
    """The base URL as it is used; a server named without a path is asked under `/v1`."""
    parts = urlsplit(url.strip())
    try:
        port = parts.port
    except ValueError:
        port = -1
    if not parts.hostname or port == -1 or re.search(r"\s", url.strip()):
        raise UsageError(f"`{url}` is not an address", hint="write `http://HOST:PORT/v1#NAME`")
    if parts.username or parts.password:
        raise UsageError(
            f"the address of {parts.hostname} holds a user name or password",
            hint="give the key as AGENTOPT_API_KEY, or in keys.toml",
        )
    return _base(url)


def _base(url: str) -> str:
    base = url.strip().rstrip("/").removesuffix("/chat/completions")
    return f"{base}/v1" if base and not urlsplit(base).path else base


def _only(address: str, names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    if not names:
        raise ModelError(f"{address} lists no model", hint=f"name it: `{address}#NAME`")
    shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    raise ModelError(f"{address} serves several models: {shown}", hint=f"choose one: `{address}#{names[0]}`")


def _plug_ins() -> dict[str, Factory]:
    return {entry.name: _lazily(entry.load) for entry in entry_points(group=_GROUP)}


def _lazily(load: Callable[[], object]) -> Factory:
    return lambda rest: cast(Factory, load())(rest)


def _not_understood(spec: str) -> UsageError:
    scheme = spec.partition(":")[0].strip()
    guess = nearest(
        scheme, ["builtin", "openai", "http", "https", "scripted", "recorded", "local", *_plug_ins()]
    )
    return UsageError(f"`{spec}` names no model", hint=f"{guess} {_EXAMPLE}".strip())
