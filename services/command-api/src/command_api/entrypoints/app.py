"""The HTTP application: routes, problems, probes, documentation."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Response
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from prometheus_client import CollectorRegistry
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp

from command_api.entrypoints import orders, products
from command_api.entrypoints.call import CommandDesk
from command_api.entrypoints.documentation import DESCRIPTION, completed
from command_api.entrypoints.edge import Edge
from command_api.entrypoints.probes import Readiness, install_probes
from command_api.entrypoints.problem_kinds import PAGE
from command_api.entrypoints.problem_page import PROBLEM_PAGE
from command_api.entrypoints.problems import install_problems

_DOCS: Final = Path(__file__).with_name("docs.html").read_text(encoding="utf-8")

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class Application(FastAPI):
    """FastAPI with what is needed of its stack of middlewares, and the edge around that."""

    def build_middleware_stack(self) -> ASGIApp:
        return Edge(ExceptionMiddleware(AsyncExitStackMiddleware(self.router), self.exception_handlers))

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, with the schema of problems, which no route names as its model."""
        if self.openapi_schema is None:
            document = get_openapi(title=self.title, version=self.version, description=DESCRIPTION, routes=self.routes)
            self.openapi_schema = completed(document)
        return self.openapi_schema


def create_app(
    desk: CommandDesk, readiness: Readiness, registry: CollectorRegistry, lifespan: Lifespan | None = None
) -> Application:
    """All routes, under `/api/v1` and, for gateways that route by path alone, under `/commands`."""
    app = Application(
        title="Order commands",
        version=version("command-api"),
        lifespan=lifespan,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # looks at the environment on every request
        docs_url=None,
        redoc_url=None,
    )
    app.state.desk = desk
    for router in (orders.router, products.router):
        app.include_router(router, prefix="/api/v1")
        app.include_router(router, prefix="/commands", include_in_schema=False)
    install_problems(app)
    install_probes(app, readiness, registry)
    app.add_api_route("/docs", _docs, include_in_schema=False)
    app.add_api_route(PAGE, _problems, include_in_schema=False)
    return app


async def _docs() -> Response:
    return HTMLResponse(_DOCS)


async def _problems() -> Response:
    return HTMLResponse(PROBLEM_PAGE)
