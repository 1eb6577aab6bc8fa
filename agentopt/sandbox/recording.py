"""Keeping the model a program builds: every model it solves is written to its folder before its solver runs.

What a program prints is its word; the file is what it stated. Pyomo models are kept as LP files beside the
names their authors gave, models of highspy as MPS files. The last model solved counts; a program that comes
to its end, solves none and leaves one in a variable has that one kept. All of this runs inside the sandbox,
so the file is no more trusted than the program: it is data to be read with care.
"""

from __future__ import annotations

__all__ = ["COUNT", "LP", "MODELS", "MPS", "NAMES", "SPELLED", "Recorder"]

import contextlib
import functools
import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from agentopt.sandbox.spelled import component_name, spelled

LP, MPS, SPELLED = MODELS = "_model.lp", "_model.mps", "_model.json"
"""The files of a program's folder that hold its model, one at a time."""
NAMES = "_names.json"
"""The file that tells the names of an LP file's columns and rows as their author gave them."""

COUNT = "_count"
"""The file that tells how many models were kept one after the other."""

_PREFERRED = ("model", "m", "h", "highs")
_PART = "_model.part"


class Recorder:
    """Watches Pyomo and highspy in this process, whose working directory takes the models.

    Attributes:
        num_models: how many models were kept, each in the place of the one before.
        claimed: the objective value that the program's own solver gave the last of them.
        notes: why a model could not be kept, and which solver stood in for one that is not here.
    """

    def __init__(self) -> None:
        self.num_models = 0
        self.claimed: float | None = None
        self.notes: list[str] = []
        self._inside = False

    def install(self) -> None:
        """Watch every way there is to solve a model."""
        import highspy
        from pyomo.contrib.appsi.solvers.highs import Highs as Appsi
        from pyomo.contrib.solver.solvers.highs import Highs as Contributed
        from pyomo.opt.base.solvers import OptSolver, SolverFactoryClass

        owners = [OptSolver, Appsi, Contributed]
        with contextlib.suppress(ImportError):
            from pyomo.contrib.solver.solvers.scip.scip_direct import ScipDirect

            owners.append(ScipDirect)
        for owner in owners:
            owner.solve = self._watched(owner.solve, self._keep_pyomo, _value_pyomo)
        solve = self._watched(highspy.Highs.solve, self._keep_highs, _value_highs)
        for name in ("solve", "run", "optimize"):
            setattr(highspy.Highs, name, solve)
        factory: Any = SolverFactoryClass
        factory.__call__ = self._factory(factory.__call__)

    def look(self, names: Mapping[str, object]) -> None:
        """Keep a model that was left in a variable, where none was solved."""
        if self.num_models:
            return
        import highspy
        from pyomo.environ import ConcreteModel

        found = {
            name: each for name, each in names.items() if isinstance(each, ConcreteModel | highspy.Highs)
        }
        for name in (*_PREFERRED, *reversed(found)):
            if name in found:
                model = found[name]
                keep = self._keep_highs if isinstance(model, highspy.Highs) else self._keep_pyomo
                with self._alone():
                    keep(model)
                return

    def _watched(
        self,
        solve: Callable[..., Any],
        keep: Callable[[Any], None],
        value: Callable[[Any], float | None],
    ) -> Callable[..., Any]:
        """A solve method that keeps its model first; those it calls in turn keep nothing."""
        recorder = self
        takes_model = keep == self._keep_pyomo

        @functools.wraps(solve)
        def watched(solver: Any, *arguments: Any, **options: Any) -> Any:
            if recorder._inside:
                return solve(solver, *arguments, **options)
            model = solver
            if takes_model:
                model = arguments[0] if arguments else options.get("model")
            with recorder._alone():
                keep(model)
                found = solve(solver, *arguments, **options)
                recorder.claimed = value(model)
                return found

        return watched

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        self._inside = True
        try:
            yield
        finally:
            self._inside = False

    def _factory(self, make: Callable[..., Any]) -> Callable[..., Any]:
        """A solver factory that has something for every name: the model is solved again outside anyway."""

        @functools.wraps(make)
        def factory(registry: Any, name: str | None = None, **options: Any) -> Any:
            if name is None or self._inside:
                return make(registry, name, **options)
            with self._alone():  # some solvers are made by asking the factory for another
                found = _quietly(lambda: make(registry, name, **options))
                asks = (lambda: found.available(exception_flag=False)), (lambda: bool(found.available()))
                if found is not None and any(_quietly(ask) for ask in asks):
                    return found
            self._note(f"the solver `{name}` is not here; HiGHS or SCIP stood in for it")
            return _StandIn(self, lambda other: make(registry, other))

        return factory

    def _keep_pyomo(self, model: Any) -> None:
        from pyomo.common.errors import PyomoException
        from pyomo.environ import Block, Objective
        from pyomo.repn.plugins.lp_writer import LPWriter

        if getattr(model, "ctype", None) is not Block or not model.is_constructed():
            return
        added = next(model.component_data_objects(Objective, active=True), None) is None
        if added:
            model.add_component("no_objective", Objective(expr=0.0))
        try:
            with Path(_PART).open("w", encoding="utf-8", newline="") as stream:
                info = LPWriter().write(model, stream, symbolic_solver_labels=True)
        except (PyomoException, ValueError, TypeError, ArithmeticError, AttributeError, KeyError) as error:
            self._spell(model, error)
            return
        finally:
            if added:
                model.del_component("no_objective")
        names = {symbol: component_name(part) for symbol, part in info.symbol_map.bySymbol.items()}
        Path(NAMES).write_text(json.dumps(names), encoding="utf-8")
        self._kept(LP)

    def _spell(self, model: Any, error: Exception) -> None:
        """Keep what an LP file cannot say; where that fails too, the program is told why not."""
        found = _quietly(lambda: spelled(model))
        if found is None:
            self._note(f"the model cannot be kept: {_brief(error)}")
            return
        Path(_PART).write_text(found.model_dump_json(), encoding="utf-8")
        self._kept(SPELLED)

    def _keep_highs(self, solver: Any) -> None:
        """HiGHS warns when it has to rename columns, and still writes the file."""
        with contextlib.suppress(OSError):
            Path("_part.mps").unlink()
        solver.writeModel("_part.mps")
        if Path("_part.mps").is_file():
            Path("_part.mps").replace(_PART)
            self._kept(MPS)

    def _kept(self, name: str) -> None:
        for other in MODELS:
            Path(other).unlink(missing_ok=True)
        Path(_PART).replace(name)
        self.num_models += 1
        Path(COUNT).write_text(str(self.num_models), encoding="ascii")

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


class _StandIn:
    """A solver under the name of one that is not installed; what only that one understands is passed over."""

    def __init__(self, recorder: Recorder, make: Callable[[str], Any]) -> None:
        self.options: dict[str, object] = {}
        self.config: Any = None
        self._recorder, self._make = recorder, make

    def available(self, *_: object, **__: object) -> bool:
        return True

    def set_options(self, *_: object, **__: object) -> None:
        return None

    def __enter__(self) -> _StandIn:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def solve(self, model: Any, *_: object, **options: object) -> Any:
        shown = {"tee": options["tee"]} if "tee" in options else {}
        for name in ("appsi_highs", "scip_direct"):
            try:
                return self._make(name).solve(model, **shown)
            except Exception as error:  # a program's own model may fail in any way
                failed = error
        raise failed


def _value_pyomo(model: Any) -> float | None:
    from pyomo.environ import Objective, value

    found = list(model.component_data_objects(Objective, active=True))
    return _finite(_quietly(lambda: value(found[0], exception=False))) if len(found) == 1 else None


def _value_highs(solver: Any) -> float | None:
    return _finite(_quietly(solver.getObjectiveValue))


def _finite(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _quietly(call: Callable[[], Any]) -> Any:
    """What a call gives; None where the libraries under watch fail at it."""
    import logging

    logging.disable(logging.ERROR)
    try:
        return call()
    except Exception:  # looking must not end a program that would have gone on
        return None
    finally:
        logging.disable(logging.NOTSET)


def _brief(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:300] if lines else 'no reason given'}"
