"""The bodies of requests and answers. Unknown fields are refused, integers are integers, texts are printable."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from orders_domain.values import (
    MAX_LINES,
    MAX_PRICE_CENTS,
    MAX_QUANTITY,
    MAX_STOCK_DELTA,
    Currency,
    ItemQuantity,
    ShippingAddress,
    Sku,
    parse_currency,
)

SKU_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
_PRINTABLE = r"^\P{Cc}*[^\p{Cc}\s]\P{Cc}*$"


def _text(most: int) -> StringConstraints:
    """Some visible character, no control character (Postgres takes no NUL, people no others)."""
    return StringConstraints(min_length=1, max_length=most, pattern=_PRINTABLE)


Quantity = Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
SkuText = Annotated[str, StringConstraints(pattern=SKU_PATTERN)]
CurrencyText = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$"), AfterValidator(parse_currency)]
Name = Annotated[str, _text(200)]
Reference = Annotated[str, _text(100)]
Reason = Annotated[str, _text(500)]
Id = Annotated[UUID, Field(strict=False)]


class Body(BaseModel):
    """What all bodies of requests have in common."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ItemBody(Body):
    """So many units of one SKU."""

    sku: SkuText
    quantity: Quantity

    def to_domain(self) -> ItemQuantity:
        return ItemQuantity(Sku(self.sku), self.quantity)


class AddressBody(Body):
    """`country` is ISO 3166-1 alpha-2."""

    recipient: Name
    line1: Name
    line2: Name | None = None
    city: Name
    region: Name | None = None
    postal_code: Annotated[str, _text(20)]
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


_EXAMPLE_ADDRESS: dict[str, JsonValue] = {
    "recipient": "Ada Lovelace",
    "line1": "12 St James's Square",
    "city": "London",
    "postal_code": "SW1Y 4JH",
    "country": "GB",
}


class CreateOrderBody(Body):
    """A draft. Prices are the products', never the client's."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "018f4e2a-7c1e-7c3a-9d55-0c8f6e2b1a10",
                    "items": [{"sku": "TEA-EARL-GREY", "quantity": 2}],
                    "shipping_address": _EXAMPLE_ADDRESS,
                }
            ]
        }
    )

    customer_id: Id
    currency: CurrencyText | None = None
    reference: Reference | None = None
    items: Annotated[list[ItemBody], Field(max_length=MAX_LINES)] = []
    shipping_address: AddressBody | None = None


class QuantityBody(Body):
    """The units that the line shall have."""

    quantity: Quantity


class ReasonBody(Body):
    """Why, for those who read the history."""

    reason: Reason


class ShipmentBody(Body):
    """One parcel."""

    items: Annotated[list[ItemBody], Field(min_length=1, max_length=MAX_LINES)]
    carrier: Name | None = None
    tracking: Name | None = None


class ProductBody(Body):
    """The price is in minor units of the currency: 1299 is 12.99 EUR, and 1,299 JPY."""

    name: Name
    unit_price_cents: Annotated[int, Field(ge=0, le=MAX_PRICE_CENTS)]
    currency: CurrencyText


class StockAdjustmentBody(Body):
    """Units that came (positive) or went (negative)."""

    delta: Annotated[int, Field(ge=-MAX_STOCK_DELTA, le=MAX_STOCK_DELTA)]
    reason: Reason


class OrderAnswer(BaseModel):
    """The order's version after the command."""

    order_id: UUID
    version: int


class ShipmentAnswer(OrderAnswer):
    """And the parcel that it made."""

    shipment_id: UUID


class ProductAnswer(BaseModel):
    """The product's version after the command."""

    sku: str
    version: int


class FieldError(BaseModel):
    """One thing that is wrong, and where: a JSON pointer into the body, or the parameter's name."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """RFC 9457. `code` is stable and for programs; some codes carry further facts."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    trace_id: str | None
    errors: list[FieldError] | None = None


def currency_or_none(text: str | None) -> Currency | None:
    """What the body says, which is checked already."""
    return None if text is None else Currency(text)
