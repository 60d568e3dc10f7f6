"""Which events there are, and what they are called."""

import re

import pytest

from orders_contracts.registry import REGISTRY, event_type, name_of, schema_uri
from orders_contracts.v1.orders import OrderEvent
from orders_contracts.v1.products import ProductEvent


@pytest.mark.parametrize("model", [OrderEvent, ProductEvent])
def test_no_event_is_missing(model: type) -> None:
    assert set(model.__subclasses__()) <= set(REGISTRY.values())
    assert not any(kind.__subclasses__() for kind in REGISTRY.values())


def test_no_event_is_there_twice() -> None:
    assert len(set(REGISTRY.values())) == len(REGISTRY) == 17


@pytest.mark.parametrize("type_", sorted(REGISTRY))
def test_a_type_is_made_of_name_and_version(type_: str) -> None:
    name = REGISTRY[type_].__name__
    assert re.fullmatch(r"orders\.[A-Z][A-Za-z]+\.v[1-9][0-9]*", type_)
    assert type_ == event_type(name, 1)
    assert name_of(type_) == name
    assert schema_uri(name, 1) == f"urn:orders:schema:{name}:v1"
