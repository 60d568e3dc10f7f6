"""One stack for the end-to-end tests; those about several processes of a service have one of their own."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.e2e.customers import Customers
from tests.e2e.running_stack import Stack, stack_up


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """All seven parts, ready."""
    with stack_up(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture
async def customers(stack: Stack) -> AsyncIterator[Customers]:
    """Clients of both APIs, with products to order."""
    async with Customers(stack.urls()) as clients:
        await clients.stock_up()
        yield clients
