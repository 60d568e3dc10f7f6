"""The verb that makes readers start anew, after the write database went back in time."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection
from typer.testing import CliRunner

from outbox_relay.__main__ import app
from stack.ports import choose_port
from tests.integration.outbox_relay.clusters import standby


def _verb(url: str, *options: str) -> Any:
    env = {"OUTBOX_RELAY_DATABASE_URL": url, "OUTBOX_RELAY_REDIS_URL": "redis://127.0.0.1"}
    return CliRunner().invoke(app, ["new-epoch", *options], env=env)


def _epoch(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT epoch FROM outbox_log").fetchone()
    assert row is not None
    return int(row[0])


def test_the_epoch_is_raised_by_one_and_both_are_told(write_database_url: str) -> None:
    for old, new in ((1, 2), (2, 3)):
        answer = _verb(write_database_url)
        assert (answer.exit_code, answer.stdout) == (0, f"outbox-relay: new-epoch: epoch {old} -> {new}\n")
        assert _epoch(write_database_url) == new


def test_with_an_epoch_given_it_is_raised_once_however_often_that_is_asked_for(write_database_url: str) -> None:
    answers = [_verb(write_database_url, "--from", "1") for _ in range(3)]
    assert [answer.exit_code for answer in answers] == [0, 0, 0]
    assert [answer.stdout.removeprefix("outbox-relay: new-epoch: ") for answer in answers] == [
        "epoch 1 -> 2\n", "epoch 2: left as it is\n", "epoch 2: left as it is\n"
    ]  # fmt: skip
    assert _epoch(write_database_url) == 2


def test_an_epoch_that_was_never_reached_is_refused(write_database_url: str) -> None:
    answer = _verb(write_database_url, "--from", "7")
    assert (answer.exit_code, answer.stderr) == (1, "outbox-relay: new-epoch: the epoch is 1, not 7\n")
    assert _epoch(write_database_url) == 1


async def test_a_log_of_another_cluster_must_be_adopted_first(
    admin: AsyncConnection[Any], write_database_url: str
) -> None:
    await admin.execute("UPDATE outbox_log SET system_identifier = 4711")
    answer = _verb(write_database_url)
    assert answer.exit_code == 1
    assert answer.stderr.startswith("outbox-relay: new-epoch: the log was numbered by cluster 4711, this is cluster ")
    assert answer.stderr.endswith(": run adopt first\n")
    assert _epoch(write_database_url) == 1


def test_a_standby_is_refused(tmp_path: Path) -> None:
    with standby(tmp_path) as engine:
        answer = _verb(engine.url)
    assert (answer.exit_code, answer.stderr) == (
        1,
        "outbox-relay: new-epoch: this is a standby; only a primary can be written\n",
    )


@pytest.mark.parametrize("verb", ["new-epoch", "adopt"])
def test_a_database_that_is_not_there_is_named_with_its_setting(verb: str) -> None:
    env = {
        "OUTBOX_RELAY_DATABASE_URL": f"postgresql://127.0.0.1:{choose_port()}/orders",
        "OUTBOX_RELAY_REDIS_URL": "redis://127.0.0.1",
    }
    answer = CliRunner().invoke(app, [verb], env=env)
    assert answer.exit_code == 2
    assert answer.stderr.startswith("outbox-relay: OUTBOX_RELAY_DATABASE_URL: ")
    assert "refused" in answer.stderr
    assert answer.stderr.count("\n") == 1
