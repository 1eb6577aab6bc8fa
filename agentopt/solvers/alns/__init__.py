"""Adaptive large-neighbourhood search over HiGHS for mixed-integer linear problems, guided by bandits."""
