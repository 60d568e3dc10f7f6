"""The routes of products."""

from fastapi import APIRouter, Response

from command_api.application.commands.adjust_stock import AdjustStock
from command_api.application.commands.delist_product import DelistProduct
from command_api.application.commands.list_product import ListProduct
from command_api.entrypoints.answered import ProductAnswer
from command_api.entrypoints.call import Change
from command_api.entrypoints.documentation import ANY_CHANGE, answers
from command_api.entrypoints.parameters import SkuPath
from command_api.entrypoints.schemas import ProductBody, StockAdjustmentBody
from command_api.entrypoints.strict_route import StrictRoute
from orders_domain.values import Currency, Sku

router = APIRouter(prefix="/products", tags=["Products"], route_class=StrictRoute)


@router.put("/{sku}", responses=answers(ProductAnswer, *ANY_CHANGE, "currency_mismatch", done=(201, 200)))
async def list_product(sku: SkuPath, body: ProductBody, call: Change) -> Response:
    """List a product, or change its name and price."""
    command = ListProduct(
        sku=Sku(sku), name=body.name, unit_price_cents=body.unit_price_cents, currency=Currency(body.currency)
    )
    return await call.change(command)


@router.delete("/{sku}", responses=answers(ProductAnswer, *ANY_CHANGE, "product_not_found"))
async def delist_product(sku: SkuPath, call: Change) -> Response:
    """End its sale: no order takes it any more, those that have it go on. Listing it again undoes that."""
    return await call.change(DelistProduct(sku=Sku(sku)))


@router.post(
    "/{sku}/stock-adjustments",
    responses=answers(ProductAnswer, *ANY_CHANGE, "product_not_found", "quantity_limit", "stock_below_reserved"),
)
async def adjust_stock(sku: SkuPath, body: StockAdjustmentBody, call: Change) -> Response:
    """Note goods that came in or went; never below what orders hold."""
    return await call.change(AdjustStock(sku=Sku(sku), delta=body.delta, reason=body.reason))
