"""A transformers model in this process: for experiments without a server (extra `hf`).

One request after the other, each with its own seed, so that a reply does not depend on its neighbours. For
throughput, serve the model instead.
"""

from __future__ import annotations

__all__ = ["Local"]

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from agentopt.errors import AvailabilityError, ModelError
from agentopt.models.base import Reply, Request, Usage, Watch
from agentopt.models.wire import sent_seed

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

DEFAULT_MAX_TOKENS = 2048


class Local:
    """A model from a folder or a hub name, loaded when first asked.

    Args:
        source: a folder in transformers' format, or a hub name.
        device: `cpu`, `cuda`; chosen if empty.

    Raises:
        AvailabilityError: torch or transformers is not installed.
        ModelError: the model cannot be loaded.
    """

    def __init__(self, source: str, *, device: str = "") -> None:
        self.source = source
        self.name = f"local:{source}"
        self._device = device
        self._lock = threading.Lock()
        self._loaded: tuple[PreTrainedTokenizerBase, PreTrainedModel] | None = None

    @property
    def identity(self) -> str:
        """Its name."""
        return self.name

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        """Replies, one after the other."""
        seen, replies = watch or Watch(), []
        with self._lock:
            for position, request in enumerate(requests):
                if seen.deadline is not None and time.monotonic() >= seen.deadline:
                    reply = Reply(
                        "", Usage(calls=0), "error", "the time was over before the request was read"
                    )
                else:
                    reply = self._one(request, partial(seen.text, position))
                seen.reply(position, reply)
                replies.append(reply)
        return replies

    def close(self) -> None:
        """Let go of the weights; a later call loads them again."""
        with self._lock:
            self._loaded = None

    def _load(self) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
        if self._loaded is None:
            try:
                import torch
                from transformers import AutoModelForCausalLM, AutoTokenizer
            except ImportError as error:
                raise AvailabilityError(
                    f"`{self.name}` needs torch and transformers: {error}", hint="pip install 'agentopt[hf]'"
                ) from error
            try:
                tokenizer = AutoTokenizer.from_pretrained(self.source)
                model = AutoModelForCausalLM.from_pretrained(self.source, dtype="auto")
            except (OSError, ValueError) as error:
                said = str(error).strip().split("\n")[0]
                raise ModelError(
                    f"the model {self.source} cannot be loaded: {said}",
                    hint="name a folder with config.json, tokenizer.json and weights",
                ) from error
            if tokenizer.chat_template is None:
                raise ModelError(
                    f"the model {self.source} has no chat template", hint="use an instruction-tuned model"
                )
            device = self._device or ("cuda" if torch.cuda.is_available() else "cpu")
            self._loaded = tokenizer, model.to(device).eval()
        return self._loaded

    def _one(self, request: Request, show: Callable[[str], None]) -> Reply:
        tokenizer, model = self._load()
        import torch  # only now: that it is missing is told by `_load`

        began, sampling = time.monotonic(), request.sampling
        turns = [{"role": turn.role, "content": turn.content} for turn in request.messages]
        encoded = tokenizer.apply_chat_template(
            turns, add_generation_prompt=True, return_tensors="pt", return_dict=True
        ).to(model.device)
        asked = encoded["input_ids"].shape[1]
        room = getattr(model.config, "max_position_embeddings", asked + DEFAULT_MAX_TOKENS) - asked
        if room < 1:
            message = f"the prompt has {asked:,} tokens, and {self.name} reads {asked + room:,}"
            return Reply("", Usage(asked, 0), "error", message, self.name)
        most = min(sampling.max_tokens or DEFAULT_MAX_TOKENS, room)
        streamer = _Streamer(tokenizer, asked, show)
        seed = sent_seed(sampling)
        with torch.inference_mode(), torch.random.fork_rng(enabled=seed is not None):
            if seed is not None:
                torch.manual_seed(seed)
            out = model.generate(
                **encoded, max_new_tokens=most, streamer=streamer, tokenizer=tokenizer, **_sampled(request)
            )
        written = out[0][asked:]
        text = tokenizer.decode(written, skip_special_tokens=True)
        cut = len(written) >= most
        for mark in sampling.stop:
            text, found, _ = text.partition(mark)
            cut = cut and not found
        ended = not cut or int(written[-1]) in _ends(model, tokenizer)
        usage = Usage(asked, len(written), 0.0, time.monotonic() - began)
        return Reply(text, usage, "end" if ended else "length", "", self.name)


def _sampled(request: Request) -> dict[str, Any]:
    """The arguments of `generate` for a sampling; what the model's own configuration says is overruled."""
    sampling = request.sampling
    made: dict[str, Any] = {"do_sample": sampling.temperature > 0, "top_k": 0, "repetition_penalty": 1.0}
    if sampling.temperature > 0:
        made |= {"temperature": sampling.temperature, "top_p": sampling.top_p}
    else:
        made |= {"temperature": 1.0, "top_p": 1.0, "top_k": 50}
    if sampling.stop:
        made["stop_strings"] = list(sampling.stop)
    return made


def _ends(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> set[int]:
    ends = model.generation_config.eos_token_id if model.generation_config is not None else None
    listed = ends if isinstance(ends, list) else [ends]
    return {int(token) for token in [*listed, tokenizer.eos_token_id] if token is not None}


class _Streamer:
    """Shows text as tokens come, in whole characters."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, skipped: int, show: Callable[[str], None]) -> None:
        self._tokenizer = tokenizer
        self._tokens: list[int] = []
        self._prompt_seen = False
        self._show = show
        self._shown = 0

    def put(self, value: Any) -> None:
        """Take new tokens; the first are the prompt's."""
        if not self._prompt_seen:
            self._prompt_seen = True
            return
        self._tokens += value.flatten().tolist()
        text = self._tokenizer.decode(self._tokens, skip_special_tokens=True)
        if not text.endswith("\ufffd"):
            self._flush(text)

    def end(self) -> None:
        """Show what is left."""
        self._flush(self._tokenizer.decode(self._tokens, skip_special_tokens=True))

    def _flush(self, text: str) -> None:
        if len(text) > self._shown:
            self._show(text[self._shown :])
            self._shown = len(text)
