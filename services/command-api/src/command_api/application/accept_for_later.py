"""A middleware of the command bus: a command whose caller does not wait is stored, and not run yet."""

from collections.abc import Callable

from command_api.application.bus import Next, in_unit_of_work
from command_api.application.context import Context
from command_api.application.later import StoredCommand
from command_api.application.outcome import Outcome
from command_api.application.ports import BeginUnitOfWork, Clock, UnitOfWork
from command_api.application.stored_forms import stored_form
from orders_contracts.consistency import ConsistencyToken


class AcceptForLater:
    """Stands within AnswerOnce: an idempotency key is then kept with the acceptance."""

    def __init__(self, begin: BeginUnitOfWork, clock: Clock, stored: Callable[[], None]) -> None:
        """`stored` is called for each command that was stored, so that it is run soon."""
        self._accept = in_unit_of_work(begin, accept)
        self._clock = clock
        self._stored = stored

    async def __call__(self, command: object, context: Context, inner: Next) -> Outcome:
        """The outcome of a command that is stored is itself, as an aggregate of its own, at version 1."""
        if context.later is None:
            return await inner(command, context)
        kind, body = stored_form(command)
        stored = StoredCommand(
            command_id=context.later.command_id,
            accepted_at=self._clock.now(),
            kind=kind,
            body=body,
            asked=context.later.asked,
            correlation_id=context.correlation_id,
            actor=context.actor,
            expected_version=context.expected_version,
        )
        outcome = await self._accept(stored, context)
        self._stored()
        return outcome


async def accept(stored: StoredCommand, uow: UnitOfWork) -> Outcome:
    """Store a command. That it was accepted is an event."""
    uow.accept(stored)
    await uow.commit()
    return Outcome(written=ConsistencyToken("command", str(stored.command_id), 1), is_new=True)
