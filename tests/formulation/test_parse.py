"""Expressions parse to trees by a whitelist; everything else is refused with its place and what to write."""

from __future__ import annotations

import sys
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentopt.errors import ExpressionError
from agentopt.formulation import tree as t
from agentopt.formulation.parse import parse_domain, parse_expression
from agentopt.formulation.unparse import unparse, unparse_domain
from tests.formulation.texts import expressions, generators

X, Y, Z = t.Name("x"), t.Name("y"), t.Name("z")
ONE, TWO = t.Number(1), t.Number(2)
SET_I, SET_J, SET_T = t.Name("I"), t.Name("J"), t.Name("T")
AT_I = t.Item("x", (t.Name("i"),))
OVER_I = (t.Generator(("i",), SET_I),)


def refused(text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as error:
        parse_expression(text)
    return error.value


# -- every form --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("7", t.Number(7)),
        ("0.1", t.Number(0.1)),
        ("-2", t.Number(-2)),
        ("+x", X),
        ("x", X),
        ("-x", t.Negate(X)),
        ("x + y - z", t.Add((X, Y, t.Negate(Z)))),
        ("x*y*2", t.Multiply((X, Y, TWO))),
        ("x/y", t.Divide(X, Y)),
        ("x**2", t.Power(X, TWO)),
        ("pow(x, 2)", t.Power(X, TWO)),
        ("x % 2", t.Call("mod", (X, TWO))),
        ("cost[p, 'new york', 3]", t.Item("cost", (t.Name("p"), t.Label("new york"), t.Number(3)))),
        ("stock[t-1]", t.Item("stock", (t.Add((t.Name("t"), t.Number(-1))),))),
        ("sqrt(x)", t.Call("sqrt", (X,))),
        ("max(x, y, 1)", t.Call("max", (X, Y, ONE))),
        ("prev(t)", t.Call("prev", (t.Name("t"),))),
        ("sum(x[i] for i in I)", t.Aggregate("sum", AT_I, OVER_I)),
        ("max(x[i] for i in I)", t.Aggregate("max", AT_I, OVER_I)),
        ("sum(x, y)", t.Add((X, Y))),
        ("prod(x, y)", t.Multiply((X, Y))),
        ("x if y > 1 else z", t.Choice(t.Compare((Y, ONE), (">",)), X, Z)),
        ("x <= y", t.Compare((X, Y), ("<=",))),
        ("1 <= x <= 2", t.Compare((ONE, X, TWO), ("<=", "<="))),
        ("x != 1", t.Compare((X, ONE), ("!=",))),
        ("(p, m) in LANES", t.Member((t.Name("p"), t.Name("m")), t.Name("LANES"))),
        ("i not in I", t.Member((t.Name("i"),), SET_I, negated=True)),
        ("x and y and z", t.And((X, Y, Z))),
        ("x or y", t.Or((X, Y))),
        ("not x", t.Not(X)),
        ("implies(x, y)", t.Form("implies", (X, Y))),
        ("iff(x, y)", t.Form("iff", (X, Y))),
        ("at_most(2, x, y)", t.Form("at_most", (TWO, X, Y))),
        ("at_least(1, x[i] for i in I)", t.Form("at_least", (ONE, t.Aggregate("each", AT_I, OVER_I)))),
        ("exactly(1, (x[i] for i in I))", t.Form("exactly", (ONE, t.Aggregate("each", AT_I, OVER_I)))),
        ("sos1(x, y)", t.Form("sos1", (X, Y))),
        ("sos2(x[i] for i in I)", t.Form("sos2", (t.Aggregate("each", AT_I, OVER_I),))),
        ("alldifferent(x, y)", t.Form("alldifferent", (X, Y))),
        ("piecewise(x, (0, 1), (2, 2))", t.Form("piecewise", (X, t.Number(0), ONE, TWO, TWO))),
        (
            "sum(x[i] for i in range(1, 3))",
            t.Aggregate("sum", AT_I, (t.Generator(("i",), t.Call("range", (ONE, t.Number(3)))),)),
        ),
        (
            "sum(x[i] for i in {1, 2})",
            t.Aggregate("sum", AT_I, (t.Generator(("i",), t.SetLiteral((ONE, TWO))),)),
        ),
        (
            "sum(x[i] for i in I - J & T)",
            t.Aggregate(
                "sum",
                AT_I,
                (t.Generator(("i",), t.SetOperation("&", t.SetOperation("-", SET_I, SET_J), SET_T)),),
            ),
        ),
    ],
)
def test_every_form_has_its_tree(text, tree):
    # The parser folds a sign into a number, so the offset in `stock[t-1]` is written as a negated one.
    expected = tree
    if text == "stock[t-1]":
        expected = t.Item("stock", (t.Add((t.Name("t"), t.Negate(ONE))),))
    assert parse_expression(text) == expected


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("x ≤ 2·y − z", "x <= 2*y - z"),
        ("x² + y³ ≥ 4 × z ÷ 2", "x**2 + y**3 >= 4*z/2"),
        ("x = 1", "x == 1"),
        ("x ≠ y ∧ ¬ z ∨ i ∈ I", "x != y and not z or i in I"),
        ("sum(x[i] for i in I ∪ J ∩ T)", "sum(x[i] for i in I | J & T)"),
        ("x\n  +\ty", "x + y"),
        ("sum(x[i,j] for i in I, j in J)", "sum(x[i,j] for i in I for j in J)"),
        ("sum(x[i,j] for i in I if i > 1, j in J)", "sum(x[i,j] for i in I if i > 1 for j in J)"),
        ("sum(x[i,j] for i, j in J)", "sum(x[i,j] for (i,j) in J)"),
        ("at_most(2, use[i] for i in I)", "at_most(2, (use[i] for i in I))"),
        ("max([x[i] for i in I])", "max(x[i] for i in I)"),
    ],
)
def test_what_people_type_means_the_plain_spelling(text, plain):
    assert parse_expression(text) == parse_expression(plain)


@pytest.mark.parametrize(
    ("text", "bracketed"),
    [
        ("a + b*c", "a + (b*c)"),
        ("a*b**c", "a*(b**c)"),
        ("a**b**c", "a**(b**c)"),
        ("-a**2", "-(a**2)"),
        ("a - b - c", "(a - b) - c"),
        ("a/b/c", "(a/b)/c"),
        ("a/b*c", "(a/b)*c"),
        ("a - b + c <= d", "((a - b) + c) <= d"),
        ("not a == b", "not (a == b)"),
        ("not a and b or c", "((not a) and b) or c"),
        ("a if b else c if d else e", "a if b else (c if d else e)"),
        ("i in A | B - C", "i in (A | (B - C))"),
    ],
)
def test_precedence_is_that_of_mathematics(text, bracketed):
    assert parse_expression(text) == parse_expression(bracketed)
    assert unparse(parse_expression(text)).replace(" ", "") == text.replace(" ", "")


def test_brackets_that_matter_are_kept():
    assert parse_expression("a - (b - c)") != parse_expression("a - b - c")
    assert parse_expression("(-a)**2") != parse_expression("-a**2")
    assert parse_expression("(a <= b) == c") != parse_expression("a <= b == c")


def test_a_for_text_gives_its_generators_with_and_without_the_word():
    expected = (
        t.Generator(("p",), t.Name("PLANTS")),
        t.Generator(("t",), SET_T, (t.Compare((t.Name("t"), ONE), (">",)),)),
    )
    assert parse_domain("p in PLANTS, t in T if t > 1") == expected
    assert parse_domain("for p in PLANTS for t in T if t > 1") == expected
    assert parse_domain("i, j in ARCS")[0].targets == parse_domain("(i, j) in ARCS")[0].targets == ("i", "j")


def test_every_node_knows_its_place_in_the_text():
    text = "  x² ≤ sum(größe[i]*y[i] for i in I, j in J)"
    whole = parse_expression(text)
    assert isinstance(whole, t.Compare)
    for node in t.walk(whole):
        assert node.at is not None
        start, end = node.at
        if isinstance(node, t.Name | t.Item):
            assert text[start:end].startswith(node.id if isinstance(node, t.Name) else node.name)
    assert text[slice(*whole.operands[0].at)] == "x²"  # type: ignore[misc]


@given(expressions())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_text_of_a_tree_parses_to_the_tree(text):
    try:
        tree = parse_expression(text)
    except ExpressionError:
        return  # `- not x` and a few like it are not in Python's grammar
    again = unparse(tree)
    assert parse_expression(again) == tree
    assert unparse(parse_expression(again)) == again


@given(generators(expressions(4)))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_text_of_a_domain_parses_to_the_domain(text):
    try:
        found = parse_domain(text)
    except ExpressionError:
        return
    assert parse_domain(unparse_domain(found)) == found


@given(st.one_of(st.text(max_size=80), st.text("x1+-*/()[]{},. \"'=<>!for in if", max_size=60)))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_or_refused_with_a_place_in_it(text):
    for parse in (parse_expression, parse_domain):
        try:
            parse(text)
            place = 0
        except ExpressionError as error:
            place = error.position or 0
        assert 0 <= place <= len(text)


# -- what is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "position", "message", "hint"),
    [
        ("x.__class__", 0, "`.__class__` is not part of the language", "plain names"),
        ("1 + x.y", 4, "`.y` is not part of the language", "plain names"),
        ("(lambda: 1)()", 0, "is not a function", ""),
        ("lambda x: x", 0, "is not part of the language", ""),
        ("(x := 3) <= 1", 1, "`x := 3` is not part", ""),
        ('f"{x}" == 1', 0, "is not part", ""),
        ('__import__("os").system("ls")', 0, "is not a function", ""),
        ('x + eval("1")', 4, "`eval` is not a function", "eval[...]"),
        ("x[1:2]", 2, "`1:2` is not part", ""),
        ("x[i][j]", 0, "an index follows an index", "x[i, j]"),
        ("[i for i in I]", 0, "`for` stands outside a function", "sum("),
        ("sum({i: 1 for i in I})", 4, "is not part", ""),
        ("sum(*x)", 0, "plain arguments", ""),
        ("sum(x async for i in I)", 16, "`async`", "for"),
        ("x ^ 2", 0, "`^` is not a power", "**"),
        ("x @ y", 0, "operator", ""),
        ("x // 2", 0, "operator", ""),
        ("x is y", 0, "`is`", "=="),
        ("True", 0, "true and false", "1 or 0"),
        ("3j", 0, "is not part", ""),
        ("x <= 2 in I", 0, "cannot be chained", "and"),
        ("i in 3", 5, "`3` is not a set", "after `in`"),
        ("sum(x[i] for x[i] in I)", 13, "plain name", ""),
        ("smu(x[i], 2)", 0, "`smu` is not a function", "did you mean `sum`?"),
        ("demand(m)", 0, "`demand` is not a function", "demand[...]"),
        ("sqrt(x[i] for i in I)", 0, "does not take a `for`", "sum"),
        ("count(x)", 0, "`count` takes a `for`", "count(x[i] >= 1 for i in I)"),
        ("sum()", 0, "`sum` takes a `for`", "sum(x[i] for i in I)"),
        ("pow(x)", 0, "2 arguments, not 1", "x**2"),
        ("prev(t, T)", 0, "1 argument, not 2", ""),
        ("min()", 0, "one or more arguments, not 0", ""),
        ("(x, y)", 0, "a tuple", ""),
        ("", 0, "empty", ""),
        (" \n ", 0, "empty", ""),
        ("x # a note", 2, "comment", "because"),
    ],
)
def test_what_leaves_the_language_is_refused_at_its_place_with_what_to_write(text, position, message, hint):
    error = refused(text)
    assert error.position == position
    assert message in error.message
    assert hint in error.hint


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("x +", ""),
        ("sum(x[i] for i in I", "bracket needs its partner"),
        ("x + ) y", "bracket needs its partner"),
        ("2x <= 3", "write `*` between factors"),
        ("x[i] y[i]", "write `*` between factors"),
        ("x + 20% * y", "0.2"),
        ("x => y", ">="),
        ("x && y", "and"),
        ("!x", "not"),
        (r"\sum_{i} x_i", "not LaTeX"),
        ("|x| <= 3", "abs(x)"),
        ("$5 + x", "`unit`"),
        ("x -> y", "implies(a, b)"),
        ("from + 1", "`from` is a reserved word"),
    ],
)
def test_what_does_not_parse_says_where_and_what_to_write(text, hint):
    error = refused(text)
    assert error.position is not None
    assert "does not parse" in error.message
    assert f"position {error.position}" in error.message or error.position == len(text)
    assert hint in error.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("p PLANTS", "does not parse"),
        ("p in", "does not parse"),
        ("p in PLANTS) + (1", "does not parse"),
        ("p in PLANTS] + [1", "is not of the form"),
        ("sum(x)", "does not parse"),
        ("p.q in PLANTS", "plain name"),
        ("p in 12", "not a set"),
    ],
)
def test_a_for_text_that_is_none_is_refused(text, message):
    with pytest.raises(ExpressionError, match=message):
        parse_domain(text)


HOSTILE = {
    "brackets 10,000 deep": "(" * 10_000 + "x" + ")" * 10_000,
    "calls 10,000 deep": "abs(" * 10_000 + "x" + ")" * 10_000,
    "indices 10,000 deep": "x[" * 10_000 + "1" + "]" * 10_000,
    "signs 10,000 deep": "-" * 10_000 + "x",
    "not 10,000 deep": "not " * 10_000 + "x",
    "choices 10,000 deep": "1 if x else " * 10_000 + "1",
    "powers 60,000 deep": "**".join(["x"] * 60_000),
    "quotients 60,000 deep": "/".join(["x"] * 60_000),
    "99,999 additions": "+".join(["x"] * 100_000),
    "99,999 unions": "i in " + "|".join(["A"] * 90_000),
    "a chain of 60,000 comparisons": "<=".join(["x"] * 60_000),
    "ten thousand attributes": "x" + ".a" * 10_000,
    "ten thousand indices": "x" + "[1]" * 10_000,
    "nested comprehensions": "sum(" + "sum(" * 45 + "x[i]" + " for i in I)" * 45 + " for (i) in",
    "comprehension in comprehension": "[[[i for i in I] for i in I] for i in I]",
    "5 MB": "x+" * 2_500_000 + "x",
    "a NUL": "x\0 + y",
    "a form feed": "x\f+ y",
    "text turned around": "x\u202e + y",
    "a space of no width": "x\u200b + y",
    "half a character": "x + \ud800",
    "half a character in a label": 'x["\ud800"]',
    "half a character by escape": r'x["\ud800"]',
    "an integer of 100,000 digits": "9" * 100_000,
    "an integer of 100,000 hexadecimal digits": "0x" + "f" * 100_000,
    "a float beyond all": "1e999",
    "a name of 150,000 characters": "x" * 150_000,
    "a label of 150,000 characters": "x['" + "x" * 150_000 + "']",
    "ten thousand quotes": '"' * 10_001,
    "unfinished escapes": 'x["\\',
    "a bad escape": r'x["\N{no such}"]',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_an_expression_error(name):
    error = refused(HOSTILE[name])
    assert 0 < len(error.message) < 500
    assert "Error" not in error.message
    with pytest.raises(ExpressionError):
        parse_domain(HOSTILE[name])


def test_hostile_text_is_refused_in_a_thread_with_a_deep_stack():
    found: list[str] = []

    def work(level: int) -> None:
        if level:
            work(level - 1)
        else:
            found.extend(refused(text).message for text in HOSTILE.values())

    thread = threading.Thread(target=work, args=(sys.getrecursionlimit() // 2,))
    thread.start()
    thread.join()
    assert len(found) == len(HOSTILE)


def test_a_tower_of_powers_is_a_tree_and_not_a_number():
    tree = parse_expression("9**9**9")
    assert tree == t.Power(t.Number(9), t.Power(t.Number(9), t.Number(9)))


def test_long_flat_sums_are_read():
    tree = parse_expression(" + ".join(f"{k}*x{k}" for k in range(1500)))
    assert isinstance(tree, t.Add)
    assert len(tree.terms) == 1500


def test_letters_of_any_language_are_names():
    assert parse_expression("größe + 需求[i]") == t.Add((t.Name("größe"), t.Item("需求", (t.Name("i"),))))


@pytest.mark.parametrize("label", ["a\nb", 'say "no"', "back\\slash", "tab\there", "\x7f", "\u202e", ""])
def test_a_label_of_any_text_survives(label):
    tree = t.Item("x", (t.Label(label),))
    assert parse_expression(unparse(tree)) == tree
