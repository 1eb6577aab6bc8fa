"""A chat model made on the spot and over-fitted to a few known exchanges, in a minute or two of one CPU core.

A real server that serves it gives real HTTP, real tokens and known replies, with nothing downloaded. Needs
torch, transformers and tokenizers.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

Exchange = tuple[Sequence[dict[str, str]], str]

CHAT_TEMPLATE = (
    "{%- for m in messages %}{{- '<|im_start|>' + m['role'] + '\n' + (m['content'] or '') + '<|im_end|>\n' }}"
    "{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}"
)
MAX_LENGTH = 4096


def make(folder: Path, exchanges: Sequence[Exchange], *, max_seconds: float = 600.0) -> int:
    """Write a model of about a million parameters into `folder`; return how many replies it repeats exactly.

    The architecture is Qwen2's with heads of 32, the smallest that every server's attention takes.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from transformers import AutoTokenizer, GenerationConfig, Qwen2Config, Qwen2ForCausalLM

    torch.set_num_threads(1)
    torch.manual_seed(0)
    folder.mkdir(parents=True, exist_ok=True)
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
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = Qwen2ForCausalLM(config)
    rows = []
    for messages, reply in exchanges:
        prompt = tokenizer.apply_chat_template(list(messages), add_generation_prompt=True, return_dict=True)[
            "input_ids"
        ]
        answer = [*tokenizer(reply).input_ids, tokenizer.eos_token_id]
        rows.append((prompt + answer, [-100] * len(prompt) + answer))
    length = max(len(row) for row, _ in rows)
    pad = tokenizer.pad_token_id
    inputs = torch.tensor([row + [pad] * (length - len(row)) for row, _ in rows])
    targets = torch.tensor([row + [-100] * (length - len(row)) for _, row in rows])
    attention = (torch.arange(length)[None, :] < torch.tensor([[len(row)] for row, _ in rows])).long()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.0)
    deadline = time.monotonic() + max_seconds
    while time.monotonic() < deadline:
        loss = model(input_ids=inputs, attention_mask=attention, labels=targets).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if loss.item() < 0.002:
            break
    model.eval()
    model.generation_config = GenerationConfig(
        eos_token_id=tokenizer.eos_token_id, pad_token_id=pad, do_sample=False
    )
    exact = 0
    for messages, reply in exchanges:
        encoded = tokenizer.apply_chat_template(
            list(messages), add_generation_prompt=True, return_dict=True, return_tensors="pt"
        )
        output = model.generate(**encoded, max_new_tokens=1024, do_sample=False, pad_token_id=pad)
        text = tokenizer.decode(output[0, encoded["input_ids"].shape[1] :], skip_special_tokens=True)
        exact += text == reply
    model.save_pretrained(folder)
    return exact


def _tokenizer(exchanges: Sequence[Exchange]):
    """A byte-level BPE of at most 2,048 tokens, trained on the exchanges themselves."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    corpus = [text for messages, reply in exchanges for text in [*(m["content"] for m in messages), reply]]
    corpus.append(Path(json.__file__).read_text(encoding="utf-8"))
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=2048,
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
