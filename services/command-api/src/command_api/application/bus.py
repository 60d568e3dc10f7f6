"""The command bus: one typed table from a command's type to its handler, and what every command needs around it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

import stamina

from command_api.application.context import Context
from command_api.application.errors import ConcurrentUpdate, VersionConflict
from command_api.application.outcome import Outcome
from command_api.application.ports import BeginUnitOfWork, UnitOfWork

Command_contra = TypeVar("Command_contra", contravariant=True)


class Handler(Protocol[Command_contra]):
    """Decides one kind of command, saves what follows, commits."""

    async def __call__(self, command: Command_contra, uow: UnitOfWork, /) -> Outcome: ...


Next = Callable[[Any, Context], Awaitable[Outcome]]
Middleware = Callable[[Any, Context, Next], Awaitable[Outcome]]
"""Gets the command, its context, and what is further in."""


class CommandBus:
    """Filled by hand, once, where the process is put together."""

    def __init__(self, begin: BeginUnitOfWork, middlewares: Sequence[Middleware] = ()) -> None:
        """The first of `middlewares` is the outermost."""
        self._begin = begin
        self._middlewares = tuple(middlewares)
        self._table: dict[type, Next] = {}

    def register(self, command: type[Command_contra], handler: Handler[Command_contra]) -> None:
        """Say who handles `command`. Raises ValueError where somebody does already."""
        if command in self._table:
            raise ValueError(f"{command.__name__} has a handler already")
        step = in_unit_of_work(self._begin, handler)
        for middleware in reversed(self._middlewares):
            step = _around(middleware, step)
        self._table[command] = step

    async def dispatch(self, command: object, context: Context) -> Outcome:
        """Run the command's handler. Raises what it raises, and LookupError for a command without one."""
        step = self._table.get(type(command))
        if step is None:
            raise LookupError(f"nobody handles {type(command).__name__}")
        return await step(command, context)

    @property
    def commands(self) -> frozenset[type]:
        """The types of command that can be dispatched."""
        return frozenset(self._table)


def in_unit_of_work(begin: BeginUnitOfWork, handler: Handler[Command_contra]) -> Next:
    """The handler, with a unit of work of its own for each command."""

    async def step(command: Command_contra, context: Context) -> Outcome:
        async with begin(context) as uow:
            outcome = await handler(command, uow)
            closing = context.closing(outcome)
            if closing is not None:
                await uow.commit_with(closing)
            return outcome

    return step


def _around(middleware: Middleware, inner: Next) -> Next:
    async def step(command: object, context: Context) -> Outcome:
        return await middleware(command, context, inner)

    return step


class RetryOnConflict:
    """Decides a command anew when another writer was faster, a bounded number of times."""

    def __init__(self, attempts: int = 8, wait_initial: float = 0.002, wait_max: float = 0.05) -> None:
        """Waits are in seconds, double each time, and carry jitter, so that rivals do not meet again."""
        self._retries = stamina.AsyncRetryingCaller(
            attempts=attempts, timeout=None, wait_initial=wait_initial, wait_max=wait_max, wait_jitter=wait_initial
        ).on(VersionConflict)

    async def __call__(self, command: object, context: Context, inner: Next) -> Outcome:
        """Raises ConcurrentUpdate when the last attempt met a conflict too."""
        try:
            return await inner(command, context)
        except VersionConflict:
            pass  # the ordinary case stays free of the machinery below
        try:
            return await self._retries(inner, command, context)
        except VersionConflict as conflict:
            raise ConcurrentUpdate from conflict
