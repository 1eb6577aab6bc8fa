"""Random formulations: every field, with names and texts that try what a document can hold."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from agentopt.formulation.elements import Formulation

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        [
            "no",
            "on",
            "null",
            "~",
            "true",
            "12",
            "007",
            "1e3",
            "1_000",
            "0x1F",
            "12:30",
            "2024-01-01",
            "-",
            ":",
            "[a",
            "{a",
            "'q'",
            "é∑",
        ]
    ),
    st.sampled_from(["!tag", "&a", "*a", "%x", "@x", "`x`", "?", "<<", "="]),
    st.sampled_from(["a: b", "# c", "- x", '"q"', "a\nb", " lead", "trail ", "\t", "\u2028", ""]),
)
NAMES = st.one_of(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,6}", fullmatch=True), TEXTS)
NUMBERS = st.one_of(
    st.integers(-(10**30), 10**30), st.floats(-1e300, 1e300, allow_nan=False, allow_infinity=False)
)
SCALARS = st.one_of(TEXTS, NUMBERS)
VALUES = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)


def _maybe(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


SETS = st.one_of(
    st.builds(dict, elements=st.lists(st.one_of(SCALARS, st.lists(SCALARS, max_size=3)), max_size=4)),
    st.builds(dict, first=st.integers(), last=st.one_of(st.integers(), TEXTS), step=st.integers()),
    st.builds(dict, **{"from": TEXTS, "column": st.lists(TEXTS, min_size=1, max_size=2)}),
    st.builds(
        dict,
        **{
            "of": st.lists(NAMES, min_size=1, max_size=2),
            "with": st.lists(NAMES, max_size=2),
            "where": TEXTS,
        },
    ),
    st.builds(dict, formula=TEXTS, meaning=TEXTS),
)
PARAMETERS = st.one_of(
    st.builds(dict, value=NUMBERS, quote=TEXTS, unit=TEXTS, role=st.sampled_from(["cost", "rate", "data"])),
    st.builds(dict, over=st.lists(NAMES, max_size=3), values=VALUES, default=NUMBERS),
    st.builds(dict, **{"from": TEXTS, "column": TEXTS, "key": st.lists(TEXTS, max_size=2)}),
    st.builds(dict, **{"formula": TEXTS, "with": st.lists(NAMES, max_size=2), "meaning": TEXTS}),
)
BOUNDS = st.one_of(st.none(), NUMBERS, TEXTS)
VARIABLES = _maybe(
    over=st.lists(NAMES, max_size=2),
    domain=st.sampled_from(["real", "integer", "binary", "semicontinuous", "semiinteger"]),
    lower=BOUNDS,
    upper=BOUNDS,
    start=BOUNDS,
    unit=TEXTS,
    meaning=TEXTS,
)
OBJECTIVES = st.tuples(
    st.sampled_from(["minimize", "maximize"]),
    TEXTS,
    _maybe(
        name=TEXTS,
        weight=st.floats(1e-9, 1e9),
        priority=st.integers(-9, 9),
        tolerance=st.floats(0, 1),
        unit=TEXTS,
    ),
).map(lambda parts: {parts[0]: parts[1], **parts[2]})
CONSTRAINTS = st.fixed_dictionaries({"that": TEXTS}, optional={"for": TEXTS, "because": TEXTS})
FORMULATIONS = _maybe(
    title=TEXTS,
    sets=st.dictionaries(NAMES, SETS, max_size=3),
    parameters=st.dictionaries(NAMES, PARAMETERS, max_size=3),
    variables=st.dictionaries(NAMES, VARIABLES, max_size=3),
    objective=st.one_of(OBJECTIVES, st.lists(OBJECTIVES, max_size=3)),
    constraints=st.dictionaries(NAMES, CONSTRAINTS, max_size=3),
    report=st.dictionaries(NAMES, TEXTS, max_size=2),
    assumptions=st.lists(TEXTS, max_size=2),
    waived=st.lists(st.fixed_dictionaries({"number": TEXTS, "why": TEXTS}), max_size=2),
).map(Formulation.model_validate)
