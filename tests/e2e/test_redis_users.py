"""The processes of a running stack go to Redis as their own users, and are never refused what they ask for."""

from typing import Any

import redis

from tests.e2e.customers import Customers
from tests.e2e.running_stack import Stack


async def test_each_process_works_as_a_user_of_its_own_and_nothing_is_refused(
    customers: Customers, stack: Stack
) -> None:
    await customers.order("E2E-TEA")
    await customers.all_visible(within=10)
    with redis.Redis.from_url(stack.url("redis"), decode_responses=True) as admin:
        clients: list[dict[str, Any]] = admin.client_list()
        assert {client["user"] for client in clients} == {"relay", "projector", "admin"}
        refused: list[dict[str, Any]] = admin.acl_log()
    assert refused == []


def test_what_the_stack_has_logged_holds_no_password(stack: Stack) -> None:
    log = (stack.folder / "data/logs/stack.log").read_text()
    assert "redis://admin:***@127.0.0.1:" in log
    assert stack.url("redis") not in log
