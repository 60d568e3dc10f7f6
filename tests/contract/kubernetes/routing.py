"""Which backend a request reaches through HTTPRoutes, by the precedence that the Gateway API prescribes.

https://gateway-api.sigs.k8s.io/reference/spec/ (HTTPRouteRule): an exact path before a prefix, a longer prefix before a
shorter one, then a match that names the method; then the route's name, then the order in which rules stand.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tests.contract.gateway.routes import Request


class Backend(NamedTuple):
    """Where a rule sends a request, and how long it lets it take."""

    service: str
    port: int
    timeouts: Mapping[str, str]


class _Candidate(NamedTuple):
    """A match that stands in a rule. The smallest `rank` comes first, then the smallest `place`."""

    rank: tuple[bool, int, bool]
    place: tuple[str, int, int]
    match: Mapping[str, Any]
    rule: Mapping[str, Any]


def backend_for(request: Request, routes: Iterable[Mapping[str, Any]]) -> Backend | None:
    """None: the gateway answers 404 itself."""
    fitting = [candidate for candidate in _candidates(routes) if _fits(candidate.match, request)]
    if not fitting:
        return None
    rule = min(fitting, key=lambda candidate: (candidate.rank, candidate.place)).rule
    (backend,) = rule["backendRefs"]
    return Backend(backend["name"], backend["port"], rule.get("timeouts", {}))


def _candidates(routes: Iterable[Mapping[str, Any]]) -> Iterator[_Candidate]:
    for route in routes:
        for number, rule in enumerate(route["spec"]["rules"]):
            for place, match in enumerate(rule["matches"]):
                if extra := match.keys() - {"path", "method"}:
                    raise ValueError(f"a match by {extra} is beyond these tests")
                yield _Candidate(_rank(match), (route["metadata"]["name"], number, place), match, rule)


def _rank(match: Mapping[str, Any]) -> tuple[bool, int, bool]:
    path = match["path"]
    return path["type"] != "Exact", -len(path["value"]), "method" not in match


def _fits(match: Mapping[str, Any], request: Request) -> bool:
    return match.get("method", request.method) == request.method and _on_path(match["path"], request.path)


def _on_path(path: Mapping[str, Any], asked: str) -> bool:
    match path["type"]:
        case "Exact":
            return bool(asked == path["value"])
        case "PathPrefix":
            prefix = path["value"].rstrip("/")
            return bool(asked == prefix or asked.startswith(f"{prefix}/"))
        case other:
            raise ValueError(f"a path of type {other} means something else in every gateway")
