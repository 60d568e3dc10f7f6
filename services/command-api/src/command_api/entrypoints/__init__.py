"""HTTP: what a client sends and is answered."""
