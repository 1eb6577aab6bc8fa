"""A formulation for people: plain text, LaTeX, and HTML with MathML, which browsers show without any script.

Texts that do not parse are shown as written, so that a formulation in need of repair can be looked at too.
"""

from __future__ import annotations

__all__ = ["html", "latex", "text"]

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from agentopt.formulation import tree as t
from agentopt.formulation.elements import Formulation, IndexSet, Objective, Parameter, Variable
from agentopt.formulation.notation import domain, write
from agentopt.formulation.resolve import Parsed, ParsedFormula, ParsedVariable, parse
from agentopt.formulation.scripts import SCRIPTS, Script, latex_escape, printable
from agentopt.formulation.uncertainty_text import uncertainty_lines

_MAX_SHOWN = 12
_STYLE = (
    ".formulation table{border-collapse:collapse;margin:.4em 0}"
    ".formulation td,.formulation th{padding:.15em .8em .15em 0;text-align:left;vertical-align:baseline}"
    ".formulation th{white-space:nowrap}.formulation .why{color:#666}"
)


_MODEL = ("sets", "parameters", "variables")


@dataclass(frozen=True)
class _Line:
    """One line of the model: what it is (a sense, `subject to`, `report`), the mathematics, and what for.

    `mark` is what stands in brackets behind it: the name, and how several objectives are weighed.
    """

    head: str
    body: str
    domain: str = ""
    mark: str = ""
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
    """A formulation in plain Unicode, safe to print.

    >>> f = Formulation.model_validate({"variables": {"x": {"upper": 4}}, "objective": {"maximize": "2*x"}})
    >>> print(text(f))
    maximize  2·x
    <BLANKLINE>
    variables
      x  real, 0 ≤ x ≤ 4
    """
    view = _View(formulation, SCRIPTS["text"])
    lines = list(view.lines())
    blocks = [formulation.title] if formulation.title else []
    blocks.append("\n".join(_marked(line) for line in lines if line.head not in ("subject to", "report")))
    for head in ("subject to", "report"):
        chosen = [line for line in lines if line.head == head]
        width = max((len(line.mark) for line in chosen), default=0)
        if chosen:
            body = [f"  {line.mark:<{width}}  {line.body}{_all(line.domain)}" for line in chosen]
            blocks.append("\n".join([head, *body]))
    for kind, rows in view.tables():
        width = max(len(row.name) for row in rows)
        shown = [
            f"  {row.name:<{width}}  " + ", ".join(p for p in (row.what, row.unit, row.meaning) if p)
            for row in rows
        ]
        blocks.append("\n".join([kind, *(line.rstrip() for line in shown)]))
    if formulation.uncertainty is not None:
        told = (f"  {line}" for line in uncertainty_lines(formulation.uncertainty))
        blocks.append("\n".join(["uncertain", *told]))
    if formulation.assumptions:
        blocks.append("\n".join(["assumptions", *(f"  - {each}" for each in formulation.assumptions)]))
    return "\n\n".join("\n".join(map(printable, block.split("\n"))) for block in blocks)


def _marked(line: _Line) -> str:
    return f"{line.head}  {line.body}" + (f"    ({line.mark})" if line.mark else "")


def _all(domain: str) -> str:
    return f"    ∀ {domain}" if domain else ""


def latex(formulation: Formulation, *, tables: bool = True) -> str:
    r"""A formulation as LaTeX display mathematics (the inside of `$$`), with tables of what is declared.

    >>> f = Formulation.model_validate({"variables": {"x": {"upper": 4}}, "objective": {"maximize": "2*x"}})
    >>> print(latex(f, tables=False))
    \begin{aligned}
    \text{maximize}\quad & 2 \, x
    \end{aligned}
    """
    view = _View(formulation, SCRIPTS["latex"])
    rows, last = [], ""
    for line in view.lines():
        head = "" if line.head == last else rf"\text{{{latex_escape(line.head)}}}\quad"
        last = line.head
        row = f"{head} & {line.body}".strip()
        if line.domain or line.mark:
            row += rf" && \forall\, {line.domain}" if line.domain else " &&"
        if line.mark:
            row += rf" && (\text{{{latex_escape(line.mark)}}})"
        rows.append(row)
    parts = ["\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"]
    for kind, declared in view.tables() if tables else ():
        body = [rf"\textbf{{{kind}}}"]
        for each in declared:
            words = (rf"\text{{{latex_escape(p)}}}" if p else "" for p in (each.unit, each.meaning))
            body.append(" & ".join([each.name, each.what, *words]))
        parts.append("\\begin{array}{llll}\n" + " \\\\\n".join(body) + "\n\\end{array}")
    if len(parts) == 1:
        return parts[0]
    return "\\begin{array}{l}\n" + " \\\\[2ex]\n".join(parts) + "\n\\end{array}"


def html(formulation: Formulation) -> str:
    """A formulation as a self-contained piece of HTML; mathematics is MathML, every text is escaped.

    >>> f = Formulation.model_validate({"title": "<b>", "variables": {"x": {}}})
    >>> "<h3>&lt;b&gt;</h3>" in html(f)
    True
    """
    view = _View(formulation, SCRIPTS["mathml"])
    parts = [f"<style>{_STYLE}</style>"]
    if formulation.title:
        parts.append(f"<h3>{_escaped(formulation.title)}</h3>")
    rows, last = [], ""
    for line in view.lines():
        head = "" if line.head == last else line.head
        last = line.head
        over = _math(f"<mo>∀</mo>{line.domain}") if line.domain else ""
        rows.append(
            f"<tr><th>{head}</th><td>{_math(line.body, display=True)}</td><td>{over}</td>"
            f"<td>{_escaped(line.mark)}</td><td class='why'>{_escaped(line.why)}</td></tr>"
        )
    parts.append(f"<table>{''.join(rows)}</table>")
    for kind, declared in view.tables():
        body = "".join(
            f"<tr><td>{_math(row.name)}</td><td>{_math(row.what)}</td>"
            f"<td>{_escaped(row.unit)}</td><td class='why'>{_escaped(row.meaning)}</td></tr>"
            for row in declared
        )
        parts.append(f"<h4>{kind.capitalize()}</h4><table>{body}</table>")
    if formulation.uncertainty is not None:
        told = "".join(f"<li>{_escaped(each)}</li>" for each in uncertainty_lines(formulation.uncertainty))
        parts.append(f"<h4>Uncertain</h4><ul>{told}</ul>")
    if formulation.assumptions:
        items = "".join(f"<li>{_escaped(each)}</li>" for each in formulation.assumptions)
        parts.append(f"<h4>Assumptions</h4><ul>{items}</ul>")
    return f"<section class='formulation'>{''.join(parts)}</section>"


def _escaped(text: str) -> str:
    return escape(printable(text))


def _math(inner: str, *, display: bool = False) -> str:
    if not inner:
        return ""
    style = " displaystyle='true'" if display else ""
    return f"<math xmlns='http://www.w3.org/1998/Math/MathML'{style}><mrow>{inner}</mrow></math>"


class _View:
    """What there is to show of a formulation, in a script."""

    def __init__(self, formulation: Formulation, script: Script) -> None:
        self.parsed = parse(formulation)
        self.script = script
        self.usual = _usual_indices(self.parsed)

    def lines(self) -> Iterator[_Line]:
        """Objectives, constraints, reports, in order of declaration; unreadable ones as their text."""
        f, script = self.parsed.formulation, self.script
        objectives = {each.path: each for each in self.parsed.objectives}
        several = len(f.objectives) > 1
        for number, objective in enumerate(f.objectives):
            place = f"objective[{number}]" if isinstance(f.objective, list) else "objective"
            found = objectives.get(f"{place}.{objective.sense}")
            body = write(found.expression, script) if found else script.words(objective.expression)
            mark = _weighed(objective) if several else objective.name
            yield _Line(objective.sense, body, mark=mark, why=objective.meaning)
        if not f.objectives:
            names = [self.indexed(name, each.over, each.with_) for name, each in f.variables.items()]
            yield _Line("find", self.listed(names[:_MAX_SHOWN]))
        for name, constraint in f.constraints.items():
            known = self.parsed.constraints.get(name)
            if known is None:
                body, over = script.words(constraint.that), constraint.for_ or ""
                yield _Line("subject to", body, script.words(over) if over else "", name, constraint.because)
            else:
                over = domain(known.generators, script) if known.generators else ""
                body = write(known.statement, script)
                yield _Line("subject to", body, over, name, constraint.because)
        for name, shown in f.report.items():
            formula = self.parsed.reports.get(name)
            body = script.words(shown) if formula is None else write(formula.expression, script)
            yield _Line("report", body, mark=name)

    def tables(self) -> Iterator[tuple[str, list[_Row]]]:
        """The declared things, kind by kind."""
        rows = list(self.rows())
        for kind in _MODEL:
            chosen = [row for row in rows if row.kind == kind]
            if chosen:
                yield kind, chosen

    def rows(self) -> Iterator[_Row]:
        f, parsed, script = self.parsed.formulation, self.parsed, self.script
        for name, declared in f.sets.items():
            yield _Row("sets", script.name(name), _set(parsed, name, declared, script), "", declared.meaning)
        for name, parameter in f.parameters.items():
            what = _parameter(parsed.formulas.get(name), parameter, script)
            label = self.indexed(name, parameter.over, parameter.with_)
            yield _Row("parameters", label, what, parameter.unit or "", parameter.meaning)
        for name, variable in f.variables.items():
            label = self.indexed(name, variable.over, variable.with_)
            what = _variable(parsed.variables[name], variable, label, script)
            yield _Row("variables", label, what, variable.unit or "", variable.meaning)

    def indexed(self, name: str, over: list[str], names: list[str] | None) -> str:
        """A name with its indices: those it states, else those that usually run over its sets."""
        if not over:
            return self.script.name(name)
        inside = names
        if inside is None:
            inside = [index for each in over for index in self.usual.get(each, (each,))]
            inside = over if len(set(inside)) < len(inside) else inside
        return self.script.indexed(self.script.name(name), self.listed(map(self.script.name, inside)))

    def listed(self, parts: Iterable[str]) -> str:
        """Parts with commas between them."""
        return self.script.row([p for each in parts for p in (self.script.sign(","), each)][1:])


def _weighed(objective: Objective) -> str:
    """The name of one of several objectives, and how it stands among them."""
    told = [objective.name, f"priority {objective.priority}", f"weight {objective.weight:g}"]
    told.append(f"may worsen by {objective.tolerance:g}" if objective.tolerance else "")
    return ", ".join(each for each in told if each)


def _usual_indices(parsed: Parsed) -> dict[str, tuple[str, ...]]:
    """For each set, the index names the first `for` over it gives."""
    found: dict[str, tuple[str, ...]] = {
        name: tuple(each.with_) for name, each in parsed.formulation.sets.items() if each.with_ and each.where
    }
    trees: list[t.Node] = []
    for constraint in parsed.constraints.values():
        trees += [*constraint.generators, constraint.statement]
    trees += [each.expression for each in parsed.objectives]
    trees += [each.expression for each in parsed.reports.values()]
    for tree in trees:
        for node in t.walk(tree):
            if isinstance(node, t.Generator) and isinstance(node.domain, t.Name):
                found.setdefault(node.domain.id, node.targets)
    return found


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
        if declared.where is None:
            return product
        condition = script.words(declared.where) if where is None else write(where.expression, script)
        names = [p for each in declared.with_ or () for p in (script.sign(","), script.name(each))][1:]
        left = script.brackets(script.row(names)) if len(names) > 1 else script.row(names or [""])
        inside = [left, script.sign("∈"), product, script.sign(":"), condition]
        return script.brackets(script.row(inside), "{", "}")
    formula = parsed.set_formulas.get(name)
    return write(formula.expression, script) if formula else script.words(declared.formula or "given as data")


def _end(value: int | str, script: Script) -> str:
    return script.number(str(value)) if isinstance(value, int) else script.name(value)


def _parameter(formula: ParsedFormula | None, parameter: Parameter, script: Script) -> str:
    if formula is not None or parameter.formula is not None:
        body = script.words(parameter.formula or "") if formula is None else write(formula.expression, script)
        return script.row([script.sign("="), body])
    if parameter.value is not None:
        return script.row([script.sign("="), script.number(repr(parameter.value))])
    if parameter.from_ is not None:
        column = f", column {parameter.column}" if parameter.column else ""
        return script.words(f"from {parameter.from_}{column}")
    if parameter.values is None and parameter.default is not None:
        return script.row([script.sign("="), script.number(repr(parameter.default))])
    return script.words("listed" if parameter.values is not None else "given as data")


def _variable(bounds: ParsedVariable, variable: Variable, label: str, script: Script) -> str:
    kind = script.words(variable.domain)
    if variable.domain == "binary":
        return kind
    lower = _bound(bounds.lower, variable.lower, script)
    upper = _bound(bounds.upper, variable.upper, script)
    parts = [*([lower, script.sign("≤")] if lower else []), label]
    parts += [script.sign("≤"), upper] if upper else []
    if variable.domain.startswith("semi"):
        parts += [script.words(" or "), label, script.sign("="), script.number("0")]
    return script.row([kind, script.sign(","), *parts]) if lower or upper else kind


def _bound(parsed: ParsedFormula | None, written: str | int | float | None, script: Script) -> str:
    if parsed is not None:
        return write(parsed.expression, script)
    return "" if written is None else script.words(str(written))
