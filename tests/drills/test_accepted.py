"""The checker finds each planted difference in what became of commands that were accepted, or sent again."""

from typing import Final

import pytest

from tests.drills import doctoring_accepted as plant
from tests.drills.doctoring import Evidence
from tests.drills.doctoring_accepted import RULE, Doctor, accepted, events

PLANTED: Final[list[tuple[str, Doctor, str]]] = [
    ("acknowledged", plant.lose_acceptance, "its acceptance is not in the log"),
    ("acknowledged", plant.lose_end, "it has not ended"),
    ("acknowledged", plant.end_twice, "it has ended as"),
    ("acknowledged", plant.end_half_of_what_is_unknown, "unknown add"),
    ("acknowledged", plant.lose_effect, "is not in the log"),
    ("acknowledged", plant.take_effect_twice, "it made"),
    ("acknowledged", plant.take_effect_apart, "not of the transaction"),
    ("acknowledged", plant.fail(effects=True, **RULE), "it has failed and made"),
    ("acknowledged", plant.fail(effects=False, status=503, code="unavailable"), "by no rule: unavailable"),
    ("acknowledged", plant.fail(effects=False, status=409, code="concurrent_update"), "by no rule"),
    ("acknowledged", plant.fail(effects=False, status=404, code="order_not_found"), "is not known"),
    ("acknowledged", plant.accept_under_another_id, "it was accepted as"),
    ("acknowledged", plant.refuse_what_runs, "refused add"),
    ("acknowledged", plant.accept_twice_under_one_key, "it was accepted as"),
    ("acknowledged", plant.do_twice_under_one_key, "it made"),
    ("acknowledged", plant.answer_one_key_differently, "one key was answered"),
    ("acknowledged", plant.tell_another_version, "its caller is told"),
    ("acknowledged", plant.forget_the_parcel, "its caller is told"),
    ("acknowledged", plant.write_another_version, "it was answered version 99"),
    ("acknowledged", plant.change_another_order, "it was about"),
    ("quiet", plant.keep_one_waiting, "1 accepted commands have not ended"),
    ("honest", plant.look_otherwise(version=3), "which the log does not have"),
    ("honest", plant.look_otherwise(body=b'{"status":"succeeded"}'), "otherwise than the log has it"),
    ("honest", plant.look_otherwise(written=""), "otherwise than the log has it"),
    ("honest", plant.look_otherwise(version=1, seen=2), "after 2"),
    ("honest", plant.wait_for_what_is_accepted, "its caller waits"),
    ("honest", plant.answer_at_once, "its caller does not wait"),
]


def test_all_that_was_accepted_has_been_compared() -> None:
    findings = Evidence().judged()
    assert findings["acknowledged"].counts["succeeded"] > 5
    assert findings["acknowledged"].counts["asked again"] > 2
    assert findings["honest"].counts["commands looked at"] > 5


@pytest.mark.parametrize(("invariant", "doctor", "words"), PLANTED)
def test_what_is_planted_is_found(invariant: str, doctor: Doctor, words: str) -> None:
    seen = Evidence()
    doctor(seen)
    finding = seen.judged()[invariant]

    assert finding.violations
    assert any(words in fault for fault in finding.faults), finding.faults


def test_a_command_may_fail_by_a_rule() -> None:
    seen = Evidence()
    before = seen.judged()["acknowledged"].counts["failed"]
    plant.fail(effects=False, **RULE)(seen)
    finding = seen.judged()["acknowledged"]

    assert not finding.violations
    assert finding.counts["failed"] == before + 1


def test_a_command_of_unknown_outcome_may_have_been_accepted_or_not() -> None:
    seen = Evidence()
    command = accepted(seen)
    command.outcome, command.command_id = "unknown", ""
    assert not seen.judged()["acknowledged"].violations

    plant.lose(seen, *events(seen, command))
    assert not seen.judged()["acknowledged"].violations


@pytest.mark.parametrize("code", ["idempotency_key_in_flight", "concurrent_update"])
def test_of_requests_with_one_key_one_may_be_refused_because_of_another(code: str) -> None:
    seen = Evidence()
    first, _ = plant.asked_twice(seen, later=False)
    first.outcome, first.status, first.code = "refused", 409, code
    assert not seen.judged()["acknowledged"].violations
