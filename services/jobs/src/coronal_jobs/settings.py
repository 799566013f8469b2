"""Settings that every process of Coronal has, from the environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["StoreSettings"]


def _beside_the_caller() -> str:
    return (Path.cwd() / "coronal-data" / "blobs").as_uri()


class StoreSettings(BaseSettings):
    """Where the records and the blobs are. Each is set by ``CORONAL_`` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="CORONAL_", frozen=True)

    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0",
        repr=False,  # a password may stand in it
        description="The Redis (or Valkey) that holds records and queues. It must keep what it was told: "
        "append-only file, no eviction.",
    )
    redis_timeout_s: float = Field(
        default=2.0, gt=0, description="How long to wait for an answer of Redis before it counts as away."
    )
    blobs_url: str = Field(
        default_factory=_beside_the_caller,
        description="Where images and results are kept: file:///a/folder that all machines share, or s3://bucket.",
    )
