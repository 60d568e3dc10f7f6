"""What an operator may set, and what he is told when he sets it wrong."""

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from query_api.__main__ import app

GOOD = {
    "QUERY_API_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/orders",
    "QUERY_API_PAGE_TOKEN_SECRET": "a secret that is long enough for a test",
}


@pytest.mark.parametrize(
    ("verb", "change", "named"),
    [
        ("serve", {"QUERY_API_DATABASE_URL": None}, "QUERY_API_DATABASE_URL: Field required"),
        ("serve", {"QUERY_API_DATABASE_URL": "mysql://x"}, "QUERY_API_DATABASE_URL: "),
        ("serve", {"QUERY_API_PAGE_TOKEN_SECRET": "hunter2"}, "QUERY_API_PAGE_TOKEN_SECRET: "),
        ("serve", {"QUERY_API_PORT": "70000"}, "QUERY_API_PORT: "),
        ("migrate", {"QUERY_API_DATABASE_URL": None}, "QUERY_API_DATABASE_URL: Field required"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_and_exit_2(verb: str, change: dict[str, str | None], named: str) -> None:
    ran = CliRunner().invoke(app, [verb], env={**GOOD, **change})
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") == 1
    assert ran.stderr.startswith(f"query-api: {named}")
    assert "hunter2" not in ran.stderr


def test_a_database_that_cannot_be_reached_is_named_by_the_process_itself() -> None:
    environment = {**os.environ, **GOOD}
    ran = subprocess.run(
        [sys.executable, "-m", "query_api", "migrate"], env=environment, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert ran.stderr.startswith("query-api: QUERY_API_DATABASE_URL: connection failed")
