"""What a drill says of parked events, and of a projection that met a restored log."""

from collections.abc import Mapping

import pytest

from tests.drills.checker.evidence import Checkpoint
from tests.drills.faults.poison import unlike
from tests.drills.recovery.restored import wrongly_applied

KEPT = {(0, 1): "a", (1, 1): "x"}
LOST = KEPT | {(0, 2): "b", (0, 3): "c"}
NOW = KEPT | {(0, 2): "B", (0, 3): "C", (0, 4): "D", (1, 2): "y"}


@pytest.mark.parametrize(
    ("parked", "fine"),
    [
        (["product:P 1", "product:P 2"], True),
        (["product:P 2", "product:P 1"], True),
        (["product:P 1"], False),
        ([], False),
        (["product:P 1", "product:P 2", "order:O 7"], False),
    ],
)
def test_what_was_planted_has_to_be_parked_and_nothing_else(parked: list[str], fine: bool) -> None:
    assert (unlike(parked, ["P"]) is None) is fine


@pytest.mark.parametrize(
    ("at", "fine"),
    [
        ({0: (3, "c"), 1: (1, "x")}, True),
        ({0: (3, "c"), 1: (2, "y")}, True),
        ({0: (4, "D"), 1: (1, "x")}, False),
        ({0: (3, "C"), 1: (1, "x")}, False),
        ({0: (1, "a"), 1: (1, "x")}, False),
        ({0: (3, "c"), 1: (2, "z")}, False),
    ],
    ids=["stood still", "went on where nothing was lost", "on top", "replaced", "undone", "unknown"],
)
def test_a_projection_that_holds_what_is_gone_has_to_stand_still(at: Mapping[int, tuple[int, str]], fine: bool) -> None:
    checkpoints = {partition: Checkpoint(1, *rest) for partition, rest in at.items()}
    assert (list(wrongly_applied(KEPT, LOST, NOW, checkpoints)) == []) is fine
