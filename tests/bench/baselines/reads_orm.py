"""Reading orders with FastAPI on SQLAlchemy's async ORM, the way tutorials do it: eager loading, response models."""

from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import selectinload

from tests.bench.baselines.place import database_url, pool_size
from tests.bench.baselines.read_answers import OrderOut, PageOut, SummaryOut
from tests.bench.baselines.read_models import Order


def create_app() -> FastAPI:
    """The application; its engine closes with it."""
    engine = create_async_engine(
        database_url().replace("postgresql://", "postgresql+psycopg://"), pool_size=pool_size(), max_overflow=0
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    app.add_api_route("/api/v1/orders/{order_id}", get_order, response_model=OrderOut)
    app.add_api_route("/api/v1/customers/{customer_id}/orders", orders_of_customer, response_model=PageOut)
    app.add_api_route("/readyz", ready)
    return app


async def ready() -> dict[str, str]:
    return {"status": "ready"}


async def a_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


async def get_order(order_id: UUID, response: Response, session: Annotated[AsyncSession, Depends(a_session)]) -> Order:
    order = await session.scalar(select(Order).where(Order.order_id == order_id).options(selectinload(Order.items)))
    if order is None:
        raise HTTPException(404, "order_not_found")
    response.headers["ETag"] = f'"{order.version}"'
    return order


async def orders_of_customer(
    customer_id: UUID,
    session: Annotated[AsyncSession, Depends(a_session)],
    page_size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> PageOut:
    newest_first = (
        select(Order)
        .where(Order.customer_id == customer_id)
        .order_by(Order.created_at.desc(), Order.order_id.desc())
        .limit(page_size + 1)
    )
    orders = (await session.scalars(newest_first)).all()
    shown = orders[:page_size]
    token = token_after(shown) if len(orders) > page_size else None
    return PageOut(items=[SummaryOut.model_validate(order) for order in shown], next_page_token=token)


def token_after(orders: Sequence[Order]) -> str:
    """Where the page ends."""
    last = orders[-1]
    return urlsafe_b64encode(f"{last.created_at.isoformat()} {last.order_id}".encode()).decode()
