"""Prompts: the files that steer an agent, loaded, checked and rendered; and what is read out of replies."""

__all__ = ["Listed", "Prompt", "catalog", "load", "parse", "source"]

from agentopt.prompts.files import Prompt, parse
from agentopt.prompts.loading import Listed, catalog, load, source
