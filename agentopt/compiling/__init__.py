"""Arrays from bound formulations; LP, MPS and Pyomo views of them."""
