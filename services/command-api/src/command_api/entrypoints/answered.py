"""The bodies of answers."""

from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from command_api.entrypoints.fields import documented_as, example_of

ORDER_ID: Final = "0193f5a2-7b1c-7d3e-8f4a-5b6c7d8e9f01"


class OrderAnswer(BaseModel):
    """The order's version after the command."""

    model_config = example_of(order_id=ORDER_ID, version=2)

    order_id: UUID
    version: Annotated[int, Field(ge=1)]


class ShipmentAnswer(OrderAnswer):
    """And the parcel that it made."""

    model_config = example_of(order_id=ORDER_ID, version=4, shipment_id="0193f5a2-9c2d-7e4f-8a5b-6c7d8e9f0a12")

    shipment_id: UUID


class ReturnAnswer(OrderAnswer):
    """And the return that it made."""

    model_config = example_of(order_id=ORDER_ID, version=7, return_id="0193f5a2-a1b2-7c3d-8e4f-5a6b7c8d9e0f")

    return_id: UUID


class ProductAnswer(BaseModel):
    """The product's version after the command."""

    model_config = example_of(sku="TEA-EARL-GREY", version=3)

    sku: str
    version: Annotated[int, Field(ge=1)]


class AcceptedAnswer(BaseModel):
    """The id by which the query API tells what became of the command."""

    model_config = example_of(command_id="0193f5a2-a01b-7c2d-9e3f-4a5b6c7d8e9f")

    command_id: UUID


class FieldError(BaseModel):
    """One thing that is wrong, and where: a JSON pointer into the body, or the parameter's name."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """RFC 9457. `code` is stable and for programs; some codes carry further facts."""

    type: Annotated[
        str,
        Field(
            description="Leads to what the code means, from the address that was asked. It may move: go by `code`.",
            json_schema_extra={"format": "uri-reference"},
        ),
    ]
    title: str
    status: int
    detail: str
    instance: str
    code: str
    trace_id: str
    errors: Annotated[list[FieldError] | SkipJsonSchema[None], Field(json_schema_extra=documented_as())] = None
