"""Random texts of the expression language, in every form it has."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = ("x", "y", "use", "cost", "limit")
INDICES = ("i", "j", "t")
SETS = ("I", "T", "ARCS")
FUNCTIONS = ("exp", "log", "sqrt", "sin", "tanh", "abs", "floor")


def _join(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def _one(*texts: str) -> st.SearchStrategy[str]:
    return st.sampled_from(texts)


def numbers() -> st.SearchStrategy[str]:
    """Literals, whole and not, small and large."""
    whole = st.integers(0, 10**20).map(str)
    floats = st.floats(0, 1e300, allow_nan=False).map(repr)
    return st.one_of(whole, floats, _one("0", "1", "2", "0.1", ".5", "1e3", "2.", "1_000"))


def labels() -> st.SearchStrategy[str]:
    """Quoted labels with whatever a table may hold."""
    text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)
    return text.map(lambda s: '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"')


def domains() -> st.SearchStrategy[str]:
    """What stands after `in`."""
    name = st.sampled_from(SETS)
    simple = st.one_of(name, _one("range(3)", "range(1, limit + 1)", "{1, 2}", "{'a', \"b\"}", "(1, 2)"))
    return st.recursive(
        simple,
        lambda inner: _join(inner, _one(" | ", " - ", " & ", " * "), inner).map(lambda s: f"({s})"),
        max_leaves=4,
    )


def keys() -> st.SearchStrategy[str]:
    """What stands in brackets."""
    one = st.one_of(
        st.sampled_from(INDICES),
        _one("t - 1", "t+1", "prev(t)", "next(t)", "first(T)", "last(T)", "3"),
        labels(),
    )
    return st.lists(one, min_size=1, max_size=3).map(", ".join)


def generators(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """`for ... in ... if ...`, one or two of them."""
    targets = _one("i", "j", "t", "i, j", "(i, j)")
    condition = st.one_of(st.just(""), inner.map(lambda c: f" if {c}"))
    return st.lists(_join(targets, st.just(" in "), domains(), condition), min_size=1, max_size=2).map(
        " for ".join
    )


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operator = _one(
        " + ", " - ", "*", "/", "**", " % ", " <= ", " >= ", " == ", " < ", " != ", " and ", " or "
    )
    over = generators(inner)
    arguments = st.lists(inner, min_size=1, max_size=3).map(", ".join)
    return st.one_of(
        _join(inner, operator, inner),
        inner.map(lambda s: f"({s})"),
        _join(_one("-", "+", "not ", "-(", "not (").filter(lambda s: "(" not in s), inner),
        inner.map(lambda s: f"-({s})"),
        inner.map(lambda s: f"not ({s})"),
        _join(st.sampled_from(FUNCTIONS), st.just("("), inner, st.just(")")),
        _join(_one("min", "max", "sum", "prod"), st.just("("), arguments, st.just(")")),
        _join(
            _one("sum", "prod", "min", "max", "count", "any", "all", "norm"),
            st.just("("),
            inner,
            st.just(" for "),
            over,
            st.just(")"),
        ),
        _join(inner, st.just(" if "), inner, st.just(" else "), inner).map(lambda s: f"({s})"),
        _join(_one("i", "(i, j)", "(i, t - 1)"), _one(" in ", " not in "), domains()).map(lambda s: f"({s})"),
        _join(
            _one("implies", "iff", "at_most", "sos1", "alldifferent"),
            st.just("("),
            inner,
            st.just(", "),
            inner,
            st.just(")"),
        ),
        _join(
            _one("at_least(2, ", "exactly(1, ", "sos2(", "alldifferent("),
            inner,
            st.just(" for "),
            over,
            st.just(")"),
        ),
        inner.map(lambda s: f"piecewise({s}, (0, 0), (1, 2), (3, 1))"),
        inner.map(lambda s: f"pow({s}, 2)"),
        _join(inner, _one("²", "³").map(str)).map(lambda s: f"({s[:-1]}){s[-1]}"),
    )


def expressions(max_leaves: int = 12) -> st.SearchStrategy[str]:
    """Any expression or statement; it parses, whether or not it makes sense."""
    items = _join(st.sampled_from(NAMES), st.just("["), keys(), st.just("]"))
    leaves = st.one_of(numbers(), st.sampled_from(NAMES + INDICES), items, _one("len(T)", "ord(t)"))
    return st.recursive(leaves, _grown, max_leaves=max_leaves)
