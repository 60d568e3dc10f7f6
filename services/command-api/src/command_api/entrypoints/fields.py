"""What the fields of requests are made of: integers are integers, texts are printable, unknown fields are refused."""

from collections.abc import Callable
from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from orders_domain.values import MAX_QUANTITY, parse_currency

SKU_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
_CONTROLS: Final = r"\x00-\x1f\x7f-\x9f"
_CONTROLS_WITHIN_LINES: Final = r"\x00-\x08\x0b-\x1f\x7f-\x9f"


def printable(most: int, refused: str = _CONTROLS) -> StringConstraints:
    """Some visible character, no control character (Postgres takes no NUL, people no others)."""
    pattern = rf"^[^{refused}]*[^{refused}\s][^{refused}]*$"
    return StringConstraints(min_length=1, max_length=most, pattern=pattern)


def printable_lines(most: int) -> StringConstraints:
    """The same, in lines if need be: they end with a line feed, and may have tabs."""
    return printable(most, _CONTROLS_WITHIN_LINES)


Quantity = Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
SkuText = Annotated[str, StringConstraints(pattern=SKU_PATTERN)]
DiscountCodeText = Annotated[str, StringConstraints(pattern=SKU_PATTERN)]
CurrencyText = Annotated[
    str,
    StringConstraints(pattern="^[A-Z]{3}$"),
    AfterValidator(parse_currency),
    Field(description="A currency of ISO 4217", examples=["EUR"]),
]
Name = Annotated[str, printable(200)]
Reference = Annotated[str, printable(100)]
Reason = Annotated[str, printable(500)]
Id = Annotated[UUID, Field(strict=False)]


def example_of(**members: JsonValue) -> ConfigDict:
    """The model's example in the documentation."""
    return ConfigDict(json_schema_extra={"examples": [members]})


def documented_as(**keywords: JsonValue) -> Callable[[dict[str, JsonValue]], None]:
    """For a member that is there or not, and never null: these keywords, and no default."""

    def change(schema: dict[str, JsonValue]) -> None:
        schema.pop("default", None)
        schema.update(keywords)

    return change


class Body(BaseModel):
    """What all bodies of requests have in common."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
