"""What a migration tries again, how often, and what it does not; the same in both owners."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from psycopg.errors import AdminShutdown, DeadlockDetected, LockNotAvailable
from sqlalchemy.exc import OperationalError

from command_api.migrations import patience as write_side
from command_api.settings import Settings
from query_api.adapters.postgres.database import LOOKUP_SECONDS
from query_api.migrations import patience as read_side
from query_api.settings import MigrateSettings

OWNERS: Final = [pytest.param(write_side, id="command-api"), pytest.param(read_side, id="query-api")]


def failing(*errors: Exception) -> tuple[Callable[[], None], list[int]]:
    """An attempt that fails with these errors, one after the other, then succeeds; and its calls."""
    calls: list[int] = []

    def attempt() -> None:
        calls.append(len(calls))
        if len(calls) <= len(errors):
            raise OperationalError("ALTER TABLE orders ...", {}, errors[len(calls) - 1])

    return attempt, calls


def nobody() -> str:
    return "nobody is to blame"


@pytest.mark.parametrize("owner", OWNERS)
def test_a_lock_that_is_not_given_and_a_deadlock_are_tried_again(owner: Any) -> None:
    attempt, calls = failing(LockNotAvailable(), DeadlockDetected())
    owner.patiently(attempt, owner.Patience(1, 3), nobody)
    assert len(calls) == 3


@pytest.mark.parametrize("owner", OWNERS)
def test_it_is_not_tried_more_often_than_was_said(owner: Any) -> None:
    attempt, calls = failing(*[LockNotAvailable()] * 9)
    with pytest.raises(owner.HeldUp, match=r"^no lock on the tables within 2 attempts of 0.25 s; nobody is to blame$"):
        owner.patiently(attempt, owner.Patience(0.25, 2), nobody)
    assert len(calls) == 2


@pytest.mark.parametrize("owner", OWNERS)
def test_another_failure_is_told_at_once(owner: Any) -> None:
    attempt, calls = failing(AdminShutdown())
    with pytest.raises(OperationalError):
        owner.patiently(attempt, owner.Patience(1, 3), nobody)
    assert len(calls) == 1


def test_nobody_behind_a_migration_waits_longer_than_he_can() -> None:
    wait_for_connection = Settings.model_fields["pool_wait_seconds"].default
    assert write_side.Patience().lock_seconds < wait_for_connection
    assert read_side.Patience().lock_seconds < LOOKUP_SECONDS


def test_the_verb_has_the_same_patience_where_nothing_is_said() -> None:
    for settings, owner in ((Settings, write_side), (MigrateSettings, read_side)):
        fields = settings.model_fields
        said = owner.Patience(fields["migration_lock_seconds"].default, fields["migration_attempts"].default)
        assert said == owner.Patience()
