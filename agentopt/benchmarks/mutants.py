"""What the checks find when a right formulation is spoiled on purpose, and whether they leave right ones
alone.

Usage: `python -m agentopt.benchmarks.mutants [--seed 0] [--each 3] [--seconds 5] [--json]`

Every right formulation (`agentopt.benchmarks.mutant_models` and `mutant_twists`, `datasets/examples`, the
worked examples of the prompts) goes through checking, binding, compiling, solving and verifying first: an
accusation there is a false alarm. Then it is spoiled in one place, in every way that applies, and goes
through the same. A spoiled one that nothing notices is *equivalent* if it has the optimum and the answer of
the right one; it is not counted. The others are killed by the first of

- `check`: checking the formulation, its units, binding or compiling refuses it or warns of something new;
- `status`: the engine says infeasible or unbounded, which a person sees at once;
- `rows`: the certificate has a failed finding outside the battery;
- `battery`: a falsification test fails;
- `doubt`: a falsification test lists the model as doubtful (`unknown`), or what is counted comes out as a
  fraction; which accuses nobody;
- `coverage`: a number or sentence of the text is left over, or one of the formulation is not in the text;

or survive.
"""

from __future__ import annotations

__all__ = ["KINDS", "Layer", "Result", "corpus", "main", "mutants", "study"]

import argparse
import json
import random
import re
import time
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from agentopt.assets import shipped
from agentopt.benchmarks.mutant_kinds import KINDS, mutants
from agentopt.benchmarks.mutant_models import MODELS
from agentopt.benchmarks.mutant_twists import TWISTS
from agentopt.compiling import compile_instance
from agentopt.compiling.arrays import Compiled
from agentopt.errors import AgentoptError
from agentopt.formulation.binding import bind
from agentopt.formulation.check import check
from agentopt.formulation.elements import Formulation
from agentopt.solvers.base import Limits
from agentopt.solvers.settling import solve
from agentopt.solvers.solution import Solution, Termination
from agentopt.verification.certificate import Certificate
from agentopt.verification.verifier import verify

Layer = Literal["check", "status", "rows", "battery", "doubt", "coverage", "survived", "equivalent"]
LAYERS: tuple[Layer, ...] = ("check", "status", "rows", "battery", "doubt", "coverage", "survived")
_BATTERY = frozenset(
    [
        "capacity-monotone",
        "requirement-monotone",
        "cost-monotone",
        "reward-monotone",
        "crush",
        "sense",
        "objective-scaling",
        "relaxation",
        "dropped-row",
        "subgradient",
        "convexity",
        "exchange",
    ]
)
_DOUBTS = _BATTERY | {"whole"}
_COVERAGE = frozenset(["numbers", "inventions", "sentences"])


@dataclass(frozen=True)
class Subject:
    """A right formulation: its name, its words, and where its tables are."""

    name: str
    text: str
    formulation: Formulation
    folder: Path | None = None


@dataclass(frozen=True)
class Result:
    """What became of one spoiled formulation."""

    subject: str
    kind: str
    what: str
    layer: Layer
    by: str = ""
    same_value: bool = False
    seconds: float = 0.0


@dataclass(frozen=True)
class Passed:
    """How far a formulation came."""

    warnings: frozenset[str]
    refused: str = ""
    solution: Solution | None = None
    certificate: Certificate | None = None
    compiled: Compiled | None = None

    def checks(self, where: Literal["failed", "unknown"]) -> set[str]:
        """The identifiers of one list of the certificate."""
        return (
            set() if self.certificate is None else {each.check for each in getattr(self.certificate, where)}
        )

    def words(self) -> set[str]:
        """Doubts about the text."""
        if self.certificate is None:
            return set()
        return {each.statement for each in self.certificate.unknown if each.check in _COVERAGE}


def corpus() -> list[Subject]:
    """Every right formulation there is."""
    found = [
        Subject(name, case.text, Formulation.model_validate(case.parts))
        for name, case in {**MODELS, **TWISTS}.items()
    ]
    from agentopt.formulation.io import load
    from agentopt.formulation.schema import from_reply

    for path in sorted((shipped("datasets") / "examples").glob("*/formulation.yaml")):
        found.append(Subject(f"examples/{path.parent.name}", "", load(path), path.parent))
    text = (shipped("prompts") / "shared" / "examples.md").read_text(encoding="utf-8")
    for number, part in enumerate(re.split(r"^# Example .*$", text, flags=re.MULTILINE)[1:], 1):
        words, start = part.partition("Problem:")[2], part.index("{")
        formulation = from_reply(json.loads(part[start:]))
        if not any(p.from_ for p in formulation.parameters.values()):
            found.append(Subject(f"prompts/{number}", words[: words.index("{")].strip(), formulation))
    return found


# -- going through -------------------------------------------------------------------------------------------


def passed(subject: Subject, seconds: float) -> Passed:
    """Check, bind, compile, solve and verify."""
    f, text = subject.formulation, subject.text or None
    try:
        warnings = frozenset(d.render() for d in check(f, text=text))
        errors = [d.render() for d in check(f, text=text) if d.severity == "error"]
        if errors:
            return Passed(warnings, errors[0])
        instance = bind(f, folder=subject.folder)
        compiled = compile_instance(instance)
        solution = solve(compiled, limits=Limits(seconds=10.0))
    except AgentoptError as error:
        return Passed(frozenset(), error.message)
    certificate = verify(
        instance,
        compiled,
        solution,
        text=text,
        resolve=lambda arrays: solve(arrays, limits=Limits(seconds=5.0)),
        seconds=seconds,
    )
    return Passed(warnings, "", solution, certificate, compiled)


def judged(right: Passed, found: Passed) -> tuple[Layer, str]:
    """The first layer that notices a spoiled formulation, and what it says."""
    if found.refused:
        return "check", found.refused
    fresh = found.warnings - right.warnings
    if fresh:
        return "check", min(fresh)
    assert found.solution is not None
    assert found.certificate is not None
    failed = found.checks("failed")
    if found.solution.termination in {
        Termination.INFEASIBLE,
        Termination.UNBOUNDED,
        Termination.INFEASIBLE_OR_UNBOUNDED,
    }:
        return "status", str(found.solution.termination)
    if failed - _BATTERY:
        return "rows", min(failed - _BATTERY)
    if failed:
        return "battery", min(failed)
    if doubts := (found.checks("unknown") & _DOUBTS) - right.checks("unknown"):
        return "doubt", min(doubts)
    if words := found.words() - right.words():
        return "coverage", min(words)
    return ("equivalent", "") if _equivalent(right, found) else ("survived", "")


def _equivalent(right: Passed, found: Passed) -> bool:
    """Whether a spoiled formulation has the same answer, and that answer meets the rows of both."""
    import numpy as np

    a, b = right.solution, found.solution
    assert a is not None
    assert b is not None
    if right.compiled is None or found.compiled is None or a.values is None or b.values is None:
        return False
    return (
        _same_value(right, found)
        and a.values.shape == b.values.shape
        and bool(np.allclose(a.values, b.values, atol=1e-6))
    )


def _same_value(right: Passed, found: Passed) -> bool:
    a = None if right.solution is None else right.solution.objective
    b = None if found.solution is None else found.solution.objective
    return a is not None and b is not None and abs(a - b) <= 1e-6 * max(1.0, abs(a))


@dataclass(frozen=True)
class Study:
    """All results.

    Attributes:
        subjects: right formulations tried.
        alarms: (subject, finding) of right formulations that were accused.
        doubts: (subject, finding) of right formulations a falsification test doubts.
        results: of spoiled ones.
        right_seconds: verifying time of the right formulations.
    """

    subjects: int
    alarms: tuple[tuple[str, str], ...]
    doubts: tuple[tuple[str, str], ...]
    results: tuple[Result, ...]
    verified: int = 0
    num_tests: int = 0
    right_seconds: float = 0.0


def study(subjects: list[Subject], *, each: int = 3, seed: int = 0, seconds: float = 5.0) -> Study:
    """Verify every right formulation, spoil it, and see who notices."""
    alarms: list[tuple[str, str]] = []
    doubts: list[tuple[str, str]] = []
    results: list[Result] = []
    verified, tests, spent = 0, 0, 0.0
    for subject in subjects:
        rng = random.Random(f"{seed}:{subject.name}")
        started = time.perf_counter()
        right = passed(subject, seconds)
        spent += time.perf_counter() - started
        if right.certificate is None:
            alarms.append((subject.name, f"refused: {right.refused}"))
            continue
        verified += right.certificate.verdict == "verified"
        tests += right.certificate.num_tests
        alarms += [(subject.name, f"{f.check}: {f.statement}") for f in right.certificate.failed]
        doubts += [
            (subject.name, f"{f.check}: {f.statement}")
            for f in right.certificate.unknown
            if f.check in _DOUBTS
        ]
        for kind, what, spoiled in mutants(subject.formulation, each, rng):
            started = time.perf_counter()
            found = passed(replace(subject, formulation=spoiled), seconds)
            layer, by = judged(right, found)
            taken = time.perf_counter() - started
            results.append(Result(subject.name, kind, what, layer, by, _same_value(right, found), taken))
    return Study(len(subjects), tuple(alarms), tuple(doubts), tuple(results), verified, tests, spent)


def table(found: Study) -> str:
    """The figures for a person."""
    counted = [r for r in found.results if r.layer != "equivalent"]
    lines = [f"{'kind':<20}{'mutants':>8}{'killed':>8}" + "".join(f"{layer:>10}" for layer in LAYERS)]
    for kind in [*KINDS, "all"]:
        own = [r for r in counted if kind in (r.kind, "all")]
        layers = Counter(r.layer for r in own)
        killed = sum(r.layer != "survived" for r in own)
        share = f"{killed / len(own):.0%}" if own else "-"
        lines.append(
            f"{kind:<20}{len(own):>8}{share:>8}" + "".join(f"{layers[layer]:>10}" for layer in LAYERS)
        )
    same = [r for r in counted if r.same_value]
    equivalent = len(found.results) - len(counted)
    share = f"{sum(r.layer != 'survived' for r in same) / len(same):.0%}" if same else "-"
    seconds = sum(r.seconds for r in found.results)
    lines += [
        "",
        f"{equivalent} more are equivalent to the right one; of the {len(same)} with the right "
        f"one's optimum {share} are killed",
        f"right formulations: {found.subjects}, {found.verified} verified, {found.num_tests} "
        f"falsification tests, "
        f"{len(found.alarms)} false alarms, {len(found.doubts)} doubts, {found.right_seconds:.1f} s",
        f"mutants: {seconds:.1f} s, {1000 * seconds / max(1, len(found.results)):.0f} ms each, "
        f"solving included",
    ]
    lines += [f"false alarm: {name}: {said}" for name, said in found.alarms]
    lines += [f"doubt: {name}: {said}" for name, said in found.doubts]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the study and print its table; 1 if a right formulation was accused."""
    parser = argparse.ArgumentParser(
        prog="python -m agentopt.benchmarks.mutants", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--each", type=int, default=3, help="mutants of a kind for each formulation")
    parser.add_argument("--seconds", type=float, default=5.0, help="for verifying one answer")
    parser.add_argument("--json", action="store_true", help="every result, as JSON")
    given = parser.parse_args(arguments)
    found = study(corpus(), each=given.each, seed=given.seed, seconds=given.seconds)
    print(json.dumps(asdict(found), indent=1) if given.json else table(found))
    return 1 if found.alarms else 0


if __name__ == "__main__":
    raise SystemExit(main())
