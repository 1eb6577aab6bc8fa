"""Objectives that are only known by evaluating them: a Python function or a command, and who chooses points."""
