"""What all bodies have in common."""

from pydantic import BaseModel, ConfigDict

__all__ = ["Body"]


class Body(BaseModel):
    """The body of an answer."""

    model_config = ConfigDict(frozen=True)
