"""A formulation reads as mathematics in text, LaTeX and HTML; hostile names and words are only shown."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentopt.errors import ExpressionError
from agentopt.formulation import tree as t
from agentopt.formulation.elements import Formulation
from agentopt.formulation.notation import domain, write
from agentopt.formulation.parse import parse_domain, parse_expression
from agentopt.formulation.render import html, latex, text
from agentopt.formulation.scripts import SCRIPTS
from tests.formulation.texts import expressions

EXAMPLES = ("bakery", "production", "shipping")
MATHML = "{http://www.w3.org/1998/Math/MathML}"
PARTS = {"msub": 2, "msup": 2, "mfrac": 2, "munder": 2}
_WORDS = "text textbf mathit textbackslash textasciicircum textasciitilde textless textgreater operatorname"
_SIGNS = (
    "quad forall sum prod bigvee bigwedge max min frac sqrt cdot le ge ne in notin cup cap setminus times "
    "wedge vee neg Rightarrow Leftrightarrow dots emptyset lfloor rfloor lceil rceil Vert vert"
)
KNOWN = {*_WORDS.split(), *_SIGNS.split()}


def formulation(**elements: object) -> Formulation:
    return Formulation.model_validate(elements)


def shown(expression: str, script: str = "text") -> str:
    return write(parse_expression(expression), SCRIPTS[script])


def assert_latex(source: str) -> None:
    """Groups, environments and delimiters are closed in order, and every command is known."""
    stack: list[str] = []
    for token in re.finditer(r"\\([A-Za-z]+)\*?|\\(.)|[{}$%#]|\\$", source.replace("\n", " ")):
        command, escaped, plain = token[1], token[2], token[0]
        if escaped is not None:
            assert escaped in r"{}$&#_%\,;:!", escaped
        elif command in ("begin", "end"):
            name = re.match(r"\{(aligned|array)\}", source.replace("\n", " ")[token.end() :])
            assert name is not None
            if command == "begin":
                stack.append(name[1])
            else:
                assert stack.pop() == name[1]
        elif command == "left":
            stack.append("left")
        elif command == "right":
            assert stack.pop() == "left"
        elif command is not None:
            assert command in KNOWN, command
        elif plain == "{":
            stack.append("{")
        elif plain == "}":
            assert stack.pop() == "{"
        else:
            raise AssertionError(f"a bare {plain} in {source}")
    assert not stack


def assert_mathml(inner: str) -> ET.Element:
    root = ET.fromstring(f"<math>{inner}</math>")
    for element in root.iter():
        assert element.tag in {"math", "mrow", "mn", "mi", "mo", "mtext", "mspace", "msqrt", *PARTS}
        assert len(element) == PARTS.get(element.tag, len(element))
    return root


# -- expressions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("-2", "−2"),
        ("1e-7*x", "1e−07·x"),
        ("-x", "−x"),
        ("a - b + c", "a − b + c"),
        ("a - (b - c)", "a − (b − c)"),
        ("a*(b + c)", "a·(b + c)"),
        ("a*b/c", "a·b/c"),
        ("a/(b*c)", "a/(b·c)"),
        ("x**2 + y**3 + z**(1 + k)", "x² + y³ + z^(1 + k)"),
        ("(-x)**2", "(−x)²"),
        ("x['new york', t-1]", "x[new york, t − 1]"),
        ("prev(t)", "t − 1"),
        ("next(t)", "t + 1"),
        ("first(T) + last(T) + ord(t) + len(T)", "first(T) + last(T) + ord(t) + |T|"),
        ("abs(x) + sqrt(y) + exp(z)", "|x| + √(y) + exp(z)"),
        ("floor(x) + ceil(y) + mod(z, 2)", "⌊x⌋ + ⌈y⌉ + mod(z, 2)"),
        ("min(x, y) + max(x, 1)", "min(x, y) + max(x, 1)"),
        ("sum(a[i]*x[i] for i in I)", "∑{i ∈ I} a[i]·x[i]"),
        ("sum(x[i] + 1 for i in I) - 1", "∑{i ∈ I} (x[i] + 1) − 1"),
        ("prod(x[i] for i in I)*y", "(∏{i ∈ I} x[i])·y"),
        ("max(x[i] for i in I)", "max{i ∈ I} (x[i])"),
        ("norm(x[i] for i in I)", "‖x[i]‖[i ∈ I]"),
        ("count(x[i] >= 1 for i in I)", "count{i ∈ I} (x[i] ≥ 1)"),
        ("any(x[i] >= 1 for i in I)", "⋁{i ∈ I} (x[i] ≥ 1)"),
        ("all(x[i] >= 1 for i in I)", "⋀{i ∈ I} (x[i] ≥ 1)"),
        ("sum(x[i,j] for (i, j) in ARCS if i != j)", "∑{(i, j) ∈ ARCS : i ≠ j} x[i, j]"),
        ("sum(x[t] for t in range(1, 5))", "∑{t ∈ {1 … 4}} x[t]"),
        ("sum(x[t] for t in range(n))", "∑{t ∈ {0 … n − 1}} x[t]"),
        ("sum(x[t] for t in range(1, n + 1, 2))", "∑{t ∈ {1 … n by 2}} x[t]"),
        ("sum(x[i] for i in {'a', 'b'})", "∑{i ∈ {a, b}} x[i]"),
        ("sum(x[i] for i in A | B & C)", "∑{i ∈ A ∪ B ∩ C} x[i]"),
        ("sum(x[i,j] for (i,j) in A*B - C)", "∑{(i, j) ∈ A × B ∖ C} x[i, j]"),
        ("x if t > 1 else 0", "x if t > 1 else 0"),
        ("1 <= x <= 3", "1 ≤ x ≤ 3"),
        ("x == y", "x = y"),
        ("i not in A", "i ∉ A"),
        ("a >= 1 and (b >= 1 or not c)", "a ≥ 1 ∧ (b ≥ 1 ∨ ¬c)"),
        ("implies(a == 1, b <= 2)", "a = 1 ⇒ b ≤ 2"),
        ("iff(a == 1, b <= 2)", "a = 1 ⇔ b ≤ 2"),
        ("at_most(2, use[i] for i in I)", "at most(2, (use[i])[i ∈ I])"),
        ("sos1(x, y)", "sos1(x, y)"),
        ("alldifferent(x[i] for i in I)", "alldifferent((x[i])[i ∈ I])"),
        ("piecewise(x, (0, 0), (1, 2))", "piecewise(x, (0, 0), (1, 2))"),
    ],
)
def test_every_form_reads_as_mathematics(expression, expected):
    assert shown(expression) == expected
    assert_latex(shown(expression, "latex"))
    assert_mathml(shown(expression, "mathml"))


def test_every_kind_of_node_is_among_the_forms():
    mark = next(m for m in test_every_form_reads_as_mathematics.pytestmark if m.name == "parametrize")
    seen = {type(node) for expression, _ in mark.args[1] for node in t.walk(parse_expression(expression))}
    kinds = {each for each in vars(t).values() if isinstance(each, type) and issubclass(each, t.Node)}
    assert kinds - seen == {t.Node}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("(a + b)/(c*d)", r"\frac{a + b}{c \, d}"),
        ("a*(b/c)*d", r"a \, \frac{b}{c} \, d"),
        ("(a/b)**2", r"{\left( \frac{a}{b} \right)}^{2}"),
        ("x**(a + b)", r"{x}^{a + b}"),
        ("sqrt(a + b)", r"\sqrt{a + b}"),
        ("sum(x[i] for i in I)", r"\sum_{i \in I} x_{i}"),
        ("max(x[i] for i in I)", r"\max_{i \in I} \left( x_{i} \right)"),
        ("count(x[i] for i in I)", r"\operatorname*{count}_{i \in I} \left( x_{i} \right)"),
        ("t > 1", "t > 1"),
        ("1.5e-9", r"1.5 \cdot 10^{-9}"),
        ("batch_size", r"\mathit{batch\_size}"),
        ("x['50% of {all}_$']", r"x_{\text{50\% of \{all\}\_\$}}"),
        (r"x['\\input{/etc/passwd}']", r"x_{\text{\textbackslash{}input\{/etc/passwd\}}}"),
    ],
)
def test_latex_sets_fractions_and_powers_without_brackets_and_escapes_words(expression, expected):
    assert shown(expression, "latex") == expected


@given(expressions())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_expression_is_well_formed_in_every_script(source):
    try:
        tree = parse_expression(source)
    except ExpressionError:
        return
    assert write(tree, SCRIPTS["text"]).isprintable()
    assert_latex(write(tree, SCRIPTS["latex"]))
    assert_mathml(write(tree, SCRIPTS["mathml"]))


@given(expressions(6), expressions(6))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_two_expressions_that_differ_look_different(one, two):
    try:
        first, second = parse_expression(one), parse_expression(two)
    except ExpressionError:
        return
    # `prev(t)` reads as `t - 1`, labels lose their quotes, and a range is shown by its ends.
    plain = not re.search(r"prev|next|range|['\"]|not|-", one + two)
    if plain and first != second:
        assert write(first, SCRIPTS["latex"]) != write(second, SCRIPTS["latex"])


# -- formulations ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_shipped_examples_render(name):
    found = Formulation.load(f"example:{name}")
    plain = text(found)
    for each in (*found.constraints, *found.variables, *found.parameters, *found.sets, *found.report):
        assert each in plain
    assert str(found) == plain
    assert found._repr_latex_() == f"$$\n{latex(found)}\n$$"
    assert found._repr_html_() == html(found)
    assert_latex(latex(found))
    page = ET.fromstring(html(found))
    for each in page.iter(f"{MATHML}math"):
        for element in each.iter():
            kind = element.tag.removeprefix(MATHML)
            assert len(element) == PARTS.get(kind, len(element))
    words = "".join(page.itertext())
    assert all(each.because in words for each in found.constraints.values())


def test_indices_are_those_the_constraints_use():
    found = text(Formulation.load("example:shipping"))
    assert "supply[p]" in found
    assert "distance[p, m]" in found
    assert "ship[p, m]  real, 0 ≤ ship[p, m], case, cases shipped on a lane" in found
    assert "LANES    {(p, m) ∈ PLANTS × MARKETS : distance[p, m] ≤ longest_haul}" in found


def test_every_way_of_stating_things_is_shown():
    f = formulation(
        title="All of it",
        sets={
            "A": {"elements": ["x", "y"], "meaning": "letters"},
            "B": {"elements": [["x", 1], ["y", 2]]},
            "NONE": {"elements": []},
            "LONG": {"last": 300},
            "MANY": {"elements": [str(k) for k in range(20)]},
            "ODD": {"first": 1, "last": "n", "step": 2},
            "C": {"from": "t.csv", "column": ["a", "b"]},
            "D": {"of": ["A", "A"]},
            "U": {"formula": "A | C"},
        },
        parameters={
            "n": {"value": -7, "unit": "piece"},
            "c": {"over": ["A", "LONG"], "values": {}, "default": 0},
            "d": {"over": "A", "with": "a", "formula": "n*ord(a)"},
            "e": {"over": "A", "default": 3},
            "g": {"over": "A", "from": "t.csv", "column": "g"},
        },
        variables={
            "s": {"domain": "semicontinuous", "lower": 2, "upper": 9},
            "w": {"over": "A", "with": "a", "domain": "integer", "upper": "d[a]", "unit": "kg"},
            "free": {"lower": None},
            "b": {"domain": "binary"},
        },
        objective=[
            {"name": "cost", "minimize": "s", "priority": 2, "tolerance": 0.1},
            {"name": "gain", "maximize": "b + free", "weight": 3},
        ],
        constraints={"k": {"for": "a in A if a != 'x'", "that": "w[a] <= s", "because": "so it is"}},
        report={"r": "s/2"},
        assumptions=["It holds."],
    )
    assert text(f) == (
        "All of it\n\n"
        "minimize  s    (cost, priority 2, weight 1, may worsen by 0.1)\n"
        "maximize  b + free    (gain, priority 0, weight 3)\n\n"
        "subject to\n  k  w[a] ≤ s    ∀ a ∈ A : a ≠ x\n\n"
        "report\n  r  s/2\n\n"
        "sets\n"
        "  A     {x, y}, letters\n"
        "  B     {(x, 1), (y, 2)}\n"
        "  NONE  ∅\n"
        "  LONG  {1 … 300}\n"
        "  MANY  {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … 8 more}\n"
        "  ODD   {1 … n by 2}\n"
        "  C     from t.csv, column a, b\n"
        "  D     A × A\n"
        "  U     A ∪ C\n\n"
        "parameters\n"
        "  n           = −7, piece\n"
        "  c[a, LONG]  listed\n"
        "  d[a]        = n·ord(a)\n"
        "  e[a]        = 3\n"
        "  g[a]        from t.csv, column g\n\n"
        "variables\n"
        "  s     semicontinuous, 2 ≤ s ≤ 9 or s = 0\n"
        "  w[a]  integer, 0 ≤ w[a] ≤ d[a], kg\n"
        "  free  real\n"
        "  b     binary\n\n"
        "assumptions\n  - It holds."
    )
    assert_latex(latex(f))
    ET.fromstring(html(f))


def test_a_feasibility_problem_says_what_to_find():
    f = formulation(sets={"I": {"last": 2}}, variables={"x": {"over": "I"}, "y": {}})
    assert text(f).startswith("find  x[I], y\n")


def test_what_does_not_parse_is_shown_as_written():
    f = formulation(
        sets={"D": {"of": "D", "with": "d", "where": "d =< 1"}, "E": {"formula": "A +"}},
        parameters={"p": {"formula": "2 x"}},
        variables={"x": {"upper": "p +"}},
        objective={"minimize": "x y"},
        constraints={"c": {"for": "p PLANTS", "that": "x =< 4"}},
        report={"r": "x /"},
    )
    plain = text(f)
    for written in ("d =< 1", "A +", "2 x", "p +", "x y", "p PLANTS", "x =< 4", "x /"):
        assert written in plain
    assert_latex(latex(f))
    ET.fromstring(html(f))


NASTY = "</style><script>alert(1)</script>\\end{aligned}$$ \x1b[31m \u202e & 'a' \"b\" #%_^~ \n\\\\"


@given(st.one_of(st.just(NASTY), st.text(st.characters(exclude_categories=["Cs"]), max_size=30)))
@settings(max_examples=100, deadline=None)
def test_hostile_names_and_words_are_only_shown(words):
    f = formulation(
        title=words,
        sets={words: {"elements": [words or "-"], "meaning": words}},
        parameters={f"p{words}": {"value": 1, "unit": words, "meaning": words}},
        variables={f"x{words}": {"over": [words], "unit": words, "meaning": words, "upper": words}},
        objective=[{"name": words, "minimize": words, "meaning": words}, {"maximize": "1"}],
        constraints={words: {"for": words, "that": words, "because": words}},
        report={words: words},
        assumptions=[words],
    )
    assert all(line.isprintable() for line in text(f).split("\n"))
    assert_latex(latex(f))
    page = ET.fromstring(html(f))
    inside = {element.tag.removeprefix(MATHML) for element in page.iter()}
    assert inside <= {
        *("section", "style", "h3", "h4", "table", "tr", "th", "td", "ul", "li", "math"),
        *("mrow", "mn", "mi", "mo", "mtext", "mspace", "msqrt", *PARTS),
    }


def test_a_domain_reads_as_mathematics():
    found = domain(parse_domain("p in PLANTS, (i, j) in ARCS if i != p"), SCRIPTS["text"])
    assert found == "p ∈ PLANTS, (i, j) ∈ ARCS : i ≠ p"
