"""The faults: each is inflicted, proved to have happened, and taken away again; recovery is left to the system."""
