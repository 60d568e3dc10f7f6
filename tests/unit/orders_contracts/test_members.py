"""Sharing partitions out: all of them, once, and with little moving."""

from hypothesis import given
from hypothesis import strategies as st

from orders_contracts.members import members_key, share_of

MEMBERS = st.sets(st.text(min_size=1, max_size=8), min_size=1, max_size=6)
PARTITIONS = st.integers(min_value=1, max_value=32)


@given(MEMBERS, PARTITIONS)
def test_every_partition_belongs_to_exactly_one_member(members: set[str], partitions: int) -> None:
    shares = [share_of(member, members, partitions) for member in members]
    assert sorted(partition for share in shares for partition in share) == list(range(partitions))


@given(MEMBERS, st.text(min_size=1, max_size=8), PARTITIONS)
def test_who_joins_takes_from_the_others_and_nothing_else_moves(members: set[str], new: str, partitions: int) -> None:
    taken = share_of(new, members, partitions)
    for member in members - {new}:
        before = share_of(member, members - {new}, partitions)
        assert share_of(member, members | {new}, partitions) == before - taken


@given(MEMBERS, PARTITIONS)
def test_everyone_counts_himself_among_the_living(members: set[str], partitions: int) -> None:
    me = min(members)
    assert share_of(me, members - {me}, partitions) == share_of(me, members, partitions)


def test_the_set_of_members_is_named_for_the_service() -> None:
    assert members_key("projector:g1") == "cqrs:members:projector:g1"
