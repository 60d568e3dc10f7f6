"""Lives of orders and products as events, and a numbered log to put them in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from orders_contracts import orders, products
from orders_contracts.codec import Metadata, encode_event, type_of
from orders_contracts.envelope import AggregateType
from orders_contracts.heads import Heads, encode_heads
from orders_contracts.registry import EventData
from orders_contracts.streams import NO_EVENT
from orders_contracts.timestamps import timestamp
from projector.application.log import Entry

_SPACE = UUID("6f1e1f5e-8b1c-4d0e-9b0a-2f3d7c1a5e11")
START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ADDRESS = orders.Address(
    recipient="Ada Lovelace",
    line1="12 St James's Square",
    line2=None,
    city="London",
    region=None,
    postal_code="SW1Y 4JH",
    country="GB",
)


def an_id(*parts: object) -> UUID:
    """The same id for the same parts."""
    return uuid5(_SPACE, "/".join(str(part) for part in parts))


def line(number: int, sku: str, quantity: int = 1, price: int = 500, **more: int) -> orders.Line:
    """A line of an order."""
    counts = dict.fromkeys(
        (
            "discount_cents",
            "cancelled_quantity",
            "shipped_quantity",
            "delivered_quantity",
            "return_requested_quantity",
            "returned_quantity",
        ),
        0,
    )
    return orders.Line(
        line_number=number,
        sku=sku,
        name=f"The {sku}",
        quantity=quantity,
        unit_price_cents=price,
        line_total_cents=price * quantity,
        **(counts | more),
    )


@dataclass
class Happening:
    """One event: its bytes, and what the log needs to know of it."""

    event_id: str
    type: str
    aggregate: tuple[AggregateType, str]
    version: int
    data: bytes


@dataclass
class OrderLife:
    """Tells the events of one order, in order; every one carries `results`, changed as `more` says."""

    name: object = 1
    start: datetime = START
    version: int = 0
    results: dict[str, Any] = field(
        default_factory=lambda: {
            "status": "DRAFT",
            "payment_status": "unpaid",
            "fulfilment_status": "unfulfilled",
            "return_status": "none",
            "currency": "EUR",
            "item_count": 0,
            "subtotal_cents": 0,
            "discount_cents": 0,
            "charges_cents": 0,
            "total_cents": 0,
            "returned_cents": 0,
        }
    )

    @property
    def order_id(self) -> str:
        return str(an_id("order", self.name))

    def created(self, *lines: orders.Line, reference: str | None = None, **more: Any) -> Happening:
        return self.tell(
            orders.OrderCreated,
            lines,
            customer_id=an_id("customer", self.name),
            reference=reference,
            shipping_address=None,
            **more,
        )

    def tell(
        self,
        kind: type[orders.OrderEvent],
        lines: Iterable[orders.Line] = (),
        /,
        *,
        actor: str | None = None,
        **more: Any,
    ) -> Happening:
        self.results |= {key: value for key, value in more.items() if key in self.results}
        rest = {key: value for key, value in more.items() if key not in self.results}
        self.version += 1
        data = kind(**self.results, lines=tuple(lines), **rest)
        return happening(("order", self.order_id), self.version, data, self.start, actor)


@dataclass
class ProductLife:
    """Tells the events of one product, in order."""

    sku: str = "PEN-1"
    start: datetime = START
    version: int = 0
    state: dict[str, Any] = field(
        default_factory=lambda: {
            "name": "Pen",
            "unit_price_cents": 500,
            "currency": "EUR",
            "listed": True,
            "on_hand": 0,
            "reserved": 0,
        }
    )

    def tell(self, kind: type[products.ProductEvent] = products.ProductListed, **more: Any) -> Happening:
        self.state |= {key: value for key, value in more.items() if key in self.state}
        rest = {key: value for key, value in more.items() if key not in self.state}
        self.version += 1
        available = self.state["on_hand"] - self.state["reserved"]
        data = kind(sku=self.sku, **self.state, available=available, **rest)
        return happening(("product", self.sku), self.version, data, self.start, None)


def happening(
    aggregate: tuple[AggregateType, str], version: int, data: EventData, start: datetime, actor: str | None
) -> Happening:
    """An event of `aggregate`; each version happens a second after the one before."""
    event_id = an_id("event", *aggregate, version)
    metadata = Metadata(
        event_id,
        aggregate[0],
        aggregate[1],
        version,
        start + timedelta(seconds=version),
        correlation_id=f"request-{version}",
        actor=actor,
    )
    return Happening(str(event_id), type_of(data), aggregate, version, encode_event(metadata, data))


def life_of(name: object, start: datetime = START) -> list[Happening]:
    """An order from its creation to its delivery: eight events of all sorts."""
    order = OrderLife(name, start)
    pen, ink = line(1, f"PEN-{name}", 2), line(2, f"INK-{name}")
    shipment = an_id("shipment", name)
    return [
        order.created(pen, item_count=2, subtotal_cents=1_000, total_cents=1_000, reference=f"ref-{name}"),
        order.tell(orders.OrderItemAdded, [ink], sku=ink.sku, quantity=1, item_count=3, total_cents=1_500),
        order.tell(orders.OrderItemRemoved, sku=ink.sku, item_count=2, total_cents=1_000),
        order.tell(orders.ShippingAddressSet, shipping_address=ADDRESS),
        order.tell(orders.OrderConfirmed, status="CONFIRMED", actor="ada"),
        order.tell(
            orders.OrderShipped,
            [line(1, pen.sku, 2, shipped_quantity=2)],
            fulfilment_status="shipped",
            shipment_id=shipment,
            items=(orders.ShippedItem(line_number=1, sku=pen.sku, name=pen.name, quantity=2),),
            carrier="DHL",
            tracking=None,
        ),
        order.tell(
            orders.ShipmentDelivered,
            [line(1, pen.sku, 2, shipped_quantity=2, delivered_quantity=2)],
            fulfilment_status="delivered",
            shipment_id=shipment,
        ),
        order.tell(orders.OrderCompleted, status="COMPLETED"),
    ]


class NumberedLog:
    """Partitions with dense sequences and `prev`, as the relay makes them."""

    def __init__(self, partitions: int = 1) -> None:
        self.partitions: list[list[Entry]] = [[] for _ in range(partitions)]
        self.types: dict[str, str] = {}

    def append(self, partition: int, happenings: Iterable[Happening]) -> Sequence[Entry]:
        """Number `happenings`; answers their entries."""
        entries = self.partitions[partition]
        before = len(entries)
        for one in happenings:
            prev = entries[-1].event_id if entries else NO_EVENT
            entries.append(Entry(len(entries) + 1, one.event_id, prev, one.data))
            self.types[one.event_id] = one.type
        return entries[before:]

    def heads(self, tick: int = 1, *, epoch: int = 1, at: datetime = START) -> bytes:
        """A heads entry that tells of all that is here."""
        sequences = tuple(len(entries) for entries in self.partitions)
        return encode_heads(Heads(epoch=epoch, tick=tick, sequences=sequences, at=timestamp(at)))
