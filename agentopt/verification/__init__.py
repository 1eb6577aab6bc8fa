"""Independent verification of answers."""
