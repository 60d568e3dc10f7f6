"""Random schedules of steps, each made by its seed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Final

from tests.model.quiet import Quiet
from tests.model.stepping import Fate, Violation
from tests.model.world import PAIRS, STATES, TASKS, World
from tests.model.write_side import AGGREGATES

STEPS: Final = 60
Step = Callable[[World, Random], None]


def _run(world: World, random: Random) -> None:
    world.run(random.randrange(len(TASKS)), random.randrange(1, 13))


def _run_much(world: World, random: Random) -> None:
    world.run(random.choice(PAIRS), random.randrange(1, 25))


def _trouble(world: World, random: Random) -> None:
    world.run(random.randrange(len(TASKS)), random.randrange(1, 5), random.choice((Fate.REFUSED, Fate.LOST)))


def _store(world: World, random: Random) -> None:
    world.store([random.randrange(AGGREGATES) for _ in range(random.randrange(1, 6))])


def _begin(world: World, random: Random) -> None:
    world.begin(random.randrange(AGGREGATES))


def _add(world: World, random: Random) -> None:
    world.add(random.randrange(4), random.randrange(AGGREGATES))


def _end(world: World, random: Random) -> None:
    world.end(random.randrange(4), commit=random.random() < 0.7)


def _wait(world: World, random: Random) -> None:
    world.wait(random.choice((0.25, 1.0, 1.0, 1.0, 2.0, 4.0, 31.0, 61.0)))


def _harm(world: World, random: Random) -> None:
    what = random.choice(("tail", "trim", "entry", "groups", "delete"))
    world.harm(what, random.randrange(8), random.randrange(1, 5))


WORK: Final[dict[Step, float]] = {_run: 26, _run_much: 24, _store: 11, _begin: 2, _add: 2, _end: 3, _wait: 8}
CALM: Final[dict[Step, float]] = {_run: 26, _run_much: 24, _store: 11, _begin: 2, _add: 2, _end: 3}
FAULTS: Final[dict[Step, float]] = {
    _trouble: 6,
    _harm: 6,
    lambda world, random: world.crash(random.randrange(4)): 3,
    lambda world, random: world.state(random.choice(STATES)): 2,
    lambda world, random: world.jump(random.choice((-600.0, -5.0, 5.0, 70.0))): 1,
    lambda world, random: world.flush(): 1,
    lambda world, random: world.snapshot(): 2,
    lambda world, random: world.bring_back(): 1,
    lambda world, random: world.forget_requests(): 1,
    lambda world, random: world.forget_heads(): 1,
    lambda world, random: world.strangers(relay=random.random() < 0.5): 1,
    lambda world, random: world.write.new_epoch(): 0.4,
    lambda world, random: world.read.back_up(): 1,
    lambda world, random: world.read.restore(): 1,
    lambda world, random: world.repeat_look(random.randrange(2)): 2,
}
LOSSES: Final[dict[Step, float]] = {_harm: 15}
FULL_MEMORY: Final[dict[Step, float]] = {lambda world, random: world.state("full"): 8}


def run_schedule(seed: int, faults: Mapping[Step, float] = FAULTS) -> World:
    """A world after the schedule of `seed` and its quiet. Raises Violation."""
    with _world_of(seed) as (world, random):
        _steps(world, random, STEPS, faults)
        Quiet(world).must_heal()
    return world


def run_restored(seed: int) -> bool:
    """The write database goes back to a backup. Answers whether that had to be noticed, and was. Raises Violation.

    It need not be if the reader holds the log all the same; after the next epoch has begun, it does in any case.
    """
    with _world_of(seed) as (world, random):
        _steps(world, random, STEPS // 3, FAULTS)
        world.back_up()
        for _ in range(2):
            _steps(world, random, STEPS // 6, _perhaps(random, 0.3))
            world.round()
        world.restore()
        _steps(world, random, STEPS // 3, _perhaps(random, 0.7))
        noticed = Quiet(world).must_notice()
        for _ in range(world.write.highest_epoch + 1 - world.write.log.epoch):
            world.write.new_epoch()
            _steps(world, random, STEPS // 6, FAULTS)
        Quiet(world).must_heal()
    return noticed


def run_without_faults(seed: int) -> World:
    """A world of processes that came one by one, in which nothing goes wrong. Raises Violation at any sign of healing.

    The streams are long enough for the slowest, and time goes on only when everybody has had his turn.
    """
    with _world_of(seed, length=1_000) as (world, random):
        for _ in range(4):
            world.round()
        before = world.signs()
        for _ in range(6):
            steps = random.choices(list(CALM), list(CALM.values()), k=STEPS // 6)
            for step in steps:
                step(world, random)
            world.round()
        Quiet(world).must_heal()
        if world.signs() != before:
            raise Violation(f"signs of healing: {world.signs()}, not {before}")
    return world


def _perhaps(random: Random, chance: float) -> Mapping[Step, float]:
    return FAULTS if random.random() < chance else {}


def _steps(world: World, random: Random, count: int, faults: Mapping[Step, float]) -> None:
    steps = {**WORK, **faults}
    for step in random.choices(list(steps), list(steps.values()), k=count):
        step(world, random)


@contextmanager
def _world_of(seed: int, length: int = 6) -> Iterator[tuple[World, Random]]:
    random = Random(seed)
    world = World(random.randrange(8), length=length)
    try:
        yield world, random
    except Exception as error:
        raise Violation(f"seed {seed}: {error}") from error
    finally:
        world.close()
