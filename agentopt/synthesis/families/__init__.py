"""Generators of problems that are no product mix, one module a class."""
