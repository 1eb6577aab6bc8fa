"""Checks of what is declared: names, the sets things range over, bounds, cycles, and what nothing uses."""

from __future__ import annotations

__all__ = ["check_cycles", "check_declarations", "check_names", "check_usage"]

import contextlib
import keyword
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from agentopt.errors import ExpressionError, nearest
from agentopt.formulation import tree as t
from agentopt.formulation.diagnostics import Diagnostic
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import canonical
from agentopt.formulation.parse import MAX_NAME, parse_domain, parse_expression
from agentopt.formulation.resolve import Parsed
from agentopt.formulation.scope import Shapes, reserved

_KINDS = (("sets", "set"), ("parameters", "parameter"), ("variables", "variable"))


def check_names(formulation: Formulation) -> Iterator[Diagnostic]:
    """Names must be identifiers, not reserved, and unique among sets, parameters and variables."""
    owner: dict[str, str] = {}
    words = reserved()
    for section, kind in _KINDS:
        for name in getattr(formulation, section):
            path = f"{section}.{name}"
            folded = unicodedata.normalize("NFKC", name)
            if not name.isidentifier() or folded != name or len(name) > MAX_NAME:
                meant = re.sub(r"\W+", "_", folded).strip("_")[:MAX_NAME]
                meant = f"{kind}_{meant}" if not meant.isidentifier() else meant
                yield Diagnostic(
                    "error",
                    path,
                    f"`{name[:MAX_NAME]}` is not a name: letters, digits and `_`, not starting with a digit",
                    f"rename it to `{meant}`",
                )
            elif keyword.iskeyword(name):
                yield Diagnostic("error", path, f"`{name}` is a reserved word", f"rename it to `{name}_`")
            elif name in words:
                yield Diagnostic(
                    "error", path, f"`{name}` is a function of the language", f"rename it to `{name}_of`"
                )
            if name in owner:
                yield Diagnostic(
                    "error",
                    path,
                    f"the name `{name}` is taken by a {owner[name]} already",
                    f"rename the {kind}, e.g. to `{name}_{kind}`",
                )
            owner.setdefault(name, kind)
    for section in ("constraints", "report"):
        for name in getattr(formulation, section):
            if not name.strip():
                yield Diagnostic("error", section, "a name is empty", "name it")
    yield from _objective_names(formulation)


def _objective_names(formulation: Formulation) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for number, objective in enumerate(formulation.objectives):
        if objective.name and objective.name in seen:
            yield Diagnostic("error", f"objective[{number}]", f"`{objective.name}` names two objectives")
        seen.add(objective.name)


def check_declarations(parsed: Parsed, shapes: Shapes) -> Iterator[Diagnostic]:
    """Sets and what ranges over them: known sets, widths, index names, bounds given as numbers."""
    f = parsed.formulation
    yield from _sets(f, shapes)
    for section in ("parameters", "variables"):
        for name, declared in getattr(f, section).items():
            path = f"{section}.{name}"
            unknown = list(_unknown_sets(f, declared.over, f"{path}.over"))
            yield from unknown
            if not unknown:
                yield from _with(path, declared.over, declared.with_, shapes)
    for name, parameter in f.parameters.items():
        if parameter.values is not None and not parameter.over:
            scalar = isinstance(parameter.values, int | float)
            yield Diagnostic(
                "error",
                f"parameters.{name}",
                "it has `values` but ranges over no set",
                "write `value`" if scalar else "say which with `over: [SET]`",
            )
    for name, variable in f.variables.items():
        low, high = variable.lower, variable.upper
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            given = "lower" in variable.model_fields_set
            yield Diagnostic(
                "error",
                f"variables.{name}",
                f"the lower bound {low} exceeds the upper bound {high}",
                "swap them" if given else "`lower` is 0 unless given; write `lower: null` for none",
            )
        if variable.domain in ("semicontinuous", "semiinteger") and high is None:
            yield Diagnostic(
                "error",
                f"variables.{name}",
                f"a {variable.domain} variable needs an `upper` bound",
                "give the largest value it can take",
            )


def _sets(f: Formulation, shapes: Shapes) -> Iterator[Diagnostic]:
    for name, declared in f.sets.items():
        path = f"sets.{name}"
        if declared.of is not None:
            unknown = list(_unknown_sets(f, declared.of, f"{path}.of"))
            yield from unknown
            if not unknown and declared.with_ is not None:
                yield from _with(path, declared.of, declared.with_, shapes)
        if declared.first is not None and declared.last is None:
            yield Diagnostic("error", path, "`first` is given without `last`", "a range needs both")
        for end in ("first", "last"):
            value = getattr(declared, end)
            if isinstance(value, str) and not re.fullmatch(r"[-+]?\d+", value.strip()):
                parameter = f.parameters.get(value.strip())
                if parameter is None or parameter.over:
                    scalars = [n for n, p in f.parameters.items() if not p.over]
                    yield Diagnostic(
                        "error",
                        f"{path}.{end}",
                        f"`{value}` is neither a whole number nor a parameter without indices",
                        nearest(value, scalars),
                    )
        if declared.step == 0:
            yield Diagnostic("error", f"{path}.step", "a step of 0 goes nowhere", "write 1")
        if declared.elements is not None:
            yield from _elements(path, declared.elements)


def _elements(path: str, elements: Sequence[object]) -> Iterator[Diagnostic]:
    widths = {len(e) if isinstance(e, list) else 1 for e in elements}
    if len(widths) > 1:
        found = " and ".join(map(str, sorted(widths)))
        yield Diagnostic(
            "error", f"{path}.elements", f"elements have {found} labels; expected the same number"
        )
    seen: set[object] = set()
    for element in elements:
        parts = element if isinstance(element, list) else [element]
        key = tuple(canonical(part) for part in parts)
        if key in seen:
            shown = ", ".join(map(str, parts))
            yield Diagnostic("warning", f"{path}.elements", f"`{shown}` is listed twice and counts once")
            return
        seen.add(key)


def _unknown_sets(f: Formulation, names: Sequence[str], path: str) -> Iterator[Diagnostic]:
    for name in names:
        if name not in f.sets:
            kind = "parameter" if name in f.parameters else "variable" if name in f.variables else ""
            yield Diagnostic(
                "error",
                path,
                f"`{name}` is a {kind}, not a set" if kind else f"`{name}` is not a set",
                nearest(name, f.sets)
                or f"known sets: {', '.join(f.sets) or 'none; declare it under `sets`'}",
            )


def _with(
    path: str, over: Sequence[str], names: Sequence[str] | None, shapes: Shapes
) -> Iterator[Diagnostic]:
    """Index names must be one for each label, distinct and new."""
    if names is None:
        return
    axes = shapes.over(over)
    if axes is not None and len(names) != len(axes):
        yield Diagnostic(
            "error",
            f"{path}.with",
            f"{len(names)} index names for {len(axes)} labels ({', '.join(over) or 'it ranges over no set'})",
            "name one for each label, in order" if axes else "leave `with` out",
        )
    f = shapes.parsed.formulation
    for place, name in enumerate(names):
        if name in names[:place]:
            yield Diagnostic("error", f"{path}.with", f"the index `{name}` is named twice")
        elif name in f.parameters or name in f.variables or name in f.sets:
            yield Diagnostic(
                "error", f"{path}.with", f"the index `{name}` has the name of something declared", "rename it"
            )
        elif not name.isidentifier() or keyword.iskeyword(name) or name in reserved():
            yield Diagnostic("error", f"{path}.with", f"`{name}` cannot name an index", "write e.g. `i`")


def check_cycles(parsed: Parsed) -> Iterator[Diagnostic]:
    """Sets and derived parameters may not depend on themselves, directly or through others."""
    f = parsed.formulation
    needs: dict[str, list[str]] = {}
    for name, declared in f.sets.items():
        trees = [p.expression for p in (parsed.filters.get(name), parsed.set_formulas.get(name)) if p]
        ends = [str(e) for e in (declared.first, declared.last) if isinstance(e, str)]
        needs[name] = [*(declared.of or ()), *ends, *_names(trees)]
    for name, parameter in f.parameters.items():
        formula = parsed.formulas.get(name)
        needs[name] = [*parameter.over, *_names([formula.expression] if formula else [])]
    done: set[str] = set()
    for start in needs:
        cycle = _cycle(start, needs, done)
        if cycle:
            section = "sets" if cycle[0] in f.sets else "parameters"
            yield Diagnostic(
                "error",
                f"{section}.{cycle[0]}",
                f"it depends on itself: {' → '.join(f'`{n}`' for n in [*cycle, cycle[0]])}",
                "give one of them its elements or numbers",
            )


def _names(trees: Sequence[t.Node]) -> Iterator[str]:
    for tree in trees:
        for node in t.walk(tree):
            if isinstance(node, t.Name):
                yield node.id
            elif isinstance(node, t.Item):
                yield node.name


def _cycle(start: str, needs: Mapping[str, Sequence[str]], done: set[str]) -> list[str]:
    """The first cycle met from `start` among names not done yet; everything reached is done after."""
    path: list[str] = []
    stack: list[tuple[str, Iterator[str]]] = []

    def enter(name: str) -> None:
        path.append(name)
        stack.append((name, iter(needs[name])))

    if start in done:
        return []
    enter(start)
    while stack:
        name, rest = stack[-1]
        for needed in rest:
            if needed in path:
                found = path[path.index(needed) :]
                done.update(path)
                return found
            if needed in needs and needed not in done:
                enter(needed)
                break
        else:
            done.add(name)
            path.pop()
            stack.pop()
    return []


def check_usage(parsed: Parsed) -> Iterator[Diagnostic]:
    """What nothing refers to, and what a formulation should not be without."""
    f = parsed.formulation
    deciding = [p.expression for p in parsed.objectives] + [c.statement for c in parsed.constraints.values()]
    used = set(_names(deciding))
    for constraint in parsed.constraints.values():
        used.update(_names(constraint.generators))
    decided = {name for name in used if name in f.variables}
    for formulas in (parsed.filters, parsed.set_formulas, parsed.formulas, parsed.reports):
        used.update(_names([p.expression for p in formulas.values()]))
    for bounds in parsed.variables.values():
        used.update(_names([p.expression for p in (bounds.lower, bounds.upper, bounds.start) if p]))
    used.update(_names(list(_uncertain(f))))
    used.update(name for parameter in f.parameters.values() for name in parameter.over)
    used.update(name for variable in f.variables.values() for name in variable.over)
    for each in f.sets.values():
        used.update(each.of or ())
        used.update(str(end) for end in (each.first, each.last) if isinstance(end, str))
    if not f.variables:
        yield Diagnostic("error", "variables", "there is no variable, so nothing to decide", "declare one")
    if not f.objectives:
        yield Diagnostic("warning", "objective", "there is no objective: any feasible point will do")
    elif parsed.objectives and f.variables:
        for objective in parsed.objectives:
            if not any(name in f.variables for name in _names([objective.expression])):
                yield Diagnostic("warning", objective.path, "it depends on no variable")
    if parsed.faults:
        return  # What a text that does not parse would have used is not known.
    for name in f.variables:
        if name not in decided:
            yield Diagnostic(
                "warning", f"variables.{name}", "no objective or constraint mentions it", "use or remove it"
            )
    for section, kind in _KINDS[:2]:
        for name in getattr(f, section):
            if name not in used:
                yield Diagnostic(
                    "warning", f"{section}.{name}", f"nothing uses this {kind}", "use or remove it"
                )


def _uncertain(f: Formulation) -> Iterator[t.Node]:
    """The expressions of the section `uncertainty` that parse."""
    if f.uncertainty is None:
        return
    stated = f.uncertainty
    bounds = [b for each in stated.parameters.values() for b in (each.deviation, each.lower, each.upper)]
    texts = [*bounds, stated.budget, *stated.budgets.values(), *(c.that for c in stated.constraints.values())]
    for text in texts:
        if isinstance(text, str):
            with contextlib.suppress(ExpressionError):
                yield parse_expression(text)
    for each in stated.constraints.values():
        if each.for_:
            with contextlib.suppress(ExpressionError):
                yield from parse_domain(each.for_)
