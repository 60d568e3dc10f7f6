"""The replays that have been asked for and not been served: one of each projection and partition, served in turn."""

import msgspec

from orders_contracts.replay import REQUEST_SECONDS, ReplayRequest, decode_request
from outbox_relay.application.replay_ports import Mail, ReplayObserver, Serving

Pair = tuple[str, int]
"""Projection and partition."""


class OpenRequests:
    """Forgets what is older than REQUEST_SECONDS. What is another relay's today may be this one's in a moment."""

    def __init__(self, observer: ReplayObserver) -> None:
        self._observer = observer
        self._open: dict[Pair, tuple[float, ReplayRequest]] = {}

    def file(self, mail: Mail) -> None:
        """Take in what has come: the newest request of a pair counts, in the place of the one before it."""
        for data, at in mail.asked:
            try:
                request = decode_request(data)
            except msgspec.DecodeError as error:
                self._observer.unreadable(str(error))
            else:
                self._open[request.projection, request.partition] = at, request
        oldest = mail.now - REQUEST_SECONDS
        self._open = {pair: (at, request) for pair, (at, request) in self._open.items() if at >= oldest}

    def due(self, serving: Serving | None) -> ReplayRequest | None:
        """The request whose turn it is, if there is one for a partition that this relay publishes."""
        if serving is None or serving.newest is None:
            return None
        for _, request in self._open.values():
            if request.epoch == serving.epoch and request.partition in serving.mine:
                return request
        return None

    def done(self, request: ReplayRequest) -> None:
        """It has been served, or needs no answer."""
        self._open.pop((request.projection, request.partition), None)

    def put_off(self, request: ReplayRequest) -> None:
        """It could not be served: all others first."""
        pair = request.projection, request.partition
        if pair in self._open:
            self._open[pair] = self._open.pop(pair)
