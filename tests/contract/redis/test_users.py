"""Who may do what in Redis. What the table below shows is allowed; every other command and every other key is refused.

Tried with every command that the engine knows.
"""

import re
from pathlib import Path
from typing import Final

import pytest
import redis

from stack.engines import RunningEngine
from stack.redis_users import RULES
from tests.contract.redis.users import USERS, rules_of, set_rules
from tests.contract.redis.verbs import Verb, allowed, verbs

RIGHTS: Final = """
| key | `relay` | `projector` | `monitor` |
|---|---|---|---|
| `cqrs:events:1:0`, and of every epoch and partition | EVALSHA, EXISTS, XADD, XINFO GROUPS, XINFO STREAM, XSETID, XTRIM | XGROUP CREATE, XGROUP DESTROY, XGROUP SETID, XREAD | XINFO GROUPS, XLEN |
| `cqrs:heads` | EVALSHA, XADD, XREVRANGE | XREAD | |
| `cqrs:replay-requests` | XREAD, XREVRANGE | XADD | |
| `cqrs:replay:g1:0:x`, a reply to any projector | EVALSHA, EXISTS, EXPIRE, XADD, XINFO STREAM | UNLINK, XREAD | |
| `cqrs:replay:notifier:0:x`, a reply to anybody else | EVALSHA, EXISTS, EXPIRE, XADD, XINFO STREAM | | |
| `cqrs:members:outbox-relay` | EVALSHA, ZADD, ZRANGE, ZREM, ZREMRANGEBYSCORE | | |
| `cqrs:members:projector:g1`, and of every generation | | EVAL, ZADD, ZRANGE, ZREM, ZREMRANGEBYSCORE | |
| `anything-else` | | | |
| no key | CLIENT SETNAME, SCRIPT LOAD, TIME | TIME | INFO, PING |
"""  # noqa: E501 - a table has one line for a row
PAGE: Final = Path(__file__).parents[3] / "docs/redis.md"
NO_KEY: Final = "no key"

HEAD, _, *ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in RIGHTS.strip().splitlines()]
NAMES: Final = [name.strip("`") for name in HEAD[1:]]
KEYS: Final = [row[0].split("`")[1] if "`" in row[0] else row[0] for row in ROWS]
EXPECTED: Final = {
    (name, key): {verb for verb in row[column].split(", ") if verb}
    for key, row in zip(KEYS, ROWS, strict=True)
    for column, name in enumerate(NAMES, 1)
}


@pytest.fixture(scope="module")
def known(engine: RunningEngine) -> list[Verb]:
    """Every command of this engine."""
    with redis.Redis.from_url(engine.url, protocol=2) as client:
        found = verbs(client)
    assert len(found) > 300
    return found


def log_in(engine: RunningEngine, name: str) -> "redis.Connection":
    """A connection of this user's."""
    pool = redis.ConnectionPool.from_url(USERS.url(engine.url, name), protocol=2, driver_info=None)
    connection = pool.get_connection()
    assert isinstance(connection, redis.Connection)
    return connection


def seen(engine: RunningEngine, name: str, key: str, known: list[Verb]) -> set[str]:
    """What this user may do with this key, or without any."""
    user = log_in(engine, name)
    try:
        return allowed(user, [verb for verb in known if bool(verb.keys) is (key != NO_KEY)], key)
    finally:
        user.disconnect()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(("name", "key"), EXPECTED)
def test_each_user_may_do_what_the_table_says_and_nothing_else(
    engine: RunningEngine, known: list[Verb], name: str, key: str
) -> None:
    assert seen(engine, name, key, known) == EXPECTED[name, key]


def test_the_page_for_operators_shows_this_table() -> None:
    assert RIGHTS in PAGE.read_text()


PLANTED: Final = [
    ("relay", "(~cqrs:events:* +xdel)", "cqrs:events:1:0", "XDEL"),
    ("relay", "(~cqrs:members:* +zrem)", "cqrs:members:projector:g1", "ZREM"),
    ("projector", "(~cqrs:heads +xadd)", "cqrs:heads", "XADD"),
    ("projector", "(~* +xread)", "anything-else", "XREAD"),
    ("projector", "(+evalsha ~cqrs:replay-requests)", "cqrs:replay-requests", "EVALSHA"),
    ("monitor", "(%R~cqrs:events:* +xinfo|stream)", "cqrs:events:1:0", "XINFO STREAM"),
    ("monitor", "+config|get", NO_KEY, "CONFIG GET"),
    ("monitor", "+keys", NO_KEY, "KEYS"),
]


@pytest.mark.parametrize(("name", "rule", "key", "verb"), PLANTED)
def test_a_right_too_many_is_found(
    engine: RunningEngine, admin: "redis.Redis", known: list[Verb], name: str, rule: str, key: str, verb: str
) -> None:
    set_rules(admin, name, [*rules_of(name), *rule.split()])
    try:
        assert seen(engine, name, key, known) == EXPECTED[name, key] | {verb}
    finally:
        set_rules(admin, name, rules_of(name))


@pytest.mark.parametrize(("name", "key"), [("relay", "anything-else"), ("projector", "cqrs:heads")])
def test_a_script_has_no_more_rights_than_its_user(engine: RunningEngine, name: str, key: str) -> None:
    text = f"return redis.call('XADD', '{key}', '*', 'a', 'b')"
    with redis.Redis.from_url(USERS.url(engine.url, name)) as user, pytest.raises(redis.ResponseError) as refused:
        user.evalsha(user.script_load(text), 0) if name == "relay" else user.eval(text, 0)
    assert re.search("permission|can't (run|access)", str(refused.value))


def test_nobody_is_let_in_without_a_password_of_his_own(engine: RunningEngine) -> None:
    address = f"redis://127.0.0.1:{engine.port}/0"
    wrong = [address, address.replace("//", "//default@"), USERS.url(address, "relay").replace("password", "guess")]
    for url in wrong:
        with redis.Redis.from_url(url) as nobody, pytest.raises(redis.AuthenticationError):
            nobody.ping()


def test_the_file_is_what_an_engine_reads_with_a_placeholder_for_each_password() -> None:
    lines = RULES.read_text().splitlines()
    assert lines[0] == "user default off"
    assert [line.split()[:4] for line in lines[1:]] == [
        ["user", name, "on", f">${{{name.upper()}_PASSWORD}}"] for name in NAMES
    ]
