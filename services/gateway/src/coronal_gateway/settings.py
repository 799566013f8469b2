"""Settings of the gateway, from the environment."""

from pydantic import Field, ValidationInfo, field_validator

from coronal_jobs.settings import StoreSettings

__all__ = ["GatewaySettings"]


class GatewaySettings(StoreSettings):
    """Settings of a gateway. Each is set by ``CORONAL_`` and its name in capitals."""

    host: str = Field(default="127.0.0.1", description="The address that it listens on.")
    port: int = Field(
        default=8000, ge=0, le=65_535, description="The port that it listens on; 0 for any free port."
    )
    hosts: str | None = Field(
        default=None,
        description="Comma-separated names by which clients reach it, besides the loopback's and the address "
        "in CORONAL_HOST, e.g. coronal.lab.example; * for any name. A request by another name is answered by "
        "421.",
    )
    gateway_processes: int = Field(default=2, ge=1, description="Number of processes that serve requests.")
    max_connections: int = Field(
        default=4_000,
        ge=2,
        description="Maximum connections per process; one more waits until another closes.",
    )
    max_waiting: int = Field(
        default=2_000,
        ge=0,
        validate_default=True,
        description="Maximum long polls (?wait=) and event streams per process; fewer than its connections, "
        "so that other requests never starve. One more is answered at once, with Retry-After.",
    )
    max_wait_s: float = Field(
        default=60.0, ge=0, description="Maximum time that a request with ?wait= waits."
    )
    max_upload_bytes: int = Field(default=1 << 30, ge=1, description="Maximum size of an image file.")
    max_batch_bytes: int = Field(
        default=1 << 35,
        ge=1,
        description="Maximum total size of the images of a batch, unpacked.",
    )
    max_batch_items: int = Field(
        default=10_000, ge=1, le=50_000, description="Maximum number of images in a batch."
    )
    max_active_jobs: int = Field(
        default=200_000,
        ge=1,
        description="Maximum number of jobs that are queued or running; one more is answered by 429.",
    )
    min_free_bytes: int = Field(
        default=1 << 30,
        ge=0,
        description="Minimum free space on the disk of images and results; with less, a new job is answered "
        "by 503.",
    )
    max_janitor_lag_s: float = Field(
        default=60.0,
        gt=0,
        description="Maximum time since a janitor's last round; after that GET /readyz is 503.",
    )
    keep_keys_s: float = Field(
        default=24 * 3600.0,
        gt=0,
        description="How long an Idempotency-Key is remembered after its job was submitted.",
    )
    stall_s: float = Field(
        default=30.0,
        gt=0,
        description="Maximum time in which a client neither sends nor receives a byte during a request.",
    )
    shutdown_grace_s: int = Field(
        default=30,
        ge=1,
        description="Shutdown grace period: how long open requests may continue after a stop signal.",
    )

    @property
    def own_names(self) -> tuple[str, ...]:
        """The names in `hosts`, one by one."""
        return tuple(name.strip() for name in (self.hosts or "").split(",") if name.strip())

    # A validator of this field, not of the model: a model's error prints all settings, Redis's password too.
    @field_validator("max_waiting")
    @classmethod
    def _leaves_connections_free(cls, max_waiting: int, known: ValidationInfo) -> int:
        max_connections = known.data.get("max_connections", max_waiting + 1)
        if max_waiting >= max_connections:
            raise ValueError(
                f"max_waiting must be < max_connections ({max_connections}), found {max_waiting}"
            )
        return max_waiting
