"""Several processes of one part: their names, their ports, and who migrates."""

from stack.catalogue import ORDERS
from stack.replicas import MOST, may_be_named, scaled

EVERYTHING = dict.fromkeys(("command-apis", "query-apis", "relays", "projectors"), MOST)


def test_the_first_keeps_its_name_and_port_and_the_others_are_numbered_beside_it() -> None:
    parts = {part.name: part for part in scaled(ORDERS, {"projectors": 3, "relays": 2}).parts}
    assert tuple(parts) == (
        "write-db", "read-db", "redis", "command-api", "outbox-relay", "outbox-relay-2",
        "projector", "projector-2", "projector-3", "query-api", "gateway",
    )  # fmt: skip
    assert [parts[name].usual_port for name in ("projector", "projector-2", "projector-3")] == [8004, 8014, 8024]


def test_without_counts_there_is_one_of_each() -> None:
    assert scaled(ORDERS, {}).parts == ORDERS.parts
    assert scaled(ORDERS, dict.fromkeys(EVERYTHING, 1)).parts == ORDERS.parts


def test_however_many_there_are_no_two_want_the_same_port_or_name() -> None:
    parts = scaled(ORDERS, EVERYTHING).parts
    assert len(parts) == 3 + 4 * MOST + 1
    assert len({part.usual_port for part in parts}) == len(parts)
    assert len({part.name for part in parts}) == len(parts)


def test_each_database_is_migrated_once_however_many_serve_it() -> None:
    assert [part.name for part in scaled(ORDERS, EVERYTHING).parts if part.migrate] == ["command-api", "query-api"]


def test_replicas_start_and_stop_together() -> None:
    for part in scaled(ORDERS, EVERYTHING).parts:
        first = next(one for one in ORDERS.parts if part.name.startswith(one.name))
        assert (part.stage, part.stops) == (first.stage, first.stops)


def test_a_replica_may_be_named_and_what_can_never_run_may_not() -> None:
    assert all(may_be_named(ORDERS, name) for name in ("projector", "projector-2", "projector-9", "redis"))
    assert may_be_named(ORDERS, "fraud-check")
    for name in ("fraud-check-2", "projector-1", "projector-0", "projector-10", "projector-", "redis-2", "relay"):
        assert not may_be_named(ORDERS, name), name
