"""Programs that measure: run as `python -m agentopt.benchmarks.NAME`."""
