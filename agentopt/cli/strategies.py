"""`agentopt strategies`: the ways a formulation is got from words."""

from __future__ import annotations

__all__ = ["strategies"]

from agentopt.cli.options import AsJson
from agentopt.display.listing import listing


def strategies(as_json: AsJson = False) -> None:
    """List the strategies; `--strategy NAME` chooses one."""
    from agentopt.agents.strategies import STRATEGIES, graph_of

    rows = [
        {
            "name": each.name,
            "description": each.description,
            "nodes": list(graph_of(each).nodes),
            "graph": graph_of(each).mermaid(),
        }
        for each in STRATEGIES.values()
    ]
    heads = {"name": "name", "description": "how the model is asked"}
    listing(rows, heads, as_json=as_json, empty="there are no strategies")
