"""What plugins offer, as plain data: what a worker publishes and the gateway reads.

Nothing here needs numpy or a plugin, so that a gateway knows every algorithm and imports none.
"""

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from coronal.algorithms.parameters import JsonSchema

__all__ = ["HEAD_BYTES", "MODEL_STAGES", "AlgorithmSpec", "FormatSpec", "Input", "Kind", "Signature"]

HEAD_BYTES = 512
"""How many of a file's first bytes tell its format."""


class Kind(StrEnum):
    """What an algorithm makes."""

    FILTER = "filter"
    """An image from an image."""

    SEGMENTER = "segmenter"
    """A label map, from an image, a label map or both."""

    MEASURER = "measurer"
    """A table."""

    CLASSIFIER = "classifier"
    """The probability of each class."""


MODEL_STAGES = {"classify": Kind.CLASSIFIER, "segment": Kind.SEGMENTER}
"""Stages that run a model, and the kind it must be of; no algorithm has these names."""


class Input(StrEnum):
    """What an algorithm wants of the case."""

    IMAGE = "image"
    LABELS = "labels"
    REFERENCE = "reference"
    """The label map that was sent with the image."""


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AlgorithmSpec(_Plain):
    """An algorithm, as the catalogue shows it."""

    name: str
    kind: Kind
    summary: str = Field(description="One sentence.")
    description: str = Field(default="", description="The whole docstring.")
    version: str
    dimensions: tuple[int, ...] = Field(description="The spatial axes that it works on: 2, 3 or both.")
    inputs: tuple[Input, ...]
    optional_inputs: tuple[Input, ...] = Field(
        default=(), description="What it uses as well where a stage before has left it."
    )
    parameters: JsonSchema = Field(
        description="JSON schema (2020-12) of its parameters; `unit` where one has it."
    )
    keeps_geometry: bool = Field(
        default=True, description="Whether what it makes fits the label map before it."
    )
    needs_model: bool = Field(default=False, description="Whether it must be fitted before it can be used.")
    distribution: str = Field(
        default="", description="The Python distribution that it comes from, with version."
    )

    @property
    def can_be_model(self) -> bool:
        """Whether it segments or classifies an image without fitting, so that it is a model as it is."""
        is_one = self.kind in (Kind.SEGMENTER, Kind.CLASSIFIER) and not self.needs_model
        return is_one and self.inputs == (Input.IMAGE,)


class Signature(_Plain):
    """Bytes by which a file format is known."""

    offset: int = Field(ge=0, lt=HEAD_BYTES)
    magic: str = Field(pattern=r"^([0-9a-f]{2})+$", description="The bytes, in hexadecimal.")

    @classmethod
    def at(cls, offset: int, magic: bytes) -> "Signature":
        """Make the signature of bytes at an offset from a file's start."""
        return cls(offset=offset, magic=magic.hex())

    @model_validator(mode="after")
    def _lies_in_the_head(self) -> Self:
        end = self.offset + len(self.magic) // 2
        if end > HEAD_BYTES:
            raise ValueError(
                f"a signature must lie in a file's first {HEAD_BYTES} bytes, found its end at {end}"
            )
        return self

    def is_in(self, head: bytes) -> bool:
        """Return whether a file's first bytes have it.

        >>> Signature.at(1, b"PNG").is_in(bytes.fromhex("89504e47"))
        True
        """
        return head.startswith(bytes.fromhex(self.magic), self.offset)


class FormatSpec(_Plain):
    """A file format that is read, as the catalogue shows it."""

    name: str
    summary: str = ""
    media_type: str
    suffixes: tuple[str, ...]
    signatures: tuple[Signature, ...]
    keeps_labels: bool = Field(
        default=True, description="Whether a label map comes back number by number; no lossy format keeps it."
    )

    def knows(self, head: bytes) -> bool:
        """Return whether a file's first bytes are of this format."""
        return any(signature.is_in(head) for signature in self.signatures)
