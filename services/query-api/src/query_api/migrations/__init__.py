"""The schema of the read database, step by step. It travels inside the package."""
