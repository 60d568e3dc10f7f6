"""Who shops where the story of the golden examples is told, and for what."""

from typing import Final
from uuid import UUID

from command_api.application.commands.create_order import CreateOrder
from orders_domain.values import Currency, CustomerId, ItemQuantity, OrderId, ShippingAddress, Sku

EUR: Final = Currency("EUR")
CUP, POT, TEA = Sku("CUP-BLUE-250"), Sku("POT-1L"), Sku("TEA.ASSAM_100G")
HOME: Final = ShippingAddress(
    recipient="Ada Byron",
    line1="12 St James's Square",
    line2=None,
    city="London",
    region=None,
    postal_code="SW1Y 4JH",
    country="GB",
)
OFFICE: Final = ShippingAddress(
    recipient="Ada Byron",
    line1="Rue de la Gare 7",
    line2="3ème étage",
    city="Liège",
    region="Wallonie",
    postal_code="4000",
    country="BE",
)


def numbered(number: int) -> OrderId:
    """The id of the story's order of that number."""
    return OrderId(UUID(f"019abcde-{number:04x}-7000-8000-00000000f00d"))


def create(order_id: OrderId, *items: ItemQuantity, reference: str | None = None) -> CreateOrder:
    """An order of the one customer, to be sent home."""
    return CreateOrder(
        order_id=order_id,
        customer_id=CustomerId(UUID("5f0c7a52-64f1-4a7e-9a53-2f3c9f5d8e11")),
        currency=EUR,
        reference=reference,
        items=items,
        shipping_address=HOME,
    )
