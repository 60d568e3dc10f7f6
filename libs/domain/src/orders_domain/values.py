"""The words of the domain: ids, codes, states and limits. A type for each, so that none is taken for another."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NewType
from uuid import UUID

OrderId = NewType("OrderId", UUID)
CustomerId = NewType("CustomerId", UUID)
ShipmentId = NewType("ShipmentId", UUID)
ReturnId = NewType("ReturnId", UUID)
Sku = NewType("Sku", str)
Currency = NewType("Currency", str)
DiscountCode = NewType("DiscountCode", str)

MAX_QUANTITY: Final = 9_999
MAX_LINES: Final = 500
MAX_PRICE_CENTS: Final = 10**12 - 1
MAX_STOCK_DELTA: Final = 10**9
MAX_STOCK: Final = 10**12
MAX_PAYMENT_CENTS: Final = 10**15 - 1
MAX_DISCOUNTS: Final = 20
MAX_PARTS: Final = 500
"""Of an order's payments, refunds, shipments and returns, of each."""
MAX_NOTES: Final = 100
MAX_NOTE_CHARACTERS: Final = 2_000
WHOLE_BP: Final = 10_000
"""All of it, in basis points."""

_SKU: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

_WITH_2_DIGITS: Final = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
    CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
    HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU
    MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR
    SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED
    VES WST XAD XCD XCG YER ZAR ZMW ZWG
"""
_WITHOUT_DIGITS: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_3_DIGITS: Final = "BHD IQD JOD KWD LYD OMR TND"
_WITH_4_DIGITS: Final = "CLF UYW"

_EXPONENTS: Final = {
    code: digits
    for digits, codes in ((0, _WITHOUT_DIGITS), (2, _WITH_2_DIGITS), (3, _WITH_3_DIGITS), (4, _WITH_4_DIGITS))
    for code in codes.split()
}


def parse_sku(text: str) -> Sku:
    """Takes 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or digit; case counts.

    Raises ValueError for anything else.
    """
    if _SKU.fullmatch(text) is None:
        raise ValueError("a SKU is 1 to 64 of A-Z a-z 0-9 . _ - and begins with a letter or a digit")
    return Sku(text)


def parse_discount_code(text: str) -> DiscountCode:
    """Takes what a SKU may be. Raises ValueError for anything else."""
    if _SKU.fullmatch(text) is None:
        raise ValueError("a discount code is 1 to 64 of A-Z a-z 0-9 . _ - and begins with a letter or a digit")
    return DiscountCode(text)


def parse_currency(text: str) -> Currency:
    """Takes the three capital letters of a currency in use that has an amount to count (ISO 4217, list one, 2026).

    Raises ValueError for anything else; metals, testing codes and accounting units without digits are among that.
    """
    if text not in _EXPONENTS:
        raise ValueError("a currency is three capital letters of ISO 4217")
    return Currency(text)


def exponent(currency: Currency) -> int:
    """How many decimal digits the minor unit has (ISO 4217): EUR 2, JPY 0, KWD 3."""
    return _EXPONENTS[currency]


class OrderStatus(StrEnum):
    """Where an order stands in its life."""

    DRAFT = "DRAFT"
    PENDING_REVIEW = "PENDING_REVIEW"
    CONFIRMED = "CONFIRMED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    DISCARDED = "DISCARDED"
    EXPIRED = "EXPIRED"


class FraudVerdict(StrEnum):
    """What a fraud check thinks of an order."""

    APPROVE = "approve"
    REVIEW = "review"
    DENY = "deny"


class ChargeKind(StrEnum):
    """What is charged beside the goods; one of each on an order."""

    SHIPPING = "shipping"
    TAX = "tax"
    FEE = "fee"


class PaymentStatus(StrEnum):
    """What is paid, less what is refunded, against the total."""

    UNPAID = "unpaid"
    PART_PAID = "part_paid"
    PAID = "paid"
    PART_REFUNDED = "part_refunded"
    REFUNDED = "refunded"


class FulfilmentStatus(StrEnum):
    """How far the goods have come."""

    UNFULFILLED = "unfulfilled"
    PARTIAL = "partial"
    SHIPPED = "shipped"
    DELIVERED = "delivered"


class ReturnStatus(StrEnum):
    """How much is coming back, or has come back."""

    NONE = "none"
    REQUESTED = "requested"
    PARTIAL = "partial"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingAddress:
    """Where an order goes. Compared as a whole."""

    recipient: str
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str
    country: str


@dataclass(frozen=True, slots=True)
class ItemQuantity:
    """So many units of one SKU."""

    sku: Sku
    quantity: int


def require_quantity(quantity: int) -> None:
    """Raises ValueError unless it is one that a single command may name, 1 to MAX_QUANTITY units."""
    if not 1 <= quantity <= MAX_QUANTITY:
        raise ValueError(f"a quantity is 1 to {MAX_QUANTITY}")


def require_price(unit_price_cents: int) -> None:
    """Raises ValueError unless it is 0 to MAX_PRICE_CENTS minor units."""
    if not 0 <= unit_price_cents <= MAX_PRICE_CENTS:
        raise ValueError(f"a price is 0 to {MAX_PRICE_CENTS} minor units")
