"""Where this service answers: every call at two places, and its documentation at two."""

from typing import Final

API: Final = "/api/v1"
BY_PATH: Final = "/queries"
"""The calls again, for gateways that cannot route by method; and the documentation, for all who come by a gateway."""

DOCS: Final = "/docs"
PROBLEMS: Final = "/docs/problems"
OPENAPI: Final = "/openapi.json"
