"""Events: what command-api writes, what the projector reads, and the schemas and examples between them."""
