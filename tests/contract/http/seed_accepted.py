"""What a fuzzed query-api finds beside the rest: commands that were accepted for later, at every stage."""

from typing import Final
from uuid import UUID

from command_api.application.commands.add_note import AddNote
from command_api.application.commands.confirm_order import ConfirmOrder
from command_api.application.context import Context
from command_api.application.later import Asked, Later
from tests.contract.events.third_part import run_accepted
from tests.contract.http.seed import ORDER, seeding

SUCCEEDED, FAILED, ACCEPTED = IDS = [UUID(f"0193f5a2-8d2e-7f60-9a7b-{number:012x}") for number in range(3)]
_PATH: Final = f"/api/v1/orders/{ORDER}"


async def seed_accepted(write_database_url: str) -> None:
    """Let it happen, after the seed: one takes effect, one is refused, one has not been run yet."""
    note = AddNote(order_id=ORDER, text="Please knock.")
    async with seeding(write_database_url) as (bus, units):
        for command_id, command, call in (
            (SUCCEEDED, note, "notes"),
            (FAILED, ConfirmOrder(order_id=ORDER), "confirm"),
        ):
            await bus.dispatch(command, _later(command_id, call))
            await run_accepted(bus, units)
        await bus.dispatch(note, _later(ACCEPTED, "notes"))


def _later(command_id: UUID, call: str) -> Context:
    later = Later(command_id=command_id, asked=Asked(path=f"{_PATH}/{call}"))
    return Context(correlation_id=f"seed-{command_id}", actor="customer:ada", later=later)
