"""Objectives that are only evaluated, a Python function or a command: studies, and who chooses points."""
