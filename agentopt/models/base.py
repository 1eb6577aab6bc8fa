"""The model protocol: a batch of requests in, as many replies out, in order."""

from __future__ import annotations

__all__ = ["Message", "Model", "Reply", "Request", "Sampling", "Usage"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True)
class Message:
    """One turn."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class Sampling:
    """How a reply is drawn. `index` tells apart repeated samples of one request (it is part of the cache key)."""

    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    index: int = 0


@dataclass(frozen=True)
class Request:
    """What is asked of a model.

    Attributes:
        schema: a JSON schema the reply should satisfy; used for constrained decoding where the server honours it.
            The reply is validated by the caller in any case.
        component: the prompt it was rendered from (`solve/formulate`), for journals and meters; not sent.
    """

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    schema: Mapping[str, object] | None = None
    component: str = ""


@dataclass(frozen=True)
class Usage:
    """What a reply cost. `cached` replies cost nothing; `dollars` is None when no price is known."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    dollars: float | None = None
    seconds: float = 0.0
    cached: bool = False
    calls: int = 1


@dataclass(frozen=True)
class Reply:
    """What came back. `stop` says whether the text is whole (`end`), cut (`length`) or could not be had (`error`).

    With `stop == "error"`, `text` is empty and `error` says why; other replies of the batch are unaffected.
    """

    text: str
    usage: Usage = Usage()
    stop: Literal["end", "length", "error"] = "end"
    error: str = ""
    model: str = ""
    raw: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)


class Model(Protocol):
    """A language model; wrappers (cache, meter, record, route) compose by holding another."""

    name: str

    def generate(self, requests: Sequence[Request]) -> list[Reply]:
        """Replies to the requests, in order.

        Raises:
            ModelError: the server cannot be reached or refuses every request.
            BudgetExceeded: a request would exceed the budget; nothing was sent.
        """
