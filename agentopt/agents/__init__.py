"""The agent graphs that turn words into checked answers."""
