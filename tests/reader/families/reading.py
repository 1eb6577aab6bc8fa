"""Reads a text with one reader of a class, as the tests of the readers do."""

from __future__ import annotations

from collections.abc import Mapping

from agentopt.reader.families import READERS
from agentopt.reader.tables import attached, tables_in
from agentopt.reader.tokens import tokenize
from agentopt.reader.understanding import Understanding
from agentopt.synthesis.generator import optimum


def read(family: str, text: str, tables: Mapping[str, str] | None = None) -> Understanding | None:
    """What a reader makes of a text with attached tables; every number of the text is in the account."""
    tokens = tokenize(text)
    given = [attached(name, content) for name, content in (tables or {}).items()]
    found = READERS[family](text, tokens, [*tables_in(text, tokens), *(each for each in given if each)])
    if found is not None:
        assert found.family == family
        assert found.tokens() >= {at for at, token in enumerate(tokens) if token.is_number}, text
    return found


def solved(family: str, text: str, tables: Mapping[str, str] | None = None) -> float | None:
    """The optimum of what a reader makes of a text; None where it declines."""
    found = read(family, text, tables)
    return None if found is None else optimum(found.formulation)


def sure(family: str, text: str, tables: Mapping[str, str] | None = None) -> float | None:
    """The optimum of what a reader makes of a text; None where it declines or has doubts."""
    found = read(family, text, tables)
    return None if found is None or found.doubts else optimum(found.formulation)
