"""Language-model agents that solve optimization problems stated in words."""

__version__ = "0.1.0"
