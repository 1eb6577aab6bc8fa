"""A bound formulation to arrays: variables, then objectives, then constraints, each over its frame at once."""

from __future__ import annotations

__all__ = ["compile_instance"]

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from agentopt.compiling.arrays import Compiled, CompiledObjective, Integrality, ProblemClass
from agentopt.compiling.assemble import dense_vector
from agentopt.compiling.build import Builder, Terms, products
from agentopt.compiling.terms import Auxiliary, Pending, Space, monomials
from agentopt.errors import AgentoptError, CompileError
from agentopt.formulation import tree as t
from agentopt.formulation.derive import Data, Env
from agentopt.formulation.elements import Variable
from agentopt.formulation.frames import Frame
from agentopt.formulation.generators import expand
from agentopt.formulation.instance import Codes, Instance, Values
from agentopt.formulation.resolve import Parsed, ParsedConstraint, ParsedFormula, ParsedObjective, parse

_KINDS = {
    "real": Integrality.CONTINUOUS,
    "integer": Integrality.INTEGER,
    "binary": Integrality.INTEGER,
    "semicontinuous": Integrality.SEMICONTINUOUS,
    "semiinteger": Integrality.SEMIINTEGER,
}


def compile_instance(instance: Instance) -> Compiled:
    """The arrays of a bound formulation.

    Raises:
        CompileError: a reference outside a variable's domain, data missing where it is used, or a construct that
            has no exact reformulation with the bounds given.
        ExpressionError: an expression does not parse.
    """
    started = time.perf_counter()
    parsed = parse(instance.formulation)
    if parsed.faults:
        raise parsed.faults[0].error
    data = Data(instance)
    space = Space(data)
    compiler = _Compiler(instance, parsed, data, space, Builder(data, space))
    start = compiler.variables()
    read = [compiler.read_objective(each) for each in parsed.objectives]
    for constraint in parsed.constraints.values():
        with _about(f"constraint `{constraint.name}`"):
            compiler.constraint(constraint)
    return compiler.finish(read, start, started)


@contextmanager
def _about(element: str) -> Iterator[None]:
    """Put the element's name before the message of an error raised inside."""
    try:
        yield
    except CompileError as error:
        error.message = f"{element}: {error.message}"
        error.args = (error.message,)
        raise


@dataclass
class _Compiler:
    instance: Instance
    parsed: Parsed
    data: Data
    space: Space
    builder: Builder

    # -- variables -------------------------------------------------------------------------------------------

    def variables(self) -> Values | None:
        """Add every declared variable's columns; the start values, if any variable has one."""
        starts, given = [], False
        for name, variable in self.instance.formulation.variables.items():
            with _about(f"variable `{name}`"):
                codes = self.instance.product(variable.over)
                formulas = self.parsed.variables.get(name)
                low, high, first = (
                    None if formula is None else self.over_domain(name, variable, formula)
                    for formula in (
                        (formulas.lower, formulas.upper, formulas.start)
                        if formulas is not None
                        else (None,) * 3
                    )
                )
                lower = np.asarray(-np.inf) if low is None else low
                upper = np.asarray(np.inf) if high is None else high
                if variable.domain == "binary":
                    lower, upper = np.maximum(lower, 0.0), np.minimum(upper, 1.0)
                self.check_bounds(name, codes, lower, upper)
                self.builder.add_columns(name, codes, lower, upper, _KINDS[variable.domain])
                given = given or first is not None
                value = np.asarray(np.nan) if first is None else first
                starts.append(np.broadcast_to(value, (len(codes),)))
        return np.concatenate(starts) if given else None

    def over_domain(self, name: str, variable: Variable, formula: ParsedFormula) -> Values:
        """A bound or start value at every element a variable ranges over; a scalar if it does not vary."""
        if isinstance(formula.expression, t.Number):
            return np.asarray(float(formula.expression.value))
        frame = Frame()
        names = list(formula.indices)
        sets = [self.instance.sets[each] for each in variable.over]
        if names and len(names) != sum(bound.arity for bound in sets):
            raise CompileError(
                f"`with` names {len(names)} indices, but `{name}` has {sum(bound.arity for bound in sets)}",
                hint=f"name one for each of {', '.join(variable.over)}",
            )
        for bound in sets:
            taken, names = names[: bound.arity], names[bound.arity :]
            columns = {index: bound.codes[:, k] for k, index in enumerate(taken)}
            frame = frame.append(columns, len(bound), bound)
        values = self.data.number(formula.expression, frame, {})
        return np.broadcast_to(values, frame.lengths).reshape(-1)

    def check_bounds(self, name: str, codes: Codes, lower: Values, upper: Values) -> None:
        crossed = np.broadcast_to(np.asarray(lower) > np.asarray(upper), (len(codes),))
        if crossed.any():
            at = int(np.flatnonzero(crossed)[0])
            index = ", ".join(str(self.instance.labels[int(c)]) for c in codes[at])
            low, high = (float(np.broadcast_to(b, (len(codes),))[at]) for b in (lower, upper))
            shown = f"{name}[{index}]" if index else name
            self.builder.warnings.append(
                f"nothing is feasible: the lower bound {low:g} of `{shown}` exceeds its upper bound {high:g}"
            )

    # -- objectives and constraints --------------------------------------------------------------------------

    def read(self, expr: t.Expr, frame: Frame, env: Env, held: int) -> Terms:
        """An expression over a rooted frame as constants and monomials."""
        found = list(monomials(self.space, [Pending(expr, env)], frame, self.lift, held=held))
        return Terms.of(found, frame.lengths)

    def lift(self, expr: t.Expr, env: Env, frame: Frame, held: int) -> tuple[Auxiliary, Frame]:
        raise CompileError(f"`{type(expr).__name__.lower()}` cannot be compiled")

    def read_objective(self, parsed: ParsedObjective) -> tuple[ParsedObjective, Terms]:
        """An objective's terms; arrays are made when all columns are known."""
        with _about(f"objective `{parsed.name}`"):
            held = 1 if parsed.objective.sense == "minimize" else -1
            return parsed, self.read(parsed.expression, Frame(), {}, held)

    def objective(self, parsed: ParsedObjective, terms: Terms) -> CompiledObjective:
        """The arrays of one objective."""
        number = self.builder.num_columns
        cost = dense_vector([self.builder.block(m, 0, 0) for m in terms.linear], number)
        quadratic = None
        if terms.quadratic:
            _, first, second, values = products(terms.quadratic, 0)
            quadratic = (first, second, np.where(first == second, 2.0 * values, values))
        return CompiledObjective(
            parsed.name,
            parsed.objective.sense,
            cost,
            float(np.asarray(terms.constant).reshape(-1)[0]),
            quadratic,
            weight=parsed.objective.weight,
            priority=parsed.objective.priority,
            tolerance=parsed.objective.tolerance,
        )

    def constraint(self, constraint: ParsedConstraint) -> None:
        """Add the rows of one constraint."""
        frame, env = expand(self.data, Frame(), {}, constraint.generators)
        frame = frame.rooted()
        targets = [target for generator in constraint.generators for target in generator.targets]
        indices = [(target, env[target]) for target in targets]
        self.statement(constraint.name, constraint.statement, frame, env, indices)

    def statement(
        self, name: str, statement: t.Expr, frame: Frame, env: Env, indices: Sequence[tuple[str, str]]
    ) -> None:
        match statement:
            case t.And(operands=operands):
                for operand in operands:
                    self.statement(name, operand, frame, env, indices)
            case t.Compare(operands=(low, middle, high), operators=(first, second)) if (
                self.space.is_data(low)
                and self.space.is_data(high)
                and first == second
                and first in {"<=", ">="}
            ):
                terms = self.read(middle, frame, env, 0)
                bounds = [self.data.number(side, frame, env) for side in (low, high)]
                lower, upper = bounds if first == "<=" else bounds[::-1]
                self.builder.add_rows(name, frame, indices, terms, lower, upper)
            case t.Compare(operands=operands, operators=operators):
                for left, operator, right in zip(operands, operators, operands[1:], strict=False):
                    self.comparison(name, left, operator, right, frame, env, indices)
            case _:
                self.unsupported(statement)

    def unsupported(self, statement: t.Expr) -> NoReturn:
        raise CompileError(f"`{type(statement).__name__.lower()}` is not a statement that can be compiled")

    def comparison(
        self,
        name: str,
        left: t.Expr,
        operator: t.CompareOperator,
        right: t.Expr,
        frame: Frame,
        env: Env,
        indices: Sequence[tuple[str, str]],
    ) -> None:
        """One row per point: left - right compared with zero."""
        held = {"<": 1, "<=": 1, ">": -1, ">=": -1}.get(operator, 0)
        terms = self.read(t.Add((left, t.Negate(right))), frame, env, held)
        lower = 0.0 if operator in {">=", ">", "=="} else -np.inf
        upper = 0.0 if operator in {"<=", "<", "=="} else np.inf
        self.builder.add_rows(name, frame, indices, terms, lower, upper)

    # -- arrays ----------------------------------------------------------------------------------------------

    def finish(
        self, read: Sequence[tuple[ParsedObjective, Terms]], start: Values | None, started: float
    ) -> Compiled:
        """All arrays, with the class of problem they state."""
        builder = self.builder
        objectives = tuple(self.objective(parsed, terms) for parsed, terms in read)
        lower, upper = builder.bounds()
        row_lower, row_upper = builder.row_bounds()
        integrality = builder.integrality()
        if start is not None and len(start) < len(lower):
            start = np.concatenate([start, np.full(len(lower) - len(start), np.nan)])
        return Compiled(
            instance=self.instance,
            variables=tuple(builder.variables),
            rows=tuple(builder.rows),
            objectives=objectives,
            matrix=builder.matrix(),
            lower=lower,
            upper=upper,
            row_lower=row_lower,
            row_upper=row_upper,
            integrality=integrality,
            problem_class=problem_class(
                discrete=bool((integrality != Integrality.CONTINUOUS).any()),
                quadratic_objective=any(o.quadratic is not None for o in objectives),
                quadratic_rows=bool(builder.quadratic_rows),
                nonlinear=bool(builder.nonlinear) or any(o.nonlinear is not None for o in objectives),
            ),
            quadratic_rows=tuple(builder.quadratic_rows),
            nonlinear=tuple(builder.nonlinear),
            start=start,
            strict=tuple(builder.strict),
            warnings=(*self.instance.warnings, *builder.warnings),
            seconds=time.perf_counter() - started,
        )


def problem_class(
    *, discrete: bool, quadratic_objective: bool, quadratic_rows: bool, nonlinear: bool
) -> ProblemClass:
    """The class of a problem from the parts it has.

    >>> problem_class(discrete=True, quadratic_objective=False, quadratic_rows=True, nonlinear=False).value
    'MIQCP'
    """
    if nonlinear:
        return ProblemClass.MINLP if discrete else ProblemClass.NLP
    if quadratic_rows:
        return ProblemClass.MIQCP if discrete else ProblemClass.QCP
    if quadratic_objective:
        return ProblemClass.MIQP if discrete else ProblemClass.QP
    return ProblemClass.MILP if discrete else ProblemClass.LP
