"""Which events there are, and what they are called."""

import re
from typing import get_args

import pytest

from orders_contracts import commands, orders, products
from orders_contracts.commands import CommandEvent
from orders_contracts.orders import OrderEvent
from orders_contracts.products import ProductEvent
from orders_contracts.registry import REGISTRY, WRITTEN, event_type, name_of, schema_uri, version_of
from orders_contracts.upcasts import UPCASTS


@pytest.mark.parametrize("model", [OrderEvent, ProductEvent])
def test_no_event_is_missing(model: type) -> None:
    assert set(model.__subclasses__()) <= set(REGISTRY.values())
    assert not any(kind.__subclasses__() for kind in REGISTRY.values())


def test_no_event_of_a_command_is_missing() -> None:
    ended_or_not = {model for model in REGISTRY.values() if model.__name__.startswith("Command")}
    assert ended_or_not == set(get_args(CommandEvent))


def test_no_event_is_there_twice() -> None:
    assert len(set(REGISTRY.values())) == len(REGISTRY) == 39


@pytest.mark.parametrize("type_", sorted(REGISTRY))
def test_a_type_is_made_of_name_and_version(type_: str) -> None:
    name, version = REGISTRY[type_].__name__, version_of(type_)
    assert re.fullmatch(r"orders\.[A-Z][A-Za-z]+\.v[1-9][0-9]*", type_)
    assert type_ == event_type(name, version)
    assert name_of(type_) == name
    assert REGISTRY[type_].__module__.startswith(f"orders_contracts.v{version}.")


def test_the_name_of_a_schema_has_its_version() -> None:
    assert schema_uri("OrderShipped", 2) == "urn:orders:schema:OrderShipped:v2"


def test_one_version_of_each_event_is_written_and_every_other_one_becomes_the_next() -> None:
    assert {name_of(type_) for type_ in WRITTEN} == {name_of(type_) for type_ in REGISTRY}
    assert len({name_of(type_) for type_ in WRITTEN}) == len(WRITTEN)
    assert UPCASTS.keys() == set(REGISTRY.values()) - set(WRITTEN.values())


def test_writers_and_readers_find_the_newest_versions_on_their_pages_and_no_others() -> None:
    offered = {getattr(page, name) for page in (orders, products, commands) for name in page.__all__}
    assert set(WRITTEN.values()) == offered & set(REGISTRY.values())
