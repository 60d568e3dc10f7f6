"""The OpenAPI documents of both services, as the code makes them."""

from typing import Any, Final

import orjson
from prometheus_client import CollectorRegistry

from command_api.composition import application
from command_api.settings import Settings
from query_api.application.bus import QueryBus
from query_api.entrypoints.app import create_app

SERVICES: Final = ("command-api", "query-api")


async def _ready() -> list[str]:
    return []


def document(service: str) -> dict[str, Any]:
    """The OpenAPI document of a service. No database is asked for it."""
    if service == "command-api":
        return application(Settings(database_url="postgresql://")).openapi()
    return create_app(QueryBus({}), CollectorRegistry(), _ready, int, "a secret for documents only").openapi()


def printed(document: dict[str, Any]) -> bytes:
    """The way it is committed."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
