"""What Redis holds is shown, and an entry that is never trimmed would be seen."""

import redis

from tests.drills.drill import Played
from tests.drills.memory import Sample, curve, look
from tests.drills.report import Report, memory_lines
from tests.drills.schedule import Round


def test_a_curve_rises_and_falls_with_its_values() -> None:
    assert curve([0, 1, 2, 3, 4, 5, 6, 7, 8], 8, width=9) == "▁▂▃▄▅▆▇██"
    assert curve([8, 0], 8) == "█▁"


def test_a_curve_shows_the_highest_of_each_stretch() -> None:
    assert curve([0, 8, 0, 0], 8, width=2) == "█▁"
    assert curve([], 8) == ""


def test_memory_is_told_ten_rounds_a_line_on_one_scale() -> None:
    rounds = [Played(Round(n, "", ()), memory=[Sample(n * 2**20, n * 100)] * 3) for n in range(1, 13)]
    title, *lines = memory_lines(rounds)

    assert "12.0 MiB" in title
    assert "1,200 entries" in title
    assert [line.split()[0] for line in lines[::2]] == ["1-10", "11-12"]
    assert lines[0].endswith("1.0 to 10.0 MiB")
    assert lines[3].endswith("1,100 to 1,200 entries")
    assert Report(1, rounds).document()["redis_from_to"] == {"used": [2**20, 12 * 2**20], "entries": [100, 1200]}


def test_without_a_sample_nothing_is_told() -> None:
    assert memory_lines([Played(Round(1, "", ()))]) == []
    assert Report(1).document()["redis_from_to"] == {}


def test_a_look_counts_the_entries_of_events_in_every_epoch(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        for key in ("cqrs:events:1:0", "cqrs:events:1:7", "cqrs:events:2:0", "cqrs:heads"):
            client.xadd(key, {"data": "x"})
        found = look(client)

    assert found.entries == 3
    assert found.used > 100_000
