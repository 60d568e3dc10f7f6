"""Users of Redis as the file for operators makes them, on a server where everybody else may do everything."""

from typing import Final

import redis

from stack.kept_users import User
from stack.redis_users import NAMES, RedisUsers

USERS: Final = RedisUsers({name: User(name, f"the-password-of-{name}") for name in NAMES})


def rules_of(name: str) -> list[str]:
    """What the file says of a user, in pieces as ACL SETUSER takes them."""
    (rules,) = [line.split()[2:] for line in USERS.rules().splitlines() if line.startswith(f"user {name} ")]
    return rules


def as_redis_user(redis_url: str, name: str) -> str:
    """The URL of this user, who has the rights of the file; made if he is not there."""
    with redis.Redis.from_url(redis_url) as admin:
        set_rules(admin, name, rules_of(name))
    return USERS.url(redis_url, name)


def set_rules(admin: "redis.Redis", name: str, rules: list[str]) -> None:
    """Give a user these rights and no others."""
    admin.execute_command("ACL", "SETUSER", name, "reset", *rules)  # type: ignore[no-untyped-call]
