"""The bodies of requests."""

from typing import Annotated, Final

from pydantic import Field, JsonValue, StringConstraints

from command_api.entrypoints.fields import (
    Body,
    CurrencyText,
    Id,
    Name,
    Quantity,
    Reason,
    Reference,
    SkuText,
    example_of,
    printable,
)
from orders_domain.values import (
    MAX_LINES,
    MAX_PRICE_CENTS,
    MAX_STOCK_DELTA,
    Currency,
    ItemQuantity,
    ShippingAddress,
    Sku,
)

EXAMPLE_ITEM: Final[dict[str, JsonValue]] = {"sku": "TEA-EARL-GREY", "quantity": 2}
_EXAMPLE_ADDRESS: Final[dict[str, JsonValue]] = {
    "recipient": "Ada Lovelace",
    "line1": "12 St James's Square",
    "city": "London",
    "postal_code": "SW1Y 4JH",
    "country": "GB",
}


class ItemBody(Body):
    """So many units of one SKU."""

    model_config = example_of(**EXAMPLE_ITEM)

    sku: SkuText
    quantity: Quantity

    def to_domain(self) -> ItemQuantity:
        return ItemQuantity(Sku(self.sku), self.quantity)


class AddressBody(Body):
    """`country` is ISO 3166-1 alpha-2."""

    model_config = example_of(**_EXAMPLE_ADDRESS)

    recipient: Name
    line1: Name
    line2: Name | None = None
    city: Name
    region: Name | None = None
    postal_code: Annotated[str, printable(20)]
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]

    def to_domain(self) -> ShippingAddress:
        return ShippingAddress(
            recipient=self.recipient,
            line1=self.line1,
            line2=self.line2,
            city=self.city,
            region=self.region,
            postal_code=self.postal_code,
            country=self.country,
        )


class CreateOrderBody(Body):
    """A draft. Prices are the products', never the client's."""

    model_config = example_of(
        customer_id="018f4e2a-7c1e-7c3a-9d55-0c8f6e2b1a10",
        items=[EXAMPLE_ITEM],
        shipping_address=_EXAMPLE_ADDRESS,
    )

    customer_id: Id
    currency: CurrencyText | None = None
    reference: Reference | None = None
    items: list[ItemBody] = Field(default=[], max_length=MAX_LINES)
    shipping_address: AddressBody | None = None


class QuantityBody(Body):
    """The units that the line shall have."""

    model_config = example_of(quantity=3)

    quantity: Quantity


class ReasonBody(Body):
    """Why, for those who read the history."""

    model_config = example_of(reason="The customer changed their mind")

    reason: Reason


class ShipmentBody(Body):
    """One parcel."""

    model_config = example_of(items=[EXAMPLE_ITEM], carrier="DHL", tracking="JD0146 0000 1234")

    items: Annotated[list[ItemBody], Field(min_length=1, max_length=MAX_LINES)]
    carrier: Name | None = None
    tracking: Name | None = None


class ProductBody(Body):
    """The price is in minor units of the currency: 1299 is 12.99 EUR, and 1,299 JPY."""

    model_config = example_of(name="Earl Grey, 100 g", unit_price_cents=499, currency="EUR")

    name: Name
    unit_price_cents: Annotated[int, Field(ge=0, le=MAX_PRICE_CENTS)]
    currency: CurrencyText


class StockAdjustmentBody(Body):
    """Units that came (positive) or went (negative)."""

    model_config = example_of(delta=40, reason="Delivery 4711")

    delta: Annotated[int, Field(ge=-MAX_STOCK_DELTA, le=MAX_STOCK_DELTA)]
    reason: Reason


def currency_or_none(text: str | None) -> Currency | None:
    """What the body says, which is checked already."""
    return None if text is None else Currency(text)
