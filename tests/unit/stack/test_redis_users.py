"""The users of the stack's Redis, and what is kept of them."""

from pathlib import Path

from stack.kept_users import User, keep, known, without_password
from stack.redis_users import NAMES, RULES, kept_users


def test_passwords_are_made_once_and_readable_for_nobody_else(tmp_path: Path) -> None:
    users = kept_users(tmp_path)
    assert users == kept_users(tmp_path)
    assert (tmp_path / "redis-users.json").stat().st_mode & 0o777 == 0o600
    passwords = [user.password for user in users.users.values()]
    assert min(map(len, passwords)) >= 32
    assert len(set(passwords)) == len(NAMES)


def test_a_user_that_an_older_stack_did_not_know_is_added_to_those_that_are_there(tmp_path: Path) -> None:
    keep(tmp_path / "redis-users.json", {"relay": User("relay", "as it was")})
    users = kept_users(tmp_path).users
    assert set(users) == set(NAMES)
    assert users["relay"].password == "as it was"
    assert known(tmp_path / "redis-users.json") == users


def test_the_rules_are_those_of_every_deployment_filled_in_and_an_admin(tmp_path: Path) -> None:
    users = kept_users(tmp_path)
    *rules, admin = users.rules().splitlines()
    template = RULES.read_text()
    for name in ("relay", "projector", "monitor"):
        template = template.replace(f"${{{name.upper()}_PASSWORD}}", users.users[name].password)
    assert rules == template.splitlines()
    assert admin == f"user admin on >{users.users['admin'].password} ~* &* +@all"


def test_a_log_shows_no_password() -> None:
    assert without_password("redis://admin:word@127.0.0.1:6391/0") == "redis://admin:***@127.0.0.1:6391/0"
    assert without_password("redis://:w%40rd@h/0") == "redis://:***@h/0"
    for url in ("http://127.0.0.1:8001", "postgresql://postgres@127.0.0.1:5541/orders", "redis://h:6379/0"):
        assert without_password(url) == url
