"""Where clients ask."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Doors:
    """The ports of each command-api, and of query-api."""

    commands: tuple[int, ...]
    queries: int

    def beginning_with(self, number: int) -> "Doors":
        """The same, but another command-api is the first."""
        first = number % len(self.commands)
        return Doors((*self.commands[first:], *self.commands[:first]), self.queries)
