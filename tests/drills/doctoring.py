"""Recorded evidence, and ways to spoil it: each plants one difference that the checker must find."""

from collections.abc import Callable
from typing import Final

from tests.drills.checker.checking import judge
from tests.drills.checker.evidence import Log, ReadSide, Streams
from tests.drills.checker.finding import Finding
from tests.drills.recording import load
from tests.drills.told import Command, Read, Told

ORDER: Final = "01a20000-0000-7000-8000-000000000001"
"""One that is not in the log."""


class Evidence:
    """What was recorded, to be doctored."""

    def __init__(self) -> None:
        self.told: Told
        self.log: Log
        self.streams: Streams
        self.side: ReadSide
        self.told, self.log, self.streams, self.side = load()
        self.healed: dict[str, float] | None = {"relay_publishes_refused of relay-1": 0.0}

    def judged(self) -> dict[str, Finding]:
        findings = judge(self.told, self.log, self.streams, self.side, self.healed)
        return {finding.invariant: finding for finding in findings}

    def command(self, kind: str) -> Command:
        """One that was done while its caller waited, and has an event."""
        made = {event.correlation for event in self.log.events}
        done = (one for one in self.told.commands if one.outcome == "done" and one.request_id in made)
        return next(one for one in done if one.kind == kind)

    def place(self, command: Command) -> int:
        """Where the event of a command on an order is in the log."""
        return next(n for n, event in enumerate(self.log.events) if event.correlation == command.request_id)

    def order(self) -> str:
        """An order with some history."""
        return max(self.side.orders, key=lambda order: self.side.orders[order][0])

    def stream(self) -> int:
        """The partition of the longest stream."""
        return max(self.streams.entries, key=lambda partition: len(self.streams.entries[partition]))


def swap(seen: Evidence, place: int, **fields: object) -> None:
    seen.log.events[place] = seen.log.events[place]._replace(**fields)  # type: ignore[arg-type]


def entry(seen: Evidence, **fields: object) -> None:
    entries = list(seen.streams.entries[seen.stream()])
    entries[2] = entries[2]._replace(**fields)  # type: ignore[arg-type]
    seen.streams.entries = {**seen.streams.entries, seen.stream(): entries}


def lose_entries(seen: Evidence) -> None:
    entries = list(seen.streams.entries[seen.stream()])
    seen.streams.entries = {**seen.streams.entries, seen.stream(): entries[:2] + entries[3:]}


def lose_event(seen: Evidence) -> None:
    del seen.log.events[seen.place(seen.command("add"))]


def double_event(seen: Evidence) -> None:
    seen.log.events.append(seen.log.events[seen.place(seen.command("discard"))])


def do_what_was_refused(seen: Evidence) -> None:
    seen.command("discard").outcome = "refused"


def do_what_was_unsent(seen: Evidence) -> None:
    seen.command("create").outcome = "unsent"


def do_what_is_unknown_twice(seen: Evidence) -> None:
    command = seen.command("discard")
    command.outcome = "unknown"
    event = seen.log.events[seen.place(command)]
    seen.log.events.append(event._replace(version=event.version + 1, event_id="another"))


def answer_another_version(seen: Evidence) -> None:
    seen.command("create").version += 1


def forget_who_asked(seen: Evidence) -> None:
    swap(seen, seen.place(seen.command("add")), correlation="nobody")


def lose_what_was_planted(seen: Evidence) -> None:
    seen.told.planted["planted-X"] = {"one"}


def forget_an_order(seen: Evidence) -> None:
    seen.told.commands.append(Command("x-1", "c0", "add", ORDER, outcome="refused", status=404, code="order_not_found"))


def acknowledge_nothing(seen: Evidence) -> None:
    order = next(one.subject for one in seen.told.commands if one.kind == "create")
    seen.told.commands.append(Command("x-1", "c0", "confirm", order, outcome="done", status=200, version=1))


def confirm_without_stock(seen: Evidence) -> None:
    command = seen.command("confirm")
    seen.log.events = [
        event
        for event in seen.log.events
        if event.correlation != command.request_id or event.type == "orders.OrderConfirmed.v1"
    ]


def skip_a_version(seen: Evidence) -> None:
    place = seen.place(seen.command("add"))
    swap(seen, place, version=seen.log.events[place].version + 1)


def lose_a_tick(seen: Evidence) -> None:
    del seen.log.ticks[5]


def miscount(seen: Evidence) -> None:
    tick = seen.log.ticks[-1]
    seen.log.ticks[-1] = tick._replace(heads=(tick.heads[0] + 1, *tick.heads[1:]))


def same_id_twice(seen: Evidence) -> None:
    swap(seen, 3, event_id=seen.log.events[4].event_id)


def move_house(seen: Evidence) -> None:
    place = seen.place(seen.command("add"))
    swap(seen, place, partition=(seen.log.events[place].partition + 1) % 8)


def change_a_total(seen: Evidence) -> None:
    version, doc = seen.side.orders[seen.order()]
    seen.side.orders[seen.order()] = version, doc.replace(b'"total_cents":', b'"total_cents":1')


def change_a_column(seen: Evidence) -> None:
    seen.side.summaries[seen.order()].total_cents += 1


def change_history(seen: Evidence) -> None:
    seen.side.history[seen.order(), 1] = seen.side.history[seen.order(), 2]


def change_product(seen: Evidence) -> None:
    sku, (version, _, doc) = next(iter(seen.side.products.items()))
    seen.side.products[sku] = version, False, doc


def change_a_customer(seen: Evidence) -> None:
    (key, (orders, confirmed, cents, last)) = next(iter(seen.side.customers.items()))
    seen.side.customers[key] = (orders, confirmed, cents + 1, last)


def change_a_day(seen: Evidence) -> None:
    key, row = next(iter(seen.side.days.items()))
    seen.side.days[key] = (*row[:-1], row[-1] + 1)


def change_sum(seen: Evidence) -> None:
    status, (count, total) = next(iter(seen.side.totals.items()))
    seen.side.totals[status] = count, total - 1


def answer_otherwise(seen: Evidence) -> None:
    read = next(one for one in seen.told.reads if one.body and one.about == "orders")
    read.body = read.body.replace(b'"item_count":', b'"item_count":9')


def answer_a_version_that_never_was(seen: Evidence) -> None:
    read = next(one for one in seen.told.reads if one.body and one.about == "orders")
    seen.told.reads.append(Read("c0", read.subject, 0, 0, 200, 99, body=read.body))


def fall_behind(seen: Evidence) -> None:
    checkpoint = seen.side.checkpoints[seen.stream()]
    seen.side.checkpoints[seen.stream()] = checkpoint._replace(sequence=checkpoint.sequence - 1)


def mistake_a_checkpoint(seen: Evidence) -> None:
    seen.side.checkpoints[seen.stream()] = seen.side.checkpoints[seen.stream()]._replace(event_id="another")


def park(seen: Evidence) -> None:
    seen.side.parked = 1


def leave_a_reply(seen: Evidence) -> None:
    seen.streams.replies = {"cqrs:replay:g1:3:one": -1}


def tick_too_early(seen: Evidence) -> None:
    swap(seen, len(seen.log.events) - 1, tick=None)


def heal_what_is_whole(seen: Evidence) -> None:
    seen.healed = {"relay_publishes_refused of relay-1": 1.0}


def answered(status: int, **fields: object) -> Callable[[Evidence], None]:
    def doctor(seen: Evidence) -> None:
        command = Command("x-1", "c0", "add", ORDER, outcome="unknown", status=status, code="internal_error")
        for name, value in fields.items():
            setattr(command, name, value)
        seen.told.commands.append(command)

    return doctor


def add_read(read: Read) -> Callable[[Evidence], None]:
    return lambda seen: seen.told.reads.append(read)
