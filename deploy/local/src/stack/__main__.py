"""The command `stack`: the whole system on one machine. Every failure is one line on stderr and an exit code."""

import gc

gc.disable()  # nothing that imports make goes away: to look for it takes a seventh of a start

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from stack import verbs
from stack.catalogue import ORDERS
from stack.failures import NOT_POSSIBLE, StackError
from stack.parts import Program
from stack.pointer import find_project
from stack.replicas import MOST

gc.enable()

app = typer.Typer(
    help="The whole system on this machine: two Postgres servers, a Valkey, and the four processes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Name = Annotated[str, typer.Argument(help="A part, as `stack status` names it.")]
Data = Annotated[Path | None, typer.Option(help="The data folder; .stack/data of the project if not given.")]

FRAUD = "Let a fraud check judge each order that is confirmed; its page has a dial that says how it judges and fails."


def _count_of(what: str) -> Any:
    """The option of `up` for the number of processes of one service."""
    variable = f"STACK_{what.replace('-', '_').upper()}"
    return typer.Option(f"--{what}", min=1, max=MOST, envvar=variable, help="How many processes of it.")


@app.command()
def up(
    context: typer.Context,
    *,
    detach: Annotated[bool, typer.Option("--detach", help="Return when all is ready and leave it running.")] = False,
    data: Data = None,
    command_apis: Annotated[int, _count_of("command-apis")] = 1,
    query_apis: Annotated[int, _count_of("query-apis")] = 1,
    relays: Annotated[int, _count_of("relays")] = 1,
    projectors: Annotated[int, _count_of("projectors")] = 1,
    fraud: Annotated[bool, typer.Option("--fraud", envvar="STACK_FRAUD", help=FRAUD)] = False,
) -> None:
    """Start everything; Ctrl-C stops it."""
    counts = {"command-apis": command_apis, "query-apis": query_apis, "relays": relays, "projectors": projectors}
    raise typer.Exit(verbs.up(_program(context), _project(), data, counts, ["fraud"] if fraud else [], detach=detach))


@app.command()
def down() -> None:
    """Stop everything, in order."""
    for line in verbs.down(_project()):
        print(line)


@app.command()
def status(
    json: Annotated[bool, typer.Option("--json", help="One JSON object with pid, state and url of each part.")] = False,
) -> None:
    """Show every part: whether it is ready, where it is, and what it says of its work."""
    for line in verbs.status(_project(), json=json):
        print(line)


@app.command()
def restart(context: typer.Context, name: Name) -> None:
    """Stop a part, or find it dead, and start it again on its port; returns when it is ready."""
    verbs.restart(_program(context), _project(), name)
    print(f"restarted {name}")


@app.command()
def kill(
    context: typer.Context,
    name: Name,
    signal: Annotated[str, typer.Option(help="A signal's name or number.")] = "KILL",
) -> None:
    """Send a part a signal, to see what the others do without it."""
    number = verbs.signal_number(signal)
    pid = verbs.kill(_program(context), _project(), name, number)
    print(f"sent {signal} to {name} (pid {pid})")


@app.command()
def logs(
    context: typer.Context,
    name: Name,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
) -> None:
    """Show the end of a part's log."""
    try:
        verbs.logs(_program(context), _project(), name, lambda line: print(line, flush=True), follow=follow)
    except KeyboardInterrupt:
        raise typer.Exit from None


@app.command()
def demo() -> None:
    """Drive orders through the running stack and count what both sides hold; exit code 1 if they differ."""
    from rich.console import Console  # noqa: PLC0415 - the other verbs start four times as fast without

    from stack.demo.run import demo as run_demo  # noqa: PLC0415

    raise typer.Exit(run_demo(verbs.urls(_project()), Console()))


@app.command()
def rebuild(
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the old generation, for a look. Nobody goes on with it.")
    ] = False,
) -> None:
    """Make all read models anew from the log, while the stack goes on answering, and switch to them."""
    from rich.console import Console  # noqa: PLC0415 - as above

    from stack.rebuild import rebuild as run_rebuild  # noqa: PLC0415

    run_rebuild(_project(), Console(), keep=keep)


@app.command()
def reset(data: Data = None) -> None:
    """Remove all data; nothing may be running."""
    print(f"removed {verbs.reset(_project(), data)}")


def main(program: Program = ORDERS) -> None:
    """Run one verb for `program` and exit."""
    gc.freeze()
    try:
        app(obj=program)
    except StackError as error:
        print(error.message, file=sys.stderr)
        sys.exit(error.code)
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(NOT_POSSIBLE)


def _program(context: typer.Context) -> Program:
    program: Program = context.obj
    return program


def _project() -> Path:
    return find_project(Path.cwd())


if __name__ == "__main__":
    main()
