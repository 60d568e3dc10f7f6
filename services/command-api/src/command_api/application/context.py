"""What surrounds a command: who asked, under which request id and which key, and on which version they insist."""

from collections.abc import Callable
from dataclasses import dataclass

from command_api.application.idempotency import IdempotencyKey, StoredAnswer
from command_api.application.later import Ended, Later
from command_api.application.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """`expected_version` is None where the caller takes the aggregate as it is; `idempotency` where there is no key.

    `later` is there where the caller does not wait; `ending` says how a command ends that was accepted before.
    """

    correlation_id: str
    actor: str | None = None
    expected_version: int | None = None
    idempotency: IdempotencyKey | None = None
    later: Later | None = None
    ending: Callable[[Outcome], Ended] | None = None

    @property
    def has_closing(self) -> bool:
        """Whether something has to be written together with what the command writes."""
        return self.idempotency is not None or self.ending is not None

    def closing(self, outcome: Outcome) -> StoredAnswer | Ended | None:
        """What that is, now that the outcome is known."""
        if self.idempotency is not None:
            return self.idempotency.stored(outcome)
        return None if self.ending is None else self.ending(outcome)
