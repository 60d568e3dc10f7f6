"""Verbs of the process: `outbox-relay run`, and `new-epoch` and `adopt` for a write database that was restored."""

import gc

gc.disable()  # nothing that imports make goes away: to look for it takes a seventh of a start

from collections.abc import Callable
from typing import Annotated

import typer
import uvloop
from pydantic import ValidationError

from outbox_relay import composition
from outbox_relay.application.renumbering import Refused
from outbox_relay.observability import configure_logging
from outbox_relay.settings import Settings

gc.enable()

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def verbs() -> None:
    """Numbers the outbox and carries it to Redis Streams."""


@app.command()
def run() -> None:
    """Run until SIGTERM or SIGINT; then finish the batch in hand and exit 0."""
    settings = read_settings()
    configure_logging(settings.log_level, settings.log_format)
    try:
        uvloop.run(composition.run(settings))
    except composition.CannotStart as error:
        raise refusal(error.name, error.reason) from None


@app.command()
def new_epoch(
    only_from: Annotated[
        int | None, typer.Option("--from", min=1, help="Raise only this epoch; a higher one is left as it is.")
    ] = None,
) -> None:
    """After the write database was restored to an earlier day: readers start anew, under the next epoch."""
    _change("new-epoch", lambda settings: composition.new_epoch(settings, only_from))


@app.command()
def adopt() -> None:
    """After the write database came from a dump of another cluster: number its log by this one."""
    _change("adopt", composition.adopt)


def _change(verb: str, change: Callable[[Settings], object]) -> None:
    """Says in one line what was changed, or why nothing was; exit status 1 then."""
    settings = read_settings()
    try:
        typer.echo(f"outbox-relay: {verb}: {change(settings)}")
    except composition.CannotStart as error:
        raise refusal(error.name, error.reason) from None
    except Refused as error:
        typer.echo(f"outbox-relay: {verb}: {error}", err=True)
        raise typer.Exit(1) from None


def read_settings() -> Settings:
    """The settings, or one line on standard error that names the wrong one, and exit status 2."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise refusal("_".join(str(part) for part in first["loc"]), first["msg"]) from None


def refusal(setting: str, reason: str) -> typer.Exit:
    """Says in one line which setting is wrong, and why; the exit to raise."""
    typer.echo(f"outbox-relay: OUTBOX_RELAY_{setting.upper()}: {reason}", err=True)
    return typer.Exit(2)


def main() -> None:
    gc.freeze()  # nor does it later: no collection need look at it, nor the end of the process
    app()


if __name__ == "__main__":
    main()
