"""A formulation for people: plain text, LaTeX, and HTML with MathML, which browsers show without any script.

Texts that do not parse are shown as written, so that a formulation in need of repair can be looked at too.
"""

from __future__ import annotations

__all__ = ["html", "latex", "text"]

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from agentopt.formulation.elements import Formulation, IndexSet, Parameter, Variable
from agentopt.formulation.notation import SCRIPTS, Script, domain, latex_escape, write
from agentopt.formulation.resolve import Parsed, ParsedFormula, parse

_MAX_SHOWN = 12
_STYLE = (
    ".formulation table{border-collapse:collapse;margin:.4em 0}"
    ".formulation td,.formulation th{padding:.15em .8em .15em 0;text-align:left;vertical-align:baseline}"
    ".formulation .why{color:#666}"
)


@dataclass(frozen=True)
class _Line:
    """One line of the model: what it is called, the mathematics, for which indices, and why."""

    head: str
    body: str
    domain: str = ""
    name: str = ""
    why: str = ""


@dataclass(frozen=True)
class _Row:
    """One declared thing: its name with indices, what it is, its unit, its meaning."""

    kind: str
    name: str
    what: str
    unit: str
    meaning: str


def text(formulation: Formulation) -> str:
    """A formulation in plain Unicode.

    >>> f = Formulation.model_validate({"variables": {"x": {"upper": 4}}, "objective": {"maximize": "2*x"}})
    >>> print(text(f))
    maximize  2·x
    <BLANKLINE>
    variables
      x  real, 0 ≤ x ≤ 4
    """
    parsed, script = parse(formulation), SCRIPTS["text"]
    lines = list(_lines(parsed, script))
    width = max((len(line.name) for line in lines), default=0)
    blocks = [formulation.title] if formulation.title else []
    objectives = [
        f"{line.head}  {line.body}" + (f"    ({line.name})" if line.name else "")
        for line in lines
        if line.head != "subject to"
    ]
    blocks.append("\n".join(objectives))
    constraints = [line for line in lines if line.head == "subject to"]
    if constraints:
        body = [
            f"  {line.name:<{width}}  {line.body}" + (f"    ∀ {line.domain}" if line.domain else "")
            for line in constraints
        ]
        blocks.append("\n".join(["subject to", *body]))
    rows = list(_rows(parsed, script))
    for kind in ("sets", "parameters", "variables"):
        chosen = [row for row in rows if row.kind == kind]
        widest = max((len(row.name) for row in chosen), default=0)
        if chosen:
            shown = [
                f"  {row.name:<{widest}}  {', '.join(p for p in (row.what, row.unit, row.meaning) if p)}".rstrip()
                for row in chosen
            ]
            blocks.append("\n".join([kind, *shown]))
    if formulation.assumptions:
        blocks.append("\n".join(["assumptions", *(f"  - {each}" for each in formulation.assumptions)]))
    return "\n\n".join(blocks)


def latex(formulation: Formulation, *, tables: bool = True) -> str:
    r"""A formulation as LaTeX display mathematics (the inside of `$$`), with tables of what is declared.

    >>> f = Formulation.model_validate({"variables": {"x": {"upper": 4}}, "objective": {"maximize": "2*x"}})
    >>> print(latex(f, tables=False))
    \begin{aligned}
    \text{maximize}\quad & 2 \, x
    \end{aligned}
    """
    parsed, script = parse(formulation), SCRIPTS["latex"]
    rows, last = [], ""
    for line in _lines(parsed, script):
        head = "" if line.head == last else rf"\text{{{latex_escape(line.head)}}}\quad"
        last = line.head
        row = f"{head} & {line.body}".strip()
        if line.domain:
            row += rf" && \forall\, {line.domain}"
        elif line.name and line.head == "subject to":
            row += " &&"
        if line.name and line.head == "subject to":
            row += rf" && (\text{{{latex_escape(line.name)}}})"
        rows.append(row)
    parts = ["\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"]
    if tables:
        declared = list(_rows(parsed, script))
        for kind in ("sets", "parameters", "variables"):
            chosen = [row for row in declared if row.kind == kind]
            if chosen:
                body = [
                    " & ".join(
                        [
                            row.name,
                            row.what,
                            *(rf"\text{{{latex_escape(p)}}}" for p in (row.unit, row.meaning)),
                        ]
                    )
                    for row in chosen
                ]
                head = rf"\textbf{{{kind}}}"
                parts.append("\\begin{array}{llll}\n" + " \\\\\n".join([head, *body]) + "\n\\end{array}")
    return " \\\\[1ex]\n".join(parts) if len(parts) == 1 else _stacked(parts)


def _stacked(parts: list[str]) -> str:
    return "\\begin{array}{l}\n" + " \\\\[2ex]\n".join(parts) + "\n\\end{array}"


def html(formulation: Formulation) -> str:
    """A formulation as a self-contained piece of HTML; mathematics is MathML, every text is escaped.

    >>> f = Formulation.model_validate({"title": "<b>", "variables": {"x": {}}})
    >>> "<h3>&lt;b&gt;</h3>" in html(f)
    True
    """
    parsed, script = parse(formulation), SCRIPTS["mathml"]
    parts = [f"<style>{_STYLE}</style>"]
    if formulation.title:
        parts.append(f"<h3>{escape(formulation.title)}</h3>")
    rows, last = [], ""
    for line in _lines(parsed, script):
        head = "" if line.head == last else escape(line.head)
        last = line.head
        over = _math(f"<mo>∀</mo>{line.domain}") if line.domain else ""
        rows.append(
            f"<tr><th>{head}</th><td>{_math(line.body, display=True)}</td><td>{over}</td>"
            f"<td>{escape(line.name)}</td><td class='why'>{escape(line.why)}</td></tr>"
        )
    parts.append(f"<table>{''.join(rows)}</table>")
    declared = list(_rows(parsed, script))
    for kind in ("sets", "parameters", "variables"):
        chosen = [row for row in declared if row.kind == kind]
        if chosen:
            body = "".join(
                f"<tr><td>{_math(row.name)}</td><td>{_math(row.what)}</td>"
                f"<td>{escape(row.unit)}</td><td class='why'>{escape(row.meaning)}</td></tr>"
                for row in chosen
            )
            parts.append(f"<h4>{kind.capitalize()}</h4><table>{body}</table>")
    if formulation.assumptions:
        items = "".join(f"<li>{escape(each)}</li>" for each in formulation.assumptions)
        parts.append(f"<h4>Assumptions</h4><ul>{items}</ul>")
    return f"<section class='formulation'>{''.join(parts)}</section>"


def _math(inner: str, *, display: bool = False) -> str:
    if not inner:
        return ""
    style = " display='block' style='text-align:left'" if display else ""
    return f"<math xmlns='http://www.w3.org/1998/Math/MathML'{style}><mrow>{inner}</mrow></math>"


def _lines(parsed: Parsed, script: Script) -> Iterator[_Line]:
    """Objectives, then constraints, in order of declaration; unreadable ones as their text."""
    f = parsed.formulation
    objectives = {each.path: each for each in parsed.objectives}
    several = isinstance(f.objective, list)
    for number, objective in enumerate(f.objectives):
        path = f"objective[{number}].{objective.sense}" if several else f"objective.{objective.sense}"
        found = objectives.get(path)
        body = write(found.expression, script) if found else script.words(objective.expression)
        yield _Line(objective.sense, body, name=objective.name, why=objective.meaning)
    if not f.objectives:
        yield _Line("find", script.row([script.name(name) for name in list(f.variables)[:1]] or [""]))
    for name, constraint in f.constraints.items():
        parsed_constraint = parsed.constraints.get(name)
        if parsed_constraint is None:
            body, over = script.words(constraint.that), script.words(constraint.for_ or "")
        else:
            body = write(parsed_constraint.statement, script)
            over = domain(parsed_constraint.generators, script) if parsed_constraint.generators else ""
        yield _Line("subject to", body, over, name, constraint.because)


def _rows(parsed: Parsed, script: Script) -> Iterator[_Row]:
    f = parsed.formulation
    for name, declared in f.sets.items():
        yield _Row("sets", script.name(name), _set(parsed, name, declared, script), "", declared.meaning)
    for name, parameter in f.parameters.items():
        what = _parameter(parsed.formulas.get(name), parameter, script)
        label = _indexed(script, name, parameter.over, parameter.with_)
        yield _Row("parameters", label, what, parameter.unit or "", parameter.meaning)
    for name, variable in f.variables.items():
        label = _indexed(script, name, variable.over, variable.with_)
        what = _variable(parsed, name, variable, label, script)
        yield _Row("variables", label, what, variable.unit or "", variable.meaning)


def _indexed(script: Script, name: str, over: list[str], names: list[str] | None) -> str:
    inside = names or over
    if not over:
        return script.name(name)
    parts = [p for each in inside for p in (script.sign(","), script.name(each))][1:]
    return script.indexed(script.name(name), script.row(parts))


def _set(parsed: Parsed, name: str, declared: IndexSet, script: Script) -> str:
    if declared.elements is not None:
        shown = [
            ", ".join(map(str, e)) if isinstance(e, list) else str(e) for e in declared.elements[:_MAX_SHOWN]
        ]
        shown = [f"({e})" if isinstance(declared.elements[0], list) else e for e in shown]
        more = len(declared.elements) - len(shown)
        parts = [p for each in shown for p in (script.sign(","), script.words(each))][1:]
        if more > 0:
            parts += [script.sign(","), script.words(f"… {more} more")]
        return script.brackets(script.row(parts), "{", "}") if parts else script.sign("∅")
    if declared.last is not None:
        first = 1 if declared.first is None else declared.first
        step = [script.words(f" by {declared.step}")] if declared.step != 1 else []
        ends = [_end(first, script), script.sign("…"), _end(declared.last, script), *step]
        return script.brackets(script.row(ends), "{", "}")
    if declared.from_ is not None:
        column = f", column {', '.join(declared.column)}" if declared.column else ""
        return script.words(f"from {declared.from_}{column}")
    if declared.of is not None:
        product = script.row([p for each in declared.of for p in (script.sign("×"), script.name(each))][1:])
        where = parsed.filters.get(name)
        if where is None:
            return product
        names = [p for each in declared.with_ or () for p in (script.sign(","), script.name(each))][1:]
        left = script.brackets(script.row(names)) if len(names) > 1 else script.row(names or [""])
        inside = [left, script.sign("∈"), product, script.sign(":"), write(where.expression, script)]
        return script.brackets(script.row(inside), "{", "}")
    formula = parsed.set_formulas.get(name)
    return write(formula.expression, script) if formula else script.words("given as data")


def _end(value: int | str, script: Script) -> str:
    return script.number(str(value)) if isinstance(value, int) else script.name(value)


def _parameter(formula: ParsedFormula | None, parameter: Parameter, script: Script) -> str:
    if formula is not None:
        return script.row([script.sign("="), write(formula.expression, script)])
    if parameter.value is not None:
        return script.row([script.sign("="), script.number(repr(parameter.value))])
    if parameter.from_ is not None:
        column = f", column {parameter.column}" if parameter.column else ""
        return script.words(f"from {parameter.from_}{column}")
    return script.words("listed" if parameter.values is not None else "given as data")


def _variable(parsed: Parsed, name: str, variable: Variable, label: str, script: Script) -> str:
    if variable.domain == "binary":
        return script.row([script.words("binary")])
    bounds = parsed.variables[name]
    parts: list[str] = []
    if bounds.lower is not None:
        parts += [write(bounds.lower.expression, script), script.sign("≤")]
    parts.append(label)
    if bounds.upper is not None:
        parts += [script.sign("≤"), write(bounds.upper.expression, script)]
    kind = script.words(variable.domain)
    return script.row([kind, script.sign(","), *parts]) if len(parts) > 1 else kind
