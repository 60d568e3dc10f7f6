"""However the log is cut into batches, and whatever comes twice, the documents are the same."""

from collections.abc import Iterator, Sequence
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from orders_contracts import orders, products
from projector.application.judgement import judge
from projector.application.log import Checkpoint, Entry
from projector.application.projections.catalogue import READ_MODELS
from tests.fakes.projector_commands import CommandLife
from tests.fakes.projector_events import ADDRESS, Happening, NumberedLog, OrderLife, ProductLife, an_id, line
from tests.fakes.projector_store import InMemoryReadStore
from tests.suites.projector_read_store import BEGINNING, apply

PARTITIONS = 2
ACTS = st.sampled_from(
    [
        "add",
        "change",
        "remove",
        "address",
        "confirm",
        "cancel",
        "ship",
        "deliver",
        "discount",
        "charge",
        "note",
        "stock",
        "command",
    ]
)


def act(order: OrderLife, product: ProductLife, kind: str, number: int, shipped: list[int]) -> Happening:
    """Some event of the order or the product; the fold has no rules about which may follow which."""
    sku = f"SKU-{number % 3}"
    changed = [line(number % 3, sku, number + 1)]
    if kind == "deliver" and not shipped:
        kind = "confirm"
    if kind == "ship":
        shipped.append(number)
    acts = {
        "add": lambda: order.tell(orders.OrderItemAdded, changed, sku=sku, quantity=1),
        "change": lambda: order.tell(orders.OrderItemQuantityChanged, changed, sku=sku, quantity=number + 1),
        "remove": lambda: order.tell(orders.OrderItemRemoved, sku=sku, total_cents=number),
        "address": lambda: order.tell(orders.ShippingAddressSet, shipping_address=ADDRESS),
        "confirm": lambda: order.tell(orders.OrderConfirmed, status="CONFIRMED", actor=f"actor {number}"),
        "cancel": lambda: order.tell(orders.OrderCancelled, status="CANCELLED", reason=f"reason {number}"),
        "ship": lambda: order.tell(
            orders.OrderShipped, shipment_id=an_id(number), items=(), carrier=None, tracking=str(number)
        ),
        "discount": lambda: order.tell(
            orders.DiscountApplied, code=f"C-{number}", percent_bp=number, amount_cents=None
        ),
        "charge": lambda: order.tell(orders.ChargeSet, kind=f"kind {number % 2}", label=None, amount_cents=number),
        "note": lambda: order.tell(orders.NoteAdded, text=f"note {number}"),
        "deliver": lambda: order.tell(orders.ShipmentDelivered, shipment_id=an_id(shipped[-1])),
        "stock": lambda: product.tell(products.StockAdjusted, on_hand=number, delta=1, reason="count"),
    }
    return acts[kind]()


def events_of_commands(name: int) -> Iterator[Happening]:
    """One command after the other is accepted, and fails."""
    for number in count():
        command = CommandLife(f"{name}-{number}")
        yield command.accepted()
        yield command.failed(number=number)


@st.composite
def logs(draw: st.DrawFn) -> NumberedLog:
    """A few orders, products and commands whose events are mixed up in two partitions."""
    log = NumberedLog(PARTITIONS)
    lives = [(OrderLife(name), ProductLife(f"SKU-{name}")) for name in range(4)]
    shipped: list[list[int]] = [[] for _ in lives]
    commands = [events_of_commands(name) for name in range(4)]
    for name, (order, _) in enumerate(lives):
        log.append(name % PARTITIONS, [order.created(line(0, "SKU-0"))])
    for number, (name, kind) in enumerate(draw(st.lists(st.tuples(st.integers(0, 3), ACTS), max_size=30))):
        one = next(commands[name]) if kind == "command" else act(*lives[name], kind, number, shipped[name])
        log.append(name % PARTITIONS, [one])
    return log


Cut = tuple[int, int, int]
"""A partition, how far back a delivery begins, and how long it is."""
CUTS = st.lists(st.tuples(st.integers(0, PARTITIONS - 1), st.integers(0, 5), st.integers(1, 9)), max_size=12)


async def applied(log: NumberedLog, cuts: Sequence[Cut]) -> InMemoryReadStore:
    """The read models after deliveries as `cuts` says, and then all the rest at once."""
    store = InMemoryReadStore()
    await store.open(1, PARTITIONS)
    stands = dict.fromkeys(range(PARTITIONS), BEGINNING)
    for partition, back, length in cuts:
        begin = max(0, stands[partition].sequence - back)
        stands[partition] = await deliver(store, partition, stands, log.partitions[partition][begin : begin + length])
    slices = [judge(number, stands[number], log.partitions[number]).slice for number in range(PARTITIONS)]
    assert await apply(store, *(piece for piece in slices if piece.events)) == frozenset()
    return store


async def deliver(
    store: InMemoryReadStore, partition: int, stands: dict[int, Checkpoint], entries: Sequence[Entry]
) -> Checkpoint:
    judgement = judge(partition, stands[partition], entries)
    assert judgement.finding is None
    assert judgement.skipped + len(judgement.slice.events) == len(entries)
    if judgement.slice.events:
        assert await apply(store, judgement.slice) == frozenset()
    return judgement.slice.end


@settings(deadline=None, max_examples=150)
@given(logs(), CUTS)
async def test_any_split_with_duplicates_gives_the_same_documents(log: NumberedLog, cuts: Sequence[Cut]) -> None:
    whole, pieces = await applied(log, []), await applied(log, cuts)
    for model in READ_MODELS:
        assert pieces.rows(model) == whole.rows(model)
    assert set(pieces.applied.values()) == {1}
