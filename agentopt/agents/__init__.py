"""Agents: langgraph graphs that take a problem in words to a checked answer."""

__all__ = ["Answer", "Context", "Event", "Problem", "Question", "formulate", "resume", "run"]

from agentopt.agents.answer import Answer
from agentopt.agents.context import Context, Event, Problem, Question
from agentopt.agents.solve import formulate, resume, run
