"""Why a question cannot be answered. Each reason has a stable `code`."""

from typing import ClassVar

from orders_contracts.envelope import AggregateType


class QueryError(Exception):
    """A reason that the asker is told."""

    code: ClassVar[str]


class AggregateNotFound(QueryError):
    """There is no such order, product or command in the read model."""

    aggregate_type: ClassVar[AggregateType]

    def __init__(self, aggregate_id: str) -> None:
        super().__init__(f"There is no {self.aggregate_type} {aggregate_id}.")
        self.aggregate_id = aggregate_id


class OrderNotFound(AggregateNotFound):
    code = "order_not_found"
    aggregate_type = "order"


class ProductNotFound(AggregateNotFound):
    code = "product_not_found"
    aggregate_type = "product"


class CommandNotFound(AggregateNotFound):
    code = "command_not_found"
    aggregate_type = "command"


class ReadModelBehind(QueryError):
    """The version that the asker must see has not arrived in the time that he would wait."""

    code = "read_model_behind"

    def __init__(self, aggregate_type: AggregateType, aggregate_id: str, version: int) -> None:
        super().__init__(f"Version {version} of {aggregate_type} {aggregate_id} has not arrived here yet.")


class ReadModelParked(QueryError):
    """The version that the asker must see cannot arrive: an event of this aggregate could not be applied."""

    code = "read_model_parked"

    def __init__(self, aggregate_type: AggregateType, aggregate_id: str, version: int) -> None:
        super().__init__(f"Version {version} of {aggregate_type} {aggregate_id} could not be applied here.")


class Unavailable(QueryError):
    """The read database cannot be asked just now."""

    code = "unavailable"
