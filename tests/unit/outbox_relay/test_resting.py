"""How often a relay looks at a log that has nothing new."""

import asyncio

import pytest

from outbox_relay.entrypoints.loop import PATIENCE, Rests, run
from tests.suites.projector_waiting import until
from tests.unit.outbox_relay.world import World

RESTS = Rests(shortest=0.002, longest=0.02)


@pytest.mark.parametrize(("quiet", "rest"), [(0.0, 0.002), (0.05, 0.002), (0.25, 0.01), (0.5, 0.02), (3_600.0, 0.02)])
def test_a_rest_grows_with_the_time_that_nothing_has_come_between_two_bounds(quiet: float, rest: float) -> None:
    assert RESTS.after(quiet) == pytest.approx(rest)


def test_an_event_after_a_break_waits_a_small_part_of_the_break_at_most() -> None:
    assert all(RESTS.after(quiet / 100) <= max(0.002, quiet / 100 / PATIENCE) for quiet in range(1_000))


def test_without_room_to_grow_the_rest_is_the_one_that_was_set() -> None:
    assert Rests(shortest=0.1, longest=0.02).after(0) == Rests(shortest=0.1, longest=0.02).after(60) == 0.1


class Watched(Rests):
    """Rests that tell for how long nothing had come."""

    quiet = 0.0

    def after(self, quiet: float) -> float:
        self.quiet = quiet
        return super().after(quiet)


async def test_quiet_is_counted_from_the_last_event_on() -> None:
    world, stop, rests = World(), asyncio.Event(), Watched(0.002, 0.002)
    one = world.relay()
    running = asyncio.create_task(run(one.relay, one.observer, stop, rests))
    await until(lambda: rests.quiet > 0.1)
    await world.write(0)
    await until(lambda: rests.quiet < 0.1)
    stop.set()
    await running
    assert world.in_step()
