"""deploy/compose against the published schema, the settings of the code, the real engines, and who may talk to whom."""
