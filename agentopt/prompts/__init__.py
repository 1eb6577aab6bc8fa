"""Prompt files: load, check, render, and parse what comes back."""
