"""What is not served, or not yet; and what engines, readers and other relays do meanwhile to a replay."""

import pytest

from outbox_relay.application.ports import LinkFailure, OutboxUnavailable, OutboxUnfit, StreamUnavailable, Tick
from outbox_relay.application.replay_ports import Asked
from tests.suites.relay_replays import request
from tests.unit.outbox_relay.replay_scene import small_scene


async def test_another_epoch_is_nothing_to_this_relay() -> None:
    scene = await small_scene()
    scene.server.ask(request(epoch=2))
    assert not await scene.turn()
    scene.epoch = 2
    assert not await scene.turn()
    assert scene.server.replies == {}


async def test_a_reader_that_knows_of_the_next_epoch_first_waits_for_the_relay() -> None:
    scene = await small_scene()
    wanted = request(3, epoch=2)
    scene.server.ask(wanted)
    assert not await scene.turn()
    scene.epoch, scene.database.log = 2, scene.database.log._replace(epoch=2)
    assert await scene.turn()
    assert scene.reply(wanted)


async def test_a_partition_of_another_relay_is_left_to_it_and_served_if_it_becomes_this_ones() -> None:
    scene = await small_scene(mine=[1])
    wanted = request(3)
    scene.server.ask(wanted)
    assert not await scene.turn()
    scene.mine = {0, 1}
    assert await scene.turn()
    assert scene.reply(wanted)


async def test_before_the_relay_has_taken_its_bearings_nothing_is_served() -> None:
    scene = await small_scene()
    newest, scene.newest = scene.newest, None
    scene.server.ask(request(3))
    assert not await scene.turn()
    scene.newest = newest
    assert await scene.turn()


async def test_a_request_that_is_a_minute_old_is_passed_over() -> None:
    scene = await small_scene()
    scene.server.ask(request(3), seconds_ago=61)
    scene.server.ask(request(4, projection="g2"), seconds_ago=59)
    assert await scene.turns() == [("g2", 0, 4, 13)]


async def test_a_request_grows_too_old_while_nobody_can_serve_it() -> None:
    scene = await small_scene(mine=[])
    scene.server.ask(request(3))
    assert not await scene.turn()
    scene.server.pass_by(61)
    assert not await scene.turn()
    scene.mine = {0, 1}
    assert not await scene.turn()
    assert scene.server.replies == {}


async def test_who_asks_again_for_a_reply_that_is_gone_gets_it_anew() -> None:
    scene = await small_scene()
    wanted = request(2, 4)
    scene.server.ask(wanted)
    assert await scene.turn()
    scene.server.pass_by(61)
    assert scene.reply(wanted) == []
    scene.server.ask(wanted)
    assert await scene.turn()
    assert scene.reply(wanted) == scene.logged(0, 2, 5)


async def test_a_reply_that_was_broken_off_is_made_whole_without_a_hole() -> None:
    scene = await small_scene(chunk=3)
    wanted = request(2, 10)
    scene.server.ask(wanted)
    assert await scene.turn()
    del scene.server.replies[wanted.reply_to][4:]
    scene.server.pass_by(1)
    scene.server.ask(wanted)
    assert await scene.turn()
    assert scene.reply(wanted) == scene.logged(0, 2, 11)


async def test_a_reply_that_is_lost_under_the_relays_hands_never_has_a_hole() -> None:
    scene = await small_scene(chunk=3)
    wanted = request(2, 10)
    scene.replies.loses = wanted.reply_to
    scene.server.ask(wanted)
    assert await scene.turn()
    assert scene.reply(wanted) == []
    assert scene.observer.served == [("g1", 0, 2, 3)]


async def test_two_relays_that_serve_the_same_request_write_each_event_once() -> None:
    scene = await small_scene()
    other = await small_scene()
    other.requests._server = other.replies._server = scene.server
    wanted = request(2, 10)
    scene.server.ask(wanted)
    assert await scene.turn()
    assert await other.turn()
    assert scene.reply(wanted) == scene.logged(0, 2, 11)


async def test_a_request_that_cannot_be_read_is_told_and_passed_over() -> None:
    scene = await small_scene()
    for data in (b"", b"{", b'{"projection":"g1"}', b"[" * 5_000, b'{"count":0}'):
        scene.server.asked.append(Asked(data, scene.server.now))
    scene.server.ask(request(3))
    assert len(await scene.turns()) == 1
    assert len(scene.observer.unread) == 5


@pytest.mark.parametrize("failure", [OutboxUnavailable("gone"), OutboxUnfit("a standby")])
async def test_a_write_database_that_fails_is_asked_again(failure: LinkFailure) -> None:
    scene = await small_scene()
    wanted = request(3)
    scene.server.ask(wanted)
    scene.database.problem = failure
    for _ in range(3):
        with pytest.raises(LinkFailure):
            await scene.turn()
    scene.database.problem = None
    assert await scene.turn()
    assert scene.reply(wanted)


async def test_a_redis_that_fails_is_asked_again() -> None:
    scene = await small_scene()
    scene.server.ask(request(3))
    scene.server.problem = "redis: OOM"
    with pytest.raises(StreamUnavailable):
        await scene.turn()
    scene.server.problem = None
    assert await scene.turn()


async def test_a_request_that_cannot_be_served_does_not_hold_up_the_others() -> None:
    scene = await small_scene()
    bad, good = request(3), request(3, partition=1)
    scene.server.ask(bad)
    scene.server.ask(good)
    scene.replies.refuses = bad.reply_to
    with pytest.raises(StreamUnavailable):
        await scene.turn()
    assert await scene.turn()
    assert scene.reply(good)


async def test_a_log_that_is_not_the_published_one_is_not_replayed() -> None:
    scene = await small_scene()
    assert scene.newest is not None
    scene.newest = Tick(scene.newest.number, [head + 1 for head in scene.newest.heads])
    scene.server.ask(request(3))
    with pytest.raises(OutboxUnfit, match="not the one that was published"):
        await scene.turn()
    assert scene.server.replies == {}


async def test_a_log_that_has_gone_over_to_the_next_epoch_is_not_replayed_under_the_old() -> None:
    scene = await small_scene()
    scene.database.log = scene.database.log._replace(epoch=2)
    scene.server.ask(request(3))
    assert not await scene.turn()
    assert scene.server.replies == {}
