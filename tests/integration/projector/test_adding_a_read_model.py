"""The page that shows how a read model is added: what it shows works, as it stands there."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import psycopg
import pytest

from orders_contracts import orders
from projector.adapters import read_tables, rows
from projector.adapters.postgres_read_store import PostgresReadStore
from projector.application.projections import catalogue
from projector.application.projections.read_model import ReadModel
from tests.architecture.tree import ROOT
from tests.contract.databases.logins import as_member
from tests.fakes.projector_events import ADDRESS, Happening, NumberedLog, OrderLife, line
from tests.integration.projector.conftest import GROUP
from tests.suites.projector_read_store import apply, slice_of

PAGE: Final[Path] = ROOT / "docs" / "adding-a-read-model.md"


def shown(language: str) -> str:
    """The one block of the page in this language."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return str(block)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[ReadModel[Any]]:
    """The page's file and its line, as if they were in the projector."""
    module = ModuleType("sales_by_country")
    monkeypatch.setitem(sys.modules, "sales_by_country", module)
    exec(compile(shown("python"), str(PAGE), "exec"), module.__dict__)
    made: ReadModel[Any] = module.SALES_BY_COUNTRY
    monkeypatch.setitem(catalogue.OF_SALES, made, module.sales_by_country_row)
    monkeypatch.setattr(rows, "READ_MODELS", (*catalogue.READ_MODELS, made))
    table = read_tables.table_of(made)
    monkeypatch.setitem(read_tables.TABLES, made, table)
    yield made
    read_tables.metadata.remove(table)


def sale(name: int, country: str) -> list[Happening]:
    """An order that is sent to a country."""
    order = OrderLife(name)
    created = order.created(line(1, "PEN"), item_count=1, total_cents=500)
    order_to = orders.Address(**{**{f: getattr(ADDRESS, f) for f in ADDRESS.__struct_fields__}, "country": country})
    addressed = order.tell(orders.ShippingAddressSet, shipping_address=order_to)
    return [created, addressed, order.tell(orders.OrderConfirmed, status="CONFIRMED")]


async def test_what_the_page_shows_is_written_with_all_else(model: ReadModel[Any], read_database_url: str) -> None:
    with psycopg.connect(read_database_url, autocommit=True) as owner:
        owner.execute(shown("sql").replace("{g}", GROUP).encode())
    store = PostgresReadStore(as_member(read_database_url, "orders_projector"), GROUP)
    log = NumberedLog(1)
    await store.open(1, 1)
    first = slice_of(log.append(0, [*sale(1, "GB"), *sale(2, "FR")]))
    await apply(store, first)
    await apply(store, slice_of(log.append(0, sale(3, "GB")), first.end))
    await store.close()
    with psycopg.connect(read_database_url) as owner:
        found = owner.execute(f"SELECT * FROM {GROUP}.{model.table} ORDER BY 1".encode()).fetchall()
    assert [tuple(map(str, row)) for row in found] == [("FR", "EUR", "1", "500"), ("GB", "EUR", "2", "1000")]
