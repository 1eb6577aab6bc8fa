"""Engines: protocol, cards, routing, solutions."""
