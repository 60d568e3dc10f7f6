"""Runs accepted commands: each once in effect, whatever crashes, and each to an end."""

from collections.abc import Sequence
from contextlib import suppress
from random import uniform
from typing import Final, Protocol

from command_api.application.bus import CommandBus
from command_api.application.context import Context
from command_api.application.errors import EndedBefore, StaleVersion
from command_api.application.later import AcceptedCommands, Claim, Ended, StoredCommand, Telling
from command_api.application.outcome import Outcome
from command_api.application.ports import BeginUnitOfWork
from command_api.application.stored_forms import StoredForms
from orders_contracts.commands import CommandFailed, CommandSucceeded, Written
from orders_contracts.consistency import ConsistencyToken
from orders_contracts.timestamps import timestamp
from orders_domain.errors import DomainError

_FIRST_WAIT: Final = 0.5
_LONGEST_WAIT: Final = 60.0


class Gone(Exception):
    """The command has been begun as often as it may be, and nobody has lived to say what came of it."""


class Watcher(Protocol):
    """Is told how it goes, for figures and logs."""

    def ended(self, stored: StoredCommand, how: str) -> None:
        """`how` is succeeded or failed."""
        ...

    def put_off(self, stored: StoredCommand, fault: Exception) -> None:
        """It will be tried again."""
        ...

    def given_up(self, stored: StoredCommand, fault: Exception) -> None:
        """It will not: it fails."""
        ...


class RunAccepted:
    """Takes accepted commands and dispatches them. Every replica does so at once.

    That a command has ended is written in its own transaction, which demands that it had not ended before. So a command
    that two replicas run (one of them was thought dead) takes effect once. A refusal ends it; whatever else goes wrong
    is tried again, after ever longer waits and a bounded number of times.
    """

    def __init__(
        self,
        bus: CommandBus,
        begin: BeginUnitOfWork,
        accepted: AcceptedCommands,
        telling: Telling,
        watcher: Watcher,
        *,
        attempts: int,
    ) -> None:
        """A command is begun `attempts` times at most."""
        self._bus = bus
        self._begin = begin
        self._accepted = accepted
        self._telling = telling
        self._watcher = watcher
        self._attempts = attempts
        self._forms = StoredForms(bus.commands)

    async def claim(self, most: int) -> Sequence[Claim]:
        """Up to `most` commands that are due, for this replica to run. Raises Unavailable."""
        return await self._accepted.claim(self._forms.kinds, most)

    async def run(self, claim: Claim) -> None:
        """Run one to its end, or put it off. Raises Unavailable where not even that can be written."""
        with suppress(EndedBefore):
            try:
                await self._try(claim)
            except (DomainError, StaleVersion) as refusal:
                await self._fail(claim.stored, refusal)
            except EndedBefore:
                raise
            except Exception as fault:  # noqa: BLE001 - whatever it is, the command is tried again, or ends by it
                await self._put_off(claim, fault)
            else:
                self._watcher.ended(claim.stored, "succeeded")

    async def _try(self, claim: Claim) -> None:
        stored = claim.stored
        if claim.attempts > self._attempts:
            raise Gone
        command = self._forms.decode(stored.kind, stored.body)
        await self._bus.dispatch(command, self._context(stored))

    async def _put_off(self, claim: Claim, fault: Exception) -> None:
        if claim.attempts >= self._attempts:
            self._watcher.given_up(claim.stored, fault)
            await self._fail(claim.stored, fault)
            return
        self._watcher.put_off(claim.stored, fault)
        wait = min(_FIRST_WAIT * 2**claim.attempts, _LONGEST_WAIT) * uniform(0.8, 1.2)  # noqa: S311 - spreads the load
        await self._accepted.put_off(claim.stored.command_id, wait)

    async def _fail(self, stored: StoredCommand, error: Exception) -> None:
        problem = self._telling.problem(stored.asked, stored.correlation_id, error)
        at = timestamp(stored.accepted_at)
        event = CommandFailed(command=stored.kind, accepted_at=at, problem=dict(problem))
        async with self._begin(self._context(stored)) as uow:
            await uow.commit_with(Ended(command_id=stored.command_id, event=event))
        self._watcher.ended(stored, "failed")

    def _context(self, stored: StoredCommand) -> Context:
        def ended(outcome: Outcome) -> Ended:
            event = CommandSucceeded(
                command=stored.kind,
                accepted_at=timestamp(stored.accepted_at),
                written=_written(outcome.written),
                result=dict(self._telling.result(stored.asked, outcome)),
            )
            return Ended(command_id=stored.command_id, event=event)

        return Context(
            correlation_id=stored.correlation_id,
            actor=stored.actor,
            expected_version=stored.expected_version,
            ending=ended,
        )


def _written(token: ConsistencyToken) -> Written:
    if token.aggregate_type == "command":
        raise ValueError("a command does not change a command")
    return Written(aggregate_type=token.aggregate_type, aggregate_id=token.aggregate_id, version=token.version)
