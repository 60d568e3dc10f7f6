"""How fast it is, as ratios: our services and well-written plain ones, on the same machine, in turn."""
