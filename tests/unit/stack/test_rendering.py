"""`status`, for machines and for people."""

import json
from typing import Any

from stack.rendering import as_json, as_table

PARTS: list[dict[str, Any]] = [
    {"name": "redis", "pid": 7, "state": "ready", "url": "redis://127.0.0.1:6391/0", "detail": ""},
    {"name": "projector", "pid": None, "state": "dead", "url": "http://127.0.0.1:8004", "detail": "exit code 3"},
]


def test_json_has_exactly_pid_state_and_url_of_each_part() -> None:
    assert json.loads(as_json(PARTS)) == {
        "redis": {"pid": 7, "state": "ready", "url": "redis://127.0.0.1:6391/0"},
        "projector": {"pid": None, "state": "dead", "url": "http://127.0.0.1:8004"},
    }


def test_the_table_tells_how_a_dead_part_ended() -> None:
    _, redis, projector = as_table(PARTS)
    assert redis.split() == ["redis", "ready", "7", "redis://127.0.0.1:6391/0"]
    assert projector.split() == ["projector", "dead", "-", "http://127.0.0.1:8004", "exit", "code", "3"]
