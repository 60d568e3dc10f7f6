"""A wrong setting is named in one line, and the process does not start."""

import pytest
from typer.testing import CliRunner

from outbox_relay.__main__ import app

RIGHT = {"OUTBOX_RELAY_DATABASE_URL": "postgresql://127.0.0.1/orders", "OUTBOX_RELAY_REDIS_URL": "redis://127.0.0.1"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://127.0.0.1/orders"),
        ("DATABASE_URL", "postgresql://127.0.0.1/orders?no_such_word=1"),
        ("REDIS_URL", "http://127.0.0.1"),
        ("PORT", "0"),
        ("PORT", "http"),
        ("HOST", "no such host"),
        ("POLL_SECONDS", "0"),
        ("POLL_SECONDS", "60"),
        ("STREAM_LENGTH", "1"),
        ("STREAM_WINDOW", "-1"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_setting_is_named_with_the_reason(name: str, value: str) -> None:
    answer = CliRunner().invoke(app, ["run"], env={**RIGHT, f"OUTBOX_RELAY_{name}": value})
    assert answer.exit_code == 2
    assert answer.stderr.startswith(f"outbox-relay: OUTBOX_RELAY_{name}: ")
    assert answer.stderr.count("\n") == 1
