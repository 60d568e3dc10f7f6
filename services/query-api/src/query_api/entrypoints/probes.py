"""For those who run the process: is it alive, is it ready, what are its figures."""

from collections.abc import Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, ProcessCollector, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Readiness = Callable[[], Awaitable[list[str]]]
"""Answers the reasons why the process is not ready; none means ready."""


def probe_routes(readiness: Readiness, registry: CollectorRegistry) -> list[Route]:
    """`/livez`, `/readyz` and `/metrics`, whose figures `registry` collects."""
    ProcessCollector(registry=registry)
    ready = Gauge("service_ready", "1: /readyz says so.", registry=registry)

    async def livez(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_request: Request) -> Response:
        reasons = await readiness()
        return JSONResponse(
            {"status": "unready" if reasons else "ready", "reasons": reasons}, status_code=503 if reasons else 200
        )

    async def metrics(_request: Request) -> Response:
        ready.set(not await readiness())
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return [Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)]
