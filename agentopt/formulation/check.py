"""All checks that need no data: names, indices, shapes, statements, extents, units.

Every problem is reported, not the first; a part that is wrong makes no follow-up noise about the parts around
it. What depends on data (whether an element exists, whether a value is missing) is for binding and compiling.
"""

from __future__ import annotations

__all__ = ["Diagnostic", "check", "check_parsed", "require"]

import re
from collections.abc import Iterator, Sequence

from agentopt.errors import FormulationError
from agentopt.formulation import tree as t
from agentopt.formulation.declarations import (
    check_cycles,
    check_declarations,
    check_names,
    check_usage,
)
from agentopt.formulation.diagnostics import Diagnostic, Severity, render_all
from agentopt.formulation.elements import Formulation
from agentopt.formulation.generating import check_domain, check_generators
from agentopt.formulation.resolve import Parsed, ParsedFormula, parse
from agentopt.formulation.scope import Axis, Scope, Shapes
from agentopt.formulation.statements import StatementChecker
from agentopt.formulation.uncertainty_check import check_uncertainty
from agentopt.formulation.unparse import unparse


def check(formulation: Formulation, *, text: str | None = None) -> list[Diagnostic]:
    """Every finding about a formulation, errors first, each once.

    Args:
        formulation: what to check.
        text: the words of the problem, if at hand; quoted passages are looked for in it.

    >>> f = Formulation.model_validate({"variables": {"x": {}}, "objective": {"minimize": "x + y"}})
    >>> print(check(f)[0].render())
    error: objective.minimize: `y` is neither declared nor bound by a `for`
        x + y
            ^
      hint: bind it inside a sum: `sum(... for y in SET)`
    """
    return check_parsed(parse(formulation), text=text)


def check_parsed(parsed: Parsed, *, text: str | None = None) -> list[Diagnostic]:
    """Like `check`, for a formulation that was parsed already."""
    from agentopt.formulation.extents import check_extents
    from agentopt.formulation.units import check_units

    shapes = Shapes(parsed)
    found = [
        *_faults(parsed),
        *check_names(parsed.formulation),
        *check_declarations(parsed, shapes),
        *check_cycles(parsed),
        *_Expressions(parsed, shapes).check(),
        *check_usage(parsed),
        *check_uncertainty(parsed),
        *_quotes(parsed.formulation, text),
    ]
    if not any(d.severity == "error" for d in found):
        found += [*check_extents(parsed), *check_units(parsed)]
    return sorted(dict.fromkeys(found), key=lambda d: d.severity)


def require(formulation: Formulation) -> None:
    """Raise unless a formulation has no errors.

    Raises:
        FormulationError: listing every error.
    """
    errors = [d for d in check(formulation) if d.severity == "error"]
    if errors:
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        raise FormulationError(f"the formulation has {count}\n{render_all(errors)}", hint=errors[0].hint)


def _faults(parsed: Parsed) -> list[Diagnostic]:
    return [
        Diagnostic("error", f.path, f.error.message, f.error.hint, f.error.position, f.text)
        for f in parsed.faults
    ]


def _quotes(formulation: Formulation, text: str | None) -> Iterator[Diagnostic]:
    """Quoted words that are not in the text."""
    if not text:
        return
    words = _words(text)
    for name, parameter in formulation.parameters.items():
        if parameter.quote and _words(parameter.quote) not in words:
            yield Diagnostic(
                "warning",
                f"parameters.{name}.quote",
                f'"{parameter.quote[:80]}" is not in the text of the problem',
                "quote the exact words",
            )


def _words(text: str) -> str:
    return " ".join(re.findall(r"[\w%.]+", text.casefold()))


class _Expressions:
    """Runs the statement checker over every expression of a formulation."""

    def __init__(self, parsed: Parsed, shapes: Shapes) -> None:
        self.parsed = parsed
        self.shapes = shapes
        self.found: list[Diagnostic] = []

    def check(self) -> list[Diagnostic]:
        f = self.parsed.formulation
        for name, formula in self.parsed.filters.items():
            self.filter(formula, f.sets[name].of or ())
        for formula in self.parsed.set_formulas.values():
            check_domain(self.checker(formula.path, formula.text, "write set names"), formula.expression, {})
        for name, formula in self.parsed.formulas.items():
            self.formula(formula, f.parameters[name].over, "a derived parameter")
        for name, bounds in self.parsed.variables.items():
            for what, each in (("lower", bounds.lower), ("upper", bounds.upper), ("start", bounds.start)):
                if each is not None:
                    kind = "a start value" if what == "start" else "a bound"
                    self.formula(each, f.variables[name].over, kind)
        for objective in self.parsed.objectives:
            self.quantity(
                objective.path, objective.objective.expression, objective.expression, "an objective"
            )
        for formula in self.parsed.reports.values():
            self.report(formula)
        self.constraints()
        return self.found

    def checker(self, path: str, text: str, advice: str) -> StatementChecker:
        """A checker whose findings go to the element at `path`; `advice` has `{i}` and `{I}` in it."""

        def report(severity: Severity, node: t.Node | None, message: str, hint: str) -> None:
            position = node.at[0] if node is not None and node.at is not None else None
            self.found.append(Diagnostic(severity, path, message, hint, position, text))

        def advise(index: str, home: str) -> str:
            return advice.replace("{i}", index).replace("{I}", home)

        return StatementChecker(self.shapes, report, advise)

    def indices(self, formula: ParsedFormula, over: Sequence[str]) -> Scope:
        axes: Sequence[Axis | None] | None = self.shapes.over(over)
        names = formula.indices
        if axes is None or len(axes) != len(names) or len(set(names)) < len(names):
            axes = [None] * len(names)
        return dict(zip(names, axes, strict=True))

    def filter(self, formula: ParsedFormula, of: Sequence[str]) -> None:
        checker = self.checker(formula.path, formula.text, "name it in `with`")
        checker.condition(formula.expression, self.indices(formula, of), "the filter of a set")

    def formula(self, formula: ParsedFormula, over: Sequence[str], what: str) -> None:
        axes = self.shapes.over(over)
        names = "`, `".join(formula.indices)
        advice = f"`with` names the indices `{names}`" if formula.indices else "add `with: [{i}]`"
        if axes == ():
            advice = "bind it inside a sum: `sum(... for {i} in {I})`"
        checker = self.checker(formula.path, formula.text, advice)
        checker.data(formula.expression, self.indices(formula, over), what)

    def quantity(self, path: str, text: str, expression: t.Expr, what: str) -> None:
        checker = self.checker(path, text, "bind it inside a sum: `sum(... for {i} in {I})`")
        if isinstance(expression, t.Compare | t.Member) or (
            isinstance(expression, t.Form) and expression.kind not in t.VALUE_FORMS
        ):
            side = (
                f"`{unparse(expression.operands[0])}`" if isinstance(expression, t.Compare) else "a quantity"
            )
            checker.error(
                expression,
                f"{what} is a quantity, not a statement",
                f"write {side}, and put statements in constraints",
            )
            return
        checker.number(expression, {})

    def report(self, formula: ParsedFormula) -> None:
        """A report is a quantity; one over free indices is not known to any later stage."""
        self.quantity(formula.path, formula.text, formula.expression, "a report")

    def constraints(self) -> None:
        for name, constraint in self.parsed.constraints.items():
            declared = self.parsed.formulation.constraints[name]
            domain = (declared.for_ or "").strip().removeprefix("for ").strip()
            advice = f"add it to `for`: `{domain}, {{i}} in {{I}}`" if domain else "add `for: {i} in {I}`"
            head = self.checker(f"{constraint.path}.for", declared.for_ or "", "bind it before it is used")
            before = len(self.found)
            scope = check_generators(head, constraint.generators, {})
            path = f"{constraint.path}.that"
            checker = self.checker(path, declared.that, advice + ", or bind it inside a `sum`")
            seen = checker.visit(constraint.statement, scope)
            if seen.sort == "statement" or (len(self.found) > before and seen.sort != "number"):
                if len(self.found) == before:
                    self.repeated(path, declared.that, constraint.generators, constraint.statement)
                continue
            if seen.sort == "condition":
                self.constant(checker, constraint.statement)
            elif seen.sort in ("number", "label", "set"):
                shown = unparse(constraint.statement)
                checker.error(
                    constraint.statement,
                    f"a constraint compares something, and `{shown[:80]}` does not",
                    "write `... <= ...`, `... >= ...` or `... == ...`",
                )

    def constant(self, checker: StatementChecker, statement: t.Expr) -> None:
        """A statement without variables: a mistake when it is literal, otherwise a check of the data."""
        named = any(isinstance(node, t.Name | t.Item) for node in t.walk(statement))
        checker.report(
            "warning" if named else "error",
            statement,
            "it holds no variable, so it is true or false whatever is decided",
            "remove it" if not named else "state it about a variable, or leave it out",
        )

    def repeated(self, path: str, text: str, generators: Sequence[t.Generator], statement: t.Expr) -> None:
        """An index of `for` that the statement does not mention makes copies of it."""
        used = {node.id for node in t.walk(statement) if isinstance(node, t.Name)}
        for generator in generators:
            used |= {
                node.id
                for part in (generator.domain, *generator.conditions)
                for node in t.walk(part)
                if isinstance(node, t.Name)
            }
        idle = [name for g in generators if not used & set(g.targets) for name in g.targets]
        if idle:
            self.found.append(
                Diagnostic(
                    "warning",
                    path,
                    f"it does not mention `{'`, `'.join(idle)}` of its `for`, so it is the same for each",
                    f"use `{idle[0]}`, or remove it from `for`",
                    0,
                    text,
                )
            )
