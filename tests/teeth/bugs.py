"""The bugs: the classic mistakes of an outbox, a stream and a projection, each as a small change to what is shipped."""

from typing import Final

from tests.teeth.bug import Bug
from tests.teeth.bugs_of_accepting import ACCEPTING

_RELAY: Final = "services/outbox-relay/src/outbox_relay"
_PROJECTOR: Final = "services/projector/src/projector"
_ON_POSTGRES: Final = "tests/integration/outbox_relay/test_postgres_outbox.py"
_OUTBOX: Final = f"{_ON_POSTGRES}::TestPostgresOutbox"
_STREAM: Final = "tests/integration/outbox_relay/test_redis_stream.py"
_TRIMS: Final = f"{_STREAM}::TestRedisStream"
_RELAY_UNIT: Final = "tests/unit/outbox_relay"
_PROJECTOR_UNIT: Final = "tests/unit/projector"
_STORE: Final = "tests/integration/projector/test_postgres_read_store.py::TestPostgresReadStore"

NUMBERING: Final = (
    Bug(
        "a tick that is not durable",
        f"{_RELAY}/adapters/postgres_outbox.py",
        (("set_config('synchronous_commit', 'on', false)", "set_config('synchronous_commit', 'off', false)"),),
        (f"{_ON_POSTGRES}::test_a_tick_is_durable_whatever_the_roles_default_is",),
    ),
    Bug(
        "a tick inside a transaction that stays open",
        f"{_RELAY}/adapters/postgres_outbox.py",
        (("connect(address, autocommit=True,", "connect(address, autocommit=False,"),),
        (f"{_ON_POSTGRES}::test_a_tick_is_there_for_others_as_soon_as_it_is_told",),
    ),
    Bug(
        "a cursor that goes past transactions under way",
        f"{_RELAY}/adapters/outbox_statements.py",
        (("wanted.where(xid == any_(_finished(before, this)))", "wanted.where(false())"),),
        (f"{_OUTBOX}::test_a_long_transaction_delays_only_its_own_events",),
    ),
    Bug(
        "events in the order of their transactions' ids",
        f"{_RELAY}/adapters/outbox_statements.py",
        (
            (
                "events = events_between(pairs.c.before, pairs.c.snapshot, *_READ)",
                'events = events_between(pairs.c.before, pairs.c.snapshot, "xid", *_READ)',
            ),
            (
                "[events.c.partition + _ONE])\n        .order_by(pairs.c.tick, events.c.position)",
                "[events.c.partition + _ONE])\n        .order_by(pairs.c.tick, events.c.xid)",
            ),
        ),
        (f"{_OUTBOX}::test_inside_a_tick_events_keep_the_order_of_writing",),
    ),
)

PUBLISHING: Final = (
    Bug(
        "full memory taken for success",
        f"{_RELAY}/adapters/redis_script.py",
        (
            (
                """            if isinstance(answer, Exception):
                raise unavailable(answer) from answer
        return answers""",
                """            if isinstance(answer, Exception):
                answers = [None]
        return answers""",
            ),
        ),
        (f"{_STREAM}::test_full_memory_refuses_a_batch_wholly",),
    ),
    Bug(
        "a late relay that is not fenced",
        f"{_RELAY}/adapters/publish.lua",
        (
            (
                "if last ~= ARGV[1] or (event ~= '' and event ~= ARGV[2]) then return {last, event} end",
                "if ARGV[1] == '?' then return {last, event} end",
            ),
            ("redis.call('XADD', KEYS[1], ARGV[i],", "redis.call('XADD', KEYS[1], '*',"),
        ),
        (f"{_STREAM}::TestRedisStream::test_a_late_relay_writes_nothing_and_learns_the_end",),
    ),
    Bug(
        "a stream's last event that is not compared",
        f"{_RELAY}/adapters/publish.lua",
        (("if last ~= ARGV[1] or (event ~= '' and event ~= ARGV[2])", "if last ~= ARGV[1]"),),
        (f"{_STREAM}::TestRedisStream::test_another_event_under_the_last_number_is_refused",),
    ),
    Bug(
        "a count of entries that forgets what was lost",
        f"{_RELAY}/adapters/publish.lua",
        (("if added + (#ARGV - 5) / 4 ~= tonumber(ARGV[4]) then", "if false then"),),
        (f"{_STREAM}::test_the_count_stays_true_after_entries_were_lost",),
    ),
    Bug(
        "heads told before their events",
        f"{_RELAY}/application/herald.py",
        (
            (
                "published = tuple(sequence or 0 for sequence in bearings.published)",
                "published = tuple(head + 1 for head in tick.heads)",
            ),
        ),
        (f"{_RELAY_UNIT}/test_publishing.py::test_heads_never_speak_of_an_event_that_is_not_in_its_stream",),
    ),
    Bug(
        "trimming what a group has not passed",
        f"{_RELAY}/adapters/trim.lua",
        (("passed = math.min(passed or sequence, sequence)", "passed = math.max(passed or sequence, sequence)"),),
        (f"{_TRIMS}::test_what_every_group_has_passed_goes_but_for_the_window",),
    ),
    Bug(
        "trimming without a group",
        f"{_RELAY}/adapters/trim.lua",
        (("if not passed then return 0 end", "if not passed then passed = 9007199254740991 end"),),
        (f"{_TRIMS}::test_without_a_group_nothing_is_trimmed",),
    ),
    Bug(
        "a replay with a hole where its reply was lost",
        f"{_RELAY}/adapters/reply.lua",
        (("if last < tonumber(ARGV[2]) then return 0 end", ""),),
        ("tests/integration/outbox_relay/test_replay_adapters.py",),
    ),
)

PROJECTING: Final = (
    Bug(
        "a group made at the stream's end",
        f"{_PROJECTOR}/adapters/redis_stream.py",
        (
            ('"CREATE", key, self._group, "0"', '"CREATE", key, self._group, "$"'),
            ("if left := await self._move({key: keys[key] for key in refused}):", "if left := {}:"),
        ),
        (
            "tests/integration/projector/test_redis_event_stream.py::TestRedisEventStream::test_a_bookmark_needs_no_stream",
            "tests/integration/projector/test_redis_event_stream.py::test_a_group_that_was_destroyed_is_made_again_where_it_stood",
        ),
    ),
    Bug(
        "a predecessor that is not compared",
        f"{_PROJECTOR}/application/judgement.py",
        (("if number != sequence + 1 or prev != last:", "if number != sequence + 1:"),),
        (f"{_PROJECTOR_UNIT}/test_judgement.py::test_another_predecessor_means_that_the_log_was_changed",),
    ),
    Bug(
        "a gap that is skipped",
        f"{_PROJECTOR}/application/judgement.py",
        (
            ("if number != sequence + 1 or prev != last:", "if number <= sequence:"),
            ("            if 0 < number <= sequence:\n", "            if True:\n"),
        ),
        (f"{_PROJECTOR_UNIT}/test_judgement.py::test_a_jump_is_a_gap",),
    ),
    Bug(
        "a checkpoint that is not compared",
        f"{_PROJECTOR}/adapters/write_statement.py",
        (("        checkpoint.c.sequence == sent.c.was,\n", ""),),
        (f"{_STORE}::test_a_checkpoint_that_somebody_else_moved_is_missed_and_nothing_is_written",),
    ),
    Bug(
        "rows that do not hang on the moved checkpoint",
        f"{_PROJECTOR}/adapters/write_statement.py",
        (("*_ in model.columns)).where(condition)", "*_ in model.columns))"),),
        (f"{_STORE}::test_a_checkpoint_that_somebody_else_moved_is_missed_and_nothing_is_written",),
    ),
    Bug(
        "sums that are put in place of each other",
        f"{_PROJECTOR}/adapters/write_statement.py",
        (("            return old + new\n", "            return new\n"),),
        (f"{_STORE}::test_sums_of_several_batches_and_partitions_meet_in_one_row",),
    ),
    Bug(
        "an epoch that is not compared",
        f"{_PROJECTOR}/adapters/write_statement.py",
        (('        checkpoint.c.epoch == bindparam("epoch"),\n', ""),),
        (f"{_STORE}::test_another_epoch_is_missed",),
    ),
    Bug(
        "what is parked that is not compared",
        f"{_PROJECTOR}/adapters/write_statement.py",
        (("        checkpoint.c.parked == sent.c.was_parked,\n", ""),),
        ("tests/integration/projector/test_postgres_parking.py",),
    ),
    Bug(
        "replies under one shared name",
        f"{_PROJECTOR}/application/replay.py",
        (("number, self._unique()),", 'number, "shared"),'),),
        (f"{_PROJECTOR_UNIT}/test_asking.py", f"{_PROJECTOR_UNIT}/test_replay.py"),
    ),
    Bug(
        "a replay that is never asked for",
        f"{_PROJECTOR}/application/replay.py",
        (("        if not requests:\n", "        if requests:\n"),),
        (f"{_PROJECTOR_UNIT}/test_asking.py", f"{_PROJECTOR_UNIT}/test_replay.py"),
    ),
    Bug(
        "a parked event that is dropped",
        f"{_PROJECTOR}/application/projections/fold.py",
        (("news, parked_event=apart)", "news, parked_event=())"),),
        (f"{_PROJECTOR_UNIT}/test_parking_in_memory.py",),
    ),
    Bug(
        "a parked aggregate whose later events go on",
        f"{_PROJECTOR}/application/projections/fold.py",
        (("return WAITS if aggregate_of(event) in held else", "return"),),
        (f"{_PROJECTOR_UNIT}/test_parking_in_memory.py",),
    ),
)

BUGS: Final = (*NUMBERING, *PUBLISHING, *PROJECTING, *ACCEPTING)
