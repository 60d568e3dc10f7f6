"""Releases of the contracts: what was, held against what is."""
