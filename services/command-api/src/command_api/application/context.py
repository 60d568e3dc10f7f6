"""What surrounds a command: who asked, under which request id and which key, and on which version they insist."""

from dataclasses import dataclass

from command_api.application.idempotency import IdempotencyKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """`expected_version` is None where the caller takes the aggregate as it is; `idempotency` where there is no key."""

    correlation_id: str
    actor: str | None = None
    expected_version: int | None = None
    idempotency: IdempotencyKey | None = None
