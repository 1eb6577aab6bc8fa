"""Teaching the built-in reader: generated problems, the network in torch, the run, and its scores."""
