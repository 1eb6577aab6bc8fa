"""Running programs a language model wrote, without trusting them."""

from agentopt.sandbox.confinement import availability
from agentopt.sandbox.job import CapturedModel, Job, Outcome, Runner
from agentopt.sandbox.limits import Ending, JobLimits
from agentopt.sandbox.unconfined import Unconfined
from agentopt.sandbox.workshop import Sandbox

__all__ = [
    "CapturedModel",
    "Ending",
    "Job",
    "JobLimits",
    "Outcome",
    "Runner",
    "Sandbox",
    "Unconfined",
    "availability",
]
