"""Convex problems as cones: recognised by rules, solved by an interior-point method, with duals."""
