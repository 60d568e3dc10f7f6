"""Generations of read models in the read database, as its owner sees them."""
