"""Creating an order with FastAPI on SQLAlchemy's async ORM, the way tutorials do it: a session a request."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, Header, Request, Response
from sqlalchemy import JSON, BigInteger, DateTime, SmallInteger, Text, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tests.bench.baselines.drafting import Draft, OrderIn, OrderOut
from tests.bench.baselines.place import database_url, pool_size


class Base(DeclarativeBase):
    """The tables are there already, made by the service's migrations."""

    type_annotation_map = {  # noqa: RUF012 - this is how SQLAlchemy wants it
        str: Text,
        int: BigInteger,
        datetime: DateTime(timezone=True),
        bytes: JSON,
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
    version: Mapped[int]
    status: Mapped[str]
    state: Mapped[bytes]
    updated_at: Mapped[datetime]


class OutboxEvent(Base):
    """Its key is the unique one that the application knows, so that nothing has to be read back."""

    __tablename__ = "outbox"

    aggregate_type: Mapped[str] = mapped_column(primary_key=True)
    aggregate_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(SmallInteger)
    event_id: Mapped[UUID]
    type: Mapped[str]
    data: Mapped[bytes]
    occurred_at: Mapped[datetime]


def create_app() -> FastAPI:
    """The application; its engine closes with it."""
    engine = create_async_engine(
        database_url().replace("postgresql://", "postgresql+psycopg://"),
        pool_size=pool_size(),
        max_overflow=0,
        json_serializer=bytes.decode,  # the documents are JSON already
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    app.add_api_route("/api/v1/orders", create_order, methods=["POST"], status_code=201)
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


def rows_of(draft: Draft) -> tuple[Order, OutboxEvent]:
    order = Order(order_id=draft.order_id, version=1, status=draft.status, state=draft.state, updated_at=draft.at)
    event = OutboxEvent(
        aggregate_type="order",
        aggregate_id=str(draft.order_id),
        version=1,
        partition=draft.partition,
        event_id=draft.event_id,
        type="orders.OrderCreated.v1",
        data=draft.event,
        occurred_at=draft.at,
    )
    return order, event
