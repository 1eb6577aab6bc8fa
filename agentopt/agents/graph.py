"""A graph as data, and the two ways it is run: by langgraph with checkpoints, or straight through.

With a model the graph runs in langgraph: every step is checkpointed in the run folder, so a killed solve
goes on at the node it was in. Without one (a formulation was given) nothing is paid and nothing need be
resumed; the same nodes and routes run in a plain loop, which spares most of a second of import time.
"""

from __future__ import annotations

__all__ = ["END", "Graph", "run_graph"]

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from agentopt.agents.nodes import Node, explain
from agentopt.agents.session import Session
from agentopt.agents.state import State, Update, applied
from agentopt.errors import BudgetExceeded, RunError

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite import SqliteSaver

END = "__end__"

Route = Callable[[State, Session], str]
"""From the state after a node to the name of the next."""


@dataclass(frozen=True)
class Graph:
    """Nodes by name, and after each a route with the places it may lead to."""

    start: str
    nodes: Mapping[str, Node]
    routes: Mapping[str, tuple[Route, tuple[str, ...]]]

    def mermaid(self) -> str:
        """The graph as a mermaid diagram."""
        lines = ["flowchart TD", f"  start([start]) --> {self.start}"]
        for name, (_, targets) in self.routes.items():
            lines += [f"  {name} --> {'done([end])' if target == END else target}" for target in targets]
        return "\n".join(lines)


def run_graph(graph: Graph, session: Session, folder: Path | None) -> State:
    """Run a graph to its end; with a folder, from where an earlier process left it.

    A budget that runs out ends it with what was reached; the checkpoint stays before the node that asked for
    more, so that a resume with a larger budget goes on there.

    Raises:
        AgentoptError: what a node raised; the run can be resumed.
    """
    if session.context.model is None:
        return _straight(graph, session)
    try:
        with _saver(folder) as saver:
            return _by_langgraph(graph, session, saver)
    except BudgetExceeded as error:
        reached = applied(session.state, {"stopped": f"the budget is used up: {error.message}"})
        return applied(reached, explain(reached, session))


def step(graph: Graph, name: str, state: State, session: Session) -> Update:
    """Run one node; its update is checked."""
    session.begin(name, state)
    session.emit("start")
    began = time.monotonic()
    update = graph.nodes[name](state, session)
    update["calls"] = session.ordinal
    applied(state, update)
    session.emit("end", str(update.get("stopped") or ""), seconds=time.monotonic() - began)
    return update


def _straight(graph: Graph, session: Session) -> State:
    state, name = State(), graph.start
    for _ in range(_limit(graph, session)):
        state = applied(state, step(graph, name, state, session))
        name = graph.routes[name][0](state, session)
        if name == END:
            return state
    raise RunError("a solve went round its graph without coming to an end")


def _by_langgraph(graph: Graph, session: Session, saver: SqliteSaver | None) -> State:
    from langchain_core.runnables import RunnableConfig
    from langgraph.graph import StateGraph

    builder = StateGraph(State)
    for name in graph.nodes:
        builder.add_node(name, _node(graph, name, session))
    builder.set_entry_point(graph.start)
    for name, (route, targets) in graph.routes.items():
        builder.add_conditional_edges(name, _route(route, session), list(targets))
    app = builder.compile(checkpointer=saver)
    config = RunnableConfig(
        recursion_limit=_limit(graph, session), configurable={"thread_id": f"sample-{session.sample}"}
    )
    first: Any = {"calls": 0}  # a dict: a `State` would be checkpointed as an object
    if saver is None:
        return State.model_validate(app.invoke(first, config))
    if saver.get_tuple(config) is not None:
        # `get_state(...).next` is empty also when a process died between writing a node's update and the
        # checkpoint, so whether the graph came to its end is read from the state.
        kept = State.model_validate(app.get_state(config).values)
        if kept.done:
            return kept
        first = None
    return State.model_validate(app.invoke(first, config, durability="sync"))


class _Step(Protocol):
    def __call__(self, state: State) -> Update: ...


def _node(graph: Graph, name: str, session: Session) -> _Step:
    def run(state: State) -> Update:
        return step(graph, name, state, session)

    return run


def _route(route: Route, session: Session) -> Callable[[State], str]:
    def choose(state: State) -> str:
        return route(state, session)

    return choose


def _limit(graph: Graph, session: Session) -> int:
    """Enough steps for every permitted repair, and an end to everything else."""
    return (len(graph.nodes) + 1) * (session.context.max_repairs + 3)


@contextlib.contextmanager
def _saver(folder: Path | None) -> Iterator[SqliteSaver | None]:
    """Checkpoints in the run folder."""
    if folder is None:
        yield None
        return
    from langgraph.checkpoint.sqlite import SqliteSaver

    path = folder / "checkpoints.sqlite"
    try:
        connection = sqlite3.connect(path, check_same_thread=False, timeout=30)
        try:
            yield SqliteSaver(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise RunError(
            f"{path}: the run cannot be checkpointed: {error}",
            hint="see that the disk has room and the folder can be written, then resume the run",
        ) from error
