"""Generations of read models: making one, comparing it with the one that is live, and switching between them."""
