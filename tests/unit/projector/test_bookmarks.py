"""The bookmark: in the background, newest positions only, and no harm if it fails."""

import asyncio

from projector.application.bookmarks import Bookmarks
from tests.fakes.projector_ports import RecordingJournal
from tests.fakes.projector_stream import InMemoryEventStream
from tests.suites.projector_waiting import until


async def test_only_the_newest_positions_are_shown() -> None:
    stream = InMemoryEventStream()
    bookmarks = Bookmarks(stream, RecordingJournal())
    bookmarks.note(1, {0: 5, 1: 1})
    bookmarks.note(1, {0: 9})
    assert await bookmarks.flush()
    assert stream.shown == {(1, 0): 9, (1, 1): 1}


async def test_a_failure_is_told_once_and_tried_again_with_what_came_since() -> None:
    stream, journal = InMemoryEventStream(), RecordingJournal()
    bookmarks = Bookmarks(stream, journal)
    stream.bookmarks_down = "OOM"
    bookmarks.note(1, {0: 5, 1: 1})
    assert not await bookmarks.flush()
    bookmarks.note(1, {0: 9})
    assert not await bookmarks.flush()
    stream.bookmarks_down = ""
    assert await bookmarks.flush()
    assert stream.shown == {(1, 0): 9, (1, 1): 1}
    assert journal.warnings == ["the group cannot be moved: OOM"]


async def test_positions_of_an_epoch_that_has_passed_are_forgotten() -> None:
    stream = InMemoryEventStream()
    bookmarks = Bookmarks(stream, RecordingJournal())
    bookmarks.note(1, {0: 5})
    bookmarks.note(2, {0: 1})
    await bookmarks.flush()
    assert stream.shown == {(2, 0): 1}


async def test_it_runs_beside_the_work() -> None:
    stream = InMemoryEventStream()
    bookmarks = Bookmarks(stream, RecordingJournal())
    running = asyncio.create_task(bookmarks.run())
    bookmarks.note(1, {0: 5})
    await until(lambda: stream.shown == {(1, 0): 5})
    running.cancel()
    await asyncio.wait({running})
    assert running.cancelled()
