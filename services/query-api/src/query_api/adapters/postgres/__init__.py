"""The read database."""
