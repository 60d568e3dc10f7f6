"""What drives the process from outside: its loop and its probes."""
