"""The third part of the story: commands whose caller does not wait. One takes effect, one is refused."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from command_api.adapters.postgres.units_of_work import PostgresUnitsOfWork
from command_api.application.bus import CommandBus
from command_api.application.commands.add_note import AddNote
from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.later import Asked, Later, StoredCommand
from command_api.application.run_accepted import RunAccepted
from command_api.entrypoints.told_later import ToldLater
from tests.contract.events.second_part import LEFT_ALONE, SENT_BACK


def _later(number: int, path: str) -> Later:
    return Later(command_id=UUID(f"019abce1-{number:04x}-7000-8000-00000000c0de"), asked=Asked(path=path))


_COMMANDS: Final = [
    (
        AddNote(order_id=SENT_BACK, text="She would like a voucher."),
        _later(1, f"/api/v1/orders/{SENT_BACK}/notes"),
    ),
    (ConfirmOrder(order_id=LEFT_ALONE), _later(2, f"/api/v1/orders/{LEFT_ALONE}/confirm")),
]


def commands() -> Iterator[tuple[object, Later]]:
    """Each with the wish of its caller."""
    yield from _COMMANDS


class _Expecting:
    """Commands succeed or are refused here; nothing has to be tried again."""

    def ended(self, stored: StoredCommand, how: str) -> None:
        assert how in {"succeeded", "failed"}, stored

    def put_off(self, stored: StoredCommand, fault: Exception) -> None:
        raise AssertionError(stored) from fault

    def given_up(self, stored: StoredCommand, fault: Exception) -> None:
        raise AssertionError(stored) from fault


async def run_accepted(bus: CommandBus, units: PostgresUnitsOfWork) -> None:
    """Run what has been accepted, as every replica does."""
    work = RunAccepted(bus, units.begin, units.accepted, ToldLater(), _Expecting(), attempts=1)
    for claim in await work.claim(len(_COMMANDS)):
        await work.run(claim)
