"""Look-ups that arrive while others are under way wait for one to end, and go together next."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from math import inf
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Coalescer(Generic[K, V]):
    """Turns concurrent look-ups by key into few look-ups of many keys.

    `lanes` look-ups are under way at a time. But when so many keys wait as may go together, they go beside these.
    """

    def __init__(
        self, fetch: Callable[[list[K]], Awaitable[Mapping[K, V]]], *, lanes: int = 1, most: float = inf
    ) -> None:
        """`fetch` answers what there is of the keys, each of them named once, `most` of them at a time."""
        self._fetch = fetch
        self._free_lanes = lanes
        self._most = most
        self._waiting: dict[K, list[asyncio.Future[V | None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def load(self, key: K) -> asyncio.Future[V | None]:
        """The value as it was at some moment after this call, or None. Raises what `fetch` raises."""
        future: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(future)
        if self._free_lanes:
            self._free_lanes -= 1
            self._start(self._run())
        if len(self._waiting) >= self._most:
            self._start(self._answer(self._taken()))
        return future

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._answer(self._taken())
        finally:
            self._free_lanes += 1

    def _taken(self) -> dict[K, list[asyncio.Future[V | None]]]:
        batch, self._waiting = self._waiting, {}
        return batch

    async def _answer(self, batch: dict[K, list[asyncio.Future[V | None]]]) -> None:
        try:
            found = await self._fetch(list(batch))
        except Exception as error:  # noqa: BLE001 - those who asked are told
            for futures in batch.values():
                for future in futures:
                    if not future.done():
                        future.set_exception(error)
            return
        for key, futures in batch.items():
            value = found.get(key)
            for future in futures:
                if not future.done():
                    future.set_result(value)
