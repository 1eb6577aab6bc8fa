"""What an engine must be able to do to solve a model."""

from __future__ import annotations

__all__ = ["check", "feature", "refusal"]

from collections.abc import Sequence

from agentopt.compiling.arrays import Compiled, ProblemClass
from agentopt.errors import EngineError
from agentopt.solvers.base import Engine, Feature


def feature(compiled: Compiled) -> Feature:
    """The class of a model as engines are asked for it; a QP is convex only when that has been proved."""
    if compiled.problem_class is ProblemClass.QP and compiled.convex is True:
        return Feature.CONVEX_QP
    return Feature(compiled.problem_class.value)


def refusal(engine: Engine, compiled: Compiled) -> str:
    """Why an engine does not take a model though it solves its class; empty where it does.

    An engine that looks at more than the class has a method `refuses(compiled)`; one that takes sequencing
    statements as they are, where there are no rows for them, says `sequences = True`; one that takes
    semidefinite matrices, `semidefinite = True`.
    """
    for bare in (each.kind for each in compiled.structures if not each.restated):
        takes = "semidefinite" if bare == "semidefinite" else "sequences"
        if not getattr(engine, takes, False):
            return f"its `{bare}` is not made of rows"
    ask = getattr(engine, "refuses", None)
    return str(ask(compiled)) if ask is not None else ""


def check(engine: Engine, compiled: Compiled, others: Sequence[str] = ()) -> None:
    """See that an engine solves a model's class.

    Args:
        engine: the engine.
        compiled: the model.
        others: engines that do, for the hint.

    Raises:
        EngineError: it does not.
    """
    wanted = feature(compiled)
    if wanted in engine.features:
        if any(not each.restated for each in compiled.structures) and refusal(engine, compiled):
            raise EngineError(
                f"`{engine.name}` does not take this model: {refusal(engine, compiled)}",
                hint="" if wanted is Feature.SDP else "use `--engine cpsat`",
            )
        return
    shown = f"of class {wanted.value}"
    if wanted is Feature.QP and Feature.CONVEX_QP in engine.features:
        shown = f"with this quadratic objective, which {_state(compiled)}"
    hint = f"leave the engine out, or name one of: {', '.join(others)}" if others else ""
    raise EngineError(f"`{engine.name}` does not solve problems {shown}", hint=hint)


def _state(compiled: Compiled) -> str:
    """Why a quadratic objective is not known to be convex: the entry or direction along which it is not."""
    from agentopt.compiling.curvature import objective_bends

    if compiled.convex is not False:
        return "has not been proved convex"
    bends = [why for level in compiled.levels if (why := objective_bends(compiled, level))]
    return f"is not convex: {bends[0]}" if bends else "is not convex"
