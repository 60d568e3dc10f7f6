"""Verbs of the process: `command-api serve` and `command-api migrate`."""

import gc

gc.disable()  # nothing that imports make goes away: to look for it takes a seventh of a start

from errno import EACCES, EADDRINUSE

import typer
import uvloop
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from command_api import composition
from command_api.observability import configure_logging
from command_api.settings import Settings

gc.enable()

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def verbs() -> None:
    """Takes commands: decides, and writes state and event in one transaction."""


@app.command()
def serve() -> None:
    """Answer commands over HTTP until SIGTERM or SIGINT, then exit 0."""
    settings = read_settings()
    configure_logging(settings.log_level, settings.log_format)
    refusal = uvloop.run(composition.refusal_to_start(settings))
    if refusal is not None:
        raise refused(refusal)
    try:
        listener = composition.listen(settings)
    except OSError as error:
        wrong = "PORT" if error.errno in {EADDRINUSE, EACCES} else "HOST"
        raise refused(f"COMMAND_API_{wrong}: {settings.host}:{settings.port}: {error.strerror}") from None
    uvloop.run(composition.serve(settings, listener))


@app.command()
def migrate() -> None:
    """Bring the write database to this version's schema; several may run at once."""
    # `serve` can do without Alembic, which these load.
    from command_api.migrations import run  # noqa: PLC0415
    from command_api.migrations.patience import HeldUp, Patience  # noqa: PLC0415
    from command_api.migrations.roles import MissingRoles  # noqa: PLC0415

    settings = read_settings()
    patience = Patience(settings.migration_lock_seconds, settings.migration_attempts)
    try:
        run.migrate(settings.database_url, settings.partitions, patience)
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise refused(f"COMMAND_API_DATABASE_URL: {reason}") from None
    except (HeldUp, MissingRoles) as error:
        typer.echo(f"command-api: migrate: {error}", err=True)
        raise typer.Exit(1) from None


def read_settings() -> Settings:
    """The settings, or one line on standard error that names the wrong one, and exit status 2."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise refused(f"COMMAND_API_{name}: {first['msg']}") from None


def refused(line: str) -> typer.Exit:
    """Says why the process cannot start."""
    typer.echo(f"command-api: {line}", err=True)
    return typer.Exit(2)


def main() -> None:
    """Run the verb that the command line names."""
    gc.freeze()  # nor does it later: no collection need look at it, nor the end of the process
    app()


if __name__ == "__main__":
    main()
