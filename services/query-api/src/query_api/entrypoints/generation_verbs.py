"""`query-api generation create | index | status | compare | promote | rollback | drop`: what each asks and tells."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, Final, Protocol, TypeVar

import typer
from rich.console import Console

from query_api.application.generations import comparing, making, reporting, switching
from query_api.application.generations.ports import Generations
from query_api.application.generations.standing import Switched
from query_api.entrypoints import generation_tables as show

T = TypeVar("T")

_WIDE: Final = 200
"""Columns of text."""


class Runner(Protocol):
    """Does something with the generations; what is refused ends the process with one line and exit status 1."""

    def __call__(self, what: Callable[[Generations], T]) -> T: ...


def _named(name: str) -> str:
    try:
        return making.named(name)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


Name = Annotated[str, typer.Argument(metavar="gN", parser=_named, help="The generation: g2, for instance.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Wait = Annotated[float, typer.Option(metavar="SECONDS", min=0, help="How long to try what may succeed in a moment.")]


def generation_verbs(run: Runner) -> typer.Typer:
    """The verbs, each of which does its work by `run`."""
    verbs = typer.Typer(no_args_is_help=True)

    @verbs.callback()
    def generation() -> None:
        """Generations of read models, of which one is live. For the owner of the read database."""

    _add_making(verbs, run)
    _add_looking(verbs, run)
    _add_switching(verbs, run)
    return verbs


def _add_making(verbs: typer.Typer, run: Runner) -> None:
    @verbs.command()
    def create(
        name: Annotated[str | None, typer.Argument(metavar="[gN]", parser=_named, help="Or else the next.")] = None,
        as_json: AsJson = False,
    ) -> None:
        """Make a generation, empty and without the indexes that only questions need."""
        made = run(lambda generations: making.create(generations, name))
        _tell(as_json, asdict(made), f"{made.name}: made" if made.new else f"{made.name}: is there, as it should be")

    @verbs.command()
    def index(name: Name, as_json: AsJson = False) -> None:
        """Build the indexes that a generation lacks, while its projector goes on."""
        told = _silent if as_json else lambda one: typer.echo(f"{name}: building {one}")
        built = run(lambda generations: making.index(generations, name, told))
        _tell(as_json, {"name": name, "built": built}, f"{name}: has all indexes")

    @verbs.command()
    def drop(name: Name, wait: Wait = 10, as_json: AsJson = False) -> None:
        """Drop a generation that is not live, with all it holds. Stop its projector before."""
        run(lambda generations: making.drop(generations, name, wait))
        _tell(as_json, {"name": name, "dropped": True}, f"{name}: dropped")


def _add_looking(verbs: typer.Typer, run: Runner) -> None:
    @verbs.command()
    def status(
        exact: Annotated[bool, typer.Option("--exact", help="Count the rows; else they are estimates.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """Show all generations, and how far each is beside the live one."""
        found = run(lambda generations: reporting.status(generations, exact=exact))
        _show(show.status_as_json(found) if as_json else show.status_as_table(found))

    @verbs.command()
    def compare(name: Name, wait: Wait = 60, as_json: AsJson = False) -> None:
        """Compare every read model with that of the live generation. Exits with 1 if one differs."""
        found = run(lambda generations: comparing.compare(generations, name, wait))
        _show(show.compared_as_json(found) if as_json else show.compared_as_table(found, name))
        if not all(one.same for one in found):
            raise typer.Exit(1)


def _add_switching(verbs: typer.Typer, run: Runner) -> None:
    @verbs.command()
    def promote(name: Name, wait: Wait = 10, as_json: AsJson = False) -> None:
        """Let all questions be answered from this generation from now on."""
        _switched(as_json, run(lambda generations: switching.promote(generations, name, wait)))

    @verbs.command()
    def rollback(
        wait: Wait = 10,
        force: Annotated[
            bool, typer.Option("--force", help="Also if it lacks events: clients see them undone.")
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        """Go back to the generation that was live before, which must have kept up."""
        _switched(as_json, run(lambda generations: switching.roll_back(generations, wait, force=force)))


def _switched(as_json: bool, done: Switched) -> None:
    lost = f"; it lacks {done.lost} of the events of {done.previous}" if done.lost else ""
    _tell(as_json, asdict(done), f"{done.live}: live, after {done.previous}{lost}")


def _silent(_index: str) -> None:
    """Programs are told in the end."""


def _tell(as_json: bool, answer: dict[str, Any], line: str) -> None:
    typer.echo(show.json_of(answer) if as_json else line)


def _show(what: Any) -> None:
    if isinstance(what, str):
        typer.echo(what)
        return
    console = Console()
    # Into a file or a pipe, names should stay in one piece.
    console.width = console.width if console.is_terminal else max(console.width, _WIDE)
    console.print(what)
