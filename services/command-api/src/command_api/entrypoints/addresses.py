"""Where this service answers: every call at two places, and its documentation at two."""

from typing import Final

API: Final = "/api/v1"
BY_PATH: Final = "/commands"
"""The calls again, for gateways that cannot route by method; and the documentation, for all who come by a gateway."""


def operation(path: str) -> str:
    """What a route's path names, at whichever of the two places."""
    return path.removeprefix(BY_PATH).removeprefix(API)


DOCS: Final = "/docs"
PROBLEMS: Final = "/docs/problems"
OPENAPI: Final = "/openapi.json"
