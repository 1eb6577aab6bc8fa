"""What a reply may be, kept to token by token: JSON under a schema, a pattern, one of several texts.

A grammar is a text of llguidance's; `Grammars` knows a tokenizer and says before every token which may come
next. JSON is written with at most one space between its parts: a model that likes line ends would otherwise
write them until it is cut.
"""

from __future__ import annotations

__all__ = ["GrammarError", "Grammars", "any_of", "json_object", "json_under", "pattern"]

import json
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agentopt.errors import AvailabilityError

if TYPE_CHECKING:
    import numpy as np
    from llguidance import LLMatcher
    from transformers import PreTrainedTokenizerBase

_KEPT = 16
_SPACING = {"whitespace_flexible": True, "whitespace_pattern": " ?", "lenient": False}


class GrammarError(ValueError):
    """A schema, pattern or grammar that cannot be kept to; the message says why."""


def json_under(schema: Mapping[str, object] | str) -> str:
    """The grammar of JSON that a schema allows.

    Raises:
        AvailabilityError: the package that keeps to grammars is missing.
        GrammarError: it is no schema.
    """
    matcher = _matcher_class()
    text = schema if isinstance(schema, str) else json.dumps(schema)
    try:
        return str(matcher.grammar_from_json_schema(text, overrides=_SPACING))
    except ValueError as error:
        raise GrammarError(f"the schema is none: {_brief(error)}") from error


def json_object() -> str:
    """The grammar of any JSON object."""
    return json_under({"type": "object"})


def pattern(regex: str) -> str:
    """The grammar of what a regular expression matches as a whole."""
    return str(_matcher_class().grammar_from_regex(regex))


def any_of(texts: Sequence[str]) -> str:
    """The grammar of one of several texts.

    Raises:
        GrammarError: there is none to choose from.
    """
    if not texts:
        raise GrammarError("there is nothing to choose from")
    return pattern("|".join(f"(?:{re.escape(each)})" for each in texts))


class Grammars:
    """The grammars of one tokenizer; the last few are kept ready.

    Args:
        tokenizer: a fast one.
        size: tokens that the model gives scores to, which may be more than the tokenizer has.
        ends: tokens that end a reply.

    Raises:
        AvailabilityError: the package that keeps to grammars is missing.
        GrammarError: the tokenizer cannot be used for it.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, size: int, ends: Sequence[int]) -> None:
        self._matcher = _matcher_class()
        from llguidance.hf import from_tokenizer

        try:
            self._tokenizer = from_tokenizer(tokenizer, n_vocab=size, eos_token=sorted(ends))
        except ValueError as error:
            raise GrammarError(
                f"replies of this model cannot be kept to a schema: {_brief(error)}"
            ) from error
        self._words = -(-size // 32)
        self._ready: OrderedDict[str, LLMatcher] = OrderedDict()

    def start(self, grammar: str) -> Guide:
        """A reply's way through a grammar, at its beginning.

        Raises:
            GrammarError: it is no grammar, or one with parts that are not known.
        """
        ready = self._ready.get(grammar)
        if ready is None:
            ready = self._matcher(self._tokenizer, grammar, log_level=0)
            if ready.is_error():
                raise GrammarError(_brief(ready.get_error()))
            self._ready[grammar] = ready
            if len(self._ready) > _KEPT:
                self._ready.popitem(last=False)
        self._ready.move_to_end(grammar)
        return Guide(ready.deep_copy(), self._words)


class Guide:
    """Where a reply stands in its grammar."""

    def __init__(self, matcher: LLMatcher, words: int) -> None:
        self._at = matcher
        self._words = words

    @property
    def complete(self) -> bool:
        """Whether nothing may follow but the end."""
        return bool(self._at.is_stopped())

    def allowed(self) -> np.ndarray[Any, Any]:
        """A truth value a token, for as many tokens as were given, filled up to whole words of 32.

        Raises:
            GrammarError: it grew past every bound.
        """
        import numpy as np

        mask = np.zeros(self._words, dtype=np.int32)
        self._at.unsafe_compute_mask_ptr(mask.ctypes.data, mask.nbytes)
        self._check()
        return np.unpackbits(mask.view(np.uint8), bitorder="little").astype(bool)

    def take(self, token: int) -> None:
        """Go on by a token.

        Raises:
            GrammarError: it is not allowed here.
        """
        self._at.consume_token(token)
        self._check()

    def _check(self) -> None:
        if self._at.is_error():
            raise GrammarError(_brief(self._at.get_error()))


def _matcher_class() -> type[LLMatcher]:
    try:
        from llguidance import LLMatcher
    except ImportError as error:
        raise AvailabilityError(
            f"replies can be kept to a schema only with llguidance: {error}",
            hint="pip install 'agentopt[hf]'",
        ) from error
    return LLMatcher  # type: ignore[no-any-return]  # the package has no stubs here


def _brief(error: object) -> str:
    """The first lines of what went wrong, on one."""
    return " ".join(str(error).split())[:300]
