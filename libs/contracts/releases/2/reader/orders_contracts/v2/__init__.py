"""Version 2 of those events that have one."""
