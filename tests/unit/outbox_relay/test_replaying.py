"""Who asks for a replay gets his chunk: from the log, in his turn, and once."""

from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from orders_contracts.replay import MOST_EVENTS
from tests.suites.relay_replays import request
from tests.unit.outbox_relay.replay_scene import Scene, small_scene

T = TypeVar("T")


@pytest.mark.parametrize("first", [1, 2, 5, 14])
@pytest.mark.parametrize("count", [1, 2, 3, 9])
async def test_a_reply_is_the_part_of_the_log_that_was_asked_for(first: int, count: int) -> None:
    scene = await small_scene()
    head = len(scene.database.numbered(0))
    wanted = request(first, count)
    scene.server.ask(wanted)
    assert await scene.turn()
    last = min(first + count - 1, head)
    assert scene.reply(wanted) == scene.logged(0, first, last)
    assert scene.observer.served == [("g1", 0, first, last)]


async def test_a_long_part_is_read_and_written_in_pieces() -> None:
    scene = Scene(chunk=3)
    await scene.write(*[0] * 50)
    for first in (1, 2, 3, 4, 17):
        wanted = request(first, MOST_EVENTS)
        scene.server.ask(wanted)
        assert await scene.turn()
        assert scene.reply(wanted) == scene.logged(0, first, 50)
        scene.server.pass_by(0.1)


async def test_nobody_has_asked_so_the_wait_is_used_up() -> None:
    scene = await small_scene()
    assert not await scene.turn()
    assert scene.requests.waits == [1.0]


async def test_with_open_requests_nobody_waits() -> None:
    scene = await small_scene()
    scene.server.ask(request(1, partition=0))
    scene.server.ask(request(1, partition=1))
    assert await scene.turn()
    assert await scene.turn()
    assert not await scene.turn()
    assert scene.requests.waits == [1.0, 0, 1.0]


async def test_what_lies_above_the_head_has_no_answer_and_is_not_served_later() -> None:
    scene = await small_scene()
    head = len(scene.database.numbered(0))
    scene.server.ask(request(head + 1))
    assert not await scene.turn()
    await scene.write(0)
    assert not await scene.turn()
    assert scene.server.replies == {}


async def test_what_is_in_no_tick_of_the_relay_is_not_replayed() -> None:
    scene = await small_scene()
    head = len(scene.database.numbered(0))
    await scene.database.write((0, "unnumbered"))
    wanted = request(head)
    scene.server.ask(wanted)
    assert await scene.turn()
    await scene.tick()
    scene.server.pass_by(1)
    scene.server.ask(wanted)
    assert await scene.turn()
    assert scene.reply(wanted) == scene.logged(0, head, head)


async def test_the_newest_request_of_a_projection_and_partition_counts() -> None:
    scene = await small_scene()
    scene.server.ask(request(1, 2))
    scene.server.ask(request(1, 2, partition=1))
    scene.server.ask(request(5, 2))
    assert await scene.turns() == [("g1", 0, 5, 6), ("g1", 1, 1, 2)]


async def test_a_projection_that_is_made_anew_does_not_hold_up_anothers_hole() -> None:
    scene = await small_scene()
    scene.server.ask(request(1, 2, projection="anew"))
    scene.server.ask(request(1, 2, projection="anew", partition=1))
    assert await scene.turn()
    scene.server.pass_by(0.1)
    scene.server.ask(request(9, 1, projection="hole"))
    scene.server.pass_by(0.1)
    scene.server.ask(request(3, 2, projection="anew"))
    assert [served[:3] for served in await scene.turns()] == [
        ("anew", 0, 1), ("anew", 1, 1), ("hole", 0, 9), ("anew", 0, 3)
    ]  # fmt: skip


async def test_who_asks_again_for_a_reply_that_is_whole_gets_nothing_twice() -> None:
    scene = await small_scene()
    wanted = request(2, 4)
    for _ in range(2):
        scene.server.ask(wanted)
        assert await scene.turn()
        scene.server.pass_by(1)
    assert scene.reply(wanted) == scene.logged(0, 2, 5)


def test_nothing_here_needs_an_event_loop() -> None:
    scene = _run(small_scene())
    wanted = request(2, 10)
    scene.server.ask(wanted)
    assert _run(scene.turn())
    assert scene.reply(wanted) == scene.logged(0, 2, 11)


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    with pytest.raises(StopIteration) as end:
        coroutine.send(None)
    answer: T = end.value.value
    return answer
