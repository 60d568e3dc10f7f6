"""Who is called when, and that nobody is left behind."""

from contextlib import suppress
from uuid import uuid4

import pytest

from orders_contracts.consistency import ConsistencyToken
from query_api.application.waiting_room import WaitingRoom

ORDER = str(uuid4())
TOKEN = ConsistencyToken("order", ORDER, 3)


@pytest.mark.parametrize(
    ("change", "called"),
    [
        (("order", ORDER, 3), True),
        (("order", ORDER, 4), True),
        (("order", ORDER, 2), False),
        (("order", str(uuid4()), 3), False),
        (("product", ORDER, 3), False),
    ],
)
async def test_a_place_is_called_for_its_aggregate_and_version(change: tuple[str, str, int], called: bool) -> None:
    room = WaitingRoom(10)
    with room.place(TOKEN) as place:
        room.announce(*change)
        assert await place.called_within(0) is called


async def test_calls_before_listening_anew_are_forgotten() -> None:
    room = WaitingRoom(10)
    with room.place(TOKEN) as place:
        room.announce("order", ORDER, 3)
        place.listen_anew()
        assert not await place.called_within(0)


async def test_everybody_is_called_when_announcements_may_be_lost_and_when_the_room_closes() -> None:
    room = WaitingRoom(10)
    with room.place(TOKEN) as one, room.place(ConsistencyToken("product", "MUG", 1)) as other:
        for call in (room.call_all, room.close):
            call()
            assert await one.called_within(0)
            assert await other.called_within(0)
            one.listen_anew()
            other.listen_anew()
    assert room.closed


def test_nothing_is_kept_of_those_who_left() -> None:
    room = WaitingRoom(10)
    with room.place(TOKEN), suppress(RuntimeError), room.place(TOKEN):
        assert len(room) == 2
        raise RuntimeError
    assert len(room) == 0
    room.announce("order", ORDER, 3)


def test_a_full_room_is_not_open_until_somebody_leaves() -> None:
    room = WaitingRoom(2)
    open_ = []
    with room.place(TOKEN):
        open_.append(room.open)
        with room.place(TOKEN):
            open_.append(room.open)
        open_.append(room.open)
    room.close()
    assert [*open_, room.open] == [True, False, True, False]
