"""The hand-written client, against bytes and against a real server."""

import time
from collections import deque
from itertools import repeat
from pathlib import Path
from random import Random

import pytest

from tests.bench.baselines.trivial_server import BODY
from tests.bench.client import Answer, ask, read_answer, write_request
from tests.bench.closed_loop import CLIENTS, WrongAnswer, drive
from tests.bench.open_loop import Line, arrivals
from tests.bench.sides import running, trivial

WHOLE = b'HTTP/1.1 201 Created\r\nContent-Length: 5\r\nETag: "1"\r\n\r\nhello'


def test_an_answer_is_taken_when_its_last_byte_is_there() -> None:
    assert all(read_answer(WHOLE[:end]) is None for end in range(len(WHOLE)))

    answer = read_answer(WHOLE)

    assert answer is not None
    assert (answer.status, answer.body, answer.header("etag")) == (201, b"hello", '"1"')
    with pytest.raises(KeyError):
        answer.header("Location")


def test_an_answer_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="more bytes"):
        read_answer(WHOLE + b"x")
    with pytest.raises(ValueError, match="without Content-Length"):
        read_answer(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")


def test_the_last_header_may_be_the_length() -> None:
    answer = read_answer(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    assert answer is not None
    assert answer.body == b"{}"


async def test_all_answers_are_counted_and_other_ones_refused(tmp_path: Path) -> None:
    request = write_request("GET", "/")
    async with running([trivial()], tmp_path, frozenset()) as (side,):
        assert (await ask(side.port, request)).body == BODY

        load = await drive(side.port, repeat(request), 0.2, 200)

        assert load.rate > 0
        assert load.answered == round(load.rate * 0.2) + CLIENTS
        with pytest.raises(WrongAnswer, match="200"):
            await drive(side.port, repeat(request), 0.2, 201)


async def test_requests_wait_in_line_for_a_connection(tmp_path: Path) -> None:
    answers: deque[Answer] = deque()
    async with running([trivial()], tmp_path, frozenset()) as (side,):
        line = await Line.open(side.port, 2)
        for _ in range(5):
            line.send(write_request("GET", "/"), answers.append)
        await line.quiet()
        line.close()

    assert [answer.status for answer in answers] == [200] * 5
    assert line.queued == 3


async def test_arrivals_come_at_the_rate_that_is_asked_for() -> None:
    began = time.perf_counter()
    due = [at async for at in arrivals(5_000, 0.2, Random(1))]

    assert 850 < len(due) < 1_150
    assert due == sorted(due)
    assert began < due[0] < due[-1] < time.perf_counter()


async def test_arrivals_that_could_not_leave_in_time_are_due_when_they_were() -> None:
    began = time.perf_counter()
    due = []
    async for at in arrivals(1_000, 0.05, Random(1)):
        due.append(at)
        if len(due) == 1:
            block(until=began + 0.1)

    assert len(due) > 25
    assert due[-1] < began + 0.06


def block(until: float) -> None:
    """Keep the loop from turning."""
    while time.perf_counter() < until:
        pass
