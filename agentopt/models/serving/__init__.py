"""Serving language models: what can be served, starting and watching a server, a small one of our own."""
