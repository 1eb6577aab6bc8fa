"""The shipped network: its file, its features, and that it reads the same text the same way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agentopt.errors import AgentoptError
from agentopt.reader.network.features import NUM_NAMES, features
from agentopt.reader.network.reader import read
from agentopt.reader.network.weights import load, save, shipped
from agentopt.reader.tokens import tokenize

TEXT = (
    "A workshop makes desks and chairs. A desk takes 3 hours of labor and earns $40. A chair takes 1 hour of "
    "labor and earns $12. There are 60 hours of labor available. How many of each should be made to maximize "
    "profit?"
)


def test_the_file_is_small_and_says_how_it_came_to_be() -> None:
    path = Path(shipped.__wrapped__.__code__.co_filename).parent.parent / "weights.npz"
    assert path.stat().st_size <= 12_000_000
    assert {"generator", "examples", "scores", "plan"} <= set(shipped().manifest)


def test_weights_survive_being_written(tmp_path: Path) -> None:
    save(tmp_path / "weights.npz", shipped())
    again = load(tmp_path / "weights.npz")
    assert again.vocabulary == shipped().vocabulary
    assert all(np.array_equal(again.weights.arrays[name], a) for name, a in shipped().weights.arrays.items())


def test_a_file_that_holds_no_weights_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "weights.npz").write_bytes(b"no archive")
    with pytest.raises(AgentoptError, match="holds no weights"):
        load(tmp_path / "weights.npz")


def test_unknown_words_are_names_the_same_for_the_same_stem() -> None:
    tokens = tokenize("A zorblat and two zorblats")
    seen = features(tokens, shipped().vocabulary, np.random.default_rng(1), readings=8)
    assert (seen.words[:, 1] == seen.words[:, 4]).all()
    assert len(set(seen.words[:, 1].tolist())) > 1
    assert seen.stems[1] == seen.stems[4]
    assert seen.words.max() < shipped().vocabulary.size
    assert NUM_NAMES > 1


def test_a_plain_problem_is_read_and_read_alike_twice() -> None:
    tokens = tokenize(TEXT)
    one, other = read(tokens), read(tokens)
    assert one == other
    assert one.best is not None
    assert [decision.name for decision in one.best.mix.decisions] == ["desks", "chairs"]
    assert one.best.mix.sense == "maximize"
    assert sum(one.families.values()) == pytest.approx(1.0)


def test_a_text_without_numbers_has_no_reading() -> None:
    assert read(tokenize("Tell me a joke about penguins.")).best is None
