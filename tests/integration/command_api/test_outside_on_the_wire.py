"""Outside systems over real sockets: what no stand-in for a transport can show."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from socket import SO_LINGER, SOL_SOCKET
from typing import Final

import pytest

from command_api.adapters.http.fraud_check import HttpFraudCheck
from command_api.adapters.http.outside_service import ATTEMPTS, LARGEST_ANSWER
from command_api.adapters.http.systems import OutsideSystems
from command_api.application.errors import FraudCheckUnavailable
from orders_domain.values import FraudVerdict
from stack.ports import choose_port
from tests.unit.command_api.asking import ORDER_ID, an_order

GOOD: Final = f'{{"order_id": "{ORDER_ID}", "version": 1, "verdict": "approve"}}'.encode()
HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: a=b\r\nContent-Length: %d\r\n\r\n"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Talks to each request as it is told, and counts. `heads` are the requests' heads."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.url = ""
        self.heads: list[bytes] = []
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]))
                self.heads.append(head)
                await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(talk: Talk) -> AsyncIterator[Server]:
    server = Server(talk)
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        server.url = f"http://127.0.0.1:{port}/assess"
        yield server


@asynccontextmanager
async def checking(url: str, seconds: float = 2, *, proxy: bool = False) -> AsyncIterator[HttpFraudCheck]:
    systems = OutsideSystems(proxy_from_environment=proxy)
    try:
        yield systems.fraud_check(url, seconds, "refuse")
    finally:
        await systems.close()


async def tell_well(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD % len(GOOD) + GOOD)
    await writer.drain()


async def reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()
    raise ConnectionResetError


async def break_off(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD % len(GOOD) + GOOD[:20])
    await writer.drain()
    raise ConnectionAbortedError


async def babble(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.9\r\n")
    await writer.drain()
    raise ConnectionAbortedError


async def until_nobody_listens_to_drops(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD % 10_000)
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("talk", [reset, break_off, babble])
async def test_a_broken_connection_is_tried_again_and_then_an_error_of_theirs(talk: Talk) -> None:
    async with serving(talk) as server, checking(server.url) as check:
        with pytest.raises(FraudCheckUnavailable):
            await check.assess(an_order())
    assert len(server.heads) == ATTEMPTS


async def test_who_answers_in_drops_is_not_waited_for_any_longer() -> None:
    async with serving(until_nobody_listens_to_drops) as server, checking(server.url, 0.4) as check:
        async with asyncio.timeout(2):
            with pytest.raises(FraudCheckUnavailable):
                await check.assess(an_order())
    assert len(server.heads) == 2


async def test_of_an_endless_answer_little_is_ever_taken_from_the_wire() -> None:
    sent = 0

    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.transport.set_write_buffer_limits(high=0)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            writer.write(b" " * 65_536)
            await writer.drain()
            sent += 65_536

    async with serving(flood) as server, checking(server.url) as check:
        with pytest.raises(FraudCheckUnavailable):
            await check.assess(an_order())
    assert LARGEST_ANSWER - 65_536 <= sent < 20_000_000  # what lies in the sockets' buffers among it
    assert len(server.heads) == 1


async def test_one_connection_serves_many_questions_and_no_cookie_is_brought_back() -> None:
    async with serving(tell_well) as server, checking(server.url) as check:
        for _ in range(5):
            assert await check.assess(an_order()) is FraudVerdict.APPROVE
    assert (len(server.heads), server.connections) == (5, 1)
    assert not [head for head in server.heads if b"cookie" in head.lower()]


async def test_a_proxy_of_the_environment_is_used_only_where_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{choose_port()}")
    async with serving(tell_well) as server:
        async with checking(server.url) as check:
            assert await check.assess(an_order()) is FraudVerdict.APPROVE
        async with checking(server.url, proxy=True) as check:
            with pytest.raises(FraudCheckUnavailable):
                await check.assess(an_order())
    assert len(server.heads) == 1


async def test_a_port_where_nobody_listens_and_a_name_that_nobody_has_are_errors_of_theirs() -> None:
    for url in (f"http://127.0.0.1:{choose_port()}/", "http://nobody.invalid/"):
        async with checking(url) as check:
            with pytest.raises(FraudCheckUnavailable):
                await check.assess(an_order())
