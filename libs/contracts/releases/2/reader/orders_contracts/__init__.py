"""The published event language: everything that one process writes and another one reads."""
