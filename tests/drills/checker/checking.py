"""The whole check of a system that has come to rest."""

from collections.abc import Mapping
from typing import Any

import redis

from tests.drills.checker.acknowledged import check_acknowledged
from tests.drills.checker.asking import (
    last_id,
    read_checkpoints,
    read_epoch,
    read_lengths,
    read_log,
    read_read_side,
    read_stream,
    read_waiting,
)
from tests.drills.checker.contiguous import check_contiguous
from tests.drills.checker.equal import check_equal
from tests.drills.checker.evidence import Log, ReadSide, Streams
from tests.drills.checker.finding import Finding
from tests.drills.checker.honest import check_honest
from tests.drills.checker.quiet import check_quiet
from tests.drills.told import Told


def check(
    urls: Mapping[str, str], told: Told, removed: Mapping[int, set[int]], healed: Mapping[str, float] | None
) -> list[Finding]:
    """Every invariant. Raises psycopg.Error and redis.RedisError where an engine cannot be asked."""
    log = read_log(urls["write-db"])
    streams = read_streams(urls["redis"], log, removed)
    return judge(told, log, streams, read_read_side(urls["read-db"]), healed)


def judge(told: Told, log: Log, streams: Streams, side: ReadSide, healed: Mapping[str, float] | None) -> list[Finding]:
    """Every invariant, on what has been read."""
    return [
        check_acknowledged(told.commands, log, told.planted),
        check_contiguous(log, streams),
        check_equal(log, side, told.reads),
        check_quiet(log, side, streams, healed),
        check_honest(told.commands, told.reads, log),
    ]


def read_streams(url: str, log: Log, removed: Mapping[int, set[int]]) -> Streams:
    """All partitions' streams, and the replies that are still there. Raises redis.RedisError."""
    with redis.Redis.from_url(url) as client:
        entries = {p: list(read_stream(client, f"cqrs:events:{log.epoch}:{p}")) for p in range(log.partitions)}
        replies: dict[str, int] = {}
        for key in client.scan_iter("cqrs:replay:*"):
            seconds: Any = client.ttl(key)
            if seconds != -2:
                replies[key.decode()] = seconds
        return Streams(entries, removed, replies)


def behind(urls: Mapping[str, str], lengths: Mapping[int, int] | None = None) -> str | None:
    """Which partitions' checkpoints are not yet at `lengths`, or at the log's end; None when none is."""
    wanted = read_lengths(urls["write-db"]) if lengths is None else lengths
    epoch = read_epoch(urls["write-db"])
    at = {p: one.sequence for p, one in read_checkpoints(urls["read-db"]).items() if one.epoch == epoch}
    late = {p: f"{at.get(p, 0)} of {n}" for p, n in wanted.items() if at.get(p, 0) < n}
    return f"the projection is behind: {late}" if late else None


def unended(urls: Mapping[str, str]) -> str | None:
    """How many accepted commands wait or run; None when all have ended."""
    waiting = read_waiting(urls["write-db"])
    return f"{waiting} accepted commands have not ended" if waiting else None


def unpublished(urls: Mapping[str, str]) -> str | None:
    """Which streams do not reach to the log's end; None when all do."""
    wanted = read_lengths(urls["write-db"])
    epoch = read_epoch(urls["write-db"])
    with redis.Redis.from_url(urls["redis"]) as client:
        at = {p: last_id(client, f"cqrs:events:{epoch}:{p}") for p in wanted}
    late = {p: f"{at[p]} of {n}" for p, n in wanted.items() if at[p] != n}
    return f"streams do not reach to the end of the log: {late}" if late else None
