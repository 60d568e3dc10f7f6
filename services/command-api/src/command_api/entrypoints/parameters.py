"""What stands in the paths of calls."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

from command_api.entrypoints.fields import SKU_PATTERN
from orders_domain.values import ChargeKind

OrderIdPath = Annotated[UUID, Path(description="The order", examples=["0193f5a2-7b1c-7d3e-8f4a-5b6c7d8e9f01"])]
SkuPath = Annotated[str, Path(pattern=SKU_PATTERN, description="The product; case counts", examples=["TEA-EARL-GREY"])]
ShipmentIdPath = Annotated[UUID, Path(description="The shipment", examples=["0193f5a2-9c2d-7e4f-8a5b-6c7d8e9f0a12"])]
ReturnIdPath = Annotated[UUID, Path(description="The return", examples=["0193f5a2-a1b2-7c3d-8e4f-5a6b7c8d9e0f"])]
DiscountCodePath = Annotated[
    str, Path(pattern=SKU_PATTERN, description="The discount's code; case counts", examples=["SPRING-10"])
]
ChargeKindPath = Annotated[
    str,
    Path(
        pattern=f"^({'|'.join(ChargeKind)})$",
        description="What is charged for; an order has one charge of each kind",
        examples=["shipping"],
    ),
]
