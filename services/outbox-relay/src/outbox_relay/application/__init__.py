"""What the relay does, apart from any engine: number the log, publish it, never twice and never out of order."""
