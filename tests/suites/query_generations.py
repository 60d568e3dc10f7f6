"""What every Generations does."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import pytest

from query_api.application.generations.errors import Refused
from query_api.application.generations.ports import Generations
from tests.suites.query_rows import OrderRow

ORDERS = [OrderRow(order_id=UUID(int=number), version=number) for number in range(1, 4)]


class GenerationsWorld(Protocol):
    """Generations, of which at first g1 is live and alone, and what projectors and accidents do to them."""

    @property
    def generations(self) -> Generations:
        """What is under test."""
        ...

    @property
    def late(self) -> Sequence[str]:
        """The indexes that only questions need, in order."""
        ...

    def stands(self, generation: str, *sequences: int, epoch: int = 1) -> None:
        """Its projector has applied so many events of each partition."""
        ...

    def parks(self, generation: str, partition: int, sequence: int) -> None:
        """Its projector has set an event apart."""
        ...

    def holds(self, generation: str, order: OrderRow) -> None:
        """It has this document of an order."""
        ...

    def loses_index(self, generation: str, name: str) -> None:
        """An index is not there any more."""
        ...

    def loses_right(self, generation: str) -> None:
        """query-api may no longer read its orders."""
        ...


def second(world: GenerationsWorld, *sequences: int) -> None:
    """A second generation with all indexes; both stand at the same events."""
    world.generations.create("g2")
    world.generations.build_indexes("g2", lambda _: None)
    for generation in ("g1", "g2"):
        world.stands(generation, *sequences)


def switch_and_fail(world: GenerationsWorld) -> None:
    """A standstill that ends badly after its switch."""
    with world.generations.standstill("g2") as still:
        still.switch()
        raise Refused("not after all")


class GenerationsSuite:
    """Inherit, and give a fixture `world`."""

    def test_the_first_is_live_as_it_should_be_and_filled_by_nobody(self, world: GenerationsWorld) -> None:
        generations = world.generations
        live = generations.live()
        assert (generations.names(), live.generation, live.previous) == (["g1"], "g1", None)
        assert (generations.differences("g1"), generations.missing_indexes("g1")) == ([], [])
        standing = generations.standing("g1")
        assert (standing.generation, standing.epoch, dict(standing.sequences), standing.parked) == ("g1", None, {}, 0)

    def test_a_new_one_is_as_it_should_be_but_for_the_late_indexes(self, world: GenerationsWorld) -> None:
        for name in ("g10", "g9"):
            world.generations.create(name)
        assert world.generations.names() == ["g1", "g9", "g10"]
        assert (world.generations.differences("g9"), world.generations.live().generation) == ([], "g1")
        assert world.generations.missing_indexes("g9") == list(world.late)

    def test_one_that_is_there_is_not_made_again(self, world: GenerationsWorld) -> None:
        world.generations.create("g2")
        with pytest.raises(Refused, match="g2 has just been made by somebody else"):
            world.generations.create("g2")

    def test_what_a_generation_lacks_beside_the_live_one_is_told_and_what_it_has(self, world: GenerationsWorld) -> None:
        world.generations.create("g2")
        world.loses_right("g2")
        assert world.generations.differences("g2") == ["lacks SELECT on order_view for orders_query"]
        with world.generations.standstill("g2") as still:
            still.switch()
        assert world.generations.differences("g1") == ["has SELECT on order_view for orders_query"]

    def test_missing_indexes_are_told_of_and_built_once(self, world: GenerationsWorld) -> None:
        world.generations.create("g2")
        told: list[str] = []
        assert world.generations.build_indexes("g2", told.append) == told == list(world.late)
        assert (world.generations.missing_indexes("g2"), world.generations.build_indexes("g2", told.append)) == ([], [])
        world.loses_index("g2", world.late[0])
        assert world.generations.missing_indexes("g2") == [world.late[0]]
        assert world.generations.build_indexes("g2", told.append) == [world.late[0]]

    def test_a_generation_stands_where_its_projector_is(self, world: GenerationsWorld) -> None:
        world.generations.create("g2")
        world.stands("g2", 7, 9, epoch=3)
        world.parks("g2", 1, 5)
        standing = world.generations.standing("g2")
        assert (standing.epoch, dict(standing.sequences), standing.parked) == (3, {0: 7, 1: 9}, 1)
        assert world.generations.standing("g1").epoch is None

    def test_a_report_counts_rows_and_names_indexes_that_are_missing(self, world: GenerationsWorld) -> None:
        world.generations.create("g2")
        world.stands("g2", 7, 9)
        for order in ORDERS:
            world.holds("g2", order)
        report = world.generations.report("g2", exact=True)
        assert {name: rows for name, rows in report.rows.items() if rows} == {"order_view": len(ORDERS)}
        assert (report.standing, list(report.missing_indexes)) == (world.generations.standing("g2"), list(world.late))

    @pytest.mark.parametrize(("sequences", "epoch"), [((7, 8), 1), ((7,), 1), ((7, 9), 2)])
    def test_at_different_events_nothing_is_compared(
        self, world: GenerationsWorld, sequences: tuple[int, ...], epoch: int
    ) -> None:
        world.generations.create("g2")
        world.stands("g1", 7, 9)
        world.stands("g2", *sequences, epoch=epoch)
        assert world.generations.compared("g2") is None

    def test_at_the_same_events_each_read_model_is_compared_by_rows_and_contents(self, world: GenerationsWorld) -> None:
        second(world, 7, 9)
        for generation, orders in (("g1", ORDERS), ("g2", reversed(ORDERS))):
            for order in orders:
                world.holds(generation, order)
        compared = world.generations.compared("g2") or []
        assert {one.read_model for one in compared} >= {"order_view", "product_view"}
        assert [one for one in compared if not one.same] == []
        assert {one.read_model: one.live.rows for one in compared}["order_view"] == len(ORDERS)
        world.holds("g2", OrderRow(order_id=ORDERS[0].order_id, version=9))
        (one,) = [one for one in world.generations.compared("g2") or [] if not one.same]
        assert (one.read_model, one.live.rows, one.other.rows) == ("order_view", 3, 3)
        assert one.live.digest != one.other.digest

    def test_at_a_standstill_both_are_seen_and_the_other_one_is_switched_to(self, world: GenerationsWorld) -> None:
        second(world, 7, 9)
        world.stands("g2", 7, 8)
        before = world.generations.live()
        with world.generations.standstill("g2") as still:
            assert (still.live.generation, dict(still.live.sequences)) == ("g1", {0: 7, 1: 9})
            assert dict(still.other().sequences) == dict(still.hold().sequences) == {0: 7, 1: 8}
            still.switch()
        live = world.generations.live()
        assert (live.generation, live.previous) == ("g2", "g1")
        assert live.promoted_at > before.promoted_at

    def test_a_switch_is_undone_when_the_standstill_fails(self, world: GenerationsWorld) -> None:
        second(world, 7, 9)
        before = world.generations.live()
        with pytest.raises(Refused, match="after all"):
            switch_and_fail(world)
        assert world.generations.live() == before

    def test_astray_is_what_the_other_one_has_set_apart_and_the_live_one_has_applied(
        self, world: GenerationsWorld
    ) -> None:
        second(world, 7, 9)
        world.stands("g2", 7, 12)
        for generation, sequence in (("g1", 3), ("g2", 3), ("g2", 5), ("g2", 9), ("g2", 11), ("g1", 4)):
            world.parks(generation, 1, sequence)
        with world.generations.standstill("g2") as still:
            assert still.astray() == 2

    def test_a_generation_that_is_dropped_is_gone_and_no_longer_the_previous_one(self, world: GenerationsWorld) -> None:
        second(world, 7, 9)
        with world.generations.standstill("g2") as still:
            still.switch()
        world.generations.drop("g1")
        live = world.generations.live()
        assert (world.generations.names(), live.generation, live.previous) == (["g2"], "g2", None)

    def test_the_live_one_is_not_dropped(self, world: GenerationsWorld) -> None:
        second(world, 7, 9)
        with pytest.raises(Refused, match="g1 is live"):
            world.generations.drop("g1")
        assert world.generations.names() == ["g1", "g2"]
