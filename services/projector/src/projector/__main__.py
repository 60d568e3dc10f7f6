"""Verbs of the process: `projector run`."""

import typer
import uvloop
from pydantic import ValidationError

from projector import composition
from projector.observability import configure_logging
from projector.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def verbs() -> None:
    """Reads the streams and keeps the read models."""


@app.command()
def run() -> None:
    """Run until SIGTERM or SIGINT; then finish the batch in hand and exit 0."""
    settings = read_settings()
    configure_logging(settings.log_level, settings.log_format)
    try:
        uvloop.run(composition.run(settings))
    except composition.CannotStart as error:
        raise refusal(error.name, error.reason) from None


def read_settings() -> Settings:
    """The settings, or one line on standard error that names the wrong one, and exit status 2."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise refusal("_".join(str(part) for part in first["loc"]), first["msg"]) from None


def refusal(setting: str, reason: str) -> typer.Exit:
    """Says in one line which setting is wrong, and why; the exit to raise."""
    typer.echo(f"projector: PROJECTOR_{setting.upper()}: {reason}", err=True)
    return typer.Exit(2)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
