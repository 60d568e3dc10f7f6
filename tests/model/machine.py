"""The model as a state machine of hypothesis, which chooses the schedules and shrinks one that fails."""

from collections.abc import Callable
from typing import Any, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from tests.model.quiet import Quiet
from tests.model.schedules import STEPS
from tests.model.settings import SHRINK
from tests.model.stepping import Fate
from tests.model.world import PAIRS, STATES, TASKS, World, small_numbers
from tests.model.write_side import AGGREGATES

aggregates = st.integers(0, AGGREGATES - 1)
small = st.integers(0, 7)


ACCIDENTS: Final[list[Callable[[World], None]]] = [
    World.flush,
    World.snapshot,
    World.bring_back,
    World.forget_requests,
    World.forget_heads,
    lambda world: world.read.back_up(),
    lambda world: world.read.restore(),
    lambda world: world.write.new_epoch(),
]


class Link(RuleBasedStateMachine):
    """Every rule is a step of World."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(3)

    @rule(task=st.integers(0, len(TASKS) - 1), calls=st.integers(1, 12))
    def run_anything(self, task: int, calls: int) -> None:
        self.world.run(task, calls)

    @rule(pair=st.sampled_from(PAIRS), calls=st.integers(1, 24))
    def run_much(self, pair: int, calls: int) -> None:
        self.world.run(pair, calls)

    @rule()
    def let_everybody_work(self) -> None:
        self.world.round()

    @rule(task=st.integers(0, len(TASKS) - 1), fate=st.sampled_from((Fate.REFUSED, Fate.LOST)))
    def run_into_trouble(self, task: int, fate: Fate) -> None:
        self.world.run(task, 2, fate)

    @rule(written=st.lists(aggregates, min_size=1, max_size=5))
    def store(self, written: list[int]) -> None:
        self.world.store(written)

    @rule(aggregate=aggregates)
    def begin(self, aggregate: int) -> None:
        self.world.begin(aggregate)

    @precondition(lambda self: self.world.write.open)
    @rule(which=small, aggregate=aggregates)
    def add(self, which: int, aggregate: int) -> None:
        self.world.add(which, aggregate)

    @precondition(lambda self: self.world.write.open)
    @rule(which=small, commit=st.booleans())
    def end(self, which: int, commit: bool) -> None:
        self.world.end(which, commit=commit)

    @rule(seconds=st.sampled_from((1.0, 0.25, 4.0, 31.0, 61.0)))
    def wait(self, seconds: float) -> None:
        self.world.wait(seconds)

    @rule(slot=st.integers(0, 3))
    def crash(self, slot: int) -> None:
        self.world.crash(slot)

    @rule(state=st.sampled_from(STATES))
    def refuse(self, state: str) -> None:
        self.world.state(state)

    @rule(what=st.sampled_from(("tail", "trim", "entry", "groups", "delete")), number=small, size=st.integers(1, 4))
    def harm(self, what: str, number: int, size: int) -> None:
        self.world.harm(what, number, size)

    @rule(what=st.sampled_from(ACCIDENTS))
    def befall(self, what: Callable[[World], None]) -> None:
        what(self.world)

    @rule(relay=st.booleans())
    def strangers(self, relay: bool) -> None:
        self.world.strangers(relay=relay)

    @rule(slot=st.integers(0, 1))
    def repeat_look(self, slot: int) -> None:
        self.world.repeat_look(slot)

    @rule(seconds=st.sampled_from((-600.0, -5.0, 5.0, 70.0)))
    def jump(self, seconds: float) -> None:
        self.world.jump(seconds)

    def teardown(self) -> None:
        try:
            Quiet(self.world).must_heal()
        finally:
            self.world.close()


def explore(examples: int, **more: Any) -> None:
    """Try so many schedules of 60 steps. Raises Violation, with the schedule that leads to it as a note.

    It is the shortest one where MODEL_SHRINK is set: to find that takes minutes.
    """
    patient = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        **({"phases": tuple(Phase) if SHRINK else (Phase.explicit, Phase.reuse, Phase.generate)} | more),
    )
    with small_numbers():
        run_state_machine_as_test(Link, settings=patient)
