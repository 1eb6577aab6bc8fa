"""Model files: LP and MPS out and in, plain or gzip.

`export` writes by suffix; `read` gives a `Compiled` whose instance is a real formulation over the sets of
columns, rows and entries of the file, so that everything downstream (verification, reports, Pyomo) works
as for any other.
"""

from __future__ import annotations

__all__ = ["SUFFIXES", "export", "read"]

import gzip
import tempfile
from pathlib import Path

from agentopt.compiling.arrays import Compiled
from agentopt.errors import CompileError, UsageError

SUFFIXES = (".lp", ".mps", ".nl")
"""What `export` writes; `.lp` and `.mps` also with `.gz`, and these are what `read` takes."""

MAX_BYTES = 4_000_000_000


def export(compiled: Compiled, path: str | Path) -> Path:
    """Write a model file; the suffix says which kind.

    Raises:
        UsageError: the suffix is none of `SUFFIXES`.
        CompileError: the model has parts the format cannot state.
    """
    target = Path(path)
    kind, packed = _kind(target)
    if kind == ".nl":
        from agentopt.compiling import pyomo_model

        return pyomo_model.write(compiled, target)
    from agentopt.compiling import lp_file, mps_file

    text = lp_file.text(compiled) if kind == ".lp" else mps_file.text(compiled)
    data = text.encode()
    _write(target, gzip.compress(data, mtime=0) if packed else data)
    return target


def read(path: str | Path) -> Compiled:
    """The model in an LP or MPS file, gzip too.

    Raises:
        UsageError: no such file, or a suffix that is neither.
        CompileError: the file does not parse.
    """
    source = Path(path)
    kind, packed = _kind(source)
    if kind not in {".lp", ".mps"}:
        raise UsageError(
            f"`{source.name}` is neither an LP nor an MPS file", hint="`.lp`, `.mps`, also with `.gz`"
        )
    if not source.is_file():
        raise UsageError(f"there is no file `{source}`")
    from agentopt.compiling.flat import from_highs

    if not packed:
        return from_highs(source, source.name)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / f"model{kind}"
        _unpack(source, plain)
        return from_highs(plain, source.name)


def _unpack(source: Path, plain: Path) -> None:
    """Decompress in pieces, with a limit on what a small file may grow to."""
    size = 0
    try:
        with gzip.open(source) as packed, plain.open("wb") as out:
            while piece := packed.read(1 << 20):
                size += len(piece)
                if size > MAX_BYTES:
                    raise CompileError(f"`{source.name}` unpacks to more than {MAX_BYTES:,} bytes")
                out.write(piece)
    except (gzip.BadGzipFile, EOFError) as error:
        raise CompileError(f"`{source.name}` is not a whole gzip file: {error}") from None


def _kind(path: Path) -> tuple[str, bool]:
    suffixes = [s.lower() for s in path.suffixes]
    packed = bool(suffixes) and suffixes[-1] == ".gz"
    kind = (suffixes[-2:-1] if packed else suffixes[-1:]) or [""]
    if kind[0] not in SUFFIXES or (packed and kind[0] not in {".lp", ".mps"}):
        raise UsageError(
            f"`{path.name}` does not say what kind of model file it is",
            hint="end it with .lp, .mps, .lp.gz, .mps.gz or .nl",
        )
    return kind[0], packed


def _write(target: Path, data: bytes) -> None:
    """Whole or not at all: a temporary name in the same folder, then a rename."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    try:
        draft.write_bytes(data)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
