"""The table of who answers what (deploy/gateway/routes.toml), and requests that show whether somebody holds to it."""

import tomllib
from collections.abc import Iterator
from typing import Final, NamedTuple

from tests.architecture.tree import ROOT

TABLE: Final = ROOT / "deploy" / "gateway" / "routes.toml"
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
_PATHS: Final = (
    "/api/v1",
    "/api/v1/",
    "/api/v1/orders",
    "/api/v1/orders/019a0000-0000-7000-8000-000000000001/items/MUG",
    "/commands",
    "/commands/orders",
    "/commands/docs/problems",
    "/queries",
    "/queries/orders",
    "/queries/docs",
    "/",
    "/api",
    "/api/v2/orders",
    "/api/v10/orders",
    "/commandsandmore",
    "/queriesandmore/orders",
    "/orders",
    "/metrics",
    "/livez",
    "/docs",
)


class Request(NamedTuple):
    """What a client asks, as far as a gateway looks at it."""

    method: str
    path: str


class Row(NamedTuple):
    """One row of the table; no methods: all."""

    prefix: str
    methods: frozenset[str]
    service: str

    def fits(self, request: Request) -> bool:
        """By whole segments of the path."""
        inside = request.path == self.prefix or request.path.startswith(f"{self.prefix}/")
        return inside and (not self.methods or request.method in self.methods)


def rows() -> list[Row]:
    """The table, in its order."""
    found = tomllib.loads(TABLE.read_text())["route"]
    return [Row(row["prefix"], frozenset(row.get("methods", ())), row["service"]) for row in found]


def service_for(request: Request, table: list[Row]) -> str | None:
    """Who answers it; None: nobody."""
    return next((row.service for row in table if row.fits(request)), None)


def requests() -> Iterator[Request]:
    """Every method on paths inside, beside and outside of every row."""
    for path in _PATHS:
        for method in METHODS:
            yield Request(method, path)
