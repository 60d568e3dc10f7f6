"""Verbs of the process: `query-api serve`, `query-api migrate`, and `query-api generation ...`."""

import gc

gc.disable()  # nothing that imports make goes away: to look for it takes a seventh of a start

from collections.abc import Callable
from typing import NoReturn, TypeVar

import structlog
import typer
from psycopg import Error, OperationalError
from pydantic import ValidationError

from query_api import composition
from query_api.application.generations.errors import Refused
from query_api.application.generations.ports import Generations
from query_api.entrypoints.generation_verbs import generation_verbs
from query_api.observability import configure_logging
from query_api.settings import MigrateSettings, Settings

gc.enable()

app = typer.Typer(no_args_is_help=True, add_completion=False)
AnySettings = TypeVar("AnySettings", bound=MigrateSettings)
Answer = TypeVar("Answer")


@app.callback()
def verbs() -> None:
    """Answers questions from the read models."""


@app.command()
def serve() -> None:
    """Serve until SIGTERM or SIGINT; then answer the requests in flight and exit 0."""
    settings = read_settings(Settings)
    configure_logging(settings.log_level, settings.log_format)
    try:
        composition.serve(settings)
    except OSError as error:
        _give_up("PORT", str(error))


@app.command()
def migrate() -> None:
    """Bring the read database up to the schema that this code needs. Several may run at once."""
    settings = read_settings(MigrateSettings)
    configure_logging(settings.log_level, settings.log_format)
    try:
        revision = composition.migrate_database(settings)
    except OperationalError as error:
        _give_up("DATABASE_URL", " ".join(str(error).split()))
    except composition.CannotMigrate as error:
        typer.echo(f"query-api: migrate: {error}", err=True)
        raise typer.Exit(1) from None
    structlog.get_logger().info("migrated", revision=revision)


def read_settings(kind: type[AnySettings]) -> AnySettings:
    """The settings, or one line on standard error that names the wrong one, and exit status 2."""
    try:
        return kind()
    except ValidationError as error:
        first = error.errors()[0]
        _give_up("_".join(str(part) for part in first["loc"]).upper(), first["msg"])


def about_generations(what: Callable[[Generations], Answer]) -> Answer:
    """What `what` answers, or one line on standard error and exit status 1 where it is refused."""
    settings = read_settings(MigrateSettings)
    configure_logging(settings.log_level, settings.log_format)
    try:
        return composition.with_generations(settings, what)
    except OperationalError as error:
        _give_up("DATABASE_URL", " ".join(str(error).split()))
    except (Refused, Error) as error:  # the latter where a generation lacks what it should have
        typer.echo(f"query-api: generation: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(1) from None


app.add_typer(generation_verbs(about_generations), name="generation")


def _give_up(setting: str, reason: str) -> NoReturn:
    typer.echo(f"query-api: QUERY_API_{setting}: {reason}", err=True)
    raise typer.Exit(2) from None


def main() -> None:
    gc.freeze()  # nor does it later: no collection need look at it, nor the end of the process
    app()


if __name__ == "__main__":
    main()
