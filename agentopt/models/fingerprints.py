"""Hashes that tell requests apart by all that can change their replies, and by nothing else."""

from __future__ import annotations

__all__ = ["fingerprint", "schema_digest"]

import hashlib
import json
from collections.abc import Mapping

from agentopt.models.base import Request

_FORM = "agentopt request 1"


def fingerprint(request: Request, identity: str = "") -> str:
    """A hash of a request and of the model it is put to. Which component asks does not count.

    >>> from agentopt.models.base import Message, Sampling
    >>> one = Request((Message("user", "hello"),), component="solve/read")
    >>> fingerprint(one) == fingerprint(Request(one.messages))
    True
    >>> fingerprint(one) == fingerprint(Request(one.messages, Sampling(index=1)))
    False
    """
    sampling = request.sampling
    parts = [
        _FORM,
        identity,
        [(turn.role, turn.content) for turn in request.messages],
        [
            float(sampling.temperature),
            float(sampling.top_p),
            sampling.max_tokens,
            sampling.seed,
            list(sampling.stop),
            sampling.index,
        ],
        schema_digest(request.schema),
    ]
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()


def schema_digest(schema: Mapping[str, object] | None) -> str:
    """A hash of a schema, the same however its keys are ordered; empty without one."""
    if schema is None:
        return ""
    written = json.dumps(schema, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(written.encode()).hexdigest()
