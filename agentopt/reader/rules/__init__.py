"""The rule reader: a product-mix problem read by grammar alone, the second opinion beside a trained network."""

from __future__ import annotations

__all__: list[str] = []
