"""Writing with a transformers model, token by token: sampling, stop marks, grammars, log-probabilities.

Both a model in this process (`local`) and our server (`serving`) write through it. One call writes one reply,
or several samples of it together; the caller hears every piece of text as soon as it is certain, and can end
the writing between two tokens.
"""

from __future__ import annotations

__all__ = ["Decoder", "Decoding", "PromptRefused", "Token", "Wanted", "Written"]

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from agentopt.errors import AvailabilityError, ModelError
from agentopt.models.grammars import Grammars

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from agentopt.models.grammars import Guide

Hear = Callable[[int, str, "tuple[Token, ...]"], None]
"""Told which sample, the next piece of its text, and its tokens since the last piece if these are wanted."""

_ROOM = 4096
"""Tokens of a model that does not say how many it can read."""


class PromptRefused(ValueError):  # noqa: N818 - what is wrong is the prompt
    """Messages that the model's template cannot put into words."""


@dataclass(frozen=True)
class Token:
    """A token that was written; alternatives are texts and log-probabilities, the likeliest first."""

    text: str
    logprob: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What is to be written.

    Attributes:
        prompt: the tokens that are read.
        most: tokens to be written at most.
        count: samples, drawn together.
        temperature: 0 takes the likeliest token always.
        seed: of the draws; as it comes if None.
        stop: marks, each of which ends the text before it.
        grammar: what the text must keep to (`grammars`); anything if empty.
        alternatives: of every token, how many to tell of; None for no log-probabilities at all.
    """

    prompt: Sequence[int]
    most: int
    count: int = 1
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    grammar: str = ""
    alternatives: int | None = None


@dataclass(frozen=True)
class Written:
    """One sample: its text, how many tokens it took, and why it ended."""

    text: str
    tokens: int
    stop: Literal["end", "length", "cancelled"]


class Decoding(Protocol):
    """What writes; a stand-in for tests needs no more."""

    room: int
    """Tokens it reads and writes together, at most."""

    def encode(self, messages: Sequence[Mapping[str, str]]) -> list[int]:
        """The prompt of a conversation, each message with `role` and `content`."""

    def check(self, grammar: str) -> None:
        """Raise `GrammarError` where a grammar cannot be kept to."""

    def decode(self, wanted: Wanted, hear: Hear, go_on: Callable[[], bool]) -> list[Written]:
        """Write; between two tokens `go_on` is asked."""


class Decoder:
    """A model and its tokenizer.

    Raises:
        ModelError: the model has no chat template.
    """

    def __init__(self, source: str, tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel) -> None:
        if tokenizer.chat_template is None:
            raise ModelError(
                f"the model {source} has no chat template", hint="use an instruction-tuned model"
            )
        self.tokenizer, self.model = tokenizer, model
        self.room = int(getattr(model.config, "max_position_embeddings", 0) or _ROOM)
        self.ends = _ends(model, tokenizer)
        self._grammars: Grammars | None = None

    @classmethod
    def load(cls, source: str, *, device: str = "", dtype: str = "auto") -> Decoder:
        """From a folder or a hub name; code that comes with a model is never run.

        Raises:
            AvailabilityError: torch or transformers is not installed.
            ModelError: the model cannot be loaded.
        """
        try:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError as error:
            raise AvailabilityError(
                f"the model {source} needs torch and transformers: {error}", hint="pip install 'agentopt[hf]'"
            ) from error
        try:
            tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False)
            model = AutoModelForCausalLM.from_pretrained(source, dtype=dtype, trust_remote_code=False)
        except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            said = str(error).strip().split("\n")[0]
            raise ModelError(
                f"the model {source} cannot be loaded: {said}",
                hint="name a folder with config.json, tokenizer.json and weights",
            ) from error
        chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
        return cls(source, tokenizer, model.to(chosen).eval())

    def encode(self, messages: Sequence[Mapping[str, str]]) -> list[int]:
        """The tokens of a conversation, up to where the reply begins.

        Raises:
            PromptRefused: the model's template does not take such messages.
        """
        from jinja2 import TemplateError

        try:
            encoded = self.tokenizer.apply_chat_template(
                [dict(each) for each in messages], add_generation_prompt=True, return_dict=True
            )
        except (TemplateError, ValueError, TypeError) as error:
            raise PromptRefused(f"the model's chat template refuses the messages: {error}") from error
        return list(encoded["input_ids"])

    def check(self, grammar: str) -> None:
        """See that a grammar can be kept to.

        Raises:
            GrammarError: it cannot.
        """
        self._guides().start(grammar)

    def decode(self, wanted: Wanted, hear: Hear, go_on: Callable[[], bool]) -> list[Written]:
        """Write; a prompt that leaves no room is the caller's to refuse.

        Raises:
            GrammarError: the grammar cannot be kept to.
        """
        import torch

        rows = [self._row(wanted, place, hear) for place in range(wanted.count)]
        following = _Following(rows, go_on, len(wanted.prompt), self)
        prompt = torch.tensor([list(wanted.prompt)] * wanted.count, device=self.model.device)
        with torch.inference_mode(), torch.random.fork_rng(enabled=wanted.seed is not None):
            if wanted.seed is not None:
                torch.manual_seed(wanted.seed)
            self.model.generate(
                input_ids=prompt,
                attention_mask=torch.ones_like(prompt),
                max_new_tokens=wanted.most,
                logits_processor=[following.scores],
                stopping_criteria=[following.ended],
                pad_token_id=self._pad(),
                **_sampling(wanted),
            )
        return [row.written() for row in rows]

    def text(self, tokens: Sequence[int], *, special: bool = False) -> str:
        """What tokens say."""
        return str(
            self.tokenizer.decode(
                list(tokens), skip_special_tokens=not special, clean_up_tokenization_spaces=False
            )
        )

    def _row(self, wanted: Wanted, place: int, hear: Hear) -> _Row:
        guide = self._guides().start(wanted.grammar) if wanted.grammar else None
        return _Row(self, wanted, guide, lambda piece, tokens: hear(place, piece, tokens))

    def _guides(self) -> Grammars:
        if self._grammars is None:
            size = int(self.model.get_output_embeddings().weight.shape[0])
            self._grammars = Grammars(self.tokenizer, size, sorted(self.ends))
        return self._grammars

    def _pad(self) -> int | None:
        pad = self.tokenizer.pad_token_id
        return int(pad) if pad is not None else next(iter(self.ends), None)


class _Row:
    """One sample as it is written; text that may yet turn out to be part of a stop mark is held back."""

    def __init__(
        self,
        decoder: Decoder,
        wanted: Wanted,
        guide: Guide | None,
        hear: Callable[[str, tuple[Token, ...]], None],
    ) -> None:
        self.guide, self.stop = guide, ""
        self._decoder, self._wanted, self._hear = decoder, wanted, hear
        self._tokens: list[int] = []
        self._told: list[Token] = []
        self._from = self._read = self._shown = 0
        self._text = ""
        self._held = max((len(mark) for mark in wanted.stop), default=1) - 1

    @property
    def wants_logprobs(self) -> bool:
        return self._wanted.alternatives is not None

    def add(self, token: int, scores: Any) -> None:
        """Take the next token; `scores` are the model's of all tokens, where they are wanted."""
        self._tokens.append(token)
        if scores is not None:
            self._told.append(self._told_of(token, scores))
        ended = token in self._decoder.ends
        if self.guide is not None and not ended:
            self.guide.take(token)
        self._extend()
        place = min((at for mark in self._wanted.stop if (at := self._text.find(mark)) >= 0), default=-1)
        if place >= 0:
            self._text, ended = self._text[:place], True
        if ended or (self.guide is not None and self.guide.complete):
            self.end("end")
        elif len(self._tokens) >= self._wanted.most:
            self.end("length")
        else:
            self._show(len(self._text) - self._held)

    def end(self, why: Literal["end", "length", "cancelled"]) -> None:
        """Nothing more comes; what was held back is shown."""
        self.stop = why
        self._show(len(self._text))

    def written(self) -> Written:
        stop: Any = self.stop or "length"
        return Written(self._text, len(self._tokens), stop)

    def _extend(self) -> None:
        """Add what the new token says; part of a character waits for the rest."""
        decode = self._decoder.text
        before, now = (
            decode(self._tokens[self._from : self._read]),
            decode(self._tokens[self._from :]),
        )
        if not now.endswith("\ufffd"):
            self._text += now[len(before) :]
            self._from, self._read = self._read, len(self._tokens)

    def _show(self, upto: int) -> None:
        piece = self._text[self._shown : max(upto, self._shown)]
        if piece or (self._told and self.stop):
            self._shown += len(piece)
            told, self._told = tuple(self._told), []
            self._hear(piece, told)

    def _told_of(self, token: int, scores: Any) -> Token:
        import torch

        logs = torch.log_softmax(scores, dim=-1)
        best = torch.topk(logs, min(self._wanted.alternatives or 0, len(logs)))
        say = self._decoder.text
        pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return Token(
            say([token], special=True),
            float(logs[token]),
            tuple((say([each], special=True), float(value)) for each, value in pairs),
        )


class _Following:
    """Goes with the writing: masks scores before a token is drawn, and says after it which rows are done.

    Tokens are taken in whichever of the two calls sees them first.
    """

    def __init__(self, rows: Sequence[_Row], go_on: Callable[[], bool], read: int, decoder: Decoder) -> None:
        self._rows, self._go_on, self._seen = rows, go_on, read
        self._raw: Any = None
        self._decoder = decoder

    def scores(self, tokens: Any, scores: Any) -> Any:
        """The scores of what may come next."""
        import torch

        self._advance(tokens)
        if any(row.wants_logprobs for row in self._rows):
            self._raw = scores.detach().clone()
        for place, row in enumerate(self._rows):
            if row.guide is not None and not row.stop:
                allowed = torch.from_numpy(row.guide.allowed()[: scores.shape[1]]).to(scores.device)
                scores[place].masked_fill_(~allowed, float("-inf"))
        return scores

    def ended(self, tokens: Any, scores: Any, **_: object) -> Any:
        """Which rows are done."""
        import torch

        self._advance(tokens)
        if not self._go_on():
            for row in self._rows:
                if not row.stop:
                    row.end("cancelled")
        return torch.tensor([bool(row.stop) for row in self._rows], device=tokens.device)

    def _advance(self, tokens: Any) -> None:
        new = tokens[:, self._seen :].tolist()
        self._seen = tokens.shape[1]
        for place, row in enumerate(self._rows):
            for token in new[place]:
                if not row.stop:
                    row.add(int(token), None if self._raw is None else self._raw[place])


def _sampling(wanted: Wanted) -> dict[str, Any]:
    """The arguments of `generate`; what the model's own configuration says is overruled."""
    if wanted.temperature > 0:
        drawn: dict[str, Any] = {"do_sample": True, "temperature": wanted.temperature, "top_p": wanted.top_p}
        return {**drawn, "top_k": 0, "repetition_penalty": 1.0}
    return {
        "do_sample": False,
        "temperature": 1.0,
        "top_p": 1.0,
        "top_k": 50,
        "repetition_penalty": 1.0,
    }


def _ends(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    ends = model.generation_config.eos_token_id if model.generation_config is not None else None
    listed = ends if isinstance(ends, list) else [ends]
    return frozenset(int(token) for token in [*listed, tokenizer.eos_token_id] if token is not None)
