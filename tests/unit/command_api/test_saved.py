"""When the events of a command have happened: its own as it was decided, and its end as soon as that is known."""

from datetime import UTC, datetime, timedelta

from command_api.adapters.postgres.log_rows import LogRows
from command_api.adapters.postgres.order_writes import Ending
from command_api.adapters.postgres.saved import Saved
from command_api.adapters.system import UuidV7Ids
from tests.suites.command_accepting import command, failed, succeeded
from tests.suites.command_examples import CONTEXT, creation, new_order_id

BEGUN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.at = BEGUN

    def now(self) -> datetime:
        return self.at


def test_the_end_of_an_accepted_command_is_later_than_what_it_waited_for() -> None:
    clock = Clock()
    saved = Saved(LogRows(UuidV7Ids(), 8), CONTEXT, clock)
    clock.at = answered = BEGUN + timedelta(seconds=2)
    for end in (succeeded(command()), failed(command())):
        closing = saved.order_write(end, agreed=True).closing
        assert isinstance(closing, Ending)
        assert [row[-1] for row in closing.events] == [answered]


def test_what_a_command_saves_has_the_moment_at_which_it_began() -> None:
    clock = Clock()
    saved = Saved(LogRows(UuidV7Ids(), 8), CONTEXT, clock)
    clock.at = BEGUN + timedelta(seconds=2)
    saved.save(None, creation(new_order_id()))
    order = saved.order_write(None, agreed=True).order
    assert order is not None
    assert [row[-1] for row in order.events] == [BEGUN]
