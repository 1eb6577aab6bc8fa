"""What `agentopt formulation check` finds: without data, then with it."""

from __future__ import annotations

__all__ = ["Checked", "checked"]

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from agentopt.agents.context import Problem
from agentopt.agents.subjects import Subject
from agentopt.compiling.arrays import Compiled
from agentopt.errors import AgentoptError
from agentopt.formulation.diagnostics import Diagnostic, render_all


@dataclass(frozen=True)
class Checked:
    """All that was found.

    Attributes:
        title: of the formulation.
        diagnostics: what the formulation itself shows.
        fault: why it cannot be bound or compiled, with a hint; empty if it can.
        warnings: what binding and compiling had to assume.
        compiled: its arrays, where it has come that far.
    """

    title: str
    diagnostics: tuple[Diagnostic, ...] = ()
    fault: tuple[str, str] = ("", "")
    warnings: tuple[str, ...] = ()
    compiled: Compiled | None = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        """Whether it can be solved as it stands."""
        return not self.fault[0] and all(each.severity != "error" for each in self.diagnostics)

    def as_json(self) -> dict[str, object]:
        """For programs."""
        arrays = self.compiled
        return {
            "ok": self.ok,
            "title": self.title,
            "diagnostics": [asdict(each) for each in self.diagnostics],
            "error": self.fault[0] or None,
            "hint": self.fault[1] or None,
            "warnings": list(self.warnings),
            "problem_class": None if arrays is None else str(arrays.problem_class),
            "variables": None if arrays is None else arrays.num_columns,
            "constraints": None if arrays is None else arrays.num_rows,
            "nonzeros": None if arrays is None else len(arrays.matrix.values),
        }

    def as_text(self) -> str:
        """For people."""
        parts = [render_all(self.diagnostics)] if self.diagnostics else []
        message, hint = self.fault
        if message:
            parts.append(f"error: {message}" + (f"\n  hint: {hint}" if hint else ""))
        parts += [f"warning: {each}" for each in self.warnings]
        if self.compiled is not None and self.ok:
            arrays = self.compiled
            size = f"{arrays.num_columns:,} variables, {arrays.num_rows:,} constraints, "
            size += f"{len(arrays.matrix.values):,} nonzeros"
            parts.append(f"{self.title or 'The formulation'}: holds; {arrays.problem_class}, {size}")
        return "\n".join(parts)


def checked(subject: Subject, tables: Sequence[Path] = ()) -> Checked:
    """What can be found before an engine is asked.

    Raises:
        UsageError: tables are given to a model file.
    """
    from agentopt.api import check_formulation, compiled, with_data

    with with_data(subject, list(tables)) as subject:
        if not isinstance(subject, Problem):
            title = subject.instance.formulation.title
            return Checked(title, warnings=tuple(subject.warnings), compiled=subject)
        assert subject.formulation is not None
        found = tuple(check_formulation(subject.formulation))
        title = subject.formulation.title
        if any(each.severity == "error" for each in found):
            return Checked(title, found)
        try:
            arrays = compiled(subject)
        except AgentoptError as error:
            return Checked(title, found, (error.message, error.hint))
        warnings = dict.fromkeys([*arrays.instance.warnings, *arrays.warnings])
        return Checked(title, found, warnings=tuple(warnings), compiled=arrays)
