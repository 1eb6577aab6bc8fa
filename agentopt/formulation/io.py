"""Formulations from and to files: YAML and JSON, one schema, exact round trips.

Reading is for untrusted text: size and depth are limited, nothing is constructed but plain data, duplicate
keys are errors with their line. Writing keeps the order of fields and leaves out what is at its default.
"""

from __future__ import annotations

__all__ = ["MAX_CHARACTERS", "dumps", "load", "loads"]

import gzip
import json
import math
import zlib
from pathlib import Path
from typing import Literal

from agentopt.errors import FormulationError
from agentopt.formulation.elements import Formulation
from agentopt.formulation.validation import validate
from agentopt.formulation.yaml_text import MAX_DIGITS, MAX_NESTING, read_yaml, write_yaml

MAX_CHARACTERS = 20_000_000
_SUFFIXES: dict[str, Literal["yaml", "json"]] = {".yaml": "yaml", ".yml": "yaml", ".json": "json"}


def load(path: Path | str) -> Formulation:
    """Read a formulation from a `.yaml`, `.yml` or `.json` file, gzipped (`.gz`) or not.

    Raises:
        FormulationError: the file cannot be read or does not hold a formulation.
    """
    path = Path(path)
    suffixes = [s.lower() for s in path.suffixes]
    packed = suffixes[-1:] == [".gz"]
    suffix = (suffixes[:-1] if packed else suffixes)[-1:] or [""]
    if suffix[0] not in _SUFFIXES:
        raise FormulationError(
            f"`{path}`: a formulation is a .yaml, .yml or .json file, not `{suffix[0] or path.name}`",
            hint=f"rename it, e.g. to `{path.stem}.yaml`",
        )
    try:
        with gzip.open(path, "rb") if packed else path.open("rb") as stream:
            content = stream.read(4 * MAX_CHARACTERS + 1)
    except FileNotFoundError:
        raise FormulationError(f"there is no file `{path}`", hint=_beside(path)) from None
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FormulationError(f"`{path}` cannot be read: {reason}") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormulationError(
            f"`{path}` is not UTF-8 text: byte {error.start} is 0x{content[error.start]:02x}",
            hint="save it as UTF-8",
        ) from None
    return loads(text, format=_SUFFIXES[suffix[0]], source=str(path)).with_origin(path)


def _beside(path: Path) -> str:
    from agentopt.errors import nearest

    names = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
    return nearest(path.name, names)


def loads(text: str, *, format: Literal["auto", "yaml", "json"] = "auto", source: str = "") -> Formulation:
    r"""Read a formulation from text.

    Args:
        text: the document.
        format: `auto` takes a text that starts with `{` for JSON.
        source: the name messages give the text.

    Raises:
        FormulationError: with every problem, its path, what was found and what was expected.

    >>> loads("variables: {x: {upper: 4}}\nobjective: {maximize: x}").objectives[0].expression
    'x'
    """
    return validate(read(text, format=format, source=source), source=source)


def read(text: str, *, format: Literal["auto", "yaml", "json"] = "auto", source: str = "") -> object:
    """The plain data of a YAML or JSON text, not yet validated.

    Raises:
        FormulationError: the text is neither, or uses what a formulation does not.
    """
    name = f"`{source}`" if source else "the formulation"
    if len(text) > MAX_CHARACTERS:
        raise FormulationError(
            f"{name} has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read",
            hint="keep large tables in files of their own and name them with `from`",
        )
    if not text.strip():
        raise FormulationError(f"{name} is empty", hint="`agentopt formulation schema` shows the form")
    kind = format if format != "auto" else "json" if text.lstrip()[0] in "{[" else "yaml"
    try:
        data = _read_json(text) if kind == "json" else read_yaml(text)
    except FormulationError as error:
        if format == "auto" and isinstance(error, _NotJsonError):
            try:
                return read_yaml(text)
            except FormulationError:
                pass
        raise FormulationError(f"{name}: {error.message}", hint=error.hint) from None
    return data


def dumps(formulation: Formulation, format: Literal["yaml", "json"] = "yaml") -> str:
    """Write a formulation; `loads` gives the same formulation back.

    >>> f = loads("variables: {x: {upper: 4}}")
    >>> print(dumps(f), end="")
    variables:
      x: {upper: 4}
    >>> loads(dumps(f, "json")) == f
    True
    """
    data = formulation.model_dump(by_alias=True, exclude_defaults=True, mode="json")
    if format == "json":
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    return write_yaml(data)


def _read_json(text: str) -> object:
    decoder = json.JSONDecoder(
        object_pairs_hook=_pairs, parse_constant=_constant, parse_float=_float, parse_int=_int
    )
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        ended = error.pos >= len(text.rstrip())
        found = (
            "the text ends" if ended else f"near `{text[max(0, error.pos - 10) : error.pos + 15].strip()}`"
        )
        raise _NotJsonError(
            f"line {error.lineno}, column {error.colno}: not JSON: {error.msg.lower()}, {found}",
            hint="the reply or file seems to be cut off" if ended else "",
        ) from None
    except _DuplicateKeyError as error:
        place = f"line {line}: " if (line := _duplicate_line(text)) else ""
        raise FormulationError(f"{place}`{error}` is given twice", hint="rename or remove one") from None
    except RecursionError:
        raise FormulationError(f"not readable: nested more than {MAX_NESTING} deep") from None
    except ValueError as error:
        raise FormulationError(f"not readable: {error}") from None


class _NotJsonError(FormulationError):
    """The text is no JSON at all; it may be YAML that starts with a bracket."""


class _DuplicateKeyError(Exception):
    pass


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _DuplicateKeyError(key)
            seen.add(key)
    return found


def _constant(name: str) -> float:
    raise ValueError(f"`{name}` is not a number; leave a bound out, or write null")


def _int(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number of {len(text):,} digits is too large")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"`{text}` is too large a number")
    return value


def _duplicate_line(text: str) -> str:
    """The line of a duplicate key, found by the YAML reader, of whose language JSON is nearly a part."""
    try:
        read_yaml(text)
    except FormulationError as error:
        start = error.message.partition(":")[0]
        return start.removeprefix("line ") if "twice" in error.message else ""
    return ""
