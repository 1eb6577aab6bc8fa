"""A chat model made on the spot and over-fitted to a few known exchanges, in a minute or two of one CPU core.

A real server that serves it gives real HTTP, real tokens and known replies, with nothing downloaded. Needs
torch and transformers; run by path, so that an interpreter without anything else can make it:
`python tiny_model.py EXCHANGES.json FOLDER`, where the file holds a list of `[messages, reply]`.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Exchange = tuple[Sequence[dict[str, str]], str]
Row = tuple[list[int], list[int]]
"""Tokens read, and tokens to be written."""

CHAT_TEMPLATE = (
    "{%- for m in messages %}{{- '<|im_start|>' + m['role'] + '\n' + (m['content'] or '') + '<|im_end|>\n' }}"
    "{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}"
)
MAX_LENGTH = 8192
TAIL = 160
"""Tokens of a long prompt that most of the training sees: a step on the whole of it takes seconds."""
GOOD = 0.004
"""The loss at which a reply is as good as learnt by heart."""


def make(folder: Path, exchanges: Sequence[Exchange], *, max_seconds: float = 900.0) -> list[bool]:
    """Write a model of about a million parameters into `folder`; which replies it repeats exactly.

    The architecture is Qwen2's with heads of 32, the smallest that every server's attention takes.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from transformers import GenerationConfig

    torch.set_num_threads(1)
    torch.manual_seed(0)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer, model = _untrained(folder, exchanges)
    end = tokenizer.eos_token_id
    rows = [
        (
            list(
                tokenizer.apply_chat_template(list(messages), add_generation_prompt=True, return_dict=True)[
                    "input_ids"
                ]
            ),
            [*tokenizer(reply).input_ids, end],
        )
        for messages, reply in exchanges
    ]
    deadline = time.monotonic() + max_seconds
    _train(model, [(read[-TAIL:], written) for read, written in rows], deadline, rate=3e-3)
    if any(len(read) > TAIL for read, _ in rows):
        _train(model, rows, deadline, rate=1e-3)
    model.eval()
    model.generation_config = GenerationConfig(
        eos_token_id=end, pad_token_id=tokenizer.pad_token_id, do_sample=False
    )
    model.save_pretrained(folder)
    return [_repeats(model, row) for row in rows]


def _untrained(folder: Path, exchanges: Sequence[Exchange]) -> tuple[Any, Any]:
    from transformers import AutoTokenizer, Qwen2Config, Qwen2ForCausalLM

    tokenizer = _tokenizer(exchanges)
    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=MAX_LENGTH,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=True,
    )
    # Beside a config, `AutoTokenizer` gives the tokenizer Qwen2's own way of splitting words; the model must
    # be trained on what servers will load.
    tokenizer.save_pretrained(folder)
    config.save_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder), Qwen2ForCausalLM(config)


def _train(model: Any, rows: Sequence[Row], deadline: float, *, rate: float) -> None:
    """Learn the replies by heart; long rows are read one by one, short ones together."""
    import torch

    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.0)
    short = [row for row in rows if len(row[0]) + len(row[1]) <= TAIL]
    batches = [[row] for row in rows if row not in short] + ([short] if short else [])
    prepared = [_batch(batch) for batch in batches]
    while time.monotonic() < deadline:
        optimizer.zero_grad()
        worst = 0.0
        for inputs, targets, attention in prepared:
            loss = model(input_ids=inputs, attention_mask=attention, labels=targets).loss
            loss.backward()
            worst = max(worst, loss.item())
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if worst < GOOD:
            break


def _batch(rows: Sequence[Row]) -> tuple[Any, Any, Any]:
    """Tokens, targets and mask; what is read has no target."""
    import torch

    length = max(len(read) + len(written) for read, written in rows)
    inputs = torch.zeros((len(rows), length), dtype=torch.long)
    targets = torch.full((len(rows), length), -100)
    attention = torch.zeros((len(rows), length), dtype=torch.long)
    for place, (read, written) in enumerate(rows):
        end = len(read) + len(written)
        inputs[place, :end] = torch.tensor(read + written)
        targets[place, len(read) : end] = torch.tensor(written)
        attention[place, :end] = 1
    return inputs, targets, attention


def _repeats(model: Any, row: Row) -> bool:
    """Whether the model writes the reply by itself."""
    import torch

    read, written = row
    with torch.inference_mode():
        output = model.generate(
            torch.tensor([read]), attention_mask=torch.ones((1, len(read))), max_new_tokens=len(written) + 8
        )
    return bool(output[0, len(read) :].tolist() == written)


def _tokenizer(exchanges: Sequence[Exchange]) -> Any:
    """A byte-level BPE of at most 4,096 tokens, trained on the exchanges themselves."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    corpus = [text for messages, reply in exchanges for text in [*(m["content"] for m in messages), reply]]
    corpus.append(Path(json.__file__).read_text(encoding="utf-8"))
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=4096,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus * 2, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        model_max_length=MAX_LENGTH,
        additional_special_tokens=["<|im_start|>"],
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast


def main(arguments: Sequence[str]) -> int:
    """Make a model; which replies it repeats, as JSON on standard output."""
    exchanges, folder = arguments
    began = time.process_time()
    exact = make(
        Path(folder), [(messages, reply) for messages, reply in json.loads(Path(exchanges).read_text())]
    )
    print(json.dumps({"exact": exact, "cpu_seconds": round(time.process_time() - began, 1)}))
    return 0 if all(exact) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
