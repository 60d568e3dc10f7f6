"""What projectors leave in Redis, in memory."""

from tests.fakes.projector_stream import InMemoryEventStream


class InMemoryLeftovers:
    """Those of one generation: its members, and the bookmarks that its projectors have put into `stream`."""

    def __init__(self, members: set[str], stream: InMemoryEventStream) -> None:
        self._members = members
        self._stream = stream

    async def alive(self) -> frozenset[str]:
        """See Leftovers."""
        return frozenset(self._members)

    async def remove(self) -> int:
        """See Leftovers."""
        gone = len(self._stream.shown)
        self._stream.shown.clear()
        return gone
