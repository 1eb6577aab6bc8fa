"""Engine options chosen for a stream of related instances, and changed only where fresh ones show it.

What is tried comes from the engine's card (`tune`). Half of the instances, drawn by the seed, are for the
search; the winner, one only, is then compared with the defaults on the other half, which the search has not
seen, by an exact paired test. "No improvement shown" is a normal ending.

The search by bandit follows "Learning to Relax" (Khodak, Chow, Balcan, Talwalkar, ICLR 2024), which sets the
relaxation parameter of a linear solver over a sequence of systems. Carried over: a finite grid, only the cost
of the setting that was run is seen, and Tsallis-INF, whose regret is bounded without an assumption on how
instances come. Not carried over: the bound on iterations that makes a grid over a continuous parameter
provably fine (options are choices), and the context (the shift of the matrix there). New here: the loss is
relative to the defaults on the same instance, because hard and easy ones differ by orders of magnitude.
"""
