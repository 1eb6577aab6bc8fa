"""One-period product mixes whose coefficients stand in a table or a list."""
