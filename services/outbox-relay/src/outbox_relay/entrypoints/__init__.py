"""What drives the relay: its loop, and the probes that ask after it."""
