"""What clients asked for and were told: the first of the three things that the checker compares."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "list_product", "adjust_stock", "create", "add", "change", "remove", "address", "confirm", "cancel", "discard",
    "ship", "deliver", "note",
]  # fmt: skip
Outcome = Literal["done", "accepted", "refused", "unknown", "unsent"]
About = Literal["orders", "commands"]


@dataclass(slots=True)
class Command:
    """One request that asks for a change. `request_id` is found again as the correlation id of its events.

    `subject` is the order's id or the SKU; of a creation it is known only from the answer. `unknown` covers 503, a
    reset and a timeout; `unsent` means that there was no connection. Requests with one `key` ask for one change.
    With `later` the answer is not waited for: it is `accepted`, under `command_id`.
    """

    request_id: str
    client: str
    kind: Kind
    subject: str | None
    sku: str = ""
    quantity: int = 0
    outcome: Outcome = "unknown"
    status: int = 0
    code: str = ""
    version: int = 0
    retry_after: bool = False
    well_formed: bool = True
    why: str = ""
    key: str = ""
    later: bool = False
    command_id: str = ""


@dataclass(slots=True)
class Read:
    """One question about an order or a command, by its id. `token` is the version that it had to see (0: none),
    `seen` the newest version that this client had been answered before it asked. `body` is kept of some answers only;
    `written` is the token that an answer about a command carries.
    """

    client: str
    subject: str
    token: int
    seen: int = 0
    status: int = 0
    version: int = 0
    code: str = ""
    retry_after: bool = False
    body: bytes = b""
    about: About = "orders"
    written: str = ""


@dataclass(slots=True)
class Told:
    """All of it, in the order in which answers came."""

    commands: list[Command] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    planted: dict[str, set[str]] = field(default_factory=dict)
    """Event ids that a fault wrote into the log past all commands, by correlation id."""
    shed: int = 0
    """Arrivals that found all of a client's hands full."""
    read_crashes: int = 0
    """How often the read database was killed. It commits without waiting for the disk: what its last half second
    showed may be shown anew, for a moment as it was before. Nobody's memory of a version outlives that.
    """

    @property
    def acknowledged(self) -> int:
        """How many commands were answered 2xx."""
        return sum(command.outcome in {"done", "accepted"} for command in self.commands)
