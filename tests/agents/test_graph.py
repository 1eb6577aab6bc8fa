"""The graph as data: checked updates, one order of nodes whichever way it is run, and its drawing."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest
from pydantic import ValidationError

from agentopt.agents import Problem, run
from agentopt.agents.calls import CallStore, spent
from agentopt.agents.graph import Graph, run_graph
from agentopt.agents.session import Session
from agentopt.agents.state import State, applied
from agentopt.agents.strategies import STRATEGIES, graph_of
from agentopt.formulation.elements import Formulation
from agentopt.models.base import Message, Reply, Request, Sampling, Usage
from tests.agents.conftest import TEXT, Folder, Script, joinery


@pytest.mark.parametrize("update", [{"formulaton": {}}, {"repairs": "many"}, {"reason": "mood"}])
def test_an_unknown_or_ill_typed_update_is_an_error_at_once(update, make_context):
    with pytest.raises(ValidationError):
        applied(State(), update)
    graph = graph_of(STRATEGIES["direct"])
    wrong = Graph(graph.start, {**graph.nodes, "read": lambda state, session: dict(update)}, graph.routes)
    session = Session(Problem(TEXT), make_context(Script({"formulate": [joinery()]})), CallStore(None))
    with pytest.raises(ValidationError):
        run_graph(wrong, session, None)


def test_langgraph_and_the_plain_loop_end_in_the_same_state(make_context):
    graph = graph_of(STRATEGIES["direct"])
    problem = Problem(formulation=Formulation.model_validate(joinery()))
    ends = []
    for model in (None, Script({})):
        session = Session(problem, make_context(model), CallStore(None))
        ends.append(run_graph(graph, session, None))
    assert ends[0] == ends[1]
    assert ends[0].done


def test_what_is_checkpointed_is_plain(make_context, tmp_path):
    run(Problem(TEXT), make_context(Script({"formulate": [joinery()]}), run=Folder(tmp_path)))
    with sqlite3.connect(tmp_path / "checkpoints.sqlite") as connection:
        kinds = {row[0] for row in connection.execute("select distinct type from checkpoints")}
        blobs = [row[0] for row in connection.execute("select checkpoint from checkpoints")]
    connection.close()
    assert kinds == {"msgpack"}
    assert not any(b"agentopt" in blob for blob in blobs)


def test_a_solve_lets_go_of_its_files(make_context, tmp_path):
    run(Problem(TEXT), make_context(Script({"formulate": [joinery()]}), run=Folder(tmp_path)))
    assert spent(tmp_path).calls == 1
    assert spent(tmp_path / "elsewhere").calls == 0


def test_kept_calls_come_back_as_they_were():
    store = CallStore(None)
    request = Request((Message("user", "hi"),), Sampling(stop=("x",), index=2), {"type": "object"}, "a/b")
    reply = Reply("yo", Usage(5, 6, None, 0.5), "length", model="m")
    store.keep(1, 0, request, reply)
    assert store.find(1, 0, request) == reply
    assert store.find(0, 0, request) is None
    assert store.find(1, 1, request) is None
    assert store.find(1, 0, replace(request, sampling=Sampling(temperature=0.5))) is None
    assert list(store.exchanges()) == [(request, reply)]
    assert store.spend.dollars is None
    store.close()
