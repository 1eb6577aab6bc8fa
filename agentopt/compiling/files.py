"""Model files: LP and MPS out and in, plain or gzip.

`export` writes by suffix; `read` gives a `Compiled` whose instance is a real formulation over the sets of
columns, rows and entries of the file, so that everything downstream (verification, reports, Pyomo) works
as for any other.
"""

from __future__ import annotations

__all__ = ["SUFFIXES", "export", "read"]

import gzip
import time
import zlib
from pathlib import Path

from agentopt.compiling.arrays import Compiled
from agentopt.compiling.standing import made_of_rows
from agentopt.errors import FormulationError, UsageError
from agentopt.runs.files import replace_whole

SUFFIXES = (".lp", ".mps", ".nl")
"""What `export` writes; `.lp` and `.mps` also with `.gz`, and these are what `read` takes."""

MAX_BYTES = 2_000_000_000
"""How much text a packed file may hold."""


def export(compiled: Compiled, path: str | Path) -> Path:
    """Write a model file; the suffix says which kind.

    Raises:
        UsageError: the suffix is none of `SUFFIXES`.
        CompileError: the model has parts the format cannot state.
    """
    target = Path(path)
    kind, packed = _kind(target)
    made_of_rows(compiled)
    if kind == ".nl":
        from agentopt.compiling import pyomo_model

        return pyomo_model.write(compiled, target)
    from agentopt.compiling import lp_file, mps_file

    text = lp_file.text(compiled) if kind == ".lp" else mps_file.text(compiled)
    data = text.encode()
    target.parent.mkdir(parents=True, exist_ok=True)
    replace_whole(target.resolve(), gzip.compress(data, mtime=0) if packed else data)
    return target


def read(path: str | Path) -> Compiled:
    """The model in an LP or MPS file, gzip too.

    Raises:
        UsageError: no such file, or a suffix that is neither.
        FormulationError: the file does not say what its suffix says; the message has the line.
        CompileError: a special set or an indicator has columns without proven bounds.
    """
    started = time.perf_counter()
    source = Path(path)
    kind, packed = _kind(source)
    if kind not in {".lp", ".mps"}:
        raise UsageError(
            f"`{source.name}` is neither an LP nor an MPS file", hint="`.lp`, `.mps`, also with `.gz`"
        )
    if not source.is_file():
        raise UsageError(f"there is no file `{source}`")
    from agentopt.compiling import lp_reader, mps_reader
    from agentopt.compiling.flat import compiled_file

    parse = lp_reader.parse if kind == ".lp" else mps_reader.parse
    return compiled_file(parse(_text(source, packed), source.name), started)


def _text(source: Path, packed: bool) -> str:
    """The text of a file; comments may be in any encoding."""
    try:
        data = _unpacked(source) if packed else source.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        what = "is not a whole gzip file" if packed else "cannot be read"
        raise FormulationError(f"`{source.name}` {what}: {error}") from None
    if not data.strip():
        raise FormulationError(f"`{source.name}` is empty")
    if b"\0" in data:
        raise FormulationError(f"`{source.name}` is not text: it has a zero byte at {data.index(0):,}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _unpacked(source: Path) -> bytes:
    """Decompress in pieces, with a limit on what a small file may grow to."""
    pieces, size = [], 0
    with gzip.open(source) as packed:
        while piece := packed.read(1 << 20):
            size += len(piece)
            if size > MAX_BYTES:
                raise FormulationError(f"`{source.name}` unpacks to more than {MAX_BYTES:,} bytes")
            pieces.append(piece)
    return b"".join(pieces)


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
