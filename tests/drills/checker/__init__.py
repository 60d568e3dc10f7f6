"""What must hold after any fault. Nothing here imports the services, the domain or the contracts."""
