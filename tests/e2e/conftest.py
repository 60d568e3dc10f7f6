"""One stack for all end-to-end tests."""

import os
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.e2e.customers import Customers
from tests.e2e.running_stack import Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """All seven parts, ready."""
    folder = tmp_path_factory.mktemp("stack")
    os.chmod(folder.parent, 0o755)  # noqa: PTH101
    running = Stack(folder)
    running.call("up", "--detach", "--data", str(folder / "data"))
    yield running
    running.call("down")


@pytest.fixture
async def customers(stack: Stack) -> AsyncIterator[Customers]:
    """Clients of both APIs, with products to order."""
    urls = {name: str(part["url"]) for name, part in stack.status().items()}
    async with Customers(urls) as clients:
        await clients.stock_up()
        yield clients
