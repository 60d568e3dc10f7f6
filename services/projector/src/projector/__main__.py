"""Verbs of the process: `projector run | verify | forget` and `projector parked list | retry | drop`."""

import gc

gc.disable()  # nothing that imports make goes away: to look for it takes a seventh of a start

import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any, Final, TypeVar

import typer
import uvloop
from pydantic import ValidationError
from rich.console import Console

from projector.application.forgetting import StillFilled
from projector.application.log import Aggregate
from projector.application.parking_ports import ParkingLot
from projector.application.ports import Journal, Unavailable
from projector.composition import operations, process
from projector.entrypoints import parked, verified
from projector.observability import configure_logging
from projector.settings import GENERATION, Settings

gc.enable()

app = typer.Typer(no_args_is_help=True, add_completion=False)
verbs_of_parking = typer.Typer(no_args_is_help=True)
app.add_typer(verbs_of_parking, name="parked")

Names = Annotated[list[str] | None, typer.Argument(metavar="[order:UUID|product:SKU|command:UUID|unreadable]...")]
Everything = Annotated[bool, typer.Option("--all", help="All aggregates that are parked.")]
Answer = TypeVar("Answer")

_NAME: Final = re.compile(GENERATION)
_WHICH: Final = "The generation: g1, for instance."
_WIDE: Final = 200
"""Columns of text."""


def _generation(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise typer.BadParameter(f"{name!r} is not the name of a generation, such as g2")
    return name


@app.callback()
def verbs() -> None:
    """Reads the streams and keeps the read models."""


@app.command()
def run() -> None:
    """Run until SIGTERM or SIGINT; then finish the batch in hand and exit 0."""
    settings = read_settings()
    configure_logging(settings.log_level, settings.log_format)
    try:
        uvloop.run(process.run(settings))
    except process.CannotStart as error:
        raise refusal(error.name, error.reason) from None


@app.command()
def verify(
    mend: Annotated[bool, typer.Option("--repair", help="Put what the log says in the place of what differs.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Fold the whole log once more, and compare all read models with it, row by row. Projectors may run meanwhile.

    Needs a user who may make temporary tables, and for a repair may write: the owner of the database. Exits with 1 if
    something differs, with --repair if something still does.
    """
    settings = read_settings()
    configure_logging("error", settings.log_format)
    with verified.progress(Console(stderr=True)) as moved:
        reports = _completed(operations.verify(settings, mend=mend, tell=moved))
    if as_json:
        typer.echo(verified.as_json(reports))
    else:
        verified.tell(_console(), reports)
    if reports[-1].count:
        raise typer.Exit(1)


@app.command()
def forget(generation: Annotated[str, typer.Argument(metavar="gN", parser=_generation, help=_WHICH)]) -> None:
    """Take the consumer groups of a generation away that nobody fills any more: streams are kept for them. Exits with 1
    while projectors of it live.
    """
    settings = read_settings()
    configure_logging(settings.log_level, settings.log_format)
    gone = _completed(operations.forget_generation(settings, generation))
    typer.echo(f"{generation}: {gone} consumer groups taken away" if gone else f"{generation}: nothing is left of it")


@verbs_of_parking.callback()
def parking() -> None:
    """Events that could not be read or applied, and those that wait behind them. Projectors may run meanwhile."""


@verbs_of_parking.command("list")
def list_parked(
    aggregates: Names = None, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Show what is parked, of some aggregates or of all."""
    whose = [_aggregate(name) for name in aggregates] if aggregates else None
    events = _do(lambda lot, _: lot.parked(whose))
    if as_json:
        typer.echo(parked.as_json(events))
    elif not events:
        typer.echo("nothing is parked")
    else:
        _console().print(parked.as_table(events))


@verbs_of_parking.command()
def retry(aggregates: Names = None, everything: Everything = False) -> None:
    """Apply what can be applied by now, in order. Exits with 1 if some of it stays parked."""
    whose = _chosen(aggregates, everything)
    _tell(_do(lambda lot, _: parked.retry(lot, whose)))


@verbs_of_parking.command()
def drop(
    reason: Annotated[str, typer.Option(help="Why; it is logged.")],
    aggregates: Names = None,
    everything: Everything = False,
    whole: Annotated[bool, typer.Option("--whole", help="All that is parked of each, not the first only.")] = False,
) -> None:
    """Give up the first parked event of each aggregate for good, and apply those behind it to what stands there.

    Exits with 1 if some of it stays parked.
    """
    whose = _chosen(aggregates, everything)
    _tell(_do(lambda lot, journal: parked.drop(lot, journal, whose, reason, whole=whole)))


def _do(what: Callable[[ParkingLot, Journal], Awaitable[Answer]]) -> Answer:
    settings = read_settings()
    configure_logging(settings.log_level, settings.log_format)
    return _completed(operations.with_parking(settings, what))


def _completed(work: Coroutine[Any, Any, Answer]) -> Answer:
    """What it answers, or one line that says why not, and exit status 1."""
    try:
        return uvloop.run(work)
    except (Unavailable, StillFilled) as error:
        typer.echo(f"projector: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(1) from None


def _console() -> Console:
    """Into a file or a pipe, names should stay in one piece."""
    console = Console()
    console.width = console.width if console.is_terminal else max(console.width, _WIDE)
    return console


def _tell(outcome: parked.Outcome) -> None:
    typer.echo(outcome)
    if outcome.left:
        raise typer.Exit(1)


def _chosen(names: list[str] | None, everything: bool) -> list[Aggregate] | None:
    """The aggregates that are meant; None for all."""
    if bool(names) is everything:
        raise typer.BadParameter("name aggregates, or say --all")
    return [_aggregate(name) for name in names] if names else None


def _aggregate(name: str) -> Aggregate:
    try:
        return parked.aggregate_of(name)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


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
    gc.freeze()  # nor does it later: no collection need look at it, nor the end of the process
    app()


if __name__ == "__main__":
    main()
