"""All checks that need no data: names, indices, shapes, statements, units."""

from __future__ import annotations

__all__ = ["Diagnostic", "check", "require"]

from agentopt.errors import FormulationError
from agentopt.formulation.diagnostics import Diagnostic, render_all
from agentopt.formulation.elements import Formulation
from agentopt.formulation.resolve import Parsed, parse


def check(formulation: Formulation, *, text: str | None = None) -> list[Diagnostic]:
    """Every finding about a formulation, errors first, each once.

    Args:
        formulation: what to check.
        text: the words of the problem, if at hand; quoted passages are looked for in it.

    >>> f = Formulation.model_validate({"variables": {"x": {}}, "objective": {"minimize": "x +"}})
    >>> check(f)[0].element
    'objective.minimize'
    """
    parsed = parse(formulation)
    found = _faults(parsed)
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
