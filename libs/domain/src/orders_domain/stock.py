"""The stock of products, as orders hold it, let it go, take it and give it back."""

from collections.abc import Mapping

from orders_domain.errors import InsufficientInventory, QuantityLimit, Shortage, UnknownProduct
from orders_domain.events import ProductEvent, StockReleased, StockReserved, StockReturned, StockShipped
from orders_domain.product import Product, facts
from orders_domain.values import MAX_STOCK, OrderId, Sku

StockEvents = dict[Sku, tuple[ProductEvent, ...]]


def require_available(products: Mapping[Sku, Product], quantities: Mapping[Sku, int]) -> None:
    """Raises InsufficientInventory with every SKU of which fewer units are available than asked for."""
    shortages = [
        Shortage(sku=sku, requested=quantity, available=product.available)
        for sku, quantity in quantities.items()
        if quantity > (product := _known(products, sku)).available
    ]
    if shortages:
        raise InsufficientInventory(shortages)


def reserve(products: Mapping[Sku, Product], order_id: OrderId, quantities: Mapping[Sku, int]) -> StockEvents:
    """Holds units for an order, all SKUs or none. Answers with the events of each product, in SKU order.

    Raises InsufficientInventory that names every SKU in want, UnknownProduct for one without a product.
    """
    require_available(products, quantities)
    return {
        sku: (StockReserved(**facts(products[sku], reserved=n), order_id=order_id, quantity=n),)
        for sku, n in sorted(quantities.items())
    }


def release(products: Mapping[Sku, Product], order_id: OrderId, quantities: Mapping[Sku, int]) -> StockEvents:
    """Lets go of units that the order holds. Answers and raises as `take_off_hand`."""
    _require_reserved(products, quantities)
    return {
        sku: (StockReleased(**facts(products[sku], reserved=-n), order_id=order_id, quantity=n),)
        for sku, n in sorted(quantities.items())
    }


def take_off_hand(products: Mapping[Sku, Product], order_id: OrderId, quantities: Mapping[Sku, int]) -> StockEvents:
    """Sends off units that the order holds. Answers with the events of each product, in SKU order.

    Raises UnknownProduct for a SKU without a product, ValueError for more units than are reserved.
    """
    _require_reserved(products, quantities)
    return {
        sku: (StockShipped(**facts(products[sku], on_hand=-n, reserved=-n), order_id=order_id, quantity=n),)
        for sku, n in sorted(quantities.items())
    }


def put_back(products: Mapping[Sku, Product], order_id: OrderId, quantities: Mapping[Sku, int]) -> StockEvents:
    """Puts units on hand that came back from an order. Answers with the events of each product, in SKU order.

    Raises UnknownProduct for a SKU without a product, QuantityLimit above MAX_STOCK.
    """
    for sku, n in quantities.items():
        if _known(products, sku).on_hand + n > MAX_STOCK:
            raise QuantityLimit(sku, MAX_STOCK)
    return {
        sku: (StockReturned(**facts(products[sku], on_hand=n), order_id=order_id, quantity=n),)
        for sku, n in sorted(quantities.items())
    }


def _known(products: Mapping[Sku, Product], sku: Sku) -> Product:
    product = products.get(sku)
    if product is None:
        raise UnknownProduct(sku)
    return product


def _require_reserved(products: Mapping[Sku, Product], quantities: Mapping[Sku, int]) -> None:
    for sku, quantity in quantities.items():
        held = _known(products, sku).reserved
        if not 0 < quantity <= held:
            raise ValueError(f"cannot give up {quantity} of {sku}: {held} are reserved")
