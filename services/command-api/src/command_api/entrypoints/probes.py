"""Is the process alive, is it ready, what are its figures."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, ProcessCollector, generate_latest

Readiness = Callable[[], Awaitable[list[str]]]
"""Answers the reasons why the process is not ready; none means ready."""


def install_probes(app: FastAPI, readiness: Readiness, registry: CollectorRegistry) -> None:
    """`/livez`, `/readyz` and `/metrics`, whose figures `registry` collects."""
    ProcessCollector(registry=registry)
    ready = Gauge("service_ready", "1: /readyz says so.", registry=registry)
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> Response:
        return JSONResponse({"status": "alive"})

    @router.get("/readyz")
    async def readyz() -> Response:
        reasons = await readiness()
        return JSONResponse(
            {"status": "unready" if reasons else "ready", "reasons": reasons}, status_code=503 if reasons else 200
        )

    @router.get("/metrics")
    async def metrics() -> Response:
        ready.set(not await readiness())
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    app.include_router(router)
