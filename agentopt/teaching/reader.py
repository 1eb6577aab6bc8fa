"""Training the built-in reader on generated problems.

The learning rate rises, stays, and falls in the last part of the run, so that a run can be prolonged from its
steady part. What is kept is an average of the weights over the last steps. Hidden matrices are trained with
Muon (Jordan et al., 2024; orthogonalised momentum), all else with AdamW.
"""

from __future__ import annotations

__all__ = ["Plan", "train"]

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import torch
from pydantic import JsonValue
from torch import Tensor

import agentopt
from agentopt.reader.network.features import Vocabulary
from agentopt.reader.network.forward import Shape, Weights
from agentopt.reader.network.weights import Network, save
from agentopt.synthesis.problem import GENERATOR_VERSION
from agentopt.teaching.reader_data import POOL, Mixture, build_vocabulary, collate, pools
from agentopt.teaching.reader_model import Batch, ReaderModel, loss
from agentopt.training.muon import Muon

Report = Callable[[Mapping[str, JsonValue]], None]
"""Told a line of the curve."""

Judge = Callable[[Network], Mapping[str, JsonValue]]
"""Scores a network on the visible sets."""


@dataclass(frozen=True)
class Plan:
    """A training run.

    Attributes:
        examples: generated problems to see, each once.
        seed: of generation, names and initial weights.
        rate: greatest learning rate.
        batch_tokens: tokens of a batch, padding included.
        warm, cool: shares of the run in which the rate rises and falls.
        average: half-life of the average of weights, in steps.
        judge_every: examples between two evaluations.
        shape: sizes of the network.
        threads: of torch; all if 0.
        workers: processes that generate.
        device: `cuda`, `cpu`, or the better one there is if empty.
    """

    examples: int = 1_000_000
    seed: int = 0
    rate: float = 2e-3
    batch_tokens: int = 2_560
    warm: float = 0.01
    cool: float = 0.0
    average: float = 200.0
    judge_every: int = 50_000
    shape: Shape = field(default_factory=Shape)
    threads: int = 0
    workers: int = 1
    device: str = ""

    def rate_at(self, seen: int) -> float:
        """The learning rate after so many examples: linear up, steady, linear down."""
        share = seen / self.examples
        up = min(1.0, share / self.warm) if self.warm else 1.0
        down = min(1.0, (1 - share) / self.cool) if self.cool else 1.0
        return self.rate * max(0.01, min(up, down))


@dataclass
class _State:
    """What a checkpoint holds."""

    model: ReaderModel
    average: dict[str, Tensor]
    optimizers: list[torch.optim.Optimizer]
    vocabulary: Vocabulary
    stages: list[JsonValue] = field(default_factory=list)
    pool: int = 0
    seen: int = 0
    step: int = 0


def train(
    folder: Path,
    plan: Plan,
    judge: Judge,
    report: Report,
    *,
    mixture: Mixture | None = None,
    begin: Network | None = None,
) -> Path:
    """Train, or go on where the folder's checkpoint stands; the path of the weights.

    Args:
        folder: holds `checkpoint.pt`, `curve.jsonl` and at the end `weights.npz`.
        plan: how; of a run that goes on, only what is not yet fixed may differ (`examples`, `threads`, ...).
        judge: scores the network, every `judge_every` examples and at the end.
        report: told every line of the curve.
        mixture: of problems.
        begin: a network of the same shape whose weights a new run starts from, word by word.
    """
    if plan.threads:
        torch.set_num_threads(plan.threads)
    mixture = mixture or Mixture()
    if begin is not None:
        plan = replace(plan, shape=begin.weights.shape)
    device = plan.device or ("cuda" if torch.cuda.is_available() else "cpu")
    state = _begin(folder, plan, mixture, device, begin)
    stream = pools(mixture, state.vocabulary, plan.seed, state.pool, plan.batch_tokens, plan.workers)
    began, total, count = time.monotonic(), 0.0, 0
    judged = state.seen // plan.judge_every
    while state.seen < plan.examples:
        for batch in next(stream):
            total, count = total + _step(state, plan, collate(batch).to(device), len(batch)), count + 1
        state.pool += 1
        line: dict[str, JsonValue] = {
            "examples": state.seen,
            "loss": round(total / count, 4),
            "rate": plan.rate_at(state.seen),
            "seconds": round(time.monotonic() - began, 1),
        }
        total, count = 0.0, 0
        if state.seen // plan.judge_every > judged or state.seen >= plan.examples:
            judged = state.seen // plan.judge_every
            line |= judge(_network(state, plan, {}))
        if state.pool % 8 == 0 or len(line) > 4:
            _keep(folder, state)
        report(line)
        with (folder / "curve.jsonl").open("a", encoding="utf-8") as curve:
            curve.write(json.dumps(line) + "\n")
    _keep(folder, state)
    scores = {name: value for name, value in line.items() if name not in ("examples", "rate", "seconds")}
    save(folder / "weights.npz", _network(state, plan, scores))
    return folder / "weights.npz"


def _begin(folder: Path, plan: Plan, mixture: Mixture, device: str, begin: Network | None) -> _State:
    """A new state, or the one of the checkpoint."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "checkpoint.pt"
    kept = torch.load(path, map_location=device, weights_only=True) if path.exists() else None
    if kept is None:
        vocabulary = build_vocabulary(mixture, plan.seed + 10**6)
    else:
        vocabulary = Vocabulary(tuple(kept["words"]), kept["num_fixed"])
    torch.manual_seed(plan.seed)
    model = ReaderModel(plan.shape, vocabulary.size).to(device)
    if kept is None and begin is not None:
        _start_from(model, vocabulary, begin)
    average = {name: value.detach().clone() for name, value in model.named_arrays()}
    state = _State(model, average, _optimizers(model, plan), vocabulary)
    if begin is not None:
        state.stages = [*_listed(begin.manifest.get("stages")), _stage(begin.manifest)]
    if kept is not None:
        model.load_state_dict(kept["model"])
        state.average = kept["average"]
        for optimizer, saved in zip(state.optimizers, kept["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        state.pool, state.seen, state.step = kept["pool"], kept["seen"], kept["step"]
        state.stages = json.loads(kept["stages"])
    return state


def _listed(found: JsonValue) -> list[JsonValue]:
    return found if isinstance(found, list) else []


def _stage(manifest: Mapping[str, JsonValue]) -> JsonValue:
    """What a run was, as the runs that go on from its weights tell it."""
    plan = manifest.get("plan")
    seed = plan.get("seed") if isinstance(plan, dict) else None
    return {"generator": manifest.get("generator"), "seed": seed, "examples": manifest.get("examples")}


def _start_from(model: ReaderModel, vocabulary: Vocabulary, begin: Network) -> None:
    """Copy the weights of another network; words it does not know keep their random ones."""
    with torch.no_grad():
        for name, value in model.named_arrays():
            found = torch.from_numpy(begin.weights.arrays[name]).to(value.device)
            if name != "words":
                value.copy_(found)
                continue
            slots = vocabulary.size - len(vocabulary.words)
            value[:slots] = found[:slots]
            for word, at in vocabulary.index.items():
                if word in begin.vocabulary.index:
                    value[at] = found[begin.vocabulary.index[word]]


def _optimizers(model: ReaderModel, plan: Plan) -> list[torch.optim.Optimizer]:
    hidden = model.hidden_matrices()
    others = [p for p in model.parameters() if all(p is not each for each in hidden)]
    return [
        Muon(hidden, plan.rate),
        torch.optim.AdamW(others, lr=plan.rate, betas=(0.9, 0.98), weight_decay=0.01),
    ]


def _step(state: _State, plan: Plan, batch: Batch, size: int) -> float:
    """One step of the optimizers; the loss before it."""
    on_gpu = batch.words.is_cuda
    for optimizer in state.optimizers:
        for group in optimizer.param_groups:
            group["lr"] = plan.rate_at(state.seen)
        optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cuda", dtype=torch.bfloat16, enabled=on_gpu):
        outputs = state.model(batch)
    found = loss(outputs, batch)
    found.backward()  # type: ignore[no-untyped-call,unused-ignore]  # torch does not type it
    torch.nn.utils.clip_grad_norm_(state.model.parameters(), 1.0)
    for optimizer in state.optimizers:
        optimizer.step()
    state.step += 1
    state.seen += size
    decay = min(1 - math.log(2) / plan.average, (1 + state.step) / (10 + state.step))
    with torch.no_grad():
        for name, value in state.model.named_arrays():
            state.average[name].lerp_(value, 1 - decay)
    return float(found.detach())


def _network(state: _State, plan: Plan, scores: Mapping[str, JsonValue]) -> Network:
    """The averaged weights with their manifest."""
    arrays = {name: value.float().cpu().numpy() for name, value in state.average.items()}
    described = replace(plan, device=plan.device or "automatic")
    return Network(
        Weights(plan.shape, arrays),
        state.vocabulary,
        {
            "agentopt": agentopt.__version__,
            "generator": GENERATOR_VERSION,
            "plan": asdict(described),
            "examples": state.seen,
            "stages": state.stages,
            "pool": POOL,
            "parameters": sum(array.size for array in arrays.values()),
            "scores": dict(scores),
        },
    )


def _keep(folder: Path, state: _State) -> None:
    """Write the checkpoint whole."""
    passing = folder / "checkpoint.tmp"
    torch.save(
        {
            "model": state.model.state_dict(),
            "average": state.average,
            "optimizers": [each.state_dict() for each in state.optimizers],
            "words": list(state.vocabulary.words),
            "num_fixed": state.vocabulary.num_fixed,
            "pool": state.pool,
            "seen": state.seen,
            "step": state.step,
            "stages": json.dumps(state.stages),
        },
        passing,
    )
    passing.replace(folder / "checkpoint.pt")
