"""The schema that questions are answered from, and how those who answer hear that it shows another generation."""

from typing import Final

from orders_contracts.changes import channel

SCHEMA: Final = "live"
"""Its views show the tables of one generation. `live.generation` names it."""
CHANNEL: Final = channel(SCHEMA)
"""Notified with every switch; no generation can have this name."""
NAME: Final = "SELECT name FROM live.generation"
"""Which generation the views show."""
