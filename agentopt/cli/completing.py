"""What the shell is offered for the names of strategies, engines, optimizers, prompts, examples and runs."""

from __future__ import annotations

__all__ = ["engines", "examples", "models", "optimizers", "prompts", "runs", "strategies"]

from collections.abc import Iterable

from agentopt.errors import AgentoptError


def strategies(incomplete: str) -> list[tuple[str, str]]:
    """Strategies and what they do."""
    from agentopt.agents.strategies import STRATEGIES

    return _fitting(((each.name, each.description) for each in STRATEGIES.values()), incomplete)


def engines(incomplete: str) -> list[tuple[str, str]]:
    """Engines and the classes they solve."""
    from agentopt.solvers.registry import engines as known

    return _fitting(((name, ", ".join(sorted(each.features))) for name, each in known().items()), incomplete)


def optimizers(incomplete: str) -> list[tuple[str, str]]:
    """Optimizers and what they do."""
    from agentopt.optimizers.registry import cards

    return _fitting(((each.name, each.summary) for each in cards().values()), incomplete)


def models(incomplete: str) -> list[tuple[str, str]]:
    """The forms a model's specification may take."""
    own = {"builtin": "the reader inside agentopt"}
    starts = {"openai:": "the OpenAI API", "http://": "a server", "https://": "a server"}
    files = {"scripted:": "replies from a file", "recorded:": "replies kept from earlier calls"}
    files |= {"local:": "a transformers model in this process"}
    return _fitting({**own, **starts, **files}.items(), incomplete)


def prompts(incomplete: str) -> list[tuple[str, str]]:
    """Prompts and what they are for."""
    from agentopt.assets import folders
    from agentopt.prompts import catalog

    try:
        listed = catalog(folders("prompts"))
    except AgentoptError:
        return []
    return _fitting(((each.name, each.description) for each in listed), incomplete)


def examples(incomplete: str) -> list[tuple[str, str]]:
    """The examples, as a formulation is named."""
    from agentopt.agents.subjects import examples as known

    return _fitting(((f"example:{name}", "a shipped example") for name in known()), incomplete)


def runs(incomplete: str) -> list[tuple[str, str]]:
    """Runs and what they are about, the newest first."""
    from agentopt.runs import listed
    from agentopt.settings import load

    try:
        found = listed(load().runs)
    except AgentoptError:
        return []
    return _fitting(((each.id, each.title) for each in found), incomplete)


def _fitting(known: Iterable[tuple[str, str]], incomplete: str) -> list[tuple[str, str]]:
    return [(name, words) for name, words in known if name.startswith(incomplete)]
