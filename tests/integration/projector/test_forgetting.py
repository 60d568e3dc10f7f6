"""What projectors leave in a real Valkey, and `projector forget`, which takes it away."""

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack

import pytest

from orders_contracts.heads import Heads, encode_heads
from orders_contracts.members import MEMBER_SECONDS, members_key
from orders_contracts.streams import events_stream
from orders_contracts.timestamps import timestamp
from projector.adapters.redis_leftovers import RedisLeftovers
from projector.adapters.redis_members import RedisMembers
from projector.adapters.redis_stream import RedisEventStream
from projector.application.ports import Unavailable
from tests.contract.redis.users import as_redis_user
from tests.fakes.projector_events import START
from tests.integration.projector.conftest import Publisher
from tests.integration.projector.verbs import Ended, say
from tests.suites.projector_leftovers import PARTITIONS, LeftoversSuite, LeftoversWorld


class RealLeftoversWorld:
    """Projectors of several generations, on one Valkey, with the rights of theirs."""

    def __init__(self, redis_url: str, stack: AsyncExitStack) -> None:
        self.publisher = Publisher(redis_url)
        self.url = as_redis_user(redis_url, "projector")
        self._stack = stack
        self._epoch = 1
        self.leftovers = RedisLeftovers(self.url, "g2")
        stack.push_async_callback(self.publisher.client.aclose)
        stack.push_async_callback(self.leftovers.close)

    def stream(self, generation: str) -> RedisEventStream:
        stream = RedisEventStream(self.url, generation, count=10)
        self._stack.push_async_callback(stream.close)
        return stream

    def member(self, generation: str, name: str) -> RedisMembers:
        member = RedisMembers(self.url, f"projector:{generation}", name)
        self._stack.push_async_callback(member.close)
        return member

    async def say(self, epoch: int) -> None:
        zeros = (0,) * PARTITIONS
        heads = Heads(epoch=epoch, tick=1, sequences=zeros, logged=zeros, at=timestamp(START))
        await self.publisher.say(encode_heads(heads))
        self._epoch = epoch

    async def bookmarks(self) -> Collection[tuple[str, int, int]]:
        client, found = self.publisher.client, []
        for epoch in range(1, self._epoch + 1):
            for partition in range(PARTITIONS):
                key = events_stream(epoch, partition)
                groups = await client.xinfo_groups(key) if await client.exists(key) else []
                found += [(group["name"].decode(), epoch, partition) for group in groups]
        return found

    async def verb(self, *words: str) -> Ended:
        """What `projector forget` says: exit status, standard output and error."""
        return await say("postgresql://127.0.0.1:1/nowhere", self.url, "forget", *words)


@pytest.fixture
async def real_world(redis_url: str) -> AsyncIterator[RealLeftoversWorld]:
    async with AsyncExitStack() as stack:
        yield RealLeftoversWorld(redis_url, stack)


class TestRedisLeftovers(LeftoversSuite):
    @pytest.fixture
    def world(self, real_world: RealLeftoversWorld) -> LeftoversWorld:
        return real_world


async def test_who_died_without_a_farewell_does_not_count_for_long_and_nothing_stays_of_him(
    real_world: RealLeftoversWorld,
) -> None:
    client, key = real_world.publisher.client, members_key("projector:g2")
    seconds, _ = await client.time()
    await client.zadd(key, {"dead": (seconds - MEMBER_SECONDS - 1) * 1_000, "of the future": (seconds + 60) * 1_000})
    assert await real_world.leftovers.alive() == frozenset()
    assert not await client.exists(key)


async def test_the_verb_refuses_while_projectors_live_and_then_takes_all_away(real_world: RealLeftoversWorld) -> None:
    await real_world.say(1)
    for generation in ("g1", "g2"):
        await real_world.stream(generation).bookmark(1, dict.fromkeys(range(PARTITIONS), 0))
    member = real_world.member("g2", "me")
    await member.beat()
    refused = await real_world.verb("g2")
    assert refused == (1, "", "projector: projectors of it live: me; stop them first\n")
    assert len(await real_world.bookmarks()) == 2 * PARTITIONS
    await member.leave()
    assert await real_world.verb("g2") == (0, "g2: 3 consumer groups taken away\n", "")
    assert {generation for generation, *_ in await real_world.bookmarks()} == {"g1"}
    assert await real_world.verb("g2") == (0, "g2: nothing is left of it\n", "")


@pytest.mark.parametrize("name", ["g0", "2", "notifier", "g1\n", "*"])
async def test_only_names_of_generations_are_taken(real_world: RealLeftoversWorld, name: str) -> None:
    status, said, why = await real_world.verb(name)
    assert (status, said) == (2, "")
    assert "is not the name of a generation" in why


async def test_heads_that_cannot_be_read_and_a_redis_that_is_not_there_are_told(real_world: RealLeftoversWorld) -> None:
    await real_world.publisher.say(b"?")
    with pytest.raises(Unavailable, match="heads entry cannot be read"):
        await real_world.leftovers.remove()
    nowhere = RedisLeftovers("redis://127.0.0.1:1/0", "g2")
    for question in (nowhere.alive(), nowhere.remove()):
        with pytest.raises(Unavailable, match="redis"):
            await question
    await nowhere.close()


async def test_what_redis_does_not_let_it_do_is_told(real_world: RealLeftoversWorld) -> None:
    await real_world.say(1)
    await real_world.publisher.client.set(events_stream(1, 0), "no stream")
    with pytest.raises(Unavailable, match="WRONGTYPE"):
        await real_world.leftovers.remove()
