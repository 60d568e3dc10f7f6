"""The proxy: it passes on, cuts, delays and swallows, and proves that it did."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Final

import pytest

from tests.drills.links import LOOPBACK, Link
from tests.drills.load.caller import Caller, Unanswered, Unsent
from tests.drills.pace import until

WITHIN: Final = 5.0
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Ends]]


@pytest.fixture
async def link() -> AsyncIterator[Link]:
    """A proxy before a server that says everything again."""

    served = 0

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        served += 1
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
        with suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()
        served -= 1

    async def hung_up() -> str | None:
        return f"{served} served, {proxy.ends} ends" if served or proxy.ends else None

    async with await asyncio.start_server(echo, LOOPBACK, 0) as server:
        proxy = Link("a>b", server.sockets[0].getsockname()[1])
        await proxy.open()
        yield proxy
        proxy.close()
        await until(hung_up, WITHIN)


@pytest.fixture
async def connect(link: Link) -> AsyncIterator[Connect]:
    """Makes connections through the proxy; they are closed in the end."""
    made: list[Ends] = []

    async def connected() -> Ends:
        made.append(await asyncio.open_connection(LOOPBACK, link.port))
        return made[-1]

    yield connected
    for _, writer in made:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def echoed(ends: Ends, data: bytes) -> bytes:
    reader, writer = ends
    writer.write(data)
    async with asyncio.timeout(WITHIN):
        return await reader.readexactly(len(data))


async def test_an_open_link_passes_everything_on(link: Link, connect: Connect) -> None:
    ends = await connect()
    big = bytes(range(256)) * 20_000

    assert await echoed(ends, b"hello") == b"hello"
    assert await echoed(ends, big) == big
    assert (link.dropped, link.delayed, link.held) == (0, 0, 0)


async def test_a_cut_link_resets_what_is_there_and_refuses_what_comes(link: Link, connect: Connect) -> None:
    ends = await connect()
    assert await echoed(ends, b"hello") == b"hello"

    link.cut()

    assert await _is_lost(ends)
    assert await _is_lost(await connect())
    assert (link.dropped, link.refused) == (1, 1)
    link.restore()
    assert await echoed(await connect(), b"again") == b"again"


async def test_a_slow_link_delivers_late_and_in_order(link: Link, connect: Connect) -> None:
    ends = await connect()
    await echoed(ends, b"hello")
    link.slow_down(0.1)
    began = asyncio.get_running_loop().time()

    words = await echoed(ends, b"1")
    took = asyncio.get_running_loop().time() - began
    ends[1].write(b"2")
    link.restore()
    ends[1].write(b"3")

    assert words == b"1"
    assert took >= 0.2
    assert await echoed(ends, b"4") == b"2"
    assert await asyncio.wait_for(ends[0].readexactly(2), WITHIN) == b"34"
    assert link.delayed >= 2


async def test_a_black_hole_holds_what_is_sent_and_may_deliver_it_late(link: Link, connect: Connect) -> None:
    ends = await connect()
    await echoed(ends, b"hello")
    link.swallow()
    ends[1].write(b"into the dark")
    newcomer = await connect()
    newcomer[1].write(b"me too")
    await _until_held(link)

    link.restore()

    assert await asyncio.wait_for(ends[0].readexactly(13), WITHIN) == b"into the dark"
    assert await asyncio.wait_for(newcomer[0].readexactly(6), WITHIN) == b"me too"


async def test_a_black_hole_may_end_with_a_reset(link: Link, connect: Connect) -> None:
    ends = await connect()
    await echoed(ends, b"hello")
    link.swallow()
    ends[1].write(b"into the dark")
    await _until_held(link)

    link.restore(reset=True)

    assert await _is_lost(ends)
    assert await echoed(await connect(), b"again") == b"again"


async def test_a_black_hole_hides_that_one_end_has_hung_up(link: Link, connect: Connect) -> None:
    _, writer = await connect()
    link.swallow()
    writer.close()
    await _until_held(link)
    assert len(link.pipes) == 1

    link.restore()

    async def gone() -> str | None:
        return None if not link.pipes else "the other end still waits"

    await until(gone, WITHIN)


async def test_an_engine_that_is_not_there_is_a_reset(link: Link, connect: Connect) -> None:
    link.upstream = 1
    assert await _is_lost(await connect())


async def test_a_caller_knows_what_was_never_sent_from_what_was_not_answered(link: Link, connect: Connect) -> None:
    caller, nobody = Caller(link.port), Caller(1)
    with pytest.raises(Unsent):
        await nobody.ask(b"GET / HTTP/1.1\r\n\r\n")

    asking = asyncio.create_task(caller.ask(b"no answer to this"))
    await _until_connected(link)
    link.drop_all()

    with pytest.raises(Unanswered):
        await asking


async def _is_lost(ends: Ends) -> bool:
    try:
        return await asyncio.wait_for(ends[0].read(1), WITHIN) == b""
    except ConnectionError:
        return True


async def _until_held(link: Link) -> None:
    async def held() -> str | None:
        return None if link.held else "nothing is held"

    await until(held, WITHIN)


async def _until_connected(link: Link) -> None:
    async def there() -> str | None:
        return None if link.pipes else "nobody is connected"

    await until(there, WITHIN)
