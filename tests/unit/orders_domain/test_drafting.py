"""A draft's items: added, changed and removed at the price of the moment they first came."""

from dataclasses import replace

import pytest

from orders_domain.errors import (
    CurrencyMismatch,
    IllegalTransition,
    InsufficientInventory,
    ItemNotFound,
    LineLimit,
    ProductDelisted,
    QuantityLimit,
    UnknownProduct,
)
from orders_domain.events import OrderItemAdded, OrderItemQuantityChanged, OrderItemRemoved
from orders_domain.evolving import evolve, fold
from orders_domain.values import MAX_LINES, MAX_QUANTITY, OrderStatus, Sku
from tests.unit.orders_domain.examples import (
    CUP,
    POT,
    TEA,
    USD,
    Decision,
    after,
    confirmed,
    draft,
    line,
    product,
    results,
)
from tests.unit.orders_domain.moments import adding, changing
from tests.unit.orders_domain.scenario import given

DRAFT = OrderStatus.DRAFT


def removing(sku: Sku) -> Decision:
    return lambda order: order.remove_item(sku)


def test_an_added_sku_gets_a_line_with_the_next_number() -> None:
    added = OrderItemAdded(sku=POT, quantity=2, lines=(line(2, POT, 2),), results=results(DRAFT, 250 + 2 * 1_999, 3))
    order = given(*draft(CUP=1)).when(adding(POT, 2)).then(added)
    assert order.lines == (line(1, CUP, 1), line(2, POT, 2))
    assert order.results == added.results


def test_the_first_line_of_an_order_that_began_empty_has_the_number_1() -> None:
    assert after(draft(), adding(CUP, 1))[-1].lines == (line(1, CUP, 1),)


def test_an_added_sku_that_is_there_grows_its_line() -> None:
    added = OrderItemAdded(sku=CUP, quantity=3, lines=(line(1, CUP, 5),), results=results(DRAFT, 5 * 250 + 499, 6))
    order = given(*draft(CUP=2, TEA=1)).when(adding(CUP, 3)).then(added)
    assert order.lines == (line(1, CUP, 5), line(2, TEA, 1))


def test_a_line_that_grows_keeps_its_first_price_and_name() -> None:
    dearer = replace(product(CUP), unit_price_cents=999, name="cup, gilded")
    added = OrderItemAdded(sku=CUP, quantity=1, lines=(line(1, CUP, 3),), results=results(DRAFT, 3 * 250, 3))
    given(*draft(CUP=2)).when(lambda order: order.add_item(CUP, 1, dearer)).then(added)


def test_a_line_of_a_delisted_product_may_grow_but_none_may_begin() -> None:
    gone = product(CUP, listed=False)
    added = OrderItemAdded(sku=CUP, quantity=1, lines=(line(1, CUP, 2),), results=results(DRAFT, 500, 2))
    given(*draft(CUP=1)).when(lambda order: order.add_item(CUP, 1, gone)).then(added)
    changed = OrderItemQuantityChanged(sku=CUP, quantity=3, lines=(line(1, CUP, 3),), results=results(DRAFT, 750, 3))
    given(*draft(CUP=1)).when(lambda order: order.change_item_quantity(CUP, 3, gone)).then(changed)
    given(*draft()).when(lambda order: order.add_item(CUP, 1, gone)).refuses(
        ProductDelisted, "product_delisted", sku="CUP"
    )


def test_an_unknown_sku_cannot_be_added() -> None:
    given(*draft()).when(lambda order: order.add_item(CUP, 1, None)).refuses(
        UnknownProduct, "unknown_product", sku="CUP"
    )


def test_a_product_of_another_currency_cannot_be_added() -> None:
    foreign = product(CUP, currency=USD)
    given(*draft()).when(lambda order: order.add_item(CUP, 1, foreign)).refuses(
        CurrencyMismatch, "currency_mismatch", sku="CUP", expected="EUR", actual="USD"
    )


def test_the_whole_line_must_be_available_when_it_grows() -> None:
    short = {"sku": "CUP", "requested": 5, "available": 4}
    when = given(*draft(CUP=2)).when(adding(CUP, 3, on_hand=6, reserved=2))
    when.refuses(InsufficientInventory, "insufficient_inventory", items=[short])
    enough = OrderItemAdded(sku=CUP, quantity=3, lines=(line(1, CUP, 5),), results=results(DRAFT, 1_250, 5))
    given(*draft(CUP=2)).when(adding(CUP, 3, on_hand=6, reserved=1)).then(enough)


def test_a_line_cannot_grow_beyond_its_limit() -> None:
    when = given(*draft(CUP=2)).when(adding(CUP, MAX_QUANTITY - 1, on_hand=0))
    when.refuses(QuantityLimit, "quantity_limit", sku="CUP", limit=MAX_QUANTITY)
    full = after(draft(CUP=2), adding(CUP, MAX_QUANTITY - 2, on_hand=MAX_QUANTITY))
    assert full[-1].lines[0].quantity == MAX_QUANTITY


def test_a_full_order_takes_no_new_line_but_more_of_an_old_one() -> None:
    order = fold(draft())
    for number in range(MAX_LINES):
        order = evolve(order, adding(Sku(f"S{number}"), 1)(order)[0])
    with pytest.raises(LineLimit) as caught:
        order.add_item(CUP, 1, product(CUP, on_hand=0))
    assert (caught.value.code, caught.value.extra) == ("line_limit", {"limit": MAX_LINES})
    (grown,) = adding(Sku("S7"), 1)(order)
    assert grown.lines[0].quantity == 2


def test_refusals_of_adding_come_in_their_order() -> None:
    delisted = product(CUP, listed=False, currency=USD, on_hand=0)
    foreign = product(CUP, currency=USD, on_hand=0)
    with pytest.raises(IllegalTransition):
        given(*confirmed(POT=1)).order.add_item(CUP, 1, None)
    with pytest.raises(ProductDelisted):
        given(*draft()).order.add_item(CUP, 1, delisted)
    with pytest.raises(CurrencyMismatch):
        given(*draft()).order.add_item(CUP, 1, foreign)


def test_a_changed_quantity_replaces_the_old_one() -> None:
    changed = OrderItemQuantityChanged(
        sku=CUP, quantity=7, lines=(line(1, CUP, 7),), results=results(DRAFT, 7 * 250 + 499, 8)
    )
    order = given(*draft(CUP=2, TEA=1)).when(changing(CUP, 7)).then(changed)
    assert order.lines == (line(1, CUP, 7), line(2, TEA, 1))


def test_the_same_quantity_changes_nothing() -> None:
    given(*draft(CUP=2)).when(changing(CUP, 2, on_hand=0)).is_silent()


def test_a_line_shrinks_without_a_look_at_the_stock() -> None:
    changed = OrderItemQuantityChanged(sku=CUP, quantity=1, lines=(line(1, CUP, 1),), results=results(DRAFT, 250, 1))
    given(*draft(CUP=2)).when(changing(CUP, 1, on_hand=0)).then(changed)
    given(*draft(CUP=2)).when(lambda order: order.change_item_quantity(CUP, 1, None)).then(changed)


def test_the_whole_new_quantity_must_be_available() -> None:
    short = {"sku": "CUP", "requested": 4, "available": 3}
    when = given(*draft(CUP=2)).when(changing(CUP, 4, on_hand=3))
    when.refuses(InsufficientInventory, "insufficient_inventory", items=[short])


def test_a_growing_line_needs_a_product() -> None:
    given(*draft(CUP=2)).when(lambda order: order.change_item_quantity(CUP, 3, None)).refuses(
        UnknownProduct, "unknown_product", sku="CUP"
    )


def test_what_is_not_on_the_order_cannot_be_changed_or_removed() -> None:
    given(*draft(CUP=2)).when(changing(POT, 1)).refuses(ItemNotFound, "item_not_found", sku="POT")
    given(*draft(CUP=2)).when(removing(POT)).refuses(ItemNotFound, "item_not_found", sku="POT")


@pytest.mark.parametrize("quantity", [0, -3, MAX_QUANTITY + 1])
def test_a_quantity_out_of_bounds_is_an_error_of_the_caller(quantity: int) -> None:
    order = given(*draft(CUP=2)).order
    with pytest.raises(ValueError, match="a quantity is"):
        order.add_item(CUP, quantity, product(CUP))
    with pytest.raises(ValueError, match="a quantity is"):
        order.change_item_quantity(CUP, quantity, product(CUP))


def test_a_removed_line_is_gone_and_no_longer_owed() -> None:
    removed = OrderItemRemoved(sku=CUP, results=results(DRAFT, 499, 1))
    order = given(*draft(CUP=2, TEA=1)).when(removing(CUP)).then(removed)
    assert order.lines == (line(2, TEA, 1),)


def test_a_removed_lines_number_is_never_given_again() -> None:
    events = after(draft(CUP=1, POT=1, TEA=1), removing(TEA), removing(CUP), adding(CUP, 1))
    assert events[-1].lines == (line(4, CUP, 1),)
    assert given(*events).order.lines == (line(2, POT, 1), line(4, CUP, 1))


def test_a_sku_that_comes_back_after_removal_has_the_present_price() -> None:
    dearer = replace(product(CUP), unit_price_cents=300)
    events = after(draft(CUP=1), removing(CUP), lambda order: order.add_item(CUP, 1, dearer))
    assert events[-1].lines[0].unit_price_cents == 300
