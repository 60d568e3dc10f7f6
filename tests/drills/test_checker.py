"""The checker finds nothing in what a healthy system has left, and each planted difference under its own name."""

from collections.abc import Callable
from typing import Final

import pytest

from tests.drills import doctoring as plant
from tests.drills.doctoring import ORDER, Evidence
from tests.drills.told import Command, Read

PLANTED: Final[list[tuple[str, Callable[[Evidence], None], str]]] = [
    ("acknowledged", plant.lose_event, "is not in the log"),
    ("acknowledged", plant.double_event, "it made"),
    ("acknowledged", plant.do_what_was_refused, "refused discard"),
    ("acknowledged", plant.do_what_was_unsent, "unsent create"),
    ("acknowledged", plant.do_what_is_unknown_twice, "unknown discard"),
    ("acknowledged", plant.answer_another_version, "it was answered version"),
    ("acknowledged", plant.forget_who_asked, "nobody asked for"),
    ("acknowledged", plant.lose_what_was_planted, "planted were"),
    ("acknowledged", plant.forget_an_order, "was acknowledged and is not known"),
    ("acknowledged", plant.acknowledge_nothing, "is not in the log"),
    ("acknowledged", plant.confirm_without_stock, "no stock was moved"),
    ("contiguous", plant.lose_event, "version"),
    ("contiguous", plant.double_event, "twice"),
    ("contiguous", plant.skip_a_version, "version"),
    ("contiguous", plant.lose_a_tick, "tick 6, not 5"),
    ("contiguous", plant.miscount, "has heads"),
    ("contiguous", plant.same_id_twice, "event id"),
    ("contiguous", plant.move_house, "in partitions"),
    ("contiguous", plant.lose_entries, "the stream lacks 1 entries"),
    ("contiguous", lambda seen: plant.entry(seen, raw=b"{}"), "other bytes"),
    ("contiguous", lambda seen: plant.entry(seen, prev="another"), "comes before it"),
    ("contiguous", lambda seen: plant.entry(seen, event_id="another"), "another event"),
    ("contiguous", lambda seen: plant.entry(seen, second=1), "the log has no"),
    ("contiguous", lambda seen: plant.entry(seen, sequence=10_000), "the log has no"),
    ("equal", plant.change_a_total, "order_view"),
    ("equal", plant.change_a_column, "order_summary"),
    ("equal", plant.change_history, "order_history"),
    ("equal", plant.change_product, "product_view"),
    ("equal", plant.change_sum, "totals by status"),
    ("equal", plant.change_a_customer, "customer_summary"),
    ("equal", plant.change_a_day, "sales_daily"),
    ("equal", lambda seen: seen.side.customers.popitem(), "customer_summary"),  # type: ignore[list-item]
    ("equal", lambda seen: seen.side.days.update({("2026-01-01", "EUR"): (0,) * 6}), "sales_daily"),
    ("equal", plant.answer_otherwise, "a GET of"),
    ("equal", plant.answer_a_version_that_never_was, "was answered otherwise"),
    ("equal", lambda seen: seen.side.orders.pop(seen.order()), "order_view"),  # type: ignore[list-item]
    ("equal", lambda seen: seen.side.summaries.pop(seen.order()), "lacks"),  # type: ignore[list-item]
    ("equal", lambda seen: seen.side.history.pop((seen.order(), 1)), "order_history"),  # type: ignore[list-item]
    ("equal", lambda seen: seen.side.products.popitem(), "product_view"),  # type: ignore[list-item]
    ("equal", lambda seen: seen.side.orders.update({ORDER: (1, b"{}")}), "order_view has"),
    ("equal", lambda seen: seen.side.history.update({(ORDER, 1): b"{}"}), "order_history has"),
    ("quiet", plant.fall_behind, "the projection is at"),
    ("quiet", plant.mistake_a_checkpoint, "names another event"),
    ("quiet", plant.park, "1 events are parked"),
    ("quiet", plant.leave_a_reply, "is left"),
    ("quiet", plant.tick_too_early, "no tick has seen 1 events"),
    ("quiet", plant.heal_what_is_whole, "nothing was broken"),
    ("honest", plant.answered(500), "500"),
    ("honest", plant.answered(502), "502"),
    ("honest", plant.answered(503), "without Retry-After"),
    ("honest", plant.answered(503, retry_after=True, well_formed=False), "in another form"),
    ("honest", plant.add_read(Read("c0", ORDER, token=3, seen=0, status=200, version=2)), "the token says 3"),
    ("honest", plant.add_read(Read("c0", ORDER, token=0, seen=3, status=200, version=2)), "after 3"),
    ("honest", plant.add_read(Read("c0", ORDER, token=3, seen=0, status=404)), "though it had been"),
    ("honest", plant.add_read(Read("c0", ORDER, token=0, seen=1, status=404)), "though it had been"),
    ("honest", plant.add_read(Read("c0", ORDER, token=0, seen=0, status=503)), "without Retry-After"),
    ("honest", plant.add_read(Read("c0", ORDER, token=0, seen=0, status=500)), "500"),
]


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    findings = Evidence().judged()

    assert {name: finding.faults for name, finding in findings.items() if finding.violations} == {}
    assert findings["acknowledged"].counts["done"] > 100
    assert findings["contiguous"].counts["entries"] == findings["contiguous"].counts["events"] > 150
    assert findings["equal"].counts["orders"] > 20
    assert findings["equal"].counts["answers"] > 3
    assert findings["honest"].counts["reads with a token"] > 10


@pytest.mark.parametrize(("invariant", "doctor", "words"), PLANTED)
def test_what_is_planted_is_found(invariant: str, doctor: Callable[[Evidence], None], words: str) -> None:
    seen = Evidence()
    doctor(seen)
    finding = seen.judged()[invariant]

    assert finding.violations
    assert any(words in fault for fault in finding.faults), finding.faults


def test_an_entry_that_a_fault_took_out_of_a_stream_is_not_missed() -> None:
    seen = Evidence()
    partition = seen.stream()
    gone = list(seen.streams.entries[partition])[2].sequence
    plant.lose_entries(seen)
    seen.streams.removed = {partition: {gone}}

    assert not seen.judged()["contiguous"].violations


def test_a_stream_may_begin_late_and_be_missing_altogether() -> None:
    seen = Evidence()
    entries = dict(seen.streams.entries)
    seen.streams.entries = entries | {0: [], seen.stream(): list(entries[seen.stream()])[4:]}

    assert not seen.judged()["contiguous"].violations


def test_an_unknown_outcome_may_be_either() -> None:
    seen = Evidence()
    seen.command("add").outcome = "unknown"
    seen.told.commands.append(Command("x-1", "c0", "create", None))
    finding = seen.judged()["acknowledged"]

    assert not finding.violations
    assert finding.counts["unknown and done"] == 1


def test_a_command_that_finds_its_wish_fulfilled_needs_no_event_and_a_lie_about_it_is_found() -> None:
    seen = Evidence()
    made = {event.correlation for event in seen.log.events}
    command = next(one for one in seen.told.commands if one.kind == "change" and one.request_id not in made)

    assert not seen.judged()["acknowledged"].violations
    command.quantity += 1
    assert "is not in the log" in seen.judged()["acknowledged"].faults[0]


def test_what_a_fault_wrote_into_the_log_is_nobodys_command() -> None:
    seen = Evidence()
    plant.forget_who_asked(seen)
    event = next(one for one in seen.log.events if one.correlation == "nobody")
    seen.told.planted["nobody"] = {event.event_id}

    assert not any("nobody" in fault for fault in seen.judged()["acknowledged"].faults)
