"""Training: numpy and torch say the same, the same seed gives the same weights, and a run goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from agentopt.reader.network.features import features  # noqa: E402
from agentopt.reader.network.forward import PAIRS, Shape, forward  # noqa: E402
from agentopt.reader.network.weights import Network, load, shipped  # noqa: E402
from agentopt.reader.tokens import tokenize  # noqa: E402
from agentopt.teaching.reader import Plan, train  # noqa: E402
from agentopt.teaching.reader_data import Example, collate  # noqa: E402
from agentopt.teaching.reader_model import ReaderModel  # noqa: E402

TEXT = (
    "A shop makes desks and chairs. A desk earns $40, a chair $12. At most 30 desks and twice as many chairs."
)
TINY = Shape(width=32, heads=2, layers=1, inner=32, pair=8)


def test_numpy_says_what_torch_says_within_1e_4() -> None:
    from agentopt.reader.network.targets import targets

    network = shipped()
    tokens = tokenize(TEXT)
    seen = features(tokens, network.vocabulary, np.random.default_rng(0))
    model = ReaderModel(network.weights.shape, network.vocabulary.size)
    with torch.no_grad():
        for name, value in model.named_arrays():
            value.copy_(torch.from_numpy(network.weights.arrays[name]))
        wanted = targets(tokens, None)
        assert wanted is not None
        said, pairs, whole = model(collate([Example(tokens, seen, wanted)]))
    scores = forward(network.weights, seen)
    assert np.abs(scores.parts[0] - said[0, :, :4].numpy()).max() < 1e-4
    assert np.abs(scores.roles[0] - said[0, :, 4:20].numpy()).max() < 1e-4
    assert max(np.abs(scores.pairs[n][0] - pairs[0, at].numpy()).max() for at, n in enumerate(PAIRS)) < 1e-4
    assert np.abs(scores.family[0] - whole[0, 2:].numpy()).max() < 1e-4


def _run(folder: Path, examples: int) -> Network:
    plan = Plan(examples=examples, judge_every=10**6, shape=TINY, threads=1, device="cpu", cool=0.0)
    return load(train(folder, plan, lambda network: {}, lambda line: None))


def test_a_seed_gives_the_same_weights_and_a_run_goes_on_where_it_stood(tmp_path: Path) -> None:
    one, other = _run(tmp_path / "a", 2000), _run(tmp_path / "b", 1000)
    assert other.manifest["examples"] < one.manifest["examples"]
    again = _run(tmp_path / "b", 2000)
    assert again.manifest["examples"] == one.manifest["examples"]
    for name, array in one.weights.arrays.items():
        assert np.allclose(array, again.weights.arrays[name], atol=1e-3), name
