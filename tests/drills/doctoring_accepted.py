"""Ways to spoil what was recorded of commands whose callers did not wait, and of requests that were sent again."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import orjson

from tests.drills.checker.evidence import Event
from tests.drills.doctoring import ORDER, Evidence
from tests.drills.told import Command, Kind

RULE: Final = {"status": 409, "code": "illegal_transition"}
Doctor = Callable[[Evidence], None]


def accepted(seen: Evidence, kind: Kind = "add") -> Command:
    """One that was accepted, ran and had an effect; nobody sent it twice."""
    keys = [one.key for one in seen.told.commands]
    return next(
        one
        for one in seen.told.commands
        if (one.kind, one.outcome) == (kind, "accepted") and (not one.key or keys.count(one.key) == 1)
    )


def asked_twice(seen: Evidence, *, later: bool) -> list[Command]:
    """The requests of one command that was sent twice under its key."""
    keyed = [one for one in seen.told.commands if one.key and one.later is later]
    again = next(one.key for place, one in enumerate(keyed) if one.key in {before.key for before in keyed[:place]})
    return [one for one in keyed if one.key == again]


def events(seen: Evidence, command: Command, name: str = "") -> list[Event]:
    """What it has written, or those of it that are called so."""
    found = [event for event in seen.log.events if event.correlation == command.request_id]
    return [event for event in found if f".{name}." in event.type or not name]


def end(seen: Evidence, command: Command) -> Event:
    """Its end."""
    return events(seen, command, "CommandSucceeded")[0]


def lose(seen: Evidence, *lost: Event) -> None:
    seen.log.events = [event for event in seen.log.events if event not in lost]


def put(seen: Evidence, event: Event, **fields: object) -> None:
    seen.log.events[seen.log.events.index(event)] = event._replace(**fields)  # type: ignore[arg-type]


def tell(seen: Evidence, event: Event, **data: object) -> None:
    """Other words in an event's data."""
    envelope = orjson.loads(event.raw)
    envelope["data"] |= data
    put(seen, event, raw=orjson.dumps(envelope))


def lose_acceptance(seen: Evidence) -> None:
    lose(seen, *events(seen, accepted(seen)))


def lose_end(seen: Evidence) -> None:
    lose(seen, end(seen, accepted(seen)))


def end_twice(seen: Evidence) -> None:
    seen.log.events.append(end(seen, accepted(seen))._replace(version=3))


def end_half_of_what_is_unknown(seen: Evidence) -> None:
    command = accepted(seen)
    command.outcome, command.command_id = "unknown", ""
    lose(seen, end(seen, command))


def lose_effect(seen: Evidence) -> None:
    lose(seen, *events(seen, accepted(seen), "OrderItemAdded"))


def take_effect_twice(seen: Evidence) -> None:
    seen.log.events += events(seen, accepted(seen), "OrderItemAdded")


def take_effect_apart(seen: Evidence) -> None:
    last = end(seen, accepted(seen))
    put(seen, last, xid=last.xid + 1)


def fail(*, effects: bool, **problem: object) -> Doctor:
    """It has failed by this problem."""

    def doctor(seen: Evidence) -> None:
        command = accepted(seen)
        last = end(seen, command)
        if not effects:
            lose(seen, *events(seen, command, "OrderItemAdded"))
        envelope = orjson.loads(last.raw)
        data = {"command": "AddItem", "accepted_at": envelope["time"], "problem": problem}
        envelope |= {"type": "orders.CommandFailed.v1", "data": data}
        put(seen, last, type=envelope["type"], raw=orjson.dumps(envelope))

    return doctor


def accept_under_another_id(seen: Evidence) -> None:
    accepted(seen).command_id = ORDER


def refuse_what_runs(seen: Evidence) -> None:
    accepted(seen).outcome = "refused"


def accept_twice_under_one_key(seen: Evidence) -> None:
    first, second = asked_twice(seen, later=True)
    again = [event._replace(aggregate=("command", ORDER)) for event in events(seen, first, "CommandAccepted")]
    seen.log.events += [event._replace(correlation=second.request_id) for event in again]


def do_twice_under_one_key(seen: Evidence) -> None:
    first, second = asked_twice(seen, later=False)
    done = events(seen, first)
    seen.log.events += [event._replace(correlation=second.request_id, version=event.version + 1) for event in done]


def answer_one_key_differently(seen: Evidence) -> None:
    asked_twice(seen, later=False)[1].version += 1


def tell_another_version(seen: Evidence) -> None:
    last = end(seen, accepted(seen))
    tell(seen, last, result=data_of(last)["result"] | {"version": 99})


def write_another_version(seen: Evidence) -> None:
    last = end(seen, accepted(seen))
    data = data_of(last)
    tell(seen, last, **{name: data[name] | {"version": 99} for name in ("written", "result")})


def change_another_order(seen: Evidence) -> None:
    last = end(seen, accepted(seen))
    tell(seen, last, written=data_of(last)["written"] | {"aggregate_id": ORDER})


def forget_the_parcel(seen: Evidence) -> None:
    last = end(seen, accepted(seen, "ship"))
    result = data_of(last)["result"]
    del result["shipment_id"]
    tell(seen, last, result=result)


def keep_one_waiting(seen: Evidence) -> None:
    seen.log.waiting = 1


def look_otherwise(**fields: object) -> Doctor:
    """Somebody is told otherwise what became of a command."""

    def doctor(seen: Evidence) -> None:
        ended = next(read for read in seen.told.reads if read.about == "commands" and read.version == 2)
        seen.told.reads.append(replace(ended, **fields))  # type: ignore[arg-type]

    return doctor


def wait_for_what_is_accepted(seen: Evidence) -> None:
    accepted(seen).later = False


def answer_at_once(seen: Evidence) -> None:
    seen.command("add").later = True


def data_of(event: Event) -> dict[str, Any]:
    """The data of an event."""
    data: dict[str, Any] = orjson.loads(event.raw)["data"]
    return data
