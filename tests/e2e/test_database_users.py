"""The processes of a running stack go to their databases with the rights of their roles, not as the owner."""

import json

from tests.e2e.customers import Customers, rows
from tests.e2e.running_stack import Stack

SESSIONS = """
SELECT DISTINCT regexp_replace(usename::text, '_[0-9a-f]{8}$', '') FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


async def test_each_process_works_as_a_user_of_its_own(customers: Customers, stack: Stack) -> None:
    await customers.order("E2E-TEA")
    await customers.all_visible(within=10)
    urls = stack.urls()
    assert {user for (user,) in rows(urls["write-db"], SESSIONS)} == {"orders_command", "orders_relay"}
    assert {user for (user,) in rows(urls["read-db"], SESSIONS)} == {"orders_projector", "orders_query"}


def test_people_are_shown_the_urls_of_the_owner(stack: Stack) -> None:
    for name in ("write-db", "read-db"):
        assert rows(stack.url(name), "SELECT current_user = tableowner FROM pg_tables WHERE tablename ~ '^order'")
        assert stack.url(name).startswith("postgresql://postgres@")
    assert json.loads(stack.call("status", "--json")) == stack.status()
