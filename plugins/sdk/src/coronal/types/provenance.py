"""How a result came to be: enough to make it again."""

from pydantic import BaseModel, ConfigDict, Field, JsonValue

__all__ = ["Provenance", "StageRun"]


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StageRun(_Plain):
    """One stage, as it was run."""

    stage: str = Field(description="The stage's name in its pipeline.")
    algorithm: str
    version: str
    distribution: str = Field(description="The Python distribution that offered it, with version.")
    parameters: dict[str, JsonValue] = Field(description="All of them, defaults included.")
    on: str = Field(description="What it worked on: the current image, or the source.")
    seed: int
    seconds: float = Field(description="How long it ran, by the clock.")
    model: str = Field(default="", description="The model that it asked: NAME@VERSION; empty for none.")
    model_sha256: str = Field(default="", description="The digest of that model's file.")
    warnings: tuple[str, ...] = Field(
        default=(), description="What whoever reads the result must know of this stage."
    )


class Provenance(_Plain):
    """Where a job's result comes from."""

    job: str
    input_name: str = Field(description="The name of the file that was sent.")
    input_sha256: str
    input_bytes: int
    input_format: str
    reference_sha256: str = Field(
        default="", description="Of the label map that was sent with it; empty for none."
    )
    pipeline: dict[str, JsonValue] = Field(description="The pipeline document, in its long form.")
    stages: tuple[StageRun, ...]
    packages: dict[str, str] = Field(description="The version of each package that took part.")
    python: str
    platform: str
    processor: str = Field(default="", description="The model of the processor; empty where it isn't known.")
    processor_features: tuple[str, ...] = Field(
        default=(), description="Its vector instructions, by which libraries choose their kernels."
    )
    kernels: dict[str, str] = Field(
        default={},
        description="The kernels in use, by library: those of BLAS and OpenMP, and NumPy's own dispatch.",
    )
