"""The strategies: how a formulation is got out of a model. What comes after is the same for all.

- `direct`: one call, the formulation as JSON.
- `five-element` (LLMOPT, arXiv 2410.13213): sets, parameters, variables, objective and constraints in words
  first, then the formulation from them; a judge looks at both and the answer, and sends back what is wrong.
- `orthought` (ORThought, arXiv 2508.14410): one call that reasons like an expert (understanding, then
  modelling) and ends in the formulation; repaired only where it does not hold.
- `code`: the field's usual way: the model writes a Python program, which runs in a sandbox, and the
  formulation is the model that it solved there.
- `scattered-forest` (SFS, arXiv 2411.05010): a search over such programs, scored by tests that the model
  wrote before it.

A strategy is a folder of prompts and a graph. What comes after the formulation is shared.
"""

from __future__ import annotations

__all__ = ["STRATEGIES", "Strategy", "builtin_graph", "graph_of", "named"]

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from agentopt.agents import coding, consulting, forest, nodes
from agentopt.agents.graph import END, Graph, Route
from agentopt.agents.judging import elements, judge, wanting
from agentopt.agents.nodes import Node
from agentopt.agents.session import Session
from agentopt.agents.state import State
from agentopt.errors import UsageError, nearest


@dataclass(frozen=True)
class Strategy:
    """What a strategy adds to the common graph.

    Attributes:
        name: also its folder of prompts.
        description: one line for a listing.
        before: nodes run before `formulate`.
        judges: whether a judge looks at a checked answer.
        formulate, check, verify, repair: its own way of doing what every strategy does.
        programs: whether the model writes programs, which takes a place to run them.
    """

    name: str
    description: str
    before: tuple[tuple[str, Node], ...] = ()
    judges: bool = False
    formulate: Node = nodes.formulate
    check: Node = nodes.check
    verify: Node = nodes.verify
    repair: Node = nodes.repair
    programs: bool = False


STRATEGIES = {
    each.name: each
    for each in (
        Strategy("direct", "one call for the formulation; findings are repaired"),
        Strategy(
            "five-element",
            "the five elements in words, then the formulation; a judge sends back what is wrong",
            (("elements", elements),),
            judges=True,
        ),
        Strategy("orthought", "an expert's reasoning and the formulation in one call; findings are repaired"),
        Strategy(
            "code",
            "a Python program, run in a sandbox; the model it states is solved and checked here",
            formulate=coding.write,
            check=coding.check,
            verify=coding.verify,
            repair=coding.mend,
            programs=True,
        ),
        Strategy(
            "scattered-forest",
            "a search over such programs, led by tests that the model writes first (about 20 calls)",
            formulate=forest.search,
            check=coding.check,
            verify=coding.verify,
            repair=coding.mend,
            programs=True,
        ),
    )
}


def named(name: str) -> Strategy:
    """A strategy.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in STRATEGIES:
        raise UsageError(
            f"there is no strategy `{name}`; there are {', '.join(STRATEGIES)}",
            hint=nearest(name, STRATEGIES),
        )
    return STRATEGIES[name]


def builtin_graph(*, until: str = "explain", first: bool = False) -> Graph:
    """The graph of the built-in reader, which asks no model and repairs nothing; `first`: a model follows."""
    line: list[tuple[str, Node]] = [
        ("consult", consulting.consult_first if first else consulting.consult),
        ("check", nodes.check),
        ("bind", nodes.bind),
        ("compile", nodes.compile_),
        ("solve", nodes.solve),
        ("verify", nodes.verify),
    ]
    names = [name for name, _ in line]
    if until in names:
        line = line[: names.index(until) + 1]
    line.append(("explain", nodes.explain))
    routes: dict[str, tuple[Route, tuple[str, ...]]] = {
        name: (_unless_wanting(then), (then, "explain")) for (name, _), (then, _) in pairwise(line)
    }
    return Graph("consult", dict(line), {**routes, "explain": (lambda state, session: END, (END,))})


def graph_of(strategy: Strategy, *, until: str = "explain", cross_check: bool = False) -> Graph:
    """The graph of a strategy, ending after the node `until`; with the built-in reader's opinion or not."""
    before: list[tuple[str, Node]] = [("clarify", nodes.clarify), *strategy.before]
    after: list[tuple[str, Node]] = [
        ("check", strategy.check),
        ("bind", nodes.bind),
        ("compile", nodes.compile_),
        ("solve", nodes.solve),
        *([("cross-check", consulting.cross_check)] if cross_check else []),
        ("verify", strategy.verify),
    ]
    if strategy.judges:
        after.append(("judge", judge))
    names = [name for name, _ in after]
    if until in names:
        after = after[: names.index(until) + 1]
    line = [*before, ("formulate", strategy.formulate), *after]
    table: dict[str, Node] = {"read": nodes.read, **dict(line)}
    routes: dict[str, tuple[Route, tuple[str, ...]]] = {
        "read": (_after_read(before[0][0]), (before[0][0], "check")),
        "repair": (_onward("check"), ("check", "repair", "explain")),
        "explain": (lambda state, session: END, (END,)),
    }
    following = [name for name, _ in line[1:]] + ["explain"]
    for (name, _), then in zip(line, following, strict=True):
        if name == "judge":
            routes[name] = (_after_judge, ("explain", "elements", "repair"))
        else:
            routes[name] = (_onward(then), tuple(dict.fromkeys((then, "repair", "explain"))))
    return Graph("read", {**table, "repair": strategy.repair, "explain": nodes.explain}, routes)


def _onward(then: str) -> Callable[[State, Session], str]:
    """On to the next node; with findings to a repair; to the end when no more can be asked."""

    def route(state: State, session: Session) -> str:
        if state.stopped:
            return "explain"
        return "repair" if state.findings else then

    return route


def _after_read(first: str) -> Callable[[State, Session], str]:
    def route(state: State, session: Session) -> str:
        return first if session.problem.formulation is None else "check"

    return route


def _unless_wanting(then: str) -> Callable[[State, Session], str]:
    """On to the next node, or to the end where there is no formulation, or one that does not hold."""

    def route(state: State, session: Session) -> str:
        return "explain" if state.formulation is None or state.findings else then

    return route


def _after_judge(state: State, session: Session) -> str:
    if state.stopped or not state.findings:
        return "explain"
    return "elements" if wanting(state) == "elements" else "repair"
