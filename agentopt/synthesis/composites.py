"""Sentences that state two constraints at once, by the rows they stand for."""

from __future__ import annotations

__all__ = ["COMPOSITES", "Half"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from agentopt.reader.reading import Relation


@dataclass(frozen=True, slots=True)
class Half:
    """One of the rows of a sentence.

    Attributes:
        kind: a bound on one decision, a total, a share of all, a multiple of another, or a bare comparison.
        of: the decision on the left: `v` or `w`; `all` for a total.
        relation: of the row.
        slots: any of which holds its number; none for a comparison.
        strict: worded as "more than".
    """

    kind: Literal["bound", "total", "share", "ratio", "compare"]
    of: Literal["v", "w", "all"]
    relation: Relation
    slots: tuple[str, ...] = ()
    strict: bool = False


_SHARE = ("pct", "frac")

COMPOSITES: Mapping[str, tuple[Half, Half]] = {
    "composite_bound_ge_bound_le": (Half("bound", "v", ">=", ("n",)), Half("bound", "w", "<=", ("m",))),
    "composite_bound_le_bound_ge": (Half("bound", "v", "<=", ("n",)), Half("bound", "w", ">=", ("m",))),
    "composite_total_le_bound_ge": (Half("total", "all", "<=", ("n",)), Half("bound", "v", ">=", ("m",))),
    "composite_total_le_bound_le": (Half("total", "all", "<=", ("n",)), Half("bound", "v", "<=", ("m",))),
    "composite_total_ge_bound_le": (Half("total", "all", ">=", ("n",)), Half("bound", "v", "<=", ("m",))),
    "composite_total_le_share_ge": (Half("total", "all", "<=", ("n",)), Half("share", "v", ">=", _SHARE)),
    "composite_total_ge_share_ge": (Half("total", "all", ">=", ("n",)), Half("share", "v", ">=", _SHARE)),
    "composite_total_le_ratio_ge": (Half("total", "all", "<=", ("n",)), Half("ratio", "v", ">=", ("times",))),
    "composite_compare_ge_bound_ge": (Half("compare", "v", ">="), Half("bound", "w", ">=", ("n",))),
    "composite_compare_gt_bound_ge": (
        Half("compare", "v", ">=", strict=True),
        Half("bound", "w", ">=", ("n",)),
    ),
    "composite_ratio_ge_bound_ge": (Half("ratio", "v", ">=", ("times",)), Half("bound", "w", ">=", ("n",))),
    "composite_bound_ge_share_le": (Half("bound", "v", ">=", ("n",)), Half("share", "v", "<=", _SHARE)),
    "composite_share_ge_share_le": (
        Half("share", "v", ">=", _SHARE),
        Half("share", "w", "<=", ("pct2", "frac2")),
    ),
    "composite_share_range": (Half("share", "v", ">=", ("lo",)), Half("share", "v", "<=", ("hi",))),
}
"""By the name of their section in the bank of phrases."""
