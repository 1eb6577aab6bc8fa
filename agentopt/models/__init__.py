"""Language models: protocol, clients, cache, meter, record and replay."""
