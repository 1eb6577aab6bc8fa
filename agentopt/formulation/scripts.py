"""Three scripts for mathematics: LaTeX, MathML, plain Unicode.

A `Script` knows how to set a name, an index, a fraction, a sum. Whatever comes from the formulation passes
through its escaping.
"""

from __future__ import annotations

__all__ = ["SCRIPTS", "Script", "latex_escape", "printable"]

import re
from collections.abc import Sequence
from html import escape
from typing import Protocol


class Script(Protocol):
    """How a script sets each kind of thing; every text argument is raw and is escaped here.

    Attributes:
        raised: whether the place of fractions and exponents tells them from what is beside them, so that they
            need no brackets.
    """

    raised: bool

    def number(self, text: str) -> str:
        """A number."""
        ...

    def name(self, text: str) -> str:
        """A name, or a function."""
        ...

    def words(self, text: str) -> str:
        """Upright words, such as an element."""
        ...

    def sign(self, symbol: str) -> str:
        """An operator or relation."""
        ...

    def row(self, parts: Sequence[str]) -> str:
        """Parts next to each other."""
        ...

    def brackets(self, inner: str, left: str = "(", right: str = ")") -> str:
        """Something in brackets."""
        ...

    def indexed(self, base: str, index: str) -> str:
        """Something with an index."""
        ...

    def fraction(self, above: str, below: str) -> str:
        """A quotient."""
        ...

    def power(self, base: str, exponent: str) -> str:
        """A power."""
        ...

    def root(self, inner: str) -> str:
        """A square root."""
        ...

    def big(self, symbol: str, below: str, body: str) -> str:
        """A sum or the like over a domain; `symbol` is a sign or a word."""
        ...


class _Text:
    """Plain Unicode."""

    raised = False

    def number(self, text: str) -> str:
        return text.replace("-", "−")

    def name(self, text: str) -> str:
        return printable(text)

    def words(self, text: str) -> str:
        return printable(text)

    def sign(self, symbol: str) -> str:
        return {",": ", ", "·": "·", "¬": "¬", "∅": "∅"}.get(symbol, f" {symbol} ")

    def row(self, parts: Sequence[str]) -> str:
        if parts and parts[0] == " − ":
            parts = ["−", *parts[1:]]
        elif parts and parts[0] == " = ":
            parts = ["= ", *parts[1:]]
        return "".join(parts)

    def brackets(self, inner: str, left: str = "(", right: str = ")") -> str:
        return f"{left}{inner}{right}"

    def indexed(self, base: str, index: str) -> str:
        return f"{base}[{index}]"

    def fraction(self, above: str, below: str) -> str:
        return f"{above}/{below}"

    def power(self, base: str, exponent: str) -> str:
        raised = {"2": "²", "3": "³"}.get(exponent)
        return f"{base}{raised}" if raised else f"{base}^{exponent}"

    def root(self, inner: str) -> str:
        return f"√({inner})"

    def big(self, symbol: str, below: str, body: str) -> str:
        return f"{symbol}{{{below}}} {body}"


_LATEX_SIGNS = {
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "∈": r"\in",
    "∉": r"\notin",
    "−": "-",
    "·": r"\,",
    "∪": r"\cup",
    "∩": r"\cap",
    "∅": r"\emptyset",
    "∖": r"\setminus",
    "×": r"\times",
    "∧": r"\wedge",
    "∨": r"\vee",
    "¬": r"\neg",
    "⇒": r"\Rightarrow",
    "⇔": r"\Leftrightarrow",
    "…": r"\dots",
    **{c: c for c in ",=+<>"},
    ":": r"\;:\;",
    "∑": r"\sum",
    "∏": r"\prod",
    "⋁": r"\bigvee",
    "⋀": r"\bigwedge",
}
_LATEX_BRACKETS = {"{": r"\{", "}": r"\}", "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil"}
_LATEX_BRACKETS |= {"‖": r"\Vert", "|": r"\vert"}
_LATEX_ESCAPES = {c: f"\\{c}" for c in "{}$&#_%"} | {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}


class _Latex:
    raised = True

    def number(self, text: str) -> str:
        mantissa, _, exponent = text.partition("e")
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa

    def name(self, text: str) -> str:
        if len(text) == 1 and text.isascii() and text.isalpha():
            return text
        return rf"\mathit{{{latex_escape(text)}}}" if re.fullmatch(r"\w+", text) else self.words(text)

    def words(self, text: str) -> str:
        return rf"\text{{{latex_escape(text)}}}"

    def sign(self, symbol: str) -> str:
        return f" {_LATEX_SIGNS.get(symbol, latex_escape(symbol))} "

    def row(self, parts: Sequence[str]) -> str:
        return re.sub(r"  +", " ", "".join(parts)).strip()

    def brackets(self, inner: str, left: str = "(", right: str = ")") -> str:
        opened, closed = _LATEX_BRACKETS.get(left, left), _LATEX_BRACKETS.get(right, right)
        return rf"\left{opened} {inner} \right{closed}"

    def indexed(self, base: str, index: str) -> str:
        return f"{base}_{{{index}}}"

    def fraction(self, above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def power(self, base: str, exponent: str) -> str:
        return f"{{{base}}}^{{{exponent}}}"

    def root(self, inner: str) -> str:
        return rf"\sqrt{{{inner}}}"

    def big(self, symbol: str, below: str, body: str) -> str:
        known = _LATEX_SIGNS.get(symbol) or {"max": r"\max", "min": r"\min"}.get(symbol)
        operator = known or rf"\operatorname*{{{latex_escape(symbol)}}}"
        return f"{operator}_{{{below}}} {body}"


class _MathML:
    raised = True

    def number(self, text: str) -> str:
        return f"<mn>{escape(text.replace('-', '−'))}</mn>"

    def name(self, text: str) -> str:
        return f"<mi>{escape(printable(text))}</mi>"

    def words(self, text: str) -> str:
        return f"<mtext>{escape(printable(text)).replace(' ', '&#160;')}</mtext>"

    def sign(self, symbol: str) -> str:
        if symbol == "·":
            return "<mo>&#8290;</mo><mspace width='0.17em'/>"
        return f"<mo>{escape(symbol)}</mo>"

    def row(self, parts: Sequence[str]) -> str:
        return parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>"

    def brackets(self, inner: str, left: str = "(", right: str = ")") -> str:
        return f"<mrow><mo>{escape(left)}</mo>{inner}<mo>{escape(right)}</mo></mrow>"

    def indexed(self, base: str, index: str) -> str:
        return f"<msub>{base}<mrow>{index}</mrow></msub>"

    def fraction(self, above: str, below: str) -> str:
        return f"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>"

    def power(self, base: str, exponent: str) -> str:
        return f"<msup><mrow>{base}</mrow><mrow>{exponent}</mrow></msup>"

    def root(self, inner: str) -> str:
        return f"<msqrt><mrow>{inner}</mrow></msqrt>"

    def big(self, symbol: str, below: str, body: str) -> str:
        return f"<mrow><munder><mo>{escape(symbol)}</mo><mrow>{below}</mrow></munder>{body}</mrow>"


def latex_escape(text: str) -> str:
    r"""A text that LaTeX shows as it is.

    >>> print(latex_escape("50% of a_b"))
    50\% of a\_b
    """
    return "".join(_LATEX_ESCAPES.get(c, c) for c in printable(text))


def printable(text: str) -> str:
    r"""A text without control characters and characters that turn text around.

    >>> printable("50 \x1b[31m%")
    '50 �[31m%'
    """
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


SCRIPTS: dict[str, Script] = {"text": _Text(), "latex": _Latex(), "mathml": _MathML()}
"""Plain Unicode, LaTeX (math mode), and presentation MathML (the content of `<math>`)."""
