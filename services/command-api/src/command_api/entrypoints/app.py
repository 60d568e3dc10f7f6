"""The HTTP application: routes, problems, probes, documentation."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.openapi.utils import get_openapi
from prometheus_client import CollectorRegistry
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp

from command_api.entrypoints import addresses, order_money, order_returns, order_reviews, orders, products
from command_api.entrypoints.call import CommandDesk
from command_api.entrypoints.docs_routes import docs_routes
from command_api.entrypoints.documentation import DESCRIPTION, completed
from command_api.entrypoints.edge import Edge
from command_api.entrypoints.probes import Readiness, install_probes
from command_api.entrypoints.problems import install_problems

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
        openapi_url=None,
    )
    app.state.desk = desk
    for router in (part.router for part in (orders, order_money, order_returns, order_reviews, products)):
        app.include_router(router, prefix=addresses.API)
        app.include_router(router, prefix=addresses.BY_PATH, include_in_schema=False)
    install_problems(app)
    install_probes(app, readiness, registry)
    app.router.routes.extend(docs_routes(app.openapi))
    return app
