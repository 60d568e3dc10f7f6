"""Generations of read models, made, compared and switched on a real read database."""
