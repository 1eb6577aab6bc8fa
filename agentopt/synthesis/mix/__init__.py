"""Product mixes: structure first, then text whose every number is known."""
