"""A middleware of the command bus: a request that is sent again under its key is answered as it was the first time."""

from command_api.application.bus import Next
from command_api.application.context import Context
from command_api.application.errors import (
    ConcurrentUpdate,
    KeyInFlight,
    KeyReused,
    KeyTaken,
    OutsideUnavailable,
    Replayed,
    StaleVersion,
)
from command_api.application.idempotency import IdempotencyKey
from command_api.application.outcome import Outcome
from command_api.application.ports import BeginUnitOfWork
from orders_domain.errors import DomainError


class AnswerOnce:
    """Goes around the tries of a command: only how they end is kept.

    A success is kept by the command's own unit of work, with what it writes, and finds the key free or writes nothing.
    So no key is looked up before the command is decided. A refusal by the rules is kept here, in a unit of work that
    writes nothing else. Any other refusal is forgotten, unless the key shows that the command has taken effect before.
    """

    def __init__(self, begin: BeginUnitOfWork) -> None:
        self._begin = begin

    async def __call__(self, command: object, context: Context, inner: Next) -> Outcome:
        """Raises Replayed with the answer to the same command before; KeyReused, KeyInFlight."""
        key = context.idempotency
        if key is None:
            return await inner(command, context)
        try:
            try:
                return await inner(command, context)
            except DomainError as refusal:
                await self._keep(key, refusal, context)
                raise
        except KeyTaken:
            await self._answer_as_before(key, context)
            raise KeyInFlight from None
        except (StaleVersion, ConcurrentUpdate, OutsideUnavailable):
            await self._answer_as_before(key, context)
            raise

    async def _keep(self, key: IdempotencyKey, refusal: DomainError, context: Context) -> None:
        async with self._begin(context) as uow:
            await uow.commit_with(key.stored(refusal))

    async def _answer_as_before(self, key: IdempotencyKey, context: Context) -> None:
        async with self._begin(context) as uow:
            stored = await uow.answered(key.scope)
        if stored is None:
            return
        if stored.fingerprint != key.fingerprint:
            raise KeyReused
        raise Replayed(stored.answer)
