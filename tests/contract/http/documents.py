"""The OpenAPI documents of both services, as the code makes them, and as they are committed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import orjson
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from command_api.composition import application
from command_api.settings import Settings
from query_api.application.bus import QueryBus
from query_api.entrypoints.app import create_app

SERVICES: Final = ("command-api", "query-api")
FOLDER: Final = Path(__file__).parents[3] / "docs/api"
_LONGEST: Final = 80
"""Characters of a value that are shown."""


async def _ready() -> list[str]:
    return []


def app(service: str) -> FastAPI:
    """A service as it is served, without a database: it documents itself, and refuses for form."""
    if service == "command-api":
        return application(Settings(database_url="postgresql://"))
    return create_app(QueryBus({}), CollectorRegistry(), _ready, int, "a secret for documents only")


def document(service: str) -> dict[str, Any]:
    """The OpenAPI document of a service."""
    return app(service).openapi()


def printed(document: dict[str, Any]) -> bytes:
    """The way it is committed."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def file_name(service: str) -> str:
    """Its name in FOLDER."""
    return f"{service}.openapi.json"


def write_documents(folder: Path) -> None:
    """Make the files in `folder` those of the code."""
    folder.mkdir(parents=True, exist_ok=True)
    for service in SERVICES:
        (folder / file_name(service)).write_bytes(printed(document(service)))


def differences(old: Any, new: Any, where: str = "") -> Iterator[str]:
    """What stands otherwise in two JSON documents, a line each: the place, what was there, and what is."""
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in sorted(old.keys() | new.keys()):
            here = f"{where} > {name}" if where else name
            if name not in new:
                yield f"{here}: is gone, was {_shown(old[name])}"
            elif name not in old:
                yield f"{here}: is new: {_shown(new[name])}"
            else:
                yield from differences(old[name], new[name], here)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (was, now) in enumerate(zip(old, new, strict=True), 1):
            yield from differences(was, now, f"{where} > {_name_of(now) or number}")
    else:
        yield f"{where}: was {_shown(old)}, is {_shown(new)}"


def _name_of(element: Any) -> str | None:
    """A parameter's name tells more than its number."""
    return element.get("name") if isinstance(element, Mapping) else None


def _shown(value: Any) -> str:
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
