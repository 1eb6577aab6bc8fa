"""A bound formulation to arrays: variables, constraints, objectives, each over its frame at once."""

from __future__ import annotations

__all__ = ["compile_instance"]

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from agentopt.compiling.arrays import (
    Compiled,
    CompiledObjective,
    Graph,
    Integrality,
    Nonlinear,
    ProblemClass,
)
from agentopt.compiling.assemble import dense_vector
from agentopt.compiling.build import Builder, Terms, products, quadratic_rows, summed
from agentopt.compiling.nonlinear import graph
from agentopt.compiling.products import Linearizer, Triplets
from agentopt.compiling.reformulate import Rewriter, Scope
from agentopt.compiling.standing import sealed
from agentopt.compiling.terms import MAX_DEGREE, Auxiliary, Space
from agentopt.errors import CompileError
from agentopt.formulation import tree as t
from agentopt.formulation.derive import Data, Env
from agentopt.formulation.elements import Variable
from agentopt.formulation.frames import Frame, Ints
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


def compile_instance(instance: Instance, *, whole: Collection[str] = ()) -> Compiled:
    """The arrays of a bound formulation; products with variables named in `whole` are left quadratic.

    Raises:
        CompileError: a reference outside a variable's domain, data missing where it is used, or a
        construct that
            has no exact reformulation with the bounds given.
        ExpressionError: an expression does not parse.
    """
    started = time.perf_counter()
    parsed = parse(instance.formulation)
    if parsed.faults:
        raise parsed.faults[0].error
    data = Data(instance)
    space = Space(data)
    builder = Builder(data, space)
    compiler = _Compiler(instance, parsed, data, space, builder, Rewriter(data, space, builder))
    start = compiler.variables()
    # Plain rows first: the bounds they imply are what a big-M may rest on.
    for constraint in sorted(
        parsed.constraints.values(), key=lambda each: space.needs_rewriting(each.statement)
    ):
        compiler.constraint(constraint)
    read = [compiler.read_objective(each) for each in parsed.objectives]
    return compiler.finish(read, start, started, whole)


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
    rewriter: Rewriter

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

    def read(self, expr: t.Expr, scope: Scope, held: int) -> tuple[Terms, Graph | None]:
        """An expression as constants, monomials of degree up to two, and a graph of the rest."""
        polynomial: list[t.Expr] = []
        general: list[t.Expr] = []
        for term in _addends(expr):
            (polynomial if self.space.degree(term) <= MAX_DEGREE else general).append(term)
        terms = self.rewriter.terms(_total(polynomial), scope, held)
        if not general:
            return terms, None

        def lift(part: t.Expr, env: Env, frame: Frame, direction: int) -> tuple[Auxiliary, Frame]:
            return self.rewriter.lift(scope.name, part, env, frame, direction)

        flat = scope.frame.merge(range(len(scope.frame.lengths)))
        return terms, graph(self.space, _total(general), flat, scope.env, lift)

    def read_objective(self, parsed: ParsedObjective) -> tuple[ParsedObjective, Terms, Graph | None]:
        """An objective's terms; arrays are made when all columns are known."""
        with _about(f"objective `{parsed.name}`"):
            held = 1 if parsed.objective.sense == "minimize" else -1
            return parsed, *self.read(parsed.expression, Scope(parsed.name, Frame(), {}), held)

    def objective(
        self,
        parsed: ParsedObjective,
        terms: Terms,
        general: Graph | None,
        linear: tuple[Ints, Ints, Values],
        quadratic: Triplets,
    ) -> CompiledObjective:
        """The arrays of one objective; `linear` is what became of its products, `quadratic` what stays."""
        number = self.builder.num_columns
        cost = dense_vector([self.builder.block(m, 0, 0) for m in terms.linear], number)
        np.add.at(cost, linear[1], linear[2])
        _, one, other, values = quadratic
        first, second = one.astype(np.int64, copy=False), other.astype(np.int64, copy=False)
        nothing = np.empty(0, dtype=np.int64)
        return CompiledObjective(
            parsed.name,
            parsed.objective.sense,
            cost,
            float(np.asarray(terms.constant).reshape(-1)[0]),
            (first, second, np.where(first == second, 2.0 * values, values)) if len(values) else None,
            None if general is None else Nonlinear(nothing, general),
            weight=parsed.objective.weight,
            priority=parsed.objective.priority,
            tolerance=parsed.objective.tolerance,
        )

    def constraint(self, constraint: ParsedConstraint) -> None:
        """Add the rows of one constraint."""
        with _about(f"constraint `{constraint.name}`"):
            frame, env = expand(self.data, Frame(), {}, constraint.generators)
            targets = [target for generator in constraint.generators for target in generator.targets]
            indices = tuple((target, env[target]) for target in targets)
            self.statement(constraint.statement, Scope(constraint.name, frame.rooted(), env, indices))

    def statement(self, statement: t.Expr, scope: Scope) -> None:
        match statement:
            case t.And(operands=operands):
                for operand in operands:
                    self.statement(operand, scope)
            case t.Compare(operators=operators) if "!=" not in operators:
                self.comparison(statement, scope)
            case _:
                self.rewriter.logic.enforce(statement, scope)

    def comparison(self, statement: t.Compare, scope: Scope) -> None:
        """One row per point and link of a chain; data <= expression <= data is a single ranged row."""
        operands, operators = statement.operands, statement.operators
        if len(operands) == 3 and operators[0] == operators[1] and operators[0] in {"<=", ">="}:
            low, middle, high = operands
            if self.space.is_data(low) and self.space.is_data(high):
                terms, general = self.read(middle, scope, 0)
                bounds = [self.data.number(side, scope.frame, scope.env) for side in (low, high)]
                self.rows(scope, terms, general, *(bounds if operators[0] == "<=" else bounds[::-1]))
                return
        for left, operator, right in zip(operands, operators, operands[1:], strict=False):
            held = {"<": 1, "<=": 1, ">": -1, ">=": -1}.get(operator, 0)
            terms, general = self.read(t.Add((left, t.Negate(right))), scope, held)
            step = self.rewriter.logic.step(operator, terms if general is None else _REAL, scope)
            lower = step if operator in {">=", ">", "=="} else -np.inf
            upper = -step if operator in {"<=", "<", "=="} else np.inf
            self.rows(scope, terms, general, lower, upper)

    def rows(
        self, scope: Scope, terms: Terms, general: Graph | None, lower: Values | float, upper: Values | float
    ) -> None:
        start = self.builder.add_rows(scope.name, scope.frame, scope.indices, terms, lower, upper)
        if general is not None:
            self.builder.nonlinear.append(Nonlinear(np.arange(start, start + general.size), general))

    # -- arrays ----------------------------------------------------------------------------------------------

    def finish(
        self,
        read: Sequence[tuple[ParsedObjective, Terms, Graph | None]],
        start: Values | None,
        started: float,
        whole: Collection[str],
    ) -> Compiled:
        """All arrays, with the class of problem they state."""
        builder = self.builder
        costs = [products(terms.quadratic, 0) if terms.quadratic else _NOTHING for _, terms, _ in read]
        kept = np.concatenate(
            [np.full(len(b.codes), b.name in whole) for b in builder.variables] or [_NO_COLUMN]
        )
        linearizer = Linearizer(builder, [*builder.quadratic, *costs], kept.astype(bool, copy=False))
        parts = [linearizer.linearize_rows(part) for part in builder.quadratic]
        curved = (
            quadratic_rows(*summed(*(np.concatenate([p[k] for p in parts]) for k in range(4))))
            if parts
            else []
        )
        objectives = tuple(
            self.objective(*each, *linearizer.split(part)) for each, part in zip(read, costs, strict=True)
        )
        lower, upper = builder.bounds()
        row_lower, row_upper = builder.row_bounds()
        integrality = builder.integrality()
        if start is not None and len(start) < len(lower):
            start = np.concatenate([start, np.full(len(lower) - len(start), np.nan)])
        compiled = Compiled(
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
                quadratic_rows=bool(curved),
                nonlinear=bool(builder.nonlinear) or any(o.nonlinear is not None for o in objectives),
                structured=bool(builder.structures),
                semidefinite=any(each.kind == "semidefinite" for each in builder.structures),
            ),
            quadratic_rows=tuple(curved),
            nonlinear=tuple(builder.nonlinear),
            structures=tuple(builder.structures),
            start=start,
            strict=tuple(builder.strict),
            warnings=(*self.instance.warnings, *builder.warnings),
        )
        if compiled.structures:
            compiled = replace(compiled, structures=sealed(compiled))
        return replace(with_convexity(compiled), seconds=time.perf_counter() - started)


def _convex(compiled: Compiled) -> bool | None:
    """Whether every level is convex in its direction; None without quadratic parts or when not known."""
    curved = [level for level in compiled.levels if level.quadratic is not None]
    if not curved or compiled.problem_class not in {ProblemClass.QP, ProblemClass.MIQP}:
        return None
    from agentopt.compiling.convexity import objective_is_convex

    answers = [objective_is_convex(level) for level in curved]
    return False if False in answers else None if None in answers else True


_REAL = Terms(np.asarray(np.pi))
"""Stands for terms that are not integers."""


_NO_COLUMN = np.empty(0, dtype=bool)
_NOTHING: Triplets = (np.empty(0, dtype=np.int64),) * 3 + (np.empty(0),)


def _addends(expr: t.Expr) -> Iterator[t.Expr]:
    """The terms of a sum, through nested sums and signs."""
    match expr:
        case t.Add(terms=terms):
            for term in terms:
                yield from _addends(term)
        case t.Negate(operand=operand):
            for term in _addends(operand):
                yield term.operand if isinstance(term, t.Negate) else t.Negate(term)
        case _:
            yield expr


def _total(terms: Sequence[t.Expr]) -> t.Expr:
    if not terms:
        return t.Number(0)
    return terms[0] if len(terms) == 1 else t.Add(tuple(terms))


def with_convexity(compiled: Compiled) -> Compiled:
    """The same arrays with `convex` settled."""
    return replace(compiled, convex=_convex(compiled))


def problem_class(
    *,
    discrete: bool,
    quadratic_objective: bool,
    quadratic_rows: bool,
    nonlinear: bool,
    structured: bool = False,
    semidefinite: bool = False,
) -> ProblemClass:
    """The class of a problem from the parts it has.

    >>> problem_class(discrete=True, quadratic_objective=False, quadratic_rows=True, nonlinear=False).value
    'MIQCP'
    """
    if semidefinite:
        return ProblemClass.SDP
    if nonlinear:
        return ProblemClass.MINLP if discrete else ProblemClass.NLP
    if quadratic_rows:
        return ProblemClass.MIQCP if discrete else ProblemClass.QCP
    if quadratic_objective:
        return ProblemClass.MIQP if discrete else ProblemClass.QP
    if structured:
        return ProblemClass.CP
    return ProblemClass.MILP if discrete else ProblemClass.LP
