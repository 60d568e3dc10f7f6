"""Decisions on a draft: how it begins and what may be changed while it is one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from orders_domain.discounting import discounted
from orders_domain.errors import (
    CurrencyMismatch,
    IllegalTransition,
    ItemNotFound,
    LineLimit,
    ProductDelisted,
    QuantityLimit,
    UnknownProduct,
)
from orders_domain.events import (
    OrderCreated,
    OrderEvent,
    OrderItemAdded,
    OrderItemQuantityChanged,
    OrderItemRemoved,
    ShippingAddressSet,
)
from orders_domain.lines import OrderLine, changed_lines, drop_line, merge_items, put_lines
from orders_domain.order_state import OrderState
from orders_domain.pricing import order_results
from orders_domain.product import Product
from orders_domain.stock import require_available
from orders_domain.values import (
    MAX_LINES,
    MAX_QUANTITY,
    Currency,
    CustomerId,
    ItemQuantity,
    OrderId,
    OrderStatus,
    ShippingAddress,
    Sku,
    require_quantity,
)


def create(
    *,
    order_id: OrderId,
    customer_id: CustomerId,
    currency: Currency | None,
    default_currency: Currency,
    items: Sequence[ItemQuantity],
    products: Mapping[Sku, Product],
    reference: str | None,
    shipping_address: ShippingAddress | None,
) -> tuple[OrderEvent, ...]:
    """Begins a draft. Without a currency it takes that of the first item's product, or else the default.

    The same SKU twice makes one line. Raises, in this order, UnknownProduct, ProductDelisted, CurrencyMismatch,
    LineLimit, QuantityLimit, InsufficientInventory; ValueError for a quantity out of bounds.
    """
    wanted = merge_items(items)
    chosen = [_known(sku, products.get(sku)) for sku in wanted]
    for product in chosen:
        _require_listed(product)
    if currency is None:
        currency = chosen[0].currency if chosen else default_currency
    for product in chosen:
        _require_currency(product, currency)
    if len(wanted) > MAX_LINES:
        raise LineLimit(MAX_LINES)
    for sku, quantity in wanted.items():
        _require_line_quantity(sku, quantity)
    require_available(products, wanted)
    lines = tuple(_new_line(number, product, wanted[product.sku]) for number, product in enumerate(chosen, 1))
    created = OrderCreated(
        order_id=order_id,
        customer_id=customer_id,
        reference=reference,
        shipping_address=shipping_address,
        lines=lines,
        results=order_results(currency=currency, status=OrderStatus.DRAFT, lines=lines),
    )
    return (created,)


def add_item(order: OrderState, sku: Sku, quantity: int, product: Product | None) -> tuple[OrderEvent, ...]:
    """Adds units to the line of the SKU, which keeps its price, or to a new line at the product's price.

    Raises, in this order, IllegalTransition, UnknownProduct, ProductDelisted (for a new line), CurrencyMismatch,
    LineLimit, QuantityLimit, InsufficientInventory; ValueError for a quantity out of bounds.
    """
    require_quantity(quantity)
    order.require_status("add an item", OrderStatus.DRAFT)
    product = _known(sku, product)
    line = order.line(sku)
    if line is None:
        _require_listed(product)
    _require_currency(product, order.currency)
    if line is None:
        if len(order.lines) >= MAX_LINES:
            raise LineLimit(MAX_LINES)
        grown = _new_line(order.last_line_number + 1, product, quantity)
    else:
        _require_line_quantity(sku, line.quantity + quantity)
        grown = replace(line, quantity=line.quantity + quantity)
    require_available({sku: product}, {sku: grown.quantity})
    lines = discounted(put_lines(order.lines, (grown,)), order.discounts)
    changed = changed_lines(order.lines, lines)
    return (OrderItemAdded(sku=sku, quantity=quantity, lines=changed, results=order.results_with(lines=lines)),)


def change_item_quantity(order: OrderState, sku: Sku, quantity: int, product: Product | None) -> tuple[OrderEvent, ...]:
    """Gives the line this quantity; nothing happens if it has it. Only a line that grows needs stock.

    Raises, in this order, IllegalTransition, ItemNotFound, UnknownProduct, InsufficientInventory (for the whole
    new quantity); ValueError for a quantity out of bounds.
    """
    require_quantity(quantity)
    order.require_status("change the quantity of an item", OrderStatus.DRAFT)
    line = order.line(sku)
    if line is None:
        raise ItemNotFound(sku)
    if quantity == line.quantity:
        return ()
    if quantity > line.quantity:
        require_available({sku: _known(sku, product)}, {sku: quantity})
    lines = discounted(put_lines(order.lines, (replace(line, quantity=quantity),)), order.discounts)
    results = order.results_with(lines=lines)
    changed = changed_lines(order.lines, lines)
    return (OrderItemQuantityChanged(sku=sku, quantity=quantity, lines=changed, results=results),)


def remove_item(order: OrderState, sku: Sku) -> tuple[OrderEvent, ...]:
    """Takes the line off the order. Raises IllegalTransition, then ItemNotFound."""
    order.require_status("remove an item", OrderStatus.DRAFT)
    if order.line(sku) is None:
        raise ItemNotFound(sku)
    lines = discounted(drop_line(order.lines, sku), order.discounts)
    changed = changed_lines(order.lines, lines)
    return (OrderItemRemoved(sku=sku, lines=changed, results=order.results_with(lines=lines)),)


def set_shipping_address(order: OrderState, address: ShippingAddress) -> tuple[OrderEvent, ...]:
    """Sends the order there; nothing happens if it goes there already.

    Raises IllegalTransition unless it is a draft, or confirmed with nothing shipped.
    """
    action = "set the shipping address"
    order.require_status(action, OrderStatus.DRAFT, OrderStatus.CONFIRMED)
    if order.anything_shipped:
        raise IllegalTransition(order.status, action, "part of it is shipped")
    if address == order.shipping_address:
        return ()
    return (ShippingAddressSet(shipping_address=address, results=order.results),)


def _known(sku: Sku, product: Product | None) -> Product:
    if product is None:
        raise UnknownProduct(sku)
    return product


def _require_listed(product: Product) -> None:
    if not product.listed:
        raise ProductDelisted(product.sku)


def _require_currency(product: Product, currency: Currency) -> None:
    if product.currency != currency:
        raise CurrencyMismatch(product.sku, currency, product.currency)


def _require_line_quantity(sku: Sku, quantity: int) -> None:
    if quantity > MAX_QUANTITY:
        raise QuantityLimit(sku, MAX_QUANTITY)


def _new_line(number: int, product: Product, quantity: int) -> OrderLine:
    return OrderLine(
        line_number=number,
        sku=product.sku,
        name=product.name,
        quantity=quantity,
        unit_price_cents=product.unit_price_cents,
    )
