"""How the next body is put to a server, learned from its refusals.

A refusal that names a field, or comes with a schema in the body, leads to another way of asking: the other
name for the length of a reply, one field less, the next looser way to put the schema. A way that worked is
kept: what concerns fields for every request, what concerns a schema for that schema, since servers refuse
some schemas and not others.
"""

from __future__ import annotations

__all__ = ["Manner", "Manners"]

import hashlib
import json
import logging
from dataclasses import dataclass, replace
from typing import Literal

from agentopt.models.base import Request
from agentopt.models.capabilities import Capabilities, SchemaMode, schema_modes
from agentopt.models.retries import Failure

_log = logging.getLogger(__name__)

_LENGTH_FIELDS: tuple[Literal["max_tokens"], Literal["max_completion_tokens"]] = (
    "max_tokens",
    "max_completion_tokens",
)
_LEFT_OUT = ("temperature", "top_p", "seed", "stop")


@dataclass(frozen=True)
class Manner:
    """One way to put a request. `schema` is the digest of its schema, empty without one."""

    capabilities: Capabilities
    mode: SchemaMode
    schema: str = ""


class Manners:
    """What is known of one server, used within one thread."""

    def __init__(self, capabilities: Capabilities) -> None:
        self.capabilities = capabilities
        self._modes: dict[str, SchemaMode] = {}

    def first(self, request: Request) -> Manner:
        """The way to put a request that has worked, or else the strictest that is not known to fail."""
        if request.schema is None:
            return Manner(self.capabilities, "none")
        written = json.dumps(request.schema, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(written.encode()).hexdigest()
        mode = self._modes.get(digest) or schema_modes(self.capabilities.schema)[0]
        return Manner(self.capabilities, mode, digest)

    def next(self, manner: Manner, failure: Failure, retries: int) -> Manner | None:
        """Another way to put a request that failed, or None where that would not help."""
        refused = failure.status in (400, 422) or (failure.status == 404 and bool(failure.field))
        if refused and failure.field:
            changed = self._without(manner.capabilities, failure.field)
            if changed is not None:
                return replace(manner, capabilities=changed)
            if failure.field == "messages":
                return None
        # Some servers answer a schema they cannot take with 500; a fault that passes is tried again first.
        failing = failure.status in (500, 501) and retries >= 1 and manner.schema not in self._modes
        if manner.schema and manner.mode != "none" and (refused or failing):
            return replace(manner, mode=schema_modes(manner.mode)[1])
        return None

    def keep(self, manner: Manner) -> None:
        """Remember a way that worked."""
        if manner.schema:
            before = self._modes.get(manner.schema)
            self._modes[manner.schema] = manner.mode
            if before is None and manner.mode in ("json_object", "none") and self.capabilities.schema is None:
                _log.info(
                    "the server takes no JSON schema (asked as `%s`); replies are read as they come",
                    manner.mode,
                )
        if manner.capabilities != self.capabilities:
            self.capabilities = manner.capabilities
            _log.warning("the server refuses some fields; from now on: %s", manner.capabilities.identity)

    @staticmethod
    def _without(capabilities: Capabilities, field: str) -> Capabilities | None:
        if field in _LENGTH_FIELDS:
            other = _LENGTH_FIELDS[field == "max_tokens"]
            if capabilities.tokens_field == field and other not in capabilities.refused:
                return replace(capabilities, tokens_field=other).without(field)
            return None
        if field.startswith("stream_options") and capabilities.stream_usage:
            return replace(capabilities, stream_usage=False)
        if field in _LEFT_OUT and field not in capabilities.refused:
            return capabilities.without(field)
        return None
