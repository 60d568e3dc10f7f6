"""Redis' users: the relay and the projector go there as their own, and people as `admin`.

Who may do what stands in deploy/redis/users.acl, for this stack as for every deployment. `admin` may do everything, and
is this stack's alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from stack.kept_users import User, as_user, keep, known, new_user

RULES: Final = Path(__file__).parents[3] / "redis/users.acl"
ADMIN: Final = "admin"
NAMES: Final = ("relay", "projector", "monitor", ADMIN)
OF_SERVICE: Final[Mapping[str, str]] = {"outbox-relay": "relay", "projector": "projector"}


@dataclass(frozen=True, slots=True)
class RedisUsers:
    """All users of one server, by name."""

    users: Mapping[str, User]

    def rules(self) -> str:
        """The server's ACL file."""
        text = Template(RULES.read_text()).substitute(
            {f"{name.upper()}_PASSWORD": user.password for name, user in self.users.items()}
        )
        return f"{text}user {ADMIN} on >{self.users[ADMIN].password} ~* &* +@all\n"

    def url(self, url: str, name: str) -> str:
        """The URL of the server at `url` for one of its users."""
        return as_user(url, self.users[name])


def kept_users(data: Path) -> RedisUsers:
    """The users of the server of the stack whose data lies in `data`, made where they are not there yet."""
    file = data / "redis-users.json"
    users = known(file)
    if missing := [name for name in NAMES if name not in users]:
        users |= {name: new_user(name) for name in missing}
        keep(file, users)
    return RedisUsers(users)


def as_admin(url: str, data: Path) -> str:
    """The URL of this stack's own server, for people."""
    return kept_users(data).url(url, ADMIN)
