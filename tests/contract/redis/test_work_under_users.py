"""Each process needs the rights of its user: without any one of them its work fails, and with all nothing is refused.

That they are enough for everything is seen where the ports' suites run: their real adapters log in as these users.
"""

from collections.abc import Awaitable, Callable
from typing import Final

import pytest
import redis

from orders_contracts.heads import encode_heads
from orders_contracts.replay import reply_stream
from orders_contracts.streams import HEADS, HEADS_FIELD
from outbox_relay.adapters.redis_members import RedisMembers as RelayMembers
from outbox_relay.adapters.redis_stream import RedisStream, connect
from outbox_relay.adapters.replay_streams import RedisReplies, RedisRequests
from outbox_relay.application.ports import Batch, Last, StreamUnavailable
from projector.adapters.redis_leftovers import RedisLeftovers
from projector.adapters.redis_members import RedisMembers as ProjectorMembers
from projector.adapters.redis_stream import RedisEventStream
from projector.application.ports import Unavailable
from stack.engines import RunningEngine
from tests.contract.redis.users import USERS, rules_of, set_rules
from tests.suites.relay_replays import REPLY, piece, request
from tests.suites.relay_stream import EMPTY, heads, rows

Work = Callable[[str], Awaitable[None]]
GROUP: Final = "g1"


async def relay(url: str) -> None:
    """Everything that a relay does with Redis, once."""
    requests = RedisRequests(url)
    async with connect(url) as client:
        stream, members, replies = RedisStream(client, 1_000, 0), RelayMembers(client, "me"), RedisReplies(client)
        try:
            assert await members.beat() == {"me"}
            assert await stream.last(1, [0]) == [EMPTY]
            # From a number beyond 1, as after a loss: the count of entries has to be set.
            assert await stream.publish(1, [Batch(0, EMPTY, 901, "z", rows(0, "a", "b"))]) == [None]
            assert await stream.last(1, [0]) == [Last("902-0", "b")]
            await stream.trim(1, [0])
            assert [await stream.announce(heads(tick, 3)) for tick in (1, 2)] == [None, None]
            assert (await requests.read(0)).asked == []
            assert await replies.write(REPLY, piece(1, "", "a"), 0)
            assert await replies.write(REPLY, piece(2, "a", "b"), 1)
            await members.leave()
        finally:
            await requests.close()


async def projector(url: str) -> None:
    """Everything that a projector does with Redis, once."""
    stream, members = RedisEventStream(url, GROUP, count=10), ProjectorMembers(url, f"projector:{GROUP}", "me")
    leftovers = RedisLeftovers(url, GROUP)
    try:
        assert await members.beat() == {"me"}
        await stream.read(1, {0: 0, 1: 0}, {1: reply_stream(GROUP, 1, "one")}, wait_seconds=0)
        await stream.peek(1, {0: 0})
        await stream.ask([request(1)], {reply_stream(GROUP, 1, "one")})
        await stream.bookmark(1, {7: 0})
        await members.leave()
        assert (await leftovers.alive(), await leftovers.remove()) == (frozenset(), 1)
    finally:
        await leftovers.close()
        await stream.close()
        await members.close()


@pytest.fixture(autouse=True)
def _eight_partitions(admin: "redis.Redis") -> None:
    """A relay has told of them, in the beginning."""
    admin.xadd(HEADS, {HEADS_FIELD: encode_heads(heads(0, *[0] * 8))}, id="0-1")


WORK: Final[dict[str, Work]] = {"relay": relay, "projector": projector}


def rights(name: str) -> list[int]:
    """Where each command or pattern of keys stands among a user's rules; each stands there for a reason."""
    return [place for place, rule in enumerate(rules_of(name)) if rule.strip("()")[0] in "+~%"]


@pytest.mark.parametrize("name", WORK)
async def test_nothing_of_the_work_is_refused(engine: RunningEngine, admin: "redis.Redis", name: str) -> None:
    await WORK[name](USERS.url(engine.url, name))
    assert admin.acl_log() == []


@pytest.mark.parametrize(
    ("name", "place"),
    [
        pytest.param(name, place, id=f"{name} {place} {rules_of(name)[place]}")
        for name in WORK
        for place in rights(name)
    ],
)
async def test_without_one_right_the_work_fails(
    engine: RunningEngine, admin: "redis.Redis", name: str, place: int
) -> None:
    rules = rules_of(name)
    brackets = "".join(mark for mark in rules[place] if mark in "()")
    set_rules(admin, name, [*rules[:place], *([brackets] if brackets else []), *rules[place + 1 :]])
    try:
        with pytest.raises((StreamUnavailable, Unavailable)):
            await WORK[name](USERS.url(engine.url, name))
    finally:
        set_rules(admin, name, rules)
