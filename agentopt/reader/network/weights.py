"""The file of weights: arrays in half precision, vocabulary and manifest, in one `.npz`."""

from __future__ import annotations

__all__ = ["Network", "load", "save", "shipped"]

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from agentopt.errors import AgentoptError
from agentopt.reader.network.features import Vocabulary
from agentopt.reader.network.forward import Shape, Weights


@dataclass(frozen=True)
class Network:
    """Weights, the vocabulary they were trained with, and how they came to be.

    Attributes:
        weights: the arrays.
        vocabulary: the words known by name.
        manifest: generator version, seed, examples, scores.
    """

    weights: Weights
    vocabulary: Vocabulary
    manifest: Mapping[str, JsonValue]


def save(path: Path, network: Network) -> None:
    """Write a network whole, or not at all."""
    import io

    from agentopt.runs.files import replace_whole

    described = {
        "shape": asdict(network.weights.shape),
        "words": list(network.vocabulary.words),
        "num_fixed": network.vocabulary.num_fixed,
        "manifest": dict(network.manifest),
    }
    arrays: dict[str, NDArray[np.generic]] = {
        name: array.astype(np.float16) for name, array in network.weights.arrays.items()
    }
    arrays["described"] = np.frombuffer(json.dumps(described).encode(), np.uint8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]  # numpy's stub takes no mapping of arrays
    replace_whole(path, buffer.getvalue())


def load(path: Path) -> Network:
    """The network of a file.

    Raises:
        AgentoptError: it holds none.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            described = json.loads(bytes(file["described"]))
            arrays = {name: file[name].astype(np.float32) for name in file.files if name != "described"}
            return Network(
                Weights(Shape(**described["shape"]), arrays),
                Vocabulary(tuple(described["words"]), described["num_fixed"]),
                described["manifest"],
            )
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise AgentoptError(
            f"{path} holds no weights of the built-in reader: {error}",
            hint="make them with `agentopt train reader`, or install agentopt again",
        ) from error


@cache
def shipped() -> Network:
    """The network that comes with agentopt."""
    return load(Path(__file__).parent.parent / "weights.npz")
