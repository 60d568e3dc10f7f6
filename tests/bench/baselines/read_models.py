"""Orders in normalised tables, mapped the way tutorials do it. The amounts of an order are columns of its row."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    type_annotation_map = {str: Text, int: BigInteger, datetime: DateTime(timezone=True)}  # noqa: RUF012


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (Index("orders_of_customer", "customer_id", "created_at", "order_id"),)

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    reference: Mapped[str | None]
    status: Mapped[str]
    version: Mapped[int]
    currency: Mapped[str]
    item_count: Mapped[int]
    subtotal_cents: Mapped[int]
    discount_cents: Mapped[int]
    charges_cents: Mapped[int]
    total_cents: Mapped[int]
    returned_cents: Mapped[int]
    recipient: Mapped[str]
    line1: Mapped[str]
    line2: Mapped[str | None]
    city: Mapped[str]
    region: Mapped[str | None]
    postal_code: Mapped[str]
    country: Mapped[str]
    payment_status: Mapped[str]
    fulfilment_status: Mapped[str]
    return_status: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    items: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.line_number")

    @property
    def shipping_address(self) -> "Order":
        """The address is part of the row."""
        return self


class OrderLine(Base):
    __tablename__ = "order_lines"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.order_id"), primary_key=True)
    line_number: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str]
    name: Mapped[str]
    quantity: Mapped[int]
    unit_price_cents: Mapped[int]
    line_total_cents: Mapped[int]
    discount_cents: Mapped[int]
    cancelled_quantity: Mapped[int]
    shipped_quantity: Mapped[int]
    delivered_quantity: Mapped[int]
    return_requested_quantity: Mapped[int]
    returned_quantity: Mapped[int]
