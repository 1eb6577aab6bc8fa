"""What a server really does with a request, as far as it changes what is sent to it.

Several servers answer 200 and ignore what they do not know, others refuse with 400 or even 500.
`agentopt models probe` finds out and keeps the findings in the user's cache folder by address and model name.
Where nothing is known, the client tries, adapts to refusals and remembers for as long as it lives.
"""

from __future__ import annotations

__all__ = [
    "Capabilities",
    "Finding",
    "SchemaMode",
    "Verdict",
    "capabilities_file",
    "load",
    "probe",
    "save",
    "schema_modes",
]

import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from pydantic import TypeAdapter, ValidationError

if TYPE_CHECKING:
    from agentopt.models.probing import Probed

_log = logging.getLogger(__name__)

SchemaMode = Literal["json_schema", "json_schema_loose", "structured_outputs", "json_object", "none"]
"""How a schema is put to a server: OpenAI's `response_format` strictly or not, vLLM's `structured_outputs`,
any JSON object, or not at all."""

_TRIED = ("json_schema", "json_schema_loose", "json_object", "none")


Verdict = Literal["honoured", "ignored", "refused", "unclear"]


@dataclass(frozen=True)
class Finding:
    """What a probe saw of a feature, and how that showed.

    `ignored`: the server answers 200 and does nothing about it; `unclear`: the replies do not tell.
    """

    feature: str
    verdict: Verdict
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.feature:<22}{self.verdict:<10}{self.detail}".rstrip()


@dataclass(frozen=True)
class Capabilities:
    """What to send to a server.

    Attributes:
        schema: how a schema is put; None when it is not known and must be tried.
        tokens_field: the field that bounds the length of a reply.
        refused: fields of the body the server answers with an error, so that they are left out.
        ignored: fields it accepts and does nothing about; they are sent, for a later version may honour them.
        stream_usage: whether a stream may be asked to count tokens.
        findings: what the probe saw, for people.
    """

    schema: SchemaMode | None = None
    tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    refused: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()
    stream_usage: bool = True
    findings: tuple[Finding, ...] = ()

    @property
    def identity(self) -> str:
        """What of it changes the body of a request.

        >>> Capabilities(schema="json_object").identity
        'schema=json_object tokens=max_tokens without='
        """
        return f"schema={self.schema} tokens={self.tokens_field} without={','.join(sorted(self.refused))}"

    def __str__(self) -> str:
        """The findings, one a line, and what follows from them for what is sent."""
        put = {None: "in every way until one works", "none": "not at all; replies are read as they come"}
        sent = [
            f"a schema is put {put.get(self.schema, f'as {self.schema}')}",
            f"length is bounded by {self.tokens_field}",
            *([f"left out: {', '.join(sorted(self.refused))}"] if self.refused else []),
        ]
        return "\n".join([*map(str, self.findings), *sent])

    def without(self, field: str) -> Capabilities:
        """The same, leaving a field out of the body."""
        return replace(self, refused=self.refused | {field})


def schema_modes(first: SchemaMode | None) -> list[SchemaMode]:
    """The ways to put a schema, the strictest first, from a given one on.

    >>> schema_modes("json_object")
    ['json_object', 'none']
    """
    known: list[SchemaMode] = [mode for mode in get_args(SchemaMode) if mode in _TRIED or mode == first]
    return known[known.index(first) :] if first is not None else known


def probe(endpoint: Probed, *, report: Callable[[Finding], None] | None = None) -> Capabilities:
    """What the server behind an endpoint honours, found out by asking; see `probing`.

    Raises:
        ModelError: the server does not answer even a plain request.
    """
    from agentopt.models import probing

    return probing.probe(endpoint, report=report)


def capabilities_file() -> Path:
    """Where probes are kept: `agentopt/capabilities.json` under `$XDG_CACHE_HOME` or `~/.cache`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "agentopt" / "capabilities.json"


_ADAPTER = TypeAdapter(Capabilities)


def load(address: str, name: str, *, file: Path | None = None) -> Capabilities | None:
    """What a probe found about a model at an address; None when there was none, or it cannot be read."""
    kept = _read(file or capabilities_file()).get(f"{address}#{name}")
    if kept is None:
        return None
    try:
        return _ADAPTER.validate_python(kept)
    except ValidationError:
        _log.warning("what was probed of %s#%s is of another version and is not used", address, name)
        return None


def save(address: str, name: str, capabilities: Capabilities, *, file: Path | None = None) -> None:
    """Keep what a probe found; a folder that cannot be written is a warning."""
    path = file or capabilities_file()
    kept = _read(path)
    kept[f"{address}#{name}"] = {
        **asdict(capabilities),
        "refused": sorted(capabilities.refused),
        "ignored": sorted(capabilities.ignored),
    }
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        _log.warning("what was probed is not kept: %s", error)


def _read(path: Path) -> dict[str, object]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
