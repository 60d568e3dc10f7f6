"""How replicas of one service share the partitions out: by rendezvous over those that have been heard of lately.

Sharing is for speed only. Two who both take a partition for theirs do no harm, and one that nobody takes for his is
taken as soon as the next heartbeat is due. Members are a sorted set, scored by Redis' own clock in milliseconds.
"""

from collections.abc import Collection
from hashlib import blake2b
from typing import Final

HEARTBEAT_SECONDS: Final = 1.0
MEMBER_SECONDS: Final = 3.0
"""Who has not been heard of for so long is gone."""


def members_key(service: str) -> str:
    """The key of the set of members of a service, such as `outbox-relay` or `projector:g1`."""
    return f"cqrs:members:{service}"


def share_of(me: str, members: Collection[str], partitions: int) -> frozenset[int]:
    """The partitions (0 to `partitions` - 1) of `me` among `members` and `me`.

    Each goes to the member with the highest hash (rendezvous hashing, Thaler and Ravishankar 1998): when one comes or
    goes, only its own partitions move.
    """
    everyone = {*members, me}
    return frozenset(p for p in range(partitions) if max(everyone, key=lambda one: _weight(one, p)) == me)


def _weight(member: str, partition: int) -> tuple[bytes, str]:
    return blake2b(f"{member}:{partition}".encode(), digest_size=8).digest(), member
