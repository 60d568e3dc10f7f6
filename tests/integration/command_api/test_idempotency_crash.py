"""A process that is killed leaves no key behind that nobody will ever answer, and no order that nobody was told of."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests import web
from tests.integration.command_api.service import Service, serving, until

CALLERS = 8


class Caller(threading.Thread):
    """Creates orders, each under a key of its own, until nobody answers."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self.sent: list[tuple[str, str]] = []
        """The key and the customer of each request."""
        self.answered: dict[str, bytes] = {}
        """By key."""

    def run(self) -> None:
        try:
            while True:
                key, customer = str(uuid4()), str(uuid4())
                self.sent.append((key, customer))
                answer = create(self._url, key, customer)
                assert answer.status_code == httpx.codes.CREATED, answer.text
                self.answered[key] = answer.content
        except httpx.TransportError:
            return


def create(url: str, key: str, customer: str) -> httpx.Response:
    """Create an empty order."""
    headers = {"Idempotency-Key": key}
    return web.post(f"{url}/api/v1/orders", json={"customer_id": customer}, headers=headers, timeout=10)


@contextmanager
def calling(service: Service) -> Iterator[list[Caller]]:
    """Many callers, who are all waited for in the end."""
    callers = [Caller(service.url) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    try:
        yield callers
    finally:
        for caller in callers:
            caller.join(timeout=20)
            assert not caller.is_alive()


@pytest.mark.parametrize("answers", [40, 200])
def test_whatever_was_under_way_when_a_process_was_killed_is_there_once_when_it_is_sent_again(
    database_url: str, answers: int
) -> None:
    with serving(database_url) as first, serving(database_url) as second:
        until(lambda: first.ready() and second.ready())
        with calling(first) as callers:
            until(lambda: sum(len(caller.answered) for caller in callers) >= answers)
            first.process.kill()
        sent = [one for caller in callers for one in caller.sent]
        told = {key: answer for caller in callers for key, answer in caller.answered.items()}
        assert len(sent) > len(told)
        again = {key: create(second.url, key, customer) for key, customer in sent}
    assert {answer.status_code for answer in again.values()} == {httpx.codes.CREATED}
    assert {key: again[key].content for key in told} == told
    with psycopg.connect(database_url) as owner:
        found = owner.execute(
            "SELECT aggregate_id FROM outbox WHERE data->'data'->>'customer_id' = ANY(%s)", [[one for _, one in sent]]
        ).fetchall()
    assert sorted(order_id for (order_id,) in found) == sorted(answer.json()["order_id"] for answer in again.values())
