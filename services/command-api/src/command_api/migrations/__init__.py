"""The write database's schema, as steps from empty to now. Travels with the service that owns it."""
