"""Lives of commands that were accepted for later, as events."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from orders_contracts import commands
from orders_contracts.timestamps import timestamp
from tests.fakes.projector_events import START, Happening, an_id, happening


@dataclass
class CommandLife:
    """Tells the events of one command on an order, in order."""

    name: object = 1
    start: datetime = START
    version: int = 0

    @property
    def command_id(self) -> str:
        return str(an_id("command", self.name))

    @property
    def order_id(self) -> str:
        return str(an_id("order", self.name))

    def accepted(self) -> Happening:
        return self.tell(commands.CommandAccepted(command="ConfirmOrder"))

    def succeeded(self, version: int = 5) -> Happening:
        return self.tell(
            commands.CommandSucceeded(
                command="ConfirmOrder",
                accepted_at=timestamp(self.start + timedelta(seconds=1)),
                written=commands.Written(aggregate_type="order", aggregate_id=self.order_id, version=version),
                result={"order_id": self.order_id, "version": version},
            )
        )

    def failed(self, **problem: Any) -> Happening:
        accepted_at = timestamp(self.start + timedelta(seconds=1))
        return self.tell(commands.CommandFailed(command="ConfirmOrder", accepted_at=accepted_at, problem=problem))

    def tell(self, data: commands.CommandEvent) -> Happening:
        self.version += 1
        return happening(("command", self.command_id), self.version, data, self.start, None)
