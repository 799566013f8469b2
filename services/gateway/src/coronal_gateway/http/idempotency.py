"""The header Idempotency-Key: a request that is sent twice with it is done once."""

from functools import cache
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coronal.errors import BadParameter

__all__ = ["IdempotencyHeader"]

_MAX_LENGTH = 255


class IdempotencyHeader(BaseModel):
    """Header of a request that may be sent again.

    >>> IdempotencyHeader.model_validate({"Idempotency-Key": "8e03978e"}).key
    '8e03978e'
    """

    model_config = ConfigDict(frozen=True)

    key: str = Field(
        default="",
        alias="Idempotency-Key",
        min_length=1,
        max_length=_MAX_LENGTH,
        pattern="^[ -~]+$",
        description="Any text, unique to a request: the same request sent again with it is not done again.",
    )

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """Return the JSON schema, built once: flask-openapi3 calls this for each request."""
        return super().model_json_schema(*args, **options) if args or options else _schema()

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Parse the key from headers; BadParameter when it is malformed."""
        try:
            return super().model_validate(obj, **options)
        except ValidationError:
            # Neither shown nor chained: what was sent may be a secret, which no message may hold.
            allowed = f"1 to {_MAX_LENGTH} printable characters of ASCII"
            raise BadParameter("Idempotency-Key", found=None, allowed=allowed) from None


@cache
def _schema() -> dict[str, Any]:
    return IdempotencyHeader.model_json_schema(mode="validation")
