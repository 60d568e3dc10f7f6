"""Every read model, and what its rows are made of. A new one is a file beside this, and a line here."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from orders_contracts.commands import CommandEvent
from orders_contracts.envelope import Envelope
from orders_contracts.products import ProductEvent
from projector.application.projections.command_status import COMMAND_STATUS, CommandStatusRow, command_status_row
from projector.application.projections.customer_summary import CUSTOMER_SUMMARY, customer_summary_row
from projector.application.projections.order_document import OrderView
from projector.application.projections.order_history import ORDER_HISTORY, order_history_row
from projector.application.projections.order_summary import ORDER_SUMMARY, order_summary_row
from projector.application.projections.order_view import ORDER_VIEW, order_view_row
from projector.application.projections.product_view import PRODUCT_VIEW, ProductViewRow, product_view_row
from projector.application.projections.read_model import ReadModel
from projector.application.projections.sale import SaleStep
from projector.application.projections.sales_daily import SALES_DAILY, sales_daily_row

Row = tuple[Any, ...]

OF_ORDERS: Final[Mapping[ReadModel[Any], Callable[[bytes, OrderView], Row]]] = {
    ORDER_VIEW: order_view_row,
    ORDER_SUMMARY: order_summary_row,
}
"""One row for each order that a batch touches, from its document after the batch."""

OF_EVENTS: Final[Mapping[ReadModel[Any], Callable[[bytes, Envelope], Row]]] = {ORDER_HISTORY: order_history_row}
"""One row for each event of an order."""

OF_SALES: Final[Mapping[ReadModel[Any], Callable[[SaleStep], Row | None]]] = {
    CUSTOMER_SUMMARY: customer_summary_row,
    SALES_DAILY: sales_daily_row,
}
"""A row, or none, for each event with which an order begins or counts for something else; they add up."""

OF_PRODUCTS: Final[Mapping[ReadModel[Any], Callable[[Envelope, ProductEvent], ProductViewRow]]] = {
    PRODUCT_VIEW: product_view_row
}
"""One row for each product that a batch touches, from its last event."""

OF_COMMANDS: Final[Mapping[ReadModel[Any], Callable[[Envelope, CommandEvent], CommandStatusRow]]] = {
    COMMAND_STATUS: command_status_row
}
"""One row for each command that a batch touches, from its newest event."""

READ_MODELS: Final = (*OF_ORDERS, *OF_EVENTS, *OF_SALES, *OF_PRODUCTS, *OF_COMMANDS)
"""In the order in which their tables are written, always the same, so that two projectors never wait in a circle."""
