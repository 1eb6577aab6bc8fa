"""What went wrong with an attempt, in words for a person, from what the `openai` package raises.

Import only where a client is made: it brings the `openai` package.
"""

from __future__ import annotations

__all__ = ["failure_of", "malformed"]

import re
from collections.abc import Sequence

import httpx2
import openai

from agentopt.models.keys import Secret, redact
from agentopt.models.retries import RETRIED_STATUSES, Failure, Kind, retry_after
from agentopt.models.transport import TooLarge
from agentopt.models.wire import Refusal, refusal

_HINTS = {
    401: "give the right key in the environment or in `keys.toml` (see `agentopt doctor`)",
    402: "the account has no credit left",
    403: "the key may not use this model; `agentopt models list` shows which answer",
    404: "`agentopt models list --model ADDRESS` shows what it serves; most addresses end in /v1",
    413: "shorten the problem text, or move its numbers into a table",
    429: "lower the number of calls in flight, or wait",
}
_FIELDS = (
    "max_completion_tokens",
    "max_tokens",
    "temperature",
    "top_p",
    "seed",
    "stop",
    "stream_options",
    "response_format",
    "structured_outputs",
)
_UNSUPPORTED = re.compile(
    r"unsupported|not supported|does not support|unknown|unrecogni[sz]ed|not permitted|unexpected|"
    r"only the default|extra_forbidden|not allowed|invalid parameter",
    re.IGNORECASE,
)
_TOO_LONG = re.compile(
    r"context[ _]length|maximum context|context window|too (?:long|large|many tokens)", re.IGNORECASE
)


def failure_of(error: Exception, address: str, secrets: Sequence[Secret] = ()) -> Failure:
    """Why an attempt failed, and whether another may help; the message is free of keys."""
    if isinstance(error, openai.APIStatusError):
        return _status(error, address, secrets)
    if isinstance(error, Refusal):
        return _refused(error.status, str(error), error.field, None, address, secrets)
    if isinstance(error, (openai.APITimeoutError, TimeoutError)):
        if isinstance(error.__cause__, httpx2.ConnectTimeout):
            return Failure("unreachable", *_nobody(address))
        return Failure("timeout", f"the model server at {address} gave no whole reply in time")
    cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
    if isinstance(cause, httpx2.UnsupportedProtocol):
        said = redact(str(cause), secrets)
        return Failure("refused", f"{address} is not an address of a model server: {said}", again=False)
    if isinstance(cause, httpx2.ConnectError):
        return Failure("unreachable", *_nobody(address))
    if isinstance(cause, TooLarge):
        return Failure("malformed", f"the model server at {address} sent {cause}", again=False)
    broke = f"the connection to the model server at {address} broke off"
    if isinstance(cause, httpx2.RemoteProtocolError):
        return Failure("broken", f"{broke} before the reply was whole")
    return Failure("broken", f"{broke}: {redact(str(cause), secrets)}")


def malformed(message: str, address: str, secrets: Sequence[Secret], *, page: bool = False) -> Failure:
    """What came back with status 200 is not a reply; a web page will not become one."""
    if page:
        hint = "most addresses end in /v1: `http://localhost:8000/v1#NAME`"
        found = f"{address} answers with a web page, not as a model server does"
        return Failure("refused", found, hint, again=False)
    return Failure(
        "malformed", f"the model server at {address} sent no chat completion: {redact(message, secrets)}"
    )


def _nobody(address: str) -> tuple[str, str]:
    return (
        f"no model server answers at {address}",
        "start one with `agentopt serve MODEL`, or name another with `--model`",
    )


def _status(error: openai.APIStatusError, address: str, secrets: Sequence[Secret]) -> Failure:
    response = error.response
    said = refusal(error.body if isinstance(error.body, (dict, str)) else response.text or error.message)
    text = str(said)
    if "html" in response.headers.get("content-type", "") or text.lstrip().startswith("<"):
        text = "a web page instead of an error message"
    return _refused(error.status_code, text, said.field, retry_after(response.headers), address, secrets)


def _refused(
    status: int, text: str, field: str, wait: float | None, address: str, secrets: Sequence[Secret]
) -> Failure:
    text = redact(text.strip(), secrets) or "no reason given"
    kind: Kind = "busy" if status == 429 else "failing" if status >= 500 else "refused"
    # A used-up account is told with the same status as too many calls a minute.
    again = (status in RETRIED_STATUSES or status >= 500) and "insufficient_quota" not in text
    hint = _HINTS.get(status, "")
    if _TOO_LONG.search(text):
        hint, field = "shorten the problem text, or use a model that reads more", "messages"
    elif not field and _UNSUPPORTED.search(text):
        field = next((name for name in _FIELDS if re.search(rf"\b{name}\b", text)), "")
    verb = "is busy" if kind == "busy" else "failed" if kind == "failing" else "refused the request"
    message = f"the model server at {address} {verb} ({status}): {text}"
    return Failure(kind, message, hint, status, field, wait, again)
