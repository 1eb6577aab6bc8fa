"""`agentopt examples`: formulations to start from."""

from __future__ import annotations

__all__ = ["examples"]

from agentopt.cli.options import AsJson
from agentopt.display.listing import listing


def examples(as_json: AsJson = False) -> None:
    """List the formulations that come with agentopt; `agentopt formulation solve example:NAME` solves one."""
    from agentopt.agents.subjects import examples as known
    from agentopt.formulation.io import load

    rows = []
    for name, folder in known().items():
        formulation = load(folder / "formulation.yaml")
        tables = sorted(path.name for path in folder.iterdir() if path.name != "formulation.yaml")
        rows.append(
            {
                "name": f"example:{name}",
                "title": formulation.title,
                "tables": tables,
                "folder": str(folder),
            }
        )
    heads = {"name": "name", "title": "what is decided"}
    listing(rows, heads, as_json=as_json, empty="there are no examples")
