"""Every row of the reader's table."""

import pytest

from orders_contracts.streams import NO_EVENT
from projector.application.judgement import Changed, Gap, judge
from projector.application.log import UNKNOWN, Aggregate, Checkpoint, Entry, Unreadable, readable
from tests.fakes.projector_events import NumberedLog, life_of


@pytest.fixture
def log() -> list[Entry]:
    return list(NumberedLog().append(0, life_of(1)))


def at(log: list[Entry], sequence: int) -> Checkpoint:
    return Checkpoint(sequence, log[sequence - 1].event_id) if sequence else Checkpoint(0, NO_EVENT)


def test_the_first_event_of_a_partition_is_applied(log: list[Entry]) -> None:
    judgement = judge(3, at(log, 0), log[:1])
    assert (judgement.slice.partition, len(judgement.slice.events)) == (3, 1)
    assert judgement.slice.end == at(log, 1)
    assert judgement.finding is None


def test_what_follows_the_checkpoint_is_applied_to_its_end(log: list[Entry]) -> None:
    judgement = judge(0, at(log, 3), log[3:])
    assert [event.envelope.aggregateversion for event in readable([judgement.slice])] == [4, 5, 6, 7, 8]
    assert judgement.slice.end == at(log, 8)


def test_what_is_at_or_below_the_checkpoint_is_skipped(log: list[Entry]) -> None:
    judgement = judge(0, at(log, 3), log[:5])
    assert (judgement.skipped, len(judgement.slice.events)) == (3, 2)


def test_what_is_delivered_twice_in_one_look_is_skipped_too(log: list[Entry]) -> None:
    judgement = judge(0, at(log, 0), [log[0], log[1], log[0], log[1], log[2]])
    assert (judgement.skipped, judgement.slice.end) == (2, at(log, 3))


def test_another_predecessor_means_that_the_log_was_changed(log: list[Entry]) -> None:
    judgement = judge(0, at(log, 3), [log[3]._replace(prev="somebody-else")])
    assert not judgement.slice.events
    assert isinstance(judgement.finding, Changed)
    assert "event 4 follows somebody-else" in judgement.finding.reason


def test_an_entry_without_a_number_means_that_the_log_was_changed(log: list[Entry]) -> None:
    assert isinstance(judge(0, at(log, 3), [log[3]._replace(sequence=0)]).finding, Changed)


def test_a_jump_is_a_gap(log: list[Entry]) -> None:
    judgement = judge(0, at(log, 3), log[4:])
    assert not judgement.slice.events
    assert judgement.finding == Gap(4)


def test_all_before_a_jump_is_applied_first(log: list[Entry]) -> None:
    judgement = judge(0, at(log, 0), [*log[:2], *log[3:]])
    assert (judgement.slice.end, judgement.finding) == (at(log, 2), None)
    assert judge(0, judgement.slice.end, log[3:]).finding == Gap(3)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no json",
        b'{"id": 7}',
        b'{"aggregatetype": 7, "subject": "x"}',
        b'{"aggregatetype": "order"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe",
    ],
)
def test_bytes_that_are_no_event_are_carried_on_in_their_place(log: list[Entry], data: bytes) -> None:
    spoiled = log[1]._replace(data=data)
    judgement = judge(0, at(log, 0), [log[0], spoiled, log[2]])
    first, event, last = judgement.slice.events
    assert isinstance(event, Unreadable)
    assert (event.aggregate, event.version) == (UNKNOWN, None)
    assert event.reason.startswith("cannot be read: ")
    assert readable([judgement.slice]) == [first, last]
    assert (judgement.slice.end, judgement.slice.entries[1], judgement.finding) == (at(log, 3), spoiled, None)


def test_an_unknown_type_or_version_is_named_and_tells_whose_it_is(log: list[Entry]) -> None:
    data = log[0].data.replace(b"orders.OrderCreated.v1", b"orders.OrderCreated.v9")
    (event,) = judge(0, at(log, 0), [log[0]._replace(data=data)]).slice.events
    order = Aggregate("order", str(life_of(1)[0].aggregate[1]))
    assert event == Unreadable(order, 1, "orders.OrderCreated.v9", "unknown type orders.OrderCreated.v9")


def test_an_aggregate_of_a_type_that_is_not_known_yet_is_told_too(log: list[Entry]) -> None:
    data = log[0].data.replace(b'"aggregatetype":"order"', b'"aggregatetype":"voucher"')
    (event,) = judge(0, at(log, 0), [log[0]._replace(data=data)]).slice.events
    assert isinstance(event, Unreadable)
    assert (event.aggregate.type, event.version) == ("voucher", 1)


def test_fields_that_nobody_knows_are_passed_over(log: list[Entry]) -> None:
    data = log[0].data.replace(b'{"specversion"', b'{"novelty":[1,{"a":null}],"specversion"')
    assert len(judge(0, at(log, 0), [log[0]._replace(data=data)]).slice.events) == 1


def test_a_slice_is_cut_where_one_likes(log: list[Entry]) -> None:
    whole = judge(0, at(log, 2), log[2:]).slice
    for count in range(1, 6):
        head, tail = whole.first(count), whole.after(count)
        assert head.end == tail.start == at(log, 2 + count)
        assert [*head.events, *tail.events] == whole.events
        assert tail.end == whole.end
