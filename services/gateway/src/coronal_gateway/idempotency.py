"""The header by which a request can be sent twice and is done once."""

from functools import cache
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coronal.errors import BadParameter

__all__ = ["OnceHeader"]

_LONGEST = 255


class OnceHeader(BaseModel):
    """What the sender calls a request, so that it can be sent again.

    >>> OnceHeader.model_validate({"Idempotency-Key": "8e03978e"}).key
    '8e03978e'
    """

    model_config = ConfigDict(frozen=True)

    key: str = Field(
        default="",
        alias="Idempotency-Key",
        min_length=1,
        max_length=_LONGEST,
        pattern="^[ -~]+$",
        description="Any text, a new one for each job: the same job sent again with it is not done again.",
    )

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """Give the JSON schema, made once: flask-openapi3 asks for it with each request."""
        return super().model_json_schema(*args, **options) if args or options else _schema()

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Find the key among headers; BadParameter for what is none."""
        try:
            return super().model_validate(obj, **options)
        except ValidationError:
            # Neither shown nor chained: what was sent may be what must stand in no message.
            allowed = f"1 to {_LONGEST} printable characters of ASCII"
            raise BadParameter("Idempotency-Key", found=None, allowed=allowed) from None


@cache
def _schema() -> dict[str, Any]:
    return OnceHeader.model_json_schema(mode="validation")
