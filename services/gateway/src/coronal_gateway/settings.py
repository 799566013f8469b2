"""Settings of the gateway, from the environment."""

from pydantic import Field, ValidationInfo, field_validator

from coronal_jobs.settings import StoreSettings

__all__ = ["GatewaySettings"]


class GatewaySettings(StoreSettings):
    """What a gateway is told. Each is set by ``CORONAL_`` and its name in capitals."""

    host: str = Field(default="127.0.0.1", description="The address that it listens on.")
    port: int = Field(
        default=8000, ge=0, le=65_535, description="The port that it listens on; 0 takes any that is free."
    )
    hosts: str | None = Field(
        default=None,
        description="The names, separated by commas, by which clients reach it beside the loopback's and the "
        "address in CORONAL_HOST, e.g. coronal.lab.example; * takes any name. A request by another is "
        "answered by 421.",
    )
    gateway_processes: int = Field(default=2, ge=1, description="How many processes answer requests.")
    most_connections: int = Field(
        default=4_000,
        ge=2,
        description="How many connections each process has at a time; one more waits until another ends.",
    )
    most_waiting: int = Field(
        default=2_000,
        ge=0,
        validate_default=True,
        description="How many requests with ?wait= and streams of events each process holds at a time; fewer "
        "than its connections, so that others never starve. One more is answered at once, with Retry-After.",
    )
    longest_wait_s: float = Field(
        default=60.0, ge=0, description="How long a request with ?wait= is held at most."
    )
    largest_upload_bytes: int = Field(
        default=1 << 30, ge=1, description="The largest image file that is taken."
    )
    largest_batch_bytes: int = Field(
        default=1 << 35,
        ge=1,
        description="The most bytes that the images of a batch have together, unpacked.",
    )
    most_batch_items: int = Field(
        default=10_000, ge=1, le=50_000, description="The most images that a batch may have."
    )
    most_active_jobs: int = Field(
        default=200_000,
        ge=1,
        description="How many jobs are queued or running at a time; one more is answered by 429.",
    )
    least_free_bytes: int = Field(
        default=1 << 30,
        ge=0,
        description="How much must be free on the disk of images and results; with less, a new job is "
        "answered by 503.",
    )
    max_janitor_lag_s: float = Field(
        default=60.0,
        gt=0,
        description="How long no janitor may have done a round; after that GET /readyz is 503.",
    )
    keep_keys_s: float = Field(
        default=24 * 3600.0, gt=0, description="How long an Idempotency-Key is known after its job came."
    )
    stall_s: float = Field(
        default=30.0,
        gt=0,
        description="How long a client may neither send nor take a byte in the middle of a request.",
    )
    stop_s: int = Field(
        default=30, ge=1, description="How long requests may go on after the gateway was asked to stop."
    )

    @property
    def own_names(self) -> tuple[str, ...]:
        """The names in `hosts`, one by one."""
        return tuple(name.strip() for name in (self.hosts or "").split(",") if name.strip())

    # Of this field and not of the whole: such an error prints all settings, and with them Redis's password.
    @field_validator("most_waiting")
    @classmethod
    def _leaves_connections_free(cls, most_waiting: int, known: ValidationInfo) -> int:
        most_connections = known.data.get("most_connections", most_waiting + 1)
        if most_waiting >= most_connections:
            raise ValueError(
                f"most_waiting must be < most_connections ({most_connections}), found {most_waiting}"
            )
        return most_waiting
