"""The words of which all described answers are made."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Cents = Annotated[int, Field(description="Minor units of the currency (ISO 4217).", examples=[1999])]
Version = Annotated[int, Field(ge=1, examples=[3])]
OrderIdField = Annotated[UUID, Field(examples=["0193f5a2-7b1c-7d3e-8f4a-5b6c7d8e9f01"])]
CommandIdField = Annotated[UUID, Field(examples=["0193f5a2-8d2e-7f60-9a7b-8c9d0e1f2a34"])]
CustomerIdField = Annotated[UUID, Field(examples=["7d6f1c52-2f0e-4a57-9d53-0c6d1f6e2b11"])]
SkuField = Annotated[str, Field(examples=["MUG-BLUE"])]
Currency = Annotated[str, Field(examples=["EUR"])]
Moment = Annotated[datetime, Field(examples=["2026-11-22T03:43:08.000120Z"])]
NextPageToken = Annotated[str | None, Field(description="Goes into `page_token`; null on the last page.")]


def _without_default(schema: dict[str, JsonValue]) -> None:
    schema.pop("default", None)


SOMETIMES: Final = Field(json_schema_extra=_without_default)
"""A member that is there or not, and never null."""


class Answered(BaseModel):
    """An answer may have more fields than these; readers pass over what they do not know."""

    model_config = ConfigDict(extra="allow")
