"""Gradient-based training."""
