"""Settings of the janitor, from the environment."""

from pydantic import Field

from coronal_jobs.settings import StoreSettings

__all__ = ["JanitorSettings"]


class JanitorSettings(StoreSettings):
    """Settings of the janitor. Each is set by ``CORONAL_`` and its name in capitals."""

    janitor_every_s: float = Field(
        default=1.0, gt=0, description="The time between two rounds of the janitor."
    )
    keep_s: float = Field(
        default=7 * 24 * 3600.0, gt=0, description="How long a job and its results are kept after its end."
    )
    min_rewrite_s: float = Field(
        default=600.0,
        ge=0,
        description="The shortest time between two rewrites of Redis's append-only file. A deletion causes "
        "one; those that follow are covered by the next.",
    )
    max_round_s: float = Field(
        default=300.0,
        gt=0,
        description="How long a round may take. A janitor that hangs for longer ends itself, to be started "
        "again.",
    )
