"""What makes a request the same one again: its caller, its operation, its key and its command."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from fastapi import Request

from command_api.application.commands.add_item import AddItem
from command_api.application.commands.ship_items import ShipItems
from command_api.application.idempotency import fingerprint_of, scope_of
from command_api.entrypoints.idempotency_header import given_key
from command_api.entrypoints.problems import RequestProblem
from orders_domain.values import ItemQuantity, OrderId, ShipmentId, Sku
from tests.suites.command_examples import new_order_id

ORDER = OrderId(UUID(int=1))
KEY = {"actor": "ada", "method": "POST", "route": "/orders", "key": "1"}


def shipment(shipment_id: UUID, quantity: int = 1) -> ShipItems:
    return ShipItems(
        order_id=ORDER,
        shipment_id=ShipmentId(shipment_id),
        items=(ItemQuantity(Sku("CUP"), quantity),),
        carrier=None,
        tracking=None,
    )


@pytest.mark.parametrize(
    "change",
    [{"actor": None}, {"actor": "bob"}, {"method": "PUT"}, {"route": "/orders/{order_id}"}, {"key": "2"}],
    ids=str,
)
def test_a_key_is_good_for_one_caller_and_one_operation(change: dict[str, str | None]) -> None:
    assert scope_of(**KEY) == scope_of(**KEY)
    assert scope_of(**{**KEY, **change}) != scope_of(**KEY)  # type: ignore[arg-type]


def test_no_two_scopes_run_into_each_other() -> None:
    first = scope_of(actor="a", method="POST", route='b","c', key="d")
    assert first != scope_of(actor="a", method="POST", route="b", key='c","d')


def test_ids_that_were_made_here_do_not_count() -> None:
    first, second = uuid4(), uuid4()
    assert fingerprint_of(shipment(first), [first]) == fingerprint_of(shipment(second), [second, uuid4()])


def test_ids_that_came_from_the_caller_do() -> None:
    assert fingerprint_of(shipment(uuid4()), []) != fingerprint_of(shipment(uuid4()), [])
    made = uuid4()
    other = AddItem(order_id=new_order_id(), sku=Sku("CUP"), quantity=1)
    assert fingerprint_of(other, [made]) != fingerprint_of(AddItem(order_id=ORDER, sku=Sku("CUP"), quantity=1), [made])


def test_another_content_or_another_kind_of_command_is_another_one() -> None:
    made = uuid4()
    assert fingerprint_of(shipment(made), [made]) != fingerprint_of(shipment(made, 2), [made])

    @dataclass(frozen=True)
    class First:
        name: str = "a"

    @dataclass(frozen=True)
    class Second:
        name: str = "a"

    assert fingerprint_of(First(), []) != fingerprint_of(Second(), [])


def test_a_field_that_a_later_version_adds_changes_nothing_for_those_who_leave_it_out() -> None:
    @dataclass(frozen=True)
    class Greet:
        name: str

    def later(title: str | None) -> object:
        @dataclass(frozen=True)
        class Greet:
            title: str | None
            name: str

        return Greet(title, "Ada")

    assert fingerprint_of(later(None), []) == fingerprint_of(Greet("Ada"), [])
    assert fingerprint_of(later("Lady"), []) != fingerprint_of(Greet("Ada"), [])


def request(*values: bytes) -> Request:
    return Request({"type": "http", "headers": [(b"idempotency-key", value) for value in values]})


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (b"a", "a"),
        (b"6f1c2a8e-3b0d-4c57-9a41-0d5e7b2f9c13", "6f1c2a8e-3b0d-4c57-9a41-0d5e7b2f9c13"),
        (b'"6f1c2a8e"', "6f1c2a8e"),
        (b"two words", "two words"),
        (b'it\'s "so"', 'it\'s "so"'),
        (b'"a \\"quoted\\" \\\\ key"', 'a "quoted" \\ key'),
        (b"~" * 255, "~" * 255),
        (b'"' + b"~" * 255 + b'"', "~" * 255),
        (b'"' + b'\\"' * 255 + b'"', '"' * 255),
    ],
)
def test_a_key_is_taken_bare_or_quoted(value: bytes, key: str) -> None:
    assert given_key(request(value)) == key


@pytest.mark.parametrize(
    "values",
    [
        [b""],
        [b" "],
        [b'""'],
        [b'"'],
        [b'"a'],
        [b'"a"b'],
        [b'"a\\b"'],
        [b'"a"; x=1'],
        [b"a\tb"],
        [b"\xe9"],
        [b"\x7f"],
        [b"~" * 256],
        [b'"' + b"~" * 256 + b'"'],
        [b"a", b"a"],
        [b"a", b"b"],
    ],
    ids=repr,
)
def test_what_is_no_key_is_malformed(values: list[bytes]) -> None:
    with pytest.raises(RequestProblem) as problem:
        given_key(request(*values))
    assert problem.value.code == "malformed_request"


def test_no_header_is_no_key() -> None:
    assert given_key(request()) is None
