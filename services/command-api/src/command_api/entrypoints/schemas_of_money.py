"""The bodies of requests about money: discounts, charges, payments and refunds. All of it in minor units."""

from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from command_api.entrypoints.fields import Body, DiscountCodeText, Name, Reason, example_of, printable
from orders_domain.values import MAX_PAYMENT_CENTS, MAX_PRICE_CENTS, WHOLE_BP

PaymentCents = Annotated[int, Field(ge=1, le=MAX_PAYMENT_CENTS)]
PaymentReference = Annotated[str, printable(255)]


def _just(one: str, other: str) -> JsonValue:
    return {"required": [one], "properties": {one: {"type": "integer"}, other: {"type": "null"}}}


_ONE_OF_TWO: Final[ConfigDict] = {
    "json_schema_extra": {
        "examples": [{"code": "SPRING-10", "percent_bp": 1_000}, {"code": "VOUCHER-5", "amount_cents": 500}],
        "oneOf": [_just("percent_bp", "amount_cents"), _just("amount_cents", "percent_bp")],
    }
}


class DiscountBody(Body):
    """Basis points of what earlier discounts leave (1,000 is 10 %), or an amount; just one of the two."""

    model_config = _ONE_OF_TWO

    code: DiscountCodeText
    percent_bp: Annotated[int, Field(ge=1, le=WHOLE_BP)] | None = None
    amount_cents: Annotated[int, Field(ge=1, le=MAX_PRICE_CENTS)] | None = None

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        if (self.percent_bp is None) is (self.amount_cents is None):
            raise ValueError("a discount has just one of percent_bp and amount_cents")
        return self


class ChargeBody(Body):
    """What is charged for this kind, in place of what was; the label is for the customer."""

    model_config = example_of(label="Express delivery", amount_cents=990)

    label: Name | None = None
    amount_cents: Annotated[int, Field(ge=0, le=MAX_PRICE_CENTS)]


class PaymentBody(Body):
    """A payment that was made. No two payments of an order have the same reference."""

    model_config = example_of(amount_cents=1_988, reference="ch_3Q8example")

    amount_cents: PaymentCents
    reference: PaymentReference
    reason: Reason | None = None
    allow_overpayment: Annotated[bool, Field(description="Take it even if it is more than is due")] = False


class RefundBody(Body):
    """A refund that was made. No two refunds of an order have the same reference."""

    model_config = example_of(amount_cents=499, reference="re_3Q8example", reason="One cup was broken")

    amount_cents: PaymentCents
    reference: PaymentReference
    reason: Reason | None = None
