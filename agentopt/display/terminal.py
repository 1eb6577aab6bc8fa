"""Where text goes: data to standard output, all else to standard error, as each stream can show it."""

from __future__ import annotations

__all__ = [
    "BROKEN_PIPE",
    "is_terminal",
    "prepare",
    "styled",
    "width",
    "without_style",
    "write_error",
    "write_json",
    "write_out",
]

import json
import os
import re
import shutil
import sys
from typing import TextIO

BROKEN_PIPE = 141
"""The exit status when nobody reads the output: what a shell reports of a program that SIGPIPE ended."""

_PIECE = 1 << 20


def prepare() -> None:
    """Let streams that cannot show a character show a stand-in for it, whatever the locale."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace" if stream is sys.stderr else "replace")


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at the stream as it is written."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def styled(stream: TextIO) -> bool:
    """Whether colours and weights are wanted there (https://no-color.org)."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def width() -> int:
    """Columns of the terminal, between 40 and 120."""
    return max(40, min(120, shutil.get_terminal_size((100, 24)).columns))


def without_style(text: str) -> str:
    r"""The text without what colours it.

    >>> without_style("\x1b[1;31mno\x1b[0m")
    'no'
    """
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def write_out(text: str) -> None:
    """Write a text and the end of its line to standard output."""
    _write(text if text.endswith("\n") else f"{text}\n")


def write_json(value: object) -> None:
    """Write JSON to standard output, in pieces; indented where a person looks at it."""
    ascii_only = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    text = json.dumps(
        value, ensure_ascii=ascii_only, allow_nan=False, indent=2 if is_terminal(sys.stdout) else None
    )
    for start in range(0, len(text), _PIECE):
        _write(text[start : start + _PIECE])
    _write("\n")


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
    except BrokenPipeError:
        raise SystemExit(BROKEN_PIPE) from None


def write_error(message: str, hint: str = "") -> None:
    """Write what is wrong, and what to do about it, to standard error."""
    bold, plain = ("\x1b[1;31m", "\x1b[0m") if styled(sys.stderr) else ("", "")
    sys.stderr.write(f"{bold}error:{plain} {message}\n")
    if hint:
        sys.stderr.write(f"\nhint: {hint}\n")
