"""Refusals that are not the domain's: they come from versions, neighbours and engines."""

from command_api.application.idempotency import Answer


class StaleVersion(Exception):
    """The caller named a version with If-Match, and the aggregate is at another one."""

    def __init__(self, current_version: int) -> None:
        super().__init__(f"The current version is {current_version}.")
        self.current_version = current_version


class VersionConflict(Exception):
    """Somebody else has written the aggregate since it was loaded. Trying again from the start may succeed."""


class ConcurrentUpdate(Exception):
    """The aggregate is changed by others faster than this command could be decided, several times in a row."""


class Unavailable(Exception):
    """Something that the service needs does not answer. Whether the command took effect may be unknown."""


class OutsideUnavailable(Unavailable):
    """An outside system does not answer, or not so that it could be used. The command has changed nothing."""


class FraudCheckUnavailable(OutsideUnavailable):
    """Nobody says whether the order may be confirmed."""


class InventoryUnavailable(OutsideUnavailable):
    """Nobody says whether the units are to be had."""


class KeyTaken(Exception):
    """An idempotency key belongs to somebody else: it has an answer already, or is about to get one."""


class KeyInFlight(Exception):
    """The first command under this idempotency key has not ended yet."""


class KeyReused(Exception):
    """The idempotency key was given for another command before."""


class EndedBefore(Exception):
    """The accepted command has ended before, or somebody else is just about to end or to begin it."""


class Replayed(Exception):
    """The command has been answered before, under the same idempotency key, and is not decided again."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("answered before")
        self.answer = answer
