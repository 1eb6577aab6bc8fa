"""The rule reader: product-mix problems read by grammar alone, a second opinion beside a network."""

from __future__ import annotations

__all__: list[str] = []
