"""Commands with FastAPI on SQLAlchemy's async ORM, the way tutorials do it: a session a request."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID, uuid4

import msgspec
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from msgspec import Raw
from sqlalchemy import JSON, BigInteger, DateTime, SmallInteger, Text, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.orm.exc import StaleDataError

from orders_contracts.orders import OrderCreated
from tests.bench.baselines.adding import ATTEMPTS, Addition
from tests.bench.baselines.drafting import Draft, ItemIn, OrderIn, OrderOut
from tests.bench.baselines.place import database_url, pool_size

_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(OrderCreated)


class Base(DeclarativeBase):
    """The tables are there already, made by the service's migrations."""

    type_annotation_map = {  # noqa: RUF012 - this is how SQLAlchemy wants it
        str: Text,
        int: BigInteger,
        datetime: DateTime(timezone=True),
        OrderCreated: JSON,
        Raw: JSON,
    }


class Product(Base):
    __tablename__ = "products"

    sku: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    unit_price_cents: Mapped[int]
    currency: Mapped[str]
    listed: Mapped[bool]
    on_hand: Mapped[int]
    reserved: Mapped[int]

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


class Order(Base):
    __tablename__ = "orders"

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    status: Mapped[str]
    state: Mapped[OrderCreated]
    updated_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - counted from 1 by SQLAlchemy, and held against rivals


class OutboxEvent(Base):
    """Its key is the unique one that the application knows, so that nothing has to be read back."""

    __tablename__ = "outbox"

    aggregate_type: Mapped[str] = mapped_column(primary_key=True)
    aggregate_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(SmallInteger)
    event_id: Mapped[UUID]
    type: Mapped[str]
    data: Mapped[Raw]
    occurred_at: Mapped[datetime]


def create_app() -> FastAPI:
    """The application; its engine closes with it."""
    engine = create_async_engine(
        database_url().replace("postgresql://", "postgresql+psycopg://"),
        pool_size=pool_size(),
        max_overflow=0,
        json_serializer=lambda document: _encoder.encode(document).decode(),
        json_deserializer=_decoder.decode,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    app.add_api_route("/api/v1/orders", create_order, methods=["POST"], status_code=201)
    app.add_api_route("/api/v1/orders/{order_id}/items", add_item, methods=["POST"])
    app.add_api_route("/readyz", ready)
    return app


async def ready() -> dict[str, str]:
    return {"status": "ready"}


async def a_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


async def create_order(
    body: OrderIn,
    response: Response,
    session: Annotated[AsyncSession, Depends(a_session)],
    x_request_id: Annotated[str | None, Header()] = None,
) -> OrderOut:
    wanted = [item.sku for item in body.items]
    products = await session.scalars(select(Product).where(Product.sku.in_(wanted)))
    draft = Draft(body, products, datetime.now(UTC), x_request_id or str(uuid4()))
    session.add_all(rows_of(draft))
    await session.commit()
    response.headers["Location"] = f"/api/v1/orders/{draft.order_id}"
    response.headers["ETag"] = '"1"'
    return OrderOut(order_id=draft.order_id, version=1)


async def add_item(
    order_id: UUID,
    body: ItemIn,
    response: Response,
    session: Annotated[AsyncSession, Depends(a_session)],
    x_request_id: Annotated[str | None, Header()] = None,
) -> OrderOut:
    for _ in range(ATTEMPTS):
        try:
            version = await try_to_add(session, order_id, body, x_request_id or str(uuid4()))
        except StaleDataError:
            await session.rollback()
        else:
            response.headers["ETag"] = f'"{version}"'
            return OrderOut(order_id=order_id, version=version)
    raise HTTPException(409, "concurrent_update")


async def try_to_add(session: AsyncSession, order_id: UUID, body: ItemIn, request_id: str) -> int:
    """The new version. Raises StaleDataError where somebody else was faster."""
    order = await session.get(Order, order_id)
    if order is None:
        raise HTTPException(404, "order_not_found")
    product = await session.get(Product, body.sku)
    at = datetime.now(UTC)
    version = order.version + 1
    added = Addition(order_id, version, order.state, body, product, at, request_id)
    order.state = added.draft
    order.updated_at = at
    session.add(event_of(order_id, version, added, "orders.OrderItemAdded.v1", at))
    await session.commit()
    return version


def rows_of(draft: Draft) -> tuple[Order, OutboxEvent]:
    order = Order(order_id=draft.order_id, status=draft.draft.status, state=draft.draft, updated_at=draft.at)
    return order, event_of(draft.order_id, 1, draft, "orders.OrderCreated.v1", draft.at)


def event_of(order_id: UUID, version: int, written: Draft | Addition, type_: str, at: datetime) -> OutboxEvent:
    return OutboxEvent(
        aggregate_type="order",
        aggregate_id=str(order_id),
        version=version,
        partition=written.partition,
        event_id=written.event_id,
        type=type_,
        data=Raw(written.event),
        occurred_at=at,
    )
