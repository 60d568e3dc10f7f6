"""The ports, answered by real technology."""
