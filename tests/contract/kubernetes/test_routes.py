"""The HTTPRoutes send every request where deploy/gateway/routes.toml says, and never cut a stream of events off."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.contract.gateway.routes import Request, requests, rows, service_for
from tests.contract.kubernetes.manifests import OVERLAYS, Document, named, of_kind, rendered
from tests.contract.kubernetes.routing import backend_for

SERVICES: Final = ("command-api", "query-api")


def differences(routes: dict[str, Document]) -> list[Request]:
    """The requests that the routes send elsewhere."""
    table = rows()

    def sent(request: Request) -> str | None:
        backend = backend_for(request, routes.values())
        return backend and backend.service

    return [request for request in requests() if sent(request) != service_for(request, table)]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_request_goes_where_the_table_says(overlay: str) -> None:
    assert differences(of_kind("HTTPRoute", rendered(overlay))) == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_backends_are_the_services_at_their_ports(overlay: str) -> None:
    routes = of_kind("HTTPRoute", rendered(overlay))
    for request in requests():
        if backend := backend_for(request, routes.values()):
            (port,) = named("Service", backend.service, overlay)["spec"]["ports"]
            assert backend.port == port["port"]


@pytest.mark.parametrize("path", ["/api/v1/orders/1/events", "/queries/commands/1/events", "/api/v1/orders"])
def test_a_stream_of_events_has_no_end(path: str) -> None:
    backend = backend_for(Request("GET", path), of_kind("HTTPRoute", rendered("production")).values())
    assert backend is not None
    assert backend.timeouts == {"request": "0s", "backendRequest": "0s"}


def _rule(routes: dict[str, Document], name: str) -> Any:
    return routes[name]["spec"]["rules"][0]


@pytest.mark.parametrize(
    "change",
    [
        lambda routes: _rule(routes, "query-api")["matches"][0].update(method="POST"),
        lambda routes: _rule(routes, "query-api")["matches"][1].pop("method"),
        lambda routes: _rule(routes, "query-api")["matches"].pop(),
        lambda routes: _rule(routes, "query-api")["matches"][0]["path"].update(value="/api"),
        lambda routes: _rule(routes, "command-api")["matches"][0]["path"].update(value="/api/v1/orders"),
        lambda routes: _rule(routes, "command-api")["matches"][1]["path"].update(type="Exact"),
        lambda routes: _rule(routes, "command-api")["backendRefs"][0].update(name="query-api"),
        lambda routes: routes.pop("command-api"),
    ],
)
def test_a_route_that_strays_from_the_table_is_caught(change: Callable[[dict[str, Document]], object]) -> None:
    routes = of_kind("HTTPRoute", rendered("production"))
    change(routes)
    assert differences(routes) != []


def test_the_more_precise_match_is_taken_wherever_it_stands() -> None:
    def route(name: str, *matches: tuple[str, str, str | None]) -> Document:
        rules = [
            {
                "matches": [{"path": {"type": kind, "value": value}, **({"method": method} if method else {})}],
                "backendRefs": [{"name": f"{name}{number}", "port": 1}],
            }
            for number, (kind, value, method) in enumerate(matches)
        ]
        return {"metadata": {"name": name}, "spec": {"rules": rules}}

    prefix, exact = "PathPrefix", "Exact"
    routes = [
        route("b", (prefix, "/", None), (prefix, "/a", None), (prefix, "/a", "GET"), (exact, "/a/b", None)),
        route("a", (prefix, "/a/b", "GET"), (prefix, "/a", None), (prefix, "/a", "GET"), (prefix, "/a", "GET")),
    ]
    asked = [
        Request("GET", "/a/b"),
        Request("GET", "/a/b/c"),
        Request("GET", "/a/c"),
        Request("PUT", "/a"),
        Request("PUT", "/ab"),
    ]
    found = [backend_for(request, routes) for request in asked]
    assert [backend and backend.service for backend in found] == ["b3", "a0", "a2", "a1", "b0"]
