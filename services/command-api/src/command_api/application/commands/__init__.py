"""One file per use case: the command, and the handler that decides it."""
