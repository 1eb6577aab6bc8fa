"""Deciding before the numbers are known: scenarios, uncertainty sets, and what caution costs."""
